"""A week goes by in the simulator page: she answers her check-in in three taps, and her mentor reads of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.mentoring.mentorship import PairFile, PairState, Side
from bot.store import tables as t
from tests.e2e.browser import ONE_BROWSER, SCREENS, browser  # noqa: F401 - `browser` is a fixture
from tests.e2e.table import OnTable, demo, table  # noqa: F401 - `demo` and `table` are fixtures

pytestmark = ONE_BROWSER
BRUSSELS = ZoneInfo("Europe/Brussels")
GOAL = ("care", "job", "ready", "4", "children", "", "take", "ready", "morning", "keep")


async def are_a_pair(table: OnTable) -> None:  # noqa: F811
    """The two who came last share her goal: how they found each other is another story."""
    store, now = table.store(), table.now()
    file = PairFile(agreed=dict.fromkeys(Side, now), rhythm="weekly", share_goal=True)
    async with store.begin() as tx:
        newest = sa.select(t.people.c.id).order_by(t.people.c.id.desc()).limit(2)
        mentor, mentee = (await tx.conn.scalars(newest)).all()
        values = {"mentee_id": mentee, "mentor_id": mentor, "state": PairState.ACTIVE.value}
        sealed = {"sealed": tx.vault.seal_json(file), "began_at": now, "changed_at": now}
        await tx.conn.execute(sa.insert(t.pairs).values(**values, **sealed))
    await store.close()


def to_sunday_evening(now: datetime) -> timedelta:
    """How long it is to Sunday at six in the evening in Brussels, rounded up to an hour."""
    here = now.astimezone(BRUSSELS)
    six = here.replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=6 - here.weekday())
    left = (six if six > here else six + timedelta(days=7)) - here
    return timedelta(hours=-(-left // timedelta(hours=1)))


async def test_on_sunday_evening_three_taps_move_her_goal_and_her_mentor_reads_of_it(table: OnTable) -> None:  # noqa: F811
    mentee, mentor = table.mentee, table.mentor
    await mentee.types("/start")
    await mentee.picks("en", "all", "woman", "mentee", "goal", *GOAL)
    await mentor.types("/start")
    await mentor.picks("en", "all", "woman", "mentor", "menu")
    await are_a_pair(table)
    await table.later(hours=to_sunday_evening(table.now()) // timedelta(hours=1))
    await mentee.reads("How was your week")
    before = await mentee.phone.locator(".entry").count()
    await mentee.opens("check_in")  # 1: a good week, answered on the message itself
    await mentee.picks("done")  # 2: the next milestone is done
    await mentee.reads("See you next week")
    assert await mentee.phone.locator(".entry").count() - before <= 4  # no third tap was needed, and few messages came
    await mentor.reads("had a good week")
    await mentor.reads("1 milestone of her goal is done")
    SCREENS.mkdir(exist_ok=True)
    await table.page.screenshot(path=SCREENS / "check-in.png")
    await mentee.goes("goals")
    await mentee.reads("☑|✅|✓|done")
