"""What is left out of a picture, and the proof that what stays never becomes an empty box."""

from __future__ import annotations

import itertools
import json
import unicodedata

import pytest
import typst

from bot.pictures import _compiler
from bot.pictures.glyphs import FONTS, coverage, drawable

CHARACTERS = [chr(code) for code in range(0x20000)]
MARKS = [char for char in CHARACTERS if unicodedata.category(char)[0] == "M"] + ["\u200c", "\u200d"]
PAGE = b'#import "/sheet.typ": *\n#show: sheet\n#data.map(it => words(it)).join()'


def refuse_empty_boxes(strings: list[str], language: str, direction: str) -> None:
    """Set strings as PDF/A, which forbids glyph 0: typst.TypstError where a character has no glyph."""
    inputs = {"data": json.dumps(strings), "language": language, "direction": direction}
    _compiler().compile(PAGE, format="pdf", pdf_standards="a-2b", sys_inputs=inputs)


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ti", "ltr"), ("ar", "rtl")])
def test_everything_that_stays_has_a_glyph(language: str, direction: str) -> None:
    words = drawable(" ".join(CHARACTERS), 10**9).split(" ")
    marked = [drawable(base + mark + base, 99) for base, mark in itertools.product("aжبሀ1", MARKS)]
    assert len(words) > 2000
    refuse_empty_boxes(words + marked, language, direction)
    for uncovered in ("\U0001f338", "✓", "日"):
        with pytest.raises(typst.TypstError, match="could not be displayed"):
            refuse_empty_boxes([uncovered], language, direction)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n ", ""),
        ("🌸", "…"),
        ("日本語", "…"),
        ("  two\r\n lines\t", "two lines"),
        ("a\x00b\ud800c\u202ed", "abcd"),
        ("I did it ✓ 👩🏽‍⚕️!", "I did it !"),
        ("\u2068Amina\u2069", "Amina"),
        ("می‌دهم", "می‌دهم"),
        ("مُدَرِّسة", unicodedata.normalize("NFC", "مُدَرِّسة")),
        ("e\u0301te\u0301", "été"),
        ("a\u064eb", "ab"),
        ("\u064eab", "ab"),
        ("ب\u0301", "ب"),
        ("\ufffd\ue000x", "x"),
        ("#let x = 1 *_$[<b>", "#let x = 1 *_$[<b>"),
    ],
    ids=ascii,
)
def test_what_is_drawn_of_a_text(text: str, expected: str) -> None:
    assert drawable(text, 160) == expected


def test_a_long_text_ends_with_an_ellipsis_and_a_long_word_may_be_broken() -> None:
    assert drawable("word " * 100, 20) == "word word word word…"
    assert len(drawable("word " * 100, 18)) <= 18
    pieces = drawable("x" * 21, 160).split("\u00ad")
    assert "".join(pieces) == "x" * 21
    assert max(map(len, pieces)) == 8
    assert drawable("-" * 21, 160).split("\u200b") == ["-" * 8, "-" * 8, "-" * 5]
    assert drawable("x" * 20, 160) == "x" * 20


def test_the_letters_of_all_sixteen_languages_are_covered() -> None:
    """Their less common letters: a new cut of a font without them would leave holes in words."""
    everything = frozenset[str]().union(*coverage())
    letters = "éèçœ ëï äöüß ğışİ ñ¿¡ ãõ ăâîșț ąćęłńóśźż їієґ ёъыэ پچژگکی ځڅږښګڼې ሀቐኸጸፀ «»–—…’“” €"
    assert set(letters) <= everything
    assert not set("🌸✓日\ue000\ud800") & everything


def test_the_fonts_come_with_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
