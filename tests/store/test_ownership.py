"""One of all processes owns a duty: never two, and another one as soon as the owner is gone. Each Store here stands for
a process: its connections are its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from bot.store import ownership
from bot.store.door import Store
from bot.store.ownership import alone
from bot.vault import Vault, new_key
from tests.e2e.telegram_people import Bell

pytestmark = pytest.mark.postgres
DUTY = "a duty"


bell = Bell()  # rings whenever something has changed
asked: list[AsyncConnection] = []  # who asked the server for something, each time


class Process:
    """One process that wants the duty; `owns` while it has it."""

    def __init__(self, url: str) -> None:
        self.store = Store.open(url, Vault([new_key()]))
        self.news = asyncio.Event()
        self.begins = 0
        self.owns = False
        self.ending = asyncio.Event()
        self.ending.set()
        self.task = asyncio.create_task(alone(self.store, DUTY, self.part, self.news))

    async def part(self) -> None:
        self.begins, self.owns = self.begins + 1, True
        bell.ring()
        try:
            await asyncio.Event().wait()
        finally:
            await self.ending.wait()
            self.owns = False
            bell.ring()

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.store.close()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of ownership runs faster, and what it asks is counted."""
    ask = ownership.ask

    async def counted(conn: AsyncConnection, statement: sa.TextClause, **values: Any) -> Any:
        asked.append(conn)
        bell.ring()
        return await ask(conn, statement, **values)

    monkeypatch.setattr(ownership, "ask", counted)
    monkeypatch.setattr(ownership, "AGAIN", 0.02)
    asked.clear()


@asynccontextmanager
async def processes(url: str, count: int = 2) -> AsyncIterator[list[Process]]:
    """So many processes, the first of which owns the duty."""
    made: list[Process] = []
    try:
        for _ in range(count):
            made.append(Process(url))
            await until(lambda: made[0].owns)
        yield made
    finally:
        for one in made:
            await one.end()


async def until(true: Callable[[], bool]) -> None:
    await bell.until(true, 10)


async def a_while() -> None:
    """Several tries of everybody long."""
    enough = len(asked) + 10
    await until(lambda: len(asked) >= enough)


async def end_sessions(store: Store, which: str = "pid <> pg_backend_pid()") -> None:
    """What a server that goes down does to its sessions."""
    async with store.begin() as tx:
        await tx.conn.execute(
            sa.text(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND {which}"
            )
        )


HOLDER = "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"


async def test_one_owns_and_the_other_follows_when_the_first_has_ended(postgres_url: str) -> None:
    async with processes(postgres_url) as (first, second):
        await a_while()
        assert (first.owns, second.owns) == (True, False)
        first.ending.clear()
        first.task.cancel()
        await a_while()  # it is still finishing: nobody else begins
        assert (first.owns, second.owns) == (True, False)
        first.ending.set()
        await until(lambda: second.owns)
        assert not first.owns


async def test_an_owner_whose_connection_ends_notices_and_another_takes_over(postgres_url: str) -> None:
    async with processes(postgres_url) as both:
        for _time in range(3):
            begins = sum(one.begins for one in both)
            await end_sessions(both[0].store, HOLDER)
            await until(lambda begins=begins: sum(one.begins for one in both) > begins)  # type: ignore[misc]
            await until(lambda: sum(one.owns for one in both) == 1)


async def test_all_come_back_after_the_server_ended_every_session(postgres_url: str) -> None:
    async with processes(postgres_url, 3) as three:
        await end_sessions(three[0].store)
        await until(lambda: sum(one.begins for one in three) == 2)
        await until(lambda: sum(one.owns for one in three) == 1)


async def test_an_owner_whose_server_is_silent_gives_up(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "PATIENCE", 0.05)
    async with processes(postgres_url, 1) as (owner,):
        monkeypatch.setattr(ownership, "STANDBY", sa.text("SELECT true FROM pg_sleep(30)"))
        await until(lambda: not owner.owns)
        monkeypatch.undo()
        await until(lambda: owner.owns)


async def test_on_a_standby_nobody_owns_anything(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with processes(postgres_url, 1) as (owner,):
        monkeypatch.setattr(ownership, "STANDBY", sa.text("SELECT true"))
        await until(lambda: not owner.owns)


async def test_what_is_new_in_one_process_is_told_to_the_owner(postgres_url: str) -> None:
    async with processes(postgres_url) as (first, second):
        assert not first.news.is_set()
        second.news.set()
        await asyncio.wait_for(first.news.wait(), 10)
        assert not second.news.is_set()


async def test_duties_of_other_names_are_free(postgres_url: str) -> None:
    async with processes(postgres_url, 1) as (owner,):
        done = asyncio.Event()

        async def part() -> None:
            done.set()

        await alone(owner.store, "another duty", part)
        assert done.is_set()


async def test_a_part_that_ends_or_breaks_does_so_here(store: Store) -> None:
    async def breaks() -> None:
        raise ConnectionError("of its own")

    with pytest.raises(ConnectionError, match="of its own"):
        await alone(store, DUTY, breaks)
    with pytest.raises(ConnectionError, match="of its own"):  # the lock was given back
        await alone(store, DUTY, breaks)


async def test_without_a_database_nobody_owns_anything_yet(postgres_url: str) -> None:
    with capture_logs() as logs:
        process = Process(postgres_url.replace("test_", "none_"))
        async with asyncio.timeout(10):
            while len(logs) < 3:  # noqa: ASYNC110  a log rings no bell
                await asyncio.sleep(0)
    assert {entry["error"] for entry in logs} == {"DBAPIError"}
    assert (process.begins, process.task.done()) == (0, False)
    await process.end()
