"""The vocabulary of a guided conversation (a *talk*): what it can say, ask and look up.

A talk is a pure generator: it yields steps and returns a result. It cannot do I/O and it does not know the
person's language, clock or channel. Write `yield from` before every word of this vocabulary, so that each
answer keeps its static type:

    def first_goal(name: str) -> Conversation[Own]:
        yield from say(_("Let us describe one goal, {name}.")(name=name))
        return (yield from text("title", _("What would you like to reach?"), limit=120))

Keys are the memory of a talk. An answer is found again by its key, so a key never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from bot.dialogue.kinds import (
    Choice,
    Choices,
    Day,
    FreeText,
    Json,
    Kind,
    Number,
    Option,
    Picked,
    Refused,
    Scale,
    read_own,
    write_own,
)  # fmt: skip
from bot.dialogue.words import (
    Joined,
    Ltr,
    Own,
    Text,
    Tongue,
    Words,
    _,
    lines,
    listing,
    n_,
    own,
    p_,
    paragraphs,
    phrases,
)  # fmt: skip

__all__ = [
    "Ask", "Choice", "Choices", "Conversation", "Day", "FreeText", "Joined", "Json", "Kind", "Look", "LookUp", "Ltr",
    "Number", "Option", "Own", "Picked", "Picture", "Refused", "Say", "Scale", "Speak", "Step", "Talk", "Text",
    "Tongue", "Words", "_", "choice", "choices", "day", "lines", "listing", "look", "n_", "near_days", "number",
    "optional", "own", "p_", "paragraphs", "phrases", "read_own", "say", "scale", "speak", "text", "within",
    "write_own", "yes_no",
]  # fmt: skip

R = TypeVar("R")
T = TypeVar("T", bound=str)
V = TypeVar("V")


# --- what a talk says ---------------------------------------------------------------------------------------------


class Picture(msgspec.Struct, frozen=True):
    """A drawing that says the same as the words beside it; `data` may hold Words anywhere, rendered at the edge."""

    kind: str
    data: Mapping[str, object]


class Say(msgspec.Struct, frozen=True):
    """Something said. `keep` gives it a message of its own that later questions do not replace (a result)."""

    words: Words
    keep: bool = False
    picture: Picture | None = None


class Speak(msgspec.Struct, frozen=True):
    """From here on, this person is spoken to in `language` (a code that has a catalog)."""

    language: str


# --- what a talk looks up -----------------------------------------------------------------------------------------


class LookUp(Generic[V]):
    """Base of everything a talk can look up. `gives` is the type that the value is read as from the journal."""

    gives: Any = None


class Look(msgspec.Struct, frozen=True):
    """A reading of the world, done once and kept in the journal under `key` like an answer."""

    key: str
    what: LookUp[Any]


# --- what a talk asks ---------------------------------------------------------------------------------------------


class Ask(msgspec.Struct, frozen=True):
    """One question. `bare` leaves out Back and Stop (only for the menu, which is itself the way out).
    `help` is said when she asks for help at this question."""

    key: str
    prompt: Words
    kind: Kind
    skip: bool = False
    bare: bool = False
    help: Words | None = None


Step: TypeAlias = Say | Speak | Look | Ask
Conversation: TypeAlias = Generator[Step, Any, R]


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk as the programme knows it.

    begin: makes the conversation; its one argument is "" or the id of what it is about (a goal).
    words: typed words that open it, separated by "|", in the catalog of each language ("" for none).
    command: its Latin name in the platform's menu ("" for none), with `title` as its description.
    open_to_all: may be held before consent (language, help, danger, privacy).
    aside: when it ends, what it interrupted goes on by itself.
    """

    name: str
    title: Text
    begin: Callable[[str], Conversation[Any]]
    words: Text | None = None
    command: str = ""
    open_to_all: bool = False
    aside: bool = False


# --- the words to write talks with --------------------------------------------------------------------------------


def say(words: Words, *, keep: bool = False, picture: Picture | None = None) -> Conversation[None]:
    """Say something; with `keep` or a picture it stays in the chat as a message of its own."""
    yield Say(words, keep or picture is not None, picture)


def speak(language: str) -> Conversation[None]:
    """Go on in another language."""
    yield Speak(language)


