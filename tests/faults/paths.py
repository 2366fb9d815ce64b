"""Every path of every talk, as every platform would show it: walked, drawn, measured.

A *screen* is a place where a talk waits for an answer, or its end. Screens are found by taking every option of every
question, those included that lead back to change an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.affairs.desk import Office
from bot.dialogue.replay import Journal, Played, answered, back, play
from bot.dialogue.steps import Ask, Choices, Json, Say, Talk
from bot.engine.questions import draw_question, draw_said
from bot.engine.wishes import House
from bot.i18n import Catalogs
from bot.mentoring.assessments import Assessment, Taken
from bot.mentoring.effects import Programme
from bot.mentoring.goals import Goal, GoalPlan, GoalState, Milestone, tick
from bot.mentoring.lookups import Goals, Helplines, Languages, Left, LeftTalks, Me, Now, Offered, TakenBefore
from bot.mentoring.people import Person, Purpose, Role
from bot.messages import Message
from tests.conversations.driver import Looks, possible, settle

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
TALK_ID = "abcdefghij"  # as long as real ones
LONGEST = 400  # answers on one path
ALL = frozenset(Purpose)
BY_ROLE = ("barriers",)  # talks that ask each role something else


@dataclass(frozen=True)
class Visit:
    """One way to come to a talk: who she is and what the world holds for her."""

    name: str
    person: Person
    looks: Looks
    about: str = ""


@dataclass
class Screen:
    """One place on a path, with the journal that leads there."""

    talk: Talk
    visit: Visit
    journal: Journal
    played: Played

    @property
    def ask(self) -> Ask:
        """The open question."""
        assert self.played.asked is not None
        return self.played.asked


@dataclass
class Walk:
    """What was found on all paths of one talk on one visit."""

    screens: list[Screen] = field(default_factory=list)
    ends: list[Screen] = field(default_factory=list)


# --- who comes ----------------------------------------------------------------------------------------------------

PLAN = GoalPlan(
    title="A job in a bakery that is not too far from my home",
    measure={"msgid": "I have a signed contract.", "context": ""},
    sure=4,
    why={"voice": 3, "seconds": 4},
    by=date(2027, 7, 31),
    milestones=tuple(
        Milestone(f"Milestone {n} in some words of my own, written with care", date(2027, n + 3, 1))
        for n in range(1, 6)
    ),
    first_step="Call one bakery",
    if_then={"at": "2027-03-02T10:00"},
)
HALF = tick(PLAN, {1, 2, 3}, date(2027, 2, 1))
ALMOST = tick(PLAN, {1, 2, 3, 4}, date(2027, 2, 1))
ALL_DONE = tick(PLAN, {1, 2, 3, 4, 5}, date(2027, 2, 1))
LATE = replace(PLAN, by=date(2027, 2, 1), milestones=PLAN.milestones[:1], field="food")
GOALS: dict[str, tuple[Goal, ...]] = {
    "none": (),
    "one": (Goal(7, PLAN),),
    "half": (Goal(7, HALF),),
    "almost": (Goal(7, ALMOST),),
    "done": (Goal(7, ALL_DONE),),
    "late": (Goal(7, LATE),),
    "paused": (Goal(7, PLAN, GoalState.PAUSED),),
    "reached": (Goal(7, PLAN, GoalState.REACHED),),
    "continuing": (Goal(7, PLAN, GoalState.CONTINUING),),
    "let go": (Goal(7, PLAN, GoalState.LET_GO),),
    "many": tuple(Goal(n, PLAN, state) for n, state in enumerate((*GoalState, *GoalState), 1)),
}


class Visits:
    """Everyone who may come to a talk, in one language."""

    def __init__(self, programme: Programme, catalogs: Catalogs, language: str) -> None:
        self.programme, self.catalogs, self.language = programme, catalogs, language

    def of(self, talk: Talk) -> Iterator[Visit]:
        """All visits that make a difference to this talk."""
        if talk.open_to_all:
            yield self.visit("stranger", Person(1))
            yield self.visit("gone", Person(1, role=Role.BOTH, adult=True))
        roles = tuple(Role) if talk.name in BY_ROLE else (Role.MENTEE,)
        for role in roles:
            yield self.visit(role.value, member(role))
        if talk.name in {each.value for each in Assessment}:
            for role in roles:
                yield self.visit(f"{role.value} again", member(role), taken=True)
        if talk.name == "consent":
            yield self.visit("withdraw", member(Role.BOTH), about="withdraw")
        if talk.name == "goals":
            for name in GOALS:
                yield self.visit(f"goals {name}", member(Role.MENTEE), goals=name)
            yield self.visit("one of many", member(Role.MENTEE), goals="many", about="2")
        if talk.name == "menu":
            for left in self.programme.talks:
                yield self.visit(f"left {left}", member(Role.MENTEE), goals="many", left=left)

    def visit(
        self, name: str, person: Person, *, goals: str = "none", left: str = "", taken: bool = False, about: str = ""
    ) -> Visit:
        """One visit; `taken`: every questionnaire was answered before."""
        person = replace(person, language=self.language)
        looks: dict[Any, Any] = {
            Me: person,
            Now: NOW.astimezone(ZoneInfo(person.zone)),
            Languages: tuple(Offered(one, self.catalogs.name(one), self.catalogs.draft(one)) for one in self.order()),
            Helplines: self.programme.helplines,
            LeftTalks: (Left(left),) if left else (),
            Goals: GOALS[goals],
            TakenBefore: (),
        }
        for kind in Assessment:
            looks[TakenBefore(kind)] = self.before(kind, looks) if taken else ()
        return Visit(name, person, looks, about)

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


def member(role: Role) -> Person:
    """A fictional woman who takes part."""
    return Person(2, "fr", "Fictive Fleur", role, adult=True, consents=ALL)


# --- all paths ----------------------------------------------------------------------------------------------------


def every(ask: Ask) -> list[Json]:
    """Every answer worth trying, first those that lead back to change something."""
    return [*(key for key, option in ask.kind.options.items() if option.reopens), *possible(ask)]


def walk_all(talk: Talk, visit: Visit) -> Walk:
    """Take every option of every question. Raises AssertionError where a path does not end, or Back leads nowhere."""
    found, tried, shown = Walk(), set[tuple[str, str]](), set[str]()
    waiting: list[tuple[Journal, int]] = [(Journal(), 0)]
    while waiting:
        journal, steps = waiting.pop()
        journal, played = settle(lambda: talk.begin(visit.about), journal, visit.looks)
        screen = Screen(talk, visit, journal, played)
        if played.asked is None:
            found.ends.append(screen)
            continue
        ask = played.asked
        assert steps < LONGEST, f"{talk.name} goes on for ever at {ask.key!r}"
        check_back(screen)
        signature = repr((played.said, ask))
        if signature not in shown:
            shown.add(signature)
            found.screens.append(screen)
        new = [one for one in every(ask) if (ask.key, repr(one)) not in tried] or possible(ask)[-1:]
        for value in reversed(new):  # the first option is followed first: her own language
            tried.add((ask.key, repr(value)))
            waiting.append((answered(journal, ask, value), steps + 1))
    return found


def check_back(screen: Screen) -> None:
    """Back leads to the question before, or this is the first."""
    before = back(screen.journal, screen.played)
    if before is None:
        assert not screen.played.questions
        return
    asked = play(lambda: screen.talk.begin(screen.visit.about), before).asked
    assert asked is not None, f"{screen.talk.name}: Back from {screen.ask.key!r} leads nowhere"


# --- drawn --------------------------------------------------------------------------------------------------------


def draw(screen: Screen, catalogs: Catalogs, *, ticked: bool = False, page: int = 0) -> list[Message]:
    """The messages of a screen in her language; `ticked`: with all options of several ticked."""
    draft = tuple(screen.ask.kind.options) if ticked and isinstance(screen.ask.kind, Choices) else ()
    return draw_question(TALK_ID, screen.ask, screen.played.said, draft, screen.visit.person, catalogs, page=page)


def draw_end(screen: Screen, catalogs: Catalogs) -> list[Message]:
    """The messages of an end."""
    return draw_said(list[Say](screen.played.said), screen.visit.person, catalogs)


def house_of(programme: Programme, catalogs: Catalogs) -> House:
    """A house whose talks get ids as long as real ones."""
    return House.of(Office.of(programme, catalogs, (), Random(1)), lambda: "jihgfedcba")
