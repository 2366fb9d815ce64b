"""News of what was sent, and the pace at which it is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.whatsapp import WhatsApp
from bot.engine.outbox import Outbox, Pace
from bot.messages import Delivery, Result, Verdict
from bot.store import mail
from bot.store.door import Store
from bot.testing import StageClock
from tests.engine.script import SENT, Script, outgoing, post, states

# --- news of what was sent ----------------------------------------------------------------------------------------


async def deliver(store: Store, clock: StageClock, state: str, ours: int = 1, provider: str = "p1") -> None:
    async with store.begin() as tx:
        await mail.delivered(tx, Delivery("script", provider, state, clock.now(), ours, 131047))


async def test_a_status_with_our_id_settles_what_is_under_lease(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "x")
    async with store.begin() as tx:
        await mail.claim(tx, "script", clock.now(), timedelta(seconds=60), 10)  # and the process died
    await deliver(store, clock, "sent", provider="from the platform")
    (row,) = await outgoing(store)
    assert (row.state, row.provider_ids, row.sealed) == ("sent", "from the platform", None)
    clock.forward(timedelta(hours=1))
    await outbox.drain()
    assert script.sent == []


async def test_a_late_answer_of_a_send_does_not_undo_its_status(store: Store, clock: StageClock) -> None:
    await post(store, clock, "x")
    await deliver(store, clock, "delivered")
    async with store.begin() as tx:
        await mail.finish(tx, [mail.Done(1, mail.WAITING, again=clock.now()), mail.Done(1, mail.SENT)], clock.now())
    assert await states(store) == ["delivered"]


@pytest.mark.parametrize(
    ("news", "state"),
    [
        ("sent delivered read", "read"),
        ("read delivered sent", "read"),
        ("delivered sent", "delivered"),
        ("sent failed", "refused"),
        ("failed delivered", "refused"),
        ("delivered failed", "delivered"),
        ("read failed", "read"),
        ("sent nonsense", "sent"),
        ("nonsense", "sent"),
    ],
)
async def test_statuses_never_move_backwards(
    store: Store, clock: StageClock, outbox: Outbox, news: str, state: str
) -> None:
    await post(store, clock, "x")
    await outbox.drain()
    for each in news.split():
        await deliver(store, clock, each)
    assert await states(store) == [state]


async def test_news_of_an_unknown_message_is_no_trouble(store: Store, clock: StageClock, outbox: Outbox) -> None:
    await post(store, clock, "x", "y")
    await outbox.drain()
    await deliver(store, clock, "read", ours=77)
    await deliver(store, clock, "read", ours=0, provider="unknown")
    await deliver(store, clock, "read", ours=0, provider="p2")
    async with store.begin() as tx:
        await mail.delivered(tx, Delivery("elsewhere", "p1", "read", clock.now(), 1))
    assert await states(store) == ["sent", "read"]


async def test_two_messages_of_one_platform_id_are_no_trouble(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    """An edit of a card has the id of the card."""
    script.answer = {"x": SENT, "y": SENT}
    await post(store, clock, "x", "y")
    await outbox.drain()
    await deliver(store, clock, "read", ours=0, provider="p1")
    assert "read" in await states(store)


async def test_the_last_word_to_who_erased_herself_leaves_no_trace(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "Good-bye.", person=None)
    await post(store, clock, "no", to="b", person=None)
    await post(store, clock, "gone", to="c", person=None)
    script.answer = {"no": Result(Verdict.REFUSED), "gone": Result(Verdict.LEFT)}
    await outbox.drain()
    assert sorted(script.texts) == ["Good-bye.", "gone", "no"]
    assert await outgoing(store) == []
    await deliver(store, clock, "read")


# --- pace ---------------------------------------------------------------------------------------------------------


def test_a_chat_may_burst_and_then_waits() -> None:
    pace = Pace(1.0, Script.burst, Script.burst)
    waits = [pace.wait(100.0) for _message in range(Script.burst + 3)]
    assert waits == [0.0] * Script.burst + [1.0, 2.0, 3.0]
    assert pace.wait(104.0) == 0.0
    assert [pace.wait(1000.0) for _ in range(Script.burst + 1)][-2:] == [0.0, 1.0]  # rest does not pile up


def test_quick_thumbs_wait_for_nothing_on_whatsapp() -> None:
    pace = Pace(WhatsApp.per_chat, WhatsApp.burst, WhatsApp.burst)
    assert [pace.wait(100.0 + 3.5 * answer) for answer in range(40)] == [0.0] * 40


def test_a_bot_keeps_its_rate_over_any_time() -> None:
    pace = Pace(1 / 30, 10, 1)
    moments = sorted(now + pace.wait(now) for now in (n / 1000 for n in range(1, 3000)))
    assert max(sum(start <= moment < start + 1 for moment in moments) for start in (0.5, 1.5, 5, 20.25)) <= 40
    assert moments[-1] >= 2998 / 30 - 11 / 30


def test_without_a_limit_nothing_waits() -> None:
    pace = Pace(0.0, Script.burst, Script.burst)
    assert [pace.wait(1.0) for _ in range(100)] == [0.0] * 100


async def test_the_outbox_asks_chat_and_bot(store: Store, clock: StageClock, script: Script) -> None:
    script.per_second, script.per_chat = 2.0, 1.0
    (one,) = Outbox(store, {script.name: script}, clock).posts
    assert one.wait("a") == 0.0
    assert [round(one.wait(to), 1) for to in "bcd"] == [0.5, 1.0, 1.5]
    slow = Script()
    slow.per_chat = 1.0
    (two,) = Outbox(store, {slow.name: slow}, clock).posts
    assert [round(two.wait("a")) for _ in range(Script.burst + 2)] == [0] * Script.burst + [1, 2]
    assert two.wait("b") == 0.0
