"""The life of a pair: every move, who may bring it about, what is agreed, what stays private."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product

import pytest

from bot.affairs.pair_notices import NOTICES
from bot.mentoring import mentorship
from bot.mentoring.mentorship import (
    LIVING,
    MOVES,
    RULES,
    Chain,
    Ending,
    Event,
    Mover,
    Pair,
    PairFile,
    PairState,
    PairTrouble,
    Side,
    may,
    may_follow,
    move,
    overcome,
    settled_months,
    settled_rhythm,
)
from bot.mentoring.pair_steps import sharable
from bot.mentoring.people import Role

NOW = datetime(2027, 3, 1, tzinfo=UTC)
DRAWING = mentorship.__doc__ or ""
LINE = re.compile(r"^\s+(\w+) --> (\w+): (\w+)$", re.MULTILINE)


def pair(state: PairState, side: Side = Side.MENTEE, chain: str = "") -> Pair:
    return Pair(1, state, side, "Fictive Fatou", 2, NOW, PairFile(chain=chain))


def test_the_drawing_shows_exactly_the_moves() -> None:
    drawn = [((PairState(old), Event(event)), PairState(new)) for old, new, event in LINE.findall(DRAWING)]
    assert len(drawn) == len(set(drawn))
    assert dict(drawn) == MOVES
    assert "[*] --> agreeing" in DRAWING
    ends = set(re.findall(r"(\w+) --> \[\*\]", DRAWING))
    assert ends == {state.value for state in PairState if state not in LIVING}


@pytest.mark.parametrize(("state", "event"), list(product(PairState, Event)))
def test_only_what_stands_in_the_table_can_happen(state: PairState, event: Event) -> None:
    assert may(state, event) is ((state, event) in MOVES)
    if may(state, event):
        assert move(state, event) is MOVES[state, event]
    else:
        with pytest.raises(PairTrouble, match=f"{state.value} cannot be moved by {event.value}"):
            move(state, event)


@pytest.mark.parametrize(("event", "by"), list(product(Event, Mover)))
def test_only_who_may_moves_it(event: Event, by: Mover) -> None:
    state = next(old for old, one in MOVES if one is event)
    if by in RULES[event].by:
        assert move(state, event, by) is MOVES[state, event]
    else:
        with pytest.raises(PairTrouble, match=f"not brought about by the {by.value}"):
            move(state, event, by)


def test_what_is_over_stays_over() -> None:
    assert {state for state, _event in MOVES} == LIVING


@pytest.mark.parametrize("state", sorted(LIVING))
def test_each_living_pair_can_be_ended_at_once_by_either(state: PairState) -> None:
    assert move(state, Event.END) is PairState.ENDED
    assert RULES[Event.END].by == {Mover.SIDE, Mover.TEAM}


def test_every_event_has_a_rule_and_every_rule_a_notice() -> None:
    assert set(RULES) == set(Event)
    assert {rule.told for rule in RULES.values()} <= set(NOTICES)
    assert all(rule.by for rule in RULES.values())


def test_the_same_is_told_whoever_ended_it() -> None:
    assert RULES[Event.TRIAL_NO].told == RULES[Event.END].told == RULES[Event.TIME_OVER].told


def test_the_less_frequent_and_the_shorter_is_agreed() -> None:
    assert settled_rhythm({Side.MENTEE: "weekly", Side.MENTOR: "monthly"}) == "monthly"
    assert settled_rhythm({Side.MENTEE: "twice_a_month", Side.MENTOR: "weekly"}) == "twice_a_month"
    assert settled_rhythm({Side.MENTEE: "weekly", Side.MENTOR: "weekly"}) == "weekly"
    assert settled_months({Side.MENTEE: 9, Side.MENTOR: 3}) == 3


def test_one_side_never_sees_what_the_other_said_in_private() -> None:
    file = PairFile(
        goes_on={Side.MENTEE: True, Side.MENTOR: True},
        endings={Side.MENTOR: Ending.COMPLETE},
        ended_by="mentor",
        reason="blocked",
        chain="later",
        share_goal=True,
    )
    seen = file.seen_by(Side.MENTEE)
    assert seen == PairFile(goes_on={Side.MENTEE: True}, chain="later", share_goal=True)
    assert file.seen_by(Side.MENTOR).chain == ""


@pytest.mark.parametrize(
    ("state", "side", "role", "chain", "stands"),
    [
        (PairState.COMPLETED, Side.MENTEE, Role.MENTEE, "", True),
        (PairState.COMPLETED, Side.MENTEE, Role.MENTEE, Chain.LATER, True),
        (PairState.COMPLETED, Side.MENTEE, Role.MENTEE, Chain.NO, False),
        (PairState.COMPLETED, Side.MENTEE, Role.MENTEE, Chain.YES, False),
        (PairState.COMPLETED, Side.MENTEE, Role.BOTH, "", False),
        (PairState.COMPLETED, Side.MENTOR, Role.MENTOR, "", False),
        (PairState.ENDED, Side.MENTEE, Role.MENTEE, "", False),
        (PairState.ACTIVE, Side.MENTEE, Role.MENTEE, "", False),
    ],
)
def test_who_is_invited_to_become_a_mentor(
    state: PairState, side: Side, role: Role, chain: str, *, stands: bool
) -> None:
    assert may_follow(pair(state, side, chain), role) is stands


def test_what_held_her_back_once_and_does_not_any_more_is_behind_her() -> None:
    taken = [{"language": 1, "money": 1, "papers": 2}, {"language": 2, "money": 1, "papers": 2, "diploma": 3}]
    assert overcome(taken, holds=1, behind=3) == ("language", "diploma")
    assert overcome([], holds=1, behind=3) == ()


@pytest.mark.parametrize(
    ("words", "goes"),
    [
        ("You listened so well.", True),
        ("Call me on 0470 12 34 56", False),
        ("Write to amina@example.org", False),
        ({"voice": 3, "seconds": 5}, False),
        (None, False),
    ],
)
def test_which_words_of_feedback_can_be_passed_on(words: object, *, goes: bool) -> None:
    assert sharable(words) is goes
