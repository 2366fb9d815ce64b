"""`sorora migrate` while processes of the release before are running: each migration only adds, so that every statement
of theirs goes on to work (expand). What nobody uses any more may go a release later (contract): name it in CONTRACTED.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from bot.errors import SettingError
from bot.store import tables as t
from bot.store.door import Store
from bot.store.schema import config, fits, migrate
from bot.vault import Vault
from tests.databases import BOTH
from tests.e2e.process import HOUSE

Schema = dict[str, dict[str, dict[str, Any]]]
CONTRACTED: dict[str, set[str]] = {}  # revision: what it takes away, as `broken` says it; unused since the one before


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    return str(request.getfixturevalue("postgres_url"))


def schema(connection: sa.Connection, *only: str) -> Schema:
    """What stands in the way of a statement: columns, what must be unique, and what must be there in another table.
    Of all tables, or some."""
    inspector = sa.inspect(connection)
    found: Schema = {}
    names = set(inspector.get_table_names()) - {"alembic_version", "sqlite_sequence"}
    for table in names & set(only) if only else names:
        columns = {
            column["name"]: (str(column["type"]), column["nullable"], column["default"] is not None)
            for column in inspector.get_columns(table)
        }
        unique: dict[str, Any] = {
            str(index["name"]): (
                index["column_names"],
                {key: str(one) for key, one in index.get("dialect_options", {}).items()},
            )
            for index in inspector.get_indexes(table)
            if index["unique"]
        }
        unique |= {str(one["name"]): one["column_names"] for one in inspector.get_unique_constraints(table)}
        keys = {str(key["name"]): key["constrained_columns"] for key in inspector.get_foreign_keys(table)}
        checks = {str(one["name"]): one["sqltext"] for one in inspector.get_check_constraints(table)}
        primary = {"": inspector.get_pk_constraint(table)["constrained_columns"]}
        found[table] = {"column": columns, "unique": unique, "key": keys, "check": checks, "primary": primary}
    return found


def broken(before: Schema, after: Schema) -> set[str]:
    """What an old process would stumble over, in words."""
    wrong = {f"{table} is gone" for table in before.keys() - after.keys()}
    for table in before.keys() & after.keys():
        old, new = before[table], after[table]
        for name, (kind, nullable, defaulted) in old["column"].items():
            now = new["column"].get(name)
            if now is None:
                wrong.add(f"{table}.{name} is gone")
            elif now[0] != kind:
                wrong.add(f"{table}.{name} has another type")
            elif (nullable and not now[1]) or (defaulted and not now[2]):
                wrong.add(f"{table}.{name} must be given")
        for name in new["column"].keys() - old["column"].keys():
            _kind, nullable, defaulted = new["column"][name]
            if not (nullable or defaulted):
                wrong.add(f"{table}.{name} is new and must be given")
        for kind in ("unique", "key", "check", "primary"):
            wrong |= {
                f"{table} has a new {kind} {name}" for name, what in new[kind].items() if old[kind].get(name) != what
            }
    return wrong


def a_row(table: sa.Table, number: int) -> dict[str, Any]:
    """A row as an old process writes one: all that it knows of. It refers to the others of the same number."""

    def value(column: sa.Column[Any]) -> Any:
        if isinstance(column.type, sa.LargeBinary):
            return b"x"
        if isinstance(column.type, sa.Boolean):
            return True
        return number if isinstance(column.type, sa.Integer) else str(number)

    return {column.name: value(column) for column in table.columns}


def old_statements(connection: sa.Connection, known: sa.MetaData, number: int) -> None:
    """Write, read, change, and take away with no more than what was there before."""
    tables = [table for table in known.sorted_tables if table.name != "alembic_version"]
    for table in tables:
        connection.execute(sa.insert(table), a_row(table, number))
        assert connection.execute(sa.select(table)).all()
        connection.execute(sa.update(table).values({column: column for column in table.columns}))
    for table in reversed(tables):
        connection.execute(sa.delete(table))


async def test_every_migration_only_adds_and_old_statements_go_on(empty_url: str, key: str) -> None:
    store = Store.open(empty_url, Vault([key]))
    steps = [step.revision for step in reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))]

    def upgrade(connection: sa.Connection) -> dict[str, set[str]]:
        wrong: dict[str, set[str]] = {}
        for number, revision in enumerate(steps):
            before, known = schema(connection), sa.MetaData()
            known.reflect(connection)
            command.upgrade(config(connection), revision)
            if found := broken(before, schema(connection)) - CONTRACTED.get(revision, set()):
                wrong[revision] = found
            elif revision not in CONTRACTED:
                old_statements(connection, known, number + 1)
        return wrong

    async with store.begin() as tx:
        assert await tx.conn.run_sync(upgrade) == {}
    await store.close()


BAD = {
    "ALTER TABLE goals DROP COLUMN reached_at": "goals.reached_at is gone",
    "ALTER TABLE goals RENAME COLUMN reached_at TO done_at": "goals.reached_at is gone",
    "ALTER TABLE goals RENAME TO aims": "goals is gone",
    "CREATE UNIQUE INDEX one_goal ON goals (person_id)": "goals has a new unique one_goal",
}
BAD_ON_POSTGRES = {
    "ALTER TABLE goals ADD COLUMN weight int NOT NULL": "goals.weight is new and must be given",
    "ALTER TABLE goals ALTER COLUMN reached_at SET NOT NULL": "goals.reached_at must be given",
    "ALTER TABLE goals ALTER COLUMN reached_at TYPE text": "goals.reached_at has another type",
    "ALTER TABLE people ALTER COLUMN rhythm DROP DEFAULT": "people.rhythm must be given",
    "ALTER TABLE goals ADD CONSTRAINT some_check CHECK (state <> '')": "goals has a new check some_check",
    "ALTER TABLE audit ADD CONSTRAINT hers FOREIGN KEY (person_id) REFERENCES people": "audit has a new key hers",
}


async def test_a_migration_that_would_break_them_is_noticed(store: Store) -> None:
    bad = {**BAD, **(BAD_ON_POSTGRES if store.writer is None else {})}

    def touched(connection: sa.Connection) -> Schema:
        return schema(connection, "goals", "people", "audit")

    for statement, told in bad.items():
        async with store.begin() as tx:
            before = await tx.conn.run_sync(touched)
            await tx.conn.execute(sa.text(statement))
            assert told in broken(before, await tx.conn.run_sync(touched)), statement
            await tx.conn.rollback()


async def test_a_process_of_the_release_before_starts_on_a_later_schema_and_migrates_nothing(store: Store) -> None:
    assert await fits(store)
    for revision, fine in (("9999", True), ("0003", False)):
        async with store.begin() as tx:
            await tx.conn.execute(sa.text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        assert await fits(store) == fine
        if fine:
            with pytest.raises(SettingError, match="later release"):
                await migrate(store)
    async with store.begin() as tx:
        head = ScriptDirectory.from_config(config()).get_current_head()
        await tx.conn.execute(sa.text(f"UPDATE alembic_version SET version_num = '{head}'"))


@pytest.mark.postgres
async def test_two_that_migrate_at_once_wait_for_each_other(postgres_url: str, key: str) -> None:
    both = [Store.open(postgres_url, Vault([key])) for _ in range(2)]
    await asyncio.gather(*(migrate(store) for store in both))
    for store in both:
        assert await fits(store)
        await store.close()


# What the code before the newest migration does on the schema of today: two women begin, and the clock ticks.
OLD_CODE = """
import asyncio, random, sys
from bot.app import put_together
from bot.messages import Incoming
from bot.store.door import Store
from bot.testing import StageChannel, StageClock
from bot.vault import Vault
from conversations import PROGRAMME

