"""How fast and how good matching is: suggestions out of 20,000 mentors, in memory and through the tables, and rounds
beside the greedy way and (the smallest) beside other packages (`bench.matching_peers`).

    .venv/bin/python -m bench.matching        prints the figures and writes them to bench/matching.json

Each round is proved to be the optimum: no round at all can be worth more than the prices of all places together with
what each mentee would have at these prices with whomever she likes best (duality of linear programmes), and this one is
worth as much. It takes a second look at every pair, and none of the shortcuts of the round.

The people are made up by chance with a fixed seed, as uneven as life: few languages and fields are common, many
are rare.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import random
import statistics
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa

from bench import matching_peers
from bot.affairs import matchmaker
from bot.affairs.matchmaker import Matchmaker
from bot.mentoring.facets import keys
from bot.mentoring.market import Market, weeks_waited
from bot.mentoring.matching import Pool, highest
from bot.mentoring.path import MentorFile
from bot.mentoring.people import Person, Purpose
from bot.mentoring.profiles import Field, Level, Mentee, Mentor, Profile, Slot, Way, Wish
from bot.mentoring.rounds import Round, assign
from bot.store import people
from bot.store import tables as t
from bot.store.door import Store, Tx
from bot.store.schema import migrate
from bot.vault import Vault, new_key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = b"a key for benchmarks only"
TONGUES = "ar fr uk tr fa es ru so ps ti pt ro pl sq en rif ln sw ckb bg hi ur am vi zh th tl ha wo ff".split()
SPOKEN_HERE = ("fr", "nl", "en")
BARRIERS = "language network workplace diploma experience childcare papers money transport".split()
REGIONS = {"brussels": 19, "flanders": 60, "wallonia": 50}
SUGGESTIONS = 300
ROUNDS = ((1_000, 300), (10_000, 3_000), (100_000, 20_000))
T = TypeVar("T")


def some(chance: random.Random, things: Iterable[T], likely: float) -> frozenset[T]:
    """Each of the things with this likelihood."""
    return frozenset(thing for thing in things if chance.random() < likely)


def uneven(chance: random.Random, things: Sequence[T]) -> T:
    """One of the things; the first are the most common, as with languages (Zipf)."""
    return chance.choices(things, [1 / (place + 1) for place in range(len(things))])[0]


def profile(chance: random.Random, *, settled: bool) -> Profile:
    """A made-up woman; `settled` for one who has lived here for some years."""
    languages = {uneven(chance, TONGUES): Level.MOTHER}
    for code in SPOKEN_HERE:
        if chance.random() < (0.7 if settled else 0.35):
            languages.setdefault(code, Level.WELL if chance.random() < (0.7 if settled else 0.2) else Level.ENOUGH)
    region = uneven(chance, list(REGIONS))
    commune = f"{region}-{chance.randrange(REGIONS[region])}"
    fields = [uneven(chance, list(Field)) for _ in range(3)]
    wishes = some(chance, [wish for wish in Wish if wish is not Wish.OTHER_TONGUE], 0.2)
    return Profile(
        languages=languages,
        knows=frozenset(fields[: chance.randrange(3)]) | ({fields[0]} if settled else set()),
        hopes=frozenset(fields[2:]),
        region=region,
        commune=commune,
        ways=some(chance, Way, 0.7) or frozenset({Way.ONLINE}),
        times=some(chance, Slot, 0.4) or frozenset({Slot.WEEKDAY_EVENING}),
        children=chance.random() < 0.6,
        wishes=wishes,
        limits=some(chance, sorted(wishes), 0.2),
    )


def mentors(count: int, seed: int = 1) -> list[Mentor]:
    """Made-up mentors with ids from 1,000,000."""
    chance = random.Random(seed)
    found = []
    for place in range(count):
        places = chance.choices((1, 2, 3, 4, 5), (4, 5, 3, 1, 1))[0]
        found.append(
            Mentor(
                1_000_000 + place,
                profile(chance, settled=True),
                overcame=some(chance, BARRIERS, 0.4),
                places=places,
                taken=chance.randrange(places + 1) if chance.random() < 0.3 else 0,
                paused_until=NOW + timedelta(days=7) if chance.random() < 0.1 else None,
                approved=chance.random() < 0.95,
            )
        )
    return found


def mentees(count: int, seed: int = 2) -> list[Mentee]:
    """Made-up mentees with ids from 1."""
    chance = random.Random(seed)
    return [
        Mentee(
            place + 1,
            profile(chance, settled=False),
            barriers=some(chance, BARRIERS, 0.4),
            since=NOW - timedelta(days=chance.randrange(60)),
        )
        for place in range(count)
    ]


def greedy(pool: Pool, waiting: Iterable[Mentee], now: datetime) -> dict[int, tuple[int, int]]:
    """What a coordinator with a list does: who has waited longest takes the best mentor who has a place left. Mentee to
    (mentor, points)."""
    crowd = pool.crowd(pool.ready(now))
    left = crowd["free"].copy()
    found: dict[int, tuple[int, int]] = {}
    for mentee in sorted(waiting, key=lambda one: (one.since or now, one.id)):
        points = crowd.points(keys(pool.traits(mentee)))
        points[left == 0] = -1
        best = int(highest(points, 1, crowd["tie"], pool.tie(mentee.id))[0])
        if points[best] >= 0:
            left[best] -= 1
            found[mentee.id] = int(crowd["id"][best]), int(points[best])
    return found


def suggesting(count: int) -> dict[str, float]:
    """Milliseconds for three suggestions with reasons, and for filling the pool."""
    crowd = mentors(count)
    began = perf_counter()
    pool = Pool(crowd, KEY)
    filled = perf_counter() - began
    times = []
    for mentee in mentees(SUGGESTIONS):
        began = perf_counter()
        words = [each.to_mentee() for each in pool.suggest(mentee, NOW)]
        times.append(1000 * (perf_counter() - began))
        assert len(words) <= 3
    return {
        "mentors": count,
        "fill_ms": round(1000 * filled, 1),
        "median_ms": round(statistics.median(times), 2),
        "p99_ms": round(statistics.quantiles(times, n=100)[98], 2),
    }


async def in_tables(tx: Tx, count: int, asking: Sequence[Mentee]) -> None:
    """Made-up mentors and mentees as rows, sealed as in life."""
    crowd = mentors(count)
    persons = [Person(one.id, consents=frozenset(Purpose)) for one in crowd]
    persons += [Person(one.id, barriers=tuple(one.barriers), consents=frozenset(Purpose)) for one in asking]
    rows = [{"id": one.id, "sealed": people.seal_person(tx, one)} for one in persons]
    await tx.many(sa.insert(t.people).values(language="fr", created_at=NOW), rows)
    profiles = [(one.id, one.profile) for one in crowd] + [(one.id, one.profile) for one in asking]
    told = [{"person_id": number, "sealed": tx.vault.seal_json(profile)} for number, profile in profiles]
    await tx.many(sa.insert(t.profiles).values(changed_at=NOW), told)
    story = "I came here with two children and two bags. Now I work in a hospital."
    files = [(one, MentorFile(NOW, NOW, NOW, "1", NOW, overcame=tuple(one.overcame), story=story)) for one in crowd]
    row = sa.insert(t.mentors).values(changed_at=NOW)
    states = {True: "approved", False: "waiting"}
    await tx.many(
        row,
        [
            {
                "person_id": one.id, "state": states[one.approved], "places": one.places,
                "paused_until": one.paused_until, "sealed": tx.vault.seal_json(file),
            }
            for one, file in files
        ],
    )  # fmt: skip


async def through_the_tables(count: int) -> dict[str, float]:
    """Milliseconds for the first question of a process (it fills the pool), and for a suggestion after it: the mentee
    read, three mentors named, each of them read anew. SQLite in a file, one transaction for each question."""
    asking = mentees(SUGGESTIONS)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite+aiosqlite:///{folder}/bench.db", Vault([new_key()]))
        await migrate(store)
        async with store.begin() as tx:
            await in_tables(tx, count, asking)
        maker, times, now = Matchmaker(), [], NOW + timedelta(hours=1)
        for mentee in asking:
            began = perf_counter()
            async with store.begin() as tx:
                read = await matchmaker.mentee(tx, mentee.id)
                assert read is not None
                await maker.suggest(tx, read, now, 3)
            times.append(1000 * (perf_counter() - began))
        await store.close()
    return {
        "mentors": count,
        "first_ms": round(times[0], 1),
        "median_ms": round(statistics.median(times[1:]), 2),
        "p99_ms": round(statistics.quantiles(times[1:], n=100)[98], 2),
    }


def proven(pool: Pool, waiting: Sequence[Mentee], outcome: Round) -> bool:
    """Whether nothing is worth more than this round, over all pairs. `waiting` is in the order of ids."""
    market = Market(pool, waiting, NOW)
    market.optimum()
    bound = int(market.prices @ market.crowd["free"])
    for place, waited in enumerate(market.waited.tolist()):
        points = market.points(place)
        worth = (points.astype(np.int64) + market.pair + waited - market.prices)[points >= 0]
        bound += max(0, int(worth.max(initial=0)))
    return bound == len(outcome.pairs) * market.pair + outcome.points + waited_for(pool, waiting, outcome)


def waited_for(pool: Pool, waiting: Iterable[Mentee], outcome: Round) -> int:
    """The points for waiting of those who got a mentor."""
    paired = {pair.mentee for pair in outcome.pairs}
    return sum(pool.weights.week * weeks_waited(mentee, NOW) for mentee in waiting if mentee.id in paired)


def round_beside_greedy(few: int, many: int) -> dict[str, Any]:
    """Seconds, pairs and points of the round and of greedy, for `many` mentees and `few` mentors."""
    pool, waiting = Pool(mentors(few), KEY), mentees(many)
    began, busy = perf_counter(), process_time()
    best = assign(pool, waiting, NOW)
    seconds, processor = perf_counter() - began, process_time() - busy
    began = perf_counter()
    other = greedy(pool, waiting, NOW)
    greedy_seconds = perf_counter() - began
    return {
        "mentees": many,
        "mentors": few,
        "places": int(pool.crowd(pool.ready(NOW))["free"].sum()),
        "seconds": round(seconds, 3),
        "processor_seconds": round(processor, 3),
        "solutions": best.solutions,
        "pairs": len(best.pairs),
        "points": best.points,
        "points_with_waiting": best.points + waited_for(pool, waiting, best),
        "proven_optimum": proven(pool, waiting, best),
        "greedy_seconds": round(greedy_seconds, 3),
        "greedy_pairs": len(other),
        "greedy_points": sum(points for _, points in other.values()),
    }


def beside_peers(few: int, many: int) -> dict[str, Any]:
    """What other packages make of this round, with the points for waiting in the points."""
    pool, waiting = Pool(mentors(few), KEY), mentees(many)
    market, found = Market(pool, waiting, NOW), []
    for place, waited in enumerate(market.waited.tolist()):
        points = market.points(place)
        points[points >= 0] += waited
        found.append(points.tolist())
    return matching_peers.beside(found, market.crowd["free"].tolist())


def main() -> None:
    """Measure, print, save."""
    rounds = [round_beside_greedy(few, many) for many, few in ROUNDS]
    peers = beside_peers(300, 1_000)
    for peer in peers.values():
        if "processor_seconds" in peer:
            peer["times_as_long"] = round(peer["processor_seconds"] / rounds[0]["processor_seconds"], 1)
    figures = {
        "machine": {"processors": os.cpu_count(), "architecture": platform.machine(), "system": platform.system()},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in ("numpy", "ortools")},
        "suggest": suggesting(20_000),
        "through_the_tables": asyncio.run(through_the_tables(20_000)),
        "rounds": rounds,
        "peers_at_1000_by_300": peers,
    }
    (Path(__file__).parent / "matching.json").write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    sys.stdout.write(table(figures))


def table(figures: Mapping[str, Any]) -> str:
    """The figures as lines to read."""
    lines = [f"{what}: {figures[what]}" for what in ("machine", "versions", "suggest", "through_the_tables")]
    lines += [", ".join(f"{name} {value}" for name, value in one.items()) for one in figures["rounds"]]
    lines += [f"{peer}: {found}" for peer, found in figures["peers_at_1000_by_300"].items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
