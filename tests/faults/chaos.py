"""Everything goes wrong between the bot and its platforms, and what must be true afterwards (TRUST.md, `make chaos`).

    python -m tests.faults.chaos --updates 100000        # all is well, or words for what is not and exit code 1
    python -m tests.faults.chaos --bug deaf              # a seeded bug: exit code 0 once it is caught
    python -m tests.faults.chaos --updates 5000 --bugs   # as it is, and then each of them

The real engine, outbox and channels, Telegram by polling or webhook and WhatsApp beside it, over loopback against the
strict stand-ins of tests/e2e, in time that costs nothing (chaos_time). Of all calls and deliveries RATE each are
refused with 429, with 500, broken off or left without an answer before and after they were accepted, brought twice, in
another order, or cut short; and as often the database is away. In the end:
- every update had its effect, once, and in her order, and was answered by one message;
- a message came twice only where its answer was lost, on WhatsApp never; none came again after a later one;
- nobody was called before the moment that a 429 named.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from starlette.routing import BaseRoute

from bot.app import Server, Sorora, put_together
from bot.channels import telegram as telegram_module
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.errors import TryLater
from bot.mentoring.effects import Programme
from bot.mentoring.goals import GoalPlan
from bot.messages import Drawing, Result, Sending
from bot.store import tables as t
from bot.store.door import Store, Tx
from bot.vault import Vault, new_key
from bot.web import telegram as telegram_web
from bot.web import whatsapp as whatsapp_web
from conversations import PROGRAMME
from tests.e2e.telegram_fake import FakeTelegram, Rates
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.faults import campaigns
from tests.faults.chaos_people import DIARY, Woman
from tests.faults.chaos_time import LoopClock, run
from tests.faults.kill import differences
from tests.faults.kill_worker import BUGS as KILL_BUGS
from tests.faults.power import FILE, empty_database, pragma, undone

RATE = 0.05
HALF = RATE / 2  # a lost answer is half the time a broken connection, half the time silence
RATES = {
    "429": RATE, "500": RATE, "cut_before": HALF, "silent_before": HALF, "cut_after": HALF, "silent_after": HALF,
    "duplicate": RATE, "reorder": RATE, "truncate": RATE, "batch": 0.3,
}  # fmt: skip
PEOPLE = 100  # of a campaign; every fifth on WhatsApp
EACH = 25  # updates of one woman
AT_ONCE = 3  # that she sends without waiting, where the platform keeps the order
PATIENCE = 0.05  # seconds that the channels wait for an answer, which takes no time at all
QUIET = 700.0  # seconds without a word to anybody, after which what is still not there counts as lost
SEARCH = 150.0  # the same, when looking for a seeded bug
LONG_POLL = 10  # seconds: silence during a long poll is costly
BEGINNING = datetime(2027, 3, 1, 9, tzinfo=UTC)
SECRET = "a-made-up-secret"

# --- seeded bugs --------------------------------------------------------------------------------------------------


class Deaf:
    """A channel that does not hear how long it is to wait."""

    def __init__(self, channel: Any) -> None:
        self.inner = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def send(self, sending: Sending) -> Result:
        result: Result = await self.inner.send(sending)
        return msgspec.structs.replace(result, after=0.1)


BUGS: dict[str, Callable[[Store], None]] = {
    **{name: KILL_BUGS[name] for name in ("mark-before-send", "acknowledge-before-commit", "no-dedupe")},
    "deaf": lambda _store: None,  # see Campaign.assemble
}


class Shaky(Store):
    """A database that is away now and then."""

    chance = Random(1)
    away = 0.0

    @asynccontextmanager
    async def begin(self, *, reading: bool = False) -> AsyncIterator[Tx]:
        if self.chance.random() < self.away:
            raise TryLater("the database is away")
        async with super().begin(reading=reading) as tx:
            yield tx


# --- one campaign -------------------------------------------------------------------------------------------------


@dataclass
class Report:
    """What came out; `wrong` in words, empty where all is well. hours: of their time."""

    updates: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    twice: int = 0
    hours: float = 0.0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        self.updates += other.updates
        self.twice += other.twice
        self.hours += other.hours
        self.faults += other.faults
        self.wrong += other.wrong


class Campaign:
    """A bot, its two platforms, and people who write until each was heard so many times."""

    def __init__(self, file: Path, number: int, people: int, each: int, bug: str = "") -> None:
        """file: a database with all its tables and nothing in it."""
        self.file = file
        self.chance = Random(number)  # the same number, the same faults
        self.polling, self.in_order = number % 2 == 0, number % 4 < 2
        self.people, self.each, self.bug = people, each, bug
        self.clock = LoopClock(BEGINNING)
        self.women: list[Woman] = []

    async def run(self) -> Report:
        """Write and hear until all is quiet; then the books are opened."""
        began = time.process_time()
        rates = {kind: rate for kind, rate in RATES.items() if kind != "reorder" or not self.in_order}
        self.telegram = FakeTelegram(self.clock, self.chance, rates=Rates())
        await self.telegram.start()
        async with FakeWhatsApp(self.clock, self.chance) as self.whatsapp:
            with undone((telegram_module, "LONG_POLL")):
                async with self.bot() as store:
                    for fake in (self.telegram, self.whatsapp):
                        fake.faults.rates = rates
                    store.away = RATE
                    await self.write()
                    store.away = 0.0
                    await self.calm(store)
                    report = Report(sum(len(woman.said) + 1 for woman in self.women), wrong=await self.look(store))
        await self.telegram.stop()
        happened = (*self.telegram.faults.happened, *self.whatsapp.faults.happened)
        report.faults = Counter(kind for kind, _method in happened)
        report.twice = sum(len(woman.heard) - len(set(woman.heard)) for woman in self.women)
        report.hours = asyncio.get_running_loop().time() / 3600
        report.seconds = time.process_time() - began
        return report

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Shaky]:
        """The bot at work, with its own web server for what the platforms post."""
        store = Shaky.open(f"sqlite+aiosqlite:///{self.file}", Vault([new_key()]))
        assert isinstance(store, Shaky)
        pragma(store, "synchronous=OFF")  # nobody cuts the power here
        store.chance = Random(self.chance.random())
        sorora, telegram, whatsapp = self.assemble(store)
        routes: list[BaseRoute] = [*whatsapp_web.routes(whatsapp, sorora.batches)]
        routes += telegram_web.routes(telegram, sorora.batches, SECRET)
        listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        server = Server(routes, "127.0.0.1", 0)
        server.listening = listening.set_result
        serving = asyncio.create_task(server.serve())
        house = f"http://127.0.0.1:{await listening}"
        await self.whatsapp.hook(f"{house}/whatsapp")
        tasks = [asyncio.create_task(sorora.outbox.run())]
        if self.polling:
            tasks.append(asyncio.create_task(telegram.poll(sorora.batches)))
        else:
            await telegram.set_webhook(f"{house}/telegram", SECRET)
        yield store
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.telegram.webhook.close()
        server.should_exit = True
        await serving
        await telegram.close()
        await whatsapp.close()
        await store.close()

    def assemble(self, store: Store) -> tuple[Sorora, Telegram, WhatsApp]:
        """The engine with its two channels, and with the bug."""
        telegram_module.LONG_POLL = LONG_POLL
        telegram = Telegram(self.telegram.token, draw, self.clock, self.telegram.url, PATIENCE)
        fake = self.whatsapp
        keys = (fake.token, fake.phone_id, fake.business_id, fake.app_secret, fake.verify_token)
        whatsapp = WhatsApp(*keys, draw, self.clock, fake.url, PATIENCE)
        if self.bug:
            BUGS[self.bug](store)
        channels: dict[str, Any] = {one.name: Deaf(one) if self.bug == "deaf" else one for one in (telegram, whatsapp)}
        programme = Programme({**PROGRAMME.talks, DIARY.name: DIARY}, helplines=PROGRAMME.helplines)
        return put_together(store, channels, self.clock, programme, self.chance), telegram, whatsapp

    # --- the people -----------------------------------------------------------------------------------------------

    async def write(self) -> None:
        """Each woman writes as soon as she was answered: one thing, or several where the platform keeps their order."""
        for n in range(self.people):
            self.women.append(Woman(self.whatsapp.person() if n % 5 == 4 else self.telegram.person()))
        open_ones, loop = list(self.women), asyncio.get_running_loop()
        heard, end = 0, loop.time() + QUIET
        while open_ones and loop.time() < end:
            for woman in open_ones:
                await self.turn(woman)
            open_ones = [one for one in open_ones if len(set(one.heard)) < self.each]
            if heard != (heard := sum(len(woman.heard) for woman in self.women)):
                end = loop.time() + (SEARCH if self.bug else QUIET)
            await asyncio.sleep(self.chance.uniform(0.2, 1.0))

    async def calm(self, store: Store) -> None:
        """Return when nothing is under way any more; a copy of a message may come long after it was heard."""
        waiting = sa.select(sa.func.count()).where(t.outbox.c.state == "waiting")
        for _nth in range(round(QUIET)):
            await asyncio.sleep(1.0)
            async with store.begin() as tx:
                if not await tx.conn.scalar(waiting) and not self.telegram.pending:
                    break
        async with asyncio.timeout(QUIET):
            await self.whatsapp.settle()
        for woman in self.women:
            woman.listen()

    async def turn(self, woman: Woman) -> None:
        """Read; and write where all was answered."""
        woman.listen()
        if woman.greeted and len(set(woman.heard)) <= len(woman.said):
            return
        left = self.each - len(woman.said) - 1 if woman.greeted else 1
        several = AT_ONCE if self.in_order and woman.greeted else 1
        for _nth in range(min(left, self.chance.randint(1, several))):
            await woman.writes()

    # --- the books ------------------------------------------------------------------------------------------------

    async def look(self, store: Store) -> list[str]:
        """What is wrong, in words."""
        wrong: list[str] = []
        async with store.begin() as tx:
            for woman in self.women:
                wrong += await self.hers(tx, woman)
            aside = (await tx.conn.scalars(sa.select(t.put_aside.c.reason))).all()
            updates = await tx.conn.scalar(sa.select(sa.func.count()).select_from(t.updates))
        wrong += [f"an update was put aside: {reason}" for reason in aside]
        events = sum(len(woman.said) + 1 for woman in self.women)
        wrong += [] if updates == events else ["not every update is known by its id"]
        wrong += ["a call before its time to Telegram" for _ in self.telegram.early]
        wrong += ["a call before its time to WhatsApp"] * self.whatsapp.early
        ours = ("Too Many Requests", "Internal Server Error")
        wrong += [f"refused: {words}" for _, words in self.telegram.refused if not words.startswith(ours)]
        wrong += [f"refused: {refusal}" for refusal in self.whatsapp.refusals]
        return wrong + self.copies()

    async def hers(self, tx: Tx, woman: Woman) -> list[str]:
        """What is wrong with what is kept of one woman, and with what she heard."""
        lookup = tx.vault.lookup(woman.address)
        person = await tx.conn.scalar(sa.select(t.addresses.c.person_id).where(t.addresses.c.lookup == lookup))
        kept = sa.select(t.goals.c.sealed).where(t.goals.c.person_id == person).order_by(t.goals.c.id)
        goals = [tx.vault.open_json(one, GoalPlan).title for one in await tx.conn.scalars(kept)]
        states = (await tx.conn.scalars(sa.select(t.outbox.c.state).where(t.outbox.c.recipient == lookup))).all()
        wrong = differences(woman.said, goals, "effects")
        wrong += differences(list(range(len(woman.said) + 1)), list(dict.fromkeys(woman.heard)), "answers")
        wrong += [f"a message is {state}" for state in states if state not in ("sent", "delivered", "read")]
        wrong += [] if len(states) == len(woman.said) + 1 else ["not one message for each update"]
        wrong += [] if woman.heard == sorted(woman.heard) else ["a message came again after a later one"]
        return wrong

    def copies(self) -> list[str]:
        """Messages that came twice, where that was not promised: more than answers were lost."""
        lost = sum(
            kind.endswith("_after") and method == "sendMessage" for kind, method in self.telegram.faults.happened
        )
        more = Counter[bool]()
        for woman in self.women:
            more[woman.telegram] += len(woman.heard) - len(set(woman.heard))
        wrong = [f"{more[True] - lost} messages came twice for nothing"] if more[True] > lost else []
        return wrong + ([f"{more[False]} messages came twice on WhatsApp"] if more[False] else [])


def draw(_drawing: Drawing) -> bytes:
    raise AssertionError("there are no pictures in a diary")


# --- many campaigns -----------------------------------------------------------------------------------------------


def campaign(order: tuple[bytes, int, int, int, str]) -> Report:
    """One campaign: an empty database, number, people, updates of each, bug."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a seeded bug leaves what it broke lying about
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "chaos.db"
        file.write_bytes(order[0])
        return run(Campaign(file, *order[1:]).run())


