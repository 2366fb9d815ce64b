"""The values around one turn: where she stands, what a turn may wish for, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from bot.affairs.desk import Office
from bot.dialogue.replay import Journal, Replays
from bot.dialogue.steps import LookUp
from bot.engine.understand import Wordbook
from bot.i18n import Catalogs
from bot.mentoring.effects import Effect, Programme
from bot.mentoring.people import Person
from bot.messages import Media, Message
from bot.store.people import KeptTalk, Known

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Find:
    """Wish: look this up for her."""

    what: LookUp[Any]


@dataclass(frozen=True, slots=True)
class Carry:
    """Wish: carry this effect out for the person as she is in this turn; the answer is a bot.affairs.desk.Carried."""

    effect: Effect
    person: Person


@dataclass(frozen=True, slots=True)
class Keep:
    """Wish: fetch and keep this voice note or photo; the answer is its id."""

    media: Media


@dataclass(frozen=True, slots=True)
class Redeem:
    """Wish: use an invitation; the answer is an Invitation or None. new: whether she is new here."""

    code: str
    new: bool


Wish: TypeAlias = Find | Carry | Keep | Redeem
Asking: TypeAlias = Generator[Wish, Any, R]


@dataclass(frozen=True, slots=True)
class House:
    """What every turn needs and none changes. `token` makes the random id of a new talk (10 characters). `replays` only
    saves time."""

    office: Office
    wordbook: Wordbook
    token: Callable[[], str]
    replays: Replays = field(default_factory=Replays)

    @classmethod
    def of(cls, office: Office, token: Callable[[], str]) -> House:
        """The house around an office."""
        return cls(office, Wordbook(office.programme, office.catalogs), token)

    @property
    def programme(self) -> Programme:
        """The programme of talks."""
        return self.office.programme

    @property
    def catalogs(self) -> Catalogs:
        """All languages."""
        return self.office.catalogs


@dataclass(slots=True)
class State:
    """Where she stands when her message comes. `journal` unseals the journal of one of her talks. `last_press`: data of
    the button she tapped last and when, if that is remembered."""

    known: Known
    now: datetime
    journal: Callable[[KeptTalk], Journal]
    new: bool = False
    last_press: tuple[str, datetime] | None = None


@dataclass(slots=True)
class Turn:
    """What follows from one message. Talks by what must be done with them; `person` as she is afterwards."""

    person: Person
    messages: list[Message] = field(default_factory=list)
    audit: list[str] = field(default_factory=list)
    new: dict[str, KeptTalk] = field(default_factory=dict)
    changed: dict[str, KeptTalk] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    erased: bool = False
    left: bool = False
