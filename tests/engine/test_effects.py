"""What a talk asks of the world: carried out for its own person only, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.affairs.desk import Desk
from bot.dialogue.steps import LookUp
from bot.engine.apply import Genie
from bot.engine.wishes import Carry, Find, Redeem
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import ChangeGoal, Effect, SaveAssessment, SaveGoal, SetProfile
from bot.mentoring.goals import GoalPlan, GoalState
from bot.mentoring.lookups import Goals, TakenBefore
from bot.mentoring.people import Person, Purpose
from bot.store import people
from bot.testing import Stage
from tests.engine.little import member, opened, rows

PLAN = GoalPlan("A bakery", "A contract", 4, "My own money", date(2027, 9, 1), (), "Call one")


@dataclass
class Woman:
    """One person of the stage, whose wishes are granted."""

    stage: Stage
    id: int

    async def wishes(self, wish: Any) -> Any:
        async with self.stage.sorora.store.begin() as tx:
            person = await people.get(tx, self.id)
            assert person is not None
            incoming = self.stage.phones[0].incoming(text="x")
            desk = Desk(tx, self.stage.sorora.house.office, self.stage.clock.now())
            genie = Genie(desk, self.stage.sorora.house, incoming)
            return await genie.grant(Carry(wish, person) if isinstance(wish, Effect) else wish, person)

    async def goals(self) -> list[tuple[str, GoalState]]:
        return [(str(goal.plan.title), goal.state) for goal in await self.wishes(Find(Goals()))]


@pytest.fixture
async def women(both: Stage) -> tuple[Woman, Woman]:
    for _ in range(2):
        await member(both)
    return Woman(both, 1), Woman(both, 2)


async def test_a_goal_is_changed_by_her_whose_it_is_alone(women: tuple[Woman, Woman]) -> None:
    one, other = women
    await one.wishes(SaveGoal(PLAN))
    stolen = replace(PLAN, title="Stolen")
    for goal in (1, 2, 999):  # hers, and two that are not there: nobody can tell the difference
        carried = await other.wishes(ChangeGoal(goal, stolen, GoalState.REACHED))
        assert carried.messages == ()
    assert await one.goals() == [("A bakery", GoalState.DESCRIBED)]
    assert await other.goals() == []
    audit = await rows(one.stage, "audit")
    assert [row["person_id"] for row in audit] == [2, 2, 2]
    assert len({row["what"] for row in audit}) == 1
    await one.wishes(ChangeGoal(1, replace(PLAN, title="A bigger bakery"), GoalState.REACHED))
    assert await one.goals() == [("A bigger bakery", GoalState.REACHED)]


async def test_when_it_was_reached_is_kept_and_what_was_let_go_stays_gone(women: tuple[Woman, Woman]) -> None:
    one, _other = women
    await one.wishes(SaveGoal(PLAN))
    reached = one.stage.clock.now()
    await one.wishes(ChangeGoal(1, PLAN, GoalState.REACHED))
    one.stage.clock.forward(timedelta(days=9))
    await one.wishes(ChangeGoal(1, PLAN, GoalState.CONTINUING))
    (goal,) = await rows(one.stage, "goals")
    assert (goal["reached_at"], goal["changed_at"]) == (reached, one.stage.clock.now())
    await one.wishes(SaveGoal(PLAN))
    await one.wishes(ChangeGoal(2, PLAN, GoalState.LET_GO))
    await one.wishes(ChangeGoal(2, PLAN, GoalState.DESCRIBED))
    assert await one.goals() == [("A bakery", GoalState.CONTINUING)]


async def test_questionnaires_come_back_in_order_each_to_her_own(women: tuple[Woman, Woman]) -> None:
    one, other = women
    for level in (1, 4):
        await one.wishes(SaveAssessment(Assessment.SKILLS, {"listening": level}, {"why": "Words"}))
    await one.wishes(SaveAssessment(Assessment.COMPASS, {"x": 2}))
    taken = await one.wishes(Find(TakenBefore(Assessment.SKILLS)))
    assert [each.levels for each in taken] == [{"listening": 1}, {"listening": 4}]
    assert await other.wishes(Find(TakenBefore(Assessment.SKILLS))) == ()


async def test_a_profile_changes_in_what_is_named_and_nothing_else(women: tuple[Woman, Woman]) -> None:
    one, other = women
    carried = await one.wishes(SetProfile(alias="Made-up Mina", discreet=True))
    carried = await one.wishes(SetProfile(alias="", barriers=("time",)))
    assert (carried.person.alias, carried.person.discreet, carried.person.barriers) == ("", True, ("time",))
    async with one.stage.sorora.store.begin() as tx:
        assert await people.get(tx, 1) == carried.person
        untouched = await people.get(tx, other.id)
    assert isinstance(untouched, Person)
    assert (untouched.discreet, untouched.barriers) == (False, ())


async def test_every_yes_and_no_is_proved_with_what_was_shown(both: Stage) -> None:
    amina = await opened(await member(both), "/withdraw")
    proofs = await rows(both, "consents")
    assert [row["purpose"] for row in proofs] == [purpose.value for purpose in Purpose] * 2
    first, second = proofs[:4], proofs[4:]
    assert {row["purpose"] for row in first if row["given"]} == {"take_part", "keep"}
    assert {(row["version"], row["shown_hash"]) for row in first} == {("little-1", "0" * 64)}
    assert not any(row["given"] for row in second)
    assert amina.last.text.endswith("Menu")


async def test_an_invitation_counts_for_someone_new_only(both: Stage) -> None:
    from bot.store import invites

    async with both.sorora.store.begin() as tx:
        await invites.invite(tx, "made-up-code", "fr", "Spring", 1, both.clock.now() + timedelta(days=1))
    await opened(await member(both), "/start made-up-code")
    assert [row["uses_left"] for row in await rows(both, "invites")] == [1]
    new = await opened(both.phone("nl"), "/start made-up-code")
    assert new.last.message.language == "fr"
    assert [row["uses_left"] for row in await rows(both, "invites")] == [0]
    late = await opened(both.phone("nl"), "/start made-up-code")
    unknown = await opened(both.phone("nl"), "/start no-such-code")
    assert (late.last.text, late.last.message.language) == (unknown.last.text, "nl")
    async with both.sorora.store.begin() as tx:
        person = await people.get(tx, 2)
    assert person is not None
    assert person.group == "Spring"
    assert await Woman(both, 1).wishes(Redeem("", new=True)) is None


async def test_a_look_up_that_nobody_taught_is_named(women: tuple[Woman, Woman]) -> None:
    class Weather(LookUp[str]):
        gives = str

    with pytest.raises(LookupError, match="Weather"):
        await women[0].wishes(Find(Weather()))
