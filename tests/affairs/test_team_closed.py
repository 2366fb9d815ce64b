"""What is the coordinators' is not there for anybody else: every look-up, effect and door, for every other role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.dialogue.steps import LookUp
from bot.mentoring.effects import Effect
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.path import MentorState
from bot.mentoring.team import (
    ApplicantOf,
    AskApplicant,
    AskPair,
    CaseFile,
    CaseOf,
    CloseCase,
    Closing,
    Decide,
    EndPair,
    HearReport,
    NoteTalk,
    PauseMentor,
    ReadPair,
    RoundNow,
    RoundPlan,
    SendRound,
    Waiting,
    WhatWaits,
    Work,
    WriteReporter,
)
from bot.store import tables as t
from bot.store import team
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, coordinator, mentor, pair, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def rows(stage: Stage, query: sa.Select[Any]) -> list[Any]:
    async with stage.sorora.store.begin() as tx:
        return list(await tx.conn.scalars(query))


async def audit(stage: Stage) -> list[str]:
    return await rows(stage, sa.select(t.audit.c.what).order_by(t.audit.c.id))


NOTHING: list[tuple[LookUp[Any], Any]] = [
    (WhatWaits(), Waiting()), (ApplicantOf(2), None), (CaseOf(1), None), (RoundNow(), RoundPlan()),
]  # fmt: skip
REFUSED: list[Effect] = [
    AskPair(1), NoteTalk(2), Decide(2, approve=True), Decide(2, approve=False, reason="No"), AskApplicant(2, "Why?"),
    PauseMentor(1), EndPair(1), ReadPair(1, "To see"), HearReport(1), WriteReporter(1, "Hello"),
    CloseCase(1, Closing.NO_HARM), SendRound(((3, 4),)),
]  # fmt: skip
DOORS = ["coordination:", "coordination:pair-1", "applicant:2", "case:1", "round:"]


async def world(stage: Stage, who: str) -> Woman:
    """Something of everything, and one who may see nothing of it. Ids: 1 she, 2 an applicant, 3 and 4 a silent pair."""
    made = coordinator if who in ("reported", "took her yes back") else woman
    her = await made(stage, "Fictive Outsider")
    await mentor(stage, "Fictive Bea", state=MentorState.WAITING)
    mentee, supports = await woman(stage, "Fictive Cleo"), await mentor(stage, "Fictive Dina")
    if who == "reported":
        mentee = her
    number = await pair(mentee, supports)
    async with stage.sorora.store.begin() as tx:
        about = her.id if who == "reported" else supports.id
        await team.open_case(tx, 3, about, number, CaseFile("unkind"), stage.clock.now())
        if who == "removed":
            await team.ask(tx, her.id, "123456", stage.clock.now())
            await team.confirm(tx, "123456", stage.clock.now())
            await team.remove(tx, her.id, stage.clock.now())
        if who == "asked":
            await team.ask(tx, her.id, "123456", stage.clock.now())
    if who == "took her yes back":
        await her.phone.types("my yes")
        await her.phone.taps("Take it back")
    stage.clock.forward(timedelta(days=22))
    return her


async def untouched(stage: Stage) -> list[Any]:
    return [
        *await rows(stage, sa.select(t.cases.c.sealed)),
        *await rows(stage, sa.select(t.pairs.c.state)),
        *await rows(stage, sa.select(t.mentors.c.state).order_by(t.mentors.c.person_id)),
        *await rows(stage, sa.select(t.requests.c.id)),
    ]


@pytest.mark.parametrize("who", ["member", "asked", "removed", "took her yes back"])
async def test_for_who_is_no_coordinator_nothing_is_there(stage: Stage, who: str) -> None:
    her = await world(stage, who)
    before = await untouched(stage)
    for what, nothing in NOTHING:
        assert await her.finds(what) == nothing
    for effect in REFUSED:
        assert (await her.carries(effect)).says == NOT_HERE, effect
    assert await untouched(stage) == before
    for door in DOORS:
        await her.phone.does(button=f"@{door}")
        assert NOT_HERE.msgid in her.phone.last.text, door
        stage.clock.forward(timedelta(minutes=1))
    logged = [what for what in await audit(stage) if "coordinator" not in what]
    assert logged
    assert all(what.startswith("not hers or gone") for what in logged)


async def test_a_coordinator_has_no_part_in_what_is_about_herself(stage: Stage) -> None:
    her = await world(stage, "reported")
    assert await her.finds(CaseOf(1)) is None
    for effect in REFUSED[5:11]:
        assert (await her.carries(effect)).says == NOT_HERE
    assert Work.REPORT not in (await her.finds(WhatWaits())).counts
    async with stage.sorora.store.begin() as tx:
        await her.desk(tx).tell_team("team_report", 1, at_once=True)
    await stage.settle()
    assert not any("reported" in seen.text for seen in her.phone.chat)


async def test_what_does_not_exist_is_answered_the_same(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    for what in (ApplicantOf(404), ApplicantOf(cora.id), CaseOf(404)):
        assert await cora.finds(what) is None
    for effect in REFUSED[:-1]:
        assert (await cora.carries(effect)).says == NOT_HERE, effect
    for door in ("applicant:404", "applicant:x", "case:404", "case:" + "9" * 32):
        await cora.phone.does(button=f"@{door}")
        assert NOT_HERE.msgid in cora.phone.last.text
        stage.clock.forward(timedelta(minutes=1))
