"""Barriers: what holds her back, and what mentors have overcome."""

from __future__ import annotations

import pytest

from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment, SetProfile
from bot.mentoring.people import Role
from conversations.barriers import BARRIERS, TALK
from tests.conversations.driver import drive, english, labels, shown, walk
from tests.conversations.self_knowledge import drawn, world

KIND = Assessment.BARRIERS


def test_the_five_of_the_source_text_and_four_of_practice_can_be_named() -> None:
    asked = drive(TALK, {}, world(KIND))
    assert list(labels(asked)) == [
        "language", "network", "workplace", "diploma", "experience", "childcare", "papers", "money", "transport",
    ]  # fmt: skip


def test_a_mentee_says_what_holds_her_back_now() -> None:
    played = drive(TALK, {"holds": {"options": ["diploma", "money"], "own": "My back hurts"}}, world(KIND))
    assert "Holds you back now: My foreign diploma, Money, My back hurts." in shown(played)
    profile, saved = played.result.effects
    assert profile == SetProfile(barriers=("diploma", "money"))
    assert saved.words == {"holds": "My back hurts"}
    assert saved.levels == {item: 1 if item in ("diploma", "money") else 2 for item in BARRIERS}


def test_nothing_is_an_answer_too() -> None:
    played = drive(TALK, {"holds": []}, world(KIND))
    assert "Your road is open." in shown(played)
    assert played.result.effects[0] == SetProfile(barriers=())


def test_a_mentor_says_what_she_has_overcome() -> None:
    played = drive(TALK, {"overcome": ["language"]}, world(KIND, role=Role.MENTOR))
    assert played.questions == ("overcome",)
    assert "Behind you: Language." in shown(played)
    assert played.result.effects[0] == SetProfile(barriers=("language",))


def test_who_is_both_is_asked_both_and_what_still_holds_is_not_overcome() -> None:
    answers = {"holds": ["money"], "overcome": ["language", "money"]}
    played = drive(TALK, answers, world(KIND, role=Role.BOTH))
    profile, saved = played.result.effects
    assert profile == SetProfile(barriers=("money",))
    assert (saved.levels["language"], saved.levels["money"], saved.levels["network"]) == (3, 1, 2)


def test_taken_again_a_picture_shows_what_no_longer_holds_her_back() -> None:
    assert drive(TALK, {"holds": []}, world(KIND)).said[-1].picture is None
    then = dict.fromkeys(BARRIERS, 2) | {"language": 1}
    say = drive(TALK, {"holds": ["money"]}, world(KIND, then)).said[-1]
    drawn(say.picture)
    words = english(say.words)
    assert "Language: Holds me back, now Does not hold me back." in words
    assert words.index("Language: ") < words.index("Money: ")  # what grew comes first


@pytest.mark.parametrize("role", [None, *Role])
def test_every_option_leads_to_an_end(role: Role | None) -> None:
    for path in walk(TALK, world(KIND, role=role), all_ways=True):
        assert isinstance(path.played.result, Outcome)
        assert isinstance(path.played.result.effects[1], SaveAssessment)
