"""Lengths as the platforms count them, and text that is none."""

from __future__ import annotations

import pytest

from bot.utf16 import units, whole


@pytest.mark.parametrize(("text", "length"), [("", 0), ("é", 1), ("😀", 2), ("👩‍🏫", 5), ("\ud83d", 1)])
def test_units(text: str, length: int) -> None:
    assert units(text) == length


@pytest.mark.parametrize(
    ("text", "mended"), [("a\ud83d", "a\ufffd"), ("\ude00b", "\ufffdb"), ("\ud83d\ude00", "😀"), ("\ufeffc", "\ufeffc")]
)
def test_half_a_pair_is_replaced_and_a_pair_is_one_sign(text: str, mended: str) -> None:
    assert whole(text) == mended
