"""The optimum of a matching round: mentees, the free places of mentors, and prices that prove that nothing is better.

Each mentee begins with a short list of mentors. A min-cost flow (Google OR-tools) gives the optimum over the lists;
from it follows a price for each mentor (the duals of the assignment). A pair outside the lists can only make things
better if it is worth more to the mentee, less the price of the mentor, than what she has: these pairs are added, what
is far from being worth its price is dropped, until there are none. Of all the pairs, one mentee's are held at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from ortools.graph.python import min_cost_flow

from bot.mentoring.facets import Numbers, keys
from bot.mentoring.matching import Pool, highest, never
from bot.mentoring.profiles import Mentee

WIDTH = 24  # candidates to begin with: more cost time in the first solution, fewer cost more solutions
ADDED = 16  # pairs added for a mentee at a time
MARGIN = 10  # points: pairs that are this near to being worth their price are added, others dropped
DROPS = 8  # solutions after which pairs are only added, so that it surely ends
MOST_WEEKS = 52
NOBODY = -1


class Market:
    """Mentees, the mentors who have a place (the crowd), and the pairs looked at: the edges, as columns `who` (place of
    the mentee), `row` (place of the mentor in the crowd) and `value` (points, with those for waiting)."""

    def __init__(self, pool: Pool, mentees: Sequence[Mentee], now: datetime, width: int = WIDTH) -> None:
        self.mentees, self.crowd = mentees, pool.crowd(pool.ready(now))
        self.keys = [keys(pool.traits(mentee)) for mentee in mentees]
        self.ties = [pool.tie(mentee.id) for mentee in mentees]
        self.waited = np.array([pool.weights.week * weeks_waited(mentee, now) for mentee in mentees], np.int64)
        # A pair as such is worth more than all points together, so that the number of pairs comes first.
        self.pair = (self.crowd.most + int(self.waited.max(initial=0)) + 1) * (len(mentees) + 1)
        self.fits = np.zeros(len(mentees), np.int64)  # how many mentors fit each
        self.prices = np.zeros(len(self.crowd), np.int64)
        self.unseen = np.zeros(len(mentees), np.int64)  # no pair outside the edges is worth more at these prices
        self.solutions = 0
        self._places = {int(mentor): place for place, mentor in enumerate(self.crowd["id"])}
        self._begin(width)

    def _begin(self, width: int) -> None:
        """The best for each mentee as the first edges."""
        lists = []
        for place in range(len(self.mentees)):
            points = self.points(place)
            best = highest(points, width, self.crowd["tie"], self.ties[place])
            best = best[points[best] >= 0]
            self.fits[place] = np.count_nonzero(points >= 0)
            if len(best) < self.fits[place]:
                self.unseen[place] = self.pair + self.waited[place] + points[best[-1]]
            lists.append((place, best, points[best]))
        self.who, self.row, self.value = self._edges(lists)

    def points(self, place: int) -> Numbers:
        """The points of a mentee with each mentor of the crowd, below zero for who does not fit."""
        points = self.crowd.points(self.keys[place])
        for mentor in never(self.mentees[place]):
            if mentor in self._places:
                points[self._places[mentor]] = -1
        return points

    def _edges(self, lists: Sequence[tuple[int, Numbers, Numbers]]) -> tuple[Numbers, Numbers, Numbers]:
        """Lists of a mentee, mentors and points as columns of edges."""
        nothing = np.zeros(0, np.int64)
        who = np.repeat([place for place, _, _ in lists], [len(rows) for _, rows, _ in lists]).astype(np.int64)
        row = np.concatenate([nothing, *(rows for _, rows, _ in lists)])
        return who, row, np.concatenate([nothing, *(points for _, _, points in lists)]) + self.waited[who]

    def optimum(self) -> Numbers:
        """The mentor of each mentee as her place in the crowd, or NOBODY, at the optimum over all pairs; `prices` are
        then its proof."""
        chosen = self.solve()
        while self.widen(chosen):
            chosen = self.solve()
        return np.where(chosen == NOBODY, NOBODY, np.append(self.row, NOBODY)[chosen])

    def solve(self) -> Numbers:
        """The edge that each mentee has in the optimum over the edges, or NOBODY."""
        self.solutions += 1
        mentees, mentors = np.arange(len(self.mentees)), len(self.mentees) + np.arange(len(self.crowd))
        sink = len(mentees) + len(mentors)
        flow = min_cost_flow.SimpleMinCostFlow()
        pairs = flow.add_arcs_with_capacity_and_unit_cost(
            self.who, len(mentees) + self.row, np.ones_like(self.who), self.value.max(initial=0) - self.value
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            mentors, np.full_like(mentors, sink), self.crowd["free"], np.zeros_like(mentors)
        )
        flow.set_nodes_supplies(np.append(mentees, sink), np.append(np.ones_like(mentees), -len(mentees)))
        if (status := flow.solve_max_flow_with_min_cost()) != flow.OPTIMAL:
            raise ArithmeticError(f"the solver of the round answered {status}, although nobody must have a mentor")
        chosen = np.full_like(mentees, NOBODY)
        used = np.flatnonzero(flow.flows(pairs))
        chosen[self.who[used]] = used
        return chosen

    def widen(self, chosen: Numbers) -> bool:
        """Add the pairs that could make this optimum better; False where there are none, and it is the optimum of all.

        Only those mentees are looked at for whom a pair that was not seen could have become worth its price: no more
        than by what the price of any mentor has fallen."""
        prices, has = self._prices(chosen)
        self.unseen += (self.prices - prices).max(initial=0)
        self.prices = prices
        least = has - self.pair - self.waited  # points that a mentor must have, beyond her price, to be better
        narrow = prices.astype(np.int32) if prices.max(initial=0) + self.pair < 2**31 else prices
        lists, better = [], False
        for place in np.flatnonzero(self.unseen > has).tolist():
            points = self.points(place)
            worth = points - narrow
            near = np.flatnonzero(worth > least[place] - MARGIN)
            near = near[points[near] >= 0]
            left_out = least[place] - MARGIN
            if len(near) > ADDED:
                best = highest(worth[near], ADDED + 1, self.crowd["tie"][near], self.ties[place])
                near, left_out = near[best[:ADDED]], int(worth[near[best[ADDED]]])
            self.unseen[place] = has[place] - least[place] + left_out
            better = better or bool((worth[near] > least[place]).any())
            lists.append((place, near, points[near]))
        if better:
            self._renew(has, lists)
        return better

    def _renew(self, has: Numbers, lists: Sequence[tuple[int, Numbers, Numbers]]) -> None:
        """Edges with those of the lists, and without those that are far from being worth their price."""
        near = self.value + self.pair - self.prices[self.row] > has[self.who] - MARGIN
        if self.solutions > DROPS:
            near[:] = True
        self.unseen = np.maximum(self.unseen, has - MARGIN)
        columns = zip((self.who[near], self.row[near], self.value[near]), self._edges(lists), strict=True)
        who, row, value = (np.concatenate(column) for column in columns)
        _, once = np.unique(who * len(self.crowd) + row, return_index=True)
        self.who, self.row, self.value = who[once], row[once], value[once]

    def _prices(self, chosen: Numbers) -> tuple[Numbers, Numbers]:
        """The lowest price of each mentor at which nobody would rather have another edge than her own (0 for who has a
        place left), and what each mentee has at these prices. Bellman-Ford: each pass lets every mentee bid what a
        mentor is worth to her."""
        prices = np.zeros(len(self.crowd), np.int64)
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
