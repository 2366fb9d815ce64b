"""Matching: which mentors may support a mentee, and which of them fit best, with reasons.

What must be so is never weighed (`constraints`); what speaks for a pair is points with reasons (`reasons`). `Pool`
holds the same rules as columns of numbers over all mentors, so that nobody waits for them: suggestions out of 20,000
mentors take 2 ms (bench/matching.py). Pure: no clock, no chance. Ties are spread by a keyed hash of both ids, so that
two mentees who are alike in everything still meet different mentors, and each meets the same ones again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from hashlib import blake2b
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.mentoring.constraints import Against, Lack
from bot.mentoring.profiles import Field, Level, Mentee, Mentor, Slot, Way, Wish
from bot.mentoring.reasons import MOST_BARRIERS, MOST_TIMES, Suggestion, reasons, room
from bot.mentoring.weights import Weights

Flags: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[Any]

MOST_BITS = 64
TIE_BITS = 32
COLUMNS: Mapping[str, type[np.generic]] = {
    "id": np.int64, "tie": np.uint64, "approved": np.bool_, "pause": np.float64, "free": np.int32, "room": np.int32,
    "knows": np.uint64, "hopes": np.uint64, "overcame": np.uint64, "ways": np.uint64, "times": np.uint64,
    "region": np.int32, "commune": np.int32, "children": np.bool_, "mother": np.bool_,
    "asks": np.uint64, "limits": np.uint64,
}  # fmt: skip


class Fitting(msgspec.Struct, frozen=True):
    """All mentors who fit one mentee, in no order: their rows in the pool, their points, and a number that is higher
    for who is to be named first."""

    rows: Numbers
    points: Numbers
    order: Numbers

    def best(self, most: int) -> Numbers:
        """Where the best `most` of them stand, best first."""
        found = np.argpartition(self.order, -most)[-most:] if len(self.order) > most else np.arange(len(self.order))
        return found[np.argsort(-self.order[found])][:most]


class Pool:
    """All mentors as columns, ready to be asked. It holds what it was told: `put` and `drop` keep it true, and what a
    suggestion leads to is checked once more with `against`. About 10 microseconds a mentor to fill."""

    def __init__(self, mentors: Iterable[Mentor], key: bytes, weights: Weights | None = None) -> None:
        """`key` (up to 64 bytes, the same on every machine) decides how ties fall."""
        self.weights = weights or Weights()
        self._key = key
        self._mentors: dict[int, Mentor] = {}
        self._rows: dict[int, int] = {}
        self._columns: dict[str, Numbers] = {name: np.zeros(0, kind) for name, kind in COLUMNS.items()}
        self._languages: dict[str, Numbers] = {}
        self._barriers: dict[str, int] = {}
        self._places: dict[str, int] = {"": 0}
        for mentor in mentors:
            self.put(mentor)

    def __len__(self) -> int:
        return len(self._mentors)

    def __contains__(self, mentor: int) -> bool:
        return mentor in self._mentors

    def __iter__(self) -> Iterator[int]:
        return iter(self._mentors)

    def __getitem__(self, mentor: int) -> Mentor:
        """The mentor of this id. Raises KeyError."""
        return self._mentors[mentor]

    # --- keeping it true ----------------------------------------------------------------------------------------

    def put(self, mentor: Mentor) -> None:
        """Add a mentor, or change what is known of her. Raises ValueError where the pool would know more than 64
        barriers."""
        row = self._rows.setdefault(mentor.id, len(self._rows))
        if row >= len(self._columns["id"]):
            self._grow(max(64, 2 * row))
        for name, value in self._row(mentor).items():
            self._columns[name][row] = value
        for code in self._languages.keys() | mentor.profile.languages.keys():
            if code not in self._languages:
                self._languages[code] = np.zeros(len(self._columns["id"]), np.int8)
            self._languages[code][row] = mentor.profile.languages.get(code, 0)
        self._mentors[mentor.id] = mentor

    def drop(self, mentor: int) -> None:
        """Forget a mentor; nothing happens where she is not known. Her row stays empty, to be used if she returns."""
        if self._mentors.pop(mentor, None):
            for column in (*self._columns.values(), *self._languages.values()):
                column[self._rows[mentor]] = 0
            self._columns["id"][self._rows[mentor]] = mentor

    def _grow(self, size: int) -> None:
        for columns in (self._columns, self._languages):
            for name, column in columns.items():
                columns[name] = np.concatenate([column, np.zeros(size - len(column), column.dtype)])

    def _row(self, mentor: Mentor) -> dict[str, Any]:
        profile = mentor.profile
        return {
            "id": mentor.id,
            "tie": self._tie(mentor.id),
            "approved": mentor.approved,
            "pause": mentor.paused_until.timestamp() if mentor.paused_until else 0.0,
            "free": mentor.free,
            "room": sum(reason.points for reason in room(mentor, self.weights)),
            "knows": bits(profile.knows, Field),
            "hopes": bits(profile.hopes, Field),
            "overcame": self._barrier_bits(mentor.overcame, learn=True),
            "ways": bits(profile.ways, Way),
            "times": bits(profile.times, Slot),
            "region": self._place(profile.region),
            "commune": self._place(profile.commune),
            "children": bool(profile.children),
            "mother": bool(profile.mother_tongues),
            "asks": bits(profile.wishes | profile.limits, Wish),
            "limits": bits(profile.limits, Wish),
        }

    def _tie(self, person: int) -> int:
        return int.from_bytes(blake2b(str(person).encode(), digest_size=8, key=self._key).digest())

    def _place(self, place: str) -> int:
        return self._places.setdefault(place, len(self._places))

    def _barrier_bits(self, barriers: Collection[str], *, learn: bool = False) -> int:
        if learn:
            for barrier in sorted(barriers):
                self._barriers.setdefault(barrier, len(self._barriers))
            if len(self._barriers) > MOST_BITS:
                raise ValueError(f"matching knows at most {MOST_BITS} barriers; the programme has more")
        return sum(1 << self._barriers[barrier] for barrier in barriers if barrier in self._barriers)

    # --- asking it ----------------------------------------------------------------------------------------------

    def suggest(self, mentee: Mentee, now: datetime, most: int = 3) -> tuple[Suggestion, ...]:
        """The mentors who fit her best, best first; fewer than `most` where fewer fit. `now` is aware."""
        fitting = self.fitting(mentee, now)
        mentors = self.ids[fitting.rows[fitting.best(most)]].tolist()
        return tuple(self.suggestion(mentee, mentor) for mentor in mentors)

    def suggestion(self, mentee: Mentee, mentor: int) -> Suggestion:
        """The reasons for this pair, whether or not they may be one. Raises KeyError for a mentor who is not known."""
        found = reasons(mentee, self._mentors[mentor], self.weights)
        return Suggestion(mentor, sum(reason.points for reason in found), found)

    def fitting(self, mentee: Mentee, now: datetime) -> Fitting:
        """All who fit her, with points and without reasons."""
        facts = self._facts(mentee)
        rows = np.flatnonzero(np.logical_and.reduce(list(self._passes(mentee, facts, now).values())))
        points = self._points(mentee, facts)[rows]
        order = (points << TIE_BITS) | spread(self._of("tie")[rows], self._tie(mentee.id))
        return Fitting(rows, points, order)

    @property
    def ids(self) -> Numbers:
        """The id of the mentor in each row."""
        return self._of("id").copy()

    @property
    def free(self) -> Numbers:
        """The free places of the mentor in each row."""
        return self._of("free").copy()

    def lack(self, mentee: Mentee, now: datetime) -> Lack | None:
        """Why nobody fits her at `now`; None where somebody does."""
        facts = self._facts(mentee)
        passes = self._passes(mentee, facts, now)
        if np.logical_and.reduce(list(passes.values())).any():
            return None
        ready = passes.pop(Against.HERSELF) & passes.pop(Against.NOT_APPROVED)
        if not (ready & passes[Against.PAUSED]).any():
            return Lack(Against.PAUSED if ready.any() else Against.NOT_APPROVED, would_fit=int(ready.sum()))
        stands: dict[Lack, Flags] = {Lack(what): flags for what, flags in passes.items() if what is not Against.LIMITS}
        for wish in sorted(mentee.profile.limits):
            stands[Lack(Against.LIMITS, wish)] = facts.meets_mentee & bits({wish}, Wish) != 0
        return first_lack(ready, stands)

    def _of(self, name: str) -> Numbers:
        """The rows in use of a column."""
        return self._columns[name][: len(self._rows)]

    def _facts(self, mentee: Mentee) -> Facts:
        """What she and each mentor have in common."""
        her = mentee.profile
        language = np.zeros(len(self._rows), np.int8)
        for code, level in her.languages.items():
            if code in self._languages:
                np.maximum(language, np.minimum(self._languages[code][: len(self._rows)], level), out=language)
        region, commune = self._places.get(her.region, -1), self._places.get(her.commune, -1)
        near = (self._of("region") == region) & bool(her.region)
        ways = self._of("ways") & bits(her.ways, Way)
        ways = np.where(near, ways, ways & bits({Way.ONLINE}, Way))
        times = np.bitwise_count(self._of("times") & bits(her.times, Slot))
        mother = language == Level.MOTHER
        common = {
            Wish.MOTHER_TONGUE: mother,
            Wish.OTHER_TONGUE: self._of("mother") & bool(her.mother_tongues) & ~mother,
            Wish.NEAR: near,
            Wish.WAY: ways != 0,
            Wish.TIMES: times != 0,
        }
        both = flags(common)
        field = self._of("knows") & bits(her.hopes or her.knows, Field) != 0
        either = self._of("knows") & bits(her.hopes | her.knows, Field) != 0
        return Facts(
            language=language,
            near=near,
            close=near & (self._of("commune") == commune) & bool(her.commune),
            times=times,
            meets_mentee=both | flags({Wish.FIELD: field, Wish.CHILDREN: self._of("children")}),
            meets_mentor=both | flags({Wish.FIELD: either}) | bits({Wish.CHILDREN} if her.children else (), Wish),
        )

    def _passes(self, mentee: Mentee, facts: Facts, now: datetime) -> dict[Against, Flags]:
        """For each constraint, with which mentors it holds: `against` for all of them."""
        limits = bits(mentee.profile.limits, Wish)
        return {
            Against.HERSELF: self._of("id") != mentee.id,
            Against.NOT_APPROVED: self._of("approved"),
            Against.PAUSED: self._of("pause") <= now.timestamp(),
            Against.LANGUAGE: facts.language > 0,
            Against.LIMITS: limits & ~facts.meets_mentee == 0,
            Against.MENTORS_LIMITS: self._of("limits") & ~facts.meets_mentor == 0,
            Against.BLOCKED: self._all_but(mentee.blocked),
            Against.DECLINED: self._all_but(mentee.declined),
            Against.FULL: self._of("free") > 0,
        }

    def _all_but(self, mentors: Collection[int]) -> Flags:
        found = np.ones(len(self._rows), np.bool_)
        found[[self._rows[mentor] for mentor in mentors if mentor in self._rows]] = False
        return found

    def _points(self, mentee: Mentee, facts: Facts) -> Numbers:
        """The points of each mentor: the sum of `reasons` for all of them."""
        her, weights = mentee.profile, self.weights
        knows, hopes = bits(her.knows, Field), bits(her.hopes, Field)
        hoped = self._of("knows") & hopes
        known = self._of("knows") & knows & ~hoped
        both_hope = self._of("hopes") & hopes & ~hoped
        barriers = np.bitwise_count(self._of("overcame") & np.uint64(self._barrier_bits(mentee.barriers)))
        asked = bits(her.wishes | her.limits, Wish)
        wishes = np.bitwise_count(facts.meets_mentee & asked) + np.bitwise_count(facts.meets_mentor & self._of("asks"))
        points = np.array([0, weights.enough, weights.well, weights.mother])[facts.language] + self._of("room")
        for weight, counts in (
            (weights.hoped, hoped != 0),
            (weights.known, known != 0),
            (weights.both_hope, both_hope != 0),
            (weights.barrier, np.minimum(barriers, MOST_BARRIERS)),
            (weights.commune, facts.close),
            (weights.region, facts.near & ~facts.close),
            (weights.way, facts.meets_mentee & bits({Wish.WAY}, Wish) != 0),
            (weights.time, np.minimum(facts.times, MOST_TIMES)),
            (weights.wish, wishes),
        ):
            points += weight * counts.astype(np.int64)
        return points


class Facts(msgspec.Struct, frozen=True):
    """What a mentee has in common with each mentor, a row for each: the level of their best language (0 for none),
    whether they live in one region and in one commune, how many times of the week, and bits of the wishes met."""

    language: Numbers
    near: Flags
    close: Flags
    times: Numbers
    meets_mentee: Numbers
    meets_mentor: Numbers


BITS: Mapping[type[Enum], Mapping[Enum, int]] = {
    kind: {member: 1 << place for place, member in enumerate(kind)} for kind in (Field, Way, Slot, Wish)
}


def bits(chosen: Collection[Enum], kind: type[Enum]) -> np.uint64:
    """Members of an enumeration as bits, in its order."""
    known = BITS[kind]
    return np.uint64(sum([known[member] for member in chosen]))


def flags(met: Mapping[Wish, Flags]) -> Numbers:
    """Wishes with which mentors meet them, as bits of each mentor."""
    found = np.zeros(len(next(iter(met.values()))), np.uint64)
    for wish, so in met.items():
        found |= so * np.uint64(BITS[Wish][wish])
    return found


def first_lack(ready: Flags, stands: Mapping[Lack, Flags]) -> Lack:
    """Which constraint to name when none of the mentors who are `ready` passes them all: the one without which most
    would fit; where none alone would help, the first that, after those before it, leaves nobody."""
    helps = {
        lack: int(np.logical_and.reduce([ready, *(flags for other, flags in stands.items() if other != lack)]).sum())
        for lack in stands
    }
    best = max(helps, key=helps.__getitem__)
    if helps[best]:
        return msgspec.structs.replace(best, would_fit=helps[best])
    left = ready
    for lack, passing in stands.items():
        left = left & passing
        if not left.any():
            return lack
    raise AssertionError("somebody fits")


def spread(mentors: Numbers, mentee: int) -> Numbers:
    """Numbers below 2**32 that put equal mentors in another order for each mentee (the finish of SplitMix64)."""
    mixed = mentors ^ np.uint64(mentee)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(64 - TIE_BITS)).astype(np.int64)
