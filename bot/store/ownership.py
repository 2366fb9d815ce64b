"""What only one of all processes on a database may do at a time: send on a channel, whose limits count for the whole
bot, and poll.

The sign of the owner is a session-level advisory lock of PostgreSQL on a connection of its own: the server takes it
away in the moment in which the owner dies, and another process has it within about a second. SQLite has one process,
which owns everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.door import Store

log = structlog.get_logger(__name__)

AGAIN = 1.0  # seconds between two tries to become the owner, and between two looks whether this process still is
PATIENCE = 5.0  # seconds in which the server must answer; it gives up a silent owner later than that (door.SESSION)

# A standby gives locks too, of which nobody on the primary knows.
TAKE = sa.text("SELECT CASE WHEN pg_is_in_recovery() THEN false ELSE pg_try_advisory_lock(CAST(:key AS bigint)) END")
STANDBY = sa.text("SELECT pg_is_in_recovery()")
RING = sa.text("SELECT pg_notify(:bell, '')")


async def alone(
    store: Store, name: str, part: Callable[[], Awaitable[None]], news: asyncio.Event | None = None
) -> None:
    """Run a part of the programme in one process at a time: here, as soon as this process owns `name`. Where ownership
    is lost the part is cancelled, and begins anew once it is ours again. Returns or raises when the part does.

    news: set in a process that is not the owner, it is set in the owner.
    """
    if store.engine.dialect.name != "postgresql":
        await part()
        return None
    while True:
        try:
            async with connection(store) as conn:
                gone = await become_owner(conn, name, news or asyncio.Event())
                log.info("this process is the owner", of=name)
                task = await serve(conn, part, gone)
        except (SQLAlchemyError, OSError) as trouble:  # TimeoutError is an OSError
            log.warning("this process does not own this now", of=name, error=type(trouble).__name__)
            await asyncio.sleep(AGAIN)
        else:
            return await task


@asynccontextmanager
async def connection(store: Store) -> AsyncIterator[AsyncConnection]:
    """A connection for locks and news. It never goes back to the others: its lock would live on there."""
    async with store.engine.connect() as conn:
        await conn.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield conn
        finally:
            await conn.invalidate()


async def become_owner(conn: AsyncConnection, name: str, news: asyncio.Event) -> asyncio.Future[None]:
    """Wait until the lock is ours; until then, what is new here is told to who owns it. Gives what is
    cancelled, and so done, when the connection ends."""
    digest = sha256(f"sorora {name}".encode()).digest()
    bell = f"sorora_{digest.hex()[:16]}"
    while not await ask(conn, TAKE, key=int.from_bytes(digest[:8], "big", signed=True)):
        try:
            await asyncio.wait_for(news.wait(), AGAIN)
        except TimeoutError:
            continue
        news.clear()
        await ask(conn, RING, bell=bell)
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    driver: Any = (await conn.get_raw_connection()).driver_connection
    driver.add_termination_listener(lambda *_: gone.cancel())
    await driver.add_listener(bell, lambda *_: news.set())
    return gone


async def serve(
    conn: AsyncConnection, part: Callable[[], Awaitable[None]], gone: asyncio.Future[None]
) -> asyncio.Future[None]:
    """Run the part to its end; gives it. Raises ConnectionError, and cancels it, where the lock is lost before."""
    task: asyncio.Future[None] = asyncio.ensure_future(part())
    look: asyncio.Future[bool] | None = None
    try:
        while not task.done():
            await asyncio.wait({task, gone}, timeout=AGAIN, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                break
            if gone.done():
                raise ConnectionError
            look = asyncio.ensure_future(ask(conn, STANDBY))
            if await asyncio.shield(look):  # one that is cut off would end the connection, and the lock with it
                raise ConnectionError
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})  # only then the lock is given back
        if look is not None:
            await asyncio.gather(look, return_exceptions=True)
    return task


async def ask(conn: AsyncConnection, statement: sa.TextClause, **values: Any) -> Any:
    """One short question to the server. Raises TimeoutError where it is silent."""
    async with asyncio.timeout(PATIENCE):
        return await conn.scalar(statement, values)
