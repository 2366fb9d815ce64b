"""Report and block: two taps each, and the numbers that help at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Helplines
from bot.mentoring.mentorship import MyPairs, Pair, PairOf, PairState, Side
from bot.mentoring.relay import Block, Concern, Report
from conversations import PROGRAMME
from conversations.report import TALK
from tests.conversations.driver import drive, labels, shown, walk

PAIR = Pair(7, PairState.ACTIVE, Side.MENTEE, "Fictive Lina", 2, datetime(2027, 3, 1, tzinfo=UTC))


def world(pair: Pair | None = PAIR) -> dict[Any, Any]:
    pairs = (pair,) if pair is not None and pair.living else ()
    return {PairOf: pair, MyPairs: pairs, Helplines: PROGRAMME.helplines}


@pytest.mark.parametrize("concern", list(Concern))
def test_one_tap_reports_and_then_only_the_block_is_asked(concern: Concern) -> None:
    reported = drive(TALK, {"what": concern.value}, world(), "7")
    assert reported.result == Outcome((Report(7, concern),), then="report", about="7-told")


def test_one_tap_blocks() -> None:
    asked = drive(TALK, {}, world(), "7")
    assert list(labels(asked)) == ["money", "unkind", "off_goal", "other", "block"]
    assert "cannot be undone" in shown(asked)
    assert drive(TALK, {"what": "block"}, world(), "7").result == Outcome((Block(7),))


def test_after_a_report_the_numbers_and_the_block() -> None:
    told = drive(TALK, {}, world(), "7-told")
    said = shown(told)
    assert "112: " in said
    assert "101: " in said
    assert "no emergency line" in said
    assert "Should I block Fictive Lina?" in said
    assert drive(TALK, {"block": "block"}, world(), "7-told").result == Outcome((Block(7),))
    assert drive(TALK, {"block": "no"}, world(), "7-told").result == Outcome()


def test_it_can_be_told_when_they_are_no_pair_any_more() -> None:
    over = Pair(7, PairState.ENDED, Side.MENTEE, "Fictive Lina", 2, PAIR.began_at)
    assert drive(TALK, {"what": "money"}, world(over), "7").result.effects == (Report(7, Concern.MONEY),)


@pytest.mark.parametrize("about", ["7", "7-told", "", "x"])
def test_what_is_not_hers_is_not_here(about: str) -> None:
    played = drive(TALK, {}, world(None), about)
    assert (shown(played).strip(), played.result) == ("That is no longer open. You did nothing wrong.", Outcome())


def test_every_path_ends() -> None:
    for about in ("7", "7-told"):
        assert all(isinstance(path.played.result, Outcome) for path in walk(TALK, world(), about))
