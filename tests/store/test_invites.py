"""Invitations: used as often as they say, for as long as they say, and nobody can tell one failure from another."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.store import invites, tables
from bot.store.backup import seal_anew
from bot.store.door import Store
from bot.store.invites import Invitation
from bot.vault import Vault, new_key

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


async def made(store: Store, code: str = "code", uses: int = 1) -> None:
    async with store.begin() as tx:
        await invites.invite(tx, code, "ar", "Spring group", uses, NOW + timedelta(days=1))


async def redeem(store: Store, code: str = "code", at: datetime = NOW) -> Invitation | None:
    async with store.begin() as tx:
        return await invites.redeem(tx, code, at)


async def test_it_gives_language_and_group_as_often_as_it_says(store: Store) -> None:
    await made(store, uses=2)
    assert await redeem(store) == Invitation("ar", "Spring group")
    assert await redeem(store) == Invitation("ar", "Spring group")
    assert await redeem(store) is None


@pytest.mark.parametrize("code", ["", "CODE", "code ", "cod", "' OR 1=1 --", "x" * 10_000, "\0"])
async def test_an_unknown_code_gives_nothing(store: Store, code: str) -> None:
    await made(store)
    assert await redeem(store, code) is None


async def test_it_ends_on_time(store: Store) -> None:
    await made(store)
    assert await redeem(store, at=NOW + timedelta(days=1)) is None
    assert await redeem(store, at=NOW + timedelta(days=1) - timedelta(microseconds=1)) is not None


async def test_the_code_itself_is_not_kept_in_the_clear(store: Store) -> None:
    await made(store, "made-up-code")
    async with store.begin() as tx:
        (row,) = await tx.conn.execute(sa.select(tables.invites))
    assert "made-up-code" not in repr(tuple(row))


async def test_the_last_use_goes_to_one_of_many(store: Store) -> None:
    await made(store, uses=3)
    got = await asyncio.gather(*(redeem(store) for _ in range(8)))
    assert sum(one is not None for one in got) == 3


async def test_a_printed_code_outlives_a_change_of_keys(store: Store, database_url: str, key: str) -> None:
    await made(store, uses=3)
    newer = new_key()
    both = Store.open(database_url, Vault([newer, key]))
    assert await redeem(both) is not None
    await seal_anew(both)
    assert await redeem(both) is not None
    await both.close()
    only = Store.open(database_url, Vault([newer]))
    assert await redeem(only) is not None
    assert await redeem(only) is None
    await only.close()
