"""Meetings of a pair, and introductions to a third woman (PRODUCT C3, C4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from bot.dialogue.steps import Json, LookUp, Text, Words, _, lines, p_, read_own
from bot.mentoring.effects import Effect
from bot.mentoring.goals import MOST_MILESTONES, GoalPlan, Milestone
from bot.mentoring.held_back import held_back
from bot.mentoring.mentorship import Pair, PairState, Side
from bot.mentoring.people import Person

MOST_PROPOSALS = 3
HOURS = range(9, 21)  # full hours that can be proposed
LATEST = timedelta(days=60)  # how far ahead a meeting can be proposed
LONGEST_PLACE = 120  # characters
LENGTH = 60  # minutes

DAY_BEFORE = timedelta(hours=24)
HOUR_BEFORE = timedelta(hours=1)
ASKED_AFTER = timedelta(hours=2)  # after its end: how was it
BEFORE_QUIET = timedelta(minutes=5)  # so much before her quiet hours begin, a reminder still makes a sound
STEP_WITHIN = timedelta(days=14)  # the day of a milestone that comes out of a meeting; she can move it

MAY_MEET = frozenset({PairState.TRIAL, PairState.ACTIVE})


class MeetingState(StrEnum):
    """PROPOSED: the other one is to choose. AGREED: it has a time. Then CANCELLED (or never agreed), or PAST.

    From PROPOSED and AGREED either of the two can propose other times: it is PROPOSED (anew) then.
    """

    PROPOSED = "proposed"
    AGREED = "agreed"
    CANCELLED = "cancelled"
    PAST = "past"


class Meet(StrEnum):
    """How they meet. A video call by a link that they agree on; in person in a public place. Never by telephone."""

    CHAT = "chat"
    VIDEO = "video"
    PERSON = "person"


class How(StrEnum):
    """How it was."""

    GOOD = "good"
    SO_SO = "so_so"
    NOT = "not"  # it did not happen


class MeetingFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a meeting. proposals: up to 3 moments, UTC. way: a `Meet`; place: where, as she wrote it (JSON
    form). how: by person id, how it was (`How`). minutes: how long.

    uid, sequence: of its calendar file (RFC 5545, 3.8.4.7 and 3.8.7.4); the sequence is that of the file sent last, -1
    before the first. was: the moment that was agreed last, UTC; it stays when the meeting is moved or cancelled.
    """

    proposals: tuple[datetime, ...] = ()
    way: str = ""
    place: Json = None
    minutes: int = LENGTH
    how: dict[int, str] = {}
    uid: str = ""
    sequence: int = -1
    was: datetime | None = None


class Meeting(msgspec.Struct, frozen=True):
    """A meeting as one of the two sees it. mine: she proposed the times. other: the other one's alias. side: which she
    is in the pair. at: once agreed; was: what was agreed before it was moved or cancelled. how: what she said of it,
    "" for nothing yet. Moments are UTC."""

    id: int
    pair: int
    state: MeetingState
    mine: bool
    side: Side
    other: str
    way: str
    place: Json = None
    proposals: tuple[datetime, ...] = ()
    minutes: int = LENGTH
    at: datetime | None = None
    was: datetime | None = None
    how: str = ""

    def times(self, now: datetime) -> tuple[datetime, ...]:
        """The proposed moments that are still to come."""
        return tuple(at for at in self.proposals if at > now)

    def over(self, now: datetime) -> bool:
        """Whether it was agreed and its time is past."""
        agreed = self.state in (MeetingState.AGREED, MeetingState.PAST)
        return agreed and self.at is not None and self.at + timedelta(minutes=self.minutes) <= now


@dataclass(frozen=True, slots=True)
class MeetingOf(LookUp[Meeting | None]):
    """One meeting of hers; None where it is not hers."""

    id: int
    gives = Meeting | None


@dataclass(frozen=True, slots=True)
class ComingMeeting(LookUp[Meeting | None]):
    """The meeting of this pair that is proposed or agreed and not yet over; None where there is none, or the pair is
    not hers. There is never more than one."""

    pair: int
    gives = Meeting | None


@dataclass(frozen=True, slots=True)
class ProposeMeeting(Effect):
    """Propose a meeting to the other one of this pair. times: UTC. instead: the meeting that is to have other times, 0
    for a new one."""

    pair: int
    way: Meet
    place: Json
    times: tuple[datetime, ...]
    instead: int = 0


@dataclass(frozen=True, slots=True)
class PickTime(Effect):
    """Agree to one of the proposed moments, UTC."""

    meeting: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelMeeting(Effect):
    """A proposed meeting is declined or taken back, an agreed one cancelled: by either."""

    meeting: int


@dataclass(frozen=True, slots=True)
class SayHowItWas(Effect):
    """Note how a meeting was for her."""

    meeting: int
    how: How


# --- in words -----------------------------------------------------------------------------------------------------

WHEN: Text = _("When: {when}")
WAYS: Mapping[Meet, Text] = {
    # limit: 20
    Meet.CHAT: p_("meeting", "Here in the chat"),
    # limit: 20
    Meet.VIDEO: p_("meeting", "Video call"),
    # limit: 20
    Meet.PERSON: p_("meeting", "In person"),
}
WHAT_TO_KNOW: Mapping[Meet, Text] = {
    Meet.CHAT: _("At that time you write to each other here."),
    Meet.VIDEO: _("You two agree on the link. The team can help."),
    Meet.PERSON: _("Meet in a public place the first time."),
}
ANSWERS: Mapping[How, Text] = {
    # limit: 20
    How.GOOD: p_("meeting", "It was good"),
    # limit: 20
    How.SO_SO: p_("meeting", "So-so"),
    # limit: 20
    How.NOT: p_("meeting", "We did not meet"),
}
TAPPED: Mapping[str, How] = {"good": How.GOOD, "so": How.SO_SO, "not": How.NOT}  # how a button of a notice names it


