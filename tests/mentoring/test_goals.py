"""The rules of goals: states, days, milestones, and words that travel between languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.steps import Own, Picked, Text
from bot.mentoring import goals
from bot.mentoring.goals import GoalPlan, GoalState, Milestone

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)
BY = date(2027, 1, 31)
PLAN = GoalPlan(
    title="A job in a bakery",
    measure="A signed contract",
    sure=4,
    why="My own money",
    by=BY,
    milestones=(
        Milestone("CV", date(2026, 12, 1), done_on=date(2026, 11, 20)),
        Milestone("Visits", date(2026, 12, 20)),
        Milestone("Trial day", BY),
    ),
    first_step="Call one bakery",
)
DAYS = st.dates(TODAY + timedelta(1), TODAY + timedelta(731))


# --- words --------------------------------------------------------------------------------------------------------


def test_words_come_back_from_every_form() -> None:
    assert goals.said("mine {not a placeholder}") == Own("mine {not a placeholder}")
    assert goals.said({"voice": 7, "seconds": 3}) == Own("", voice=7, seconds=3)
    tapped = Text("A job in care", context="goal")
    assert goals.said(goals.ready(tapped)) == tapped
    moment = goals.at(datetime(2026, 11, 24, 10, 0, 59, tzinfo=UTC))
    assert moment == {"at": "2026-11-24T10:00"}
    assert dict(goals.said(moment).values)["day"] == date(2026, 11, 24)  # type: ignore[union-attr]


def test_a_plan_survives_json() -> None:
    plan = msgspec.structs.replace(PLAN, title=goals.ready(Text("A job in care")), if_then=goals.at(NOW))
    assert msgspec.json.decode(msgspec.json.encode(plan), type=GoalPlan) == plan


def test_her_own_words_win_over_what_she_tapped() -> None:
    offered = {"a": goals.ready(Text("Ready"))}
    assert goals.answer(Picked(("a",)), offered) == {"msgid": "Ready", "context": ""}
    assert goals.answer(Picked(("a",), Own("Mine")), offered) == "Mine"
    assert goals.answer(Picked((), Own("", 4, 2)), offered) == {"voice": 4, "seconds": 2}


# --- states -------------------------------------------------------------------------------------------------------


def test_described_reached_continuing_is_the_way_and_let_go_is_final() -> None:
    for first, second in [("described", "reached"), ("reached", "continuing"), ("described", "paused")]:
        assert goals.may_become(GoalState(first), GoalState(second))
    assert not goals.may_become(GoalState.DESCRIBED, GoalState.CONTINUING)
    assert not goals.may_become(GoalState.REACHED, GoalState.LET_GO)
    assert not any(goals.may_become(GoalState.LET_GO, state) for state in GoalState)
    assert all(goals.may_become(state, state) for state in GoalState if state is not GoalState.LET_GO)


# --- days and milestones ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), 24, date(2028, 1, 31)),
    ],
)
def test_months_later_stays_in_the_month(day: date, months: int, later: date) -> None:
    assert goals.months_later(day, months) == later


@given(DAYS, st.integers(0, 5))
def test_spread_days_are_in_order_after_today_and_end_on_the_day(by: date, pieces: int) -> None:
    days = goals.spread(TODAY, by, pieces)
    assert len(days) == pieces
    assert list(days) == sorted(days)
    assert all(TODAY < day <= by for day in days)
    assert not days or days[-1] == by


def test_ticking_keeps_what_was_done_before() -> None:
    ticked = goals.tick(PLAN, {1, 2}, TODAY)
    assert [piece.done_on for piece in ticked.milestones] == [date(2026, 11, 20), TODAY, None]
    assert list(goals.open_milestones(ticked)) == [3]


@given(DAYS)
def test_a_goal_is_never_due_before_its_open_milestones(day: date) -> None:
    for plan in (goals.move_day(PLAN, day), *(goals.move_milestone(PLAN, n, day) for n in (2, 3))):
        assert all(piece.by <= plan.by for piece in goals.open_milestones(plan).values())
    assert goals.move_day(PLAN, day).by == day
    assert goals.move_milestone(PLAN, 2, day).milestones[1].by == day
    assert goals.move_day(PLAN, day).milestones[0] == PLAN.milestones[0]


@given(st.integers(1, 4), st.integers(-30, 60))
def test_new_milestones_replace_the_open_ones(count: int, days_to_go: int) -> None:
    plan = goals.move_day(PLAN, TODAY + timedelta(days_to_go))
    renewed = goals.new_milestones(plan, [f"piece {n}" for n in range(count)], TODAY)
    assert renewed.milestones[0] == PLAN.milestones[0]
    assert [piece.words for piece in renewed.milestones[1:]] == [f"piece {n}" for n in range(count)]
    assert renewed.by > TODAY
    assert all(TODAY < piece.by <= renewed.by for piece in renewed.milestones[1:])


def test_with_days_moves_each_milestone() -> None:
    days = [TODAY + timedelta(n) for n in (1, 2, 3)]
    assert [piece.by for piece in goals.with_days(PLAN, days).milestones] == days
