"""What each side of a pair can look up: the next meeting in her zone, the goal of a mentee who shares it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.mentoring.goals import GoalPlan, GoalState, Milestone
from bot.mentoring.meetings import MeetingFile, MeetingState
from bot.mentoring.mentorship import PairState
from bot.mentoring.pair_steps import EndPair, GoalOf, NextMeeting, SharedGoal, ShareGoal
from bot.store import growth
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman

DAY = date(2027, 6, 1)
PLAN = GoalPlan(
    "A job in a kitchen", "I have a contract", 4, "Because it is mine", DAY,
    (Milestone("My CV", DAY, date(2027, 2, 1)), Milestone("Five visits", DAY)), "I call one place",
)  # fmt: skip


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def two(stage: Stage) -> tuple[Woman, Woman, int]:
    """A mentee with a goal, a mentor, and their pair."""
    amina = await woman(stage, "Fictive Amina", zone="Asia/Kabul")
    sara = await mentor(stage, "Fictive Sara")
    async with stage.sorora.store.begin() as tx:
        await growth.save_goal(tx, amina.id, PLAN, stage.clock.now())
    return amina, sara, await pair(amina, sara)


async def test_a_mentor_sees_the_goal_only_while_her_mentee_shares_it(stage: Stage) -> None:
    amina, sara, pair_id = await two(stage)
    assert await sara.finds(GoalOf(pair_id)) is None
    await amina.carries(ShareGoal(pair_id, yes=True))
    assert await sara.finds(GoalOf(pair_id)) == SharedGoal("A job in a kitchen", 1, 2, DAY)
    assert await amina.finds(GoalOf(pair_id)) is None  # she has her own talk for it
    await amina.carries(ShareGoal(pair_id, yes=False))
    assert await sara.finds(GoalOf(pair_id)) is None


async def test_a_mentor_cannot_open_the_goal_herself(stage: Stage) -> None:
    _amina, sara, pair_id = await two(stage)
    await sara.carries(ShareGoal(pair_id, yes=True))
    assert await sara.finds(GoalOf(pair_id)) is None


async def test_what_rests_or_is_over_is_not_shown(stage: Stage) -> None:
    amina, sara, pair_id = await two(stage)
    await amina.carries(ShareGoal(pair_id, yes=True))
    async with stage.sorora.store.begin() as tx:
        goal = (await growth.goals_of(tx, amina.id))[0]
        await growth.change_goal(tx, amina.id, goal.id, PLAN, GoalState.PAUSED, stage.clock.now())
    assert await sara.finds(GoalOf(pair_id)) is None
    async with stage.sorora.store.begin() as tx:
        await growth.change_goal(tx, amina.id, goal.id, PLAN, GoalState.DESCRIBED, stage.clock.now())
    assert await sara.finds(GoalOf(pair_id)) is not None
    await amina.carries(EndPair(pair_id))
    assert await sara.finds(GoalOf(pair_id)) is None


async def test_the_next_meeting_is_told_in_her_own_zone(stage: Stage) -> None:
    amina, sara, pair_id = await two(stage)
    assert await amina.finds(NextMeeting(pair_id)) is None
    now = stage.clock.now()
    async with stage.sorora.store.begin() as tx:
        for days in (-1, 3, 2):
            await tx.conn.execute(
                sa.insert(t.meetings).values(
                    pair_id=pair_id, proposer_id=sara.id, state=MeetingState.AGREED.value, created_at=now,
                    at=now + timedelta(days=days), sealed=tx.vault.seal_json(MeetingFile()),
                )
            )  # fmt: skip
    assert (await amina.finds(NextMeeting(pair_id))).isoformat() == "2027-03-03T13:30:00+04:30"
    assert (await sara.finds(NextMeeting(pair_id))).isoformat() == "2027-03-03T10:00:00+01:00"
    lina = await woman(stage, "Fictive Lina")
    other = await pair(lina, sara, PairState.TRIAL)
    assert await sara.finds(NextMeeting(other)) is None
