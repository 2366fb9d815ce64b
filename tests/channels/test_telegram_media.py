"""Voice notes and photos on Telegram, both ways: within its limits, and as files where it refuses them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from random import Random

import pytest

from bot.channels.telegram import Telegram
from bot.messages import Attachment, Button, Drawing, Message, Sending, Verdict
from tests.e2e.telegram_fake import FakeTelegram
from tests.e2e.telegram_inbox import Recorder, StandingClock
from tests.e2e.telegram_people import Person

ON = (Button("k1:on", "Go on"),)
VOICE = Attachment("audio/ogg; codecs=opus", b"OggS fictional", 3)
PHOTO = Attachment("image/jpeg", b"\xff\xd8\xff fictional")


def draw(drawing: Drawing) -> bytes:
    raise NotImplementedError(drawing.kind)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    fake = FakeTelegram(StandingClock(), Random(7))
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def channel(fake: FakeTelegram) -> AsyncIterator[Telegram]:
    channel = Telegram(fake.token, draw, StandingClock(), api_url=fake.url, patience=2.0)
    yield channel
    await channel.close()


@pytest.fixture
async def amina(fake: FakeTelegram) -> Person:
    amina = fake.person(language_code="fr")
    await amina.types("/start")
    fake.calls.clear()
    return amina


def to(person: Person, message: Message, number: int = 1) -> Sending:
    return Sending(number, "telegram", str(person.user_id), message)


def sent(fake: FakeTelegram) -> list[str]:
    return [method for method, _ in fake.calls]


async def test_a_voice_note_follows_its_words_and_their_buttons(
    fake: FakeTelegram, channel: Telegram, amina: Person
) -> None:
    result = await channel.send(to(amina, Message("<b>Amal</b>:", ON, voice=VOICE)))
    words, voice = amina.chat[-2:]
    assert (words.text, words.labels, words.voice) == ("<b>Amal</b>:", ["Go on"], None)
    assert (voice.text, voice.labels, voice.voice) == ("", [], (b"OggS fictional", 3))
    assert result.provider_id.split() == [str(words.message_id), str(voice.message_id)]  # the card first
    edited = await channel.send(to(amina, Message("Answered.", edits=result.provider_id), 2))
    assert (edited.provider_id, words.text, words.labels) == (str(words.message_id), "Answered.", [])
    assert sent(fake) == ["sendMessage", "sendVoice", "editMessageText"]


async def test_a_photo_comes_with_its_words_in_one_message(
    fake: FakeTelegram, channel: Telegram, amina: Person
) -> None:
    result = await channel.send(to(amina, Message("Amal: _my_ town", ON, photo=PHOTO)))
    shown = amina.chat[-1]
    assert (shown.text, shown.labels, shown.photo) == ("Amal: _my_ town", ["Go on"], PHOTO.body)
    assert (result.provider_id, sent(fake)) == (str(shown.message_id), ["sendPhoto"])


async def test_many_words_follow_the_photo(fake: FakeTelegram, channel: Telegram, amina: Person) -> None:
    result = await channel.send(to(amina, Message("🌷" * 513, ON, photo=PHOTO)))  # 1026 UTF-16 units
    assert sent(fake) == ["sendPhoto", "sendMessage"]
    assert result.provider_id.split()[0] == str(amina.chat[-1].message_id)


@pytest.mark.parametrize(
    ("message", "name", "tried"),
    [
        (Message("Amal:", photo=Attachment("image/gif", b"GIF89a")), "photo.gif", []),
        (Message("Amal:", photo=Attachment("image/jpeg", b"no JPEG at all")), "photo.jpg", ["sendPhoto"]),
        (Message("", voice=Attachment("audio/webm", b"sound", 3)), "voice.webm", []),
        (Message("", voice=Attachment("audio/unheard-of", b"sound", 3)), "voice", []),
    ],
    ids=["another image", "a broken image", "another sound", "an unknown sound"],
)
async def test_what_telegram_does_not_show_or_play_goes_as_a_file(
    fake: FakeTelegram, channel: Telegram, amina: Person, message: Message, name: str, tried: list[str]
) -> None:
    assert (await channel.send(to(amina, message))).verdict is Verdict.SENT
    body = (message.photo or message.voice or VOICE).body
    assert (amina.chat[-1].text, amina.chat[-1].document) == (message.text, (name, body))
    assert sent(fake) == [*tried, "sendDocument"]


async def test_who_lets_no_voice_notes_in_gets_a_file(fake: FakeTelegram, channel: Telegram, amina: Person) -> None:
    amina.no_voices = True
    assert (await channel.send(to(amina, Message("Amal:", voice=VOICE)))).verdict is Verdict.SENT
    assert amina.chat[-1].document == ("voice.ogg", VOICE.body)
    assert sent(fake) == ["sendMessage", "sendVoice", "sendDocument"]


@pytest.mark.parametrize("fault", ["500", "cut_before"])
async def test_a_voice_note_that_broke_off_is_sent_again_without_its_words(
    fake: FakeTelegram, channel: Telegram, amina: Person, fault: str
) -> None:
    fake.faults.once(fault, "sendVoice")
    message = to(amina, Message("Amal:", voice=VOICE))
    assert (await channel.send(message)).verdict is Verdict.RETRY
    assert (await channel.send(message)).verdict is Verdict.SENT
    assert [(shown.text, shown.voice is not None) for shown in amina.chat[1:]] == [("Amal:", False), ("", True)]


async def test_what_she_shows_and_answers_comes_in(fake: FakeTelegram, channel: Telegram, amina: Person) -> None:
    inbox = Recorder()
    await channel.send(to(amina, Message("Amal: How are you?")))
    asked = amina.chat[-1]
    await amina.types("Well!", reply_to=asked)
    await amina.sends_voice(b"OggS well", reply_to=asked)
    await amina.sends_photo(b"\xff\xd8\xff garden", "My <b>garden</b>", reply_to=asked)
    await amina.sends_photo()
    for update in fake.pending:
        await channel.take(json.dumps(update).encode(), inbox)
    text, voice, photo, bare = inbox.received[1:]
    assert [one.reply_to for one in (text, voice, photo, bare)] == [str(asked.message_id)] * 3 + [""]
    assert (photo.caption, bare.caption) == ("My <b>garden</b>", "")
    assert voice.voice is not None
    assert photo.photo is not None
    assert await channel.fetch(voice.voice) == b"OggS well"
    assert await channel.fetch(photo.photo) == b"\xff\xd8\xff garden"  # the largest of its sizes
