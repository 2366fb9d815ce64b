"""Words between two women: whose they are is always clear, they arrive as they were written, in order, by day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from bot.mentoring.mentorship import PairState
from bot.mentoring.relay import CanWrite, Relay, RelayState, Replied
from bot.messages import Result, Sending, Verdict
from bot.store import people
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman

NIGHT = datetime(2027, 3, 1, 21, 30, tzinfo=UTC)  # half past ten in Brussels


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


@pytest.fixture
async def two(stage: Stage) -> tuple[Woman, Woman, int]:
    """Fictive Amina and her mentor Fictive Lina, and their pair."""
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    return amina, lina, await pair(amina, lina)


async def states(stage: Stage) -> list[str]:
    """The states of all relayed messages, oldest first."""
    async with stage.sorora.store.begin() as tx:
        return list(await tx.conn.scalars(sa.select(t.relayed.c.state).order_by(t.relayed.c.id)))


def texts(her: Woman) -> list[str]:
    return [seen.text for seen in her.phone.chat]


async def test_words_come_with_who_wrote_them_and_two_buttons(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    carried = await amina.carries(Relay(number, "I have my first day on Monday!"))
    assert carried.says.msgid == "Sent to {name}."
    assert texts(lina) == ["From Fictive Amina:\nI have my first day on Monday!"]
    assert [(button.label, button.data) for button in lina.phone.last.buttons] == [
        ("Answer", f"@write:{number}"),
        ("Report", f"@report:{number}"),
    ]
    assert amina.phone.chat == []  # the engine says it, where she is


async def test_an_answer_by_button_and_one_by_reply_reach_their_author(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "Hello"))
    await lina.phone.taps("Answer")
    assert lina.phone.last.text.startswith("Write to Fictive Amina. I bring it to her.")
    await lina.phone.types("Good morning")
    assert texts(amina)[-1] == "From Fictive Lina:\nGood morning"
    assert lina.phone.last.text.startswith("Sent to Fictive Amina.\n\nYou can write more to Fictive Amina.")
    await lina.phone.types("How are you?")
    assert texts(amina)[-1] == "From Fictive Lina:\nHow are you?"
    await amina.phone.replies(amina.phone.chat[0], "I am well")
    assert texts(amina)[-1] == "Sent to Fictive Lina."
    assert texts(lina)[-1] == "From Fictive Amina:\nI am well"


async def test_two_mentees_whose_messages_cross_are_never_mixed(stage: Stage) -> None:
    amina, sara = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Sara")
    lina = await mentor(stage, "Fictive Lina", places=2)
    first, second = await pair(amina, lina), await pair(sara, lina)
    await amina.carries(Relay(first, "I am Amina"))
    await sara.carries(Relay(second, "I am Sara"))
    from_amina, from_sara = lina.phone.chat
    await lina.phone.replies(from_amina, "For Amina")
    await lina.phone.replies(from_sara, "For Sara")
    assert (texts(amina), texts(sara)) == (["From Fictive Lina:\nFor Amina"], ["From Fictive Lina:\nFor Sara"])


async def test_who_writes_while_another_writes_to_her_is_asked_for_whom_it_is(stage: Stage) -> None:
    amina, sara = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Sara")
    lina = await mentor(stage, "Fictive Lina", places=2)
    first, second = await pair(amina, lina), await pair(sara, lina)
    await amina.carries(Relay(first, "I am Amina"))
    await lina.phone.taps("Answer")
    stage.clock.forward(timedelta(minutes=1))
    await sara.carries(Relay(second, "I am Sara"))
    await lina.phone.types("Yes, I will call the school")
    assert lina.phone.last.text.startswith("Who is it for?")
    assert (texts(amina), texts(sara)) == ([], [])
    await lina.phone.taps("Fictive Sara")
    assert (texts(amina), texts(sara)) == ([], ["From Fictive Lina:\nYes, I will call the school"])
    await lina.phone.types("And more")  # now it is clear again
    assert texts(sara)[-1] == "From Fictive Lina:\nAnd more"


async def test_two_of_one_name_have_numbers(stage: Stage) -> None:
    one, other = await woman(stage, "Fictive Amina"), await woman(stage, "fictive amina")
    lina = await mentor(stage, "Fictive Lina", places=2)
    first, second = await pair(one, lina), await pair(other, lina)
    await one.carries(Relay(first, "Hello"))
    await other.carries(Relay(second, "Hello"))
    assert texts(lina) == ["From Fictive Amina:\nHello", "From fictive amina 2:\nHello"]


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("<b>{name}</b> _*[x](y)", "<b>{name}</b> _*[x](y)"),
        ("a\u202egnp.exe\u2066", "agnp.exe"),  # bidi controls turn nothing round
        ("{n} {other} %s", "{n} {other} %s"),
        ("one\ntwo", "one\ntwo"),
    ],
)
async def test_her_words_are_literal(two: tuple[Woman, Woman, int], written: str, seen: str) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, written))
    assert texts(lina) == [f"From Fictive Amina:\n{seen}"]


async def test_too_long_is_said_and_nothing_is_sent(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "First"))
    await lina.phone.replies(lina.phone.last, "x" * 1501)
    assert "a little long: 1501" in texts(lina)[-1]
    await lina.phone.replies(lina.phone.chat[0], "\U0001f33b" * 1500)
    assert texts(amina)[-1].endswith("\U0001f33b" * 1500)


# --- not hers, not yet, no more -----------------------------------------------------------------------------------


async def test_a_strangers_forged_pair_is_like_none(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    _amina, lina, number = two
    eve = await woman(stage, "Fictive Eve")
    for forged in (number, 999):
        carried = await eve.carries(Relay(forged, "Hello"))
        assert carried.says.msgid == "That is no longer open. You did nothing wrong."
        await eve.phone.does(button=f"@write:{forged}")
        assert eve.phone.last.text.startswith("That is no longer open. You did nothing wrong.")
    await eve.phone.does(button="@write:99999999999999999999999999999999")
    assert eve.phone.last.text.startswith("That is no longer open.")
    assert (lina.phone.chat, await states(stage)) == ([], [])


async def test_a_strangers_reply_to_the_same_number_is_none(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    eve = await woman(stage, "Fictive Eve")
    await amina.carries(Relay(number, "Hello"))
    hers = lina.phone.last.id
    assert await lina.finds(Replied(hers)) == number
    assert [await who.finds(Replied(hers)) for who in (eve, amina)] == [0, 0]
    assert await lina.finds(Replied(hers[:-1] + "%")) == 0
    assert await lina.finds(Replied("")) == 0


@pytest.mark.parametrize(
    ("state", "delivered"),
    [
        (PairState.AGREEING, False),
        (PairState.TRIAL, True),
        (PairState.ACTIVE, True),
        (PairState.HOLD, True),
        (PairState.COMPLETED, False),
        (PairState.ENDED, False),
    ],
)
async def test_in_which_pairs_words_go_across(stage: Stage, state: PairState, delivered: bool) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, state)
    carried = await amina.carries(Relay(number, "Hello"))
    assert carried.says is not None
    assert len(lina.phone.chat) == delivered
    assert await amina.finds(CanWrite()) is delivered


async def test_a_reply_in_a_pair_that_is_over_goes_nowhere(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "Hello"))
    async with stage.sorora.store.begin() as tx:
        await tx.conn.execute(sa.update(t.pairs).values(state="ended"))
    await lina.phone.replies(lina.phone.chat[0], "Hello")
    assert amina.phone.chat == []


async def test_words_that_no_question_takes_are_asked_about(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, _number = two
    await amina.phone.types("menu")
    await amina.phone.types("Dear Lina, I found a course")
    assert amina.phone.last.text.startswith("Who is it for?")
    await amina.phone.taps("To nobody")
    assert lina.phone.chat == []
    await amina.phone.types("Dear Lina, I found a course")
    await amina.phone.taps("Fictive Lina")
    assert texts(lina) == ["From Fictive Amina:\nDear Lina, I found a course"]


# --- by day, in order ---------------------------------------------------------------------------------------------


async def test_at_night_it_waits_and_keeps_its_order(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    stage.clock.at = NIGHT
    assert (await amina.carries(Relay(number, "one"))).says.msgid == "{name} gets it in the morning."
    await stage.forward(hours=2)
    await amina.carries(Relay(number, "two"))
    assert lina.phone.chat == []
    await stage.forward(hours=8, minutes=29)
    assert lina.phone.chat == []
    await stage.forward(minutes=1)
    assert [text.split("\n")[1] for text in texts(lina)] == ["one", "two"]
    await stage.forward(hours=24)
    assert await states(stage) == ["posted", "posted"]
    assert len(lina.phone.chat) == 2


async def test_who_is_up_at_night_gets_all_that_waits(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    stage.clock.at = NIGHT
    await amina.carries(Relay(number, "one"))
    stage.clock.forward(timedelta(hours=1))
    await lina.phone.types("menu")
    before = len(lina.phone.chat)
    stage.clock.forward(timedelta(minutes=20))
    await amina.carries(Relay(number, "two"))
    assert [text.split("\n")[1] for text in texts(lina)[before:]] == ["one", "two"]
    stage.clock.forward(timedelta(minutes=30))
    await amina.carries(Relay(number, "three"))
    assert len(lina.phone.chat) == before + 2


async def test_in_her_own_zone(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    lina = await mentor(stage, "Fictive Lina")
    far = await woman(stage, "Fictive Farah", zone="America/New_York", quiet_from=time(22), quiet_until=time(7))
    stage.clock.at = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)  # five in the morning in New York
    await far.carries(Relay(await pair(far, lina), "Hello"))
    number = await pair(amina, far)
    stage.clock.forward(timedelta(hours=1))
    await amina.carries(Relay(number, "Hello"))
    assert (len(lina.phone.chat), len(far.phone.chat)) == (1, 0)
    await stage.forward(hours=1)
    assert len(far.phone.chat) == 1


# --- what cannot be delivered -------------------------------------------------------------------------------------


async def test_who_has_left_cannot_be_reached_and_the_sender_knows(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await lina.phone.leaves()
    carried = await amina.carries(Relay(number, "Hello"))
    assert "did not reach" in carried.says.parts[0].msgid
    assert await states(stage) == ["failed"]


async def test_who_left_overnight_cannot_be_reached_and_the_sender_is_told_once(
    stage: Stage, two: tuple[Woman, Woman, int]
) -> None:
    amina, lina, number = two
    stage.clock.at = NIGHT
    for words in ("one", "two"):
        await amina.carries(Relay(number, words))
    await lina.phone.leaves()
    await stage.forward(hours=11)
    await stage.forward(hours=24)
    assert [text.split(".")[0] for text in texts(amina)] == ["What you wrote did not reach Fictive Lina"]
    assert lina.phone.chat == []


async def test_what_a_platform_refuses_is_told_once(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    deliver = stage.channel.send

    async def refuse(sending: Sending) -> Result:
        hers = sending.address == lina.phone.address
        return Result(Verdict.REFUSED, reason="not allowed") if hers else await deliver(sending)

    stage.channel.send = refuse  # type: ignore[method-assign]
    for words in ("one", "two"):
        await amina.carries(Relay(number, words))
    assert await states(stage) == ["posted", "posted"]
    await stage.forward(minutes=15)
    assert [text.split(".")[0] for text in texts(amina)] == ["What you wrote did not reach Fictive Lina"]
    assert await states(stage) == [RelayState.FAILED] * 2
    await stage.forward(hours=5)
    assert len(amina.phone.chat) == 1


async def test_what_takes_long_is_looked_at_again(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    deliver = stage.channel.send

    async def later(sending: Sending) -> Result:
        hers = sending.address == lina.phone.address
        return Result(Verdict.RETRY, after=600) if hers else await deliver(sending)

    stage.channel.send = later  # type: ignore[method-assign]
    await amina.carries(Relay(number, "one"))
    for _ in range(3):
        await stage.forward(minutes=15)
    assert amina.phone.chat == []
    stage.clock.forward(timedelta(hours=24))
    await stage.settle()  # given up
    await stage.forward(minutes=15)
    assert "did not reach" in texts(amina)[0]


async def test_who_takes_part_no_more_is_not_written_to(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    stage.clock.at = NIGHT
    await amina.carries(Relay(number, "one"))
    her = msgspec.structs.replace(await lina.person(), consents=frozenset())
    async with stage.sorora.store.begin() as tx:
        await people.save(tx, [her])
    await stage.forward(hours=11)
    assert lina.phone.chat == []
    assert "did not reach" in texts(amina)[-1]


async def test_words_are_forgotten_after_thirty_days(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, _lina, number = two
    await amina.carries(Relay(number, "one"))
    for days, kept in ((29, True), (2, False)):
        stage.clock.forward(timedelta(days=days))
        await stage.sorora.scheduler.forget()
        async with stage.sorora.store.begin() as tx:
            assert (await tx.conn.scalar(sa.select(t.relayed.c.sealed)) is not None) is kept
