"""Meetings: wall clocks and UTC, reminders and quiet hours, what goes into a goal, what is kept back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.mentoring.goals import GoalPlan, Milestone
from bot.mentoring.meetings import (
    BEFORE_QUIET,
    DAY_BEFORE,
    HOUR_BEFORE,
    Meeting,
    MeetingState,
    gives_away,
    has_room,
    moment,
    reminder_at,
    with_milestone,
)
from bot.mentoring.mentorship import Pair, PairFile, PairState, Side
from bot.mentoring.people import Person

TODAY = date(2027, 3, 1)
PLAN = GoalPlan("A job", "A contract", 4, "For us", date(2027, 6, 1), (), "Write the letter")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "zone", "at"),
    [
        (date(2027, 3, 27), "Europe/Brussels", "2027-03-27T09:00"),  # the day before summer begins
        (date(2027, 3, 28), "Europe/Brussels", "2027-03-28T08:00"),
        (date(2027, 10, 30), "Europe/Brussels", "2027-10-30T08:00"),  # the day before it ends
        (date(2027, 10, 31), "Europe/Brussels", "2027-10-31T09:00"),
        (date(2027, 3, 28), "America/New_York", "2027-03-28T14:00"),
        (date(2027, 3, 28), "Asia/Kabul", "2027-03-28T05:30"),
    ],
)
def test_ten_on_her_clock_is_a_moment_for_everybody(day: date, zone: str, at: str) -> None:
    assert moment(day, 10, zone) == utc(at)


@pytest.mark.parametrize(
    ("begin", "end", "before", "at", "when"),
    [
        (21, 9, DAY_BEFORE, "2027-03-10T14:00", "2027-03-09T14:00"),
        (21, 9, HOUR_BEFORE, "2027-03-10T14:00", "2027-03-10T13:00"),
        (21, 9, HOUR_BEFORE, "2027-03-10T08:00", "2027-03-09T20:00"),  # nine o'clock: told the evening before
        (21, 9, HOUR_BEFORE, "2027-03-10T09:00", "2027-03-10T08:00"),  # ten o'clock: at nine, when her day begins
        (19, 9, DAY_BEFORE, "2027-03-10T19:00", "2027-03-09T18:00"),  # eight in the evening
        (9, 17, HOUR_BEFORE, "2027-03-10T12:00", "2027-03-10T08:00"),  # she works at night
        (0, 9, DAY_BEFORE, "2027-03-10T07:30", "2027-03-08T23:00"),
        (9, 9, HOUR_BEFORE, "2027-03-10T08:00", "2027-03-10T07:00"),  # no quiet hours
        (21, 9, HOUR_BEFORE, "2027-03-28T07:00", "2027-03-27T20:00"),  # over the night in which summer begins
        (21, 9, HOUR_BEFORE, "2027-10-31T08:00", "2027-10-30T19:00"),  # and the one in which it ends
    ],
)
def test_a_reminder_comes_before_her_quiet_hours(begin: int, end: int, before: timedelta, at: str, when: str) -> None:
    person = Person(1, quiet_from=time(begin), quiet_until=time(end))
    reminded = reminder_at(person, utc(at), before)
    assert reminded in (utc(when), utc(when) - BEFORE_QUIET)
    assert (reminded == utc(when)) is (utc(at) - before == utc(when))
    assert reminded <= utc(at) - before


def test_only_times_to_come_are_offered_and_over_means_its_end_is_past() -> None:
    times = (utc("2027-03-02T10:00"), utc("2027-03-03T10:00"))
    meeting = Meeting(1, 1, MeetingState.AGREED, True, Side.MENTEE, "Lina", "chat", proposals=times, at=times[0])
    assert meeting.times(times[0]) == times[1:]
    assert not meeting.over(utc("2027-03-02T10:59"))
    assert meeting.over(utc("2027-03-02T11:00"))


@pytest.mark.parametrize(
    ("goal_by", "by"),
    [(date(2027, 6, 1), date(2027, 3, 15)), (date(2027, 3, 8), date(2027, 3, 8)), (TODAY, date(2027, 3, 15))],
)
def test_a_step_becomes_a_milestone_that_is_not_due_after_its_goal(goal_by: date, by: date) -> None:
    old = Milestone("Find out", date(2027, 2, 1), date(2027, 2, 1))
    plan = GoalPlan(PLAN.title, "", 3, "", goal_by, (old,), "")
    after = with_milestone(plan, "Call the school", TODAY)
    assert after.milestones == (old, Milestone("Call the school", by))
    assert after.by >= by


def test_a_goal_with_five_milestones_is_full() -> None:
    plan = PLAN
    for n in range(5):
        assert has_room(plan)
        plan = with_milestone(plan, str(n), TODAY)
    assert not has_room(plan)


def test_contact_details_wait_until_both_agreed_and_helplines_never() -> None:
    pair = Pair(1, PairState.TRIAL, Side.MENTEE, "Lina", 2, utc("2027-02-01T09:00"))
    agreed = Pair(1, PairState.TRIAL, Side.MENTEE, "Lina", 2, pair.began_at, PairFile(contacts=frozenset(Side)))
    assert gives_away("At my flat, call 0470 12 34 56", pair, ())
    assert not gives_away("At my flat, call 0470 12 34 56", agreed, ())
    assert not gives_away("Library Muntpunt, second floor", pair, ())
