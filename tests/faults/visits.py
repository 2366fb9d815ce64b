"""Who comes to a talk: every state of hers, and of the world around her, that makes a difference to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.dialogue.replay import Journal, answered
from bot.dialogue.steps import Talk
from bot.i18n import Catalogs
from bot.mentoring.assessments import Assessment, Taken
from bot.mentoring.effects import Programme
from bot.mentoring.lookups import Goals, Helplines, Languages, Left, LeftTalks, Me, Now, Offered, TakenBefore
from bot.mentoring.people import Person, Role
from tests.conversations.driver import Looks, possible, settle
from tests.faults import with_goals, with_mentors, with_pairs, with_team
from tests.faults.cases import NOTHING, NOW, Case, member
from tests.faults.with_goals import GOALS

WITH_OTHERS: Mapping[str, Callable[[], Iterator[Case]]] = {
    name: cases for part in (with_goals, with_mentors, with_pairs, with_team) for name, cases in part.CASES.items()
}
BY_ROLE = ("barriers", "menu")  # talks that ask each role something else


@dataclass(frozen=True)
class Visit:
    """One way to come to a talk: who she is and what the world holds for her."""

    name: str
    person: Person
    looks: Looks
    about: str = ""


# --- what is about herself ---------------------------------------------------------------------------------------


def about_herself(name: str) -> Iterator[Case]:
    """The cases of the talks in which nobody else has a part."""
    if name == "consent":
        yield Case("withdraw", member(Role.BOTH), about="withdraw")
    if name == "preferences":
        yield Case("discreet", member(discreet=True, alias=""))


# --- all of them --------------------------------------------------------------------------------------------------


class Visits:
    """Everyone who may come to a talk, in one language."""

    def __init__(self, programme: Programme, catalogs: Catalogs, language: str) -> None:
        self.programme, self.catalogs, self.language = programme, catalogs, language

    def of(self, talk: Talk) -> Iterator[Visit]:
        """All visits that make a difference to this talk."""
        for case in self.cases(talk):
            yield self.visit(case)
        if talk.name in {each.value for each in Assessment}:
            for role in roles(talk):
                yield self.visit(Case(f"{role.value} again", member(role)), taken=True)

    def cases(self, talk: Talk) -> Iterator[Case]:
        """The same, before they have a language."""
        if talk.open_to_all:
            yield Case("stranger", Person(1))
            yield Case("gone", Person(1, role=Role.BOTH, adult=True))
        for role in roles(talk):
            yield Case(role.value, member(role))
        yield from about_herself(talk.name)
        if talk.name == self.programme.menu:
            for left in self.programme.talks:
                yield Case(f"left {left}", looks={Goals: GOALS["many"], LeftTalks: (Left(left),)})
        if talk.name in WITH_OTHERS:
            yield from WITH_OTHERS[talk.name]()

    def visit(self, case: Case, *, taken: bool = False) -> Visit:
        """One visit; `taken`: every questionnaire was answered before."""
        person = replace(case.person, language=self.language)
        looks: dict[Any, Any] = {
            **NOTHING,
            Me: person,
            Now: NOW.astimezone(ZoneInfo(person.zone)),
            Languages: tuple(Offered(one, self.catalogs.name(one), self.catalogs.draft(one)) for one in self.order()),
            Helplines: self.programme.helplines,
        }
        if taken:
            looks |= {TakenBefore(kind): self.before(kind, looks) for kind in Assessment}
        return Visit(case.name, person, {**looks, **case.looks}, case.about)

    def order(self) -> list[str]:
        """Languages as the engine offers them: hers first."""
        return [self.language, *(code for code in self.catalogs.languages if code != self.language)]

    def before(self, kind: Assessment, looks: Looks) -> tuple[Taken, ...]:
        """The questionnaire as it was answered before: everything on its first path's lowest answers."""
        talk = self.programme.talks[kind.value]
        journal, played = settle(lambda: talk.begin(""), Journal(), looks)
        while played.asked is not None:
            journal = answered(journal, played.asked, possible(played.asked)[0])
            journal, played = settle(lambda: talk.begin(""), journal, looks)
        saved = [effect for effect in played.result.effects if hasattr(effect, "levels")]
        return (Taken(kind, datetime(2026, 9, 1, 12, tzinfo=UTC), saved[0].levels),)


def roles(talk: Talk) -> tuple[Role, ...]:
    """Who comes to it that is asked something else."""
    return tuple(Role) if talk.name in BY_ROLE else (Role.MENTEE,)
