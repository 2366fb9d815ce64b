"""A million messages, and memory must stay flat (TRUST.md, `make soak`).

    python -m tests.faults.soak --updates 1000000        # all is well, or words for what is not and exit code 1
    python -m tests.faults.soak --updates 40000 --bugs   # as it is, and then each seeded leak, which must be caught

The real engine and all its talks. New women come all the time, tap and write whatever is offered, and go again: some
erase themselves, some fall silent, some block the bot. Time goes by, what is due happens, and what is too old is
forgotten. At each step it is counted what Python holds (memory blocks, after a collection) and what the process takes.
What the engine remembers of the last few thousand people is made small, so that it is full before the first half of the
messages is over; in the second half nothing may grow any more with the messages or the people. (With all talks it takes
some 15,000 messages until everything that is loaded once was needed once; one small talk shows a leak much sooner.)
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import gc
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import structlog

from bot import vault as vault_module
from bot.app import Sorora, put_together
from bot.dialogue import replay
from bot.engine import manners, outbox
from bot.engine.batches import Batches
from bot.mentoring.effects import Programme
from bot.messages import Incoming, Result, Sending, Verdict
from bot.store.door import Store
from bot.testing import StageChannel, StageClock
from bot.vault import Vault, new_key
from conversations import PROGRAMME
from tests.faults.kill_worker import DIARY
from tests.faults.power import FILE, empty_database, pragma

LIFE = 80  # messages that one woman writes at most
AT_ONCE = 32  # women who are there, and messages of a round
STEPS, FEW_STEPS = 20, 4  # looks, in a long run and a short one
SHARE = timedelta(days=120)  # that go by in a whole run; what is kept 30 days is then forgotten three times
EVERY = timedelta(hours=1)  # that what is too old is forgotten
WORDS = ("Hello", "Made-up words of hers", "3", "a made-up goal", "tomorrow at 10")
WAYS = ("menu", "back", "stop", "help")
BLOCKS = 0.02  # memory blocks a message that Python may hold more after each of the last two quarters, beside NOISE
NOISE = 120
FEW, SHORT = 384, 3  # messages, and the most that one woman writes, to look at one small talk
GROWN = 8.0  # MB that the process may grow in each of them: SQLite's pages, and holes between objects
FORGETFUL = 1.3  # times the rows after the first half that there may be in the end
SLOWER = 1.5  # times the CPU a message of the second quarter that the last one may take
SMALL = {"RECENT": 8, "REMEMBERED": AT_ONCE, "CHATS": AT_ONCE}  # in place of thousands


@dataclass
class Shelf(StageChannel):
    """Phones that keep what could be tapped in the newest message only, in one string each."""

    taps: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__("stage")

    async def send(self, sending: Sending) -> Result:
        number, message = str(next(self.numbers)), sending.message
        data = " ".join(button.data for button in (*message.options, *message.nav))
        if data and sending.address in self.taps:
            self.taps[sending.address] = f"{number} {data}"
        return Result(Verdict.SENT, number)


# --- seeded leaks -------------------------------------------------------------------------------------------------


def keeps_messages(sorora: Sorora) -> None:
    """Every message stays in a list."""
    sorora.batches.received = []  # type: ignore[attr-defined]
    receive = sorora.batches.receive

    async def kept(incoming: Incoming) -> None:
        sorora.batches.received.append(incoming)  # type: ignore[attr-defined]
        await receive(incoming)

    sorora.batches.receive = kept  # type: ignore[method-assign]


def keeps_people(_sorora: Sorora) -> None:
    """Whoever wrote once is remembered for ever."""
    manners.REMEMBERED = outbox.CHATS = 10**9


def keeps_rows(sorora: Sorora) -> None:
    """Nothing is ever too old."""

    async def never() -> None:
        pass

    sorora.scheduler.forget = never  # type: ignore[method-assign]


LEAKS: dict[str, Callable[[Sorora], None]] = {
    "keeps-messages": keeps_messages, "keeps-people": keeps_people, "keeps-rows": keeps_rows,
}  # fmt: skip


# --- a run --------------------------------------------------------------------------------------------------------


@dataclass
class Look:
    """What there is at one step. blocks: memory blocks of Python's. mb: resident memory. cpu: milliseconds a message
    since the step before. rows: update ids in the database. aside: messages that broke something."""

    updates: int
    blocks: int
    mb: float
    cpu: float
    rows: int
    aside: int


@contextmanager
def small_memories() -> Iterator[None]:
    """What is remembered in memory is small while the block lasts."""
    places = [
        (where, name) for where in (vault_module, manners, outbox, replay) for name in SMALL if hasattr(where, name)
    ]
    before = [(where, name, getattr(where, name)) for where, name in places]
    for where, name in places:
        setattr(where, name, SMALL[name])
    try:
        yield
    finally:
        for where, name, what in before:
            setattr(where, name, what)


class Soak:
    """The engine on a database at `file`, and the women who are there. small: they have one small talk (kill_worker's)
    and write little; else all talks, and up to LIFE messages each."""

    def __init__(self, file: Path, *, small: bool, leak: str = "") -> None:
        self.chance = Random(1)
        self.store = Store.open(f"sqlite+aiosqlite:///{file}", Vault([new_key()]))
        pragma(self.store, "synchronous=OFF")  # nobody cuts the power here
        self.clock, self.channel = StageClock(), Shelf()
        channels = {self.channel.name: self.channel}
        diary = Programme({**PROGRAMME.talks, DIARY.name: DIARY}, helplines=PROGRAMME.helplines)
        self.sorora = put_together(self.store, channels, self.clock, diary if small else PROGRAMME, self.chance)
        if leak:
            LEAKS[leak](self.sorora)
        self.life = SHORT if small else LIFE
        self.words = WORDS if small else WORDS + WAYS
        self.names = count(1)
        self.women: dict[str, int] = {}  # address to messages that she will still write

    async def run(self, updates: int, tell: Callable[[Look], None]) -> list[Look]:
        """So many messages; what there was at each step."""
        looks: list[Look] = []
        rounds = -(-updates // AT_ONCE)
        pace, forgotten = SHARE / rounds, self.clock.now()
        steps = FEW_STEPS if self.life == SHORT else STEPS
        began, before = time.process_time(), 0
        for nth in range(1, rounds + 1):
            await self.round()
            self.clock.forward(pace)
            if self.clock.now() - forgotten >= EVERY:
                forgotten = self.clock.now()
                await self.sorora.scheduler.fire()
                await self.sorora.scheduler.forget()
            if nth * steps // rounds > len(looks):
                cpu = (time.process_time() - began) * 1000 / ((nth - before) * AT_ONCE)
                looks.append(look(nth * AT_ONCE, cpu, await self.count("updates"), await self.count("put_aside")))
                tell(looks[-1])
                began, before = time.process_time(), nth
        await self.store.close()
        return looks

    async def count(self, table: str) -> int:
        """Rows of a table."""
        async with self.store.begin() as tx:
            return int((await tx.conn.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one())

    async def round(self) -> None:
        """Each woman who is there does something; who is done goes, and another one comes."""
        for address in [one for one, left in self.women.items() if left <= 0]:
            del self.women[address], self.channel.taps[address]
        while len(self.women) < AT_ONCE:
            address = f"woman-{next(self.names)}"
            self.women[address], self.channel.taps[address] = self.chance.randint(2, self.life), ""
        batches: Batches = self.sorora.batches
        await asyncio.gather(*(batches.receive(self.act(address)) for address in self.women))
        await self.sorora.outbox.drain()

    def act(self, address: str) -> Incoming:
        """What she does now."""
        self.women[address] -= 1
        number, *data = self.channel.taps[address].split(" ")
        what: dict[str, Any] = {"text": self.chance.choice(self.words)}
        if not number:
            what = {"text": "/start"}
        elif self.life == LIFE and self.women[address] == 1 and self.chance.random() < 0.5:
            what = {"text": "/erase"}
        elif self.women[address] == 0:  # the first thing offered: to erase it all, or whatever it is
            what = {"left": True} if self.chance.random() < 0.2 else {"button": data[0], "card": number}
        elif self.chance.random() < 0.8:
            what = {"button": self.chance.choice(data), "card": number}
        provider_id = f"{address}/{self.women[address]}"
        return Incoming(self.channel.name, provider_id, address, self.clock.now(), hint="en", **what)


def caches() -> list[Any]:
    """All that are made with a bound, wherever in the process they are."""
    found = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    return [one for one in found if one.cache_parameters()["maxsize"] is not None]


def look(updates: int, cpu: float, rows: int, aside: int) -> Look:
    """What there is now. Caches that are bounded by what they are made with are emptied before."""
    for one in caches():
        one.cache_clear()
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Look(updates, sys.getallocatedblocks(), pages * os.sysconf("SC_PAGE_SIZE") / 2**20, cpu, rows, aside)


def grown(looks: list[Look]) -> list[str]:
    """What grew in the third quarter and again in the last, in words. What grew in one of them only was loaded once."""
    half, third, last = (looks[len(looks) * part // 4 - 1] for part in (2, 3, 4))
    steps = ((half, third), (third, last))
    blocks = min(after.blocks - before.blocks for before, after in steps)
    mb = min(after.mb - before.mb for before, after in steps)
    messages = last.updates - third.updates
    wrong = (
        [f"Python holds {blocks} blocks more after {messages} messages"] if blocks > NOISE + BLOCKS * messages else []
    )
    wrong += [f"the process has grown by {mb:.1f} MB"] if mb > GROWN else []
    wrong += [f"{last.rows} update ids are kept, and {half.rows} were"] if last.rows > FORGETFUL * half.rows else []
    wrong += [f"{last.aside} messages were put aside"] if last.aside else []
    if len(looks) < STEPS:  # too short to judge the speed by
        return wrong
    early, late = (sum(one.cpu for one in some) / len(some) for some in quarters(looks))
    return wrong + ([f"a message takes {late:.2f} ms, and took {early:.2f}"] if late > SLOWER * early else [])


def quarters(looks: list[Look]) -> tuple[list[Look], list[Look]]:
    """The looks of the second quarter and of the last."""
    size = len(looks) // 4
    return looks[size : 2 * size], looks[-size:]


def soak(
    empty: bytes, updates: int, *, small: bool, leak: str = "", tell: Callable[[Look], None] = lambda _look: None
) -> list[str]:
    """A run on a fresh database; what grew."""
    with tempfile.TemporaryDirectory() as home, small_memories():
        file = Path(home) / FILE
        file.write_bytes(empty)
        return grown(asyncio.run(Soak(file, small=small, leak=leak).run(updates, tell)))


# --- the command line ---------------------------------------------------------------------------------------------


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Let Sorora work for a long time and see whether it grows.")
    parser.add_argument("--updates", type=int, default=1_000_000)
    parser.add_argument("--bugs", action="store_true", help="afterwards seed each leak: all must be caught")
    wanted = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    well, empty = True, empty_database()[FILE]
    for leak in ["", *(LEAKS if wanted.bugs else ())]:
        updates = FEW if leak else wanted.updates
        wrong = soak(empty, updates, small=bool(leak), leak=leak, tell=told)
        well = well and bool(wrong) == bool(leak)
        subject = f"seeded leak {leak}: {'caught' if wrong else 'NOT CAUGHT'}" if leak else "as it is"
        print(f"{subject}: {'; '.join(wrong) or 'flat'}", flush=True)
    return 0 if well else 1


def told(one: Look) -> None:
    """A line for each step."""
    print(
        f"{one.updates:>9,} messages {one.blocks:>9,} blocks {one.mb:7.1f} MB {one.cpu:6.2f} ms a message", flush=True
    )


if __name__ == "__main__":
    sys.exit(main())
