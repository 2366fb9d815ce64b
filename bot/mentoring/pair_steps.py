"""What the talks of a pair look up and ask for (bot.mentoring.mentorship has the rules)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json, LookUp
from bot.mentoring.effects import Effect
from bot.mentoring.held_back import held_back
from bot.mentoring.mentorship import Chain, Ending, Feedback, Pair, Rhythm


@dataclass(frozen=True, slots=True)
class NextMeeting(LookUp[datetime | None]):
    """When the two meet next, in her own time zone; None where nothing is agreed, or the pair is not hers."""

    pair: int
    gives = datetime | None


class SharedGoal(msgspec.Struct, frozen=True):
    """What a mentor sees of her mentee's goal, where the mentee lets her: its words (JSON form), how many of its
    milestones are done, and its day."""

    title: Json
    done: int
    milestones: int
    by: date


@dataclass(frozen=True, slots=True)
class GoalOf(LookUp[SharedGoal | None]):
    """The goal of her mentee in this pair; None where it is not shared, or where she is not the mentor."""

    pair: int
    gives = SharedGoal | None


@dataclass(frozen=True, slots=True)
class FeedbackOpen(LookUp[Pair | None]):
    """A pair of hers that is over and that she can still say something about; None otherwise."""

    pair: int
    gives = Pair | None


# --- what a talk asks for -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agree(Effect):
    """She agrees to be a pair: how often, for how many months, voice and photos or not, and (a mentee) whether her
    mentor may see her goal."""

    pair: int
    rhythm: Rhythm
    months: int
    media: bool
    share_goal: bool = False


class AfterTrial(StrEnum):
    """Whether it feels right to go on."""

    YES = "yes"
    LATER = "later"
    NO = "no"


@dataclass(frozen=True, slots=True)
class AnswerTrial(Effect):
    """What she says after the trial, told to nobody."""

    pair: int
    answer: AfterTrial


@dataclass(frozen=True, slots=True)
class HoldPair(Effect):
    """Put the pair on hold for so many weeks."""

    pair: int
    weeks: int


@dataclass(frozen=True, slots=True)
class ResumePair(Effect):
    """End a pause of hers now."""

    pair: int


@dataclass(frozen=True, slots=True)
class WishEnding(Effect):
    """What she wishes towards the end; it happens where the other wishes the same."""

    pair: int
    wish: Ending


@dataclass(frozen=True, slots=True)
class EndPair(Effect):
    """End the pair now."""

    pair: int


@dataclass(frozen=True, slots=True)
class SetMedia(Effect):
    """Her yes or no to voice and photos."""

    pair: int
    yes: bool


@dataclass(frozen=True, slots=True)
class ShareGoal(Effect):
    """Whether her mentor may see her goal."""

    pair: int
    yes: bool


@dataclass(frozen=True, slots=True)
class AskTeam(Effect):
    """Ask a coordinator for help with this pair, in her words (JSON form)."""

    pair: int
    words: Json


@dataclass(frozen=True, slots=True)
class GiveFeedback(Effect):
    """What she says at the end of a pair."""

    pair: int
    said: Feedback


@dataclass(frozen=True, slots=True)
class AnswerChain(Effect):
    """What she says to the invitation to become a mentor."""

    pair: int
    answer: Chain


def sharable(words: Json) -> bool:
    """Whether words of feedback (JSON form) can be passed on: written, and without contact details or money. A voice
    note is not passed on, since nobody can look into it."""
    return isinstance(words, str) and not held_back(words)
