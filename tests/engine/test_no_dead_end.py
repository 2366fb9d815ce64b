"""No dead end: whatever one person does in whatever order, each of it is answered, and there is always a way on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.testing import Phone, Seen, Stage
from conversations import PROGRAMME
from tests.engine.little import little, programme

WORDS = [
    *"/start menu help sos stop back skip done language".split(),
    *"/form /erase /data 1 2 4 1.4.2027 break yes no /nothing".split(),
    *("hello", "1 2", "", " ", "\0", "\ud83d", "x" * 200, "🌻"),
]
acts = st.one_of(
    st.tuples(st.just("tap"), st.integers(0, 30)),  # a button of the newest message, by its place
    st.tuples(st.just("old"), st.integers(0, 200)),  # any button ever seen
    st.tuples(st.just("type"), st.sampled_from(WORDS) | st.text(max_size=30)),
    st.tuples(st.just("send"), st.sampled_from(["voice", "sticker", "photo"])),
    st.tuples(st.just("data"), st.text(max_size=20)),  # a forged button
)


def way_on(seen: Seen) -> bool:
    """Whether a message can be answered: by a tap, or with words that it asks for."""
    asks = ("Write", "write", "Do you agree?")
    return bool(seen.buttons) or any(word in seen.text for word in asks)


async def live(stage: Stage, todo: list[tuple[str, Any]]) -> None:
    """One woman does all this; each act is answered, and the last word has a way on."""
    phone = stage.phone("en")
    await phone.types("/start")
    taps: list[str] = [button.data for button in phone.last.buttons]
    for what, value in todo:
        stage.clock.forward(timedelta(seconds=11))  # slower than a double tap or a flood
        calls: list[object] = []
        send = stage.channel.send

        async def heard(sending: Any) -> Any:
            calls.append(sending)  # noqa: B023
            return await send(sending)  # noqa: B023

        stage.channel.send = heard  # type: ignore[method-assign]
        await act(phone, what, value, taps)
        stage.channel.send = send  # type: ignore[method-assign]
        assert calls, (what, value)
        assert "went wrong" not in phone.last.text or value == "break" or "break" in phone.transcript()
        last = phone.last.text.strip("\u200f\u2066\u2067\u2068\u2069")  # in Arabic
        erased = last in ("Good-bye.", "Come back later.")
        assert erased or way_on(phone.last), phone.last.text
        taps += [button.data for button in phone.last.buttons]
    await phone.types("sos")
    assert "112" in phone.last.text


async def act(phone: Phone, what: str, value: Any, taps: list[str]) -> None:
    buttons = phone.last.buttons
    if what == "tap" and buttons:
        await phone.does(button=buttons[value % len(buttons)].data, card=phone.last.id)
    elif what in ("tap", "old") and taps:
        await phone.does(button=taps[value % len(taps)])
    elif what == "type":
        await phone.does(text=value)
    elif value == "voice":
        await phone.speaks()
    elif what == "send":
        await phone.sends(value)
    else:
        await phone.does(button=str(value))


@settings(max_examples=40, deadline=None)
@given(st.lists(acts, max_size=25))
def test_the_little_programme_has_no_dead_end(todo: list[tuple[str, Any]]) -> None:
    async def story() -> None:
        async with little(programme=programme()) as stage:
            await live(stage, todo)

    asyncio.run(story())


@settings(max_examples=25, deadline=None)
@given(st.lists(acts, max_size=25))
def test_the_real_programme_has_no_dead_end(todo: list[tuple[str, Any]]) -> None:
    async def story() -> None:
        async with little(programme=PROGRAMME) as stage:
            phone = stage.phone("en")
            await phone.types("/start")
            for label in ("English", "Yes to all", "A woman, 18+", "Find support"):
                await phone.taps(label)
            for what, value in todo:
                stage.clock.forward(timedelta(seconds=11))
                heard, last = len(phone.chat), phone.last.message
                await act(phone, what, value, [])
                assert (len(phone.chat), phone.last.message) != (heard, last) or what in ("tap", "old", "data", "send")
                assert "went wrong" not in phone.last.text
            await phone.types("sos")
            assert "112" in phone.last.text

    asyncio.run(story())


@pytest.mark.parametrize("seed", range(3))
async def test_a_woman_between_many_others_meets_nobody_s_words(stage: Stage, seed: int) -> None:
    """Ten women fill in the same form at once; each reads her own words only."""
    phones = [stage.phone("en") for _ in range(10)]
    scripts = [
        ["/start", "yes", "yes", "/form", f"words of {number}", str(1 + (number + seed) % 5)] for number in range(10)
    ]
    for step in zip(*scripts, strict=True):
        came = [phone.incoming(text=words) for phone, words in zip(phones, step, strict=True)]
        await asyncio.gather(*(stage.sorora.batches.receive(one) for one in came))
        await stage.settle()
    for number, phone in enumerate(phones):
        await phone.types("/data")
        everything = "".join(str(seen.message.document) + seen.text for seen in phone.chat)
        assert f"words of {number}" in everything
        assert not any(f"words of {other}" in everything for other in range(10) if other != number)
