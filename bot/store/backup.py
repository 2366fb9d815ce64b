"""Backup, restore, and sealing everything anew with the newest key. The file is the same for both databases (archive).

A restore brings back one moment. Two things have gone on since, and it must not undo them: women have erased themselves
(they are erased again), and messages have been sent (see `as_promised`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.mentoring import rhythm
from bot.mentoring.nudges import CHECK_IN, NUDGES
from bot.messages import Incoming
from bot.store import archive, due, erased, people, schema
from bot.store.archive import BackupTrouble as BackupTrouble
from bot.store.door import Store, Tx
from bot.store.due import Due
from bot.store.held import HELD
from bot.store.mail import WAITING
from bot.store.tables import addresses, invites, media, metadata, outbox, put_aside, tombstones
from bot.store.tables import due as dues
from bot.store.tables import people as persons

AT_ONCE = 500  # rows read or written together
BIG_AT_ONCE = 8  # the same where each may weigh as much as a photo (10 MB)
KEPT = timedelta(days=30)  # as long as finished messages and what women write to each other (TRUST, "Retention")
GAP = 1_000_000  # more messages than are sent between two backups


async def backup(store: Store, file: Path, now: datetime) -> int:
    """Write all rows to `file` while the bot may be running, then who erased herself to the list beside it; gives the
    number of rows. The file appears only when whole.

    Raises BackupTrouble where one of them cannot be written.
    """
    with archive.writing(file) as write:
        whole = archive.Archive(write, store.vault, archive.Made(now, schema.newest()))
        async with store.begin(reading=True) as tx:
            gone = await erased_here(tx)
            for table in metadata.sorted_tables:
                async for chunk in chunks(tx, table):
                    whole.add(table, chunk)
        whole.end()
    erased.keep(file, store.vault, gone, now)
    return whole.rows


def forget_old(folder: Path, now: datetime) -> None:
    """Remove the backups of a folder that are older than 30 days at `now`: what is in them was to be forgotten. The
    list of who erased herself stays."""
    for file in folder.glob("*.backup"):
        if file.stat().st_mtime < (now - KEPT).timestamp():
            file.unlink()


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: how many rows came back, how many people were erased again, how many messages wait and go
    out once more. until: who erased herself after this moment (UTC) is back; None where the database that was replaced
    was in use, and so knew of everybody."""

    rows: int
    erased: int
    waiting: int
    until: datetime | None


async def restore(store: Store, file: Path, now: datetime) -> Restored:
    """Replace everything in an up-to-date database by a backup.

    Raises BackupTrouble, and leaves the database as it was, where the file is not whole.
    """
    made = archive.check(file, store.vault)
    listed = erased.read(file, store.vault)
    rows = 0
    async with store.begin() as tx:
        await alone(tx)
        here = await erased_here(tx)
        in_use = here or await anybody(tx)
        await empty(tx)
        await schema.move(tx, made.schema or schema.newest())
        for table, chunk in archive.read(file, store.vault):
            await tx.many(sa.insert(table), chunk)
            rows += len(chunk)
        await schema.move(tx, schema.newest())  # with all that a migration does to the rows of an earlier release
        await keep_tombstones(tx, erased.both(listed.tombstones, here))
        await count_on(tx)
        again = await people.erase_again(tx)
        waiting = await as_promised(tx, now)
        until = max(made.at, listed.until or made.at) if await anybody(tx) and not in_use else None
    return Restored(rows, again, waiting, until)


async def alone(tx: Tx) -> None:
    """Let nobody else read or write until this transaction ends. (On SQLite it is the only writer from the start.)"""
    if tx.postgres:
        await tx.conn.execute(sa.text(f"LOCK TABLE {', '.join(metadata.tables)} IN ACCESS EXCLUSIVE MODE"))


async def empty(tx: Tx) -> None:
    """Remove all rows; PostgreSQL gives their room back at once that way."""
    if tx.postgres:
        await tx.conn.execute(sa.text(f"TRUNCATE {', '.join(metadata.tables)}"))
        return
    for table in reversed(metadata.sorted_tables):
        await tx.conn.execute(sa.delete(table))


async def anybody(tx: Tx) -> bool:
    """Whether there are people in this database."""
    return await tx.conn.scalar(sa.select(persons.c.id).limit(1)) is not None


async def erased_here(tx: Tx) -> dict[str, datetime]:
    """The tombstones of this database."""
    return {row.lookup: row.at for row in await tx.conn.execute(sa.select(tombstones))}


async def keep_tombstones(tx: Tx, known: Mapping[str, datetime]) -> None:
    """Bring back the tombstones set since the backup was made."""
    whole = erased.both(await erased_here(tx), known)
    await tx.conn.execute(sa.delete(tombstones))
    await tx.many(sa.insert(tombstones), [{"lookup": lookup, "at": at} for lookup, at in whole.items()])


