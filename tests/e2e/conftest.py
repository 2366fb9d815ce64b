"""What the tests of the simulator page in a browser share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser import browser  # noqa: F401 - a fixture
from tests.e2e.simulator_page import House


@pytest_asyncio.fixture(loop_scope="module")
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    await house.start()
    yield house
    await house.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:  # noqa: F811
    context = await browser.new_context(
        viewport={"width": 1280, "height": 860}, permissions=["microphone"], reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext, house: House) -> AsyncIterator[Page]:
    """The page, open; a word on the console about anything refused or broken fails the test."""
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    await page.goto(house.address)
    await expect(page.locator("#state")).to_have_text("Here and listening")
    yield page
    away = ("ERR_", "Failed to fetch")  # a bot that is away is no fault of the page
    assert [said for said in complaints if not any(word in said for word in away)] == []
