"""What reminds a mentor: words without an answer, a pair that has fallen quiet; and whatever takes it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.meetings import How, Meet, PickTime, ProposeMeeting, SayHowItWas
from bot.mentoring.mentorship import PairState, Rhythm, Side
from bot.mentoring.openers import OPENERS, QUIET, SendOpener, opener
from bot.mentoring.pair_steps import Agree, EndPair, HoldPair, ResumePair
from bot.mentoring.relay import Relay
from bot.store import people
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman

NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)
WAITS = "Hello! A message from Fictive Amina still waits for you. A short answer is enough."
LOST = "Hello! It was quiet for two weeks between you and Fictive Amina. That happens."


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        stage.clock.at = NOON
        yield stage


@pytest.fixture
async def two(stage: Stage) -> tuple[Woman, Woman, int]:
    """Fictive Amina and her mentor Fictive Lina, and their pair."""
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    return amina, lina, await pair(amina, lina, trial_at=NOON, active_at=NOON)


def reminders(her: Woman) -> list[str]:
    """What reminded her, by its first line."""
    firsts = [seen.text.partition("\n")[0] for seen in her.phone.chat]
    return [first for first in firsts if first in (WAITS, LOST)]


async def due(stage: Stage) -> set[str]:
    """What is due to mentors."""
    async with stage.sorora.store.begin() as tx:
        return {kind for kind in await tx.conn.scalars(sa.select(t.due.c.kind)) if kind.startswith("mentor_")}


# --- words without an answer --------------------------------------------------------------------------------------


async def test_after_three_days_she_is_reminded_once(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "May I ask you something?"))
    await stage.forward(days=2)
    await amina.carries(Relay(number, "It is about the exam"))  # does not put it off
    assert reminders(lina) == []
    await stage.forward(days=1)
    assert reminders(lina) == [WAITS]
    await lina.phone.taps("Write to her")
    await stage.forward(days=10)
    assert reminders(lina) == [WAITS]
    assert "exam" not in lina.phone.chat[-1].text


async def test_whatever_she_writes_there_takes_it_back(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    for words in ("Of course", "Call me: 0470 00 00 00"):  # the second is kept back
        await amina.carries(Relay(number, "May I ask you something?"))
        assert await due(stage) == {"mentor_unanswered", QUIET}
        await lina.carries(Relay(number, words))
        assert await due(stage) == {QUIET}
    await stage.forward(days=5)
    assert reminders(lina) == []


async def test_what_she_answered_after_it_was_queued_is_not_reminded(
    stage: Stage, two: tuple[Woman, Woman, int]
) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "May I ask you something?"))
    stage.clock.forward(timedelta(days=3))
    await stage.sorora.scheduler.fire()
    await lina.carries(Relay(number, "Of course"))
    assert reminders(lina) == []


async def test_what_was_kept_back_reminds_nobody(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, _lina, number = two
    await amina.carries(Relay(number, "Call me: 0470 00 00 00"))
    assert await due(stage) == set()


async def test_of_several_mentees_each_counts_for_herself(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    sara = await woman(stage, "Fictive Sara")
    other = await pair(sara, lina, trial_at=NOON)
    await amina.carries(Relay(number, "Hello"))
    await sara.carries(Relay(other, "Hello"))
    await lina.carries(Relay(other, "Hello Sara"))
    await stage.forward(days=3)
    assert reminders(lina) == [WAITS]


# --- a quiet pair -------------------------------------------------------------------------------------------------


async def test_a_question_comes_after_two_quiet_weeks_and_goes_with_one_tap(
    stage: Stage, two: tuple[Woman, Woman, int]
) -> None:
    amina, lina, number = two
    await lina.carries(Relay(number, "Hello"))
    await stage.forward(days=14)
    assert reminders(lina) == [LOST]
    question = OPENERS[opener(number, 0)].msgid
    assert lina.phone.last.text.endswith(f"A question can open your next talk:\n\n{question}")
    assert [button.label for button in lina.phone.last.buttons] == ["Send this", "Write my own"]
    shown = lina.phone.last
    await lina.phone.taps("Send this")
    assert amina.phone.last.text == f"From Fictive Lina:\n{question}"
    assert "Sent to Fictive Amina." in lina.phone.last.text
    before = len(amina.phone.chat)
    await lina.phone.does(button=shown.buttons[0].data)
    assert len(amina.phone.chat) == before
    await lina.phone.taps("Stop")
    await stage.forward(days=14)
    assert reminders(lina) == [LOST, LOST]
    assert OPENERS[opener(number, 1)].msgid in lina.phone.last.text


async def test_it_comes_once_until_something_happens_again(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await lina.carries(Relay(number, "Hello"))
    await stage.forward(days=60)
    await stage.forward(days=60)
    assert reminders(lina) == [LOST]
    await amina.carries(Relay(number, "Hello"))
    await lina.carries(Relay(number, "Hello"))
    await stage.forward(days=15)
    assert reminders(lina) == [LOST, LOST]


async def test_no_question_comes_twice_in_a_row() -> None:
    for number in range(50):
        places = [opener(number, before) for before in range(40)]
        assert all(one != other for one, other in pairwise(places))
        assert set(places) == set(range(len(OPENERS)))


async def test_it_is_counted_from_the_day_on_which_they_are_connected(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, PairState.AGREEING, agreed={Side.MENTOR: NOON})
    await amina.carries(Agree(number, Rhythm.WEEKLY, 6, True, True))
    assert await due(stage) == {QUIET}
    await stage.forward(days=14)
    assert reminders(lina) == [LOST]


async def test_a_pause_is_no_silence_and_an_end_is_the_end(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "Hello"))
    await amina.carries(HoldPair(number, 4))
    await stage.forward(days=19)
    assert (reminders(lina), await due(stage)) == ([], set())
    await amina.carries(ResumePair(number))
    assert await due(stage) == {QUIET}
    await amina.carries(Relay(number, "I am back"))
    await amina.carries(EndPair(number))
    assert await due(stage) == set()
    await stage.forward(days=20)
    assert reminders(lina) == []


async def test_a_meeting_is_contact_before_and_after(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "Shall we meet?"))
    at = NOON + timedelta(days=17)
    await lina.carries(ProposeMeeting(number, Meet.CHAT, None, (at,)))
    assert await due(stage) == {QUIET}  # that is an answer
    async with stage.sorora.store.begin() as tx:
        (meeting,) = list(await tx.conn.scalars(sa.select(t.meetings.c.id)))
    await amina.carries(PickTime(meeting, at))
    await stage.forward(days=15)
    assert reminders(lina) == []  # they meet on Thursday
    await stage.forward(days=3)
    await lina.carries(SayHowItWas(meeting, How.GOOD))
    await stage.forward(days=12)
    assert reminders(lina) == []
    await stage.forward(days=3)
    assert reminders(lina) == [LOST]


@pytest.mark.parametrize("question", [-1, len(OPENERS)])
async def test_only_a_question_of_ours_goes_and_only_from_the_mentor(
    two: tuple[Woman, Woman, int], question: int
) -> None:
    amina, lina, number = two
    assert (await lina.carries(SendOpener(number, question))).says == NOT_HERE
    assert (await amina.carries(SendOpener(number, 0))).says == NOT_HERE
    assert (await lina.carries(SendOpener(number + 1, 0))).says == NOT_HERE
    assert amina.phone.chat == []


async def test_it_goes_in_the_language_in_which_she_read_it(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina", language="fr")
    number = await pair(amina, lina)
    await lina.carries(SendOpener(number, 0))
    french = stage.sorora.house.catalogs.label(OPENERS[0], "fr")
    assert french != OPENERS[0].msgid
    assert amina.phone.last.text == f"From Fictive Lina:\n{french}"


async def test_her_own_manners_hold(stage: Stage, two: tuple[Woman, Woman, int]) -> None:
    """Not at night, and not in a pause of hers."""
    amina, lina, number = two
    stage.clock.at = NOON + timedelta(hours=8, minutes=50)  # ten minutes to nine in the evening
    await amina.carries(Relay(number, "May I ask you something?"))
    async with stage.sorora.store.begin() as tx:
        person = await people.get(tx, lina.id)
        assert person is not None
        await people.save(tx, [replace(person, paused_until=NOON + timedelta(days=7))])
    await stage.forward(days=3, minutes=20)
    assert reminders(lina) == []
    await stage.forward(days=4)
    assert reminders(lina) == []
    await stage.forward(hours=12)
    assert reminders(lina) == [WAITS]
