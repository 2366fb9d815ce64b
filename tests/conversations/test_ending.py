"""Towards the end: three months more, done, or as planned."""

from __future__ import annotations

import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Ending, Pair, PairOf, PairState
from bot.mentoring.pair_steps import WishEnding
from conversations.ending import TALK
from tests.conversations.couple import seen
from tests.conversations.driver import drive, shown, walk

ACTIVE = {PairOf: seen(PairState.ACTIVE)}


@pytest.mark.parametrize("wish", Ending)
def test_one_tap_says_what_she_wishes(wish: Ending) -> None:
    assert drive(TALK, {"wish": wish.value}, ACTIVE, "7").result == Outcome((WishEnding(7, wish),))


def test_as_planned_asks_for_nothing() -> None:
    played = drive(TALK, {"wish": "wait"}, ACTIVE, "7")
    assert played.result == Outcome()
    assert "Until that day nothing changes." in shown(played)


@pytest.mark.parametrize("pair", [None, *(seen(state) for state in PairState if state is not PairState.ACTIVE)])
def test_only_while_they_go_on(pair: Pair | None) -> None:
    assert shown(drive(TALK, {}, {PairOf: pair}, "7")).strip() == NOT_HERE.msgid


def test_every_option_leads_to_an_end() -> None:
    assert all(isinstance(path.played.result, Outcome) for path in walk(TALK, ACTIVE, "7"))
