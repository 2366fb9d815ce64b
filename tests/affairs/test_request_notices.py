"""What the two are told, and when not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.mentoring.requests import (
    AskMentors,
    Decline,
    WhyNot,
)
from bot.testing import Stage, rehearsal
from tests.affairs.asked import told
from tests.affairs.cast import mentor, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def test_a_voice_note_comes_along_once_it_is_here(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.phone.types("find a mentor")
    await amina.phone.taps(amina.phone.last.buttons[0].label)
    await amina.phone.speaks(5, b"OggS fictional words")
    await amina.phone.taps("Send")
    assert fatma.phone.chat == []  # the note is still on its way
    await stage.forward(seconds=31)
    assert fatma.phone.last.message.voice is not None
    assert fatma.phone.last.message.voice.body == b"OggS fictional words"


async def test_a_voice_note_that_never_comes_holds_nothing_up(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.phone.types("find a mentor")
    await amina.phone.taps(amina.phone.last.buttons[0].label)
    await amina.phone.speaks(5)
    stage.channel.media.clear()
    await amina.phone.taps("Send")
    await stage.forward(minutes=1)
    assert fatma.phone.last.message.voice is None
    assert "A woman asks you to be her mentor" in fatma.phone.last.text


async def test_at_night_only_what_is_still_true_is_told_in_the_morning(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    those = [await mentor(stage, f"Fictive Mentor {n}") for n in range(3)]
    await amina.carries(AskMentors(tuple(one.id for one in those)))
    await stage.forward(hours=12)
    await those[0].carries(Decline(1, WhyNot.NO_TIME))
    await those[1].carries(Decline(2, WhyNot.NO_TIME))
    assert amina.phone.chat == []
    await stage.forward(hours=12)
    assert len(amina.phone.chat) == 1  # one message for both
    assert "Fictive Mentor 1 cannot take a new mentee now." in amina.phone.last.text
    assert "I have asked Fictive Mentor 2 now." in amina.phone.last.text
    assert those[1].phone.chat == []  # her card waited for the morning, and was answered before


async def test_who_asks_somebody_else_at_night_is_not_told_of_the_one_before(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id,)))
    await stage.forward(hours=12)
    await fatma.carries(Decline(1, WhyNot.NO_TIME))
    await amina.carries(AskMentors((hana.id,)))
    await stage.forward(hours=12)
    assert amina.phone.chat == []
    assert told(hana, "A woman asks you to be her mentor") == 1


async def test_a_search_left_open_is_shown_as_it_is_now(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id, hana.id)))
    await amina.phone.types("my request")
    assert "You asked Fictive Fatma." in amina.phone.last.text
    await fatma.carries(Decline(1, WhyNot.NO_TIME))
    await amina.phone.taps("Look")
    assert "You asked Fictive Hana." in amina.phone.last.text
    assert "Fictive Fatma" not in amina.phone.last.text
