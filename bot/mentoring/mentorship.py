"""The life of a pair as a small state machine: states, what moves them, who may do it (PRODUCT M8 to M10).

stateDiagram-v2
    [*] --> agreeing
    agreeing --> trial: both_agreed
    agreeing --> ended: time_over
    agreeing --> ended: end
    trial --> active: trial_yes_both
    trial --> ended: trial_no
    trial --> hold: hold
    trial --> ended: end
    active --> hold: hold
    active --> completed: complete
    active --> completed: time_over
    active --> ended: end
    hold --> trial: resume_trial
    hold --> active: resume
    hold --> ended: end
    completed --> [*]
    ended --> [*]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json, LookUp
from bot.errors import SororaError
from bot.mentoring.people import Role

MONTHS = 6  # how long a mentorship lasts unless they agree otherwise (PRODUCT M8)
LENGTHS = (3, 6, 9)  # months to choose from
LONGER = 3  # months more, where both want it
PAUSES = (2, 4, 8)  # weeks (PRODUCT N2: a pause of 1 to 8 weeks)

AGREE_REMIND_AFTER = timedelta(days=3)
AGREE_WITHIN = timedelta(days=7)
TRIAL_WITHIN = timedelta(days=21)  # how it feels is asked then at the latest, also where they have not met
ASK_AGAIN_AFTER = timedelta(days=7)  # after "not sure yet", or no answer
MOST_ASKED = 3  # without an answer, then nobody asks again (PRODUCT N2)
ENDING_BEFORE = timedelta(days=14)  # how long before the end they are asked whether to go on
CHAIN_AFTER = timedelta(days=7)  # after a completed mentorship
CHAIN_AGAIN_AFTER = timedelta(days=91)  # three months


class PairTrouble(SororaError):
    """A pair cannot be begun or moved so. Ids and states only."""


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


# --- what moves a pair --------------------------------------------------------------------------------------------


class Event(StrEnum):
    """What moves a pair. RESUME_TRIAL: a pause ends that began in the trial. TIME_OVER: not both agreed within a week,
    or the agreed months are over."""

    BOTH_AGREED = "both_agreed"
    TRIAL_YES_BOTH = "trial_yes_both"
    TRIAL_NO = "trial_no"
    HOLD = "hold"
    RESUME = "resume"
    RESUME_TRIAL = "resume_trial"
    COMPLETE = "complete"
    END = "end"
    TIME_OVER = "time_over"


MOVES: Mapping[tuple[PairState, Event], PairState] = {
    (PairState.AGREEING, Event.BOTH_AGREED): PairState.TRIAL,
    (PairState.AGREEING, Event.TIME_OVER): PairState.ENDED,
    (PairState.AGREEING, Event.END): PairState.ENDED,
    (PairState.TRIAL, Event.TRIAL_YES_BOTH): PairState.ACTIVE,
    (PairState.TRIAL, Event.TRIAL_NO): PairState.ENDED,
    (PairState.TRIAL, Event.HOLD): PairState.HOLD,
    (PairState.TRIAL, Event.END): PairState.ENDED,
    (PairState.ACTIVE, Event.HOLD): PairState.HOLD,
    (PairState.ACTIVE, Event.COMPLETE): PairState.COMPLETED,
    (PairState.ACTIVE, Event.TIME_OVER): PairState.COMPLETED,
    (PairState.ACTIVE, Event.END): PairState.ENDED,
    (PairState.HOLD, Event.RESUME_TRIAL): PairState.TRIAL,
    (PairState.HOLD, Event.RESUME): PairState.ACTIVE,
    (PairState.HOLD, Event.END): PairState.ENDED,
}


class Mover(StrEnum):
    """Who moves a pair: one of the two, the clock, or the team (also: one of them is erased)."""

    SIDE = "side"
    CLOCK = "clock"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may bring an event about, and the notice (its kind) that is told of it: to the other side, or to both where
    neither of them moved it. She who did it reads the same words at once, as the answer to what she tapped."""

    by: frozenset[Mover]
    told: str


RULES: Mapping[Event, Rule] = {
    Event.BOTH_AGREED: Rule(frozenset({Mover.SIDE}), "pair_begins"),
    Event.TRIAL_YES_BOTH: Rule(frozenset({Mover.SIDE}), "pair_active"),
    Event.TRIAL_NO: Rule(frozenset({Mover.SIDE}), "pair_over"),
    Event.HOLD: Rule(frozenset({Mover.SIDE}), "pair_paused"),
    Event.RESUME: Rule(frozenset({Mover.SIDE, Mover.CLOCK}), "pair_resumed"),
    Event.RESUME_TRIAL: Rule(frozenset({Mover.SIDE, Mover.CLOCK}), "pair_resumed"),
    Event.COMPLETE: Rule(frozenset({Mover.SIDE}), "pair_over"),
    Event.END: Rule(frozenset({Mover.SIDE, Mover.TEAM}), "pair_over"),
    Event.TIME_OVER: Rule(frozenset({Mover.CLOCK}), "pair_over"),
}


def move(state: PairState, event: Event, by: Mover | None = None) -> PairState:
    """The state after an event, brought about by `by` where that is given. Raises PairTrouble for what may not be."""
    if (state, event) not in MOVES:
        raise PairTrouble(f"a pair that is {state.value} cannot be moved by {event.value}")
    if by is not None and by not in RULES[event].by:
        raise PairTrouble(f"{event.value} is not brought about by the {by.value}")
    return MOVES[state, event]


