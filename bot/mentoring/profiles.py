"""Profiles of mentees and mentors, as far as matching needs them: languages, work, place, times, wishes and limits.

There is no origin in a profile, though women ask for "the same" or "not the same": it would be a column for ethnic
origin, which the programme does not keep (GDPR article 9). What is meant by it is served by mother tongues: "my mother
tongue" for who looks for home, "another mother tongue" for who fears that her story travels in a small community.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from bot.dialogue.steps import LookUp
from bot.dialogue.words import Text, _, p_
from bot.mentoring.effects import Effect

FEWEST_PLACES, MOST_PLACES = 1, 5


class Level(IntEnum):
    """How well she speaks a language."""

    ENOUGH = 1
    WELL = 2
    MOTHER = 3


LEVELS: Mapping[Level, Text] = {
    # limit: 22
    Level.ENOUGH: p_("level", "Enough to talk"),
    # limit: 22
    Level.WELL: p_("level", "I speak it well"),
    # limit: 22
    Level.MOTHER: p_("level", "My mother tongue"),
}

# The languages to offer (BCP 47); any other can be named. Those of Belgium, then of the largest origins and newest
# arrivals (Statbel, origin of the population, 2020 and 2023: Morocco, Italy, France, the Netherlands, Turkey, Romania)
# and of women who flee; the order is a guess at how likely each is.
TONGUES: tuple[str, ...] = (
    "fr", "nl", "ar", "en", "tr", "es", "ro", "uk", "pt", "ru", "fa", "so", "ti", "ps", "pl", "bg", "it", "de", "sq",
    "rif", "ku", "ckb", "am", "om", "ln", "sw", "rw", "ff", "wo", "ha", "hy", "ka", "sr", "el", "ur", "pa", "hi", "bn",
    "ne", "zh", "vi", "th", "fil",
)  # fmt: skip


LANGUAGES: Text = _("Languages: {items}")


class Field(StrEnum):
    """Professional fields: the major groups of ISCO-08 that women in the programme work in, in plain words. The first
    nine are those of the ready goals (conversations/content/goal_examples.toml), with the same ids."""

    CARE = "care"
    CLEAN = "clean"
    FOOD = "food"
    SHOP = "shop"
    CHILD = "child"
    OFFICE = "office"
    MAKE = "make"
    BUSINESS = "business"
    STUDY = "study"
    BEAUTY = "beauty"
    HOTEL = "hotel"
    FACTORY = "factory"
    DRIVE = "drive"
    BUILD = "build"
    GREEN = "green"
    TECH = "tech"
    NUMBERS = "numbers"
    LAW = "law"
    SOCIAL = "social"
    ART = "art"
    SCIENCE = "science"


FIELDS: Mapping[Field, Text] = {
    # limit: 22
    Field.CARE: p_("field", "Care and health"),
    # limit: 22
    Field.CLEAN: p_("field", "Cleaning"),
    # limit: 22
    Field.FOOD: p_("field", "Kitchen and food"),
    # limit: 22
    Field.SHOP: p_("field", "Shop and sales"),
    # limit: 22
    Field.CHILD: p_("field", "Children and school"),
    # limit: 22
    Field.OFFICE: p_("field", "Office and computer"),
    # limit: 22
    Field.MAKE: p_("field", "Sewing and crafts"),
    # limit: 22
    Field.BUSINESS: p_("field", "My own business"),
    # limit: 22
    Field.STUDY: p_("field", "Language and study"),
    # limit: 22
    Field.BEAUTY: p_("field", "Hair and beauty"),
    # limit: 22
    Field.HOTEL: p_("field", "Hotel and travel"),
    # limit: 22
    Field.FACTORY: p_("field", "Factory and packing"),
    # limit: 22
    Field.DRIVE: p_("field", "Driving and delivery"),
    # limit: 22
    Field.BUILD: p_("field", "Building and repair"),
    # limit: 22
    Field.GREEN: p_("field", "Plants and animals"),
    # limit: 22
    Field.TECH: p_("field", "Websites and software"),
    # limit: 22
    Field.NUMBERS: p_("field", "Accounts and money"),
    # limit: 22
    Field.LAW: p_("field", "Law and rights"),
    # limit: 22
    Field.SOCIAL: p_("field", "Social work"),
    # limit: 22
    Field.ART: p_("field", "Art and media"),
    # limit: 22
    Field.SCIENCE: p_("field", "Science"),
}


class Way(StrEnum):
    """How two can meet; who takes both has both in her profile."""

    IN_PERSON = "in_person"
    ONLINE = "online"


class Slot(StrEnum):
    """Times of the week, wide enough that a full life still finds one."""

    WEEKDAY_MORNING = "weekday_morning"
    WEEKDAY_AFTERNOON = "weekday_afternoon"
    WEEKDAY_EVENING = "weekday_evening"
    WEEKEND_MORNING = "weekend_morning"
    WEEKEND_AFTERNOON = "weekend_afternoon"
    WEEKEND_EVENING = "weekend_evening"


SLOTS: Mapping[Slot, Text] = {
    # limit: 22
    Slot.WEEKDAY_MORNING: p_("time", "Weekday mornings"),
    # limit: 22
    Slot.WEEKDAY_AFTERNOON: p_("time", "Weekday afternoons"),
    # limit: 22
    Slot.WEEKDAY_EVENING: p_("time", "Weekday evenings"),
    # limit: 22
    Slot.WEEKEND_MORNING: p_("time", "Weekend mornings"),
    # limit: 22
    Slot.WEEKEND_AFTERNOON: p_("time", "Weekend afternoons"),
    # limit: 22
    Slot.WEEKEND_EVENING: p_("time", "Weekend evenings"),
}


class Wish(StrEnum):
    """What can matter to her in the other woman. A wish adds to the score; a wish that is a limit must be met."""

    MOTHER_TONGUE = "mother_tongue"
    OTHER_TONGUE = "other_tongue"
    FIELD = "field"
    CHILDREN = "children"
    NEAR = "near"
    WAY = "way"
    TIMES = "times"


WISHES: Mapping[Wish, Text] = {
    # limit: 22
    Wish.MOTHER_TONGUE: p_("wish", "My mother tongue"),
    # limit: 22
    Wish.OTHER_TONGUE: p_("wish", "Another mother tongue"),
    # limit: 22
    Wish.FIELD: p_("wish", "My field of work"),
    # limit: 22
    Wish.CHILDREN: p_("wish", "Has children"),
    # limit: 22
    Wish.NEAR: p_("wish", "Lives in my region"),
    # limit: 22
    Wish.WAY: p_("wish", "My way of meeting"),
    # limit: 22
    Wish.TIMES: p_("wish", "Free when I am"),
}


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """What both sides tell. Everything may be left out and changed later; what is left out meets no wish.

    languages: BCP 47 codes. knows: fields she works in or has worked in; hopes: fields she wishes for. region, commune:
    ids of the programme's own list of places, "" if not said. children: None if not said. wishes: what matters to her;
    limits: what she will not do without (also a wish, whether or not it stands among them).
    """

    languages: dict[str, Level] = {}
    knows: frozenset[Field] = frozenset()
    hopes: frozenset[Field] = frozenset()
    region: str = ""
    commune: str = ""
    ways: frozenset[Way] = frozenset()
    times: frozenset[Slot] = frozenset()
    children: bool | None = None
    wishes: frozenset[Wish] = frozenset()
    limits: frozenset[Wish] = frozenset()

    @property
    def mother_tongues(self) -> frozenset[str]:
        """The languages she grew up with."""
        return frozenset(code for code, level in self.languages.items() if level is Level.MOTHER)


def can_be_met(profile: Profile, wish: Wish) -> bool:
    """Whether she has told of herself what this wish is held against; a limit that nobody could meet would leave her
    with no one."""
    told: Mapping[Wish, object] = {
        Wish.MOTHER_TONGUE: profile.mother_tongues,
        Wish.OTHER_TONGUE: profile.mother_tongues,
        Wish.FIELD: profile.knows | profile.hopes,
        Wish.NEAR: profile.region,
        Wish.WAY: profile.ways,
        Wish.TIMES: profile.times,
    }
    return bool(told.get(wish, True))


def tidied(profile: Profile) -> Profile:
    """The profile after a part of it was changed: limits that are no wishes any more, or that nobody could meet now,
    are let go."""
    limits = frozenset(wish for wish in profile.limits & profile.wishes if can_be_met(profile, wish))
    return msgspec.structs.replace(profile, limits=limits)


class Mentee(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who looks for a mentor. `id` is the person's. barriers: ids of what holds her back. blocked: persons that she
    blocked or that blocked her; declined: mentors who declined her, or whom she did not want. since: when she began to
    wait (aware), None if she does not."""

    id: int
    profile: Profile
    barriers: frozenset[str] = frozenset()
    blocked: frozenset[int] = frozenset()
    declined: frozenset[int] = frozenset()
    since: datetime | None = None


