"""The Telegram channel over HTTP against the strict fake: what it sends, and what it makes of each answer."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from random import Random

import pytest
from structlog.testing import capture_logs

from bot.channels.telegram import Telegram
from bot.channels.telegram_face import Face
from bot.errors import MediaGone, SettingError, TryLater
from bot.messages import LARGEST_MEDIA, Button, Document, Drawing, Media, Message, Result, Sending, Verdict
from tests.e2e.telegram_fake import FakeTelegram, Rates
from tests.e2e.telegram_inbox import StandingClock
from tests.e2e.telegram_people import Person

PNG = b"\x89PNG\r\n\x1a\n made-up"
ON = (Button("k1:on", "Go on"),)
PICTURE = Drawing("assessment", {"title": "Then and now"}, "en")


def draw(drawing: Drawing) -> bytes:
    if drawing.kind == "broken":
        raise ZeroDivisionError
    return PNG


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def fake(clock: StandingClock) -> AsyncIterator[FakeTelegram]:
    fake = FakeTelegram(clock, Random(7))
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def channel(fake: FakeTelegram, clock: StandingClock) -> AsyncIterator[Telegram]:
    channel = Telegram(fake.token, draw, clock, api_url=fake.url, patience=2.0)
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


PREVIEW = {"link_preview_options": '{"is_disabled": true}'}
KEYBOARD = {"reply_markup": '{"inline_keyboard": [[{"callback_data": "k1:on", "text": "Go on"}]]}'}
CALLS: dict[str, tuple[Message, list[tuple[str, dict[str, object]]]]] = {
    "text": (Message("<b>plain</b> _*["), [("sendMessage", {"text": "<b>plain</b> _*[", **PREVIEW})]),
    "silent": (
        Message("Later.", silent=True),
        [("sendMessage", {"text": "Later.", "disable_notification": "true", **PREVIEW})],
    ),
    "buttons": (Message("Well?", ON), [("sendMessage", {"text": "Well?", **PREVIEW, **KEYBOARD})]),
    "picture": (
        Message("Look.", ON, picture=PICTURE),
        [("sendPhoto", {"caption": "Look.", "photo": ("picture.png", PNG), **KEYBOARD})],
    ),
    "picture and long text": (
        Message("y" * 1025, ON, picture=PICTURE),
        [
            ("sendPhoto", {"photo": ("picture.png", PNG)}),
            ("sendMessage", {"text": "y" * 1025, **PREVIEW, **KEYBOARD}),
        ],
    ),
    "document": (
        Message("Yours.", document=Document("data.json", "application/json", b"{}")),
        [("sendDocument", {"caption": "Yours.", "document": ("data.json", b"{}")})],
    ),
    "a picture that cannot be drawn": (
        Message("Look.", ON, picture=Drawing("broken", {}, "en")),
        [("sendMessage", {"text": "Look.", **PREVIEW, **KEYBOARD})],
    ),
}


@pytest.mark.parametrize("name", CALLS)
async def test_calls(fake: FakeTelegram, channel: Telegram, amina: Person, name: str) -> None:
    message, calls = CALLS[name]
    result = await channel.send(to(amina, message))
    assert result.verdict is Verdict.SENT
    assert result.provider_id.split() == [str(shown.message_id) for shown in reversed(amina.chat) if not shown.mine]
    plain = {"disable_notification": "false", "chat_id": str(amina.user_id)}
    assert fake.calls == [(method, plain | params) for method, params in calls]


async def test_the_card_is_edited_in_place(channel: Telegram, amina: Person) -> None:
    first = await channel.send(to(amina, Message("One?", ON), 1))
    second = await channel.send(to(amina, Message("Two?", edits=first.provider_id), 2))
    assert second == first
    (card,) = [shown for shown in amina.chat if not shown.mine]
    assert (card.text, card.labels, card.edited) == ("Two?", [], True)


async def test_an_edit_that_changes_nothing_counts_as_sent(channel: Telegram, amina: Person) -> None:
    first = await channel.send(to(amina, Message("One?", ON), 1))
    again = await channel.send(to(amina, Message("One?", ON, edits=first.provider_id), 2))
    assert again == first
    assert len(amina.chat) == 2


@pytest.mark.parametrize("card", ["999", "1", "not a number"])
async def test_a_card_that_cannot_be_edited_is_followed_by_a_new_message(
    channel: Telegram, amina: Person, card: str
) -> None:
    assert amina.chat[0].message_id == 1  # her own: bots cannot edit it
    result = await channel.send(to(amina, Message("Two?", edits=card)))
    assert (result.verdict, amina.chat[-1].text) == (Verdict.SENT, "Two?")
    assert result.provider_id == str(amina.chat[-1].message_id)


async def test_a_long_text_edits_the_card_and_goes_on_below(channel: Telegram, amina: Person) -> None:
    first = await channel.send(to(amina, Message("One?", ON), 1))
    long = Message("a" * 3000 + "\n\n" + "b" * 3000, ON, edits=first.provider_id)
    second = await channel.send(to(amina, long, 2))
    assert [shown.text[0] for shown in amina.chat] == ["/", "a", "b"]
    assert second.provider_id.split() == [str(amina.chat[2].message_id), first.provider_id]
    third = await channel.send(to(amina, Message("Three", edits=second.provider_id), 3))
    assert third.provider_id == str(amina.chat[2].message_id)
    await channel.send(to(amina, Message("", deletes=(second.provider_id,)), 4))
    assert [shown.text for shown in amina.chat] == ["/start"]


async def test_a_picture_takes_the_place_of_the_card(channel: Telegram, amina: Person) -> None:
    first = await channel.send(to(amina, Message("One?", ON), 1))
    await channel.send(to(amina, Message("Done.", picture=PICTURE, edits=first.provider_id), 2))
    assert [(shown.text, shown.photo) for shown in amina.chat] == [("/start", None), ("Done.", PNG)]


async def test_deleting_what_can_be_deleted(channel: Telegram, amina: Person, clock: StandingClock) -> None:
    old = await channel.send(to(amina, Message("Old."), 1))
    clock.moment = clock.moment.replace(day=25)
    new = await channel.send(to(amina, Message("New."), 2))
    result = await channel.send(to(amina, Message("", deletes=("12345", old.provider_id, new.provider_id)), 3))
    assert result == Result(Verdict.SENT)
    assert [shown.text for shown in amina.chat] == ["/start", "Old."]


FAULTS = {
    "429": Result(Verdict.RETRY, after=17, reason="too many requests"),
    "500": Result(Verdict.RETRY, reason="no answer from Telegram (NetworkError)"),
    "cut_before": Result(Verdict.RETRY, reason="no answer from Telegram (NetworkError)"),
    "cut_after": Result(Verdict.RETRY, reason="no answer from Telegram (NetworkError)"),
    "silent_before": Result(Verdict.RETRY, reason="no answer from Telegram (TimedOut)"),
    "silent_after": Result(Verdict.RETRY, reason="no answer from Telegram (TimedOut)"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_faults_are_tried_again(fake: FakeTelegram, clock: StandingClock, amina: Person, fault: str) -> None:
    fake.faults.wait = 17
    fake.faults.once(fault, "sendMessage")
    channel = Telegram(fake.token, draw, clock, api_url=fake.url, patience=0.2)
    assert await channel.send(to(amina, Message("Hello."))) == FAULTS[fault]
    arrived = 1 if fault.endswith("_after") else 0  # and we cannot know: one visible duplicate at most
    assert len(amina.chat) == 1 + arrived
    clock.moment = clock.moment.replace(minute=1)
    assert (await channel.send(to(amina, Message("Hello.")))).verdict is Verdict.SENT
    assert len(amina.chat) == 2 + arrived
    assert fake.early == []
    await channel.close()


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_retry_goes_on_behind_the_bubbles_that_were_sent(
    fake: FakeTelegram, clock: StandingClock, amina: Person, fault: str
) -> None:
    fake.faults.wait = 17
    channel = Telegram(fake.token, draw, clock, api_url=fake.url, patience=0.2)
    message = Message("z" * 1500, ON, picture=PICTURE)
    fake.faults.once(fault, "sendMessage")
    assert (await channel.send(to(amina, message))).verdict is Verdict.RETRY
    clock.moment = clock.moment.replace(minute=1)
    result = await channel.send(to(amina, message))
    assert sent(fake) == ["sendPhoto", "sendMessage", "sendMessage"]
    photo, last = amina.chat[1], amina.chat[-1]
    assert result == Result(Verdict.SENT, f"{last.message_id} {photo.message_id}")
    await channel.close()


Act = Callable[[Person], object]
REFUSED: dict[str, tuple[Message, Act, Result]] = {
    "too many bytes in a button": (
        Message("Hi", (Button("ü" * 33, "x"),)),
        lambda _: None,
        Result(Verdict.REFUSED, reason="button_data_invalid"),
    ),
    "nothing to say": (Message("  "), lambda _: None, Result(Verdict.REFUSED, reason="text must be non-empty")),
    "unknown chat": (
        Message("Hi"),
        lambda person: person.fake.people.clear(),
        Result(Verdict.REFUSED, reason="chat not found"),
    ),
    "account deleted": (
        Message("Hi"),
        lambda person: person.leaves_telegram(),
        Result(Verdict.LEFT, reason="forbidden"),
    ),
    "nothing drawn, nothing said": (
        Message("", picture=Drawing("broken", {}, "en")),
        lambda _: None,
        Result(Verdict.REFUSED, reason="the picture could not be drawn, and there is no text beside it"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_refusals_are_final(channel: Telegram, amina: Person, name: str) -> None:
    message, act, result = REFUSED[name]
    act(amina)
    assert await channel.send(to(amina, message)) == result


async def test_blocked_means_left(channel: Telegram, amina: Person) -> None:
    await amina.blocks()
    assert (await channel.send(to(amina, Message("Hi")))).verdict is Verdict.LEFT


async def test_the_rates_of_the_fake_are_told_as_retry(clock: StandingClock) -> None:
    fake = FakeTelegram(clock, Random(1), rates=Rates(burst=2))
    await fake.start()
    channel = Telegram(fake.token, draw, clock, api_url=fake.url)
    amina = fake.person()
    await amina.types("/start")
    results = [await channel.send(to(amina, Message("Hi"), number)) for number in range(3)]
    assert [result.verdict for result in results] == [Verdict.SENT, Verdict.SENT, Verdict.RETRY]
    assert results[2].after == 1.0
    await channel.close()
    await fake.stop()


async def test_files_are_fetched(fake: FakeTelegram, channel: Telegram) -> None:
    voice = fake.keep_file("voice", "oga", b"OggS")
    assert await channel.fetch(Media(voice["file_id"])) == b"OggS"


async def test_files_that_are_gone_too_large_or_late(fake: FakeTelegram, channel: Telegram) -> None:
    large = fake.keep_file("voice", "oga", bytes(LARGEST_MEDIA + 1))
    voice = fake.keep_file("voice", "oga", b"OggS")
    for ref in ("unknown", large["file_id"]):
        with pytest.raises(MediaGone):
            await channel.fetch(Media(ref))
    for method, fault in [("getFile", "500"), ("getFile", "cut_before"), ("file", "500"), ("file", "cut_after")]:
        fake.faults.once(fault, method)
        with pytest.raises(TryLater):
            await channel.fetch(Media(voice["file_id"]))


async def test_a_file_grows_no_larger_than_announced(fake: FakeTelegram, channel: Telegram) -> None:
    voice = fake.keep_file("voice", "oga", b"OggS")
    path, _ = fake.files[voice["file_id"]]
    fake.files = {voice["file_id"]: (path, b"OggS"), "other": (path, bytes(LARGEST_MEDIA + 1))}
    fake.files = dict(reversed(fake.files.items()))  # getFile tells of 4 bytes, the download brings more
    with pytest.raises(MediaGone, match="over 10 MB"):
        await channel.fetch(Media(voice["file_id"]))


FACES = {
    "": Face((("menu", "What I can do"), ("help", "Help")), "Sorora", "A chat for two.", "Talk with a peer."),
    "fr": Face((("menu", "Ce que je peux faire"),), "Sorora", "Une conversation à deux.", "Parler avec une paire."),
}


async def test_the_face_is_set_up_once(fake: FakeTelegram, channel: Telegram) -> None:
    await channel.set_up(FACES)
    french = fake.methods.faces["fr"]
    assert (french.name, french.description) == ("Sorora", "Une conversation à deux.")
    assert french.short_description == "Parler avec une paire."
    assert french.commands == [{"command": "menu", "description": "Ce que je peux faire"}]
    assert [command["command"] for command in fake.methods.faces[""].commands] == ["menu", "help"]
    fake.calls.clear()
    await channel.set_up(FACES)
    assert [method for method in sent(fake) if method.startswith("set")] == []


async def test_a_refused_face_is_no_obstacle(fake: FakeTelegram, channel: Telegram) -> None:
    fake.faults.once("429", "setMyName")
    with capture_logs() as logs:
        await channel.set_up({"": FACES[""]})
    assert fake.methods.faces[""].description == "A chat for two."
    assert [(entry["language"], entry["error"]) for entry in logs] == [("", "RetryAfter")]


async def test_the_name_in_links(fake: FakeTelegram, channel: Telegram, clock: StandingClock) -> None:
    assert await channel.username() == "sorora_fake_bot"
    fake.faults.once("500", "getMe")
    with pytest.raises(TryLater):
        await channel.username()
    stranger = Telegram("1:unknown", draw, clock, api_url=fake.url)
    with pytest.raises(SettingError, match="SORORA_TELEGRAM_TOKEN"):
        await stranger.username()
    with pytest.raises(SettingError, match="SORORA_TELEGRAM_TOKEN"):
        await stranger.set_webhook("https://sorora.example/telegram", "s3cret")
    await stranger.close()


async def test_a_webhook_that_telegram_refuses_names_the_setting(channel: Telegram) -> None:
    with pytest.raises(SettingError, match="SORORA_PUBLIC_URL"):
        await channel.set_webhook("http://sorora.example/telegram", "s3cret")


async def test_the_token_is_in_no_log(
    fake: FakeTelegram, channel: Telegram, amina: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault in ("500", "cut_before", "429"):
        fake.faults.once(fault, "sendMessage")
    with capture_logs() as logs:
        for number in range(4):
            await channel.send(to(amina, Message("secret words"), number))
    assert all(secret not in caplog.text + str(logs) for secret in (fake.token, "secret words", str(amina.user_id)))
