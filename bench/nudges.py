"""How many nudges a second are claimed and queued when a million are due, on SQLite and on PostgreSQL; how long a look
at nothing takes; and APScheduler with its jobs in a database, for comparison.

    .venv/bin/python -m bench.nudges [--rows 1000000] [--workers 4]

Each row goes all the way: claimed, weighed with her rhythm, her open talk and what came before, queued for her phone,
noted beside her, and her next check-in planned. SQLite has one writer and so one process; PostgreSQL has several. The
peer has to know less: its job is a call of a function that does nothing, and its next time is written back.

Prints the figures and saves them to bench/nudges.json. Figures of different machines cannot be compared, ratios of one
run can.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
from datetime import UTC, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

import asyncpg
import sqlalchemy as sa
from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from bot.affairs import all_affairs
from bot.affairs.clockwork import fire_all
from bot.affairs.desk import Desk, Office
from bot.app import find_programme
from bot.engine.scheduler import AT_ONCE
from bot.i18n import Catalogs
from bot.mentoring.rhythm import Rhythm, written
from bot.store import tables as t
from bot.store.columns import micros
from bot.store.door import Store
from bot.store.schema import migrate
from bot.vault import Vault, new_key
from tests.conftest import running_postgres

NOW = datetime(2027, 3, 7, 17, tzinfo=UTC)  # a Sunday, six in the evening in Brussels
POLLS = 200
PEER_JOBS, PEER_SECONDS = 5000, 60.0
COLUMNS = {
    "people": ("id", "language", "sealed", "created_at", "rhythm"),
    "addresses": ("id", "person_id", "channel", "lookup", "sealed", "heard_at"),
    "due": ("kind", "about", "person_id", "at"),
}


# --- a million women ----------------------------------------------------------------------------------------------


def rows_of(count: int) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of the tables: women with one of some hundred rhythms, each with a phone, and a check-in that is due:
    four in five keep the hour that they were given, Sunday at six; the others chose a minute of the hour before it."""
    chance, now = random.Random(1), micros(NOW)
    rhythms = [written(Rhythm(at=time(17, n % 60), quiet_until=time(7, n // 60))) for n in range(300)]
    sealed = bytes(200)  # about what a person takes
    people = [(number, "en", sealed, now, chance.choice(rhythms)) for number in range(1, count + 1)]
    addresses = [
        (number, number, "telegram", chance.randbytes(32).hex(), sealed[:120], now) for number in range(1, count + 1)
    ]
    late = (chance.randrange(60) * 60_000_000 if chance.random() < 0.2 else 0 for _woman in people)
    due = [("check_in", 0, person[0], now - before) for person, before in zip(people, late, strict=True)]
    return {"people": people, "addresses": addresses, "due": due}


def fill_sqlite(path: Path, count: int) -> None:
    """Put them into a SQLite file."""
    with sqlite3.connect(path) as connection:
        for table, rows in rows_of(count).items():
            names, marks = ", ".join(COLUMNS[table]), ", ".join("?" * len(COLUMNS[table]))
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
    connection.close()


async def fill_postgres(url: str, count: int) -> None:
    """Put them into a PostgreSQL database."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    for table, rows in rows_of(count).items():
        await connection.copy_records_to_table(table, records=rows, columns=COLUMNS[table])
    await connection.execute("ANALYZE")
    await connection.close()


# --- Sorora -------------------------------------------------------------------------------------------------------


def office() -> Office:
    """The whole office."""
    return Office.of(find_programme("conversations"), Catalogs.load(), all_affairs(), random.Random(1))


def work(url: str, key: str, begin: Any, told: Any) -> None:
    """A process that claims and queues until nothing is due; tells how many seconds that took, how many of a processor,
    and how many its longest transaction."""

    async def working() -> tuple[float, float, float]:
        store, made, idle, longest = Store.open(url, Vault([key])), office(), 0, 0.0
        async with store.begin() as tx:
            await tx.conn.execute(sa.select(1))
        begin.wait()
        began = ended = perf_counter()
        cpu = process_time()
        while idle < 3:  # what others hold is not to be had
            opened = perf_counter()
            async with store.begin() as tx:
                some = await fire_all(Desk(tx, made, NOW + timedelta(seconds=opened - began)), AT_ONCE)
            longest = max(longest, perf_counter() - opened)
            idle, ended = (0, perf_counter()) if some else (idle + 1, ended)
        await store.close()
        return ended - began, process_time() - cpu, longest

    told.put(asyncio.run(working()))


QUEUED = sa.select(sa.func.count(), sa.func.count(sa.distinct(t.outbox.c.person_id))).select_from(t.outbox)
PLANNED = sa.select(sa.func.count()).select_from(t.due).where(t.due.c.at > sa.bindparam("soon"))


async def sorora(url: str, count: int, workers: int) -> dict[str, Any]:
    """Claim and queue everything with this many processes, count what came of it, and look at nothing."""
    key = new_key()
    store = Store.open(url, Vault([key]))
    processes = multiprocessing.get_context("spawn")
    begin, told = processes.Barrier(workers), processes.Queue()
    started = [processes.Process(target=work, args=(url, key, begin, told)) for _worker in range(workers)]
    for process in started:
        process.start()
    results = [await asyncio.to_thread(told.get) for _process in started]
    for process in started:
        process.join()
    async with store.begin(reading=True) as tx:
        queued, women = (await tx.conn.execute(QUEUED)).one()
        planned = await tx.conn.scalar(PLANNED, {"soon": NOW + timedelta(days=3)})
    waits, made = [], office()
    for _poll in range(POLLS):
        began = perf_counter()
        async with store.begin() as tx:
            await fire_all(Desk(tx, made, NOW), AT_ONCE)
        waits.append(1000 * (perf_counter() - began))
    await store.close()
    seconds, processor, longest = zip(*results, strict=True)
    return {
        "workers": workers,
        "seconds": round(max(seconds), 1),
        "per_second": round(queued / max(seconds)),
        "processor_seconds_of_the_workers": round(sum(processor), 1),
        "longest_transaction_ms": round(1000 * max(longest)),
        "queued": queued,
        "twice": queued - women,
        "lost": count - women,
        "next_planned": planned,
        "empty_poll_ms": {
            "median": round(statistics.median(waits), 2),
            "p99": round(statistics.quantiles(waits, n=100)[98], 2),
        },
    }


async def on_sqlite(count: int) -> dict[str, Any]:
    """SQLite in a file, one process."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        store = Store.open(url, Vault([new_key()]))
        await migrate(store)
        await store.close()
        fill_sqlite(Path(folder) / "bench.db", count)
        return await sorora(url, count, 1)


async def on_postgres(server: str, count: int, workers: int) -> dict[str, Any]:
    """PostgreSQL on this machine, several processes."""
    admin = await asyncpg.connect("postgresql://" + server.format("postgres"))
    await admin.execute("CREATE DATABASE bench TEMPLATE template0")
    url = "postgresql+asyncpg://" + server.format("bench")
    store = Store.open(url, Vault([new_key()]))
    await migrate(store)
    await store.close()
    await fill_postgres(url, count)
    figures = await sorora(url, count, workers)
    await admin.execute("DROP DATABASE bench WITH (FORCE)")
    await admin.close()
    return figures


# --- APScheduler --------------------------------------------------------------------------------------------------


CALLED: list[float] = []


def nothing(_person: int) -> None:
    """What its jobs do: note when."""
    CALLED.append(perf_counter())


def peer(count: int) -> dict[str, Any]:
    """Jobs of APScheduler in a SQLite file, all due now and then weekly; how many it did a second, until all were done
    or some seconds were over."""
    CALLED.clear()
    with tempfile.TemporaryDirectory() as folder:
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(f"sqlite:///{folder}/jobs.db")},
            executors={"default": DebugExecutor()},  # calls at once, with no thread between
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True},
        )
        scheduler.start(paused=True)
        due = datetime.now(UTC)
        for number in range(count):
            scheduler.add_job(nothing, "interval", (number,), weeks=1, next_run_time=due)
        began = perf_counter()
        scheduler.resume()
        while len(CALLED) < count and perf_counter() - began < PEER_SECONDS:
            sleep(0.1)
        called = list(CALLED)
        scheduler.shutdown(wait=False)
    return {"jobs": count, "done": len(called), "per_second": round(len(called) / (called[-1] - began))}


def main() -> None:
    """Measure, print, save."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--workers", type=int, default=4)
    given = words.parse_args()
    figures: dict[str, Any] = {
        "machine": {"processors": os.cpu_count(), "architecture": platform.machine(), "system": platform.system()},
        "versions": {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
        | {name: version(name) for name in ("sqlalchemy", "apscheduler", "asyncpg")},
        "rows": given.rows,
        "at_once": AT_ONCE,
        "sqlite": asyncio.run(on_sqlite(given.rows)),
    }
    with running_postgres() as server:
        figures["postgres"] = asyncio.run(on_postgres(server, given.rows, given.workers))
    figures["apscheduler"] = peer(PEER_JOBS)
    figures["times_apscheduler"] = round(figures["sqlite"]["per_second"] / figures["apscheduler"]["per_second"])
    text = json.dumps(figures, indent=2) + "\n"
    (Path(__file__).parent / "nudges.json").write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
