"""Two processes on one PostgreSQL: whichever a message reaches, a woman's messages are worked one after the other, and
one of the processes sends. Here each is an engine with connections of its own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from bot.app import Sorora, put_together
from bot.engine.outbox import Outbox
from bot.messages import Incoming
from bot.store import ownership
from bot.store import tables as t
from bot.store.door import Store
from bot.testing import Stage, StageClock
from tests.engine.little import little, member, programme
from tests.engine.script import Script, post

pytestmark = pytest.mark.postgres


@asynccontextmanager
async def two(stage: Stage, url: str) -> AsyncIterator[tuple[Sorora, Sorora]]:
    """Two engines beside the stage, each with a store of its own."""
    vault, chance = stage.sorora.store.vault, random.Random(2)
    made = [put_together(Store.open(url, vault), {}, stage.clock, programme(), chance) for _ in range(2)]
    yield made[0], made[1]
    for one in made:
        await one.store.close()


async def waiting_for_locks(store: Store, count: int) -> None:
    """Until so many sessions wait for a row."""
    query = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(10):
        while True:
            async with store.begin() as tx:
                if await tx.conn.scalar(query) == count:
                    return


async def test_the_second_message_of_a_woman_waits_behind_the_first_in_another_process(postgres_url: str) -> None:
    async with little(url=postgres_url) as stage, two(stage, postgres_url) as (first, second):
        amina = await member(stage)
        await amina.types("/form")
        async with stage.sorora.store.begin() as tx:  # somebody has her row: both must wait
            await tx.conn.execute(sa.select(t.people.c.id).with_for_update())
            title = asyncio.create_task(first.batches.receive(amina.incoming(text="My title")))
            await waiting_for_locks(first.store, 1)
            sure = asyncio.create_task(second.batches.receive(amina.incoming(text="4")))
            await waiting_for_locks(second.store, 2)
            assert not title.done()
        await asyncio.gather(title, sure)
        await stage.sorora.outbox.drain()
        assert [seen.text.split("\n")[0] for seen in amina.chat[-2:]] == ["How sure?", "How many?"]


async def test_two_processes_that_meet_a_new_woman_at_once_know_her_once(postgres_url: str) -> None:
    async with little(url=postgres_url) as stage, two(stage, postgres_url) as both:
        for n in range(5):
            events = [Incoming("stage", f"{n} {m}", f"new {n}", stage.clock.now(), text="/start") for m in (0, 1, 1)]
            await asyncio.gather(*(both[m % 2].batches.receive(event) for m, event in enumerate(events)))
        async with stage.sorora.store.begin() as tx:
            count = {
                table.name: await tx.conn.scalar(sa.select(sa.func.count()).select_from(table))
                for table in (t.people, t.updates, t.put_aside)
            }
        assert count == {"people": 5, "updates": 10, "put_aside": 0}


async def test_one_process_sends_for_both_and_the_other_when_it_has_ended(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ownership, "AGAIN", 0.02)
    async with little(url=postgres_url) as stage:
        clock, channels = StageClock(), [Script(), Script()]
        stores = [Store.open(postgres_url, stage.sorora.store.vault) for _ in channels]
        boxes = [Outbox(one, {"script": channel}, clock) for one, channel in zip(stores, channels, strict=True)]
        running = [asyncio.create_task(box.run()) for box in boxes]
        for n in range(4):  # put in by either process, told to whichever is the owner
            await post(stores[n % 2], clock, f"message {n}")
            boxes[n % 2].poke()
            await one_sends(channels)
        owner = 0 if channels[0].sent else 1
        assert channels[owner].texts == [f"message {n}" for n in range(4)]
        assert channels[1 - owner].texts == []
        running[owner].cancel()
        await asyncio.gather(running[owner], return_exceptions=True)
        await post(stores[owner], clock, "after it")
        boxes[1 - owner].poke()
        await one_sends(channels)
        assert channels[1 - owner].texts == ["after it"]
        running[1 - owner].cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for one in stores:
            await one.close()


async def one_sends(channels: Sequence[Script]) -> None:
    """Until one of them sends: much sooner than an idle outbox looks by itself."""
    waiting = [asyncio.ensure_future(channel.begun.wait()) for channel in channels]
    done, rest = await asyncio.wait(waiting, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert done
    for task in rest:
        task.cancel()
    for channel in channels:
        channel.begun.clear()


async def test_a_nudge_that_only_a_later_release_knows_waits_and_stops_nobody(postgres_url: str) -> None:
    async with little(url=postgres_url) as stage:
        amina = await member(stage)
        async with stage.sorora.store.begin() as tx:
            row = (await tx.conn.execute(sa.select(t.outbox).limit(1))).mappings().one()
            values = {**row, "id": 1000, "recipient": "another", "sealed": None, "kind": "of later", "state": "waiting"}
            await tx.conn.execute(sa.insert(t.outbox).values(values))
        await amina.types("/form")
        assert "A title?" in amina.last.text
        async with stage.sorora.store.begin() as tx:
            query = sa.select(t.outbox.c.state).where(t.outbox.c.id == 1000)
            assert await tx.conn.scalar(query) == "waiting"
