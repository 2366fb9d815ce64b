"""Pictures: what they show, in every language and direction, whatever people write."""

from __future__ import annotations

import re
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import accumulate
from pathlib import Path

import babel
import pytest

import bot.pictures
from bot.pictures import draw

SHEET = (Path(bot.pictures.__file__).parent / "templates" / "sheet.typ").read_text(encoding="utf-8")
COLOURS = {name: bytes.fromhex(code) for name, code in re.findall(r'#let ([a-z-]+) = rgb\("#(\w{6})"\)', SHEET)}
LABEL_PIXELS = 2 * (18 + 188)  # Margin and label column of a then-and-now chart.

WORDS = {
    "en": "Listening with attention",
    "fr": "Écouter avec attention",
    "nl": "Met aandacht luisteren",
    "ar": "الاستماع بانتباه",
    "ti": "ብጥሞና ምስማዕ",
    "fa": "با دقت گوش می‌دهم",
    "uk": "Уважно слухати",
}
BIDI = "\u2066\u2067\u2068\u2069\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u061c\ufeff"
MARKUP = [
    '#import "x"',
    "*_$[",
    "<b>bold</b>",
    "{name} %s",
    "= title",
    "\\u{41}",
    "#panic()",
    '"}]',
    "@ref `raw` //",
    "&amp;",
]
UNDRAWABLE = ["\x00", "\ud800", "\udfff", "\U0001f338", "\u2713", "\u65e5\u672c", "\ue000", "\ufffd", "\x07\x1b", BIDI]

Pixels = list[bytes]  # One bytes object for each row from the top, four bytes for each pixel.


