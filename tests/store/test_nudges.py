"""Queries of the clock: what is claimed, how each woman stands, what is queued for which phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from bot.dialogue.replay import Journal
from bot.mentoring.nudges import Moment
from bot.mentoring.rhythm import Rhythm
from bot.store import due, nudges, people
from bot.store import tables as t
from bot.store.door import Store, Tx
from bot.store.due import Due
from bot.store.people import KeptTalk
from bot.store.schema import migrate
from bot.vault import Vault

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def claimed(tx: Tx, now: datetime, most: int) -> list[Due]:
    """What is claimed, whatever the ids of the rows."""
    return [msgspec.structs.replace(one, id=0) for one in await due.claim(tx, now, most)]


async def woman(tx: Tx, address: str = "fictional-1") -> int:
    return (await people.welcome(tx, "telegram", address, "en", NOW)).person.id


async def due_to(tx: Tx, *women: int) -> list[Due]:
    """Something that is due to each of them."""
    for her in women:
        await due.plan(tx, "check_in", 7, her, NOW)
    return await due.claim(tx, NOW, 9)


async def test_how_she_stands(store: Store) -> None:
    async with store.begin() as tx:
        known = await people.welcome(tx, "telegram", "fictional-1", "en", NOW)
        her, other = known.person.id, await woman(tx, "fictional-2")
        await people.save(tx, [msgspec.structs.replace(known.person, check_in_day=2, paused_until=NOW + HOUR)])
        talk = KeptTalk("abc", "compass", "", True, "", NOW, journal=Journal())
        menu = KeptTalk("abd", "menu", "", True, "", NOW, journal=Journal())
        await people.save_talks(tx, [(her, talk), (other, menu)], [], [])
        await nudges.queue(tx, "check_in", await due_to(tx, her), NOW, asks=True)
        await nudges.queue(tx, "still_there", await due_to(tx, her), NOW, asks=True)
        await nudges.queue(tx, "pair_chain", await due_to(tx, her), NOW, asks=False)
        found = await nudges.moments(tx, [her, other, 404], "menu")
    assert set(found) == {her, other}
    rhythm = Rhythm(2, paused_until=NOW + HOUR, check_ins=False)  # she has not agreed to take part yet
    assert found[her] == Moment(rhythm, NOW, 2, NOW)
    assert (found[other].busy_at, found[other].nudged_at, found[other].unanswered) == (None, None, 0)


async def test_all_that_is_due_to_her_is_claimed_together(store: Store) -> None:
    async with store.begin() as tx:
        first, second = await woman(tx), await woman(tx, "fictional-2")
        rows = [Due("a", 0, first, NOW - 3 * HOUR), Due("b", 7, second, NOW - 2 * HOUR), Due("c", 0, first, NOW)]
        later = Due("d", 0, first, NOW + HOUR, 3)
        for one in (*rows, later):
            await due.plan(tx, one.kind, one.about, one.person_id, one.at, tries=one.tries)
        assert await due.claim(tx, NOW - 4 * HOUR, 9) == []
        hers = await due.claim(tx, NOW, 1)
        assert [(one.kind, one.at) for one in hers] == [(one.kind, one.at) for one in (rows[0], rows[2])]
        await due.move(tx, [(hers[0], NOW + 2 * HOUR)])
        await due.done(tx, hers[1:])
        assert await claimed(tx, NOW, 9) == [rows[1]]
        await due.done(tx, await due.claim(tx, NOW, 9))
        assert await due.claim(tx, NOW, 1) == []
        assert await claimed(tx, NOW + HOUR, 9) == [later]


@pytest.mark.postgres
async def test_what_another_process_holds_is_left_to_it(postgres_url: str, key: str) -> None:
    store = Store.open(postgres_url, Vault([key]))
    await migrate(store)
    async with store.begin() as tx:
        first, second = await woman(tx), await woman(tx, "fictional-2")
        await due.plan(tx, "a", 0, first, NOW)
        await due.plan(tx, "a", 0, second, NOW)
        await due.plan(tx, "b", 0, first, NOW)
    async with store.begin() as one, store.begin() as other:
        assert [row.kind for row in await due.claim(one, NOW, 1)] == ["a", "b"]
        assert [row.person_id for row in await due.claim(other, NOW, 9)] == [second]
    await store.close()


async def test_it_is_queued_for_the_phone_she_used_last(store: Store) -> None:
    async with store.begin() as tx:
        her = await woman(tx)
        await tx.conn.execute(
            sa.insert(t.addresses).values(
                person_id=her, channel="whatsapp", lookup="newer", sealed=tx.vault.seal("x"), heard_at=NOW + HOUR
            )
        )
        gone = await woman(tx, "fictional-2")
        await people.left(tx, people.lookup_of(tx, "telegram", "fictional-2"), NOW)
        both = await due_to(tx, her, gone)
        assert await nudges.queue(tx, "still_there", both, NOW, asks=True)
        row = (await tx.conn.execute(sa.select(t.outbox))).one()
        assert (row.channel, row.recipient, tx.vault.open(row.address), row.sealed) == ("whatsapp", "newer", "x", None)
        assert (row.person_id, row.kind, row.about, row.created_at) == (her, "still_there", 7, NOW)
        stand = await nudges.moments(tx, [her, gone], "menu")
        assert [(stand[one].nudged_at, stand[one].unanswered) for one in (her, gone)] == [(NOW, 1), (None, 0)]
        assert not await nudges.queue(tx, "still_there", both[1:], NOW, asks=True)
        assert not await nudges.queue(tx, "still_there", [], NOW, asks=True)


async def test_what_was_queued_and_does_not_go_out_is_taken_back(store: Store) -> None:
    async with store.begin() as tx:
        her = await woman(tx)
        await nudges.queue(tx, "check_in", await due_to(tx, her), NOW, asks=True)
        assert await nudges.queued_at(tx, her, "check_in", 7) == NOW
        assert await nudges.queued_at(tx, her, "check_in", 8) is None
        await nudges.nothing_came(tx, her, NOW - HOUR, counts=False)
        assert (await nudges.moments(tx, [her], "menu"))[her].nudged_at == NOW  # something else came
        await nudges.nothing_came(tx, her, NOW, counts=True)
        await nudges.nothing_came(tx, her, NOW, counts=True)
        after = (await nudges.moments(tx, [her], "menu"))[her]
    assert (after.nudged_at, after.unanswered) == (None, 0)
