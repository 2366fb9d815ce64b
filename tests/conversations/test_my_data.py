"""My data: a copy within a minute, corrections, erasure; also for who took her yes back."""

from __future__ import annotations

import pytest

from bot.mentoring.effects import Outcome, SendMyData
from bot.mentoring.people import Person
from conversations.my_data import TALK
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import GONE, MEMBER, STRANGER, world


def test_a_copy_is_one_tap_away() -> None:
    played = drive(TALK, {"now": "send"}, world())
    assert played.result == Outcome((SendMyData(),))


def test_it_says_what_is_kept_and_for_how_long() -> None:
    said = shown(drive(TALK, {}, world()))
    assert "your answers and your goals" in said
    assert "I keep it until you erase it." in said


def test_corrections_and_erasure_lead_on() -> None:
    assert drive(TALK, {"now": "change"}, world()).result == Outcome(then="preferences")
    assert drive(TALK, {"now": "erase"}, world()).result == Outcome(then="erase")


@pytest.mark.parametrize("me", [STRANGER, GONE])
def test_without_a_yes_settings_are_closed_but_her_rights_are_open(me: Person) -> None:
    assert TALK.open_to_all
    assert set(labels(drive(TALK, {}, world(me)))) == {"send", "erase"}


@pytest.mark.parametrize("me", [STRANGER, GONE, MEMBER])
def test_every_path_ends(me: Person) -> None:
    assert all(isinstance(path.played.result, Outcome) for path in walk(TALK, world(me)))
