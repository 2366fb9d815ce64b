"""The menu: at most ten rows, each leads somewhere, and nothing that is not open."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.goals import Goal, GoalPlan
from bot.mentoring.lookups import Left
from bot.mentoring.mentorship import Pair, PairState, Side
from bot.mentoring.people import Person, Purpose, Role
from conversations import PROGRAMME
from conversations.consent import WITHDRAW
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import GONE, MEMBER, STRANGER, world

MENU = PROGRAMME.talks["menu"]
PLAN = GoalPlan("A", "B", 4, "C", by=date(2027, 1, 1), milestones=(), first_step="D")
GOALS = (Goal(5, PLAN),)
WAITING = (Left("preferences"), Left("compass", "x"), Left("skills"))


def pair(side: Side) -> Pair:
    return Pair(7, PairState.ACTIVE, side, "Made-up Mira", 9, datetime(2027, 1, 1, tzinfo=UTC))


AS_MENTEE, AS_MENTOR = pair(Side.MENTEE), pair(Side.MENTOR)
EVERYTHING = Person(2, "fr", "Fictive Fleur", Role.BOTH, adult=True, consents=frozenset(Purpose), coordinator=True)


def test_a_full_menu_has_ten_rows() -> None:
    assert len(labels(drive(MENU, {}, world(left=WAITING, goals=GOALS, pairs=(AS_MENTEE,))))) == 9
    full = labels(drive(MENU, {}, world(EVERYTHING, left=WAITING, goals=GOALS, pairs=(AS_MENTOR,))))
    assert len(full) == 10
    assert {"coordination", "pair", "find", "mentoring", "consent", "danger", "preferences"} <= set(full)


@pytest.mark.parametrize(
    ("role", "pairs", "rows"),
    [
        (Role.MENTEE, (), {"find"}),
        (Role.MENTEE, (AS_MENTEE,), {"pair"}),
        (Role.MENTOR, (), {"mentoring"}),
        (Role.MENTOR, (AS_MENTOR,), {"pair", "mentoring"}),
        (Role.BOTH, (AS_MENTOR,), {"pair", "find", "mentoring"}),
        (Role.BOTH, (AS_MENTEE, AS_MENTOR), {"pair", "mentoring"}),
    ],
)
def test_each_finds_her_own_rows(role: Role, pairs: tuple[Pair, ...], rows: set[str]) -> None:
    me = Person(2, "fr", "Fictive Fleur", role, adult=True, consents=frozenset(Purpose))
    shown_rows = labels(drive(MENU, {}, world(me, pairs=pairs)))
    assert {"pair", "find", "mentoring", "coordination"} & set(shown_rows) == rows
    if "pair" in rows:
        sides = {one.side for one in pairs}
        said = "My pairs" if len(sides) == 2 else "My mentor" if sides == {Side.MENTEE} else "My mentees"
        assert said in shown_rows["pair"]


def test_who_only_coordinates_is_not_asked_for_goals() -> None:
    me = Person(2, "fr", "Fictive Fleur", adult=True, consents=frozenset(Purpose), coordinator=True)
    rows = labels(drive(MENU, {}, world(me)))
    assert {"coordination", "language", "help", "danger"} <= set(rows)
    assert not {"goal", "strengths", "find"} & set(rows)


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
