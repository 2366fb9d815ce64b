"""SQLite through aiosqlite with one trip to its thread for each statement instead of four (cursor, execute, fetch,
close): a trip costs more than most statements."""

from __future__ import annotations

import sqlite3
from typing import Any, Self

import aiosqlite

FIRST = 256  # rows that come along with a statement; more are fetched by further trips


class Cursor:
    """What SQLAlchemy's adapter asks of a cursor of aiosqlite."""

    arraysize = FIRST

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.rows: list[Any] = []
        self.rest: sqlite3.Cursor | None = None  # open only where there are more rows than the first

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Any = ()) -> None:
        """Run one statement and fetch its first rows."""
        await self.connection.run(self.work, sqlite3.Cursor.execute, sql, parameters)

    async def executemany(self, sql: str, parameters: Any) -> None:
        """Run one statement for many rows."""
        await self.connection.run(self.work, sqlite3.Cursor.executemany, sql, parameters)

    def work(self, how: Any, sql: str, parameters: Any) -> None:
        """In the thread: run, fetch, and close where nothing is left. An open cursor would keep the write lock."""
        cursor = self.connection.sqlite.cursor()
        try:
            how(cursor, sql, parameters)
            self.description = cursor.description
            if self.description is not None:
                self.rows = cursor.fetchmany(FIRST)
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        except BaseException:
            cursor.close()
            raise
        if len(self.rows) == FIRST:
            self.rest = cursor
        else:
            cursor.close()

    async def fetchall(self) -> list[Any]:
        """All rows that are left."""
        rows, self.rows = self.rows, []
        if self.rest is not None:
            rows += await self.connection.run(self.rest.fetchall)
            await self.close()
        return rows

    async def fetchmany(self, size: int = FIRST) -> list[Any]:
        """So many rows; fewer only at the end."""
        if len(self.rows) < size and self.rest is not None:
            self.rows += await self.connection.run(self.rest.fetchmany, max(size, FIRST))
        rows, self.rows = self.rows[:size], self.rows[size:]
        return rows

    async def fetchone(self) -> Any:
        """The next row, or None."""
        return next(iter(await self.fetchmany(1)), None)

    async def close(self) -> None:
        """Let go of what is left."""
        rest, self.rest = self.rest, None
        if rest is not None:
            await self.connection.run(rest.close)


class Connection(aiosqlite.Connection):
    """A connection of aiosqlite whose cursors make one trip."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        """A new cursor; nothing is done yet."""
        return Cursor(self)

    async def run(self, work: Any, *given: Any) -> Any:
        """Do something in the thread of this connection."""
        return await self._execute(work, *given)  # type: ignore[no-untyped-call]

    @property
    def sqlite(self) -> sqlite3.Connection:
        """What only that thread may use."""
        return self._conn


def connect(database: str, **options: Any) -> Connection:
    """A connection that is opened when it is awaited; SQLAlchemy's `async_creator_fn`."""
    made = Connection(lambda: sqlite3.connect(database, **options), FIRST)
    made._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does with connections of aiosqlite itself
    return made
