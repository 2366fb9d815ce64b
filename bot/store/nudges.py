"""Queries for what comes unasked: who may be disturbed, and what goes into the outbox to be made when it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.mentoring import rhythm
from bot.mentoring.nudges import Moment
from bot.store import tables as t
from bot.store.door import Tx
from bot.store.due import Due
from bot.store.mail import NEVER_LEASED, WAITING

MOMENTS = (
    sa.select(t.people.c.id, t.people.c.rhythm, t.people.c.nudged_at, t.people.c.unanswered, t.talks.c.touched_at)
    .select_from(
        t.people.outerjoin(
            t.talks,
            sa.and_(t.talks.c.person_id == t.people.c.id, t.talks.c.open, t.talks.c.name != sa.bindparam("menu")),
        )
    )
    .where(t.people.c.id.in_(sa.bindparam("ids", expanding=True)))
)


async def moments(tx: Tx, person_ids: Sequence[int], menu: str) -> dict[int, Moment]:
    """How these women stand. menu: the talk in which she only waits."""
    rows = await tx.conn.execute(MOMENTS, {"ids": person_ids, "menu": menu})
    return {
        row.id: Moment(rhythm.read(row.rhythm), row.nudged_at, row.unanswered, row.touched_at) for row in rows.all()
    }


ADDRESSES = (
    sa.select(t.addresses.c.person_id, t.addresses.c.channel, t.addresses.c.lookup, t.addresses.c.sealed)
    .where(t.addresses.c.person_id.in_(sa.bindparam("ids", expanding=True)), t.addresses.c.left_at.is_(None))
    .order_by(t.addresses.c.heard_at, t.addresses.c.id)
)


async def queue(tx: Tx, nudges: Mapping[int, Due], now: datetime) -> list[int]:
    """Put one nudge for each of these persons (by id) into the outbox, for the phone that she used last; gives who
    could be reached. The message is made when it is sent."""
    rows = (await tx.conn.execute(ADDRESSES, {"ids": list(nudges)})).all() if nudges else []
    phones = {row.person_id: row for row in rows}  # the last one wins: the phone heard last
    await tx.many(
        sa.insert(t.outbox),
        [
            {
                "person_id": person_id,
                "channel": row.channel,
                "recipient": row.lookup,
                "address": row.sealed,
                "state": WAITING,
                "not_before": now,
                "leased_until": NEVER_LEASED,
                "created_at": now,
                "kind": nudges[person_id].kind,
                "about": nudges[person_id].about,
            }
            for person_id, row in phones.items()
        ],
    )
    return list(phones)


MARK = sa.update(t.people).where(t.people.c.id == sa.bindparam("the_id"))


async def mark(tx: Tx, nudged: Mapping[int, int], now: datetime) -> None:
    """Note that something came unasked to these persons (by id) at `now`, and how many they now leave unanswered."""
    await tx.many(
        MARK.values(nudged_at=sa.bindparam("at"), unanswered=sa.bindparam("left")),
        [{"the_id": person, "at": now, "left": unanswered} for person, unanswered in nudged.items()],
    )


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


async def plan_all(tx: Tx, rows: Sequence[Due]) -> None:
    """Plan many things that are not planned yet, in one statement."""
    await tx.many(
        sa.insert(t.due),
        [
            {"kind": one.kind, "about": one.about, "person_id": one.person_id, "at": one.at, "tries": one.tries}
            for one in rows
        ],
    )
