"""Kill -9 at random lines and moments, thousands of times, and what must be true afterwards (TRUST.md, `make kill`).

    python -m tests.faults.kill --kills 10000            # all is well, or words for what is not and exit code 1
    python -m tests.faults.kill --bug no-dedupe          # a seeded bug: exit code 0 once it is caught
    python -m tests.faults.kill --kills 500 --bugs       # as it is, and then each of the seeded bugs

A worker is a fork that opens the same SQLite file with the real engine (batches, outbox, store) and dies young. The
platform is this process: it hands events over a socket until they are acknowledged, takes the messages that are sent,
and remembers all of it. Then:
- every event that was acknowledged had its effects, once each and whole, and in her order;
- every message arrived, in order; one came twice only where its worker was killed before it could have noted it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import selectors
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from bot.affairs import all_affairs
from bot.affairs.desk import Office
from bot.clock import MovableClock
from bot.engine.batches import Batches
from bot.engine.outbox import Outbox
from bot.engine.wishes import House
from bot.i18n import Catalogs
from bot.mentoring.effects import Programme
from bot.messages import Incoming
from bot.store import hers, mail
from bot.store import tables as t
from bot.store.door import Store
from bot.store.schema import migrate
from bot.testing import StageChannel, StageClock
from bot.vault import Vault, new_key
from conversations import PROGRAMME
from tests.faults import campaigns
from tests.faults.kill_worker import BUGS, DIARY, Wire, work

PEOPLE = 12
CAMPAIGN = 250  # kills on one database; then it is looked at, and a fresh one follows
SEARCH = 20  # the same, when looking for a seeded bug
MOST_SEARCH = 400  # kills in which a seeded bug must be caught
MOST_WORDS = 60  # that it says before the kill
LONGEST_LIFE = 0.1  # seconds from its first word to the kill
REDELIVERED = 0.05  # chance that the platform brings an acknowledged event once more
BEGINNING = datetime(2027, 3, 1, 9, tzinfo=UTC)


@dataclass
class Woman:
    """One writer: what she sent, the event that waits for its acknowledgement, and the ids of what she received."""

    address: str
    said: list[str] = field(default_factory=list)
    waiting: Incoming | None = None
    acknowledged: list[Incoming] = field(default_factory=list)
    heard: list[tuple[int, object]] = field(default_factory=list)  # (id of the message, life in which it came)


@dataclass
class Report:
    """What came out of a campaign; `wrong` in words, empty where all is well."""

    kills: int = 0
    events: int = 0
    twice: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Take another's counts over."""
        self.kills, self.events = self.kills + other.kills, self.events + other.events
        self.twice, self.seconds = self.twice + other.twice, self.seconds + other.seconds
        self.wrong += other.wrong


