"""The solidarity chain: what she has now, and yes, not now or no."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.mentoring.assessments import Assessment, Taken
from bot.mentoring.effects import Outcome, SetProfile
from bot.mentoring.lookups import NOT_HERE, Me, TakenBefore
from bot.mentoring.mentorship import Chain, Pair, PairOf, PairState, Side
from bot.mentoring.pair_steps import AnswerChain
from bot.mentoring.people import Person, Role
from bot.mentoring.profiles import Field, MyProfile, Profile
from conversations.chain import TALK
from tests.conversations.couple import MENTEE, NOW, seen
from tests.conversations.driver import drive, labels, shown, walk

TAKEN = tuple(Taken(Assessment.BARRIERS, NOW, levels) for levels in ({"language": 1, "money": 1}, {"language": 2}))


def world(pair: Pair | None = None, me: Person = MENTEE, **more: Any) -> dict[Any, Any]:
    pair = pair or seen(PairState.COMPLETED)
    return {PairOf: pair, Me: me, TakenBefore: TAKEN, MyProfile: Profile(knows=frozenset({Field.CARE})), **more}


def test_she_reads_what_she_knows_now() -> None:
    words = shown(drive(TALK, {}, world(), "7"))
    assert "This is behind you: Language." in words
    assert "You know this work: Care and health." in words


def test_who_has_told_nothing_is_invited_as_well() -> None:
    words = shown(drive(TALK, {}, {**world(), TakenBefore: (), MyProfile: Profile()}, "7"))
    assert "behind you" not in words
    assert "Would you like to become a mentor?" in words


def test_yes_leads_to_the_path_of_a_mentor() -> None:
    played = drive(TALK, {"answer": "yes"}, world(), "7")
    assert played.result == Outcome((AnswerChain(7, Chain.YES), SetProfile(role=Role.BOTH)), then="mentoring")


def test_not_now_is_asked_once_more_and_only_once() -> None:
    played = drive(TALK, {"answer": "later"}, world(), "7")
    assert played.result == Outcome((AnswerChain(7, Chain.LATER),))
    assert "once more in three months" in shown(played)
    assert list(labels(drive(TALK, {}, world(seen(PairState.COMPLETED, chain="later")), "7"))) == ["yes", "no"]


def test_no_is_a_good_answer() -> None:
    played = drive(TALK, {"answer": "no"}, world(), "7")
    assert played.result == Outcome((AnswerChain(7, Chain.NO),))
    assert "Thank you for telling me." in shown(played)


@pytest.mark.parametrize(
    ("pair", "me"),
    [
        (seen(PairState.ENDED), MENTEE),
        (seen(PairState.ACTIVE), MENTEE),
        (seen(PairState.COMPLETED, Side.MENTOR), MENTEE),
        (seen(PairState.COMPLETED), msgspec.structs.replace(MENTEE, role=Role.BOTH)),
        (seen(PairState.COMPLETED, chain="no"), MENTEE),
    ],
)
def test_who_is_not_invited(pair: Pair, me: Person) -> None:
    assert shown(drive(TALK, {}, world(pair, me), "7")).strip() == NOT_HERE.msgid


def test_what_is_not_hers_is_not_here() -> None:
    assert shown(drive(TALK, {}, {**world(), PairOf: None}, "7")).strip() == NOT_HERE.msgid


def test_every_option_leads_to_an_end() -> None:
    assert {path.answers["answer"] for path in walk(TALK, world(), "7")} == set(Chain)
