"""The door to the database: what it promises of a transaction, on both databases."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from bot.errors import KeyTrouble, TryLater
from bot.mentoring.people import Person, Purpose
from bot.store import door, people, tables
from bot.store.door import Store
from bot.store.tables import EPOCH, Moment
from bot.vault import Vault, new_key

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


async def test_sqlite_is_set_up_for_power_cuts_and_secrets(tmp_path: Path) -> None:
    store = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", Vault([new_key()]))
    for _connection in range(2):
        async with store.begin() as tx:
            found = {
                name: (await tx.conn.execute(sa.text(f"PRAGMA {name}"))).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
        await store.close()  # and the next connection is set up the same


async def test_a_transaction_is_kept_whole_or_not_at_all(store: Store) -> None:
    async with store.begin() as tx:
        await people.welcome(tx, "x", "kept", "en", NOW)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  the error comes in the middle
        async with store.begin() as tx:
            await people.welcome(tx, "x", "undone", "en", NOW)
            raise ZeroDivisionError
    async with store.begin() as tx:
        assert [address for _, _, address in await people.addresses_of(tx, 1)] == ["kept"]
        assert await people.get(tx, 2) is None


async def test_many_writers_at_once_wait_for_each_other(store: Store) -> None:
    async def one(number: int) -> None:
        async with store.begin() as tx:
            await people.welcome(tx, "x", f"{number}", "en", NOW)

    await asyncio.gather(*(one(number) for number in range(30)))
    async with store.begin() as tx:
        count = await tx.conn.scalar(sa.select(sa.func.count()).select_from(tables.people))
    assert count == 30


async def test_nothing_to_write_is_no_statement(store: Store) -> None:
    async with store.begin() as tx:
        await tx.many(sa.insert(tables.people), [])


async def test_a_database_that_is_not_there_means_try_later(tmp_path: Path) -> None:
    for url in (
        "postgresql+asyncpg://nobody@127.0.0.1:1/none",
        f"postgresql+asyncpg://nobody@/none?host={tmp_path}",
    ):
        store = Store.open(url, Vault([new_key()]))
        assert not await store.answers()
        with pytest.raises(TryLater):
            async with store.begin():
                raise AssertionError
        await store.close()


@pytest.mark.postgres
async def test_a_postgres_without_this_database_means_try_later(postgres_url: str) -> None:
    store = Store.open(postgres_url.replace("test_", "none_"), Vault([new_key()]))
    assert not await store.answers()
    await store.close()


@pytest.mark.postgres
async def test_connections_that_lead_to_a_standby_are_given_up(postgres_url: str, postgres_server: str) -> None:
    """After a fail-over: they answer, but nothing can be written on them ever again."""
    store, name = Store.open(postgres_url, Vault([new_key()])), sa.make_url(postgres_url).database
    admin = await asyncpg.connect("postgresql://" + postgres_server.format("postgres"))
    await admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    write = sa.text("CREATE TABLE written (id int)")
    with pytest.raises(TryLater):
        async with store.begin() as tx:
            await tx.conn.execute(write)
    await admin.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    async with store.begin() as tx:
        await tx.conn.execute(write)
    await admin.close()
    await store.close()


@pytest.mark.postgres
async def test_who_finds_no_free_connection_or_row_is_told_to_try_later(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(door.SESSION, "lock_timeout", "50")
    store = Store.open(postgres_url, Vault([new_key()]))
    lock = sa.text("SELECT pg_advisory_xact_lock(1)")
    async with store.begin() as tx:
        await tx.conn.execute(lock)
        with pytest.raises(TryLater):
            async with store.begin() as other:
                await other.conn.execute(lock)
    pool: Any = store.engine.sync_engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.05)
    async with AsyncExitStack() as stack:
        for _connection in range(15):
            await stack.enter_async_context(store.begin())
        with pytest.raises(TryLater):
            await stack.enter_async_context(store.begin())
    await store.close()


async def test_a_mistake_of_ours_is_no_try_later(store: Store) -> None:
    with pytest.raises(IntegrityError):  # noqa: PT012  the error comes in the middle
        async with store.begin() as tx:
            known = await people.welcome(tx, "x", "a", "en", NOW)
            row = {"person_id": known.person.id + 1, "purpose": "x", "given": True, "version": "", "shown_hash": ""}
            await tx.conn.execute(sa.insert(tables.consents).values(**row, language="en", at=NOW))


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_are_kept_to_the_microsecond(at: datetime) -> None:
    kind: Any = Moment()
    kept = kind.process_bind_param(at, None)
    assert kind.process_result_value(kept, None) == at
    assert (kept >= 0) == (at >= EPOCH)


async def test_moments_compare_in_the_database(store: Store) -> None:
    async with store.begin() as tx:
        for n in range(3):
            await people.welcome(tx, "x", str(n), "en", NOW + timedelta(microseconds=n))
        late = sa.select(tables.people.c.created_at).where(tables.people.c.created_at > NOW)
        found = (await tx.conn.execute(late.order_by(tables.people.c.created_at))).scalars().all()
    assert found == [NOW + timedelta(microseconds=1), NOW + timedelta(microseconds=2)]


# --- people -------------------------------------------------------------------------------------------------------


async def test_a_person_is_found_by_her_address_and_keeps_what_changed(store: Store) -> None:
    async with store.begin() as tx:
        known = await people.welcome(tx, "telegram", "+32470000000", "fr", NOW)
        changed = Person(known.person.id, "ar", "Made-up Amina", adult=True, consents=frozenset({Purpose.KEEP}))
        await people.save(tx, [changed])
        lookup = people.lookup_of(tx, "telegram", "+32470000000")
    async with store.begin() as tx:
        found = await people.find(tx, [lookup, people.lookup_of(tx, "whatsapp", "+32470000000"), "unknown"])
        assert set(found) == {lookup}
        assert found[lookup].person == changed
        assert await people.get(tx, changed.id) == changed


async def test_at_most_one_talk_of_a_person_is_open(store: Store) -> None:
    async with store.begin() as tx:
        known = await people.welcome(tx, "x", "a", "en", NOW)
        talks = [people.KeptTalk(name, name, "", True, "", NOW, sealed=b"x") for name in "ab"]
        await people.save_talks(tx, [(known.person.id, talks[0])], [], [])
    with pytest.raises(IntegrityError):
        async with store.begin() as tx:
            await people.save_talks(tx, [(known.person.id, talks[1])], [], [])


async def test_one_opens_while_another_closes_in_any_order(store: Store) -> None:
    async with store.begin() as tx:
        known = await people.welcome(tx, "x", "a", "en", NOW)
        a, b = (people.KeptTalk(name, name, "", name == "a", "", NOW, sealed=b"x") for name in "ab")
        await people.save_talks(tx, [(known.person.id, one) for one in (a, b)], [], [])
    for _turn in range(2):
        a.open, b.open = b.open, a.open
        async with store.begin() as tx:
            await people.save_talks(tx, [], [a, b], [])
        async with store.begin() as tx:
            (found,) = (await people.find(tx, [known.lookup])).values()
            assert {talk.id: talk.open for talk in found.talks} == {"a": a.open, "b": b.open}


async def test_a_forged_or_foreign_row_cannot_be_read(store: Store) -> None:

    async with store.begin() as tx:
        known = await people.welcome(tx, "x", "a", "en", NOW)
        await tx.conn.execute(sa.update(tables.people).values(sealed=Vault([new_key()]).seal_json(Person(1))))
    with pytest.raises(KeyTrouble):
        async with store.begin() as tx:
            await people.find(tx, [known.lookup])
