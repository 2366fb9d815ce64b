"""The only place where the parts are put together: settings in, a running Sorora out."""

from __future__ import annotations

import asyncio
import gc
import random
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import pictures
from bot.affairs import all_affairs
from bot.affairs.clockwork import made
from bot.affairs.desk import Office
from bot.channels.simulator import Simulator
from bot.channels.telegram import Telegram
from bot.channels.telegram_bubbles import present as telegram_look
from bot.channels.telegram_face import telegram_faces
from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_bubbles import present as whatsapp_look
from bot.clock import Clock, MovableClock
from bot.demo_people import settle_in
from bot.engine.batches import Batches
from bot.engine.outbox import Outbox
from bot.engine.scheduler import Scheduler
from bot.engine.wishes import House
from bot.errors import SettingError, TryLater
from bot.i18n import Catalogs
from bot.mentoring.effects import Programme
from bot.messages import Channel, Drawing
from bot.settings import Settings
from bot.store.door import PATIENCE, Store
from bot.store.ownership import alone
from bot.store.schema import fits, migrate
from bot.vault import Vault
from bot.web import health
from bot.web import simulator as simulator_page
from bot.web import telegram as telegram_web
from bot.web import whatsapp as whatsapp_web

log = structlog.get_logger(__name__)

TOKEN_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"  # noqa: S105  signs of a talk's random id, no secret


