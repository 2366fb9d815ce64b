"""Women with any rhythm over the changes of the clocks: one check-in a week each, one message a day, none at night.

Some hundreds of women and two changes in `make test`; LONG=1 (`make time`) has 10,000 over every change until 2030.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.mentoring import nudges as manners
from bot.mentoring import rhythm
from bot.mentoring.rhythm import Rhythm
from bot.store import due
from bot.store.door import Tx
from bot.store.due import Due
from bot.testing import rehearsal
from tests.faults.seasons import Recorder, changes, settle

LONG = "LONG" in os.environ
WEEKS = 2  # whole ones, around each change
EVERY_THIRD = [time(hour) for hour in range(0, 24, 3)]  # few moments, so that the short form is short
EVERY_QUARTER = [time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45)]


async def lived(people: int, over: Sequence[datetime], hours: Sequence[time] = EVERY_THIRD) -> tuple[Counter[str], int]:
    """What broke, and how many messages reached somebody."""
    channel, chance = Recorder(), random.Random(4)
    async with rehearsal(channel=channel) as stage:
        seasons = await settle(stage, channel, people, over[0], chance, hours)
        for change in over:
            await seasons.live(change, WEEKS, chance)
        return await seasons.broken(WEEKS), sum(len(her.told) for her in seasons.women.values())


def test_these_are_all_the_changes_until_2030() -> None:
    assert [f"{day - timedelta(days=1):%Y-%m-%d}" for day in changes()] == [
        "2027-03-28", "2027-10-31", "2028-03-26", "2028-10-29", "2029-03-25", "2029-10-28", "2030-03-31", "2030-10-27",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "over", [[day] for day in changes()] if LONG else [changes()[:2]], ids=lambda days: f"{days[0]:%Y-%m}"
)
async def test_one_check_in_a_week_one_message_a_day_none_at_night_none_lost(over: Sequence[datetime]) -> None:
    people = 10_000 if LONG else 150
    broken, told = await lived(people, over, EVERY_QUARTER if LONG else EVERY_THIRD)
    days = ", ".join(f"{day:%d %B %Y}" for day in over)
    print(f"{people} women around {days}: {told} messages, {dict(broken) or 'nothing broke'}")
    assert broken == {}
    assert told > people * len(over) * (WEEKS - 1)


# --- it would be seen ---------------------------------------------------------------------------------------------


def fixed(zone: str) -> timezone:
    """A bug: the zone's offset in winter, all year round."""
    offset = datetime(2027, 1, 10, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return timezone(offset)


def careless(her: Rhythm, _nudged_at: datetime | None, now: datetime) -> datetime:
    """A bug: as many as there are on one day."""
    return rhythm.may_come(her, None, now)


async def forgetful(tx: Tx, claimed: Sequence[tuple[Due, datetime]]) -> None:
    """A bug: one in thirty is not planned anew."""
    await MOVE(tx, [one for one in claimed if one[0].person_id % 30])
    await due.done(tx, [one for one, _at in claimed if not one.person_id % 30])


MOVE = due.move
BUGS: Mapping[str, tuple[Any, str, object, str]] = {
    "a fixed offset": (rhythm, "ZoneInfo", fixed, "not at her hour"),
    "no daily limit": (manners, "may_come", careless, "two on one day"),
    "a row dropped": (due, "move", forgetful, "a check-in that is missing"),
}


def forget() -> None:
    """What was worked out with the other rules."""
    for cached in (rhythm.awake, rhythm.check_in_after, rhythm.check_in_next):
        cached.cache_clear()


@pytest.mark.parametrize("bug", BUGS)
async def test_a_bug_would_be_seen(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, wrong, seen = BUGS[bug]
    forget()
    monkeypatch.setattr(module, name, wrong)
    broken, _told = await lived(50, changes()[:1])
    forget()
    assert broken[seen] > 0, f"only {dict(broken)}"
