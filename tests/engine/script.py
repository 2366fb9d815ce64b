"""A channel whose answers are written down, and what tests of the outbox need besides."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from bot.messages import Media, Message, Result, Sending, Verdict
from bot.store import mail, tables
from bot.store.door import Store
from bot.testing import StageClock

SENT = Result(Verdict.SENT, "p1")
LATER = Result(Verdict.RETRY, after=30, reason="too many")


class Script:
    """A channel whose answers are written down: `answer` by text of the message, SENT for all others. `gate` holds
    sends back while it is closed."""

    name = "script"
    lease = 60.0
    per_second = 1_000_000.0
    per_chat = 0.0
    burst = 4

    def __init__(self) -> None:
        self.answer: dict[str, Result | Exception | Callable[[], Result]] = {}
        self.sent: list[Sending] = []
        self.under_way: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    def present(self, message: Message) -> tuple[()]:
        return ()

    async def send(self, sending: Sending) -> Result:
        self.under_way[sending.address] += 1
        self.most |= self.under_way
        self.sent.append(sending)
        self.begun.set()
        await self.gate.wait()
        await asyncio.sleep(0)
        self.under_way[sending.address] -= 1
        answer = self.answer.get(sending.message.text, Result(Verdict.SENT, f"p{sending.id}"))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Result) else answer()

    async def fetch(self, media: Media) -> bytes:
        raise NotImplementedError

    @property
    def texts(self) -> list[str]:
        return [sending.message.text for sending in self.sent]


async def post(store: Store, clock: StageClock, *texts: str, to: str = "a", person: int | None = 1) -> None:
    async with store.begin() as tx:
        lookup, address = tx.vault.lookup(to), tx.vault.seal(to)
        await mail.post(
            tx, [mail.Letter(person, "script", lookup, address, Message(text)) for text in texts], clock.now()
        )


async def outgoing(store: Store) -> list[Any]:
    async with store.begin() as tx:
        return list(await tx.conn.execute(sa.select(tables.outbox).order_by(tables.outbox.c.id)))


async def states(store: Store) -> list[str]:
    return [row.state for row in await outgoing(store)]
