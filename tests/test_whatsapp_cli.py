"""`sorora whatsapp templates`, what `sorora check` says of templates, and the counts of `sorora check --costs`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot import checkup
from bot.channels.whatsapp_templates import LANGUAGES, TEMPLATES, push, standing
from bot.errors import SettingError, TryLater
from bot.i18n import Catalogs
from bot.messages import Message
from bot.settings import Settings
from bot.store import costs, mail, people
from bot.store.door import Store
from bot.store.schema import migrate
from bot.testing import StageClock
from bot.vault import Vault, new_key
from bot.whatsapp_cli import asked, table
from tests.databases import database_url, key, store
from tests.e2e.whatsapp_fake import FakeWhatsApp

__all__ = ["database_url", "key", "store"]


@pytest.fixture
async def fake() -> AsyncIterator[FakeWhatsApp]:
    async with FakeWhatsApp(StageClock(), Random(5)) as one:
        yield one


def environment(folder: Path, fake: FakeWhatsApp, **more: str) -> dict[str, str]:
    known = {
        "data_dir": str(folder), "keys": new_key(), "whatsapp_token": fake.token, "whatsapp_phone_id": fake.phone_id,
        "whatsapp_business_id": fake.business_id, "whatsapp_app_secret": "made-up", "whatsapp_verify_token": "made-up",
        "whatsapp_api_url": fake.url,
    }  # fmt: skip
    return {f"SORORA_{name.upper()}": value for name, value in (known | more).items() if value}


async def said_of_templates(settings: dict[str, str]) -> checkup.Finding:
    (found,) = [one for one in await checkup.checkup(settings, StageClock()) if "templates" in one.what]
    return found


async def test_push_and_status(tmp_path: Path, fake: FakeWhatsApp) -> None:
    settings = Settings.from_environment(environment(tmp_path, fake))
    pushed = await asked(settings, push)
    languages = [code for code in Catalogs.load().languages if code in LANGUAGES]
    assert len(pushed) == len(TEMPLATES) * len(languages)
    assert "sorora_check_in  fr  pending" in table(pushed).splitlines()
    fake.shelf.decide(language="fr")
    told = table(await asked(settings, standing)).splitlines()
    assert "sorora_check_in  fr  approved" in told
    assert "sorora_check_in  nl  pending" in told
    assert await asked(settings, push) == []


@pytest.mark.parametrize(
    ("more", "trouble", "said"),
    [
        ({"whatsapp_business_id": ""}, SettingError, "SORORA_WHATSAPP_BUSINESS_ID"),
        ({"whatsapp_business_id": "3"}, SettingError, "error 100"),
        ({"whatsapp_token": "wrong"}, SettingError, "error 190"),
        ({"whatsapp_api_url": "http://127.0.0.1:9"}, TryLater, "try again"),
    ],
)
async def test_what_is_wrong_is_said_in_words(
    tmp_path: Path, fake: FakeWhatsApp, more: dict[str, str], trouble: type[Exception], said: str
) -> None:
    wrong = environment(tmp_path, fake, **more)
    with pytest.raises(trouble, match=said):
        await asked(Settings.from_environment(wrong), standing)
    assert (await said_of_templates(wrong)).line()[0] == "!"


async def test_check_warns_until_all_are_approved(tmp_path: Path, fake: FakeWhatsApp) -> None:
    settings = environment(tmp_path, fake)
    assert "sorora_news en (missing)" in (await said_of_templates(settings)).what
    await asked(Settings.from_environment(settings), push)
    fake.shelf.decide()
    found = await said_of_templates(settings)
    possible = set(Catalogs.load().languages) <= set(LANGUAGES)
    assert found.warn is not possible
    fake.shelf.decide("REJECTED", "sorora_message", "ar")
    found = await said_of_templates(settings)
    assert (found.warn, found.bad, "sorora_message ar (rejected)" in found.what) == (True, False, True)
    assert "approved" not in found.what


# --- counts -------------------------------------------------------------------------------------------------------


async def fill(store: Store, clock: StageClock) -> None:
    """Five messages on two channels in two weeks, one held behind a template, two refused, one taken back."""
    sent: dict[str, Any] = {"state": mail.SENT}
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("whatsapp", "", sent),
        ("whatsapp", "", sent),
        ("whatsapp", "check_in", {**sent, "template": "sorora_check_in"}),
        ("whatsapp", "words", {"state": "held", "template": "sorora_message"}),
        ("whatsapp", "words", {"state": mail.REFUSED, "reason": "no template"}),
        ("whatsapp", "words", {"state": mail.REFUSED, "reason": "taken back"}),
        ("whatsapp", "words", {"state": mail.REFUSED, "reason": "she left: blocked"}),
        ("telegram", "check_in", sent),
    ]
    for channel, kind, how in rows:
        async with store.begin() as tx:
            known = await people.welcome(tx, channel, f"made-up {clock.now()} {kind} {how}", "en", clock.now())
            letter = mail.Letter(known.person.id, channel, known.lookup, known.address, Message("x", template=kind))
            number = await mail.post_one(tx, letter, clock.now())
            await mail.finish(tx, [mail.Done(number, **how)], clock.now())
        clock.forward(timedelta(seconds=1))
    clock.forward(timedelta(days=7))
    async with store.begin() as tx:
        known = await people.welcome(tx, "whatsapp", "later", "en", clock.now())
        number = await mail.post_one(
            tx, mail.Letter(known.person.id, "whatsapp", known.lookup, known.address, Message("x")), clock.now()
        )
        await mail.finish(tx, [mail.Done(number, mail.SENT)], clock.now())


async def test_what_was_sent_is_counted_by_week_channel_and_class(store: Store) -> None:
    clock = StageClock()
    await fill(store, clock)
    async with store.begin(reading=True) as tx:
        found = await costs.sent(tx, clock.now())
    first, second = date(2027, 3, 1), date(2027, 3, 8)
    assert [(one.week, one.channel, one.sort, one.messages, one.templates) for one in found] == [
        (second, "whatsapp", "answers", 1, 0),
        (first, "telegram", "check_in", 1, 0),
        (first, "whatsapp", "answers", 2, 0),
        (first, "whatsapp", "check_in", 1, 1),
        (first, "whatsapp", "words", 0, 1),
    ]
    clock.forward(timedelta(weeks=7))
    async with store.begin(reading=True) as tx:
        assert {one.week for one in await costs.sent(tx, clock.now())} == {second}


async def test_only_what_the_operator_could_mend_is_told(store: Store) -> None:
    clock = StageClock()
    await fill(store, clock)
    async with store.begin(reading=True) as tx:
        assert await costs.refused(tx, clock.now() - timedelta(days=8)) == [("whatsapp", "no template", 1)]
        assert await costs.refused(tx, clock.now() - timedelta(days=1)) == []


async def test_check_tells_both(tmp_path: Path, fake: FakeWhatsApp) -> None:
    settings = environment(tmp_path, fake)
    one = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'sorora.db'}", Vault([settings["SORORA_KEYS"]]))
    await migrate(one)
    clock = StageClock()
    await fill(one, clock)
    await one.close()
    clock.forward(timedelta(days=-1))
    lines = await checkup.costs(Settings.from_environment(settings), clock)
    assert lines[0].split() == ["week", "of", "channel", "class", "messages", "templates"]
    assert ["2027-03-01", "whatsapp", "check_in", "1", "1"] in [line.split() for line in lines]
    found = [finding.what for finding in await checkup.checkup(settings, clock)]
    assert "In the last 7 days whatsapp did not take 1 messages: no template." in found
