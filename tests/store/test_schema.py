"""Migrations bring an empty database to exactly the tables of bot.store.tables, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store.door import Store
from bot.store.schema import config, migrate, up_to_date
from bot.store.tables import metadata
from bot.vault import Vault
from tests.databases import BOTH


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    return str(request.getfixturevalue("postgres_url"))


def other_default(context: MigrationContext, *columns: Any) -> bool | None:
    """Whether two defaults differ. For SQLite Alembic takes an empty text for another empty text."""
    _column, _ours, found, _default, wanted = columns
    if context.dialect.name == "postgresql":
        return None  # Alembic compares by itself
    return str(found or "").strip("'()") != str(wanted or "").strip("'()")


def differences(connection: sa.Connection) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": other_default}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_after_migrating_nothing_differs(store: Store) -> None:
    async with store.begin() as tx:
        assert await tx.conn.run_sync(differences) == []


async def test_what_autogenerate_cannot_see_is_there_too(store: Store) -> None:
    """Partial indexes, cascades and keys that are never used again."""

    def seen(connection: sa.Connection) -> tuple[set[str], set[str]]:
        inspector = sa.inspect(connection)
        partial = {
            str(index["name"])
            for table in metadata.tables
            for index in inspector.get_indexes(table)
            if index.get("dialect_options", {}).get(f"{connection.dialect.name}_where") is not None
        }
        cascading = {
            table
            for table in metadata.tables
            for key in inspector.get_foreign_keys(table)
            if key["options"].get("ondelete") == "CASCADE"
        }
        return partial, cascading

    async with store.begin() as tx:
        partial, cascading = await tx.conn.run_sync(seen)
        assert {
            "ix_talks_one_open",
            "ix_outbox_hers",
            "ix_outbox_last_words",
            "ix_outbox_due",
            "ix_media_wanted",
        } <= partial
        assert cascading >= {"addresses", "talks", "consents", "assessments", "goals", "media"}
        if not tx.postgres:
            tables = (await tx.conn.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))).all()
            never_again = {name for name, sql in tables if "AUTOINCREMENT" in sql}
            assert never_again >= {table.name for table in metadata.sorted_tables if table.c.get("id") is not None} - {
                "talks"
            }


async def test_migrating_twice_changes_nothing(store: Store) -> None:
    assert await up_to_date(store)
    await migrate(store)
    assert await up_to_date(store)


async def test_an_empty_database_is_not_up_to_date(database_url: str, key: str) -> None:
    store = Store.open(database_url, Vault([key]))
    assert not await up_to_date(store)
    await store.close()


async def test_every_step_goes_back_and_forward_again(store: Store) -> None:
    steps = list(ScriptDirectory.from_config(config()).walk_revisions())
    for step in steps:
        async with store.begin() as tx:
            await tx.conn.run_sync(lambda connection: command.downgrade(config(connection), "-1"))
        assert not await up_to_date(store), step.revision
    async with store.begin() as tx:
        left = await tx.conn.run_sync(lambda connection: sa.inspect(connection).get_table_names())
    assert set(left) <= {"alembic_version", "sqlite_sequence"}
    await migrate(store)
    async with store.begin() as tx:
        assert await tx.conn.run_sync(differences) == []


def test_the_migrations_are_one_line() -> None:
    assert len(ScriptDirectory.from_config(config()).get_heads()) == 1


async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    database_url: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(database_url, Vault([key]))

    def stumble(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("alembic.operations.ops.CreateIndexOp.to_index", stumble)
    with pytest.raises(Exception):  # noqa: B017, PT011  Alembic may wrap it
        await migrate(store)
    monkeypatch.undo()
    async with store.begin() as tx:
        left = await tx.conn.run_sync(lambda connection: sa.inspect(connection).get_table_names())
    assert set(left) <= {"alembic_version", "sqlite_sequence"}
    await migrate(store)
    assert await up_to_date(store)
    await store.close()
