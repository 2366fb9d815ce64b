"""Backup and restore on both databases and across; what broke changes nothing; who erased herself stays erased; what
was promised at most once does not come twice."""

# ruff: noqa: ASYNC240  small files of one test block nobody

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.mentoring.people import Person, Purpose
from bot.messages import Message
from bot.store import archive, due, erased, mail, nudges, people, tables
from bot.store import backup as module
from bot.store.backup import BackupTrouble, Restored, backup, restore, seal_anew
from bot.store.door import Store, Tx
from bot.store.schema import migrate, move, up_to_date
from bot.vault import Vault, new_key
from tests.store.filled import NOW, contents, fill

LATER = NOW + timedelta(days=7)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "made-up.backup"


@pytest.fixture
async def other(tmp_path: Path, key: str) -> AsyncIterator[Store]:
    """Another database, on SQLite, with the same key."""
    other = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}", Vault([key]))
    await migrate(other)
    yield other
    await other.close()


async def test_everything_comes_back_as_it_was(store: Store, file: Path) -> None:
    await fill(store, "a", "b", "c")
    before = await contents(store)
    assert all(before.values())
    assert await backup(store, file, NOW) == sum(map(len, before.values()))
    await fill(store, "d")
    assert await contents(store) != before
    assert await restore(store, file, NOW) == Restored(sum(map(len, before.values())), 0, 6, None)
    assert await contents(store) == before
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.glob("*.part")) == []


async def test_from_one_kind_of_database_to_the_other_and_back(store: Store, other: Store, file: Path) -> None:
    await fill(store, "a", "b")
    before = await contents(store)
    await backup(store, file, NOW)
    await restore(other, file, NOW)
    assert await contents(other) == before
    await backup(other, file, NOW)
    await fill(store, "c")
    await restore(store, file, NOW)
    assert await contents(store) == before


async def test_an_empty_database_can_be_kept_and_brought_back(store: Store, other: Store, file: Path) -> None:
    assert await backup(other, file, NOW) == 0
    await fill(store, "a")
    async with store.begin() as tx:
        await tx.conn.execute(sa.delete(tables.tombstones))
    assert await restore(store, file, NOW) == Restored(0, 0, 0, None)
    assert not any((await contents(store)).values())


async def test_many_rows_come_in_parts(store: Store, other: Store, file: Path) -> None:
    async with store.begin() as tx:
        await mail.remember(tx, [("x", str(number)) for number in range(1203)], NOW)
    assert await backup(store, file, NOW) == 1203
    await restore(other, file, NOW)
    assert len((await contents(other))["updates"]) == 1203


async def test_new_rows_get_new_ids_and_messages_ids_that_were_never_used(
    store: Store, other: Store, file: Path
) -> None:
    """A platform may still tell about messages that were sent after the backup was made."""
    await fill(store, "a")
    await backup(store, file, NOW)
    async with store.begin() as tx:
        letter = mail.Letter(1, "x", "l", tx.vault.seal("a"), Message("sent after the backup"))
        await mail.post(tx, [letter] * 50, NOW)
    used = {row[0] for row in (await contents(store))["outbox"]}
    for restored in (store, other):
        await restore(restored, file, NOW)
        await fill(restored, "new")
        found = await contents(restored)
        assert len(found["people"]) == len({row[0] for row in found["people"]}) == 2
        assert not {row[0] for row in found["outbox"][2:]} & used


async def test_a_file_that_is_not_there_is_refused(store: Store, file: Path) -> None:
    with pytest.raises(BackupTrouble):
        await restore(store, file, NOW)