class Campaign:
    """A database, its people, and as many lives as wanted."""

    def __init__(self, url: str, clock: StageClock | MovableClock, number: int, bug: str = "") -> None:
        self.chance = random.Random(number)  # the same number, the same kills
        self.bug, self.bugs = bug, BUGS
        self.store = Store.open(url, Vault([new_key()]))
        self.clock = clock
        self.women = {f"woman-{n}": Woman(f"woman-{n}") for n in range(PEOPLE)}
        self.life = 0
        self.serial = 0
        self.kills = 0
        self.house = house()

    def run(self, kills: int) -> Report:
        """So many kills, then one life in peace, then the books are opened."""
        began = time.monotonic()
        asyncio.run(self.prepare())
        for _ in range(kills):
            self.live(peaceful=False)
        self.live(peaceful=True)
        return self.report(asyncio.run(self.look()), began)

    def report(self, wrong: list[str], began: float) -> Report:
        """What came out of a campaign that began then (time.monotonic)."""
        events = sum(len(woman.acknowledged) for woman in self.women.values())
        twice = sum(len(woman.heard) - len({number for number, _ in woman.heard}) for woman in self.women.values())
        return Report(self.kills, events, twice, time.monotonic() - began, wrong)

    async def prepare(self) -> None:
        """The schema; and one writer of no importance, so that the statements that every worker needs are compiled
        once, in the engine that they inherit (its connections are closed before)."""
        await migrate(self.store)
        channel = StageChannel("wire")
        outbox = Outbox(self.store, {"wire": channel}, self.clock)
        batches = Batches(self.store, self.house, self.clock, outbox.poke)
        for n, text in enumerate(("Hello", "words", "4")):
            await batches.receive(Incoming("wire", f"warm-{n}", "warm", BEGINNING, text=text))
            await outbox.drain()
        async with self.store.begin() as tx:
            await mail.next_due(tx, "wire")
        await self.store.close()

    # --- one life of a worker -------------------------------------------------------------------------------------

    def live(self, *, peaceful: bool) -> None:
        """Fork a worker, serve it, kill it. In peace it is left to finish what there is."""
        self.life += 1
        self.clock.forward(timedelta(seconds=Wire.lease + 1))
        how = "" if peaceful else self.chance.choice(("line", "moment", "word"))
        lines = round(10 ** self.chance.uniform(2.5, 4.8)) if how == "line" else 0
        moment = self.chance.uniform(0, LONGEST_LIFE) if how == "moment" else None
        words = self.chance.randrange(1, MOST_WORDS) if how == "word" else 0
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self.be_worker(theirs, lines)
        theirs.close()
        Line(self, ours, pid, moment, words, peaceful=peaceful).serve()
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code not in (-signal.SIGKILL, 0):
            raise RuntimeError(f"a worker ended with {code}")
        self.kills += code != 0

    def be_worker(self, wire: socket.socket, lines: int) -> None:
        """The life of a worker, from its fork to its end."""
        try:
            if self.bug:
                self.bugs[self.bug](self.store)
            self.store.writer = self.store.writer and asyncio.Lock()
            channel = Wire()
            outbox = Outbox(self.store, {channel.name: channel}, self.clock)
            batches = Batches(self.store, self.house, self.clock, outbox.poke)
            if lines:
                burn(lines)
            asyncio.run(work(wire, channel, outbox, batches))
        except BaseException as broken:  # whatever it is, the fork must not go on as its parent
            print(f"a worker broke: {broken!r}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)

    # --- the platform ---------------------------------------------------------------------------------------------

    def next_events(self, woman: Woman) -> Iterator[Incoming]:
        """What the platform brings next for her: what waits, and now and then something once more."""
        if woman.acknowledged and self.chance.random() < REDELIVERED:
            yield self.chance.choice(woman.acknowledged[-3:])
        if woman.waiting is None:
            self.serial += 1
            answers = len(woman.acknowledged) - 1  # the first thing she says is a greeting
            if answers >= 0 and answers % 2 == 0:
                woman.said.append(f"{woman.address} {answers // 2}")
            text = "Hello" if answers < 0 else woman.said[-1] if answers % 2 == 0 else "4"
            woman.waiting = Incoming("wire", str(self.serial), woman.address, BEGINNING, text=text)
        yield woman.waiting

    def acknowledged(self, provider_id: str) -> bool:
        """Note that the bot said it has an event. Says whether its writer may go on."""
        for woman in self.women.values():
            if woman.waiting is not None and woman.waiting.provider_id == provider_id:
                woman.acknowledged.append(woman.waiting)
                woman.waiting = None
                return True
        return False

    def sent(self, line: Line, number: int, address: str) -> None:
        """Note that a message came."""
        self.women[address].heard.append((number, self.life))

    # --- the books ------------------------------------------------------------------------------------------------

    async def look(self) -> list[str]:
        """What is wrong, in words."""
        wrong: list[str] = []
        async with self.store.begin() as tx:
            rows = (await tx.conn.execute(t.outbox.select().order_by(t.outbox.c.id))).all()
            people = (await tx.conn.execute(t.addresses.select())).all()
            for row in people:
                if tx.vault.open(row.sealed) == "warm":
                    continue
                woman = self.women[tx.vault.open(row.sealed)]
                kept = await hers.everything_of(tx, row.person_id)
                goals = [goal["plan"]["title"] for goal in reversed(kept["goals"])]
                notes = [one["words"]["title"] for one in kept["assessments"]]
                whole = (len(woman.acknowledged) - 1) // 2
                wrong += differences(woman.said[:whole], goals, "goals") + differences(
                    woman.said[:whole], notes, "notes"
                )
                sent = [one.id for one in rows if one.recipient == row.lookup]
                wrong += self.messages(woman, sent)
            wrong += [f"a message is {row.state}" for row in rows if row.state != "sent"]
            wrong += ["a person is missing"] * (len(self.women) + 1 - len(people))
            aside = (await tx.conn.execute(t.put_aside.select())).all()
            wrong += [f"an event was put aside: {row.reason}" for row in aside]
        await self.store.close()
        return wrong

    def messages(self, woman: Woman, sent: list[int]) -> list[str]:
        """What is wrong with what she received: one message for each event, in order, twice only around a kill."""
        numbers = [number for number, _ in woman.heard]
        wrong = differences(sent, list(dict.fromkeys(numbers)), "messages")
        if len(sent) != len(woman.acknowledged):
            wrong.append("not one message for each event")
        if numbers != sorted(numbers):
            wrong.append("a message came again after a later one")
        if max(Counter(woman.heard).values(), default=0) > 1:
            wrong.append("a message came twice in one life")
        return wrong


def differences(wanted: list[Any], found: list[Any], what: str) -> list[str]:
    """How two lists differ, without their words."""
    missing, more = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    wrong = [f"{missing.total()} {what} lost"] if missing else []
    wrong += [f"{more.total()} {what} too many"] if more else []
    return wrong or ([f"{what} in another order"] if wanted != found else [])


@dataclass
class Line:
    """The socket to one worker, until its end. moment: seconds after its first word at which it is killed. words: after
    which it is killed, before the last one is answered (0 for never)."""

    campaign: Campaign
    socket: socket.socket
    pid: int
    moment: float | None
    words: int
    peaceful: bool
    buffer: bytes = b""
    open: bool = True
    deadline: float | None = None

    def serve(self) -> None:
        """Hand over events, take what comes, kill in time."""
        with selectors.DefaultSelector() as selector, self.socket:
            selector.register(self.socket, selectors.EVENT_READ)
            while self.open:
                left = None if self.deadline is None else max(0.0, self.deadline - time.monotonic())
                if not selector.select(left):
                    self.kill()
                else:
                    self.read()

    def kill(self) -> None:
        """Once is enough; what it had said before is still heard."""
        os.kill(self.pid, signal.SIGKILL)
        self.deadline = None

    def read(self) -> None:
        """Everything that came so far; a line cut off by the kill was never said."""
        try:
            piece = self.socket.recv(2**20)
        except ConnectionResetError:  # it died with something of ours unread
            piece = b""
        self.open = bool(piece)
        *lines, self.buffer = (self.buffer + piece).split(b"\n")
        for line in lines:
            self.words -= 1
            if self.words == 0:
                self.kill()
            self.take(json.loads(line))

    def take(self, word: dict[str, Any]) -> None:
        """One word of the worker."""
        campaign = self.campaign
        if "sent" in word:
            number, address = word["sent"]
            campaign.sent(self, number, address)
            self.say(accepted=number)
        elif "has" in word:
            if campaign.acknowledged(word["has"]) and not self.peaceful:
                self.bring(word["of"])
            elif self.peaceful and all(woman.waiting is None for woman in campaign.women.values()):
                self.say(finish=True)
        elif "ready" in word:
            if self.moment is not None:
                self.deadline = time.monotonic() + self.moment
            for woman in campaign.women.values():
                if not self.peaceful or woman.waiting is not None or not woman.acknowledged:
                    self.bring(woman.address)
            if self.peaceful and all(woman.waiting is None for woman in campaign.women.values()):
                self.say(finish=True)

    def bring(self, address: str) -> None:
        for event in self.campaign.next_events(self.campaign.women[address]):
            self.say(event=msgspec.to_builtins(event))

    def say(self, **word: Any) -> None:
        """A word to the worker, which may be dead."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(json.dumps(word).encode() + b"\n")


def burn(lines: int) -> None:
    """Kill this process after so many lines of Python, whichever of its threads they are in."""
    left = lines

    def count(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return count

    threading.settrace(count)
    sys.settrace(count)


@cache
def house() -> House:
    """The engine's house with one talk that never ends: two questions, two effects, and again."""
    programme = Programme({**PROGRAMME.talks, DIARY.name: DIARY}, helplines=PROGRAMME.helplines)
    catalogs = Catalogs.load()
    office = Office.of(programme, catalogs, all_affairs(), random.SystemRandom())
    return House.of(office, lambda: os.urandom(5).hex())


def campaign(order: tuple[str, int, int, str]) -> Report:
    """One campaign: directory, number, kills, bug."""
    directory, number, kills, bug = order
    return Campaign(f"sqlite+aiosqlite:///{directory}/{number}.db", StageClock(BEGINNING), number, bug).run(kills)


def proof(kills: int, number: int, at_once: int, bug: str = "") -> Report:
    """Campaigns of so many kills in all, in so many processes; with a bug, until it is caught."""
    size = CAMPAIGN if not bug else SEARCH
    sizes = [min(size, kills - done) for done in range(0, kills, size)]
    with tempfile.TemporaryDirectory() as home:
        orders = [(home, number + n, size, bug) for n, size in enumerate(sizes)]
        return campaigns.added_up(Report(), campaign, orders, at_once, bug)


def told(report: Report, bug: str) -> bool:
    """Print a report; whether it is as it should be."""
    figures = f"{report.kills} kills, {report.events} events acknowledged, {report.twice} messages twice"
    return campaigns.told(report.wrong, bug, f"{figures}, {report.seconds:.1f} s")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Kill Sorora's engine again and again.")
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--number", type=int, default=1, help="of the first campaign: the same number, the same kills")
    parser.add_argument("--bug", choices=sorted(BUGS), default="", help="seed this bug only: it must be caught")
    parser.add_argument("--bugs", action="store_true", help="afterwards seed each bug: all must be caught")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args()
    well = True
    for bug in [wanted.bug, *(BUGS if wanted.bugs else ())]:
        kills = MOST_SEARCH if bug else wanted.kills
        well = told(proof(kills, wanted.number, wanted.at_once, bug), bug) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
