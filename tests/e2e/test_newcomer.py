"""The newcomer's path over real processes and the strict platforms, and the same with the process killed on the way."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.engine.understand import question_mark
from bot.i18n import CONTROLS
from bot.po import PLACEHOLDER, read_po
from bot.store import hers
from tests.e2e.newcomer import WORDS, Killer, Newcomer, way, welcome
from tests.e2e.phones import OnTelegram, OnWhatsApp, Platform, every_word
from tests.e2e.process import HOUSE, Nursery, Sorora, Watch
from tests.e2e.telegram_fake import FakeTelegram
from tests.e2e.whatsapp_fake import FakeWhatsApp

LANGUAGES = ("en", "fr", "nl", "ar")
CHANNELS = ("polling", "webhook", "whatsapp")
STEPS = len(way("en"))
# `make newcomer` sets LONG. The short form has every channel and every language, and the right-to-left one on WhatsApp.
LONG = "LONG" in os.environ
ALL = [(channel, language) for channel in CHANNELS for language in LANGUAGES]
WALKS = ALL if LONG else [("polling", "en"), ("webhook", "fr"), ("whatsapp", "nl"), ("whatsapp", "ar")]
EVERYWHERE = [(*one, seed) for one in ALL for seed in range(3)]
KILLED = EVERYWHERE if LONG else [("polling", "fr", 11), ("webhook", "en", 12), ("whatsapp", "ar", 11)]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Forks quickly."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@asynccontextmanager
async def on(
    channel: str, language: str, home: Path, nursery: Nursery | None = None
) -> AsyncIterator[tuple[Sorora, Platform]]:
    """Sorora running on a channel, and the phone of somebody whose device speaks `language`."""
    watch = Watch()
    async with AsyncExitStack() as stack:
        if channel == "whatsapp":
            whatsapp = await stack.enter_async_context(FakeWhatsApp(watch, Random(5), burst=1000))
            sorora = Sorora(home, whatsapp_settings(whatsapp), watch, nursery)
            stack.push_async_callback(sorora.close)
            await sorora.start()
            await whatsapp.hook(f"{sorora.url}/whatsapp")
            yield sorora, OnWhatsApp(whatsapp)
        else:
            telegram = FakeTelegram(watch, Random(5))
            await telegram.start()
            stack.push_async_callback(telegram.stop)
            sorora = Sorora(home, telegram_settings(telegram, channel), watch, nursery)
            stack.push_async_callback(sorora.close)
            telegram.webhook.at = f"{sorora.url}/telegram"
            await sorora.start()
            yield sorora, OnTelegram(telegram, language)


def telegram_settings(fake: FakeTelegram, mode: str) -> dict[str, str]:
    known = {"SORORA_TELEGRAM_TOKEN": fake.token, "SORORA_TELEGRAM_API_URL": fake.url, "SORORA_TELEGRAM_MODE": mode}
    hook = {"SORORA_PUBLIC_URL": "https://sorora.example", "SORORA_TELEGRAM_SECRET": "a-made-up-secret"}
    return known | (hook if mode == "webhook" else {})


def whatsapp_settings(fake: FakeWhatsApp) -> dict[str, str]:
    return {
        "SORORA_WHATSAPP_TOKEN": fake.token,
        "SORORA_WHATSAPP_PHONE_ID": fake.phone_id,
        "SORORA_WHATSAPP_BUSINESS_ID": fake.business_id,
        "SORORA_WHATSAPP_APP_SECRET": fake.app_secret,
        "SORORA_WHATSAPP_VERIFY_TOKEN": fake.verify_token,
        "SORORA_WHATSAPP_API_URL": fake.url,
    }


# --- what must be true at the end ---------------------------------------------------------------------------------


async def all_is_well(newcomer: Newcomer, sorora: Sorora, kills: int = 0) -> None:
    """Nothing lost, nothing asked twice, nothing refused, and the goal is whole."""
    phone = newcomer.phone
    assert newcomer.questions() == expected(newcomer)
    assert newcomer.twice() <= kills
    assert phone.refused() == []
    assert sorora.complaints == []
    pictures = phone.pictures()
    assert len(pictures) >= 2  # her strengths, her goal
    assert all(picture.startswith(b"\x89PNG") and len(picture) > 5000 for picture in pictures)
    page, machine = dict(phone.files())["sorora-my-data.html"], dict(phone.files())["sorora-my-data.json"]
    assert b"<b>" not in page
    kept(json.loads(machine), newcomer.language)
    assert await sorora.stop() == 0
    log = json.dumps(sorora.lines, ensure_ascii=False)
    assert not any(secret in log for secret in (*WORDS[newcomer.language], sorora.key, *phone.secrets()))
    store = sorora.store()
    async with store.begin() as tx:
        kept(await hers.everything_of(tx, 1), newcomer.language)
    await store.close()


def kept(everything: dict[str, Any], language: str) -> None:
    """All that she said, once."""
    title, milestone, step = WORDS[language]
    (goal,) = everything["goals"]
    plan = goal["plan"]
    assert (plan["title"], plan["sure"], plan["first_step"]) == (title, 4, step)
    tapped = {"msgid": "I know the way", "context": "goal"}
    assert [piece["words"] for piece in plan["milestones"]] == [tapped, milestone]
    assert plan["why"]["voice"] == everything["voice_notes"][0]["id"]
    assert plan["if_then"]["at"]
    (skills,) = everything["assessments"]
    assert (skills["kind"], len(skills["levels"]), skills["words"]) == ("skills", 18, {"first": "stress"})
    assert [one["given"] for one in everything["consents"]] == [True] * 4
    assert len(everything["voice_notes"]) == 1


def expected(newcomer: Newcomer) -> list[str]:
    """Marks of the questions of the way; a list in pages shows its question once."""
    return [question_mark(key) for key, _ in way(newcomer.language)]


def fragments(language: str) -> Iterator[str]:
    """Pieces of three words and more of English sentences that read differently in this language."""
    source = read_po((HOUSE / "locales" / language / "LC_MESSAGES" / "sorora.po").read_bytes(), language)
    for message in source:
        english, theirs = (one if isinstance(one, list | tuple) else [one] for one in (message.id, message.string))
        for sentence in english:
            if sentence and sentence not in theirs and message.context != "typed words":
                yield from (part.strip() for part in PLACEHOLDER.split(sentence) if len(part.split()) >= 3)


def english_left(phone: Platform, language: str) -> set[str]:
    """English in what was shown to somebody who speaks another language."""
    shown = CONTROLS.sub("", "\n".join(word for one in phone.sent() for word in every_word(one)))
    return {part for part in fragments(language) if part in shown}


# --- the tests ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("channel", "language"), WALKS)
async def test_a_newcomer_reaches_her_first_saved_goal(
    channel: str, language: str, tmp_path: Path, nursery: Nursery
) -> None:
    async with on(channel, language, tmp_path, nursery) as (sorora, phone):
        newcomer = Newcomer(phone, language)
        await newcomer.walk(way(language))
        await all_is_well(newcomer, sorora)
        assert newcomer.twice() == 0
        if language != "en":
            assert english_left(phone, language) == set()
        print(f"{channel} {language}: {len(newcomer.hers)} acts of hers, {len(phone.sent())} messages and edits")


def test_five_taps_lead_to_the_first_useful_question() -> None:
    assert len(welcome("en")) <= 5


async def test_the_command_itself_ends_cleanly_and_goes_on_where_she_was(tmp_path: Path) -> None:
    async with on("polling", "fr", tmp_path) as (sorora, phone):
        newcomer = Newcomer(phone, "fr")
        steps = way("fr")
        await newcomer.walk(steps[:5])
        assert await sorora.stop() == 0
        await sorora.start()
        await newcomer.answer(5, *steps[4], then=steps[5][0])
        assert newcomer.questions() == expected(newcomer)[:6]
        assert newcomer.twice() == 0
        assert sorora.complaints == []


@pytest.mark.parametrize(("channel", "language", "seed"), KILLED)
async def test_kills_on_the_way(channel: str, language: str, seed: int, tmp_path: Path, nursery: Nursery) -> None:
    """The whole way with kills, at six of its steps or at every single one, and all that must be true of it."""
    points: Sequence[int] = range(STEPS) if LONG else Random(f"{channel}{language}").sample(range(STEPS), 6)
    async with on(channel, language, tmp_path, nursery) as (sorora, phone):
        killer = Killer(sorora, phone, Random(seed), points.__contains__)
        newcomer = Newcomer(phone, language, killer)
        await newcomer.walk(way(language))
        await all_is_well(newcomer, sorora, killer.kills)
        print(f"{channel} {language}: {killer.kills} kills, {newcomer.twice()} messages twice, {killer.waits} waits")
        if phone.tells:
            assert newcomer.twice() == 0  # what the platform accepted is never sent again
        assert killer.kills == len(points)
