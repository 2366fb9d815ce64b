"""The outbox at work: claim, send, record, try again, give up. No transaction is open while a platform is called.

Order is kept per recipient (a later message waits for the earlier one), limits per chat and per bot are kept here, and
what was claimed by a process that died is claimed again when its lease is over.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from bot.clock import Clock
from bot.errors import TryLater
from bot.messages import Channel, Result, Verdict
from bot.store import mail, people
from bot.store.door import Store
from bot.store.held import HELD
from bot.store.ownership import alone

log = structlog.get_logger(__name__)

SENDS = Counter("sorora_sends", "Tries to send a message, by channel and what became of it", ["channel", "verdict"])

AT_ONCE = 64  # sends under way per channel
GATHER = 0.02  # seconds that a result waits for others
LONGEST_NAP = 20.0  # seconds between two looks at an idle outbox: news from another process may have been lost
PATIENCE = timedelta(hours=24)  # a message that could not be sent for so long has missed its moment
LONGEST_WAIT = 600.0  # seconds between two tries
LAST_MOMENT = 5.0  # seconds that sends have to come back when sending ends
LAST_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0)  # seconds before each try to record them
CHATS = 20_000  # chats whose pace is remembered


class Outbox:
    """Sends what waits for every channel, until it is stopped."""

    def __init__(
        self, store: Store, channels: Mapping[str, Channel], clock: Clock, make: mail.Make | None = None
    ) -> None:
        """make: writes nudges at the moment when they go out (bot.affairs.clockwork.made)."""
        self.posts = [Post(store, channel, clock, make) for channel in channels.values()]

    def poke(self) -> None:
        """Something new may be waiting."""
        for post in self.posts:
            post.news.set()

    async def run(self) -> None:
        """Send until cancelled; of several processes one sends for a channel, since its limits are the bot's. What is
        under way at the end is recorded before this returns."""
        async with asyncio.TaskGroup() as group:
            for post in self.posts:
                group.create_task(alone(post.store, f"sending on {post.channel.name}", post.run, post.news))

    async def drain(self) -> None:
        """Send what is due now and return when all of it is recorded: for a talk in the terminal and for rehearsals,
        where nothing runs in the background."""
        for post in self.posts:
            while (await post.round())[0] or post.under_way:
                if post.under_way:
                    await asyncio.wait(post.under_way)


@dataclass(slots=True)
class Pace:
    """Tokens of one chat or bot: refilled one in `every` seconds up to `burst`. Times are the event loop's."""

    every: float
    burst: float
    tokens: float
    at: float = 0.0

    def wait(self, now: float) -> float:
        """Take one token; gives the seconds to wait for it."""
        if self.every <= 0:
            return 0.0
        self.tokens = min(self.burst, self.tokens + (now - self.at) / self.every) if self.at else self.tokens
        self.at = now
        self.tokens -= 1
        return max(0.0, -self.tokens * self.every)