@cache
def pixels(png: bytes) -> Pixels:
    """Decode a PNG of 8 bits RGBA (https://www.w3.org/TR/png-3/#9Filters)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, _, depth, kind = struct.unpack_from(">IIBB", png, 16)
    assert (depth, kind) == (8, 6)
    at, packed = 8, b""
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        packed += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    raw, size, above, rows = zlib.decompress(packed), 4 * width + 1, bytes(4 * width), []
    for begin in range(0, len(raw), size):
        above = unfiltered(raw[begin], raw[begin + 1 : begin + size], above)
        rows.append(above)
    return rows


def unfiltered(kind: int, row: bytes, above: bytes) -> bytes:
    if kind == 2 and not any(row):
        return above
    if kind < 3:
        return (
            row
            if kind == 0
            else summed(row)
            if kind == 1
            else bytes((a + b) & 255 for a, b in zip(row, above, strict=True))
        )
    done = bytearray(row)
    for i, up in enumerate(above):
        left, corner = (done[i - 4], above[i - 4]) if i >= 4 else (0, 0)
        if kind == 3:
            nearest = (left + up) // 2
        elif left == corner:
            nearest = up
        elif up == corner:
            nearest = left
        else:
            nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
        done[i] = (row[i] + nearest) & 255
    return bytes(done)


def summed(row: bytes) -> bytes:
    done = bytearray(row)
    for channel in range(4):
        done[channel::4] = bytes(total & 255 for total in accumulate(row[channel::4]))
    return bytes(done)


def middles(rows: Pixels, colour: str) -> list[tuple[int, int]]:
    """Where the shapes of a colour stand, from above: the middle of each run of rows that have it, as x and y."""
    wanted, spans = COLOURS[colour] + b"\xff", list[list[int]]()
    for y, row in enumerate(rows):
        found = [x for x in range(720) if row[4 * x : 4 * x + 4] == wanted] if wanted in row else []
        if not found:
            continue
        if not spans or y > spans[-1][1] + 1:
            spans.append([y, y, min(found), max(found)])
        spans[-1] = [spans[-1][0], y, min(spans[-1][2], *found), max(spans[-1][3], *found)]
    return [((left + right) // 2, (top + bottom) // 2) for top, bottom, left, right in spans]


def chart(label: str = "Patience", **change: object) -> dict[str, object]:
    rows = [{"label": label, "then": 0, "now": 2}, {"label": "Courage", "then": 1, "now": 1}]
    levels = ["to develop", "to improve", "I have it"]
    return {"title": "Strengths", "then": "12 March", "now": "Today", "levels": levels, "rows": rows} | change


def goal(label: str = "Diploma translated", **change: object) -> dict[str, object]:
    pieces = [{"label": label, "by": "1 March", "done": True}, {"label": "Level B2", "by": "2 May", "done": False}]
    return {"title": "A job", "by": "3 June", "state": "described", "milestones": pieces, "step": "Call"} | change


@pytest.mark.parametrize("language", WORDS)
def test_every_language_is_drawn_sharp_for_a_phone(language: str) -> None:
    words = WORDS[language]
    for kind, data in (("then_and_now", chart(words, title=words)), ("goal", goal(words, title=words, step=words))):
        rows = pixels(draw(kind, data, language))
        assert {len(row) for row in rows} == {4 * 720}
        assert 300 < len(rows) < 1440
        assert len({bytes(row) for row in rows}) > 50, "the picture is not empty"


@pytest.mark.parametrize("language", WORDS)
def test_no_word_of_a_language_is_left_out(language: str) -> None:
    picture = draw("then_and_now", chart(WORDS[language]), language)
    for word in WORDS[language].split():
        assert draw("then_and_now", chart(WORDS[language].replace(word, "")), language) != picture


def test_ring_and_disc_stand_where_the_answers_are() -> None:
    rows = pixels(draw("then_and_now", chart(), "en"))
    _, first, second = middles(rows, "teal")
    assert second[0] < first[0], "the first row is now on the third level, the second row on the second"
    _, ring, same = middles(rows, "plum")
    assert ring[0] < same[0]
    assert abs(same[0] - second[0]) <= 2, "nothing changed in the second row: the disc is in the ring"


def test_without_an_earlier_time_there_is_no_ring() -> None:
    alone = chart(then=None, rows=[{"label": "Patience", "then": 0, "now": 2}])
    rows = pixels(draw("then_and_now", alone, "en"))
    assert middles(rows, "plum") == []
    assert len(middles(rows, "teal")) == 2, "the key and the row"


@pytest.mark.parametrize("language", ["ar", "fa", "ps", "ckb"])
def test_right_to_left_languages_mirror_the_pictures(language: str) -> None:
    for kind, data in (("then_and_now", chart()), ("goal", goal(step=""))):
        for colour in ("teal", "plum"):
            shapes = middles(pixels(draw(kind, data, "en")), colour)
            mirrored = middles(pixels(draw(kind, data, language)), colour)
            assert len(shapes) == len(mirrored) > 0
            for (x, y), (other_x, other_y) in zip(shapes, mirrored, strict=True):
                assert abs(x - (719 - other_x)) <= 2
                assert abs(y - other_y) <= 2


def test_words_in_latin_letters_keep_their_full_stop_at_their_end_in_an_arabic_picture() -> None:
    def height_of_last_stroke(label: str) -> int:
        rows = pixels(draw("goal", goal(milestones=[{"label": label, "by": "", "done": False}], by="", step=""), "ar"))
        ink, below_title = COLOURS["ink"] + b"\xff", rows[160:]
        last = max(x for row in below_title for x in range(720) if row[4 * x : 4 * x + 4] == ink)
        return sum(row[4 * last : 4 * last + 4] == ink for row in below_title)

    assert height_of_last_stroke("Nivel l.") < 6 < height_of_last_stroke("Nivel l")


@pytest.mark.parametrize("text", MARKUP)
def test_what_looks_like_markup_arrives_as_letters(text: str) -> None:
    plain, picture = (pixels(draw("then_and_now", chart(label), "en")) for label in ("Patience", text))
    nothing = pixels(draw("then_and_now", chart(""), "en"))
    assert len(picture) == len(plain)
    assert [row[4 * LABEL_PIXELS :] for row in picture] == [row[4 * LABEL_PIXELS :] for row in plain]
    assert picture not in (plain, nothing)
    assert draw("goal", goal(text, title=text, by=text, state=text, step=text), "en")


@pytest.mark.parametrize("text", UNDRAWABLE, ids=ascii)
def test_what_no_font_covers_leaves_no_trace(text: str) -> None:
    for kind, make in (("then_and_now", chart), ("goal", goal)):
        clean = draw(kind, make("Patience"), "ar")
        assert draw(kind, make(f"{text}Pat{text}ience{text}", title=f"{make()['title']}{text}"), "ar") == clean


@pytest.mark.parametrize("letter", ["W", "ш", "س", "ሀ", "-", "\u0301"])
def test_a_word_of_500_letters_stays_in_its_place(letter: str) -> None:
    plain = pixels(draw("then_and_now", chart(), "en"))
    long = pixels(draw("then_and_now", chart(letter * 500), "en"))
    shapes, moved = middles(plain, "teal"), middles(long, "teal")
    assert [x for x, _ in moved] == [x for x, _ in shapes]
    assert all(min(row[4 * x : 4 * x + 3]) > 200 for row in long for x in (30, 684)), "no ink in the margins"
    assert len(long) < 2 * 720
    assert len(pixels(draw("goal", goal(letter * 500, title=letter * 500), "en"))) < 3 * 720


def test_the_fullest_chart_can_be_sent_as_a_photo() -> None:
    full = [{"label": "Giving honest, respectful and corrective feedback", "then": 0, "now": 4}] * 18
    levels = ["not at all", "a little", "half", "mostly", "wholly and with a long name for this last level"]
    rows = pixels(draw("then_and_now", chart(rows=full, levels=levels), "en"))
    assert len(rows) < 3 * 720, "Telegram refuses what is over 20 times as high as wide; a phone shows 2 to 3 times"


def test_the_same_input_gives_the_same_bytes_from_any_thread() -> None:
    jobs = [("then_and_now", chart(words), language) for language, words in WORDS.items()]
    jobs += [("goal", goal(words), language) for language, words in WORDS.items()]
    expected = [draw(*job) for job in jobs]
    assert len(set(expected)) == len(jobs)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda job: draw(*job), jobs * 3)) == expected * 3


def test_an_unknown_kind_or_language_is_named() -> None:
    with pytest.raises(ValueError, match=r"'radar'.*goal, then_and_now"):
        draw("radar", {}, "en")
    with pytest.raises(babel.UnknownLocaleError, match="xx"):
        draw("goal", goal(), "xx")


@pytest.mark.parametrize(
    "wrong",
    [
        chart(rows=[]),
        chart(rows=[{"label": "a", "now": 0}] * 19),
        chart(levels=["only one"]),
        chart(levels=["a"] * 6),
        chart(rows=[{"label": "a", "then": 3, "now": 0}]),
        chart(rows=[{"label": "a", "then": None, "now": -1}]),
        chart(title=None),
        {},
    ],
)
def test_data_that_cannot_be_drawn_is_refused_without_quoting_it(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"level|rows|levels|title|Expected") as refusal:
        draw("then_and_now", wrong, "en")
    assert "Courage" not in str(refusal.value)


def test_colours_can_be_told_apart_on_everything_they_stand_on() -> None:
    def light(colour: str) -> float:
        """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
        parts = [part / 255 for part in COLOURS[colour]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for ground in ("paper", "sand"):
        for colour, least in (("ink", 7.0), ("soft-ink", 4.5), ("plum", 4.5), ("teal", 4.5)):
            assert (light(ground) + 0.05) / (light(colour) + 0.05) >= least, (colour, ground)