async def test_a_restore_that_breaks_in_the_middle_changes_nothing(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store, "a")
    await backup(store, file, NOW)
    await fill(store, "b")
    before = await contents(store)
    monkeypatch.setattr("bot.store.backup.count_on", lambda _tx: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await restore(store, file, NOW)
    assert await contents(store) == before


async def test_a_backup_that_breaks_leaves_the_last_one(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store, "a")
    await backup(store, file, NOW)
    whole = file.read_bytes()
    monkeypatch.setattr("bot.store.archive.Archive.end", lambda _whole: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await backup(store, file, NOW)
    assert file.read_bytes() == whole


async def test_while_a_backup_is_made_the_bot_goes_on(
    store: Store, database_url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process writes in the middle; the backup is of one moment all the same."""
    await fill(store, "a")
    running = Store.open(database_url, store.vault)
    chunks = 0

    slow = module.chunks

    async def meanwhile(tx: object, table: sa.Table) -> AsyncIterator[list[dict[str, object]]]:
        nonlocal chunks
        chunks += 1
        if chunks == 2:  # the first table has been read
            await fill(running, "b")
        async for part in slow(tx, table):  # type: ignore[arg-type]
            yield part

    monkeypatch.setattr(module, "chunks", meanwhile)
    rows = await backup(store, file, NOW)
    assert len((await contents(store))["people"]) == 2
    monkeypatch.undo()
    assert (await restore(store, file, NOW)).rows == rows
    found = await contents(store)
    assert {len(found[name]) for name in ("people", "addresses", "talks", "goals")} == {1}
    await running.close()


async def test_a_backup_of_an_earlier_release_is_brought_up_to_date(store: Store, other: Store, file: Path) -> None:
    """Migration 0008 plans what older rows lack: a mentor of whom nothing is heard."""
    await fill(store, "a")
    await backup(store, file, NOW)
    earlier, columns = file.with_name("earlier.backup"), await columns_of(other, "0007")
    with archive.writing(earlier) as write:
        whole = archive.Archive(write, store.vault, archive.Made(NOW, "0007"))
        for table, rows in archive.read(file, store.vault):
            whole.add(table, [{name: row[name] for name in columns[table.name]} for row in rows])
        whole.end()
    done = await restore(store, earlier, NOW)
    assert done.rows == whole.rows
    found = await contents(store)
    assert {"hello", "mentor_quiet"} == {row[1] for row in found["due"]}
    assert [len(found[name]) for name in ("people", "pairs", "coordinators", "outbox")] == [1, 1, 1, 2]
    assert await up_to_date(store)


async def columns_of(store: Store, revision: str) -> dict[str, list[str]]:
    """The columns of all tables in an earlier schema."""

    def names(connection: sa.Connection) -> dict[str, list[str]]:
        return {
            name: [str(column["name"]) for column in sa.inspect(connection).get_columns(name)]
            for name in tables.metadata.tables
        }

    async with store.begin() as tx:
        await move(tx, revision)
        return await tx.conn.run_sync(names)


@pytest.mark.postgres
async def test_while_a_restore_is_made_no_other_process_gets_in_between(
    migrated_postgres_url: str, key: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A woman who erased herself just then would be back. (SQLite has one writer at a time anyway.)"""
    store, running = (Store.open(migrated_postgres_url, Vault([key])) for _ in range(2))
    await fill(store, "a")
    await backup(store, file, NOW)
    count_on = module.count_on

    async def meanwhile(tx: Tx) -> None:
        async with running.begin() as other_tx:
            await other_tx.conn.execute(sa.text("SET LOCAL lock_timeout = '20ms'"))
            with pytest.raises(sa.exc.DBAPIError, match="lock timeout"):
                await people.find(other_tx, ["made-up"])
            await other_tx.conn.rollback()
        await count_on(tx)

    monkeypatch.setattr(module, "count_on", meanwhile)
    assert (await restore(store, file, NOW)).rows > 0
    assert await here(running) == ["a"]
    for one in (store, running):
        await one.close()


# --- who erased herself -------------------------------------------------------------------------------------------


async def erase(store: Store, address: str) -> None:
    async with store.begin() as tx:
        found = await people.find(tx, list(tx.vault.lookups(f"x:{address}")))
        (known,) = found.values()
        await people.erase(tx, known.person.id, LATER, tombstone=True)


async def here(store: Store) -> list[str]:
    async with store.begin() as tx:
        rows = await tx.conn.execute(sa.select(tables.addresses.c.sealed))
        return sorted(tx.vault.open(row.sealed) for row in rows)


async def test_who_erased_herself_stays_erased(store: Store, file: Path) -> None:
    await fill(store, "a", "b")
    await backup(store, file, NOW)
    await erase(store, "a")
    assert (await restore(store, file, NOW)).erased == 1
    assert await here(store) == ["b"]
    found = await contents(store)
    assert len(found["consents"]) == 4
    for name in ("people", "talks", "assessments", "goals", "media", "audit", "put_aside"):
        assert len(found[name]) == 1, name
    assert len(found["tombstones"]) == 2
    assert (await restore(store, file, NOW)).erased == 1  # and again


async def test_who_came_back_after_erasing_is_not_erased_by_her_old_wish(store: Store, file: Path) -> None:
    await fill(store, "a")
    await erase(store, "a")
    await fill(store, "a", now=LATER + timedelta(hours=1))
    await backup(store, file, LATER + timedelta(days=1))
    assert (await restore(store, file, NOW)).erased == 0
    assert await here(store) == ["a"]


@pytest.mark.parametrize("order", ["erased, then the key changed", "the key changed, then erased"])
async def test_a_change_of_keys_brings_nobody_back(
    store: Store, database_url: str, key: str, file: Path, order: str
) -> None:
    await fill(store, "a", "b")
    await backup(store, file, NOW)
    newer = Store.open(database_url, Vault([new_key(), key]))
    if order.startswith("erased"):
        await erase(store, "a")
        await seal_anew(newer)
    else:
        await seal_anew(newer)
        await erase(newer, "a")
    assert (await restore(newer, file, NOW)).erased == 1
    assert await here(newer) == ["b"]
    await newer.close()


async def test_a_list_beside_the_backup_tells_a_new_server_who_erased_herself(
    store: Store, other: Store, file: Path, tmp_path: Path
) -> None:
    """The newer backup is lost with the server; its list is not."""
    await fill(store, "a", "b")
    await backup(store, file, NOW)
    await erase(store, "a")
    newer, later = tmp_path / "newer.backup", LATER + timedelta(days=1)
    await backup(store, newer, later)
    newer.unlink()
    done = await restore(other, file, later)
    assert (done.erased, done.until) == (1, later)
    assert await here(other) == ["b"]
    await backup(other, newer, later + timedelta(days=1))  # whoever restores the old one once more still knows of her
    assert (await restore(other, file, later)).erased == 1


async def test_without_the_list_a_new_server_says_up_to_when_it_knows(store: Store, other: Store, file: Path) -> None:
    await fill(store, "a", "b")
    await backup(store, file, NOW)
    file.with_name(erased.NAME).unlink()
    await erase(store, "a")
    done = await restore(other, file, LATER)
    assert (done.erased, done.until) == (0, NOW)
    assert await here(other) == ["a", "b"]


async def test_the_list_says_nothing_without_the_key_and_outlives_a_change_of_keys(
    store: Store, database_url: str, key: str, file: Path
) -> None:
    await fill(store, "a")
    await erase(store, "a")
    await backup(store, file, NOW)
    listed = file.with_name(erased.NAME)
    assert listed.stat().st_mode & 0o777 == 0o600
    whole = listed.read_bytes()
    assert store.vault.lookup("x:a").encode() not in whole
    stranger = Store.open(database_url, Vault([new_key()]))
    with pytest.raises(BackupTrouble, match="erased herself"):
        await backup(stranger, file, NOW)
    assert listed.read_bytes() == whole
    await stranger.close()
    second = new_key()
    newer = Store.open(database_url, Vault([second, key]))
    await backup(newer, file, NOW)
    known = erased.read(file, Vault([second])).tombstones  # the first key may go
    assert known.keys() == {store.vault.lookup("x:a"), store.vault.lookup("x:erased before")}
    await newer.close()


# --- what waited --------------------------------------------------------------------------------------------------


async def test_what_is_promised_at_least_once_waits_again_and_nudges_do_not_come_twice(
    store: Store, file: Path
) -> None:
    """Nobody knows what was sent after the backup. Her check-in of that time is past: the next one comes on its day."""
    await fill(store, "a")
    sunday = NOW.replace(microsecond=0) + timedelta(days=6, hours=8)  # 18:00 in Brussels, the usual check-in
    async with store.begin() as tx:
        await people.save(tx, [Person(1, "ar", adult=True, consents=frozenset({Purpose.TAKE_PART}))])
        await due.plan(tx, "plan_moment", 1, 1, NOW)
        reminder = [one for one in await due.claim(tx, NOW, 99) if one.kind == "plan_moment"]
        await nudges.queue(tx, "plan_moment", reminder, NOW, asks=False)
        await due.done(tx, reminder)
        for kind, about, at in [
            ("check_in", 0, sunday), ("goal_after_2w", 1, NOW), ("mentor_back", 0, sunday + timedelta(days=9)),
            ("meeting_soon", 1, NOW),
        ]:  # fmt: skip
            await due.plan(tx, kind, about, 1, at)
    await backup(store, file, NOW)
    assert (await restore(store, file, sunday + timedelta(hours=1))).waiting == 2  # her answer and a last word
    async with store.begin() as tx:
        found = {row.kind: row.at for row in await tx.conn.execute(sa.select(tables.due))}
        assert not await nudges.queued_at(tx, 1, "plan_moment", 1)
    assert found.pop("check_in") - sunday == timedelta(days=7)
    assert found.keys() == {"hello", "mentor_back", "meeting_soon"}
