"""Backup, restore, and sealing everything anew with the newest key. One format for both databases: gzipped JSON lines.

What people wrote is in a backup as it is in the database: sealed. A restore erases again everyone who erased herself
since.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.errors import SororaError
from bot.messages import Incoming
from bot.store import people
from bot.store.door import Store, Tx
from bot.store.tables import Moment, addresses, invites, metadata, outbox, put_aside

AT_ONCE = 500  # rows read or written together
FORMAT = 1
GAP = 1_000_000  # more messages than are sent between two backups


class BackupTrouble(SororaError):
    """A file is no backup of Sorora, is damaged, or comes from a newer release."""


async def backup(store: Store, file: Path, now: datetime) -> int:
    """Write all rows to `file` while the bot may be running; gives their number. The file appears only when whole.

    Raises BackupTrouble where it cannot be written.
    """
    unfinished = file.with_name(file.name + ".part")
    rows = 0
    checksum = hashlib.sha256()
    with writing(unfinished) as write:

        def line(value: object) -> None:
            encoded = msgspec.json.encode(value) + b"\n"
            checksum.update(encoded)
            write(encoded)

        line({"sorora": FORMAT, "at": now.isoformat()})
        async with store.begin(reading=True) as tx:
            for table in metadata.sorted_tables:
                async for chunk in chunks(tx, table):
                    line({"table": str(table.name), "rows": [plain(row) for row in chunk]})
                    rows += len(chunk)
        write(msgspec.json.encode({"end": rows, "sha256": checksum.hexdigest()}) + b"\n")
    try:
        unfinished.replace(file)
    except OSError as away:
        unfinished.unlink()
        raise BackupTrouble(f"{file} cannot be written: it is not the name of a file.") from away
    return rows


@contextmanager
def writing(file: Path) -> Iterator[Callable[[bytes], None]]:
    """A gzipped file for its owner alone, safely on disk at the end; removed where it does not come to that."""
    trouble = BackupTrouble(f"{file} cannot be written: look at its folder, its owner and the room on the disk.")
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with gzip.open(raw, "wb") as packed:

                def write(data: bytes) -> None:
                    try:
                        packed.write(data)
                    except OSError as full:
                        raise trouble from full

                yield write
            raw.flush()
            os.fsync(raw.fileno())
    except OSError as away:
        with suppress(OSError):
            file.unlink()
        raise trouble from away
    except BaseException:
        file.unlink(missing_ok=True)
        raise


async def restore(store: Store, file: Path) -> tuple[int, int]:
    """Replace everything in an up-to-date database by a backup; gives rows restored and people erased again.

    The bot must be stopped. Raises BackupTrouble, and leaves the database as it was, where the file is not whole.
    """
    check(file)
    rows = 0
    async with store.begin() as tx:
        erased = {row.lookup: row for row in await tx.conn.execute(sa.select(metadata.tables["tombstones"]))}
        for table in reversed(metadata.sorted_tables):
            await tx.conn.execute(sa.delete(table))
        for name, chunk in read(file):
            table = metadata.tables[name]
            await tx.many(sa.insert(table), [typed(table, row) for row in chunk])
            rows += len(chunk)
        await keep_tombstones(tx, erased.values())
        await count_on(tx)
        again = await people.erase_again(tx)
    return rows, again


async def keep_tombstones(tx: Tx, erased: Iterable[Any]) -> None:
    """Bring back the tombstones set since the backup was made."""
    table = metadata.tables["tombstones"]
    for row in erased:
        await tx.conn.execute(sa.delete(table).where(table.c.lookup == row.lookup))
        await tx.conn.execute(sa.insert(table).values(lookup=row.lookup, at=row.at))


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


def check(file: Path) -> None:
    """Raise BackupTrouble unless the file is a whole backup that this release can read."""
    checksum, rows, ended = hashlib.sha256(), 0, False
    try:
        with gzip.open(file, "rb") as lines:
            for number, raw in enumerate(lines):
                line = msgspec.json.decode(raw, type=dict[str, Any])
                if (number == 0 and line.get("sorora") != FORMAT) or not known(line):
                    raise BackupTrouble(f"{file} comes from another release of Sorora; restore it with that one.")
                ended = "end" in line
                if ended and (line["end"], line.get("sha256")) != (rows, checksum.hexdigest()):
                    raise BackupTrouble(f"{file} is damaged; take another backup.")
                checksum.update(raw)
                rows += len(line.get("rows", ()))
    except (OSError, EOFError, zlib.error, msgspec.DecodeError, TypeError, AttributeError) as trouble:
        raise BackupTrouble(f"{file} cannot be read as a backup of Sorora.") from trouble
    if not ended:
        raise BackupTrouble(f"{file} is not whole: its end is missing; take another backup.")


def known(line: dict[str, Any]) -> bool:
    """Whether this release has the table of a line and all columns of its rows."""
    if "table" not in line:
        return True
    table = metadata.tables.get(line["table"])
    return table is not None and all(row.keys() <= set(table.columns.keys()) for row in line["rows"])


def read(file: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The chunks of a whole backup: table name and rows."""
    with gzip.open(file, "rb") as lines:
        for raw in lines:
            line = msgspec.json.decode(raw)
            if "table" in line:
                yield line["table"], line["rows"]


async def chunks(tx: Tx, table: sa.Table) -> AsyncIterator[list[dict[str, Any]]]:
    """All rows of a table in the order of its key, some at a time."""
    found = await tx.conn.stream(sa.select(table).order_by(*table.primary_key.columns))
    async for part in found.mappings().partitions(AT_ONCE):
        yield [dict(row) for row in part]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON values: bytes in base64, moments in ISO 8601."""
    return {
        name: b64encode(value).decode()
        if isinstance(value, bytes)
        else value.isoformat()
        if isinstance(value, datetime)
        else value
        for name, value in row.items()
    }


def typed(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """The inverse of `plain`."""
    back: dict[str, Any] = {}
    for name, value in row.items():
        kind = table.c[name].type
        if value is not None and isinstance(kind, sa.LargeBinary):
            value = b64decode(value)
        elif value is not None and isinstance(kind, Moment):
            value = datetime.fromisoformat(value)
        back[name] = value
    return back


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
