"""What an older release left undone is due after the migration: check-ins, quiet pairs, mornings of the team."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command

from bot.mentoring.people import Purpose
from bot.store import people, tables
from bot.store.schema import config, migrate
from bot.testing import Stage, rehearsal
from tests.affairs.cast import coordinator, mentor, pair, woman

SUNDAY = datetime(2027, 3, 7, 17, tzinfo=UTC)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def test_who_agreed_before_is_asked_on_her_day_and_nothing_comes_before(stage: Stage) -> None:
    amina, badia, lina = [await woman(stage, f"Fictive {name}") for name in ("Amina", "Badia", "Lina")]
    mona = await mentor(stage, "Fictive Mona")
    number = await pair(amina, mona)
    cora = await coordinator(stage, "Fictive Cora")
    store, now = stage.sorora.store, stage.clock.now()
    persons = {her.id: await her.person() for her in (amina, badia, lina)}
    async with store.begin() as tx:
        for person in persons.values():
            await people.record_consents(tx, person, frozenset(Purpose), "1", "", now)
        await people.record_consents(tx, persons[badia.id], frozenset(), "withdrawn", "", now)
        await people.save(tx, [msgspec.structs.replace(persons[lina.id], check_in_day=2, check_in_at=time(10))])
        await tx.conn.run_sync(lambda connection: command.downgrade(config(connection), "0007"))
        await tx.conn.execute(sa.delete(tables.due))
    await migrate(store)
    await stage.forward()
    async with store.begin() as tx:
        rows = await tx.conn.execute(sa.select(tables.due.c.kind, tables.due.c.person_id, tables.due.c.at))
        found = {(row.kind, row.person_id): row.at for row in rows}
    assert found == {
        ("check_in", amina.id): SUNDAY,
        ("check_in", lina.id): datetime(2027, 3, 3, 9, tzinfo=UTC),
        ("mentor_quiet", mona.id): now + timedelta(days=14),
        ("team_morning", cora.id): datetime(2027, 3, 2, 8, 30, tzinfo=UTC),
    }
    assert number
    assert [seen for phone in stage.phones for seen in phone.chat] == []
    await stage.forward(seconds=(SUNDAY - now).total_seconds())
    assert [seen.text for seen in amina.phone.chat] == ["Hello! How was your week?"]
