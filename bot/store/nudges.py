"""Queries for what comes unasked: who may be disturbed, and what goes into the outbox to be made when it is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from bot.mentoring import rhythm
from bot.mentoring.nudges import Moment
from bot.store import tables as t
from bot.store.columns import moment
from bot.store.door import Tx
from bot.store.due import Due
from bot.store.given import NUMBER, Given
from bot.store.mail import NEVER_LEASED, WAITING

MOMENTS = Given(
    ["id"],
    lambda given: (
        sa.select(
            t.people.c.id,
            t.people.c.rhythm,
            sa.type_coerce(t.people.c.nudged_at, NUMBER),
            t.people.c.unanswered,
            sa.type_coerce(t.talks.c.touched_at, NUMBER),
        )
        .select_from(
            t.people.outerjoin(
                t.talks,
                sa.and_(t.talks.c.person_id == t.people.c.id, t.talks.c.open, t.talks.c.name != sa.bindparam("menu")),
            )
        )
        .where(t.people.c.id.in_(sa.select(given.c.id)))
    ),
)


async def moments(tx: Tx, person_ids: Sequence[int], menu: str) -> dict[int, Moment]:
    """How these women stand: the same moment for all who stand alike. menu: the talk in which she only waits."""
    rows, same = (await MOMENTS.run(tx, person_ids, menu=menu)).all(), cache(standing)
    return {row[0]: same(*row[1:]) for row in rows}


def standing(written: str, nudged_at: int | None, unanswered: int, touched_at: int | None) -> Moment:
    """A row as a moment of hers."""
    nudged, busy = (None if at is None else moment(at) for at in (nudged_at, touched_at))
    return Moment(rhythm.read(written), nudged, unanswered, busy)


def queue_statement(given: Any) -> sa.Insert:
    """A row of the outbox for each thing due to somebody who can be reached, at the phone that she used last."""
    phone, newer = t.addresses, t.addresses.alias("newer")
    used_later = sa.exists().where(
        newer.c.person_id == phone.c.person_id,
        newer.c.left_at.is_(None),
        sa.tuple_(newer.c.heard_at, newer.c.id) > sa.tuple_(phone.c.heard_at, phone.c.id),
    )
    now = sa.bindparam("now", type_=t.Moment)
    values = {
        "person_id": t.due.c.person_id,
        "channel": phone.c.channel,
        "recipient": phone.c.lookup,
        "address": phone.c.sealed,
        "kind": sa.bindparam("kind", type_=sa.Text()),
        "about": t.due.c.about,
        "state": sa.literal(WAITING),
        "not_before": now,
        "leased_until": sa.literal(NEVER_LEASED, t.Moment),
        "created_at": now,
    }
    rows = (
        sa.select(*values.values())
        .select_from(t.due.join(phone, phone.c.person_id == t.due.c.person_id))
        .where(t.due.c.id.in_(sa.select(given.c.id)), phone.c.left_at.is_(None), ~used_later)
        .order_by(t.due.c.id)
    )
    return sa.insert(t.outbox).from_select(list(values), rows).returning(t.outbox.c.person_id)


QUEUE = Given(["id"], queue_statement)
MARK = Given(
    ["id"],
    lambda given: (
        sa.update(t.people)
        .where(t.people.c.id.in_(sa.select(given.c.id)))
        .values(nudged_at=sa.bindparam("now"), unanswered=t.people.c.unanswered + sa.bindparam("asked"))
    ),
)


async def queue(tx: Tx, kind: str, claimed: Collection[Due], now: datetime, *, asks: bool) -> bool:
    """Put a nudge of this kind into the outbox for each of these, which are due to different women, for the phone that
    she used last, and note that something came to her; gives whether anybody could be reached. The message is made when
    it is sent. asks: she leaves one more check-in unanswered until she writes."""
    reached = (await QUEUE.run(tx, [one.id for one in claimed], kind=kind, now=now)).scalars().all()
    if reached:
        await MARK.run(tx, reached, now=now, asked=int(asks))
    return bool(reached)


async def queued_at(tx: Tx, person_id: int, kind: str, about: int) -> datetime | None:
    """When a nudge that waits in the outbox was put there, UTC; None where none waits."""
    which = (t.outbox.c.person_id == person_id, t.outbox.c.state == WAITING)
    found: datetime | None = await tx.conn.scalar(
        sa.select(sa.func.min(t.outbox.c.created_at)).where(*which, t.outbox.c.kind == kind, t.outbox.c.about == about)
    )
    return found


async def nothing_came(tx: Tx, person_id: int, queued_at: datetime | None, *, counts: bool) -> None:
    """What was queued for her at `queued_at` does not go out: something else may come that day. counts: it was noted as
    a check-in that she leaves unanswered."""
    hers = sa.update(t.people).where(t.people.c.id == person_id)
    await tx.conn.execute(hers.where(t.people.c.nudged_at == queued_at).values(nudged_at=None))
    if counts:
        await tx.conn.execute(hers.where(t.people.c.unanswered > 0).values(unanswered=t.people.c.unanswered - 1))
