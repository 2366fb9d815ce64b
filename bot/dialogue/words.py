"""Words that are not yet in any language: a msgid with its values, rendered only at the edge (bot/i18n.py)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TypeAlias

import msgspec


class Ltr(str):
    """A phone number, amount, range or code: always read from left to right, also inside Arabic."""

    __slots__ = ()


class Own(msgspec.Struct, frozen=True):
    """What a person wrote, said or showed herself. Never markup, never translated; `voice` is the id of a kept voice
    note of `seconds` length, and then `text` is empty; `photo` that of a kept photo, and then `text` is its caption."""

    text: str
    voice: int | None = None
    seconds: int = 0
    photo: int | None = None


class Text(msgspec.Struct, frozen=True):
    """A sentence of the programme: English msgid, optional plural form with `count`, and the context that tells two
    meanings of one msgid apart. Calling it gives the same sentence with values filled in."""

    msgid: str
    plural: str = ""
    count: int | None = None
    context: str = ""
    values: tuple[tuple[str, Value], ...] = ()

    def __call__(self, **values: Value) -> Text:
        """The same sentence with `values` for its {placeholders}."""
        return Text(self.msgid, self.plural, self.count, self.context, (*self.values, *values.items()))


class Joined(msgspec.Struct, frozen=True):
    """Several pieces one after the other; `between` is "\\n\\n" for paragraphs, "\\n" for lines, ", " for a list
    (which each language then joins in its own way)."""

    parts: tuple[Words, ...]
    between: str = "\n"


class Tongue(msgspec.Struct, frozen=True):
    """A language by its BCP 47 code, shown by its name in the language of the reader (CLDR). Names stand there as in a
    list: a sentence that would need another case names them behind a colon."""

    code: str


Words: TypeAlias = Text | Own | Joined | Tongue
Value: TypeAlias = str | int | date | datetime | time | Ltr | Text | Own | Joined | Tongue


def _(msgid: str) -> Text:
    """A sentence of the programme, marked for translation."""
    return Text(msgid)


def n_(one: str, many: str, count: int) -> Text:
    """A sentence with a number: `{n}` in both forms is the count."""
    return Text(one, plural=many, count=count)


def p_(context: str, msgid: str) -> Text:
    """A sentence whose English has more than one meaning; `context` says which ("button", "typed words")."""
    return Text(msgid, context=context)


def own(words: str) -> Own:
    """Text that is no sentence of ours (a name, a number), shown as it is."""
    return Own(words)


def lines(*parts: Words | None) -> Joined:
    """Lines under each other; None is left out."""
    return Joined(tuple(part for part in parts if part is not None), "\n")


def paragraphs(*parts: Words | None) -> Joined:
    """Paragraphs with an empty line between; None is left out."""
    return Joined(tuple(part for part in parts if part is not None), "\n\n")


def listing(*parts: Words) -> Joined:
    """A list in one sentence: "a, b and c" in the way of each language."""
    return Joined(parts, ", ")


def phrases(words: str) -> list[str]:
    """The alternatives in a catalog entry of typed words: "back|go back" gives ["back", "go back"]."""
    return [part.strip() for part in words.split("|") if part.strip()]
