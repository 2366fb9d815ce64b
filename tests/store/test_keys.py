"""Changing keys: while both are there everything is found, then everything is sealed anew, then the old one may go."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from bot.errors import KeyTrouble
from bot.mentoring.people import Person
from bot.store import people, tables
from bot.store.backup import seal_anew
from bot.store.door import Store
from bot.store.tables import metadata
from bot.vault import Vault, new_key
from tests.store.filled import NOW, contents, fill


async def found(store: Store, address: str) -> Person | None:
    async with store.begin() as tx:
        known = await people.find(tx, tx.vault.lookups(f"x:{address}"))
        return next((one.person for one in known.values()), None)


async def test_the_old_key_opens_until_all_is_sealed_anew_and_then_it_may_go(
    store: Store, database_url: str, key: str
) -> None:
    await fill(store, "a", "b")
    newer = new_key()
    both, only = Store.open(database_url, Vault([newer, key])), Store.open(database_url, Vault([newer]))
    person = await found(both, "a")
    assert person is not None
    assert await found(only, "a") is None
    before = await contents(both, opened=True)
    rows = await seal_anew(both)
    assert rows >= 14
    with pytest.raises(KeyTrouble):
        async with store.begin() as tx:
            await people.get(tx, person.id)
    assert await found(only, "a") == person
    assert await found(store, "a") is None
    after = await contents(only, opened=True)
    for table in metadata.sorted_tables:
        searched = {"lookup", "recipient"} & {column.name for column in table.c}
        if not searched:
            assert after[table.name] == before[table.name], table.name
    assert len(await mail_of(only, "a")) == 2
    for one in (both, only):
        await one.close()


async def mail_of(store: Store, address: str) -> list[int]:
    """Messages to her, found by her lookup."""
    async with store.begin() as tx:
        rows = await tx.conn.execute(
            sa.select(tables.outbox.c.id).where(tables.outbox.c.recipient == tx.vault.lookup(f"x:{address}"))
        )
        return [row.id for row in rows]


async def test_sealing_anew_twice_and_in_many_parts_is_no_trouble(
    store: Store, database_url: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.backup.AT_ONCE", 2)
    await fill(store, *"abcde")
    newer = new_key()
    both, only = Store.open(database_url, Vault([newer, key])), Store.open(database_url, Vault([newer]))
    for _twice in range(2):
        await seal_anew(both)
    for address in "abcde":
        assert await found(only, address) is not None
    await contents(only, opened=True)  # all of it can be read
    for one in (both, only):
        await one.close()


async def test_what_is_written_meanwhile_is_not_lost(
    store: Store, database_url: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot saves a person between the reading and the writing of her row."""
    await fill(store, "a")
    vault = Vault([new_key(), key])
    both, bot = Store.open(database_url, vault), Store.open(database_url, vault)
    before = await found(bot, "a")
    assert before is not None
    changed = Person(before.id, "nl", "Another made-up name")
    writing: list[asyncio.Task[None]] = []

    async def save() -> None:
        async with bot.begin() as tx:
            await people.save(tx, [changed])

    rotate = Vault.rotate

    def watched(self: Vault, sealed: bytes) -> bytes:
        if not writing:
            writing.append(asyncio.get_running_loop().create_task(save()))
        return rotate(self, sealed)

    monkeypatch.setattr(Vault, "rotate", watched)
    await seal_anew(both)
    await writing[0]
    assert await found(bot, "a") == changed
    for one in (both, bot):
        await one.close()


async def test_erasing_finds_what_was_put_aside_under_an_older_key(store: Store, database_url: str, key: str) -> None:
    await fill(store, "a")
    both = Store.open(database_url, Vault([new_key(), key]))
    person = await found(both, "a")
    assert person is not None
    async with both.begin() as tx:
        await people.erase(tx, person.id, NOW, tombstone=True)
    assert (await contents(both))["put_aside"] == []

    await both.close()
