"""Languages: Words become text at the edge, in the language of the person at that moment.

`Catalogs` holds every language that has a catalog in locales/ (compiled in memory in a checkout, .mo in a wheel).
Right to left: each paragraph begins with U+200F; names and people's own words stand in FSI…PDI, phones and amounts in
LRI…PDI, so that neither can turn the sentence around them (Unicode UAX #9). People's own text loses its bidi controls
first and is never read as a pattern: placeholders are filled once, and only those of the catalog.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from gettext import GNUTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path

from babel import Locale, localedata
from babel.core import negotiate_locale
from babel.dates import format_date, format_skeleton, get_datetime_format
from babel.lists import format_list

from bot import typed
from bot.dialogue.words import Joined, Ltr, Own, Text, Tongue, Value, Words, _, n_, p_, phrases
from bot.po import PLACEHOLDER, SOURCE, Missing, compile_po
from bot.typed import normalise

__all__ = ["Catalogs", "UnknownLanguage", "normalise"]

FORMATS = {"en": "en_GB"}  # CLDR's plain English is American: dates here are written day-first
# What devices report for languages whose catalog has another code: Dari is fa_AF (CLDR has no prs); mo is an old code.
ALIASES = {"prs": "fa", "mo": "ro"}

FSI, LRI, PDI, RLM = "\u2068", "\u2066", "\u2069", "\u200f"
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
CONTROLS = re.compile(f"[{BIDI_CONTROLS}]")
# Bidi controls, lone surrogates and control characters other than tab and newline.
UNWANTED = re.compile(f"[{BIDI_CONTROLS}\u206a-\u206f\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
URL = re.compile(r"https?://\S+")

TODAY = p_("typed words", "today")
TOMORROW = p_("typed words", "tomorrow")


class UnknownLanguage(KeyError):
    """A language without a catalog was asked for. There is no fallback: its plural rules would be wrong."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.language = language

    def __str__(self) -> str:
        return f"there is no catalog for the language {self.language!r} in locales/"


