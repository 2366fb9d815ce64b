"""A little programme with every kind of question, for the tests of the engine; and ways to look into its database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.dialogue.steps import (
    Conversation,
    Option,
    Talk,
    Text,
    choice,
    choices,
    day,
    look,
    number,
    optional,
    own,
    say,
    scale,
    speak,
    text,
)
from bot.mentoring.effects import EraseMe, GiveConsent, Outcome, Programme, SendMyData, SetProfile, WithdrawConsent
from bot.mentoring.lookups import Helpline, LeftTalks, Me
from bot.mentoring.people import Purpose
from bot.messages import Incoming
from bot.store.tables import metadata
from bot.testing import Phone, Stage, rehearsal
from conversations import PROGRAMME

DAYS = (date(2027, 3, 1), date(2027, 12, 31))
YES = GiveConsent(frozenset({Purpose.TAKE_PART, Purpose.KEEP}), "little-1", "0" * 64)
NO = {"no": own("No"), "yes": own("Yes")}
WORDS = PROGRAMME.talks  # typed words that all languages know
LINES = tuple(Helpline(n, "Made up", "To talk", "https://example.org", "2027-01-01", danger=True) for n in "12")


class Clumsy(Exception):
    """What the broken talk raises."""


def welcome(_about: str) -> Conversation[Outcome]:
    me = yield from look("me", Me())
    if me.takes_part:
        return Outcome()
    if (yield from choice("yes", own("Do you agree?"), NO)) == "no":
        return Outcome()
    if (yield from choice("old", own("Are you 18?"), NO)) == "no":
        yield from say(own("Come back later."), keep=True)
        return Outcome((EraseMe(tombstone=False),))
    return Outcome((YES, SetProfile(adult=True)))


def menu(_about: str) -> Conversation[Outcome]:
    left = yield from look("left", LeftTalks())
    rows = {name: own(name.capitalize()) for name in "form several broken language data erase withdraw".split()}
    going_on = {"left": own(f"Go on with {left[0].talk}")} if left else {}
    row = yield from choice("row", own("Menu"), {**going_on, **rows, "danger": own("I am in danger")}, bare=True)
    return Outcome(then=left[0].talk if row == "left" else row)


def form(_about: str) -> Conversation[Outcome]:
    yield from say(own("This is the form."))
    title = yield from text("title", own("A title?"), limit=20, help=own("Any title will do."))
    yield from scale("sure", own("How sure?"), 1, 5, own("little"), own("very"))
    yield from optional(number("age", own("How many?"), 0, 99))
    yield from day("by", own("By when?"), earliest=DAYS[0], latest=DAYS[1], near={DAYS[0]: own("Now")})
    yield from choice(
        "review", own("Good?"), {"good": own("Good"), "title": Option(own("Change title"), reopens=("title",))}
    )
    yield from say(own(f"Kept: {title.text}"))
    return Outcome((SetProfile(alias=title.text[:20]),))


def several(_about: str) -> Conversation[Outcome]:
    ten = {f"o{n}": own(f"Option {n}") for n in range(12)}
    some = yield from choices("some", own("Which?"), ten, at_least=1, at_most=3)
    mine = yield from choices("mine", own("Which of yours?"), {"a": own("Apple")}, own=True)
    yield from say(own(f"You chose {' '.join(some.options)} and {mine.own.text if mine.own else 'nothing'}."))
    return Outcome()


def broken(_about: str) -> Conversation[Outcome]:
    said = yield from text("x", own("Say break."))
    if said.text == "break":
        raise Clumsy(said.text)
    yield from text("y", own("It held."))
    return Outcome()


def language(_about: str) -> Conversation[Outcome]:
    code = yield from choice("code", own("Language?"), {"en": own("English"), "fr": own("Français"), "ar": own("عربي")})
    yield from speak(code)
    return Outcome()


def helping(_about: str) -> Conversation[Outcome]:
    yield from choice("on", own("This is help."), {"on": own("On")})
    return Outcome()


def danger(_about: str) -> Conversation[Outcome]:
    yield from choice("now", own("Call 112 or 101."), {"safe": own("Safe")})
    return Outcome()


def ending(*effects: Any, then: str = "") -> Callable[[str], Conversation[Outcome]]:
    def talk(_about: str) -> Conversation[Outcome]:
        yield from say(own("Good-bye." if EraseMe() in effects else "Done."))
        return Outcome(effects, then)

    return talk


def talk(name: str, begin: Callable[[str], Conversation[Any]], words: Text | None = None, **more: Any) -> Talk:
    return Talk(name, Text("{name}")(name=name), begin, words, **more)


TALKS = [
    talk("welcome", welcome, open_to_all=True),
    talk("menu", menu, WORDS["menu"].words, command="menu", open_to_all=True),
    talk("help", helping, WORDS["help"].words, command="help", open_to_all=True, aside=True),
    talk("danger", danger, WORDS["danger"].words, command="urgent", open_to_all=True, aside=True),
    talk("language", language, WORDS["language"].words, open_to_all=True, aside=True),
    talk("form", form, WORDS["preferences"].words, command="form"),
    talk("several", several),
    talk("broken", broken),
    talk("data", ending(SendMyData()), open_to_all=True),
    talk("erase", ending(EraseMe()), WORDS["erase"].words, open_to_all=True),
    talk("withdraw", ending(WithdrawConsent())),
    talk("circle", ending(then="circle"), open_to_all=True),
]


def programme(*changed: Talk, without: tuple[str, ...] = ()) -> Programme:
    """The little programme, after a deploy that changed or removed some talks."""
    talks = {one.name: one for one in (*TALKS, *changed) if one.name not in without}
    return Programme(talks, helplines=LINES)


@asynccontextmanager
async def little(**options: Any) -> AsyncIterator[Stage]:
    async with rehearsal(options.pop("programme", None) or programme(), **options) as stage:
        yield stage


async def member(stage: Stage, hint: str = "en") -> Phone:
    """A phone whose owner has agreed and sees the menu."""
    phone = stage.phone(hint)
    for act in ("Yes", "Yes"):
        if not phone.chat:
            await phone.types("/start")
        await phone.taps(act)
    assert phone.last.text == "Menu"
    return phone


async def rows(stage: Stage, table: str) -> list[dict[str, Any]]:
    """All rows of a table."""
    async with stage.sorora.store.begin() as tx:
        found = await tx.conn.execute(sa.select(metadata.tables[table]))
        return [dict(row._mapping) for row in found]


async def count(stage: Stage, *tables: str) -> dict[str, int]:
    """How many rows each table has; of all tables without a name."""
    return {name: len(await rows(stage, name)) for name in tables or metadata.tables}


async def opened(phone: Phone, *acts: str) -> Phone:
    """Do these one after the other: "[label]" taps, anything else is typed."""
    for act in acts:
        if act.startswith("["):
            await phone.taps(act[1:-1])
        else:
            await phone.types(act)
    return phone


async def receive(stage: Stage, *events: Incoming) -> list[BaseException | None]:
    """Hand these over at once; then all is sent."""
    coming = asyncio.gather(*(stage.sorora.batches.receive(one) for one in events), return_exceptions=True)
    came = await asyncio.wait_for(coming, 10)  # nobody is left waiting for ever
    await stage.settle()
    return came


def tall(phone: Phone) -> str:
    """All that stands in the chat."""
    return "\n".join(seen.text for seen in phone.chat)
