"""Messages in batches: load states, take turns, apply, fill the outbox, commit once, and only then say "received".

Up to 64 messages of different people share a transaction: commits and hops to the database cost, not turns
(ARCHITECTURE.md has the figures). What one of them breaks is put aside alone; the others never notice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import msgspec
import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncTransaction

from bot.affairs.desk import Desk
from bot.clock import Clock
from bot.dialogue.replay import play
from bot.dialogue.steps import Say, Text, _
from bot.engine.apply import Genie
from bot.engine.manners import SLOWLY, Manners, Recent
from bot.engine.questions import draw_said
from bot.engine.turns import take_turn
from bot.engine.wishes import Asking, Find, House, State, Turn, Wish
from bot.errors import TryLater
from bot.mentoring.people import Person
from bot.messages import Delivery, Incoming
from bot.store import mail, people
from bot.store.door import Store, Tx
from bot.store.people import KeptTalk, Known

log = structlog.get_logger(__name__)

RECEIVED = Counter("sorora_messages_received", "Messages worked, by channel", ["channel"])
PUT_ASIDE = Counter("sorora_messages_put_aside", "Messages that could not be understood or worked", ["channel"])
BATCH = Histogram("sorora_batch_size", "Messages worked in one transaction", buckets=(1, 2, 4, 8, 16, 32, 64))

SORRY: Text = _("Something went wrong on our side. What you wrote before is safe. Write “menu” to go on.")
MOST = 64
MOST_WAITING = 10_000  # beyond this the platform is asked to come again


@dataclass(eq=False, slots=True)
class Waiting:
    """A message in the queue and who waits for its commit."""

    incoming: Incoming
    committed: asyncio.Future[None]


@dataclass(slots=True)
class Writes:
    """What a batch has to write, gathered so that each table is written once."""

    seen: list[tuple[str, str]] = field(default_factory=list)
    letters: list[mail.Letter] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    new: list[tuple[int, KeptTalk]] = field(default_factory=list)
    changed: list[KeptTalk] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    audit: list[tuple[int, str]] = field(default_factory=list)
    heard: list[tuple[int, datetime, datetime | None]] = field(default_factory=list)
    wrote: list[int] = field(default_factory=list)
    presses: list[tuple[Recent, Incoming, datetime]] = field(default_factory=list)  # in memory, after the commit


class Batches:
    """The engine's front door (bot.messages.Inbox). `posted` is called after a commit that left something to send."""

    def __init__(
        self,
        store: Store,
        house: House,
        clock: Clock,
        posted: Callable[[], None],
        *,
        first_language: str = "en",
    ) -> None:
        self.store = store
        self.house = house
        self.clock = clock
        self.posted = posted
        self.first_language = first_language
        self.manners = Manners(house.wordbook)
        self.queue: list[Waiting] = []
        self.worker: asyncio.Task[None] | None = None

    # --- Inbox ----------------------------------------------------------------------------------------------------

    async def receive(self, incoming: Incoming) -> None:
        """Take one event; returns once it is committed. Raises TryLater when it could not be, and nothing happened."""
        if len(self.queue) >= MOST_WAITING:
            raise TryLater("too many messages wait")
        waiting = Waiting(incoming, asyncio.get_running_loop().create_future())
        self.queue.append(waiting)
        if self.worker is None or self.worker.done():
            self.worker = asyncio.create_task(self.drain())
        await waiting.committed

    async def delivered(self, delivery: Delivery) -> None:
        """Take news of one of our messages."""
        async with self.store.begin() as tx:
            await mail.delivered(tx, delivery)
        self.posted()

    async def set_aside(self, channel: str, provider_id: str, raw: bytes, reason: str, *, lookup: str = "") -> None:
        """Keep an event that could not be understood; the same one twice is kept once. lookup: whose it is."""
        now = self.clock.now()
        async with self.store.begin() as tx:
            if (channel, provider_id) in await mail.seen(tx, [provider_id]):
                return
            await mail.remember(tx, [(channel, provider_id)], now)
            await mail.put_aside(tx, channel, provider_id, raw, reason, now, lookup=lookup)
        PUT_ASIDE.labels(channel).inc()
        log.warning("put aside", channel=channel, reason=reason)

    # --- the queue ------------------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """Work the queue until it is empty."""
        while self.queue:
            batch = self.next_batch()
            try:
                later = await self.work(batch)
            except TryLater as trouble:
                settle(batch, trouble)
            except Exception:  # one broken message must not take the others with it
                await self.work_singly(batch)
            else:
                settle([waiting for waiting in batch if waiting not in later], None)
                self.queue[:0] = later

    def next_batch(self) -> list[Waiting]:
        """The oldest messages, one of each address: the next of the same woman waits for this one's commit."""
        batch: dict[tuple[str, str], Waiting] = {}
        rest: list[Waiting] = []
        for waiting in self.queue:
            whose = (waiting.incoming.channel, waiting.incoming.address)
            if len(batch) < MOST and whose not in batch:
                batch[whose] = waiting
            else:
                rest.append(waiting)
        self.queue = rest
        return list(batch.values())

    async def work_singly(self, batch: Sequence[Waiting]) -> None:
        """After a batch that failed as a whole (one poisoned message, or two processes that met the same new person at
        once): each message alone, and what fails again is put aside."""
        for waiting in batch:
            try:
                try:
                    await self.work([waiting])
                except TryLater:
                    raise
                except Exception as broken:
                    await self.give_up(waiting.incoming, broken)
            except TryLater as later:
                settle([waiting], later)
            else:
                settle([waiting], None)

    async def give_up(self, incoming: Incoming, broken: Exception) -> None:
        """Put a message aside that broke outside any talk. Raises TryLater where even that cannot be done."""
        log.error("a message could not be worked", channel=incoming.channel, exc_info=broken)
        raw, reason = written(incoming), type(broken).__name__
        lookup = self.store.vault.lookup(f"{incoming.channel}:{incoming.address}")
        try:
            await self.set_aside(incoming.channel, incoming.provider_id, raw, reason, lookup=lookup)
        except TryLater:
            raise
        except Exception as again:
            log.error("a message could not be put aside", channel=incoming.channel, exc_info=again)
            raise TryLater("this message can be neither worked nor put aside now") from again

    # --- one batch ------------------------------------------------------------------------------------------------

    async def work(self, batch: Sequence[Waiting]) -> list[Waiting]:
        """Work messages of different people in one transaction. Gives those that must wait for the next one: a woman
        who wrote from two channels at once."""
        writes = Writes()
        later: list[Waiting] = []
        taken: set[int] = set()
        async with self.store.begin() as tx:
            desk = Desk(tx, self.house.office, self.clock.now())
            lookups = [tx.vault.lookups(f"{one.incoming.channel}:{one.incoming.address}") for one in batch]
            found = await people.find(tx, [lookup for several in lookups for lookup in several])
            seen = await mail.seen(tx, [one.incoming.provider_id for one in batch])
            for waiting, several in zip(batch, lookups, strict=True):
                incoming = waiting.incoming
                known = next((found[lookup] for lookup in several if lookup in found), None)
                if (incoming.channel, incoming.provider_id) in seen:
                    continue
                if known is not None and known.person.id in taken:
                    later.append(waiting)
                    continue
                taken.update({known.person.id} if known is not None else ())
                writes.seen.append((incoming.channel, incoming.provider_id))
                if known is not None or not incoming.left:
                    await self.one(desk, incoming, known, writes)
            await self.write(tx, writes)
        for recent, incoming, at in writes.presses:
            recent.press = (incoming.button, at) if incoming.button is not None else None
        BATCH.observe(len(batch))
        for channel, _id in writes.seen:
            RECEIVED.labels(channel).inc()
        if writes.letters or writes.heard or desk.posted:  # who is heard again may have words waiting for that
            self.posted()
        return later

    async def one(self, desk: Desk, incoming: Incoming, known: Known | None, writes: Writes) -> None:
        """One message of a batch."""
        tx, now, new = desk.tx, desk.now, known is None
        heard = min(now, incoming.at)  # what waited while we were off opens no window that is closed by now
        if known is None:
            language = self.house.catalogs.negotiate(incoming.hint) if incoming.hint else None
            known = await people.welcome(tx, incoming.channel, incoming.address, language or self.first_language, now)
        elif not incoming.left and (heard - known.heard_at > people.HEARD or known.left_at is not None):
            writes.heard.append((known.address_id, heard, None))
        if known.unanswered and not incoming.left:
            writes.wrote.append(known.person.id)
        if known.person.language not in self.house.catalogs.languages:  # a deploy took it away
            known.person = msgspec.structs.replace(known.person, language=self.first_language)
        if self.manners.flooding(known.lookup, incoming, now):
            turn = Turn(known.person)
            if self.manners.may_tell(known.lookup, now):
                turn.messages += draw_said([Say(SLOWLY)], known.person, self.house.catalogs)
        else:
            turn = await self.take(desk, State(known, now, lambda talk: people.journal_of(tx, talk), new), incoming)
            writes.presses.append((self.manners.of(known.lookup), incoming, now))
        if turn.left:
            await people.left(tx, known.lookup, now)
            await mail.refuse_all(tx, known.lookup, "she left", now)
        if turn.person != known.person and not turn.erased:
            writes.people.append(turn.person)
        whose = None if turn.erased else turn.person.id
        writes.letters += [
            mail.Letter(whose, incoming.channel, known.lookup, known.address, message) for message in turn.messages
        ]
        if not turn.erased:
            writes.new += [(turn.person.id, talk) for talk in turn.new.values()]
            writes.changed += turn.changed.values()
            writes.ended += turn.ended
            writes.audit += [(turn.person.id, what) for what in turn.audit]

    async def take(self, desk: Desk, state: State, incoming: Incoming) -> Turn:
        """Take a turn and grant its wishes. What a broken talk began is undone; she hears that it was not her."""
        state.last_press = self.manners.of(state.known.lookup).press
        tx, genie = desk.tx, Genie(desk, self.house, incoming)
        savepoint: AsyncTransaction | None = None
        asking = take_turn(self.house, state, incoming)
        try:
            turn = next_or_turn(asking, None)
            while not isinstance(turn, Turn):
                if savepoint is None and not isinstance(turn, Find):
                    savepoint = await tx.conn.begin_nested()
                turn = next_or_turn(asking, await genie.grant(turn, state.known.person))
        except DBAPIError:
            raise  # the database's own troubles concern the whole batch
        except Exception as broken:  # a bug in one talk
            return await self.mishap(tx, state, incoming, broken, savepoint)
        if savepoint is not None:
            await savepoint.commit()
        return turn

    async def mishap(
        self, tx: Tx, state: State, incoming: Incoming, broken: Exception, savepoint: AsyncTransaction | None
    ) -> Turn:
        """A talk broke: undo what it began, put the message aside, say sorry."""
        if savepoint is not None:
            await savepoint.rollback()
        log.error("a talk broke", exc_info=broken)
        PUT_ASIDE.labels(incoming.channel).inc()
        reason = type(broken).__name__
        raw, lookup = written(incoming), state.known.lookup
        await mail.put_aside(tx, incoming.channel, incoming.provider_id, raw, reason, state.now, lookup=lookup)
        await self.unblock(tx, lookup)
        person = state.known.person
        return Turn(person, draw_said([Say(SORRY)], person, self.house.catalogs))

    async def unblock(self, tx: Tx, lookup: str) -> None:
        """Leave her open talk where it cannot even be replayed: it would break every message, "menu" too."""
        known = (await people.find(tx, [lookup]))[lookup]
        for talk in known.talks:
            told = self.house.programme.talks.get(talk.name)
            if not talk.open or told is None:
                continue
            try:
                play(partial(told.begin, talk.about), people.journal_of(tx, talk))
            except Exception:  # whatever it is, she must get out
                await people.save_talks(tx, [], [replace(talk, open=False)], [])

    async def write(self, tx: Tx, writes: Writes) -> None:
        """Write what the turns of a batch left, one statement a table."""
        now = self.clock.now()
        await mail.remember(tx, writes.seen, now)
        await people.heard(tx, writes.heard)
        await people.wrote(tx, writes.wrote)
        await people.save(tx, writes.people)
        await people.save_talks(tx, writes.new, writes.changed, writes.ended)
        await mail.post(tx, writes.letters, now)
        await mail.audit(tx, writes.audit, now)


def written(incoming: Incoming) -> bytes:
    """An event as it is put aside: JSON, or Python's own form where it holds what JSON cannot (lone surrogates)."""
    try:
        return msgspec.json.encode(incoming)
    except UnicodeEncodeError:
        return repr(incoming).encode("utf-8", "backslashreplace")


def next_or_turn(asking: Asking[Turn], granted: object) -> Wish | Turn:
    """The next wish of a turn, or the turn itself once it is taken."""
    try:
        return asking.send(granted)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def settle(batch: Sequence[Waiting], trouble: Exception | None) -> None:
    """Tell who waits that it is committed, or why not."""
    for waiting in batch:
        if waiting.committed.done():
            continue
        if trouble is None:
            waiting.committed.set_result(None)
        else:
            waiting.committed.set_exception(trouble)
