"""What the bundled fonts can draw. Everything else is left out of a picture, so that no empty box ever stands in it."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"

_FAMILIES = ("NotoSans", "NotoSansArabic", "NotoSansEthiopic")
_JOINERS = "\u200c\u200d"  # Zero-width (non-)joiner: they are part of how Persian is spelled.
_REPLACEMENTS = "\ufffc\ufffd"  # Stand for something that is not there: as good as an empty box.
_ELLIPSIS = "…"
_LONG_WORD = 20  # Letters that always fit on a line; a longer word gets places where it may be broken.
_PIECE = 8
_SOFT_HYPHEN = "\u00ad"
_SPACE_WITHOUT_WIDTH = "\u200b"


def drawable(text: str, limit: int) -> str:
    """What can be drawn of `text`: one line, at most `limit` characters (then ending with "…"), with places where a
    word too long for a line may be broken.

    Left out: what no bundled font covers (emoji, ticks, other scripts), controls, bidi controls, lone surrogates. What
    has nothing left after that is "…", so that nobody takes it for empty.
    """
    line = " ".join("".join(_covered(text)).split())
    if not line:
        return _ELLIPSIS if text.strip() else ""
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + _ELLIPSIS
    return " ".join(_breakable(word) for word in line.split(" "))


def _covered(text: str) -> Iterator[str]:
    """The characters of `text` that can be drawn. Marks and joiners stay only where one font has both them and
    what they stand on: where a mark comes from another font, Typst loses the letter below it."""
    able: list[frozenset[str]] = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if char.isspace():
            able = []
            yield " "
        elif category[0] == "M" or char in _JOINERS:
            both = [font for font in able if char in font]
            if both:
                able = both
                yield char
        else:
            able = [] if category[0] == "C" or char in _REPLACEMENTS else [font for font in coverage() if char in font]
            if able:
                yield char


def _breakable(word: str) -> str:
    """The word with places where it may be broken: with a hyphen between letters, without one elsewhere."""
    if len(word) <= _LONG_WORD:
        return word
    pieces = [""]
    for char in word:
        stands_alone = unicodedata.category(char)[0] != "M" and char not in _JOINERS
        if len(pieces[-1]) >= _PIECE and stands_alone:
            pieces[-1] += _SOFT_HYPHEN if char.isalnum() and pieces[-1][-1].isalnum() else _SPACE_WITHOUT_WIDTH
            pieces.append("")
        pieces[-1] += char
    return "".join(pieces)


@cache
def coverage() -> tuple[frozenset[str], ...]:
    """For each bundled family the characters that both its regular and its bold cut can draw."""
    return tuple(_characters(f"{family}-Regular") & _characters(f"{family}-Bold") for family in _FAMILIES)


def _characters(name: str) -> frozenset[str]:
    """Read a font's character map: the Windows Unicode table, format 4.

    https://learn.microsoft.com/typography/opentype/spec/cmap#format-4-segment-mapping-to-delta-values
    """
    font = (FONTS / f"{name}.ttf").read_bytes()
    table = _table(font)
    (doubled,) = struct.unpack_from(">H", font, table + 6)
    segments = doubled // 2

    def column(number: int) -> tuple[int, ...]:
        # Ends stand right behind the header; a padding word separates them from starts, deltas and offsets.
        at = table + 14 + number * doubled + (2 if number else 0)
        return struct.unpack_from(f">{segments}H", font, at)

    found = set()
    offsets_at = table + 16 + 3 * doubled
    ends, starts, deltas, offsets = (column(number) for number in range(4))
    for segment, (end, start, delta, offset) in enumerate(zip(ends, starts, deltas, offsets, strict=True)):
        for code in range(start, end + 1):
            glyph = (code + delta) % 65536
            if offset:
                (glyph,) = struct.unpack_from(">H", font, offsets_at + 2 * segment + offset + 2 * (code - start))
                glyph = (glyph + delta) % 65536 if glyph else 0
            if glyph:  # 0 is the empty box.
                found.add(chr(code))
    return frozenset(found)


def _table(font: bytes) -> int:
    """Where the format 4 character map of a font begins."""
    (tables,) = struct.unpack_from(">H", font, 4)
    for number in range(tables):
        tag, _, cmap, _ = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if tag == b"cmap":
            (subtables,) = struct.unpack_from(">H", font, cmap + 2)
            for index in range(subtables):
                platform, encoding, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * index)
                (form,) = struct.unpack_from(">H", font, cmap + offset)
                if (platform, encoding, form) == (3, 1, 4):
                    return int(cmap + offset)
    raise ValueError("A bundled font has no Unicode character map of format 4: install the project's own fonts again.")
