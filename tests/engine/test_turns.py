"""What one woman writes and taps, and what she reads: every way to answer, to turn back and to get out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dialogue.steps import Conversation, choice, own, text
from bot.mentoring.effects import Outcome
from bot.testing import Phone, Stage
from tests.engine.little import little, member, opened, programme, rows, talk, tall

LATER = timedelta(minutes=5)


# --- from the first word to the end of a talk ---------------------------------------------------------------------


async def test_a_whole_form_by_taps_and_words(amina: Phone, stage: Stage) -> None:
    await opened(amina, "[Form]")
    assert amina.last.text == "This is the form.\n\nA title?\n\nWrite, or send a voice note."
    await opened(amina, "My bakery", "[4]", "12", "[Now]")
    assert amina.last.text == "Good?"
    await opened(amina, "[Good]")
    assert amina.last.text == "Kept: My bakery\n\nMenu"
    (person,) = await rows(stage, "people")
    async with stage.sorora.store.begin() as tx:
        assert b"My bakery" in tx.vault.open_bytes(person["sealed"])
        assert b"My bakery" not in person["sealed"]
    assert [row["name"] for row in await rows(stage, "talks")] == ["menu"]


async def test_numbers_and_dates_are_read_in_her_own_script(amina: Phone) -> None:
    await opened(amina, "[Form]", "Title", "٤", "١٢", "1.4.2027")
    assert amina.last.text == "Good?"
    await opened(amina, "1")
    assert "Kept: Title" in amina.last.text


@pytest.mark.parametrize(
    ("before", "act", "says"),
    [
        ("[Form]", "A title that is far too long", "28 characters"),
        ("[Form] Title", "9", "a number from 1 to 5"),
        ("[Form] Title", "many", "a number from 1 to 5"),
        ("[Form] Title 4", "100", "a number from 0 to 99"),
        ("[Form] Title 4 12", "31.2.2027", "Please write a date like"),
        ("[Form] Title 4 12", "1.1.2026", "Please choose a day between"),
        ("[Form] Title 4 12 1.4.2027", "perhaps", "Please tap one of the answers"),
        ("[Form] Title 4 12 1.4.2027", "7", "Please tap one of the answers"),
        ("[Several]", "perhaps", "write their numbers"),
        ("[Several]", "done", "at least 1 answer"),
        ("[Several]", "1 2 3 4", "at most 3 answers"),
    ],
)
async def test_what_does_not_fit_gets_a_kind_reason_and_the_question_again(
    amina: Phone, before: str, act: str, says: str
) -> None:
    await opened(amina, *before.split())
    question = amina.last.text.split("\n\n", 1)[-1] if before == "[Form]" else amina.last.text
    await opened(amina, act)
    assert says in amina.last.text
    assert amina.last.text.endswith(question)
    assert act not in amina.last.text


async def test_several_options_by_ticks(amina: Phone) -> None:
    await opened(amina, "[Several]", "[Option 3]", "[Option 1]", "[Option 3]", "[Option 2]")
    assert [button.label for button in amina.last.buttons if "✓" in button.label] == ["✓ Option 1", "✓ Option 2"]
    await opened(amina, "[Done]", "Pears")
    assert amina.last.text == "You chose o1 o2 and Pears.\n\nMenu"


async def test_several_options_by_numbers_come_to_those_ticked(amina: Phone) -> None:
    await opened(amina, "[Several]", "[Option 4]", "1, 3", "[Done]")
    assert amina.last.text == "You chose o0 o2 o4 and nothing.\n\nMenu"


async def test_too_many_ticks_are_told_and_can_be_taken_back(amina: Phone) -> None:
    await opened(amina, "[Several]", *(f"[Option {n}]" for n in range(4)), "[Done]")
    assert "at most 3" in amina.last.text
    await opened(amina, "[Option 0]", "[Done]", "[Done]")
    assert "You chose o1 o2 o3" in amina.last.text


async def test_a_page_turns_without_an_answer(amina: Phone) -> None:
    await opened(amina, "[Several]")
    page = amina.last.message.page_data
    await amina.does(button=f"{page}1", card=amina.last.id)
    assert (amina.last.message.page, amina.last.message.text.split("\n")[0]) == (1, "Which?")
    await amina.does(button=f"{page}999", card=amina.last.id)
    assert "from an earlier moment" in amina.last.text


# --- back, skip, stop, help ---------------------------------------------------------------------------------------


async def test_back_and_skip_by_button_and_by_word(amina: Phone) -> None:
    await opened(amina, "[Form]", "Title", "[4]")
    assert "How many?" in amina.last.text
    await opened(amina, "[Back]")
    assert "How sure?" in amina.last.text
    await opened(amina, "/back")
    assert "A title?" in amina.last.text
    await opened(amina, "back")
    assert amina.last.text.startswith("This is the first question.")
    await opened(amina, "Other", "5", "skip")
    assert "By when?" in amina.last.text
    await opened(amina, "[Back]", "[Skip]")
    assert "By when?" in amina.last.text
    await opened(amina, "skip")
    assert "needs an answer" in amina.last.text


async def test_a_change_at_the_review_asks_one_question_only(amina: Phone) -> None:
    await opened(amina, "[Form]", "Title", "4", "skip", "1.4.2027", "[Change title]")
    assert "A title?" in amina.last.text
    await opened(amina, "[Back]")
    assert amina.last.text.endswith("Good?")
    stage = amina.stage
    stage.clock.forward(LATER)
    await opened(amina, "[Change title]", "Better", "[Good]")
    assert "Kept: Better" in amina.last.text


async def test_stop_keeps_the_place(amina: Phone) -> None:
    await opened(amina, "[Form]", "Title", "4", "[Stop]")
    assert amina.last.text == "I keep what you wrote. You can go on at any time.\n\nMenu"
    await opened(amina, "[Go on with form]")
    assert amina.last.text.startswith("We go on where you were.")
    assert "How many?" in amina.last.text


async def test_stop_in_the_welcome_keeps_nothing(stage: Stage) -> None:
    phone = await opened(stage.phone("en"), "/start", "[Yes]", "stop")
    assert phone.last.text.startswith("You can begin again at any time.")
    await opened(phone, "anything", "/welcome")
    assert "Do you agree?" in phone.last.text


async def test_help_at_a_question_is_the_question_s_own(amina: Phone) -> None:
    await opened(amina, "[Form]", "help")
    assert amina.last.text.startswith("Any title will do.\n\nA title?")
    await opened(amina, "Title", "help")
    assert amina.last.text == "This is help."
    await opened(amina, "[On]")
    assert "How sure?" in amina.last.text


# --- words and what they mean -------------------------------------------------------------------------------------


async def test_words_of_talks_are_answers_where_own_words_are_asked(amina: Phone) -> None:
    await opened(amina, "[Form]", "language")
    assert "How sure?" in amina.last.text
    await opened(amina, "language")
    assert amina.last.text == "Language?"


@pytest.mark.parametrize("word", ["menu", "MENU", "/menu", "/menu@sorora_bot", "القائمة", "Accueil"])
async def test_the_menu_is_the_way_out_of_everything(amina: Phone, word: str) -> None:
    await opened(amina, "[Form]", word)
    assert amina.last.text == "Menu"


async def test_a_command_counts_where_own_words_are_asked(amina: Phone) -> None:
    await opened(amina, "[Broken]", "/form")
    assert amina.last.text.startswith("This is the form.")


async def test_an_unknown_command_is_no_dead_end(amina: Phone) -> None:
    await opened(amina, "/nothing")
    assert amina.last.text.endswith("Menu")


async def test_the_words_on_a_button_mean_the_button(stage: Stage) -> None:
    def clash(_about: str) -> Conversation[Outcome]:
        yield from choice("x", own("Now?"), {"later": own("Later"), "menu": own("Menu")})
        yield from text("y", own("After it."))
        return Outcome()

    async with little(programme=programme(talk("form", clash))) as other:
        phone = await opened(await member(other), "[Form]", "later")
        assert phone.last.text.startswith("After it.")


DANGER = ["SOS", "sos!!", "I am in danger", "Please come, i am in danger now", "Je suis en danger", "Ik ben in gevaar"]


@pytest.mark.parametrize("cry", DANGER)
@pytest.mark.parametrize("where", ["", "[Form]", "[Form] Title", "[Several]"])
async def test_danger_comes_before_everything(amina: Phone, cry: str, where: str) -> None:
    await opened(amina, *where.split())
    before, heard = amina.last.text, len(amina.chat)
    await opened(amina, cry)
    assert [seen.text for seen in amina.chat[heard:]] == ["Call 112 or 101."]
    await opened(amina, "[Safe]")
    assert amina.last.text.endswith(before.split("\n\n", 1)[-1] if where == "[Form]" else before)


async def test_danger_is_the_first_word_of_someone_new(stage: Stage) -> None:
    phone = await opened(stage.phone("en"), "sos")
    assert tall(phone) == "Call 112 or 101."
    await opened(phone, "[Safe]")
    assert "Do you agree?" in phone.last.text or phone.last.text.endswith("Menu")


# --- buttons ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", "foreign stale forged-option forged-talk nonsense long nul page".split())
async def test_a_button_works_only_for_her_and_her_open_question(stage: Stage, amina: Phone, kind: str) -> None:
    other = await opened(await member(stage), "[Form]", "Title")
    foreign = other.find("4")[1].data
    await opened(amina, "[Form]", "Title")
    stale = amina.find("4")[1].data
    await opened(amina, "[4]")
    stage.clock.forward(LATER)
    mine = amina.find("Back")[1].data
    data = {
        "foreign": foreign,
        "stale": stale,
        "forged-option": mine.replace("!back", "=admin"),
        "forged-talk": "x" + mine[1:],
        "nonsense": "💥.=.",
        "long": "a." * 40_000,
        "nul": "\0.\0.=\0",
        "page": mine.replace("!back", ">٣٣٣"),
    }[kind]
    before = await rows(stage, "talks")
    audits = len(await rows(stage, "audit"))
    await amina.does(button=data, card=amina.last.id)
    assert amina.last.text == "That button is from an earlier moment. We are here now:\n\nHow many?\n\nWrite a number."
    assert await rows(stage, "talks") == before
    audit = await rows(stage, "audit")
    assert len(audit) == audits + 1
    assert audit[-1]["what"] == "stale button"
    assert "How sure?" in other.last.text


async def test_a_button_of_a_menu_long_gone_answers_kindly(amina: Phone) -> None:
    old = amina.find("Form")[1].data
    await opened(amina, "menu")
    amina.stage.clock.forward(LATER)
    await amina.does(button=old)
    assert amina.last.text.endswith("We are here now:\n\nMenu")


async def test_an_old_button_for_danger_still_gives_the_numbers(stage: Stage, amina: Phone) -> None:
    old = amina.find("I am in danger")[1].data
    await opened(amina, "[Form]", "Title")
    await amina.does(button=old)
    assert amina.last.text == "Call 112 or 101."
    await opened(amina, "[Safe]")
    assert "How sure?" in amina.last.text
    new = stage.phone("en")
    await new.does(button=old)
    assert new.last.text == "Call 112 or 101."


async def test_a_double_tap_counts_once(stage: Stage, amina: Phone) -> None:
    await opened(amina, "[Form]", "Title")
    seen, button = amina.find("4")
    await amina.does(button=button.data, card=seen.id)
    heard = len(amina.chat)
    await amina.does(button=button.data, card=seen.id)
    assert (len(amina.chat), "How many?" in amina.last.text) == (heard, True)
    assert await rows(stage, "audit") == []


async def test_the_same_tap_after_coming_back_is_an_answer(amina: Phone) -> None:
    await opened(amina, "[Form]", "Title", "[4]", "back")
    assert "How sure?" in amina.last.text
    await opened(amina, "[4]")
    assert "How many?" in amina.last.text
