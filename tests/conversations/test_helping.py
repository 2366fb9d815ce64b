"""Help: short, with the urgent numbers and a way to more."""

from __future__ import annotations

from bot.mentoring.effects import Outcome
from conversations.helping import TALK
from tests.conversations.driver import drive, shown, walk
from tests.conversations.world import STRANGER, world


def test_it_says_how_this_works_what_to_type_and_whom_to_call() -> None:
    said = shown(drive(TALK, {}, world(STRANGER)))
    assert len(said.split("\n\n")[0].splitlines()) == 5
    for word in ("menu", "back", "skip", "stop", "help", "language", "112:", "101:"):
        assert word in said


def test_it_leads_to_danger_or_back_to_what_was_open() -> None:
    assert drive(TALK, {"then": "danger"}, world()).result == Outcome(then="danger")
    assert drive(TALK, {"then": "on"}, world()).result == Outcome()
    assert len(list(walk(TALK, world(STRANGER)))) == 2
    assert TALK.open_to_all
    assert TALK.aside
