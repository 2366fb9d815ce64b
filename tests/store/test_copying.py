"""A programme is moved from one database to another: every row, every id, or nothing at all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import SettingError
from bot.messages import Message
from bot.store import copying, mail, people, tables
from bot.store.copying import CopyTrouble, copy
from bot.store.door import Store, Tx
from bot.store.schema import migrate
from bot.vault import Vault
from tests.store.filled import NOW, contents, fill

pytestmark = pytest.mark.postgres
one_way = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def target_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> str:
    """An empty database of the other kind than the source."""
    if database_url.startswith("sqlite"):
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"


@pytest.fixture
async def target(target_url: str, key: str) -> AsyncIterator[Store]:
    """The same, opened with the same key."""
    target = Store.open(target_url, Vault([key]))
    yield target
    await target.close()


async def filled(store: Store) -> None:
    """People, talks, pairs, relayed words, voice notes; and a woman with everything gone whose id was the last."""
    await fill(store, "a", "b", "c")
    async with store.begin() as tx:
        await people.erase(tx, (await people.welcome(tx, "x", "last", "en", NOW)).person.id, NOW, tombstone=True)
        await mail.remember(tx, [("x", f"{number} \u00e9Z_a-") for number in range(503)], NOW)


async def next_ids(store: Store) -> list[int]:
    """The ids that a new woman and a new message get."""
    async with store.begin() as tx:
        her = (await people.welcome(tx, "x", "new", "en", NOW)).person.id
        letter = mail.Letter(her, "x", "l", b"", Message("new"))
        return [her, await mail.post_one(tx, letter, NOW)]


async def test_every_row_comes_over_and_ids_go_on(store: Store, target: Store) -> None:
    await filled(store)
    before = await contents(store)
    assert all(before.values())
    rows = await copy(store, target)
    assert rows == {name: len(found) for name, found in before.items()}
    after = await contents(target)
    assert {name: sorted(found, key=repr) for name, found in after.items()} == {
        name: sorted(found, key=repr) for name, found in before.items()
    }
    assert await contents(target, opened=True)  # the same key opens all of it
    assert await next_ids(target) == await next_ids(store)


@one_way
async def test_a_programme_without_people_can_be_copied(store: Store, target: Store) -> None:
    await migrate(target)  # the tables may be there
    assert not any((await copy(store, target)).values())
    assert await next_ids(target) == [1, 1]


@one_way
async def test_a_target_with_anything_in_it_is_left_alone(store: Store, target: Store) -> None:
    await fill(store, "a")
    await migrate(target)
    async with target.begin() as tx:
        await mail.audit(tx, [(1, "something")], NOW)
    before = await contents(target)
    with pytest.raises(CopyTrouble, match="not empty: there are rows in audit"):
        await copy(store, target)
    assert await contents(target) == before
    with pytest.raises(CopyTrouble, match="not empty"):
        await copy(store, store)


@one_way
async def test_tables_of_somebody_else_are_left_alone(store: Store, target: Store) -> None:
    async with target.begin() as tx:
        await tx.conn.execute(sa.text("CREATE TABLE theirs (id int)"))
    with pytest.raises(CopyTrouble, match="somebody else"):
        await copy(store, target)


async def test_a_source_that_is_in_use_is_not_copied(store: Store, database_url: str, target: Store, key: str) -> None:
    await fill(store, "a")
    bot = Store.open(database_url, Vault([key]))
    assert await bot.answers()  # it keeps its connection
    with pytest.raises(CopyTrouble, match="stop it first"):
        await copy(store, target)
    async with bot.begin() as tx:  # and goes on
        await mail.audit(tx, [(1, "something")], NOW)
    await bot.close()
    assert (await copy(store, target))["people"] == 1


@one_way
async def test_a_source_without_the_schema_is_told_to_migrate(target: Store, tmp_path: Path, key: str) -> None:
    source = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'nothing.db'}", Vault([key]))
    with pytest.raises(CopyTrouble, match="sorora migrate"):
        await copy(source, target)
    await source.close()


@one_way
async def test_nothing_is_left_of_a_copy_that_differs(
    store: Store, target: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof proves itself: a row that is changed, left out, or a counter that stands still is noticed."""
    await filled(store)
    honest, count_from = copying.copy_table, copying.count_from

    async def changes(old: Tx, new: Tx, table: sa.Table) -> int:
        rows = await honest(old, new, table)
        if table is tables.goals:
            later = NOW + timedelta(microseconds=1)
            await new.conn.execute(sa.update(table).where(table.c.id == 3).values(changed_at=later))
        return rows

    async def leaves_out(old: Tx, new: Tx, table: sa.Table) -> int:
        rows = await honest(old, new, table)
        if table is tables.updates:
            await new.conn.execute(sa.delete(table).where(table.c.provider_id == "502 \u00e9Z_a-"))
        return rows

    async def forgets(new: Tx, name: str, last: int) -> None:
        await count_from(new, name, last if name != "people" else last - 1)

    for name, bug, told in (
        ("copy_table", changes, "goals"),
        ("copy_table", leaves_out, "updates"),
        ("count_from", forgets, "Ids"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(copying, name, bug)
            with pytest.raises(CopyTrouble, match=told):
                await copy(store, target)
        assert not any((await contents(target)).values())


async def test_a_row_that_does_not_fit_is_named_by_its_table_only(
    tmp_path: Path, migrated_postgres_url: str, key: str
) -> None:
    source = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}", Vault([key]))
    target = Store.open(migrated_postgres_url, Vault([key]))
    await migrate(source)
    async with source.begin() as tx:
        await mail.audit(tx, [(1, "words " * 20)], NOW)
    with pytest.raises(CopyTrouble) as told:
        await copy(source, target)
    assert "audit" in str(told.value)
    assert told.value.__cause__ is None
    assert "words" not in str(told.value)
    await source.close()
    await target.close()


@one_way
def test_the_command_says_what_is_there_and_what_to_do_next(
    database_url: str, target_url: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SORORA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SORORA_KEYS", key)
    monkeypatch.setenv("SORORA_DATABASE_URL", database_url)

    async def people_here() -> None:
        store = Store.open(database_url, Vault([key]))
        await fill(store, "a", "b")
        await store.close()

    asyncio.run(people_here())
    said = CliRunner().invoke(app, ["copy", target_url])
    assert said.exit_code == 0, said.output
    assert re.search(r"^ +2  people$", said.output, re.MULTILINE)
    assert "SORORA_DATABASE_URL" in said.output
    again = CliRunner().invoke(app, ["copy", target_url])
    assert isinstance(again.exception, CopyTrouble)
    assert isinstance(CliRunner().invoke(app, ["copy", "nowhere"]).exception, SettingError)
