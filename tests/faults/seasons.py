"""Many women with rhythms of their own live through the days on which Brussels changes its clocks, in virtual time.

Real tables on SQLite, the real clock and outbox; the channel notes at which moment something reached whom. The time
stands at a moment at which something is due, then at the next. What came is judged by wall clocks alone, without the
rules that are to be proved.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from bot.affairs.clockwork import made
from bot.affairs.desk import Affair, Desk, Make, Notice
from bot.dialogue.steps import own
from bot.mentoring.nudges import CHECK_IN, NUDGES, STILL_THERE
from bot.mentoring.people import Person, Purpose
from bot.mentoring.rhythm import check_in_after
from bot.messages import Result, Sending, Verdict
from bot.store import people
from bot.store import tables as t
from bot.store.door import Tx
from bot.store.due import Due
from bot.testing import Stage, StageChannel
from tests.affairs.cast import only

BRUSSELS = ZoneInfo("Europe/Brussels")
# Three women in four live in Brussels; the others where clocks change on other days, or never.
ZONES = ("Africa/Asmara", "Africa/Cairo", "Asia/Kabul", "Europe/London", "Asia/Beirut", "America/Santiago")
LESSER = tuple(kind for kind, one in NUDGES.items() if one.late is None and one.rank > NUDGES[CHECK_IN].rank)
WEEK = timedelta(weeks=1)
MOST_TOLD = 4  # to a woman who never writes: three check-ins and a kind question


def changes() -> list[datetime]:
    """The Mondays on or before which Brussels has changed its clocks, 2026 to 2030, at noon UTC."""
    days = (datetime(2026, 11, 23, 12, tzinfo=UTC) + n * WEEK for n in range(53 * 4))
    return [day for day in days if offset(day) != offset(day - WEEK)]


def offset(moment: datetime) -> timedelta | None:
    """What Brussels is ahead of UTC by."""
    return moment.astimezone(BRUSSELS).utcoffset()


@dataclass(slots=True)
class Her:
    """A woman: her rhythm, whether she ever writes, and what reached her: (moment, kind)."""

    person: Person
    writes: bool
    told: list[tuple[datetime, str]] = field(default_factory=list)

    def wall(self, moment: datetime) -> datetime:
        """What her clock shows."""
        return moment.astimezone(ZoneInfo(self.person.zone))

    def quiet(self, moment: datetime) -> bool:
        """Whether she may not be disturbed at this moment, by minutes of her day."""
        her = self.person
        minute, begin, end = (
            60 * one.hour + one.minute for one in (self.wall(moment), her.quiet_from, her.quiet_until)
        )
        return (minute - begin) % 1440 < (end - begin) % 1440


class Recorder(StageChannel):
    """A channel that only notes what reached whom, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []

    async def send(self, sending: Sending) -> Result:
        """Note it."""
        self.sent.append((sending.address, sending.message.text))
        return Result(Verdict.SENT, "1")


def maker(kind: str) -> Make:
    """A notice that says its kind."""

    async def make(_desk: Desk, _person: Person, _about: int) -> Notice | None:
        return Notice(own(kind))

    return make


