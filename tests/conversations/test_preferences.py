"""Settings: shown as they are, each change kept at once."""

from __future__ import annotations

from datetime import time

import pytest

from bot.dialogue.steps import Refused
from bot.mentoring.effects import Outcome, SetProfile
from bot.mentoring.people import Person
from conversations.preferences import LONGEST_NAME, TALK
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import MEMBER, world


def test_the_settings_are_shown_as_they_are() -> None:
    said = shown(drive(TALK, {}, world()))
    assert "Name here: Fictive Fleur" in said
    assert "Quiet hours: from 21:00 until 9:00" in said
    assert "Discreet messages: no" in said
    assert "Name here: none yet" in shown(drive(TALK, {}, world(Person(6))))


@pytest.mark.parametrize(
    ("answers", "change"),
    [
        ({"change": "name", "name": " Fictive Ana "}, SetProfile(alias="Fictive Ana")),
        (
            {"change": "quiet", "from": "22", "until": "7"},
            SetProfile(quiet_from=time(22), quiet_until=time(7)),
        ),
        ({"change": "discreet", "discreet": "yes"}, SetProfile(discreet=True)),
        ({"change": "discreet", "discreet": "no"}, SetProfile(discreet=False)),
    ],
)
def test_a_change_is_kept_and_the_settings_come_again(answers: dict[str, str], change: SetProfile) -> None:
    assert drive(TALK, answers, world()).result == Outcome((change,), then="preferences")


def test_a_name_can_be_skipped_and_a_spoken_one_is_asked_for_in_letters() -> None:
    assert drive(TALK, {"change": "name", "name": None}, world()).result == Outcome(then="preferences")
    spoken = drive(TALK, {"change": "name", "name": {"voice": 7, "seconds": 2}}, world())
    assert spoken.result == Outcome(then="preferences")
    assert "letters" in shown(spoken)


@pytest.mark.parametrize("name", ["0470 12 34 56", "@fictive_ana", "t.me/fictive"])
def test_a_number_or_an_address_is_no_name(name: str) -> None:
    found = drive(TALK, {"change": "name", "name": name}, world())
    assert found.result == Outcome(then="preferences")
    assert "letters" in shown(found)


def test_a_name_that_is_a_story_is_refused() -> None:
    with pytest.raises(Refused):
        drive(TALK, {"change": "name", "name": "x" * (LONGEST_NAME + 1)}, world())


def test_her_week_has_its_own_talk() -> None:
    assert drive(TALK, {"change": "week"}, world()).result == Outcome(then="week")
    assert len(labels(drive(TALK, {}, world()))) <= 10


def test_the_language_has_its_own_talk_and_done_ends() -> None:
    assert drive(TALK, {"change": "language"}, world()).result == Outcome(then="language")
    assert drive(TALK, {"change": "done"}, world()).result == Outcome()


def test_every_path_ends() -> None:
    assert len(list(walk(TALK, world(MEMBER)))) > 10
