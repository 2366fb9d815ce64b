"""What the tests of requests look at: states, pairs, the waiting list, what somebody was told."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from bot.mentoring.people import Purpose
from bot.store import people
from bot.store import tables as t
from bot.testing import Stage
from tests.affairs.cast import Woman


async def states(stage: Stage) -> dict[int, str]:
    """State of each request by its id."""
    async with stage.sorora.store.begin() as tx:
        rows = await tx.conn.execute(sa.select(t.requests.c.id, t.requests.c.state).order_by(t.requests.c.id))
        return {row.id: row.state for row in rows}


async def pairs_of(stage: Stage) -> list[tuple[int, int]]:
    """(mentee, mentor) of all pairs."""
    async with stage.sorora.store.begin() as tx:
        return [(row.mentee_id, row.mentor_id) for row in await tx.conn.execute(sa.select(t.pairs))]


async def waits(her: Woman) -> bool:
    """Whether she is on the waiting list."""
    async with her.stage.sorora.store.begin() as tx:
        return await tx.conn.scalar(sa.select(t.waiting.c.since).where(t.waiting.c.person_id == her.id)) is not None


async def paused(her: Woman) -> Any:
    """Until when a mentor is paused."""
    async with her.stage.sorora.store.begin() as tx:
        return await tx.conn.scalar(sa.select(t.mentors.c.paused_until).where(t.mentors.c.person_id == her.id))


def texts(her: Woman) -> str:
    """All that came to her."""
    return "\n---\n".join(seen.text for seen in her.phone.chat)


def told(her: Woman, words: str) -> int:
    """In how many messages she was told this."""
    return sum(words in seen.text for seen in her.phone.chat)


async def erase(her: Woman) -> None:
    """She is erased, as the engine does it."""
    async with her.stage.sorora.store.begin() as tx:
        person = await people.get(tx, her.id)
        assert person is not None
        await her.desk(tx).say_goodbye(person)
        await people.erase(tx, her.id, her.stage.clock.now(), tombstone=True)
    await her.stage.settle()


async def takes_back(her: Woman) -> None:
    """She says no to being proposed."""
    person = await her.person()
    after = msgspec.structs.replace(person, consents=frozenset({Purpose.TAKE_PART, Purpose.KEEP}))
    async with her.stage.sorora.store.begin() as tx:
        await people.save(tx, [after])
