"""The other programmes of `bench.conversation`, and what all of them go through.

python-telegram-bot's ConversationHandler in memory and with PicklePersistence, aiogram's FSM in memory and on Redis:
each asks the same fifteen questions with three buttons each, keeps the answers, and edits its card, as their manuals
show it. The network says "ok" at once. aiogram lives in an environment of its own, made for the moment and thrown away.

    python -m bench.conversation_peers PEER speed|memory|fill|kept PEOPLE AT_ONCE FOLDER      prints JSON
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

QUESTIONS = 15
ANSWERS = ("have", "improve", "develop")
HALFWAY = 5  # answers of who is in mid-conversation when a process is killed
STAGES = (1_000, 10_000, 50_000)  # people in mid-conversation when memory is looked at
Say = Callable[[int, int], Awaitable[None]]  # (person, number of the message in her path: 0 opens the talk)


@dataclass(frozen=True, slots=True)
class Bot:
    """One programme at work. say: one message, until its answer is sent. kept: answers that it has after a start.
    cpu: seconds that it has used, with all processes that it needs. forget: lets go of what is the benchmark's."""

    say: Say
    kept: Callable[[], Awaitable[int]]
    cpu: Callable[[], float] = time.process_time
    forget: Callable[[], None] = lambda: None


Open = Callable[[Path, int], AbstractAsyncContextManager[Bot]]  # (folder of its files, people that there are)


# --- what every programme goes through ----------------------------------------------------------------------------


async def hold(bot: Bot, people: range, at_once: int, steps: int) -> list[float]:
    """The first messages of everybody, `at_once` people at a time; gives how long each waited for its answer."""
    waits: list[float] = []

    async def one(person: int) -> None:
        for step in range(steps):
            began = time.perf_counter()
            await bot.say(person, step)
            waits.append(time.perf_counter() - began)

    for first in range(0, len(people), at_once):
        await asyncio.gather(*(one(person) for person in people[first : first + at_once]))
    return waits


async def speed(bot: Bot, people: int, at_once: int) -> dict[str, float]:
    """The whole talk, after some people who only warm it up."""
    warm = min(at_once, people)
    await hold(bot, range(people, people + warm), at_once, QUESTIONS + 1)
    cpu, wall = bot.cpu(), time.perf_counter()
    waits = await hold(bot, range(people), at_once, QUESTIONS + 1)
    cpu, wall = bot.cpu() - cpu, time.perf_counter() - wall
    ranked = statistics.quantiles(waits, n=100)
    return {
        "messages": len(waits),
        "per_cpu_second": round(len(waits) / cpu),
        "per_second": round(len(waits) / wall),
        "p50_ms": round(ranked[49] * 1000, 2),
        "p99_ms": round(ranked[98] * 1000, 2),
    }


def resident() -> float:
    """MB of this process that are in memory now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


async def memory(bot: Bot, people: int, at_once: int) -> dict[str, float]:
    """MB more than before anybody came, at each stage: everybody has opened the talk and answered twice."""
    before, came = resident(), 0
    found = {}
    for stage in STAGES:
        stage = min(stage, people)
        await hold(bot, range(came, stage), at_once, 3)
        came = stage
        bot.forget()
        found[str(stage)] = round(resident() - before, 1)
    return found


async def take_part(opened: Open, role: str, people: int, at_once: int, folder: Path) -> None:
    """One programme in one role; prints what came of it. fill: until it is killed."""
    async with opened(folder, 2 * people if role == "speed" else people) as bot:
        if role == "kept":
            print(json.dumps(await bot.kept()))
        elif role == "fill":
            await hold(bot, range(people), at_once, HALFWAY + 1)
            print("ready", flush=True)
            await asyncio.Event().wait()
        else:
            print(json.dumps(await (speed if role == "speed" else memory)(bot, people, at_once)))


def main(peers: dict[str, Open]) -> None:
    """Take the part that the command line names."""
    name, role, people, at_once, folder = sys.argv[1:6]
    asyncio.run(take_part(peers[name], role, int(people), int(at_once), Path(folder)))


# --- updates as Telegram sends them -------------------------------------------------------------------------------


def raw_update(number: int, person: int, step: int) -> dict[str, Any]:
    """The command that opens the talk, then taps; through JSON, as it comes."""
    user = {"id": person + 1, "is_bot": False, "first_name": "Fictional"}
    message = {"message_id": 1, "date": 1, "chat": {"id": person + 1, "type": "private"}, "from": user}
    if step == 0:
        entity = [{"type": "bot_command", "offset": 0, "length": 6}]
        raw: dict[str, Any] = {"message": {**message, "text": "/start", "entities": entity}}
    else:
        query = {"id": str(step), "from": user, "message": {**message, "text": "x"}, "chat_instance": "1"}
        raw = {"callback_query": {**query, "data": ANSWERS[step % len(ANSWERS)]}}
    return json.loads(json.dumps({"update_id": number, **raw}))  # type: ignore[no-any-return]


SENT = b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"x"}}'
DONE = b'{"ok":true,"result":true}'
ME = b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"b","username":"b"}}'


# --- python-telegram-bot ------------------------------------------------------------------------------------------


@asynccontextmanager
async def ptb(folder: Path, _people: int, *, pickled: bool) -> AsyncIterator[Bot]:
    """A ConversationHandler, its conversations and answers in memory; pickled: written to a file now and then."""
    import telegram
    from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ConversationHandler, PicklePersistence
    from telegram.request import BaseRequest

    warnings.simplefilter("ignore", telegram.warnings.PTBUserWarning)

    class Yes(BaseRequest):
        read_timeout = 1.0

        async def initialize(self) -> None: ...

        async def shutdown(self) -> None: ...

        async def do_request(self, url: str, *_args: Any, **_more: Any) -> tuple[int, bytes]:
            return 200, ME if url.endswith("getMe") else DONE if url.endswith("answerCallbackQuery") else SENT

    builder = Application.builder().token("1:bench").request(Yes()).get_updates_request(Yes())
    if pickled:
        builder = builder.persistence(PicklePersistence(folder / "ptb.pickle"))
    app = builder.build()
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

    states: Any = {number: [CallbackQueryHandler(answer)] for number in range(QUESTIONS)}
    entries: Any = [CommandHandler("start", begin)]
    named: Any = {"name": "assessment", "persistent": True} if pickled else {}
    app.add_handler(ConversationHandler(entries, states, [], **named))
    numbers = count()

    async def say(person: int, step: int) -> None:
        await app.process_update(telegram.Update.de_json(raw_update(next(numbers), person, step), app.bot))

    async def kept() -> int:
        return sum(len(one.get("answers", [])) for one in app.user_data.values())

    await app.initialize()
    await app.start()
    try:
        yield Bot(say, kept)
    finally:
        await app.stop()
        await app.shutdown()


# --- aiogram ------------------------------------------------------------------------------------------------------


def at_once() -> Any:
    """aiogram's network that says "ok" at once."""
    from aiogram.client.session.base import BaseSession  # type: ignore[import-not-found]
    from aiogram.methods import AnswerCallbackQuery  # type: ignore[import-not-found]

    class Yes(BaseSession):  # type: ignore[misc]
        async def make_request(self, bot: Any, method: Any, *_args: Any, **_more: Any) -> Any:
            content = (DONE if isinstance(method, AnswerCallbackQuery) else SENT).decode()
            return self.check_response(bot, method, 200, content).result

        async def stream_content(self, *_args: Any, **_more: Any) -> AsyncIterator[bytes]:
            yield b""

        async def close(self) -> None: ...

    return Yes()


