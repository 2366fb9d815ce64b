"""The coordinators of a programme: what waits for them, what they decide, and the cases that are reported to them.

Whatever stands here is for a confirmed coordinator. For everybody else each look-up gives nothing and each effect does
nothing, as if what they name did not exist (TRUST, bad input 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from bot.dialogue.steps import Json, LookUp, Words, lines, n_
from bot.mentoring.constraints import Lack
from bot.mentoring.effects import Effect
from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.people import Person
from bot.mentoring.profiles import Profile
from bot.mentoring.reasons import Reason
from bot.mentoring.rhythm import on

NUMBER_HOLDS = timedelta(hours=48)  # for so long the operator can confirm a new coordinator
UNANSWERED = timedelta(minutes=60)  # then a reporter is told that nobody has looked (TRUST, Safeguarding)
LATE = timedelta(hours=24)  # a request without an answer: the mentor was reminded by then (PRODUCT M5)
STALLED = timedelta(days=21)  # a pair in which neither wrote, and they did not meet (PRODUCT N4)
TEAM_MORNING = time(9, 30)  # when the team is told what waits
MORNING, DIGEST = "team_morning", "team_digest"  # what the clock owes a coordinator: to look each morning, and to tell
MOST_LISTED = 70  # what waits beyond these shows once they are done
MOST_READ = 20  # messages of a pair that are read in a case, the last ones
MOST_PROPOSED = 40  # pairs that one round shows: ten screens
MOST_NAMED = 5  # women who stay without a mentor, by name
MOST_REASONS = 3  # for each pair


class CoordinatorState(StrEnum):
    """ASKED: she opened the link and waits for the operator's confirmation. A link alone makes nobody a coordinator."""

    ASKED = "asked"
    CONFIRMED = "confirmed"


class CaseState(StrEnum):
    """Whether somebody still has to look at it."""

    OPEN = "open"
    CLOSED = "closed"


class Closing(StrEnum):
    """How a case was closed: talked about and well; the two went apart; she is no mentor any more; no harm found."""

    TALKED = "talked"
    APART = "apart"
    NO_MENTOR = "no_mentor"
    NO_HARM = "no_harm"


class CaseFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a case. why: the id of the reason that was tapped ("help": no report, she asks for help).
    words: what she wrote about it (JSON form). seen: (coordinator id, her reason, ISO moment) each time the relayed
    words were read. outcome: how it was closed (Closing). looked: the coordinator who looked at it first, 0 before.
    letter: what the team wrote last to who reported (JSON form)."""

    why: str = ""
    words: Json = None
    seen: tuple[tuple[int, str, str], ...] = ()
    outcome: str = ""
    looked: int = 0
    letter: Json = None


def coordinates(person: Person) -> bool:
    """Whether she may see and do what is the coordinators': confirmed, and her yes to taking part holds."""
    return person.coordinator and person.takes_part


# --- becoming one -------------------------------------------------------------------------------------------------


class Asked(msgspec.Struct, frozen=True):
    """Where somebody stands who opened an invitation to coordinate. number: the six digits that she tells the operator,
    "" before she has agreed."""

    state: CoordinatorState | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class InvitedToCoordinate(LookUp[Asked | None]):
    """Where she stands with the invitation that has this number; None where there is none like it."""

    invitation: int
    gives = Asked | None


@dataclass(frozen=True, slots=True)
class AskToCoordinate(Effect):
    """She agreed on the screen: she gets a number that the operator confirms her by."""

    invitation: int


# --- what waits ---------------------------------------------------------------------------------------------------


class Work(StrEnum):
    """What can wait for a coordinator. HELP: somebody asks for help with her pair."""

    REPORT = "report"
    HELP = "help"
    APPLICANT = "applicant"
    MENTEE = "mentee"
    REQUEST = "request"
    PAIR = "pair"


class Waits(msgspec.Struct, frozen=True):
    """One thing that waits, since a moment (UTC). about: the id of the case, person, request or pair. name, other: the
    names of the two whom it concerns: reporter and reported; mentee and mentor; "" where there is none."""

    work: Work
    about: int
    since: datetime
    name: str = ""
    other: str = ""

    @property
    def key(self) -> str:
        """Under which it is found in a list, and opened by a button."""
        return f"{self.work.value}-{self.about}"

    @property
    def came(self) -> datetime:
        """When it came into the list: a request or a pair only after some time in which nothing happened."""
        return self.since + {Work.REQUEST: LATE, Work.PAIR: STALLED}.get(self.work, timedelta(0))


class Waiting(msgspec.Struct, frozen=True):
    """All that waits: how much of each, the oldest first, at most MOST_LISTED, and when the last of it came (UTC)."""

    counts: dict[Work, int] = {}
    oldest: tuple[Waits, ...] = ()
    came: datetime | None = None


COUNTS = {
    Work.REPORT: lambda n: n_("{n} report", "{n} reports", n),
    Work.HELP: lambda n: n_("{n} call for help with a pair", "{n} calls for help with a pair", n),
    Work.APPLICANT: lambda n: n_("{n} woman who wants to be a mentor", "{n} women who want to be mentors", n),
    Work.MENTEE: lambda n: n_("{n} woman without a mentor", "{n} women without a mentor", n),
    Work.REQUEST: lambda n: n_("{n} request without an answer", "{n} requests without an answer", n),
    Work.PAIR: lambda n: n_("{n} pair, quiet for 3 weeks", "{n} pairs, quiet for 3 weeks", n),
}


