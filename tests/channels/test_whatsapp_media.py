"""Voice notes and photos on WhatsApp: fetched only from the platform, sent within its limits."""

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
from bot.messages import LARGEST_MEDIA, Attachment, Button, Media, Message, Sending, Verdict
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.e2e.whatsapp_people import Person
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

    monkeypatch.setattr(channel.client.api, "get_media_url", get_media_url)
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


# --- what two women send each other ---------------------------------------------------------------------------------

VOICE = Attachment("audio/ogg", b"OggS fictional", 3)
PHOTO = Attachment("image/jpeg", b"\xff\xd8 fictional")
YES = (Button("q:yes", "Yes"),)


@pytest.fixture
def amina(fake: FakeWhatsApp) -> Person:
    person = fake.person()
    person.wrote_at = Still().now()
    return person


def to(person: Person, message: Message) -> Sending:
    return Sending(42, "whatsapp", person.address, message)


async def test_a_voice_note_follows_its_words_and_their_buttons(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person
) -> None:
    result = await channel.send(to(amina, Message("*Amal*:", YES, typed="stop", voice=VOICE)))
    words, voice = amina.chat
    assert (words.text, words.labels, words.voice) == ("*Amal*:", ("Yes",), None)
    assert (voice.text, voice.voice) == ("", VOICE.body)
    assert result.provider_id.split() == [words.id, voice.id]  # the card first
    assert [one["biz_opaque_callback_data"] for one in fake.calls] == ["42.0", "42"]
    assert fake.calls[-1]["audio"]["voice"] is True


@pytest.mark.parametrize("mime", ["audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/aac", "audio/amr"])
async def test_other_sounds_are_played_as_files(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person, mime: str
) -> None:
    await channel.send(to(amina, Message("", voice=Attachment(mime, b"sound", 3))))
    assert amina.chat[0].voice == b"sound"
    assert "voice" not in fake.calls[0]["audio"]


async def test_a_photo_stands_with_its_words_and_reply_buttons(channel: WhatsApp, amina: Person) -> None:
    await channel.send(to(amina, Message("Amal: my town", photo=PHOTO)))
    await channel.send(to(amina, Message("Amal:", YES, typed="stop", photo=PHOTO)))
    seen = [(one.text, one.photo, one.labels) for one in amina.chat]
    assert seen == [("Amal: my town", PHOTO.body, ()), ("Amal:", PHOTO.body, ("Yes",))]


async def test_a_photo_comes_before_a_list(channel: WhatsApp, amina: Person) -> None:
    many = tuple(Button(f"q:{one}", one) for one in "ABCD")
    result = await channel.send(to(amina, Message("Which?", many, pick="Choose", photo=PHOTO)))
    photo, card = amina.chat
    assert (photo.photo, card.labels) == (PHOTO.body, ("A", "B", "C", "D"))
    assert result.provider_id.split() == [card.id, photo.id]


@pytest.mark.parametrize(
    "message",
    [
        Message("Amal:", photo=Attachment("image/webp", b"RIFF")),
        Message("Amal:", photo=Attachment("image/jpeg", b"\xff\xd8" + bytes(5 * 1024 * 1024))),
        Message("Amal:", voice=Attachment("audio/webm", b"sound", 3)),
    ],
    ids=["another image", "too large", "another sound"],
)
async def test_what_whatsapp_does_not_take_is_refused_before_anything_is_sent(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person, message: Message
) -> None:
    result = await channel.send(to(amina, message))
    assert (result.verdict, result.reason[:5]) == (Verdict.REFUSED, "photo" if message.photo else "voice")
    assert fake.calls == []
    assert fake.refusals == []


async def test_what_she_shows_and_answers_comes_in(fake: FakeWhatsApp, channel: WhatsApp, amina: Person) -> None:
    await channel.send(to(amina, Message("Amal: How are you?", YES, typed="stop")))
    card = amina.chat[0]
    await amina.types("Well!", card)
    await amina.sends_voice(b"OggS well", reply_to=card)
    await amina.sends_photo(b"\xff\xd8 garden", "My *garden*", reply_to=card)
    await amina.sends_photo()
    await amina.taps("Yes")
    hers = [event for event in fake._queue if event.kind == "messages"]
    text, voice, photo, bare, tap = channel.read(fake.signed_body(hers)).incoming
    assert [one.reply_to for one in (text, voice, photo, bare, tap)] == [card.id] * 3 + ["", ""]
    assert (tap.card, tap.button, text.card) == (card.id, "q:yes", "")
    assert (photo.caption, bare.caption) == ("My *garden*", "")
    assert voice.voice is not None
    assert photo.photo is not None
    assert await channel.fetch(voice.voice) == b"OggS well"
    assert await channel.fetch(photo.photo) == b"\xff\xd8 garden"
