"""A transaction that is cancelled in its middle leaves nothing locked: the outbox and the clock end like that."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.door import Store
from bot.store.schema import migrate
from bot.testing import BEGINNING
from bot.vault import Vault, new_key

TRANSACTIONS = 300  # nine in ten are cancelled


async def test_a_cancelled_transaction_gives_its_lock_back(tmp_path: Path) -> None:
    store = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'sorora.db'}", Vault([new_key()]))
    await migrate(store)
    chance = Random(3)
    written = 0
    done: list[asyncio.Task[None]] = []  # their tracebacks are remembered, as gather() does
    for number in range(TRANSACTIONS):
        task = asyncio.create_task(write(store, number))
        for _ in range(chance.randrange(1, 200)):
            await asyncio.sleep(0)
        if number % 10:
            task.cancel()
        await asyncio.wait([task])
        done.append(task)
        async with asyncio.timeout(5), store.begin() as tx:
            written = (await tx.conn.execute(sa.select(sa.func.count()).select_from(t.updates))).scalar_one()
        assert written % 2 == 0  # nothing is written by half
    assert any(task.cancelled() for task in done)
    assert written >= 2 * sum(not task.cancelled() for task in done) >= 2 * TRANSACTIONS // 10
    await store.close()


async def write(store: Store, number: int) -> None:
    async with store.begin() as tx:
        for half in (number, -number - 1):
            row = {"channel": "x", "provider_id": str(half), "at": BEGINNING}
            await tx.conn.execute(sa.insert(t.updates).values(**row))
        await tx.conn.execute(sa.select(t.updates))
