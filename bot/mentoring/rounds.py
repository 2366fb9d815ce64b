"""The matching round: the best assignment of all mentees who wait to all places that are free.

Best means: first as many mentees as possible get a mentor, then the sum of points is the highest (with points for each
week that a mentee has waited, so that where places are few, those who have waited go first). It is the optimum over all
pairs that may be (`market`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from bot.mentoring.constraints import Against, Lack
from bot.mentoring.market import NOBODY, WIDTH, Market
from bot.mentoring.matching import Pool
from bot.mentoring.profiles import Mentee
from bot.mentoring.reasons import Suggestion


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
    pairs, without = [], []
    for mentee, place, fit in zip(waiting, market.optimum().tolist(), market.fits.tolist(), strict=True):
        if place != NOBODY:
            pairs.append(Pair(mentee.id, pool.suggestion(mentee, int(market.crowd["id"][place]))))
        else:
            taken = Lack(Against.FULL, would_fit=fit)
            without.append(Without(mentee.id, taken if fit else pool.lack(mentee, now) or taken))
    return Round(tuple(pairs), tuple(without), market.solutions)