class Catalogs:
    """Every language the programme speaks. English is the source: its catalog has empty msgstr."""

    def __init__(self, languages: Mapping[str, Language]) -> None:
        by_name = sorted(languages.values(), key=lambda language: language.name.casefold())
        self._languages = {language.code: language for language in by_name}
        self._typed: dict[Text, frozenset[str]] = {}
        self._labels: dict[tuple[Words, str], tuple[str, str]] = {}

    @classmethod
    def load(cls, folder: Path | None = None) -> Catalogs:
        """Read all catalogs of `folder` (<lang>/LC_MESSAGES/sorora.po or .mo); without it, those that came with the
        programme. Raises FileNotFoundError where there are none, babel's UnknownLocaleError for a folder whose name is
        no language, PoFileError for a broken file."""
        place: Traversable = folder or own_locales()
        entries = sorted(place.iterdir(), key=lambda entry: entry.name) if place.is_dir() else []
        languages = {entry.name: found for entry in entries if (found := read_language(entry))}
        if SOURCE not in languages:
            raise FileNotFoundError(f"no catalog for {SOURCE} in {place}; run `make messages`")
        return cls(languages)

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of all languages, in the order of their own names."""
        return tuple(self._languages)

    def name(self, language: str) -> str:
        """Its name in itself: "Français"."""
        return self._get(language).name

    def direction(self, language: str) -> str:
        """ "ltr" or "rtl"."""
        return "rtl" if self._get(language).rtl else "ltr"

    def draft(self, language: str) -> bool:
        """Whether no native speaker has read the catalog yet (header X-Reviewed: no)."""
        return self._get(language).draft

    def negotiate(self, hint: str) -> str | None:
        """The language for what a device says (BCP 47: "fr-BE", "prs"), or None: then ask."""
        primary, _, rest = hint.strip().replace("_", "-").lower().partition("-")
        wanted = "-".join(filter(None, [ALIASES.get(primary, primary), rest]))
        return negotiate_locale([wanted], list(self._languages), sep="-", aliases={})

    def render(self, words: Words, language: str) -> str:
        """The words as text of a message. Never raises for anything a person wrote."""
        speaker = self._get(language)
        rendered = Writer(speaker, plain=False).words(words)
        if not speaker.rtl and "://" not in rendered:
            return rendered
        return "\n".join(paragraph(line, speaker.rtl) for line in rendered.split("\n"))

    def label(self, words: Words, language: str) -> str:
        """The words without isolates or marks, for buttons (they count as characters there) and pictures."""
        return self._label(words, language)[0]

    def spelled(self, words: Words, language: str) -> str:
        """A label as it is compared with what somebody types (bot.typed.normalise)."""
        return self._label(words, language)[1]

    def _label(self, words: Words, language: str) -> tuple[str, str]:
        """A label, and how it is spelled. Sentences of the programme without values are written only once."""
        key = (words, language)
        if key in self._labels:
            return self._labels[key]
        label = CONTROLS.sub("", Writer(self._get(language), plain=True).words(words))
        found = label, normalise(label)
        if isinstance(words, Text) and not words.values and words.count is None:
            self._labels[key] = found
        return found

    def data(self, data: object, language: str) -> object:
        """The same mappings and lists with every Words in them made a label."""
        if isinstance(data, Text | Own | Joined | Tongue):
            return self.label(data, language)
        if isinstance(data, Mapping):
            return {key: self.data(value, language) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.data(value, language) for value in data]
        return data

    def typed(self, words: Text) -> frozenset[str]:
        """What can be typed for an entry of typed words, normalised, in all languages together (English included)."""
        if words not in self._typed:
            entries = [words.msgid] + [language.lookup(words) for language in self._languages.values()]
            self._typed[words] = frozenset(normalise(phrase) for entry in entries for phrase in phrases(entry))
        return self._typed[words]

    def parse_date(self, text: str, language: str, today: date) -> date | None:
        """A date typed by someone who speaks `language`; `today` is her own calendar day. Day-first with numbers, with
        names of months in her language and then in the others, or "today" and "tomorrow". Without a year: the next
        such day. None where it is no date."""
        self._get(language)
        word = normalise(text)
        if word in self.typed(TODAY):
            return today
        if word in self.typed(TOMORROW):
            return today + timedelta(days=1)
        others = [code for code in self._languages if code != language]
        return typed.parse_date(text, [language, *others], today)

    def parse_number(self, text: str) -> int | None:
        """A whole number of 0 or more in the digits of any script, or None."""
        return typed.parse_number(text)

    def _get(self, language: str) -> Language:
        if language not in self._languages:
            raise UnknownLanguage(language)
        return self._languages[language]


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its catalog, and the locale that dates and lists are written in."""

    code: str
    name: str
    rtl: bool
    draft: bool
    formats: Locale
    translations: GNUTranslations
    patterns: dict[tuple[str, str], str] = field(default_factory=dict, compare=False)  # by context and msgid: read once

    def lookup(self, text: Text) -> str:
        """The catalog's pattern for a sentence, in the plural form for its count."""
        if text.count is None:
            key = (text.context, text.msgid)
            if key not in self.patterns:
                self.patterns[key] = self.translated(text)
            return self.patterns[key]
        return self.translated(text)

    def translated(self, text: Text) -> str:
        """The same, out of the catalog itself."""
        if not text.msgid:
            return ""  # gettext would answer with the header
        if text.plural and text.count is not None:
            one, many, count = text.msgid, text.plural, abs(text.count)
            if text.context:
                return self.translations.npgettext(text.context, one, many, count)
            return self.translations.ngettext(one, many, count)
        if text.context:
            return self.translations.pgettext(text.context, text.msgid)
        return self.translations.gettext(text.msgid)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes words in one language; `plain` leaves out all isolates and dates are short."""

    language: Language
    plain: bool

    def words(self, words: Words) -> str:
        """Words as text, without the marks at the beginnings of paragraphs."""
        match words:
            case Text():
                return self.sentence(words)
            case Joined(between=", "):
                return format_list([self.words(part) for part in words.parts], locale=self.language.formats)
            case Joined():
                return words.between.join(self.words(part) for part in words.parts)
            case Own(voice=None, photo=None):
                return self.own(words.text)
            case Own(voice=None):
                shown = self.sentence(_("(photo)"))
                return f"{shown} {self.own(words.text)}" if words.text else shown
            case Own():
                return self.sentence(n_("(voice note, {n} second)", "(voice note, {n} seconds)", words.seconds))
            case Tongue():
                return self.tongue(words.code)

    def tongue(self, code: str) -> str:
        """The name of a language in this one; where CLDR has none, in itself, in English, or its code."""
        code = code.replace("-", "_")
        if name := self.language.formats.languages.get(code):
            return str(name)
        own = Locale.parse(code).display_name if localedata.exists(code) else None
        return self.own(own or Locale(SOURCE).languages.get(code, code))

    def sentence(self, text: Text) -> str:
        """A sentence of the catalog with its values. What it does not name is left out, and a placeholder without
        value stays as it is."""
        pattern = self.language.lookup(text)
        if "{" not in pattern:
            return pattern
        values: dict[str, Value] = {} if text.count is None else {"n": text.count}
        values.update(text.values)

        def fill(match: re.Match[str]) -> str:
            return self.value(values[match[1]]) if match[1] in values else match[0]

        return PLACEHOLDER.sub(fill, pattern)

    def value(self, value: Value) -> str:
        """A value inside a sentence. Digits are Latin in every language, as in the letters she gets in Belgium."""
        match value:
            case Text() | Own() | Joined() | Tongue():
                return self.words(value)
            case Ltr():
                return self.isolated(clean(value), LRI) if self.language.rtl else clean(value)
            case str():
                return self.own(value)
            case datetime():
                pattern = str(get_datetime_format("medium", locale=self.language.formats)).replace("'", "")
                return pattern.replace("{1}", self.day(value)).replace("{0}", value.strftime("%H:%M"))
            case date():
                return self.day(value)
            case time():
                return value.strftime("%H:%M")
            case int():
                return str(value)

    def day(self, day: date) -> str:
        """A day with its year and no weekday: a weekday would need another case after "by" or "since" in Slavic
        languages. Short where there is little room."""
        if self.plain:
            said = format_skeleton("yMMMd", day, locale=self.language.formats)
        else:
            said = format_date(day, "long", locale=self.language.formats)
        # CLDR leaves out what French writes only for the first of a month.
        return re.sub(r"^1 ", "1er ", said) if self.language.code == "fr" else said

    def own(self, text: str) -> str:
        """A person's words or a name, literally, kept from turning what stands around them."""
        text = clean(text)
        return self.isolated(text, FSI) if self.language.rtl or right_to_left(text) else text

    def isolated(self, text: str, opening: str) -> str:
        """Each line in isolates: they end with the line (UAX #9, BD9)."""
        if self.plain:
            return text
        return "\n".join(f"{opening}{line}{PDI}" if line.strip() else line for line in text.split("\n"))


