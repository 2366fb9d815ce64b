"""A mentor's path: applied, self-assessed, code of conduct accepted, talked with a coordinator, approved (PRODUCT M3).

Who is not approved never receives a mentee, whatever the route.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json, LookUp
from bot.mentoring.effects import Effect
from bot.mentoring.profiles import FEWEST_PLACES


class MentorState(StrEnum):
    """Where a mentor stands. APPLYING: something of hers is missing; WAITING: all of hers is there, a coordinator is
    to decide; DECLINED: a coordinator said no; LEFT: she no longer wishes to."""

    APPLYING = "applying"
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    LEFT = "left"


class MentorFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a mentor. Moments are UTC, None for what has not been yet.

    overcame: ids of barriers. story: her story in two lines, in JSON form (own words). code_version, code_hash: of the
    code of conduct that she accepted (SHA-256 of the msgids shown). talked_with, decided_by: ids of coordinators.
    question, answer: the last question of a coordinator and her answer, in JSON form. reason: why she was declined, in
    the coordinator's words, as she read it. overcame_at: when she said what she has overcome, which may be nothing.
    """

    applied_at: datetime | None = None
    assessed_at: datetime | None = None
    code_at: datetime | None = None
    code_version: str = ""
    talked_at: datetime | None = None
    talked_with: int = 0
    decided_at: datetime | None = None
    decided_by: int = 0
    reason: Json = None
    question: Json = None
    answer: Json = None
    overcame: tuple[str, ...] = ()
    story: Json = None
    code_hash: str = ""
    overcame_at: datetime | None = None


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where she stands on the path, as she sees it. state: None for who never applied. paused_until: UTC. profiled:
    whether her profile has what matching needs."""

    state: MentorState | None = None
    places: int = FEWEST_PLACES
    paused_until: datetime | None = None
    file: MentorFile = MentorFile()
    profiled: bool = False


class Step(StrEnum):
    """What she does herself on the path, in this order."""

    PROFILE = "profile"
    COMPETENCIES = "competencies"
    OVERCAME = "overcame"
    STORY = "story"
    CODE = "code"


def next_step(standing: Standing) -> Step | None:
    """The first step of hers that is missing; None where a coordinator can decide."""
    file = standing.file
    done = {
        Step.PROFILE: standing.profiled,
        Step.COMPETENCIES: file.assessed_at is not None,
        Step.OVERCAME: bool(file.overcame) or file.overcame_at is not None,
        Step.STORY: bool(file.story),
        Step.CODE: file.code_at is not None,
    }
    return next((step for step in Step if not done[step]), None)


class Decided(StrEnum):
    """What became of something that a coordinator wanted done about an applicant. NOT_YOURS: whoever asks is no
    confirmed coordinator, or it is about herself. NOT_WAITING: nobody waits there for a decision (any more).
    STEPS_MISSING, NO_TALK: she cannot be approved before."""

    DONE = "done"
    NOT_YOURS = "not_yours"
    NOT_WAITING = "not_waiting"
    STEPS_MISSING = "steps_missing"
    NO_TALK = "no_talk"


def may_approve(state: MentorState | None, file: MentorFile) -> Decided:
    """Whether an applicant can be approved: DONE, or what stands against it (PRODUCT M3)."""
    if state is not MentorState.WAITING:
        return Decided.NOT_WAITING
    if None in (file.applied_at, file.assessed_at, file.code_at):
        return Decided.STEPS_MISSING
    return Decided.NO_TALK if file.talked_at is None else Decided.DONE


def applied_again(file: MentorFile, now: datetime) -> MentorFile:
    """The file of who applies at `now` (UTC), for the first time or again: what she told stays; the code of conduct,
    the talk and the decision are new."""
    told = MentorFile(assessed_at=file.assessed_at, overcame=file.overcame, story=file.story)
    return msgspec.structs.replace(told, applied_at=now, overcame_at=file.overcame_at)


# --- what talks ask of the world ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MyMentoring(LookUp[Standing]):
    """Where she stands on the mentor's path."""

    gives = Standing


@dataclass(frozen=True, slots=True)
class Apply(Effect):
    """She wants to become a mentor, or one again."""


@dataclass(frozen=True, slots=True)
class SetOvercame(Effect):
    """The barriers that she has behind her, by id."""

    barriers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TellStory(Effect):
    """Her story in two lines, in JSON form; mentees read it."""

    story: Json


@dataclass(frozen=True, slots=True)
class SetPlaces(Effect):
    """How many mentees she takes at a time, 1 to 5. Fewer than she has now: no new ones until some end."""

    places: int


@dataclass(frozen=True, slots=True)
class AcceptCode(Effect):
    """She accepts the code of conduct. `version` and `shown_hash` (SHA-256 of the msgids shown) say which."""

    version: str
    shown_hash: str


@dataclass(frozen=True, slots=True)
class AnswerTeam(Effect):
    """Her answer to the coordinator's question, in JSON form."""

    answer: Json


@dataclass(frozen=True, slots=True)
class PauseMentoring(Effect):
    """No new mentee before this day in her own time zone; None: she is back now."""

    until: date | None


@dataclass(frozen=True, slots=True)
class StopMentoring(Effect):
    """She no longer wishes to be a mentor, or takes her application back."""
