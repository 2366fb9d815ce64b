"""My week: day, hour, pause, no check-in, and all of it back again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec
import pytest

from bot.mentoring.check_ins import PAUSES, PauseNudges
from bot.mentoring.effects import Effect, Outcome, SetProfile
from bot.mentoring.lookups import Now
from bot.mentoring.people import Person
from conversations.week import TALK
from tests.conversations.driver import drive, english, labels, shown, walk
from tests.conversations.self_knowledge import NOW
from tests.conversations.world import MEMBER, world

PAUSED = msgspec.structs.replace(MEMBER, paused_until=NOW + timedelta(days=9))
STOPPED = msgspec.structs.replace(MEMBER, check_ins=False)


def week(me: Person = MEMBER) -> dict[Any, Any]:
    return {**world(me), Now: NOW}


def test_it_is_shown_as_it_is() -> None:
    shows = drive(TALK, {}, week())
    assert "I ask how your week was: Sunday, 18:00." in shown(shows)
    assert list(labels(shows)) == ["day", "hour", "pause", "stop", "done"]
    assert "I am quiet until 2026-12-01." in shown(drive(TALK, {}, week(PAUSED)))
    assert list(labels(drive(TALK, {}, week(PAUSED)))) == ["day", "hour", "resume", "stop", "done"]
    assert list(labels(drive(TALK, {}, week(STOPPED)))) == ["pause", "ask", "done"]
    over = msgspec.structs.replace(MEMBER, paused_until=datetime(2026, 1, 1, tzinfo=UTC))
    assert "pause" not in shown(drive(TALK, {}, week(over)))


@pytest.mark.parametrize(
    ("me", "taps", "effect"),
    [
        (MEMBER, {"row": "day", "day": "0"}, SetProfile(check_in_day=0)),
        (MEMBER, {"row": "hour", "hour": "9"}, SetProfile(check_in_at=time(9))),
        (MEMBER, {"row": "pause", "weeks": "8"}, PauseNudges(8)),
        (PAUSED, {"row": "resume"}, PauseNudges(0)),
        (STOPPED, {"row": "ask"}, SetProfile(check_ins=True)),
    ],
)
def test_a_change_is_kept_and_her_week_comes_again(me: Person, taps: dict[str, str], effect: Effect) -> None:
    assert drive(TALK, taps, week(me)).result == Outcome((effect,), then="week")


def test_stopping_is_one_tap_from_the_message() -> None:
    stopped = Outcome((SetProfile(check_ins=False),))
    assert drive(TALK, {}, week(), about="stop").result == stopped
    assert drive(TALK, {"row": "stop"}, week()).result == stopped
    assert drive(TALK, {"row": "done"}, week(STOPPED), about="stop").result == Outcome()


def test_only_hours_at_which_she_may_be_disturbed_are_offered() -> None:
    assert list(labels(drive(TALK, {"row": "hour"}, week()))) == ["9", "10", "12", "14", "16", "18", "19", "20"]
    late = msgspec.structs.replace(MEMBER, quiet_from=time(1), quiet_until=time(12))
    assert list(labels(drive(TALK, {"row": "hour"}, week(late)))) == ["12", "14", "16", "18", "19", "20", "21"]


def test_a_pause_says_until_when() -> None:
    said = drive(TALK, {"row": "pause", "weeks": "1"}, week()).said[-1]
    assert f"until {NOW.date() + timedelta(days=7)}" in english(said.words)
    assert list(labels(drive(TALK, {"row": "pause"}, week()))) == [str(n) for n in PAUSES]


@pytest.mark.parametrize("me", [MEMBER, PAUSED, STOPPED])
def test_every_path_ends(me: Person) -> None:
    assert all(isinstance(path.played.result, Outcome) for path in walk(TALK, week(me)))
