"""Queries for what comes unasked: who may be disturbed, and what goes into the outbox to be made when it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.mentoring import rhythm
from bot.mentoring.nudges import Moment
from bot.store import tables as t
from bot.store.door import Tx
from bot.store.given import NUMBER, TEXT, Given
from bot.store.mail import NEVER_LEASED, WAITING

MOMENTS = Given(
    {"id": NUMBER},
    lambda given: (
        sa.select(t.people.c.id, t.people.c.rhythm, t.people.c.nudged_at, t.people.c.unanswered, t.talks.c.touched_at)
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
    """How these women stand. menu: the talk in which she only waits."""
    rows = await MOMENTS.run(tx, [(person,) for person in person_ids], menu=menu)
    return {row.id: Moment(rhythm.read(row.rhythm), row.nudged_at, row.unanswered, row.touched_at) for row in rows}


def queue_statement(given: Any) -> sa.Insert:
    """A row of the outbox for each given nudge to somebody who can be reached, at the phone that she used last."""
    phone, newest = t.addresses, t.addresses.alias("newest")
    last = (
        sa.select(newest.c.id)
        .where(newest.c.person_id == given.c.person_id, newest.c.left_at.is_(None))
        .order_by(newest.c.heard_at.desc(), newest.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    now = sa.bindparam("now", type_=t.Moment)
    values = {
        "person_id": given.c.person_id,
        "channel": phone.c.channel,
        "recipient": phone.c.lookup,
        "address": phone.c.sealed,
        "kind": given.c.kind,
        "about": given.c.about,
        "state": sa.literal(WAITING),
        "not_before": now,
        "leased_until": sa.literal(NEVER_LEASED, t.Moment),
        "created_at": now,
    }
    rows = sa.select(*values.values()).select_from(given.join(phone, phone.c.id == last))
    return sa.insert(t.outbox).from_select(list(values), rows).returning(t.outbox.c.person_id)


QUEUE = Given({"person_id": NUMBER, "kind": TEXT, "about": NUMBER}, queue_statement)


async def queue(tx: Tx, nudges: Mapping[int, tuple[str, int]], now: datetime) -> list[int]:
    """Put one nudge (kind, about) for each of these persons (by id) into the outbox, for the phone that she used last;
    gives who could be reached. The message is made when it is sent."""
    if not nudges:
        return []
    return list((await QUEUE.run(tx, [(person, *what) for person, what in nudges.items()], now=now)).scalars())


MARK = Given(
    {"id": NUMBER, "left": NUMBER},
    lambda given: (
        sa.update(t.people)
        .where(t.people.c.id == given.c.id)
        .values(nudged_at=sa.bindparam("now"), unanswered=given.c.left)
    ),
)


async def mark(tx: Tx, nudged: Mapping[int, int], now: datetime) -> None:
    """Note that something came unasked to these persons (by id) at `now`, and how many they now leave unanswered."""
    if nudged:
        await MARK.run(tx, list(nudged.items()), now=now)


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
