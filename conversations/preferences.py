"""Settings: her name here, quiet hours, discreet messages, language. Each change is kept at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from bot.dialogue.steps import (
    Conversation,
    Ltr,
    Own,
    Talk,
    Words,
    _,
    choice,
    lines,
    look,
    optional,
    own,
    p_,
    paragraphs,
    say,
    text,
    yes_no,
)  # fmt: skip
from bot.mentoring.effects import Outcome, SetProfile
from bot.mentoring.held_back import held_back
from bot.mentoring.lookups import Me
from bot.mentoring.people import Person

LONGEST_NAME = 30
EVENING = range(17, 24)  # hours at which quiet can begin, and at which it can end
MORNING = range(5, 13)


def preferences(_about: str) -> Conversation[Outcome]:
    """Show the settings and change one; then they are shown again as they are now."""
    me = yield from look("me", Me())
    change = yield from choice(
        "change",
        summary(me),
        {
            # limit: 24
            "profile": p_("button", "👤 My profile"),
            # limit: 24
            "name": p_("button", "My name here"),
            # limit: 24
            "quiet": p_("button", "Quiet hours"),
            # limit: 24
            "week": p_("button", "📅 My week"),
            # limit: 24
            "discreet": p_("button", "Discreet messages"),
            # limit: 24
            "language": p_("button", "🌐 Language"),
            # limit: 24
            "my_data": p_("button", "📁 My data"),
            # limit: 24
            "done": p_("button", "All is good"),
        },
    )
    if change == "done":
        return Outcome()
    if change in ("week", "language", "my_data", "profile"):
        return Outcome(then=change)
    return (yield from {"name": ask_name, "quiet": ask_quiet, "discreet": ask_discreet}[change]())


def summary(me: Person) -> Words:
    """The settings as they are now, a line each."""
    begin, end = Ltr(hour(me.quiet_from.hour)), Ltr(hour(me.quiet_until.hour))
    return paragraphs(
        lines(
            _("Name here: {name}")(name=own(me.alias)) if me.alias else _("Name here: none yet"),
            _("Quiet hours: from {begin} until {end}")(begin=begin, end=end),
            _("Discreet messages: yes") if me.discreet else _("Discreet messages: no"),
        ),
        _("What would you like to change?"),
    )


def ask_name() -> Conversation[Outcome]:
    """What to call her: any name she likes, typed, and no way to reach her, since other women read it; skipped, it
    stays as it is."""
    name = yield from optional(
        text("name", _("What may I call you? Any name you like. It need not be your real one."), limit=LONGEST_NAME)
    )
    if name is None:
        return again()
    if not is_name(name):
        yield from say(_("I need your name in letters. Please type it."))
        return again()
    return again(SetProfile(alias=name.text.strip()))


def is_name(told: Own) -> bool:
    """Whether this can be shown to other women as a name: in letters, and no number, link or account."""
    return told.voice is None and not held_back(told.text)


def ask_quiet() -> Conversation[Outcome]:
    """Between which hours nothing comes to her unasked, in her own time zone."""
    first = yield from choice("from", _("From what time should I be quiet?"), hours_of(EVENING), columns=3)
    last = yield from choice("until", _("And until what time?"), hours_of(MORNING), columns=3)
    return again(SetProfile(quiet_from=time(int(first)), quiet_until=time(int(last))))


def ask_discreet() -> Conversation[Outcome]:
    """Whether what comes unasked says nothing to who looks over her shoulder."""
    prompt = lines(
        _("Do other people see your phone?"),
        _("With yes, my messages come without sound."),
        _("Their first line says nothing about this chat."),
    )
    return again(SetProfile(discreet=(yield from yes_no("discreet", prompt))))


def hours_of(hours: Iterable[int]) -> dict[str, Words]:
    """Buttons for full hours."""
    return {str(each): own(hour(each)) for each in hours}


def hour(full: int) -> str:
    """A full hour as it is written in Belgium in all languages."""
    return f"{full}:00"


def again(*effects: SetProfile) -> Outcome:
    """Keep the change and show the settings as they are then."""
    return Outcome(effects, then="preferences")


TALK = Talk(
    "preferences",
    _("Settings"),
    preferences,
    words=p_("typed words", "settings|preferences|my name|quiet hours|discreet"),
    command="settings",
)
