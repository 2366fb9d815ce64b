"""Writing to her, what is held back, and sharing contact details: the talks alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.dialogue.steps import Refused
from bot.mentoring.effects import Outcome
from bot.mentoring.held_back import Lure
from bot.mentoring.lookups import Now
from bot.mentoring.mentorship import MyPairs, Pair, PairFile, PairOf, PairState, Side
from bot.mentoring.relay import (
    LONGEST,
    CameMeanwhile,
    DropHeld,
    Held,
    HeldWords,
    Relay,
    SendHeld,
    ShareContacts,
    id_in,
    name_of,
)  # fmt: skip
from conversations import contacts, held, write
from tests.conversations.driver import drive, english, labels, shown, walk

BEGAN = datetime(2027, 3, 1, 9, tzinfo=UTC)
AMINA = Pair(7, PairState.ACTIVE, Side.MENTOR, "Fictive Amina", 2, BEGAN)
SARA = Pair(8, PairState.TRIAL, Side.MENTOR, "Fictive Sara", 3, BEGAN)
NEW = Pair(9, PairState.AGREEING, Side.MENTOR, "Fictive Nour", 4, BEGAN)
GONE = "That is no longer open. You did nothing wrong."


def world(*pairs: Pair, came: bool = False, **more: Any) -> dict[Any, Any]:
    return {MyPairs: pairs, Now: BEGAN, CameMeanwhile: came, **more}


# --- write --------------------------------------------------------------------------------------------------------


def test_she_writes_and_may_go_on() -> None:
    played = drive(write.TALK, {"words": "Hello"}, world(AMINA), "7")
    assert played.result == Outcome((Relay(7, "Hello"),), then="write", about="7-more")
    assert shown(drive(write.TALK, {}, world(AMINA), "7")).endswith("Write to Fictive Amina. I bring it to her.")
    assert shown(drive(write.TALK, {}, world(AMINA), "7-more")).endswith("You can write more to Fictive Amina.")


@pytest.mark.parametrize("words", [{"voice": 4, "seconds": 9}, {"photo": 4, "caption": "Look"}])
def test_she_may_speak_or_show(words: dict[str, Any]) -> None:
    assert drive(write.TALK, {"words": words}, world(AMINA), "7").result.effects == (Relay(7, words),)


def test_too_much_is_refused() -> None:
    drive(write.TALK, {"words": "x" * LONGEST}, world(AMINA), "7")
    with pytest.raises(Refused):
        drive(write.TALK, {"words": "x" * (LONGEST + 1)}, world(AMINA), "7")


@pytest.mark.parametrize("about", ["6", "999", "seven", "-more", "9" * 32, "٧٧"])
def test_what_is_not_hers_is_not_here(about: str) -> None:
    played = drive(write.TALK, {}, world(AMINA), about)
    assert (shown(played).strip(), played.result) == (GONE, Outcome())


def test_for_whom_is_asked_where_it_is_not_said() -> None:
    asked = drive(write.TALK, {}, world(AMINA, SARA, NEW))
    assert labels(asked) == {"7": "Fictive Amina", "8": "Fictive Sara", "nobody": "To nobody"}
    sent = drive(write.TALK, {"whom": "8", "words": "Hello"}, world(AMINA, SARA, NEW))
    assert sent.result == Outcome((Relay(8, "Hello"),), then="write", about="8-more")
    assert drive(write.TALK, {"whom": "nobody"}, world(AMINA)).result == Outcome()
    assert drive(write.TALK, {}, world()).result == Outcome()


def test_what_came_meanwhile_makes_her_say_for_whom_it_is() -> None:
    both = world(AMINA, SARA, came=True)
    assert "Who is it for?" in shown(drive(write.TALK, {"words": "Yes"}, both, "7"))
    assert drive(write.TALK, {"words": "Yes", "sure": "8"}, both, "7").result.effects == (Relay(8, "Yes"),)
    assert drive(write.TALK, {"words": "Yes", "sure": "nobody"}, both, "7").result == Outcome()
    alone = {MyPairs: (AMINA,), Now: BEGAN}  # nothing else is looked up: there is nobody else
    assert drive(write.TALK, {"words": "Yes"}, alone, "7").result.effects == (Relay(7, "Yes"),)


def test_first_the_agreement() -> None:
    assert drive(write.TALK, {}, world(NEW), "9").result == Outcome(then="agreement", about="9")
    assert drive(write.TALK, {"whom": "9"}, world(NEW)).result == Outcome(then="agreement", about="9")


def test_the_same_name_twice_has_a_number() -> None:
    other = Pair(8, PairState.ACTIVE, Side.MENTOR, "fictive amina", 3, BEGAN)
    assert [english(name_of(one, (AMINA, other))) for one in (AMINA, other)] == ["Fictive Amina", "fictive amina 2"]
    assert english(name_of(other)) == "fictive amina"


def test_ids_in_what_buttons_say() -> None:
    said = ("7", "7-more", "", "-7", "x", "7x", "9" * 18, "9" * 19)
    assert [id_in(about) for about in said] == [7, 7, 0, 0, 0, 0, 10**18 - 1, 0]


# --- held ---------------------------------------------------------------------------------------------------------


def kept(*found: Lure, file: PairFile | None = None) -> dict[Any, Any]:
    pair = Pair(7, PairState.ACTIVE, Side.MENTEE, "Fictive Lina", 2, BEGAN, file or PairFile())
    return {HeldWords: Held(5, 7, frozenset(found)), PairOf: pair, MyPairs: (pair,)}


def test_three_doors_for_a_number() -> None:
    looks = kept(Lure.PHONE)
    asked = drive(held.TALK, {}, looks, "5")
    assert list(labels(asked)) == ["anew", "ask", "leave"]
    assert "a phone number" in shown(asked)
    assert drive(held.TALK, {"door": "anew"}, looks, "5").result == Outcome((DropHeld(5),), then="write", about="7")
    assert drive(held.TALK, {"door": "ask"}, looks, "5").result == Outcome((ShareContacts(7, yes=True),))
    assert drive(held.TALK, {"door": "leave"}, looks, "5").result == Outcome((DropHeld(5),))


def test_money_cannot_be_agreed_on() -> None:
    for found in ((Lure.MONEY,), (Lure.MONEY, Lure.PHONE)):
        assert list(labels(drive(held.TALK, {}, kept(*found), "5"))) == ["anew", "leave"]


def test_what_was_asked_is_not_asked_again() -> None:
    file = PairFile(contacts=frozenset({Side.MENTEE}))
    assert list(labels(drive(held.TALK, {}, kept(Lure.ADDRESS, file=file), "5"))) == ["anew", "leave"]


def test_what_can_go_now_goes_when_she_says_so() -> None:
    asked = drive(held.TALK, {}, kept(), "5")
    assert list(labels(asked)) == ["send", "leave"]
    sent = drive(held.TALK, {"door": "send"}, kept(), "5")
    assert sent.result == Outcome((SendHeld(5),), then="write", about="7-more")


def test_held_words_of_another_are_not_here() -> None:
    assert shown(drive(held.TALK, {}, {HeldWords: None}, "5")).strip() == GONE


# --- contacts -----------------------------------------------------------------------------------------------------


def between(*sides: Side, state: PairState = PairState.ACTIVE) -> dict[Any, Any]:
    file = PairFile(contacts=frozenset(sides))
    pair = Pair(7, state, Side.MENTEE, "Fictive Lina", 2, BEGAN, file)
    return {PairOf: pair, MyPairs: (pair,)}


@pytest.mark.parametrize(
    ("sides", "says", "no"),
    [
        ((), "Would you like to share", "no"),
        ((Side.MENTOR,), "Fictive Lina would like to share", "no"),
        ((Side.MENTEE,), "I wait for the answer of Fictive Lina", "no"),
        ((Side.MENTEE, Side.MENTOR), "You and Fictive Lina can share", "no"),
    ],
)
def test_her_own_yes_or_no(sides: tuple[Side, ...], says: str, no: str) -> None:
    looks = between(*sides)
    asked = drive(contacts.TALK, {}, looks, "7")
    assert asked.asked is not None
    assert says in shown(asked)
    after_no = drive(contacts.TALK, {asked.asked.key: no}, looks, "7")
    assert after_no.result.effects == (ShareContacts(7, yes=False),)
    hers = Side.MENTEE in sides
    after_yes = drive(contacts.TALK, {asked.asked.key: "yes"}, looks, "7").result.effects
    assert after_yes == (() if hers else (ShareContacts(7, yes=True),))


@pytest.mark.parametrize("state", [PairState.AGREEING, PairState.ENDED, PairState.COMPLETED])
def test_not_before_and_not_after(state: PairState) -> None:
    assert shown(drive(contacts.TALK, {}, between(state=state), "7")).strip() == GONE


def test_every_path_ends() -> None:
    for looks, talk, about in (
        (world(AMINA, SARA, came=True), write.TALK, ""),
        (kept(Lure.PHONE), held.TALK, "5"),
        (between(), contacts.TALK, "7"),
    ):
        assert all(isinstance(path.played.result, Outcome) for path in walk(talk, looks, about))
