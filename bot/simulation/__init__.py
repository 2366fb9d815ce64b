"""A whole programme of fictional people in virtual time: what reaches them, and whether a promise is ever broken.

    sorora simulate --people 10000 --months 6

Real are the tables, the clock, the outbox, the affairs and the presenters of both channels; only the networks are not
there. A share of the women goes through the whole engine, tap by tap; the others do the same things by the effects in
which their talks would end, without the talks. The same seed gives the same lives.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context

from bot.simulation.tally import Tally
from bot.simulation.world import simulate_one

__all__ = ["simulate"]


def simulate(people: int, months: int, *, whole: float, seed: int, processes: int) -> Tally:
    """What so many women live through in so many months of thirty days. whole: the share of them who go through the
    whole engine. processes: each has a part of them, with tables of its own; they meet only women of their part."""
    parts = [people // processes + (number < people % processes) for number in range(processes)]
    tally = Tally()
    seeds = range(seed, seed + processes)
    if processes == 1:
        return part_of_it(people, months, whole, seed)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for one in pool.map(part_of_it, parts, repeat(months), repeat(whole), seeds):
            tally.add(one)
    return tally


def part_of_it(people: int, months: int, whole: float, seed: int) -> Tally:
    """One simulation, in whatever process."""
    return asyncio.run(simulate_one(people, months, whole, seed))
