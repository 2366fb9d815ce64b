"""The menu: what stands open now, nothing else. It is the way out of everything, so it has no Back and no Stop."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import Conversation, Own, Talk, Text, Words, _, choice, lines, look, own, p_
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Goals, Left, LeftTalks, Me
from bot.mentoring.people import Person
from conversations import consent, danger

# limit: 24
GO_ON = p_("button", "📌 Go on")
# limit: 24
BEGIN = p_("button", "👋 Begin")
# limit: 24
STRENGTHS = p_("button", "⭐ My strengths")
# limit: 24
GOALS = p_("button", "🎯 My goals")
# limit: 24
GOAL = p_("button", "➕ A new goal")
# limit: 24
PREFERENCES = p_("button", "⚙️ Settings")
# limit: 24
MY_DATA = p_("button", "📁 My data")
# limit: 24
LANGUAGE = p_("button", "🌐 Language")
# limit: 24
HELP = p_("button", "❓ How this works")


def menu(worth: Mapping[str, Text]) -> Conversation[Outcome]:
    """At most ten rows (a WhatsApp list). `worth`: the talks that are worth going on with, with their titles."""
    me = yield from look("me", Me())
    left = yield from look("left", LeftTalks())
    waiting = next((one for one in left if one.talk in worth), None) if me.takes_part else None
    goals = (yield from look("goals", Goals())) if me.takes_part else ()
    rows = rows_for(me, waiting, has_goals=bool(goals))
    chosen = yield from choice("row", prompt(me, worth[waiting.talk] if waiting else None), rows, bare=True)
    if chosen == "left" and waiting is not None:
        return Outcome(then=waiting.talk, about=waiting.about)
    return Outcome(then=chosen, about=consent.WITHDRAW if chosen == "consent" else "")


def rows_for(me: Person, waiting: Left | None, *, has_goals: bool) -> dict[str, Words]:
    """The rows by the name of the talk they open ("left": the one that waits), for this person now."""
    if not me.takes_part:
        first = {"consent": consent.SAY_YES} if me.adult else {"welcome": BEGIN}
        mine = {"my_data": MY_DATA} if me.adult else {}
        return {**first, **mine, "language": LANGUAGE, "help": HELP, "danger": danger.IN_DANGER}
    return {
        **({"left": GO_ON} if waiting else {}),
        "strengths": STRENGTHS,
        **({"goals": GOALS} if has_goals else {}),
        "goal": GOAL,
        "preferences": PREFERENCES,
        "my_data": MY_DATA,
        "language": LANGUAGE,
        "consent": consent.TAKE_BACK,
        "help": HELP,
        "danger": danger.IN_DANGER,
    }


def prompt(me: Person, waiting: Text | None) -> Words:
    """The question of the menu, with her name and what waits for her where there is something."""
    name: Own | None = own(me.alias) if me.alias else None
    asked = _("{name}, what would you like to do?")(name=name) if name else _("What would you like to do?")
    return lines(_("You can go on with: {talk}")(talk=waiting) if waiting else None, asked)


def talk(worth: Mapping[str, Text]) -> Talk:
    """The talk "menu" of a programme whose talks `worth` going on with are these."""
    return Talk(
        "menu",
        _("Menu"),
        lambda _about: menu(worth),
        words=p_("typed words", "menu|main menu"),
        command="menu",
        open_to_all=True,
    )
