"""The fifteen-question self-assessment: the whole of Sorora beside python-telegram-bot's ConversationHandler.

Sorora does all it does for real people: dedupe, unseal, replay, render, seal, outbox, SQLite with synchronous=FULL.
The peer keeps its conversations in memory and loses them with the process. Both answer into a network that says "ok".

    python bench/conversation.py [--people 640] [--at-once 64]

Prints messages per CPU second, their ratio, and the 50th and 99th percentile of an answer at 1 and at many at once;
saves the same as JSON beside this file. Figures of different machines cannot be compared, ratios of one run can.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import telegram
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ConversationHandler
from telegram.request import BaseRequest

from bot.app import find_programme, put_together
from bot.clock import SystemClock
from bot.messages import Incoming, Result, Verdict
from bot.store.door import Store
from bot.store.schema import migrate
from bot.testing import StageChannel
from bot.vault import Vault, new_key

QUESTIONS = 15
ANSWERS = ("have", "improve", "develop")
Say = Callable[[int, int], Awaitable[None]]  # (person, number of the message in her path)


async def measure(say: Say, people: int, at_once: int) -> dict[str, float]:
    """Send every person's messages in order, `at_once` people at a time."""
    waits: list[float] = []

    async def one(person: int) -> None:
        for step in range(QUESTIONS + 1):
            began = time.perf_counter()
            await say(person, step)
            waits.append(time.perf_counter() - began)

    cpu, wall = time.process_time(), time.perf_counter()
    for first in range(0, people, at_once):
        await asyncio.gather(*(one(person) for person in range(first, min(people, first + at_once))))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    ranked = statistics.quantiles(waits, n=100)
    return {
        "messages": len(waits),
        "per_cpu_second": round(len(waits) / cpu),
        "per_second": round(len(waits) / wall),
        "p50_ms": round(ranked[49] * 1000, 2),
        "p99_ms": round(ranked[98] * 1000, 2),
    }


# --- Sorora -------------------------------------------------------------------------------------------------------


async def sorora(people: int, at_once: int) -> dict[str, float]:
    """The competencies talk through the engine on a SQLite file, its outbox sending in the background."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite+aiosqlite:///{folder}/bench.db", Vault([new_key()]))
        await migrate(store)
        channel = Bare()
        programme = find_programme("conversations")
        made = put_together(store, {channel.name: channel}, SystemClock(), programme, random.Random(1))
        numbers = count()

        async def do(person: int, **what: Any) -> None:
            event = Incoming(channel.name, str(next(numbers)), str(person), datetime.now(UTC), **what)
            await made.batches.receive(event)

        await asyncio.gather(*(join(do, person) for person in range(people)))
        await made.outbox.drain()
        # Sixty a minute is a person's pace, not a benchmark's.
        made.batches.manners.flooding = lambda *_: False  # type: ignore[method-assign]

        async def say(person: int, step: int) -> None:
            if step == 0:
                await do(person, text="/competencies")
            else:
                await do(person, text=str(1 + step % len(ANSWERS)))

        async with made.running():
            return await measure(say, people, at_once)


class Bare(StageChannel):
    """A network that says "ok" and forgets."""

    per_chat = 0.0

    def __init__(self) -> None:
        super().__init__("bench")

    async def send(self, sending: Any) -> Any:
        """Accept."""
        return Result(Verdict.SENT, "1")


async def join(do: Callable[..., Awaitable[None]], person: int) -> None:
    """Bring a person through the welcome by typing the numbers of the first options."""
    for text in ("/start", "English", "1", "1", "1", "3"):
        await do(person, text=text)


# --- python-telegram-bot ------------------------------------------------------------------------------------------


class Yes(BaseRequest):
    """A network that says "ok" at once."""

    read_timeout = 1.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(self, url: str, *_args: Any, **_more: Any) -> tuple[int, bytes]:
        """The answer of the platform."""
        if url.endswith("getMe"):
            return 200, b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"b","username":"b"}}'
        if url.endswith("answerCallbackQuery"):
            return 200, b'{"ok":true,"result":true}'
        return 200, b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"x"}}'


async def peer(people: int, at_once: int) -> dict[str, float]:
    """The same path as a ConversationHandler in memory."""
    app = Application.builder().token("1:bench").request(Yes()).get_updates_request(Yes()).build()
    keys = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton(a, callback_data=a) for a in ANSWERS]])

    async def begin(update: telegram.Update, context: Any) -> int:
        context.user_data["answers"] = []
        await update.effective_message.reply_text("1/15", reply_markup=keys)  # type: ignore[union-attr]
        return 0

    async def answer(update: telegram.Update, context: Any) -> int:
        query = update.callback_query
        assert query is not None
        await query.answer()
        context.user_data["answers"].append(query.data)
        number = len(context.user_data["answers"])
        if number == QUESTIONS:
            await query.edit_message_text("done")
            return ConversationHandler.END
        await query.edit_message_text(f"{number + 1}/15", reply_markup=keys)
        return number

    states = {number: [CallbackQueryHandler(answer)] for number in range(QUESTIONS)}
    app.add_handler(ConversationHandler([CommandHandler("start", begin)], states, []))  # type: ignore[arg-type]
    await app.initialize()
    numbers = count()

    async def say(person: int, step: int) -> None:
        user = {"id": person + 1, "is_bot": False, "first_name": "Fictional"}
        message = {"message_id": 1, "date": 1, "chat": {"id": person + 1, "type": "private"}, "from": user}
        if step == 0:
            entity = [{"type": "bot_command", "offset": 0, "length": 6}]
            raw: dict[str, Any] = {"message": {**message, "text": "/start", "entities": entity}}
        else:
            query = {"id": str(step), "from": user, "message": {**message, "text": "x"}, "chat_instance": "1"}
            raw = {"callback_query": {**query, "data": ANSWERS[step % len(ANSWERS)]}}
        raw = json.loads(json.dumps({"update_id": next(numbers), **raw}))
        await app.process_update(telegram.Update.de_json(raw, app.bot))

    try:
        return await measure(say, people, at_once)
    finally:
        await app.shutdown()


# --- both ---------------------------------------------------------------------------------------------------------


async def main(people: int, at_once: int) -> None:
    """Run both, print the table, save it."""
    found = {
        f"{name}, {number} at once": await run(people if number > 1 else max(20, people // 16), number)
        for number in (at_once, 1)
        for name, run in (("sorora", sorora), ("python-telegram-bot in memory", peer))
    }
    print(f"{'':44}{'msg/CPU s':>12}{'msg/s':>10}{'p50 ms':>9}{'p99 ms':>9}")
    for name, row in found.items():
        figures = f"{row['per_cpu_second']:>12}{row['per_second']:>10}{row['p50_ms']:>9}{row['p99_ms']:>9}"
        print(f"{name:44}{figures}")
    ratios = {
        number: round(
            found[f"sorora, {number} at once"]["per_cpu_second"]
            / found[f"python-telegram-bot in memory, {number} at once"]["per_cpu_second"], 2
        )
        for number in (at_once, 1)
    }  # fmt: skip
    print(f"ratio of messages per CPU second: {ratios}")
    machine = {
        "python": sys.version.split()[0], "machine": platform.machine(), "system": platform.platform(),
        "sqlite": sqlite3.sqlite_version, "python-telegram-bot": telegram.__version__,
    }  # fmt: skip
    saved = {"machine": machine, "figures": found, "ratios": ratios}
    (Path(__file__).parent / "conversation.json").write_text(json.dumps(saved, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=640)
    words.add_argument("--at-once", type=int, default=64)
    given = words.parse_args()
    asyncio.run(main(given.people, given.at_once))
