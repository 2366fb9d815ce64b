"""After a meeting: how it was, the next step in her goal, the next meeting."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from bot.mentoring.effects import ChangeGoal, Outcome
from bot.mentoring.goals import Goal, GoalPlan, GoalState, Milestone
from bot.mentoring.lookups import Goals, Now
from bot.mentoring.meetings import How, Meeting, MeetingOf, MeetingState, SayHowItWas
from bot.mentoring.mentorship import Side
from conversations.met import TALK
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import world

NOW = datetime(2027, 3, 26, 17, tzinfo=UTC)
MET = Meeting(
    12, 7, MeetingState.PAST, True, Side.MENTEE, "Fictive Lina", "chat", at=datetime(2027, 3, 26, 13, tzinfo=UTC)
)
MENTORS = msgspec.structs.replace(MET, side=Side.MENTOR, other="Fictive Amina")
PLAN = GoalPlan("A job", "A contract", 4, "For us", date(2027, 6, 1), (), "Write the letter")
GOAL = Goal(3, PLAN)


def looks(meeting: Meeting | None = MET, *goals: Goal) -> dict[Any, Any]:
    return {**world(), MeetingOf: meeting, Now: NOW, Goals: goals}


@pytest.mark.parametrize(("tapped", "how"), [("good", How.GOOD), ("so", How.SO_SO)])
def test_the_tap_in_the_notice_has_answered_already(tapped: str, how: How) -> None:
    played = drive(TALK, {"again": "no"}, looks(), f"12-{tapped}")
    assert played.result == Outcome((SayHowItWas(12, how),))


def test_from_elsewhere_she_is_asked() -> None:
    assert list(labels(drive(TALK, {}, looks(), "12"))) == list(How)
    played = drive(TALK, {"how": "so_so", "again": "yes"}, looks(), "12")
    assert played.result == Outcome((SayHowItWas(12, How.SO_SO),), then="meet", about="7")


def test_not_met_is_nobodys_fault_and_a_new_time_is_offered() -> None:
    asked = drive(TALK, {}, looks(MET, GOAL), "12-not")
    assert "That happens. Nobody did wrong." in shown(asked)
    assert "Shall we look for a new time?" in shown(asked)
    played = drive(TALK, {"again": "yes"}, looks(MET, GOAL), "12-not")
    assert played.result == Outcome((SayHowItWas(12, How.NOT),), then="meet", about="7")


def test_her_next_step_becomes_the_first_step_of_her_goal() -> None:
    answers = {"step": "Call the school", "as": "step", "again": "no"}
    played = drive(TALK, answers, looks(MET, GOAL), "12-good")
    assert played.result.effects[1] == ChangeGoal(
        3, msgspec.structs.replace(PLAN, first_step="Call the school"), GoalState.DESCRIBED
    )


def test_or_a_milestone_also_when_it_is_spoken() -> None:
    answers = {"step": {"voice": 7, "seconds": 3}, "as": "milestone", "again": "no"}
    (_said, change) = drive(TALK, answers, looks(MET, GOAL), "12-good").result.effects
    assert change.plan.milestones == (Milestone({"voice": 7, "seconds": 3}, date(2027, 4, 9)),)


def test_a_full_goal_takes_no_more_milestones_and_nothing_need_go_there() -> None:
    full = Goal(3, msgspec.structs.replace(PLAN, milestones=(Milestone("One", PLAN.by),) * 5))
    asked = drive(TALK, {"step": "Call the school"}, looks(MET, full), "12-good")
    assert list(labels(asked)) == ["step", "no"]
    played = drive(TALK, {"step": "Call", "as": "no", "again": "no"}, looks(MET, full), "12-good")
    assert len(played.result.effects) == 1


def test_with_several_goals_she_says_which() -> None:
    other = Goal(4, msgspec.structs.replace(PLAN, title="A house"))
    answers = {"step": "Call", "goal": "2", "as": "step", "again": "no"}
    assert drive(TALK, answers, looks(MET, GOAL, other), "12-good").result.effects[1].goal == 4


@pytest.mark.parametrize("state", [GoalState.PAUSED, GoalState.REACHED, GoalState.CONTINUING])
def test_without_an_open_goal_no_step_is_asked(state: GoalState) -> None:
    assert drive(TALK, {}, looks(MET, Goal(3, PLAN, state)), "12-good").asked.key == "again"  # type: ignore[union-attr]


def test_a_mentor_is_not_asked_for_her_mentees_goal() -> None:
    assert drive(TALK, {}, looks(MENTORS, GOAL), "12-good").asked.key == "again"  # type: ignore[union-attr]


@pytest.mark.parametrize("about", ["", "x-good", "12-good", "12"])
def test_what_is_not_hers_reads_as_over(about: str) -> None:
    played = drive(TALK, {}, looks(None), about)
    assert shown(played).startswith("That is no longer open.")
    assert played.result == Outcome()


def test_it_is_not_looked_back_on_before_it_was() -> None:
    early = msgspec.structs.replace(MET, at=NOW)
    assert drive(TALK, {}, looks(early), "12-good").result == Outcome()


@pytest.mark.parametrize("meeting", [MET, MENTORS])
def test_every_path_ends(meeting: Meeting) -> None:
    for about in ("12", "12-good", "12-not"):
        for path in walk(TALK, looks(meeting, GOAL), about, all_ways=True):
            assert isinstance(path.played.result, Outcome)
