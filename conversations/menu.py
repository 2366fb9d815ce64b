"""The menu: what stands open now, nothing else. It is the way out of everything, so it has no Back and no Stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.dialogue.steps import Conversation, Own, Talk, Text, Words, _, choice, lines, look, own, p_
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Goals, Left, LeftTalks, Me
from bot.mentoring.mentorship import MyPairs, Pair, Side
from bot.mentoring.people import Person, Role
from bot.mentoring.team import coordinates
from conversations import consent, danger

MOST_ROWS = 10  # of a list on WhatsApp

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
FIND = p_("button", "🤝 Find a mentor")
# limit: 24
MY_MENTOR = p_("button", "💬 My mentor")
# limit: 24
MY_MENTEES = p_("button", "💬 My mentees")
# limit: 24
MY_PAIRS = p_("button", "💬 My pairs")
# limit: 24
AS_MENTOR = p_("button", "🌱 Being a mentor")
# limit: 24
COORDINATION = p_("button", "📋 Coordination")
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
    pairs = (yield from look("pairs", MyPairs())) if me.takes_part else ()
    rows = rows_for(me, waiting, pairs, has_goals=bool(goals))
    chosen = yield from choice("row", prompt(me, worth[waiting.talk] if waiting else None), rows, bare=True)
    if chosen == "left" and waiting is not None:
        return Outcome(then=waiting.talk, about=waiting.about)
    return Outcome(then=chosen, about=consent.WITHDRAW if chosen == "consent" else "")


def rows_for(me: Person, waiting: Left | None, pairs: Sequence[Pair], *, has_goals: bool) -> dict[str, Words]:
    """The rows by the name of the talk they open ("left": the one that waits), for this person now."""
    if not me.takes_part:
        first = {"consent": consent.SAY_YES} if me.adult else {"welcome": BEGIN}
        mine = {"my_data": MY_DATA} if me.adult else {}
        return {**first, **mine, "language": LANGUAGE, "help": HELP, "danger": danger.IN_DANGER}
    around = {
        "preferences": PREFERENCES, "language": LANGUAGE, "consent": consent.TAKE_BACK, "help": HELP,
        "danger": danger.IN_DANGER,
    }  # fmt: skip
    rows = {
        **({"left": GO_ON} if waiting else {}),
        **({"coordination": COORDINATION} if coordinates(me) else {}),
        **with_others(me, pairs),
        **(about_herself(has_goals=has_goals) if me.role is not None else {}),
        **around,
    }
    for row in ("language", "help"):  # they stand in the settings, and can be typed, where there is no room for them
        if len(rows) > MOST_ROWS:
            del rows[row]
    return rows


def with_others(me: Person, pairs: Sequence[Pair]) -> dict[str, Words]:
    """What leads to other women: those she has, a mentor to find, her own path as one."""
    sides = {pair.side for pair in pairs}
    label = MY_PAIRS if len(sides) == len(Side) else MY_MENTOR if Side.MENTEE in sides else MY_MENTEES
    seeks = me.role in (Role.MENTEE, Role.BOTH) and Side.MENTEE not in sides
    return {
        **({"pair": label} if pairs else {}),
        **({"find": FIND} if seeks else {}),
        **({"mentoring": AS_MENTOR} if me.role in (Role.MENTOR, Role.BOTH) else {}),
    }


def about_herself(*, has_goals: bool) -> dict[str, Words]:
    """What leads to her strengths and goals."""
    return {"strengths": STRENGTHS, **({"goals": GOALS} if has_goals else {"goal": GOAL})}


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
