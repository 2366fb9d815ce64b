"""After the first meeting: yes, not sure yet, or no; in private."""

from __future__ import annotations

import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Pair, PairOf, PairState, Side
from bot.mentoring.pair_steps import AfterTrial, AnswerTrial
from conversations.trial import TALK
from tests.conversations.couple import seen
from tests.conversations.driver import drive, shown, walk

TRYING = {PairOf: seen(PairState.TRIAL)}


@pytest.mark.parametrize("answer", [AfterTrial.YES, AfterTrial.LATER])
def test_one_tap_says_it(answer: AfterTrial) -> None:
    played = drive(TALK, {"feels": answer.value}, TRYING, "7")
    assert played.result == Outcome((AnswerTrial(7, answer),))


def test_a_no_is_asked_once_more() -> None:
    asked = drive(TALK, {"feels": "no"}, TRYING, "7")
    assert asked.asked is not None
    assert "She reads only that it has ended." in shown(asked)
    assert asked.asked.kind.options["back"].reopens == ("feels",)
    played = drive(TALK, {"feels": "no", "sure": "end"}, TRYING, "7")
    assert played.result == Outcome((AnswerTrial(7, AfterTrial.NO),))


def test_she_is_told_that_it_stays_private() -> None:
    assert "I do not tell her your answer." in shown(drive(TALK, {}, TRYING, "7"))


@pytest.mark.parametrize(
    "pair", [None, *(seen(state) for state in PairState if state is not PairState.TRIAL)]
)  # fmt: skip
def test_only_in_the_trial(pair: Pair | None) -> None:
    played = drive(TALK, {}, {PairOf: pair}, "7")
    assert shown(played).strip() == NOT_HERE.msgid
    assert played.result == Outcome()


@pytest.mark.parametrize("side", Side)
def test_every_option_leads_to_an_end(side: Side) -> None:
    answers = {path.played.result for path in walk(TALK, {PairOf: seen(PairState.TRIAL, side)}, "7")}
    assert answers == {Outcome((AnswerTrial(7, answer),)) for answer in AfterTrial}
