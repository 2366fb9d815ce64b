"""A whole programme moved to another, empty database: from SQLite to PostgreSQL or back, verified row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.errors import SororaError
from bot.store.archive import Rows
from bot.store.backup import AT_ONCE, BIG_AT_ONCE
from bot.store.door import Store, Tx
from bot.store.schema import migrate, up_to_date
from bot.store.tables import media, metadata

COUNTERS = sa.text(
    "SELECT * FROM (SELECT name, pg_sequence_last_value(CAST(pg_get_serial_sequence(name, 'id') AS regclass)) AS last"
    " FROM unnest(CAST(:names AS text[])) AS t (name)) AS counted WHERE last IS NOT NULL"
)
SET_COUNTER = sa.text("SELECT setval(pg_get_serial_sequence(:name, 'id'), CAST(:last AS bigint))")


class CopyTrouble(SororaError):
    """A copy cannot be made, or would not be the same. The source is as it was, the target without rows."""


async def copy(source: Store, target: Store) -> dict[str, int]:
    """Copy all rows into a database that is empty, or has all its tables empty; gives the number of rows by table. Ids
    go on where they were. Nobody can write to the source meanwhile, and the target has everything at once.

    Raises CopyTrouble where a bot uses the source, where the target is not empty, or the copy differs.
    """
    if not await up_to_date(source):
        raise CopyTrouble("The database to copy from has no or another schema: run `sorora migrate` first.")
    if await in_use(source):
        raise CopyTrouble("The bot, or another command, is using the database to copy from: stop it first.")
    await make_ready(target)
    async with standing(source) as old, target.begin() as new:
        rows = {table.name: await copy_table(old, new, table) for table in metadata.sorted_tables}
        for name, last in (await counters(old)).items():
            await count_from(new, name, last)
        for table in metadata.sorted_tables:
            if not await same(old, new, table):
                raise CopyTrouble(f"The table {table.name} is not the same in the new database; nothing is left there.")
        reached = await counters(new)
        if any(reached.get(name, 0) < last for name, last in (await counters(old)).items()):
            raise CopyTrouble("Ids would not go on where they were in the new database; nothing is left there.")
    return rows


async def in_use(store: Store) -> bool:
    """Whether anybody else has this database open."""
    if store.engine.dialect.name == "postgresql":
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'sorora' AND pid <> pg_backend_pid()"
        )
        async with store.begin() as tx:
            return bool(await tx.conn.scalar(sa.text(others)))
    await store.close()  # or it would meet itself
    with closing(sqlite3.connect(store.engine.url.database or "", timeout=0)) as connection:
        try:  # only who is alone may change this; the next connection sets it up again (door.prepare_sqlite)
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            return True
    return False


async def make_ready(target: Store) -> None:
    """Bring the schema of the target up to date, where nothing is in it."""

    def tables(connection: sa.Connection) -> set[str]:
        return set(sa.inspect(connection).get_table_names())

    async with target.begin() as tx:
        found = await tx.conn.run_sync(tables)
        if found and "alembic_version" not in found:
            raise CopyTrouble("The database to copy to is not empty: it has tables of somebody else.")
        for table in metadata.sorted_tables:
            if table.name in found and await tx.conn.scalar(sa.select(sa.literal(1)).select_from(table).limit(1)):
                raise CopyTrouble(f"The database to copy to is not empty: there are rows in {table.name}.")
    await migrate(target)


@asynccontextmanager
async def standing(store: Store) -> AsyncIterator[Tx]:
    """A transaction during which nobody else writes."""
    async with store.begin() as tx:  # on SQLite this is so from its beginning
        if tx.postgres:
            await tx.conn.execute(sa.text(f"LOCK TABLE {', '.join(metadata.tables)} IN SHARE MODE"))
        yield tx


async def copy_table(old: Tx, new: Tx, table: sa.Table) -> int:
    """Copy the rows of one table; gives their number."""
    rows = 0
    async for some in chunks(old, table):
        try:
            await new.many(sa.insert(table), some)
        except DBAPIError as trouble:
            if trouble.connection_invalidated:
                raise
            raise CopyTrouble(
                f"A row of {table.name} does not fit into the new database; nothing is left there."
            ) from None
        rows += len(some)
    return rows


async def chunks(tx: Tx, table: sa.Table) -> AsyncIterator[Rows]:
    """All rows of a table, some at a time, in the same order on both databases: texts by their bytes."""
    binary = [
        sa.collate(column, "C") if tx.postgres and isinstance(column.type, sa.String) else column
        for column in table.primary_key.columns
    ]
    found = await tx.conn.stream(sa.select(table).order_by(*binary))
    async for part in found.mappings().partitions(BIG_AT_ONCE if table is media else AT_ONCE):
        yield [dict(row) for row in part]


async def same(old: Tx, new: Tx, table: sa.Table) -> bool:
    """Whether a table holds the same rows in both databases, compared one by one."""
    theirs = chunks(new, table)
    async for some in chunks(old, table):
        if await anext(theirs, None) != some:
            return False
    return await anext(theirs, None) is None


async def counters(tx: Tx) -> dict[str, int]:
    """The last id that each table gave, also where its row is gone: no id is used again."""
    if not tx.postgres:
        found = await tx.conn.execute(sa.text("SELECT name, seq FROM sqlite_sequence WHERE seq > 0"))
        return {name: last for name, last in found if name in metadata.tables}
    names = [table.name for table in metadata.sorted_tables if "id" in table.c]
    return {row.name: row.last for row in await tx.conn.execute(COUNTERS, {"names": names})}


async def count_from(tx: Tx, name: str, last: int) -> None:
    """Let the ids of a table go on after `last`."""
    if tx.postgres:
        await tx.conn.execute(SET_COUNTER, {"name": name, "last": last})
        return
    await tx.conn.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
    await tx.conn.execute(sa.text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), {"name": name, "last": last})
