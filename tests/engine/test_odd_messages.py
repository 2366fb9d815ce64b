"""Voice notes, stickers, texts without words or without end, and who may come in: always a clear sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Media
from bot.testing import Phone, Stage
from tests.engine.little import opened, rows

LATER = timedelta(minutes=5)


# --- voices, stickers, odd texts ----------------------------------------------------------------------------------


async def test_a_voice_note_is_an_answer_where_own_words_are(stage: Stage, amina: Phone) -> None:
    await opened(amina, "[Form]")
    await amina.speaks(seconds=7)
    assert "How sure?" in amina.last.text
    (media,) = await rows(stage, "media")
    assert (media["seconds"], media["state"]) == (7, "wanted")
    await amina.speaks()
    assert "I need a tap or a written word" in amina.last.text
    assert len(await rows(stage, "media")) == 1


async def test_a_voice_note_beside_ticks_keeps_both(amina: Phone) -> None:
    await opened(amina, "[Several]", "[Option 1]", "[Done]", "[Apple]")
    await amina.speaks()
    assert amina.last.text.startswith("You chose o1 and ")


@pytest.mark.parametrize("what", ["sticker", "contact", "location", "file", "poll"])
async def test_what_cannot_be_taken_is_told(amina: Phone, what: str) -> None:
    await opened(amina, "[Form]")
    await amina.sends(what)
    assert "I can read words and hear voice notes" in amina.last.text
    assert "A title?" in amina.last.text


async def test_a_photo_is_told_too(amina: Phone) -> None:
    await amina.does(photo=Media("x", "image/jpeg"))
    assert "Here I cannot use a photo" in amina.last.text


ODD = {
    "empty": "", "spaces": " \n\t\u00a0 ", "nul": "\0", "surrogate": "\ud83d", "controls": "\x01\x02\u202e\u2066",
    "unseen": "\u200b\u200d\ufe0f",
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("where", ["", "[Form]", "[Form] Title"])
async def test_a_text_without_words_gets_a_clear_sentence(amina: Phone, odd: str, where: str) -> None:
    await opened(amina, *where.split())
    question = amina.last.text.split("\n\n")[-2 if where else -1]
    await opened(amina, odd)
    assert "That message came without words" in amina.last.text
    assert question in amina.last.text


LONG = {"emoji": "🌻" * 1024, "words": "word " * 5000, "one line": "x" * 100_000, "nuls": "\0" * 5000 + "y" * 30}


@pytest.mark.parametrize("long", LONG.values(), ids=LONG.keys())
async def test_a_text_that_is_too_long_is_told_and_not_kept_half(stage: Stage, amina: Phone, long: str) -> None:
    await opened(amina, "[Form]")
    kept = await rows(stage, "talks")
    await opened(amina, long)
    assert "in at most 20" in amina.last.text
    assert len(amina.last.text) < 200
    assert await rows(stage, "talks") == kept


async def test_odd_signs_inside_words_are_cleaned_and_the_rest_is_literal(amina: Phone) -> None:
    await opened(amina, "[Form]", "<b>{x}\0\ud83d\u202e_*[", "3", "skip", "1.4.2027", "[Good]")
    assert "Kept: <b>{x}_*[" in amina.last.text


async def test_an_emoji_alone_is_a_word(amina: Phone) -> None:
    await opened(amina, "[Form]", "🌻")
    assert "How sure?" in amina.last.text


# --- consent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["/form", "settings", "/several", "/broken"])
async def test_without_a_yes_only_the_open_rooms_are_open(stage: Stage, way: str) -> None:
    phone = await opened(stage.phone("en"), "/start", way)
    assert "Do you agree?" in phone.last.text
    await opened(phone, "menu")
    assert phone.last.text == "Menu"
    await opened(phone, "[Form]")
    assert "Do you agree?" in phone.last.text


async def test_a_no_is_no_dead_end(stage: Stage) -> None:
    phone = await opened(stage.phone("en"), "/start", "[No]")
    assert phone.last.text == "Menu"
    await opened(phone, "help", "[On]", "/data")
    assert len([seen for seen in phone.chat if seen.message.document]) == 2


async def test_what_waits_is_closed_after_a_withdrawal(amina: Phone) -> None:
    await opened(amina, "[Form]", "Title", "menu", "[Withdraw]", "/form")
    assert "How sure?" not in amina.last.text
    await opened(amina, "menu", "[Go on with form]")
    assert "How sure?" not in amina.last.text
