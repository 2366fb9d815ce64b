"""Several women in the simulator page, in a real Chromium: answers, sounds and photos, more phones, the cast."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from bot.messages import Attachment, Button, Message
from bot.web.simulator import HERE
from tests.e2e.browser import ONE_BROWSER, SCREENS
from tests.e2e.simulator_page import House, stand

pytestmark = ONE_BROWSER
AMAL, SELIN = "cast-amal", "cast-selin"
PHOTO = Attachment("image/jpeg", (HERE / "static/samples/photo.jpg").read_bytes())
VOICE = Attachment("audio/wav", (HERE / "static/samples/voice.wav").read_bytes(), 2)


def play(page: Page, phone: int) -> Locator:
    return page.locator("select.play").nth(phone - 1)


async def test_one_message_is_answered(page: Page, house: House) -> None:
    first = await house.script.say("phone-1", Message("Amal: How are you?"))
    second = await house.script.say("phone-1", Message("Selin: Are you there?", language="fr"))
    phone = stand(page)
    reply, quote, words = phone.locator(".answer"), phone.locator(".quote"), phone.get_by_role("textbox")
    await reply.first.click()
    await expect(quote).to_contain_text("Amal: How are you?")
    await expect(words).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(quote).to_be_hidden()
    await reply.last.focus()  # by keyboard too
    await page.keyboard.press("Enter")
    await expect(quote).to_contain_text("Selin: Are you there?")
    await page.keyboard.type("Yes!")
    await page.keyboard.press("Enter")
    await expect(phone.locator(".hers .quoted")).to_have_text("Selin: Are you there?")
    await expect(quote).to_be_hidden()
    await words.fill("And hello")
    await words.press("Enter")
    await expect(phone.locator(".hers")).to_have_count(2)
    await reply.first.click()
    await phone.get_by_role("button", name="Do not reply").click()
    await reply.first.click()
    await phone.locator(".more summary").click()
    await phone.get_by_role("button", name="A sample voice note").click()
    await expect(phone.locator(".hers")).to_have_count(3)
    assert [one.reply_to for one in house.script.received] == [second, "", first]


async def test_a_photo_goes_with_what_is_written(page: Page, house: House) -> None:
    phone = stand(page)
    await phone.get_by_role("textbox").fill("My <b>garden</b>")
    await phone.locator(".more summary").click()
    await phone.get_by_role("button", name="A sample photo").click()
    await expect(phone.locator(".hers .words")).to_have_text("My <b>garden</b>")
    await expect(phone.get_by_role("textbox")).to_have_value("")
    assert house.script.received[0].caption == "My <b>garden</b>"


@pytest.mark.parametrize("look", ["Telegram", "WhatsApp"])
async def test_her_voice_is_heard_and_her_photo_seen(page: Page, house: House, look: str) -> None:
    await page.get_by_role("radio", name=look).first.check(force=True)
    buttons = (Button("@write:1", "Reply"),)
    await house.script.say("phone-1", Message("Amal: my town", photo=PHOTO, voice=VOICE, options=buttons, typed="stop"))
    phone = stand(page)
    await expect(phone.locator(".log")).to_have_attribute("data-look", look.lower())
    assert await phone.locator(".bots .picture").evaluate("async image => (await image.decode(), image.naturalWidth)")
    length = "audio => new Promise(done => { audio.ondurationchange = () => done(audio.duration); audio.load() })"
    assert await phone.locator(".bots audio").evaluate(length) > 1
    await expect(phone.get_by_role("button", name="Reply", exact=True)).to_have_count(1)


async def test_a_request_is_found_and_answered_by_whom_it_went_to(page: Page, house: House) -> None:
    await house.script.say(AMAL, Message("A request for you."))
    await expect(play(page, 2).locator(f"option[value={AMAL}]")).to_have_text("Fictive Amal (mentor) · 1 new")
    await page.locator("#news").get_by_role("button", name="Fictive Amal").click()
    phone = stand(page, "phone-2")
    await expect(phone.locator(".bots")).to_contain_text("A request for you.")
    await expect(phone.locator(".owner")).to_have_text("Fictive Amal (mentor)")
    await expect(page.locator("#news")).to_be_hidden()
    await phone.get_by_role("textbox").fill("Yes")
    await phone.get_by_role("textbox").press("Enter")
    await expect(phone.locator(".bots").last).to_contain_text("You wrote: Yes")
    assert house.script.received[0].address == AMAL
    await play(page, 2).select_option(SELIN)
    await expect(phone.locator(".owner")).to_have_text("Fictive Selin (mentor)")
    await expect(phone.locator(".entry")).to_have_count(0)
    await play(page, 2).select_option(AMAL)
    await expect(phone.locator(".entry")).to_have_count(3)


async def test_a_quote_does_not_go_to_another_womans_chat(page: Page, house: House) -> None:
    await house.script.say("phone-1", Message("Amal: How are you?"))
    phone = stand(page)
    await phone.locator(".answer").click()
    await play(page, 1).select_option(SELIN)
    await expect(phone.locator(".quote")).to_be_hidden()


async def test_a_third_phone(page: Page, house: House) -> None:
    third = stand(page, "phone-3")
    await expect(third).to_be_hidden()
    await page.get_by_role("button", name="Add a phone").click()
    await expect(third).to_be_in_viewport()
    await third.get_by_role("button", name="Start").click()
    await expect(third.get_by_role("button", name="English")).to_be_visible()
    assert house.script.received[0].address == "phone-3"
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.get_by_role("button", name="Third phone", exact=True).click()
    await expect(third.get_by_role("button", name="English")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.set_viewport_size({"width": 1280, "height": 860})
    await page.get_by_role("button", name="Hide the third phone").click()
    await expect(third).to_be_hidden()
    await page.reload()
    await expect(stand(page)).to_be_visible()
    await expect(third).to_be_hidden()


async def test_who_blocked_the_bot_is_told_so_and_lets_it_in_again(page: Page, house: House) -> None:
    phone = stand(page)
    await page.get_by_role("button", name="Block the bot").first.click()
    await expect(phone.locator(".blocked")).to_be_in_viewport()
    assert house.script.received[0].left
    await phone.get_by_role("textbox").fill("Hello")
    await phone.get_by_role("textbox").press("Enter")
    await expect(phone.locator(".blocked")).to_have_count(0)
    await expect(phone.locator(".bots").last).to_contain_text("You wrote: Hello")


async def test_screens(page: Page, house: House) -> None:
    """Pictures to look at, in tests/screens: three phones with what two women send, and a phone of 360 pixels."""
    SCREENS.mkdir(exist_ok=True)
    buttons = (Button("@write:1", "Reply"), Button("@report:1", "Report"))
    await house.script.say("phone-1", Message("Amal: This is my town.", photo=PHOTO, options=buttons))
    await house.script.say("phone-1", Message("Amal sends a voice note.", voice=VOICE))
    await house.script.say(SELIN, Message("A request for you."))
    phone = stand(page)
    await phone.locator(".answer").last.click()
    await page.get_by_role("button", name="Add a phone").click()
    await expect(stand(page, "phone-3")).to_be_visible()
    await page.set_viewport_size({"width": 1600, "height": 900})
    await page.screenshot(path=SCREENS / "simulator-people.png")
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.screenshot(path=SCREENS / "simulator-people-360.png")
    await expect(phone.locator(".quote")).to_be_visible()
