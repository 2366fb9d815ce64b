"""The simulator page in a real Chromium, with a scripted bot behind it: what is seen, tapped, typed and heard."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from bot.messages import Message
from tests.e2e.browser import ONE_BROWSER, SCREENS
from tests.e2e.simulator_page import House, greet, stand

pytestmark = ONE_BROWSER


async def test_a_newcomer_taps_her_way_to_a_goal(page: Page, house: House) -> None:
    phone = await greet(page)
    await expect(phone.locator(".entry")).to_have_count(4)  # /start, languages, welcome, field
    await phone.get_by_role("button", name="Care").click()
    await expect(phone.locator(".bots").last).to_contain_text("How sure are you")
    await expect(phone.locator(".entry")).to_have_count(4)  # the card changed in place
    await phone.get_by_role("button", name="4").click()
    picture = phone.locator(".picture")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("async image => (await image.decode(), image.naturalWidth)") == 720
    assert [one.text or one.button for one in house.script.received] == ["/start", "lang:en", "field:0", "sure:4"]
    assert await stand(page, "phone-2").locator(".entry").count() == 0


async def test_the_chat_area_is_360_pixels_wide(page: Page) -> None:
    for name in ("phone-1", "phone-2"):
        box = await stand(page, name).locator(".chat").bounding_box()
        assert box is not None
        assert box["width"] == 360
    await page.set_viewport_size({"width": 360, "height": 740})
    box = await stand(page).locator(".chat").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 360)
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_one_phone_at_a_time_where_there_is_room_for_one(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await expect(stand(page)).to_be_visible()
    await expect(stand(page, "phone-2")).to_be_hidden()
    await page.get_by_role("button", name="Mentor", exact=True).click()
    await expect(stand(page, "phone-2")).to_be_visible()
    await expect(stand(page)).to_be_hidden()
    await page.get_by_role("button", name="Clock and settings").click()
    await expect(page.get_by_role("button", name="Restart the bot")).to_be_visible()


async def test_what_is_written_is_never_markup(page: Page) -> None:
    phone = stand(page)
    wild = "<b>bold</b> <img src=x onerror=alert(1)> {{7*7}} _*[ https://example.org/?a=1&b=<i>"
    await phone.get_by_role("textbox").fill(wild)
    await phone.get_by_role("textbox").press("Enter")
    await expect(phone.locator(".hers .words")).to_have_text(wild)
    await expect(phone.locator(".bots .words")).to_have_text(f"You wrote: {wild}")
    assert await phone.locator(".log b, .log i, .log img").count() == 0
    assert await phone.locator(".bots a").get_attribute("href") == "https://example.org/?a=1&b="


async def test_by_keyboard_alone(page: Page, house: House) -> None:
    phone = stand(page)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # "Write on the mentee's phone"
    await page.keyboard.type("/start")
    await page.keyboard.press("Enter")
    await expect(phone.get_by_role("textbox")).to_have_value("")
    await expect(phone.get_by_role("button", name="English")).to_be_visible()
    await phone.locator(".chat").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # English, the first answer
    await expect(phone.get_by_role("button", name="Care")).to_be_visible()
    await phone.get_by_role("button", name="Care").focus()
    await page.keyboard.press("Enter")  # the card changes under her hands: the focus goes to its first answer
    await expect(phone.get_by_role("button", name="1", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(phone.locator(".picture")).to_be_visible()
    assert [one.text or one.button for one in house.script.received] == ["/start", "lang:en", "field:0", "sure:1"]


async def test_whatsapp_shows_the_same_messages_with_its_list(page: Page, house: House) -> None:
    phone = await greet(page)
    await page.get_by_role("radio", name="WhatsApp").first.check(force=True)
    await expect(phone.locator(".log")).to_have_attribute("data-look", "whatsapp")
    await expect(phone.locator(".hers").last).to_contain_text("English")  # a tap is a message there
    opener = phone.get_by_role("button", name="Choose")
    await opener.focus()
    await page.keyboard.press("Enter")
    sheet = phone.get_by_role("dialog")
    await expect(sheet.locator(".line").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await expect(opener).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(sheet).to_be_hidden()
    await expect(phone.locator(".hers").last).to_contain_text("Cooking")
    assert house.script.received[-1].button == "field:1"
    await expect(phone.locator(".bots").last).to_contain_text("How sure are you")
    await expect(phone.locator(".bots").nth(-2)).to_contain_text("In which field")  # nothing is edited there
    await page.get_by_role("radio", name="Telegram").first.check(force=True)
    await expect(phone.locator(".entry")).to_have_count(4)


async def test_a_restart_leaves_the_page_whole(page: Page, house: House) -> None:
    phone = await greet(page)
    before = await phone.locator(".entry").all_inner_texts()
    await page.get_by_role("button", name="Restart the bot").click()
    await expect(page.locator("#state")).to_have_text("Restarting…")
    assert house.restarts == 1
    await house.stop()
    await phone.get_by_role("textbox").fill("Are you there?")
    await phone.get_by_role("textbox").press("Enter")
    await expect(page.locator("#toast")).to_contain_text("try again")
    await expect(phone.get_by_role("textbox")).to_have_value("Are you there?")  # not lost
    await house.start()
    await house.script.say("phone-1", Message("Good to see you again."))  # said while the page was not listening
    await expect(page.locator("#state")).to_have_text("Here and listening")
    await expect(phone.locator(".bots").last).to_contain_text("Good to see you again.")
    assert (await phone.locator(".entry").all_inner_texts())[:-1] == before
    await phone.get_by_role("textbox").press("Enter")
    await expect(phone.locator(".bots").last).to_contain_text("Are you there?")
    await expect(phone.locator(".entry")).to_have_count(len(before) + 3)


async def test_what_the_bot_cannot_take_waits_and_is_delivered_later(page: Page, house: House) -> None:
    phone = stand(page)
    house.script.away = True
    await phone.get_by_role("textbox").fill("Hello?")
    await phone.get_by_role("textbox").press("Enter")
    await expect(phone.get_by_role("img", name="The bot does not have it yet")).to_be_visible()
    house.script.away = False
    await house.again()
    await expect(phone.locator(".bots").last).to_contain_text("You wrote: Hello?", timeout=20_000)
    await expect(phone.get_by_role("img", name="delivered")).to_be_visible()
    assert len(house.script.received) == 1


async def test_voice_notes_photos_and_stickers(page: Page, house: House) -> None:
    phone = stand(page)
    for kind in ("A sample voice note", "A sample photo", "A sticker"):
        await phone.locator(".more summary").click()
        await phone.get_by_role("button", name=kind).click()
        await expect(phone.locator(".hers").last).to_be_visible()
        await expect(phone.locator(".bots").last).to_contain_text("Thank you")
    voice, photo, sticker = house.script.received
    assert voice.voice is not None
    assert (await house.simulator.fetch(voice.voice))[:4] == b"RIFF"
    assert photo.photo is not None
    assert (await house.simulator.fetch(photo.photo))[:2] == b"\xff\xd8"
    assert sticker.other == "sticker"
    length = "audio => new Promise(done => { audio.ondurationchange = () => done(audio.duration); audio.load() })"
    assert await phone.locator("audio").evaluate(length) > 1


async def test_a_voice_note_is_recorded(page: Page, house: House) -> None:
    phone = stand(page)
    await phone.get_by_role("button", name="Record a voice note").click()
    stop = phone.get_by_role("button", name="Stop and send the voice note")
    await expect(stop).to_be_visible()
    await page.wait_for_function("performance.now() > 0")
    await stop.click()
    await expect(phone.locator(".hers audio")).to_be_visible()
    recorded = house.script.received[0].voice
    assert recorded is not None
    assert recorded.mime.startswith("audio/")
    assert recorded.seconds >= 1
    assert len(await house.simulator.fetch(recorded)) > 0


async def test_the_clock_moves_and_stays_moved(page: Page, house: House) -> None:
    await page.get_by_role("button", name="+1 week").click()
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.locator("#ahead")).to_have_text("1 week 1 day")
    assert house.moved == 2
    await house.again()
    await page.reload()
    await expect(page.locator("#ahead")).to_have_text("1 week 1 day")


async def test_a_new_person_begins_with_an_empty_phone(page: Page, house: House) -> None:
    phone = await greet(page)
    await page.locator("select[name=hint]").first.select_option("ar")
    await page.get_by_role("button", name="New person on this phone").first.click()
    await expect(phone.get_by_role("button", name="Start")).to_be_visible()
    await phone.get_by_role("button", name="Start").click()
    await expect(phone.get_by_role("button", name="English")).to_be_visible()
    first, last = house.script.received[0], house.script.received[-1]
    assert first.address != last.address
    assert (first.hint, last.hint) == ("en", "ar")


async def test_right_to_left(page: Page) -> None:
    phone = await greet(page, "العربية")
    card = phone.locator(".bots").last
    assert (await card.get_attribute("lang"), await card.get_attribute("dir")) == ("ar", "rtl")
    first = await card.get_by_role("button", name="الرعاية").bounding_box()
    second = await card.get_by_role("button", name="الطبخ").bounding_box()
    assert first is not None
    assert second is not None
    assert first["x"] > second["x"]  # the first answer stands on the right
    words = card.locator(".words")
    assert await words.evaluate("words => getComputedStyle(words).direction") == "rtl"
    assert await page.evaluate("document.fonts.check('16px \"Noto Sans Arabic\"', 'مرحبا')")


@pytest.mark.parametrize(
    ("language", "label", "field"), [("en", "English", 0), ("fr", "Français", 1), ("ar", "العربية", 2)]
)
async def test_screens(page: Page, language: str, label: str, field: int) -> None:
    """Pictures to look at, in tests/screens: both looks side by side, and a phone of 360 pixels."""
    SCREENS.mkdir(exist_ok=True)
    await page.get_by_role("radio", name="WhatsApp").last.check(force=True)
    await page.locator("select[name=hint]").first.select_option(language)
    for name in ("phone-1", "phone-2"):
        phone = stand(page, name)
        await phone.get_by_role("button", name="Start").click()
        if name == "phone-2":
            await phone.locator(".opens").click()
        await phone.get_by_role("button", name=label).click()
        await expect(phone.locator(".bots").last).to_have_attribute("lang", language)
    await page.screenshot(path=SCREENS / f"simulator-{language}-field.png")
    await stand(page, "phone-2").locator(".opens").last.click()
    await page.screenshot(path=SCREENS / f"simulator-{language}-list.png")
    await page.keyboard.press("Escape")
    for name in ("phone-1", "phone-2"):
        phone = stand(page, name)
        if name == "phone-2":
            await phone.locator(".opens").last.click()
        await phone.locator("[value='field:0']:visible").first.click()
        if name == "phone-1":
            await expect(phone.locator("[value='sure:4']")).to_be_visible()
            await page.screenshot(path=SCREENS / f"simulator-{language}-scale.png")
            await phone.locator("[value='sure:4']").click()
            await expect(phone.locator(".picture")).to_be_visible()
    await stand(page).get_by_role("textbox").fill("Merci! شكراً Thank you.")
    await stand(page).get_by_role("textbox").press("Enter")
    await expect(stand(page).locator(".bots").last).to_contain_text("Merci")
    await stand(page).locator(".picture").evaluate("image => image.decode()")
    await page.screenshot(path=SCREENS / f"simulator-{language}-goal.png")
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.screenshot(path=SCREENS / f"simulator-{language}-360.png")
