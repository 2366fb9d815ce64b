"""Several processes on one PostgreSQL, killed and started again under load, the server too (TRUST.md, `make pgkill`).

    python -m tests.faults.pgkill --kills 200            # all is well, or words for what is not and exit code 1
    python -m tests.faults.pgkill --bug two-owners       # a seeded bug: exit code 0 once it is caught
    python -m tests.faults.pgkill --kills 200 --bugs     # as it is, and then each of the seeded bugs

Workers, people, kills and books are those of kill.py. Here several workers live at the same time; the platform is the
load balancer, too: it hands each event to any of them, now and then to two at once, and again to another one where it
got no answer, or "later". Besides what kill.py demands:
- only the owner sends, there is one owner at most, and a new one soon after it was killed;
- a message came twice only where its sender was killed, or the server went down.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import structlog

from bot.clock import MovableClock, SystemClock
from bot.engine import outbox
from bot.engine.outbox import Post
from bot.store import door, mail, ownership
from bot.store.schema import migrate
from bot.vault import Vault, new_key
from tests.conftest import Postgres, new_postgres
from tests.faults import kill
from tests.faults.kill import Campaign, Line, Report
from tests.faults.kill_worker import Wire, acknowledge_before_commit, mark_before_send

WORKERS = 2
CAMPAIGN = 40  # kills on one database
SEARCH = 4  # the same, when looking for a seeded bug
MOST_SEARCH = 240  # kills in which a seeded bug must be caught
LONGEST_LIFE = 0.5  # seconds from a worker's first word to its kill
MOST_WORDS = 80
LEASE = 5.0  # seconds; a machine under load must be able to note within it what was sent
RESTART = 8  # kills between two crashes of the server
TO_TWO = 0.1  # chance that an event reaches two workers at the same time
TICK = 0.02  # seconds
SOON = 10.0  # seconds in which another worker must own what a killed one owned
AFTERMATH = 6.0  # seconds after a crash of the server in which a former owner may still be finishing


@dataclass
class Member(Line):
    """The socket to one of several workers."""

    life: int = 0
    ready: bool = False
    owns: bool = False
    dead: bool = False  # killed by us; what it had said before is still heard
    given: set[str] = field(default_factory=set)  # addresses whose event it has and has not answered

    def kill(self) -> None:
        """Note what it owned."""
        super().kill()
        self.fleet.killed(self)

    @property
    def fleet(self) -> Fleet:
        """Its campaign."""
        assert isinstance(self.campaign, Fleet)
        return self.campaign

    def take(self, word: dict[str, Any]) -> None:
        """One word of the worker."""
        if "owns" in word:
            self.owns = word["owns"] and not self.dead
            self.fleet.owners_changed()
        elif "ready" in word:
            self.ready = True
            if self.moment is not None:
                self.deadline = time.monotonic() + self.moment
        elif "has" in word:
            self.given.discard(word["of"])
            self.campaign.acknowledged(word["has"])
        elif "later" in word:
            self.given.discard(word["of"])
        else:
            super().take(word)


class Fleet(Campaign):
    """A database on a server that can be crashed, its people, and several workers at a time."""

    def __init__(self, server: Postgres, url: str, number: int, bug: str = "") -> None:
        super().__init__(url, MovableClock(SystemClock()), number, bug)
        self.bugs = BUGS
        self.server = server
        self.crew: list[Member] = []
        self.crashed_at = 0.0
        self.era = 0  # counts crashes and recoveries of the server
        self.orphaned_at: float | None = None
        self.slowest = 0.0
        self.odd: set[str] = set()

    def run(self, kills: int) -> Report:
        """So many kills, then one life in peace, then the books are opened."""
        began = time.monotonic()
        asyncio.run(self.prepare())
        with selectors.DefaultSelector() as selector:
            while self.kills < kills:
                self.step(selector)
            for member in self.crew:
                member.kill()
            while self.crew:
                self.step(selector, more=False)
        self.live(peaceful=True)
        wrong = [*asyncio.run(self.look()), *sorted(self.odd)]
        wrong += [f"it took over {SOON} s until another one was the owner"] * (self.slowest > SOON)
        return self.report(wrong, began)

    def step(self, selector: selectors.BaseSelector, *, more: bool = True) -> None:
        """A moment: start who is missing, hand out events, hear what is said, kill whose time has come."""
        while more and len(self.crew) < WORKERS:
            self.start(selector)
        if more:
            self.hand_out()
        for key, _ in selector.select(TICK):
            key.data.read()
        for member in list(self.crew):
            if not member.open:
                self.bury(member, selector)
            elif member.deadline is not None and member.deadline < time.monotonic():
                member.kill()
        if more and (self.kills + RESTART // 2) // RESTART > self.era // 2:
            self.crash(selector)
        self.owners_changed()

    def start(self, selector: selectors.BaseSelector) -> None:
        """One more worker."""
        self.life += 1
        how = self.chance.choice(("line", "moment", "word"))
        lines = round(10 ** self.chance.uniform(3.0, 4.6)) if how == "line" else 0
        moment = self.chance.uniform(0, LONGEST_LIFE) if how == "moment" else None
        words = self.chance.randrange(1, MOST_WORDS) if how == "word" else 0
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            selector.close()
            for line in self.crew:
                line.socket.close()
            ours.close()
            self.be_worker(theirs, lines)
        theirs.close()
        member = Member(self, ours, pid, moment, words, peaceful=False, life=self.life)
        self.crew.append(member)
        selector.register(ours, selectors.EVENT_READ, member)

    def be_worker(self, wire: socket.socket, lines: int) -> None:
        """A worker tells what it owns."""
        logging.disable()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        ownership.AGAIN, Wire.lease = 0.1, LEASE
        tell_what_is_owned()
        super().be_worker(wire, lines)

    def bury(self, member: Member, selector: selectors.BaseSelector) -> None:
        """A worker has ended: it was killed, by us or by itself."""
        selector.unregister(member.socket)
        member.socket.close()
        self.crew.remove(member)
        self.killed(member)
        code = os.waitstatus_to_exitcode(os.waitpid(member.pid, 0)[1])
        if code != -signal.SIGKILL:
            raise RuntimeError(f"a worker ended with {code}")
        self.kills += 1

    def crash(self, selector: selectors.BaseSelector) -> None:
        """The server goes down as in a crash, and comes back. What was said meanwhile counts as said meanwhile."""
        self.era += 1
        self.crashed_at = time.monotonic()
        self.server.stop(signal.SIGQUIT)
        self.server.start()
        for key, _ in selector.select(0):
            key.data.read()
        self.era += 1
        self.crashed_at = time.monotonic()

    # --- the load balancer ----------------------------------------------------------------------------------------

    def hand_out(self) -> None:
        """Every woman whose event nobody has goes on with any worker, now and then with two at once."""
        ready = [member for member in self.crew if member.ready and member.open]
        busy = {address for member in ready for address in member.given}
        for address in self.women.keys() - busy if ready else ():
            count = 2 if self.chance.random() < TO_TWO else 1
            for member in self.chance.sample(ready, min(count, len(ready))):
                member.given.add(address)
                member.bring(address)

    # --- what may not be ------------------------------------------------------------------------------------------

    def sent(self, line: Line, number: int, address: str) -> None:
        """A message came: from the owner, and not once more while all went well."""
        heard = self.women[address].heard
        before = [life for one, life in heard if one == number]
        lives = {(member.life, self.era) for member in self.crew}
        if before and before[-1] in lives:
            self.odd.add("a message came again while its sender lived")
        heard.append((number, (line.life if isinstance(line, Member) else self.life, self.era)))
        if isinstance(line, Member) and not (line.owns or line.dead or self.troubled):
            self.odd.add("a message came from who is not the owner")

    @property
    def troubled(self) -> bool:
        """Whether the server is down, or was a moment ago."""
        return time.monotonic() - self.crashed_at < AFTERMATH

    def owners_changed(self) -> None:
        """There may be one owner at most; how long there was none."""
        owners = [member for member in self.crew if member.owns]
        if len(owners) > 1 and not self.troubled:
            self.odd.add("two owners at once")
        if owners and self.orphaned_at is not None:
            self.slowest = max(self.slowest, time.monotonic() - self.orphaned_at)
            self.orphaned_at = None

    def killed(self, member: Member) -> None:
        """Nobody owns what a dead one owned."""
        member.dead = True
        if member.owns:
            member.owns, self.orphaned_at = False, time.monotonic()


# --- in the workers -----------------------------------------------------------------------------------------------


def tell_what_is_owned() -> None:
    """Let the platform know who sends."""
    run, finish_up = Post.run, Post.finish_up

    async def telling(self: Post) -> None:
        self.channel.say(owns=True)  # type: ignore[attr-defined]
        await run(self)

    async def telling_at_last(self: Post) -> None:
        self.channel.say(owns=False)  # type: ignore[attr-defined]
        await finish_up(self)

    Post.run, Post.finish_up = telling, telling_at_last  # type: ignore[method-assign]


def lease_never_expires(_store: door.Store) -> None:
    """What was claimed by who died is never claimed again."""
    claim = mail.claim

    async def for_ever(tx: door.Tx, channel: str, now: Any, lease: Any, *more: Any) -> list[mail.Claimed]:
        return await claim(tx, channel, now, lease * 10**6, *more)

    mail.claim = for_ever  # type: ignore[assignment]


def two_owners(_store: door.Store) -> None:
    """The lock is not taken."""

    async def at_once(_store: door.Store, _name: str, part: Any, _news: Any = None) -> None:
        await part()

    outbox.alone = at_once  # type: ignore[assignment, attr-defined]


BUGS: dict[str, Callable[[door.Store], None]] = {
    "lease-never-expires": lease_never_expires,
    "two-owners": two_owners,
    "mark-before-send": mark_before_send,
    "acknowledge-before-commit": acknowledge_before_commit,
}


# --- the command line ---------------------------------------------------------------------------------------------


async def fresh_database(server: Postgres, name: str) -> str:
    """A database of this name, with all tables once the first one has them; gives its address."""
    admin = await asyncpg.connect("postgresql://" + server.address.format("postgres"))
    known = await admin.fetchval("SELECT count(*) FROM pg_database WHERE datname = 'pattern'")
    if not known:
        await admin.execute("CREATE DATABASE pattern TEMPLATE template0")
        store = door.Store.open("postgresql+asyncpg://" + server.address.format("pattern"), Vault([new_key()]))
        await migrate(store)
        await store.close()
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE pattern")
    await admin.close()
    return "postgresql+asyncpg://" + server.address.format(name)


def proof(server: Postgres, kills: int, number: int, bug: str = "") -> tuple[Report, float]:
    """Campaigns of so many kills in all; with a bug, until it is caught. Gives the slowest change of owners, too."""
    total, slowest, size = Report(), 0.0, SEARCH if bug else CAMPAIGN
    for done in range(0, kills, size):
        url = asyncio.run(fresh_database(server, f"fleet_{bug.replace('-', '_')}_{done}"))
        fleet = Fleet(server, url, number + done, bug)
        report = fleet.run(min(size, kills - done))
        total.add(report)
        slowest = max(slowest, fleet.slowest)
        if bug and total.wrong:
            break
    return total, slowest


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Kill processes of Sorora on one PostgreSQL, and the server, again and again."
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--number", type=int, default=1, help="of the first campaign: another number, other kills")
    parser.add_argument("--bug", choices=sorted(BUGS), default="", help="seed this bug only: it must be caught")
    parser.add_argument(
        "--bugs", nargs="*", choices=sorted(BUGS), help="afterwards seed these, or all: all must be caught"
    )
    wanted = parser.parse_args()
    bugs = () if wanted.bugs is None else wanted.bugs or BUGS
    well = True
    with new_postgres() as server:
        for bug in [wanted.bug, *bugs]:
            report, slowest = proof(server, MOST_SEARCH if bug else wanted.kills, wanted.number, bug)
            well = kill.told(report, bug) and well
            print(f"  (slowest change of owners after a kill: {slowest:.1f} s)", flush=True)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
