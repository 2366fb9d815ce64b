"""Two women act on their pair at the same moment, on both databases: each act happens once, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.affairs import pairs as affair
from bot.affairs.desk import Carried
from bot.mentoring.effects import Effect
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import LIVING, PairFile, PairState, PairTrouble, Rhythm
from bot.mentoring.pair_steps import AfterTrial, Agree, AnswerTrial, EndPair, HoldPair
from bot.store import pairs, people
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman

ROUNDS = 5  # each race is run so often: another order each time


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def carry(her: Woman, effect: Effect) -> Carried:
    """An effect in a transaction of its own; nothing is sent yet."""
    async with her.stage.sorora.store.begin() as tx:
        person = await people.get(tx, her.id)
        assert person is not None
        return await her.desk(tx).carry(effect, person)


async def couples(stage: Stage, state: PairState) -> list[tuple[Woman, Woman, int]]:
    """Several pairs in this state."""
    found = []
    for n in range(ROUNDS):
        amina, sara = await woman(stage, f"Fictive Amina {n}"), await mentor(stage, f"Fictive Sara {n}")
        more: dict[str, Any] = {"agreed": {}} if state is PairState.AGREEING else {"trial_at": stage.clock.now()}
        found.append((amina, sara, await pair(amina, sara, state, **more)))
    return found


async def kept(stage: Stage, pair_id: int) -> tuple[PairState, PairFile]:
    async with stage.sorora.store.begin() as tx:
        row = await pairs.get(tx, pair_id)
        assert row is not None
        return row.state, row.file


async def test_both_agree_at_the_same_moment(stage: Stage) -> None:
    for amina, sara, pair_id in await couples(stage, PairState.AGREEING):
        effect = Agree(pair_id, Rhythm.WEEKLY, 6, media=True)
        both = await asyncio.gather(carry(amina, effect), carry(sara, effect))
        state, file = await kept(stage, pair_id)
        assert (state, len(file.agreed), len(file.media)) == (PairState.TRIAL, 2, 2)
        assert sum(one.then is not None for one in both) == 1  # the second one connects them
        await stage.settle()
        assert [len(her.phone.chat) for her in (amina, sara)] in ([0, 1], [1, 0])


async def test_both_say_yes_at_the_same_moment(stage: Stage) -> None:
    for amina, sara, pair_id in await couples(stage, PairState.TRIAL):
        effect = AnswerTrial(pair_id, AfterTrial.YES)
        await asyncio.gather(carry(amina, effect), carry(sara, effect))
        assert (await kept(stage, pair_id))[0] is PairState.ACTIVE
        await stage.settle()
        assert [len(her.phone.chat) for her in (amina, sara)] in ([0, 1], [1, 0])


async def test_both_end_it_at_the_same_moment(stage: Stage) -> None:
    for amina, sara, pair_id in await couples(stage, PairState.ACTIVE):
        both = await asyncio.gather(carry(amina, EndPair(pair_id)), carry(sara, EndPair(pair_id)))
        assert sum(one.says == NOT_HERE for one in both) == 1
        assert (await kept(stage, pair_id))[0] is PairState.ENDED
        await stage.settle()
        assert [len(her.phone.chat) for her in (amina, sara)] in ([0, 1], [1, 0])


async def test_one_pauses_while_the_other_ends_it(stage: Stage) -> None:
    for amina, sara, pair_id in await couples(stage, PairState.ACTIVE):
        paused, ended = await asyncio.gather(carry(amina, HoldPair(pair_id, 2)), carry(sara, EndPair(pair_id)))
        state, file = await kept(stage, pair_id)
        assert state is PairState.ENDED  # whoever was first: an end is always possible
        assert ended.says != NOT_HERE
        assert (file.before == PairState.HOLD.value) is (paused.says != NOT_HERE)
        await stage.settle()
        assert "it is nobody's fault" in amina.phone.last.text


async def test_a_no_while_the_other_pauses(stage: Stage) -> None:
    for amina, sara, pair_id in await couples(stage, PairState.TRIAL):
        no, hold = await asyncio.gather(
            carry(amina, AnswerTrial(pair_id, AfterTrial.NO)), carry(sara, HoldPair(pair_id, 2))
        )
        state, _file = await kept(stage, pair_id)
        assert (state is PairState.ENDED) is (no.says != NOT_HERE)
        assert (state is PairState.HOLD) is (hold.says != NOT_HERE)


async def test_two_mentors_at_once_make_one_pair(stage: Stage) -> None:
    for n in range(ROUNDS):
        amina = await woman(stage, f"Fictive Amina {n}")
        mentors = [await mentor(stage, f"Fictive {name} {n}") for name in ("Sara", "Lina")]

        async def begins(her: Woman, mentee: Woman = amina) -> int:
            async with stage.sorora.store.begin() as tx:
                return await affair.begin(her.desk(tx), mentee.id, her.id)

        both = await asyncio.gather(*(begins(her) for her in mentors), return_exceptions=True)
        assert [type(one) for one in both if not isinstance(one, int)] == [PairTrouble]
        async with stage.sorora.store.begin() as tx:
            living = t.pairs.c.state.in_([state.value for state in LIVING])
            count = sa.select(sa.func.count()).where(t.pairs.c.mentee_id == amina.id, living)
            assert await tx.conn.scalar(count) == 1
