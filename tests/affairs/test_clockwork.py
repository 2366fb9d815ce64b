"""What comes unasked, through the tables: merged, on its day, not at night, not in a talk, never twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial

import msgspec
import pytest
import sqlalchemy as sa

from bot.affairs import all_affairs
from bot.affairs.clockwork import fire_all, made
from bot.affairs.desk import Affair, Desk, Notice
from bot.dialogue.steps import own
from bot.mentoring.nudges import CHECK_IN, DAY, NUDGES
from bot.mentoring.people import Person
from bot.store import due, people
from bot.store import tables as t
from bot.store.door import Store
from bot.testing import Stage, rehearsal
from conversations import PROGRAMME
from tests.affairs.cast import Woman, only, woman

SUNDAY = datetime(2027, 3, 7, 17, tzinfo=UTC)  # six in the evening in Brussels
ENDING, CHAIN = "pair_ending", "pair_chain"
WEEK = timedelta(weeks=1)
UNTRUE = 13


def maker(kind: str) -> object:
    async def make(desk: Desk, person: Person, about: int) -> Notice | None:
        return None if about == UNTRUE else Notice(own(f"{kind} {about}"))

    return make


NUDGING = Affair(notices={kind: maker(kind) for kind in NUDGES})  # type: ignore[misc]


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        only(stage, NUDGING)
        for post in stage.sorora.outbox.posts:
            post.make = partial(made, stage.sorora.house.office)
        stage.clock.at = SUNDAY
        yield stage


async def plan(her: Woman, kind: str, at: datetime, about: int = 0) -> None:
    async with her.stage.sorora.store.begin() as tx:
        await due.plan(tx, kind, about, her.id, at)


async def change(her: Woman, **fields: object) -> None:
    async with her.stage.sorora.store.begin() as tx:
        person = await people.get(tx, her.id)
        assert person is not None
        await people.save(tx, [msgspec.structs.replace(person, **fields)])


async def planned(stage: Stage) -> list[tuple[str, datetime]]:
    async with stage.sorora.store.begin() as tx:
        return [(row.kind, row.at) for row in await tx.conn.execute(sa.select(t.due).order_by(t.due.c.at))]


async def counted(her: Woman) -> tuple[datetime | None, int]:
    async with her.stage.sorora.store.begin() as tx:
        row = (await tx.conn.execute(sa.select(t.people).where(t.people.c.id == her.id))).one()
        return row.nudged_at, row.unanswered


def told(her: Woman) -> list[str]:
    return [seen.text for seen in her.phone.chat]


async def test_a_check_in_comes_and_the_next_is_planned(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await plan(amina, CHECK_IN, SUNDAY)
    await stage.forward()
    assert told(amina) == ["check_in 0"]
    assert await counted(amina) == (SUNDAY, 1)
    assert await planned(stage) == [(CHECK_IN, SUNDAY + WEEK)]
    await stage.forward()
    assert told(amina) == ["check_in 0"]


async def test_what_falls_together_is_sorted_by_what_matters(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    for kind in (CHAIN, ENDING, CHECK_IN):
        await plan(amina, kind, SUNDAY - timedelta(hours=1), 0 if kind == CHECK_IN else 7)
    await stage.forward()
    assert told(amina) == ["check_in 0"]
    for day in range(1, 5):
        await stage.forward(days=1)
        assert len(told(amina)) == min(1 + day, 3)  # one a day, until all is told
    assert told(amina) == ["check_in 0", "pair_ending 7", "pair_chain 7"]


def what_matters(hers: Mapping[str, datetime], now: datetime) -> str:
    """Of what is not too late, what has the best rank; of several what was due first."""
    lates = {kind: NUDGES[kind].late for kind in hers}
    true = [kind for kind, late in lates.items() if late is None or now <= hers[kind] + late]
    return min(true, key=lambda kind: (NUDGES[kind].rank, hers[kind]))


async def test_after_three_days_off_one_message_each_and_it_is_the_one_that_matters(stage: Stage) -> None:
    """Many kinds are due to each woman, at any time of these days, and what matters most may stand far behind."""
    chance, back = random.Random(3), SUNDAY + 3 * DAY
    several = [await woman(stage, f"Fictive woman {number}") for number in range(8)]
    wanted = []
    for number, her in enumerate(several):
        kinds = chance.sample(sorted(NUDGES), 2 + number)
        ats = [SUNDAY + timedelta(minutes=minute) for minute in chance.sample(range(3 * 24 * 60), len(kinds))]
        hers = {CHAIN: back, **dict(zip(kinds, ats, strict=True))}
        wanted.append([f"{what_matters(hers, back)} 0"])
        for kind, at in hers.items():
            await plan(her, kind, at)
    stage.clock.at = back
    for _transaction in range(2 * len(several)):
        async with stage.sorora.store.begin() as tx:
            await fire_all(Desk(tx, stage.sorora.house.office, back), 2)
    await stage.settle()
    assert [told(her) for her in several] == wanted
    assert len({first for (first,) in wanted}) > 1
    for _time in range(6):
        await stage.forward(minutes=20)
    assert [told(her) for her in several] == wanted


async def test_too_late_is_left_out_and_the_next_comes(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await plan(amina, CHECK_IN, SUNDAY)
    await stage.forward(days=3, hours=1)
    assert told(amina) == []
    assert await planned(stage) == [(CHECK_IN, SUNDAY + WEEK)]
    await stage.forward(days=3, hours=23)
    assert told(amina) == ["check_in 0"]


async def test_weeks_off_are_not_made_up_for(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await plan(amina, CHECK_IN, SUNDAY)
    await stage.forward(weeks=5, hours=1)
    assert (told(amina), await planned(stage)) == ([], [(CHECK_IN, SUNDAY + 6 * WEEK - timedelta(hours=1))])  # summer


async def test_an_open_talk_is_not_interrupted(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await amina.phone.types("/competencies")
    before = len(told(amina))
    await plan(amina, CHECK_IN, SUNDAY)
    await stage.forward(minutes=10)
    assert len(told(amina)) == before
    await stage.forward(minutes=20)
    assert told(amina)[before:] == ["check_in 0"]


async def test_the_menu_is_no_talk_to_be_waited_for(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await amina.phone.types("menu")
    await plan(amina, CHECK_IN, SUNDAY)
    await stage.forward()
    assert told(amina)[-1] == "check_in 0"


async def test_silence_after_three_and_its_end_when_she_writes(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await plan(amina, CHECK_IN, SUNDAY)
    await stage.forward()
    for _week in range(7):
        await stage.forward(weeks=1)
        await stage.forward(hours=2)  # the clocks change in this time
        stage.clock.forward(-timedelta(hours=2))
    assert told(amina) == ["check_in 0"] * 3 + ["still_there 0"]
    await amina.phone.types("menu")
    for _week in range(2):
        await stage.forward(weeks=1)
    assert [one for one in told(amina) if one.startswith(CHECK_IN)] == ["check_in 0"] * 5
    assert (await counted(amina))[1] == 2


async def test_what_is_no_longer_true_is_not_sent_and_does_not_count(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await plan(amina, CHECK_IN, SUNDAY, UNTRUE)
    await stage.forward()
    assert (told(amina), await counted(amina)) == ([], (None, 0))
    await plan(amina, CHECK_IN, SUNDAY + timedelta(minutes=1), 1)
    await stage.forward(minutes=1)  # so another may come on that day
    assert told(amina) == ["check_in 1"]


async def queue_only(stage: Stage) -> None:
    """The clock fires, but nothing is sent yet."""
    await stage.sorora.scheduler.fire()


@pytest.mark.parametrize("unanswered", [0, 3])
async def test_one_that_has_come_into_quiet_hours_waits(stage: Stage, unanswered: int) -> None:
    amina = await woman(stage, "Fictive Amina", check_in_at=time(20, 59))
    async with stage.sorora.store.begin() as tx:
        await tx.conn.execute(sa.update(t.people).values(unanswered=unanswered))
    stage.clock.at = SUNDAY + timedelta(hours=2, minutes=59)
    await plan(amina, CHECK_IN, stage.clock.at)
    await queue_only(stage)
    stage.clock.forward(timedelta(minutes=2))
    await stage.settle()
    assert (told(amina), await counted(amina)) == ([], (None, unanswered))
    await stage.forward(hours=12)
    assert told(amina) == ["still_there 0" if unanswered else "check_in 0"]
    assert (await counted(amina))[1] == unanswered + 1
    (following,) = await planned(stage)  # not on the Sunday of the week in which this one came
    assert following[0] == CHECK_IN
    assert following[1].isocalendar().week == stage.clock.now().isocalendar().week + 1


async def test_one_that_has_come_into_a_pause_waits_for_its_end(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await plan(amina, ENDING, SUNDAY + DAY)
    stage.clock.forward(DAY)
    await queue_only(stage)
    await change(amina, paused_until=SUNDAY + 3 * WEEK + DAY)
    await stage.settle()
    for _week in range(3):
        assert told(amina) == []
        await stage.forward(weeks=1)
    await stage.forward(days=1)
    assert told(amina) == ["pair_ending 0"]


async def test_one_that_was_not_sent_on_its_day_is_no_second_one_on_another(stage: Stage) -> None:
    """Sending stood still for three days, the clock too: what was queued before and what is due now are one message."""
    amina = await woman(stage, "Fictive Amina")
    await plan(amina, ENDING, SUNDAY - 3 * DAY)
    stage.clock.forward(-3 * DAY)
    await queue_only(stage)
    await plan(amina, CHECK_IN, SUNDAY)
    stage.clock.forward(3 * DAY)
    await stage.settle()
    assert told(amina) == []
    await stage.forward(minutes=1)
    assert told(amina) == ["check_in 0"]
    await stage.forward(days=1)
    assert told(amina) == ["check_in 0", "pair_ending 0"]


async def test_who_takes_no_part_hears_nothing(stage: Stage) -> None:
    amina, badia = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Badia")
    for her in (amina, badia):
        await plan(her, ENDING, SUNDAY)
    await change(amina, consents=frozenset())
    await badia.phone.leaves()
    await stage.forward(days=1)
    assert told(amina) + told(badia) == []


async def test_several_processes_bring_each_nudge_once(stage: Stage, database_url: str) -> None:
    """Each woman has three things due, and four clocks claim at the same moment, a few at a time."""
    several = [await woman(stage, f"Fictive woman {number}") for number in range(24)]
    for number, her in enumerate(several):
        for kind in (CHAIN, ENDING, CHECK_IN):
            await plan(her, kind, SUNDAY - timedelta(minutes=number))
    office, now = stage.sorora.house.office, stage.clock.now()
    stores = [Store.open(database_url, stage.sorora.store.vault) for _process in range(4)]

    async def work(store: Store) -> None:
        idle = 0
        while idle < 3:  # what another one holds is not seen at first
            async with store.begin() as tx:
                idle = 0 if await fire_all(Desk(tx, office, now), 4) else idle + 1

    await asyncio.gather(*map(work, stores))
    await asyncio.gather(*(store.close() for store in stores))
    async with stage.sorora.store.begin() as tx:
        rows = (await tx.conn.execute(sa.select(t.outbox.c.person_id, t.outbox.c.kind))).all()
        left = (await tx.conn.execute(sa.select(t.due.c.person_id, t.due.c.kind))).all()
    assert Counter((row.person_id, row.kind) for row in rows) == {(her.id, CHECK_IN): 1 for her in several}
    assert Counter(row.person_id for row in left) == {her.id: 3 for her in several}


def test_every_kind_is_a_notice_and_opens_a_talk_of_the_programme() -> None:
    kinds = {kind for affair in all_affairs() for kind in affair.notices}
    assert set(NUDGES) <= kinds
    assert {nudge.talk for nudge in NUDGES.values()} <= set(PROGRAMME.talks)