def counted(waiting: Waiting) -> Words:
    """How much of each waits, in one line each."""
    return lines(*(COUNTS[work](waiting.counts[work]) for work in Work if work in waiting.counts))


def worth_telling(waiting: Waiting, told_at: datetime) -> bool:
    """Whether a coordinator is told in the morning what waits: something has come since she was told the last time
    (UTC), or somebody has asked for help and nobody has closed it."""
    new = waiting.came is not None and waiting.came > told_at
    return new or not waiting.counts.keys().isdisjoint({Work.REPORT, Work.HELP})


def next_morning(zone: str, now: datetime) -> datetime:
    """When the team is told what waits: the next half past nine of her wall clock after `now`, UTC."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    return next(at for day in (0, 1) if (at := on(today + timedelta(days=day), TEAM_MORNING, here)) > now)


@dataclass(frozen=True, slots=True)
class WhatWaits(LookUp[Waiting]):
    """What waits for the team; nothing for who is no coordinator."""

    gives = Waiting


@dataclass(frozen=True, slots=True)
class AskPair(Effect):
    """Ask both of a pair that has fallen silent how it goes."""

    pair: int


# --- applicants ---------------------------------------------------------------------------------------------------


class Applicant(msgspec.Struct, frozen=True):
    """Somebody who wishes to be a mentor, as a coordinator sees her. skills: her last self-assessment of the mentoring
    skills, item to level. talked_with, decided_by: names of coordinators, "" for none or gone."""

    id: int
    name: str
    state: MentorState
    profile: Profile
    file: MentorFile
    skills: dict[str, int] = {}
    talked_with: str = ""
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class ApplicantOf(LookUp[Applicant | None]):
    """The applicant with this person id; None where there is none, and for who is no coordinator."""

    id: int
    gives = Applicant | None


@dataclass(frozen=True, slots=True)
class NoteTalk(Effect):
    """A coordinator has talked with this applicant, today."""

    applicant: int


@dataclass(frozen=True, slots=True)
class Decide(Effect):
    """Approve this applicant, or decline her with a reason in words (JSON form) that she reads."""

    applicant: int
    approve: bool
    reason: Json = None


@dataclass(frozen=True, slots=True)
class AskApplicant(Effect):
    """Ask this applicant something (JSON form); her answer comes back to the team."""

    applicant: int
    question: Json


# --- reports ------------------------------------------------------------------------------------------------------


class Case(msgspec.Struct, frozen=True):
    """A report as a coordinator sees it. reporter, about: names ("" if she gave none, or is gone). mentor: the reported
    one is an approved mentor, or still has mentees. pair: id of their pair, 0 for none; living: whether they are still
    one."""

    id: int
    state: CaseState
    opened_at: datetime
    reporter: str
    about: str
    file: CaseFile
    mentor: bool = False
    pair: int = 0
    living: bool = False


@dataclass(frozen=True, slots=True)
class CaseOf(LookUp[Case | None]):
    """The case with this id. None where there is none, for who is no coordinator, and for who is part of it herself.
    The first coordinator to whom it is given has looked at it: from then on the reporter is not left alone."""

    id: int
    gives = Case | None


@dataclass(frozen=True, slots=True)
class PauseMentor(Effect):
    """Take the approval of the reported mentor back until a coordinator gives it anew; all that waits stops at once."""

    case: int


@dataclass(frozen=True, slots=True)
class EndPair(Effect):
    """End the pair of this case."""

    case: int


@dataclass(frozen=True, slots=True)
class ReadPair(Effect):
    """Read the last messages of the pair of this case, for this reason. It is logged, and both are told."""

    case: int
    reason: str


@dataclass(frozen=True, slots=True)
class HearReport(Effect):
    """Hear what was reported as a voice note."""

    case: int


@dataclass(frozen=True, slots=True)
class WriteReporter(Effect):
    """Write to who reported (JSON form)."""

    case: int
    words: Json


@dataclass(frozen=True, slots=True)
class CloseCase(Effect):
    """Close the case; the reporter is told."""

    case: int
    outcome: Closing


# --- the matching round -------------------------------------------------------------------------------------------


class Proposed(msgspec.Struct, frozen=True):
    """A pair that the round proposes, with its weightiest reasons."""

    mentee: int
    mentor: int
    mentee_name: str
    mentor_name: str
    reasons: tuple[Reason, ...] = ()


class StaysWithout(msgspec.Struct, frozen=True):
    """A mentee for whom the round has nobody, and why."""

    name: str
    lack: Lack


class RoundPlan(msgspec.Struct, frozen=True):
    """The outcome of a matching round, as a coordinator sees it: the first pairs, the first who stay without, and how
    many there are of each beyond."""

    pairs: tuple[Proposed, ...] = ()
    without: tuple[StaysWithout, ...] = ()
    more_pairs: int = 0
    more_without: int = 0


@dataclass(frozen=True, slots=True)
class RoundNow(LookUp[RoundPlan]):
    """The best assignment of all who wait, as things stand; empty for who is no coordinator."""

    gives = RoundPlan


@dataclass(frozen=True, slots=True)
class SendRound(Effect):
    """Send the requests of these pairs (mentee id, mentor id). All is checked once more; what no longer holds stays."""

    pairs: tuple[tuple[int, int], ...]
