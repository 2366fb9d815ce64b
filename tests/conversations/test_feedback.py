"""How it was: three taps, two texts, and who reads them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Feedback, PairState, Side
from bot.mentoring.pair_steps import FeedbackOpen, GiveFeedback
from conversations.feedback import TALK
from tests.conversations.couple import seen
from tests.conversations.driver import drive, shown, walk

STARS = {"respect": 5, "open": 4, "good": 3}


def over(state: PairState = PairState.COMPLETED, side: Side = Side.MENTEE) -> dict[Any, Any]:
    return {FeedbackOpen: seen(state, side)}


def test_she_says_how_it_was_and_what_the_other_may_read() -> None:
    words = {"helped": "You listened.", "better": "More time."}
    answers = {"tell": "yes", **STARS, **words, "share_helped": "yes", "share_better": "no"}
    played = drive(TALK, answers, over(), "7")
    assert played.result == Outcome((GiveFeedback(7, Feedback(STARS, words, frozenset({"helped"}))),))


def test_she_is_helped_to_say_it_kindly() -> None:
    asked = drive(TALK, {"tell": "yes", **STARS, "helped": None}, over(), "7")
    assert "Say it kindly" in shown(asked)
    assert "what happened, what you felt, and what would help" in shown(asked)


def test_her_own_words_stand_above_the_question_who_reads_them() -> None:
    asked = drive(TALK, {"tell": "yes", **STARS, "helped": "You listened.", "better": None}, over(), "7")
    assert shown(asked) == "You wrote: You listened.\nMay Fictive Sara read this?"


@pytest.mark.parametrize("words", ["Call me: 0470 12 34 56", {"voice": 4, "seconds": 9}])
def test_voice_notes_and_contact_details_stay_here(words: Any) -> None:
    answers = {"tell": "yes", **STARS, "helped": words, "better": None}
    played = drive(TALK, answers, over(), "7")
    assert played.result == Outcome((GiveFeedback(7, Feedback(STARS, {"helped": words})),))


def test_both_texts_can_be_left_out() -> None:
    answers = {"tell": "yes", **STARS, "helped": None, "better": None}
    assert drive(TALK, answers, over(), "7").result == Outcome((GiveFeedback(7, Feedback(STARS)),))


def test_what_she_said_is_kept_before_anything_else_is_asked() -> None:
    answers = {"tell": "yes", **STARS, "helped": None, "better": None}
    played = drive(TALK, answers, over(PairState.ENDED), "7")
    assert played.result == Outcome((GiveFeedback(7, Feedback(STARS)),))
    assert "find another mentor" in shown(played)


@pytest.mark.parametrize(("find", "then"), [("yes", "find"), ("no", "")])
def test_a_mentee_whose_pair_ended_early_can_look_on(find: str, then: str) -> None:
    answers = {"tell": "no", "find": find}
    assert drive(TALK, answers, over(PairState.ENDED), "7").result == Outcome(then=then)


def test_a_mentor_is_not_asked_to_look_for_one() -> None:
    assert drive(TALK, {"tell": "no"}, over(PairState.ENDED, Side.MENTOR), "7").result == Outcome()


def test_what_is_not_open_is_not_here() -> None:
    assert shown(drive(TALK, {}, {FeedbackOpen: None}, "7")).strip() == NOT_HERE.msgid


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("state", [PairState.COMPLETED, PairState.ENDED])
def test_every_option_leads_to_an_end(state: PairState, side: Side) -> None:
    for path in walk(TALK, over(state, side), "7"):
        assert isinstance(path.played.result, Outcome)
        for effect in path.played.result.effects:
            assert isinstance(effect, GiveFeedback)
            assert effect.said.shared <= set(effect.said.words)
