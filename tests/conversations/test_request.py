"""A mentor's card, and her answer to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from bot.mentoring.effects import Outcome, SetProfile
from bot.mentoring.lookups import Helplines, Me, Now
from bot.mentoring.profiles import Field, Level
from bot.mentoring.reasons import Kind, Reason
from bot.mentoring.requests import Accept, AskFirst, Card, CardOf, Decline, WhyNot
from conversations import PROGRAMME
from conversations.request import TALK
from tests.conversations.driver import Looks, drive, labels, shown, walk
from tests.conversations.self_knowledge import NOW
from tests.conversations.world import MEMBER

CARD = Card(
    7,
    "Fictive Amina",
    datetime(2026, 11, 25, 23, 30, tzinfo=UTC),
    languages={"ar": Level.MOTHER},
    knows=(Field.CARE,),
    hopes=(Field.FOOD,),
    goal={"msgid": "I have done a trial day.", "context": ""},
    reasons=(Reason(Kind.HOPED, 30, ("food",)), Reason(Kind.BARRIER, 10, ("papers",))),
    note="I would like to cook.",
)


def world(card: Card | None = CARD, **more: Any) -> Looks:
    me = msgspec.structs.replace(MEMBER, **more)
    return {Me: me, Now: NOW, CardOf: card, Helplines: PROGRAMME.helplines}


def test_the_card_shows_what_she_may_see_and_no_more() -> None:
    words = shown(drive(TALK, {}, world(), about="7"))
    for part in (
        "Fictive Amina would like you as her mentor.",
        "Languages: ar",
        "Work she knows: Care and health",
        "Work she wishes for: Kitchen and food",
        "Her goal: I have done a trial day.",
        "• She wishes for work that you know: Kitchen and food.",
        "• You know the road she is on.",  # residence papers are not named
        "She writes: “I would like to cook.”",
        "You have until 2026-11-26.",
    ):
        assert part in words
    assert "coordinator" not in words
    bare = shown(drive(TALK, {}, world(Card(7, "", CARD.until, by_team=True)), about="7"))
    assert "A woman without a name would like you" in bare
    assert "A coordinator thinks that you two fit." in bare


def test_what_is_not_hers_is_no_longer_open() -> None:
    played = drive(TALK, {}, world(None), about="7")
    assert "That is no longer open." in shown(played)
    assert played.result == Outcome()


def test_what_the_talk_is_about_can_be_forged() -> None:
    for about, number in (("7", 7), ("7-answered", 7), ("", 0), ("-7", 0), ("9" * 32, 0), ("x", 0)):
        assert drive(TALK, {}, {**world(), CardOf: KeyError, CardOf(number): CARD}, about=about).asked is not None


def test_yes_a_kind_no_or_one_question() -> None:
    assert drive(TALK, {"answer": "yes"}, world(), about="7").result == Outcome((Accept(7),))
    for why in WhyNot:
        no = drive(TALK, {"answer": "no", "why": why.value}, world(), about="7")
        assert no.result == Outcome((Decline(7, why),))
    asked = drive(TALK, {"answer": "ask", "question.0": "Which days?"}, world(), about="7")
    assert asked.result == Outcome((AskFirst(7, "Which days?"),))


def test_only_one_question_can_be_asked() -> None:
    waits = msgspec.structs.replace(CARD, question="Which days?", with_mentee=True)
    played = drive(TALK, {}, world(waits), about="7")
    assert list(labels(played)) == ["yes", "no"]
    assert "You asked: “Which days?”" in shown(played)
    assert "Her answer is not here yet." in shown(played)
    answered = msgspec.structs.replace(CARD, question="Which days?", answer={"voice": 1, "seconds": 2})
    assert "She answered:" in shown(drive(TALK, {}, world(answered), about="7"))


def test_no_number_goes_along_with_a_question() -> None:
    answers = {"answer": "ask", **{f"question.{n}": "0470 12 34 56" for n in range(3)}}
    assert drive(TALK, answers, world(), about="7").result == Outcome()


def test_a_mentor_without_a_name_is_asked_for_one_before_she_says_yes() -> None:
    named = drive(TALK, {"answer": "yes", "alias.0": "Fictive Fatma"}, world(alias=""), about="7")
    assert named.result == Outcome((SetProfile(alias="Fictive Fatma"), Accept(7)))
    no = drive(TALK, {"answer": "no", "why": "no_time"}, world(alias=""), about="7")
    assert no.result == Outcome((Decline(7, WhyNot.NO_TIME),))


def test_every_option_leads_to_an_end() -> None:
    for alias in ("", "Fictive Fatma"):
        for path in walk(TALK, world(alias=alias), about="7"):
            assert isinstance(path.played.result, Outcome)
