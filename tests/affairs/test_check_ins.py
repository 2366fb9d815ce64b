"""The check-in, reminders and aftercare on the clock; what a mentor hears of a week."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from bot.engine.apply import Genie
from bot.mentoring import goals
from bot.mentoring.check_ins import AFTERCARE, AskForHelp, PauseNudges, TellWeek, aftercare
from bot.mentoring.effects import ChangeGoal, Effect, GiveConsent, SaveGoal, SetProfile, WithdrawConsent
from bot.mentoring.goals import Goal, GoalPlan, GoalState, Milestone
from bot.mentoring.mentorship import PairState, Week
from bot.mentoring.nudges import NUDGES
from bot.mentoring.people import Purpose, Role
from bot.mentoring.rhythm import Rhythm
from bot.store import growth, people
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, coordinator, mentor, pair, woman

SUNDAY = datetime(2027, 3, 7, 17, tzinfo=UTC)  # six in the evening in Brussels; the stage begins on the Monday before
YES = GiveConsent(frozenset(Purpose), "1", "0" * 64)
PLAN = GoalPlan(
    title="Leave my husband",
    measure="A key of my own",
    sure=4,
    why="My freedom",
    by=date(2027, 4, 30),
    milestones=(Milestone("Ask the women's house", date(2027, 3, 10)), Milestone("A room", date(2027, 4, 30))),
    first_step="Call my mentor",
    if_then={"at": "2027-03-02T10:00"},
)
INDISCREET = ("mentor", "wom", "husband", "violen", "migra")


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def does(her: Woman, *effects: Effect) -> None:
    """What a talk of hers asks for, through the whole engine's hands."""
    for effect in effects:
        async with her.stage.sorora.store.begin() as tx:
            person = await people.get(tx, her.id)
            assert person is not None
            await Genie(her.desk(tx), her.stage.sorora.house, her.phone.incoming(text="x")).carry(effect, person)
    await her.stage.settle()


async def due_of(her: Woman) -> dict[str, datetime]:
    """What the clock owes her, by kind."""
    async with her.stage.sorora.store.begin() as tx:
        rows = await tx.conn.execute(sa.select(t.due.c.kind, t.due.c.at).where(t.due.c.person_id == her.id))
        return {row.kind: row.at for row in rows}


async def goal_of(her: Woman) -> Goal:
    async with her.stage.sorora.store.begin() as tx:
        return (await growth.goals_of(tx, her.id, let_go=True))[0]


async def amina_with(stage: Stage, plan: GoalPlan = PLAN, **fields: Any) -> Woman:
    """A mentee who takes part and has described this goal."""
    amina = await woman(stage, "Fictive Amina", **fields)
    await does(amina, YES, SaveGoal(plan))
    return amina


async def until(stage: Stage, moment: datetime) -> None:
    await stage.forward(seconds=(moment - stage.clock.now()).total_seconds())


# --- the whole of it ----------------------------------------------------------------------------------------------


async def test_on_sunday_at_six_three_taps_change_the_milestone_and_what_her_mentor_reads(stage: Stage) -> None:
    amina, mona = await amina_with(stage, replace(PLAN, if_then=None)), await mentor(stage, "Fictive Mona")
    await pair(amina, mona, share_goal=True)
    await until(stage, SUNDAY - timedelta(minutes=1))
    assert amina.phone.chat == []
    await until(stage, SUNDAY)
    assert (amina.phone.last.text, len(amina.phone.chat)) == ("Hello! How was your week?", 1)
    await amina.phone.taps("Hard")
    await amina.phone.taps("It is done")
    assert "1 milestone to go." in "\n".join(seen.text for seen in amina.phone.chat)
    assert (await goal_of(amina)).plan.milestones[0].done_on == date(2027, 3, 7)
    assert mona.phone.last.text == "Fictive Amina had a hard week.\n1 milestone of her goal is done."
    assert "Your mentor reads in one line" in "\n".join(seen.text for seen in amina.phone.chat)
    await until(stage, SUNDAY + timedelta(days=7))
    for tap in ("Good", "I am stuck", "Nothing now"):
        await amina.phone.taps(tap)
    assert mona.phone.last.text.startswith("Fictive Amina had a good week.\nShe is stuck")
    assert not any(word in seen.text for seen in mona.phone.chat for word in ("husband", "room", "house"))