@dataclass(slots=True)
class Post:
    """The sending of one channel."""

    store: Store
    channel: Channel
    clock: Clock
    make: mail.Make | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    done: list[mail.Done] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    chats: OrderedDict[str, Pace] = field(default_factory=OrderedDict)
    bot: Pace = field(init=False)
    soon: asyncio.TimerHandle | None = None  # when what came back is recorded

    def __post_init__(self) -> None:
        self.bot = Pace(1 / self.channel.per_second, max(1.0, self.channel.per_second / 3), 1.0)

    async def run(self) -> None:
        """Claim, send and record until cancelled."""
        try:
            while True:
                self.news.clear()
                busy, due = False, None
                try:
                    busy, due = await self.whole_round()
                except TryLater:
                    log.warning("the outbox waits for the database", channel=self.channel.name)
                except Exception as broken:  # whatever it is, sending goes on
                    log.error("the outbox stumbled", channel=self.channel.name, exc_info=broken)
                if not busy:
                    await self.nap(due)
        finally:
            await self.finish_up()

    async def whole_round(self) -> tuple[bool, datetime | None]:
        """A round that is not cut off where sending ends: what it has just claimed would wait for its lease."""
        task = asyncio.ensure_future(self.round())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=LAST_MOMENT)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise

    async def round(self) -> tuple[bool, datetime | None]:
        """Record what was sent and claim what is due, in one transaction. Gives whether anything was claimed, and if
        not, when the next message is due (None when none waits)."""
        room = AT_ONCE - len(self.under_way)
        done, self.done = self.done, []
        gone, self.gone = self.gone, set()
        now = self.clock.now()
        try:
            async with self.store.begin() as tx:
                await mail.finish(tx, done, now)
                for lookup in gone:
                    await people.left(tx, lookup, now)
                    await mail.refuse_all(tx, lookup, mail.LEFT, now)
                lease = timedelta(seconds=self.channel.lease)
                claimed = await mail.claim(tx, self.channel.name, now, lease, room, self.make) if room else []
                # Where there is no room, what comes back wakes us.
                due = await mail.next_due(tx, self.channel.name) if room and not claimed else None
        except BaseException:
            self.done[:0] = done  # not recorded: keep for the next round
            self.gone |= gone
            raise
        for one in claimed:
            task = asyncio.create_task(self.deliver(one))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
        return bool(claimed), due

    async def nap(self, due: datetime | None) -> None:
        """Wait for news, for a send to come back, or for the next message to be due."""
        soon = LONGEST_NAP if due is None else (due - self.clock.now()).total_seconds()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.news.wait(), min(LONGEST_NAP, max(0.02, soon)))

    async def deliver(self, claimed: mail.Claimed) -> None:
        """Send one message at the pace that the platform allows, and note what became of it."""
        try:
            await asyncio.sleep(self.wait(claimed.lookup))
        except asyncio.CancelledError:  # it was not sent: nobody has to wait until its lease is over
            self.done.append(mail.Done(claimed.sending.id, mail.WAITING, again=self.clock.now()))
            raise
        try:
            result = await self.channel.send(claimed.sending)
        except Exception as broken:
            log.error("a message could not be sent", channel=self.channel.name, id=claimed.sending.id, exc_info=broken)
            result = Result(Verdict.RETRY, reason=type(broken).__name__)
        self.note(claimed, result)
        # What comes back at about the same time is recorded together: one transaction for many.
        if len(self.under_way) == 1:
            self.news.set()
        elif self.soon is None or self.soon.when() <= asyncio.get_running_loop().time():
            self.soon = asyncio.get_running_loop().call_later(GATHER, self.news.set)

    def wait(self, lookup: str) -> float:
        """Seconds until this chat and this bot may send again."""
        now = asyncio.get_running_loop().time()
        chat = self.chats.setdefault(lookup, Pace(self.channel.per_chat, self.channel.burst, self.channel.burst))
        self.chats.move_to_end(lookup)
        if len(self.chats) > CHATS:
            self.chats.popitem(last=False)
        return max(chat.wait(now), self.bot.wait(now))

    def note(self, claimed: mail.Claimed, result: Result) -> None:
        """What a result means for the message."""
        number, now = claimed.sending.id, self.clock.now()
        SENDS.labels(self.channel.name, result.verdict.value).inc()
        match result.verdict:
            case Verdict.SENT:
                self.done.append(
                    mail.Done(number, mail.SENT, result.provider_id, template=result.template, keep=result.keep)
                )
            case Verdict.HELD:
                heard = claimed.sending.heard_at
                self.done.append(mail.Done(number, HELD, result.provider_id, template=result.template, heard_at=heard))
            case Verdict.RETRY if now - claimed.created_at < PATIENCE:
                wait = result.after or min(LONGEST_WAIT, 2.0 ** min(claimed.attempts, 10))
                self.done.append(
                    mail.Done(number, mail.WAITING, reason=result.reason, again=now + timedelta(seconds=wait))
                )
            case Verdict.LEFT:
                self.done.append(mail.Done(number, mail.REFUSED, reason=f"{mail.LEFT}: {result.reason}"))
                self.gone.add(claimed.lookup)
            case _:
                reason = result.reason if result.verdict is Verdict.REFUSED else f"gave up: {result.reason}"
                self.done.append(mail.Done(number, mail.REFUSED, reason=reason))
                log.error("a message was given up", channel=self.channel.name, id=number, reason=result.reason)

    async def finish_up(self) -> None:
        """At the end: give what is under way a moment, then record it. A database that restarts is waited for, since
        what is not recorded goes out once more."""
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=LAST_MOMENT)
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)
        for pause in LAST_PAUSES:
            await asyncio.sleep(pause)
            with contextlib.suppress(TryLater):
                async with self.store.begin() as tx:
                    await mail.finish(tx, self.done, self.clock.now())
                self.done = []
                return
        log.error("what was sent last could not be recorded", channel=self.channel.name)
