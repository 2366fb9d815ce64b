"""A strict stand-in for Meta's Cloud API, with people who tap and type (fictional, all of them).

async with FakeWhatsApp(clock, Random(7)) as fake:
    channel = WhatsApp(fake.token, fake.phone_id, …, api_url=fake.url)
    await fake.hook("http://127.0.0.1:8080/whatsapp")       # asks the challenge, then posts signed webhooks until 200
    amina = fake.person(phone="+32 470 00 00 01")
    await amina.types("Hello")
    question = await amina.hears("?")
    await amina.taps("Yes")
    await fake.settle()                                     # every webhook has been answered 200
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Self

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from tests.e2e.telegram_faults import CALLS, Faults
from tests.e2e.telegram_people import Bell
from tests.e2e.whatsapp_people import Event, Person, Shown
from tests.e2e.whatsapp_rules import Json, Refusal, check_message, check_upload
from tests.e2e.whatsapp_shelf import Shelf

WINDOW = timedelta(hours=24)
WEBHOOK = frozenset({"duplicate", "reorder", "batch", "truncate"})


@dataclass
class FakeWhatsApp:
    """The platform. `clock` decides about the 24-hour window and the pair rate; `burst` messages may go to one person
    at once. faults: of calls to "messages" as in telegram_faults, and of the "webhook": duplicate, reorder, truncate
    (half a body, which its signature does not fit; the whole one follows), batch (several events in one body).
    refusals: what was refused as invalid, for a test that wants none. early: calls made before the Retry-After of that
    recipient had passed."""

    clock: Clock
    random: Random
    burst: int = 45
    token: str = "EAAfictionaltoken"
    phone_id: str = "100000000000001"
    business_id: str = "200000000000002"
    app_secret: str = "fictional-app-secret"
    verify_token: str = "fictional-verify-token"
    people: list[Person] = field(default_factory=list)
    calls: list[Json] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    profile: Json = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    early: int = 0

    def __post_init__(self) -> None:
        self.faults = Faults(self.random)
        self._media: dict[str, tuple[str, bytes]] = {}
        self._held: dict[str, datetime] = {}
        self._queue: list[Event] = []
        self._wake = asyncio.Event()
        self.bell = Bell()
        self._stopping = asyncio.Event()
        self._hook: httpx.AsyncClient | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.url = ""

    # Start, stop, people

    async def start(self) -> None:
        routes = [
            Route("/{version}/{phone}/messages", self._messages, methods=["POST"]),
            Route("/{version}/{phone}/media", self._upload, methods=["POST"]),
            Route("/{version}/{phone}/whatsapp_business_profile", self._set_profile, methods=["POST"]),
            Route("/{version}/{business}/message_templates", self._templates, methods=["GET", "POST"]),
            Route("/{version}/{media}", self._media_url, methods=["GET"]),
            Route("/whatsapp_business/attachments/", self._download, methods=["GET"]),
        ]
        app = Starlette(routes=routes, exception_handlers={Refusal: self._refused})
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="critical", lifespan="off", log_config=None,
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._server = _Server(config)
        self._tasks = [asyncio.create_task(self._server.serve()), asyncio.create_task(self._pump())]
        while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        self._stopping.set()
        self._server.should_exit = True
        self._tasks[1].cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._hook is not None:
            await self._hook.aclose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def hook(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Set the webhook as Meta does: it must answer the challenge. Raises AssertionError where it does not."""
        if self._hook is not None:
            await self._hook.aclose()
        self._hook_url = url
        self._hook = httpx.AsyncClient(transport=transport, timeout=10, trust_env=False)
        challenge = str(self.random.randrange(10**9))
        query = {"hub.mode": "subscribe", "hub.verify_token": self.verify_token, "hub.challenge": challenge}
        answer = await self._hook.get(url, params=query)
        assert (answer.status_code, answer.text) == (200, challenge), "the webhook does not answer the challenge"
        self._wake.set()

    def person(self, phone: str = "", user_id: str = "") -> Person:
        """A person with a phone number, a business-scoped user id, or both (with neither, both are made up)."""
        number = len(self.people) + 1
        if not phone and not user_id:
            phone, user_id = f"+32 470 00 {number // 100:02} {number % 100:02}", f"BE.9000000000{number:05}"
        digits = "".join(char for char in phone if char.isdigit())
        one = Person(self, digits, user_id)
        self.people.append(one)
        return one

    async def until(self, test: Callable[[], Any], within: float = 5.0) -> Any:
        """Wait until `test` gives something, and give that; asked again whenever somebody hears something or a webhook
        was answered. Raises TimeoutError."""
        return await self.bell.until(test, within)

    async def settle(self) -> None:
        """Return when every webhook that waits was answered 200."""
        while self._queue:
            await asyncio.gather(*[asyncio.shield(one.done) for one in self._queue])

    # The API

    def _guard(self, request: Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise Refusal(190, "Invalid OAuth access token - Cannot parse access token", 401)
        if request.path_params.get("phone", self.phone_id) != self.phone_id:
            raise Refusal(100, "Unsupported post request. Object does not exist", 400, 33, "GraphMethodException")

    async def _refused(self, _: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)
        if refusal.code not in (130429, 131056, 131000):
            self.refusals.append(refusal)
        headers = {"Retry-After": str(refusal.wait)} if refusal.wait else {}
        return JSONResponse(refusal.body(self._name("trace")), refusal.status, headers)

    async def _messages(self, request: Request) -> Response:
        self._guard(request)
        body = json.loads(await request.body())
        if body.get("status") == "read":
            return JSONResponse({"success": True})
        fault = self.faults.pick("messages", CALLS)
        to = str(body.get("recipient") or body.get("to"))
        self._hold(to, fault)
        check_message(body, lambda ref: self._media.get(ref, (None, b""))[0])
        if body["type"] == "template":
            self.shelf.sent(body["template"])
        answer = None if fault.endswith("_before") else self._accept(body, to)
        if fault.startswith("silent"):
            return await self._no_answer(request)
        if fault.startswith("cut"):  # promises more than it sends: the connection breaks
            return Response(b"{", headers={"Content-Length": "999"}, media_type="application/json")
        return JSONResponse(answer)

    def _hold(self, to: str, fault: str) -> None:
        self.early += self._held.pop(to, self.clock.now()) > self.clock.now()
        if fault == "429":
            wait = self.faults.retry_after()
            self._held[to] = self.clock.now() + timedelta(seconds=wait)
            raise Refusal(130429, "Rate limit hit", 429, wait=wait)
        if fault == "500":
            raise Refusal(131000, "Something went wrong", 500)

    async def _no_answer(self, request: Request) -> Response:
        gone = asyncio.ensure_future(_hung_up(request))
        stopped = asyncio.ensure_future(self._stopping.wait())
        _, waiting = await asyncio.wait((gone, stopped), return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        return Response(status_code=504)

    def _accept(self, body: Json, to: str) -> Json:
        now = self.clock.now()
        person = next((one for one in self.people if to in one.addresses), None)
        if person is not None and not person.pair_allows(now, self.burst):
            raise Refusal(131056, "(Business Account, Consumer Account) pair rate limit hit")
        self.calls.append(body)
        wamid = self._name("wamid")
        tracker = body.get("biz_opaque_callback_data", "")
        contact = {"input": to, "user_id": to} if "recipient" in body else {"input": to, "wa_id": to}
        if person is None:
            self._status(to, wamid, tracker, "failed", 131026)
        elif body["type"] != "template" and (person.wrote_at is None or now - person.wrote_at >= WINDOW):
            self._status(to, wamid, tracker, "failed", 131047)
        else:
            person.sees(self._shown(wamid, body))
            for state in ("sent",) if person.blocked else ("sent", "delivered", "read"):
                self._status(to, wamid, tracker, state)
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}

    def _shown(self, wamid: str, body: Json) -> Shown:
        if body["type"] == "template":
            text, buttons = self.shelf.sent(body["template"])
            return Shown(wamid, text, buttons, template=True)
        return Shown.of(wamid, body, lambda ref: self._media[ref][1])

    async def _templates(self, request: Request) -> Response:
        self._guard(request)
        if request.path_params["business"] != self.business_id:
            raise Refusal(100, "Unsupported request. Object does not exist", 400, 33, "GraphMethodException")
        asked = request.method == "GET"
        return JSONResponse(
            self.shelf.listed(request.query_params) if asked else self.shelf.submit(await request.json())
        )

    async def _upload(self, request: Request) -> Response:
        self._guard(request)
        async with request.form() as form:
            file = form["file"]
            assert not isinstance(file, str)
            content, mime = await file.read(), file.content_type or ""
            if form.get("messaging_product") != "whatsapp":
                raise Refusal(100, "The parameter messaging_product is required.")
        check_upload(mime, content)
        return JSONResponse({"id": self.store(mime, content)})

    def store(self, mime: str, content: bytes) -> str:
        """Keep a file as WhatsApp does, and give its media id."""
        ref = str(self.random.randrange(10**14, 10**15))
        self._media[ref] = (mime, content)
        return ref

    def forget(self, ref: str) -> None:
        """Media vanish after 30 days."""
        del self._media[ref]

    async def _media_url(self, request: Request) -> Response:
        self._guard(request)
        ref = request.path_params["media"]
        if ref not in self._media:
            raise Refusal(100, "Unsupported get request. Object does not exist", 400, 33, "GraphMethodException")
        mime, content = self._media[ref]
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "url": f"{self.url}/whatsapp_business/attachments/?mid={ref}",
                "mime_type": mime,
                "sha256": hashlib.sha256(content).hexdigest(),
                "file_size": len(content),
                "id": ref,
            }
        )

    async def _download(self, request: Request) -> Response:
        mime, content = self._media.get(request.query_params.get("mid", ""), ("", b""))
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return Response(status_code=401)
        return Response(content, media_type=mime) if mime else Response(status_code=404)

    async def _set_profile(self, request: Request) -> Response:
        self._guard(request)
        self.profile.update(await request.json())
        return JSONResponse({"success": True})

    # Webhooks

    def _status(self, to: str, wamid: str, tracker: str, state: str, code: int = 0) -> None:
        item: Json = {"id": wamid, "status": state, "timestamp": self.stamp()}
        item["recipient_id" if to.isdigit() else "recipient_user_id"] = to
        if tracker:
            item["biz_opaque_callback_data"] = tracker
        if code:
            item["errors"] = [{"code": code, "title": "Message failed", "error_data": {"details": "Message failed"}}]
        self.push(Event("statuses", item))

    def push(self, event: Event) -> None:
        """Put an event into the queue of webhooks; event.done is set when it was answered 200."""
        self._queue.append(event)
        self._wake.set()

    def stamp(self) -> str:
        return str(int(self.clock.now().timestamp()))

    def _name(self, kind: str) -> str:
        noise = base64.b64encode(self.random.randbytes(21)).decode()
        return f"wamid.{noise}" if kind == "wamid" else noise

    def new_id(self) -> str:
        """A message id as Meta makes them."""
        return self._name("wamid")

    async def _pump(self) -> None:
        while not self._stopping.is_set():  # a cancellation alone may be lost in wait_for
            await self._wake.wait()
            if not self._queue or self._hook is None:
                self._wake.clear()
                continue
            if self._fault("reorder"):
                self.random.shuffle(self._queue)
            events = self._queue[: self.random.randint(2, 8) if self._fault("batch") else 1]
            if not await self._post(events):
                with suppress(TimeoutError):  # Meta waits longer from one try to the next, for seven days
                    await asyncio.wait_for(self._stopping.wait(), 0.02)
                continue
            self._queue = [one for one in self._queue if one not in events]
            for one in events:
                if not one.done.done():
                    one.done.set_result(None)
            self.bell.ring()
            if self._fault("duplicate"):
                self._queue.extend(Event(one.kind, one.item, one.contact) for one in events)

    def _fault(self, kind: str) -> bool:
        return bool(self.faults.pick("webhook", WEBHOOK & {kind}))

    async def _post(self, events: list[Event]) -> bool:
        body = self.signed_body(events)
        signature = self.sign(body)
        if self._fault("truncate"):
            body = body[: self.random.randrange(len(body))]
        return await self.deliver(body, signature) == 200

    async def deliver(self, body: bytes, signature: str | None) -> int:
        """Post these bytes once and give the status; 0 where nobody answered."""
        assert self._hook is not None
        headers = {"Content-Type": "application/json", **({"X-Hub-Signature-256": signature} if signature else {})}
        try:
            return (await self._hook.post(self._hook_url, content=body, headers=headers)).status_code
        except httpx.HTTPError:
            return 0

    def sign(self, body: bytes) -> str:
        return "sha256=" + hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()

    def signed_body(self, events: list[Event]) -> bytes:
        """One body with all these events, spread at random over entries, changes and lists."""
        entries: list[Json] = []
        for event in events:
            where = self.random.randrange(3) if entries else 0
            if where == 0:
                entries.append({"id": self.business_id, "changes": []})
            changes = entries[-1]["changes"]
            if where <= 1:
                changes.append({"field": "messages", "value": self._value()})
            value = changes[-1]["value"]
            value.setdefault(event.kind, []).append(event.item)
            if event.contact:
                value.setdefault("contacts", []).append(event.contact)
        return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()

    def _value(self) -> dict[str, Any]:
        metadata = {"display_phone_number": "32400000000", "phone_number_id": self.phone_id}
        return {"messaging_product": "whatsapp", "metadata": metadata}


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the test runner's signals stay its own
