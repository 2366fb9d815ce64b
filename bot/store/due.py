"""What the clock owes: a row for each thing that is due, claimed in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.door import Tx


@dataclass(frozen=True, slots=True)
class Due:
    """Something due to a person: a notice or deed of bot.affairs by its `kind`, and the id that it is about (0 for
    none). tries: how often it failed before."""

    kind: str
    about: int
    person_id: int
    at: datetime
    tries: int = 0


async def plan(tx: Tx, kind: str, about: int, person_id: int, at: datetime, *, tries: int = 0) -> None:
    """Note that this is due at `at` (UTC). The same kind about the same for the same woman is due only once: at the
    time that was given last."""
    await tx.conn.execute(
        sa.delete(t.due).where(t.due.c.kind == kind, t.due.c.about == about, t.due.c.person_id == person_id)
    )
    await tx.conn.execute(sa.insert(t.due).values(kind=kind, about=about, person_id=person_id, at=at, tries=tries))


async def cancel(tx: Tx, kinds: Collection[str], about: int, person_id: int | None = None) -> None:
    """Nothing of these kinds is due about this any more, to nobody or not to this person."""
    which = [t.due.c.kind.in_(kinds), t.due.c.about == about]
    if person_id is not None:
        which.append(t.due.c.person_id == person_id)
    await tx.conn.execute(sa.delete(t.due).where(*which))


def claim_statement(postgres: bool) -> sa.Delete:
    """Take all that is due to those who have waited longest. On PostgreSQL their rows are locked, so that one process
    has all that is due to one woman; others take others, and who is just being answered comes next time."""
    oldest = sa.select(t.due.c.person_id).where(t.due.c.at <= sa.bindparam("now")).order_by(t.due.c.at, t.due.c.id)
    oldest = oldest.limit(sa.bindparam("most"))
    if postgres:
        locked = oldest.join(t.people).with_for_update(of=t.people, key_share=True, skip_locked=True)
        oldest = sa.select(locked.cte("locked").c.person_id)
    return sa.delete(t.due).where(t.due.c.person_id.in_(oldest.scalar_subquery()), t.due.c.at <= sa.bindparam("now"))


CLAIM = {postgres: claim_statement(postgres).returning(t.due) for postgres in (False, True)}


async def claim(tx: Tx, now: datetime, most: int) -> list[Due]:
    """Take what is due, oldest first: up to `most` things, and whatever else is due to the same women, so that all of
    it can be weighed together. It is gone when this transaction commits: it must be done in it, or planned anew."""
    rows = await tx.conn.execute(CLAIM[tx.postgres], {"now": now, "most": most})
    found = sorted(rows.all(), key=lambda row: (row.at, row.id))
    return [Due(row.kind, row.about, row.person_id, row.at, row.tries) for row in found]