def paragraph(line: str, rtl: bool) -> str:
    """A line with its direction. A line that is only an address stays bare, so that it can be tapped and copied."""
    bare = CONTROLS.sub("", line)
    if URL.fullmatch(bare.strip()):
        return bare
    return RLM + line if rtl and bare.strip() else line


def clean(text: str) -> str:
    """A person's text without bidi controls and control characters; nothing else is changed."""
    return UNWANTED.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))


def right_to_left(text: str) -> bool:
    """Whether the text holds a letter that is written from right to left."""
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


# --- catalogs -----------------------------------------------------------------------------------------------------


def own_locales() -> Traversable:
    """Where this programme's catalogs are: beside the code in a wheel, two levels up in a checkout."""
    packaged = files("bot") / "locales"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "locales"


def read_language(entry: Traversable) -> Language | None:
    """The language of one folder of locales/, or None where it holds no catalog."""
    po, mo = (entry / "LC_MESSAGES" / f"sorora.{suffix}" for suffix in ("po", "mo"))
    if not entry.is_dir() or not (po.is_file() or mo.is_file()):
        return None
    code = entry.name
    locale = Locale.parse(code)
    content = compile_po(po.read_bytes(), code) if po.is_file() else mo.read_bytes()
    translations = GNUTranslations(BytesIO(content))
    translations.add_fallback(Missing(code))
    name = locale.get_language_name(code) or code
    return Language(
        code=code,
        name=name[:1].upper() + name[1:],
        rtl=locale.text_direction == "rtl",
        draft=translations.info().get("x-reviewed", "no") != "yes",
        formats=Locale.parse(FORMATS.get(code, code)),
        translations=translations,
    )
