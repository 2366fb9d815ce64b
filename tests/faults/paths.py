"""Every path of every talk, as every platform would show it: walked, drawn, measured.

A *screen* is a place where a talk waits for an answer, or its end. Screens are found by taking every option of every
question, those included that lead back to change an answer.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from random import Random

from bot.affairs.desk import Office
from bot.dialogue.kinds import FreeText
from bot.dialogue.replay import Journal, Played, Replay, answered, back, looked, play
from bot.dialogue.steps import Ask, Choices, Json, Own, Say, Talk
from bot.engine.questions import draw_question, draw_said
from bot.engine.wishes import House
from bot.i18n import Catalogs
from bot.mentoring.effects import Programme
from bot.messages import Message
from tests.conversations.driver import Looks, possible, value_of
from tests.faults.visits import Visit

TALK_ID = "abcdefghij"  # as long as real ones
LONGEST = 400  # answers on one path
LURE = "Call me: 0470 00 00 00"  # what is kept back where two women are new to each other
MOST_LURES = 5  # times that it is tried where a question is asked again for it


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


# --- all paths ----------------------------------------------------------------------------------------------------


def every(ask: Ask) -> list[Json]:
    """Every answer worth trying, first those that lead back to change something."""
    lure: list[Json] = [LURE] if isinstance(ask.kind, FreeText) else []
    return [*(key for key, option in ask.kind.options.items() if option.reopens), *possible(ask), *lure]


def walk_all(talk: Talk, visit: Visit, shown: set[str] | None = None) -> Walk:
    """Take every option of every question. Raises AssertionError where a path does not end, or Back leads nowhere.
    shown: the screens that are not gathered again, of other visits to this talk; it grows."""
    shown = set() if shown is None else shown
    found, tried, lures = Walk(), set[tuple[str, str]](), Counter[str]()
    waiting: list[tuple[Journal, int]] = [(Journal(), 0)]
    replay = Replay(lambda: talk.begin(visit.about))
    while waiting:
        journal, steps = waiting.pop()
        journal, played = settled(replay, journal, visit.looks)
        screen = Screen(talk, visit, journal, played)
        if played.asked is None:
            found.ends.append(screen)
            continue
        ask = played.asked
        assert steps < LONGEST, f"{talk.name} goes on for ever at {ask.key!r}"
        signature = repr((played.said, ask, visit.person.takes_part))
        if signature not in shown:
            check_back(screen)
            shown.add(signature)
            found.screens.append(screen)
        new = [one for one in every(ask) if (ask.key, repr(one)) not in tried]
        if LURE in new and (lures := lures + Counter([first_of(ask.key)]))[first_of(ask.key)] > MOST_LURES:
            new.remove(LURE)
        new = new or possible(ask)[-1:]
        for value in reversed(new):  # the first option is followed first: her own language
            tried.add((ask.key, repr(value)))
            waiting.append((answered(journal, ask, value), steps + 1))
    return found


def settled(replay: Replay, journal: Journal, looks: Looks) -> tuple[Journal, Played]:
    """Play on and answer every look-up, up to a question or the end."""
    played = replay.on(journal)
    while played.wanted is not None:
        journal = looked(journal, played.wanted, value_of(played.wanted, looks))
        played = replay.on(journal)
    return journal, played


def first_of(key: str) -> str:
    """The key of a question without the number of the try."""
    return re.sub(r"\.\d+\Z", "", key)


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


def names_on(screen: Screen) -> frozenset[str]:
    """The names of women among the labels of a screen."""
    labels = (option.label for option in screen.ask.kind.options.values())
    return frozenset(label.text for label in labels if isinstance(label, Own))


def draw_end(screen: Screen, catalogs: Catalogs) -> list[Message]:
    """The messages of an end."""
    return draw_said(list[Say](screen.played.said), screen.visit.person, catalogs)


def house_of(programme: Programme, catalogs: Catalogs) -> House:
    """A house whose talks get ids as long as real ones."""
    number = count(1)
    return House.of(Office.of(programme, catalogs, (), Random(1)), lambda: f"{next(number):010}")
