"""The judge of a simulation sees every kind of broken promise, and nothing where none is broken."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bot.mentoring.nudges import CHECK_IN, STILL_THERE
from bot.mentoring.rhythm import Rhythm
from bot.simulation.tally import Record, Tally, judge

USUAL = Rhythm()
SUNDAY = datetime(2027, 3, 7, 17, tzinfo=UTC)  # six in the evening in Brussels
DAY = timedelta(days=1)


def broken(*came: tuple[str, datetime], record: Record | None = None, rhythm: Rhythm = USUAL) -> dict[str, int]:
    """What is broken when this comes to her, one after the other; the server came back on Sunday."""
    tally, record = Tally(), record or Record()
    for kind, at in came:
        judge(tally, record, rhythm, kind, at, SUNDAY)
    return +tally.broken


def test_what_is_right() -> None:
    assert broken((CHECK_IN, SUNDAY), ("pair_ending", SUNDAY + DAY), (CHECK_IN, SUNDAY + 7 * DAY)) == {}


def test_at_night() -> None:
    night = SUNDAY + timedelta(hours=5)
    assert broken(("pair_ending", night)) == {"in quiet hours": 1}
    assert broken(("pair_over", night)) == {"in quiet hours": 1}
    assert broken(("pair_over", night), record=Record(here=night - timedelta(minutes=1))) == {}  # she has just asked
    assert broken(("pair_over", night), rhythm=Rhythm(quiet_from=time(9), quiet_until=time(9))) == {}


def test_in_a_pause() -> None:
    paused = Rhythm(paused_until=SUNDAY + DAY)
    assert broken((CHECK_IN, SUNDAY), rhythm=paused) == {"in a pause": 1}
    assert broken(("pair_over", SUNDAY), rhythm=paused) == {}  # another woman's act


def test_two_on_one_day_and_a_burst() -> None:
    two = ("pair_ending", SUNDAY), ("pair_chain", SUNDAY + timedelta(minutes=30))
    assert broken(*two) == {"two nudges on one day": 1, "a burst after the server was off": 1}


def test_two_check_ins_in_a_week() -> None:
    assert broken((CHECK_IN, SUNDAY + DAY), (STILL_THERE, SUNDAY + 7 * DAY)) == {"two check-ins in a week": 1}


def test_a_week_is_that_of_the_place_where_she_was() -> None:
    record, montreal = Record(), Rhythm(zone="America/Montreal")
    assert broken((CHECK_IN, SUNDAY + timedelta(hours=6)), record=record, rhythm=montreal) == {}  # Sunday, six
    assert broken((CHECK_IN, SUNDAY + 7 * DAY), record=record) == {}  # she has come back: in Brussels that was Monday


def test_no_silence_after_three() -> None:
    weekly = [(CHECK_IN, SUNDAY + 7 * n * DAY + timedelta(hours=-1)) for n in range(1, 6)]
    assert broken(*weekly) == {"a nudge after three without an answer": 1}
    record = Record(silent=4)
    record.writes(SUNDAY)
    assert broken((CHECK_IN, SUNDAY), record=record) == {}


def test_counts_are_added_up() -> None:
    one, other = Tally(weeks=1.5), Tally(weeks=2)
    judge(one, Record(), USUAL, CHECK_IN, SUNDAY, None)
    judge(other, Record(), USUAL, CHECK_IN, SUNDAY, None)
    one.add(other)
    assert (one.sent, one.hours, one.weeks) == ({CHECK_IN: 2}, {18: 2}, 3.5)
