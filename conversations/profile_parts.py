"""The parts of a profile: a question or two each, and how the whole is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from msgspec.structs import replace

from bot.dialogue.steps import (
    Conversation,
    Option,
    Text,
    Words,
    _,
    choice,
    choices,
    lines,
    listing,
    optional,
    p_,
    paragraphs,
    text,
)
from bot.mentoring.people import Person, Role
from bot.mentoring.profiles import FIELDS, SLOTS, WISHES, Field, Profile, Slot, Way, Wish, can_be_met, tidied
from conversations import places, tongues

T = TypeVar("T")
Part = Callable[[Profile, Person], Conversation[Profile]]

NONE = "none"  # an answer is taken back
# limit: 24
RATHER_NOT = p_("row", "Rather not say")

WAYS: Mapping[str, tuple[Text, frozenset[Way]]] = {
    # limit: 20
    "in_person": (p_("way", "In person"), frozenset({Way.IN_PERSON})),
    # limit: 20
    "online": (p_("way", "Online or by phone"), frozenset({Way.ONLINE})),
    # limit: 20
    "both": (p_("way", "Both are fine"), frozenset(Way)),
}


CHILDREN: Mapping[bool, Text] = {True: p_("button", "Yes"), False: p_("button", "No")}


# --- the parts: each asks, and gives the profile with what she answered; skipped, it stays as it was ----------------


def ask_languages(mine: Profile, me: Person) -> Conversation[Profile]:
    """Her languages; without one there is no mentor and no mentee for her."""
    return replace(mine, languages=(yield from tongues.ask_tongues(me.language)))


def ask_knows(mine: Profile, _me: Person) -> Conversation[Profile]:
    """Work she knows."""
    found = yield from ask_fields("knows", _("Which work do you know? From here or from before."))
    return mine if found is None else replace(mine, knows=found)


def ask_hopes(mine: Profile, _me: Person) -> Conversation[Profile]:
    """Work she wishes for."""
    found = yield from ask_fields("hopes", _("Which work do you wish for?"))
    return mine if found is None else replace(mine, hopes=found)


def ask_fields(key: str, prompt: Words) -> Conversation[frozenset[Field] | None]:
    """Some fields of work; None where she skips."""
    picked = yield from optional(choices(key, prompt, FIELDS))
    return None if picked is None else frozenset(Field(each) for each in picked.options)


def ask_place(mine: Profile, me: Person) -> Conversation[Profile]:
    """Her region, then her commune there."""
    options: dict[str, Words] = {one.id: one.title for one in places.regions().values()}
    prompt = _("Where do you live? Women near you can meet in person.")
    chosen = yield from optional(choice("region", prompt, with_none(options, mine.region)))
    if chosen is None:
        return mine
    if chosen == NONE:
        return replace(mine, region="", commune="")
    return replace(mine, region=chosen, commune=(yield from ask_commune(places.regions()[chosen], me.language)))


def ask_commune(here: places.Region, language: str) -> Conversation[str]:
    """The id of her commune: by its name, as she writes it, or out of a few that are like it; "" where she skips."""
    typed = yield from optional(text("commune", _("In which town or commune? Write its name."), limit=60))
    if typed is None:
        return ""
    found = places.exactly(here, typed.text)
    if found is not None:
        return found.id
    # limit: 24
    again = Option(p_("row", "Write it again"), reopens=("commune",))
    options: dict[str, Words | Option] = {one.id: one.name(language) for one in places.resembling(here, typed.text)}
    asked = _("I am not sure which one it is. Do you mean one of these?")
    chosen = yield from choice("commune.which", asked, {**options, "again": again, NONE: RATHER_NOT})
    return "" if chosen == NONE else chosen


def ask_meeting(mine: Profile, _me: Person) -> Conversation[Profile]:
    """How she likes to meet, and when she is free."""
    options: dict[str, Words] = {key: label for key, (label, _ways) in WAYS.items()}
    chosen = yield from optional(choice("ways", _("How do you like to meet?"), with_none(options, mine.ways)))
    if chosen is not None:
        mine = replace(mine, ways=frozenset() if chosen == NONE else WAYS[chosen][1])
    picked = yield from optional(choices("times", _("When are you free?"), SLOTS))
    return mine if picked is None else replace(mine, times=frozenset(Slot(each) for each in picked.options))


def ask_children(mine: Profile, _me: Person) -> Conversation[Profile]:
    """Whether she has children."""
    prompt = _("Do you have children? Tell me only if it matters to you.")
    options: dict[str, Words] = {"yes": CHILDREN[True], "no": CHILDREN[False]}
    chosen = yield from optional(choice("children", prompt, with_none(options, mine.children is not None), columns=2))
    if chosen is None:
        return mine
    return replace(mine, children=None if chosen == NONE else chosen == "yes")


def ask_wishes(mine: Profile, _me: Person) -> Conversation[Profile]:
    """What matters to her in the other woman, and which of it must be so."""
    picked = yield from optional(choices("wishes", _("What matters to you in the other woman?"), WISHES))
    if picked is None:
        return mine
    wishes = frozenset(Wish(each) for each in picked.options)
    if wishes >= {Wish.MOTHER_TONGUE, Wish.OTHER_TONGUE}:
        wishes -= {(yield from the_other_tongue())}
    wished = replace(mine, wishes=wishes)
    return replace(wished, limits=(yield from ask_limits(wished)))


def the_other_tongue() -> Conversation[Wish]:
    """She ticked two wishes that nobody meets together: the one that goes."""
    tongues_of = (Wish.MOTHER_TONGUE, Wish.OTHER_TONGUE)
    options = {wish: WISHES[wish] for wish in tongues_of}
    kept = yield from choice("wishes.tongue", _("These two do not go together. Which one matters more?"), options)
    return next(wish for wish in tongues_of if wish != kept)


def ask_limits(mine: Profile) -> Conversation[frozenset[Wish]]:
    """Which of her wishes must be so; not asked where there is none that somebody could meet."""
    options = {wish: WISHES[wish] for wish in Wish if wish in mine.wishes and can_be_met(mine, wish)}
    if not options:
        return frozenset()
    prompt = lines(
        _("Must one of these be so? Then I propose nobody without it."),
        _("With fewer musts there are more women for you."),
    )
    picked = yield from optional(choices("limits", prompt, options))
    return frozenset(Wish(each) for each in picked.options) if picked else frozenset()


def with_none(options: Mapping[str, Words], there: object) -> dict[str, Words]:
    """The options, and where she has answered before, one to take it back."""
    return {**options, NONE: RATHER_NOT} if there else dict(options)


PARTS: Mapping[str, tuple[Text, Part]] = {
    # limit: 24
    "languages": (p_("row", "My languages"), ask_languages),
    # limit: 24
    "knows": (p_("row", "Work I know"), ask_knows),
    # limit: 24
    "hopes": (p_("row", "Work I wish for"), ask_hopes),
    # limit: 24
    "place": (p_("row", "Where I live"), ask_place),
    # limit: 24
    "meeting": (p_("row", "How and when I meet"), ask_meeting),
    # limit: 24
    "children": (p_("row", "My children"), ask_children),
    # limit: 24
    "wishes": (p_("row", "What matters to me"), ask_wishes),
}


def parts_for(me: Person) -> dict[str, tuple[Text, Part]]:
    """The parts of her profile: who only supports is not asked for work that she wishes for."""
    return {key: part for key, part in PARTS.items() if key != "hopes" or me.role is not Role.MENTOR}


def ask(part: str, mine: Profile, me: Person) -> Conversation[Profile]:
    """One part, asked; the rest of the profile is put in order after it."""
    return tidied((yield from PARTS[part][1](mine, me)))


# --- the whole ----------------------------------------------------------------------------------------------------


def whole(mine: Profile, me: Person) -> Words:
    """The profile in words; what she left out is not there."""
    named = places.commune_name(mine.region, mine.commune, me.language)
    region = places.regions().get(mine.region)
    here: list[Words] = [*([region.title] if region else []), *([named] if named else [])]
    told = [
        line(items=listing(*items))
        for line, items in (
            (_("Work I know: {items}"), ticked(FIELDS, mine.knows)),
            (_("Work I wish for: {items}"), ticked(FIELDS, mine.hopes)),
            (_("I live here: {items}"), here),
            (_("How I meet: {items}"), [label for label, ways in WAYS.values() if ways == mine.ways]),
            (_("When I am free: {items}"), ticked(SLOTS, mine.times)),
            (_("Children: {items}"), [] if mine.children is None else [CHILDREN[mine.children]]),
            (_("What matters to me: {items}"), ticked(WISHES, mine.wishes)),
            (_("What must be so: {items}"), ticked(WISHES, mine.limits)),
        )
        if items
    ]
    return paragraphs(tongues.spoken(mine.languages), lines(*told) if told else None)


def ticked(names: Mapping[T, Text], chosen: Collection[T]) -> list[Words]:
    """The names of what she chose, in their own order."""
    return [name for key, name in names.items() if key in chosen]
