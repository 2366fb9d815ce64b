"""The simulator page, open in a real Chromium, with a scripted bot behind it: for the tests of the page."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Locator, Page, expect
from starlette.applications import Starlette

from bot.channels import telegram_bubbles, whatsapp_bubbles
from bot.channels.simulator import Simulator
from bot.clock import MovableClock, SystemClock
from bot.web.simulator import routes
from tests.e2e.browser import listening, serving
from tests.e2e.scripted import Script

CAST = [("cast-amal", "Fictive Amal (mentor)"), ("cast-selin", "Fictive Selin (mentor)")]
LOOKS = {"telegram": telegram_bubbles.present, "whatsapp": whatsapp_bubbles.present}


class House:
    """The bot and its page on one address, which can go away and come back on the same file."""

    def __init__(self, directory: Path) -> None:
        self.script = Script()
        self.moved = 0
        self.restarts = 0
        self._file = directory / "simulator.db"
        self._port = 0

    async def start(self) -> None:
        clock = MovableClock(SystemClock())
        self.simulator = self.script.simulator = Simulator(self._file, clock, LOOKS, CAST)
        app = Starlette(routes=routes(self.simulator, self.script, clock, self._restart, self._moved))
        self._open = AsyncExitStack()
        listener = listening(self._port)
        self._port = listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}/"
        await self._open.enter_async_context(serving(app, listener))

    async def stop(self) -> None:
        self.simulator.close()
        await self._open.aclose()

    async def again(self) -> None:
        await self.stop()
        await self.start()

    def _restart(self) -> None:
        self.restarts += 1

    async def _moved(self) -> None:
        self.moved += 1


def stand(page: Page, name: str = "phone-1") -> Locator:
    return page.locator(f".stand[data-phone={name}]")


async def greet(page: Page, language: str = "English", name: str = "phone-1") -> Locator:
    phone = stand(page, name)
    await phone.get_by_role("button", name="Start").click()
    await phone.get_by_role("button", name=language).click()
    await expect(phone.locator(".bots").last.locator("[value='field:0']")).to_be_attached()
    return phone
