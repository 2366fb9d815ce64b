"""Reading real updates: each file of tests/payloads/telegram and what is understood of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.channels.telegram_updates import read, split, understand
from bot.errors import Unreadable
from bot.messages import Incoming, Media

PAYLOADS = Path(__file__).parent.parent / "payloads" / "telegram"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENT = datetime.fromtimestamp(1795000000, UTC)
BARE = Incoming("telegram", "", "500000001", SENT, hint="fr")

UNDERSTOOD = {
    "text": replace(BARE, provider_id="310000001", text="Je voudrais apprendre le néerlandais 🌷"),
    "start_code": replace(BARE, provider_id="310000002", text="/start a1B2-c3_D4"),
    "reply": replace(BARE, provider_id="310000003", text="It went well", reply_to="9"),
    "tap": replace(BARE, provider_id="310000004", at=NOW, button="k3:sure:2", card="14", callback="2147483652000000"),
    "tap_on_deleted": replace(
        BARE, provider_id="310000005", at=NOW, button="k1:old:1", card="3", callback="2147483652000001"
    ),
    "voice": replace(BARE, provider_id="310000006", voice=Media("AwACAgQAAxkBAAIB", "audio/ogg", 7)),
    "audio": replace(BARE, provider_id="310000007", voice=Media("CQACAgQAAxkBAAIC", "audio/mp4", 63)),
    "photo": replace(BARE, provider_id="310000008", photo=Media("AgAClarge", "image/jpeg"), caption="my garden"),
    "sticker": replace(BARE, provider_id="310000009", other="sticker"),
    "contact": replace(BARE, provider_id="310000010", other="contact"),
    "venue": replace(BARE, provider_id="310000011", other="location"),
    "animation": replace(BARE, provider_id="310000012", other="video"),
    "document": replace(BARE, provider_id="310000013", other="file"),
    "poll_message": replace(BARE, provider_id="310000014", other="poll"),
    "hologram": replace(BARE, provider_id="310000015", other="unknown"),
    "half_surrogate": replace(BARE, provider_id="310000025", text="half \ufffd a flower"),
    "blocked": replace(BARE, provider_id="310000017", left=True),
}
NO_ANSWER = ["pinned", "unblocked", "edited", "group", "channel_post"]
ODD = {
    "unknown_kind": "310000022",
    "odd_date": "310000023",
    "far_date": "310000024",
    "no_number": "odd-",
}


def payload(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def test_every_payload_is_in_a_table() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == {*UNDERSTOOD, *NO_ANSWER, *ODD}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_understood(name: str) -> None:
    assert read(payload(name), NOW) == UNDERSTOOD[name]


def test_the_largest_size_that_can_be_fetched_is_taken() -> None:
    too_large = payload("photo").replace(b'"file_size": 120000', b'"file_size": 10485761')
    read_one = read(too_large, NOW)
    assert read_one is not None
    assert read_one.photo == Media("AgACmiddle", "image/jpeg")


@pytest.mark.parametrize("name", NO_ANSWER)
def test_wants_no_answer(name: str) -> None:
    assert read(payload(name), NOW) is None
    assert understand(payload(name), NOW).odd == ""


@pytest.mark.parametrize("name", ODD)
def test_odd_ones_are_told_without_their_words(name: str) -> None:
    with pytest.raises(Unreadable) as told:
        read(payload(name), NOW)
    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None
    understood = understand(payload(name), NOW)
    assert understood.odd == str(told.value)
    assert understood.incoming is None
    assert understood.provider_id.startswith(ODD[name])


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"update_id":1}' * 2])
def test_no_json_at_all(raw: bytes) -> None:
    assert understand(raw, NOW).odd


@given(st.sampled_from(sorted(UNDERSTOOD)), st.data())
def test_a_damaged_update_never_raises(name: str, data: st.DataObject) -> None:
    raw = bytearray(payload(name))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    understood = understand(bytes(raw[:cut]), NOW)
    assert bool(understood.odd) <= (understood.incoming is None)


def test_a_batch_keeps_each_update_as_it_came() -> None:
    one, two = b'{"update_id":1,"message": {"odd":[1,2]}}', b'{"update_id":"x"}'
    assert split(b'{"ok":true,"result":[' + one + b"," + two + b"]}") == [one, two]


@pytest.mark.parametrize("body", [b'{"ok":true,"result":[{"upd', b"", b"<html>", b'{"ok":true}', b"\xff"])
def test_a_broken_batch_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        split(body)


def test_bytes_that_are_no_text_in_a_field_we_do_not_use_stop_nothing() -> None:
    raw = payload("sticker").replace(b'"sticker":', b'"more": "\xc2", "sticker":', 1)
    assert understand(raw, NOW).incoming == UNDERSTOOD["sticker"]
    raw = payload("unknown_kind").replace(b'"telepathy": {', b'"telepathy": {"more": "\xc2", ', 1)
    assert understand(raw, NOW).odd
