"""The webhook as TRUST.md 1 and 3 want it, over HTTP, and the fake posting to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import httpx
import pytest
from starlette.applications import Starlette

from bot.channels.telegram import Telegram
from bot.messages import Drawing
from bot.web.telegram import BODY, HEADER, routes
from tests.e2e import browser
from tests.e2e.telegram_fake import FakeTelegram
from tests.e2e.telegram_inbox import Recorder, StandingClock

SECRET = "made-up_secret-1"


def draw(_drawing: Drawing) -> bytes:
    raise AssertionError("nothing is drawn here")


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    fake = FakeTelegram(StandingClock(), Random(3))
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def channel(fake: FakeTelegram) -> AsyncIterator[Telegram]:
    channel = Telegram(fake.token, draw, StandingClock(), api_url=fake.url)
    yield channel
    await channel.close()


@pytest.fixture
def inbox() -> Recorder:
    return Recorder()


@asynccontextmanager
async def serving(channel: Telegram, inbox: Recorder) -> AsyncIterator[str]:
    """Serve the webhook; gives its address. The socket listens from the start, so nothing needs to wait."""
    listener = browser.listening()
    async with browser.serving(Starlette(routes=routes(channel, inbox, SECRET)), listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/telegram"


@pytest.fixture
async def address(channel: Telegram, inbox: Recorder) -> AsyncIterator[str]:
    async with serving(channel, inbox) as address:
        yield address


TEXT = json.dumps(
    {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1795000000, "chat": {"id": 5, "type": "private"}, "text": "hello"},
    }
).encode()
RIGHT = {HEADER: SECRET}
ANSWERS: dict[str, tuple[dict[str, str], bytes, int, int, int]] = {
    # headers, body, database errors before it works; then: status, received, put aside
    "right": (RIGHT, TEXT, 0, 200, 1),
    "no secret": ({}, TEXT, 0, 401, 0),
    "empty secret": ({HEADER: ""}, TEXT, 0, 401, 0),
    "wrong secret": ({HEADER: SECRET[:-1]}, TEXT, 0, 401, 0),
    "wrong secret and too long": ({HEADER: "x" * 256}, b"x" * (BODY + 1), 0, 401, 0),
    "too long": (RIGHT, b"{" * (BODY + 1), 0, 413, 0),
    "database away": (RIGHT, TEXT, 1, 503, 0),
    "no answer wanted": (RIGHT, b'{"update_id":2,"poll":{}}', 0, 200, 0),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_answers(inbox: Recorder, address: str, name: str) -> None:
    headers, body, inbox.away, status, received = ANSWERS[name]
    async with httpx.AsyncClient() as client:
        answer = await client.post(address, content=body, headers=headers)
    assert (answer.status_code, answer.content) == (status, b"")
    assert (len(inbox.received), inbox.aside) == (received, [])


async def test_a_body_of_exactly_one_mebibyte_is_read(inbox: Recorder, address: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(address, content=TEXT + b" " * (BODY - len(TEXT)), headers=RIGHT)
    assert (answer.status_code, len(inbox.received)) == (200, 1)


async def test_a_stream_without_length_is_stopped_at_the_limit(inbox: Recorder, address: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65536

    async with httpx.AsyncClient() as client:
        answer = await client.post(address, content=endless(), headers=RIGHT)
    assert (answer.status_code, inbox.asked, inbox.aside) == (413, [], [])


async def test_the_unreadable_is_put_aside_once_that_works(inbox: Recorder, address: str) -> None:
    inbox.away = 1
    async with httpx.AsyncClient() as client:
        statuses = [(await client.post(address, content=b"no JSON", headers=RIGHT)).status_code for _ in range(2)]
    assert statuses == [503, 200]
    assert [raw for _, raw, _ in inbox.aside] == [b"no JSON"]


async def test_only_post(address: str) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(address, headers=RIGHT)).status_code == 405


def test_an_empty_secret_is_refused(channel: Telegram, inbox: Recorder) -> None:
    with pytest.raises(ValueError, match="secret"):
        routes(channel, inbox, "")


async def test_telegram_posts_until_it_is_committed(
    fake: FakeTelegram, channel: Telegram, inbox: Recorder, address: str
) -> None:
    amina, selin = fake.person("fr"), fake.person("tr")
    await amina.types("before the webhook")
    await channel.set_webhook(address, SECRET)
    for fault in ("truncate", "duplicate"):
        fake.faults.once(fault, "webhook")
    inbox.away = 2
    await amina.types("one")
    await selin.presses(9, "k1:stale")
    await fake.until(lambda: not fake.pending and fake.answered)
    received = {(incoming.address, incoming.text, incoming.button) for incoming in inbox.received}
    assert received == {
        (str(amina.user_id), "before the webhook", None),
        (str(amina.user_id), "one", None),
        (str(selin.user_id), None, "k1:stale"),
    }
    assert inbox.aside == []
    assert {kind for kind, _ in fake.faults.happened} == {"truncate", "duplicate"}


async def test_a_foreign_secret_is_never_confirmed(
    fake: FakeTelegram, channel: Telegram, inbox: Recorder, address: str
) -> None:
    amina = fake.person()
    await channel.set_webhook(address, "another-secret")
    await amina.types("one")
    await fake.until(lambda: len(fake.webhook.answers) > 2)
    assert (set(fake.webhook.answers), len(fake.pending), inbox.asked) == ({401}, 1, [])


async def test_half_a_body_is_not_taken_for_a_whole_one(
    fake: FakeTelegram, channel: Telegram, inbox: Recorder, address: str
) -> None:
    await channel.set_webhook(address, SECRET)
    fake.faults.once("truncate", "webhook", times=3)
    await fake.person().types("one")
    await fake.until(lambda: not fake.pending)
    assert [incoming.text for incoming in inbox.received] == ["one"]
    assert inbox.aside == []