# --- when ---------------------------------------------------------------------------------------------------------


async def test_the_check_in_is_planned_moved_and_taken_back_with_her_rhythm(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await does(amina, YES)
    assert await due_of(amina) == {"check_in": SUNDAY}
    await does(amina, SetProfile(check_in_day=2, check_in_at=time(10)))
    assert await due_of(amina) == {"check_in": datetime(2027, 3, 3, 9, tzinfo=UTC)}
    await does(amina, SetProfile(check_ins=False))
    assert await due_of(amina) == {}
    await does(amina, SetProfile(alias="Fictive Ada"))
    assert await due_of(amina) == {}
    await does(amina, SetProfile(check_ins=True), PauseNudges(2))
    assert await due_of(amina) == {"check_in": datetime(2027, 3, 17, 9, tzinfo=UTC)}
    await does(amina, PauseNudges(3))  # no button offers it
    assert (await amina.person()).paused_until == stage.clock.now() + timedelta(weeks=2)
    await does(amina, PauseNudges(0))
    assert (await amina.person()).paused_until is None
    assert await due_of(amina) == {"check_in": datetime(2027, 3, 3, 9, tzinfo=UTC)}
    await does(amina, WithdrawConsent())
    assert await due_of(amina) == {}


async def test_another_day_brings_no_second_check_in_so_soon(stage: Stage) -> None:
    amina = await amina_with(stage)
    await until(stage, SUNDAY)
    await does(amina, SetProfile(check_in_day=0))
    assert (await due_of(amina))["check_in"] == SUNDAY + timedelta(days=7)  # Monday would be tomorrow
    await does(amina, SetProfile(check_in_day=4))
    assert (await due_of(amina))["check_in"] == SUNDAY + timedelta(days=5)


async def test_however_often_she_changes_her_day_she_is_asked_once_a_week(stage: Stage) -> None:
    """Each time on the eve, to the day that is just over: nothing is put off for ever."""
    amina = await amina_with(stage, replace(PLAN, milestones=(), if_then=None))
    await until(stage, datetime(2027, 3, 1, 17, 30, tzinfo=UTC))
    for _day in range(28):
        await stage.forward(days=1)
        yesterday = (stage.clock.now() - timedelta(days=1)).weekday()
        await does(amina, SetProfile(check_in_day=yesterday))
        await amina.phone.types("menu")
    asked = [seen for seen in amina.phone.chat if seen.text == "Hello! How was your week?"]
    assert len(asked) == 4


async def test_a_reminder_on_the_eve_puts_no_check_in_off(stage: Stage) -> None:
    amina = await amina_with(stage, replace(PLAN, milestones=()))
    await until(stage, datetime(2027, 3, 2, 9, tzinfo=UTC))
    assert "small first step" in amina.phone.last.text
    await does(amina, SetProfile(check_in_at=time(17)))
    assert (await due_of(amina))["check_in"] == SUNDAY - timedelta(hours=1)


async def test_reminders_follow_the_goal(stage: Stage) -> None:
    amina = await amina_with(stage)
    planned = await due_of(amina)
    assert planned["plan_moment"] == datetime(2027, 3, 2, 9, tzinfo=UTC)
    assert planned["milestone_due"] == datetime(2027, 3, 10, 17, tzinfo=UTC)
    goal = await goal_of(amina)
    await does(amina, ChangeGoal(goal.id, goals.tick(PLAN, {1}, date(2027, 3, 1)), GoalState.DESCRIBED))
    assert (await due_of(amina))["milestone_due"] == datetime(2027, 4, 30, 16, tzinfo=UTC)  # summer time
    await does(amina, SetProfile(check_in_at=time(10)))
    assert (await due_of(amina))["milestone_due"] == datetime(2027, 4, 30, 8, tzinfo=UTC)
    await does(amina, ChangeGoal(goal.id, PLAN, GoalState.PAUSED))
    assert set(await due_of(amina)) == {"check_in"}


async def test_aftercare_comes_at_two_weeks_one_three_and_six_months(stage: Stage) -> None:
    amina = await amina_with(stage)
    goal = await goal_of(amina)
    await does(amina, ChangeGoal(goal.id, PLAN, GoalState.REACHED))
    planned = await due_of(amina)
    assert [planned[kind].isoformat() for kind in AFTERCARE] == [
        "2027-03-15T17:00:00+00:00",
        "2027-04-01T16:00:00+00:00",
        "2027-06-01T16:00:00+00:00",
        "2027-09-01T16:00:00+00:00",
    ]
    await until(stage, datetime(2027, 3, 15, 17, tzinfo=UTC))
    assert amina.phone.last.text.startswith("Hello! Some time ago you reached something")
    await amina.phone.taps("It holds well")
    await amina.phone.taps("I go on with it")
    assert (await goal_of(amina)).state is GoalState.CONTINUING
    assert set(AFTERCARE) - set(await due_of(amina)) == {"goal_after_2w"}
    await does(amina, ChangeGoal(goal.id, PLAN, GoalState.DESCRIBED))
    assert not set(AFTERCARE) & set(await due_of(amina))


def test_aftercare_ends_where_the_month_has_no_such_day_and_respects_quiet_hours() -> None:
    found = aftercare(datetime(2027, 8, 31, 10, tzinfo=UTC), Rhythm(at=time(22)))
    assert found["goal_after_1m"] == datetime(2027, 10, 1, 7, tzinfo=UTC)  # nine in the morning after 30 September
    assert found["goal_after_6m"] == datetime(2028, 3, 1, 8, tzinfo=UTC)  # after 29 February


# --- to whom, and how it reads ------------------------------------------------------------------------------------


async def test_who_has_nothing_to_be_asked_gets_nothing_and_is_not_counted_silent(stage: Stage) -> None:
    nour = await woman(stage, "Fictive Nour")
    mona = await woman(stage, "Fictive Mona", Role.MENTOR)
    await does(nour, YES)
    await does(mona, YES, SaveGoal(replace(PLAN, milestones=(), if_then=None)))
    for _week in range(5):
        await until(stage, max(SUNDAY, stage.clock.now() + timedelta(days=7)))
    assert (nour.phone.chat, mona.phone.chat) == ([], [])
    async with stage.sorora.store.begin() as tx:
        assert set(await tx.conn.scalars(sa.select(t.people.c.unanswered))) == {0}


async def test_who_has_a_mentor_and_no_goal_is_asked_and_may_describe_one(stage: Stage) -> None:
    amina, mona = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Mona")
    await pair(amina, mona)
    await does(amina, YES)
    await until(stage, SUNDAY)
    await amina.phone.taps("So-so")
    assert "Shall we describe a goal" in amina.phone.last.text
    await amina.phone.taps("No")
    assert mona.phone.chat == []  # she does not share


async def test_after_three_without_an_answer_a_kind_question_and_one_tap_stops_it(stage: Stage) -> None:
    amina = await amina_with(stage, replace(PLAN, milestones=(), if_then=None))
    for n in range(6):
        await until(stage, SUNDAY + n * timedelta(days=7))
    assert [seen.text[:20] for seen in amina.phone.chat] == ["Hello! How was your "] * 3 + ["Hello! It was quiet "]
    assert [button.label for button in amina.phone.last.buttons] == ["I am here", "Fewer messages", "Stop these"]
    await amina.phone.taps("Stop these")
    assert not (await amina.person()).check_ins
    assert await due_of(amina) == {}


async def test_a_nudge_says_nothing_to_who_looks_over_her_shoulder(stage: Stage) -> None:
    amina = await amina_with(stage)
    goal = await goal_of(amina)
    for moment in (datetime(2027, 3, 2, 9, tzinfo=UTC), SUNDAY, datetime(2027, 3, 10, 17, tzinfo=UTC)):
        await until(stage, moment)
    await does(amina, ChangeGoal(goal.id, PLAN, GoalState.REACHED))
    await until(stage, datetime(2027, 3, 24, 17, tzinfo=UTC))
    firsts = [seen.text[:60].lower() for seen in amina.phone.chat]
    assert len(firsts) == 4
    assert not [first for first in firsts for word in INDISCREET if word in first]
    texts = [seen.text for seen in amina.phone.chat]
    assert ["Call my mentor" in texts[0], "women's house" in texts[2], "husband" in texts[3]] == [True] * 3


async def test_a_milestone_is_done_with_one_tap_in_its_reminder(stage: Stage) -> None:
    amina = await amina_with(stage, replace(PLAN, if_then=None))
    await does(amina, SetProfile(check_ins=False))
    await until(stage, datetime(2027, 3, 10, 17, tzinfo=UTC))
    await amina.phone.taps("It is done")
    assert (await goal_of(amina)).plan.milestones[0].done_on == date(2027, 3, 10)
    assert (await due_of(amina))["milestone_due"].date() == date(2027, 4, 30)


# --- what her mentor hears ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "shares", "hears"),
    [
        (PairState.ACTIVE, True, True),
        (PairState.TRIAL, True, True),
        (PairState.ACTIVE, False, False),
        (PairState.AGREEING, True, False),
        (PairState.HOLD, True, False),
        (PairState.ENDED, True, False),
    ],
)
async def test_only_a_mentor_with_whom_she_shares_hears_of_it(
    stage: Stage, state: PairState, shares: bool, hears: bool
) -> None:
    amina, mona = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Mona")
    await pair(amina, mona, state, share_goal=shares)
    await does(amina, TellWeek(Week.GOOD), TellWeek(Week.HARD, 2, stuck=True))
    assert [seen.text for seen in mona.phone.chat] == (["Fictive Amina had a good week."] if hears else [])
    stage.clock.forward(timedelta(days=1))
    await does(amina, TellWeek(Week.HARD, 2, stuck=True))
    assert len(mona.phone.chat) == 2 * hears