def proof(updates: int, number: int, at_once: int, bug: str = "") -> Report:
    """Campaigns of so many updates in all, in so many processes; with a bug, until it is caught."""
    people = min(PEOPLE if not bug else 10, -(-updates // EACH))
    empty = empty_database()[FILE]
    orders = [(empty, number + n, people, EACH, bug) for n in range(-(-updates // (people * EACH)))]
    return campaigns.added_up(Report(), campaign, orders, at_once, bug)


def told(report: Report, bug: str) -> bool:
    """Print a report; whether it is as it should be."""
    faults = ", ".join(f"{count} {kind}" for kind, count in sorted(report.faults.items()))
    figures = f"{report.updates} updates in {report.hours:.1f} hours of theirs and {report.seconds:.1f} s of ours"
    return campaigns.told(report.wrong, bug, f"{figures}; {report.twice} messages twice; {faults}")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Let everything go wrong between Sorora and its platforms.")
    parser.add_argument("--updates", type=int, default=100_000)
    parser.add_argument("--number", type=int, default=1, help="of the first campaign: the same number, the same faults")
    parser.add_argument("--bug", choices=sorted(BUGS), default="", help="seed this bug only: it must be caught")
    parser.add_argument("--bugs", action="store_true", help="afterwards seed each bug: all must be caught")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args()
    well = True
    for bug in [wanted.bug, *(BUGS if wanted.bugs else ())]:
        well = told(proof(2000 if bug else wanted.updates, wanted.number, wanted.at_once, bug), bug) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