@dataclass(slots=True)
class Seasons:
    """The women, their clock, and what was planned for them."""

    stage: Stage
    channel: Recorder
    women: dict[str, Her]
    lesser: list[tuple[int, str]] = field(default_factory=list)  # what else was planned: person id, kind
    begun: list[datetime] = field(default_factory=list)

    # --- what happens ---------------------------------------------------------------------------------------------

    async def live(self, change: datetime, weeks: int, chance: random.Random) -> None:
        """Live through some weeks around a change of the clocks, as if the server had been off since the last one."""
        start = change - (weeks // 2 + 1) * WEEK
        self.stage.clock.at = start
        self.begun.append(start)
        if len(self.begun) > 1:  # what was due while it was off: one message each, then the next day another
            await self.step()
        await self.plan_lesser(start, weeks, chance)
        while (moment := await self.next_due()) < start + (weeks + 1) * WEEK:
            self.stage.clock.at = max(self.stage.clock.at, moment)
            await self.step()

    async def step(self) -> None:
        """What is due now comes; who writes does so at once."""
        await self.stage.sorora.scheduler.fire()
        await self.stage.sorora.outbox.drain()
        now, wrote = self.stage.clock.at, []
        for address, kind in self.channel.sent:
            her = self.women[address]
            her.told.append((now, kind))
            if her.writes:
                wrote.append(her.person.id)
        self.channel.sent.clear()
        async with self.stage.sorora.store.begin() as tx:
            await people.wrote(tx, wrote)

    async def next_due(self) -> datetime:
        """When something is due next, UTC."""
        async with self.stage.sorora.store.begin(reading=True) as tx:
            found: datetime | None = await tx.conn.scalar(sa.select(sa.func.min(t.due.c.at)))
        return found or datetime.max.replace(tzinfo=UTC)

    async def plan_lesser(self, start: datetime, weeks: int, chance: random.Random) -> None:
        """One woman in three has something else due: some of it at the moment of her check-in, some of it together."""
        rows = []
        for her in self.women.values():
            if chance.random() < 0.33:
                at = check_in_after(her.person.rhythm, start + chance.randrange(weeks) * WEEK)
                at -= timedelta(hours=chance.choice((0, 0, -2, 3, 30, 100)))
                kinds = chance.sample(LESSER, chance.randint(1, 2))
                rows += [Due(kind, len(self.begun), her.person.id, max(at, start)) for kind in kinds]
                self.lesser += [(her.person.id, kind) for kind in kinds]
        async with self.stage.sorora.store.begin() as tx:
            await plan_all(tx, rows)

    # --- what is judged -------------------------------------------------------------------------------------------

    async def lost(self) -> int:
        """How many other things neither came to women who write nor are due yet."""
        came = Counter((her.person.id, kind) for her in self.women.values() for _moment, kind in her.told)
        async with self.stage.sorora.store.begin(reading=True) as tx:
            came.update((row.person_id, row.kind) for row in await tx.conn.execute(sa.select(t.due)))
        writing = {her.person.id for her in self.women.values() if her.writes}
        return sum((Counter(one for one in self.lesser if one[0] in writing) - came).values())

    async def broken(self, weeks: int) -> Counter[str]:
        """What went wrong, by its kind, over all women; nothing where all is as promised."""
        found = Counter({"something else that is missing": await self.lost()})
        for her in self.women.values():
            days = Counter(her.wall(moment).date() for moment, _kind in her.told)
            times = [moment for moment, kind in her.told if kind in (CHECK_IN, STILL_THERE)]
            check_ins = [her.wall(moment) for moment in times]
            in_week = Counter(monday(wall.date()) for wall in check_ins)
            found["two on one day"] += sum(often - 1 for often in days.values())
            found["in quiet hours"] += sum(her.quiet(moment) for moment, _kind in her.told)
            found["two check-ins in a week"] += sum(often - 1 for often in in_week.values())
            found["not at her hour"] += sum(
                not self.at_her_hour(her, her.wall(moment)) for moment in times if moment not in self.begun
            )
            found["in a pause"] += sum(moment < (her.person.paused_until or moment) for moment, _kind in her.told)
            found["a check-in that is missing"] += sum(self.missing(her, set(in_week), weeks))
            found["too many without an answer"] += not her.writes and len(check_ins) > MOST_TOLD
        return +found

    def missing(self, her: Her, got: set[date], weeks: int) -> list[bool]:
        """For each week that she wished a check-in in, whether there was none. The first and last week of a stay are
        not whole."""
        if not her.writes or not her.person.check_ins:
            return [not her.person.check_ins and bool(got)]
        mondays = [monday(her.wall(start).date()) + n * WEEK for start in self.begun for n in range(1, weeks + 1)]
        paused = her.person.paused_until
        return [day not in got for day in mondays if paused is None or day > her.wall(paused).date()]

    def at_her_hour(self, her: Her, wall: datetime) -> bool:
        """Whether a check-in came at the hour of her wall clock, or at the end of her quiet hours, or an hour later on
        the night in which that hour is left out."""
        hours = {her.person.check_in_at, her.person.quiet_until}
        left_out = datetime.combine(wall.date(), wall.time(), UTC) - timedelta(hours=1)
        gap = wall.utcoffset() != (wall.astimezone(UTC) - timedelta(hours=1)).astimezone(wall.tzinfo).utcoffset()
        return wall.time() in hours or (gap and left_out.time() in hours)


async def plan_all(tx: Tx, rows: Sequence[Due]) -> None:
    """Plan all of these."""
    await tx.many(
        sa.insert(t.due),
        [{"kind": one.kind, "about": one.about, "person_id": one.person_id, "at": one.at} for one in rows],
    )


def monday(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def apart(begin: time, end: time) -> timedelta:
    """From one hour to another, over midnight if need be."""
    return timedelta(minutes=(60 * (end.hour - begin.hour) + end.minute - begin.minute) % 1440)


def any_person(number: int, first: datetime, chance: random.Random, hours: Sequence[time]) -> Person:
    """A fictional woman with a rhythm of her own; her quiet hours are 6 to 14 hours long."""
    begin = chance.choice(hours)
    until = [one for one in hours if timedelta(hours=6) <= apart(begin, one) <= timedelta(hours=14)]
    return Person(
        number,
        consents=frozenset(Purpose),
        zone="Europe/Brussels" if chance.random() < 0.75 else chance.choice(ZONES),
        check_in_day=chance.randrange(7),
        check_in_at=chance.choice(hours),
        quiet_from=begin,
        quiet_until=chance.choice(until),
        check_ins=chance.random() < 0.95,
        paused_until=first + timedelta(hours=chance.randint(-300, 300)) if chance.random() < 0.1 else None,
    )


async def settle(
    stage: Stage, channel: Recorder, count: int, first: datetime, chance: random.Random, hours: Sequence[time]
) -> Seasons:
    """So many women before the first change, each with her first check-in planned."""
    only(stage, Affair(notices={kind: maker(kind) for kind in NUDGES}))
    for post in stage.sorora.outbox.posts:
        post.make = partial(made, stage.sorora.house.office)
    women, rows = {}, []
    now = stage.clock.at = first - 3 * WEEK
    async with stage.sorora.store.begin() as tx:
        for number in range(count):
            address = f"fictional-{number}"
            known = await people.welcome(tx, channel.name, address, "en", now)
            person = msgspec.structs.replace(any_person(number, first, chance, hours), id=known.person.id)
            women[address] = Her(person, chance.random() < 0.9)
            rows.append(Due(CHECK_IN, 0, person.id, check_in_after(person.rhythm, now)))
        await people.save(tx, [her.person for her in women.values()])
        await plan_all(tx, rows)
    return Seasons(stage, channel, women)