def may(state: PairState, event: Event) -> bool:
    """Whether this event can happen to a pair in this state."""
    return (state, event) in MOVES


# --- what is agreed -----------------------------------------------------------------------------------------------


class Rhythm(StrEnum):
    """How often they are in touch, the most often first."""

    WEEKLY = "weekly"
    TWICE_A_MONTH = "twice_a_month"
    MONTHLY = "monthly"


class Ending(StrEnum):
    """What one wishes towards the end: to go on for some months more, or to end because the way is done."""

    LONGER = "longer"
    COMPLETE = "complete"


class Chain(StrEnum):
    """What she said to the invitation to become a mentor (PRODUCT M10)."""

    YES = "yes"
    LATER = "later"
    NO = "no"


def settled_rhythm(wishes: Mapping[Side, str]) -> str:
    """The less frequent of what the two proposed: a rhythm that both can keep."""
    return max(wishes.values(), key=lambda wish: list(Rhythm).index(Rhythm(wish)))


def settled_months(wishes: Mapping[Side, int]) -> int:
    """The shorter of what the two proposed; it can be made longer at the end."""
    return min(wishes.values())


class Week(StrEnum):
    """How her week was."""

    GOOD = "good"
    SO_SO = "soso"
    HARD = "hard"


class WeekTold(msgspec.Struct, frozen=True, omit_defaults=True):
    """What her mentor reads of a week: how it was, how many milestones were done in this check-in, whether she is
    stuck; none of her words. at: when she said it, UTC."""

    how: Week
    at: datetime
    done: int = 0
    stuck: bool = False


class PairFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a pair. Moments are UTC.

    agreed: when each side agreed. rhythms, lengths: what each side proposed; rhythm, months: what they agreed on
    ("weekly", "twice_a_month", "monthly"). media, contacts: the sides that agreed to voice and photos, and to sharing
    contact details. goes_on: what each side said after the trial (told to nobody before both have). share_goal: the
    mentee lets the mentor see her goal. met_at: when a first meeting was noted. active_until: when the agreed months
    are over. endings: what each side wishes towards the end (that she would like to finish is asked of the other; the
    rest is told to nobody before both have said the same).
    hold_from, hold_until: when a pause began, and when it ends by itself; held_by: the side that paused. ended_by: the
    side that ended it; "" for the clock, the team or both. before: the state before it ended or was put on hold.
    chain: what the mentee said to the invitation to become a mentor. week: her last week, as her mentor reads it.
    """

    agreed: dict[Side, datetime] = {}
    rhythms: dict[Side, str] = {}
    lengths: dict[Side, int] = {}
    rhythm: str = ""
    months: int = MONTHS
    media: frozenset[Side] = frozenset()
    contacts: frozenset[Side] = frozenset()
    goes_on: dict[Side, bool] = {}
    share_goal: bool = False
    trial_at: datetime | None = None
    met_at: datetime | None = None
    asked: int = 0
    active_at: datetime | None = None
    active_until: datetime | None = None
    endings: dict[Side, Ending] = {}
    hold_from: datetime | None = None
    hold_until: datetime | None = None
    held_by: str = ""
    ended_by: str = ""
    before: str = ""
    reason: str = ""
    chain: str = ""
    week: WeekTold | None = None

    def seen_by(self, side: Side) -> PairFile:
        """Only what this side may know: not what the other said in private, nor who ended it and why."""
        return msgspec.structs.replace(
            self,
            goes_on={who: yes for who, yes in self.goes_on.items() if who is side},
            endings={who: wish for who, wish in self.endings.items() if who is side},
            chain=self.chain if side is Side.MENTEE else "",
            week=self.week if side is Side.MENTEE else None,
            ended_by="",
            reason="",
        )


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
    """What one side says at the end: stars by question id (1 to 5), and own words by question id in JSON form. shared:
    the questions whose words the other may read."""

    stars: Mapping[str, int] = {}
    words: Mapping[str, Json] = {}
    shared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MyPairs(LookUp[tuple[Pair, ...]]):
    """Her living pairs, on either side, oldest first."""

    gives = tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class PairOf(LookUp[Pair | None]):
    """One pair of hers, living or not; None where it is not hers."""

    id: int
    gives = Pair | None


def overcome(taken: Sequence[Mapping[str, int]], *, holds: int, behind: int) -> tuple[str, ...]:
    """The barriers behind her, out of what she answered over time (levels by item, oldest first): those on level
    `behind` now, and those that stood on level `holds` once and do not any more."""
    now = taken[-1] if taken else {}
    held = {item for levels in taken for item, level in levels.items() if level == holds}
    return tuple(item for item, level in now.items() if level == behind or (item in held and level != holds))


def may_follow(pair: Pair, role: Role | None) -> bool:
    """Whether the invitation to become a mentor after this pair stands: for a mentee whose mentorship is complete, who
    is no mentor yet and has not said no."""
    done = pair.state is PairState.COMPLETED and pair.side is Side.MENTEE
    return done and role is Role.MENTEE and pair.file.chain in ("", Chain.LATER.value)