async def as_promised(tx: Tx, now: datetime) -> int:
    """After a restore: what waited when the backup was made may have been sent since. What answers her, what another
    woman wrote, consent and safety are promised at least once, and go out, perhaps again. Nudges are promised at most
    once: those that waited, or were due by now (UTC), are left out, and check-ins go on with the next one. Gives how
    many messages wait."""
    waits = outbox.c.state.in_((WAITING, HELD))
    await tx.conn.execute(sa.delete(outbox).where(waits, outbox.c.kind != ""))  # of a nudge only: tables.outbox
    query = sa.select(dues, persons.c.rhythm).join_from(dues, persons).where(dues.c.kind.in_(NUDGES), dues.c.at <= now)
    found = (await tx.conn.execute(query)).all()
    late = [(Due(row.kind, row.about, row.person_id, row.at, id=row.id), rhythm.read(row.rhythm)) for row in found]
    goes_on = [one.kind == CHECK_IN and hers.check_ins for one, hers in late]
    await due.move(
        tx, [(one, rhythm.check_in_after(hers, now)) for (one, hers), on in zip(late, goes_on, strict=True) if on]
    )
    await due.done(tx, [one for (one, _), on in zip(late, goes_on, strict=True) if not on])
    return await tx.conn.scalar(sa.select(sa.func.count()).select_from(outbox).where(waits)) or 0


async def count_on(tx: Tx) -> None:
    """Let the counters go on after the highest restored id, so that no id is used again. Messages leave a gap: a
    platform may still tell about those that were sent after the backup was made, by their ids."""
    highest = await tx.conn.scalar(sa.select(sa.func.max(outbox.c.id))) or 0
    if not tx.postgres:
        await tx.conn.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'outbox'"))
        await tx.conn.execute(sa.text("INSERT INTO sqlite_sequence VALUES ('outbox', :next)"), {"next": highest + GAP})
        return
    for table in metadata.sorted_tables:
        if isinstance(table.primary_key.columns[0].type, sa.BigInteger) and "id" in table.c:
            await tx.conn.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"  # noqa: S608  our own table names
                    f" GREATEST((SELECT max(id) FROM {table.name}), 1))"
                )
            )
    await tx.conn.execute(
        sa.text("SELECT setval(pg_get_serial_sequence('outbox', 'id'), :next)"), {"next": highest + GAP}
    )


async def chunks(tx: Tx, table: sa.Table) -> AsyncIterator[archive.Rows]:
    """All rows of a table in the order of its key, some at a time."""
    found = await tx.conn.stream(sa.select(table).order_by(*table.primary_key.columns))
    async for part in found.mappings().partitions(BIG_AT_ONCE if table is media else AT_ONCE):
        yield [dict(row) for row in part]


async def seal_anew(store: Store) -> int:
    """Seal every field with the newest key and write every address lookup anew; gives the number of rows. Afterwards
    the old keys may go from SORORA_KEYS. The bot may be running, with the new key in front."""
    rows = 0
    for table in metadata.sorted_tables:
        sealed = [column for column in table.c if isinstance(column.type, sa.LargeBinary)]
        key = table.primary_key.columns[0]
        if not sealed:
            continue
        async with store.begin() as tx:
            # All keys at first: an invitation's own key is written anew too, and must not be met a second time.
            keys = list(await tx.conn.scalars(sa.select(key).order_by(key)))
        for first in range(0, len(keys), AT_ONCE):
            async with store.begin() as tx:
                some = sa.select(table).where(key.in_(keys[first : first + AT_ONCE])).with_for_update()
                found = (await tx.conn.execute(some)).mappings().all()  # (SQLite has one writer)
                for row in found:
                    changes: dict[str, Any] = {
                        column.name: tx.vault.rotate(row[column.name])
                        for column in sealed
                        if row[column.name] is not None
                    }
                    changes |= lookups(tx, table, row)
                    await tx.conn.execute(sa.update(table).where(key == row[key.name]).values(changes))
            rows += len(found)
    return rows


def lookups(tx: Tx, table: sa.Table, row: Any) -> dict[str, str]:
    """The lookups of a row under the newest key."""
    if table is addresses:
        return {"lookup": people.lookup_of(tx, row["channel"], tx.vault.open(row["sealed"]))}
    if table is outbox:
        return {"recipient": people.lookup_of(tx, row["channel"], tx.vault.open(row["address"]))}
    if table is invites and row["sealed"] is not None:
        return {"lookup": tx.vault.lookup(f"invite:{tx.vault.open(row['sealed'])}")}
    if table is put_aside and row["recipient"]:
        try:
            came = tx.vault.open_json(row["sealed"], Incoming)
        except msgspec.DecodeError:  # not in JSON (see bot.engine.batches.written); it is forgotten within a month
            return {}
        return {"recipient": people.lookup_of(tx, came.channel, came.address)}
    return {}
