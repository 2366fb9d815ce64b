"""Queries on introductions, and on the links by which a mentor's contact comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.mentoring.meetings import IntroductionFile, IntroductionState
from bot.store import tables as t
from bot.store.door import Tx

PURPOSE = "introduced"  # of the invitation behind such a link: the talk that it opens
# What can still come of one that is over.
UNTOLD = ("introduction_made", "introduction_done", "introduction_reach", "introduction_closed", "introduction_over")


@dataclass(frozen=True, slots=True)
class IntroductionRow:
    """An introduction as it is kept. contact_id: None until somebody came by the link. Moments are UTC."""

    id: int
    pair_id: int
    contact_id: int | None
    state: IntroductionState
    file: IntroductionFile
    created_at: datetime


def read(tx: Tx, row: Any) -> IntroductionRow:
    """The introduction of a row."""
    file = tx.vault.open_json(row.sealed, IntroductionFile)
    return IntroductionRow(row.id, row.pair_id, row.contact_id, IntroductionState(row.state), file, row.created_at)


async def get(tx: Tx, introduction_id: int, *, lock: bool = False) -> IntroductionRow | None:
    """An introduction by id. lock: nobody else decides upon it until this transaction ends (PostgreSQL)."""
    query = sa.select(t.introductions).where(t.introductions.c.id == introduction_id)
    if lock and tx.postgres:
        query = query.with_for_update()
    row = (await tx.conn.execute(query)).one_or_none()
    return None if row is None else read(tx, row)


async def of_pair(tx: Tx, pair_id: int) -> list[IntroductionRow]:
    """All introductions of a pair, oldest first."""
    query = sa.select(t.introductions).where(t.introductions.c.pair_id == pair_id).order_by(t.introductions.c.id)
    return [read(tx, row) for row in await tx.conn.execute(query)]


async def add(tx: Tx, pair_id: int, file: IntroductionFile, now: datetime) -> int:
    """A new introduction; gives its id."""
    introduction_id: int | None = await tx.conn.scalar(
        sa.insert(t.introductions)
        .values(pair_id=pair_id, state=IntroductionState.OFFERED.value, sealed=tx.vault.seal_json(file), created_at=now)
        .returning(t.introductions.c.id)
    )
    assert introduction_id is not None
    return introduction_id


async def save(tx: Tx, row: IntroductionRow) -> None:
    """Keep what changed of an introduction."""
    await tx.conn.execute(
        sa.update(t.introductions)
        .where(t.introductions.c.id == row.id)
        .values(contact_id=row.contact_id, state=row.state.value, sealed=tx.vault.seal_json(row.file))
    )


async def forget_before(tx: Tx, moment: datetime) -> None:
    """Retention: introductions from before this moment are deleted once they are over and nothing of them is due. What
    was made, or did not come about, is told long before."""
    i = t.introductions.c
    over = i.state.in_((IntroductionState.ACCEPTED.value, IntroductionState.CLOSED.value))
    waits = sa.select(t.due.c.id).where(t.due.c.kind.in_(UNTOLD), t.due.c.about == i.id)
    await tx.conn.execute(sa.delete(t.introductions).where(over, i.created_at < moment, ~waits.exists()))


# --- the link -----------------------------------------------------------------------------------------------------

LINK = (t.invites.c.purpose == PURPOSE, t.invites.c.about == sa.bindparam("the_about"))


async def link_used(tx: Tx, introduction_id: int) -> bool:
    """Whether somebody has just come by the link of this introduction."""
    left = await tx.conn.scalar(sa.select(t.invites.c.uses_left).where(*LINK), {"the_about": introduction_id})
    return left == 0


async def give_back(tx: Tx, introduction_id: int) -> None:
    """The link can be used once more: by the contact, who may come again; to others it opens nothing."""
    await tx.conn.execute(sa.update(t.invites).where(*LINK).values(uses_left=1), {"the_about": introduction_id})


async def close_link(tx: Tx, introduction_id: int) -> None:
    """Nobody comes by this link any more."""
    await tx.conn.execute(sa.delete(t.invites).where(*LINK), {"the_about": introduction_id})
