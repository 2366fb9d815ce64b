"""Languages by their names, as women write them: in any language that the programme speaks, or in itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale, localedata

from bot.mentoring.profiles import TONGUES
from bot.typed import normalise

SHORTEST = 4  # letters of a name that is found inside a sentence; a shorter one must stand alone ("Ga", "Ewe")
LONGEST = 4  # words of a name
ARTICLE = normalise("ال")  # Arabic lists name languages with it, women often without
BETWEEN = re.compile(r"[,;/+&\n،؛、]")

# What women call it, and the code under which the programme keeps it, so that who speaks the same finds each other.
ALIASES = {"fa-AF": "fa", "fa_AF": "fa", "prs": "fa", "ary": "ar", "kmr": "ku", "tw": "ak", "tl": "fil", "mo": "ro"}
CALLED = {
    "darija": "ar",
    "kurmanji": "ku",
    "sorani": "ckb",
    "farsi": "fa",
    "dari": "fa",
    "mandarin": "zh",
    "tarifit": "rif",
    "rif": "rif",
    "berber": "zgh",
    "tamazight": "zgh",
    "amazigh": "zgh",
    "tachelhit": "shi",
    "kikongo": "kg",
    "tshiluba": "lua",
    "fulani": "ff",
    "pulaar": "ff",
    "peul": "ff",
    "twi": "ak",
    "bengali": "bn",
    "filipino": "fil",
    "tagalog": "fil",
}


def named(text: str, languages: Iterable[str]) -> tuple[str, ...]:
    """The codes (BCP 47) of the languages that a text names, in its order and each once. `languages`: in which
    languages the names may be written, besides each in itself."""
    names = index(tuple(sorted(languages)))
    parts = [normalise(part) for part in BETWEEN.split(text)]
    found = [code for part in parts for code in ([names[part]] if part in names else inside(part.split(), names))]
    return tuple(dict.fromkeys(found))


def inside(words: list[str], names: dict[str, str]) -> list[str]:
    """The codes of the names among these words, the longest name first at each place."""
    found, at = [], 0
    while at < len(words):
        runs = [" ".join(words[at : at + length]) for length in range(LONGEST, 0, -1) if at + length <= len(words)]
        name = next((run for run in runs if len(run) >= SHORTEST and run in names), None)
        if name is not None:
            found.append(names[name])
        at += len(name.split()) if name else 1
    return found


@lru_cache
def index(languages: tuple[str, ...]) -> dict[str, str]:
    """Every known name, normalised, to its code: all that CLDR names in these `languages`, and the likely ones in
    themselves. (All locales of CLDR would take a second to read.)"""
    names: dict[str, str] = {}
    for language in languages:
        for code, name in Locale.parse(language, sep="-").languages.items():
            if plain := ALIASES.get(code, code if code.isalpha() and code.islower() else None):
                names.setdefault(normalise(str(name)), plain)
    for code in filter(localedata.exists, TONGUES):
        names.setdefault(normalise(Locale.parse(code).display_name or code), code)
    without_article = {name.removeprefix(ARTICLE): code for name, code in names.items() if name.startswith(ARTICLE)}
    return {**without_article, **names, **CALLED}
