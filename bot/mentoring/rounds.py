"""The matching round: the best assignment of all mentees who wait to all places that are free.

Best means: first as many mentees as possible get a mentor, then the sum of points is the highest (with points for each
week that a mentee has waited, so that where places are few, those who have waited go first). It is the optimum over all
pairs that may be, not only over those that were looked at: each mentee begins with a short list of candidates; a
min-cost flow (Google OR-tools) gives the optimum over the lists; the prices of the mentors that follow from it (the
duals of the assignment) show which pairs outside the lists could make it better; only these are added, until there are
none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from ortools.graph.python import min_cost_flow

from bot.mentoring.constraints import Against, Lack
from bot.mentoring.matching import Fitting, Numbers, Pool
from bot.mentoring.profiles import Mentee
from bot.mentoring.reasons import Suggestion

WIDTH = 24  # candidates to begin with: more cost time in every solution, fewer cost more solutions (bench/matching.py)
ADDED = 8  # pairs added for a mentee at a time
MOST_KEPT = 20_000_000  # pairs whose points are remembered, 8 bytes each
MOST_WEEKS = 52
NOBODY = -1


class Pair(msgspec.Struct, frozen=True):
    """A mentee with the mentor she is to be proposed."""

    mentee: int
    suggestion: Suggestion


class Without(msgspec.Struct, frozen=True):
    """A mentee who stays without, and why."""

    mentee: int
    lack: Lack


class Round(msgspec.Struct, frozen=True):
    """The outcome, in the order of the mentees' ids. solutions: how many flows it took."""

    pairs: tuple[Pair, ...]
    without: tuple[Without, ...]
    solutions: int

    @property
    def points(self) -> int:
        """The sum of all points."""
        return sum(pair.suggestion.points for pair in self.pairs)


def assign(pool: Pool, mentees: Iterable[Mentee], now: datetime, width: int = WIDTH) -> Round:
    """The optimum for these mentees and the pool as they are at `now` (aware). The same mentees, mentors and key of the
    pool give the same round, in whatever order they come. `width`: candidates to begin with, at least 1; any gives an
    optimum. Raises ValueError where a mentee comes twice."""
    waiting = sorted(mentees, key=lambda mentee: mentee.id)
    if len({mentee.id for mentee in waiting}) < len(waiting):
        raise ValueError("a mentee can be in a round only once")
    market = Market(pool, waiting, now, width)
    solutions, chosen = 1, market.solve()
    while market.widen(chosen):
        solutions, chosen = solutions + 1, market.solve()
    return outcome(market, chosen, solutions)


def outcome(market: Market, chosen: Numbers, solutions: int) -> Round:
    """Pairs with their reasons, and why the others stay without."""
    pairs, without = [], []
    for place, mentee in enumerate(market.mentees):
        if chosen[place] != NOBODY:
            mentor = int(market.ids[market.row[chosen[place]]])
            pairs.append(Pair(mentee.id, market.pool.suggestion(mentee, mentor)))
        else:
            taken = Lack(Against.FULL, would_fit=int(market.fits[place]))
            without.append(Without(mentee.id, market.pool.lack(mentee, market.now) or taken))
    return Round(tuple(pairs), tuple(without), solutions)


