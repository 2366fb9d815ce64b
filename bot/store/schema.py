"""The schema brought up to date: Alembic migrations from the first day, the same for both databases."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.store.door import Store, Tx

HERE = Path(__file__).parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file: where the migrations are, and the connection to use."""
    made = Config()
    made.set_main_option("script_location", str(HERE))
    made.set_main_option("path_separator", "os")
    if connection is not None:
        made.attributes["connection"] = connection
    return made


async def migrate(store: Store) -> None:
    """Bring the database to the newest schema. Does nothing where it is there already."""
    async with store.begin() as tx:
        await tx.conn.run_sync(lambda connection: command.upgrade(config(connection), "head"))


def newest() -> str:
    """The schema of this release."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def knows(revision: str) -> bool:
    """Whether a schema is this release's, or one that came before it."""
    return revision in {one.revision for one in ScriptDirectory.from_config(config()).walk_revisions()}


async def move(tx: Tx, revision: str) -> None:
    """Bring an empty database back to an earlier schema, or any to a later one, within a transaction."""

    def moved(connection: Connection) -> None:
        present = str(MigrationContext.configure(connection).get_current_revision())
        if revision != present:
            # They are one line, and their names sort (tests/store/test_schema.py).
            (command.downgrade if revision < present else command.upgrade)(config(connection), revision)

    await tx.conn.run_sync(moved)


async def up_to_date(store: Store) -> bool:
    """Whether the database has the newest schema."""

    def same(connection: Connection) -> bool:
        return MigrationContext.configure(connection).get_current_revision() == newest()

    async with store.begin() as tx:
        return await tx.conn.run_sync(same)
