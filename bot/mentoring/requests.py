"""A request of a mentee to a mentor: its states, its times, its answers (PRODUCT M4 to M6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json, LookUp, Text, Words, own, p_
from bot.mentoring.effects import Effect
from bot.mentoring.profiles import Field, Level, Profile
from bot.mentoring.reasons import Reason

MOST_CHOICES = 5  # mentors she may rank (PRODUCT M4)
FIRST_SHOWN = 3  # mentors that are suggested at once (PRODUCT M4)
REMIND_AFTER = timedelta(hours=24)
EXPIRES_AFTER = timedelta(hours=72)
MOST_IGNORED = 2  # requests in a row that a mentor lets expire before she is paused, with a friendly question
IGNORED_PAUSE = timedelta(weeks=4)
NEXT_LOOK = timedelta(days=1)  # how often the clock looks whether somebody fits who waits
NEXT_NEWS = timedelta(weeks=1)  # and how long it is silent after it told her
DIGITS = 15  # of an id at most: more is no id of ours


class RequestState(StrEnum):
    """QUEUED: one of her choices, whose turn has not come. OPEN: the mentor has the card; at most one for a mentee.
    Then it ends: accepted or declined by the mentor, expired, withdrawn by the mentee, or void because something
    changed (the place is taken, a pause, a block, one of them is gone)."""

    QUEUED = "queued"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class WhyNot(StrEnum):
    """Why a mentor declines: kind, coded, and told to nobody but the team."""

    NO_TIME = "no_time"
    NOT_MY_FIELD = "not_my_field"
    OTHER_LANGUAGE = "other_language"
    PREFER_NOT = "prefer_not"


WHY_NOT: Mapping[WhyNot, Text] = {
    # limit: 24
    WhyNot.NO_TIME: p_("row", "No time now"),
    # limit: 24
    WhyNot.NOT_MY_FIELD: p_("row", "Not my field"),
    # limit: 24
    WhyNot.OTHER_LANGUAGE: p_("row", "Another language"),
    # limit: 24
    WhyNot.PREFER_NOT: p_("row", "I keep it to myself"),
}


class RequestFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a request: the reasons as they were when it was made, what the mentee wrote to the mentor, and
    the one question that the mentor may ask first, with its answer. All words in JSON form (own words).
    goal: the title of her goal, where she lets the mentor see it. by_team: it comes out of a round of a coordinator.
    questioned_at, replied_at: when the question and its answer came (UTC)."""

    reasons: tuple[Reason, ...] = ()
    note: Json = None
    question: Json = None
    answer: Json = None
    goal: Json = None
    by_team: bool = False
    questioned_at: datetime | None = None
    replied_at: datetime | None = None

    @property
    def with_mentee(self) -> bool:
        """Whether a question waits for the mentee: the mentor's time stands still meanwhile."""
        return self.questioned_at is not None and self.replied_at is None


def until(asked_at: datetime, file: RequestFile) -> datetime:
    """When an open request expires: 72 hours after whatever came last of the card, the one question and its answer.
    So each of the two always has the whole time for her part, and no request is open for more than 9 days."""
    return (file.replied_at or file.questioned_at or asked_at) + EXPIRES_AFTER


def called(alias: str) -> Words:
    """What a woman is called here, for another one: her name, or that she gave none."""
    return own(alias) if alias else p_("a woman's name", "A woman without a name")


def number(about: str) -> int:
    """The id that a talk is about (what stands behind a "-" only tells one opening from another); 0, which nobody has,
    for anything else: buttons can be forged."""
    digits = about.split("-")[0]
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= DIGITS else 0


# --- what talks look up -------------------------------------------------------------------------------------------


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mentor as she is suggested. alias: "" if she gave none. region: id of a place. story: in JSON form."""

    id: int
    alias: str
    languages: dict[str, Level] = {}
    knows: tuple[Field, ...] = ()
    region: str = ""
    story: Json = None
    reasons: tuple[Reason, ...] = ()


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """Her open request: to whom (alias), until when (UTC), who comes after her, and whether a question waits for her
    answer."""

    id: int
    alias: str
    until: datetime
    after: tuple[str, ...] = ()
    question: bool = False


class Search(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a mentee stands. profile: her own. goal: title of her newest goal under way, None without one. paired: she
    has a mentor. since: when she began to wait (UTC). offers: the mentors who fit best, best first, at most 5."""

    profile: Profile = Profile()
    goal: Json = None
    paired: bool = False
    asked: Asked | None = None
    since: datetime | None = None
    offers: tuple[Offer, ...] = ()


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """An open request as the mentor sees it. Words in JSON form; until: UTC."""

    id: int
    alias: str
    until: datetime
    languages: dict[str, Level] = {}
    knows: tuple[Field, ...] = ()
    hopes: tuple[Field, ...] = ()
    goal: Json = None
    reasons: tuple[Reason, ...] = ()
    note: Json = None
    question: Json = None
    answer: Json = None
    with_mentee: bool = False
    by_team: bool = False


class Question(msgspec.Struct, frozen=True):
    """The question of a mentor (alias) that waits for the mentee's answer, in JSON form."""

    id: int
    alias: str
    words: Json


@dataclass(frozen=True, slots=True)
class MySearch(LookUp[Search]):
    """Where she stands with finding a mentor, with suggestions where she can ask one now."""

    gives = Search


@dataclass(frozen=True, slots=True)
class CardOf(LookUp[Card | None]):
    """An open request to her; None where it is not hers or no longer open."""

    id: int
    gives = Card | None


@dataclass(frozen=True, slots=True)
class QuestionOf(LookUp[Question | None]):
    """A question that waits for her answer; None where there is none."""

    id: int
    gives = Question | None


# --- what talks ask for -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AskMentors(Effect):
    """Send a request to the first of these mentors (ids, best first, at most 5) whom nothing stands against; the others
    wait for their turn. note, goal: what each of them reads (JSON form), None for nothing."""

    mentors: tuple[int, ...]
    note: Json = None
    goal: Json = None


@dataclass(frozen=True, slots=True)
class Withdraw(Effect):
    """Take her open request back, with the choices behind it."""

    request: int


@dataclass(frozen=True, slots=True)
class Wait(Effect):
    """Put her on the waiting list; a coordinator is told."""


@dataclass(frozen=True, slots=True)
class StopWaiting(Effect):
    """Take her off the waiting list."""


@dataclass(frozen=True, slots=True)
class Accept(Effect):
    """The mentor takes her."""

    request: int


@dataclass(frozen=True, slots=True)
class Decline(Effect):
    """The mentor does not take her; `why` is told to nobody but the team."""

    request: int
    why: WhyNot


@dataclass(frozen=True, slots=True)
class AskFirst(Effect):
    """The one question (JSON form) that a mentor may ask before she answers."""

    request: int
    question: Json


@dataclass(frozen=True, slots=True)
class AnswerFirst(Effect):
    """The mentee's answer (JSON form) to it."""

    request: int
    answer: Json


@dataclass(frozen=True, slots=True)
class HereAgain(Effect):
    """A mentor who was paused because she had not answered is here again."""
