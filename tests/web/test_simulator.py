"""The simulator's file, channel and routes, against an Inbox that records."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from bot.channels import telegram_bubbles
from bot.errors import MediaGone
from bot.messages import (
    Button,
    Channel,
    Document,
    Drawing,
    Media,
    Message,
    Sending,
    Verdict,
)  # fmt: skip
from bot.web.simulator import Page
from tests.web.simulator_house import CARD, LOOKS, START, House, Still

# --- the channel --------------------------------------------------------------------------------------------------


async def test_it_is_a_channel(house: House) -> None:
    channel: Channel = house.simulator
    assert (channel.name, channel.lease, channel.per_second, channel.per_chat) == ("simulator", 10, 1000, 0)
    assert channel.present(CARD) == telegram_bubbles.present(CARD)


async def test_an_edit_replaces_on_telegram_and_follows_on_whatsapp(house: House) -> None:
    card = await house.say(CARD)
    await house.say(Message("A word between."))
    assert await house.say(Message("Thank you.", edits=card)) == card
    assert house.texts() == ["Thank you.", "A word between."]
    house.simulator.set_look("phone-1", "whatsapp")
    assert house.texts() == ["Yes or no?", "A word between.", "Thank you."]


async def test_an_edit_of_what_is_gone_or_another_womans_is_a_new_message(house: House) -> None:
    card = await house.say(CARD)
    other = await house.say(Message("Hers."), "phone-2")
    await house.say(Message("", deletes=(card, other)))
    assert house.texts() == []
    assert house.texts("phone-2") == ["Hers."]  # not this chat's to delete
    for gone in (card, other, "nonsense", "x-1"):
        assert await house.say(Message("Anew.", edits=gone)) != gone
    assert house.texts() == ["Anew."] * 4


async def test_an_edited_card_can_be_deleted_with_all_that_it_was(house: House) -> None:
    card = await house.say(CARD)
    await house.say(Message("Changed.", edits=card))
    await house.say(Message("", deletes=(card,)))
    assert house.texts() == []


async def test_whatsapp_deletes_nothing_and_shows_taps(house: House) -> None:
    card = await house.say(CARD)
    await house.client.post("/simulator/phones/phone-1/tap", data={"data": "no", "card": card})
    await house.say(Message("", deletes=(card,)))
    assert house.texts() == []
    house.simulator.set_look("phone-1", "whatsapp")
    assert house.texts() == ["Yes or no?", "[No]"]


async def test_the_chat_survives_a_restart(house: House) -> None:
    card = await house.say(CARD)
    await house.client.post("/simulator/phones/phone-1/text", data={"text": "hello"})
    await house.client.post("/simulator/clock", data={"by": "week"})
    before, version = house.texts(), house.simulator.phone("phone-1").version
    house.simulator.close()
    house.open()
    assert house.texts() == before == ["Yes or no?", "[hello]"]
    assert house.simulator.phone("phone-1").version == version
    assert house.simulator.boot == 2
    assert house.simulator.clock.now() == START + timedelta(weeks=1)
    assert await house.say(Message("Later.", edits=card)) == card


async def test_no_id_ever_comes_twice(house: House) -> None:
    async def type_some() -> None:
        for _ in range(3):
            await house.client.post("/simulator/phones/phone-1/text", data={"text": "hello"})

    await type_some()
    await house.client.post("/simulator/phones/phone-1/new")
    await type_some()
    house.simulator.close()
    for leftover in house.file.parent.glob("simulator.db*"):
        leftover.unlink()
    later = Still()
    later.moment += timedelta(seconds=1)
    house.open(later)  # a new file, and an old bot
    await type_some()
    assert len({incoming.provider_id for incoming in house.inbox.received}) == 9


async def test_a_new_person_begins_anew_and_who_was_there_can_be_played_again(house: House) -> None:
    await house.client.post("/simulator/phones/phone-1/voice", files={"file": ("v.wav", b"RIFF", "audio/wav")})
    media = house.inbox.received[0].voice
    assert media is not None
    await house.client.post("/simulator/phones/phone-1/new")
    assert house.texts() == []
    await house.client.post("/simulator/phones/phone-1/text", data={"text": "hello"})
    assert house.inbox.received[-1].address == "phone-1.2"
    await house.say(Message("Are you there?"))  # to her who was there first, and is on no phone now
    assert [(one.name, one.unread) for one in house.simulator.people()] == [
        ("Newcomer 1", 1), ("Newcomer 1.2", 0), ("Newcomer 2", 0)
    ]  # fmt: skip
    await house.client.post("/simulator/phones/phone-1/give", data={"address": "phone-1"})
    assert house.texts()[-1] == "Are you there?"
    assert await house.simulator.fetch(media) == b"RIFF"


async def test_nobody_has_this_address(house: House) -> None:
    for address in ("phone-9", "phone-1.2", "phone-3.2", ""):
        result = await house.simulator.send(Sending(1, "simulator", address, Message("Are you there?")))
        assert result.verdict is Verdict.LEFT
    with pytest.raises(MediaGone):
        await house.simulator.fetch(Media("7"))


# --- what she does ------------------------------------------------------------------------------------------------


async def test_every_deed_becomes_one_event(house: House) -> None:
    card = await house.say(CARD)
    post = house.client.post
    await post("/simulator/phones/phone-1/settings", data={"hint": "ar"})
    await post("/simulator/phones/phone-1/text", data={"text": " مرحبا <b>"})
    await post("/simulator/phones/phone-1/tap", data={"data": "yes", "card": card})
    await post(
        "/simulator/phones/phone-1/voice",
        data={"seconds": "4"},
        files={"file": ("v", b"OggS", "audio/ogg;codecs=opus")},
    )
    await post("/simulator/phones/phone-1/photo", files={"file": ("p", b"\xff\xd8", "image/jpeg")})
    await post("/simulator/phones/phone-2/sticker")
    text, tap, voice, photo, sticker = house.inbox.received
    assert (text.text, text.hint, text.address, text.at) == (" مرحبا <b>", "ar", "phone-1", START)
    assert (tap.button, tap.card, tap.text) == ("yes", card, None)
    assert voice.voice == Media("1", "audio/ogg", 4)
    assert photo.photo == Media("2", "image/jpeg")
    assert await house.simulator.fetch(Media("2")) == b"\xff\xd8"
    assert (sticker.other, sticker.address, sticker.hint) == ("sticker", "phone-2", "en")
    assert {event.channel for event in house.inbox.received} == {"simulator"}


async def test_what_could_not_be_taken_is_delivered_in_order_and_once(house: House) -> None:
    house.inbox.away = True
    for words in ("one", "two"):
        assert (await house.client.post("/simulator/phones/phone-1/text", data={"text": words})).status_code == 204
    assert [entry.waiting for entry in house.simulator.screen("phone-1")] == [True, True]
    house.simulator.close()
    house.open()
    assert not await house.simulator.deliver(house.inbox)
    house.inbox.away = False
    assert await house.simulator.deliver(house.inbox)
    assert await house.simulator.deliver(house.inbox)
    assert [event.text for event in house.inbox.received] == ["one", "two"]
    assert [entry.waiting for entry in house.simulator.screen("phone-1")] == [False, False]


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("phones/phone-9/text", {"text": "hello"}, 404),
        ("phones/phone-1/text", {"text": ""}, 400),
        ("phones/phone-1/text", {}, 400),
        ("phones/phone-1/text", {"text": "x" * 20_001}, 400),
        ("phones/phone-1/tap", {"data": "x" * 65}, 400),
        ("phones/phone-1/tap", {}, 400),
        ("phones/phone-1/voice", {"file": "no file"}, 415),
        ("phones/phone-1/settings", {"look": "pager"}, 400),
        ("phones/phone-1/settings", {"hint": "xx"}, 400),
        ("clock", {"by": "year"}, 400),
    ],
)
async def test_bad_orders_change_nothing(house: House, path: str, data: dict[str, str], status: int) -> None:
    before = house.simulator.phones()
    assert (await house.client.post(f"/simulator/{path}", data=data)).status_code == status
    assert house.simulator.phones() == before
    assert house.inbox.received == []


@pytest.mark.parametrize(
    ("path", "mime", "size", "status"),
    [("voice", "image/png", 9, 415), ("photo", "image/svg+xml", 9, 415), ("photo", "image/png", 10 * 1024**2 + 1, 413)],
)
async def test_uploads_are_of_their_kind_and_size(house: House, path: str, mime: str, size: int, status: int) -> None:
    answer = await house.client.post(f"/simulator/phones/phone-1/{path}", files={"file": ("f", b"x" * size, mime)})
    assert answer.status_code == status
    assert house.inbox.received == []


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]", "[::1]:8080"])
async def test_loopback_hosts_are_answered(house: House, host: str) -> None:
    assert (await house.client.get("/", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org:80", "127.0.0.1.example.org", "", "[::2]:80"])
@pytest.mark.parametrize("path", ["/", "/static/simulator.js", "/simulator/phones/phone-1", "/fonts/OFL.txt"])
async def test_other_hosts_are_not(house: House, host: str, path: str) -> None:
    assert (await house.client.get(path, headers={"Host": host})).status_code == 403


@pytest.mark.parametrize("origin", ["http://example.org", "null", "http://localhost:81", ""])
async def test_orders_come_from_its_own_page(house: House, origin: str) -> None:
    answer = await house.client.post(
        "/simulator/phones/phone-1/text", data={"text": "hello"}, headers={"Origin": origin}
    )
    assert answer.status_code == 403
    assert house.inbox.received == []


async def test_the_page_allows_no_script_but_its_own(house: House) -> None:
    answer = await house.client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in answer.text
    assert ' style="' not in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text


# --- what is drawn ------------------------------------------------------------------------------------------------


async def test_what_people_write_is_never_markup(house: House) -> None:
    wild = "<script>alert(1)</script> &amp; \"' https://example.org/<i>"
    buttons = (Button('"><b>', wild),)
    await house.say(
        Message(wild, options=buttons, document=Document('"><b>.txt', "text/html", b"<b>"), language='"><b>')
    )
    await house.client.post("/simulator/phones/phone-1/text", data={"text": wild})
    for look in LOOKS:
        house.simulator.set_look("phone-1", look)
        drawn = (await house.client.get("/simulator/phones/phone-1")).text
        assert "<script" not in drawn
        assert "<b>" not in drawn
        assert "<i>" not in drawn
    download = await house.client.get("/simulator/documents/1")
    assert download.headers["content-disposition"].startswith("attachment;")
    assert (
        "sandbox" in download.headers["content-security-policy"]
        or "default-src 'none'" in download.headers["content-security-policy"]
    )


async def test_pictures_are_drawn_and_documents_kept(house: House) -> None:
    data: dict[str, object] = {"title": "Speak Dutch", "by": "15 March", "state": "described"}
    await house.say(Message("Your goal", picture=Drawing("goal", data, "en")))
    assert (await house.client.get("/simulator/pictures/1")).content.startswith(b"\x89PNG")
    assert (await house.client.get("/simulator/documents/1")).status_code == 404
    assert (await house.client.get("/simulator/pictures/2")).status_code == 404
    assert (await house.client.get("/simulator/media/1")).status_code == 404


async def test_the_day_is_that_of_brussels(house: House) -> None:
    house.simulator.forward(timedelta(hours=7))  # midnight in UTC, one o'clock in Brussels
    await house.say(CARD)
    drawn = (await house.client.get("/simulator/phones/phone-1")).text
    assert "Monday, 23 November 2026" in drawn
    assert ">01:00<" in drawn


# --- clock, restart, news -----------------------------------------------------------------------------------------


async def test_the_clock_moves_on_and_tells(house: House) -> None:
    for by in ("hour", "day", "week"):
        await house.client.post("/simulator/clock", data={"by": by})
    assert house.simulator.clock.now() - START == timedelta(weeks=1, days=1, hours=1)
    assert house.calls == ["moved"] * 3
    with pytest.raises(ValueError, match="forward"):
        house.simulator.forward(timedelta(hours=-1))


async def test_a_restart_is_answered_first(house: House) -> None:
    assert (await house.client.post("/simulator/restart")).status_code == 202
    assert house.calls == ["restart"]


async def test_news_come_whole_and_end_with_the_bot(house: House) -> None:
    page = Page(house.simulator, house.inbox, house.simulator.clock, house.restart, house.moved)
    news = page.news()
    assert await anext(news) == "retry: 500\n\n"
    first = json.loads((await anext(news)).removeprefix("data: "))
    await house.say(CARD)
    async with asyncio.timeout(1):
        second = json.loads((await anext(news)).removeprefix("data: "))
    assert second["phones"]["phone-1"] == first["phones"]["phone-1"] + 1
    assert second["phones"]["phone-2"] == first["phones"]["phone-2"]
    assert (second["boot"], second["time"], second["day"]) == (1, "18:00", "Sunday 22 November 2026")
    house.simulator.close()
    async with asyncio.timeout(1):
        assert [more async for more in news] == []