def look(key: str, what: LookUp[V]) -> Conversation[V]:
    """Read something of the world once; the same value comes back at every replay."""
    return (yield Look(key, what))  # type: ignore[no-any-return]


def text(
    key: str, prompt: Words, *, limit: int = 500, photos: bool = False, help: Words | None = None
) -> Conversation[Own]:
    """Ask for own words, typed (at most `limit` characters) or spoken; with `photos` a photo will do as well."""
    return (yield Ask(key, prompt, FreeText(limit, photos), help=help))  # type: ignore[no-any-return]


def choice(
    key: str,
    prompt: Words,
    options: Mapping[T, Words | Option],
    *,
    columns: int = 1,
    bare: bool = False,
    help: Words | None = None,
) -> Conversation[T]:
    """Ask for one of `options` (id to label); gives the id."""
    kind = Choice(as_options(options), columns)
    return (yield Ask(key, prompt, kind, bare=bare, help=help))  # type: ignore[no-any-return]


def choices(
    key: str,
    prompt: Words,
    options: Mapping[T, Words | Option],
    *,
    at_least: int = 0,
    at_most: int = 99,
    own: bool = False,
    help: Words | None = None,
) -> Conversation[Picked]:
    """Ask for some of `options`; with `own` she may write or say something instead or as well."""
    kind = Choices(as_options(options), at_least, at_most, own)
    return (yield Ask(key, prompt, kind, help=help))  # type: ignore[no-any-return]


def scale(
    key: str, prompt: Words, low: int, high: int, low_label: Words, high_label: Words, *, help: Words | None = None
) -> Conversation[int]:
    """Ask for a number from `low` to `high` by tapping; the labels say what the two ends mean."""
    return (yield Ask(key, prompt, Scale(low, high, low_label, high_label), help=help))  # type: ignore[no-any-return]


def yes_no(key: str, prompt: Words, *, yes: Words | None = None, no: Words | None = None) -> Conversation[bool]:
    """Ask yes or no; other words can stand on the two buttons."""
    answer = yield from choice(
        key, prompt, {"yes": yes or p_("button", "Yes"), "no": no or p_("button", "No")}, columns=2
    )
    return answer == "yes"


def number(key: str, prompt: Words, low: int, high: int) -> Conversation[int]:
    """Ask for a typed whole number from `low` to `high`."""
    return (yield Ask(key, prompt, Number(low, high)))  # type: ignore[no-any-return]


def day(
    key: str, prompt: Words, *, earliest: date, latest: date, near: Mapping[date, Words] | None = None,
    help: Words | None = None,
) -> Conversation[date]:  # fmt: skip
    """Ask for a calendar day, by tapping one of `near` or by typing a date in her own language."""
    usable = {when: label for when, label in (near or {}).items() if earliest <= when <= latest}
    return (yield Ask(key, prompt, Day(earliest, latest, usable), help=help))  # type: ignore[no-any-return]


def optional(question: Conversation[V]) -> Conversation[V | None]:
    """The same question with a Skip button; gives None when skipped."""
    asked = next(question)
    if not isinstance(asked, Ask):
        raise TypeError("optional() takes a question")
    answer = yield replace(asked, skip=True)
    if answer is None:
        return None
    try:
        question.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise TypeError("optional() takes one question, not a whole talk")


def within(prefix: str, talk: Conversation[R]) -> Conversation[R]:
    """A talk inside a talk: all its keys become `prefix.key`, so that it can be held several times."""
    answer: Any = None
    while True:
        try:
            step = talk.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        answer = yield replace(step, key=f"{prefix}.{step.key}") if isinstance(step, (Ask, Look)) else step


# --- small helpers ------------------------------------------------------------------------------------------------


def as_options(options: Mapping[T, Words | Option]) -> dict[str, Option]:
    """Options with every bare label made an Option."""
    return {key: label if isinstance(label, Option) else Option(label) for key, label in options.items()}


def near_days(today: date, *, days: Sequence[int]) -> dict[date, Words]:
    """Buttons for a date question: so many days after `today`, named by the date itself."""
    return {today + timedelta(n): Text("{day}")(day=today + timedelta(n)) for n in days}
