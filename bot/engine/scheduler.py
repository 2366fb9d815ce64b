"""What the clock owes: what is due to people, voice notes and photos still to fetch, and forgetting what need not be
kept. APScheduler is the metronome only; what is due stands in tables."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.affairs.clockwork import fire_all
from bot.affairs.desk import Desk, Office
from bot.clock import Clock
from bot.errors import MediaGone, TryLater
from bot.messages import Channel
from bot.store import growth, introductions, mail, meetings, relay
from bot.store.door import Store

log = structlog.get_logger(__name__)

KEPT = timedelta(days=30)  # update ids, finished messages, what women wrote, when they met (TRUST, "Retention")
FETCH_EVERY = 5  # seconds; WhatsApp keeps a voice note's address for minutes only
FORGET_EVERY = 3600  # seconds
FIRE_EVERY = 5  # seconds
AT_ONCE = 2000  # things that are due, taken in one transaction
LEASE = timedelta(minutes=1)
MOST_TRIES = 60  # about an hour, then a voice note counts as gone


async def cut_short(job: Callable[[], Awaitable[object]]) -> None:
    """Do a job until it is done or the process ends: then its transaction is undone, and all of it is still due."""
    with contextlib.suppress(asyncio.CancelledError):
        await job()


class Scheduler:
    """The metronome and what it starts."""

    def __init__(
        self,
        store: Store,
        office: Office,
        channels: Mapping[str, Channel],
        clock: Clock,
        posted: Callable[[], None],
    ) -> None:
        """`posted` is called after a commit that left something to send."""
        self.store = store
        self.office = office
        self.channels = channels
        self.clock = clock
        self.posted = posted
        self.metronome = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )

    def start(self) -> None:
        """Begin to tick; needs a running event loop."""
        for job, seconds in ((self.fetch_voices, FETCH_EVERY), (self.fire, FIRE_EVERY), (self.forget, FORGET_EVERY)):
            self.metronome.add_job(cut_short, "interval", (job,), seconds=seconds, id=job.__name__)
        self.metronome.start()

    def stop(self) -> None:
        """Tick no more."""
        if self.metronome.running:
            self.metronome.shutdown(wait=False)

    async def fire(self) -> int:
        """Do everything that is due; gives how much that was."""
        fired = 0
        try:
            while True:
                async with self.store.begin() as tx:
                    desk = Desk(tx, self.office, self.clock.now())
                    some = await fire_all(desk, AT_ONCE)
                fired += some
                if desk.posted:
                    self.posted()
                if not some:
                    return fired
        except TryLater:
            return fired

    async def fetch_voices(self) -> int:
        """Fetch voice notes that wait on their platforms; gives how many were kept."""
        try:
            async with self.store.begin() as tx:
                wanted = await growth.wanted_media(tx, self.clock.now(), LEASE, 8)
            return sum([await self.fetch(one) for one in wanted])
        except TryLater:
            return 0

    async def fetch(self, wanted: growth.Wanted) -> bool:
        """Fetch one voice note; one that cannot be had any more is noted as gone."""
        channel = self.channels.get(wanted.channel)
        try:
            if channel is None:
                return False
            body: bytes | None = await channel.fetch(wanted.media)
        except MediaGone:
            body = None
        except Exception as trouble:
            if not isinstance(trouble, TryLater):
                log.error("fetching a voice note stumbled", channel=wanted.channel, id=wanted.id, exc_info=trouble)
            if wanted.attempts < MOST_TRIES:
                return False
            body = None
        if body is None:
            log.warning("a voice note is gone", channel=wanted.channel, id=wanted.id)
        async with self.store.begin() as tx:
            await growth.keep_media(tx, wanted.id, body)
            desk = Desk(tx, self.office, self.clock.now())
            await desk.media_came(wanted.person_id, wanted.id)
        if desk.posted:
            self.posted()
        return body is not None

    async def forget(self) -> None:
        """Forget what is older than it may be."""
        try:
            async with self.store.begin() as tx:
                await mail.forget_before(tx, self.clock.now() - KEPT)
                await relay.forget_before(tx, self.clock.now() - KEPT)
                await meetings.forget_before(tx, self.clock.now() - KEPT)
                await introductions.forget_before(tx, self.clock.now() - KEPT)
        except TryLater:
            log.warning("forgetting waits for the database")
