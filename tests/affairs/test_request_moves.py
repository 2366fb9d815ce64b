"""Requests that end without an answer: taken back, erased, blocked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from bot.affairs import requests as affair
from bot.mentoring.requests import (
    AskMentors,
    MySearch,
    Withdraw,
)
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.asked import erase, states, told
from tests.affairs.cast import mentor, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def test_taking_back_tells_the_mentor_nothing_but_that(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id, hana.id)))
    await amina.phone.types("my request")
    await amina.phone.taps("Take it back")
    assert await states(stage) == {1: "withdrawn", 2: "withdrawn"}
    assert "A request to you is closed." in fatma.phone.last.text
    assert hana.phone.chat == []
    await stage.forward(hours=80)
    assert told(fatma, "waits for your answer") == 0
    await amina.carries(AskMentors((fatma.id,)))  # she may ask again
    assert (await states(stage))[3] == "open"


async def test_a_card_not_yet_seen_is_simply_not_shown(stage: Stage) -> None:
    fatma, amina = await mentor(stage, "Fictive Fatma"), await woman(stage, "Fictive Amina")
    await stage.forward(hours=12)  # ten in the evening
    await amina.carries(AskMentors((fatma.id,)))
    await amina.carries(Withdraw(1))
    await stage.forward(hours=12)
    assert fatma.phone.chat == []


async def test_who_is_erased_leaves_nothing_open(stage: Stage) -> None:
    amina, basma = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Basma")
    fatma, hana = await mentor(stage, "Fictive Fatma", places=2), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id,)))
    await erase(amina)
    assert await states(stage) == {}
    assert "A request to you is closed." in fatma.phone.last.text
    await basma.carries(AskMentors((fatma.id, hana.id)))
    await erase(fatma)
    assert list((await states(stage)).values()) == ["open"]
    assert "I have asked Fictive Hana now." in basma.phone.last.text
    await stage.forward(hours=80)


async def test_a_block_ends_what_was_asked(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    async with stage.sorora.store.begin() as tx:
        now = stage.clock.now()
        await tx.conn.execute(sa.insert(t.blocks).values(blocker_id=fatma.id, blocked_id=amina.id, at=now))
        await affair.void_between(amina.desk(tx), amina.id, fatma.id)
    await stage.settle()
    assert await states(stage) == {1: "void"}
    assert (await amina.finds(MySearch())).offers == ()
    await amina.carries(AskMentors((fatma.id,)))
    assert await states(stage) == {1: "void"}
