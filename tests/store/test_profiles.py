"""Profiles and mentors are kept and found again, sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.profiles import Field, Level, Profile
from bot.store import people
from bot.store import tables as t
from bot.store.door import Store, Tx
from bot.store.profiles import MentorRow, mentor_row, profile_of, save_mentor, save_profile, touch

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
PROFILE = Profile(languages={"ti": Level.MOTHER}, knows=frozenset({Field.CARE}), commune="ixelles", region="brussels")
MENTOR = MentorFile(applied_at=NOW, code_at=NOW, code_version="2026-11", story="I came alone.", overcame=("money",))


async def somebody(tx: Tx) -> int:
    return (await people.welcome(tx, "stage", "fictive phone", "en", NOW)).person.id


async def changed_at(tx: Tx, table: sa.Table) -> datetime | None:
    return await tx.conn.scalar(sa.select(table.c.changed_at))


async def test_a_profile_is_empty_then_kept_then_changed(store: Store) -> None:
    async with store.begin() as tx:
        her = await somebody(tx)
        assert await profile_of(tx, her) == Profile()
        await save_profile(tx, her, PROFILE, NOW)
        assert await profile_of(tx, her) == PROFILE
        await save_profile(tx, her, Profile(), LATER)
    async with store.begin() as tx:
        assert await profile_of(tx, her) == Profile()
        assert await changed_at(tx, t.profiles) == LATER
        assert await profile_of(tx, her + 1) == Profile()


async def test_a_mentor_is_kept_with_everything(store: Store) -> None:
    async with store.begin() as tx:
        her = await somebody(tx)
        assert await mentor_row(tx, her) is None
        row = MentorRow(her, MentorState.WAITING, 3, LATER, MENTOR)
        await save_mentor(tx, row, NOW)
        assert await mentor_row(tx, her, lock=True) == row
        await save_mentor(tx, replace(row, state=MentorState.LEFT, paused_until=None), LATER)
    async with store.begin() as tx:
        assert await mentor_row(tx, her) == MentorRow(her, MentorState.LEFT, 3, None, MENTOR)
        assert await changed_at(tx, t.mentors) == LATER


async def test_matching_sees_a_new_profile_of_a_mentor(store: Store) -> None:
    async with store.begin() as tx:
        her = await somebody(tx)
        await save_mentor(tx, MentorRow(her), NOW)
        await save_profile(tx, her, PROFILE, LATER)
        assert await changed_at(tx, t.mentors) == LATER
        await touch(tx, her, NOW)
        assert await changed_at(tx, t.mentors) == NOW
        await touch(tx, her + 1, LATER)  # no mentor: nothing
        assert await changed_at(tx, t.mentors) == NOW


async def test_what_she_tells_is_sealed(store: Store) -> None:
    async with store.begin() as tx:
        her = await somebody(tx)
        await save_profile(tx, her, PROFILE, NOW)
        await save_mentor(tx, MentorRow(her, file=MENTOR), NOW)
        profile = await tx.conn.scalar(sa.select(t.profiles.c.sealed))
        mentor = await tx.conn.scalar(sa.select(t.mentors.c.sealed))
    assert profile is not None
    assert mentor is not None
    assert b"ixelles" not in profile
    assert b"alone" not in mentor
