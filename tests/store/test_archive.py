"""The file of a backup: nothing is read without the key; what is no whole backup is refused; form 1 is still read."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.store.archive import FIRST_LINE, BackupTrouble, check, read
from bot.store.backup import backup, restore
from bot.store.door import Store
from bot.store.schema import migrate, newest
from bot.vault import Vault, new_key
from tests.store.filled import NOW, contents, fill

FORM_1 = Path(__file__).with_name("backup-of-form-1.gz")  # two women of `fill`, written by the release before
KEY = "bWFkZSB1cCBmb3IgdGVzdHMgb25seSwgbm90IGZvciA="  # made up, and of nothing else
VAULT = Vault([KEY])
Change = Callable[[bytes], bytes]
Documents = list[dict[str, Any]]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A database with this key and one woman."""
    store = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'made-up.db'}", VAULT)
    await migrate(store)
    await fill(store, "a")
    yield store
    await store.close()


def opened(whole: bytes) -> Documents:
    lines = whole.removeprefix(FIRST_LINE).splitlines()
    return [msgspec.msgpack.decode(zlib.decompress(VAULT.open_bytes(line))) for line in lines]


def written(documents: Documents) -> bytes:
    """With a right checksum, as a newer release would write it."""
    whole = FIRST_LINE
    for document in documents:
        end = {"sha256": hashlib.sha256(whole).hexdigest()} if "end" in document else {}
        whole += VAULT.seal_bytes(zlib.compress(msgspec.msgpack.encode(document | end))) + b"\n"
    return whole


def edited(change: Callable[[Documents], object]) -> Change:
    def edit(whole: bytes) -> bytes:
        documents = opened(whole)
        change(documents)
        return written(documents)

    return edit


def lines(change: Callable[[list[bytes]], object]) -> Change:
    def edit(whole: bytes) -> bytes:
        found = whole.splitlines(keepends=True)
        change(found)
        return b"".join(found)

    return edit


def flipped(whole: bytes) -> bytes:
    middle = len(whole) // 2
    return whole[:middle] + bytes(byte ^ 0x01 for byte in whole[middle : middle + 8]) + whole[middle + 8 :]


def form_1(change: Callable[[list[bytes]], object]) -> Change:
    def edit(_whole: bytes) -> bytes:
        found = gzip.decompress(FORM_1.read_bytes()).splitlines(keepends=True)
        change(found)
        return gzip.compress(b"".join(found))

    return edit


BAD: dict[str, Change] = {
    "empty": lambda _whole: b"",
    "text": lambda _whole: b"This is no backup.",
    "SQLite": lambda _whole: b"SQLite format 3\0" + bytes(4096),
    "its first line only": lambda _whole: FIRST_LINE,
    "a next form": lambda whole: whole.replace(b"backup 2", b"backup 3"),
    "truncated": lambda whole: whole[: len(whole) // 2],
    "a byte short": lambda whole: whole[:-1],
    "flipped bits": flipped,
    "without its end": lines(lambda found: found.pop()),
    "a line less": lines(lambda found: found.pop(4)),
    "a line twice": lines(lambda found: found.insert(4, found[4])),
    "lines swapped": lines(lambda found: found.insert(2, found.pop(3))),
    "more behind its end": lines(lambda found: found.append(found[2])),
    "no moment": edited(lambda found: found.pop(0)),
    "a newer schema": edited(lambda found: found[0].update(schema="9999")),
    "a row less": edited(lambda found: found[1]["rows"].pop()),
    "an unknown table": edited(lambda found: found[1].update(table="new_things")),
    "an unknown column": edited(lambda found: found[1]["rows"][0].update(new=1)),
    "of another key": lambda whole: whole.replace(whole.splitlines()[1], Vault([new_key()]).seal_bytes(b"x")),
    "form 1: gzip of text": lambda _whole: gzip.compress(b"This is no backup."),
    "form 1: gzip of other JSON": lambda _whole: gzip.compress(b'[1, 2]\n"x"\n5\n'),
    "form 1: gzip of numbers": lambda _whole: gzip.compress(b'{"sorora": 1}\n5\n'),
    "form 1: an end only": lambda _whole: gzip.compress(b'{"sorora": 1}\n{"end": 0}\n'),
    "form 1: truncated": lambda _whole: FORM_1.read_bytes()[:3000],
    "form 1: without its end": form_1(lambda found: found.pop()),
    "form 1: a line less": form_1(lambda found: found.pop(1)),
    "form 1: lines swapped": form_1(lambda found: found.insert(2, found.pop(3))),
    "form 1: newer": form_1(lambda found: found.__setitem__(0, found[0].replace(b'"sorora":1', b'"sorora":9'))),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole backup, made once."""
    file = tmp_path_factory.mktemp("whole") / "made-up.backup"

    async def make() -> None:
        store = Store.open("sqlite+aiosqlite://", VAULT)
        await migrate(store)
        await fill(store, "a")
        await backup(store, file, NOW)
        await store.close()

    asyncio.run(make())
    return file.read_bytes()


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_what_is_no_whole_backup_is_refused(whole: bytes, tmp_path: Path, bad: Change) -> None:
    file = tmp_path / "some.backup"
    file.write_bytes(whole)
    assert check(file, VAULT) == (NOW, newest())
    file.write_bytes(bad(whole))
    with pytest.raises(BackupTrouble) as told:
        check(file, VAULT)
    assert file.name in str(told.value)


async def test_what_is_refused_changes_nothing(store: Store, whole: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bad.backup"
    file.write_bytes(BAD["without its end"](whole))
    await fill(store, "b")
    before = await contents(store)
    with pytest.raises(BackupTrouble):
        await restore(store, file, NOW)
    assert await contents(store) == before


def test_the_whole_file_is_sealed(whole: bytes, tmp_path: Path) -> None:
    """Not even languages, ids and times are there in the clear, nor how many rows which table has."""
    file = tmp_path / "sealed.backup"
    file.write_bytes(whole)
    assert written(opened(whole)).count(b"\n") == whole.count(b"\n")
    assert len(opened(whole)) > 20
    for clear in (b"people", b"outbox", b"rows", b"2027", VAULT.lookup("x:a").encode()):
        assert clear in msgspec.json.encode(opened(whole))
        assert clear not in whole
    with pytest.raises(BackupTrouble, match="SORORA_KEYS"):
        check(file, Vault([new_key()]))


async def test_a_backup_of_form_1_comes_back(store: Store) -> None:
    same = Store.open("sqlite+aiosqlite://", VAULT)
    await migrate(same)
    await fill(same, "a", "b")
    expected = await contents(same, opened=True)
    await same.close()
    assert check(FORM_1, VAULT) == (NOW, None)
    done = await restore(store, FORM_1, NOW)
    assert (done.rows, done.until) == (59, None)
    found = await contents(store, opened=True)
    assert found.keys() == expected.keys()
    for name in ("people", "goals", "consents", "outbox", "updates", "due", "relayed", "tombstones"):
        assert found[name] == expected[name], name


def test_reading_gives_rows_as_the_database_takes_them() -> None:
    rows = {table.name: rows for table, rows in read(FORM_1, VAULT)}
    assert len(rows["people"]) == 2
    assert rows["people"][0]["created_at"] == NOW
    assert b"Made-up a" in VAULT.open_bytes(rows["people"][0]["sealed"])
