"""Why two women fit: points, each with a reason that can be said in any language to either of them.

A reason is kept as a kind and ids, never as words: it travels through journals and requests, and each woman reads it
in the language she has chosen by then. The rules here are for one pair, in plain Python; `matching` has the same rules
for all mentors at once, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from bot.dialogue.words import Text, Tongue, Words, _, listing
from bot.mentoring.profiles import FIELDS, SLOTS, WISHES, Field, Level, Mentee, Mentor, Profile, Slot, Way, Wish
from bot.mentoring.weights import Weights

MOST_BARRIERS = 3  # more in common is no better talk, and would drown the rest
MOST_TOLD = 4  # reasons on a card: a phone shows these without scrolling
MOST_TIMES = 2  # two women who both have two free times find an hour


class Kind(StrEnum):
    """What a reason is about. Among reasons of equal points, the first here is said first."""

    HOPED = "hoped"
    KNOWN = "known"
    MOTHER = "mother"
    LANGUAGE = "language"
    BARRIER = "barrier"
    WISHES = "wishes"
    HER_WISHES = "her_wishes"
    COMMUNE = "commune"
    REGION = "region"
    IN_PERSON = "in_person"
    ONLINE = "online"
    TIMES = "times"
    BOTH_HOPE = "both_hope"
    ROOM = "room"


KINDS: Mapping[Kind, int] = {kind: place for place, kind in enumerate(Kind)}


class Reason(msgspec.Struct, frozen=True):
    """One reason with its points. about: ids of what it names (languages, fields, one barrier, wishes, times)."""

    kind: Kind
    points: int
    about: tuple[str, ...] = ()

    def to_mentee(self) -> Text:
        """The reason as the mentee reads it, about "her", the mentor."""
        if self.kind is Kind.BARRIER:
            return OVERCAME.get(self.about[0], _("She knows the road you are on."))
        return MENTEE_READS[self.kind](items=self._items())

    def to_mentor(self) -> Text:
        """The reason as the mentor reads it, about "her", the mentee."""
        if self.kind is Kind.BARRIER:
            return MEETS.get(self.about[0], _("You know the road she is on."))
        return MENTOR_READS[self.kind](items=self._items())

    def _items(self) -> Words:
        return listing(*(name(self.kind, item) for item in self.about))


class Suggestion(msgspec.Struct, frozen=True):
    """A mentor who fits: her id, the points, and the reasons, the weightiest first."""

    mentor: int
    points: int
    reasons: tuple[Reason, ...]

    def to_mentee(self, most: int = MOST_TOLD) -> tuple[Text, ...]:
        """The first reasons as the mentee reads them."""
        return tuple(reason.to_mentee() for reason in self.reasons[:most])

    def to_mentor(self, most: int = MOST_TOLD) -> tuple[Text, ...]:
        """The first reasons as the mentor reads them on the card of a request."""
        return tuple(reason.to_mentor() for reason in self.reasons[:most])


def name(kind: Kind, item: str) -> Words:
    """The name of one thing that a reason is about."""
    match kind:
        case Kind.MOTHER | Kind.LANGUAGE:
            return Tongue(item)
        case Kind.TIMES:
            return SLOTS[Slot(item)]
        case Kind.WISHES | Kind.HER_WISHES:
            return WISHES[Wish(item)]
        case _:
            return FIELDS[Field(item)]


BOTH_READ: Mapping[Kind, Text] = {
    Kind.KNOWN: _("You both know this work: {items}."),
    Kind.BOTH_HOPE: _("You both wish for this work: {items}."),
    Kind.MOTHER: _("You have the same mother tongue: {items}."),
    Kind.LANGUAGE: _("You both speak {items}."),
    Kind.COMMUNE: _("You live near each other."),
    Kind.REGION: _("You live in the same region."),
    Kind.IN_PERSON: _("You can meet in person."),
    Kind.ONLINE: _("You can meet online."),
    Kind.TIMES: _("You both have time: {items}."),
}
MENTEE_READS: Mapping[Kind, Text] = {
    **BOTH_READ,
    Kind.HOPED: _("She knows the work you wish for: {items}."),
    Kind.WISHES: _("What matters to you fits: {items}."),
    Kind.HER_WISHES: _("You fit what matters to her."),
    Kind.ROOM: _("She has time for a new mentee."),
}
MENTOR_READS: Mapping[Kind, Text] = {
    **BOTH_READ,
    Kind.HOPED: _("She wishes for work that you know: {items}."),
    Kind.WISHES: _("You fit what matters to her."),
    Kind.HER_WISHES: _("What matters to you fits: {items}."),
    Kind.ROOM: _("You have a free place."),
}

# Said of the mentor: only what "I have overcome it" surely means, and nothing of her papers as such.
OVERCAME: Mapping[str, Text] = {
    "language": _("She learned a new language here."),
    "network": _("She found people here, step by step."),
    "workplace": _("She learned how people work here."),
    "diploma": _("She found a way with a foreign diploma."),
    "experience": _("She found her first work here."),
    "childcare": _("She found a way with childcare."),
    "papers": _("She knows the way with residence papers."),
    "money": _("She found a way with little money."),
    "transport": _("She found a way to get around."),
}
# Said of the mentee, to a mentor who has not accepted yet. Papers and money are not told: the general sentence is.
MEETS: Mapping[str, Text] = {
    "language": _("She is learning a language here, as you did."),
    "network": _("She knows few people here, as you once did."),
    "workplace": _("She wants to know how people work here."),
    "diploma": _("She has a foreign diploma. You know the way."),
    "experience": _("She looks for her first work here."),
    "childcare": _("She looks for a way with childcare."),
    "transport": _("She looks for a way to get around."),
}


# --- wishes -------------------------------------------------------------------------------------------------------


def meets_mentee(mentee: Profile, mentor: Profile) -> frozenset[Wish]:
    """What a mentee could wish for that is so with this mentor. Her field is the work she wishes for, or else the one
    she knows."""
    met = common_wishes(mentee, mentor)
    met |= {Wish.FIELD} if mentor.knows & (mentee.hopes or mentee.knows) else frozenset()
    return met | ({Wish.CHILDREN} if mentor.children else frozenset())


def meets_mentor(mentor: Profile, mentee: Profile) -> frozenset[Wish]:
    """What a mentor could wish for that is so with this mentee. Her field is the one she knows; it is enough
    that the mentee knows it or wishes for it."""
    met = common_wishes(mentee, mentor)
    met |= {Wish.FIELD} if mentor.knows & (mentee.hopes | mentee.knows) else frozenset()
    return met | ({Wish.CHILDREN} if mentee.children else frozenset())


def common_wishes(one: Profile, other: Profile) -> frozenset[Wish]:
    """What is so for both or for neither."""
    shared = one.mother_tongues & other.mother_tongues
    met = {
        Wish.MOTHER_TONGUE: bool(shared),
        Wish.OTHER_TONGUE: bool(one.mother_tongues and other.mother_tongues and not shared),
        Wish.NEAR: near(one, other),
        Wish.WAY: bool(common_ways(one, other)),
        Wish.TIMES: bool(one.times & other.times),
    }
    return frozenset(wish for wish, so in met.items() if so)


def near(one: Profile, other: Profile) -> bool:
    """Whether both live in one region, as far as they have said."""
    return bool(one.region) and one.region == other.region


def common_ways(one: Profile, other: Profile) -> frozenset[Way]:
    """How they can meet; in person only within one region."""
    ways = one.ways & other.ways
    return ways if near(one, other) else ways - {Way.IN_PERSON}


# --- points -------------------------------------------------------------------------------------------------------


def reasons(mentee: Mentee, mentor: Mentor, weights: Weights) -> tuple[Reason, ...]:
    """All that speaks for this pair, the weightiest first. The sum of the points is the score of the pair. Whether they
    may be a pair at all is another question (`constraints.against`)."""
    her, mine = mentee.profile, mentor.profile
    found = (
        *work(her, mine, weights),
        *talk(her, mine, weights),
        *road(mentee.barriers & mentor.overcame, weights),
        *place(her, mine, weights),
        *wished(her, mine, weights),
        *room(mentor, weights),
    )
    return tuple(sorted((one for one in found if one.points), key=lambda one: (-one.points, KINDS[one.kind])))


def work(mentee: Profile, mentor: Profile, weights: Weights) -> Iterable[Reason]:
    """Common professional interest; a field counts once, where it weighs most."""
    hoped = mentor.knows & mentee.hopes
    known = (mentor.knows & mentee.knows) - hoped
    both_hope = (mentor.hopes & mentee.hopes) - hoped
    kinds = ((Kind.HOPED, weights.hoped, hoped), (Kind.KNOWN, weights.known, known))
    for kind, points, fields in (*kinds, (Kind.BOTH_HOPE, weights.both_hope, both_hope)):
        if fields:
            yield Reason(kind, points, in_order(fields))


def talk(mentee: Profile, mentor: Profile, weights: Weights) -> Iterable[Reason]:
    """The languages in common that both speak best: what counts is the weaker side of each."""
    common = {code: min(level, mentor.languages.get(code, 0)) for code, level in mentee.languages.items()}
    best = max(common.values(), default=0)
    if best:
        points = {Level.ENOUGH: weights.enough, Level.WELL: weights.well, Level.MOTHER: weights.mother}[Level(best)]
        kind = Kind.MOTHER if best is Level.MOTHER else Kind.LANGUAGE
        yield Reason(kind, points, tuple(sorted(code for code, level in common.items() if level == best)))


def road(barriers: frozenset[str], weights: Weights) -> Iterable[Reason]:
    """What holds the mentee back and the mentor overcame. Those that can be told to both come first."""
    told = sorted(barriers, key=lambda barrier: (barrier not in MEETS, barrier not in OVERCAME, barrier))
    return (Reason(Kind.BARRIER, weights.barrier, (barrier,)) for barrier in told[:MOST_BARRIERS])


def place(mentee: Profile, mentor: Profile, weights: Weights) -> Iterable[Reason]:
    """Where, how and when they can meet."""
    if near(mentee, mentor):
        close = bool(mentee.commune) and mentee.commune == mentor.commune
        yield Reason(Kind.COMMUNE, weights.commune) if close else Reason(Kind.REGION, weights.region)
    if ways := common_ways(mentee, mentor):
        yield Reason(Kind.IN_PERSON if Way.IN_PERSON in ways else Kind.ONLINE, weights.way)
    if times := mentee.times & mentor.times:
        points = weights.time * min(MOST_TIMES, len(times))
        yield Reason(Kind.TIMES, points, in_order(times))


def wished(mentee: Profile, mentor: Profile, weights: Weights) -> Iterable[Reason]:
    """The wishes of either that are met."""
    if (hers := mentee.wishes | mentee.limits) and (met := hers & meets_mentee(mentee, mentor)):
        yield Reason(Kind.WISHES, weights.wish * len(met), in_order(met))
    if (hers := mentor.wishes | mentor.limits) and (met := hers & meets_mentor(mentor, mentee)):
        yield Reason(Kind.HER_WISHES, weights.wish * len(met), in_order(met))


ORDER: Mapping[str, int] = {one: place for kind in (Field, Slot, Wish) for place, one in enumerate(kind)}


def in_order(chosen: Iterable[Field | Slot | Wish]) -> tuple[str, ...]:
    """Their ids, in the order of their enumeration."""
    return tuple(one.value for one in sorted(chosen, key=ORDER.__getitem__))


def room(mentor: Mentor, weights: Weights) -> Iterable[Reason]:
    """All of it for a mentor whom nobody has or asks yet, half while a place is left: so the load is shared."""
    if mentor.free > mentor.asked:
        yield Reason(Kind.ROOM, weights.room if mentor.taken + mentor.asked <= 0 else weights.room // 2)