class Market:
    """Mentees, the free places of mentors, and the pairs looked at so far: the edges, as columns `who` (place of the
    mentee), `row` (of the mentor in the pool) and `value` (points, with those for waiting)."""

    def __init__(self, pool: Pool, mentees: Sequence[Mentee], now: datetime, width: int) -> None:
        self.pool, self.mentees, self.now = pool, mentees, now
        self.ids, self.free = pool.ids, pool.free
        self.waited = np.array([pool.weights.week * weeks_waited(mentee, now) for mentee in mentees], np.int64)
        self.fits = np.zeros(len(mentees), np.int64)  # how many mentors fit each
        self.unseen = np.full(len(mentees), NOBODY, np.int64)  # no pair outside the edges is worth more than this
        self.who = self.row = self.value = np.zeros(0, np.int64)
        self._kept: dict[int, tuple[Numbers, Numbers]] = {}
        self._room = MOST_KEPT
        edges = []
        for place in range(len(mentees)):
            fitting = pool.fitting(mentees[place], now)
            best = fitting.best(width)
            edges.append(self._edges(place, fitting.rows[best], fitting.points[best]))
            self.fits[place] = len(fitting.rows)
            if len(best) < len(fitting.rows):
                self.unseen[place] = edges[-1][2][-1]
                self._keep(place, fitting)
        self._add(edges)

    def _keep(self, place: int, fitting: Fitting) -> None:
        """Remember rows and points for `widen`, while there is room: looking again costs more than half of a round."""
        if self._room >= len(fitting.rows):
            self._room -= len(fitting.rows)
            self._kept[place] = fitting.rows.astype(np.int32), fitting.points.astype(np.int32)

    def _fitting(self, place: int) -> tuple[Numbers, Numbers]:
        if place in self._kept:
            return self._kept[place]
        fitting = self.pool.fitting(self.mentees[place], self.now)
        return fitting.rows, fitting.points

    def _edges(self, place: int, rows: Numbers, points: Numbers) -> tuple[Numbers, ...]:
        return np.full(len(rows), place), rows, points + self.waited[place]

    def _add(self, edges: Sequence[tuple[Numbers, ...]]) -> None:
        columns = zip((self.who, self.row, self.value), *edges, strict=True)
        self.who, self.row, self.value = (np.concatenate(column) for column in columns)
        # A pair as such is worth more than all points together, so that the number of pairs comes first.
        self.pair = (int(self.value.max(initial=0)) + 1) * (len(self.mentees) + 1)

    def solve(self) -> Numbers:
        """The edge that each mentee has in the optimum over the edges, or NOBODY."""
        most = self.pair + int(self.value.max(initial=0))
        # Nodes in the order of ids, so that nothing depends on the order in which mentors came into the pool.
        _, first, node = np.unique(self.ids[self.row], return_index=True, return_inverse=True)
        mentees, mentors = np.arange(len(self.mentees)), len(self.mentees) + np.arange(len(first))
        sink = len(mentees) + len(mentors)
        flow = min_cost_flow.SimpleMinCostFlow()
        pairs = flow.add_arcs_with_capacity_and_unit_cost(
            self.who, len(mentees) + node, np.ones_like(self.who), most - self.pair - self.value
        )
        flow.add_arcs_with_capacity_and_unit_cost(  # nobody: always possible, and worth nothing
            mentees, np.full_like(mentees, sink), np.ones_like(mentees), np.full_like(mentees, most)
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            mentors, np.full_like(mentors, sink), self.free[self.row[first]], np.zeros_like(mentors)
        )
        flow.set_nodes_supplies(np.append(mentees, sink), np.append(np.ones_like(mentees), -len(mentees)))
        if (status := flow.solve()) != flow.OPTIMAL:
            raise ArithmeticError(f"the solver of the round answered {status}, although nobody must have a mentor")
        chosen = np.full_like(mentees, NOBODY)
        used = np.flatnonzero(flow.flows(pairs))
        chosen[self.who[used]] = used
        return chosen

    def widen(self, chosen: Numbers) -> bool:
        """Add the pairs that could make this optimum better; False where there are none, and it is the optimum of all.

        A pair can only do so if it is worth more to the mentee, less the mentor's price, than what she has (duality of
        linear programmes; the prices are feasible for all edges, and 0 for mentors with a place left)."""
        prices, has = self._prices(chosen)
        edges = []
        for place in np.flatnonzero(self.unseen + self.pair > has).tolist():
            rows, points = self._fitting(place)
            gain = points + self.waited[place] + self.pair - prices[rows] - has[place]
            better = np.flatnonzero(gain > 0)
            if len(better):
                best = better[np.lexsort((self.ids[rows[better]], -gain[better]))[:ADDED]]
                edges.append(self._edges(place, rows[best], points[best]))
        if edges:
            self._add(edges)
        return bool(edges)

    def _prices(self, chosen: Numbers) -> tuple[Numbers, Numbers]:
        """The lowest price of each row at which nobody would rather have another edge than her own, and what each
        mentee has at these prices (Bellman-Ford: each pass lets every mentee bid what a mentor is worth to her)."""
        prices = np.zeros(len(self.free), np.int64)
        paired = np.flatnonzero(chosen != NOBODY)
        mine = chosen[paired]
        worth = self.value + self.pair
        has = np.zeros(len(self.mentees), np.int64)
        while True:
            has[paired] = worth[mine] - prices[self.row[mine]]
            higher = prices.copy()
            np.maximum.at(higher, self.row, worth - has[self.who])
            if (higher == prices).all():
                return prices, has
            prices = higher


def weeks_waited(mentee: Mentee, now: datetime) -> int:
    """Whole weeks since she began to wait, at most a year of them."""
    return min(MOST_WEEKS, max(0, (now - mentee.since) // timedelta(weeks=1))) if mentee.since else 0
