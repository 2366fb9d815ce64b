"""Her data, for herself: everything as JSON, and the same as a page she can read on her phone."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from bot.dialogue.steps import Text, Words, _
from bot.engine.wishes import House
from bot.i18n import Catalogs
from bot.mentoring.goals import said
from bot.mentoring.people import Person
from bot.messages import Document, Message

SECTIONS: Mapping[str, Words] = {
    "person": _("About you"),
    "addresses": _("Where I write to you"),
    "consents": _("What you said yes or no to"),
    "assessments": _("What you found out about yourself"),
    "goals": _("Your goals"),
    "profile": _("Your profile"),
    "mentor": _("You as a mentor"),
    "waiting": _("You wait for a mentor"),
    "requests": _("Requests"),
    "pairs": _("Your pairs"),
    "written": _("What you wrote to the other woman"),
    "meetings": _("Your meetings"),
    "introductions": _("Introductions"),
    "feedback": _("What you said at the end"),
    "reports": _("What you reported"),
    "blocks": _("Whom you blocked"),
    "coordinator": _("You as a coordinator"),
    "unfinished": _("What you began"),
    "voice_notes": _("Your voice notes"),
}
PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:17px/1.5 system-ui,sans-serif;margin:1.2rem;max-width:40rem}}h2{{margin-top:2rem}}
dl{{margin:0 0 1rem;padding:.6rem .9rem;border:1px solid #bbb;border-radius:.6rem}}dt{{color:#555;font-size:.85em}}
dd{{margin:0 0 .5rem;white-space:pre-wrap;overflow-wrap:anywhere}}</style></head>
<body><h1>{title}</h1>{body}</body></html>
"""


def my_data(person: Person, everything: dict[str, Any], house: House, now: datetime) -> tuple[Message, ...]:
    """Two documents for her chat: a page in her language, and JSON for machines (GDPR articles 15 and 20)."""
    whole = {"person": msgspec.to_builtins(person), **everything, "made_at": now.isoformat(timespec="seconds")}
    readable = page(whole, person.language, house).encode()
    machine = msgspec.json.format(msgspec.json.encode(whole), indent=2)
    label = house.catalogs.render
    return (
        Message(
            label(_("Here is everything I keep of you, as a page to read."), person.language),
            document=Document("sorora-my-data.html", "text/html", readable),
            silent=person.discreet,
            language=person.language,
        ),
        Message(
            label(_("And the same for a computer."), person.language),
            document=Document("sorora-my-data.json", "application/json", machine),
            silent=person.discreet,
            language=person.language,
        ),
    )


def page(whole: dict[str, Any], language: str, house: House) -> str:
    """The readable page. What people wrote is escaped: it is never markup."""
    reader = Reader(language, house.catalogs, house.programme.names)
    title = house.catalogs.label(_("What Sorora keeps of you"), language)
    body: list[str] = []
    for key, words in SECTIONS.items():
        found = whole[key] if isinstance(whole[key], list) else [whole[key]]
        if found:
            body.append(f"<h2>{html.escape(house.catalogs.label(words, language))}</h2>")
            body += [f"<dl>{''.join(reader.lines(entry))}</dl>" for entry in found]
    return PAGE.format(
        language=language,
        direction=house.catalogs.direction(language),
        title=html.escape(title),
        body="".join(body),
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Writes entries of her data as lines of a page, with the names that the programme gives to its ids."""

    language: str
    catalogs: Catalogs
    names: Mapping[str, Text]

    def lines(self, entry: Mapping[str, Any], above: str = "") -> Iterator[str]:
        """Lines of one entry; empty values are left out."""
        for key, value in entry.items():
            name = f"{above} {self.name(key)}".strip()
            parts = value if isinstance(value, list) else [value]
            for number, part in enumerate(parts, start=1):
                if isinstance(part, Mapping) and not is_words(part):
                    yield from self.lines(part, f"{name} {number}" if len(parts) > 1 else name)
                elif part not in (None, ""):
                    yield f"<dt>{html.escape(name)}</dt><dd dir=auto>{html.escape(self.value(part))}</dd>"

    def value(self, value: Any) -> str:
        """One value: words of hers or of ours, an id by its name, anything else as it is."""
        if isinstance(value, Mapping):
            return self.catalogs.label(said(value), self.language)
        return self.name(str(value))

    def name(self, key: str) -> str:
        """The name of an id; without one, the id itself with spaces."""
        return self.catalogs.label(self.names[key], self.language) if key in self.names else key.replace("_", " ")


def is_words(value: Mapping[str, Any]) -> bool:
    """Whether these are words in JSON form (bot.mentoring.goals.said)."""
    return not {"msgid", "at", "voice", "photo"}.isdisjoint(value)
