"""The menu: at most ten rows, each leads somewhere, and nothing that is not open."""

from __future__ import annotations

from datetime import date

import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.goals import Goal, GoalPlan
from bot.mentoring.lookups import Left
from bot.mentoring.people import Person
from conversations import PROGRAMME
from conversations.consent import WITHDRAW
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import GONE, MEMBER, STRANGER, world

MENU = PROGRAMME.talks["menu"]
PLAN = GoalPlan("A", "B", 4, "C", by=date(2027, 1, 1), milestones=(), first_step="D")
GOALS = (Goal(5, PLAN),)
WAITING = (Left("preferences"), Left("compass", "x"), Left("skills"))


def test_a_full_menu_has_ten_rows() -> None:
    assert len(labels(drive(MENU, {}, world(left=WAITING, goals=GOALS)))) == 10


def test_the_newest_talk_worth_it_waits_first_and_is_named() -> None:
    played = drive(MENU, {}, world(left=WAITING))
    assert next(iter(labels(played))) == "left"
    assert f"You can go on with: {PROGRAMME.talks['compass'].title.msgid}" in shown(played)
    assert drive(MENU, {"row": "left"}, world(left=WAITING)).result == Outcome(then="compass", about="x")


def test_her_name_is_said_where_she_gave_one() -> None:
    assert shown(drive(MENU, {}, world())) == "Fictive Fleur, what would you like to do?"
    assert shown(drive(MENU, {}, world(STRANGER))) == "What would you like to do?"


def test_taking_the_yes_back_is_one_tap_from_here() -> None:
    assert drive(MENU, {"row": "consent"}, world()).result == Outcome(then="consent", about=WITHDRAW)


@pytest.mark.parametrize("me", [STRANGER, GONE])
def test_without_a_yes_only_what_is_open_to_all_is_offered(me: Person) -> None:
    rows = labels(drive(MENU, {}, world(me, left=WAITING)))
    assert {"language", "help", "danger"} <= set(rows)
    assert all(PROGRAMME.talks[row].open_to_all for row in rows)


def test_her_rights_stay_open_to_who_took_her_yes_back() -> None:
    assert {"my_data", "consent"} <= set(labels(drive(MENU, {}, world(GONE))))
    assert "welcome" in labels(drive(MENU, {}, world(STRANGER)))


@pytest.mark.parametrize("me", [STRANGER, GONE, MEMBER])
def test_every_row_leads_to_a_talk(me: Person) -> None:
    for path in walk(MENU, world(me, left=WAITING, goals=GOALS)):
        assert path.played.result.then in PROGRAMME.talks


def test_it_is_bare_because_it_is_the_way_out() -> None:
    asked = drive(MENU, {}, world()).asked
    assert asked is not None
    assert asked.bare
