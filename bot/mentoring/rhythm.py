"""When a woman may be disturbed: her day and hour of the week, her quiet hours, her pauses; and how often (PRODUCT N2).

All of it is wall-clock time in her own zone, so that it stays right when the clocks change. A rhythm has a short
written form, which stands in the clear beside the person: the clock reads a million of them without opening anything.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from bot.dialogue.words import Text, n_

SUNDAY = 6
MOST_UNANSWERED = 3  # check-ins in a row without an answer: then a kind question, and silence until she writes
APART = timedelta(days=4)  # between two check-ins, also when she moves her day from Sunday to Monday
MORNING = time(10)  # when something is told that had to wait for another day


class Rhythm(msgspec.Struct, frozen=True, omit_defaults=True, cache_hash=True):
    """Her rhythm. day: of the check-in, 0 is Monday; at: its hour. quiet_from, quiet_until: nothing comes unasked
    between them; the same twice means no quiet hours. zone: IANA name. paused_until: UTC, nothing comes before.
    check_ins: whether she wishes the weekly question at all."""

    day: int = SUNDAY
    at: time = time(18)
    quiet_from: time = time(21)
    quiet_until: time = time(9)
    zone: str = "Europe/Brussels"
    paused_until: datetime | None = None
    check_ins: bool = True


def so_many_weeks(count: int) -> Text:
    """How long a pause is, as a button says it."""
    return n_("{n} week", "{n} weeks", count)


def written(rhythm: Rhythm) -> str:
    """The short form: "6 18:00 21:00 09:00 Europe/Brussels 2027-03-01T09:00:00+00:00 1" ("-" for no pause)."""
    pause = rhythm.paused_until.astimezone(UTC).isoformat() if rhythm.paused_until else "-"
    hours = (f"{one:%H:%M}" for one in (rhythm.at, rhythm.quiet_from, rhythm.quiet_until))
    return " ".join([str(rhythm.day), *hours, rhythm.zone, pause, str(int(rhythm.check_ins))])


@lru_cache(maxsize=4096)
def read(text: str) -> Rhythm:
    """The rhythm of a short form; "" is the usual one. Raises ValueError for what is none."""
    if not text:
        return Rhythm()
    day, at, begin, end, zone, pause, wanted = text.split(" ")
    return Rhythm(
        int(day),
        time.fromisoformat(at),
        time.fromisoformat(begin),
        time.fromisoformat(end),
        zone,
        None if pause == "-" else datetime.fromisoformat(pause),
        wanted == "1",
    )


@lru_cache(maxsize=4096)
def awake(rhythm: Rhythm, now: datetime) -> datetime:
    """The first moment from `now` (UTC) on that is outside of her quiet hours, UTC."""
    zone = ZoneInfo(rhythm.zone)
    begin, end = rhythm.quiet_from, rhythm.quiet_until
    over_night = begin > end
    while True:
        here = now.astimezone(zone)
        wall = here.time()
        quiet = (wall >= begin or wall < end) if over_night else (begin <= wall < end)
        if not quiet:
            return now
        day = here.date() + timedelta(days=1) if over_night and wall >= begin else here.date()
        # Where that hour comes twice, the first one may be over; where summer leaves it out, it may be quiet again.
        now = max(on(day, end, zone), on(day, end.replace(fold=here.fold), zone))


def on(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A moment of her wall clock in UTC. A time that the change to summer time leaves out is an hour later, one that
    comes twice when summer ends is the first of both."""
    return datetime.combine(day, at, zone).astimezone(UTC)


@lru_cache(maxsize=65536)
def check_in_after(rhythm: Rhythm, moment: datetime) -> datetime:
    """Her first check-in after `moment` (UTC), in UTC: her day and hour, moved to the end of her quiet hours where it
    falls into them, and not before a pause is over."""
    zone = ZoneInfo(rhythm.zone)
    start = max(moment, rhythm.paused_until) if rhythm.paused_until else moment
    eve = start.astimezone(zone).date() - timedelta(days=1)  # yesterday's may have moved to the end of the night
    day = eve + timedelta(days=(rhythm.day - eve.weekday()) % 7)
    while True:
        found = awake(rhythm, on(day, rhythm.at, zone))
        if found > start:
            return found
        day += timedelta(days=7)


@lru_cache(maxsize=65536)
def check_in_next(rhythm: Rhythm, last: datetime) -> datetime:
    """The check-in after the one at `last` (UTC): in another ISO week, and not sooner than four days later."""
    zone = ZoneInfo(rhythm.zone)
    found = check_in_after(rhythm, last + APART)
    while found.astimezone(zone).isocalendar()[:2] == last.astimezone(zone).isocalendar()[:2]:
        found = check_in_after(rhythm, found)
    return found


def check_in_moved(rhythm: Rhythm, planned: datetime, came: datetime | None, now: datetime) -> datetime:
    """The check-in that was planned, after her rhythm has changed: on her day of the same ISO week, so that nobody is
    asked twice in a week, nor, however often she changes it, never. Where that is past, or sooner than four days after
    what came to her last, it stays when it was. Moments are UTC."""
    if rhythm.paused_until is not None and planned < rhythm.paused_until:
        return check_in_after(rhythm, now)
    zone = ZoneInfo(rhythm.zone)
    then = planned.astimezone(zone).date()
    found = awake(rhythm, on(then + timedelta(days=rhythm.day - then.weekday()), rhythm.at, zone))
    too_soon = found <= now or (came is not None and found - came < APART)
    return awake(rhythm, planned) if too_soon else found


def may_come(rhythm: Rhythm, nudged_at: datetime | None, now: datetime) -> datetime:
    """The first moment from `now` (UTC) on at which something may come to her unasked: after a pause, outside of quiet
    hours, and not on a day (of hers) on which something came already."""
    moment = max(now, rhythm.paused_until) if rhythm.paused_until else now
    moment = awake(rhythm, moment)
    if nudged_at is None:
        return moment
    zone = ZoneInfo(rhythm.zone)
    last = nudged_at.astimezone(zone).date()
    if moment.astimezone(zone).date() > last:
        return moment
    return max(moment, awake(rhythm, on(last + timedelta(days=1), MORNING, zone)))
