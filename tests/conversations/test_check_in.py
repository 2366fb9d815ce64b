"""The check-in: three taps, what they change, the three doors for who is stuck, one goal after the other."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from bot.mentoring import goals
from bot.mentoring.check_ins import AskForHelp, TellWeek
from bot.mentoring.effects import ChangeGoal, Outcome
from bot.mentoring.goals import Goal, GoalPlan, GoalState, Milestone
from bot.mentoring.lookups import Goals, Now
from bot.mentoring.mentorship import MyPairs, Pair, PairState, Side, Week
from conversations import PROGRAMME
from conversations.check_in import TALK, tip
from conversations.goal_examples import examples
from tests.conversations.driver import drive, english, labels, shown, walk
from tests.conversations.self_knowledge import NOW

TODAY = NOW.date()
PLAN = GoalPlan(
    title="A job in a bakery",
    measure="A signed contract",
    sure=4,
    why="My own money",
    by=date(2027, 1, 31),
    milestones=(Milestone("Five visits", date(2026, 12, 20)), Milestone("My CV", date(2026, 12, 1))),
    first_step="Call one bakery",
    field="food",
)
LAST = goals.tick(PLAN, {2}, TODAY)
ALL_DONE = goals.tick(PLAN, {1, 2}, TODAY)
LATE = goals.move_day(PLAN, date(2026, 11, 1))
MENTOR = Pair(4, PairState.ACTIVE, Side.MENTEE, "Fictive Mona", 9, datetime(2026, 10, 1, tzinfo=NOW.tzinfo))


def world(*kept: Goal, pairs: tuple[Pair, ...] = ()) -> dict[Any, Any]:
    return {Now: NOW, Goals: kept, MyPairs: pairs}


ONE = world(Goal(7, PLAN))


def test_the_first_tap_is_in_the_message_and_the_next_milestone_by_day_is_asked() -> None:
    played = drive(TALK, {}, ONE, about="soso")
    assert "Thank you for telling me." in shown(played)
    assert "Next: My CV (by 2026-12-01)" in shown(played)
    assert list(labels(played)) == ["done", "way", "stuck", "later"]
    assert list(labels(drive(TALK, {}, ONE))) == ["good", "soso", "hard"]


def test_done_changes_the_goal_in_two_taps() -> None:
    played = drive(TALK, {"week": "good", "7.going": "done"}, ONE)
    assert "1 milestone to go." in shown(played)
    plan = goals.tick(PLAN, {2}, TODAY)
    assert played.result == Outcome((ChangeGoal(7, plan, GoalState.DESCRIBED), TellWeek(Week.GOOD, done=1)))


@pytest.mark.parametrize(("answer", "state"), [("yes", GoalState.REACHED), ("no", GoalState.DESCRIBED)])
def test_after_the_last_milestone_she_says_whether_the_goal_is_reached(answer: str, state: GoalState) -> None:
    taps = {"7.going": "done", "7.all_done": answer}
    (change, _week) = drive(TALK, taps, world(Goal(7, LAST)), about="good").result.effects
    assert (change.state, change.plan) == (state, ALL_DONE)
    again = drive(TALK, {"7.all_done": answer}, world(Goal(7, ALL_DONE)), about="good").result.effects[0]
    assert again.state is state


def test_later_is_a_week_after_its_day_or_after_today() -> None:
    change = drive(TALK, {"7.going": "later"}, ONE, about="hard").result.effects[0]
    assert change.plan.milestones[1].by == date(2026, 12, 8)
    change = drive(TALK, {"7.going": "later"}, world(Goal(7, LATE)), about="hard").result.effects[0]
    assert (change.plan.milestones[0].by, change.plan.by) == (date(2026, 11, 29), date(2026, 11, 29))


def test_under_way_changes_nothing_but_the_week() -> None:
    assert drive(TALK, {"7.going": "way"}, ONE, about="hard").result == Outcome((TellWeek(Week.HARD),))


def test_who_is_stuck_finds_three_doors_and_needs_none() -> None:
    looks = world(Goal(7, PLAN), pairs=(MENTOR,))
    stuck = {"7.going": "stuck"}
    assert list(labels(drive(TALK, stuck, looks, about="hard"))) == ["tip", "mentor", "team", "nothing"]
    assert "mentor" not in labels(drive(TALK, stuck, ONE, about="hard"))
    agreeing = msgspec.structs.replace(MENTOR, state=PairState.AGREEING)
    hers = msgspec.structs.replace(MENTOR, side=Side.MENTOR)
    assert "mentor" not in labels(drive(TALK, stuck, world(Goal(7, PLAN), pairs=(agreeing, hers)), about="hard"))
    week = TellWeek(Week.HARD, stuck=True)
    to_mentor = drive(TALK, {**stuck, "7.door": "mentor"}, looks, about="hard")
    assert to_mentor.result == Outcome((week,), then="write", about="4")
    help_asked = drive(TALK, {**stuck, "7.door": "team", "7.help": "The form is hard"}, looks, about="hard")
    assert help_asked.result == Outcome((AskForHelp("The form is hard"), week))
    given = drive(TALK, {**stuck, "7.door": "tip"}, looks, about="hard")
    assert given.result == Outcome((week,))
    assert english(tip(Goal(7, PLAN), TODAY)) in shown(given)


def test_a_tip_comes_out_of_her_field_is_never_her_own_step_and_changes() -> None:
    steps = [one.step for one in examples("food").values()]
    taken = msgspec.structs.replace(PLAN, first_step=goals.ready(steps[0]))
    weeks = [date.fromisocalendar(2027, week, 3) for week in range(1, 12)]
    assert {english(tip(Goal(7, taken), day)) for day in weeks} == {english(step) for step in steps[1:]}
    free = msgspec.structs.replace(PLAN, field="")
    assert len({english(tip(Goal(7, free), day)) for day in weeks}) > 3


def test_several_goals_come_one_by_one_the_nearest_first() -> None:
    near, paused = msgspec.structs.replace(LATE, title="A course"), Goal(8, PLAN, GoalState.PAUSED)
    looks = world(Goal(9, near), paused, Goal(7, PLAN))
    first = drive(TALK, {}, looks, about="good")
    assert "Your goal: A course" in shown(first)
    asked = drive(TALK, {"9.going": "way"}, looks, about="good")
    assert "Another goal too? A job in a bakery" in shown(asked)
    enough = drive(TALK, {"9.going": "way", "7.more": "no"}, looks, about="good")
    assert enough.result == Outcome((TellWeek(Week.GOOD),))
    both = drive(TALK, {"9.going": "done", "7.more": "yes", "7.going": "done"}, looks, about="good").result
    assert [effect.goal for effect in both.effects[:-1]] == [9, 7]
    assert both.effects[-1] == TellWeek(Week.GOOD, done=2)


def test_without_a_goal_she_is_offered_to_describe_one() -> None:
    for looks in (world(), world(Goal(7, PLAN, GoalState.REACHED))):
        assert drive(TALK, {"describe": "yes"}, looks, about="good").result == Outcome(
            (TellWeek(Week.GOOD),), then="goal"
        )
        assert drive(TALK, {"describe": "no"}, looks, about="good").result == Outcome((TellWeek(Week.GOOD),))


def test_a_reminder_of_a_milestone_asks_for_it_alone() -> None:
    assert "Next: My CV" in shown(drive(TALK, {}, ONE, about="7"))
    (change,) = drive(TALK, {}, ONE, about="7-done").result.effects
    assert change.plan == LAST
    assert drive(TALK, {"door": "nothing"}, ONE, about="7-stuck").result == Outcome()
    for forged in ("8", "8-done", "x", "-", "good-7", "7x"):
        played = drive(TALK, {}, ONE, about=forged)
        assert (played.result, "no longer open" in shown(played)) == (Outcome(), True)


@pytest.mark.parametrize("plan", [PLAN, LAST, ALL_DONE, LATE])
@pytest.mark.parametrize("about", ["", "good", "hard", "7", "7-stuck", "7-later"])
def test_every_path_ends_in_at_most_three_taps_and_a_change_that_the_rules_allow(plan: GoalPlan, about: str) -> None:
    for path in walk(TALK, world(Goal(7, plan), pairs=(MENTOR,)), about, all_ways=True):
        tapped = [key for key in path.answers if not key.endswith("help")]
        assert len(tapped) + bool(about) <= 3
        assert path.played.result.then in ("", *PROGRAMME.talks)
        for effect in path.played.result.effects:
            assert not isinstance(effect, ChangeGoal) or goals.may_become(GoalState.DESCRIBED, effect.state)
