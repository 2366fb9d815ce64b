"""Odd updates, buttons and texts: nothing raises but what is documented, nothing is met with silence, nothing breaks a
platform's limit. A few hundred of each in `make test`, FUZZ of each (20,000) in `make fuzz`.
"""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels import telegram_updates, whatsapp_events
from bot.channels.telegram_updates import Understood
from bot.dialogue.steps import phrases
from bot.engine.understand import Press, button_data, read_button
from bot.errors import Unreadable
from bot.i18n import Catalogs
from bot.messages import Button, Media
from bot.testing import Phone, rehearsal
from conversations import PROGRAMME
from tests.faults.cases import LONG_NAME
from tests.faults.hall import at
from tests.faults.limits import Longest, troubles
from tests.faults.paths import TALK_ID, Screen, house_of, walk_all
from tests.faults.visits import Visits
from tests.transcripts.theatre import CountingChannel

MANY = int(os.environ.get("FUZZ", "300"))
odd = settings(
    max_examples=MANY, deadline=None, derandomize="FUZZ" not in os.environ, suppress_health_check=list(HealthCheck)
)
few = settings(odd, max_examples=max(5, MANY // 100))
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
PAYLOADS = Path(__file__).parent.parent / "payloads"
CATALOGS = Catalogs.load()
HOUSE = house_of(PROGRAMME, CATALOGS)
NAMES = (LONG_NAME, f"{LONG_NAME} 2")
LANGUAGES = CATALOGS.languages if "FUZZ" in os.environ else ("ar",)  # to find all questions in one takes 3 seconds

# --- what may come ------------------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def known(channel: str) -> list[Any]:
    """The real payloads of a channel."""
    found = [json.loads(path.read_bytes()) for path in sorted((PAYLOADS / channel).glob("*.json"))]
    return [one["body"] for one in found] if channel == "whatsapp" else found


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all values inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, below in inner for place in places(below, (*way, key)))]


def changed(value: Any, way: tuple[Any, ...], new: Any, *, remove: bool) -> Any:
    """A copy with one place replaced or removed."""
    copy = json.loads(json.dumps(value))
    if not way:
        return copy
    above = copy
    for key in way[:-1]:
        above = above[key]
    if remove:
        del above[way[-1]]
    else:
        above[way[-1]] = new
    return copy


@st.composite
def bent(draw: st.DrawFn, channel: str) -> bytes:
    """A real payload with some places replaced, removed, doubled, or bytes of it lost."""
    value = draw(st.sampled_from(known(channel)))
    for _ in range(draw(st.integers(0, 4))):
        way = draw(st.sampled_from(places(value)))
        value = changed(value, way, draw(json_values), remove=draw(st.booleans()))
    raw = json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        cut = draw(st.integers(0, len(raw)))
        raw = raw[:cut] + draw(st.binary(max_size=4)) + raw[cut + draw(st.integers(0, 3)) :]
    return raw


@cache
def screens(language: str) -> list[Screen]:
    """Each question of the programme once."""
    visits = Visits(PROGRAMME, CATALOGS, language)
    walks = [walk_all(talk, visit) for talk in PROGRAMME.talks.values() for visit in visits.of(talk)]
    found = {(screen.talk.name, screen.ask.key): screen for walk in walks for screen in walk.screens}
    return list(found.values())


@cache
def all_phrases() -> list[str]:
    """Everything that can be typed, in all languages."""
    words = [talk.words for talk in PROGRAMME.talks.values() if talk.words is not None]
    return [phrase for one in words for code in CATALOGS.languages for phrase in phrases(CATALOGS.label(one, code))]


texts = st.one_of(
    st.text(st.characters(), max_size=60),  # with lone surrogates, controls, every script
    st.text("0123456789٠١٢٣٤٥۰۱۲ .,-/:،", max_size=12),
    st.text("🌷👩🏽‍💻\u202e\u2066\u200f\u0000\ufeff \n", max_size=40),
    st.sampled_from(
        ["x" * 4096, "🌷" * 1024, "{0} {name} {", "<b>_*[`", "/", "/start", "/start " + "a" * 64, "//", "%s%n"]
    ),
    st.builds(lambda phrase, more: f"{phrase}{more}", st.sampled_from(all_phrases()), st.text(max_size=3)),
)
screen_of = st.builds(
    lambda language, number: screens(language)[number % len(screens(language))],
    st.sampled_from(LANGUAGES),
    st.integers(0, 10_000),
)


