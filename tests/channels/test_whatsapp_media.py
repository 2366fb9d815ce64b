"""Fetching voice notes and photos: only from the platform, never too much, never elsewhere with the token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.whatsapp import WhatsApp
from bot.errors import MediaGone, TryLater
from bot.messages import LARGEST_MEDIA, Media
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.e2e.whatsapp_wiring import Still, connect


@pytest.fixture
async def fake() -> AsyncIterator[FakeWhatsApp]:
    async with FakeWhatsApp(Still(), Random(1)) as one:
        yield one


@pytest.fixture
async def channel(fake: FakeWhatsApp) -> AsyncIterator[WhatsApp]:
    one = connect(fake, Still())
    yield one
    await one.close()


async def test_a_voice_note_is_fetched(fake: FakeWhatsApp, channel: WhatsApp) -> None:
    assert await channel.fetch(Media(fake.store("audio/ogg", b"OggS voice"))) == b"OggS voice"


@pytest.mark.parametrize("ref", ["123", "", "../me", "1?fields=x", "١"])
async def test_what_is_no_longer_there_is_gone(channel: WhatsApp, ref: str) -> None:
    with pytest.raises(MediaGone):
        await channel.fetch(Media(ref))


async def test_a_file_over_ten_megabytes_is_not_taken(fake: FakeWhatsApp, channel: WhatsApp) -> None:
    assert len(await channel.fetch(Media(fake.store("audio/ogg", b"x" * LARGEST_MEDIA)))) == LARGEST_MEDIA
    with pytest.raises(MediaGone):
        await channel.fetch(Media(fake.store("audio/ogg", b"x" * (LARGEST_MEDIA + 1))))


async def test_a_wrong_token_or_nobody_there_is_for_later(fake: FakeWhatsApp) -> None:
    ref = fake.store("audio/ogg", b"OggS")
    for changes in ({"token": "EAAexpired"}, {"api_url": "http://127.0.0.1:9"}):
        channel = connect(fake, Still(), **changes)
        with pytest.raises(TryLater):
            await channel.fetch(Media(ref))
        await channel.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/whatsapp_business/attachments/?mid=1",
        "http://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
        "https://lookaside.fbsbx.com@evil.example/?mid=1",
        "https://evilfbsbx.com/?mid=1",
        "https://lookaside.fbsbx.com:8443/?mid=1",
        "http://127.0.0.1:9/?mid=1",
        "file:///etc/passwd",
    ],
)
async def test_only_the_platforms_hosts_are_asked_with_the_token(
    fake: FakeWhatsApp, channel: WhatsApp, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[httpx.URL] = []

    async def get_media_url(media_id: str) -> dict[str, Any]:
        return {"url": url, "file_size": 4}

    async def watch(request: httpx.Request) -> None:
        asked.append(request.url)

    monkeypatch.setattr(channel._client.api, "get_media_url", get_media_url)
    channel._downloads.event_hooks["request"].append(watch)
    with pytest.raises(MediaGone):
        await channel.fetch(Media("1"))
    assert asked == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (RedirectResponse("/whatsapp_business/attachments/"), MediaGone),
        (Response(status_code=404), MediaGone),
        (Response(b"x" * 11, headers={"Content-Length": str(LARGEST_MEDIA + 1)}), TryLater),
        (Response(b"x" * (LARGEST_MEDIA + 1)), MediaGone),
        (Response(status_code=429), TryLater),
        (Response(status_code=503), TryLater),
    ],
    ids=["redirect", "gone", "cut short", "longer than told", "too many", "down"],
)
async def test_downloads_follow_no_redirect_and_stop_in_time(
    fake: FakeWhatsApp, channel: WhatsApp, answer: Response, error: type[Exception]
) -> None:
    asked: list[str] = []

    async def download(request: Request) -> Response:
        asked.append(request.url.path)
        return answer

    app = fake._server.config.app
    assert isinstance(app, Starlette)
    app.router.routes.insert(0, Route("/whatsapp_business/attachments/", download))
    with pytest.raises(error):
        await channel.fetch(Media(fake.store("audio/ogg", b"OggS")))
    assert asked == ["/whatsapp_business/attachments/"]
