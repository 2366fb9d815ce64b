"""The file of a backup: rows of all tables, one form for both databases, unreadable without the key.

After a first line that says what it is, each line is one document, packed and sealed with the vault: the moment and the
schema of the backup; some rows of a table, again and again; the end, with the number of rows and a checksum over all
lines before.
Form 1 of earlier releases is still read: gzipped lines of JSON, in which only what people wrote was sealed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from bot.errors import KeyTrouble, SororaError
from bot.store import schema
from bot.store.tables import Moment, metadata
from bot.vault import Vault

FIRST_LINE = b"sorora backup 2\n"
FORMER = 1  # as "sorora" in the first line of form 1
GZIP = b"\x1f\x8b"
FASTEST = 1  # what is sealed cannot be packed much: the best packing takes ten times as long for 2 % less

Rows = list[dict[str, Any]]
Document = dict[str, Any]


class BackupTrouble(SororaError):
    """A file is no backup of Sorora, is damaged, or comes from a newer release."""


class Made(NamedTuple):
    """Of which moment a backup is (UTC), and in which schema (bot.store.schema); form 1 does not tell."""

    at: datetime
    schema: str | None = None


class Archive:
    """A backup that is being written; `end` makes it whole."""

    def __init__(self, write: Callable[[bytes], None], vault: Vault, made: Made) -> None:
        """Begin with what it is."""
        self._write, self._vault = write, vault
        self._checksum = hashlib.sha256()
        self.rows = 0
        self._line(FIRST_LINE)
        self._document(made._asdict())

    def add(self, table: sa.Table, rows: Rows) -> None:
        """Some rows of a table."""
        self._document({"table": str(table.name), "rows": rows})
        self.rows += len(rows)

    def end(self) -> None:
        """Nothing comes any more."""
        self._document({"end": self.rows, "sha256": self._checksum.hexdigest()})

    def _document(self, document: Document) -> None:
        packed = zlib.compress(msgspec.msgpack.encode(document), FASTEST)
        self._line(self._vault.seal_bytes(packed) + b"\n")

    def _line(self, line: bytes) -> None:
        self._checksum.update(line)
        self._write(line)


def check(file: Path, vault: Vault) -> Made:
    """What a backup is. Raises BackupTrouble unless it is whole and this release can read it."""
    first: Document = {}
    rows, ended = 0, False
    for document, checksum in documents(file, vault):
        first = first or document
        if not known(document) or "at" not in first:
            raise BackupTrouble(f"{file} comes from another release of Sorora; restore it with that one.")
        ended = "end" in document
        if ended and (document["end"], document.get("sha256")) != (rows, checksum):
            raise BackupTrouble(f"{file} is damaged; take another backup.")
        rows += len(document.get("rows", ()))
    if not ended:
        raise BackupTrouble(f"{file} is not whole: its end is missing; take another backup.")
    at = first["at"]
    return Made(at if isinstance(at, datetime) else datetime.fromisoformat(at), first.get("schema"))


def known(document: Document) -> bool:
    """Whether this release has the table of a document and all columns of its rows."""
    if "table" not in document:
        return document.get("sorora", FORMER) == FORMER and schema.knows(document.get("schema") or schema.newest())
    table = metadata.tables.get(document["table"])
    return table is not None and all(row.keys() <= set(table.columns.keys()) for row in document["rows"])


def read(file: Path, vault: Vault) -> Iterator[tuple[sa.Table, Rows]]:
    """Some rows of a table at a time, of a backup that was checked."""
    former = former_one(file)
    for document, _ in documents(file, vault):
        if "table" in document:
            table = metadata.tables[document["table"]]
            yield table, [typed(table, row) for row in document["rows"]] if former else document["rows"]


def former_one(file: Path) -> bool:
    """Whether a file is of form 1."""
    with open(file, "rb") as raw:
        return raw.read(len(GZIP)) == GZIP


def documents(file: Path, vault: Vault) -> Iterator[tuple[Document, str]]:
    """All documents of a file, each with the checksum over what stands before it. Raises BackupTrouble where a line
    cannot be read."""
    checksum = hashlib.sha256()
    try:
        former = former_one(file)
        read = former_document if former else opened
        with gzip.open(file, "rb") if former else open(file, "rb") as lines:
            if not former:
                checksum.update(first := lines.read(len(FIRST_LINE)))
                if first != FIRST_LINE:
                    raise BackupTrouble(f"{file} cannot be read as a backup of Sorora.")
            for line in lines:
                yield read(line, vault), checksum.hexdigest()
                checksum.update(line)
    except KeyTrouble as trouble:
        raise BackupTrouble(
            f"{file} is damaged, or was made with a key that is not in SORORA_KEYS: add that key behind the newest one."
        ) from trouble
    except (OSError, EOFError, ValueError, zlib.error, msgspec.DecodeError, TypeError, AttributeError) as trouble:
        raise BackupTrouble(f"{file} cannot be read as a backup of Sorora.") from trouble


def opened(line: bytes, vault: Vault) -> Document:
    """The document of a sealed line. Raises KeyTrouble, zlib.error or msgspec.DecodeError where it is none."""
    if not line.endswith(b"\n"):
        raise EOFError
    return msgspec.msgpack.decode(zlib.decompress(vault.open_bytes(line[:-1])), type=Document)


def former_document(line: bytes, _vault: Vault) -> Document:
    """The document of a line of form 1. Raises msgspec.DecodeError where it is none."""
    return msgspec.json.decode(line, type=Document)


def typed(table: sa.Table, row: Document) -> Document:
    """A row of form 1, in which bytes stand in base64 and moments in ISO 8601, as the database takes it."""
    back: Document = {}
    for name, value in row.items():
        kind = table.c[name].type
        if value is not None and isinstance(kind, sa.LargeBinary):
            value = b64decode(value)
        elif value is not None and isinstance(kind, Moment):
            value = datetime.fromisoformat(value)
        back[name] = value
    return back


@contextmanager
def writing(file: Path) -> Iterator[Callable[[bytes], None]]:
    """A file for its owner alone that appears only when it is whole and safely on disk. Raises BackupTrouble where it
    cannot be written."""
    trouble = BackupTrouble(f"{file} cannot be written: look at its folder, its owner and the room on the disk.")
    unfinished = file.with_name(file.name + ".part") if file.name else file
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:

            def write(data: bytes) -> None:
                try:
                    raw.write(data)
                except OSError as full:
                    raise trouble from full

            yield write
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as away:
        with suppress(OSError):
            unfinished.unlink()
        raise trouble from away
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
