"""The matching round: the optimum of a brute force, never a broken constraint, and a reason for who stays without."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.matching import greedy, proven
from bench.matching import mentees as many_mentees
from bench.matching import mentors as many_mentors
from bot.mentoring.constraints import Against, Lack, against
from bot.mentoring.market import weeks_waited
from bot.mentoring.matching import Pool
from bot.mentoring.profiles import Level, Mentee, Mentor, Profile
from bot.mentoring.reasons import reasons
from bot.mentoring.rounds import Round, assign
from bot.mentoring.weights import Weights
from tests.mentoring import crowd
from tests.mentoring.crowd import KEY, NOW, unhurried

waiting = st.lists(crowd.mentees, max_size=5, unique_by=lambda mentee: mentee.id)
change = msgspec.structs.replace


def value(mentee: Mentee, mentor: Mentor) -> int:
    """What a pair is worth to a round, in plain Python."""
    points = sum(reason.points for reason in reasons(mentee, mentor, Weights()))
    return points + Weights().week * weeks_waited(mentee, NOW)


def brute(mentees: Sequence[Mentee], mentors: Sequence[Mentor], free: dict[int, int]) -> tuple[int, int]:
    """The most pairs, and with these the most points, by trying everything."""
    if not mentees:
        return 0, 0
    first, *others = mentees
    found = [brute(others, mentors, free)]
    for mentor in mentors:
        if free[mentor.id] > 0 and not against(first, mentor, NOW):
            pairs, points = brute(others, mentors, {**free, mentor.id: free[mentor.id] - 1})
            found.append((pairs + 1, points + value(first, mentor)))
    return max(found)


def worth(outcome: Round, mentees: Iterable[Mentee], pool: Pool) -> tuple[int, int]:
    """How many pairs, and what they are worth."""
    by_id = {mentee.id: mentee for mentee in mentees}
    values = [value(by_id[pair.mentee], pool[pair.suggestion.mentor]) for pair in outcome.pairs]
    return len(values), sum(values)


@unhurried
@given(waiting, crowd.crowds, st.integers(1, 3))
def test_the_round_is_the_optimum(mentees: list[Mentee], mentors: list[Mentor], width: int) -> None:
    pool = Pool(mentors, KEY)
    best = brute(mentees, mentors, {mentor.id: mentor.free for mentor in mentors})
    assert worth(assign(pool, mentees, NOW, width), mentees, pool) == best


@unhurried
@given(waiting, crowd.crowds)
def test_constraints_and_places_hold_and_everybody_is_answered(mentees: list[Mentee], mentors: list[Mentor]) -> None:
    pool = Pool(mentors, KEY)
    outcome = assign(pool, mentees, NOW)
    by_id = {mentee.id: mentee for mentee in mentees}
    for pair in outcome.pairs:
        assert against(by_id[pair.mentee], pool[pair.suggestion.mentor], NOW) == ()
        assert pair.suggestion == pool.suggestion(by_id[pair.mentee], pair.suggestion.mentor)
    taken = Counter(pair.suggestion.mentor for pair in outcome.pairs)
    assert all(count <= pool[mentor].free for mentor, count in taken.items())
    answered = [pair.mentee for pair in outcome.pairs] + [each.mentee for each in outcome.without]
    assert sorted(answered) == sorted(by_id)
    for each in outcome.without:
        fit = len(pool.suggest(by_id[each.mentee], NOW, 99))
        assert each.lack == (pool.lack(by_id[each.mentee], NOW) or Lack(Against.FULL, would_fit=fit))


@unhurried
@given(waiting, crowd.crowds, st.randoms(use_true_random=False))
def test_the_order_in_which_they_come_does_not_matter(
    mentees: list[Mentee], mentors: list[Mentor], chance: random.Random
) -> None:
    outcome = assign(Pool(mentors, KEY), mentees, NOW, width=1)
    chance.shuffle(mentees)
    chance.shuffle(mentors)
    assert assign(Pool(mentors, KEY), mentees, NOW, width=1) == outcome


@pytest.mark.parametrize(("many", "few"), [(200, 60), (60, 200)])
def test_it_beats_greedy_and_short_lists_lose_nothing(many: int, few: int) -> None:
    pool, mentees = Pool(many_mentors(few), KEY), many_mentees(many)
    outcome, other = assign(pool, mentees, NOW), greedy(pool, mentees, NOW)
    assert len(outcome.pairs) >= len(other)
    assert outcome.points > sum(points for _, points in other.values())
    narrow, whole = assign(pool, mentees, NOW, width=2), assign(pool, mentees, NOW, width=few)
    assert worth(narrow, mentees, pool) == worth(whole, mentees, pool) == worth(outcome, mentees, pool)
    assert narrow.solutions > 1
    assert proven(pool, mentees, outcome)
    assert not proven(pool, mentees, change(outcome, pairs=outcome.pairs[1:]))  # the proof can fail
    assert whole.solutions == 1


PLAIN = Profile(languages={"ti": Level.MOTHER})
ONE = Mentor(100, PLAIN, approved=True)


def test_one_more_mentee_helped_counts_more_than_any_points() -> None:
    """The mentor whom both could have goes to the one who has no other, though the pair is worth less."""
    easy = Mentee(1, change(PLAIN, languages={"ti": Level.MOTHER, "so": Level.MOTHER}), since=NOW - timedelta(weeks=50))
    hard = Mentee(2, change(PLAIN, languages={"ti": Level.ENOUGH}))
    other = Mentor(101, change(PLAIN, languages={"so": Level.ENOUGH}), approved=True, taken=0)
    outcome = assign(Pool([ONE, other], KEY), [easy, hard], NOW)
    assert {pair.mentee: pair.suggestion.mentor for pair in outcome.pairs} == {1: 101, 2: 100}


def test_who_has_waited_longer_goes_first_where_all_else_is_equal() -> None:
    mentees = [Mentee(place, PLAIN, since=NOW - timedelta(weeks=place)) for place in (1, 9, 4)]
    outcome = assign(Pool([ONE], KEY), mentees, NOW)
    assert [pair.mentee for pair in outcome.pairs] == [9]
    assert [(each.mentee, each.lack) for each in outcome.without] == [
        (1, Lack(Against.FULL, would_fit=1)),
        (4, Lack(Against.FULL, would_fit=1)),
    ]


def test_who_has_nobody_at_all_is_told_apart_from_who_comes_too_late() -> None:
    stranger = Mentee(3, Profile(languages={"so": Level.MOTHER}))
    outcome = assign(Pool([ONE, change(ONE, id=101, taken=1)], KEY), [stranger], NOW)
    assert outcome.without[0].lack == Lack(Against.LANGUAGE, would_fit=1)


@pytest.mark.parametrize(("days", "weeks"), [(-3, 0), (0, 0), (6, 0), (7, 1), (20, 2), (4000, 52)])
def test_weeks_of_waiting(days: int, weeks: int) -> None:
    assert weeks_waited(Mentee(1, PLAIN, since=NOW - timedelta(days=days)), NOW) == weeks
    assert weeks_waited(Mentee(1, PLAIN), NOW) == 0


def test_nobody_is_in_a_round_twice() -> None:
    with pytest.raises(ValueError, match="only once"):
        assign(Pool([ONE], KEY), [Mentee(1, PLAIN), Mentee(1, PLAIN)], NOW)


def test_an_empty_round() -> None:
    assert assign(Pool([], KEY), [], NOW) == Round((), (), 1)
