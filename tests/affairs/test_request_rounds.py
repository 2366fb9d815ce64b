"""The matching round: who is in it, what goes out, what is left out because it is no longer so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.affairs import request_rounds, requests
from bot.mentoring.constraints import Against
from bot.mentoring.mentorship import PairState
from bot.mentoring.requests import AskMentors, CardOf, Decline, Wait, WhyNot
from bot.store import requests as kept
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def in_line(her: Woman) -> Woman:
    """She waits."""
    async with her.stage.sorora.store.begin() as tx:
        await kept.wait(tx, her.id, her.stage.clock.now())
    return her


async def round_of(by: Woman) -> Any:
    async with by.stage.sorora.store.begin() as tx:
        return await requests.round_of(by.desk(tx))


async def send(by: Woman, *pairs: tuple[Woman, Woman]) -> int:
    async with by.stage.sorora.store.begin() as tx:
        sent = await requests.send_round(by.desk(tx), [(mentee.id, mentor.id) for mentee, mentor in pairs], by.id)
    await by.stage.settle()
    return sent


async def test_all_who_wait_and_nobody_else_are_in_the_round(stage: Stage) -> None:
    amina, basma, chiara = [await in_line(await woman(stage, f"Fictive {n}")) for n in range(3)]
    await woman(stage, "Fictive Silent")
    fatma, hana = await mentor(stage, "Fictive Fatma", places=2), await mentor(stage, "Fictive Hana")
    await pair(basma, hana)
    await chiara.carries(AskMentors((fatma.id,)))
    async with stage.sorora.store.begin() as tx:
        assert [mentee.id for mentee in await requests.waiting_mentees(amina.desk(tx))] == [amina.id]
    found = await round_of(amina)
    assert [(one.mentee, one.suggestion.mentor) for one in found.pairs] == [(amina.id, fatma.id)]


async def test_who_stays_without_has_a_reason(stage: Stage) -> None:
    amina, basma = [await in_line(await woman(stage, f"Fictive {n}")) for n in range(2)]
    await mentor(stage, "Fictive Fatma")
    found = await round_of(amina)
    assert len(found.pairs) == 1
    assert [one.lack.what for one in found.without] == [Against.FULL]
    assert {found.pairs[0].mentee, found.without[0].mentee} == {amina.id, basma.id}


async def test_a_round_is_sent_and_both_are_told(stage: Stage) -> None:
    amina, fatma = await in_line(await woman(stage, "Fictive Amina")), await mentor(stage, "Fictive Fatma")
    assert await send(amina, (amina, fatma)) == 1
    assert "A coordinator found a mentor for you: Fictive Fatma." in amina.phone.last.text
    assert "Fictive Amina" in fatma.phone.last.text
    card = await fatma.finds(CardOf(1))
    assert card.by_team
    assert card.reasons
    await fatma.phone.taps("Look")
    assert "A coordinator thinks that you two fit." in fatma.phone.last.text
    async with stage.sorora.store.begin() as tx:
        notes = list(await tx.conn.scalars(sa.select(t.audit.c.what).where(t.audit.c.person_id == amina.id)))
    assert "sent a round of 1 requests" in notes


async def test_what_stands_against_a_pair_by_now_is_left_out(stage: Stage) -> None:
    women = [await in_line(await woman(stage, f"Fictive {n}")) for n in range(5)]
    asked, paired, declined, free, _other = women
    fatma, full = await mentor(stage, "Fictive Fatma", places=5), await mentor(stage, "Fictive Full")
    hana = await mentor(stage, "Fictive Hana", places=5)
    await pair(await woman(stage, "Fictive Lucky"), full)
    await pair(paired, hana, PairState.TRIAL)
    await asked.carries(AskMentors((hana.id,)))
    await declined.carries(AskMentors((fatma.id,)))
    await fatma.carries(Decline(2, WhyNot.NO_TIME))
    pairs = [(asked, fatma), (paired, fatma), (declined, fatma), (free, full), (free, fatma), (free, hana)]
    assert await send(free, *pairs) == 1
    async with stage.sorora.store.begin() as tx:
        assert [one.mentee_id for one in await kept.open_to(tx, fatma.id)] == [free.id]


async def test_a_round_has_a_limit_and_who_waited_longest_comes_first(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_rounds, "MOST_IN_ROUND", 1)
    first = await woman(stage, "Fictive First")
    second = await woman(stage, "Fictive Second")
    await in_line(second)
    await stage.forward(minutes=1)
    await first.carries(Wait())
    await mentor(stage, "Fictive Fatma", places=2)
    found = await round_of(first)
    assert [one.mentee for one in found.pairs] == [second.id]
