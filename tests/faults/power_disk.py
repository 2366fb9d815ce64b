"""A disk whose power can be cut: what was written to it, in order, and what of that is left after a cut.

SQLite itself (through apsw, which lets its file layer be replaced) writes to a Disk, and to real files beside it so
that it reads what it wrote. Each write, truncation, fsync and deletion stands in `log`. What is left after a cut at any
place of the log:
- all that was written to a file before its last fsync;
- of what was written since, any part: sectors of 512 bytes or pages of 4 KB, each there or not, in any order; or the
  writes in order up to one that is torn. A file may have grown already while what stands there is zeros or rubbish;
- a new file once it was fsynced (SQLite's file layer for Unix then fsyncs the directory as well), else there or not;
- a deleted file is gone if the directory was fsynced, else gone or there again.

`wire` lets the house's own Store write to it: its engine, its pragmas, its statements.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import aiosqlite
import apsw
import sqlalchemy as sa

from bot.store.door import Store

SECTOR, PAGE = 512, 4096
SHARES = (0.0, 0.1, 0.5, 0.9, 1.0)  # chance of a piece to have reached the disk

numbers = count()


class Op(NamedTuple):
    """One line of the log. what: "write", "truncate" (to `at`), "sync", "create", "delete" (at: 1 if the directory was
    fsynced), or a word of whoever uses the disk."""

    what: str
    file: str = ""
    at: int = 0
    data: bytes = b""


class Disk(apsw.VFS):
    """Files of one directory, by name. start: those that are on it, durable."""

    def __init__(self, directory: Path, start: dict[str, bytes]) -> None:
        self.label = f"disk-{next(numbers)}"
        super().__init__(self.label, "")
        self.start = start
        self.log: list[Op] = []
        self.files = set(start)
        for name, body in start.items():
            (directory / name).write_bytes(body)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        assert path is not None, "temporary files do not outlive anything"
        short = Path(path).name
        if short not in self.files:
            self.files.add(short)
            self.log.append(Op("create", short))
        return Written(self.log, short, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, syncdir)
        self.files.discard(Path(filename).name)
        self.log.append(Op("delete", Path(filename).name, int(syncdir)))

    def cut(self, place: int, chance: Random) -> dict[str, bytes]:
        """The files that are left when the power goes before the operation at `place` of the log."""
        return left(self.start, self.log[:place], chance)


class Written(apsw.VFSFile):
    """An open file."""

    def __init__(self, log: list[Op], short: str, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self.log, self.short = log, short

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        self.log.append(Op("write", self.short, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self.log.append(Op("truncate", self.short, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.log.append(Op("sync", self.short))  # this is what it costs here: the power is ours


# --- what is left -------------------------------------------------------------------------------------------------


@dataclass
class File:
    """What is safe, what was done since the last fsync, and whether its name in the directory is safe."""

    safe: bytearray
    since: list[Op] = field(default_factory=list)
    named: bool = False


def left(start: dict[str, bytes], log: Sequence[Op], chance: Random) -> dict[str, bytes]:
    """See the module."""
    files = {name: File(bytearray(body), named=True) for name, body in start.items()}
    removed: dict[str, File] = {}  # may come back
    for op in log:
        match op.what:
            case "create":
                files[op.file] = File(bytearray())
            case "write" | "truncate":
                files[op.file].since.append(op)
            case "sync":
                file = files[op.file]
                done(file.safe, file.since)
                file.since, file.named = [], True
                removed.pop(op.file, None)
            case "delete":
                file = files.pop(op.file)
                removed.pop(op.file, None)
                if file.named and not op.at:
                    removed[op.file] = file
    found = {name: torn(file, chance) for name, file in removed.items() if chance.random() < 0.5}
    for name, file in files.items():
        if file.named or chance.random() < 0.5:
            found[name] = torn(file, chance)
    return found


def done(body: bytearray, ops: Iterable[Op]) -> None:
    """Write and truncate in order."""
    for op in ops:
        if op.what == "truncate":
            del body[op.at :]
        else:
            body.extend(bytes(max(0, op.at - len(body))))
            body[op.at : op.at + len(op.data)] = op.data


def torn(file: File, chance: Random) -> bytes:
    """A file of whose last writes only some pieces reached the disk."""
    body, size = bytearray(file.safe), chance.choice((SECTOR, PAGE))
    parts = [piece for op in file.since for piece in pieces(op, size)]
    if parts and chance.random() < 0.3:  # the file has grown, what is in it did not come
        longest = max(piece.at + len(piece.data) for piece in parts)
        more = chance.randint(0, max(0, longest - len(body)))
        body.extend(chance.choice((bytes, chance.randbytes))(more))
    if chance.random() < 0.3:
        done(body, parts[: chance.randint(0, len(parts))])
    else:
        share = chance.choice(SHARES)
        done(body, [piece for piece in parts if chance.random() < share])
    return bytes(body)


def pieces(op: Op, size: int) -> Iterable[Op]:
    """A write as the parts that reach the disk by themselves: cut where a sector or page of the file ends."""
    if op.what == "truncate":
        yield op
        return
    begin, end = op.at, op.at + len(op.data)
    while begin < end:
        stop = min(end, (begin // size + 1) * size)
        yield Op("write", op.file, begin, op.data[begin - op.at : stop - op.at])
        begin = stop


# --- a Store on such a disk ---------------------------------------------------------------------------------------


def wire(store: Store, disk: Disk) -> None:
    """Have every connection of this Store opened on the disk. All else stays the house's: listeners, pragmas, SQL."""

    def elsewhere(_dialect: object, _record: object, _args: object, options: dict[str, Any]) -> None:
        options["async_creator_fn"] = partial(connection, disk)

    sa.event.listen(store.engine.sync_engine, "do_connect", elsewhere)


