"""Profiles and the mentor's path between people: applying, the team, the decision, pauses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from bot.affairs import profiles
from bot.mentoring.assessments import Assessment
from bot.mentoring.path import (
    AcceptCode,
    AnswerTeam,
    Apply,
    Decided,
    MentorState,
    MyMentoring,
    PauseMentoring,
    SetOvercame,
    SetPlaces,
    Standing,
    StopMentoring,
    TellStory,
)
from bot.mentoring.people import Role
from bot.mentoring.profiles import Level, MyProfile, Profile, SaveProfile, TonguesNamed
from bot.mentoring.requests import RequestState
from bot.store import growth, people
from bot.store import tables as t
from bot.store.growth import Answers
from bot.store.profiles import MentorRow, mentor_row
from bot.testing import BEGINNING, Stage, rehearsal
from tests.affairs.cast import Woman, coordinator, mentor, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def row_of(her: Woman) -> MentorRow:
    async with her.stage.sorora.store.begin() as tx:
        found = await mentor_row(tx, her.id)
    assert found is not None
    return found


async def assessed(her: Woman, kind: Assessment, levels: dict[str, int]) -> None:
    async with her.stage.sorora.store.begin() as tx:
        await growth.save_assessment(tx, her.id, kind, Answers(levels), her.stage.clock.now())


async def decided(boss: Woman, mentor_id: int, *, approve: bool, reason: str | None = None) -> Decided:
    async with boss.stage.sorora.store.begin() as tx:
        found = await profiles.decide(boss.desk(tx), boss.id, mentor_id, approve=approve, reason=reason)
    await boss.stage.settle()
    return found


async def noted(boss: Woman, mentor_id: int) -> Decided:
    async with boss.stage.sorora.store.begin() as tx:
        return await profiles.note_talk(boss.desk(tx), boss.id, mentor_id)


async def asked(boss: Woman, mentor_id: int, question: str) -> Decided:
    async with boss.stage.sorora.store.begin() as tx:
        found = await profiles.ask_applicant(boss.desk(tx), boss.id, mentor_id, question)
    await boss.stage.settle()
    return found


async def waiting(stage: Stage, alias: str = "Fictive Maya") -> Woman:
    """A woman who has done every step of hers."""
    her = await woman(stage, alias, Role.MENTOR)
    await assessed(her, Assessment.COMPETENCIES, {"guide": 3})
    for effect in (Apply(), SetOvercame(("money",)), SetPlaces(2), TellStory("I came."), AcceptCode("2026-11", "hash")):
        await her.carries(effect)
    return her


# --- her own steps ------------------------------------------------------------------------------------------------


async def test_a_profile_is_kept_and_found_by_nobody_else(stage: Stage) -> None:
    amina, other = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Rosa")
    mine = Profile(languages={"ti": Level.MOTHER}, commune="ixelles", region="brussels")
    await amina.carries(SaveProfile(mine))
    assert await amina.finds(MyProfile()) == mine
    assert await other.finds(MyProfile()) != mine
    assert await amina.finds(TonguesNamed("Tigrinya, français")) == ("ti", "fr")


async def test_the_last_step_brings_her_to_the_team(stage: Stage) -> None:
    boss = await coordinator(stage, "Fictive Carla")
    her = await woman(stage, "Fictive Maya", Role.MENTOR)
    assert await her.finds(MyMentoring()) == Standing(profiled=True)
    await her.carries(Apply())
    assert (await row_of(her)).state is MentorState.APPLYING
    for effect in (SetOvercame(("money",)), SetPlaces(3), TellStory("I came.")):
        await her.carries(effect)
    await her.carries(AcceptCode("2026-11", "hash"))  # without the self-assessment nothing waits yet
    assert (await row_of(her)).state is MentorState.APPLYING
    assert boss.phone.chat == []
    await assessed(her, Assessment.COMPETENCIES, {"guide": 3})
    await her.carries(AcceptCode("2026-11", "hash"))
    row = await row_of(her)
    assert (row.state, row.places, row.file.story, row.file.code_version) == (
        MentorState.WAITING, 3, "I came.", "2026-11"
    )  # fmt: skip
    assert row.file.assessed_at == BEGINNING
    assert "Fictive Maya" in boss.phone.last.text


async def test_what_she_called_overcome_before_is_known(stage: Stage) -> None:
    her = await woman(stage, "Fictive Maya", Role.BOTH)
    await assessed(her, Assessment.BARRIERS, {"language": 3, "money": 1})
    await her.carries(Apply())
    assert (await row_of(her)).file.overcame == ("language",)


async def test_the_self_assessment_counts_whenever_she_took_it(stage: Stage) -> None:
    her = await woman(stage, "Fictive Maya", Role.MENTOR)
    await her.carries(Apply())
    assert (await her.finds(MyMentoring())).file.assessed_at is None
    await assessed(her, Assessment.COMPETENCIES, {"guide": 3})
    assert (await her.finds(MyMentoring())).file.assessed_at == BEGINNING


@pytest.mark.parametrize(
    "effect",
    [
        SetOvercame(("money",)),
        TellStory("New."),
        SetPlaces(2),
        AcceptCode("x", "y"),
        AnswerTeam("So."),
        PauseMentoring(date(2027, 4, 1)),
        StopMentoring(),
    ],
)
async def test_who_is_not_on_the_path_changes_nothing(stage: Stage, effect: object) -> None:
    amina = await woman(stage, "Fictive Amina")
    left = await mentor(stage, "Fictive Lea", state=MentorState.LEFT)
    before = await row_of(left)
    for her in (amina, left):
        await her.carries(effect)  # type: ignore[arg-type]
    assert await row_of(left) == before
    async with stage.sorora.store.begin() as tx:
        assert await mentor_row(tx, amina.id) is None
        noted_rows = list(await tx.conn.scalars(sa.select(t.audit.c.person_id)))
    assert noted_rows == [amina.id, left.id]


async def test_applying_twice_loses_nothing(stage: Stage) -> None:
    her = await waiting(stage)
    before = await row_of(her)
    await her.carries(Apply())
    assert await row_of(her) == before


async def test_fewer_places_than_one_or_more_than_five_do_not_exist(stage: Stage) -> None:
    her = await mentor(stage, "Fictive Maya", places=2)
    await her.carries(SetPlaces(99))
    assert (await row_of(her)).places == 5
    await her.carries(SetPlaces(0))
    assert (await row_of(her)).places == 1


# --- the decision -------------------------------------------------------------------------------------------------


async def test_she_is_approved_after_the_talk_and_told(stage: Stage) -> None:
    boss, her = await coordinator(stage, "Fictive Carla"), await waiting(stage)
    assert await decided(boss, her.id, approve=True) is Decided.NO_TALK
    assert her.phone.chat == []
    assert await noted(boss, her.id) is Decided.DONE
    assert await decided(boss, her.id, approve=True) is Decided.DONE
    row = await row_of(her)
    assert row.state is MentorState.APPROVED
    assert (row.file.talked_with, row.file.decided_by, row.file.decided_at) == (boss.id, boss.id, BEGINNING)
    assert "You are a mentor now" in her.phone.last.text
    assert await decided(boss, her.id, approve=False) is Decided.NOT_WAITING  # once is once
    await her.phone.taps("Go on")
    assert "You take 2 women at a time." in her.phone.last.text


async def test_a_no_is_told_in_the_words_of_the_coordinator(stage: Stage) -> None:
    boss, her = await coordinator(stage, "Fictive Carla"), await waiting(stage)
    assert await decided(boss, her.id, approve=False, reason="First a little more Dutch.") is Decided.DONE
    assert "First a little more Dutch." in her.phone.last.text
    assert (await row_of(her)).state is MentorState.DECLINED
    await her.phone.taps("Go on")
    await her.phone.taps("I want to do it")
    row = await row_of(her)
    assert (row.state, row.file.code_at, row.file.story) == (MentorState.APPLYING, None, "I came.")


async def test_only_a_confirmed_coordinator_decides_and_never_about_herself(stage: Stage) -> None:
    her = await waiting(stage)
    amina, boss = await woman(stage, "Fictive Amina"), await coordinator(stage, "Fictive Carla")
    async with stage.sorora.store.begin() as tx:
        await tx.conn.execute(sa.insert(t.coordinators).values(person_id=her.id, state="confirmed", at=BEGINNING))
        await tx.conn.execute(sa.insert(t.coordinators).values(person_id=amina.id, state="asked", at=BEGINNING))
    for who in (her, amina):
        assert await noted(who, her.id) is Decided.NOT_YOURS
        assert await asked(who, her.id, "Why?") is Decided.NOT_YOURS
        assert await decided(who, her.id, approve=True) is Decided.NOT_YOURS
    for nobody in (amina.id, 10_000):
        assert await noted(boss, nobody) is Decided.NOT_WAITING
        assert await asked(boss, nobody, "Why?") is Decided.NOT_WAITING
        assert await decided(boss, nobody, approve=True) is Decided.NOT_WAITING
    assert (await row_of(her)).state is MentorState.WAITING


async def test_a_question_goes_to_her_and_her_answer_to_the_team(stage: Stage) -> None:
    boss, her = await coordinator(stage, "Fictive Carla"), await waiting(stage)
    messages = len(boss.phone.chat)
    assert await asked(boss, her.id, "When could you begin?") is Decided.DONE
    assert "When could you begin?" in her.phone.last.text
    await her.phone.taps("Answer")
    await her.phone.types("In May.")
    assert (await row_of(her)).file.answer == "In May."
    assert len(boss.phone.chat) == messages + 1


# --- pauses -------------------------------------------------------------------------------------------------------


async def test_a_pause_ends_with_a_friendly_word(stage: Stage) -> None:
    her = await mentor(stage, "Fictive Maya")
    await her.carries(PauseMentoring(date(2027, 3, 15)))
    assert (await row_of(her)).paused_until == datetime.fromisoformat("2027-03-14T23:00Z")  # midnight in Brussels
    await stage.forward(days=13)
    assert her.phone.chat == []
    await stage.forward(days=1)  # ten in the morning: her quiet hours are over
    assert "Welcome back, Fictive Maya" in her.phone.last.text
    assert (await row_of(her)).paused_until is None
    await stage.forward(days=30)
    assert len(her.phone.chat) == 1


async def test_who_comes_back_earlier_or_moves_it_is_not_told_twice(stage: Stage) -> None:
    her = await mentor(stage, "Fictive Maya")
    await her.carries(PauseMentoring(date(2027, 3, 15)))
    await her.carries(PauseMentoring(None))
    await stage.forward(days=20)
    assert her.phone.chat == []
    await her.carries(PauseMentoring(date(2027, 4, 1)))
    await her.carries(PauseMentoring(date(2027, 5, 1)))
    await stage.forward(days=20)
    assert her.phone.chat == []


async def test_who_stops_on_pause_hears_no_more_of_it(stage: Stage) -> None:
    her = await mentor(stage, "Fictive Maya")
    await her.carries(PauseMentoring(date(2027, 3, 15)))
    await her.carries(StopMentoring())
    row = await row_of(her)
    assert (row.state, row.paused_until) == (MentorState.LEFT, None)
    await stage.forward(days=20)
    assert her.phone.chat == []


@pytest.mark.parametrize("effect", [PauseMentoring(date(2027, 4, 1)), StopMentoring()])
async def test_requests_do_not_wait_for_who_is_away(stage: Stage, effect: PauseMentoring | StopMentoring) -> None:
    her, amina = await mentor(stage, "Fictive Maya"), await woman(stage, "Fictive Amina")
    async with stage.sorora.store.begin() as tx:
        await tx.conn.execute(
            sa.insert(t.requests).values(
                mentee_id=amina.id, mentor_id=her.id, place=1, state=RequestState.OPEN.value,
                sealed=tx.vault.seal_json({}), created_at=BEGINNING, asked_at=BEGINNING,
            )
        )  # fmt: skip
    await her.carries(effect)
    async with stage.sorora.store.begin() as tx:
        assert await tx.conn.scalar(sa.select(t.requests.c.state)) != RequestState.OPEN


@pytest.mark.parametrize("kind", ["mentor_question", "mentor_approved", "mentor_declined", "mentor_back"])
async def test_what_is_not_so_or_not_about_her_is_not_told(stage: Stage, kind: str) -> None:
    her = await mentor(stage, "Fictive Maya", state=MentorState.LEFT)
    async with stage.sorora.store.begin() as tx:
        for about in (her.id, her.id + 1, 0):
            await her.desk(tx).tell(her.id, kind, about)
    await stage.settle()
    assert her.phone.chat == []


async def test_erasing_her_takes_her_profile_and_her_path(stage: Stage) -> None:
    her = await waiting(stage)
    async with stage.sorora.store.begin() as tx:
        await people.erase(tx, her.id, stage.clock.now(), tombstone=True)
        for table in (t.profiles, t.mentors):
            assert await tx.conn.scalar(sa.select(sa.func.count()).select_from(table)) == 0
