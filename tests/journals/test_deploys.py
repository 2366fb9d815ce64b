"""A deploy in the middle of a talk: the programme ends as one version and starts as another, on the same database.

Answers are found by key: what is new is asked, what is gone is ignored, what no longer fits is asked again, and every
other answer stays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.dialogue.steps import Conversation, Own, Talk, Text, choice, choices, own, say, scale, text
from bot.mentoring.effects import Outcome, Programme, SetProfile
from conversations import PROGRAMME
from tests.transcripts.stories import arrives
from tests.transcripts.theatre import Theatre, theatre

Begin = Callable[[str], Conversation[Outcome]]
COLOURS = {"red": own("Red"), "blue": own("Blue"), "green": own("Green")}
DAYS = {"mon": own("Monday"), "tue": own("Tuesday"), "wed": own("Wednesday")}


def first_version(_about: str) -> Conversation[Outcome]:
    """What was there when she began."""
    colour = yield from choice("colour", own("Which colour?"), COLOURS)
    days = yield from choices("days", own("Which days?"), DAYS)
    often = yield from scale("often", own("How often?"), 1, 5, own("never"), own("always"))
    name = yield from text("name", own("What name?"))
    return (yield from summary(colour, days.options, often, name))


def summary(*answers: object) -> Conversation[Outcome]:
    """Tell all answers, and keep one of them."""
    said = [answer.text if isinstance(answer, Own) else str(answer) for answer in answers]
    yield from say(Text("{all}")(all=" | ".join(said)), keep=True)
    return Outcome((SetProfile(alias="kept"),))


def with_a_question_more(_about: str) -> Conversation[Outcome]:
    """A question is inserted between two that she has answered."""
    colour = yield from choice("colour", own("Which colour?"), COLOURS)
    shade = yield from choice("shade", own("Light or dark?"), {"light": own("Light"), "dark": own("Dark")})
    days = yield from choices("days", own("Which days?"), DAYS)
    often = yield from scale("often", own("How often?"), 1, 5, own("never"), own("always"))
    name = yield from text("name", own("What name?"))
    return (yield from summary(colour, shade, days.options, often, name))


def with_a_question_less(_about: str) -> Conversation[Outcome]:
    """A question that she has answered, and the one that is open, are gone."""
    colour = yield from choice("colour", own("Which colour?"), COLOURS)
    often = yield from scale("often", own("How often?"), 1, 5, own("never"), own("always"))
    return (yield from summary(colour, often))


def with_an_option_less(_about: str) -> Conversation[Outcome]:
    """The colour that she chose and one of her days are dropped."""
    colour = yield from choice("colour", own("Which colour?"), {"red": own("Red"), "green": own("Green")})
    days = yield from choices("days", own("Which days?"), {"mon": own("Monday"), "wed": own("Wednesday")})
    often = yield from scale("often", own("How often?"), 1, 5, own("never"), own("always"))
    name = yield from text("name", own("What name?"))
    return (yield from summary(colour, days.options, often, name))


def in_another_order(_about: str) -> Conversation[Outcome]:
    """The same questions, the last first, and the scale shorter than her answer."""
    name = yield from text("name", own("What name?"))
    often = yield from scale("often", own("How often?"), 1, 3, own("never"), own("always"))
    days = yield from choices("days", own("Which days?"), DAYS)
    colour = yield from choice("colour", own("Which colour?"), COLOURS)
    return (yield from summary(colour, days.options, often, name))


def programme(begin: Begin | None) -> Programme:
    """The programme with this version of the form, or without any."""
    form = {} if begin is None else {"form": Talk("form", own_title(), begin, command="form")}
    return Programme({**PROGRAMME.talks, **form}, helplines=PROGRAMME.helplines)


def own_title() -> Text:
    return Text("A form")


@asynccontextmanager
async def deployed(after: Begin | None, file: Path) -> AsyncIterator[Theatre]:
    """She answered three questions of the first version, the fourth is open; then comes another version."""
    async with theatre("en", file / "sorora.db", programme(first_version)) as house:
        await arrives(house)
        await house.she.types("/form")
        await house.she.picks("blue", "mon", "tue", "done", "5")
        assert house.she.reads.startswith("What name?")
        house.programme = programme(after)
        await house.restart()
        yield house


async def test_a_question_inserted_is_asked_and_the_others_stay(tmp_path: Path) -> None:
    async with deployed(with_a_question_more, tmp_path) as house:
        await house.she.types("Fictive Fien")  # she answers what she sees; the form has another question first
        assert house.she.reads.endswith("Light or dark?")
        await house.she.picks("dark")
        assert house.she.reads.startswith("What name?")
        await house.she.types("Fictive Fien")
        assert house.she.phone.chat[-2].text == "blue | dark | ('mon', 'tue') | 5 | Fictive Fien"


async def test_a_button_of_the_old_version_is_kindly_refused(tmp_path: Path) -> None:
    async with deployed(with_a_question_more, tmp_path) as house:
        await house.she.picks("back")
        assert "from an earlier moment" in house.she.reads
        assert "Light or dark?" in house.she.reads


async def test_a_question_removed_is_ignored_and_the_talk_goes_to_its_end(tmp_path: Path) -> None:
    async with deployed(with_a_question_less, tmp_path) as house:
        await house.she.types("Fictive Fien")
        assert [seen.text for seen in house.she.phone.chat[-2:]] == ["blue | 5", "kept, what would you like to do?"]


async def test_options_dropped_are_let_go_or_asked_again(tmp_path: Path) -> None:
    async with deployed(with_an_option_less, tmp_path) as house:
        await house.she.types("Fictive Fien")
        assert house.she.reads.endswith("Which colour?")
        assert [button.label for button in house.she.phone.last.message.options] == ["Red", "Green"]
        await house.she.picks("green")
        await house.she.types("Fictive Fien")
        assert house.she.phone.chat[-2].text == "green | ('mon',) | 5 | Fictive Fien"


async def test_another_order_and_a_shorter_scale_ask_only_what_is_needed(tmp_path: Path) -> None:
    async with deployed(in_another_order, tmp_path) as house:
        await house.she.types("Fictive Fien")
        assert "How often?" in house.she.reads
        await house.she.picks("2")
        assert house.she.phone.chat[-2].text == "blue | ('mon', 'tue') | 2 | Fictive Fien"


async def test_a_talk_removed_leaves_her_at_the_menu(tmp_path: Path) -> None:
    async with deployed(None, tmp_path) as house:
        await house.she.types("Fictive Fien")
        assert "What would you like to do?" in house.she.reads
        assert not [button for button in house.she.phone.last.buttons if button.data.endswith("=left")]


@pytest.mark.parametrize("after", [with_a_question_more, with_an_option_less, in_another_order])
async def test_the_first_version_finds_every_answer_again_after_a_roll_back(after: Begin, tmp_path: Path) -> None:
    async with deployed(after, tmp_path) as house:
        await house.she.types("   ")  # the other version looks at the journal and answers nothing
        house.programme = programme(first_version)
        await house.restart()
        await house.she.types("Fictive Fien")
        assert house.she.phone.chat[-2].text == "blue | ('mon', 'tue') | 5 | Fictive Fien"


async def test_control_an_answer_moved_to_another_key_is_asked_anew(tmp_path: Path) -> None:
    def renamed(_about: str) -> Conversation[Outcome]:
        colour = yield from choice("new_colour", own("Which colour?"), COLOURS)
        return (yield from summary(colour))

    async with deployed(renamed, tmp_path) as house:
        await house.she.types("   ")
        assert house.she.reads.endswith("Which colour?")