@st.composite
def buttons(draw: st.DrawFn, screen: Screen) -> str:
    """Data of a button: of this question with any act, one that opens any talk about anything, or anything at all."""
    form = draw(st.integers(0, 3))
    if form == 0:
        return draw(st.text(max_size=70))
    if form == 1:
        about = st.from_regex(r"[a-z0-9-]{0,32}", fullmatch=True) | st.from_regex(
            r"[0-9]{1,32}(-[a-z]+)?", fullmatch=True
        )
        return f"@{draw(st.sampled_from(sorted(PROGRAMME.talks)))}:{draw(about)}"
    acts, values = st.sampled_from("=+-!>?"), [*screen.ask.kind.options, "back", "stop", "skip", "done", "99", "²", ""]
    return button_data(TALK_ID, screen.ask.key, draw(acts), draw(st.sampled_from(values) | st.text(max_size=5)))


# --- parsers ------------------------------------------------------------------------------------------------------


@odd
@given(bent("telegram") | st.binary(max_size=60))
def test_telegram_updates_are_understood_or_put_aside(raw: bytes) -> None:
    understood = telegram_updates.understand(raw, NOW)
    assert isinstance(understood, Understood)
    assert understood.provider_id
    assert not (understood.odd and understood.incoming)


@odd
@given(bent("telegram") | st.binary(max_size=60), st.integers(0, 60))
def test_an_answer_of_telegram_is_parted_or_unreadable(raw: bytes, cut: int) -> None:
    body = b'{"ok":true,"result":[' + raw + b"]}"
    for one in (raw, body, body[:cut]):
        try:
            parts = telegram_updates.split(one)
        except Unreadable:
            continue
        assert all(isinstance(part, bytes) for part in parts)


@odd
@given(bent("whatsapp") | st.binary(max_size=60))
def test_whatsapp_events_never_raise(raw: bytes) -> None:
    events = whatsapp_events.read(raw, "100000000000001")
    assert all(name and reason for name, _part, reason in events.aside)
    assert all(incoming.address and incoming.provider_id for incoming in events.incoming)


@odd
@given(
    st.text(max_size=80) | st.builds(button_data, st.text(max_size=5), st.text(), st.sampled_from("=+-!>"), st.text())
)
def test_a_button_is_a_press_or_nothing(data: str) -> None:
    assert isinstance(read_button(data), Press | None)


# --- turns --------------------------------------------------------------------------------------------------------


@odd
@given(st.data())
def test_whatever_she_does_at_any_question_is_answered_within_the_limits(data: st.DataObject) -> None:
    screen = data.draw(screen_of)
    voice = st.builds(lambda seconds: {"voice": Media("ref", "audio/ogg", seconds)}, st.integers(0, 10**6))
    what: dict[str, Any] = data.draw(
        texts.map(lambda text: {"text": text})
        | buttons(screen).map(lambda press: {"button": press})
        | voice
        | st.sampled_from([{"photo": Media("ref")}, {"other": "sticker"}, {"other": ""}])
    )
    turn = at(HOUSE, screen, **what)
    assert turn.messages
    for message in turn.messages:
        found = [trouble for look in ("telegram", "whatsapp") for trouble in troubles(message, look, Longest(), NAMES)]
        assert found == []


@few
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10**6), texts), min_size=20, max_size=60), st.integers())
async def test_a_whole_chat_of_odd_things_is_never_silent(steps: list[tuple[int, int, str]], seed: int) -> None:
    channel = CountingChannel()
    async with rehearsal(seed=seed, channel=channel) as stage:
        phone = stage.phone(random.Random(seed).choice(CATALOGS.languages))
        await phone.types("/start")
        for kind, number, text in steps:
            stage.clock.forward(timedelta(seconds=20))  # neither a flood nor a double tap
            before = channel.charged
            await act(phone, kind, number, text)
            assert channel.charged > before


async def act(phone: Phone, kind: int, number: int, text: str) -> None:
    """Mostly tap what is there (also on old cards), sometimes write or speak."""
    taps = [(seen, button) for seen in phone.chat[-3:] for button in seen.buttons]
    if kind < 2:
        await phone.types(text)
    elif kind == 2:
        await phone.speaks(number % 100)
    elif kind == 3:
        await phone.sends("sticker")
    else:
        seen, button = taps[number % len(taps)] if taps else (phone.last, Button("gone", ""))
        await phone.does(button=button.data, card=seen.id)


# --- controls -----------------------------------------------------------------------------------------------------


def test_control_bent_payloads_are_bent_and_some_still_understood() -> None:
    seen = {"understood": 0, "odd": 0, "quiet": 0}

    @settings(max_examples=600, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(bent("telegram"))
    def look(raw: bytes) -> None:
        one = telegram_updates.understand(raw, NOW)
        seen["odd" if one.odd else "understood" if one.incoming else "quiet"] += 1

    look()
    assert min(seen.values()) > 2, seen


def test_control_a_parser_that_raises_is_caught() -> None:
    @settings(max_examples=300, deadline=None, derandomize=True, database=None, report_multiple_bugs=False)
    @given(bent("telegram"))
    def careless(raw: bytes) -> None:
        json.loads(raw)["message"]["chat"]["id"]

    with pytest.raises((KeyError, TypeError, ValueError)):
        careless()
