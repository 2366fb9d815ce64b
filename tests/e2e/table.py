"""The simulator page of `sorora demo` in a real Chromium, with three phones on the table: the fixture `table`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import Browser, Locator, Page, expect

from bot.clock import SystemClock
from bot.store import tables as t
from bot.store.door import Store
from bot.vault import Vault
from tests.e2e.browser import browser  # noqa: F401 - `browser` is a fixture
from tests.e2e.process import running_demo
from tests.e2e.two_phones import ten_o_clock
from tests.transcripts.ensemble import NAMES, confirm_coordinator, invite_coordinator

LANGUAGES = {"mentee": "fr", "mentor": "en", "coordinator": "nl"}
PHONES = dict(zip(NAMES, ("phone-1", "phone-2", "phone-3"), strict=True))
STEPS = (("week", timedelta(weeks=1)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1)))
PATIENCE = 30_000  # milliseconds


@dataclass
class InBrowser:
    """One of them on a phone of the page. done: the question that she answered last."""

    name: str
    phone: Locator
    language: str
    done: str = ""

    async def types(self, words: str) -> None:
        """Write."""
        await self._does(lambda: self._writes(words))

    async def goes(self, talk: str) -> None:
        """Open a talk by its command."""
        await self.types(f"/{talk}")

    async def picks(self, *options: str) -> None:
        """Tap these; a long list is turned to the right page."""
        for option in options:
            ends = (f"[value$='.{sign}{option}']" for sign in "=+-!")
            wanted = ", ".join(ends) if option else "[value*='.=']"
            while not await self._offers(wanted):
                await self._taps(self._newest().locator("[value*='.>']").last)
            await self._taps(self._newest().locator(wanted).first)

    async def opens(self, talk: str) -> None:
        """Tap what opens a talk."""
        wanted = f"[value^='@{talk}:']"
        message = self.phone.locator(f".entry.bots:has({wanted})").last
        await expect(message).to_be_attached(timeout=PATIENCE)
        await self._taps(message.locator(wanted).first)

    async def answers(self, part: str, words: str) -> None:
        """Answer a message."""
        await self._quotes(part)
        await self.types(words)

    async def speaks(self, to: str = "") -> None:
        """Send the sample voice note."""
        await self._sends(to, "A sample voice note")

    async def shows(self, caption: str = "", to: str = "") -> None:
        """Send the sample photo with a few words."""
        await self.phone.get_by_role("textbox").fill(caption)
        await self._sends(to, "A sample photo")

    async def reads(self, part: str) -> str:
        """What fits on her screen, newest first."""
        found = self.phone.locator(".bots .words", has_text=re.compile(part)).last
        await expect(found).to_be_attached(timeout=PATIENCE)
        match = re.search(part, await found.inner_text())
        assert match is not None
        return match.group()

    async def misses(self, part: str) -> None:
        """What must not stand on her screen."""
        await expect(self.phone.locator(".bots .words", has_text=re.compile(part))).to_have_count(0)

    async def hears(self, count: int = 1) -> None:
        """Voice notes of another."""
        await expect(self.phone.locator(".bots audio")).to_have_count(count, timeout=PATIENCE)

    async def sees(self, count: int = 1) -> None:
        """Photos of another."""
        photos = self.phone.locator(".bots img[src^='/simulator/photos/']")
        await expect(photos).to_have_count(count, timeout=PATIENCE)

    async def keeps(self, suffix: str) -> None:
        """A file."""
        await expect(self.phone.locator(f".bots a.file[download$='{suffix}']").last).to_be_attached(timeout=PATIENCE)

    # how it is done

    async def _offers(self, wanted: str) -> bool:
        """Whether her newest question has this button, once it has it or another page, and is another one than she
        answered: more than one message may be coming, or an edit."""
        await self.phone.page.wait_for_function(
            f"([phone, done]) => {{ const mark = ({MARK})(phone); return mark && mark !== done }}",
            arg=[await self.phone.get_attribute("data-phone"), self.done],
            timeout=PATIENCE,
        )
        await expect(self._newest().locator(f"{wanted}, [value*='.>']").first).to_be_attached(timeout=PATIENCE)
        return await self._newest().locator(wanted).count() > 0

    def _newest(self) -> Locator:
        """Her newest question."""
        return self.phone.locator(".entry.bots:has([value*='.'])").last

    async def _writes(self, words: str) -> None:
        await self.phone.get_by_role("textbox").fill(words)
        await self.phone.get_by_role("textbox").press("Enter")

    async def _quotes(self, part: str) -> None:
        message = self.phone.locator(".entry.bots", has_text=part).last
        await expect(message).to_be_attached(timeout=PATIENCE)
        await message.locator("button.answer").evaluate("button => button.click()")

    async def _sends(self, to: str, what: str) -> None:
        if to:
            await self._quotes(to)
        await self.phone.locator(".more summary").click()
        await self._does(lambda: self.phone.get_by_role("button", name=what).click())

    async def _taps(self, one: Locator) -> None:
        await self._does(lambda: one.evaluate("button => button.click()"))

    async def _does(self, act: object) -> None:
        """Do something, and wait until the bot has answered: the chat shows something else than before."""
        entries = self.phone.locator(".entry.bots")
        before = await entries.evaluate_all(SHOWN)
        self.done = await self.phone.page.evaluate(MARK, await self.phone.get_attribute("data-phone"))
        await act()  # type: ignore[operator]
        await self.phone.page.wait_for_function(
            "([phone, before]) => [...document.querySelectorAll(`.stand[data-phone=${phone}] .entry.bots`)]"
            f".map({ONE}).join() !== before",
            arg=[await self.phone.get_attribute("data-phone"), before],
            timeout=PATIENCE,
        )


ONE = "one => one.id + one.innerText + [...one.querySelectorAll('[value]')].map(button => button.value)"
# What can be tapped on the newest question of a phone; "" where there is none.
MARK = """phone => [...document.querySelectorAll(`.stand[data-phone=${phone}] .entry.bots:has([value*='.'])`)].slice(-1)
  .flatMap(one => [...one.querySelectorAll('[value]')].map(button => button.value)).join()"""
SHOWN = f"all => all.map({ONE}).join()"


@dataclass
class OnTable:
    """The page with the three phones. moved: how far its clock was moved."""

    page: Page
    home: Path
    mentee: InBrowser
    mentor: InBrowser
    coordinator: InBrowser
    moved: timedelta = timedelta()

    def note(self, what: str) -> None:
        """Nobody reads it here."""

    def begins(self, after: str) -> None:
        """Likewise."""

    async def later(self, **by: float) -> None:
        """The clock of the page is moved."""
        left = timedelta(**by)
        self.moved += left
        for name, step in STEPS:
            while left >= step:
                async with self.page.expect_response(lambda answer: answer.url.endswith("/simulator/clock")):
                    await self.page.get_by_role("button", name=f"+1 {name}").click()
                left -= step

    def store(self) -> Store:
        """The database of the demo."""
        return Store.open(
            f"sqlite+aiosqlite:///{self.home / 'demo.db'}", Vault.from_file_or_new(self.home / "demo.key")
        )

    def now(self) -> datetime:
        """What the clock of the demo says, UTC."""
        return SystemClock().now() + self.moved

    async def others_rest(self) -> None:
        """The mentors who moved in with the demo pause, so that these two find each other."""
        store = self.store()
        async with store.begin() as tx:
            rest = {"paused_until": self.now() + timedelta(days=365), "changed_at": self.now()}
            await tx.conn.execute(sa.update(t.mentors).values(**rest))
        await store.close()

    async def invitation(self) -> str:
        """For a new coordinator."""
        store = self.store()
        code = await invite_coordinator(store, self.now())
        await store.close()
        return code

    async def confirm(self, number: str) -> None:
        """By the operator."""
        store = self.store()
        await confirm_coordinator(store, number, self.now())
        await store.close()
        await self.later(hours=1)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """The address of a running demo with its fictional people."""
    with running_demo(tmp_path / "demo") as address:
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def table(browser: Browser, demo: str, tmp_path: Path) -> AsyncIterator[OnTable]:  # noqa: F811
    context = await browser.new_context(viewport={"width": 1600, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = await context.new_page()
    await page.goto(demo)
    await expect(page.locator("#state")).to_have_text("Here and listening")
    await page.get_by_role("button", name="Add a phone").click()
    women = [
        InBrowser(name, page.locator(f".stand[data-phone={phone}]"), LANGUAGES[name]) for name, phone in PHONES.items()
    ]
    for her in women:
        await expect(her.phone).to_be_visible()
    mentee, mentor, coordinator = women
    table = OnTable(page, tmp_path / "demo", mentee, mentor, coordinator)
    await table.others_rest()
    await table.later(hours=ten_o_clock(SystemClock().now()) // timedelta(hours=1) + 1)
    yield table
    await context.close()
