"""Sending and fetching over HTTP against a strict stand-in for Meta's API."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import pytest
import structlog

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_faults import OPERATOR_WAIT, SOON, UNSURE
from bot.clock import MovableClock
from bot.errors import SettingError
from bot.messages import Button, Channel, Document, Drawing, Media, Message, Result, Sending, Verdict
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.e2e.whatsapp_people import Person
from tests.e2e.whatsapp_wiring import PNG, Still, connect

YES_NO = (Button("q:yes", "Yes"), Button("q:no", "No"))


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(Still())


@pytest.fixture
async def fake(clock: MovableClock) -> AsyncIterator[FakeWhatsApp]:
    async with FakeWhatsApp(clock, Random(1)) as one:
        yield one


@pytest.fixture
async def channel(fake: FakeWhatsApp, clock: MovableClock) -> AsyncIterator[WhatsApp]:
    one = connect(fake, clock)
    yield one
    await one.close()


@pytest.fixture
def amina(fake: FakeWhatsApp, clock: MovableClock) -> Person:
    person = fake.person("+32 470 00 00 01", "BE.90000000000001")
    person.wrote_at = clock.now()
    return person


def to(person: Person | str, message: Message, ref: int = 42) -> Sending:
    return Sending(ref, "whatsapp", person if isinstance(person, str) else person.address, message)


def statuses(fake: FakeWhatsApp) -> list[tuple[str, str, int]]:
    """(state, tracker, code) of the status webhooks that wait."""
    return [
        (item["status"], item["biz_opaque_callback_data"], item.get("errors", [{"code": 0}])[0]["code"])
        for item in (event.item for event in fake._queue)
    ]


def test_it_is_a_channel(fake: FakeWhatsApp, channel: Channel) -> None:
    assert (channel.name, channel.lease, channel.per_second, channel.per_chat) == ("whatsapp", 900.0, 60.0, 6.0)


@pytest.mark.parametrize("name", ["app_secret", "verify_token"])
def test_an_empty_secret_would_let_everybody_in(clock: MovableClock, name: str) -> None:
    with pytest.raises(SettingError, match="SORORA_WHATSAPP_APP_SECRET"):
        connect(FakeWhatsApp(clock, Random(1)), clock, **{name: ""})


@pytest.mark.parametrize(
    ("message", "kind", "content"),
    [
        (Message("Welcome."), "text", {"body": "Welcome.", "preview_url": False}),
        (
            Message("Ready?", YES_NO, typed="Back"),
            "interactive",
            {
                "type": "button",
                "body": {"text": "Ready?"},
                "footer": {"text": "Back"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": "q:yes", "title": "Yes"}},
                        {"type": "reply", "reply": {"id": "q:no", "title": "No"}},
                    ]
                },
            },
        ),
        (
            Message("Which?", tuple(Button(f"q:{one}", one, "a field") for one in "ABCD"), pick="Choose"),
            "interactive",
            {
                "type": "list",
                "body": {"text": "Which?"},
                "action": {
                    "button": "Choose",
                    "sections": [
                        {"rows": [{"id": f"q:{one}", "title": one, "description": "a field"} for one in "ABCD"]}
                    ],
                },
            },
        ),
    ],
    ids=["text", "buttons", "list"],
)
async def test_what_is_asked_of_meta(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person, message: Message, kind: str, content: dict[str, Any]
) -> None:
    result = await channel.send(to(amina, message))
    assert (result.verdict, result.provider_id) == (Verdict.SENT, amina.chat[0].id)
    assert fake.calls == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "recipient": "BE.90000000000001",
            "biz_opaque_callback_data": "42",
            "type": kind,
            kind: content,
        }
    ]
    assert statuses(fake) == [("sent", "42", 0), ("delivered", "42", 0), ("read", "42", 0)]


async def test_a_phone_number_and_an_id_with_letters_are_written_to_as_what_they_are(
    fake: FakeWhatsApp, channel: WhatsApp, clock: MovableClock
) -> None:
    for person in (fake.person(phone="+32 470 00 00 02"), fake.person(user_id="BE.9A0b")):
        person.wrote_at = clock.now()
        assert (await channel.send(to(person, Message("Hello")))).verdict is Verdict.SENT
        assert person.chat[0].text == "Hello"
    assert [(one.get("to"), one.get("recipient")) for one in fake.calls] == [("32470000002", None), (None, "BE.9A0b")]


async def test_pictures_and_files_arrive_with_their_words(channel: WhatsApp, amina: Person) -> None:
    picture = Drawing("chart", {}, "en")
    file = Document("my-data.json", "application/json", b'{"goals": []}')
    await channel.send(to(amina, Message("Then and now.", picture=picture)))
    await channel.send(to(amina, Message("Go on?", YES_NO, picture=picture)))
    await channel.send(to(amina, Message("Your data.", document=file)))
    seen = [(one.text, one.photo, one.document, one.labels) for one in amina.chat]
    assert seen == [
        ("Then and now.", PNG, None, ()),
        ("Go on?", PNG, None, ("Yes", "No")),
        ("Your data.", None, ("my-data.json", b'{"goals": []}'), ()),
    ]


async def test_a_picture_that_cannot_be_drawn_does_not_keep_back_the_words(channel: WhatsApp, amina: Person) -> None:
    broken = Drawing("broken", {"goal": "her own words"}, "en")
    with structlog.testing.capture_logs() as logs:
        assert (await channel.send(to(amina, Message("Look.", YES_NO, picture=broken)))).verdict is Verdict.SENT
    assert [(one.text, one.photo, one.labels) for one in amina.chat] == [("Look.", None, ("Yes", "No"))]
    assert [one["kind"] for one in logs] == ["broken"]
    assert "her own words" not in str(logs)


async def test_a_message_that_only_deletes_is_done_at_once(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person
) -> None:
    assert await channel.send(to(amina, Message("", deletes=("wamid.1",)))) == Result(Verdict.SENT)
    assert fake.calls == []


LONG = Message("word " * 1000, YES_NO)


async def test_only_the_last_bubble_carries_our_id(fake: FakeWhatsApp, channel: WhatsApp, amina: Person) -> None:
    result = await channel.send(to(amina, LONG))
    assert [one["biz_opaque_callback_data"] for one in fake.calls] == ["42.0", "42"]
    assert result.provider_id.split() == [amina.chat[1].id, amina.chat[0].id]  # the one with the buttons first
    assert amina.chat[-1].labels == ("Yes", "No")


async def test_a_message_sent_in_part_goes_on_where_it_broke_off(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person
) -> None:
    pick, calls = fake.faults.pick, iter(["", "500", ""])
    fake.faults.pick = lambda method, kinds: next(calls) if method == "messages" else pick(method, kinds)  # type: ignore[method-assign]
    assert (await channel.send(to(amina, LONG))).verdict is Verdict.RETRY
    assert len(amina.chat) == 1
    assert (await channel.send(to(amina, LONG))).provider_id.split() == [amina.chat[1].id, amina.chat[0].id]
    assert [one["biz_opaque_callback_data"] for one in fake.calls] == ["42.0", "42"]


@pytest.mark.parametrize(
    ("fault", "after", "arrived"),
    [
        ("429", 7.0, 0),
        ("500", SOON, 0),
        ("cut_before", UNSURE, 0),
        ("cut_after", UNSURE, 1),
        ("silent_before", UNSURE, 0),
        ("silent_after", UNSURE, 1),
    ],
)
async def test_passing_trouble_is_tried_again(
    fake: FakeWhatsApp, amina: Person, clock: MovableClock, fault: str, after: float, arrived: int
) -> None:
    channel = connect(fake, clock, patience=0.2)
    fake.faults.wait = 7
    fake.faults.once(fault, "messages")
    result = await channel.send(to(amina, Message("Hello")))
    assert (result.verdict, result.after) == (Verdict.RETRY, after)
    assert len(amina.chat) == arrived
    assert ("sent", "42", 0) in statuses(fake) or not arrived
    clock.forward(timedelta(seconds=after))
    assert (await channel.send(to(amina, Message("Hello")))).verdict is Verdict.SENT
    assert fake.early == 0
    await channel.close()


async def test_nobody_there_is_tried_again_soon(fake: FakeWhatsApp, amina: Person, clock: MovableClock) -> None:
    channel = connect(fake, clock, api_url="http://127.0.0.1:9")
    result = await channel.send(to(amina, Message("Hello")))
    assert (result.verdict, result.after) == (Verdict.RETRY, SOON)
    await channel.close()


async def test_the_pair_rate_asks_for_six_seconds(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person, clock: MovableClock
) -> None:
    for _ in range(45):
        assert (await channel.send(to(amina, Message("Hello")))).verdict is Verdict.SENT
    assert await channel.send(to(amina, Message("Hello"))) == Result(
        Verdict.RETRY, after=6.0, reason="WhatsApp error 131056"
    )
    clock.forward(timedelta(seconds=6))
    assert (await channel.send(to(amina, Message("Hello")))).verdict is Verdict.SENT


async def test_a_wrong_token_waits_for_the_operator_and_is_told_once_an_hour(
    fake: FakeWhatsApp, amina: Person, clock: MovableClock
) -> None:
    channel = connect(fake, clock, token="EAAexpired")
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            result = await channel.send(to(amina, Message("Hello")))
            assert (result.verdict, result.after) == (Verdict.RETRY, OPERATOR_WAIT)
        assert len(logs) == 1
        clock.forward(timedelta(hours=1))
        await channel.send(to(amina, Message("Hello")))
    assert [(one["log_level"], one["code"]) for one in logs] == [("error", 190)] * 2
    assert "SORORA_WHATSAPP_TOKEN" in logs[0]["event"]
    await channel.close()


async def test_a_wrong_phone_id_waits_for_the_operator(fake: FakeWhatsApp, amina: Person, clock: MovableClock) -> None:
    channel = connect(fake, clock, phone_id="1")
    assert (await channel.send(to(amina, Message("Hello")))).after == OPERATOR_WAIT
    await channel.close()


async def test_after_a_day_the_window_is_closed_and_a_stranger_is_unknown(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person, clock: MovableClock
) -> None:
    clock.forward(timedelta(hours=24))
    assert (await channel.send(to(amina, Message("Hello"), 1))).verdict is Verdict.SENT
    assert (await channel.send(to("32470000099", Message("Hello"), 2))).verdict is Verdict.SENT
    assert statuses(fake) == [("failed", "1", 131047), ("failed", "2", 131026)]
    assert amina.chat == []


ERRORS = [
    (400, 131026, Result(Verdict.LEFT, reason="WhatsApp error 131026")),
    (400, 131009, Result(Verdict.REFUSED, reason="WhatsApp error 131009")),
    (400, 131051, Result(Verdict.REFUSED, reason="WhatsApp error 131051")),
    (400, 80007, Result(Verdict.RETRY, after=60.0, reason="WhatsApp error 80007")),
    (400, 130429, Result(Verdict.RETRY, after=5.0, reason="WhatsApp error 130429")),
    (400, 131048, Result(Verdict.RETRY, after=3600.0, reason="WhatsApp error 131048")),
    (503, 131016, Result(Verdict.RETRY, after=SOON, reason="WhatsApp error 131016")),
    (500, 2, Result(Verdict.RETRY, after=SOON, reason="WhatsApp error 2")),
    (502, None, Result(Verdict.RETRY, after=UNSURE, reason="WhatsApp answered 502")),
    (404, None, Result(Verdict.REFUSED, reason="WhatsApp error 404")),
    (400, "odd", Result(Verdict.RETRY, after=UNSURE, reason="answer not understood (ValueError)")),
    (200, None, Result(Verdict.RETRY, after=UNSURE, reason="answer not understood (JSONDecodeError)")),
]


class Answering(httpx.AsyncBaseTransport):
    """Answers every call with the same error, which quotes a phone number as Meta sometimes does."""

    def __init__(self, status: int, code: object) -> None:
        self.status, self.code = status, code

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.code is None:
            return httpx.Response(self.status, text="<html>+32 470 00 00 01</html>", request=request)
        error = {"message": "not for +32 470 00 00 01", "code": self.code}
        return httpx.Response(self.status, json={"error": error}, request=request)


@pytest.mark.parametrize(("status", "code", "expected"), ERRORS)
async def test_each_error_means_what_it_says_and_quotes_no_number(
    clock: MovableClock, status: int, code: object, expected: Result
) -> None:
    channel = connect(FakeWhatsApp(clock, Random(1)), clock, api_url="http://127.0.0.1:9")
    channel._calls._transport = Answering(status, code)
    assert await channel.send(to("32470000001", Message("Hello"))) == expected
    await channel.close()


async def test_neither_words_nor_numbers_nor_the_token_are_logged(
    fake: FakeWhatsApp, amina: Person, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = connect(fake, clock, patience=0.2)
    for fault in ("", "500", "429", "silent_after", "cut_before"):
        if fault:
            fake.faults.once(fault, "messages")
        await channel.send(to(amina, Message("My secret", picture=Drawing("chart", {}, "en"))))
        await channel.send(to("32470000001", Message("My secret")))
    ref = fake.store("audio/ogg", b"OggS")
    await channel.fetch(Media(ref))
    written = " ".join(record.getMessage() for record in caplog.records)
    for secret in ("My secret", "32470000001", "BE.9000", fake.token, ref):
        assert secret not in written
    await channel.close()


async def test_the_profile_is_set_within_its_limits(fake: FakeWhatsApp, channel: WhatsApp, clock: MovableClock) -> None:
    assert await channel.set_profile("A circle of women", "d" * 600)
    assert (fake.profile["about"], len(fake.profile["description"])) == ("A circle of women", 512)
    wrong = connect(fake, clock, token="EAAexpired")
    assert not await wrong.set_profile("A", "B")
    await wrong.close()
