"""A simulator with its routes, against an Inbox that records: for the tests of the page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
from starlette.applications import Starlette

from bot.channels import telegram_bubbles, whatsapp_bubbles
from bot.channels.simulator import Simulator
from bot.clock import MovableClock
from bot.errors import TryLater
from bot.messages import Button, Delivery, Incoming, Message, Sending, Verdict
from bot.web.simulator import routes

LOOKS = {"telegram": telegram_bubbles.present, "whatsapp": whatsapp_bubbles.present}
START = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
ORIGIN = {"Origin": "http://localhost"}
CARD = Message("Yes or no?", options=(Button("yes", "Yes"), Button("no", "No")), typed="Type: stop")


class Still:
    """A clock that stands, or is set."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment


class Recording:
    """An Inbox that keeps what comes in; while `away` it takes nothing."""

    def __init__(self) -> None:
        self.received: list[Incoming] = []
        self.away = False

    async def receive(self, incoming: Incoming) -> None:
        if self.away:
            raise TryLater("away")
        self.received.append(incoming)

    async def delivered(self, delivery: Delivery) -> None:
        raise NotImplementedError

    async def set_aside(self, channel: str, provider_id: str, raw: bytes, reason: str) -> None:
        raise NotImplementedError


class House:
    """A simulator with its routes, on a file that can be opened again."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.inbox = Recording()
        self.calls: list[str] = []
        self.sent = 0
        self.cast: list[tuple[str, str]] = []
        self.open()

    def open(self, base: Still | None = None) -> None:
        self.simulator = Simulator(self.file, MovableClock(base or Still()), LOOKS, self.cast)
        app = Starlette(routes=routes(self.simulator, self.inbox, self.simulator.clock, self.restart, self.moved))
        transport = httpx.ASGITransport(app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=ORIGIN)

    def restart(self) -> None:
        self.calls.append("restart")

    async def moved(self) -> None:
        self.calls.append("moved")

    async def say(self, message: Message, address: str = "phone-1") -> str:
        self.sent += 1
        result = await self.simulator.send(Sending(self.sent, "simulator", address, message))
        assert result.verdict is Verdict.SENT
        return result.provider_id

    def texts(self, phone: str = "phone-1") -> list[str]:
        """What stands on a screen, hers in brackets."""
        shown = []
        for entry in self.simulator.screen(phone):
            did = entry.incoming
            shown.append(f"[{did.text or entry.label}]" if did else "".join(bubble.text for bubble in entry.bubbles))
        return shown
