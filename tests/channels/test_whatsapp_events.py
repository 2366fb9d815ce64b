"""Reading WhatsApp's webhooks: bodies of the documented shape, and what each is understood as."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp_events import ours_of, read
from bot.messages import Delivery, Incoming

PAYLOADS = sorted((Path(__file__).parent.parent / "payloads" / "whatsapp").glob("*.json"))
PHONE_ID = "100000000000001"


def body(*messages: Any) -> bytes:
    value = {"metadata": {"phone_number_id": PHONE_ID}, "messages": list(messages)}
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


def text(words: str, ref: str = "wamid.1") -> dict[str, Any]:
    return {"id": ref, "from": "32470000001", "timestamp": "1795000000", "type": "text", "text": {"body": words}}


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_each_payload_is_understood(path: Path) -> None:
    payload = json.loads(path.read_bytes())
    events = read(json.dumps(payload["body"]).encode(), PHONE_ID)
    assert list(events.incoming) == msgspec.convert(payload["incoming"], list[Incoming])
    assert list(events.deliveries) == msgspec.convert(payload["deliveries"], list[Delivery])
    for (name, raw, reason), expected in zip(events.aside, payload["aside"], strict=True):
        assert name == expected or (expected == "sha256:" and name.startswith(expected) and len(name) == 39)
        assert raw in json.dumps(payload["body"]).encode()
        assert reason


def test_there_are_payloads() -> None:
    assert len(PAYLOADS) > 25


@pytest.mark.parametrize(
    "raw",
    [b"", b"not json", b"[]", b'{"entry": 5}', b"{}", b"\xff\xfe", b"[" * 100_000, b'{"entry":' + b"[" * 100_000],
    ids=["empty", "words", "list", "number", "no entry", "no text", "deep", "deep entry"],
)
def test_a_body_that_cannot_be_read_is_put_aside_whole_under_one_name(raw: bytes) -> None:
    first, second = read(raw, PHONE_ID), read(raw, PHONE_ID)
    assert [(one[0], one[1]) for one in first.aside] == [(second.aside[0][0], raw)]
    assert not first.incoming


def test_half_of_a_surrogate_pair_costs_only_itself() -> None:
    raw = body(text("before \ud83d after"), text("whole", "wamid.2"))
    assert b"\\ud83d" in raw
    assert [one.text for one in read(raw, PHONE_ID).incoming] == ["before \ufffd after", "whole"]


def test_bytes_that_are_no_text_cost_only_themselves() -> None:
    raw = body(text("XX"), text("whole", "wamid.2")).replace(b"XX", b"a\xff\x00b")
    assert [one.text for one in read(raw, PHONE_ID).incoming] == ["a\ufffd\x00b", "whole"]


def test_reasons_quote_nobody() -> None:
    secret = "My secret is 0470"
    odd = [
        text(secret) | {"text": secret},
        text(secret) | {"timestamp": secret},
        text(secret) | {"text": {"x": secret}},
    ]
    events = read(body(*odd), PHONE_ID)
    assert len(events.aside) == 3
    assert not any(secret in reason for _, _, reason in events.aside)


@pytest.mark.parametrize(
    ("tracker", "ours"),
    [("42", 42), ("", 0), ("42.0", 0), ("x", 0), ("٤٢", 0), ("-1", 0), ("9" * 19, 0), (" 7", 0), ("0", 0)],
)
def test_only_our_own_ids_are_ours(tracker: str, ours: int) -> None:
    assert ours_of(tracker) == ours


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=4), json_values)
def test_nothing_in_a_body_raises_or_hides_its_neighbour(odd: list[Any], context: Any) -> None:
    strange = text("hello", "wamid.9") | {"context": context}
    events = read(body(*odd, text("I am still here"), strange), PHONE_ID)
    assert "I am still here" in [one.text for one in events.incoming]
    assert len(events.incoming) + len(events.aside) >= len(odd) + 2


@given(st.binary(max_size=200))
def test_no_bytes_raise(raw: bytes) -> None:
    assert read(raw, PHONE_ID).aside
