"""An Inbox that only notes what it is given, and a clock that stands still, to test a channel without an engine."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.errors import TryLater
from bot.messages import Delivery, Incoming


class StandingClock:
    """Always the same moment, unless a test moves it."""

    def __init__(self, moment: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


class Recorder:
    """received: what was committed, once for each provider_id, as the engine does. away: how many calls still fail with
    TryLater. breaks: provider_ids whose handling fails with an error that nobody foresaw."""

    def __init__(self) -> None:
        self.received: list[Incoming] = []
        self.aside: list[tuple[str, bytes, str]] = []
        self.asked: list[str] = []
        self.away = 0
        self.breaks: set[str] = set()

    async def receive(self, incoming: Incoming) -> None:
        self.asked.append(incoming.provider_id)
        self._may_fail()
        if incoming.provider_id in self.breaks:
            raise ZeroDivisionError
        if incoming.provider_id not in {known.provider_id for known in self.received}:
            self.received.append(incoming)

    async def delivered(self, delivery: Delivery) -> None:
        raise AssertionError("Telegram tells nothing of deliveries")

    async def set_aside(self, channel: str, provider_id: str, raw: bytes, reason: str) -> None:
        assert channel == "telegram"
        self._may_fail()
        self.aside.append((provider_id, raw, reason))

    def _may_fail(self) -> None:
        if self.away:
            self.away -= 1
            raise TryLater("the database is away")
