"""A short `make chaos`: whatever the platforms do, nothing is lost or doubled. Each of the seeded bugs is caught."""

from __future__ import annotations

import asyncio
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.chaos import BUGS, Campaign, Report
from tests.faults.chaos_time import LoopClock, run


def chaos(migrated: Path, home: Path, number: int, people: int, each: int, bug: str = "") -> Report:
    return run(Campaign(Path(shutil.copy(migrated, home / "chaos.db")), number, people, each, bug).run())


@pytest.mark.parametrize("number", [1, 2])  # by webhook and in order, by polling and in any order
def test_whatever_the_platforms_do_nothing_is_lost(migrated_sqlite: Path, tmp_path: Path, number: int) -> None:
    report = chaos(migrated_sqlite, tmp_path, number, 6, 4)
    assert (report.wrong, report.updates) == ([], 24)
    assert len(report.faults) > 3


@pytest.mark.parametrize("bug", BUGS)
def test_a_seeded_bug_is_caught(migrated_sqlite: Path, tmp_path: Path, bug: str) -> None:
    assert any(chaos(migrated_sqlite, tmp_path, number, 5, 3, bug).wrong for number in range(1, 20))


def test_a_day_is_over_at_once_and_a_thread_is_waited_for() -> None:
    async def work() -> list[datetime]:
        clock, never = LoopClock(datetime(2027, 3, 1, tzinfo=UTC)), asyncio.Event()
        soon = asyncio.create_task(asyncio.wait_for(never.wait(), 0.01))
        await asyncio.to_thread(threading.Event().wait, 0.05)
        moments = [clock.now()]
        assert not soon.done()
        for waiting in (soon, asyncio.wait_for(never.wait(), 86_400)):
            with pytest.raises(TimeoutError):
                await waiting
        return [*moments, clock.now()]

    assert [moment.day for moment in run(work())] == [1, 2]
