"""The outbox: in order, one at a time for each recipient, again after a crash, never for ever, and never in vain."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.engine.outbox import PATIENCE, Outbox
from bot.messages import Message, Result, Verdict
from bot.store import mail, tables
from bot.store.door import Store
from bot.store.schema import migrate
from bot.testing import StageClock
from bot.vault import Vault, new_key
from tests.engine.script import LATER, Script, outgoing, post, states

# --- order --------------------------------------------------------------------------------------------------------


async def test_all_is_sent_once_in_the_order_of_each_recipient(store: Store, script: Script, outbox: Outbox) -> None:
    clock = StageClock()
    for number in range(5):
        for to in "abc":
            await post(store, clock, f"{to}{number}", to=to)
    await outbox.drain()
    await outbox.drain()
    for to in "abc":
        assert [text for text in script.texts if text[0] == to] == [f"{to}{number}" for number in range(5)]
    assert set(script.most.values()) == {1}
    assert {sending.address for sending in script.sent} == set("abc")
    assert await states(store) == ["sent"] * 15


async def test_what_must_wait_holds_back_her_next_messages_but_nobody_else(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "first", "second")
    await post(store, clock, "other", to="b")
    script.answer["first"] = LATER
    await outbox.drain()
    assert sorted(script.texts) == ["first", "other"]
    script.answer.clear()
    clock.forward(timedelta(seconds=31))
    await outbox.drain()
    assert script.texts[2:] == ["first", "second"]


async def test_ids_are_never_used_again(store: Store, clock: StageClock, outbox: Outbox) -> None:
    await post(store, clock, "one", "two")
    await outbox.drain()
    async with store.begin() as tx:
        await tx.conn.execute(sa.delete(tables.outbox))
    await post(store, clock, "three")
    assert [row.id for row in await outgoing(store)] == [3]


async def test_the_words_are_sealed_and_forgotten_once_they_are_sent(
    store: Store, clock: StageClock, outbox: Outbox
) -> None:
    await post(store, clock, "Very private words", to="very-private-address")
    (row,) = await outgoing(store)
    for column in (row.sealed, row.address, row.recipient.encode()):
        assert b"rivate" not in column
    assert store.vault.open_json(row.sealed, Message).text == "Very private words"
    await outbox.drain()
    (row,) = await outgoing(store)
    assert (row.sealed, row.state, row.provider_ids, row.done_at) == (None, "sent", f"p{row.id}", clock.now())


# --- trying again -------------------------------------------------------------------------------------------------


async def test_a_retry_keeps_to_what_the_platform_asks(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "x")
    script.answer["x"] = Result(Verdict.RETRY, after=90, reason="too many")
    await outbox.drain()
    clock.forward(timedelta(seconds=89))
    await outbox.drain()
    assert len(script.sent) == 1
    clock.forward(timedelta(seconds=1))
    await outbox.drain()
    assert len(script.sent) == 2
    (row,) = await outgoing(store)
    assert (row.attempts, row.reason, row.state) == (2, "too many", "waiting")


async def test_without_a_word_of_the_platform_it_waits_longer_each_time(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "x")
    script.answer["x"] = Result(Verdict.RETRY, reason="no answer")
    waits = []
    for _try in range(12):
        await outbox.drain()
        (row,) = await outgoing(store)
        waits.append((row.not_before - clock.now()).total_seconds())
        clock.at = row.not_before
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == 600 == max(waits)
    assert waits == sorted(waits)


async def test_after_a_day_it_is_given_up_with_its_reason(
    store: Store, clock: StageClock, script: Script, outbox: Outbox, logs: list[MutableMapping[str, Any]]
) -> None:
    await post(store, clock, "x", "y")
    script.answer["x"] = LATER
    clock.forward(PATIENCE - timedelta(seconds=1))
    await outbox.drain()
    assert await states(store) == ["waiting", "waiting"]
    clock.forward(timedelta(seconds=31))
    await outbox.drain()
    first, second = await outgoing(store)
    assert (first.state, first.reason, first.sealed) == ("refused", "gave up: too many", None)
    assert second.state == "sent"  # what came behind it goes out
    assert "a message was given up" in [entry["event"] for entry in logs]


async def test_a_refusal_is_recorded_and_not_tried_again(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "x", "y")
    script.answer["x"] = Result(Verdict.REFUSED, reason="bad request " * 100)
    await outbox.drain()
    clock.forward(timedelta(days=2))
    await outbox.drain()
    first, second = await outgoing(store)
    assert (first.state, first.reason[:12], len(first.reason), first.sealed) == ("refused", "bad request ", 200, None)
    assert (second.state, script.texts) == ("sent", ["x", "y"])


async def test_who_left_gets_nothing_more(store: Store, clock: StageClock, script: Script, outbox: Outbox) -> None:
    async with store.begin() as tx:
        address = {"channel": "script", "lookup": tx.vault.lookup("a"), "sealed": b"a", "heard_at": clock.now()}
        person = {"language": "en", "sealed": b"her", "created_at": clock.now()}
        hers = await tx.conn.scalar(sa.insert(tables.people).values(person).returning(tables.people.c.id))
        await tx.conn.execute(sa.insert(tables.addresses).values(person_id=hers, **address))
    await post(store, clock, "x", "y", "z", person=hers)
    await post(store, clock, "other", to="b", person=hers + 1)
    script.answer["x"] = Result(Verdict.LEFT, reason="blocked")
    await outbox.drain()
    assert sorted(script.texts) == ["other", "x"]
    assert await states(store) == ["refused", "refused", "refused", "sent"]
    assert {row.sealed for row in await outgoing(store)} == {None}


async def test_a_channel_that_raises_is_tried_again(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "x")
    script.answer["x"] = ZeroDivisionError("words of hers")
    await outbox.drain()
    (row,) = await outgoing(store)
    assert (row.state, row.reason) == ("waiting", "ZeroDivisionError")


async def test_a_message_that_cannot_be_opened_holds_nobody_else_back(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "x")
    await post(store, clock, "other", to="b")
    async with store.begin() as tx:
        damaged = sa.update(tables.outbox).where(tables.outbox.c.id == 1).values(sealed=b"damaged")
        await tx.conn.execute(damaged)
    await outbox.drain()
    assert script.texts == ["other"]
    assert await states(store) == ["waiting", "sent"]  # a missing key may come back


async def test_the_outbox_goes_on_after_any_trouble(
    store: Store, clock: StageClock, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = Outbox(store, {script.name: script}, clock)
    claim, troubles = mail.claim, [ZeroDivisionError()]

    async def clumsy(*args: Any) -> Any:
        if troubles:
            raise troubles.pop()
        return await claim(*args)

    monkeypatch.setattr(mail, "claim", clumsy)
    await post(store, clock, "x")
    running = asyncio.create_task(outbox.run())
    for _look in range(1000):
        if "sent" in await states(store) or running.done():
            break
    outbox.poke()
    for _look in range(1000):
        if "sent" in await states(store) or running.done():
            break
    assert await states(store) == ["sent"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


# --- crashes, leases, two at once ---------------------------------------------------------------------------------


async def test_what_a_dead_process_claimed_is_sent_once_more_after_its_lease(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "x", "y")
    async with store.begin() as tx:
        (claimed,) = await mail.claim(tx, "script", clock.now(), timedelta(seconds=60), 10)
    assert (claimed.sending.message.text, claimed.attempts) == ("x", 1)
    await outbox.drain()
    clock.forward(timedelta(seconds=59))
    await outbox.drain()
    assert script.texts == []  # and the second one waits for the first
    clock.forward(timedelta(seconds=1))
    await outbox.drain()
    assert script.texts == ["x", "y"]


async def test_at_most_one_under_way_for_each_recipient(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "x", "y", "z")
    script.gate.clear()
    draining = asyncio.create_task(outbox.drain())
    await script.begun.wait()  # the first outbox has "x"; the other must neither take it nor overtake it
    await Outbox(store, {script.name: script}, clock).drain()
    assert script.texts == ["x"]
    script.gate.set()
    await draining
    assert script.texts == ["x", "y", "z"]


@pytest.mark.postgres
async def test_two_outboxes_on_one_postgres_send_nothing_twice(postgres_url: str, script: Script) -> None:

    clock, vault = StageClock(), Vault([new_key()])
    stores = [Store.open(postgres_url, vault) for _ in range(3)]
    await migrate(stores[0])
    for number in range(4):
        for to in "abcdefghij":
            await post(stores[0], clock, f"{to}{number}", to=to)
    for _round in range(8):
        await asyncio.gather(*(Outbox(one, {script.name: script}, clock).drain() for one in stores))
    assert sorted(script.texts) == sorted(f"{to}{n}" for to in "abcdefghij" for n in range(4))
    for to in "abcdefghij":
        assert [text for text in script.texts if text[0] == to] == [f"{to}{n}" for n in range(4)]
    assert set(script.most.values()) == {1}
    for one in stores:
        await one.close()


async def test_at_the_end_what_was_just_sent_is_recorded(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "x")
    running = asyncio.create_task(outbox.run())
    await script.begun.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await states(store) == ["sent"]


async def test_the_next_look_is_when_something_is_due_and_not_before(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "first", "second")
    script.answer["first"] = Result(Verdict.RETRY, after=300)
    await outbox.drain()
    async with store.begin() as tx:
        assert await mail.next_due(tx, "script") == clock.now() + timedelta(seconds=300)  # the second waits for it
        assert await mail.next_due(tx, "other") is None


async def test_the_last_word_to_who_erased_herself_comes_before_what_she_hears_when_she_is_back(
    store: Store, clock: StageClock, script: Script, outbox: Outbox
) -> None:
    await post(store, clock, "goodbye", person=None)
    await post(store, clock, "welcome", person=2)
    script.answer["goodbye"] = Result(Verdict.RETRY, reason="no answer")
    await outbox.drain()
    assert script.texts == ["goodbye"]
    assert await states(store) == ["waiting", "waiting"]
    del script.answer["goodbye"]
    clock.forward(timedelta(minutes=1))
    await outbox.drain()
    assert script.texts == ["goodbye", "goodbye", "welcome"]
