"""What the clock owes: a row for each thing that is due, claimed and done in one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache

import msgspec
import sqlalchemy as sa

from bot.store import tables as t
from bot.store.columns import micros, moment
from bot.store.door import Tx
from bot.store.given import NUMBER, Given


class Due(msgspec.Struct, frozen=True, gc=False):
    """Something due to a person: a notice or deed of bot.affairs by its `kind`, and the id that it is about (0 for
    none). tries: how often it failed before. id: of its row, where it was claimed."""

    kind: str
    about: int
    person_id: int
    at: datetime
    tries: int = 0
    id: int = 0


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


def claim_statement(postgres: bool) -> sa.Select[int]:
    """Those to whom something is due, who have waited longest first. On PostgreSQL their rows are locked, so that one
    process has all that is due to one woman; others take others, and who is just being answered comes next time."""
    oldest = sa.select(t.due.c.person_id).where(t.due.c.at <= sa.bindparam("now")).order_by(t.due.c.at)
    oldest = oldest.limit(sa.bindparam("most"))  # of one moment any: its index knows no further order
    return oldest.join(t.people).with_for_update(of=t.people, key_share=True, skip_locked=True) if postgres else oldest


CLAIM = {postgres: claim_statement(postgres) for postgres in (False, True)}
# Plain numbers, and nothing made anew for each row: a million of them come in one evening.
ROW = (t.due.c.kind, t.due.c.about, t.due.c.person_id, sa.type_coerce(t.due.c.at, NUMBER), t.due.c.tries, t.due.c.id)
THEIRS = Given(
    ["id"],
    lambda given: (
        sa.select(*ROW)
        .where(t.due.c.person_id.in_(sa.select(given.c.id)), t.due.c.at <= sa.bindparam("now"))
        .order_by(t.due.c.at, t.due.c.id)
    ),
)


async def claim(tx: Tx, now: datetime, most: int) -> list[Due]:
    """What is due, oldest first: up to `most` things, and whatever else is due to the same women, so that all of it can
    be weighed together. All of it must be `done` or moved (`move`) in this transaction."""
    people = set((await tx.conn.scalars(CLAIM[tx.postgres], {"now": now, "most": most})).all())
    if not people:
        return []
    rows, same = (await THEIRS.run(tx, sorted(people), now=now)).all(), cache(moment)
    return [Due(kind, about, person, same(at), tries, number) for kind, about, person, at, tries, number in rows]


DONE = Given(["id"], lambda given: sa.delete(t.due).where(t.due.c.id.in_(sa.select(given.c.id))))
MOVE = Given(
    ["id", "at"],
    lambda given: sa.update(t.due).where(t.due.c.id == given.c.id).values(at=sa.type_coerce(given.c.at, NUMBER)),
)


async def done(tx: Tx, claimed: Collection[Due]) -> None:
    """These are due no more."""
    if claimed:
        await DONE.run(tx, [one.id for one in claimed])


async def move(tx: Tx, claimed: Collection[tuple[Due, datetime]]) -> None:
    """These are due again, each at its moment (UTC)."""
    if claimed:
        await MOVE.run(tx, [one.id for one, _at in claimed], [micros(at) for _one, at in claimed])
