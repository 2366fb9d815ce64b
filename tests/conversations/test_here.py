"""I am here again: one tap."""

from __future__ import annotations

from bot.mentoring.effects import Outcome
from bot.mentoring.requests import HereAgain
from conversations.here import TALK
from tests.conversations.driver import drive


def test_one_tap_is_enough() -> None:
    assert drive(TALK, {}).result == Outcome((HereAgain(),))
