"""SQLite with one trip for each statement: the same rows, the same errors, and no lock kept."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator

import pytest

from bot.store.one_hop import FIRST, Connection, connect


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    made = connect(":memory:")
    await made
    await made.run(made.sqlite.execute, "CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
    yield made
    await made.close()


@pytest.mark.parametrize("many", [0, 1, FIRST - 1, FIRST, FIRST + 1, 3 * FIRST])
async def test_all_rows_come_however_many_and_however_they_are_fetched(connection: Connection, many: int) -> None:
    numbers = [(n,) for n in range(many)]
    cursor = await connection.cursor().__aenter__()
    await cursor.executemany("INSERT INTO numbers VALUES (?)", numbers)
    assert cursor.rowcount == many
    for size in (1, 7, FIRST, 2 * FIRST):
        await cursor.execute("SELECT n FROM numbers ORDER BY n")
        parts = []
        while part := await cursor.fetchmany(size):
            parts.append(part)
        assert [row for part in parts for row in part] == numbers
        assert all(len(part) == size for part in parts[:-1])
        await cursor.close()
    await cursor.execute("SELECT n FROM numbers ORDER BY n")
    one = await cursor.fetchone()
    assert ([one] if one else []) + await cursor.fetchall() == numbers
    assert await cursor.fetchone() is None
    await cursor.close()


async def test_an_error_comes_as_it_is_and_leaves_no_cursor_open(connection: Connection) -> None:
    cursor = connection.cursor()
    await cursor.execute("INSERT INTO numbers VALUES (1)")
    with pytest.raises(sqlite3.IntegrityError):
        await cursor.execute("INSERT INTO numbers VALUES (1) RETURNING n")
    await connection.commit()
    await cursor.execute("SELECT n FROM numbers")
    assert await cursor.fetchall() == [(1,)]
