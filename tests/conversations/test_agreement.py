"""The agreement: one screen for each thing, what is proposed and accepted, and nothing before the last tap."""

from __future__ import annotations

from typing import Any

import pytest

from bot.mentoring.effects import Outcome, SetProfile
from bot.mentoring.lookups import NOT_HERE, Me
from bot.mentoring.mentorship import Pair, PairOf, PairState, Rhythm, Side
from bot.mentoring.pair_steps import Agree, EndPair
from bot.mentoring.people import Person
from conversations.agreement import TALK
from tests.conversations.couple import MENTEE, MENTOR, NOW, seen
from tests.conversations.driver import drive, labels, shown, walk

YES = {"promise": "yes", "rhythm": "weekly", "months": "6", "media": "yes", "goal": "no", "agree": "yes"}
PROPOSED: dict[str, Any] = {
    "rhythms": {Side.MENTEE: "twice_a_month"},
    "lengths": {Side.MENTEE: 9},
    "agreed": {Side.MENTEE: NOW},
}


def world(pair: Pair | None, me: Person = MENTEE) -> dict[Any, Any]:
    return {PairOf: pair, Me: me}


def test_a_mentee_agrees_in_six_taps() -> None:
    played = drive(TALK, YES, world(seen(PairState.AGREEING)), "7")
    assert played.questions == tuple(YES)
    assert played.result == Outcome((Agree(7, Rhythm.WEEKLY, 6, media=True, share_goal=False),))


def test_a_mentor_is_not_asked_about_the_goal() -> None:
    answers = {key: value for key, value in YES.items() if key != "goal"}
    played = drive(TALK, answers, world(seen(PairState.AGREEING, Side.MENTOR), MENTOR), "7")
    assert played.result == Outcome((Agree(7, Rhythm.WEEKLY, 6, media=True, share_goal=False),))


def test_the_second_accepts_what_the_first_proposed_with_one_tap() -> None:
    pair = seen(PairState.AGREEING, Side.MENTOR, **PROPOSED)
    asked = drive(TALK, {"promise": "yes"}, world(pair, MENTOR), "7")
    assert "Fictive Fleur proposes: Twice a month, 9 months." in shown(asked)
    answers = {"promise": "yes", "suits": "yes", "media": "no", "agree": "yes"}
    played = drive(TALK, answers, world(pair, MENTOR), "7")
    assert played.result == Outcome((Agree(7, Rhythm.TWICE_A_MONTH, 9, media=False),))


def test_or_proposes_something_else() -> None:
    pair = seen(PairState.AGREEING, Side.MENTOR, **PROPOSED)
    answers = {"promise": "yes", "suits": "no", "rhythm": "monthly", "months": "3", "media": "no", "agree": "yes"}
    played = drive(TALK, answers, world(pair, MENTOR), "7")
    assert played.result == Outcome((Agree(7, Rhythm.MONTHLY, 3, media=False),))


def test_the_four_principles_are_said() -> None:
    words = shown(drive(TALK, {}, world(seen(PairState.AGREEING)), "7"))
    assert all(word in words for word in ("Solidarity", "Respect", "Confidentiality", "No judgement"))


def test_what_is_kept_and_who_can_read_it_is_said_before_the_last_tap() -> None:
    answers = {key: value for key, value in YES.items() if key != "agree"}
    played = drive(TALK, answers, world(seen(PairState.AGREEING)), "7")
    words = shown(played)
    for told in (
        "not sealed from phone to phone",
        "30 days",
        "A coordinator reads them only if",
        "never sees your number",
    ):
        assert told in words
    assert labels(played) == {"yes": "I agree", "no": "Not yet"}


def test_not_yet_agrees_to_nothing() -> None:
    played = drive(TALK, {**YES, "agree": "no"}, world(seen(PairState.AGREEING)), "7")
    assert played.result == Outcome()
    assert "Take your time." in shown(played)


def test_no_thank_you_is_asked_once_more_and_ends_it() -> None:
    pair = world(seen(PairState.AGREEING))
    assert drive(TALK, {"promise": "no", "leave": "yes"}, pair, "7").result == Outcome((EndPair(7),))
    assert drive(TALK, {"promise": "no", "leave": "no"}, pair, "7").result == Outcome()


def test_who_has_no_name_here_is_asked_for_one() -> None:
    nameless = Person(2, adult=True)
    played = drive(TALK, {"name": " Fleur ", **YES}, world(seen(PairState.AGREEING), nameless), "7")
    assert played.result.effects[0] == SetProfile(alias="Fleur")


def test_who_has_agreed_is_told_what_comes() -> None:
    pair = seen(PairState.AGREEING, agreed={Side.MENTEE: NOW})
    played = drive(TALK, {}, world(pair), "7")
    assert "When Fictive Sara agrees too, I will tell you." in shown(played)
    assert played.result == Outcome()


@pytest.mark.parametrize("about", ["7", "", "seven", "9" * 32])
@pytest.mark.parametrize("pair", [None, seen(PairState.ACTIVE), seen(PairState.ENDED)])
def test_what_is_over_or_not_hers_is_not_here(pair: Pair | None, about: str) -> None:
    played = drive(TALK, {}, world(pair), about)
    assert shown(played).strip() == NOT_HERE.msgid
    assert played.result == Outcome()


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("file", [{}, {**PROPOSED, "agreed": {}}])
def test_every_option_leads_to_an_end(side: Side, file: dict[str, Any]) -> None:
    for path in walk(TALK, world(seen(PairState.AGREEING, side, **file)), "7", all_ways=True):
        assert isinstance(path.played.result, Outcome)
        agreed = any(isinstance(effect, Agree) for effect in path.played.result.effects)
        assert agreed is (path.answers.get("agree") == "yes")
