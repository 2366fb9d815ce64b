"""Self-assessments: strengths first, never a grade. What was answered when, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

MOST_STEPS = 3  # more would be a list of failings


class Assessment(StrEnum):
    """The questionnaires of the programme."""

    COMPETENCIES = "competencies"
    READINESS = "readiness"
    SKILLS = "skills"
    COMPASS = "compass"
    BARRIERS = "barriers"


class Taken(msgspec.Struct, frozen=True):
    """One questionnaire as it was answered once: item id to a number (higher is further along) at a UTC time."""

    kind: Assessment
    at: datetime
    levels: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Results:
    """What a questionnaire shows: ids of strengths in its own order, and of next steps, the most useful first."""

    strengths: tuple[str, ...]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """An item that stood on level `then` and now stands on `now`."""

    item: str
    then: int
    now: int


def results(levels: Mapping[str, int], *, strong: int, steps: int = MOST_STEPS) -> Results:
    """Strengths are the items on level `strong` or higher; next steps are at most `steps` of the others, lowest level
    first. Both keep the order of `levels` (that of the questionnaire) among equals."""
    strengths = tuple(item for item, level in levels.items() if level >= strong)
    others = sorted((item for item, level in levels.items() if level < strong), key=levels.__getitem__)
    return Results(strengths, tuple(others[:steps]))


def by_level(levels: Mapping[str, int]) -> dict[int, tuple[str, ...]]:
    """The items of each level that has any, highest level first."""
    return {
        level: tuple(item for item, stands in levels.items() if stands == level)
        for level in sorted(set(levels.values()), reverse=True)
    }


def changes(then: Mapping[str, int], now: Mapping[str, int]) -> tuple[Change, ...]:
    """The items whose level is another than before, those that grew first. Items that were not asked before are no
    change."""
    moved = [Change(item, then[item], level) for item, level in now.items() if then.get(item, level) != level]
    return tuple(sorted(moved, key=lambda change: change.then - change.now))


def averages(levels: Mapping[str, int], groups: Iterable[str]) -> dict[str, int]:
    """The middle of each group whose statements have the ids `group.1`, `group.2`…, as a whole number, half upwards.
    A group without any answer is left out."""
    found: dict[str, int] = {}
    for group in groups:
        answers = [level for item, level in levels.items() if item.startswith(f"{group}.")]
        if answers:
            found[group] = (2 * sum(answers) + len(answers)) // (2 * len(answers))
    return found


def suggestion(levels: Mapping[str, int], groups: Iterable[str]) -> str:
    """The group to practise first: the one with the lowest mean of its statements, the earliest among equals.
    Raises ValueError where no group has an answer."""
    means: dict[str, float] = {}
    for group in groups:
        answers = [level for item, level in levels.items() if item.startswith(f"{group}.")]
        if answers:
            means[group] = sum(answers) / len(answers)
    return min(means, key=means.__getitem__)
