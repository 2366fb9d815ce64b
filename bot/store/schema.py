"""The schema brought up to date: Alembic migrations from the first day, the same for both databases."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.errors import SettingError
from bot.store.door import Store, Tx

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('sorora migrate'))")
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
    """Bring the database to the newest schema. Does nothing where it is there already. Processes of the release before
    may go on meanwhile: a migration only adds (tests/store/test_expand.py); what nobody uses goes a release later.

    Raises SettingError where it has the schema of a later release.
    """

    def upgrade(connection: Connection) -> None:
        present = MigrationContext.configure(connection).get_current_revision()
        if present is not None and not knows(present):
            raise SettingError("The database has the schema of a later release of Sorora: install that one again.")
        command.upgrade(config(connection), "head")

    async with store.begin() as tx:
        if tx.postgres:  # two of them at once would get into each other's way
            await tx.conn.execute(ONE_AT_A_TIME)
        await tx.conn.run_sync(upgrade)


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


async def fits(store: Store) -> bool:
    """Whether this release can work on the database: its schema is the newest, or a later one, which has more."""

    def enough(connection: Connection) -> bool:
        present = MigrationContext.configure(connection).get_current_revision()
        return present is not None and (present == newest() or not knows(present))

    async with store.begin() as tx:
        return await tx.conn.run_sync(enough)
