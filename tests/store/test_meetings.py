"""Meetings as they are kept: sealed, found by pair, the next one by its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.mentoring.meetings import IntroductionFile, MeetingFile, MeetingState
from bot.mentoring.mentorship import PairFile, PairState
from bot.store import introductions, meetings, people
from bot.store import tables as t
from bot.store.door import Store, Tx

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
SOON, LATER = NOW + timedelta(days=1), NOW + timedelta(days=2)


async def pair(tx: Tx) -> tuple[int, int]:
    """A pair of two fictional women; gives its id and the mentee's."""
    hers, others = [(await people.welcome(tx, "stage", each, "en", NOW)).person.id for each in ("amina", "lina")]
    number = await tx.conn.scalar(
        sa.insert(t.pairs)
        .values(
            mentee_id=hers, mentor_id=others, state=PairState.ACTIVE.value, sealed=tx.vault.seal_json(PairFile()),
            began_at=NOW, changed_at=NOW,
        )
        .returning(t.pairs.c.id)
    )  # fmt: skip
    assert number is not None
    return number, hers


async def kept(tx: Tx, pair_id: int, her: int, at: datetime | None = None) -> meetings.MeetingRow:
    """A proposed meeting, or one agreed for `at`."""
    row = await meetings.get(tx, await meetings.add(tx, pair_id, her, MeetingFile((SOON,), "chat", "At Fictiva"), NOW))
    assert row is not None
    if at is not None:
        row = replace(row, state=MeetingState.AGREED, at=at)
        await meetings.save(tx, row)
    return row


async def test_a_meeting_comes_back_as_it_was_kept(store: Store) -> None:
    async with store.begin() as tx:
        pair_id, her = await pair(tx)
        row = await kept(tx, pair_id, her, LATER)
    async with store.begin() as tx:
        assert await meetings.get(tx, row.id) == row
        assert await meetings.get(tx, 999) is None
        (raw,) = await tx.conn.execute(sa.select(t.meetings))
    assert b"Fictiva" not in raw.sealed


async def test_the_next_meeting_is_the_earliest_agreed_one(store: Store) -> None:
    async with store.begin() as tx:
        pair_id, her = await pair(tx)
        await kept(tx, pair_id, her)
        assert await meetings.next_meeting(tx, pair_id) is None
        await kept(tx, pair_id, her, LATER)
        await kept(tx, pair_id, her, SOON)
        assert await meetings.next_meeting(tx, pair_id) == SOON
        assert await meetings.next_meeting(tx, pair_id, after=SOON) == LATER
        assert await meetings.next_meeting(tx, pair_id + 1) is None


@pytest.mark.parametrize(
    ("state", "at", "coming"),
    [
        (MeetingState.PROPOSED, None, True),
        (MeetingState.AGREED, SOON, True),
        (MeetingState.AGREED, NOW - timedelta(minutes=59), True),
        (MeetingState.AGREED, NOW - timedelta(minutes=60), False),
        (MeetingState.PAST, NOW - timedelta(days=1), False),
        (MeetingState.CANCELLED, SOON, False),
    ],
)
def test_what_is_coming(state: MeetingState, at: datetime | None, coming: bool) -> None:
    assert meetings.MeetingRow(1, 1, 1, state, at, MeetingFile()).coming(NOW) is coming


async def test_open_ones_of_a_pair_in_their_order(store: Store) -> None:
    async with store.begin() as tx:
        pair_id, her = await pair(tx)
        one, two = await kept(tx, pair_id, her, SOON), await kept(tx, pair_id, her)
        gone = replace(await kept(tx, pair_id, her), state=MeetingState.CANCELLED)
        await meetings.save(tx, gone)
        assert [row.id for row in await meetings.open_of(tx, pair_id)] == [one.id, two.id]
        assert [row.id for row in await meetings.open_of(tx, pair_id, MeetingState.CANCELLED)] == [gone.id]


async def test_meetings_and_introductions_go_with_either_of_the_two(store: Store) -> None:
    async with store.begin() as tx:
        pair_id, her = await pair(tx)
        await kept(tx, pair_id, her)
        await introductions.add(tx, pair_id, IntroductionFile(why="Fictiva"), NOW)
        await people.erase(tx, her, NOW, tombstone=False)
        for table in (t.meetings, t.introductions):
            assert await tx.conn.scalar(sa.select(sa.func.count()).select_from(table)) == 0
