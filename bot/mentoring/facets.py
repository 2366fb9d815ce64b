"""What a mentee and all mentors have in common, in numbers: the rules of `reasons` and `constraints` for thousands at
once.

What two women have in common falls into seven facets (the tongue they share, their work, …), and each facet depends on
little of the mentee: thousands of mentees share a few hundred of its forms. So a round computes each form once, as a
row with a number for each mentor, and the points of a mentee with all mentors are the sum of seven rows. Where a limit
is broken the row holds a number that no points can lift above zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.mentoring.constraints import Against
from bot.mentoring.profiles import Field, Level, Slot, Way, Wish
from bot.mentoring.reasons import MOST_BARRIERS, MOST_TIMES
from bot.mentoring.weights import Weights

Flags: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[Any]
Key: TypeAlias = tuple[Any, ...]

MOST_KEPT = 256_000_000  # bytes of rows that a round remembers


class Traits(NamedTuple):
    """A mentee as numbers. languages: codes with levels. Fields, ways, times and wishes are bits in the order of their
    enumerations, barriers and places as the pool numbers them (0: no place said, -1: one that no mentor has)."""

    languages: frozenset[tuple[str, Level]]
    knows: int
    hopes: int
    barriers: int
    region: int
    commune: int
    ways: int
    times: int
    children: bool
    asks: int
    limits: int


class Common(msgspec.Struct, frozen=True):
    """A facet of a mentee with each mentor: points without those for wishes, and which wishes are met: those of the
    mentee, those of the mentors where that differs. allowed: who has a language in common, where it is about that."""

    points: Numbers
    met: Mapping[Wish, Flags] = {}
    mentors_met: Mapping[Wish, Flags] = {}
    allowed: Flags | None = None


class Facet(NamedTuple):
    """How a facet is computed, from what of the mentee, and which wishes it decides upon."""

    common: Callable[..., Common]
    of: Callable[[Traits], Key]
    wishes: tuple[Wish, ...] = ()


class Crowd:
    """Mentors as columns (`matching.COLUMNS`), a place for each, and the level of each in each language."""

    def __init__(
        self, columns: Mapping[str, Numbers], languages: Mapping[str, Numbers], weights: Weights, *, keep: bool
    ) -> None:
        """keep: remember rows for other mentees; the columns must not change then."""
        self.columns, self.languages, self.weights = columns, languages, weights
        # Nothing that all points together could lift above zero, in the smallest numbers that hold seven of it.
        self.most = most_points(weights)
        self.never = -1 - self.most
        self.kind: Any = np.int16 if -8 * self.never < 2**15 else np.int64
        self.room = columns["room"].astype(self.kind)
        wish_bits = BITS[Wish].items()
        self._asked = {wish: self.kind(weights.wish) * (columns["asks"] & bit != 0) for wish, bit in wish_bits}
        self._limits = {wish: columns["limits"] & bit != 0 for wish, bit in wish_bits}
        self._rows: list[dict[Key, Numbers]] = [{} for _ in FACETS]
        self._left = MOST_KEPT if keep else 0  # bytes

    def __len__(self) -> int:
        return len(self.room)

    def __getitem__(self, column: str) -> Numbers:
        return self.columns[column]

    def points(self, keys: Sequence[Key]) -> Numbers:
        """The points of each mentor with the mentee who has these `keys`, below zero for whom a limit or no common
        language stands against."""
        total: Numbers = self.room.copy()
        for place, key in enumerate(keys):
            kept = self._rows[place].get(key)
            total += self._row(place, key) if kept is None else kept
        return total

    def _row(self, place: int, key: Key) -> Numbers:
        """A row anew, and remembered while there is room."""
        facet, (*of, asks, limits) = FACETS[place], key
        common = facet.common(self, *of)
        total = common.points
        wrong = None if common.allowed is None else ~common.allowed
        for wish in facet.wishes:
            bit = BITS[Wish][wish]
            met = common.met[wish]
            mentors_met = common.mentors_met.get(wish, met)
            total += self._asked[wish] * mentors_met
            if asks & bit:
                total += self.kind(self.weights.wish) * met
            broken = self._limits[wish] & ~mentors_met
            if limits & bit:
                broken |= ~met
            wrong = broken if wrong is None else wrong | broken
        if wrong is not None:
            np.copyto(total, self.never, where=wrong)
        if self._left >= total.nbytes:
            self._left -= total.nbytes
            self._rows[place][key] = total
        return total

    def passes(self, her: Traits) -> dict[Against | Wish, Flags]:
        """With which mentors each constraint holds that facets know of, the limits of the mentee one by one."""
        language = np.ones(len(self), np.bool_)
        mentors_limits = np.ones(len(self), np.bool_)
        limits: dict[Against | Wish, Flags] = {}
        for facet in FACETS:
            common = facet.common(self, *facet.of(her))
            if common.allowed is not None:
                language &= common.allowed
            for wish in facet.wishes:
                bit = BITS[Wish][wish]
                mentors_limits &= ~self._limits[wish] | common.mentors_met.get(wish, common.met[wish])
                if her.limits & bit:
                    limits[wish] = common.met[wish]
        return {Against.LANGUAGE: language, **limits, Against.MENTORS_LIMITS: mentors_limits}


def keys(her: Traits) -> tuple[Key, ...]:
    """What each facet looks at of a mentee."""
    both = zip(FACETS, MASKS, strict=True)
    return tuple((*facet.of(her), her.asks & mask, her.limits & mask) for facet, mask in both)


def most_points(weights: Weights) -> int:
    """What no pair can have more of."""
    work = weights.hoped + weights.known + weights.both_hope
    talk = max(weights.enough, weights.well, weights.mother)
    place = weights.commune + weights.region + weights.way + MOST_TIMES * weights.time
    return work + talk + place + MOST_BARRIERS * weights.barrier + 2 * len(Wish) * weights.wish + weights.room


# --- the facets ---------------------------------------------------------------------------------------------------


def tongue(crowd: Crowd, languages: frozenset[tuple[str, Level]]) -> Common:
    """The best language in common: what counts is the weaker side of each."""
    best = np.zeros(len(crowd), np.int8)
    for code, level in languages:
        if code in crowd.languages:
            np.maximum(best, np.minimum(crowd.languages[code], np.int8(level)), out=best)
    weights = crowd.weights
    mother = best == Level.MOTHER
    other = crowd["mother"] & any(level is Level.MOTHER for _code, level in languages) & ~mother
    return Common(
        np.array([0, weights.enough, weights.well, weights.mother], crowd.kind)[best],
        met={Wish.MOTHER_TONGUE: mother, Wish.OTHER_TONGUE: other},
        allowed=best > 0,
    )


def work(crowd: Crowd, knows: int, hopes: int) -> Common:
    """Common professional interest; a field counts once, where it weighs most."""
    hoped = crowd["knows"] & hopes != 0
    known = crowd["knows"] & (knows & ~hopes) != 0
    both_hope = crowd["hopes"] & ~crowd["knows"] & hopes != 0
    return Common(
        weigh(crowd, (crowd.weights.hoped, hoped), (crowd.weights.known, known), (crowd.weights.both_hope, both_hope)),
        met={Wish.FIELD: hoped if hopes else known},
        mentors_met={Wish.FIELD: hoped | known},
    )


def road(crowd: Crowd, barriers: int) -> Common:
    """What holds her back and the mentor overcame."""
    shared = np.bitwise_count(crowd["overcame"] & np.uint64(barriers))
    return Common(weigh(crowd, (crowd.weights.barrier, np.minimum(shared, MOST_BARRIERS))))


def neighbourhood(crowd: Crowd, region: int, commune: int) -> Common:
    """Whether they live close."""
    near = (crowd["region"] == region) & bool(region)
    close = near & (crowd["commune"] == commune) & bool(commune)
    points = weigh(crowd, (crowd.weights.commune, close), (crowd.weights.region, near & ~close))
    return Common(points, met={Wish.NEAR: near})


def meeting(crowd: Crowd, ways: int, region: int) -> Common:
    """How they can meet; in person only within one region."""
    both = crowd["ways"] & ways
    near = (crowd["region"] == region) & bool(region)
    possible = np.where(near, both, both & BITS[Way][Way.ONLINE]) != 0
    return Common(weigh(crowd, (crowd.weights.way, possible)), met={Wish.WAY: possible})


def times(crowd: Crowd, slots: int) -> Common:
    """When they can meet."""
    shared = np.bitwise_count(crowd["times"] & slots)
    points = weigh(crowd, (crowd.weights.time, np.minimum(shared, MOST_TIMES)))
    return Common(points, met={Wish.TIMES: shared != 0})


def family(crowd: Crowd, children: bool) -> Common:
    """Whether they have children: only what either wishes for counts."""
    hers = np.full(len(crowd), children)
    nothing = np.zeros(len(crowd), crowd.kind)
    return Common(nothing, met={Wish.CHILDREN: crowd["children"]}, mentors_met={Wish.CHILDREN: hers})


def weigh(crowd: Crowd, *counts: tuple[int, Numbers]) -> Numbers:
    """The sum of counts, each times its weight."""
    total = np.zeros(len(crowd), crowd.kind)
    for weight, count in counts:
        total += crowd.kind(weight) * count
    return total


FACETS = (
    Facet(tongue, lambda her: (her.languages,), (Wish.MOTHER_TONGUE, Wish.OTHER_TONGUE)),
    Facet(work, lambda her: (her.knows, her.hopes), (Wish.FIELD,)),
    Facet(road, lambda her: (her.barriers,)),
    Facet(neighbourhood, lambda her: (her.region, her.commune), (Wish.NEAR,)),
    Facet(meeting, lambda her: (her.ways, her.region), (Wish.WAY,)),
    Facet(times, lambda her: (her.times,), (Wish.TIMES,)),
    Facet(family, lambda her: (her.children,), (Wish.CHILDREN,)),
)

BITS: Mapping[type[Enum], Mapping[Enum, int]] = {
    kind: {member: 1 << place for place, member in enumerate(kind)} for kind in (Field, Way, Slot, Wish)
}


@lru_cache(4096)  # most women choose what others chose
def bits(chosen: frozenset[Enum], kind: type[Enum]) -> int:
    """Members of an enumeration as bits, in its order."""
    known = BITS[kind]
    return sum([known[member] for member in chosen])


MASKS = tuple(bits(frozenset(facet.wishes), Wish) for facet in FACETS)
