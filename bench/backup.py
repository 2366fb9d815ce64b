"""How long a backup and a restore take, on SQLite and on PostgreSQL, of a made-up programme of so many megabytes.

    .venv/bin/python -m bench.backup [--megabytes 1024]

Every woman has what a year leaves of her: talks, answers, goals, what she wrote and was written, voice notes, one of
ten erased herself since. Seconds by the clock and seconds of processor time of our own process (what the PostgreSQL
server does is in the first only), the size of the file, and the most memory it took.

Prints the figures and saves them to bench/backup.json. The promise: a restore of 1 GB takes 10 minutes at most; where
it took longer, the exit code is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import resource
import sqlite3
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import sqlalchemy as sa

from bot.store import people
from bot.store import tables as t
from bot.store.backup import backup, restore
from bot.store.door import Store, Tx
from bot.store.schema import migrate
from bot.vault import Vault, new_key
from tests.conftest import running_postgres

NOW = datetime(2027, 3, 7, 17, tzinfo=UTC)
EACH_MB = 6  # women whose rows make a megabyte
PROMISED = 600.0  # seconds for 1 GB
CHANCE = random.Random(1)


def sealed(size: int) -> bytes:
    """As good as sealed: random bytes in base64."""
    return urlsafe_b64encode(CHANCE.randbytes(size))


def hers(tx: Tx, her: int) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    """What a year leaves of one woman, about 180 KB."""
    whose, at = {"person_id": her}, {"at": NOW}
    address = f"made-up {her}"
    lookup = people.lookup_of(tx, "x", address)
    yield t.people, [{"id": her, "language": "ar", "sealed": sealed(300), "created_at": NOW}]
    yield t.addresses, [
        whose | {"channel": "x", "lookup": lookup, "sealed": tx.vault.seal(address), "heard_at": NOW}
    ]  # fmt: skip
    talk = {"id": f"t{her}", "name": "form", "sealed": sealed(1500), "open": True, "touched_at": NOW}
    yield t.talks, [whose | talk]
    yield t.assessments, [whose | at | {"kind": "skills", "sealed": sealed(600)}] * 4
    plan = {"state": "open", "sealed": sealed(500), "described_at": NOW, "changed_at": NOW}
    yield t.goals, [whose | plan] * 3
    note = {"channel": "x", "mime": "audio/ogg", "seconds": 20, "state": "kept", "ref": sealed(80), "not_before": NOW}
    yield t.media, [whose | at | note | {"sealed": sealed(60_000)}]
    yield t.updates, [at | {"channel": "x", "provider_id": f"{her}-{number}"} for number in range(300)]
    sent = {"channel": "x", "recipient": lookup, "address": sealed(60), "state": "read", "provider_ids": "123456"}
    times = {"not_before": NOW, "leased_until": NOW, "created_at": NOW, "done_at": NOW}
    yield t.outbox, [whose | sent | times] * 150
    pair = {"id": her, "mentee_id": her, "mentor_id": 1, "state": "active", "sealed": sealed(300)}
    yield t.pairs, [pair | {"began_at": NOW, "changed_at": NOW}]
    words = {"pair_id": her, "sender_id": her, "receiver_id": 1, "state": "posted"}
    yield t.relayed, [at | words | {"sealed": sealed(250)} for _ in range(100)]


async def fill(store: Store, women: int) -> int:
    """A database of so many women; gives its number of rows."""
    rows = 0
    async with store.begin() as tx:
        for her in range(1, women + 1):
            for table, some in hers(tx, her):
                await tx.many(sa.insert(table), some)
                rows += len(some)
    return rows


async def timed(work: Awaitable[Any]) -> dict[str, float]:
    """Seconds by the clock, and of our process."""
    clock, processor = perf_counter(), process_time()
    await work
    return {
        "seconds": round(perf_counter() - clock, 2),
        "processor_seconds": round(process_time() - processor, 2),
    }


async def measured(url: str, folder: Path, women: int) -> dict[str, Any]:
    """Fill, back up, let one woman of ten erase herself, restore; the rows must be there again."""
    store = Store.open(url, Vault([new_key()]))
    await migrate(store)
    file, rows = folder / "made-up.backup", await fill(store, women)
    figures: dict[str, Any] = {"women": women, "rows": rows, "backup": await timed(backup(store, file, NOW))}
    figures["backup_megabytes"] = round(file.stat().st_size / 2**20, 1)
    async with store.begin() as tx:
        for her in range(10, women + 1, 10):
            await people.erase(tx, her, NOW + timedelta(days=1), tombstone=True)
    figures["restore"] = await timed(restore(store, file, NOW + timedelta(days=2)))
    async with store.begin(reading=True) as tx:
        here = await tx.conn.scalar(sa.select(sa.func.count()).select_from(t.people))
        if here != women - women // 10:
            raise SystemExit(f"{here} of {women} women are there after the restore: that is wrong.")
    await store.close()
    return figures


async def on_sqlite(folder: Path, women: int) -> dict[str, Any]:
    """On SQLite, as it is set up in production."""
    path = folder / "sorora.db"
    figures = await measured(f"sqlite+aiosqlite:///{path}", folder, women)
    return {"database_megabytes": round(path.stat().st_size / 2**20, 1), **figures}


async def on_postgres(server: str, folder: Path, women: int) -> dict[str, Any]:
    """The same rows on PostgreSQL (without fsync: its own disk is not what is measured)."""
    return await measured(f"postgresql+asyncpg://{server.format('postgres')}", folder, women)


def main() -> None:
    """Run both, print and save."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--megabytes", type=int, default=1024, choices=range(1, 4097), metavar="1-4096")
    megabytes = words.parse_args().megabytes
    figures: dict[str, Any] = {
        "machine": {"processors": os.cpu_count(), "architecture": platform.machine(), "system": platform.system()},
        "versions": {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
        | {name: version(name) for name in ("sqlalchemy", "aiosqlite", "asyncpg", "cryptography", "msgspec")},
    }
    women = megabytes * EACH_MB
    with tempfile.TemporaryDirectory(prefix="sorora-bench-") as folder:
        figures["sqlite"] = asyncio.run(on_sqlite(Path(folder), women))
    with tempfile.TemporaryDirectory(prefix="sorora-bench-") as folder, running_postgres() as server:
        figures["postgres"] = asyncio.run(on_postgres(server, Path(folder), women))
    figures["most_memory_megabytes"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    text = json.dumps(figures, indent=2) + "\n"
    (Path(__file__).parent / "backup.json").write_text(text, "utf-8")
    print(text)
    for name in ("sqlite", "postgres"):
        took = figures[name]["restore"]["seconds"] * 1024 / figures["sqlite"]["database_megabytes"]
        print(f"{name}: a restore of 1 GB takes {took:.0f} s; {PROMISED:.0f} s are promised.")
        if took > PROMISED:
            sys.exit(1)


if __name__ == "__main__":
    main()