def on_her_clock(at: datetime, zone: str) -> Text:
    """A moment as it stands on the clock of a zone (IANA name)."""
    return Text("{when}")(when=at.astimezone(ZoneInfo(zone)))


def how_and_where(way: str, place: Json) -> Words:
    """How they meet, and where if she said so, a line each, with what is good to know."""
    meet = Meet(way)
    return lines(
        _("How: {way}")(way=WAYS[meet]),
        _("Where: {place}")(place=read_own(place)) if place else None,
        WHAT_TO_KNOW[meet],
    )


# --- rules --------------------------------------------------------------------------------------------------------


def may_meet(pair: Pair | None) -> bool:
    """Whether the two can propose meetings to each other now."""
    return pair is not None and pair.state in MAY_MEET


def moment(day: date, hour: int, zone: str) -> datetime:
    """A full hour on the wall clock of a zone (IANA name), as UTC. An hour that the change of the clock leaves out is
    the one after it."""
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def reminder_at(person: Person, at: datetime, before: timedelta) -> datetime:
    """When she is reminded of a meeting at `at`: so much before it, or, where that falls into her quiet hours, just
    before these begin. UTC."""
    wanted = at - before
    here = wanted.astimezone(ZoneInfo(person.zone))
    begin, end, wall = person.quiet_from, person.quiet_until, here.time()
    over_night = begin > end
    if not ((wall >= begin or wall < end) if over_night else (begin <= wall < end)):
        return wanted
    day = here.date() - timedelta(days=1) if over_night and wall < end else here.date()
    return datetime.combine(day, begin, here.tzinfo).astimezone(UTC) - BEFORE_QUIET


def gives_away(words: str, pair: Pair, helplines: Iterable[str]) -> bool:
    """Whether her words hold contact details, a link or money before both agreed to share contact details."""
    return not pair.contacts_agreed and bool(held_back(words, helplines=helplines))


# --- what comes out of a meeting ----------------------------------------------------------------------------------


def with_milestone(plan: GoalPlan, words: Json, today: date) -> GoalPlan:
    """The plan with one milestone more, due with the goal or in two weeks, whichever is first. A goal whose day is past
    gets that day."""
    in_time = today + STEP_WITHIN
    by = min(plan.by, in_time) if plan.by > today else in_time
    pieces = (*plan.milestones, Milestone(words, by))
    return msgspec.structs.replace(plan, milestones=pieces, by=max(plan.by, by))


def has_room(plan: GoalPlan) -> bool:
    """Whether a goal can have one milestone more."""
    return len(plan.milestones) < MOST_MILESTONES


# --- introductions ------------------------------------------------------------------------------------------------

INTRODUCTION_OPEN = timedelta(days=14)  # for the mentee's answer, and from then on for the link
MOST_INTRODUCTIONS = 3  # of one pair that are younger than this and not (yet) accepted
LONGEST_WHY = 200  # characters
LONGEST_REACH = 200


class IntroductionState(StrEnum):
    """OFFERED: the mentee is asked; once she said yes, the mentor has the link for her contact. OPENED: the contact has
    come. Then both said yes (ACCEPTED), or one said no, or it ran out (CLOSED): nobody is told which."""

    OFFERED = "offered"
    OPENED = "opened"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class IntroductionFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of an introduction: why, in the mentor's words (JSON form), and who said yes, by person id.

    code: of the link, until it is used. gave: who has given the other a way to reach her, or chose not to; reach: what
    she gave (JSON form), until it is brought to the other.
    """

    why: Json = None
    yes: frozenset[int] = frozenset()
    code: str = ""
    gave: frozenset[int] = frozenset()
    reach: dict[int, Json] = {}


class Part(StrEnum):
    """What somebody is in an introduction: the mentee, the mentor's contact, or the mentor who opened her own link."""

    MENTEE = "mentee"
    CONTACT = "contact"
    MENTOR = "mentor"


class Introduction(msgspec.Struct, frozen=True):
    """An introduction as the mentee or the contact sees it. mentor: her alias. why: for the mentee only. other: alias
    of the other one, once both said yes. said, gave: whether she has said yes, and given a way to reach her or chosen
    not to."""

    id: int
    state: IntroductionState
    part: Part
    mentor: str
    why: Json = None
    other: str = ""
    said: bool = False
    gave: bool = False


@dataclass(frozen=True, slots=True)
class IntroductionOf(LookUp[Introduction | None]):
    """An introduction in which she is asked; None where she is not, or it is over. Whoever has just come by its link is
    its contact from now on."""

    id: int
    gives = Introduction | None


@dataclass(frozen=True, slots=True)
class Introduce(Effect):
    """The mentor of this pair would like to introduce her mentee to a contact of hers."""

    pair: int
    why: Json = None


@dataclass(frozen=True, slots=True)
class AnswerIntroduction(Effect):
    """She says yes or no to being introduced."""

    introduction: int
    yes: bool


@dataclass(frozen=True, slots=True)
class GiveReach(Effect):
    """She gives the other one a way to reach her, in her own words (JSON form); None: she does not wish to."""

    introduction: int
    words: Json = None
