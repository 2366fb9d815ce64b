"""The real WhatsApp channel, wired to the stand-in, with a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.channels.whatsapp import WhatsApp
from bot.clock import Clock
from bot.messages import Drawing
from tests.e2e.whatsapp_fake import FakeWhatsApp

PNG = b"\x89PNG a made-up picture"


class Still:
    def now(self) -> datetime:
        return datetime(2026, 11, 20, 12, tzinfo=UTC)


def draw(drawing: Drawing) -> bytes:
    if drawing.kind == "broken":
        raise RuntimeError("no such chart")
    return PNG


def connect(fake: FakeWhatsApp, clock: Clock, **changes: Any) -> WhatsApp:
    wiring: dict[str, Any] = {
        "token": fake.token, "phone_id": fake.phone_id, "business_id": fake.business_id, "app_secret": fake.app_secret,
        "verify_token": fake.verify_token, "api_url": fake.url, "patience": 5.0,
    }  # fmt: skip
    return WhatsApp(**(wiring | changes), draw=draw, clock=clock)
