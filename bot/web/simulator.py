"""The simulator page: phones side by side in the browser, a clock to move, a bot to restart.

For a demonstration on one's own machine only. There is no sign-in, so these routes are never to be mounted by
`sorora run`; they answer loopback hosts only, and take orders from their own page only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from starlette.background import BackgroundTask
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels.parts import bare, file_name
from bot.channels.simulator import Simulator
from bot.channels.telegram_bubbles import CAPTION
from bot.clock import Clock
from bot.errors import MediaGone
from bot.messages import LARGEST_MEDIA, Attachment, Inbox
from bot.pictures import draw
from bot.utf16 import units
from bot.web import screen

HERE = Path(__file__).parent
FONTS = HERE.parent / "pictures" / "fonts"  # the fonts of the pictures serve the page too
BRUSSELS = ZoneInfo("Europe/Brussels")
HEARTBEAT = 5.0  # seconds between two looks at the clock, and at what still waits to be delivered
RETRY = 500  # milliseconds after which a page that lost its event stream asks again
LARGEST_TEXT = 20_000  # characters; more than any platform carries, so that the bot's own limit is what one meets
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

Handler = Callable[[Request], Awaitable[Response]]
Deed = Callable[[str, FormData], Awaitable[None]]


class LoopbackOnly:
    """Answers 403 to any host but this machine (a page elsewhere could point its name here), and to any order that
    does not come from our own page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or 403."""
        request = Request(scope)
        host = request.headers.get("host", "")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        foreign = name not in LOOPBACK
        if request.method not in ("GET", "HEAD"):
            foreign = foreign or request.headers.get("origin", "") not in (f"http://{host}", f"https://{host}")
        answer = PlainTextResponse("The simulator answers on this machine only.\n", 403) if foreign else self.app
        await answer(scope, receive, send)


def routes(
    simulator: Simulator,
    inbox: Inbox,
    clock: Clock,
    restart: Callable[[], None],
    on_moved: Callable[[], Awaitable[None]],
) -> list[Route | Mount]:
    """All routes of the simulator page, "/" included. `restart` is called once the page has its answer; `on_moved` is
    awaited after the clock was moved (the scheduler's moment to do what has come due). Never mount in production."""
    return Page(simulator, inbox, clock, restart, on_moved).routes()


class Page:
    """The handlers behind `routes`."""

    def __init__(
        self,
        simulator: Simulator,
        inbox: Inbox,
        clock: Clock,
        restart: Callable[[], None],
        on_moved: Callable[[], Awaitable[None]],
    ) -> None:
        self.simulator = simulator
        self.inbox = inbox
        self.clock = clock
        self.restart = restart
        self.on_moved = on_moved

    def routes(self) -> list[Route | Mount]:
        """Each handler under its path, behind the guard."""
        guard = [Middleware(LoopbackOnly)]
        gets: dict[str, Handler] = {
            "/": self._page,
            "/simulator/events": self._events,
            "/simulator/phones/{phone}": self._chat,
            "/simulator/pictures/{number:int}": self._picture,
            "/simulator/documents/{number:int}": self._document,
            "/simulator/voices/{number:int}": self._attached("voice"),
            "/simulator/photos/{number:int}": self._attached("photo"),
            "/simulator/media/{ref}": self._media,
        }
        posts: dict[str, Handler] = {
            "/simulator/phones/{phone}/text": self._deed(self._text, tells=True),
            "/simulator/phones/{phone}/tap": self._deed(self._tap, tells=True),
            "/simulator/phones/{phone}/voice": self._deed(self._voice, tells=True),
            "/simulator/phones/{phone}/photo": self._deed(self._photo, tells=True),
            "/simulator/phones/{phone}/sticker": self._deed(self._sticker, tells=True),
            "/simulator/phones/{phone}/block": self._deed(self._block, tells=True),
            "/simulator/phones/{phone}/settings": self._deed(self._settings),
            "/simulator/phones/{phone}/new": self._deed(self._new_person),
            "/simulator/phones/{phone}/give": self._deed(self._give),
            "/simulator/phones/{phone}/hide": self._deed(self._hide),
            "/simulator/phones": self._add_phone,
            "/simulator/clock": self._move,
            "/simulator/restart": self._start_again,
        }
        return [
            *(Route(path, handler, methods=["GET"], middleware=guard) for path, handler in gets.items()),
            *(Route(path, handler, methods=["POST"], middleware=guard) for path, handler in posts.items()),
            Mount("/static", StaticFiles(directory=HERE / "static"), middleware=guard),
            Mount("/fonts", StaticFiles(directory=FONTS), middleware=guard),
        ]

    # --- what is shown --------------------------------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        return html(screen.page(self.simulator.phones(), self._state(), list(self.simulator.looks)))

    async def _chat(self, request: Request) -> Response:
        phone = self.simulator.phone(name(request, self.simulator))
        blocked = self.simulator.blocked(phone.name)
        return html(screen.chat(phone, self.simulator.screen(phone.name), BRUSSELS, blocked=blocked))

    async def _events(self, request: Request) -> Response:
        return StreamingResponse(self.news(), media_type="text/event-stream", headers=HEADERS)

    async def news(self) -> AsyncIterator[str]:
        """What the page must know, whole, at every change: whatever it missed, the next news repairs."""
        yield f"retry: {RETRY}\n\n"
        with self.simulator.listening() as bell:
            while not self.simulator.closed:
                bell.clear()
                yield f"data: {msgspec.json.encode(self._state()).decode()}\n\n"
                try:
                    await asyncio.wait_for(bell.wait(), HEARTBEAT)
                except TimeoutError:
                    await self.simulator.deliver(self.inbox)

    def _state(self) -> dict[str, object]:
        """Versions of all screens, who is where, number of the bot's start, and the time in Brussels."""
        now = self.clock.now().astimezone(BRUSSELS)
        phones, people = self.simulator.phones(), self.simulator.people()
        names = {person.address: person.name for person in people}
        return {
            "boot": self.simulator.boot,
            "phones": {phone.name: phone.version for phone in phones},
            "open": [phone.name for phone in phones if phone.open],
            "titles": {phone.name: screen.title(phone, names) for phone in phones},
            "played": {phone.name: phone.address for phone in phones},
            "people": [[person.address, person.name, person.unread] for person in people],
            "time": f"{now:%H:%M}",
            "day": day(now),
            "ahead": ahead(self.simulator.clock.ahead),
        }

    async def _picture(self, request: Request) -> Response:
        message = self.simulator.message(request.path_params["number"])
        if message is None or message.picture is None:
            raise HTTPException(404)
        drawing = message.picture
        drawn = await asyncio.to_thread(draw, drawing.kind, drawing.data, drawing.language)
        return Response(drawn, media_type="image/png", headers=HEADERS | {"Cache-Control": "private, max-age=3600"})

    async def _document(self, request: Request) -> Response:
        message = self.simulator.message(request.path_params["number"])
        if message is None or message.document is None:
            raise HTTPException(404)
        return file(message.document.mime, message.document.body, message.document.name)

    def _attached(self, what: str) -> Handler:
        """Answers with the voice note or photo that came with a message of the bot."""

        async def handle(request: Request) -> Response:
            message = self.simulator.message(request.path_params["number"])
            sent: Attachment | None = getattr(message, what, None)
            if sent is None:
                raise HTTPException(404)
            return file(bare(sent.mime), sent.body, file_name(what, sent.mime))

        return handle

    async def _media(self, request: Request) -> Response:
        try:
            return file(*self.simulator.media(request.path_params["ref"]))
        except MediaGone:
            raise HTTPException(404) from None

    # --- what is done on a phone ----------------------------------------------------------------------------------

    def _deed(self, do: Deed, *, tells: bool = False) -> Handler:
        """A handler of one thing done on a phone; what it `tells` the bot is delivered at once, where the bot takes it.
        The page learns of the outcome by its event stream, and never by this answer: one way only."""

        @wraps(do)
        async def handle(request: Request) -> Response:
            phone = name(request, self.simulator)
            async with request.form(max_files=1, max_fields=8, max_part_size=LARGEST_TEXT * 4) as form:
                await do(phone, form)
            if tells:
                await self.simulator.deliver(self.inbox)
            return Response(status_code=204, headers=HEADERS)

        return handle

    async def _text(self, phone: str, form: FormData) -> None:
        words = field(form, "text")
        if not words or len(words) > LARGEST_TEXT:
            raise HTTPException(400)
        self.simulator.write(phone, words, field(form, "reply_to"))

    async def _tap(self, phone: str, form: FormData) -> None:
        data = field(form, "data")
        if not 1 <= len(data.encode()) <= 64:
            raise HTTPException(400)
        self.simulator.tap(phone, data, field(form, "card"))

    async def _voice(self, phone: str, form: FormData) -> None:
        mime, body = await upload(form, "audio/")
        seconds = field(form, "seconds")
        length = min(int(seconds), 3600) if seconds.isdecimal() else 0
        self.simulator.record(phone, mime, length, body, field(form, "reply_to"))

    async def _photo(self, phone: str, form: FormData) -> None:
        mime, body = await upload(form, "image/")
        caption = field(form, "caption").strip()
        if units(caption) > CAPTION:
            raise HTTPException(400)
        self.simulator.photograph(phone, mime, body, caption, field(form, "reply_to"))

    async def _sticker(self, phone: str, form: FormData) -> None:
        self.simulator.sticker(phone)

    async def _settings(self, phone: str, form: FormData) -> None:
        if "look" in form:
            if field(form, "look") not in self.simulator.looks:
                raise HTTPException(400)
            self.simulator.set_look(phone, field(form, "look"))
        if "hint" in form:
            if field(form, "hint") not in screen.DEVICE_LANGUAGES:
                raise HTTPException(400)
            self.simulator.set_hint(phone, field(form, "hint"))

    async def _block(self, phone: str, form: FormData) -> None:
        self.simulator.block(phone)

    async def _new_person(self, phone: str, form: FormData) -> None:
        self.simulator.new_person(phone)

    async def _give(self, phone: str, form: FormData) -> None:
        try:
            self.simulator.give(phone, field(form, "address"))
        except KeyError:
            raise HTTPException(400) from None

    async def _hide(self, phone: str, form: FormData) -> None:
        self.simulator.hide(phone)

    async def _add_phone(self, request: Request) -> Response:
        self.simulator.add_phone()
        return Response(status_code=204, headers=HEADERS)

    # --- the bot and its clock ------------------------------------------------------------------------------------

    async def _move(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            step = STEPS.get(field(form, "by"))
        if step is None:
            raise HTTPException(400)
        self.simulator.forward(step)
        await self.on_moved()
        return Response(status_code=204, headers=HEADERS)

    async def _start_again(self, request: Request) -> Response:
        async def after() -> None:
            self.restart()

        return Response(status_code=202, headers=HEADERS, background=BackgroundTask(after))


def name(request: Request, simulator: Simulator) -> str:
    """The phone that a path names, or 404."""
    wanted = str(request.path_params["phone"])
    if wanted not in {phone.name for phone in simulator.phones()}:
        raise HTTPException(404)
    return wanted


def field(form: FormData, key: str) -> str:
    """A plain field of a form; "" where it is missing or a file."""
    value = form.get(key)
    return value if isinstance(value, str) else ""


async def upload(form: FormData, kind: str) -> tuple[str, bytes]:
    """Mime type and bytes of the form's "file". 415 where it is not a safe `kind` ("audio/"), 413 if too large."""
    sent = form.get("file")
    mime = (sent.content_type or "").partition(";")[0] if isinstance(sent, UploadFile) else ""
    if not isinstance(sent, UploadFile) or mime not in screen.SAFE or not mime.startswith(kind):
        raise HTTPException(415)
    body = await sent.read(LARGEST_MEDIA + 1)
    if len(body) > LARGEST_MEDIA:
        raise HTTPException(413)
    return mime, body


def html(text: str) -> Response:
    """A page or a part of one, never kept by the browser."""
    return Response(text, media_type="text/html", headers=HEADERS)


def file(mime: str, body: bytes, title: str = "") -> Response:
    """Bytes to hear or see in place where that is safe, to download otherwise."""
    shown = (
        {} if mime in screen.SAFE else {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(title, safe='')}"}
    )
    return Response(body, media_type=mime, headers=HEADERS | shown)


def day(moment: datetime) -> str:
    """A day in English, as the page shows it."""
    return f"{moment:%A} {moment.day} {moment:%B %Y}"


def ahead(by: timedelta) -> str:
    """How far the clock was moved, in words; "" for not at all."""
    weeks, days, hours = by.days // 7, by.days % 7, by.seconds // 3600
    parts = [(weeks, "week"), (days, "day"), (hours, "hour")]
    return " ".join(f"{n} {unit}{'s' if n > 1 else ''}" for n, unit in parts if n)
