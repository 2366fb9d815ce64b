"""One meeting: one of the times, other ones, or no; and what is agreed can be moved and cancelled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Now
from bot.mentoring.meetings import CancelMeeting, Meeting, MeetingOf, MeetingState, PickTime
from bot.mentoring.mentorship import Side
from bot.mentoring.people import Person
from conversations.meeting import TALK
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import MEMBER, world

NOW = datetime(2027, 3, 26, 9, tzinfo=UTC)
TIMES = (
    datetime(2027, 3, 25, 9, tzinfo=UTC),  # past
    datetime(2027, 3, 27, 9, tzinfo=UTC),
    datetime(2027, 3, 28, 8, tzinfo=UTC),
)
ASKED = Meeting(
    12, 7, MeetingState.PROPOSED, False, Side.MENTOR, "Fictive Amina", "person", "Library Muntpunt", TIMES
)  # fmt: skip
MINE = msgspec.structs.replace(ASKED, mine=True)
AGREED = msgspec.structs.replace(ASKED, state=MeetingState.AGREED, at=TIMES[1], was=TIMES[1])


def looks(meeting: Meeting | None, me: Person = MEMBER) -> dict[Any, Any]:
    return {**world(me), MeetingOf: meeting, Now: NOW}


def test_only_times_to_come_are_offered_on_her_own_clock() -> None:
    asked = drive(TALK, {}, looks(ASKED), "12")
    assert "Fictive Amina would like to meet you." in shown(asked)
    assert "Where: Library Muntpunt" in shown(asked)
    assert list(labels(asked).values()) == [
        "2027-03-27 10:00:00+01:00", "2027-03-28 10:00:00+02:00", "None of them fits", "I cannot meet now",
    ]  # fmt: skip
    kabul = drive(TALK, {}, looks(ASKED, Person(2, zone="Asia/Kabul")), "12")
    assert labels(kabul)["1"] == "2027-03-27 13:30:00+04:30"


def test_she_picks_one_or_proposes_hers_or_says_no() -> None:
    assert drive(TALK, {"time": "2"}, looks(ASKED), "12").result == Outcome((PickTime(12, TIMES[2]),))
    assert drive(TALK, {"time": "none"}, looks(ASKED), "12").result == Outcome(then="meet", about="7-12")
    assert drive(TALK, {"time": "no"}, looks(ASKED), "12").result == Outcome((CancelMeeting(12),))


def test_when_all_times_are_past_she_may_propose_others() -> None:
    old = drive(TALK, {}, looks(msgspec.structs.replace(ASKED, proposals=TIMES[:1])), "12")
    assert "These times are past." in shown(old)
    assert list(labels(old)) == ["none", "no"]


def test_her_own_proposal_can_be_changed_taken_back_or_left() -> None:
    asked = drive(TALK, {}, looks(MINE), "12")
    assert "has not answered yet" in shown(asked)
    assert labels(asked)["cancel"] == "Take it back"
    assert drive(TALK, {"then": "times"}, looks(MINE), "12").result == Outcome(then="meet", about="7-12")
    assert drive(TALK, {"then": "cancel"}, looks(MINE), "12").result == Outcome((CancelMeeting(12),))
    assert drive(TALK, {"then": "leave"}, looks(MINE), "12").result == Outcome()


def test_what_is_agreed_is_shown_and_can_be_moved_or_cancelled_by_either() -> None:
    for meeting in (AGREED, msgspec.structs.replace(AGREED, mine=True)):
        asked = drive(TALK, {}, looks(meeting), "12")
        assert "When: 2027-03-27 10:00:00+01:00" in shown(asked)
        assert labels(asked)["cancel"] == "Cancel it"
        assert drive(TALK, {"then": "times"}, looks(meeting), "12").result == Outcome(then="meet", about="7-12")


def test_after_its_time_it_is_looked_back_on() -> None:
    over = msgspec.structs.replace(AGREED, at=TIMES[0])
    assert drive(TALK, {}, looks(over), "12").result == Outcome(then="met", about="12")


@pytest.mark.parametrize(
    ("about", "meeting"),
    [("12", None), ("", None), ("x", None), ("12", msgspec.structs.replace(ASKED, state=MeetingState.CANCELLED))],
)
def test_what_is_not_hers_or_over_reads_the_same(about: str, meeting: Meeting | None) -> None:
    played = drive(TALK, {}, looks(meeting), about)
    assert shown(played).startswith("That is no longer open.")
    assert played.result == Outcome()


@pytest.mark.parametrize("meeting", [ASKED, MINE, AGREED])
def test_every_path_ends(meeting: Meeting) -> None:
    assert len(list(walk(TALK, looks(meeting), "12"))) >= 3