async def old():
    store, clock, channel = Store.open(sys.argv[1], Vault([sys.argv[2]])), StageClock(), StageChannel()
    sorora = put_together(store, {channel.name: channel}, clock, PROGRAMME, random.Random(1))
    for number, text in enumerate(("/start", "1", "1", "1", "Fictive", "menu", "help", "menu")):
        for who in ("a", "b"):
            event = Incoming(channel.name, f"{who}{number}", who, clock.now(), text=text)
            await sorora.batches.receive(event)
        await sorora.outbox.drain()
        await sorora.scheduler.fire()
        await sorora.scheduler.forget()
    await store.close()
    print(sys.modules["bot.app"].__file__, len(channel.chats["a"]))

asyncio.run(old())
"""


def run_old_code(folder: Path, url: str, key: str) -> list[str]:
    """Fetch the code before the newest migration, and run it; gives what it prints."""

    def git(*words: str) -> bytes:
        return subprocess.run(["git", *words], cwd=HOUSE, check=True, capture_output=True).stdout

    (newest,) = ScriptDirectory.from_config(config()).get_revisions("head")
    assert newest is not None
    came = git("log", "--diff-filter=A", "--format=%H", "-1", "--", newest.path).decode().strip()
    assert came, "the newest migration is not committed, or the history is cut off"
    subprocess.run(["tar", "-x", "-C", folder], input=git("archive", f"{came}^"), check=True)
    assert not (folder / Path(newest.path).relative_to(HOUSE)).exists()
    command = [sys.executable, "-c", OLD_CODE, url, key]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


if "LONG" in os.environ:  # `make expand`: it needs the history of the repository, which a copy may not have

    async def test_the_code_before_the_newest_migration_works_on_the_schema_of_today(
        store: Store, database_url: str, key: str, tmp_path: Path
    ) -> None:
        before = tmp_path / "before"
        before.mkdir()
        module, messages = run_old_code(before, database_url, key)
        assert Path(module).is_relative_to(before)
        assert int(messages) >= 8
        async with store.begin() as tx:
            for table, count in ((t.people, 2), (t.put_aside, 0)):
                assert await tx.conn.scalar(sa.select(sa.func.count()).select_from(table)) == count
