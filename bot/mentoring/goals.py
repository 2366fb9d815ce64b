"""Goals: SMART, with milestones, and the three results of the programme as states: described, reached, continuing."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json


class GoalState(StrEnum):
    """described -> reached -> continuing (support while it holds); paused and let go on the way."""

    DESCRIBED = "described"
    PAUSED = "paused"
    REACHED = "reached"
    CONTINUING = "continuing"
    LET_GO = "let_go"


class Milestone(msgspec.Struct, frozen=True):
    """One piece of a goal. `words` is own words in JSON form (dialogue.steps.read_own)."""

    words: Json
    by: date
    done_on: date | None = None


class GoalPlan(msgspec.Struct, frozen=True):
    """One goal as she described it: SMART (Doran 1981), a first step within 48 hours and an if-then plan
    (Gollwitzer and Sheeran 2006). Own words in JSON form; `sure` is her confidence from 1 to 5."""

    title: Json
    measure: Json
    sure: int
    why: Json
    by: date
    milestones: tuple[Milestone, ...]
    first_step: Json
    if_then: Json | None = None
    field: str = ""


class Goal(msgspec.Struct, frozen=True):
    """A goal that is kept. Times are UTC."""

    id: int
    plan: GoalPlan
    state: GoalState = GoalState.DESCRIBED
    described_at: datetime | None = None
    reached_at: datetime | None = None
