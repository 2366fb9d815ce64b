"""What a finished conversation asks of the world, as values. The engine carries them out in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import TYPE_CHECKING

from bot.dialogue.steps import Json, Talk, Text
from bot.mentoring.assessments import Assessment
from bot.mentoring.goals import GoalPlan, GoalState
from bot.mentoring.lookups import Helpline
from bot.mentoring.people import Purpose, Role
from bot.mentoring.weights import Weights

if TYPE_CHECKING:  # it speaks of profiles, which have effects of their own
    from bot.mentoring.demo import DemoPeople


class Effect:
    """Base of all that a finished talk can ask of the world. Many stand with their own subject (requests, path, …)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class GiveConsent(Effect):
    """She said yes to `given` and no to the rest. `version` and `shown_hash` (SHA-256 of the msgids shown) say to
    what exactly."""

    given: frozenset[Purpose]
    version: str
    shown_hash: str


@dataclass(frozen=True, slots=True)
class WithdrawConsent(Effect):
    """She takes back every consent. What she wrote is kept until she erases it, and used for nothing."""


@dataclass(frozen=True, slots=True)
class SetProfile(Effect):
    """Change what we know of her; None leaves a field as it is."""

    role: Role | None = None
    adult: bool | None = None
    alias: str | None = None
    barriers: tuple[str, ...] | None = None
    zone: str | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    discreet: bool | None = None
    check_in_day: int | None = None
    check_in_at: time | None = None
    check_ins: bool | None = None


@dataclass(frozen=True, slots=True)
class SaveAssessment(Effect):
    """Keep a questionnaire: item id to level, and own words (JSON form) where it asked for them."""

    kind: Assessment
    levels: dict[str, int] = field(default_factory=dict)
    words: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SaveGoal(Effect):
    """Keep a newly described goal."""

    plan: GoalPlan


@dataclass(frozen=True, slots=True)
class ChangeGoal(Effect):
    """Give one of her goals another plan or another state."""

    goal: int
    plan: GoalPlan
    state: GoalState


@dataclass(frozen=True, slots=True)
class SendMyData(Effect):
    """Send her everything that is kept of her: JSON and a readable page."""


@dataclass(frozen=True, slots=True)
class EraseMe(Effect):
    """Erase her from our side at once. `tombstone` keeps a keyed hash so that a restored backup erases her again;
    False for a girl under 18, of whom nothing at all is kept."""

    tombstone: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a talk ends: effects in order, then the next talk by name ("" is the menu), about this."""

    effects: tuple[Effect, ...] = ()
    then: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Programme:
    """A whole programme of talks: what `SORORA_CONVERSATIONS` names must offer one as PROGRAMME.

    talks: by name. welcome, menu, help, danger: the names of the talks for who is new, for when nothing else is open,
    for "help", and for safety words. helplines: whom to call, most general first. names: what the ids in a person's
    data mean (questionnaire items, fields, barriers), for the readable page of her data. write: the talk in which
    two women write to each other, begun with what was typed where no question was open ("" for none). weights: how much
    each thing counts in matching. demo: reads the fictional
    people with whom a demo begins; None for a programme that has none.
    """

    talks: Mapping[str, Talk]
    welcome: str = "welcome"
    menu: str = "menu"
    help: str = "help"
    danger: str = "danger"
    write: str = ""
    weights: Weights = field(default_factory=Weights)
    helplines: tuple[Helpline, ...] = ()
    names: Mapping[str, Text] = field(default_factory=dict)
    demo: Callable[[], DemoPeople] | None = None
