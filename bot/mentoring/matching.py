"""Matching: which mentors may support a mentee, and which of them fit best, with reasons.

What must be so is never weighed (`constraints`); what speaks for a pair is points with reasons (`reasons`). `Pool`
holds the same rules as columns of numbers over all mentors, so that nobody waits for them: suggestions out of 20,000
mentors take 1 ms (bench/matching.py). Pure: no clock, no chance. Ties are spread by a keyed hash of both ids, so that
two mentees who are alike in everything still meet different mentors, and each meets the same ones again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np

from bot.mentoring.constraints import Against, Lack
from bot.mentoring.facets import Crowd, Flags, Numbers, Traits, bits, keys
from bot.mentoring.profiles import Field, Mentee, Mentor, Slot, Way, Wish
from bot.mentoring.reasons import Suggestion, reasons, room
from bot.mentoring.weights import Weights

MOST_BITS = 64
TIE_BITS = 32
COLUMNS: Mapping[str, type[np.generic]] = {
    "id": np.int64, "tie": np.uint64, "approved": np.bool_, "pause": np.float64, "free": np.int32, "room": np.int32,
    "knows": np.uint32, "hopes": np.uint32, "overcame": np.uint64, "ways": np.uint8, "times": np.uint8,
    "region": np.int32, "commune": np.int32, "children": np.bool_, "mother": np.bool_,
    "asks": np.uint8, "limits": np.uint8,
}  # fmt: skip


class Fitting(msgspec.Struct, frozen=True):
    """All mentors who fit one mentee, in no order: their rows in the pool, their points, and the numbers that decide
    where points are equal: those of the mentors, and hers."""

    rows: Numbers
    points: Numbers
    ties: Numbers
    tie: int

    def best(self, most: int) -> Numbers:
        """Where the best `most` of them stand, best first."""
        return highest(self.points, most, self.ties, self.tie)


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
        before = self._mentors.get(mentor.id)
        for code in before.profile.languages if before else ():
            self._languages[code][row] = 0
        for code, level in mentor.profile.languages.items():
            if code not in self._languages:
                self._languages[code] = np.zeros(len(self._columns["id"]), np.int8)
            self._languages[code][row] = level
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
            "tie": self.tie(mentor.id),
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

    def tie(self, person: int) -> int:
        """The number of a person that decides where points are equal."""
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
        mentors = self._of("id")[fitting.rows[fitting.best(most)]].tolist()
        return tuple(self.suggestion(mentee, mentor) for mentor in mentors)

    def suggestion(self, mentee: Mentee, mentor: int) -> Suggestion:
        """The reasons for this pair, whether or not they may be one. Raises KeyError for a mentor who is not known."""
        found = reasons(mentee, self._mentors[mentor], self.weights)
        return Suggestion(mentor, sum(reason.points for reason in found), found)

    def fitting(self, mentee: Mentee, now: datetime) -> Fitting:
        """All who fit her, with points and without reasons."""
        points = self.crowd().points(keys(self.traits(mentee)))
        points[[self._rows[mentor] for mentor in never(mentee) if mentor in self._rows]] = -1
        rows = np.flatnonzero((points >= 0) & self._ready(now))
        return Fitting(rows, points[rows], self._of("tie")[rows], self.tie(mentee.id))

    def ready(self, now: datetime) -> Numbers:
        """The rows of all mentors who could receive somebody at `now`, in the order of their ids."""
        rows = np.flatnonzero(self._ready(now))
        return rows[np.argsort(self._of("id")[rows])]

    def _ready(self, now: datetime) -> Flags:
        return self._of("approved") & (self._of("pause") <= now.timestamp()) & (self._of("free") > 0)

    def crowd(self, rows: Numbers | None = None) -> Crowd:
        """The mentors of these rows, as they are now, to be asked many times; of all rows without: to be asked at
        once, since they change with the pool."""
        chosen = slice(len(self._rows)) if rows is None else rows
        columns = {name: column[chosen] for name, column in self._columns.items()}
        languages = {code: levels[chosen] for code, levels in self._languages.items()}
        return Crowd(columns, languages, self.weights, keep=rows is not None)

    def traits(self, mentee: Mentee) -> Traits:
        """A mentee as this pool numbers things."""
        her = mentee.profile
        return Traits(
            languages=frozenset(her.languages.items()),
            knows=bits(her.knows, Field),
            hopes=bits(her.hopes, Field),
            barriers=self._barrier_bits(mentee.barriers),
            region=self._places.get(her.region, -1),
            commune=self._places.get(her.commune, -1),
            ways=bits(her.ways, Way),
            times=bits(her.times, Slot),
            children=bool(her.children),
            asks=bits(her.wishes | her.limits, Wish),
            limits=bits(her.limits, Wish),
        )

    @property
    def ids(self) -> Numbers:
        """The id of the mentor in each row."""
        return self._of("id").copy()

    def lack(self, mentee: Mentee, now: datetime) -> Lack | None:
        """Why nobody fits her at `now`; None where somebody does."""
        if len(self.fitting(mentee, now).rows):
            return None
        ready = self._of("approved") & self._all_but({mentee.id})
        unpaused = self._of("pause") <= now.timestamp()
        if not (ready & unpaused).any():
            return Lack(Against.PAUSED if ready.any() else Against.NOT_APPROVED, would_fit=int(ready.sum()))
        passes = self.crowd().passes(self.traits(mentee))
        stands = {
            Lack(Against.PAUSED): unpaused,
            Lack(Against.LANGUAGE): passes.pop(Against.LANGUAGE),
            Lack(Against.MENTORS_LIMITS): passes.pop(Against.MENTORS_LIMITS),
            Lack(Against.BLOCKED): self._all_but(mentee.blocked),
            Lack(Against.DECLINED): self._all_but(mentee.declined),
            Lack(Against.FULL): self._of("free") > 0,
        }
        return first_lack(ready, stands | {Lack(Against.LIMITS, Wish(wish)): passes[wish] for wish in sorted(passes)})

    def _of(self, name: str) -> Numbers:
        """The rows in use of a column."""
        return self._columns[name][: len(self._rows)]

    def _all_but(self, mentors: Collection[int]) -> Flags:
        found = np.ones(len(self._rows), np.bool_)
        found[[self._rows[mentor] for mentor in mentors if mentor in self._rows]] = False
        return found


def never(mentee: Mentee) -> Collection[int]:
    """Whom she is never proposed, whatever speaks for it."""
    return {mentee.id, *mentee.blocked, *mentee.declined}


def highest(points: Numbers, most: int, ties: Numbers, tie: int) -> Numbers:
    """Where the `most` highest points stand, the highest first. Among equals the numbers of the mentors and that of the
    mentee decide."""
    found = np.arange(len(points))
    if 0 < most < len(points):
        wide = points.astype(np.int32) if points.itemsize < 4 else points  # numpy has vector code for these
        found = np.flatnonzero(points >= np.partition(wide, -most)[-most])
    order = (points[found].astype(np.int64) << TIE_BITS) | spread(ties[found], tie)
    return found[np.argsort(-order)][:most]


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
