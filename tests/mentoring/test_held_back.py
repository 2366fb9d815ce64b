"""What is held back in a pair's first weeks: a corpus of disguised and of innocent messages, and what always holds.

The corpus is four files: `lures.txt` and `innocent.txt` are what the rule was tuned on; nothing in the two that end in
`_held_out.txt` was. One example a line: "kind language: message", or "language: message" for an innocent one; " || "
parts the messages of one woman, sent one after the other; \\uXXXX is that character. All numbers are made up.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mentoring.held_back import Lure, held_back
from bot.mentoring.said_numbers import number_words

CORPUS = Path(__file__).parent / "corpus"
PUBLISHED = (
    *("112", "101", "106", "107", "108", "103", "1712", "1813", "1819", "116 000", "0800 30 030", "0800 98 100"),
    *("0800 32 123", "02 648 40 14", "0800 12 800", "0800 35 123", "0800 30 700", "0800 93 947"),
    *("https://www.actiris.be", "actiris.brussels", "vdab.be", "equisup.cfwb.be"),
)
PARTS = ("", "_held_out")
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202c\u2066\u2069\u00ad\u0640\ufe0f"
SCRIPTS = "0٠۰०০௦０𝟎"  # the zeros of eight scripts, each followed by its 1 to 9
HOSTILE = (
    "0",
    "0 ",
    "04,",
    "+",
    "a@",
    "a.",
    "be68",
    "zes",
    "zestien",
    "send me ",
    "a b ",
    "four seventy ",
    "١ ",
    "😀",
    "insta a ",
)
mobiles = st.from_regex(r"0470[0-9]{6}", fullmatch=True)


class Example(NamedTuple):
    """Messages of one woman, oldest first; the lure they hold, if any."""

    lure: Lure | None
    language: str
    messages: tuple[str, ...]


def examples(name: str) -> list[Example]:
    """One file of the corpus."""
    found = []
    for line in (CORPUS / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            about, message = line.split(": ", 1)
            *lure, language = about.split()
            shown = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), message)
            found.append(Example(Lure(lure[0]) if lure else None, language, tuple(shown.split(" || "))))
    return found


def held(example: Example) -> frozenset[Lure]:
    """What is held of these messages, each judged when it is sent."""
    each = (held_back(text, example.messages[:n], PUBLISHED) for n, text in enumerate(example.messages))
    return frozenset().union(*each)


def pieces_of(text: str, cuts: Sequence[int]) -> list[str]:
    """The text cut at these places."""
    places = [0, *sorted({cut % len(text) for cut in cuts} - {0}), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


# --- the corpus ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_disguised_contact_details_and_lures_are_held(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    every = examples(f"lures{part}.txt")
    missed = [example for example in every if example.lure not in held(example)]
    with capsys.disabled():
        name = "held out" if part else "tuned on"
        print(
            f"\nheld back, {name}: recall {len(every) - len(missed)}/{len(every)} = {1 - len(missed) / len(every):.1%}"
        )
        for lure in Lure:
            found = sum(example.lure is lure for example in every) - sum(example.lure is lure for example in missed)
            print(f"  {lure}: {found}/{sum(example.lure is lure for example in every)}")
    assert len(missed) <= 0.05 * len(every), missed


@pytest.mark.parametrize("part", PARTS)
def test_innocent_messages_with_numbers_pass(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    every = examples(f"innocent{part}.txt")
    alarms = [example for example in every if held(example)]
    with capsys.disabled():
        name = "held out" if part else "tuned on"
        print(f"\nheld back, {name}: false alarms {len(alarms)}/{len(every)} = {len(alarms) / len(every):.1%}")
    assert len(alarms) <= 0.02 * len(every), alarms


def test_the_corpus_is_as_large_and_as_wide_as_promised() -> None:
    disguised = [example for part in PARTS for example in examples(f"lures{part}.txt")]
    innocent = [example for part in PARTS for example in examples(f"innocent{part}.txt")]
    assert len({example.messages for example in disguised}) >= 200
    assert len({example.messages for example in innocent}) >= 200
    assert sum(len(example.messages) > 1 for example in disguised) >= 30
    for group in (disguised, innocent):
        assert {example.language for example in group} == {"en", "fr", "nl", "ar"}
    assert not {example.messages for example in disguised} & {example.messages for example in innocent}


# --- what always holds --------------------------------------------------------------------------------------------


@given(st.text(st.characters(codec=None)), st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=3))
def test_any_text_is_judged(text: str, earlier: list[str], published: list[str]) -> None:
    assert held_back(text, earlier, published) <= set(Lure)


@given(
    st.text(st.sampled_from("0470 +٠٤٧o.,@amina gmail.comzéro€سبعة\n")),
    st.lists(st.tuples(st.integers(0), st.sampled_from(UNSEEN))),
)
def test_invisible_characters_change_nothing(text: str, marks: list[tuple[int, str]]) -> None:
    disguised = text
    for place, mark in marks:
        at = place % (len(disguised) + 1)
        disguised = disguised[:at] + mark + disguised[at:]
    assert held_back(disguised) == held_back(text)


@given(
    mobiles,
    st.lists(st.sampled_from(SCRIPTS), min_size=10, max_size=10),
    st.sampled_from(["", " ", ".", " - ", "/", "😀", "\n"]),
)
def test_a_number_is_held_in_any_script_with_any_separator(number: str, zeros: list[str], separator: str) -> None:
    written = (chr(ord(zero) + int(digit)) for zero, digit in zip(zeros, number, strict=True))
    assert held_back("ok " + separator.join(written)) == {Lure.PHONE}


@given(mobiles, st.randoms(use_true_random=False))
def test_a_number_is_held_when_each_digit_is_said_in_any_language(number: str, random: Any) -> None:
    said = {digit: [word for word, value in number_words().items() if value == digit] for digit in "0123456789"}
    spoken = ", ".join(random.choice([*said[digit], digit]) for digit in number)
    assert Lure.PHONE in held_back(spoken), spoken


@given(mobiles, st.lists(st.integers(1, 9), min_size=1, max_size=7))
def test_a_number_in_pieces_is_held_with_its_last_piece(number: str, cuts: list[int]) -> None:
    *earlier, last = pieces_of(number, cuts)
    assert Lure.PHONE in held_back(last, earlier)


@given(
    st.sampled_from([entry for entry in PUBLISHED if entry[0].isdecimal()]), st.sampled_from(["", " ", ".", "-", "/"])
)
def test_a_published_number_passes_however_it_is_written(number: str, separator: str) -> None:
    written = number.replace(" ", separator)
    assert not held_back(f"Appelle le {written} ou le 107.", (), PUBLISHED)
    assert not held_back(written, ["112", "1712"], PUBLISHED)


@given(
    st.dates(date(1950, 1, 1), date(2049, 12, 31)),
    st.times(),
    st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y", "%Y-%m-%d", "%d/%m"]),
)
def test_a_date_and_a_time_pass(day: date, at: time, form: str) -> None:
    assert not held_back(f"{day.strftime(form)}, {at.strftime('%H:%M')} - {at.strftime('%Hh%M')}, call me")


@given(st.integers(1, 99_999), st.integers(1, 99), st.sampled_from(["€", "euro", "يورو", "euros"]))
def test_prices_and_ages_pass(price: int, age: int, coin: str) -> None:
    assert not held_back(f"{price} {coin}, {price},50 {coin}, {age} ans, {age} jaar")


def test_what_was_delivered_before_is_not_counted_again() -> None:
    assert not held_back("Merci, à demain !", ["0470 00 00 61", "amina@example.org"])
    assert not held_back("Merci, à 14h", ["0470", "00 00", "61"])


def test_a_page_passes_only_where_it_is_published() -> None:
    assert not held_back("https://www.actiris.be/fr", (), PUBLISHED)
    assert held_back("https://www.actiris.be/fr") == {Lure.ADDRESS}
    assert held_back("actiris.be.example.org", (), PUBLISHED) == {Lure.ADDRESS}
    assert held_back("amina@actiris.be", (), PUBLISHED) == {Lure.ADDRESS}
    assert held_back("actiris.be/0470000061", (), PUBLISHED) == {Lure.PHONE}


def test_published_numbers_do_not_hide_another() -> None:
    assert held_back("0470 112 107", (), PUBLISHED) == {Lure.PHONE}
    assert held_back("0800 30 030 0470 00 00 61", (), PUBLISHED) == {Lure.PHONE}


def test_each_lure_is_told_apart() -> None:
    assert held_back("BE68 5390 0754 7034") == {Lure.MONEY}
    assert held_back("4111 1111 1111 1111") == {Lure.MONEY}
    assert held_back("amina@example.org, 0470 00 00 61") == {Lure.ADDRESS, Lure.PHONE}


# --- hostile length -----------------------------------------------------------------------------------------------


def lines_run(text: str) -> int:
    """How many lines of Python run to judge a text."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        held_back(text, [text[:200]] * 8, PUBLISHED)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", HOSTILE)
def test_work_grows_with_length_and_no_faster(piece: str) -> None:
    held_back("once, so that the words are read")
    half, whole = (lines_run((piece * length)[:length]) for length in (2048, 4096))
    assert whole <= 2.2 * half