@asynccontextmanager
async def aiogram(folder: Path, _people: int, *, on_redis: bool) -> AsyncIterator[Bot]:
    """A finite state machine, its states and answers in memory or in a Redis of its own, set up as it comes."""
    import aiogram as lib  # type: ignore[import-not-found]
    from aiogram.filters import Command, StateFilter  # type: ignore[import-not-found]
    from aiogram.fsm.state import State  # type: ignore[import-not-found]
    from aiogram.fsm.storage.memory import MemoryStorage  # type: ignore[import-not-found]
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Update  # type: ignore[import-not-found]

    states = [State(f"q{number}", group_name="assessment") for number in range(QUESTIONS)]
    keys = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=a, callback_data=a) for a in ANSWERS]])

    async def begin(message: Any, state: Any) -> None:
        await state.set_state(states[0])
        await state.update_data(answers=[])
        await message.answer("1/15", reply_markup=keys)

    async def answer(query: Any, state: Any) -> None:
        await query.answer()
        answers = [*(await state.get_data())["answers"], query.data]
        await state.update_data(answers=answers)
        if len(answers) == QUESTIONS:
            await state.set_state(None)
            await query.message.edit_text("done")
        else:
            await state.set_state(states[len(answers)])
            await query.message.edit_text(f"{len(answers) + 1}/15", reply_markup=keys)

    bot = lib.Bot("1:bench", session=at_once())
    async with redis_at(folder) if on_redis else nothing() as redis:
        storage: Any = MemoryStorage()
        if redis is not None:
            from aiogram.fsm.storage.redis import RedisStorage  # type: ignore[import-not-found]

            storage = RedisStorage(redis)
        dispatcher = lib.Dispatcher(storage=storage)
        dispatcher.message.register(begin, Command("start"))
        for state in states:
            dispatcher.callback_query.register(answer, StateFilter(state))
        numbers = count()

        async def say(person: int, step: int) -> None:
            update = Update.model_validate(raw_update(next(numbers), person, step), context={"bot": bot})
            await dispatcher.feed_update(bot, update)

        async def kept() -> int:
            if redis is None:
                return sum(len(one.data.get("answers", [])) for one in storage.storage.values())
            return sum([len(json.loads(await redis.get(key))["answers"]) async for key in redis.scan_iter("*:data")])

        def cpu() -> float:
            return time.process_time() + (0.0 if redis is None else spent(redis.server))

        yield Bot(say, kept, cpu)


def spent(server: Any) -> float:
    """CPU seconds of another process (Linux)."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    """No Redis."""
    yield None


@asynccontextmanager
async def redis_at(folder: Path) -> AsyncIterator[Any]:
    """A client of a Redis that lives as long as this process, on a socket in this folder; what it saved before is read
    again. One that runs there already, since only the bot was killed, is used."""
    from redis.asyncio import Redis  # type: ignore[import-not-found]

    socket = folder / "redis.sock"
    client = Redis(unix_socket_path=str(socket))
    server = None
    if not socket.exists():
        command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
        server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        while not socket.exists():  # noqa: ASYNC110 - another programme's file
            await asyncio.sleep(0.05)
    client.server = server
    try:
        yield client
    finally:
        await client.shutdown(nosave=True)
        await client.aclose()
        if server is not None:
            await server.wait()


PEERS: dict[str, Open] = {
    "python-telegram-bot in memory": lambda folder, people: ptb(folder, people, pickled=False),
    "python-telegram-bot with PicklePersistence": lambda folder, people: ptb(folder, people, pickled=True),
    "aiogram in memory": lambda folder, people: aiogram(folder, people, on_redis=False),
    "aiogram on Redis": lambda folder, people: aiogram(folder, people, on_redis=True),
}

if __name__ == "__main__":
    main(PEERS)
