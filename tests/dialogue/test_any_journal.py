"""Replay of journals of any shape: it asks, wants or ends, and never breaks."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.replay import RECENT, Journal, Replay, Replays, answered, back, play
from bot.dialogue.steps import (
    Ask,
    Conversation,
    Refused,
    choice,
    choices,
    day,
    look,
    number,
    optional,
    own,
    scale,
    text,
)
from bot.mentoring.lookups import Goals, Helplines, LeftTalks, Me, Now
from tests.dialogue.small_talk import AB, Q

# --- any journal at all -------------------------------------------------------------------------------------------

json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8) | st.sampled_from(["a", "b", "2027-01-15", "10000-01-01"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["options", "own", "voice", "seconds", "id", "x"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def everything() -> Conversation[Any]:
    yield from look("me", Me())
    yield from look("now", Now())
    yield from look("left", LeftTalks())
    yield from look("goals", Goals())
    yield from look("helplines", Helplines())
    yield from text("text", Q, limit=5)
    yield from choice("choice", Q, AB)
    yield from choices("choices", Q, AB, at_least=1, at_most=1)
    yield from choices("own", Q, AB, own=True)
    yield from scale("scale", Q, 1, 5, own(""), own(""))
    yield from number("number", Q, -3, 3)
    yield from day("day", Q, earliest=date(2027, 1, 1), latest=date(2027, 2, 1))
    yield from optional(text("optional", Q))
    return "end"


KEYS = "me now left goals helplines text choice choices own scale number day optional other".split()
GOOD: dict[str, Any] = {
    "me": {"id": 1}, "now": "2027-01-01T10:00:00Z", "left": [], "goals": [], "helplines": [], "text": "w",
    "choice": "a", "choices": ["b"], "own": {"options": [], "own": "w"}, "scale": 1, "number": -3, "day": "2027-01-01",
    "optional": None,
}  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), json), st.dictionaries(st.text(max_size=5), json, max_size=2))
def test_no_journal_breaks_replay(odd: dict[str, Any], aside: dict[str, Any]) -> None:
    journal = Journal({**GOOD, **odd}, aside)
    journal = msgspec.json.decode(msgspec.json.encode(journal), type=Journal)
    played = play(everything, journal)
    assert [played.asked is not None, played.wanted is not None, played.ended].count(True) == 1
    if played.asked is not None:
        assert played.asked.key in odd  # all the others were good
        back(journal, played)


@given(st.sampled_from([*"text choice choices own scale number day optional".split()]), json)
def test_an_answer_is_taken_or_refused_and_what_is_taken_is_accepted_for_ever(key: str, value: Any) -> None:
    open_one = Journal({name: good for name, good in GOOD.items() if name != key})
    ask = play(everything, open_one).asked
    assert isinstance(ask, Ask)
    try:
        journal = answered(open_one, ask, value)
    except (Refused, ValueError, TypeError, KeyError):
        return
    assert play(everything, journal).ended


steps = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(["good", "odd", "gone"]), json), max_size=20)


@given(steps)
def test_a_replay_that_goes_on_stands_where_a_new_one_would(changes: list[tuple[str, str, Any]]) -> None:
    going, journal = Replay(everything), Journal({"me": GOOD["me"], "now": GOOD["now"], "left": []})
    for key, how, value in changes:
        answers = {name: kept for name, kept in journal.answers.items() if name != key}
        if how != "gone" and key in GOOD:
            answers[key] = GOOD[key] if how == "good" else value
        journal = Journal(answers)
        assert going.on(journal) == play(everything, journal)
        assert going.on(journal) == going.on(journal)


def test_only_so_many_replays_are_remembered_and_none_that_broke() -> None:
    def broken() -> Conversation[None]:
        yield from text("text", Q)
        raise ZeroDivisionError

    replays = Replays()
    for place in range(RECENT + 10):
        replays.on(str(place), everything, Journal())
    assert len(replays.recent) == RECENT
    assert "9" not in replays.recent
    replays.forget("10")
    assert "10" not in replays.recent
    assert replays.on("b", broken, Journal()).asked is not None
    for _again in range(2):  # a generator that broke would end quietly the second time
        with pytest.raises(ZeroDivisionError):
            replays.on("b", broken, Journal({"text": "w"}))
