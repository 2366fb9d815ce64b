"""Buttons that open a talk, links that open one, replies, and words that no question is open for."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.affairs.desk import Affair, Carried, Desk
from bot.dialogue.steps import Conversation, Json, LookUp, look, own, read_own, say, text
from bot.mentoring.effects import Outcome
from bot.mentoring.people import Person
from bot.mentoring.relay import CanWrite, Relay, Replied
from bot.messages import Media, Opening, opening_data, read_opening
from bot.store import invites
from bot.testing import Phone, Stage
from tests.affairs.cast import only
from tests.engine.little import TALKS, little, member, opened, programme, rows, talk

BROUGHT: list[tuple[int, int, Json]] = []
PAIR = 7


async def replied(desk: Desk, what: Replied, person: Person) -> int:
    return PAIR if what.reply_to == "from her" else 0


async def can_write(desk: Desk, what: CanWrite, person: Person) -> bool:
    return person.id == 1


async def bring(desk: Desk, effect: Relay, person: Person) -> Carried:
    BROUGHT.append((person.id, effect.pair, effect.words))
    held = read_own(effect.words).text == "my number"
    return Carried(person, says=own("Held." if held else "Brought."), then=Opening("held", "9") if held else None)


def write(about: str) -> Conversation[Outcome]:
    words = yield from text("words", own(f"Write to {about or 'whom'}?"), photos=True)
    yield from text("sure", own("Sure?"))
    return Outcome((Relay(PAIR, words.text or "media"),))


def held(about: str) -> Conversation[Outcome]:
    yield from text("why", own(f"It was held: {about}."))
    return Outcome()


def guest(about: str) -> Conversation[Outcome]:
    yield from say(own(f"You come for {about}."), keep=True)
    yield from look("write", CanWrite())
    yield from text("name", own("Your name?"))
    return Outcome()


class News(LookUp[int]):
    """How much was brought."""

    gives = int


async def count(desk: Desk, what: News, person: Person) -> int:
    return len(BROUGHT)


def news(about: str) -> Conversation[Outcome]:
    seen = yield from look("seen", News())
    words = yield from text("words", own(f"News: {seen}"))
    yield from text("more", own(f"{words.text}, and news: {seen}"))
    return Outcome()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    BROUGHT.clear()
    talks = [talk("write", write, aside=True), talk("held", held, aside=True), talk("guest", guest, open_to_all=True)]
    whole = programme(*talks, talk("news", news))
    both = type(whole)(whole.talks, helplines=whole.helplines, write="write")
    async with little(programme=both) as stage:
        only(stage, Affair(finds={Replied: replied, CanWrite: can_write, News: count}, carries={Relay: bring}))
        yield stage


# --- buttons that open a talk -------------------------------------------------------------------------------------


async def test_a_button_opens_its_talk_and_what_was_open_goes_on_after_it(stage: Stage, amina: Phone) -> None:
    await opened(amina, "[Form]", "Title")
    shown = len(amina.chat)
    await amina.does(button=opening_data("held", 9), card=amina.last.id)
    assert "It was held: 9." in amina.last.text
    assert len(amina.chat) == shown + 1  # the message with the button stays as it is
    await opened(amina, "thanks")
    assert "How sure?" in amina.last.text


async def test_a_button_to_the_talk_that_is_open_looks_again_and_keeps_her_answers(stage: Stage, amina: Phone) -> None:
    await amina.does(button=opening_data("news", 3))
    assert "News: 0" in amina.last.text
    BROUGHT.append((0, 0, None))
    stage.clock.forward(timedelta(minutes=1))  # no double tap
    await amina.does(button=opening_data("news", 3))
    assert "News: 1" in amina.last.text
    await opened(amina, "my words")
    BROUGHT.append((0, 0, None))
    stage.clock.forward(timedelta(minutes=1))  # no double tap
    await amina.does(button=opening_data("news", 3))
    assert "my words, and news: 2" in amina.last.text


@pytest.mark.parametrize("data", ["@nothing:1", "@held:", "@:", "@held", "@HELD:1", "@held:a b", "@held:" + "1" * 33])
async def test_a_forged_button_is_one_kind_sentence_or_a_talk_about_nothing(amina: Phone, data: str) -> None:
    await opened(amina, "[Form]")
    await amina.does(button=data)
    assert ("from an earlier moment" in amina.last.text) == (data != "@held:")


def test_opening_buttons_are_read_back() -> None:
    assert read_opening(opening_data("request", 12)) == Opening("request", "12")
    assert read_opening(opening_data("menu")) == Opening("menu", "")
    assert len(opening_data("x" * 24, "9" * 32).encode()) <= 64
    for one in TALKS:
        assert read_opening(opening_data(one.name)) is not None


async def test_a_button_to_a_room_that_needs_a_yes_leads_to_the_welcome(stage: Stage) -> None:
    stranger = stage.phone("en")
    await stranger.does(button=opening_data("held", 9))
    assert "Do you agree?" in stranger.last.text


# --- links that open a talk ---------------------------------------------------------------------------------------


async def link(stage: Stage, purpose: str, uses: int = 1) -> str:
    code = secrets.token_urlsafe(8)
    async with stage.sorora.store.begin() as tx:
        expires = stage.clock.now() + timedelta(days=1)
        await invites.invite(tx, code, "fr", "", uses, expires, purpose=purpose, about=4)
    return f"/start {code}"


async def test_a_link_opens_its_talk_for_who_is_new_and_for_a_member(stage: Stage, amina: Phone) -> None:
    start = await link(stage, "guest", uses=2)
    stranger = stage.phone("en")
    await opened(stranger, start)
    assert next(seen.text for seen in stranger.chat) == "You come for 4."
    assert stranger.last.message.language == "fr"
    await opened(amina, start)
    assert "Your name?" in amina.last.text
    assert amina.last.message.language == "en"


async def test_a_used_up_or_unknown_link_is_the_normal_welcome(stage: Stage, amina: Phone) -> None:
    start = await link(stage, "guest")
    await opened(amina, start, "Amina")
    other = stage.phone("en")
    await opened(other, start)
    assert "Do you agree?" in other.last.text
    await opened(amina, start, "/start nonsense")
    assert amina.last.text == "Menu"


async def test_a_member_does_not_use_up_a_link_of_the_welcome(stage: Stage, amina: Phone) -> None:
    start = await link(stage, "")
    await opened(amina, start)
    assert [row["uses_left"] for row in await rows(stage, "invites")] == [1]


async def test_a_link_to_a_talk_that_is_no_more_is_the_normal_welcome(stage: Stage) -> None:
    stranger = stage.phone("en")
    await opened(stranger, await link(stage, "gone"))
    assert "Do you agree?" in stranger.last.text


# --- replies ------------------------------------------------------------------------------------------------------


async def test_a_reply_reaches_the_other_and_the_open_question_waits(stage: Stage, amina: Phone) -> None:
    await opened(amina, "[Form]", "Title")
    await amina.does(text="Hello you", reply_to="from her")
    assert [(1, PAIR, "Hello you")] == BROUGHT
    assert amina.last.text == "Brought."
    await opened(amina, "4")
    assert "How many?" in amina.last.text


@pytest.mark.parametrize("to", ["", "a question of the bot"])
async def test_a_reply_to_anything_else_is_an_answer(stage: Stage, amina: Phone, to: str) -> None:
    await opened(amina, "[Form]")
    await amina.does(text="Title", reply_to=to)
    assert BROUGHT == []
    assert "How sure?" in amina.last.text


async def test_danger_and_the_ways_out_come_before_a_reply(stage: Stage, amina: Phone) -> None:
    await opened(amina, "[Form]", "Title")
    await amina.does(text="sos", reply_to="from her")
    assert amina.last.text == "Call 112 or 101."
    await amina.does(text="menu", reply_to="from her")
    assert amina.last.text == "Menu"
    assert BROUGHT == []


async def test_voice_notes_and_photos_are_brought_as_replies_too(stage: Stage, amina: Phone) -> None:
    for what, kept in (
        ({"voice": ("ref", "audio/ogg", 3)}, {"voice": 1, "seconds": 3}),
        ({"photo": ("ref2", "image/jpeg", 0), "caption": "My bread"}, {"photo": 2, "caption": "My bread"}),
    ):
        await amina.does(**media(what), reply_to="from her")
        assert BROUGHT[-1] == (1, PAIR, kept)


async def test_what_is_held_leads_to_its_talk(stage: Stage, amina: Phone) -> None:
    await amina.does(text="my number", reply_to="from her")
    assert amina.last.text.startswith("Held.\n\nIt was held: 9.")


# --- words that no question is open for ---------------------------------------------------------------------------


async def test_words_at_the_menu_may_be_for_the_other(stage: Stage, amina: Phone) -> None:
    await opened(amina, "Hello, how are you?")
    assert "Sure?" in amina.last.text
    await opened(amina, "yes")
    assert [(1, PAIR, "Hello, how are you?")] == BROUGHT
    assert amina.last.text.startswith("Brought.")


async def test_a_voice_note_or_photo_at_the_menu_too(stage: Stage, amina: Phone) -> None:
    for what in ({"voice": ("ref", "audio/ogg", 3)}, {"photo": ("ref2", "image/jpeg", 0)}):
        await amina.does(**media(what))
        assert "Sure?" in amina.last.text
        await opened(amina, "menu")


async def test_who_has_nobody_gets_the_menu(stage: Stage) -> None:
    await member(stage)
    alone = await member(stage)
    await opened(alone, "Hello, how are you?")
    assert alone.last.text == "Menu"


async def test_a_row_of_the_menu_is_still_a_row(stage: Stage, amina: Phone) -> None:
    await opened(amina, "Several")
    assert "Which?" in amina.last.text


def media(what: dict[str, Any]) -> dict[str, Any]:
    """Media for Phone.does."""
    return {name: Media(*value) if name in ("voice", "photo") else value for name, value in what.items()}
