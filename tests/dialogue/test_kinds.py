"""What each form of question accepts, and the sentence it says to what it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.dialogue.kinds import Choice, Choices, Day, FreeText, Kind, Number, Option, Picked, Refused, Scale
from bot.dialogue.steps import Own, Text, choice, near_days, own, read_own, write_own
from bot.mentoring.people import Role

AB = {"a": Option(own("A")), "b": Option(own("B")), "c": Option(own("C"))}
JANUARY = Day(date(2027, 1, 1), date(2027, 1, 31), {})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FreeText(3), "four"),
        (Choice(AB), "d"),
        (Choice(AB), None),
        (Choice(AB), 1),
        (Choice(AB), ["a"]),
        (Choices(AB, at_least=1), []),
        (Choices(AB, at_most=1), ["a", "b"]),
        (Choices(AB, own=True, limit=3), {"options": [], "own": "four"}),
        (Choices(AB, at_least=1), {"options": [], "own": "words that nobody asked for"}),
        (Scale(1, 5, own(""), own("")), 0),
        (Scale(1, 5, own(""), own("")), 6),
        (Scale(1, 5, own(""), own("")), True),
        (Scale(1, 5, own(""), own("")), 1.0),
        (Scale(1, 5, own(""), own("")), "1"),
        (Number(0, 9), 10),
        (Number(0, 9), None),
        (JANUARY, "2026-12-31"),
        (JANUARY, "2027-02-01"),
        (JANUARY, "31 January"),
        (JANUARY, None),
        (JANUARY, 7),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(kind: Kind, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        kind.read(value)
    assert "four" not in str(refused.value)
    assert isinstance(refused.value.reason, Text)


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (FreeText(4), "four", Own("four")),
        (FreeText(1), {"voice": 3, "seconds": 60}, Own("", 3, 60)),
        (Choice(AB), "b", "b"),
        (Choices(AB), [], Picked(())),
        (Choices(AB), ["c", "a", "c", "dropped"], Picked(("a", "c"))),
        (Choices(AB, own=True), {"options": ["c"], "own": "mine"}, Picked(("c",), Own("mine"))),
        (Choices(AB, at_least=1, own=True), {"options": [], "own": "mine"}, Picked((), Own("mine"))),
        (Scale(1, 5, own(""), own("")), 5, 5),
        (JANUARY, "2027-01-01", date(2027, 1, 1)),
        (JANUARY, "2027-01-31", date(2027, 1, 31)),
    ],
)
def test_what_fits_is_read(kind: Kind, value: Any, read: object) -> None:
    assert kind.read(value) == read


def test_options_are_chosen_whole_and_never_by_a_part_of_a_name() -> None:
    kind = Choices({"work": Option(own("Work")), "workshop": Option(own("Workshop"))})
    assert kind.read(["workshop"]) == Picked(("workshop",))
    with pytest.raises((Refused, TypeError)):
        kind.read({"options": "workshop", "own": None})


def test_an_enumeration_comes_back_as_itself() -> None:
    question = choice("role", own("?"), {Role.MENTEE: own("A"), Role.MENTOR: own("B")})
    ask: Any = next(question)
    assert ask.kind.read("mentor") is Role.MENTOR


@pytest.mark.parametrize("wrong", ["", "A", "a b", "ä", "a.b", "=a", "-a", "x" * 33, "a\n"])
def test_option_ids_fit_into_buttons(wrong: str) -> None:
    with pytest.raises(ValueError, match="option ids"):
        Choice({wrong: Option(own("label"))})
    with pytest.raises(ValueError, match="option ids"):
        Choices({wrong: Option(own("label"))})


@pytest.mark.parametrize("words", [Own("words"), Own(""), Own("", 7, 12)])
def test_own_words_survive_json(words: Own) -> None:
    assert read_own(write_own(words)) == words


def test_near_days_are_counted_from_today() -> None:
    assert list(near_days(date(2027, 12, 30), days=(1, 7))) == [date(2027, 12, 31), date(2028, 1, 6)]
