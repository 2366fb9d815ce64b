"""Queries on meetings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.mentoring.meetings import MeetingFile, MeetingState
from bot.store import tables as t
from bot.store.door import Tx

UNTOLD = ("meeting_cancelled", "meeting_lapsed", "meeting_how")  # what can still be told of one that is over


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting as it is kept; `bot.mentoring.meetings.Meeting` is what one of the two sees of it. Moments are UTC."""

    id: int
    pair_id: int
    proposer_id: int
    state: MeetingState
    at: datetime | None
    file: MeetingFile

    def coming(self, now: datetime) -> bool:
        """Whether it is proposed, or agreed and not yet over."""
        if self.state is MeetingState.AGREED and self.at is not None:
            return self.at + timedelta(minutes=self.file.minutes) > now
        return self.state is MeetingState.PROPOSED


def read(tx: Tx, row: Any) -> MeetingRow:
    """The meeting of a row."""
    file = tx.vault.open_json(row.sealed, MeetingFile)
    return MeetingRow(row.id, row.pair_id, row.proposer_id, MeetingState(row.state), row.at, file)


async def get(tx: Tx, meeting_id: int) -> MeetingRow | None:
    """A meeting by id. Who decides upon it locks its pair first (bot.store.pairs)."""
    row = (await tx.conn.execute(sa.select(t.meetings).where(t.meetings.c.id == meeting_id))).one_or_none()
    return None if row is None else read(tx, row)


async def open_of(tx: Tx, pair_id: int, *states: MeetingState) -> list[MeetingRow]:
    """The meetings of a pair that are in one of these states (proposed or agreed, without any), oldest first. An agreed
    one may be over already: `MeetingRow.coming` says."""
    wanted = states or (MeetingState.PROPOSED, MeetingState.AGREED)
    rows = await tx.conn.execute(
        sa.select(t.meetings)
        .where(t.meetings.c.pair_id == pair_id, t.meetings.c.state.in_([state.value for state in wanted]))
        .order_by(t.meetings.c.id)
    )
    return [read(tx, row) for row in rows]


async def add(tx: Tx, pair_id: int, proposer_id: int, file: MeetingFile, now: datetime) -> int:
    """A new proposed meeting; gives its id."""
    meeting_id: int | None = await tx.conn.scalar(
        sa.insert(t.meetings)
        .values(
            pair_id=pair_id,
            proposer_id=proposer_id,
            state=MeetingState.PROPOSED.value,
            sealed=tx.vault.seal_json(file),
            created_at=now,
        )
        .returning(t.meetings.c.id)
    )
    assert meeting_id is not None
    return meeting_id


async def save(tx: Tx, meeting: MeetingRow) -> None:
    """Keep what changed of a meeting."""
    await tx.conn.execute(
        sa.update(t.meetings)
        .where(t.meetings.c.id == meeting.id)
        .values(
            proposer_id=meeting.proposer_id,
            state=meeting.state.value,
            at=meeting.at,
            sealed=tx.vault.seal_json(meeting.file),
        )
    )


async def forget_before(tx: Tx, moment: datetime) -> None:
    """Retention: meetings that are over or off since before this moment are deleted, once nothing of them is due."""
    m = t.meetings.c
    over = m.state.in_((MeetingState.PAST.value, MeetingState.CANCELLED.value))
    waits = sa.select(t.due.c.id).where(t.due.c.kind.in_(UNTOLD), t.due.c.about == m.id)
    old = sa.func.coalesce(m.at, m.created_at) < moment
    await tx.conn.execute(sa.delete(t.meetings).where(over, old, m.created_at < moment, ~waits.exists()))


async def untold_of(tx: Tx, person_id: int) -> list[tuple[int, int]]:
    """Meetings of her pairs that are off while the other one has not been told so yet: (meeting, who is to be told)."""
    hers = (t.pairs.c.mentee_id == person_id) | (t.pairs.c.mentor_id == person_id)
    rows = await tx.conn.execute(
        sa.select(t.due.c.about, t.due.c.person_id)
        .select_from(
            t.due.join(t.meetings, t.meetings.c.id == t.due.c.about).join(t.pairs, t.pairs.c.id == t.meetings.c.pair_id)
        )
        .where(t.due.c.kind == "meeting_cancelled", t.due.c.person_id != person_id, hers)
    )
    return [(row.about, row.person_id) for row in rows]


async def next_meeting(tx: Tx, pair_id: int, after: datetime | None = None) -> datetime | None:
    """When the two of a pair meet next, UTC; None where nothing is agreed. A meeting stays agreed until some two hours
    after its end: `after` leaves out what began before that moment."""
    which = [t.meetings.c.at > after] if after is not None else []
    at: datetime | None = await tx.conn.scalar(
        sa.select(t.meetings.c.at)
        .where(t.meetings.c.pair_id == pair_id, t.meetings.c.state == MeetingState.AGREED.value, *which)
        .order_by(t.meetings.c.at)
        .limit(1)
    )
    return at
