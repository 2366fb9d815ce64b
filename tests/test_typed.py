"""What people type is understood in every script."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.typed import normalise, parse_date, parse_number

TODAY = date(2027, 5, 4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Été", "ete"),
        ("HAYIR", "hayır"),
        ("İstanbul", "istanbul"),
        ("wróć", "WROC"),
        ("połowa", "polowa"),
        ("Straße", "strasse"),
        ("أُرِيدُ", "اريد"),
        ("مساعدة", "مساعده"),
        ("على", "علي"),
        ("کمک می‌خواهم", "كمك ميخواهم"),
        ("٣", "3"),
        ("۳", "3"),
        ("l'aide", "l’aide"),
        ("check-in", "check in"),
        ("ｓｔｏｐ", "stop"),
        ("a\u200bb", "ab"),
        ("ሕቶ።", "ሕቶ"),
    ],
)
def test_normalised_alike(one: str, other: str) -> None:
    assert normalise(one) == normalise(other) != ""


def test_signs_alone_are_kept() -> None:
    assert normalise("?") == "?"
    assert normalise(" 👍 ") == "👍"
    assert normalise("  ") == ""


@given(st.text())
def test_normalising_twice_changes_nothing_for_words(text: str) -> None:
    once = normalise(text)
    assert "  " not in once
    assert once == once.strip()


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("12/5", "en", (2027, 5, 12)),
        ("4/5", "fr", (2027, 5, 4)),
        ("3/5", "fr", (2028, 5, 3)),
        ("12.05.2028", "ar", (2028, 5, 12)),
        ("12-5-27", "fr", (2027, 5, 12)),
        ("12. 5.", "fr", (2027, 5, 12)),
        ("2027-06-01", "fr", (2027, 6, 1)),
        ("29/2", "fr", (2028, 2, 29)),
        ("12 mai", "fr", (2027, 5, 12)),
        ("1er février 2028", "fr", (2028, 2, 1)),
        ("le mardi 12 MAI", "fr", (2027, 5, 12)),
        ("12 fevr.", "fr", (2028, 2, 12)),
        ("12 May 2027", "en", (2027, 5, 12)),
        ("May 12th, 2027", "en", (2027, 5, 12)),
        ("12mai27", "fr", (2027, 5, 12)),
        ("12 sept", "en", (2027, 9, 12)),
        ("١٢/٥", "ar", (2027, 5, 12)),
        ("١٢ مايو ٢٠٢٧", "ar", (2027, 5, 12)),
        ("12 أيار", "ar", (2027, 5, 12)),
        ("5 كانون الثاني", "ar", (2028, 1, 5)),
        ("5 غشت", "ar", (2027, 8, 5)),
        ("۱۲ می", "fa", (2027, 5, 12)),
        ("12 mai", "ar", (2027, 5, 12)),
    ],
)
def test_dates_are_read(text: str, language: str, expected: tuple[int, int, int]) -> None:
    assert parse_date(text, [language, "en", "fr"], TODAY) == date(*expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "31/4",
        "12/13",
        "5/23",
        "0/0",
        "12 mai 13 juin",
        "12 ou 13 mai",
        "mai",
        "mai 2027",
        "hello",
        "99999/1/1",
        "12/5/12345",
        "1 2 3 4",
        "2027-02-30",
        "12 mai " + "x" * 90,
        "{n}",
        "12/5\x00",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text, ["fr", "en", "ar", "fa"], TODAY) is None


@given(st.text(max_size=100) | st.from_regex(r"\d{0,4}[ /.-]\w{0,6}[ /.-]\d{0,4}"))
def test_reading_a_date_never_raises(text: str) -> None:
    found = parse_date(text, ["fr", "en", "ar", "fa"], TODAY)
    assert found is None or isinstance(found, date)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        (" 12. ", 12),
        ("٤٢", 42),
        ("۷", 7),
        ("०५", 5),
        ("", None),
        ("-3", None),
        ("3.5", None),
        ("three", None),
        ("²", None),
        ("9" * 5000, None),
    ],
)
def test_numbers(text: str, number: int | None) -> None:
    assert parse_number(text) == number
