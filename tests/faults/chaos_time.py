"""An event loop in which waiting costs nothing: time passes only while nothing happens, and then all at once.

Everything in it is real: sockets over loopback, servers, clients, the threads of the database. As long as a socket has
something to say, or a thread is at work, time stands still; when all wait, it is the next moment for which somebody set
a timer. So a minute that a platform asked for is kept to the second, and over at once.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import aiosqlite

T = TypeVar("T")
GRACE = 0.2  # seconds between two looks at whether a thread is still at work


class Selector(selectors.DefaultSelector):
    """Never waits for the clock."""

    loop: Loop

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if found or timeout == 0:
            return found
        if self.loop.at_work or timeout is None:
            return super().select(GRACE)
        self.loop.moment += timeout
        return []


class Loop(asyncio.SelectorEventLoop):
    """See the module. moment: seconds since it began. at_work: threads whose results are awaited."""

    def __init__(self) -> None:
        self.moment = 0.0
        self.at_work = 0
        selector = Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.moment

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        self.at_work += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self.rests)
        return future

    def rests(self, _done: object) -> None:
        self.at_work -= 1


class LoopClock:
    """The house's clock in the time of the running loop."""

    def __init__(self, beginning: datetime) -> None:
        self.beginning = beginning

    def now(self) -> datetime:
        return self.beginning + timedelta(seconds=asyncio.get_running_loop().time())


@contextmanager
def threads_counted() -> Iterator[None]:
    """aiosqlite has threads of its own."""
    execute = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, *order: Any, **more: Any) -> Any:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        loop.at_work += 1
        try:
            return await execute(self, *order, **more)  # type: ignore[no-untyped-call]
        finally:
            loop.at_work -= 1

    aiosqlite.Connection._execute = counted  # type: ignore[method-assign]
    try:
        yield
    finally:
        aiosqlite.Connection._execute = execute  # type: ignore[method-assign]


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end, in time that costs nothing."""
    with threads_counted(), asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(main)
