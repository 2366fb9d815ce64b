"""Floods, and people who leave."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest

from bot.engine.manners import MOST as FLOOD
from bot.engine.manners import SLOWLY
from bot.testing import Phone, Stage
from tests.engine.little import count, member, rows, tall

Logs = list[MutableMapping[str, Any]]


# --- too much, and gone -------------------------------------------------------------------------------------------


async def flood(phone: Phone, words: str = "/form") -> None:
    """As many messages within a minute as may be."""
    for number in range(FLOOD - len(phone.stage.sorora.batches.manners.of(lookup(phone)).times)):
        await phone.types(f"{words} {number}" if words == "/form" else words)


def lookup(phone: Phone) -> str:
    return phone.stage.sorora.store.vault.lookup(f"stage:{phone.address}")


async def test_a_flood_is_told_once_an_hour_and_ends_after_a_minute(stage: Stage) -> None:
    amina, other = await member(stage), await member(stage)
    await flood(amina)
    heard = len(amina.chat)
    for _more in range(5):
        await amina.types("Title")
    assert [seen.text for seen in amina.chat[heard:]] == [SLOWLY.msgid]
    await other.types("/form")
    assert "A title?" in other.last.text  # nobody else is held back
    stage.clock.forward(timedelta(seconds=61))
    await amina.types("Title")
    assert "How sure?" in amina.last.text
    await flood(amina)
    heard = len(amina.chat)
    await amina.types("one more")
    assert len(amina.chat) == heard  # she was told within this hour
    stage.clock.forward(timedelta(minutes=58, seconds=50))
    await flood(amina)
    heard = len(amina.chat)
    stage.clock.forward(timedelta(seconds=11))
    for _more in range(61):
        await amina.types("more")
    assert SLOWLY.msgid in [seen.text for seen in amina.chat[heard:]]


@pytest.mark.parametrize("cry", ["sos", "stop", "[Stop]", "[I am in danger]", "/stop", "/urgent"])
async def test_danger_and_stop_always_pass(stage: Stage, cry: str) -> None:
    amina = await member(stage)
    await flood(amina)
    await amina.types("one more")
    assert amina.last.text == SLOWLY.msgid
    if cry == "[I am in danger]":  # a button of the menu
        stage.clock.forward(timedelta(minutes=2))
        await amina.types("menu")
        await flood(amina, "menu")
    await (amina.taps(cry[1:-1]) if cry.startswith("[") else amina.types(cry))
    assert ("You can go on at any time.\n\nMenu" if "top" in cry else "Call 112 or 101.") in tall(amina)


async def test_quick_thumbs_are_no_flood(stage: Stage) -> None:
    amina = await member(stage)
    for _question in range(15):
        await amina.types("/form")
    assert SLOWLY.msgid not in tall(amina)


async def test_who_left_hears_nothing_until_she_writes_again(both: Stage) -> None:
    amina = await member(both)
    both.clock.forward(timedelta(hours=1))
    heard = len(amina.chat)
    await both.sorora.batches.receive(amina.incoming(text="/form"))  # its answer waits
    await amina.leaves()
    await amina.leaves()
    assert len(amina.chat) == heard
    assert [row["left_at"] for row in await rows(both, "addresses")] == [both.clock.now()]
    assert {row["state"] for row in await rows(both, "outbox")} == {"sent", "refused"}
    both.clock.forward(timedelta(minutes=1))
    await amina.types("Title")
    assert [row["left_at"] for row in await rows(both, "addresses")] == [None]
    assert "How sure?" in amina.last.text


async def test_a_stranger_who_leaves_is_not_remembered(stage: Stage) -> None:
    await stage.phone("en").leaves()
    assert (await count(stage, "people", "addresses", "outbox")) == {"people": 0, "addresses": 0, "outbox": 0}


async def test_an_unknown_language_hint_is_no_trouble(stage: Stage) -> None:
    for hint in ("", "xx", "fr-BE", "zh-Hant-TW", "🌻", "-" * 500):
        phone = stage.phone(hint)
        await phone.types("/start")
        assert phone.last.message.language == ("fr" if hint == "fr-BE" else "en")
