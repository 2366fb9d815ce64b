"""The fifteen-question self-assessment: the whole of Sorora beside other programmes that hold conversations.

Sorora does all it does for real people: dedupe, unseal, replay, render, seal, outbox, SQLite with synchronous=FULL. The
others are those of `bench.conversation_peers`, with what they keep where they keep it. Everybody taps; an answer counts
when the next question was handed to the network, which says "ok" at once. Each programme runs in a process of its own:

  - messages per CPU second (all threads; Redis included), and the 50th and 99th percentile of an answer, one at once
    and many at once;
  - memory with 1,000, 10,000 and 50,000 people in mid-conversation, more than before anybody came;
  - answers that people had seen accepted and that are gone after kill -9 and a new start.

    .venv/bin/python -m bench.conversation [--people 640] [--at-once 64] [--crowd 50000] [--only sorora]

Prints the figures and writes them to bench/conversation.json. Figures of different machines cannot be compared, ratios
of one run can.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import platform
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import venv
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.conversation_peers import ANSWERS, HALFWAY, PEERS, Bot
from bench.conversation_peers import main as take_part
from bot.app import find_programme, put_together
from bot.clock import SystemClock
from bot.dialogue.replay import Journal
from bot.messages import Button, Incoming, Result, Sending, Verdict
from bot.store import tables as t
from bot.store.door import Store
from bot.store.schema import migrate
from bot.testing import StageChannel
from bot.vault import Vault

TALK = "competencies"
FIRST = "0"  # address of the one who goes through the welcome; all others are as she
INTERRUPTED = 200  # people whose answers are counted after the kill


class Bare(StageChannel):
    """A network that says "ok" and keeps only the newest buttons of everybody, and who waits for them."""

    per_chat = 0.0

    def __init__(self) -> None:
        super().__init__("bench")
        self.open: dict[str, tuple[Button, ...]] = {}
        self.waiting: dict[str, asyncio.Future[None]] = {}

    async def send(self, sending: Sending) -> Result:
        """Accept."""
        if sending.message.options:
            self.open[sending.address] = sending.message.options
            waits = self.waiting.pop(sending.address, None)
            if waits is not None:
                waits.set_result(None)
        return Result(Verdict.SENT, "1")


@asynccontextmanager
async def sorora(folder: Path, people: int) -> AsyncIterator[Bot]:
    """The competencies talk through the engine on a SQLite file, its outbox sending in the background."""
    store = Store.open(f"sqlite+aiosqlite:///{folder}/bench.db", Vault.from_file_or_new(folder / "key"))
    await migrate(store)
    channel = Bare()
    made = put_together(
        store, {channel.name: channel}, SystemClock(), find_programme("conversations"), random.Random(1)
    )
    numbers = count()

    async def do(address: str, **what: Any) -> None:
        event = Incoming(channel.name, f"{folder}{next(numbers)}", address, datetime.now(UTC), **what)
        await made.batches.receive(event)

    async def say(person: int, step: int) -> None:
        address = str(person)
        shown = channel.waiting[address] = asyncio.get_running_loop().create_future()
        if step == 0:
            await do(address, text=f"/{TALK}")
        else:
            await do(address, button=channel.open[address][step % len(ANSWERS)].data, card="1")
        await shown

    async def kept() -> int:
        async with store.begin() as tx:
            rows = await tx.conn.scalars(sa.select(t.talks.c.sealed).where(t.talks.c.name == TALK))
            return sum(len(store.vault.open_json(sealed, Journal).said) for sealed in rows)

    async with made.running():
        if not await kept():
            for text in ("/start", "English", "1", "1", "1", "3"):  # the first options of the welcome
                await do(FIRST, text=text)
            await made.outbox.drain()
            await crowd(store, channel.name, people)
        gc.freeze()  # as `sorora run` does
        yield Bot(say, kept, forget=channel.open.clear)
    await store.close()


async def crowd(store: Store, channel: str, people: int) -> None:
    """So many people who have gone through the welcome as the first one did."""
    async with store.begin() as tx:
        her = (await tx.conn.execute(sa.select(t.people))).one()
        there = (await tx.conn.execute(sa.select(t.addresses))).one()
        alike = [{**her._asdict(), "id": her.id + number} for number in range(1, people)]
        for number, _one in enumerate(alike, 1):
            lookup, sealed = store.vault.lookup(f"{channel}:{number}"), store.vault.seal(str(number))
            place = {"id": there.id + number, "person_id": her.id + number, "lookup": lookup, "sealed": sealed}
            alike[number - 1] = {**alike[number - 1], "place": {**there._asdict(), **place}}
        places = [one.pop("place") for one in alike]
        await tx.many(sa.insert(t.people), alike)
        await tx.many(sa.insert(t.addresses), places)


# --- all of them --------------------------------------------------------------------------------------------------

ALL = {"sorora": sorora, **PEERS}


def command(python: str, name: str, role: str, people: int, at_once: int, folder: str) -> list[str]:
    """One programme in one role, in a process of its own."""
    module = "bench.conversation" if name == "sorora" else "bench.conversation_peers"
    return [python, "-m", module, name, role, str(people), str(at_once), folder]


def answer(python: str, name: str, role: str, people: int, at_once: int, folder: str = "") -> Any:
    """What came of it."""
    with tempfile.TemporaryDirectory() as own:
        work = command(python, name, role, people, at_once, folder or own)
        done = subprocess.run(work, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{name}, {role}: {done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])


def lost(python: str, name: str) -> dict[str, int]:
    """Answers that were accepted, and those of them that are gone after kill -9 and a new start."""
    with tempfile.TemporaryDirectory() as folder:
        work = command(python, name, "fill", INTERRUPTED, 64, folder)
        with subprocess.Popen(work, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            while process.stdout.readline().strip() != "ready":
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended by itself")
            process.kill()
        accepted = INTERRUPTED * HALFWAY
        return {"accepted": accepted, "lost": accepted - answer(python, name, "kept", INTERRUPTED, 64, folder)}


def pythons(folder: str, wanted: Callable[[str], bool]) -> dict[str, str]:
    """The Python in which each programme runs; those that cannot be had here are left out, and that is said."""
    found = {name: sys.executable for name in ALL if wanted(name) and not name.startswith("aiogram")}
    others = [name for name in ALL if wanted(name) and name.startswith("aiogram")]
    if others:
        venv.create(folder, with_pip=True)
        python = f"{folder}/bin/python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "aiogram", "redis"]
        if subprocess.run(install, capture_output=True, check=False).returncode:
            print("aiogram could not be installed and is left out.")
            return found
        found |= dict.fromkeys(others, python)
    if "aiogram on Redis" in found and shutil.which("redis-server") is None:
        print("There is no redis-server here (apt install redis-server): aiogram on Redis is left out.")
        del found["aiogram on Redis"]
    return found


def measure(name: str, python: str, given: argparse.Namespace) -> dict[str, Any]:
    """All figures of one programme."""
    return {
        "at_once": {
            str(number): answer(
                python, name, "speed", given.people if number > 1 else max(20, given.people // 8), number
            )
            for number in (1, given.at_once)
        },
        "memory_mb": answer(python, name, "memory", given.crowd, 64) if given.crowd else {},
        **lost(python, name),
    }


def table(figures: dict[str, Any]) -> str:
    """The figures for people."""
    lines = []
    for many in next(iter(figures.values()))["at_once"]:
        lines += [f"{many + ' at once':44}{'msg/CPU s':>12}{'msg/s':>10}{'p50 ms':>9}{'p99 ms':>9}"]
        for name, found in figures.items():
            row = found["at_once"][many]
            numbers = f"{row['per_cpu_second']:>12}{row['per_second']:>10}{row['p50_ms']:>9}{row['p99_ms']:>9}"
            lines += [f"  {name:42}{numbers}"]
    lines += ["", f"{'MB more with so many in mid-conversation':44}"]
    for name, found in figures.items():
        stages = ", ".join(f"{int(people):,}: {more}" for people, more in found["memory_mb"].items())
        lines += [f"  {name:42}  {stages}"]
    lines += ["", "answers lost by kill -9"]
    lines += [f"  {name:42}  {found['lost']} of {found['accepted']}" for name, found in figures.items()]
    return "\n".join(lines)


def main() -> None:
    """Measure all, print the table, write it down."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--people", type=int, default=640)
    words.add_argument("--at-once", type=int, default=64)
    words.add_argument("--crowd", type=int, default=50_000, help="0: memory is not measured")
    words.add_argument("--only", default="", help="a part of the names of those to measure")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = {
            name: measure(name, python, given) for name, python in pythons(folder, lambda n: given.only in n).items()
        }
        freeze = [f"{folder}/bin/python", "-m", "pip", "freeze"]
        others = subprocess.run(freeze, capture_output=True, text=True, check=False).stdout if given.only == "" else ""
    print(table(figures))
    if given.only:
        return
    many = str(given.at_once)
    first = figures["sorora"]["at_once"]
    ratios = {
        name: {n: round(first[n]["per_cpu_second"] / found["at_once"][n]["per_cpu_second"], 2) for n in first}
        for name, found in figures.items() if name != "sorora"
    }  # fmt: skip
    for name, ratio in ratios.items():
        print(f"sorora: {ratio[many]} times the messages per CPU second of {name}, {many} at once")
    machine = {
        "python": sys.version.split()[0], "machine": platform.machine(), "system": platform.platform(),
        "sqlite": sqlite3.sqlite_version, "python-telegram-bot": version("python-telegram-bot"),
        "others": [line for line in others.splitlines() if line.startswith(("aiogram", "redis"))],
    }  # fmt: skip
    saved = {"machine": machine, "figures": figures, "ratios": ratios}
    (Path(__file__).parent / "conversation.json").write_text(json.dumps(saved, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["sorora"]:
        take_part({"sorora": sorora})
    else:
        main()
