"""Queries on profiles and on mentors: what both sides tell of themselves, and how far a mentor is on her path."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.profiles import FEWEST_PLACES, Profile
from bot.store import tables as t
from bot.store.door import Tx


@dataclass(frozen=True, slots=True)
class MentorRow:
    """A mentor as she is kept. `paused_until` is UTC; None: no pause."""

    person_id: int
    state: MentorState = MentorState.APPLYING
    places: int = FEWEST_PLACES
    paused_until: datetime | None = None
    file: MentorFile = field(default_factory=MentorFile)


async def profile_of(tx: Tx, person_id: int) -> Profile:
    """Her profile; an empty one where she has told nothing yet."""
    sealed = await tx.conn.scalar(sa.select(t.profiles.c.sealed).where(t.profiles.c.person_id == person_id))
    return Profile() if sealed is None else tx.vault.open_json(sealed, Profile)


async def save_profile(tx: Tx, person_id: int, profile: Profile, now: datetime) -> None:
    """Keep her profile. Where she is a mentor, matching sees the new one."""
    values = {"sealed": tx.vault.seal_json(profile), "changed_at": now}
    changed = await tx.conn.execute(sa.update(t.profiles).where(t.profiles.c.person_id == person_id).values(**values))
    if not changed.rowcount:
        await tx.conn.execute(sa.insert(t.profiles).values(person_id=person_id, **values))
    await touch(tx, person_id, now)


async def mentor_row(tx: Tx, person_id: int, *, lock: bool = False) -> MentorRow | None:
    """A mentor, or None for who never applied. With `lock` nobody else decides upon her until this transaction ends."""
    asked = sa.select(t.mentors).where(t.mentors.c.person_id == person_id)
    if lock and tx.postgres:
        asked = asked.with_for_update()
    row = (await tx.conn.execute(asked)).one_or_none()
    if row is None:
        return None
    file = tx.vault.open_json(row.sealed, MentorFile)
    return MentorRow(row.person_id, MentorState(row.state), row.places, row.paused_until, file)


async def save_mentor(tx: Tx, row: MentorRow, now: datetime) -> None:
    """Keep a mentor, new or changed; matching sees her as she is now."""
    values = {
        "state": row.state.value,
        "places": row.places,
        "paused_until": row.paused_until,
        "sealed": tx.vault.seal_json(row.file),
        "changed_at": now,
    }
    here = t.mentors.c.person_id == row.person_id
    changed = await tx.conn.execute(sa.update(t.mentors).where(here).values(**values))
    if not changed.rowcount:
        await tx.conn.execute(sa.insert(t.mentors).values(person_id=row.person_id, **values))


async def touch(tx: Tx, mentor_id: int, now: datetime) -> None:
    """Something about this mentor changed that matching must see (her profile, pairs, open requests); nothing for who
    is no mentor."""
    await tx.conn.execute(sa.update(t.mentors).where(t.mentors.c.person_id == mentor_id).values(changed_at=now))
