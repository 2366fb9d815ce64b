"""Templates: which goes when, with which buttons, and how they come to Meta."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bot.channels import whatsapp_templates as templates
from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_bubbles import BODY, BUTTON
from bot.channels.whatsapp_templates import READ, TEMPLATES, push, standing, template_of
from bot.clock import MovableClock
from bot.i18n import Catalogs
from bot.messages import Button, Message, Sending, Verdict
from bot.utf16 import units
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.e2e.whatsapp_people import Person
from tests.e2e.whatsapp_wiring import Still, connect

WEEK = tuple(Button(f"@check_in:{one}", one) for one in ("good", "so_so", "hard"))
CATALOGS = Catalogs.load()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(Still())


@pytest.fixture
async def fake(clock: MovableClock) -> AsyncIterator[FakeWhatsApp]:
    async with FakeWhatsApp(clock, Random(1)) as one:
        yield one


@pytest.fixture
async def channel(fake: FakeWhatsApp, clock: MovableClock) -> AsyncIterator[WhatsApp]:
    one = connect(fake, clock)
    await push(one.client, fake.business_id, CATALOGS)
    fake.shelf.decide()
    yield one
    await one.close()


@pytest.fixture
def amina(fake: FakeWhatsApp, clock: MovableClock) -> Person:
    person = fake.person("+32 470 00 00 01", "BE.90000000000001")
    person.wrote_at = clock.now()
    return person


def sending(person: Person, message: Message, **more: Any) -> Sending:
    return Sending(42, "whatsapp", person.address, message, person.wrote_at, **more)


# --- when -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "template"), [(0, False), (23 * 60 + 49, False), (23 * 60 + 50, True)])
async def test_words_go_within_a_day_of_hers_with_ten_minutes_to_spare(
    channel: WhatsApp, amina: Person, clock: MovableClock, minutes: int, template: bool
) -> None:
    clock.forward(timedelta(minutes=minutes))
    result = await channel.send(sending(amina, Message("How was your week?", WEEK, template="check_in")))
    assert (result.verdict, bool(result.template), result.keep) == (Verdict.SENT, template, not template)
    assert [shown.template for shown in amina.chat] == [template]


async def test_a_template_in_place_of_a_message_has_its_buttons(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person, clock: MovableClock
) -> None:
    clock.forward(timedelta(days=3))
    message = Message("Private words", WEEK, template="check_in", language="fr")
    result = await channel.send(sending(amina, message))
    (shown,) = amina.chat
    assert (result.verdict, result.template, result.provider_id) == (Verdict.SENT, "sorora_check_in", shown.id)
    assert [data for data, _label in shown.buttons] == [one.data for one in WEEK]
    assert shown.text == CATALOGS.render(template_of(message).body, "fr")
    assert fake.calls[0]["biz_opaque_callback_data"] == "42"


@pytest.mark.parametrize("kind", ["words", "check_in", "never_heard_of", ""])
async def test_what_no_template_can_stand_for_waits_and_is_announced_once_a_day(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person, clock: MovableClock, kind: str
) -> None:
    clock.forward(timedelta(days=3))
    message = Message("Private words", (Button("@write:7", "Answer"), Button("@report:7", "Report")), template=kind)
    result = await channel.send(sending(amina, message))
    (shown,) = amina.chat
    assert (result.verdict, result.template) == (Verdict.HELD, template_of(message).name)
    assert {data for data, _label in shown.buttons} == {READ}
    assert "Private" not in str(fake.calls)
    assert fake.calls[0]["biz_opaque_callback_data"] == "42.t"  # its status says nothing of the message
    for hours, rings in ((23, 0), (24, 1)):
        rung = clock.now() - timedelta(hours=hours)
        result = await channel.send(sending(amina, message, rung_at=rung))
        assert (result.verdict, len(amina.chat) - 1) == (Verdict.HELD, rings)


async def test_a_message_that_came_back_goes_as_a_template_whenever_she_wrote(channel: WhatsApp, amina: Person) -> None:
    await channel.send(sending(amina, Message("x", WEEK, template="check_in"), closed=True))
    assert amina.chat[0].template


@pytest.mark.parametrize(
    ("language", "state", "reason"),
    [
        ("so", "APPROVED", "WhatsApp has no templates in so"),
        ("nl", "REJECTED", "template sorora_news in nl: WhatsApp error 132015"),
        ("uk", "APPROVED", "template sorora_news in uk: WhatsApp error 132001"),
    ],
)
async def test_without_a_template_in_her_language_it_is_refused_with_a_reason(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person, clock: MovableClock, language: str, state: str, reason: str
) -> None:
    fake.shelf.decide(state)
    if language == "uk":
        fake.shelf.templates = {key: one for key, one in fake.shelf.templates.items() if key[1] != "uk"}
    clock.forward(timedelta(days=3))
    result = await channel.send(sending(amina, Message("x", language=language)))
    assert (result.verdict, result.reason, amina.chat) == (Verdict.REFUSED, reason, [])


async def test_passing_trouble_with_a_template_is_tried_again(
    fake: FakeWhatsApp, channel: WhatsApp, amina: Person, clock: MovableClock
) -> None:
    clock.forward(timedelta(days=3))
    fake.faults.once("429", "messages")
    result = await channel.send(sending(amina, Message("x")))
    assert (result.verdict, amina.chat) == (Verdict.RETRY, [])


# --- what they say ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", CATALOGS.languages)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_each_fits_and_says_nothing_to_who_looks_over_her_shoulder(template: templates.Template, language: str) -> None:
    labels = [CATALOGS.label(label, language) for label in template.buttons]
    assert all(0 < units(label) <= BUTTON for label in labels)
    assert len(set(labels)) == len(labels)
    body = CATALOGS.render(template.body, language)
    assert 0 < units(body) <= BODY
    assert "{" not in body
    assert "mentor" not in body.casefold()


def test_no_kind_stands_twice() -> None:
    kinds = [kind for template in TEMPLATES for kind in template.kinds]
    assert len(set(kinds)) == len(kinds)
    assert {units(template.name) <= 32 for template in TEMPLATES} == {True}  # outbox.template


# --- at Meta ------------------------------------------------------------------------------------------------------


async def test_what_is_missing_is_submitted_once(fake: FakeWhatsApp, clock: MovableClock) -> None:
    one = connect(fake, clock)
    before = await standing(one.client, fake.business_id, CATALOGS)
    assert {each.state for each in before} <= {"missing", "not possible"}
    pushed = await push(one.client, fake.business_id, CATALOGS)
    possible = [code for code in CATALOGS.languages if code in templates.LANGUAGES]
    assert len(pushed) == len(TEMPLATES) * len(possible) == len(fake.shelf.templates)
    assert {each.state for each in pushed} == {"pending"}
    assert await push(one.client, fake.business_id, CATALOGS) == []
    assert fake.refusals == []
    await one.close()


async def test_the_state_of_each_is_told(fake: FakeWhatsApp, channel: WhatsApp) -> None:
    fake.shelf.decide("REJECTED", "sorora_message", "ar")
    fake.shelf.templates["sorora_news", "fr"]["components"][0]["text"] = "Bonjour ! Autre chose."
    found = {
        (one.template.name, one.language): one for one in await standing(channel.client, fake.business_id, CATALOGS)
    }
    assert found["sorora_message", "ar"].state == "rejected"
    assert found["sorora_news", "fr"].state == "other words"
    assert found["sorora_news", "en"].state == "approved"
    assert [key for key, one in found.items() if not one.good] == [("sorora_message", "ar")]
