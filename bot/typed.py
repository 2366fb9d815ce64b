"""What people type, made comparable: words whatever their case, accents and digits, whole numbers, and dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.localedata import locale_identifiers

# Letters that Unicode does not take apart but that people write for each other. Arabic: alef wasla, alef maqsura, ta
# marbuta, and the yeh, kaf and heh of the Persian, Pashto and Urdu keyboards. Turkish: dotless i.
ALIKES = {"ا": "ٱ", "ي": "ىیېۍ", "ه": "ةەھہ", "ك": "ک", "i": "ı", "l": "ł", "d": "đ", "o": "ø"}
ALIKE = {ord(char): plain for plain, chars in ALIKES.items() for char in chars}
ASCII_SIGNS = {code: " " for code in range(128) if unicodedata.category(chr(code))[0] in "PSZC"}
UNSEEN = dict.fromkeys(map(ord, "\u0640\u200b\u200c\u200d\ufe0e\ufe0f"))  # tatweel, zero-width signs, emoji variants
NUMERIC = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{1,2})(?:\s?[-/. ]\s?(\d{4}|\d{2}))?\.?")
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
LETTER_BY_DIGIT = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")
LONGEST_DATE = 80  # characters; what is longer is a story, not a date
LONGEST_NUMBER = 15  # digits


def latin_digits(text: str) -> str:
    """The same text with decimal digits of every script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def normalise(text: str) -> str:
    """The form in which typed words are compared: NFKC, no case, no diacritics, no punctuation, single spaces, Latin
    digits. Where nothing would remain ("?"), the signs themselves."""
    if text.isascii():  # the same, ten times faster
        return " ".join(text.lower().translate(ASCII_SIGNS).split()) or " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", text).casefold().translate(UNSEEN)
    apart = unicodedata.normalize("NFKD", folded)
    bare = "".join(char for char in apart if not unicodedata.combining(char)).translate(ALIKE)
    words = "".join(" " if unicodedata.category(char)[0] in "PSZC" else char for char in bare)
    return latin_digits(" ".join(words.split())) or " ".join(folded.split())


def parse_number(text: str) -> int | None:
    """A whole number of 0 or more in the digits of any script, or None."""
    digits = latin_digits(text).strip().removesuffix(".")
    return int(digits) if digits.isdecimal() and len(digits) <= LONGEST_NUMBER else None


def parse_date(text: str, languages: Iterable[str], today: date) -> date | None:
    """A date typed day-first with numbers ("12/5", "12.05.2027"), as ISO 8601, or with the name of the month in one of
    the `languages`, tried in this order. Without a year: the next such day, today included. None if it is no date."""
    if len(text) > LONGEST_DATE:
        return None
    plain = " ".join(latin_digits(unicodedata.normalize("NFKC", text)).split())
    if match := ISO.fullmatch(plain):
        return exact(int(match[1]), int(match[2]), int(match[3]))
    if match := NUMERIC.fullmatch(plain):
        return next_such(int(match[1]), int(match[2]), match[3], today)
    flat = LETTER_BY_DIGIT.sub(" ", normalise(text))
    return next((found for code in languages if (found := with_month_name(flat, code, today))), None)


def with_month_name(flat: str, language: str, today: date) -> date | None:
    """The date in normalised words, if they hold one month of this language and one day, and at most one year."""
    names = month_names(language)
    found = list(month_pattern(language).finditer(flat))
    if len(found) != 1:
        return None
    month = names[found[0][0]]
    before, after = flat[: found[0].start()], flat[found[0].end() :]
    numbers = re.findall(r"\d+", before + after)
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(years) + len(days) != len(numbers) or len(years) > 1:
        return None
    if len(days) == 1:
        return next_such(int(days[0]), month, years[0] if years else None, today)
    if len(days) == 2 and not years and len(re.findall(r"\d+", before)) == 1:  # "12 May 27"
        return next_such(int(days[0]), month, days[1], today)
    return None


def next_such(day: int, month: int, year: str | None, today: date) -> date | None:
    """The day in that year (two digits: of this century), or the next such day from `today` on."""
    if year is not None:
        return exact(int(year) + (today.year // 100 * 100 if len(year) == 2 else 0), month, day)
    coming = (exact(today.year + ahead, month, day) for ahead in range(9))  # 29 February: up to 8 years away
    return next((found for found in coming if found and found >= today), None)


def exact(year: int, month: int, day: int) -> date | None:
    """That date, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache
def month_names(language: str) -> dict[str, int]:
    """Normalised names of the months, long and short, in all countries of a language (CLDR): Arabic has three sets."""
    regions = sorted(code for code in locale_identifiers() if code == language or code.startswith(language + "_"))
    names: dict[str, int] = {}
    for code in regions:
        for use in Locale.parse(code).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in use[width].items():
                    names.setdefault(normalise(name), number)
    return {name: number for name, number in names.items() if len(name) > 1 and not re.search(r"\d", name)}


@lru_cache
def month_pattern(language: str) -> re.Pattern[str]:
    """Finds a name of a month as whole words, the longest first."""
    names = sorted(month_names(language), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")
