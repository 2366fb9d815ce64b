"""What waits for the team (PRODUCT K2): reports, applicants, women without a mentor, silence; the oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.dialogue.steps import (
    Conversation,
    Own,
    Talk,
    Text,
    Words,
    _,
    choice,
    lines,
    look,
    own,
    p_,
    paragraphs,
    say,
)  # fmt: skip
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE, Me
from bot.mentoring.people import Person
from bot.mentoring.team import AskPair, Waiting, Waits, WhatWaits, Work, coordinates, counted

ROWS = 7  # so that a page fits into one message in every language

# limit: 24
ROUND = p_("row", "Matching round")
# limit: 24
MORE = p_("row", "More")
# limit: 24
LIST = p_("row", "Back to the list")

OPENS = {
    Work.REPORT: "case",
    Work.HELP: "case",
    Work.APPLICANT: "applicant",
}  # the talk that a row opens; the others are told here


def coordination(about: str) -> Conversation[Outcome]:
    """The list, or what stands in it under the key `about` ("pair-7"), where that still waits."""
    me = yield from look("me", Me())
    if not coordinates(me):
        yield from say(NOT_HERE)
        return Outcome()
    waiting = yield from look("waiting", WhatWaits())
    found = {one.key: one for one in waiting.oldest}
    chosen = about if about in found else (yield from which(waiting, me))
    if chosen not in found:
        return Outcome(then=chosen)
    one = found[chosen]
    if one.work in OPENS:
        return Outcome(then=OPENS[one.work], about=str(one.about))
    return (yield from detail(one, me))


def which(waiting: Waiting, me: Person) -> Conversation[str]:
    """The key of what she chose, or the name of the next talk ("" for the menu)."""
    if not waiting.oldest:
        yield from say(_("Nothing waits for you. Everybody has an answer. Have a good day."))
        return ""
    also: dict[str, Words] = {"round": ROUND} if Work.MENTEE in waiting.counts else {}
    for page in range(0, len(waiting.oldest), ROWS):
        here = waiting.oldest[page : page + ROWS]
        more: dict[str, Words] = {"more": MORE} if page + ROWS < len(waiting.oldest) else {}
        numbers: dict[str, Words] = {one.key: own(str(n)) for n, one in enumerate(here, page + 1)}
        listed = lines(*(Text("{n}. {what}")(n=n, what=line(one, me)) for n, one in enumerate(here, page + 1)))
        prompt = paragraphs(all_of_it(waiting) if page == 0 else None, listed, _("Which one would you like to see?"))
        chosen = yield from choice(f"row.{page}", prompt, {**numbers, **more, **also}, columns=4)
        if chosen != "more":
            return chosen
    return ""


def all_of_it(waiting: Waiting) -> Words:
    """How much of each waits."""
    return lines(_("This waits for you:"), counted(waiting))


LINES: Mapping[Work, Text] = {
    Work.REPORT: _("Report: {name} about {other} ({day})"),
    Work.HELP: _("Help: {name} with {other} ({day})"),
    Work.APPLICANT: _("Mentor? {name} ({day})"),
    Work.MENTEE: _("No mentor: {name} ({day})"),
    Work.REQUEST: _("No answer: {name} asked {other} ({day})"),
    Work.PAIR: _("Quiet: {name} and {other} ({day})"),
}


def line(one: Waits, me: Person) -> Words:
    """One thing that waits, since a day."""
    return LINES[one.work](name=called(one.name), other=called(one.other), day=day_of(one.since, me))


def called(name: str) -> Own | Text:
    """A name, or a word for who has given none or is gone."""
    return own(name) if name else p_("name", "(no name)")


def day_of(moment: datetime, me: Person) -> date:
    """The calendar day of a moment (aware) where she is."""
    return moment.astimezone(ZoneInfo(me.zone)).date()


# --- what is told here --------------------------------------------------------------------------------------------


def detail(one: Waits, me: Person) -> Conversation[Outcome]:
    """What waits, in words, and what can be done about it."""
    doors: dict[str, Words] = {}
    if one.work is Work.MENTEE:
        doors["round"] = ROUND
    elif one.work is Work.PAIR:
        # limit: 24
        doors["ask"] = p_("row", "Ask both")
    chosen = yield from choice("do", in_words(one, me), {**doors, "list": LIST})
    if chosen == "ask":
        return Outcome((AskPair(one.about),), then="coordination")
    return Outcome(then="round" if chosen == "round" else "coordination")


def in_words(one: Waits, me: Person) -> Words:
    """What waits, and what happens without her."""
    name, other, day = called(one.name), called(one.other), day_of(one.since, me)
    if one.work is Work.REQUEST:
        return lines(
            _("{name} asked {other} on {day}.")(name=name, other=other, day=day),
            _("A reminder went out. After 72 hours the next mentor is asked."),
        )
    if one.work is Work.PAIR:
        return lines(
            _("{name} and {other}: no message and no meeting since {day}.")(name=name, other=other, day=day),
            _("They may be in touch without me. I can ask both how it is going."),
        )
    return lines(
        _("{name} waits for a mentor since {day}.")(name=name, day=day),
        _("The matching round finds the best mentors for all who wait."),
    )


TALK = Talk(
    "coordination",
    # limit: 24
    _("What waits for me"),
    coordination,
    words=p_("typed words", "coordination|what waits for me"),
    open_to_all=True,
)
