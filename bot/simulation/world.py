"""The half-year itself: virtual time goes in half hours through the night, the day, and a server that is off."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.affairs import pairs
from bot.affairs.desk import Desk
from bot.app import Sorora, find_programme, put_together
from bot.channels.telegram_bubbles import present as telegram_look
from bot.channels.whatsapp_bubbles import present as whatsapp_look
from bot.engine.apply import Genie
from bot.mentoring import rhythm
from bot.mentoring.effects import Effect, SetProfile
from bot.mentoring.mentorship import LIVING
from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.people import Role
from bot.messages import Incoming, Message, Opening, Result, Sending, Verdict, read_opening
from bot.simulation.lives import ZONES, Life, lives
from bot.simulation.tally import MOST_SILENT, Tally, judge
from bot.store import growth, people, team
from bot.store import tables as t
from bot.store.door import Store, Tx
from bot.store.schema import migrate
from bot.testing import StageChannel, StageClock
from bot.vault import Vault, new_key

START = datetime(2027, 2, 1, 6, 0, tzinfo=UTC)  # a Monday; summer time begins in its second month
TICK = timedelta(minutes=30)
DAY = timedelta(days=1)
OFF = timedelta(days=3)  # how long the server is off, twice
HOME = "Europe/Brussels"
PLACES = 2  # of a mentor
MOST_TAPS = 25  # of who goes through the whole engine, at one time
TOGETHER = 100  # who act in one transaction
LOOKS = {"telegram": telegram_look, "whatsapp": whatsapp_look}


class Network(StageChannel):
    """A channel without a network: what the platform would show is made, noted, and forgotten."""

    def __init__(self, name: str) -> None:
        super().__init__(name, LOOKS[name])
        self.came: list[tuple[str, Message]] = []
        self.gone: set[str] = set()

    async def send(self, sending: Sending) -> Result:
        """Show it, unless she has blocked the bot."""
        if sending.address in self.gone:
            return Result(Verdict.LEFT)
        self.present(sending.message)
        self.came.append((sending.address, sending.message))
        return Result(Verdict.SENT, str(next(self.numbers)))


@dataclass(order=True)
class Act:
    """Something that a woman will do. kind: what, or the class of what she reacts to; opens: what its button opens."""

    at: datetime
    order: int
    life: Life = field(compare=False)
    kind: str = field(compare=False)
    opens: Opening | None = field(default=None, compare=False)


@dataclass
class World:
    """One simulation. Everything that happens adds to `tally`."""

    sorora: Sorora
    clock: StageClock
    lives: dict[str, Life]
    chance: random.Random
    tally: Tally = field(default_factory=Tally)
    acts: list[Act] = field(default_factory=list)
    shown: dict[str, Message] = field(default_factory=dict)  # to those who go through the whole engine
    free: Counter[int] = field(default_factory=Counter)  # places of mentors, by person id
    mentors: dict[int, Life] = field(default_factory=dict)
    seeking: list[Life] = field(default_factory=list)
    back: datetime | None = None  # when the server came back the last time
    due: datetime = START
    numbers: Any = field(default_factory=count)

    # --- time -----------------------------------------------------------------------------------------------------

    async def live(self, months: int) -> None:
        """Live through so many months of thirty days."""
        end = START + 30 * DAY * months
        off = [START + (end - START) * part for part in (0.37, 0.71)]
        for life in self.lives.values():
            self.plan(life.comes, life, "arrives")
        while self.clock.at < end:
            now = self.clock.at
            if not any(begin <= now < begin + OFF for begin in off):
                self.back = max((begin + OFF for begin in off if begin + OFF <= now), default=None)
                await self.tick(now)
            self.clock.forward(TICK)
        await self.close(end)

    async def tick(self, now: datetime) -> None:
        """Half an hour: what is due, what people do, and once a day what a coordinator does."""
        if self.due <= now:
            await self.sorora.scheduler.fire()
            await self.deliver(now)
        busy, doing = self.due <= now, []
        while self.acts and self.acts[0].at <= now:
            doing.append(heapq.heappop(self.acts))
        if doing:
            await self.do(doing, now)
            await self.deliver(now)
        if now.time() == time(11):
            self.tally.weeks += sum(bool(life.id) and not life.away for life in self.lives.values()) / 7
            await self.match(now)
            await self.sorora.scheduler.forget()
            await self.deliver(now)
        if busy or doing or now.time() == time(11):
            self.due = await self.next_due()

    async def next_due(self) -> datetime:
        """When something is due next; until then the clock need not look."""
        async with self.sorora.store.begin(reading=True) as tx:
            found: datetime | None = await tx.conn.scalar(sa.select(sa.func.min(t.due.c.at)))
        return found or datetime.max.replace(tzinfo=UTC)

    def plan(self, at: datetime, life: Life, kind: str, opens: Opening | None = None) -> None:
        """She will do this then."""
        heapq.heappush(self.acts, Act(at, next(self.numbers), life, kind, opens))

    # --- what reaches them ----------------------------------------------------------------------------------------

    async def deliver(self, now: datetime) -> None:
        """Send what waits; judge what came unasked; who reacts to it will do so."""
        await self.sorora.outbox.drain()
        came = [one for channel in self.networks() for one in channel.came]
        for channel in self.networks():
            channel.came.clear()
        told = [(self.lives[address], message) for address, message in came]
        wishes = await self.wishes({life for life, message in told if message.template})
        for life, message in told:
            if life.whole and not message.deletes:
                self.shown[life.address] = message
            if not message.template:
                self.tally.sent["answers to her"] += 1
            elif life.address in wishes:
                self.comes_unasked(life, message, rhythm.read(wishes[life.address]), now)

    def networks(self) -> Iterable[Network]:
        """Both channels."""
        return (channel for channel in self.sorora.channels.values() if isinstance(channel, Network))

    def comes_unasked(self, life: Life, message: Message, hers: rhythm.Rhythm, now: datetime) -> None:
        """A nudge or notice has come to her."""
        kind = message.template
        judge(self.tally, life.record, hers, kind, now, self.back)
        if life.record.silent == MOST_SILENT and life.chance.random() < 0.3:
            self.plan(now + life.chance.randint(20, 60) * DAY, life, "writes")
        after = life.reacts_in()
        if after is not None:
            opens = next((found for one in message.options if (found := read_opening(one.data))), None)
            self.plan(now + after, life, kind, opens)

    async def wishes(self, told: set[Life]) -> dict[str, str]:
        """The rhythm of each, in its short form, by address: as it stands when something comes."""
        by_lookup = {self.lookup(life): life.address for life in told}
        async with self.sorora.store.begin(reading=True) as tx:
            rows = await tx.conn.execute(
                sa.select(t.addresses.c.lookup, t.people.c.rhythm)
                .join(t.people)
                .where(t.addresses.c.lookup.in_(list(by_lookup)))
            )
            return {by_lookup[row.lookup]: row.rhythm for row in rows}

    def lookup(self, life: Life) -> str:
        """The keyed hash of her address."""
        return self.sorora.store.vault.lookup(f"{life.channel}:{life.address}")

    # --- what they do ---------------------------------------------------------------------------------------------

    async def do(self, doing: Sequence[Act], now: datetime) -> None:
        """All of this is done now: the one part tap by tap, the other by effects."""
        messages = [one for one in doing if one.kind in ("writes", "leaves")]
        for one in messages:
            await self.says(one, now)
        others = [one for one in doing if one not in messages and not one.life.away]
        await self.tap([one.life for one in others if one.life.whole], now)
        direct = [one for one in others if not one.life.whole]
        for begin in range(0, len(direct), TOGETHER):
            async with self.sorora.store.begin() as tx:
                desk = Desk(tx, self.sorora.house.office, now)
                for one in direct[begin : begin + TOGETHER]:
                    await self.acts_directly(desk, one)

    async def says(self, act: Act, now: datetime) -> None:
        """She writes, or blocks the bot: half of those tell nobody, as on WhatsApp."""
        life = act.life
        network = next(one for one in self.networks() if one.name == life.channel)
        if act.kind == "leaves":
            life.away = True
            network.gone.add(life.address)
            if life.chance.random() < 0.5:
                await self.receive(life, now, left=True)
            if life.chance.random() < 0.5:
                self.plan(now + life.chance.randint(5, 60) * DAY, life, "writes")
            return
        life.away = False
        network.gone.discard(life.address)
        await self.receive(life, now, text="menu")

    async def receive(self, life: Life, now: datetime, **what: Any) -> None:
        """An event of hers comes in through the engine's front door."""
        if "left" not in what:
            life.record.writes(now)
        number = f"{life.address}/{next(self.numbers)}"
        await self.sorora.batches.receive(
            Incoming(life.channel, number, life.address, now, hint=life.language, **what)
        )  # fmt: skip

    async def acts_directly(self, desk: Desk, act: Act) -> None:
        """She does what her talk would have ended with."""
        life, kind = act.life, act.kind
        if kind == "arrives":
            await self.arrives(desk.tx, life, desk.now)
        person = await people.get(desk.tx, life.id)
        if person is None:
            return
        today = desk.now.astimezone(ZoneInfo(person.zone)).date()
        effects: list[Effect] = []
        match kind:
            case "arrives":
                effects = life.introduces_herself()
            case "describes":
                effects = [life.describes(today)]
            case "travels":
                effects = [SetProfile(zone=life.chance.choice(ZONES))]
                self.plan(desk.now + life.chance.randint(7, 42) * DAY, life, "comes home")
            case "comes home":
                effects = [SetProfile(zone=HOME)]
            case _:
                effects = life.reacts(kind, act.opens, await growth.goals_of(desk.tx, life.id), today)
                self.tally.answered[kind] += 1
        genie = Genie(desk, self.sorora.house, Incoming(life.channel, "", life.address, desk.now))
        await people.wrote(desk.tx, [life.id])
        life.record.writes(desk.now)
        for effect in effects:
            carried = await genie.carry(effect, person)
            person = carried.person or person

    async def arrives(self, tx: Tx, life: Life, now: datetime) -> None:
        """She is here for the first time, and from now on things will happen."""
        life.id = (await people.welcome(tx, life.channel, life.address, life.language, now)).person.id
        chance = life.chance
        if life.number == 0:  # she runs the programme, too
            await team.ask(tx, life.id, "000000", now)
            await team.confirm(tx, "000000", now)
        if life.role is Role.MENTOR:
            file = tx.vault.seal_json(MentorFile(now, now, now, "1", now))
            state = MentorState.APPROVED.value
            await tx.conn.execute(
                sa.insert(t.mentors).values(
                    person_id=life.id, state=state, places=PLACES, sealed=file, changed_at=now
                )
            )  # fmt: skip
            self.free[life.id] = PLACES
            self.mentors[life.id] = life
        elif chance.random() < 0.85:
            self.plan(now + chance.random() * 10 * DAY, life, "describes")
            if chance.random() < 0.6:
                self.seeking.append(life)
        if chance.random() < 0.15:
            self.plan(now + chance.randint(10, 120) * DAY, life, "travels")
        if chance.random() < 0.05:
            self.plan(now + chance.randint(10, 150) * DAY, life, "leaves")

    async def tap(self, tapping: list[Life], now: datetime) -> None:
        """They go through the whole engine: each taps one of the buttons on her screen, again and again."""
        taps = {life.address: life.chance.randint(3, MOST_TAPS) for life in tapping}
        for life in tapping:
            life.id = life.id or -1  # she is here; her id is the engine's affair
            self.plan(now + life.chance.randint(2, 20) * DAY, life, "visits")
        while tapping:
            await asyncio.gather(*(self.receive(life, now, **self.next_tap(life)) for life in tapping))
            await self.deliver(now)
            for life in tapping:
                taps[life.address] -= 1
            tapping = [life for life in tapping if taps[life.address] > 0]

    def next_tap(self, life: Life) -> dict[str, str]:
        """One of the buttons of her newest message, a way out only now and then; or something made up."""
        message = self.shown.get(life.address)
        if message is None:
            return {"text": "/start"}
        ways = message.options if life.chance.random() < 0.93 else message.nav
        ways = ways or message.options
        if not ways:
            return {"text": life.chance.choice(("A made-up answer", "2", "menu", "15 June 2027"))}
        return {"button": life.chance.choice(ways).data}

    async def match(self, now: datetime) -> None:
        """A coordinator brings some of those together who wait, as a request that was accepted would."""
        mentors = [mentor for mentor, places in self.free.items() if places > 0]
        self.chance.shuffle(mentors)
        together = list(zip(list(self.seeking), mentors, strict=False))[: max(1, len(self.lives) // 60)]
        async with self.sorora.store.begin() as tx:
            desk = Desk(tx, self.sorora.house.office, now)
            for life, mentor in together:
                await pairs.begin(desk, life.id, mentor)
                self.free[mentor] -= 1
                self.mentors[mentor].record.writes(now)  # she has just said yes
        self.seeking = self.seeking[len(together) :]

    # --- the end --------------------------------------------------------------------------------------------------

    async def close(self, end: datetime) -> None:
        """How everybody stands at the end."""
        tally = self.tally
        tally.people["who came"] = sum(bool(life.id) for life in self.lives.values())
        tally.people["of them mentors"] = sum(
            life.role is Role.MENTOR and bool(life.id) for life in self.lives.values()
        )
        tally.people["through the whole engine"] = sum(life.whole and bool(life.id) for life in self.lives.values())
        tally.people["who have blocked the bot"] = sum(life.away for life in self.lives.values())
        tally.people["who do not answer any more"] = sum(
            life.record.silent >= MOST_SILENT for life in self.lives.values()
        )
        tally.channels.update(life.channel for life in self.lives.values())
        here = {life.id: life.record.here for life in self.lives.values()}
        async with self.sorora.store.begin(reading=True) as tx:
            for row in await tx.conn.execute(sa.select(t.pairs)):
                tally.pairs[row.state] += 1
                seen = [here.get(one) for one in (row.mentee_id, row.mentor_id)]
                if row.state in LIVING and all(one is None or end - one > 21 * DAY for one in seen):
                    tally.pairs["stalled"] += 1
            goals = await tx.conn.execute(sa.select(t.goals.c.state))
            tally.people.update(f"goals {row.state}" for row in goals)
            aside = await tx.conn.scalar(sa.select(sa.func.count()).select_from(t.put_aside))
            again = await tx.conn.scalar(sa.select(sa.func.count()).select_from(t.due).where(t.due.c.tries > 0))
        tally.broken["a message that could not be worked"] += aside or 0
        tally.broken["something due that failed"] += again or 0


async def simulate_one(number: int, months: int, whole: float, seed: int) -> Tally:
    """One simulation of so many women."""
    clock = StageClock(START)
    store = Store.open("sqlite+aiosqlite://", Vault([new_key()]))
    await migrate(store)
    networks = {name: Network(name) for name in LOOKS}
    chance = random.Random(seed)  # noqa: S311  fictional people
    sorora = put_together(store, networks, clock, find_programme("conversations"), chance)
    languages = list(sorora.house.catalogs.languages)
    everybody = lives(number, whole, START, months, seed, languages)
    world = World(sorora, clock, {life.address: life for life in everybody}, chance)
    try:
        await world.live(months)
    finally:
        await store.close()
    return world.tally
