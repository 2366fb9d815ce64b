"""My goals: see, tick, move, change, pause, let go, reach, go on."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from bot.mentoring import goals
from bot.mentoring.effects import ChangeGoal, Outcome
from bot.mentoring.goals import Goal, GoalPlan, GoalState, Milestone
from bot.mentoring.lookups import Goals, Now
from conversations.my_goals import TALK
from tests.conversations.driver import drive, english, labels, shown, walk
from tests.conversations.self_knowledge import NOW, drawn

TODAY = NOW.date()
PLAN = GoalPlan(
    title="A job in a bakery",
    measure="A signed contract",
    sure=4,
    why={"voice": 3, "seconds": 4},
    by=date(2027, 1, 31),
    milestones=(
        Milestone("My CV", date(2026, 12, 1)),
        Milestone("Five visits", date(2026, 12, 20)),
        Milestone({"msgid": "I have done a trial day.", "context": ""}, date(2027, 1, 31)),
    ),
    first_step="Call one bakery",
    if_then={"at": "2026-11-24T10:00"},
)
LAST_ONE = goals.tick(PLAN, {1, 2}, TODAY)
LATE = msgspec.structs.replace(goals.move_day(PLAN, date(2026, 11, 1)), field="food")


def world(*kept: Goal) -> dict[Any, Any]:
    """All look-ups of this talk."""
    return {Now: NOW, Goals: kept}


def one(plan: GoalPlan = PLAN, state: GoalState = GoalState.DESCRIBED) -> dict[Any, Any]:
    """A woman with one goal, which has the id 7."""
    return world(Goal(7, plan, state))


def outcome(answers: dict[str, Any], looks: dict[Any, Any]) -> ChangeGoal:
    """The one change that a talk with these answers asks for."""
    (effect,) = drive(TALK, answers, looks).result.effects
    assert isinstance(effect, ChangeGoal)
    assert effect.goal == 7
    return effect


def test_without_a_goal_she_is_offered_to_describe_one() -> None:
    assert drive(TALK, {"describe": "yes"}, world()).result == Outcome(then="goal")
    assert drive(TALK, {"describe": "no"}, world()).result == Outcome()
    gone = Goal(7, PLAN, GoalState.LET_GO)
    assert drive(TALK, {"describe": "no"}, world(gone)).result == Outcome()


def test_several_goals_are_listed_with_their_states_and_one_is_opened() -> None:
    looks = world(Goal(9, PLAN, GoalState.PAUSED), Goal(7, LATE))
    listed = drive(TALK, {}, looks)
    assert "1. A job in a bakery (On pause)\n2. A job in a bakery (Under way)" in shown(listed)
    assert labels(listed) == {"9": "1", "7": "2", "new": "A new goal"}
    opened = drive(TALK, {"which": "9"}, looks)
    assert "resume" in labels(opened)
    assert drive(TALK, {"which": "new"}, looks).result == Outcome(then="goal")
    assert drive(TALK, {}, looks, about="7").asked.key == "action"  # type: ignore[union-attr]
    assert drive(TALK, {}, looks, about="404").asked.key == "which"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("state", "able"),
    [
        (GoalState.DESCRIBED, ["tick", "reached", "move", "change", "pause", "let_go", "new", "nothing"]),
        (GoalState.PAUSED, ["reached", "resume", "change", "let_go", "new", "nothing"]),
        (GoalState.REACHED, ["go_on", "resume", "new", "nothing"]),
        (GoalState.CONTINUING, ["resume", "new", "nothing"]),
    ],
)
def test_one_goal_is_shown_whole_with_what_can_be_done(state: GoalState, able: list[str]) -> None:
    played = drive(TALK, {}, one(state=state))
    assert list(labels(played)) == able
    say = played.said[-1]
    drawn(say.picture)
    words, data = english(say.words), say.picture.data  # type: ignore[union-attr]
    assert all(english(data[key]) in words for key in ("title", "by", "state", "step"))  # type: ignore[arg-type]
    assert "If: 2026-11-24, 10:00:00. Then: my first step." in words


def test_a_done_milestone_says_so_in_words_and_picture() -> None:
    say = drive(TALK, {}, one(LAST_ONE)).said[-1]
    rows: Any = say.picture.data["milestones"]  # type: ignore[union-attr]
    assert [row["done"] for row in rows] == [True, True, False]
    assert "1. My CV (done, 2026-11-22)" in english(say.words)
    assert english(rows[0]["by"]) == "2026-11-22"


def test_milestones_are_ticked_several_at_once() -> None:
    played = drive(TALK, {"action": "tick", "done": ["1", "3"]}, one())
    assert "1 milestone to go." in shown(played)
    assert outcome({"action": "tick", "done": ["1", "3"]}, one()).plan == goals.tick(PLAN, {1, 3}, TODAY)


def test_the_last_milestone_needs_no_choice_and_asks_whether_the_goal_is_reached() -> None:
    reached = outcome({"action": "tick", "all_done": "yes"}, one(LAST_ONE))
    assert (reached.state, reached.plan) == (GoalState.REACHED, goals.tick(LAST_ONE, {3}, TODAY))
    assert outcome({"action": "tick", "all_done": "no"}, one(LAST_ONE)).state is GoalState.DESCRIBED


def test_reached_is_celebrated_with_a_picture_and_then_goes_on() -> None:
    played = drive(TALK, {"action": "reached"}, one())
    drawn(played.said[-1].picture)
    assert "Reached. Day:" in shown(played)
    assert outcome({"action": "reached"}, one()).state is GoalState.REACHED
    assert outcome({"action": "go_on"}, one(state=GoalState.REACHED)).state is GoalState.CONTINUING
    assert outcome({"action": "resume"}, one(state=GoalState.CONTINUING)).state is GoalState.DESCRIBED


def test_pausing_and_letting_go_ask_for_no_reason() -> None:
    assert outcome({"action": "pause"}, one()).state is GoalState.PAUSED
    assert outcome({"action": "resume"}, one(state=GoalState.PAUSED)).state is GoalState.DESCRIBED
    assert outcome({"action": "let_go", "sure_to_let_go": "yes"}, one()).state is GoalState.LET_GO
    assert drive(TALK, {"action": "let_go", "sure_to_let_go": "no"}, one()).result == Outcome()
    assert "?" not in english(drive(TALK, {"action": "pause"}, one()).said[-1].words)


def test_a_day_can_be_moved_and_the_goal_is_never_before_its_milestones() -> None:
    moved = outcome({"action": "move", "what": "goal", "day.goal": "2026-12-15"}, one()).plan
    assert [piece.by.isoformat() for piece in moved.milestones] == ["2026-12-01", "2026-12-15", "2026-12-15"]
    later = outcome({"action": "move", "what": "2", "day.2": "2027-05-01"}, one()).plan
    assert later.by == date(2027, 5, 1)
    assert outcome({"action": "move", "what": "goal", "day.goal": "2026-12-15"}, one(LATE)).plan.by > TODAY


@pytest.mark.parametrize(
    ("part", "answers", "field", "value"),
    [
        ("title", {"title": "A bakery of my own"}, "title", "A bakery of my own"),
        ("measure", {"measure": {"options": [], "own": "Keys"}}, "measure", "Keys"),
        ("sure", {"sure": 2}, "sure", 2),
        ("why", {"why": ["joy"]}, "why", {"msgid": "It gives me joy", "context": "goal"}),
        (
            "step",
            {"step": {"options": [], "own": {"voice": 1, "seconds": 2}}},
            "first_step",
            {"voice": 1, "seconds": 2},
        ),
        ("moment", {"moment": None}, "if_then", None),
    ],
)
def test_each_part_can_be_said_anew(part: str, answers: dict[str, Any], field: str, value: Any) -> None:
    given = {"action": "change", "part": part, **{f"change.{key}": answer for key, answer in answers.items()}}
    assert outcome(given, one()).plan == msgspec.structs.replace(PLAN, **{field: value})


def test_new_milestones_leave_what_is_done_and_never_make_more_than_five() -> None:
    given: dict[str, Any] = {"action": "change", "part": "pieces"}
    given |= {f"change.pieces.{n}": {"options": [], "own": f"Part {n}"} for n in (1, 2, 3)}
    plan = outcome(given, one(LAST_ONE)).plan
    assert [piece.words for piece in plan.milestones] == ["My CV", "Five visits", "Part 1", "Part 2", "Part 3"]
    full = goals.tick(plan, {1, 2, 3, 4, 5}, TODAY)
    assert "pieces" not in labels(drive(TALK, {"action": "change"}, one(full)))


@pytest.mark.parametrize("state", [state for state in GoalState if state is not GoalState.LET_GO])
@pytest.mark.parametrize("plan", [PLAN, LAST_ONE, LATE, goals.tick(PLAN, {1, 2, 3}, TODAY)])
def test_every_option_leads_to_an_end_that_the_rules_allow(plan: GoalPlan, state: GoalState) -> None:
    for path in walk(TALK, one(plan, state)):
        result = path.played.result
        assert isinstance(result, Outcome)
        for effect in result.effects:
            assert isinstance(effect, ChangeGoal)
            assert goals.may_become(state, effect.state)
            assert 1 <= len(effect.plan.milestones) <= goals.MOST_MILESTONES
            waiting = goals.open_milestones(effect.plan).values()
            assert all(piece.by <= effect.plan.by for piece in waiting)
