"""Goals: SMART, with milestones, and the three results of the programme as states: described, reached, continuing."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json, Picked, Text, Words, read_own, write_own

MOST_MILESTONES = 5
SURE_ENOUGH = 3  # of 5: below this, a smaller goal helps more (PRODUCT G1)
FIRST_STEP_WITHIN = timedelta(hours=48)


class GoalState(StrEnum):
    """described -> reached -> continuing (support while it holds); paused and let go on the way."""

    DESCRIBED = "described"
    PAUSED = "paused"
    REACHED = "reached"
    CONTINUING = "continuing"
    LET_GO = "let_go"


NEXT: Mapping[GoalState, frozenset[GoalState]] = {
    GoalState.DESCRIBED: frozenset({GoalState.PAUSED, GoalState.REACHED, GoalState.LET_GO}),
    GoalState.PAUSED: frozenset({GoalState.DESCRIBED, GoalState.REACHED, GoalState.LET_GO}),
    GoalState.REACHED: frozenset({GoalState.CONTINUING, GoalState.DESCRIBED}),
    GoalState.CONTINUING: frozenset({GoalState.DESCRIBED}),
    GoalState.LET_GO: frozenset(),
}


class Milestone(msgspec.Struct, frozen=True):
    """One piece of a goal. `words` in the JSON form of `goals.said`."""

    words: Json
    by: date
    done_on: date | None = None


class GoalPlan(msgspec.Struct, frozen=True):
    """One goal as she described it: SMART (Doran 1981), a first step within 48 hours and an if-then plan
    (Gollwitzer and Sheeran 2006). Words in the JSON form of `goals.said`; `sure` is her confidence from 1 to 5.
    `if_then` is the "if" (a moment); the "then" is the first step. `field` is the id of a professional field or ""."""

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


# --- words of a goal ----------------------------------------------------------------------------------------------


def said(value: Json) -> Words:
    """The words of a goal out of their JSON form.

    A string or {"voice", "seconds"}: her own (steps.read_own). {"msgid", "context"}: a ready sentence of ours that she
    tapped, so that she and her mentor each read it in their own language. {"at": ISO local time}: a moment.
    """
    if isinstance(value, dict) and "msgid" in value:
        return Text(value["msgid"], context=value["context"])
    if isinstance(value, dict) and "at" in value:
        at = datetime.fromisoformat(value["at"])
        return Text("{day}, {time}")(day=at.date(), time=at.time())
    return read_own(value)


def ready(text: Text) -> Json:
    """The JSON form of a ready sentence without values; the inverse of `said`."""
    return {"msgid": text.msgid, "context": text.context}


def at(moment: datetime) -> Json:
    """The JSON form of a moment on her own wall clock, to the minute."""
    return {"at": moment.replace(tzinfo=None).isoformat(timespec="minutes")}


def answer(picked: Picked, offered: Mapping[str, Json]) -> Json:
    """One answer out of a question that offers ready ones: her own words win over what she tapped."""
    if picked.own is not None:
        return write_own(picked.own)
    return offered[picked.options[0]]


# --- states -------------------------------------------------------------------------------------------------------


def may_become(state: GoalState, wanted: GoalState) -> bool:
    """Whether a goal can go from one state to another (staying is always possible, but for one that was let go)."""
    return wanted in NEXT[state] or (wanted is state and state is not GoalState.LET_GO)


# --- dates and milestones -----------------------------------------------------------------------------------------


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def spread(today: date, by: date, pieces: int) -> tuple[date, ...]:
    """Days for so many pieces, evenly from today to the day of the goal; the last one is that day."""
    total = (by - today).days
    before = (today + timedelta(max(1, total * n // pieces)) for n in range(1, pieces))
    return (*before, by) if pieces else ()


def with_days(plan: GoalPlan, days: Collection[date]) -> GoalPlan:
    """The plan with another day for each of its milestones, in their order."""
    pieces = tuple(msgspec.structs.replace(piece, by=day) for piece, day in zip(plan.milestones, days, strict=True))
    return msgspec.structs.replace(plan, milestones=pieces)


def open_milestones(plan: GoalPlan) -> dict[int, Milestone]:
    """The milestones still to be done, by their number from 1."""
    return {n: piece for n, piece in enumerate(plan.milestones, 1) if piece.done_on is None}


def tick(plan: GoalPlan, numbers: Collection[int], today: date) -> GoalPlan:
    """The plan with these milestones (numbers from 1) done today; what was done before keeps its day."""
    pieces = tuple(
        msgspec.structs.replace(piece, done_on=piece.done_on or today) if n in numbers else piece
        for n, piece in enumerate(plan.milestones, 1)
    )
    return msgspec.structs.replace(plan, milestones=pieces)


def move_day(plan: GoalPlan, by: date) -> GoalPlan:
    """The plan with another day for the whole goal. Open milestones that would come after it move to it."""
    pieces = tuple(
        piece if piece.done_on else msgspec.structs.replace(piece, by=min(piece.by, by)) for piece in plan.milestones
    )
    return msgspec.structs.replace(plan, by=by, milestones=pieces)


def move_milestone(plan: GoalPlan, number: int, by: date) -> GoalPlan:
    """The plan with another day for one milestone (number from 1). A goal is never due before its pieces: it moves
    along where the new day is later."""
    pieces = tuple(
        msgspec.structs.replace(piece, by=by) if n == number else piece for n, piece in enumerate(plan.milestones, 1)
    )
    return msgspec.structs.replace(plan, by=max(plan.by, by), milestones=pieces)


def new_milestones(plan: GoalPlan, pieces: Collection[Json], today: date) -> GoalPlan:
    """The plan with these words in place of its open milestones, on evenly spread days. What is done stays. A goal
    whose day is past gets tomorrow for its day."""
    by = max(plan.by, today + timedelta(1))
    done = tuple(piece for piece in plan.milestones if piece.done_on)
    fresh = tuple(Milestone(words, day) for words, day in zip(pieces, spread(today, by, len(pieces)), strict=True))
    return msgspec.structs.replace(plan, by=by, milestones=done + fresh)