def connection(disk: Disk, path: str, **_options: object) -> aiosqlite.Connection:
    """What aiosqlite.connect gives, on the disk. (The house's own connections save trips to its thread, no SQL.)"""
    opened = aiosqlite.Connection(lambda: Connection(path, disk.label), 64)  # type: ignore[arg-type, return-value]
    opened._thread.daemon = True
    return opened


class Connection:
    """An apsw connection that is used like one of sqlite3, as far as aiosqlite and SQLAlchemy use it."""

    isolation_level: str | None = None

    def __init__(self, path: str, vfs: str) -> None:
        self.inner = apsw.Connection(path, vfs=vfs)

    def cursor(self) -> Cursor:
        return Cursor(self.inner)

    def create_function(self, name: str, number: int, body: Callable[..., Any], *, deterministic: bool = False) -> None:
        self.inner.create_scalar_function(name, body, number, deterministic=deterministic)

    def commit(self) -> None:
        if self.inner.in_transaction:
            self.cursor().execute("COMMIT")

    def rollback(self) -> None:
        if self.inner.in_transaction:
            self.cursor().execute("ROLLBACK")

    def close(self) -> None:
        self.inner.close()


class Cursor:
    """Its cursor: all rows are read at once."""

    arraysize = 1

    def __init__(self, inner: apsw.Connection) -> None:
        self.inner = inner
        self.rows: list[Any] = []
        self.description: tuple[tuple[Any, ...], ...] | None = None
        self.rowcount = -1

    @property
    def lastrowid(self) -> int:
        return self.inner.last_insert_rowid()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        cursor = self.inner.cursor()
        cursor.exec_trace = self.describe
        try:
            self.rows = cursor.execute(sql, tuple(values)).fetchall()
        except apsw.ConstraintError as trouble:
            raise sqlite3.IntegrityError(str(trouble)) from trouble
        except apsw.Error as trouble:
            raise sqlite3.OperationalError(str(trouble)) from trouble
        self.rowcount = self.inner.changes()
        return self

    def describe(self, cursor: apsw.Cursor, _sql: str, _values: Any) -> bool:
        columns = cursor.get_description()
        self.description = tuple((name, *[None] * 6) for name, *_ in columns) or None
        return True

    def executemany(self, sql: str, many: Iterable[Sequence[Any]]) -> Cursor:
        self.rowcount = sum(self.execute(sql, values).rowcount for values in many)
        return self

    def fetchall(self) -> list[Any]:
        rows, self.rows = self.rows, []
        return rows

    def close(self) -> None:
        self.rows = []
