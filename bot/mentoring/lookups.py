"""What a talk can look up. Each names the type it gives; the engine knows how to find it (engine/looks.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.dialogue.steps import LookUp, Text, _
from bot.mentoring.assessments import Assessment, Taken
from bot.mentoring.goals import Goal
from bot.mentoring.people import Person

# Said of everything that is not hers, over, or never was: nobody can tell which (TRUST, bad input 5).
NOT_HERE: Text = _("That is no longer open. You did nothing wrong.")


class Left(msgspec.Struct, frozen=True):
    """A talk that she left and can go on with: its name and what it is about."""

    talk: str
    about: str = ""


class Helpline(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number to call. `service` is whose it is (its own name, never translated, not shown in the chat); `what` is a
    msgid that says in plain words what it is for. `verified_on` is ISO 8601; `sure` False is shown as "please check".

    number: as it is dialled, or the address of a page where there is none. languages: codes it answers in for certain;
    empty where that is not promised. danger: may stand in the first answer to danger; where `languages` is empty it
    always does. youth: for girls and boys.
    """

    number: str
    service: str
    what: str
    source: str
    verified_on: str
    languages: tuple[str, ...] = ()
    sure: bool = True
    youth: bool = False
    danger: bool = False


class Offered(msgspec.Struct, frozen=True, omit_defaults=True):
    """A language that can be chosen. `name` in itself; `draft`: no native speaker has read its catalog yet (X-Reviewed:
    no)."""

    code: str
    name: str
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Me(LookUp[Person]):
    """The person herself."""

    gives = Person


@dataclass(frozen=True, slots=True)
class Now(LookUp[datetime]):
    """The present moment in her own time zone (aware)."""

    gives = datetime


@dataclass(frozen=True, slots=True)
class LeftTalks(LookUp[tuple[Left, ...]]):
    """Talks that wait where she left them, newest first."""

    gives = tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Goals(LookUp[tuple[Goal, ...]]):
    """Her goals that she has not let go, newest first."""

    gives = tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class TakenBefore(LookUp[tuple[Taken, ...]]):
    """How she answered this questionnaire before, oldest first."""

    kind: Assessment
    gives = tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Languages(LookUp[tuple[Offered, ...]]):
    """The languages to offer, best guess first (platform's hint or invitation), then in the order of the programme."""

    gives = tuple[Offered, ...]


@dataclass(frozen=True, slots=True)
class Helplines(LookUp[tuple[Helpline, ...]]):
    """The helplines of the programme."""

    gives = tuple[Helpline, ...]
