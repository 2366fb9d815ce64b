"""Queries on pairs and on what each side says at their end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.mentoring.mentorship import LIVING, Feedback, Pair, PairFile, PairState, PairTrouble, Side
from bot.store import people
from bot.store import tables as t
from bot.store.door import Tx

ALIVE = t.pairs.c.state.in_([state.value for state in LIVING])


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair as it is kept; `bot.mentoring.mentorship.Pair` is what one of the two sees of it. Moments are UTC."""

    id: int
    mentee_id: int
    mentor_id: int
    state: PairState
    file: PairFile
    began_at: datetime
    changed_at: datetime
    ended_at: datetime | None = None

    @property
    def living(self) -> bool:
        """Whether they are (still) a pair."""
        return self.state in LIVING

    @property
    def asks_feedback(self) -> bool:
        """Whether both are asked how it was: they were connected, it is over, and it ended for no reason of safety."""
        return not self.living and self.file.trial_at is not None and not self.file.reason

    def person(self, side: Side) -> int:
        """The id of the woman on this side."""
        return self.mentee_id if side is Side.MENTEE else self.mentor_id

    def side(self, person_id: int) -> Side | None:
        """The side this woman is on; None where it is not her pair."""
        return {self.mentee_id: Side.MENTEE, self.mentor_id: Side.MENTOR}.get(person_id)


async def add(tx: Tx, mentee_id: int, mentor_id: int, now: datetime) -> int:
    """A new pair whose two women still have to agree; gives its id. Raises PairTrouble where the mentee is in a living
    pair: the database holds to that, whoever comes at the same moment."""
    savepoint = await tx.conn.begin_nested()
    try:
        pair_id: int | None = await tx.conn.scalar(
            sa.insert(t.pairs)
            .values(
                mentee_id=mentee_id,
                mentor_id=mentor_id,
                state=PairState.AGREEING.value,
                sealed=tx.vault.seal_json(PairFile()),
                began_at=now,
                changed_at=now,
            )
            .returning(t.pairs.c.id)
        )
    except sa.exc.IntegrityError as trouble:
        await savepoint.rollback()
        raise PairTrouble(f"no pair can begin for mentee {mentee_id} with mentor {mentor_id}") from trouble
    await savepoint.commit()
    assert pair_id is not None
    return pair_id


async def get(tx: Tx, pair_id: int, *, lock: bool = False) -> PairRow | None:
    """A pair by id. lock: nobody else decides upon it until this transaction ends (PostgreSQL; SQLite has one writer).
    The mentor's row is locked before it, so that everybody locks in one order."""
    query = sa.select(t.pairs).where(t.pairs.c.id == pair_id)
    if lock and tx.postgres:
        hers = sa.select(t.pairs.c.mentor_id).where(t.pairs.c.id == pair_id).scalar_subquery()
        await tx.conn.execute(sa.select(t.mentors.c.person_id).where(t.mentors.c.person_id == hers).with_for_update())
        query = query.with_for_update()
    row = (await tx.conn.execute(query)).one_or_none()
    return None if row is None else read(tx, row)


def read(tx: Tx, row: Any) -> PairRow:
    """The pair of a row."""
    return PairRow(
        row.id, row.mentee_id, row.mentor_id, PairState(row.state), tx.vault.open_json(row.sealed, PairFile),
        row.began_at, row.changed_at, row.ended_at,
    )  # fmt: skip


async def save(tx: Tx, pair: PairRow, now: datetime) -> None:
    """Keep what changed of a pair."""
    await tx.conn.execute(
        sa.update(t.pairs)
        .where(t.pairs.c.id == pair.id)
        .values(state=pair.state.value, sealed=tx.vault.seal_json(pair.file), changed_at=now, ended_at=pair.ended_at)
    )


async def living_of(tx: Tx, person_id: int, side: Side | None = None) -> tuple[PairRow, ...]:
    """Her living pairs, on either side or on this one, oldest first."""
    hers = {Side.MENTEE: t.pairs.c.mentee_id == person_id, Side.MENTOR: t.pairs.c.mentor_id == person_id}
    which = sa.or_(*hers.values()) if side is None else hers[side]
    rows = await tx.conn.execute(sa.select(t.pairs).where(which, ALIVE).order_by(t.pairs.c.id))
    return tuple(read(tx, row) for row in rows)


async def ends_untold(tx: Tx, person_id: int) -> tuple[PairRow, ...]:
    """Her pairs that are over while the other one has not been told so yet."""
    hers = (t.pairs.c.mentee_id == person_id) | (t.pairs.c.mentor_id == person_id)
    waits = sa.select(t.due.c.id).where(
        t.due.c.kind == "pair_over", t.due.c.about == t.pairs.c.id, t.due.c.person_id != person_id
    )
    rows = await tx.conn.execute(sa.select(t.pairs).where(hers, waits.exists()).order_by(t.pairs.c.id))
    return tuple(read(tx, row) for row in rows)


async def taken(tx: Tx, mentor_id: int) -> int:
    """How many places of hers are taken."""
    count = await tx.conn.scalar(sa.select(sa.func.count()).where(t.pairs.c.mentor_id == mentor_id, ALIVE))
    return count or 0


# --- as one of the two sees it ------------------------------------------------------------------------------------


async def seen(tx: Tx, row: PairRow, person_id: int) -> Pair | None:
    """A pair as this woman sees it; None where it is not hers."""
    side = row.side(person_id)
    if side is None:
        return None
    other = await people.get(tx, row.person(side.other))
    alias = other.alias if other is not None else ""
    return Pair(row.id, row.state, side, alias, row.person(side.other), row.began_at, row.file.seen_by(side))


async def pair_of(tx: Tx, person_id: int, pair_id: int) -> Pair | None:
    """One pair of hers, living or not; None where it is not hers."""
    row = await get(tx, pair_id)
    return None if row is None else await seen(tx, row, person_id)


async def pairs_of(tx: Tx, person_id: int) -> tuple[Pair, ...]:
    """Her living pairs as she sees them, oldest first."""
    found: Iterable[Pair | None] = [await seen(tx, row, person_id) for row in await living_of(tx, person_id)]
    return tuple(pair for pair in found if pair is not None)


# --- feedback -----------------------------------------------------------------------------------------------------


async def save_feedback(tx: Tx, pair_id: int, person_id: int, said: Feedback, now: datetime) -> bool:
    """Keep what she says at the end; False where she has said it before: then that stays."""
    if await feedback_of(tx, pair_id, person_id) is not None:
        return False
    await tx.conn.execute(
        sa.insert(t.feedback).values(pair_id=pair_id, person_id=person_id, sealed=tx.vault.seal_json(said), at=now)
    )
    return True


async def feedback_of(tx: Tx, pair_id: int, person_id: int) -> Feedback | None:
    """What she said at the end; None where she has not."""
    sealed = await tx.conn.scalar(
        sa.select(t.feedback.c.sealed).where(t.feedback.c.pair_id == pair_id, t.feedback.c.person_id == person_id)
    )
    return None if sealed is None else tx.vault.open_json(sealed, Feedback)
