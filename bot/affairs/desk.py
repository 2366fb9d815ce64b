"""The desk at which what is between people is done: looked up, carried out, told to the other one, left to the clock.

An `Affair` is one subject (requests, pairs, relay, …) with everything that can be asked of it. All affairs together
make an `Office`; a `Desk` is the office at work inside one transaction.

To tell somebody something unasked is a *notice*: it is made from the tables at the moment when it goes out, in her
language of that moment, and not at all where it is no longer true. It waits for the end of her quiet hours. What the
clock must do is a *deed*. Both wait as rows of the table `due`.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, TypeAlias, cast

import sqlalchemy as sa

from bot.dialogue.steps import LookUp, Picture, Text, Words, _, paragraphs
from bot.i18n import Catalogs
from bot.mentoring import rhythm
from bot.mentoring.effects import Effect, Programme
from bot.mentoring.people import Person
from bot.messages import Attachment, Button, Document, Drawing, Message, Opening, opening_data
from bot.store import due, mail, people
from bot.store import tables as t
from bot.store.door import Tx

UP = timedelta(minutes=30)  # who wrote so recently is awake and waits for an answer, also in her quiet hours
AGAIN = timedelta(hours=1)  # when something due is tried again after it broke
MOST_TRIES = 24
WORDS = "words"  # the kind of what another woman wrote to her
MEDIA = "media"  # the deed that follows when a voice note or photo has come from its platform

# Longer than what a phone shows of a message on its lock screen (60 characters): the rest stays in the chat.
NEUTRAL: Text = _("Hello! There is something new for you here today. Have a good day.")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a woman unasked. buttons: label and the talk that it opens, at most 3."""

    words: Words
    buttons: tuple[tuple[Text, Opening], ...] = ()
    picture: Picture | None = None
    document: Document | None = None
    voice: Attachment | None = None
    photo: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What an effect did: the person as she is afterwards (None: erased), what is sent to her because of it, what is
    said to her before what comes next, and the talk that comes next instead of the one her talk named."""

    person: Person | None
    messages: tuple[Message, ...] = ()
    says: Words | None = None
    then: Opening | None = None


Find: TypeAlias = Callable[["Desk", Any, Person], Awaitable[object]]
Carry: TypeAlias = Callable[["Desk", Any, Person], Awaitable[Carried]]
Make: TypeAlias = Callable[["Desk", Person, int], Awaitable[Notice | None]]
Do: TypeAlias = Callable[["Desk", Person, int], Awaitable[None]]
Leave: TypeAlias = Callable[["Desk", Person], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Affair:
    """One subject: how its look-ups are found and its effects carried out, its notices and deeds by kind (about an id),
    and what must be done before somebody is erased."""

    finds: Mapping[type[LookUp[Any]], Find] = field(default_factory=dict)
    carries: Mapping[type[Effect], Carry] = field(default_factory=dict)
    notices: Mapping[str, Make] = field(default_factory=dict)
    deeds: Mapping[str, Do] = field(default_factory=dict)
    leaves: tuple[Leave, ...] = ()

    def __or__(self, other: Affair) -> Affair:
        """Both together."""
        return Affair(
            {**self.finds, **other.finds},
            {**self.carries, **other.carries},
            {**self.notices, **other.notices},
            {**self.deeds, **other.deeds},
            (*self.leaves, *other.leaves),
        )


@dataclass(frozen=True, slots=True)
class Office:
    """All affairs, and what they need of the house. `chance` makes codes and numbers; SystemRandom in production."""

    programme: Programme
    catalogs: Catalogs
    affair: Affair
    chance: random.Random

    @classmethod
    def of(cls, programme: Programme, catalogs: Catalogs, affairs: Iterable[Affair], chance: random.Random) -> Office:
        """An office with these affairs."""
        return cls(programme, catalogs, reduce(Affair.__or__, affairs, Affair()), chance)


@dataclass(slots=True)
class Desk:
    """The office at work in one transaction at `now` (UTC). posted: whether it left something to send."""

    tx: Tx
    office: Office
    now: datetime
    posted: bool = False

    # --- telling somebody -----------------------------------------------------------------------------------------

    async def tell(self, person_id: int, kind: str, about: int = 0, *, at_once: bool = False) -> None:
        """Tell her, as soon as she can read it, or `at_once` (she has just asked for it, or it is urgent)."""
        person = await people.get(self.tx, person_id)
        if person is None:
            return
        when = self.now if at_once else await self.readable(person)
        if when > self.now:
            await self.plan(person_id, kind, about, when)
        else:
            await self.send(person, kind, about)

    async def readable(self, person: Person) -> datetime:
        """When she can read what comes for her (UTC): now, or when her quiet hours end."""
        heard = await people.heard_last(self.tx, person.id)
        return self.now if heard is not None and heard > self.now - UP else awake(person, self.now)

    async def tell_team(self, kind: str, about: int = 0, *, at_once: bool = False, but: Collection[int] = ()) -> int:
        """Tell every coordinator who takes part, except these (whom it is about); gives how many there are."""
        team = await self.tx.conn.scalars(
            sa.select(t.coordinators.c.person_id)
            .where(t.coordinators.c.state == "confirmed")
            .order_by(t.coordinators.c.person_id)
        )
        found = [await people.get(self.tx, person_id) for person_id in list(team) if person_id not in but]
        told = [person.id for person in found if person is not None and person.takes_part]
        for person_id in told:
            await self.tell(person_id, kind, about, at_once=at_once)
        return len(told)

    async def send(self, person: Person, kind: str, about: int) -> None:
        """Make a notice and send it now, where there still is something to tell. Who has taken her yes to taking part
        back hears nothing unasked any more."""
        if not person.takes_part:
            return
        notice = await self.office.affair.notices[kind](self, person, about)
        if notice is not None:
            await self.post(person, notice, kind)

    async def post(self, person: Person, notice: Notice, kind: str = WORDS) -> int | None:
        """Put a notice of this kind into the outbox, for the phone she used last; gives its id there, or None where she
        cannot be reached."""
        address = await people.reached_at(self.tx, person.id)
        if address is None:
            return None
        channel, lookup, sealed = address
        self.posted = True
        letter = mail.Letter(person.id, channel, lookup, sealed, self.message(person, notice, kind))
        return await mail.post_one(self.tx, letter, self.now)

    def message(self, person: Person, notice: Notice, kind: str = "") -> Message:
        """A notice in her language; without a kind it answers her. In discreet mode its first line says nothing to who
        looks over her shoulder."""
        catalogs, language = self.office.catalogs, self.language(person)
        words = paragraphs(NEUTRAL, notice.words) if person.discreet else notice.words
        drawing = None
        if notice.picture is not None:
            data = cast(dict[str, object], catalogs.data(notice.picture.data, language))
            drawing = Drawing(notice.picture.kind, data, language)
        return Message(
            catalogs.render(words, language),
            options=tuple(
                Button(opening_data(to.talk, to.about), catalogs.label(label, language)) for label, to in notice.buttons
            ),
            picture=drawing,
            document=notice.document,
            voice=notice.voice,
            photo=notice.photo,
            silent=person.discreet or awake(person, self.now) > self.now,
            language=language,
            template=kind,
        )

    def language(self, person: Person) -> str:
        """Her language, or English where a deploy took it away."""
        return person.language if person.language in self.office.catalogs.languages else "en"

    # --- the clock ------------------------------------------------------------------------------------------------

    async def plan(self, person_id: int, kind: str, about: int, at: datetime) -> None:
        """Let the clock fire this notice or deed at `at` (UTC); the same one again moves it."""
        await due.plan(self.tx, kind, about, person_id, at)

    async def cancel(self, kinds: Iterable[str], about: int, person_id: int | None = None) -> None:
        """Take these back, for everybody or for this person."""
        await due.cancel(self.tx, tuple(kinds), about, person_id)

    async def fire(self, one: due.Due) -> None:
        """Do what is due. A notice that has come into her quiet hours waits for their end. Raises LookupError for what
        no affair knows."""
        person = await people.get(self.tx, one.person_id)
        if person is None:
            return
        if one.kind in self.office.affair.deeds:
            await self.office.affair.deeds[one.kind](self, person, one.about)
        elif one.kind in self.office.affair.notices:
            await self.tell(person.id, one.kind, one.about)
        else:
            raise LookupError(f"nobody knows what is due: {one.kind}")  # a later release may, and runs beside this one

    async def media_came(self, person_id: int, media_id: int) -> None:
        """A voice note or photo of hers is here, or is known to be gone: the affairs whose deed is "media" hear it."""
        person = await people.get(self.tx, person_id)
        if person is not None and MEDIA in self.office.affair.deeds:
            await self.office.affair.deeds[MEDIA](self, person, media_id)

    # --- what a turn asks for -------------------------------------------------------------------------------------

    async def find(self, what: LookUp[Any], person: Person) -> object:
        """The value of a look-up. Raises LookupError for one that no affair knows."""
        found = self.office.affair.finds.get(type(what))
        if found is None:
            raise LookupError(f"no affair can look up {type(what).__name__}")
        return await found(self, what, person)

    async def carry(self, effect: Effect, person: Person) -> Carried:
        """Carry an effect out. Raises LookupError for one that no affair knows."""
        carry = self.office.affair.carries.get(type(effect))
        if carry is None:
            raise LookupError(f"no affair can carry out {type(effect).__name__}")
        return await carry(self, effect, person)

    async def say_goodbye(self, person: Person) -> None:
        """Everything that must be done before somebody is erased: the other women hear that she is gone."""
        for leave in self.office.affair.leaves:
            await leave(self, person)

    async def not_hers(self, person: Person, what: str) -> None:
        """Note that she asked for something that is not hers, or no more: one audit row (TRUST, bad input 4 and 5)."""
        await mail.audit(self.tx, [(person.id, f"not hers or gone: {what}"[:64])], self.now)


def awake(person: Person, now: datetime) -> datetime:
    """The first moment from `now` (UTC) on that is outside of her quiet hours, UTC."""
    return rhythm.awake(person.rhythm, now)
