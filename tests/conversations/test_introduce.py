"""A mentor introduces her mentee to a woman she knows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.meetings import Introduce
from bot.mentoring.mentorship import Pair, PairOf, PairState, Side
from conversations.introduce import TALK
from tests.conversations.driver import drive, shown, walk
from tests.conversations.world import world

PAIR = Pair(7, PairState.ACTIVE, Side.MENTOR, "Fictive Amina", 2, datetime(2027, 3, 1, tzinfo=UTC))


def looks(pair: Pair | None = PAIR) -> dict[Any, Any]:
    return {**world(), PairOf: pair}


def test_what_happens_is_said_first_and_why_is_a_line() -> None:
    asked = drive(TALK, {}, looks(), "7")
    assert "I ask Fictive Amina first." in shown(asked)
    assert "I tell nobody who said no." in shown(asked)
    played = drive(TALK, {"why.1": "She runs a bakery"}, looks(), "7")
    assert played.result == Outcome((Introduce(7, "She runs a bakery"),))
    assert drive(TALK, {"why.1": None}, looks(), "7").result == Outcome((Introduce(7, None),))


def test_contact_details_of_a_third_woman_are_not_passed_on() -> None:
    asked = drive(TALK, {"why.1": "Call her on 0470 12 34 56"}, looks(), "7")
    assert "Please write only why." in shown(asked)
    spoken = drive(TALK, {"why.1": {"voice": 7, "seconds": 3}}, looks(), "7")
    assert "type it" in shown(spoken)
    thrice = dict.fromkeys(("why.1", "why.2", "why.3"), "Call her on 0470 12 34 56")
    assert drive(TALK, thrice, looks(), "7").result == Outcome((Introduce(7, None),))


@pytest.mark.parametrize(
    "pair",
    [None, msgspec.structs.replace(PAIR, side=Side.MENTEE), msgspec.structs.replace(PAIR, state=PairState.TRIAL)],
)
def test_only_a_mentor_of_an_active_pair(pair: Pair | None) -> None:
    played = drive(TALK, {}, looks(pair), "7")
    assert shown(played).startswith("That is no longer open.")
    assert played.result == Outcome()
    assert drive(TALK, {}, looks(PAIR), "x").result == Outcome()


def test_every_path_ends() -> None:
    assert len(list(walk(TALK, looks(), "7"))) >= 2
