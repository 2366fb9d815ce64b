"""The door of WhatsApp's webhook: who is let in, and when Meta is told "received"."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import pytest
import structlog
from starlette.applications import Starlette

from bot.channels.whatsapp import WhatsApp
from bot.errors import TryLater
from bot.messages import Button, Delivery, Incoming, Message, Sending
from bot.web.whatsapp import BODY, routes
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.e2e.whatsapp_people import Event
from tests.e2e.whatsapp_wiring import Still, connect


@dataclass
class Recording:
    """An inbox that keeps each event once, and fails as ordered. `down`: provider ids that cannot be committed."""

    kept: dict[str, Incoming] = field(default_factory=dict)
    news: set[tuple[str, str, int]] = field(default_factory=set)
    aside: dict[str, bytes] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    asked: int = 0
    meet: asyncio.Barrier | None = None

    async def receive(self, incoming: Incoming) -> None:
        self.asked += 1
        if self.meet is not None:
            await self.meet.wait()
        if incoming.provider_id in self.down:
            raise TryLater("the database does not answer")
        if incoming.provider_id in self.broken:
            raise ZeroDivisionError
        self.kept.setdefault(incoming.provider_id, incoming)

    async def delivered(self, delivery: Delivery) -> None:
        if delivery.provider_id in self.down:
            raise TryLater("the database does not answer")
        self.news.add((delivery.provider_id, delivery.state, delivery.ours))

    async def set_aside(self, channel: str, provider_id: str, raw: bytes, reason: str) -> None:
        if provider_id in self.down:
            raise TryLater("the database does not answer")
        self.aside[provider_id] = raw

    @property
    def texts(self) -> list[str | None]:
        return [one.text for one in self.kept.values()]


@pytest.fixture
def inbox() -> Recording:
    return Recording()


@pytest.fixture
async def fake() -> AsyncIterator[FakeWhatsApp]:
    async with FakeWhatsApp(Still(), Random(1)) as one:
        yield one


@pytest.fixture
async def channel(fake: FakeWhatsApp) -> AsyncIterator[WhatsApp]:
    one = connect(fake, Still())
    yield one
    await one.close()


@pytest.fixture
async def web(channel: WhatsApp, inbox: Recording) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=routes(channel, inbox)), raise_app_exceptions=False)
    async with httpx.AsyncClient(base_url="http://bot.example", transport=transport) as client:
        yield client


@pytest.fixture
async def hooked(fake: FakeWhatsApp, channel: WhatsApp, inbox: Recording) -> FakeWhatsApp:
    transport = httpx.ASGITransport(Starlette(routes=routes(channel, inbox)), raise_app_exceptions=False)
    await fake.hook("http://bot.example/whatsapp", transport)
    return fake


def text(words: str, ref: str, sender: str = "32470000001") -> dict[str, Any]:
    return {"id": ref, "from": sender, "timestamp": "1795000000", "type": "text", "text": {"body": words}}


def body(fake: FakeWhatsApp, *items: dict[str, Any], kind: str = "messages") -> bytes:
    return fake.signed_body([Event(kind, item) for item in items])


async def post(web: httpx.AsyncClient, fake: FakeWhatsApp, content: bytes) -> int:
    headers = {"X-Hub-Signature-256": fake.sign(content)}
    return (await web.post("/whatsapp", content=content, headers=headers)).status_code


CHALLENGE = {"hub.mode": "subscribe", "hub.verify_token": "fictional-verify-token", "hub.challenge": "1158201444"}


async def test_the_challenge_is_answered_to_who_knows_the_token(web: httpx.AsyncClient) -> None:
    answer = await web.get("/whatsapp", params=CHALLENGE)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "change",
    [{"hub.verify_token": "wrong"}, {"hub.verify_token": ""}, {"hub.verify_token": "ü"}, {"hub.mode": "other"}],
)
async def test_a_wrong_verify_token_is_forbidden(web: httpx.AsyncClient, change: dict[str, str]) -> None:
    answer = await web.get("/whatsapp", params=CHALLENGE | change)
    assert (answer.status_code, answer.content) == (403, b"")
    assert (await web.get("/whatsapp")).status_code == 403


@pytest.mark.parametrize(
    "signature", [None, "", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "ü", "without the prefix", "upper"]
)
async def test_without_the_right_signature_nothing_is_read_or_told(
    web: httpx.AsyncClient, fake: FakeWhatsApp, inbox: Recording, signature: str | None
) -> None:
    content = body(fake, text("Hello", "wamid.1"))
    right = fake.sign(content)
    given = {"without the prefix": right.removeprefix("sha256="), "upper": right.upper()}.get(
        signature or "", signature
    )
    headers = {} if given is None else {b"X-Hub-Signature-256": given.encode("latin-1")}
    with structlog.testing.capture_logs() as logs:
        answer = await web.post("/whatsapp", content=content, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert (inbox.kept, inbox.aside, logs) == ({}, {}, [])


async def test_the_signature_is_that_of_the_bytes_as_they_came(
    web: httpx.AsyncClient, fake: FakeWhatsApp, inbox: Recording
) -> None:
    content = body(fake, text("Héllo 👋", "wamid.1"))
    spaced = json.dumps(json.loads(content), indent=1, ensure_ascii=False).encode()
    assert await post(web, fake, spaced) == 200
    changed = await web.post("/whatsapp", content=spaced + b" ", headers={"X-Hub-Signature-256": fake.sign(spaced)})
    assert changed.status_code == 401
    assert inbox.texts == ["Héllo 👋"]


async def test_a_body_over_three_mebibytes_is_not_parsed(
    web: httpx.AsyncClient, fake: FakeWhatsApp, inbox: Recording
) -> None:
    content = body(fake, text("Hello", "wamid.1"))
    assert await post(web, fake, content + b" " * (BODY - len(content))) == 200
    assert await post(web, fake, content + b" " * (BODY + 1 - len(content))) == 413
    assert inbox.asked == 1


async def test_what_cannot_be_read_is_put_aside_and_acknowledged(
    web: httpx.AsyncClient, fake: FakeWhatsApp, inbox: Recording
) -> None:
    assert await post(web, fake, b"not json") == 200
    assert await post(web, fake, body(fake, text("one", "wamid.1") | {"timestamp": "?"}, text("two", "wamid.2"))) == 200
    assert next(iter(inbox.aside.values())) == b"not json"
    assert set(inbox.aside) >= {"wamid.1"}
    assert inbox.texts == ["two"]
    inbox.down = {"wamid.3"}
    assert await post(web, fake, body(fake, {"id": "wamid.3"})) == 503


@pytest.mark.parametrize("kind", ["messages", "statuses"])
async def test_what_could_not_be_committed_is_asked_for_again(
    web: httpx.AsyncClient, fake: FakeWhatsApp, inbox: Recording, kind: str
) -> None:
    status = {"id": "wamid.1", "status": "sent", "timestamp": "1795000000", "biz_opaque_callback_data": "5"}
    content = body(fake, text("Hello", "wamid.1") if kind == "messages" else status, kind=kind)
    inbox.down = {"wamid.1"}
    assert await post(web, fake, content) == 503
    inbox.down = set()
    assert await post(web, fake, content) == 200
    assert await post(web, fake, content) == 200
    assert (inbox.texts, inbox.news) == ((["Hello"], set()) if kind == "messages" else ([], {("wamid.1", "sent", 5)}))


@pytest.mark.parametrize(("trouble", "status"), [("down", 503), ("broken", 500)])
async def test_one_persons_trouble_keeps_back_her_own_and_nobody_elses(
    web: httpx.AsyncClient, fake: FakeWhatsApp, inbox: Recording, trouble: str, status: int
) -> None:
    setattr(inbox, trouble, {"wamid.1"})
    content = body(
        fake,
        text("first", "wamid.1"),
        text("second", "wamid.2"),
        text("someone else", "wamid.3", "32470000002"),
    )
    assert await post(web, fake, content) == status
    assert inbox.texts == ["someone else"]
    setattr(inbox, trouble, set())
    assert await post(web, fake, content) == 200
    assert inbox.texts == ["someone else", "first", "second"]


async def test_different_people_are_taken_at_once(web: httpx.AsyncClient, fake: FakeWhatsApp, inbox: Recording) -> None:
    inbox.meet = asyncio.Barrier(20)
    many = [text("Hello", f"wamid.{number}", f"324700001{number:02}") for number in range(20)]
    async with asyncio.timeout(5):
        assert await post(web, fake, body(fake, *many)) == 200
    assert len(inbox.kept) == 20


async def test_people_write_tap_and_speak(hooked: FakeWhatsApp, channel: WhatsApp, inbox: Recording) -> None:
    amina = hooked.person("+32 470 00 00 01", "BE.90000000000001")
    await amina.types("Hello")
    await hooked.settle()
    choices = tuple(Button(f"q:{number}", f"Choice {number}") for number in range(20))
    question = Message("Which?", choices, nav=(Button("n:stop", "Stop"),), pick="Choose", more="More", page_data="p:")
    await channel.send(Sending(1, "whatsapp", amina.address, question))
    card = await amina.hears("Which?")
    turning = asyncio.create_task(amina.taps("Choice 9"))
    await hooked.until(lambda: [one for one in inbox.kept.values() if one.button == "p:1"])
    await channel.send(Sending(2, "whatsapp", amina.address, Message(**_fields(question), page=1)))
    await turning
    await channel.send(
        Sending(3, "whatsapp", amina.address, Message("Ready?", (Button("q:y", "Yes"),), typed="Back · Stop"))
    )
    await amina.taps("Yes")
    await amina.taps("Back")
    await amina.presses(card.id, "q:stale")
    ref = await amina.sends_voice()
    await amina.sends_sticker()
    await amina.reacts()
    await hooked.settle()
    seen = [one.text or one.button or one.other or one.voice for one in inbox.kept.values()]
    assert seen[:6] == ["Hello", "p:1", "q:9", "q:y", "Back", "q:stale"]
    assert [getattr(seen[6], "ref", None), *seen[7:]] == [ref, "sticker"]
    taps = [one for one in inbox.kept.values() if one.button]
    assert taps[0].card == card.id == taps[-1].card
    assert {one.address for one in inbox.kept.values()} == {"BE.90000000000001"}
    assert {ours for _, _, ours in inbox.news} == {1, 2, 3}
    assert {state for _, state, _ in inbox.news} == {"sent", "delivered", "read"}
    assert hooked.refusals == []


def _fields(message: Message) -> dict[str, Any]:
    return {
        "text": message.text, "options": message.options, "nav": message.nav, "pick": message.pick,
        "more": message.more, "page_data": message.page_data,
    }  # fmt: skip


async def test_duplicates_disorder_batches_and_half_bodies_lose_nothing(hooked: FakeWhatsApp, inbox: Recording) -> None:
    hooked.faults.rates = {"duplicate": 0.3, "reorder": 0.3, "batch": 0.5, "truncate": 0.2}
    people = [hooked.person() for _ in range(5)]
    said = [f"{person.phone} says {number}" for number in range(20) for person in people]
    for words in said:
        person = next(one for one in people if words.startswith(one.phone))
        await person.types(words)
    await hooked.settle()
    assert sorted(str(words) for words in inbox.texts) == sorted(said)
    assert inbox.asked > len(said)
    assert inbox.aside == {}
    assert {kind for kind, _ in hooked.faults.happened} == {"duplicate", "reorder", "batch", "truncate"}
