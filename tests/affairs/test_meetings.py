"""Meetings of a pair: proposed, agreed, moved, cancelled, remembered; each on her own clock and calendar."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from icalendar import Calendar

from bot.affairs import pairs as their_pairs
from bot.affairs.desk import Carried
from bot.mentoring.effects import Effect
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.meetings import (
    CancelMeeting,
    ComingMeeting,
    How,
    Meet,
    MeetingOf,
    MeetingState,
    PickTime,
    ProposeMeeting,
    SayHowItWas,
)
from bot.mentoring.mentorship import PairState
from bot.store import meetings as store
from bot.store import people
from bot.store import tables as t
from bot.testing import Seen, Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman

WEDNESDAY = datetime(2027, 3, 3, 14, tzinfo=UTC)  # three in the afternoon in Brussels; the stage begins on Monday
FRIDAY = WEDNESDAY + timedelta(days=2)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


@pytest.fixture
async def two(stage: Stage) -> tuple[Woman, Woman, int]:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    return amina, lina, await pair(amina, lina)


async def proposed(her: Woman, number: int, *times: datetime, **more: Any) -> int:
    """She proposes these times; gives the id of the meeting."""
    await her.carries(ProposeMeeting(number, Meet.PERSON, "Library Muntpunt", times or (WEDNESDAY, FRIDAY), **more))
    return (await coming(her, number)).id  # type: ignore[no-any-return]


async def agreed(her: Woman, other: Woman, number: int, at: datetime = WEDNESDAY) -> int:
    meeting = await proposed(her, number, at)
    await other.carries(PickTime(meeting, at))
    return meeting


async def coming(her: Woman, number: int) -> Any:
    return await her.finds(ComingMeeting(number))


def event_of(seen: Seen) -> tuple[Any, Any]:
    """The calendar and the one event in the file of a message, read back."""
    assert seen.message.document is not None
    calendar = Calendar.from_ical(seen.message.document.body)
    (event,) = calendar.walk("VEVENT")
    assert event.errors == calendar.errors == []
    return calendar, event


async def both_at_once(*acts: tuple[Woman, Effect]) -> list[Carried]:
    """Effects in transactions that run at the same time."""

    async def act(her: Woman, effect: Effect) -> Any:
        async with her.stage.sorora.store.begin() as tx:
            person = await people.get(tx, her.id)
            assert person is not None
            return await her.desk(tx).carry(effect, person)

    carried = await asyncio.gather(*(act(her, effect) for her, effect in acts))
    await acts[0][0].stage.settle()
    return list(carried)


# --- proposed and agreed ------------------------------------------------------------------------------------------


async def test_each_reads_the_times_on_her_own_clock(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    lina = await mentor(stage, "Fictive Lina")
    await move(lina, "Asia/Kabul")
    number = await pair(amina, lina)
    await proposed(amina, number)
    assert "Fictive Amina would like to meet you." in lina.phone.last.text
    assert "3 March 2027, 18:30\n5 March 2027, 18:30" in lina.phone.last.text
    assert "Where: Library Muntpunt\nMeet in a public place the first time." in lina.phone.last.text
    meeting = await coming(lina, number)
    await lina.carries(PickTime(meeting.id, WEDNESDAY))
    assert "When: 3 March 2027, 18:30" in lina.phone.last.text
    assert "When: 3 March 2027, 15:00" in amina.phone.last.text


async def move(her: Woman, zone: str) -> None:
    """She lives by the clock of another place."""
    async with her.stage.sorora.store.begin() as tx:
        person = await people.get(tx, her.id)
        assert person is not None
        await people.save(tx, [msgspec.structs.replace(person, zone=zone)])


async def test_both_get_a_file_for_their_calendars(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await agreed(amina, lina, number)
    files = []
    for her, other in ((amina, "Fictive Lina"), (lina, "Fictive Amina")):
        calendar, event = event_of(her.phone.last)
        assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
        assert (event["SUMMARY"], event["SEQUENCE"], event["STATUS"]) == (f"Meeting with {other}", 0, "CONFIRMED")
        assert event["LOCATION"] == "Library Muntpunt"
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (WEDNESDAY, WEDNESDAY + timedelta(hours=1))
        assert b"DTSTART:20270303T140000Z" in her.phone.last.message.document.body  # type: ignore[union-attr]
        assert "mentor" not in calendar.to_ical().decode().lower()
        files.append(event["UID"])
    assert files[0] == files[1]


async def test_another_time_moves_it_and_cancelling_takes_it_out_of_the_calendar(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    meeting = await agreed(amina, lina, number)
    first = event_of(amina.phone.last)[1]
    assert await proposed(lina, number, FRIDAY, instead=meeting) == meeting
    assert "Fictive Lina needs another time for your meeting.\nThe old time no longer holds." in amina.phone.last.text
    await amina.carries(PickTime(meeting, FRIDAY))
    second = event_of(lina.phone.last)[1]
    assert (second["UID"], second["SEQUENCE"], second["DTSTART"].dt) == (first["UID"], 1, FRIDAY)
    await lina.carries(CancelMeeting(meeting))
    for her in (amina, lina):
        assert "does not take place.\n5 March 2027, 15:00" in her.phone.last.text
        calendar, third = event_of(her.phone.last)
        assert (calendar["METHOD"], third["STATUS"], third["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)
        assert (third["UID"], third["DTSTART"].dt) == (first["UID"], FRIDAY)
    assert await coming(amina, number) is None
    await lina.stage.forward(days=7)
    assert "is coming" not in lina.phone.last.text


async def test_in_discreet_mode_the_file_does_not_say_where(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina", discreet=True)
    lina = await mentor(stage, "Fictive Lina")
    await agreed(lina, amina, await pair(amina, lina))
    assert "LOCATION" not in event_of(amina.phone.last)[1]
    assert "LOCATION" in event_of(lina.phone.last)[1]


async def test_a_no_before_it_is_agreed_is_told_kindly_and_taken_back_too(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await lina.carries(CancelMeeting(await proposed(amina, number)))
    assert amina.phone.last.text == "Fictive Lina cannot meet at the moment."
    assert [button.data for button in amina.phone.last.buttons] == [f"@meet:{number}"]
    assert amina.phone.last.message.document is None
    await amina.carries(CancelMeeting(await proposed(amina, number)))
    assert lina.phone.last.text == "Fictive Amina has taken her times back."


async def test_none_fits_and_she_proposes_hers(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    meeting = await proposed(amina, number, WEDNESDAY)
    assert await proposed(lina, number, FRIDAY, instead=meeting) == meeting
    seen = await amina.finds(MeetingOf(meeting))
    assert (seen.mine, seen.proposals, seen.state) == (False, (FRIDAY,), MeetingState.PROPOSED)
    assert "Fictive Lina would like to meet you." in amina.phone.last.text


async def test_a_time_that_has_passed_is_neither_proposed_nor_agreed(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    past = amina.stage.clock.now() - timedelta(hours=1)
    carried = await amina.carries(ProposeMeeting(number, Meet.CHAT, None, (past,)))
    assert (carried.then.talk, carried.then.about) == ("meet", str(number))
    assert await coming(amina, number) is None
    meeting = await proposed(amina, number)
    amina.stage.clock.at = WEDNESDAY
    carried = await lina.carries(PickTime(meeting, WEDNESDAY))
    assert carried.then.talk == "meeting"
    assert (await coming(lina, number)).times(WEDNESDAY) == (FRIDAY,)


async def test_times_that_nobody_answered_lapse_without_blame(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await proposed(amina, number)
    await amina.stage.forward(days=3)
    assert await coming(amina, number) is not None
    await amina.stage.forward(days=1, hours=5)
    assert "could not answer before your times were past.\nThat happens." in amina.phone.last.text
    assert await coming(amina, number) is None
    assert len(lina.phone.chat) == 1


# --- reminders, and how it was ------------------------------------------------------------------------------------


async def test_reminders_a_day_and_an_hour_before_and_a_question_after(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    meeting = await agreed(amina, lina, number)
    before = len(amina.phone.chat)
    at: list[tuple[str, str]] = []
    while amina.stage.clock.now() < WEDNESDAY + timedelta(hours=4):
        await amina.stage.forward(minutes=30)
        news, before = amina.phone.chat[before:], len(amina.phone.chat)
        at += [(f"{amina.stage.clock.now():%a %H:%M}", seen.text.split("\n")[0]) for seen in news]
    coming_up = "Your meeting with Fictive Lina is coming."
    assert at == [
        ("Tue 14:00", coming_up), ("Wed 13:00", coming_up), ("Wed 17:00", "How was your meeting with Fictive Lina?"),
    ]  # fmt: skip
    assert [button.data for button in lina.phone.last.buttons] == [
        f"@met:{meeting}-good", f"@met:{meeting}-so", f"@met:{meeting}-not",
    ]  # fmt: skip
    assert (await amina.finds(MeetingOf(meeting))).state is MeetingState.PAST


async def test_a_reminder_never_comes_at_night_and_the_question_waits_for_the_morning(
    two: tuple[Woman, Woman, int],
) -> None:
    amina, lina, number = two
    early = datetime(2027, 3, 3, 8, tzinfo=UTC)  # nine in Brussels: her quiet hours end
    await agreed(amina, lina, number, early)
    await amina.stage.forward(hours=10, minutes=30)  # Monday evening, still before her quiet hours
    count = len(amina.phone.chat)
    await amina.stage.forward(hours=24)  # Tuesday, half past eight in the evening
    assert len(amina.phone.chat) == count + 1
    await amina.stage.forward(minutes=26)
    assert "is coming" in amina.phone.last.text
    assert not amina.phone.last.message.silent
    assert len(amina.phone.chat) == count + 2
    late = datetime(2027, 3, 3, 19, tzinfo=UTC)  # eight in the evening
    await amina.stage.forward(hours=14)
    await agreed(amina, lina, number, late)
    count = len(amina.phone.chat)
    amina.stage.clock.at = datetime(2027, 3, 4, 7, 59, tzinfo=UTC)
    await amina.stage.forward()
    asked = [seen.text for seen in amina.phone.chat[count:] if "How was" in seen.text]
    assert asked == []
    await amina.stage.forward(minutes=1)
    assert "How was" in amina.phone.last.text


async def test_how_it_was_is_kept_for_each_and_the_first_one_opens_the_question_of_the_trial(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, PairState.TRIAL)
    meeting = await agreed(amina, lina, number)
    early = await amina.carries(SayHowItWas(meeting, How.GOOD))
    assert early.says == NOT_HERE
    await stage.forward(days=3)
    await lina.carries(SayHowItWas(meeting, How.NOT))
    async with stage.sorora.store.begin() as tx:
        before = (await tx.conn.execute(sa.select(t.due.c.kind))).scalars().all()
    count = len(lina.phone.chat)
    await amina.carries(SayHowItWas(meeting, How.GOOD))
    assert len(lina.phone.chat) == count + 1, before
    assert (await amina.finds(MeetingOf(meeting))).how == "good"
    assert (await lina.finds(MeetingOf(meeting))).how == "not"


# --- whose it is, and the end of a pair ---------------------------------------------------------------------------


async def test_somebody_elses_meeting_answers_like_none(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    meeting = await proposed(amina, number)
    eve = await woman(amina.stage, "Fictive Eve")
    for each in (meeting, 999):
        assert await eve.finds(MeetingOf(each)) is None
        for effect in (PickTime(each, WEDNESDAY), CancelMeeting(each), SayHowItWas(each, How.GOOD)):
            carried = await eve.carries(effect)
            assert (carried.says, carried.then) == (NOT_HERE, None)
    for each in (number, 999):
        assert await eve.finds(ComingMeeting(each)) is None
        assert (await eve.carries(ProposeMeeting(each, Meet.CHAT, None, (FRIDAY,)))).says == NOT_HERE
    assert eve.phone.chat == []
    assert (await coming(lina, number)).state is MeetingState.PROPOSED


async def test_she_cannot_pick_her_own_times_nor_one_that_was_not_proposed(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    meeting = await proposed(amina, number)
    await amina.carries(PickTime(meeting, WEDNESDAY))
    await lina.carries(PickTime(meeting, WEDNESDAY + timedelta(hours=1)))
    assert (await coming(lina, number)).state is MeetingState.PROPOSED


@pytest.mark.parametrize("state", [PairState.AGREEING, PairState.HOLD, PairState.ENDED, PairState.COMPLETED])
async def test_only_in_trial_and_after_it_they_propose(stage: Stage, state: PairState) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, state)
    assert (await amina.carries(ProposeMeeting(number, Meet.CHAT, None, (FRIDAY,)))).says == NOT_HERE


async def end(her: Woman, number: int) -> None:
    async with her.stage.sorora.store.begin() as tx:
        await their_pairs.end(her.desk(tx), number, None, reason="blocked", tell=False)
    await her.stage.settle()


async def test_when_the_pair_ends_an_agreed_meeting_is_called_off_for_both(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await agreed(amina, lina, number)
    await end(amina, number)
    for her in (amina, lina):
        told = next(seen for seen in her.phone.chat if "does not take place" in seen.text)
        assert event_of(told)[0]["METHOD"] == "CANCEL"
        assert told.buttons == []
    count = len(lina.phone.chat)
    await lina.stage.forward(days=3)
    assert not any("meeting" in seen.text for seen in lina.phone.chat[count:])


async def test_when_the_pair_ends_a_mere_proposal_goes_without_a_word(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    meeting = await proposed(amina, number)
    await end(amina, number)
    assert not any("does not take place" in seen.text for her in (amina, lina) for seen in her.phone.chat)
    assert await lina.finds(MeetingOf(meeting)) is None
    assert (await lina.carries(PickTime(meeting, WEDNESDAY))).says == NOT_HERE


async def test_who_erases_herself_leaves_nobody_waiting_also_at_night(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await agreed(amina, lina, number)
    amina.stage.clock.at = datetime(2027, 3, 2, 22, tzinfo=UTC)
    async with amina.stage.sorora.store.begin() as tx:
        person = await people.get(tx, amina.id)
        assert person is not None
        await amina.desk(tx).say_goodbye(person)
        await people.erase(tx, amina.id, amina.stage.clock.now(), tombstone=True)
    await amina.stage.settle()
    assert any("does not take place" in seen.text for seen in lina.phone.chat)
    await amina.stage.forward(days=3)


# --- at the same moment -------------------------------------------------------------------------------------------


async def test_two_picks_at_once_agree_on_one_time(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    meeting = await proposed(amina, number)
    await both_at_once((lina, PickTime(meeting, WEDNESDAY)), (lina, PickTime(meeting, FRIDAY)))
    assert sum("is agreed" in seen.text for seen in amina.phone.chat) == 1
    at = (await coming(amina, number)).at
    assert event_of(amina.phone.last)[1]["DTSTART"].dt == at


async def test_a_pick_against_taking_it_back_ends_the_same_for_both(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    for _ in range(3):
        meeting = await proposed(amina, number)
        picked, _taken = await both_at_once((lina, PickTime(meeting, WEDNESDAY)), (amina, CancelMeeting(meeting)))
        assert await coming(amina, number) is None  # cancelling is possible before and after
        end = "taken her times back" if picked.says == NOT_HERE else "does not take place"
        assert end in lina.phone.last.text


async def test_both_propose_at_once_and_one_proposal_stands(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    effect = ProposeMeeting(number, Meet.CHAT, None, (FRIDAY,))
    one, two_ = await both_at_once((amina, effect), (lina, effect))
    assert [carried.then.talk for carried in (one, two_) if carried.then is not None] == ["meeting"]
    async with amina.stage.sorora.store.begin() as tx:
        assert len(await store.open_of(tx, number)) == 1
