"""Back, Skip and changing an earlier answer."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue.replay import Journal, answered, back, looked, play, reopened
from bot.dialogue.steps import (
    Conversation,
    Option,
    Refused,
    choice,
    choices,
    look,
    optional,
    own,
    text,
)
from bot.mentoring.lookups import Me
from bot.mentoring.people import Person
from tests.dialogue.small_talk import AB, Q, asked, give

# --- back, skip, reopen -------------------------------------------------------------------------------------------


def test_back_takes_the_last_answer_and_the_looks_after_it() -> None:
    def talk() -> Conversation[Any]:
        yield from look("before", Me())
        yield from choice("first", Q, AB)
        yield from look("after", Me())
        yield from choice("second", Q, AB)

    journal = Journal({"before": {"id": 1}})
    assert back(journal, play(talk, journal)) is None  # nothing was answered yet
    journal = give(talk, journal, first="a")
    wanted = play(talk, journal).wanted
    assert wanted is not None
    journal = looked(journal, wanted, Person(1))
    before = back(journal, play(talk, journal))
    assert before is not None
    assert before.answers == {"before": {"id": 1}}
    assert asked(play(talk, before)) == "first"


def test_back_leaves_answers_of_another_path_for_when_it_is_taken_again() -> None:
    def talk() -> Conversation[Any]:
        way = yield from choice("way", Q, AB)
        if way == "a":
            yield from text("long", Q)
        return (yield from text("end", Q))

    journal = give(talk, Journal(), way="a", long="kept words")
    for _again in range(2):
        journal = back(journal, play(talk, journal)) or journal
    assert asked(play(talk, journal)) == "way"
    journal = Journal({"way": "b", "long": "kept words"})
    went = back(journal, play(talk, journal))
    assert went == Journal({"long": "kept words"})


def test_skip_counts_as_an_answer_and_back_takes_it_too() -> None:
    def talk() -> Conversation[Any]:
        maybe = yield from optional(text("maybe", Q))
        return maybe, (yield from text("end", Q))

    journal = give(talk, Journal(), maybe=None)
    assert asked(play(talk, journal)) == "end"
    assert back(journal, play(talk, journal)) == Journal()
    ask = play(talk, journal).asked
    assert ask is not None
    with pytest.raises(ValueError, match="cannot be skipped"):
        answered(journal, ask, None)


def review() -> Conversation[Any]:
    a = yield from text("a", Q)
    one = yield from text("m.1", Q)
    two = yield from text("m.2", Q)
    yield from choice(
        "review", Q, {"good": own("Good"), "a": Option(own("A"), reopens=("a",)), "m": Option(own("M"), reopens=("m",))}
    )
    return a.text, one.text, two.text


WHOLE = {"a": "1", "m.1": "2", "m.2": "3"}


def test_reopening_asks_again_and_keeps_all_else() -> None:
    journal = give(review, Journal(WHOLE), review="a")
    assert "review" not in journal.answers
    assert asked(play(review, journal)) == "a"
    journal = give(review, journal, a="new", review="good")
    assert play(review, journal).result == ("new", "2", "3")
    assert journal.aside == {}


def test_back_at_a_reopened_question_brings_the_old_answer_back() -> None:
    journal = give(review, Journal(WHOLE), review="m")
    assert (asked(play(review, journal)), journal.aside) == ("m.1", {"m.1": "2", "m.2": "3"})
    journal = back(journal, play(review, journal)) or Journal()
    assert (journal, asked(play(review, journal))) == (Journal(WHOLE), "review")


def test_back_at_the_second_reopened_question_keeps_the_first_change() -> None:
    journal = give(review, Journal(WHOLE), review="m", m__1="changed")
    journal = back(journal, play(review, journal)) or Journal()
    assert journal == Journal({**WHOLE, "m.1": "changed"})


def test_reopening_takes_whole_names_only() -> None:
    journal = Journal({"m": 1, "m.1": 2, "m.1.x": 3, "mm": 4, "x.m": 5})
    assert reopened(journal, ["m"]) == Journal({"mm": 4, "x.m": 5}, {"m": 1, "m.1": 2, "m.1.x": 3})


def test_a_refused_answer_leaves_the_journal_alone() -> None:
    ask = play(review, Journal(WHOLE)).asked
    assert ask is not None
    with pytest.raises(Refused):
        answered(Journal(), ask, "z")


def test_an_answer_clears_the_ticks() -> None:
    def talk() -> Conversation[Any]:
        return (yield from choices("which", Q, AB))

    ask = play(talk, Journal(draft=("a",))).asked
    assert ask is not None
    assert answered(Journal(draft=("a",)), ask, ["a"]) == Journal({"which": ["a"]})


def test_back_from_a_new_question_loses_none_of_what_is_being_changed() -> None:
    def talk() -> Conversation[Any]:
        way = yield from text("m.way", Q)
        if way.text == "long":
            yield from text("detail", Q)
        yield from text("m.end", Q)
        yield from choice("review", Q, {"good": own("Good"), "m": Option(own("M"), reopens=("m",))})

    journal = give(talk, Journal({"m.way": "short", "m.end": "old words"}), review="m", m__way="long")
    assert asked(play(talk, journal)) == "detail"
    journal = back(journal, play(talk, journal)) or Journal()
    assert asked(play(talk, journal)) == "m.way"
    journal = give(talk, journal, m__way="short")
    assert asked(play(talk, journal)) == "m.end"
    journal = back(journal, play(talk, journal)) or Journal()  # and Back brings the old one back
    assert journal.answers["m.end"] == "old words"
