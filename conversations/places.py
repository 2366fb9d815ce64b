"""Where a woman can live: the regions and communes of content/places.toml, and how a typed name is understood."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

import msgspec

from bot.dialogue.steps import Own, Text, own, p_
from conversations.content import table

MOST_OFFERED = 5
ALIKE = 0.7  # how much of a name must be the same (difflib's ratio) to be offered for what she typed
# "St", "Ste" and the long forms are written for each other.
SAINTS = frozenset(["st", "ste", "saint", "sainte", "sint", "sankt"])


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune: its names by language, the local one first, and other names that people type for it."""

    id: str
    names: Mapping[str, str]
    also: tuple[str, ...] = ()

    def name(self, language: str) -> Own:
        """Its name for who reads this language; the local one where it has no name of its own there."""
        return own(self.names.get(language) or next(iter(self.names.values())))

    @property
    def typed(self) -> frozenset[str]:
        """All that can be typed for it, made comparable."""
        return frozenset(folded(name) for name in (*self.names.values(), *self.also))


@dataclass(frozen=True, slots=True)
class Region:
    """A region with its communes by id. largest: those that are offered where a name is not understood."""

    id: str
    title: Text
    communes: Mapping[str, Commune]
    largest: tuple[str, ...]


class Part(msgspec.Struct):
    """A part of a region in the table: its communes, a line each."""

    communes: list[str]


class Row(msgspec.Struct):
    """A region in the table."""

    id: str
    context: str
    title: str
    names_in: list[str]
    largest: list[str]
    parts: list[Part]


@cache
def regions() -> Mapping[str, Region]:
    """The regions by id, in their order. Raises msgspec.ValidationError where the table is incomplete."""
    data = table("places")
    also = msgspec.convert(data.get("also", {}), dict[str, tuple[str, ...]])
    return {row.id: region(row, also) for row in msgspec.convert(data["regions"], list[Row])}


def region(row: Row, also: Mapping[str, tuple[str, ...]]) -> Region:
    """A region of the table."""
    found = [commune(line, row.names_in, also) for part in row.parts for line in part.communes]
    return Region(row.id, p_(row.context, row.title), {each.id: each for each in found}, tuple(row.largest))


def commune(line: str, languages: Iterable[str], also: Mapping[str, tuple[str, ...]]) -> Commune:
    """A commune of the table."""
    names = line.split(" / ")
    its_id = folded(names[0]).replace(" ", "-")
    return Commune(its_id, dict(zip(languages, names, strict=False)), also.get(its_id, ()))


def commune_name(region_id: str, commune_id: str, language: str) -> Own | None:
    """The name of a commune, None where it is not in the table (any more)."""
    here = regions().get(region_id)
    found = here.communes.get(commune_id) if here else None
    return found.name(language) if found else None


# --- a typed name -------------------------------------------------------------------------------------------------


def folded(text: str) -> str:
    """Text as names are compared: no case, no accents, nothing but letters and digits with single spaces."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join("".join(char if char.isalnum() else " " for char in bare).split())


def plain(name: str) -> str:
    """A folded name with every form of "saint" alike."""
    return " ".join("st" if word in SAINTS else word for word in name.split())


def exactly(here: Region, typed: str) -> Commune | None:
    """The commune that has this name, or that is named as a whole word in it where it is the only one ("1080
    Molenbeek"). None where that is not sure."""
    said = plain(folded(typed))
    named = [one for one in here.communes.values() if said in {plain(name) for name in one.typed}]
    if not named:
        named = [one for one in here.communes.values() if any(f" {plain(n)} " in f" {said} " for n in one.typed)]
    return named[0] if len(named) == 1 else None


def resembling(here: Region, typed: str) -> tuple[Commune, ...]:
    """At most 5 communes with a name like this one, the most alike first; the largest ones where none is."""
    said = plain(folded(typed))
    likeness = {one.id: max(like(said, plain(name)) for name in one.typed) for one in here.communes.values()}
    best = sorted((each for each in likeness if likeness[each] >= ALIKE), key=lambda each: -likeness[each])
    return tuple(here.communes[each] for each in (best or here.largest)[:MOST_OFFERED])


def like(said: str, name: str) -> float:
    """How much two names are alike, from 0 to 1; a name that begins with or holds what she typed is nearly the same."""
    if len(said) >= 3 and said in name:
        return 0.95 if name.startswith(said) else 0.9
    return SequenceMatcher(None, said, name).ratio()
