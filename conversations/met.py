"""After a meeting (C3): how was it, what is the next step, when do they meet again. It feeds the mentee's goal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from bot.dialogue.steps import (
    Conversation,
    Json,
    Talk,
    Text,
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
    write_own,
    yes_no,
)
from bot.mentoring import goals
from bot.mentoring.effects import ChangeGoal, Effect, Outcome
from bot.mentoring.goals import Goal, GoalPlan, GoalState
from bot.mentoring.lookups import NOT_HERE, Goals, Now
from bot.mentoring.meetings import ANSWERS, TAPPED, How, Meeting, MeetingOf, SayHowItWas, has_room, with_milestone
from bot.mentoring.mentorship import Side
from conversations.meet import is_id

LONGEST_STEP = 200
AFTER: Mapping[How, Text] = {
    How.GOOD: _("That is good to hear."),
    How.SO_SO: _("Thank you for saying it. Not every meeting is easy."),
    How.NOT: _("That happens. Nobody did wrong."),
}


def begin(about: str) -> Conversation[Outcome]:
    """`about`: the id of the meeting, with "-good", "-so" or "-not" where she has tapped her answer already."""
    meeting_id, _dash, tapped = about.partition("-")
    meeting = (yield from look("meeting", MeetingOf(int(meeting_id)))) if is_id(meeting_id) else None
    now = yield from look("now", Now())
    if meeting is None or not meeting.over(now):
        yield from say(NOT_HERE)
        return Outcome()
    how = TAPPED[tapped] if tapped in TAPPED else (yield from ask_how(meeting))
    yield from say(AFTER[how])
    said = SayHowItWas(meeting.id, how)
    if how is How.NOT:
        return (yield from again(meeting, (said,), _("Shall we look for a new time?")))
    step: tuple[Effect, ...] = ()
    if meeting.side is Side.MENTEE:
        step = yield from next_step(now.date())
    return (yield from again(meeting, (said, *step), _("Would you like to propose the next meeting?")))


def ask_how(meeting: Meeting) -> Conversation[How]:
    """How it was for her."""
    prompt = _("How was your meeting with {name}?")(name=own(meeting.other))
    return (yield from choice("how", prompt, ANSWERS))


def again(meeting: Meeting, effects: tuple[Effect, ...], prompt: Words) -> Conversation[Outcome]:
    """The next meeting, if she likes."""
    # limit: 20
    yes = p_("button", "Propose times")
    # limit: 20
    no = p_("button", "Not now")
    if (yield from yes_no("again", prompt, yes=yes, no=no)):
        return Outcome(effects, then="meet", about=str(meeting.pair))
    return Outcome(effects)


# --- the next step, and her goal ----------------------------------------------------------------------------------


def next_step(today: date) -> Conversation[tuple[Effect, ...]]:
    """Her next step, in her words; into her goal where she has one and would like that."""
    kept = [goal for goal in (yield from look("goals", Goals())) if goal.state is GoalState.DESCRIBED]
    if not kept:
        return ()
    prompt = _("What is your next step? Say it, and it can go into your goal. You can also skip.")
    words = yield from optional(text("step", prompt, limit=LONGEST_STEP))
    if words is None:
        return ()
    goal = yield from which(kept)
    return (yield from into_goal(goal, write_own(words), today))


def which(kept: list[Goal]) -> Conversation[Goal]:
    """Choose among several goals; a single one needs no question."""
    if len(kept) == 1:
        return kept[0]
    listed = [Text("{n}. {title}")(n=n, title=goals.said(goal.plan.title)) for n, goal in enumerate(kept, 1)]
    numbers: dict[str, Words] = {str(n): own(str(n)) for n in range(1, len(kept) + 1)}
    chosen = yield from choice("goal", lines(_("For which goal is it?"), *listed), numbers, columns=5)
    return kept[int(chosen) - 1]


def into_goal(goal: Goal, words: Json, today: date) -> Conversation[tuple[Effect, ...]]:
    """As the step that comes next, or as a milestone where there is room for one."""
    options: dict[str, Words] = {
        # limit: 20
        "step": p_("button", "My next step"),
        # limit: 20
        "milestone": p_("button", "A milestone"),
        # limit: 20
        "no": p_("button", "Leave it out"),
    }
    if not has_room(goal.plan):
        options.pop("milestone")
    prompt = paragraphs(
        _("Your goal: {title}")(title=goals.said(goal.plan.title)),
        _("Where does it belong in your goal?"),
    )
    chosen = yield from choice("as", prompt, options)
    if chosen == "no":
        return ()
    plan: GoalPlan = (
        with_milestone(goal.plan, words, today)
        if chosen == "milestone"
        else msgspec.structs.replace(goal.plan, first_step=words)
    )
    yield from say(_("It is in your goal now. You find it under “My goals”."))
    return (ChangeGoal(goal.id, plan, goal.state),)


TALK = Talk(
    "met",
    # limit: 24
    _("After our meeting"),
    begin,
)
