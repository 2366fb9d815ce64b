"""When she may be disturbed: any rhythm, in zones whose clocks change on other days or not at all, at any moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.mentoring.rhythm import (
    APART,
    Rhythm,
    awake,
    check_in_after,
    check_in_moved,
    check_in_next,
    may_come,
    on,
    read,
    written,
)

ZONES = (
    "Europe/Brussels", "Europe/London", "Europe/Istanbul", "Africa/Casablanca", "Africa/Cairo", "Africa/Asmara",
    "Asia/Kabul", "Asia/Beirut", "Asia/Kathmandu", "America/Santiago", "Australia/Lord_Howe", "Pacific/Kiritimati",
)  # fmt: skip

hours = st.builds(time, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59)))
moments = st.builds(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds), st.integers(0, 157_766_400)
)
near_changes = st.builds(  # the nights in which Brussels changes its clocks
    lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from([
        date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31), date(2028, 3, 26),
        date(2028, 10, 29), date(2029, 3, 25), date(2029, 10, 28), date(2030, 3, 31), date(2030, 10, 27),
    ]),
    st.integers(-2880, 2880),
)  # fmt: skip
any_moment = moments | near_changes
rhythms = st.builds(
    Rhythm, st.integers(0, 6), hours, hours, hours, st.sampled_from(ZONES), st.none() | any_moment, st.booleans()
)
usual = st.builds(Rhythm, st.integers(0, 6), hours, hours, hours, st.sampled_from(ZONES))


def is_quiet(rhythm: Rhythm, moment: datetime) -> bool:
    """Whether a moment is in her quiet hours, by counting minutes of the day round the clock."""
    wall = moment.astimezone(ZoneInfo(rhythm.zone))
    minute, begin, end = (60 * one.hour + one.minute for one in (wall, rhythm.quiet_from, rhythm.quiet_until))
    return (minute - begin) % 1440 < (end - begin) % 1440


def day(rhythm: Rhythm, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(rhythm.zone)).date()


def week(rhythm: Rhythm, moment: datetime) -> tuple[int, int]:
    year, number, _day = day(rhythm, moment).isocalendar()
    return year, number


def exists(rhythm: Rhythm, of: date) -> bool:
    """Whether that day has her hour."""
    wall = datetime.combine(of, rhythm.at, ZoneInfo(rhythm.zone))
    return wall.astimezone(UTC).astimezone(ZoneInfo(rhythm.zone)).time() == rhythm.at


@given(rhythms)
def test_the_short_form_keeps_everything_and_fits_its_column(rhythm: Rhythm) -> None:
    assert read(written(rhythm)) == rhythm
    assert len(written(rhythm)) <= 120


def test_nothing_written_is_the_usual_rhythm() -> None:
    assert read("") == Rhythm()
    with pytest.raises(ValueError, match="values to unpack"):
        read("6 18:00")


@given(rhythms, any_moment)
def test_awake_is_the_first_moment_that_is_not_quiet(rhythm: Rhythm, now: datetime) -> None:
    found = awake(rhythm, now)
    assert found >= now
    assert not is_quiet(rhythm, found)
    left_out = found.astimezone(ZoneInfo(rhythm.zone)).time() != rhythm.quiet_until  # by the change to summer time
    before, until = now, found - timedelta(hours=1) if left_out else found
    while before < until:  # every quarter of an hour on the way is quiet
        assert is_quiet(rhythm, before)
        before += timedelta(minutes=15)


@given(rhythms, any_moment)
def test_a_check_in_comes_later_not_at_night_and_not_in_a_pause(rhythm: Rhythm, now: datetime) -> None:
    found = check_in_after(rhythm, now)
    assert found > now
    assert not is_quiet(rhythm, found)
    assert rhythm.paused_until is None or found > rhythm.paused_until


@given(usual, any_moment)
def test_she_waits_a_week_at_most(rhythm: Rhythm, now: datetime) -> None:
    """And the hours that the clocks may change by."""
    assert check_in_after(rhythm, now) - now <= timedelta(days=7, hours=3)


@given(usual, any_moment)
def test_it_keeps_her_day_and_hour_on_the_wall(rhythm: Rhythm, now: datetime) -> None:
    """Over every change of the clocks, unless that hour is quiet or left out."""
    rhythm = Rhythm(rhythm.day, rhythm.at, time(0), time(0), rhythm.zone)
    found = now
    for _week in range(60):
        found = check_in_next(rhythm, found) if found != now else check_in_after(rhythm, now)
        here = found.astimezone(ZoneInfo(rhythm.zone))
        assert here.weekday() == rhythm.day
        assert here.time() == rhythm.at or not exists(rhythm, here.date())


@given(usual, any_moment)
def test_every_week_has_one_check_in_and_none_has_two(rhythm: Rhythm, now: datetime) -> None:
    found = [check_in_after(rhythm, now)]
    while len(found) < 60:
        found.append(check_in_next(rhythm, found[-1]))
    assert all(later - earlier >= APART for earlier, later in pairwise(found))
    numbers = [day(rhythm, one).toordinal() - day(rhythm, one).weekday() for one in found]
    assert numbers == [numbers[0] + 7 * weeks for weeks in range(60)]


@given(usual, usual, any_moment)
def test_also_when_she_moves_her_day_or_herself(before: Rhythm, after: Rhythm, now: datetime) -> None:
    last = check_in_after(before, now)
    found = check_in_next(after, last)
    assert week(after, found) != week(after, last)
    assert APART <= found - last <= timedelta(days=18)


@given(rhythms, st.none() | st.timedeltas(timedelta(0), timedelta(days=3)), any_moment)
def test_it_may_come_once_a_day_not_at_night_and_not_in_a_pause(
    rhythm: Rhythm, ago: timedelta | None, now: datetime
) -> None:
    last = None if ago is None else now - ago
    found = may_come(rhythm, last, now)
    assert found >= now
    assert not is_quiet(rhythm, found)
    assert rhythm.paused_until is None or found >= rhythm.paused_until
    assert last is None or day(rhythm, found) > day(rhythm, last)


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2027-03-28T02:30", "2027-03-28T01:30"),  # left out: an hour later on the wall
        ("2027-10-31T02:30", "2027-10-31T00:30"),  # twice: the first
        ("2027-07-04T18:00", "2027-07-04T16:00"),
        ("2027-12-05T18:00", "2027-12-05T17:00"),
    ],
)
def test_her_wall_clock(wall: str, utc: str) -> None:
    here = datetime.fromisoformat(wall)
    assert on(here.date(), here.time(), ZoneInfo("Europe/Brussels")) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_an_hour_in_the_night_moves_to_the_morning() -> None:
    rhythm = Rhythm(6, time(22))
    sunday = datetime(2027, 3, 7, 22, 30, tzinfo=UTC)  # half past eleven on Sunday: it waits for Monday at nine
    assert check_in_after(rhythm, sunday) == datetime(2027, 3, 8, 8, 0, tzinfo=UTC)
    assert check_in_after(rhythm, sunday + timedelta(hours=2)) == datetime(2027, 3, 8, 8, 0, tzinfo=UTC)


@given(rhythms, rhythms, any_moment, st.timedeltas(timedelta(0), timedelta(days=13)))
def test_a_check_in_that_is_moved_stays_in_its_week(
    before: Rhythm, after: Rhythm, came: datetime, later: timedelta
) -> None:
    """Whatever she changes, and whenever: in the week in which it was due, unless that is moved out of a night."""
    after = replace(after, zone=before.zone, paused_until=None)
    planned, now = check_in_next(replace(before, paused_until=None), came), came + later
    if planned <= now:
        return
    moved = check_in_moved(after, planned, came, now)
    assert moved > now
    assert not is_quiet(after, moved)
    assert moved - came >= APART
    assert week(after, moved) != week(after, came)
    eve = moved - timedelta(days=1)
    assert week(after, planned) in (week(after, moved), week(after, eve))


def test_a_pause_puts_it_off_to_the_first_after_it() -> None:
    sunday, until = datetime(2027, 3, 7, 17, tzinfo=UTC), datetime(2027, 3, 15, 9, tzinfo=UTC)
    found = check_in_moved(Rhythm(paused_until=until), sunday, None, sunday - timedelta(days=2))
    assert found == sunday + timedelta(days=14)
