"""What is over is deleted after its time, and what is still to be told is not; what she said at the end stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.mentoring.meetings import IntroductionFile, IntroductionState, MeetingFile, MeetingState
from bot.mentoring.mentorship import Feedback, PairState, Week, WeekTold
from bot.store import due, hers, introductions, meetings, pairs
from bot.store import tables as t
from bot.store.door import Store, Tx
from tests.store.test_team import NOW, pair, somebody

DAY = timedelta(days=1)
OLD, LATELY = NOW - 31 * DAY, NOW - 29 * DAY


async def meeting(tx: Tx, number: int, who: int, state: MeetingState, made: datetime, at: datetime | None) -> int:
    """A meeting in this state; gives its id."""
    found = await meetings.add(tx, number, who, MeetingFile(), made)
    row = await meetings.get(tx, found)
    assert row is not None
    await meetings.save(tx, replace(row, state=state, at=at))
    return found


async def introduction(tx: Tx, number: int, state: IntroductionState, made: datetime) -> int:
    """An introduction in this state; gives its id."""
    found = await introductions.add(tx, number, IntroductionFile(), made)
    row = await introductions.get(tx, found)
    assert row is not None
    await introductions.save(tx, replace(row, state=state))
    return found


async def two(tx: Tx) -> tuple[int, int]:
    """The id of a pair and of its mentee."""
    ada, eva = await somebody(tx, "Fictive Ada"), await somebody(tx, "Fictive Eva")
    return await pair(tx, ada, eva), ada


async def test_meetings_that_are_over_go_and_others_stay(store: Store) -> None:
    async with store.begin() as tx:
        number, ada = await two(tx)
        past, off = MeetingState.PAST, MeetingState.CANCELLED
        gone = [
            await meeting(tx, number, ada, past, OLD, OLD),
            await meeting(tx, number, ada, off, OLD, OLD),
            await meeting(tx, number, ada, off, OLD, None),
        ]
        stay = [
            await meeting(tx, number, ada, past, OLD, LATELY),
            await meeting(tx, number, ada, off, OLD, NOW + DAY),
            await meeting(tx, number, ada, off, LATELY, None),
            await meeting(tx, number, ada, MeetingState.AGREED, OLD, OLD),  # its end has not been noticed
            await meeting(tx, number, ada, MeetingState.PROPOSED, OLD, None),
            await meeting(tx, number, ada, off, OLD, OLD),
        ]
        await due.plan(tx, "meeting_cancelled", stay[-1], ada, NOW)  # she will hear of it in the morning
        await meetings.forget_before(tx, NOW - 30 * DAY)
        assert list(await tx.conn.scalars(sa.select(t.meetings.c.id).order_by(t.meetings.c.id))) == stay
        assert not set(gone) & set(stay)


async def test_introductions_that_are_over_go_and_others_stay(store: Store) -> None:
    async with store.begin() as tx:
        number, ada = await two(tx)
        done, closed, asked = IntroductionState.ACCEPTED, IntroductionState.CLOSED, IntroductionState.OFFERED
        for state in (done, closed):
            await introduction(tx, number, state, OLD)
        stay = [
            await introduction(tx, number, done, LATELY),
            await introduction(tx, number, asked, OLD),
            await introduction(tx, number, closed, OLD),
        ]
        await due.plan(tx, "introduction_closed", stay[-1], ada, NOW)
        await introductions.forget_before(tx, NOW - 30 * DAY)
        assert list(await tx.conn.scalars(sa.select(t.introductions.c.id).order_by(t.introductions.c.id))) == stay


async def test_her_data_is_whole_without_them(store: Store) -> None:
    async with store.begin() as tx:
        number, ada = await two(tx)
        await meeting(tx, number, ada, MeetingState.PAST, OLD, OLD)
        await pairs.save_feedback(tx, number, ada, Feedback({"one": 5}), NOW)
        assert [one["state"] for one in (await hers.everything_of(tx, ada))["meetings"]] == ["past"]
        await meetings.forget_before(tx, NOW - 30 * DAY)
        await introductions.forget_before(tx, NOW - 30 * DAY)
        kept = await hers.everything_of(tx, ada)
        assert (kept["meetings"], len(kept["pairs"]), kept["feedback"][0]["stars"]) == ([], 1, {"one": 5})


@pytest.mark.parametrize("shares", [True, False])
async def test_her_week_as_her_mentor_reads_it_is_in_her_data_and_in_no_other(store: Store, shares: bool) -> None:
    async with store.begin() as tx:
        ada, eva = await somebody(tx, "Fictive Ada"), await somebody(tx, "Fictive Eva")
        row = await pairs.get(tx, await pair(tx, ada, eva))
        assert row is not None
        assert row.state is PairState.ACTIVE
        week = WeekTold(Week.HARD, datetime(2027, 2, 28, 17, tzinfo=UTC), 1, stuck=True) if shares else None
        await pairs.save(tx, replace(row, file=type(row.file)(week=week)), NOW)
        found = [(await hers.everything_of(tx, who))["pairs"][0] for who in (ada, eva)]
    told = {"how": "hard", "at": "2027-02-28T17:00:00Z", "done": 1, "stuck": True}
    assert [one.get("week") for one in found] == [told if shares else None, None]
