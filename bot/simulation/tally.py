"""What a simulation counts, and the judge: was anybody disturbed when she should not be? By wall clocks alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.mentoring.nudges import CHECK_IN, NUDGES, STILL_THERE
from bot.mentoring.rhythm import Rhythm

MOST_SILENT = 4  # check-ins in a row without a word from her: three, and the kind question
JUST_HERE = timedelta(hours=2)  # whoever was here a moment ago may be answered, also in her quiet hours
BURST = timedelta(hours=12)  # after the server was off


@dataclass
class Tally:
    """Counts that can be added up. sent: messages by class ("answer" for what answers her); hours: of her wall clock at
    which something came unasked; answered: nudges that she answered, by class; people: women by what became of them;
    pairs: by state; broken: broken promises by kind. weeks: weeks in which somebody took part, added up over all."""

    sent: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    weeks: float = 0.0

    def add(self, other: Tally) -> None:
        """Take another's counts over."""
        for one in fields(self):
            ours, theirs = getattr(self, one.name), getattr(other, one.name)
            setattr(self, one.name, ours + theirs)


@dataclass
class Record:
    """What has come to one woman so far. Moments are UTC."""

    nudged: datetime | None = None
    checked: tuple[int, int] | None = None  # the week of her wall clock, as it was, of her last check-in
    silent: int = 0  # check-ins since she last wrote
    here: datetime | None = None

    def writes(self, now: datetime) -> None:
        """She has written, or tapped."""
        self.here, self.silent = now, 0


def judge(tally: Tally, record: Record, rhythm: Rhythm, kind: str, now: datetime, back: datetime | None) -> None:
    """Something of this class reaches her at `now`, and these are her wishes. back: when the server came back."""
    tally.sent[kind] += 1
    zone = ZoneInfo(rhythm.zone)
    here = now.astimezone(zone)
    tally.hours[here.hour] += 1
    just_here = record.here is not None and now - record.here < JUST_HERE
    if quiet(rhythm, here) and (kind in NUDGES or not just_here):
        tally.broken["in quiet hours"] += 1
    if kind not in NUDGES:
        return
    if rhythm.paused_until is not None and now < rhythm.paused_until:
        tally.broken["in a pause"] += 1
    if record.nudged is not None:
        tally.broken["two nudges on one day"] += record.nudged.astimezone(zone).date() == here.date()
        burst = back is not None and record.nudged >= back and now - back < BURST
        tally.broken["a burst after the server was off"] += burst
    tally.broken["a nudge after three without an answer"] += record.silent >= MOST_SILENT
    record.nudged = now
    if kind in (CHECK_IN, STILL_THERE):
        tally.broken["two check-ins in a week"] += record.checked == week(here)
        record.checked = week(here)
        record.silent += 1


def week(here: datetime) -> tuple[int, int]:
    """The ISO year and week of a moment on her wall clock."""
    year, number, _day = here.isocalendar()
    return year, number


def quiet(rhythm: Rhythm, here: datetime) -> bool:
    """Whether her wall clock stands in her quiet hours, by the minutes of a day."""
    now, begin, end = (60 * one.hour + one.minute for one in (here, rhythm.quiet_from, rhythm.quiet_until))
    return (now - begin) % 1440 < (end - begin) % 1440
