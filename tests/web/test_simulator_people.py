"""More people than phones in the simulator: who is played, who waits, who blocks; and what two of them send."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.messages import Attachment, Message, Sending, Verdict
from bot.web import screen
from bot.web.simulator import Page
from tests.web.simulator_house import CARD, House

AMAL, SELIN = "cast-amal", "cast-selin"
CAST = {AMAL: "Fictive Amal (mentor)", SELIN: "Fictive Selin (mentor)"}
VOICE = Attachment("audio/ogg; codecs=opus", b"OggS fictional", 3)
PHOTO = Attachment("image/jpeg", b"\xff\xd8 fictional")


@pytest.fixture
def cast(house: House) -> House:
    house.simulator.cast = CAST
    return house


async def give(cast: House, phone: str, address: str) -> int:
    return (await cast.client.post(f"/simulator/phones/{phone}/give", data={"address": address})).status_code


def unread(cast: House) -> dict[str, int]:
    return {one.address: one.unread for one in cast.simulator.people() if one.unread}


# --- who is played ------------------------------------------------------------------------------------------------


async def test_what_is_sent_to_one_on_no_phone_waits_until_she_is_played(cast: House) -> None:
    await cast.say(Message("A request for you."), AMAL)
    await cast.say(Message("And a reminder."), AMAL)
    assert unread(cast) == {AMAL: 2}
    assert await give(cast, "phone-2", AMAL) == 204
    assert cast.texts("phone-2") == ["A request for you.", "And a reminder."]
    assert unread(cast) == {}
    await cast.client.post("/simulator/phones/phone-2/text", data={"text": "yes"})
    assert cast.inbox.received[-1].address == AMAL
    await give(cast, "phone-2", SELIN)
    assert cast.texts("phone-2") == []
    assert unread(cast) == {}  # she has seen them
    await cast.say(Message("Thank you."), AMAL)
    assert unread(cast) == {AMAL: 1}


async def test_an_edit_of_what_she_has_seen_is_no_news(cast: House) -> None:
    await give(cast, "phone-2", AMAL)
    card = await cast.say(CARD, AMAL)
    await give(cast, "phone-2", SELIN)
    await cast.say(Message("It is over.", edits=card), AMAL)
    assert unread(cast) == {}


async def test_nobody_is_on_two_phones(cast: House) -> None:
    await give(cast, "phone-1", AMAL)
    await give(cast, "phone-2", AMAL)
    assert [phone.address for phone in cast.simulator.phones()][:2] == ["phone-2", AMAL]
    await give(cast, "phone-2", AMAL)
    assert [phone.address for phone in cast.simulator.phones()][:2] == ["phone-2", AMAL]


@pytest.mark.parametrize("address", ["", "nobody", "phone-9"])
async def test_only_who_is_there_can_be_played(cast: House, address: str) -> None:
    assert await give(cast, "phone-1", address) == 400
    assert cast.simulator.phone("phone-1").address == "phone-1"


async def test_the_cast_survives_a_new_person_and_a_restart(cast: House) -> None:
    await give(cast, "phone-1", AMAL)
    await cast.say(Message("A request for you."), AMAL)
    await cast.client.post("/simulator/phones/phone-1/new")
    await cast.say(Message("Are you there?"), AMAL)
    cast.simulator.close()
    cast.cast = list(CAST.items())
    cast.open()
    assert unread(cast) == {AMAL: 1}
    await give(cast, "phone-1", AMAL)
    assert cast.texts() == ["A request for you.", "Are you there?"]


async def test_the_page_tells_who_is_where(cast: House) -> None:
    await give(cast, "phone-2", AMAL)
    await cast.say(Message("A request for you."), SELIN)
    page = Page(cast.simulator, cast.inbox, cast.simulator.clock, cast.restart, cast.moved)
    news = page.news()
    await anext(news)
    told = json.loads((await anext(news)).removeprefix("data: "))
    assert told["titles"]["phone-1"] == "Mentee"
    assert told["titles"]["phone-2"] == "Fictive Amal (mentor)"
    assert told["played"]["phone-2"] == AMAL
    assert told["people"] == [[AMAL, CAST[AMAL], 0], [SELIN, CAST[SELIN], 1], ["phone-1", "Newcomer 1", 0]]
    assert told["open"] == ["phone-1", "phone-2"]


async def test_phones_are_put_on_the_table_and_taken_off(cast: House) -> None:
    def lying_open() -> list[str]:
        return [phone.name[-1] for phone in cast.simulator.phones() if phone.open]

    for expected in ("123", "1234", "1234"):
        await cast.client.post("/simulator/phones")
        assert "".join(lying_open()) == expected
    await cast.say(Message("Seen."), "phone-3")
    for name in ("phone-3", "phone-1", "phone-4", "phone-2"):
        await cast.client.post(f"/simulator/phones/{name}/hide")
    assert lying_open() == ["2"]  # the last one stays
    await cast.say(Message("Kept."), "phone-3")
    assert unread(cast) == {"phone-3": 1}
    cast.simulator.close()
    cast.open()
    assert lying_open() == ["2"]


# --- blocking -----------------------------------------------------------------------------------------------------


async def test_who_blocks_the_bot_hears_nothing_until_she_writes(cast: House) -> None:
    await cast.say(Message("Before."))
    for _twice in range(2):
        await cast.client.post("/simulator/phones/phone-1/block")
    assert [one.left for one in cast.inbox.received] == [True]
    sent = await cast.simulator.send(Sending(9, "simulator", "phone-1", Message("Are you there?")))
    assert sent.verdict is Verdict.LEFT
    drawn = (await cast.client.get("/simulator/phones/phone-1")).text
    assert "She blocked the bot." in drawn
    assert "The bot is blocked" in drawn
    cast.simulator.close()
    cast.open()
    assert cast.simulator.blocked("phone-1")
    await cast.client.post("/simulator/phones/phone-1/text", data={"text": "hello"})
    await cast.say(Message("Welcome back."))
    drawn = (await cast.client.get("/simulator/phones/phone-1")).text
    assert "Are you there?" not in drawn
    assert "The bot is blocked" not in drawn
    assert "Welcome back." in drawn


# --- answers, sounds, photos --------------------------------------------------------------------------------------


async def test_an_answer_carries_what_it_answers(cast: House) -> None:
    card = await cast.say(Message("How are <b>you</b>?"))
    post = cast.client.post
    await post("/simulator/phones/phone-1/text", data={"text": "Well!", "reply_to": card})
    file = {"file": ("v", b"OggS", "audio/ogg")}
    await post("/simulator/phones/phone-1/voice", data={"seconds": "4", "reply_to": card}, files=file)
    file = {"file": ("p", b"\xff\xd8", "image/jpeg")}
    await post("/simulator/phones/phone-1/photo", data={"caption": " My <i>garden</i> ", "reply_to": card}, files=file)
    text, voice, photo = cast.inbox.received
    assert {one.reply_to for one in (text, voice, photo)} == {card}
    assert (photo.caption, voice.caption, text.card) == ("My <i>garden</i>", "", "")
    drawn = (await cast.client.get("/simulator/phones/phone-1")).text
    assert drawn.count('<p class="quoted" dir="auto">How are &lt;b&gt;you&lt;/b&gt;?</p>') == 3
    assert "My &lt;i&gt;garden&lt;/i&gt;" in drawn


async def test_only_a_message_in_this_chat_can_be_answered(cast: House) -> None:
    other = await cast.say(Message("Hers."), "phone-2")
    for card in (other, "nonsense", "1"):
        await cast.client.post("/simulator/phones/phone-1/text", data={"text": "Well!", "reply_to": card})
        assert cast.inbox.received[-1].reply_to == ""


async def test_a_caption_is_as_long_as_platforms_allow(cast: House) -> None:
    for caption, status in (("🌷" * 512, 204), ("🌷" * 513, 400)):
        file = {"file": ("p", b"\xff\xd8", "image/jpeg")}
        answer = await cast.client.post("/simulator/phones/phone-1/photo", data={"caption": caption}, files=file)
        assert answer.status_code == status
    assert len(cast.inbox.received) == 1


@pytest.mark.parametrize("look", ["telegram", "whatsapp"])
async def test_what_the_other_woman_sent_is_shown_and_played_in_place(cast: House, look: str) -> None:
    cast.simulator.set_look("phone-1", look)
    await cast.say(Message("Amal:", voice=VOICE, photo=PHOTO))
    drawn = (await cast.client.get("/simulator/phones/phone-1")).text
    assert '<img class="picture" src="/simulator/photos/1"' in drawn
    assert 'src="/simulator/voices/1" lang="en" aria-label="Voice note, 3 seconds"' in drawn
    voice, photo = [await cast.client.get(f"/simulator/{what}/1") for what in ("voices", "photos")]
    assert (voice.content, voice.headers["content-type"]) == (VOICE.body, "audio/ogg")
    assert (photo.content, photo.headers["content-type"]) == (PHOTO.body, "image/jpeg")
    assert "content-disposition" not in photo.headers


async def test_an_odd_file_is_offered_for_download_only(cast: House) -> None:
    await cast.say(Message("Amal:", photo=Attachment("image/svg+xml", b"<svg onload='alert(1)'/>")))
    drawn = (await cast.client.get("/simulator/phones/phone-1")).text
    assert "<img" not in drawn
    answer = await cast.client.get("/simulator/photos/1")
    assert answer.headers["content-disposition"].startswith("attachment;")
    for path in ("voices/1", "photos/2", "photos/x"):
        assert (await cast.client.get(f"/simulator/{path}")).status_code == 404


def test_a_quote_is_one_line() -> None:
    assert screen.quote(Message("Amal:\n\n How  are you?")) == "Amal: How are you?"
    assert screen.quote(Message("word " * 40)) == "word " * 17 + "word…"
    assert [screen.quote(Message("", photo=PHOTO)), screen.quote(Message("", voice=VOICE))] == ["Photo", "Voice note"]


async def test_what_came_while_the_clock_moved_is_kept(cast: House) -> None:
    cast.simulator.forward(timedelta(weeks=1))
    await cast.say(Message("A week later."), AMAL)
    await give(cast, "phone-1", AMAL)
    assert cast.simulator.screen("phone-1")[0].at == cast.simulator.clock.now()
