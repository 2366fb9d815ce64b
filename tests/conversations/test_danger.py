"""Danger: numbers before anything else, only sure ones, and no promise that is not kept."""

from __future__ import annotations

import re

import pytest

from bot.dialogue.steps import phrases
from bot.mentoring.effects import Outcome
from bot.mentoring.people import Person
from conversations import PROGRAMME
from conversations.danger import TALK, someone_to_call
from tests.conversations.driver import drive, shown, walk
from tests.conversations.world import GONE, MEMBER, STRANGER, world

NUMBERS = PROGRAMME.helplines


def first(language: str) -> str:
    return shown(drive(TALK, {}, world(Person(4, language))))


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de", "ar", "ti"])
def test_emergency_numbers_come_first_and_two_helplines_follow(language: str) -> None:
    numbers = re.findall(r"^([0-9 ]+):", first(language), re.MULTILINE)
    assert numbers[:2] == ["112", "101"]
    assert len(numbers) == 4


@pytest.mark.parametrize(
    ("language", "two"),
    [
        ("nl", ["1712", "106"]),
        ("fr", ["0800 30 030", "0800 98 100"]),
        ("de", ["108", "1712"]),
        ("uk", ["1712", "0800 30 030"]),
    ],
)
def test_helplines_in_her_language_come_before_others(language: str, two: list[str]) -> None:
    assert [line.number for line in someone_to_call(NUMBERS, language)] == two


def test_only_sure_numbers_stand_in_the_first_answer() -> None:
    for language in ("en", "fr", "nl", "de"):
        assert "Please check" not in first(language)


def test_it_is_all_in_one_message_with_the_question() -> None:
    played = drive(TALK, {}, world())
    assert played.said == ()
    assert played.asked is not None


def test_no_promise_of_day_and_night_but_for_106_107_and_108() -> None:
    promised = {line.number for line in NUMBERS if "day and night" in line.what or "24" in line.what}
    assert promised == {"106", "107", "108"}


def test_without_any_number_of_the_programme_there_is_112() -> None:
    assert "112:" in shown(drive(TALK, {}, world(helplines=())))


def test_more_numbers_begin_with_the_emergency_numbers_again() -> None:
    more = shown(drive(TALK, {"now": "more"}, world()))
    assert more.index("112") < more.index("101:") < more.index("1813")
    assert "Please check" in more


@pytest.mark.parametrize("me", [STRANGER, GONE, MEMBER])
def test_every_path_goes_back_to_what_was_open(me: Person) -> None:
    assert TALK.open_to_all
    assert TALK.aside
    assert all(path.played.result == Outcome() for path in walk(TALK, world(me), all_ways=True))


def test_one_word_alarms_are_unmistakable() -> None:
    words = phrases(TALK.words.msgid) if TALK.words else []
    assert {word for word in words if " " not in word} == {
        "danger",
        "emergency",
        "sos",
        "112",
        "101",
        "police",
        "urgent",
    }


def test_the_list_of_numbers_is_whole() -> None:
    assert len(NUMBERS) == len({line.number for line in NUMBERS})
    for line in NUMBERS:
        assert line.source.startswith("https://")
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", line.verified_on)
        assert all(len(sentence.split()) <= 12 for sentence in line.what.split(". "))
    assert [line.number for line in NUMBERS if line.youth and not line.danger] == ["102", "103", "116 000"]
