"""Cut the power thousands of times, and what must be true afterwards (TRUST.md, `make power`).

    python -m tests.faults.power --cuts 10000            # all is well, or words for what is not and exit code 1
    python -m tests.faults.power --bug normal            # a seeded bug or control: exit code 0 once it is caught
    python -m tests.faults.power --cuts 2000 --bugs      # as it is, and then each of them

The real engine (batches, outbox, store) works for some rounds on a disk that remembers what was fsynced (power_disk).
Then the power is cut at many places of what it wrote, and each time the house's Store opens what is left, with the
SQLite that everybody has:
- every event that was acknowledged had its effects, once each, whole, and in her order; one in the air may have them;
- what counts as sent was sent; SQLite finds nothing wrong with its file.
From one of the cuts life goes on, and all that waits must go out.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.engine.batches import Batches
from bot.engine.outbox import Outbox
from bot.engine.wishes import House
from bot.errors import TryLater
from bot.mentoring.goals import GoalPlan
from bot.messages import Incoming, Result, Sending
from bot.store import mail
from bot.store import tables as t
from bot.store.door import Store, Tx
from bot.store.growth import Answers
from bot.store.schema import migrate
from bot.testing import StageChannel, StageClock
from bot.vault import Vault, new_key
from tests.faults import campaigns
from tests.faults.kill import differences, house
from tests.faults.kill_worker import BUGS as KILL_BUGS
from tests.faults.power_disk import Disk, Op, wire

PEOPLE = 6
ROUNDS = 12  # of one life
CUTS = 25  # places at which the power is cut in what one life wrote
SEARCH = 5  # the same, when looking for a seeded bug
LIVES = 20  # on one database, one after the other
REDELIVERED = 0.1  # chance that the platform brings an acknowledged event once more
# Pages after which SQLite brings the log into the file: the house's own number (None) comes once in hundreds of rounds.
CHECKPOINTS = (None, 30, 100, 300)
MOST_SEARCH = 1000  # cuts in which a seeded bug must be caught
BEGINNING = datetime(2027, 3, 1, 9, tzinfo=UTC)
FILE = "power.db"


# --- seeded bugs, and what must fail as control -------------------------------------------------------------------


def pragma(store: Store, words: str) -> None:
    """Every new connection hears this too, after the house's own."""

    def also(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {words}")
        cursor.close()

    sa.event.listen(store.engine.sync_engine, "connect", also)


def lease_never_expires(_store: Store) -> None:
    """What a process claimed that died is never claimed again."""
    claim = mail.claim

    async def for_ever(tx: Tx, channel: str, now: datetime, _lease: timedelta, *more: Any) -> list[mail.Claimed]:
        return await claim(tx, channel, now, timedelta(days=3650), *more)

    mail.claim = for_ever  # type: ignore[assignment]


BUGS: dict[str, Callable[[Store], None]] = {
    **KILL_BUGS,
    "lease-never-expires": lease_never_expires,
    "normal": lambda store: pragma(store, "synchronous=NORMAL"),
    "off": lambda store: pragma(store, "synchronous=OFF"),
}


@contextlib.contextmanager
def undone(*also: tuple[Any, str]) -> Iterator[None]:
    """Whatever a seeded bug puts into the engine, or a harness into these places, is taken out again."""
    places: list[tuple[Any, str]] = [(mail, "claim"), (mail, "seen"), (mail, "remember"), (Batches, "receive")]
    before = [(where, name, getattr(where, name)) for where, name in (*places, *also)]
    try:
        yield
    finally:
        for where, name, what in before:
            setattr(where, name, what)


# --- one database -------------------------------------------------------------------------------------------------


@dataclass
class Report:
    """What came out; `wrong` in words, empty where all is well. torn: cuts while something was written and not yet on
    the disk."""

    cuts: int = 0
    torn: int = 0
    events: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        self.cuts, self.torn, self.events = self.cuts + other.cuts, self.torn + other.torn, self.events + other.events
        self.wrong += other.wrong


class Noting(StageChannel):
    """A phone network that notes on the disk's log what was sent: so it is known what came before a cut."""

    def __init__(self) -> None:
        super().__init__("wire")
        self.log: list[Op] = []

    async def send(self, sending: Sending) -> Result:
        self.log.append(Op("sent", at=sending.id))
        return await super().send(sending)


class Campaign:
    """A database, its people, and one life after the other. files: a database with all its tables, and nothing in it.
    has: how many events of each woman were acknowledged; her n-th event is always the same."""

    def __init__(self, directory: Path, files: dict[str, bytes], number: int, engine: House, bug: str = "") -> None:
        self.chance = Random(number)  # the same number, the same cuts
        self.directory, self.files, self.engine, self.bug = directory, files, engine, bug
        self.vault = Vault([new_key()])
        self.clock = StageClock(BEGINNING)
        self.has = {f"woman-{n}": 0 for n in range(PEOPLE)}
        self.sent: set[int] = set()
        self.report = Report()
        self.folders = 0

    def run(self, cuts: int) -> Report:
        """Lives and cuts, until so many are done or something is wrong."""
        asyncio.run(self.lives(cuts))
        return self.report

    async def lives(self, cuts: int) -> None:
        for _life in range(LIVES):
            folder = self.folder()
            disk = Disk(folder, self.files)
            with undone():  # the bug lives as long as the process would
                await self.live(disk, self.opened(folder / FILE, disk))
            await self.cut(disk, min(SEARCH if self.bug else CUTS, cuts - self.report.cuts))
            disk.unregister()
            shutil.rmtree(folder)
            if self.report.wrong or self.report.cuts >= cuts:
                return

    def folder(self) -> Path:
        self.folders += 1
        found = self.directory / str(self.folders)
        found.mkdir()
        return found

    def opened(self, path: Path, disk: Disk | None = None) -> Store:
        """The house's Store on the disk, with the bug; or as it is on what is left of one."""
        store = Store.open(f"sqlite+aiosqlite:///{path}", self.vault)
        if disk is not None:
            wire(store, disk)
            pages = self.chance.choice(CHECKPOINTS)
            if pages is not None:
                pragma(store, f"wal_autocheckpoint={pages}")
            if self.bug:
                BUGS[self.bug](store)
        return store

    # --- one life -------------------------------------------------------------------------------------------------

    async def live(self, disk: Disk, store: Store) -> None:
        """Women write, the engine answers; now and then it is stopped in good order, and started again."""
        self.clock.forward(timedelta(seconds=StageChannel.lease + 1))
        channel = Noting()
        channel.log = disk.log
        outbox = Outbox(store, {channel.name: channel}, self.clock)
        batches = Batches(store, self.engine, self.clock, outbox.poke)
        begun = dict(self.has)
        await outbox.drain()
        for _round in range(ROUNDS):
            women = self.chance.sample(sorted(begun), self.chance.randint(1, PEOPLE))
            await asyncio.gather(*(self.writes(batches, disk, begun, woman) for woman in women))
            if self.chance.random() < 0.8:
                await outbox.drain()
            if self.chance.random() < 0.1:
                await store.close()
        if batches.worker is not None:
            await batches.worker
        await outbox.drain()
        async with store.begin() as tx:
            waiting = (await tx.conn.exec_driver_sql("SELECT count(*) FROM outbox WHERE state = 'waiting'")).scalar()
        self.report.wrong += [f"{waiting} messages wait for ever"] if waiting else []
        await store.close()
        self.report.events += sum(op.what == "has" for op in disk.log)

    async def writes(self, batches: Batches, disk: Disk, begun: dict[str, int], woman: str) -> None:
        """One event of hers, the next after those that were acknowledged; before it perhaps an old one again."""
        number = begun[woman]
        begun[woman] += 1
        if number and self.chance.random() < REDELIVERED:
            await batches.receive(event(woman, number - 1))
        await batches.receive(event(woman, number))
        disk.log.append(Op("has", woman, number))

    # --- the cuts -------------------------------------------------------------------------------------------------

    async def cut(self, disk: Disk, cuts: int) -> None:
        """Cut the power at so many places; what is left by the last one stays, and life goes on from it."""
        begun = dict(self.has), set(self.sent)
        for _ in range(cuts):
            place = self.place(disk.log)
            self.files = disk.cut(place, self.chance)
            self.has, self.sent = dict(begun[0]), set(begun[1])
            for op in disk.log[:place]:
                if op.what == "has":
                    self.has[op.file] = max(self.has[op.file], op.at + 1)
                elif op.what == "sent":
                    self.sent.add(op.at)
            self.report.cuts += 1
            self.report.torn += any(op.what in ("write", "truncate") for op in unsafe(disk.log[:place]))
            self.report.wrong += await self.look()
            if self.bug and self.report.wrong:
                return

    def place(self, log: list[Op]) -> int:
        """Where to cut: anywhere, or near to where something was promised or sent."""
        words = [number for number, op in enumerate(log) if op.what in ("has", "sent")]
        if self.chance.random() < 0.5:
            return self.chance.randint(0, len(log))
        return min(len(log), max(0, self.chance.choice(words) + self.chance.randint(-3, 4)))

    async def look(self) -> list[str]:
        """What is wrong with the database after a cut, in words."""
        folder = self.folder()
        for name, body in self.files.items():
            (folder / name).write_bytes(body)
        store = self.opened(folder / FILE)
        try:
            async with store.begin() as tx:
                found = [str(row[0]) for row in await tx.conn.exec_driver_sql("PRAGMA integrity_check")]
                wrong = [] if found == ["ok"] else ["the file is corrupt"]
                wrong += ["a row without its owner" for _ in await tx.conn.exec_driver_sql("PRAGMA foreign_key_check")]
                marked = set((await tx.conn.scalars(sa.select(t.outbox.c.id).where(t.outbox.c.state == "sent"))).all())
                early = len(marked - self.sent)
                wrong += [f"{early} messages count as sent and were not"] if early else []
                for woman, number in self.has.items():
                    wrong += await hers(tx, woman, number)
        except (DBAPIError, TryLater) as trouble:
            wrong = [f"the database cannot be read ({type(trouble).__name__})"]
        finally:
            await store.close()
            shutil.rmtree(folder)
        return wrong


def unsafe(log: list[Op]) -> Iterator[Op]:
    """What came after the last fsync of its file."""
    synced: set[str] = set()
    for op in reversed(log):
        if op.what == "sync":
            synced.add(op.file)
        elif op.file not in synced:
            yield op


def event(woman: str, number: int) -> Incoming:
    """Her event with this number: a greeting, then in turn words of her own and how sure she is."""
    text = "Hello" if number == 0 else f"{woman} {number // 2}" if number % 2 else "4"
    return Incoming("wire", f"{woman}/{number}", woman, BEGINNING, text=text)


async def hers(tx: Tx, woman: str, number: int) -> list[str]:
    """What is wrong with what is kept of one woman, of whom so many events were acknowledged."""
    ids = await texts(tx, "SELECT provider_id FROM updates WHERE provider_id LIKE ?", f"{woman}/%")
    events = len(ids)
    wrong = [f"{number - events} acknowledged events lost"] if events < number else []
    wrong += ["an event that she never wrote"] if events > number + 1 else []
    wrong += [] if set(ids) == {f"{woman}/{n}" for n in range(events)} else ["events are missing between others"]
    lookup = tx.vault.lookup(f"wire:{woman}")
    person = (await texts(tx, "SELECT person_id FROM addresses WHERE lookup = ?", lookup) or [0])[0]
    messages = await texts(tx, "SELECT id FROM outbox WHERE recipient = ?", lookup)
    wrong += [] if len(messages) == events else ["not one message for each event"]
    goals = await texts(tx, "SELECT sealed FROM goals WHERE person_id = ? ORDER BY id", person)
    notes = await texts(tx, "SELECT sealed FROM assessments WHERE person_id = ? ORDER BY id", person)
    said = [f"{woman} {n}" for n in range(max(0, events - 1) // 2)]
    titles = [tx.vault.open_json(one, GoalPlan).title for one in goals]
    words = [tx.vault.open_json(one, Answers).words["title"] for one in notes]
    return wrong + differences(said, titles, "goals") + differences(said, words, "notes")


async def texts(tx: Tx, query: str, value: Any) -> list[Any]:
    return list((await tx.conn.exec_driver_sql(query, (value,))).scalars().all())


# --- many databases -----------------------------------------------------------------------------------------------


def empty_database() -> dict[str, bytes]:
    """A database with all its tables and nothing in it, as files by name."""
    with tempfile.TemporaryDirectory() as home:
        store = Store.open(f"sqlite+aiosqlite:///{Path(home) / FILE}", Vault([new_key()]))

        async def make() -> None:
            await migrate(store)
            await store.close()

        asyncio.run(make())
        return {FILE: (Path(home) / FILE).read_bytes()}


def campaign(order: tuple[dict[str, bytes], int, int, str]) -> Report:
    """One campaign: files, number, cuts, bug."""
    files, number, cuts, bug = order
    with tempfile.TemporaryDirectory() as home:
        return Campaign(Path(home), files, number, house(), bug).run(cuts)


def proof(files: dict[str, bytes], cuts: int, number: int, at_once: int, bug: str = "") -> Report:
    """Campaigns of so many cuts in all, in so many processes; with a bug, until it is caught."""
    size = LIVES * (SEARCH if bug else CUTS)
    orders = [(files, number + n, min(size, cuts - n * size), bug) for n in range(-(-cuts // size))]
    return campaigns.added_up(Report(), campaign, orders, at_once, bug)


def told(report: Report, bug: str) -> bool:
    """Print a report; whether it is as it should be."""
    figures = f"{report.cuts} cuts, {report.torn} of them into something unfinished; {report.events} events"
    return campaigns.told(report.wrong, bug, f"{figures}, {report.seconds:.1f} s")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Cut the power of Sorora's database again and again.")
    parser.add_argument("--cuts", type=int, default=10_000)
    parser.add_argument("--number", type=int, default=1, help="of the first campaign: the same number, the same cuts")
    parser.add_argument("--bug", choices=sorted(BUGS), default="", help="seed this bug only: it must be caught")
    parser.add_argument("--bugs", action="store_true", help="afterwards seed each bug: all must be caught")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args()
    well, files = True, empty_database()
    for bug in [wanted.bug, *(BUGS if wanted.bugs else ())]:
        cuts = MOST_SEARCH if bug else wanted.cuts
        well = told(proof(files, cuts, wanted.number, wanted.at_once, bug), bug) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
