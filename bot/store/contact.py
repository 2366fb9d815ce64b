"""Queries on when somebody was in touch: the two of a pair with each other, and what is planned for her."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.mentoring.meetings import MeetingState
from bot.store import tables as t
from bot.store.door import Tx
from bot.store.pairs import PairRow
from bot.store.relay import DELIVERED


async def planned(tx: Tx, person_id: int, kind: str, about: int = 0) -> datetime | None:
    """When this is due to her, UTC; None where it is not."""
    d = t.due.c
    at: datetime | None = await tx.conn.scalar(
        sa.select(d.at).where(d.person_id == person_id, d.kind == kind, d.about == about)
    )
    return at


async def unanswered(tx: Tx, pair: PairRow) -> bool:
    """Whether the mentee has written last: something of hers is across or under way, and nothing of the mentor came
    after it."""
    r = t.relayed.c
    hers = sa.select(sa.func.max(r.id)).where(r.pair_id == pair.id, r.sender_id == pair.mentor_id).scalar_subquery()
    waits = sa.select(r.id).where(
        r.pair_id == pair.id,
        r.sender_id == pair.mentee_id,
        r.state.in_(DELIVERED),
        r.id > sa.func.coalesce(hers, 0),
    )
    return await tx.conn.scalar(waits.limit(1)) is not None


async def in_touch_since(tx: Tx, pair_id: int, moment: datetime) -> bool:
    """Whether one of the two has written after this moment (UTC), or they have met, or will meet."""
    r, m = t.relayed.c, t.meetings.c
    word = sa.select(r.id).where(r.pair_id == pair_id, r.at > moment)
    stands = m.state.in_((MeetingState.PROPOSED.value, MeetingState.AGREED.value, MeetingState.PAST.value))
    met = sa.select(m.id).where(m.pair_id == pair_id, stands, sa.func.coalesce(m.at, m.created_at) > moment)
    return bool(await tx.conn.scalar(sa.select(sa.or_(word.exists(), met.exists()))))


async def next_opener(tx: Tx, pair_id: int) -> int:
    """How many questions to begin with were brought in this pair before this one; from now on it counts too."""
    count: int | None = await tx.conn.scalar(
        sa.update(t.pairs)
        .where(t.pairs.c.id == pair_id)
        .values(openers=t.pairs.c.openers + 1)
        .returning(t.pairs.c.openers)
    )
    return (count or 1) - 1
