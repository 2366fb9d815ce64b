"""The one door to the database: SQLite by default, PostgreSQL when one machine is not enough. Same queries for both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from bot.errors import TryLater
from bot.store import one_hop
from bot.vault import Vault

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # with NORMAL a power cut loses commits that the platform was told about
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA secure_delete=ON",  # what she erased is not left readable in free pages
    "PRAGMA cache_size=-32768",  # KiB; with the usual 2 MB a Sunday evening reads every page several times
    "PRAGMA wal_autocheckpoint=8000",  # pages: fewer waits for the disk while thousands of nudges are queued
)


# PostgreSQL's classes of errors that are no fault of a statement (its manual, appendix A): connection, read-only
# server, login, no such database, deadlock, no room on disk or for connections, locks, shutdown, file system.
PASSING = ("08", "25006", "28", "3D", "40", "53", "55", "57", "58")
READ_ONLY = "25006"

# What PostgreSQL shall do where one of our processes is silent: end its session with all of its locks, about ten
# seconds after its machine is gone, a minute after it hangs. Who waits too long for a row is told to come again.
SESSION = {
    "application_name": "sorora",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "idle_in_transaction_session_timeout": "60000",
    "lock_timeout": "15000",
}
PATIENCE = 60.0  # seconds for one statement; a server that is gone does not answer at all


READING = "sorora_reading"  # execution option of a transaction that only reads


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction, with the vault for its sealed columns."""

    conn: AsyncConnection
    vault: Vault

    @property
    def postgres(self) -> bool:
        """Whether several processes may be writing: then rows are locked where it matters."""
        return self.conn.dialect.name == "postgresql"

    async def many(self, statement: Any, rows: list[dict[str, Any]]) -> None:
        """Run one statement for many rows at once; nothing for none."""
        if rows:
            await self.conn.execute(statement, rows)


class Store:
    """The database behind its door."""

    def __init__(self, engine: AsyncEngine, vault: Vault) -> None:
        self.engine = engine
        self.vault = vault
        # SQLite has one writer: waiting here in order is kinder than its busy loop.
        self.writer = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    @classmethod
    def open(cls, url: str, vault: Vault, *, patience: float | None = PATIENCE) -> Store:
        """Open a database by SQLAlchemy URL (sqlite+aiosqlite:///…, postgresql+asyncpg://…). patience: seconds that
        PostgreSQL may take for one statement, None for as long as it wants (migrations)."""
        if not url.startswith("sqlite"):
            calling = {"timeout": 10, "command_timeout": patience, "server_settings": SESSION}
            return cls(create_async_engine(url, pool_pre_ping=True, max_overflow=10, connect_args=calling), vault)
        memory = url.endswith(("://", ":memory:"))
        pool = {"poolclass": StaticPool} if memory else {}
        engine = create_async_engine(url, connect_args={"async_creator_fn": one_hop.connect}, **pool)
        sa.event.listen(engine.sync_engine, "connect", prepare_sqlite)
        sa.event.listen(engine.sync_engine, "begin", begin_immediate)
        sa.event.listen(engine.sync_engine, "invalidate", undo)
        return cls(engine, vault)

    @asynccontextmanager
    async def begin(self, *, reading: bool = False) -> AsyncIterator[Tx]:
        """A transaction that commits at its end and rolls back where it is left by an error. `reading`: it only reads,
        and all of it as things stood at its first query, while others write.

        Raises TryLater when the database does not answer, is locked or full.
        """
        async with AsyncExitStack() as stack:
            if self.writer is not None:
                await stack.enter_async_context(self.writer)
            try:
                async with self.engine.connect() as conn:
                    if reading:
                        level = {"isolation_level": "REPEATABLE READ"} if self.writer is None else {}
                        await conn.execution_options(**{READING: True, **level})
                    async with conn.begin():
                        yield Tx(conn, self.vault)
            except (OperationalError, InterfaceError, NoConnectionFree, OSError) as trouble:
                raise TryLater("the database does not answer now") from trouble
            except DBAPIError as trouble:
                state = str(getattr(trouble.orig, "sqlstate", None) or "")
                if state == READ_ONLY:  # these connections lead to a standby: new ones may find the primary
                    await self.engine.dispose()
                if trouble.connection_invalidated or state.startswith(PASSING):
                    raise TryLater("the database cannot do this now") from trouble
                raise

    async def answers(self) -> bool:
        """Whether the database answers (for /healthz)."""
        try:
            async with self.begin() as tx:
                await tx.conn.execute(sa.text("SELECT 1"))
        except TryLater:
            return False
        return True

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Set a new SQLite connection up; transactions are begun by us (see begin_immediate)."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def begin_immediate(connection: sa.Connection) -> None:
    """Take the write lock at once, so that a transaction never fails half-way for having read first."""
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def undo(connection: Any, _record: object, _trouble: object) -> None:
    """Roll back a transaction that was cancelled in its middle, before its connection is thrown away. SQLite would keep
    the write lock for as long as anybody holds a cursor, and the traceback of the cancellation does."""
    with suppress(Exception):  # a connection that is broken has nothing left to undo
        connection.rollback()
