"""The manners of nudges: which of several comes, when, and when not at all."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mentoring.nudges import (
    CHECK_IN,
    DAY,
    MIDST,
    NUDGES,
    REST,
    STILL_THERE,
    Moment,
    allowed,
    asks,
    fate,
    kindly,
    next_check_in,
)
from bot.mentoring.rhythm import MOST_UNANSWERED, Rhythm
from tests.mentoring.test_rhythm import any_moment, day, is_quiet, rhythms, week

USUAL = Rhythm()
SUNDAY = datetime(2027, 3, 7, 17, tzinfo=UTC)  # six in the evening in Brussels
MONDAY = datetime(2027, 3, 8, 9, tzinfo=UTC)  # ten in the morning
LESSER = [kind for kind, nudge in NUDGES.items() if nudge.rank > NUDGES[CHECK_IN].rank]

kinds = st.sampled_from(sorted(NUDGES))
agos = st.timedeltas(timedelta(0), timedelta(days=6))
some = st.builds(
    lambda rhythm, now, nudged, busy, left: (Moment(rhythm, nudged and now - nudged, left, busy and now - busy), now),
    rhythms, any_moment, st.none() | agos, st.none() | agos, st.integers(0, 5),
)  # fmt: skip


@given(some, kinds, agos, st.booleans())
def test_nothing_comes_at_night_in_a_pause_twice_a_day_or_too_late(
    given: tuple[Moment, datetime], kind: str, ago: timedelta, second: bool
) -> None:
    moment, now = given
    when = allowed(kind, now - ago, moment, now, second=second)
    if when is None:
        return
    rhythm, late = moment.rhythm, NUDGES[kind].late
    assert when >= now
    assert not is_quiet(rhythm, when)
    assert rhythm.paused_until is None or when >= rhythm.paused_until
    assert moment.nudged_at is None or day(rhythm, when) > day(rhythm, moment.nudged_at)
    assert not second or day(rhythm, when) > day(rhythm, now)
    assert moment.busy_at is None or when > now or now - moment.busy_at >= MIDST
    assert late is None or when <= now - ago + late
    assert moment.unanswered <= MOST_UNANSWERED
    assert kind != CHECK_IN or rhythm.check_ins
    assert kind not in LESSER or moment.nudged_at is None or when - moment.nudged_at >= REST


@given(some, agos)
def test_the_next_check_in_is_in_another_week(given: tuple[Moment, datetime], ago: timedelta) -> None:
    """Of hers, than the one that comes now; and always still to come."""
    moment, now = given
    for comes in (True, False):
        following = next_check_in(now - ago, moment, now, comes=comes)
        assert (following is None) is not moment.rhythm.check_ins
        assert following is None or following > now
        assert following is None or not comes or week(moment.rhythm, following) != week(moment.rhythm, now)


def test_in_the_day_it_comes_at_once() -> None:
    assert allowed(CHECK_IN, SUNDAY, Moment(USUAL), SUNDAY) == SUNDAY


def test_one_a_day() -> None:
    """The next day at ten."""
    assert allowed(CHECK_IN, SUNDAY, Moment(USUAL, SUNDAY - timedelta(hours=3)), SUNDAY) == MONDAY
    assert allowed(CHECK_IN, SUNDAY, Moment(USUAL), SUNDAY, second=True) == MONDAY
    assert allowed(CHECK_IN, SUNDAY, Moment(USUAL, SUNDAY - DAY), SUNDAY) == SUNDAY


def test_late_in_the_evening_and_early_in_the_morning_are_not_two_at_once() -> None:
    owl = Rhythm(quiet_from=time(23), quiet_until=time(6))
    late, early = SUNDAY + timedelta(hours=4), MONDAY - timedelta(hours=3)  # ten at night, seven in the morning
    assert allowed(LESSER[0], early, Moment(owl, nudged_at=late), early) == late + REST
    assert allowed(CHECK_IN, early, Moment(owl, nudged_at=late), early) == early  # at the hour that she chose


def test_an_open_talk_is_not_disturbed() -> None:
    now = SUNDAY + timedelta(minutes=1)
    assert allowed(CHECK_IN, SUNDAY, Moment(USUAL, busy_at=SUNDAY), now) == now + timedelta(minutes=20)
    assert allowed(CHECK_IN, SUNDAY, Moment(USUAL, busy_at=now - MIDST), now) == now


@pytest.mark.parametrize(("kind", "nudge"), [(kind, nudge) for kind, nudge in NUDGES.items() if nudge.late])
def test_too_late_is_left_out(kind: str, nudge: object) -> None:
    late = NUDGES[kind].late
    assert late is not None
    friday = Rhythm(4)  # the day of her check-in is far
    assert allowed(kind, SUNDAY, Moment(friday), SUNDAY + late) is not None or late < DAY
    assert allowed(kind, SUNDAY, Moment(friday), SUNDAY + late + timedelta(minutes=1)) is None


@pytest.mark.parametrize("kind", [kind for kind in LESSER if NUDGES[kind].late is None])
def test_what_matters_less_leaves_the_day_of_the_check_in_to_it(kind: str) -> None:
    morning = SUNDAY - timedelta(hours=6)
    assert allowed(kind, morning, Moment(USUAL), morning) == MONDAY
    assert allowed(kind, morning, Moment(Rhythm(check_ins=False)), morning) == morning
    assert allowed(kind, morning, Moment(Rhythm(2)), morning) == morning
    assert allowed(kind, MONDAY, Moment(USUAL), MONDAY) == MONDAY


def test_three_without_an_answer_then_a_kind_question_then_silence() -> None:
    told, left, quiet = [], 0, []
    for _week in range(6):
        moment = Moment(USUAL, None, left)
        if allowed(CHECK_IN, SUNDAY, moment, SUNDAY) is None:
            quiet.append(left)
            continue
        told.append(kindly(CHECK_IN, moment))
        left += asks(told[-1])
    assert told == [CHECK_IN] * MOST_UNANSWERED + [STILL_THERE]
    assert len(quiet) == 2
    assert allowed(CHECK_IN, SUNDAY, Moment(USUAL, None, 0), SUNDAY) == SUNDAY  # she wrote


def test_only_check_ins_count_as_unanswered() -> None:
    assert [kind for kind in NUDGES if asks(kind)] == [CHECK_IN, STILL_THERE]
    assert kindly("pair_ending", Moment(USUAL, None, MOST_UNANSWERED)) == "pair_ending"


def test_a_check_in_that_came_late_is_the_one_of_its_week() -> None:
    """On Tuesday after two days off: the next is not on the Sunday of that week."""
    tuesday = SUNDAY + 2 * DAY
    after = next_check_in(SUNDAY, Moment(USUAL), tuesday, comes=True)
    assert after == SUNDAY + 14 * DAY
    assert next_check_in(SUNDAY, Moment(USUAL), tuesday, comes=False) == SUNDAY + 7 * DAY
    assert next_check_in(SUNDAY, Moment(USUAL), SUNDAY + 30 * DAY, comes=False) == datetime(2027, 4, 11, 16, tzinfo=UTC)


def test_what_cannot_come_now_is_due_again_or_left_out_and_a_check_in_goes_on() -> None:
    assert fate(CHECK_IN, SUNDAY, Moment(USUAL), SUNDAY) == (CHECK_IN, SUNDAY + 7 * DAY)
    assert fate(CHECK_IN, SUNDAY, Moment(USUAL, None, MOST_UNANSWERED), SUNDAY) == (STILL_THERE, SUNDAY + 7 * DAY)
    assert fate(CHECK_IN, SUNDAY, Moment(USUAL, None, MOST_UNANSWERED + 1), SUNDAY) == ("", SUNDAY + 7 * DAY)
    assert fate(CHECK_IN, SUNDAY, Moment(Rhythm(check_ins=False)), SUNDAY) == ("", None)
    assert fate("pair_ending", SUNDAY, Moment(USUAL), SUNDAY) == ("pair_ending", None)
    assert fate("pair_ending", SUNDAY, Moment(USUAL), SUNDAY, second=True) == ("", MONDAY)
    assert fate("plan_moment", SUNDAY, Moment(USUAL), SUNDAY, second=True) == ("", None)
