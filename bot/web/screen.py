"""The simulator page as HTML: pure, from what the phones hold to text. Whatever people wrote is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.channels.parts import bare
from bot.channels.simulator import Entry
from bot.channels.simulator_file import Phone
from bot.messages import Button, Message

TEMPLATES = Path(__file__).parent / "templates"

# Language a phone can be set to, as its owner reads it.
DEVICE_LANGUAGES: Mapping[str, str] = {
    "en": "English", "fr": "Français", "nl": "Nederlands", "de": "Deutsch", "ar": "العربية", "uk": "Українська",
    "tr": "Türkçe", "es": "Español", "ru": "Русский", "pt": "Português", "ro": "Română", "pl": "Polski",
    "fa": "فارسی", "ps": "پښتو", "ti": "ትግርኛ", "so": "Soomaali", "": "not told",
}  # fmt: skip
OWNERS = {"phone-1": "Mentee", "phone-2": "Mentor", "phone-3": "Third phone", "phone-4": "Fourth phone"}
LOOKS = {"telegram": "Telegram", "whatsapp": "WhatsApp"}
STEPS = {"hour": "+1 hour", "day": "+1 day", "week": "+1 week"}

# Media that a browser shows or plays in place and that cannot carry a script.
SAFE = {
    "audio/ogg", "audio/webm", "audio/mp4", "audio/mpeg", "audio/wav", "audio/x-wav", "image/png", "image/jpeg",
    "image/webp", "image/gif",
}  # fmt: skip

QUOTED = 90  # characters of a message that are quoted above the answer to it

LINK = re.compile(r"https?://[^\s<>\u2066-\u2069]+[^\s<>\u2066-\u2069.,;:!?)\]]")


def page(phones: Sequence[Phone], state: Mapping[str, object], looks: Sequence[str]) -> str:
    """The whole page, with empty screens: its script fetches them."""
    return (
        _environment()
        .get_template("simulator.html")
        .render(
            phones=phones,
            state=state,
            looks=looks,
            owners=OWNERS,
            look_names=LOOKS,
            languages=DEVICE_LANGUAGES,
            steps=STEPS,
        )
    )


def chat(phone: Phone, entries: Sequence[Entry], zone: tzinfo, *, blocked: bool = False) -> str:
    """One phone's screen, with times in `zone`. Ids of elements stay the same from one drawing to the next, so that
    the page can change what changed and leave alone what plays or has the focus."""
    quotes = {entry.card: quote(entry.message) for entry in entries if entry.message is not None}
    return (
        _environment()
        .get_template("chat.html")
        .render(phone=phone, entries=entries, zone=zone, blocked=blocked, quotes=quotes)
    )


def quote(message: Message) -> str:
    """One line that tells which message is answered."""
    words = " ".join(message.text.split())
    if len(words) > QUOTED:
        words = words[: QUOTED - 1].rstrip() + "…"
    return words or ("Photo" if message.photo else "Voice note" if message.voice else "…")


def title(phone: Phone, people: Mapping[str, str]) -> str:
    """What stands over a phone: who is played on it, by the names in `people` (by address), or whose it is at first."""
    own = phone.address == phone.name or phone.address.startswith(f"{phone.name}.")
    return OWNERS[phone.name] if own else people.get(phone.address, OWNERS[phone.name])


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "linked": linked,
        "direction": direction,
        "nav": nav,
        "safe_media": safe,
        "clock": clock,
        "day": day,
    }
    return environment


def safe(mime: str, kind: str = "") -> bool:
    """Whether a browser shows or plays this in place, and cannot be harmed by it; of a `kind` ("audio/") where one is
    given."""
    return bare(mime) in SAFE and mime.startswith(kind)


def linked(text: str) -> Markup:
    """Text with its web addresses made links; everything else is escaped."""
    parts: list[Markup] = []
    end = 0
    for found in LINK.finditer(text):
        parts.append(escape(text[end : found.start()]))
        link = '<a href="{0}" target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{0}</a>'
        parts.append(Markup(link).format(found[0]))  # noqa: S704 - the markup is ours, format() escapes the address
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def direction(language: str) -> str:
    """ "rtl" or "ltr", by the script of a language; ltr for one that is unknown."""
    try:
        return "rtl" if Locale.parse(language.replace("-", "_")).character_order == "right-to-left" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "ltr"


def nav(button: Button, message: Message) -> bool:
    """Whether a button is one of the quiet ones (Back, Skip, Stop) and not an answer."""
    return any(button.data == quiet.data for quiet in message.nav)


def clock(moment: datetime, zone: tzinfo) -> str:
    """Hour and minute."""
    return f"{moment.astimezone(zone):%H:%M}"


def day(moment: datetime, zone: tzinfo, language: str) -> str:
    """The day in the language that a phone is set to, as a chat shows it between messages; in English for none."""
    try:
        locale = Locale.parse(language.replace("-", "_")) if language not in ("", "en") else Locale("en", "GB")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en", "GB")
    return format_date(moment.astimezone(zone), "full", locale=locale)
