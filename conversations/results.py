"""How the questionnaires show a result: in words and as a picture that says the same. Strengths come first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.dialogue.steps import Picture, Text, Words, _, lines, listing, paragraphs
from bot.mentoring.assessments import Taken, by_level, changes, results
from bot.mentoring.people import Person


@dataclass(frozen=True, slots=True)
class Sheet:
    """A questionnaire to be shown: names by item id in their order, and the names of its levels, of which 1 is the
    first. Items on level `strong` or higher are strengths."""

    title: Text
    items: Mapping[str, Text]
    levels: tuple[Text, ...]
    strong: int


@dataclass(frozen=True, slots=True)
class Time:
    """How the items stood on one of her own calendar days: item id to level, 1 for the lowest."""

    day: date
    levels: Mapping[str, int]


def last_time(before: Sequence[Taken], me: Person) -> Time | None:
    """The newest of the earlier answers, on the calendar day that it was for her. (The zone of `Now` will not do: out
    of a journal it comes as an offset, and that of the winter is wrong in summer.)"""
    if not before:
        return None
    return Time(before[-1].at.astimezone(ZoneInfo(me.zone)).date(), before[-1].levels)


def picture(sheet: Sheet, now: Time, then: Time | None) -> Picture:
    """The then-and-now chart (levels counted from 0, as the chart wants it)."""
    rows = [
        {"label": name, "now": now.levels[item] - 1, "then": earlier_place(sheet, then, item)}
        for item, name in sheet.items.items()
        if item in now.levels
    ]
    data = {"title": sheet.title, "levels": list(sheet.levels), "rows": rows}
    return Picture("then_and_now", {**data, "now": on(now.day), "then": on(then.day) if then else None})


def earlier_place(sheet: Sheet, then: Time | None, item: str) -> int | None:
    """Where an item stood the last time, from 0; None where that is not known or the level is no more."""
    level = then.levels.get(item) if then else None
    return level - 1 if level is not None and 1 <= level <= len(sheet.levels) else None


def in_words(sheet: Sheet, now: Time, then: Time | None, practices: Mapping[str, Text], steps: int = 3) -> Words:
    """The same as the chart: strengths, the other levels, what changed, and at most `steps` next steps, each with
    its practice."""
    found = results(now.levels, strong=sheet.strong, steps=steps)
    next_steps = [
        _("{item}: {text}")(item=sheet.items[item], text=practices[item])
        for item in found.next_steps
        if item in practices
    ]
    return paragraphs(
        _("Your strengths: {items}.")(items=names(sheet, found.strengths))
        if found.strengths
        else _("You took time to look at yourself. That is a strength."),
        level_lines(sheet, now),
        change_lines(sheet, now, then),
        lines(_("Your next steps:"), *next_steps) if next_steps else None,
    )


def level_lines(sheet: Sheet, now: Time) -> Words | None:
    """One line for each level; a level that holds all strengths and nothing else has been told already."""
    told = len(sheet.levels) == sheet.strong
    parts = [
        _("{level}: {items}.")(level=sheet.levels[level - 1], items=names(sheet, items))
        for level, items in by_level(now.levels).items()
        if not (told and level == sheet.strong)
    ]
    return lines(*parts) if parts else None


def change_lines(sheet: Sheet, now: Time, then: Time | None) -> Words | None:
    """What is not as it was the last time."""
    if then is None:
        return None
    known = {item: level for item, level in then.levels.items() if earlier_place(sheet, then, item) is not None}
    moved = [
        _("{item}: {then}, now {now}.")(
            item=sheet.items[change.item], then=sheet.levels[change.then - 1], now=sheet.levels[change.now - 1]
        )
        for change in changes(known, now.levels)
    ]
    if not moved:
        return _("All is as it was on {day}.")(day=then.day)
    return lines(_("Since {day}, this has changed:")(day=then.day), *moved)


def names(sheet: Sheet, items: Sequence[str]) -> Words:
    """The names of some items, as a list in a sentence."""
    return listing(*(sheet.items[item] for item in items))


def on(day: date) -> Text:
    """A day as the name of a moment."""
    return Text("{day}")(day=day)
