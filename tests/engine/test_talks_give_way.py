"""Talks interrupt each other, change the language, or change by a deploy: she gets on, and what she wrote stays."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import put_together
from bot.dialogue.steps import Conversation, choice, own, speak, text
from bot.mentoring.effects import Outcome, SetProfile
from bot.store import tables
from bot.testing import Phone, Stage
from tests.engine.little import count, little, member, opened, programme, rows, talk

LATER = timedelta(minutes=5)


# --- talks that give way ------------------------------------------------------------------------------------------


async def test_asides_of_asides_come_back_to_what_they_interrupted(amina: Phone) -> None:
    await opened(amina, "[Form]", "Title", "help", "language", "sos")
    assert amina.last.text == "Call 112 or 101."
    await opened(amina, "[Safe]")
    assert amina.last.text == "We go on where you were.\n\nHow sure?\n\n1 = little, 5 = very"


async def test_an_aside_comes_back_to_a_question_without_answers(amina: Phone) -> None:
    await opened(amina, "[Several]", "[Option 2]", "help", "[On]")
    assert "✓ Option 2" in [button.label for button in amina.last.buttons]


async def test_a_new_language_counts_at_once_and_for_what_was_open(stage: Stage) -> None:
    phone = await opened(await member(stage), "[Form]", "Title", "language", "[Français]")
    assert phone.last.message.language == "fr"
    assert "Retour" in [button.label for button in phone.last.buttons]


async def test_a_language_chosen_in_a_talk_is_not_chosen_again_by_its_replay(stage: Stage) -> None:
    def speaking(_about: str) -> Conversation[Outcome]:
        yield from speak((yield from choice("code", own("Speak?"), {"fr": own("Fr"), "nl": own("Nl")})))
        yield from text("x", own("X?"))
        yield from text("y", own("Y?"))
        return Outcome()

    async with little(programme=programme(talk("form", speaking))) as other:
        phone = await opened(await member(other), "[Form]", "[Fr]")
        assert phone.last.message.language == "fr"
        await opened(phone, "/language", "[English]")
        assert (phone.last.message.language, "X?" in phone.last.text) == ("en", True)
        await opened(phone, "words")
        assert (phone.last.message.language, "Y?" in phone.last.text) == ("en", True)
        await opened(phone, "[Back]")
        assert phone.last.message.language == "en"


async def test_a_language_chosen_on_the_way_to_an_effect_is_kept(stage: Stage) -> None:
    def both(_about: str) -> Conversation[Outcome]:
        yield from choice("go", own("Go?"), {"go": own("Go")})
        yield from speak("nl")
        return Outcome((SetProfile(alias="Made-up Mina"),))

    async with little(programme=programme(talk("form", both))) as other:
        phone = await opened(await member(other), "[Form]", "[Go]")
        assert phone.last.message.language == "nl"
        assert [row["language"] for row in await rows(other, "people")] == ["nl"]


async def test_a_circle_of_talks_is_broken_off(stage: Stage, amina: Phone) -> None:
    await opened(amina, "/circle")
    assert amina.last.text.startswith("Something went wrong on our side.")
    await opened(amina, "menu")
    assert amina.last.text == "Menu"
    assert (await count(stage, "put_aside"))["put_aside"] == 1


# --- deploys ------------------------------------------------------------------------------------------------------


async def deployed(stage: Stage, *changed: Any, without: tuple[str, ...] = ()) -> None:
    """Start again with another programme on the same database."""
    old = stage.sorora
    new = programme(*changed, without=without)
    stage.sorora = put_together(old.store, old.channels, old.clock, new, random.Random(99))


async def test_an_open_talk_that_a_deploy_removed_gives_way_to_the_menu(stage: Stage, amina: Phone) -> None:
    await opened(amina, "[Form]", "Title")
    old = amina.find("4")[1].data
    await deployed(stage, without=("form",))
    await amina.does(button=old)
    assert amina.last.text.endswith("Menu")
    await opened(amina, "anything", "[Several]")
    assert "Which?" in amina.last.text


async def test_an_aside_whose_talk_a_deploy_removed_ends_at_the_menu(stage: Stage, amina: Phone) -> None:
    await opened(amina, "[Form]", "Title", "help")
    await deployed(stage, without=("form",))
    await opened(amina, "[On]")
    assert amina.last.text == "Menu"


async def test_a_talk_whose_last_question_a_deploy_removed_ends(stage: Stage, amina: Phone) -> None:
    def shorter(_about: str) -> Conversation[Outcome]:
        yield from text("title", own("A title?"))
        return Outcome()

    await opened(amina, "[Form]", "Title")
    await deployed(stage, talk("form", shorter))
    await opened(amina, "anything")
    assert amina.last.text.endswith("Menu")


async def test_a_talk_that_a_deploy_broke_is_no_dead_end(stage: Stage, amina: Phone) -> None:
    def raising(_about: str) -> Conversation[Outcome]:
        yield from text("title", own("A title?"))
        raise ValueError("broken by a deploy")

    await opened(amina, "[Form]", "Title")
    await deployed(stage, talk("form", raising))
    await opened(amina, "4")
    assert amina.last.text.startswith("Something went wrong on our side.")
    await opened(amina, "menu")
    assert amina.last.text == "Menu"
    await opened(amina, "[Several]", "sos")
    assert amina.last.text == "Call 112 or 101."
    await deployed(stage)  # mended: what she wrote is still there
    await opened(amina, "menu", "/form")
    assert "How sure?" in amina.last.text


@pytest.mark.parametrize("cry", ["word", "button"])
async def test_danger_is_heard_even_where_the_open_talk_is_broken(stage: Stage, amina: Phone, cry: str) -> None:
    def raising(_about: str) -> Conversation[Outcome]:
        yield from text("title", own("A title?"))
        raise ValueError("broken by a deploy")

    old = amina.find("I am in danger")[1].data
    await opened(amina, "[Form]", "Title")
    await deployed(stage, talk("form", raising))
    await (amina.types("sos") if cry == "word" else amina.does(button=old))
    assert amina.last.text == "Call 112 or 101."


async def test_a_language_that_went_away_is_no_dead_end(stage: Stage, amina: Phone) -> None:
    async with stage.sorora.store.begin() as tx:
        await tx.conn.execute(sa.update(tables.people).values(language="xx"))
    await opened(amina, "menu")
    assert (amina.last.text, amina.last.message.language) == ("Menu", "en")
