"""What comes unasked: all of it in one table, and the manners with which it comes (PRODUCT N1 to N7). Pure.

Nobody is disturbed at night or in a pause, in the middle of a talk, or twice a day; what falls together is sorted by
what matters most, and the rest waits for another day or is left out. After a server was off, that is one message and
not a burst. Who leaves three check-ins unanswered gets a kind question, and then silence until she writes.

What another woman does (a request, her words, a yes) is told by the notices of its affair and waits only for quiet
hours; so do reminders of meetings, and whatever is about safety.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from bot.mentoring.rhythm import MOST_UNANSWERED, Rhythm, check_in_after, check_in_next, may_come

CHECK_IN, STILL_THERE = "check_in", "still_there"
MIDST = timedelta(minutes=15)  # an open talk that was touched so recently is not disturbed
LATER = timedelta(minutes=20)
# After anything that came unasked, before what matters less than a check-in: one late in the evening and one in the
# morning would be two at once for her.
REST = timedelta(hours=12)


class Whom(StrEnum):
    """To whom a nudge goes."""

    MENTEE = "mentee"
    MENTOR = "mentor"
    BOTH = "both"
    TEAM = "team"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Nudge:
    """A class of nudges. rank: what matters more has the lower number. late: where it could not come within this time
    it is left out rather than told too late (None: it keeps). talk: what its button opens."""

    to: Whom
    rank: int
    late: timedelta | None
    talk: str


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Kind: to whom, rank, how late, talk. When it is due and what cancels it stands with its affair (desk.plan, cancel).
NUDGES: Mapping[str, Nudge] = {
    CHECK_IN: Nudge(Whom.MEMBER, 2, 3 * DAY, "check_in"),
    STILL_THERE: Nudge(Whom.MEMBER, 2, None, "check_in"),
    "pair_agree_again": Nudge(Whom.BOTH, 3, 3 * DAY, "agreement"),
    "pair_ending": Nudge(Whom.BOTH, 3, None, "ending"),
    "mentor_unanswered": Nudge(Whom.MENTOR, 3, None, "write"),
    "plan_moment": Nudge(Whom.MEMBER, 1, 3 * HOUR, "goals"),  # she chose this moment herself
    "milestone_due": Nudge(Whom.MEMBER, 4, 6 * HOUR, "check_in"),  # on its day or not at all: the check-in asks too
    "goal_after_2w": Nudge(Whom.MEMBER, 5, 7 * DAY, "after"),
    "goal_after_1m": Nudge(Whom.MEMBER, 5, 14 * DAY, "after"),
    "goal_after_3m": Nudge(Whom.MEMBER, 5, 56 * DAY, "after"),
    "goal_after_6m": Nudge(Whom.MEMBER, 5, None, "after"),
    "mentor_back": Nudge(Whom.MENTOR, 4, None, "mentoring"),
    "team_digest": Nudge(Whom.TEAM, 4, 3 * DAY, "coordination"),
    "mentor_quiet": Nudge(Whom.MENTOR, 6, None, "opener"),
    "pair_chain": Nudge(Whom.MENTEE, 8, None, "chain"),
}


class Moment(msgspec.Struct, frozen=True, cache_hash=True):
    """How she stands at this moment: her rhythm, when something came unasked the last time, how many check-ins in a row
    she left unanswered, when her open talk was touched (None where no talk is open but the menu). Moments are UTC."""

    rhythm: Rhythm
    nudged_at: datetime | None = None
    unanswered: int = 0
    busy_at: datetime | None = None


def allowed(kind: str, due: datetime, moment: Moment, now: datetime, *, second: bool = False) -> datetime | None:
    """When a nudge that was due at `due` may come to her: now, or later; None where it is left out. second: something
    else comes to her now already. Moments are UTC."""
    late = NUDGES[kind].late
    if moment.unanswered > MOST_UNANSWERED or (kind == CHECK_IN and not moment.rhythm.check_ins):
        return None
    last = now if second else moment.nudged_at
    when = may_come(moment.rhythm, last, now)
    if when <= now and moment.busy_at is not None and now - moment.busy_at < MIDST:
        when = may_come(moment.rhythm, last, now + LATER)
    if NUDGES[kind].rank > NUDGES[CHECK_IN].rank:
        when = when if last is None else may_come(moment.rhythm, last, max(when, last + REST))
        when = after_check_in(moment.rhythm, when) if moment.rhythm.check_ins else when
    return when if late is None or when - due <= late else None


def after_check_in(rhythm: Rhythm, when: datetime) -> datetime:
    """`when`, or the day after where her check-in is still to come that day: it would be one too many."""
    ahead, zone = check_in_after(rhythm, when), ZoneInfo(rhythm.zone)
    return may_come(rhythm, ahead, ahead) if ahead.astimezone(zone).date() == when.astimezone(zone).date() else when


def next_check_in(due: datetime, moment: Moment, now: datetime, *, comes: bool) -> datetime | None:
    """The check-in after the one that was due at `due`, and that comes now or is left out; None where she does not wish
    any more. After a long time off it is the first that is still to come."""
    if not moment.rhythm.check_ins:
        return None
    following = check_in_next(moment.rhythm, now if comes else due)
    return following if following > now else check_in_after(moment.rhythm, now)


def kindly(kind: str, moment: Moment) -> str:
    """What is asked: after three check-ins without a word from her, another question in place of the fourth."""
    return STILL_THERE if kind == CHECK_IN and moment.unanswered == MOST_UNANSWERED else kind


def asks(kind: str) -> bool:
    """Whether it is a check-in: she leaves it unanswered until she writes."""
    return kind in (CHECK_IN, STILL_THERE)


class Fate(NamedTuple):
    """What becomes of something that is due: what comes to her now (a kind, "" for nothing), and when this is due again
    (UTC; None: no more)."""

    comes: str
    again: datetime | None


def fate(kind: str, due: datetime, moment: Moment, now: datetime, *, second: bool = False) -> Fate:
    """What becomes of a nudge, in the terms of `allowed`. After a check-in that comes or is left out there is always
    the next one."""
    when = allowed(kind, due, moment, now, second=second)
    if when is not None and when > now:
        return Fate("", when)
    comes = when is not None
    following = next_check_in(due, moment, now, comes=comes) if kind == CHECK_IN else None
    return Fate(kindly(kind, moment) if comes else "", following)