class Mentor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who supports. `id` is the person's. overcame: ids of barriers. places: how many mentees she takes, 1 to 5; taken:
    how many she has; asked: open requests that she has not answered (they hold no place, but they are load).
    paused_until: aware; she receives nobody before. approved: by a coordinator.

    Raises ValueError for places outside 1 to 5.
    """

    id: int
    profile: Profile
    overcame: frozenset[str] = frozenset()
    places: int = 1
    taken: int = 0
    asked: int = 0
    paused_until: datetime | None = None
    approved: bool = False

    def __post_init__(self) -> None:
        if not FEWEST_PLACES <= self.places <= MOST_PLACES:
            raise ValueError(f"a mentor has {FEWEST_PLACES} to {MOST_PLACES} places, not {self.places}")

    @property
    def free(self) -> int:
        """Places that are not taken, never below 0 (she may have made them fewer since)."""
        return max(0, self.places - self.taken)


# --- what talks ask of the world ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MyProfile(LookUp[Profile]):
    """Her own profile, empty where she has told nothing yet."""

    gives = Profile


@dataclass(frozen=True, slots=True)
class TonguesNamed(LookUp[tuple[str, ...]]):
    """The languages (BCP 47 codes) that she named in her own words, in any language, in their order."""

    words: str
    gives = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaveProfile(Effect):
    """Keep her profile as it is now."""

    profile: Profile