async def test_at_night_her_mentor_hears_in_the_morning_what_is_still_shared(stage: Stage) -> None:
    amina, mona = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Mona")
    number = await pair(amina, mona, share_goal=True)
    stage.clock.at = datetime(2027, 3, 1, 22, tzinfo=UTC)
    await does(amina, TellWeek(Week.GOOD))
    assert set(await due_of(mona)) == {"mentee_week"}
    async with stage.sorora.store.begin() as tx:
        await tx.conn.execute(sa.update(t.pairs).where(t.pairs.c.id == number).values(state="ended"))
    await stage.forward(hours=10)
    assert mona.phone.chat == []


async def test_a_coordinator_hears_of_who_asks_for_help_and_her_mentor_does_not(stage: Stage) -> None:
    amina, mona = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Mona")
    await pair(amina, mona, share_goal=True)
    await does(amina, AskForHelp("The form is hard"))
    async with stage.sorora.store.begin() as tx:
        assert await tx.conn.scalar(sa.select(sa.func.count()).select_from(t.cases)) == 1
    cora = await coordinator(stage, "Fictive Cora")
    await does(amina, AskForHelp("The form is hard"))
    assert "Fictive Amina asks for help" in cora.phone.last.text
    assert mona.phone.chat == []


async def test_every_nudge_has_a_message_and_a_talk(stage: Stage) -> None:
    office = stage.sorora.house.office
    mine = {"check_in", "still_there", "milestone_due", "plan_moment", *AFTERCARE}
    assert mine <= set(NUDGES)
    assert mine <= set(office.affair.notices)
    assert {NUDGES[kind].talk for kind in mine} <= set(office.programme.talks)
