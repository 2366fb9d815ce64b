"""A question to begin with: one tap, and she can write more."""

from __future__ import annotations

import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.mentorship import PairOf, PairState, Side
from bot.mentoring.openers import SendOpener
from conversations.opener import TALK
from tests.conversations.couple import seen
from tests.conversations.driver import drive, shown

PAIR = seen(PairState.ACTIVE, Side.MENTOR)


def test_it_goes_at_once_and_she_can_write_more() -> None:
    assert drive(TALK, {}, {PairOf: PAIR}, "7-3").result == Outcome((SendOpener(7, 3),), then="write", about="7-more")


@pytest.mark.parametrize("about", ["", "7", "7-", "7-x", "7-123"])
def test_what_names_no_question_is_not_here(about: str) -> None:
    played = drive(TALK, {}, {PairOf: PAIR}, about)
    assert (shown(played).strip(), played.result) == ("That is no longer open. You did nothing wrong.", Outcome())


@pytest.mark.parametrize("pair", [None, seen(PairState.ENDED, Side.MENTOR)])
def test_where_they_are_no_pair_nothing_goes(pair: object) -> None:
    assert drive(TALK, {}, {PairOf: pair}, "7-3").result == Outcome()
