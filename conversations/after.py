"""Aftercare (G3): after weeks and months, how a goal holds that was reached, and what is next. Two taps."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import Conversation, Talk, Text, Words, _, choice, look, p_, paragraphs, say
from bot.mentoring import goals
from bot.mentoring.check_ins import Holds
from bot.mentoring.effects import ChangeGoal, Outcome
from bot.mentoring.goals import Goal, GoalState
from bot.mentoring.lookups import NOT_HERE, Goals
from bot.mentoring.mentorship import MyPairs
from conversations.check_in import mentor_in

HOLDS: Mapping[Holds, Text] = {
    # limit: 20
    Holds.WELL: p_("button", "It holds well"),
    # limit: 20
    Holds.WOBBLES: p_("button", "It wobbles"),
    # limit: 20
    Holds.NOT: p_("button", "Not any more"),
}
SAID: Mapping[Holds, Text] = {
    Holds.WELL: _("That is good to hear. You keep it up."),
    Holds.WOBBLES: _("That is normal. What you learned stays with you."),
    Holds.NOT: _("That happens. What you learned stays with you."),
}
# limit: 24
GO_ON = p_("row", "I go on with it")
# limit: 24
AGAIN = p_("row", "Take it up again")
# limit: 24
NEW = p_("row", "A new goal")
# limit: 24
MENTOR = p_("row", "Write to my mentor")
# limit: 24
NOTHING = p_("row", "Nothing now")


def begin(about: str) -> Conversation[Outcome]:
    """`about`: the id of the goal, with "-well" and so on where she has tapped that already."""
    number, _dash, tapped = about.partition("-")
    reached = (GoalState.REACHED, GoalState.CONTINUING)
    kept = yield from look("goals", Goals())
    goal = next((one for one in kept if str(one.id) == number and one.state in reached), None)
    if goal is None:
        yield from say(NOT_HERE)
        return Outcome()
    holds = Holds(tapped) if tapped in set(Holds) else (yield from ask(goal))
    yield from say(SAID[holds])
    mentor = mentor_in((yield from look("pairs", MyPairs())))
    rows: dict[str, Words] = {
        **({"again": AGAIN} if holds is Holds.NOT else {"go_on": GO_ON}),
        "new": NEW,
        **({"mentor": MENTOR} if mentor is not None else {}),
        "nothing": NOTHING,
    }
    chosen = yield from choice("next", _("What would you like next?"), rows)
    if chosen == "mentor" and mentor is not None:
        return Outcome(then="write", about=str(mentor.id))
    if chosen in ("go_on", "again"):
        state = GoalState.CONTINUING if chosen == "go_on" else GoalState.DESCRIBED
        return Outcome((ChangeGoal(goal.id, goal.plan, state),))
    return Outcome(then="goal" if chosen == "new" else "")


def ask(goal: Goal) -> Conversation[Holds]:
    """How it holds."""
    prompt = paragraphs(
        _("You reached this goal: {title}")(title=goals.said(goal.plan.title)),
        _("How does it hold today?"),
    )
    return (yield from choice("holds", prompt, HOLDS))


TALK = Talk(
    "after",
    # limit: 24
    _("A goal, later on"),
    begin,
)
