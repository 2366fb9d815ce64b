"""The weekly check-in, reminders of a goal and aftercare (N1, G3 of PRODUCT): what is said, and when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.dialogue.steps import Json
from bot.mentoring.effects import Effect
from bot.mentoring.goals import GoalPlan, GoalState, Milestone, months_later, open_milestones
from bot.mentoring.mentorship import Week
from bot.mentoring.rhythm import Rhythm, awake, on

WEEK = timedelta(days=7)
PAUSES = (1, 2, 4, 8)  # weeks (PRODUCT N2)
TOLD_APART = timedelta(days=1)  # a mentor hears of a week only once, also where it is answered twice

MILESTONE_DUE, PLAN_MOMENT = "milestone_due", "plan_moment"
TWO_WEEKS = "goal_after_2w"
MONTHS_AFTER: Mapping[str, int] = {"goal_after_1m": 1, "goal_after_3m": 3, "goal_after_6m": 6}
REMINDERS = (MILESTONE_DUE, PLAN_MOMENT)
AFTERCARE = (TWO_WEEKS, *MONTHS_AFTER)


class Going(StrEnum):
    """How it stands with the next milestone. LATER: it moves by a week."""

    DONE = "done"
    UNDER_WAY = "way"
    STUCK = "stuck"
    LATER = "later"


class Holds(StrEnum):
    """How a goal holds that was reached."""

    WELL = "well"
    WOBBLES = "wobbles"
    NOT = "not"


# --- what a talk asks for -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TellWeek(Effect):
    """She has answered the check-in: her mentor reads it in short, where she shares her goal."""

    how: Week
    done: int = 0
    stuck: bool = False


@dataclass(frozen=True, slots=True)
class AskForHelp(Effect):
    """She asks a coordinator for help with her goal, in her words (JSON form)."""

    words: Json


@dataclass(frozen=True, slots=True)
class PauseNudges(Effect):
    """Nothing comes unasked for so many weeks (of PAUSES); 0 ends the pause."""

    weeks: int


# --- when ---------------------------------------------------------------------------------------------------------


def next_milestone(plan: GoalPlan) -> tuple[int, Milestone] | None:
    """The open milestone whose day is nearest, with its number from 1; None where all are done."""
    waiting = open_milestones(plan)
    return min(waiting.items(), key=lambda one: (one[1].by, one[0])) if waiting else None


def reminders(plan: GoalPlan, state: GoalState, rhythm: Rhythm) -> dict[str, datetime]:
    """When she is reminded of a goal that is under way, by kind, UTC: on the day of its next milestone at her hour, and
    at the moment of her if-then plan where she chose one by the clock."""
    if state is not GoalState.DESCRIBED:
        return {}
    zone, found = ZoneInfo(rhythm.zone), dict[str, datetime]()
    following = next_milestone(plan)
    if following is not None:
        found[MILESTONE_DUE] = awake(rhythm, on(following[1].by, rhythm.at, zone))
    if isinstance(plan.if_then, dict) and "at" in plan.if_then:
        at = datetime.fromisoformat(plan.if_then["at"])
        found[PLAN_MOMENT] = on(at.date(), time(at.hour, at.minute), zone)
    return found


def aftercare(reached: datetime, rhythm: Rhythm) -> dict[str, datetime]:
    """When she is asked how a goal holds that was reached at `reached` (UTC), by kind, UTC: after two weeks, one, three
    and six months of the calendar, at her hour."""
    zone = ZoneInfo(rhythm.zone)
    day = reached.astimezone(zone).date()
    days = {TWO_WEEKS: day + 2 * WEEK} | {kind: months_later(day, n) for kind, n in MONTHS_AFTER.items()}
    return {kind: awake(rhythm, on(when, rhythm.at, zone)) for kind, when in days.items()}
