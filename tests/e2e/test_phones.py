"""The phones of both platforms, and what their strict stand-ins refuse of sounds and photos."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from tests.e2e.phones import OnTelegram, OnWhatsApp
from tests.e2e.telegram_fake import FakeTelegram
from tests.e2e.telegram_inbox import StandingClock
from tests.e2e.telegram_methods import Refusal as TelegramRefusal
from tests.e2e.telegram_people import Shown
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.e2e.whatsapp_people import Shown as WhatsAppShown
from tests.e2e.whatsapp_rules import OPUS, Refusal, check_message, check_upload


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    fake = FakeTelegram(StandingClock(), Random(3))
    await fake.start()
    yield fake
    await fake.stop()


async def test_she_answers_and_shows_on_telegram(telegram: FakeTelegram) -> None:
    phone = OnTelegram(telegram, "fr")
    await phone.begin()
    for number, words in ((90, "Amal: Hello"), (91, "Selin: Hello")):
        phone.person.messages[number] = Shown(number, words, telegram.next_serial(), 0, voice=(b"OggS", 3))
    await phone.replies("Well!", to=phone.finds("Amal"))
    await phone.shows(b"\xff\xd8 garden", "My garden", to=phone.finds("Hello"))
    replied, shown = [update["message"] for update in telegram.pending[-2:]]
    assert (replied["text"], replied["reply_to_message"]["message_id"]) == ("Well!", 90)
    assert (shown["caption"], shown["reply_to_message"]["message_id"]) == ("My garden", 91)
    assert phone.voices() == [b"OggS", b"OggS"]
    with pytest.raises(LookupError):
        phone.finds("Well!")  # her own words


async def test_she_answers_and_shows_on_whatsapp() -> None:
    async with FakeWhatsApp(StandingClock(), Random(3)) as fake:
        phone = OnWhatsApp(fake)
        await phone.begin()
        for ref, words in (("wamid.A", "Amal: Hello"), ("wamid.B", "Selin: Hello")):
            phone.person.sees(WhatsAppShown(ref, words, voice=b"OggS"))
        await phone.replies("Well!", to=phone.finds("Amal"))
        await phone.shows(b"\xff\xd8 garden", "My garden", to=phone.finds("Hello"))
        replied, shown = [event.item for event in fake._queue[-2:]]
        assert (replied["text"]["body"], replied["context"]["id"]) == ("Well!", "wamid.A")
        assert (shown["image"]["caption"], shown["context"]["id"]) == ("My garden", "wamid.B")
        assert phone.voices() == [b"OggS", b"OggS"]


@pytest.mark.parametrize(
    ("voice", "words"),
    [
        (None, "there is no voice"),
        (("voice.ogg", b""), "must be non-empty"),
        (("voice.webm", b"sound"), "wrong file type"),
        (("voice.ogg", bytes(50 * 1024 * 1024 + 1)), "Too Large"),
    ],
    ids=["none", "empty", "another sound", "too large"],
)
async def test_telegram_refuses(telegram: FakeTelegram, voice: tuple[str, bytes] | None, words: str) -> None:
    phone = OnTelegram(telegram, "fr")
    await phone.begin()
    params = {"chat_id": str(phone.person.user_id), **({"voice": voice} if voice else {})}
    with pytest.raises(TelegramRefusal, match=words):
        telegram.methods.send_voice(params)
    with pytest.raises(TelegramRefusal, match="caption is too long"):
        telegram.methods.send_voice(params | {"voice": ("voice.ogg", b"OggS"), "caption": "🌷" * 513})


@pytest.mark.parametrize(
    ("mime", "body"),
    [
        ("audio/ogg", b"OggS"),
        (OPUS, b"RIFF"),
        (OPUS, b"OggS" + bytes(16 * 1024 * 1024)),
        ("audio/webm", b"sound"),
        ("image/webp", b"RIFF"),
        ("image/jpeg", b"GIF89a"),
        ("image/jpeg", b"\xff\xd8" + bytes(5 * 1024 * 1024)),
    ],
    ids=["base ogg", "no ogg", "long sound", "other sound", "other image", "no jpeg", "large image"],
)
def test_whatsapp_stores_no(mime: str, body: bytes) -> None:
    with pytest.raises(Refusal):
        check_upload(mime, body)


@pytest.mark.parametrize(
    ("kind", "content", "mime"),
    [
        ("audio", {"id": "1", "caption": "Amal:"}, OPUS),
        ("audio", {"id": "1", "voice": True}, "audio/mpeg"),
        ("audio", {"id": "1"}, "image/jpeg"),
        ("audio", {"id": "1"}, None),
        ("image", {"id": "1", "caption": "🌷" * 513}, "image/jpeg"),
    ],
    ids=["caption of a sound", "voice note of another kind", "an image as sound", "unknown file", "long caption"],
)
def test_whatsapp_sends_no(kind: str, content: dict[str, Any], mime: str | None) -> None:
    envelope = {"messaging_product": "whatsapp", "to": "32470000001", "type": kind, kind: content}
    with pytest.raises(Refusal):
        check_message(envelope, lambda _: mime)
