"""Erase me: one question, and the plain truth."""

from __future__ import annotations

from bot.mentoring.effects import EraseMe, Outcome
from conversations.erase import TALK
from tests.conversations.driver import drive, shown, walk
from tests.conversations.world import GONE, world


def test_two_taps_from_my_data_and_it_is_done() -> None:
    played = drive(TALK, {"now": "erase"}, world())
    assert played.result == Outcome((EraseMe(),))
    assert "I have nothing of you any more." in shown(played)


def test_it_says_what_stays_elsewhere() -> None:
    said = shown(drive(TALK, {}, world()))
    for place in ("this chat on your phone", "Telegram or WhatsApp", "backup"):
        assert place in said


def test_keeping_it_changes_nothing() -> None:
    assert drive(TALK, {"now": "keep"}, world()).result == Outcome()
    assert TALK.open_to_all
    assert len(list(walk(TALK, world(GONE)))) == 2
