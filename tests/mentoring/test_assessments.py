"""What follows from a questionnaire: strengths first, few next steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mentoring.assessments import Change, Results, averages, by_level, changes, results, suggestion

ANSWERS = st.dictionaries(st.sampled_from("abcdefghijklmno"), st.integers(1, 3), min_size=1)


def test_strengths_keep_their_order_and_next_steps_begin_with_the_lowest() -> None:
    levels = {"a": 3, "b": 2, "c": 1, "d": 3, "e": 1, "f": 2}
    assert results(levels, strong=3) == Results(("a", "d"), ("c", "e", "b"))


def test_who_has_it_all_gets_no_next_step_and_who_has_none_gets_three() -> None:
    assert results(dict.fromkeys("abcd", 3), strong=3) == Results(("a", "b", "c", "d"), ())
    assert results(dict.fromkeys("abcd", 1), strong=3) == Results((), ("a", "b", "c"))


@given(ANSWERS)
def test_a_next_step_is_never_a_strength_and_nothing_lower_is_left_out(levels: dict[str, int]) -> None:
    found = results(levels, strong=3)
    assert not set(found.strengths) & set(found.next_steps)
    assert len(found.next_steps) == min(3, len(levels) - len(found.strengths))
    left = set(levels) - set(found.strengths) - set(found.next_steps)
    assert all(levels[step] <= levels[other] for step in found.next_steps for other in left)


@given(ANSWERS)
def test_levels_hold_every_item_once_highest_first(levels: dict[str, int]) -> None:
    found = by_level(levels)
    assert sorted(item for items in found.values() for item in items) == sorted(levels)
    assert list(found) == sorted(found, reverse=True)


def test_changes_name_what_grew_first_and_leave_out_new_items() -> None:
    assert changes({"a": 1, "b": 3, "c": 2}, {"a": 3, "b": 2, "c": 2, "new": 1}) == (
        Change("a", 1, 3),
        Change("b", 3, 2),
    )


@pytest.mark.parametrize(("three", "middle"), [((1, 1, 1), 1), ((1, 1, 2), 1), ((1, 2, 2), 2), ((5, 5, 4), 5)])
def test_the_middle_of_three_statements_is_a_whole_number(three: tuple[int, ...], middle: int) -> None:
    levels = {f"calm.{n}": level for n, level in enumerate(three, 1)}
    assert averages(levels, ["calm", "unasked"]) == {"calm": middle}


def test_half_goes_upwards() -> None:
    assert averages({"calm.1": 2, "calm.2": 3}, ["calm"]) == {"calm": 3}


def test_the_suggestion_is_the_lowest_also_where_the_middles_are_alike() -> None:
    levels = {"a.1": 3, "a.2": 3, "a.3": 3, "b.1": 3, "b.2": 3, "b.3": 2, "c.1": 2, "c.2": 3, "c.3": 3}
    assert averages(levels, "abc") == {"a": 3, "b": 3, "c": 3}
    assert suggestion(levels, "abc") == "b"
    with pytest.raises(ValueError, match="empty"):
        suggestion({}, "abc")
