"""The life of a pair as a small state machine: states, what moves them, who may do it (PRODUCT M8 to M10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json, LookUp

MONTHS = 6  # how long a mentorship lasts unless they agree otherwise (PRODUCT M8)


class Side(StrEnum):
    """The two of a pair."""

    MENTEE = "mentee"
    MENTOR = "mentor"

    @property
    def other(self) -> Side:
        """The other one."""
        return Side.MENTOR if self is Side.MENTEE else Side.MENTEE


class PairState(StrEnum):
    """AGREEING: the mentor has accepted, both read the agreement. TRIAL: both agreed, until both say after a first
    meeting that they go on. ACTIVE. HOLD: paused by one of them. Then it ends: completed, or early (by a word of
    either, a no after the trial, a block, or because one is gone)."""

    AGREEING = "agreeing"
    TRIAL = "trial"
    ACTIVE = "active"
    HOLD = "hold"
    COMPLETED = "completed"
    ENDED = "ended"


LIVING = frozenset({PairState.AGREEING, PairState.TRIAL, PairState.ACTIVE, PairState.HOLD})


class PairFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a pair. Moments are UTC.

    agreed: when each side agreed. rhythm, months: what they agreed on ("weekly", "twice_a_month", "monthly"). media,
    contacts: the sides that agreed to voice and photos, and to sharing contact details. goes_on: what each side said
    after the trial (told to nobody before both have). share_goal: the mentee lets the mentor see her goal.
    hold_until: when a pause ends by itself. ended_by: the side that ended it; "" for the clock, the team or both.
    ended_from: the state before it ended or was put on hold.
    """

    agreed: dict[Side, datetime] = {}
    rhythm: str = ""
    months: int = MONTHS
    media: frozenset[Side] = frozenset()
    contacts: frozenset[Side] = frozenset()
    goes_on: dict[Side, bool] = {}
    share_goal: bool = False
    trial_at: datetime | None = None
    active_at: datetime | None = None
    hold_until: datetime | None = None
    ended_by: str = ""
    before: str = ""
    reason: str = ""


class Pair(msgspec.Struct, frozen=True):
    """A pair as one of the two sees it. side: which she is herself. other, other_id: alias ("" if she gave none) and id
    of the other one. Moments are UTC."""

    id: int
    state: PairState
    side: Side
    other: str
    other_id: int
    began_at: datetime
    file: PairFile = PairFile()

    @property
    def living(self) -> bool:
        """Whether they are (still) a pair: the two can write to each other."""
        return self.state in LIVING

    @property
    def media_agreed(self) -> bool:
        """Whether both agreed to voice and photos."""
        return len(self.file.media) == len(Side)

    @property
    def contacts_agreed(self) -> bool:
        """Whether both agreed to share contact details."""
        return len(self.file.contacts) == len(Side)


class Feedback(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one side says at the end: stars by question id (1 to 5), and own words by question id in JSON form."""

    stars: Mapping[str, int] = {}
    words: Mapping[str, Json] = {}


@dataclass(frozen=True, slots=True)
class MyPairs(LookUp[tuple[Pair, ...]]):
    """Her living pairs, on either side, oldest first."""

    gives = tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class PairOf(LookUp[Pair | None]):
    """One pair of hers, living or not; None where it is not hers."""

    id: int
    gives = Pair | None