@dataclass(slots=True)
class Sorora:
    """A Sorora put together, not yet running."""

    store: Store
    house: House
    clock: Clock
    channels: Mapping[str, Channel]
    batches: Batches
    outbox: Outbox
    scheduler: Scheduler

    @asynccontextmanager
    async def running(self, *also: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """Send, tick, and run what comes `also` (polling), until the block is left; then end in good order."""
        self.scheduler.start()
        tasks = [asyncio.create_task(looked_after(one)) for one in (self.outbox.run, *also)]
        try:
            yield
        finally:
            self.scheduler.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for channel in self.channels.values():
                close = getattr(channel, "close", None)
                closing = close() if close is not None else None
                if closing is not None:  # the simulator closes its file at once
                    await closing
            await self.store.close()


async def looked_after(part: Callable[[], Awaitable[None]]) -> None:
    """Run a part of the programme in the background; if it breaks, the log says so and the others go on."""
    try:
        await part()
    except Exception as broken:
        log.error("a part of the programme has ended", exc_info=broken)


def put_together(
    store: Store, channels: Mapping[str, Channel], clock: Clock, programme: Programme, chance: random.Random
) -> Sorora:
    """The engine with these channels. `chance` makes the ids of talks; SystemRandom in production."""
    catalogs = Catalogs.load()
    office = Office.of(programme, catalogs, all_affairs(), chance)
    house = House.of(office, lambda: "".join(chance.choices(TOKEN_SIGNS, k=10)))
    outbox = Outbox(store, channels, clock, partial(made, office))
    batches = Batches(store, house, clock, outbox.poke)
    scheduler = Scheduler(store, office, channels, clock, outbox.poke)
    return Sorora(store, house, clock, channels, batches, outbox, scheduler)


def draw(drawing: Drawing) -> bytes:
    """A picture drawn."""
    return pictures.draw(drawing.kind, drawing.data, drawing.language)


def find_programme(package: str) -> Programme:
    """The programme of talks that SORORA_CONVERSATIONS names. Raises SettingError where there is none."""
    try:
        found = import_module(package).PROGRAMME
    except (ImportError, AttributeError) as trouble:
        raise SettingError(f"SORORA_CONVERSATIONS names {package}, which has no PROGRAMME of talks.") from trouble
    if not isinstance(found, Programme):
        raise SettingError(f"SORORA_CONVERSATIONS names {package}, whose PROGRAMME is not a bot.mentoring Programme.")
    return found


def real_channels(settings: Settings, clock: Clock) -> dict[str, Channel]:
    """The channels that the settings set up."""
    channels: dict[str, Channel] = {}
    if settings.telegram_token is not None:
        token = settings.telegram_token.get_secret_value()
        channels["telegram"] = Telegram(token, draw, clock, settings.telegram_api_url)
    if settings.whatsapp_token is not None:
        channels["whatsapp"] = WhatsApp(
            settings.whatsapp_token.get_secret_value(),
            settings.whatsapp_phone_id or "",
            settings.whatsapp_business_id or "",
            settings.whatsapp_app_secret.get_secret_value() if settings.whatsapp_app_secret else "",
            settings.whatsapp_verify_token.get_secret_value() if settings.whatsapp_verify_token else "",
            draw,
            clock,
            settings.whatsapp_api_url,
        )
    return channels


def open_store(settings: Settings, patience: float | None = PATIENCE) -> Store:
    """The database that the settings name, with the keys to what is sealed in it (patience: see Store.open). Raises
    SettingError without a key."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Store.open(settings.database, Vault(settings.key_list), patience=patience)


# --- sorora run ---------------------------------------------------------------------------------------------------


async def make_ready(store: Store) -> None:
    """Bring SQLite's schema up to date. Raises SettingError where an older PostgreSQL schema waits for the operator. A
    later one is fine: a process of this release may have to start again while the others are replaced."""
    if await fits(store):
        return
    if store.engine.dialect.name == "sqlite":
        await migrate(store)
    else:
        raise SettingError("The database has an older schema: run `sorora migrate` once, then start again.")


async def run(settings: Settings, clock: Clock) -> None:
    """Serve real people until SIGTERM or SIGINT."""
    settings.check_run()
    programme = find_programme(settings.conversations)
    store = open_store(settings)
    try:
        await make_ready(store)
    except BaseException:
        await store.close()
        raise
    sorora = put_together(store, real_channels(settings, clock), clock, programme, random.SystemRandom())
    routes: list[BaseRoute] = list(health.routes(store.answers))
    also: list[Callable[[], Awaitable[None]]] = []
    for channel in sorora.channels.values():
        if isinstance(channel, Telegram):
            also += telegram_parts(channel, sorora, settings, routes)
        elif isinstance(channel, WhatsApp):
            routes += whatsapp_web.routes(channel, sorora.batches)
    gc.freeze()  # what is there now stays: the collector need not look at it again for every few messages
    async with sorora.running(*also):
        await serve(routes, settings.host, settings.port)


def telegram_parts(
    channel: Telegram, sorora: Sorora, settings: Settings, routes: list[BaseRoute]
) -> list[Callable[[], Awaitable[None]]]:
    """What Telegram needs besides sending: its webhook, or polling; and its commands and description per language."""
    faces = telegram_faces(sorora.house.programme, sorora.house.catalogs)

    async def dress() -> None:
        await channel.set_up(faces)

    async def poll() -> None:
        await alone(sorora.store, "polling Telegram", lambda: channel.poll(sorora.batches))

    if settings.telegram_mode == "polling" or settings.telegram_secret is None:
        return [dress, poll]
    secret = settings.telegram_secret.get_secret_value()
    routes += telegram_web.routes(channel, sorora.batches, secret)

    async def webhook() -> None:
        await patiently(lambda: channel.set_webhook(f"{settings.public_url}/telegram", secret))

    return [dress, webhook]


async def patiently(call: Callable[[], Awaitable[None]]) -> None:
    """Make a call to a platform until it answers; what it refuses for good is told to the operator."""
    wait = 1.0
    while True:
        try:
            await call()
        except TryLater:
            await asyncio.sleep(wait)
            wait = min(60.0, wait * 2)
        except SettingError as wrong:
            log.error("a platform refuses", reason=str(wrong))
            return
        else:
            return


# --- sorora demo --------------------------------------------------------------------------------------------------


async def demo(settings: Settings, clock: Clock, opened: Callable[[str], None]) -> bool:
    """The simulator on loopback, with a key, a database and fictional people of its own. Gives whether it is to be
    started again."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    moved = MovableClock(clock)
    looks = {"telegram": telegram_look, "whatsapp": whatsapp_look}
    simulator = Simulator(settings.data_dir / "simulator.db", moved, looks)
    vault = Vault.from_file_or_new(settings.data_dir / "demo.key")
    store = Store.open(f"sqlite+aiosqlite:///{settings.data_dir / 'demo.db'}", vault)
    await migrate(store)
    programme = find_programme(settings.conversations)
    sorora = put_together(store, {simulator.name: simulator}, moved, programme, random.SystemRandom())
    simulator.cast = dict(await settle_in(store, sorora.house.office, moved.now()))
    again = False

    def restart() -> None:
        nonlocal again
        again = True
        server.should_exit = True

    async def on_moved() -> None:
        await sorora.scheduler.fire()
        sorora.outbox.poke()

    async def deliver_what_waits() -> None:
        await simulator.deliver(sorora.batches)

    routes: list[BaseRoute] = [
        *health.routes(store.answers),
        *simulator_page.routes(simulator, sorora.batches, moved, restart, on_moved),
    ]
    server = Server(routes, "127.0.0.1", settings.port, simulator.hang_up)
    async with sorora.running(deliver_what_waits):
        await server.until_stopped(lambda port: opened(f"http://127.0.0.1:{port}/"))
    return again


# --- serving ------------------------------------------------------------------------------------------------------


class Server(uvicorn.Server):
    """uvicorn that leaves signals to us, says when it listens, and calls `hang_up` before it waits for what is open."""

    listening: Callable[[int], None]

    def __init__(
        self, routes: Iterable[BaseRoute], host: str, port: int, hang_up: Callable[[], None] = lambda: None
    ) -> None:
        self.hang_up = hang_up
        app = Starlette(routes=list(routes))
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=3,
                lifespan="off",
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self.listening(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hang up what would never end by itself (event streams), then end in good order."""
        self.hang_up()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Any:
        """Ours are set in `until_stopped`."""
        yield

    async def until_stopped(self, listening: Callable[[int], None]) -> None:
        """Serve until SIGTERM, SIGINT or should_exit. Raises SettingError where the port is taken."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, lambda: setattr(self, "should_exit", True))
        try:
            self.listening = listening
            await self.serve()
        except SystemExit:
            port, host = self.config.port, self.config.host
            raise SettingError(f"Nothing can listen on {host}:{port}: set SORORA_PORT to a free port.") from None
        finally:
            for sign in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(sign)


async def serve(routes: Iterable[BaseRoute], host: str, port: int) -> None:
    """Serve until told to stop."""
    server = Server(routes, host, port)
    await server.until_stopped(lambda port: log.info("serving", host=host, port=port))
