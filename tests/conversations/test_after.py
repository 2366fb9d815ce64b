"""Aftercare: how a reached goal holds, and what is next, in two taps."""

from __future__ import annotations

from typing import Any

import pytest

from bot.mentoring.effects import ChangeGoal, Outcome
from bot.mentoring.goals import Goal, GoalState
from bot.mentoring.lookups import Goals
from bot.mentoring.mentorship import MyPairs, Pair
from conversations.after import TALK
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.test_check_in import MENTOR, PLAN


def world(state: GoalState = GoalState.REACHED, pairs: tuple[Pair, ...] = ()) -> dict[Any, Any]:
    return {Goals: (Goal(7, PLAN, state),), MyPairs: pairs}


def test_the_first_tap_may_be_in_the_message() -> None:
    assert list(labels(drive(TALK, {}, world(), about="7"))) == ["well", "wobbles", "not"]
    assert list(labels(drive(TALK, {}, world(), about="7-wobbles"))) == ["go_on", "new", "nothing"]
    assert "mentor" in labels(drive(TALK, {}, world(pairs=(MENTOR,)), about="7-wobbles"))


@pytest.mark.parametrize("state", [GoalState.REACHED, GoalState.CONTINUING])
def test_what_is_next(state: GoalState) -> None:
    looks = world(state, (MENTOR,))
    go_on = drive(TALK, {"next": "go_on"}, looks, about="7-well").result
    assert go_on == Outcome((ChangeGoal(7, PLAN, GoalState.CONTINUING),))
    again = drive(TALK, {"holds": "not", "next": "again"}, looks, about="7").result
    assert again == Outcome((ChangeGoal(7, PLAN, GoalState.DESCRIBED),))
    assert drive(TALK, {"next": "new"}, looks, about="7-not").result == Outcome(then="goal")
    assert drive(TALK, {"next": "mentor"}, looks, about="7-not").result == Outcome(then="write", about="4")
    assert drive(TALK, {"next": "nothing"}, looks, about="7-well").result == Outcome()


@pytest.mark.parametrize("about", ["", "8", "x-well", "-well"])
def test_what_is_not_hers_or_not_reached_is_not_open(about: str) -> None:
    assert "no longer open" in shown(drive(TALK, {}, world(), about=about))
    assert "no longer open" in shown(drive(TALK, {}, world(GoalState.DESCRIBED), about="7-well"))


def test_every_path_ends_in_two_taps() -> None:
    assert all(len(path.answers) == 2 for path in walk(TALK, world(pairs=(MENTOR,)), "7", all_ways=True))
