"""Being introduced: yes or no of both, consent of who is new, and one way to reach each other."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.mentoring.effects import EraseMe, GiveConsent, Outcome, SetProfile
from bot.mentoring.meetings import (
    AnswerIntroduction,
    GiveReach,
    Introduction,
    IntroductionOf,
    IntroductionState,
    Part,
)
from bot.mentoring.people import Person, Purpose
from conversations.introduced import TALK
from tests.conversations.driver import drive, shown, walk
from tests.conversations.world import GONE, MEMBER, STRANGER, world

ASKED = Introduction(5, IntroductionState.OFFERED, Part.MENTEE, "Fictive Lina", "She runs a bakery")
COMES = Introduction(5, IntroductionState.OPENED, Part.CONTACT, "Fictive Lina")
BOTH = Introduction(5, IntroductionState.ACCEPTED, Part.CONTACT, "Fictive Lina", other="Fictive Amina", said=True)
NEW = {"language": "fr", "yes": "yes", "consent": "all", "who": "woman", "alias.1": " Fictive Noor "}


def looks(asked: Introduction | None, me: Person = MEMBER) -> dict[Any, Any]:
    return {**world(me), IntroductionOf: asked}


@pytest.mark.parametrize("yes", [True, False])
def test_the_mentee_reads_why_and_says_yes_or_no(yes: bool) -> None:
    asked = drive(TALK, {}, looks(ASKED), "5")
    assert "Fictive Lina would like you to meet a woman she knows." in shown(asked)
    assert "She writes: She runs a bakery" in shown(asked)
    played = drive(TALK, {"yes": "yes" if yes else "no"}, looks(ASKED), "5")
    assert played.result == Outcome((AnswerIntroduction(5, yes),))


def test_a_member_who_comes_by_the_link_answers_with_one_tap() -> None:
    asked = drive(TALK, {}, looks(COMES), "5")
    assert "Her name in this chat is Fictive Lina." in shown(asked)
    assert "erase" not in shown(asked)
    assert drive(TALK, {"yes": "yes"}, looks(COMES), "5").result == Outcome((AnswerIntroduction(5, yes=True),))
    assert drive(TALK, {"yes": "no"}, looks(COMES), "5").result == Outcome((AnswerIntroduction(5, yes=False),))


def test_who_is_new_is_asked_what_every_woman_is_asked() -> None:
    asked = drive(TALK, {"language": "fr"}, looks(COMES, STRANGER), "5")
    assert asked.language == "fr"
    assert "I keep your language, your yes and your name here." in shown(asked)
    given, adult, named, answer = drive(TALK, NEW, looks(COMES, STRANGER), "5").result.effects
    assert isinstance(given, GiveConsent)
    assert given.given == frozenset(Purpose)
    assert (adult, named) == (SetProfile(adult=True), SetProfile(alias="Fictive Noor"))
    assert answer == AnswerIntroduction(5, yes=True)


def test_without_her_yes_nothing_of_who_is_new_is_kept() -> None:
    no = AnswerIntroduction(5, yes=False)
    assert drive(TALK, {"language": "fr", "yes": "no"}, looks(COMES, STRANGER), "5").result == Outcome((no,))
    without = {"language": "fr", "yes": "yes", "consent": "none"}
    assert drive(TALK, without, looks(COMES, STRANGER), "5").result == Outcome((no,))


@pytest.mark.parametrize("who", ["young", "other"])
def test_a_girl_or_a_man_leaves_no_trace(who: str) -> None:
    answers = {"language": "fr", "yes": "yes", "consent": "all", "who": who}
    played = drive(TALK, answers, looks(COMES, STRANGER), "5")
    assert played.result == Outcome((AnswerIntroduction(5, yes=False), EraseMe(tombstone=False)))
    assert "112" in shown(played) or "102" in shown(played)


def test_who_took_her_yes_back_gives_it_again_but_is_not_asked_her_age() -> None:
    me = msgspec.structs.replace(GONE, alias="Fictive Noor")
    given, answer = drive(TALK, {"yes": "yes", "consent": "all"}, looks(COMES, me), "5").result.effects
    assert isinstance(given, GiveConsent)
    assert answer == AnswerIntroduction(5, yes=True)
    assert drive(TALK, {}, looks(ASKED, GONE), "5").result == Outcome(then="consent")
    assert drive(TALK, {}, looks(BOTH, GONE), "5").result == Outcome(then="consent")


def test_a_spoken_name_is_asked_for_in_letters() -> None:
    voice = {"voice": 7, "seconds": 2}
    asked = drive(TALK, {**NEW, "alias.1": voice}, looks(COMES, STRANGER), "5")
    assert asked.asked is not None
    assert asked.asked.key == "alias.2"
    number = drive(TALK, {**NEW, "alias.1": "0470 12 34 56"}, looks(COMES, STRANGER), "5")
    assert number.asked is not None
    assert number.asked.key == "alias.2"
    spoken = {**NEW, "alias.1": voice, "alias.2": voice, "alias.3": voice}
    assert drive(TALK, spoken, looks(COMES, STRANGER), "5").result.effects[2].alias


def test_after_both_yeses_she_sees_what_goes_before_it_goes() -> None:
    asked = drive(TALK, {"reach.1": "Fridays at ten, the market"}, looks(BOTH), "5")
    assert "This goes to Fictive Amina:\n\nFridays at ten, the market" in shown(asked)
    sent = drive(TALK, {"reach.1": "Fridays at ten, the market", "sure": "send"}, looks(BOTH), "5")
    assert sent.result == Outcome((GiveReach(5, "Fridays at ten, the market"),))
    for answers in ({"reach.1": None}, {"reach.1": "0470 00 00 00", "sure": "no"}):
        assert drive(TALK, answers, looks(BOTH), "5").result == Outcome((GiveReach(5),))


def test_a_voice_note_is_no_way_to_reach_her() -> None:
    asked = drive(TALK, {"reach.1": {"voice": 7, "seconds": 2}}, looks(BOTH), "5")
    assert "type it" in shown(asked)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (None, "That is no longer open."),
        (msgspec.structs.replace(ASKED, said=True), "You said yes."),
        (msgspec.structs.replace(BOTH, gave=True), "You two know each other now."),
        (msgspec.structs.replace(COMES, part=Part.MENTOR), "These words are for your contact."),
    ],
)
def test_what_needs_no_answer_asks_nothing(asked: Introduction | None, words: str) -> None:
    played = drive(TALK, {}, looks(asked), "5")
    assert shown(played).startswith(words)
    assert played.result == Outcome()


def test_a_forged_id_is_not_even_looked_up() -> None:
    assert drive(TALK, {}, world(), "5x").result == Outcome()


@pytest.mark.parametrize(("asked", "me"), [(ASKED, MEMBER), (COMES, STRANGER), (COMES, GONE), (BOTH, MEMBER)])
def test_every_path_ends(asked: Introduction, me: Person) -> None:
    for path in walk(TALK, looks(asked, me), "5"):
        assert isinstance(path.played.result, Outcome)
