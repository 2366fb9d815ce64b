"""`sorora demo` as its own process, used in a real Chromium: the way to a first saved goal, as a visitor walks it."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from bot.i18n import Catalogs
from bot.mentoring.goals import months_later
from conversations.goal_examples import examples
from tests.e2e.browser import ONE_BROWSER, SCREENS, browser  # noqa: F401 - `browser` is a fixture
from tests.e2e.process import HOUSE, running_demo

pytestmark = ONE_BROWSER
PICTURE_OF_README = HOUSE / "docs" / "screenshot.png"
RESTART = 30_000  # milliseconds; Python starts anew, on a busy machine
HOSTILE = "<b>bread</b> _*[ {x} \u202eevil\u202c <img src=x onerror=alert(1)>"
ARRIVES = "<b>bread</b> _*[ {x} evil <img src=x onerror=alert(1)>"  # what turns text around is taken out, nothing else
# From the first card to the saved goal, with a ready example: ids of options. The days are the first ones offered.
WELCOME = ("all", "woman", "mentee", "goal")
GOAL = ("care", "job", "ready", "4", "children", "", "take", "ready", "morning", "keep")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demo. It must end at once when it is told to, with pages still open."""
    with running_demo(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:  # noqa: F811
    context = await browser.new_context(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext, demo: str) -> AsyncIterator[Page]:
    """The page with two people who never used it; whatever the console complains of fails the test."""
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    await page.goto(demo)
    await expect(page.locator("#state")).to_have_text("Here and listening")
    for phone in ("phone-1", "phone-2"):
        await page.get_by_role("radio", name="Telegram").nth(int(phone[-1]) - 1).check(force=True)
        await page.get_by_role("button", name="New person on this phone").nth(int(phone[-1]) - 1).click()
        await expect(stand(page, phone).get_by_role("button", name="Start")).to_be_visible()
    yield page
    away = ("ERR_", "Failed to fetch")  # a bot that is away is no fault of the page
    assert [said for said in complaints if not any(word in said for word in away)] == []


def stand(page: Page, name: str = "phone-1") -> Locator:
    return page.locator(f".stand[data-phone={name}]")


def key(phone: Locator, option: str) -> Locator:
    """The newest button for an option by its id; for "" the first answer of the newest card."""
    if option:
        return phone.locator(f".key[value$='.={option}'], .line[value$='.={option}']:visible").last
    return phone.locator(".entry.bots").last.locator(".key[value*='.=']").first


async def taps(phone: Locator, *options: str) -> None:
    for option in options:
        one = key(phone, option)
        data = await one.get_attribute("value")
        await one.click()
        await answered(phone, data)


async def answered(phone: Locator, data: str | None) -> None:
    """Wait until the newest message asks something else than the question of this button, or nothing."""
    question = (data or "").rpartition(".")[0]
    await expect(phone.locator(".entry.bots").last.locator(f"[value^='{question}.']")).to_have_count(0)


async def starts(page: Page, language: str, name: str = "phone-1") -> Locator:
    phone = stand(page, name)
    await phone.get_by_role("button", name="Start").click()
    await taps(phone, language)
    await expect(phone.locator(".bots").last).to_have_attribute("lang", language)
    return phone


async def writes(phone: Locator, words: str) -> None:
    await phone.get_by_role("textbox").fill(words)
    await phone.get_by_role("textbox").press("Enter")


async def picture(phone: Locator) -> None:
    """The newest picture is there and drawn."""
    newest = phone.locator(".bots .picture").last
    await expect(newest).to_be_visible()
    assert await newest.evaluate("async image => (await image.decode(), image.naturalWidth)") == 720


async def goal_is_kept(phone: Locator, words: str) -> None:
    """The menu offers her goals now, and there is this one, shown once more."""
    await taps(phone, "goals")
    shown = phone.locator(".bots", has=phone.page.locator(".picture"))
    await expect(shown).to_have_count(2)
    await expect(shown.last).to_contain_text(words)


# --- the way ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_newcomer_taps_her_way_to_her_first_saved_goal(page: Page, language: str) -> None:
    phone = await starts(page, language)
    await taps(phone, *WELCOME, *GOAL[:-1])
    await picture(phone)
    await taps(phone, "keep")
    await goal_is_kept(phone, Catalogs.load().label(examples("care")["job"].title, language))
    if language == "ar":
        card = phone.locator(".bots").last
        assert await card.get_attribute("dir") == "rtl"
        assert await card.locator(".words").evaluate("words => getComputedStyle(words).direction") == "rtl"
    assert await stand(page, "phone-2").locator(".entry").count() == 0


async def test_by_keyboard_alone(page: Page) -> None:
    await page.reload()  # the hands are nowhere yet
    await expect(page.locator("#state")).to_have_text("Here and listening")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # "Write on the mentee's phone"
    await page.keyboard.type("/start")
    await page.keyboard.press("Enter")
    phone = stand(page)
    await expect(key(phone, "en")).to_be_visible()
    await phone.locator(".chat").focus()  # as Shift+Tab from the message field would, past all answers
    for option in ("en", *WELCOME, *GOAL):
        one = key(phone, option)
        await expect(one).to_be_visible()
        data = await one.get_attribute("value")
        for _ in range(30):
            if await page.evaluate("document.activeElement.value") == data:
                break
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await answered(phone, data)
    await goal_is_kept(phone, "A job in care")


async def test_what_she_wrote_and_said_stays_as_it_was_and_a_restart_changes_nothing(page: Page) -> None:
    phone = await starts(page, "en")
    await taps(phone, *WELCOME, "own")
    await writes(phone, HOSTILE)
    await expect(key(phone, "paper")).to_be_visible()
    await taps(phone, "paper", "4")
    await page.get_by_role("button", name="Restart the bot").click()
    await expect(page.locator("#state")).to_have_text("Restarting…")
    before = await phone.locator(".entry").all_inner_texts()
    await expect(page.locator("#state")).to_have_text("Here and listening", timeout=RESTART)
    assert await phone.locator(".entry").all_inner_texts() == before
    await phone.locator(".more summary").click()
    await phone.get_by_role("button", name="A sample voice note").click()
    await expect(key(phone, "")).to_have_attribute("value", re.compile(r"=\d{4}-\d\d-\d\d$"))  # a day: she went on
    length = "audio => new Promise(done => { audio.ondurationchange = () => done(audio.duration); audio.load() })"
    assert await phone.locator(".hers audio").evaluate(length) > 1
    await taps(phone, "", "know", "enough", "call", "morning")
    await picture(phone)
    whole = phone.locator(".bots", has=page.locator(".picture"))
    await expect(whole).to_contain_text(ARRIVES)
    assert await phone.locator(".log b, .log img:not(.picture)").count() == 0
    await taps(phone, "keep")
    await goal_is_kept(phone, ARRIVES[:10])


async def test_a_moved_clock_is_hers_too(page: Page) -> None:
    await page.get_by_role("button", name="+1 week").click()
    await expect(page.locator("#ahead")).to_have_text("1 week")
    phone = await starts(page, "en")
    await taps(phone, *WELCOME, *GOAL[:5])
    today = (datetime.now(UTC) + timedelta(weeks=1)).astimezone(ZoneInfo("Europe/Brussels")).date()
    day = months_later(today, 1).isoformat()
    await expect(key(phone, "")).to_have_attribute("value", re.compile(rf"=({day})$"))


async def test_the_same_on_whatsapp(page: Page) -> None:
    phone = stand(page, "phone-2")
    await page.get_by_role("radio", name="WhatsApp").last.check(force=True)
    await expect(phone.locator(".log")).to_have_attribute("data-look", "whatsapp")
    await phone.get_by_role("button", name="Start").click()
    for number, option in enumerate(("fr", *WELCOME, *GOAL), 2):
        newest = phone.locator(".entry.bots").last
        wanted = f"[value$='.={option}']" if option else "[value*='.=']"
        await expect(newest.locator(wanted).first).to_be_attached()
        data = await newest.locator(wanted).first.get_attribute("value")
        if await newest.locator(".opens").count():
            await newest.locator(".opens").click()
            await phone.locator(f".sheet .line[value='{data}']").click()
        else:
            await newest.locator(f".key[value='{data}']").click()
        await answered(phone, data)
        await expect(phone.locator(".entry.hers")).to_have_count(number)  # a tap is a message there
    await expect(phone.locator(".entry.bots .picture")).to_have_count(1)


# --- pictures to look at ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_the_first_ten_screens_at_360_pixels(page: Page, language: str) -> None:
    """Ten pictures in tests/screens, from the first question on; nothing of them is wider than the phone."""
    SCREENS.mkdir(exist_ok=True)
    await page.locator("select[name=hint]").first.select_option(language)
    await page.set_viewport_size({"width": 360, "height": 740})
    phone = stand(page)
    await phone.get_by_role("button", name="Start").click()
    for number, option in enumerate((language, *WELCOME, "care", "job", "ready", "4", "children"), 1):
        await expect(key(phone, option)).to_be_attached()
        await shot(page, phone, f"{language}-{number:02}")
        await taps(phone, option)


async def test_screens_of_a_goal(page: Page) -> None:
    """The whole goal with its picture, on a phone; and with SCREENSHOTS set, the picture of the README."""
    for name, language, to in (("phone-1", "en", GOAL[:-1]), ("phone-2", "ar", GOAL[:4])):
        await page.locator("select[name=hint]").nth(int(name[-1]) - 1).select_option(language)
        await taps(await starts(page, language, name), *WELCOME, *to)
    english, arabic = stand(page), stand(page, "phone-2")
    await picture(english)
    if "SCREENSHOTS" in os.environ:
        await page.mouse.move(0, 0)
        await english.locator(".picture").evaluate("image => image.closest('.bubble').scrollIntoView()")
        await page.screenshot(path=PICTURE_OF_README)
    await taps(arabic, *GOAL[4:-1])
    await picture(arabic)
    await page.set_viewport_size({"width": 360, "height": 740})
    for tab, phone, language in (("Mentee", english, "en"), ("Mentor", arabic, "ar")):
        await page.get_by_role("button", name=tab, exact=True).click()
        await shot(page, phone, f"{language}-goal")
        await phone.locator(".picture").evaluate("image => image.closest('.bubble').scrollIntoView()")
        await shot(page, phone, f"{language}-goal-picture")


async def shot(page: Page, phone: Locator, name: str) -> None:
    """A picture of the whole page, once it is sure that nothing in the chat is wider than it, and no word is cut."""
    await page.mouse.move(0, 0)
    await page.screenshot(path=SCREENS / f"demo-{name}.png")
    cut = "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.innerText)"
    assert await phone.locator(".chat, .bubble, .words, .key, .key span").evaluate_all(cut) == []
