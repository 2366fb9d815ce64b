"""What the simulator draws, as far as it is pure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.web import screen


@pytest.mark.parametrize(
    ("language", "direction"), [("ar", "rtl"), ("fa-AF", "rtl"), ("fr", "ltr"), ("ti", "ltr"), ("?", "ltr")]
)
def test_directions(language: str, direction: str) -> None:
    assert screen.direction(language) == direction


@pytest.mark.parametrize(
    ("hint", "day"),
    [
        ("ar", "الاثنين، 23 نوفمبر 2026"),
        ("fr", "lundi 23 novembre 2026"),
        ("", "Monday, 23 November 2026"),
        ("?", "Monday, 23"),
    ],
)
def test_a_phone_names_the_day_in_its_language(hint: str, day: str) -> None:
    assert screen.day(datetime(2026, 11, 23, 12, tzinfo=UTC), UTC, hint).startswith(day)
