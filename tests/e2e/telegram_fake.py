"""A strict fake of Telegram: its Bot API over HTTP on 127.0.0.1, and the people who write to the bot.

    fake = FakeTelegram(clock, Random(1))
    await fake.start()                      # then fake.url and fake.token are for the bot
    anna = fake.person(language_code="fr")
    await anna.types("/start")
    await anna.hears("Bonjour")
    await anna.taps("Continuer")
    await fake.stop()

What Telegram would refuse is refused in its words; `calls` is the log of all that was asked. Updates go out by
getUpdates or, once setWebhook was called, by POST; they come again until confirmed. Faults are in telegram_faults.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from tests.e2e.telegram_faults import CALLS, UPDATES, Faults
from tests.e2e.telegram_hook import Hook
from tests.e2e.telegram_methods import Methods, Params, Refusal
from tests.e2e.telegram_people import Bell, Json, Person, Shown

TOKEN = "7000000001:AAfake-token-of-a-made-up-bot-000000"


@dataclass(frozen=True)
class Rates:
    """Messages and edits a second: for the whole bot, to one chat, and how many to one chat may come at once."""

    per_second: float = 30.0
    per_chat: float = 1.0
    burst: int = 3


class FakeTelegram:
    """See the module. rates None: no limits (for tests without the patience of a moving clock).

    people, files, calls (method, parameters), refused (method, words), pending (updates not yet confirmed), answered
    (taps), early (calls made before the retry_after of a 429 was over: a bot that keeps the rules has none),
    methods.faces (what was set up), webhook.answers (status codes it gave).
    """

    def __init__(self, clock: Clock, random: Random, token: str = TOKEN, rates: Rates | None = None) -> None:
        self.token = token
        self.url = ""
        self.faults = Faults(random)
        self.people: dict[int, Person] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.calls: list[tuple[str, Params]] = []
        self.refused: list[tuple[str, str]] = []
        self.pending: list[Json] = []
        self.answered: list[str] = []
        self.early: list[str] = []
        self.serial = 0
        self.methods = Methods(self)
        self.clock = clock
        self._rates = rates
        self._counts: Counter[str] = Counter(update=random.randint(10**8, 5 * 10**8), message=0, person=0, file=0)
        self._queries: set[str] = set()
        self._spent: dict[int, tuple[float, float]] = {}  # chat (0: the bot) to tokens left at a time
        self._closed: dict[int, float] = {}  # chat to the end of its retry_after
        self.webhook = Hook(self)
        self._poller: object = None
        self._bell = Bell()
        self._closing = False

    # Running

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1, in this loop."""
        listener = socket.socket(proto=socket.IPPROTO_TCP)  # without it asyncio leaves Nagle's 40 ms in every answer
        listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        routes = [
            Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._file),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), log_level=60, access_log=False, lifespan="off", ws="none", log_config=None,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.002)

    async def stop(self) -> None:
        """End all requests and deliveries, and free the port."""
        self._closing = True
        self._bell.ring()
        await self.webhook.close()
        self._server.should_exit = True
        await self._serving

    async def until(self, test: Callable[[], Any], within: float = 5.0) -> Any:
        """Wait until `test` gives something, looked at after each call and delivery. Raises TimeoutError."""
        return await self._bell.until(test, within)

    def ring(self) -> None:
        """Something happened."""
        self._bell.ring()

    # People and numbers

    def person(self, language_code: str = "en", user_id: int = 0) -> Person:
        """Somebody new. She must write first, as on Telegram."""
        user_id = user_id or 500_000_000 + self._next("person")
        self.people[user_id] = Person(self, user_id, language_code)
        return self.people[user_id]

    def _next(self, what: str) -> int:
        self._counts[what] += 1
        return self._counts[what]

    def next_message(self) -> int:
        return self._next("message")

    def next_serial(self) -> int:
        self.serial += 1
        return self.serial

    def unix(self) -> int:
        return int(self.clock.now().timestamp())

    def query_id(self, person: Person) -> str:
        query = f"{person.user_id}{self._next('query')}"
        self._queries.add(query)
        return query

    def answer_query(self, query: str) -> bool:
        """Whether this tap was waiting for its answer."""
        if query not in self._queries:
            return False
        self._queries.remove(query)
        self.answered.append(query)
        return True

    def keep_file(self, folder: str, ending: str, body: bytes) -> Json:
        """Something a person sent, for getFile."""
        number = self._next("file")
        file_id = f"AgAC{folder}{number}"
        self.files[file_id] = (f"{folder}/file_{number}.{ending}", body)
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(body)}

    def bot_json(self) -> Json:
        return {
            "id": int(self.token.split(":")[0]),
            "is_bot": True,
            "first_name": "Fake",
            "username": "sorora_fake_bot",
        }

    def as_json(self, person: Person, shown: Shown) -> Json:
        """A message as the API shows it."""
        sender = person.user_json() if shown.mine else self.bot_json()
        chat = person.chat_json()
        message: Json = {"message_id": shown.message_id, "from": sender, "chat": chat, "date": shown.date}
        media = "photo" if shown.photo is not None else "document" if shown.document else "voice" if shown.voice else ""
        file = {"file_id": f"out{shown.message_id}", "file_unique_id": f"u{shown.message_id}"}
        if media == "photo":
            message["photo"] = [file | {"width": 800, "height": 600, "file_size": len(shown.photo or b"")}]
        elif shown.document:
            message["document"] = file | {"file_name": shown.document[0], "file_size": len(shown.document[1])}
        elif shown.voice:
            voice = {"duration": shown.voice[1], "mime_type": "audio/ogg", "file_size": len(shown.voice[0])}
            message["voice"] = file | voice
        message |= {"caption" if media else "text": shown.text} if shown.text else {}
        if shown.edited:
            message["edit_date"] = self.unix()
        if shown.rows:
            keyboard = [[{"text": label, "callback_data": data} for label, data in row] for row in shown.rows]
            message["reply_markup"] = {"inline_keyboard": keyboard}
        return message

    # Updates

    async def push(self, person: Person | None, event: Json) -> int:
        """Something for the bot (any kind of update). Gives its update_id."""
        update = {"update_id": self._next("update"), **event}
        if self.webhook.wants(update):
            self.pending.append(update)
            self.webhook.send(update, person.user_id if person else 0)
        self.ring()
        return int(update["update_id"])

    def hook(self, url: str, secret: str, allowed: list[str]) -> None:
        """What setWebhook and deleteWebhook do."""
        self.webhook.set(url, secret, allowed)

    def confirm(self, update: Json) -> None:
        """The bot has taken this one."""
        self.pending = [waiting for waiting in self.pending if waiting["update_id"] != update["update_id"]]
        self.ring()

    async def _get_updates(self, params: Params) -> list[Json]:
        if self.webhook.url:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        if "allowed_updates" in params:
            self.webhook.allowed = json.loads(params["allowed_updates"])
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 100))
        self.pending = [update for update in self.pending if update["update_id"] >= offset]
        self._poller = mine = object()
        self.ring()
        try:
            await self.until(
                lambda: self.pending or self._poller is not mine or self._closing, float(params["timeout"])
            )
        except TimeoutError:
            return []
        if self._poller is not mine:
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        return self.pending[:limit]

    async def _poll(self, params: Params) -> Response:
        batch = await self._get_updates(params)
        fault = self.faults.pick("getUpdates", UPDATES) if batch else ""
        if fault == "duplicate":
            batch = [*batch, self.faults.random.choice(batch)]
        elif fault == "reorder":
            batch = self.faults.random.sample(batch, len(batch))
        body = json.dumps({"ok": True, "result": batch}).encode()
        if fault == "truncate":
            body = body[: self.faults.random.randrange(len(body))]
        return Response(body, media_type="application/json")

    # Calls

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        try:
            params = await _params(request)
            self.calls.append((method, params))
            self._known(request)
            return await self._answer(request, method, params)
        except Refusal as refusal:
            self.refused.append((method, refusal.description))
            body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.retry_after:
                body["parameters"] = {"retry_after": refusal.retry_after}
            return JSONResponse(body, refusal.code)
        finally:
            self.ring()

    def _known(self, request: Request) -> None:
        if request.path_params["token"] != self.token:
            raise Refusal(401, "Unauthorized")

    async def _answer(self, request: Request, method: str, params: Params) -> Response:
        chat = int(params.get("chat_id") or 0)
        self._keep_closed(method, chat)
        fault = self.faults.pick(method, CALLS)
        if fault == "429":
            raise self._too_many(chat, self.faults.retry_after())
        if fault == "500":
            raise Refusal(500, "Internal Server Error")
        if fault.endswith("_before"):
            return await self._lost(request, fault)
        if method == "getUpdates":
            return await self._poll(params)
        run = self.methods.find(method)
        if method in Methods.LIMITED:
            self._spend(chat)
        result = run(params)
        if fault.endswith("_after"):
            self.ring()
            return await self._lost(request, fault)
        return JSONResponse({"ok": True, "result": result})

    async def _lost(self, request: Request, fault: str) -> Response:
        """The answer never comes: a broken connection, or silence until the caller goes away."""
        if fault.startswith("silent"):
            while not self._closing and not await request.is_disconnected():  # noqa: ASYNC110 - nor does Starlette
                await asyncio.sleep(0.01)
        return Response(b"{", headers={"Content-Length": "2"})  # shorter than it says: the server breaks it off

    def _now(self) -> float:
        return self.clock.now().timestamp()

    def _too_many(self, chat: int, seconds: int) -> Refusal:
        self._closed[chat] = self._now() + seconds
        return Refusal(429, f"Too Many Requests: retry after {seconds}", seconds)

    def _keep_closed(self, method: str, chat: int) -> None:
        left = self._closed.get(chat, 0.0) - self._now()
        if left > 0:
            self.early.append(method)
            raise Refusal(429, f"Too Many Requests: retry after {int(left) + 1}", int(left) + 1)

    def _spend(self, chat: int) -> None:
        """Take one token of the bot's and of the chat's bucket."""
        if self._rates is None:
            return
        buckets = ((0, self._rates.per_second, self._rates.per_second), (chat, self._rates.per_chat, self._rates.burst))
        for key, rate, size in buckets:
            left, since = self._spent.get(key, (size, self._now()))
            left = min(size, left + (self._now() - since) * rate)
            if left < 1:
                raise self._too_many(key, max(1, round((1 - left) / rate)))
            self._spent[key] = (left - 1, self._now())

    async def _file(self, request: Request) -> Response:
        path = request.path_params["path"]
        body = next((body for kept, body in self.files.values() if kept == path), None)
        if request.path_params["token"] != self.token or body is None:
            return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
        fault = self.faults.pick("file", CALLS)
        if fault == "500":
            return Response(status_code=500)
        return await self._lost(request, fault) if fault else Response(body, media_type="application/octet-stream")


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals belong to the test run


async def _params(request: Request) -> Params:
    """Parameters as the API takes them: in the query, as a form with or without files, or as JSON."""
    params: Params = dict(request.query_params)
    if request.headers.get("Content-Type", "").startswith("application/json"):
        return params | dict(await request.json())
    async with request.form(max_part_size=60 * 1024 * 1024) as form:
        for name, value in form.items():
            params[name] = (value.filename or "", await value.read()) if isinstance(value, UploadFile) else value
    return params
