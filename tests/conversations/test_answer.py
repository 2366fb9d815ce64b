"""A mentor's question, and the mentee's answer."""

from __future__ import annotations

from typing import Any

from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Helplines
from bot.mentoring.requests import AnswerFirst, Question, QuestionOf
from conversations import PROGRAMME
from conversations.answer import TALK
from tests.conversations.driver import drive, shown, walk

WORLD: dict[Any, Any] = {
    QuestionOf: Question(7, "Fictive Fatma", "Which days suit you?"),
    Helplines: PROGRAMME.helplines,
}


def test_she_reads_the_question_and_answers_in_her_own_words() -> None:
    assert "Fictive Fatma asks you:\n\nWhich days suit you?" in shown(drive(TALK, {}, WORLD, about="7"))
    for words in ("Mondays", {"voice": 4, "seconds": 5}):
        assert drive(TALK, {"answer.0": words}, WORLD, about="7").result == Outcome((AnswerFirst(7, words),))


def test_numbers_stay_out_but_helplines_may_be_named() -> None:
    again = drive(TALK, {"answer.0": "My number is 0470 12 34 56"}, WORLD, about="7")
    assert again.asked is not None
    assert again.asked.key == "answer.1"
    known = next(line.number for line in PROGRAMME.helplines if line.number.replace(" ", "").isdecimal())
    assert drive(TALK, {"answer.0": f"I called {known}"}, WORLD, about="7").result == Outcome(
        (AnswerFirst(7, f"I called {known}"),)
    )


def test_a_question_that_is_over_is_no_longer_open() -> None:
    played = drive(TALK, {}, {**WORLD, QuestionOf: None}, about="7")
    assert "no longer open" in shown(played)
    assert played.result == Outcome()


def test_every_way_leads_to_an_end() -> None:
    for path in walk(TALK, WORLD, about="7"):
        assert isinstance(path.played.result, Outcome)
