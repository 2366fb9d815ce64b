"""An engine whose every door is marked, and where a mark could come out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import sqlalchemy as sa
from msgspec.structs import replace
from starlette.applications import Starlette

from bot.messages import Incoming, Result, Sending, Verdict
from bot.store.door import Store
from bot.store.tables import metadata
from bot.testing import Phone
from bot.web import health
from tests.faults.canary import MARKS, wamid
from tests.transcripts.theatre import CountingChannel


@dataclass
class MarkedChannel(CountingChannel):
    """WhatsApp as it is: ids that hold the phone number. `trouble`: what the next sends meet."""

    trouble: list[str] = field(default_factory=list)
    quotes: str = MARKS["her words"]

    def __post_init__(self) -> None:
        super().__init__()
        self.name = "whatsapp"
        self.ids = count(1)

    async def send(self, sending: Sending) -> Result:
        """Deliver, or fail in a way that quotes everything."""
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "raises":
            raise RuntimeError(f"cannot send {sending.message.text} {self.quotes} to {sending.address}")
        if trouble:
            return Result(Verdict(trouble), reason="error 131026")
        result = await super().send(sending)
        return replace(result, provider_id=self.renamed(sending.address, result.provider_id))

    def renamed(self, address: str, number: str) -> str:
        """The message with this number has an id as Meta makes them, also for her who answers it."""
        its_id = wamid(address, next(self.ids))
        for seen in self.chats[address]:
            if seen.id == number:
                seen.id = its_id
        return its_id


class MarkedPhone(Phone):
    """A phone whose messages have ids as Meta makes them."""

    def incoming(self, **what: Any) -> Incoming:
        """An event from this phone."""
        return replace(super().incoming(**what), provider_id=wamid(self.address, next(self.numbers)))


# --- where a mark could come out ----------------------------------------------------------------------------------


async def all_opened(store: Store) -> bytes:
    """All sealed fields of the database, opened: to see that the marks did go through."""
    parts: list[bytes] = []
    async with store.begin() as tx:
        for table in metadata.sorted_tables:
            sealed = [column for column in table.c if isinstance(column.type, sa.LargeBinary)]
            for row in (await tx.conn.execute(sa.select(*sealed))).all() if sealed else ():
                parts += [tx.vault.open_bytes(value) for value in row if value is not None]
    return b"\n".join(parts)


async def metrics() -> bytes:
    """What Prometheus would read."""

    async def ready() -> bool:
        return True

    transport = httpx.ASGITransport(Starlette(routes=health.routes(ready)))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return (await client.get("/metrics")).content
