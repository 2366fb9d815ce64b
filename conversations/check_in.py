"""The weekly check-in (N1): how was the week, how is it going with the next milestone, a kind word. At most 3 taps.

The message that asks has the first answers on its buttons. A reminder of a milestone opens the same talk about a goal:
then it asks for that milestone alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.dialogue.steps import (
    Conversation,
    Talk,
    Text,
    Words,
    _,
    choice,
    lines,
    look,
    p_,
    paragraphs,
    say,
    text,
    within,
    write_own,
    yes_no,
)
from bot.mentoring import goals
from bot.mentoring.check_ins import WEEK, AskForHelp, Going, TellWeek, next_milestone
from bot.mentoring.effects import ChangeGoal, Effect, Outcome
from bot.mentoring.goals import Goal, GoalState
from bot.mentoring.lookups import NOT_HERE, Goals, Now
from bot.mentoring.mentorship import MyPairs, Pair, PairState, Side, Week
from conversations import goal_examples, goal_parts, my_goals
from conversations.content import table

# What helps with any goal, out of content/practices.toml.
TIPS = (
    ("competencies", "prioritize"),
    ("skills", "confidence"),
    ("competencies", "network"),
    ("skills", "communication"),
    ("skills", "stress"),
)
WEEKS: Mapping[Week, Text] = {
    # limit: 20
    Week.GOOD: p_("button", "Good"),
    # limit: 20
    Week.SO_SO: p_("button", "So-so"),
    # limit: 20
    Week.HARD: p_("button", "Hard"),
}
AFTER: Mapping[Week, Text] = {
    Week.GOOD: _("That is good to hear."),
    Week.SO_SO: _("Thank you for telling me."),
    Week.HARD: _("Some weeks are hard. It is good that you are here."),
}
GOING: Mapping[Going, Text] = {
    # limit: 20
    Going.DONE: p_("button", "It is done"),
    # limit: 20
    Going.UNDER_WAY: p_("button", "Under way"),
    # limit: 20
    Going.STUCK: p_("button", "I am stuck"),
    # limit: 20
    Going.LATER: p_("button", "A week later"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What she said about one goal. then: the talk that she chose as a way out, with what it is about."""

    effects: tuple[Effect, ...] = ()
    done: int = 0
    stuck: bool = False
    then: str = ""
    about: str = ""
    asked_for_help: bool = False


Step = Callable[[Goal, int, datetime], Conversation[Told]]


def begin(about: str) -> Conversation[Outcome]:
    """`about`: "", how her week was (a tapped Week), or the id of a goal (with "-done" and so on where tapped)."""
    now = yield from look("now", Now())
    kept = [goal for goal in (yield from look("goals", Goals())) if goal.state is GoalState.DESCRIBED]
    if about and about not in set(Week):
        return (yield from only(about, kept, now))
    how = Week(about) if about else (yield from choice("week", _("How was your week?"), WEEKS, columns=3))
    yield from say(AFTER[how])
    if not kept:
        describe = yield from yes_no("describe", _("Shall we describe a goal for the next weeks?"))
        return Outcome((TellWeek(how),), then="goal" if describe else "")
    told = yield from all_of(sorted(kept, key=lambda goal: (day_of(goal), goal.id)), now)
    effects = tuple(effect for one in told for effect in one.effects)
    week = TellWeek(how, sum(one.done for one in told), any(one.stuck for one in told))
    return (yield from close((*effects, week), told[-1], _("See you next week.")))


def only(about: str, kept: Sequence[Goal], now: datetime) -> Conversation[Outcome]:
    """One goal alone, as a reminder asks for it."""
    number, _dash, tapped = about.partition("-")
    goal = next((one for one in kept if str(one.id) == number), None)
    if goal is None:
        yield from say(NOT_HERE)
        return Outcome()
    told = yield from one_goal(goal, now, tapped)
    return (yield from close(told.effects, told, None))


def close(effects: tuple[Effect, ...], last: Told, words: Text | None) -> Conversation[Outcome]:
    """A kind word, unless she has chosen where to go on."""
    if words is not None and not last.then and not last.asked_for_help:
        yield from say(words)
    return Outcome(effects, then=last.then, about=last.about)


def day_of(goal: Goal) -> date:
    """The day that is next in a goal."""
    found = next_milestone(goal.plan)
    return found[1].by if found is not None else goal.plan.by


# --- goals --------------------------------------------------------------------------------------------------------


def all_of(kept: Sequence[Goal], now: datetime) -> Conversation[list[Told]]:
    """The goal whose day is nearest, and each further one if she likes."""
    told = list[Told]()
    for goal in kept:
        if told and not (yield from within(str(goal.id), another(goal))):
            break
        told.append((yield from within(str(goal.id), one_goal(goal, now))))
        if told[-1].then or told[-1].asked_for_help:
            break
    return told


def another(goal: Goal) -> Conversation[bool]:
    """Whether she likes to go on to this goal."""
    prompt = _("Another goal too? {title}")(title=goals.said(goal.plan.title))
    # limit: 20
    no = p_("button", "Not today")
    return (yield from yes_no("more", prompt, no=no))


def one_goal(goal: Goal, now: datetime, tapped: str = "") -> Conversation[Told]:
    """Its next milestone; or, where all are done, whether it is reached."""
    found = next_milestone(goal.plan)
    if found is None:
        return Told((yield from my_goals.ticked(goal, goal.plan)).effects)
    number, piece = found
    prompt = paragraphs(
        _("Your goal: {title}")(title=goals.said(goal.plan.title)),
        lines(
            _("Next: {milestone} (by {day})")(milestone=goals.said(piece.words), day=piece.by),
            _("How is it going?"),
        ),
    )
    going = Going(tapped) if tapped in set(Going) else (yield from choice("going", prompt, GOING))
    return (yield from STEPS[going](goal, number, now))


def done(goal: Goal, number: int, now: datetime) -> Conversation[Told]:
    """Ticked; after the last one she is asked whether the goal is reached."""
    ended = yield from my_goals.ticked(goal, goals.tick(goal.plan, {number}, now.date()))
    return Told(ended.effects, done=1)


def under_way(_goal: Goal, _number: int, _now: datetime) -> Conversation[Told]:
    """Nothing changes."""
    yield from say(_("Step by step. That is how it grows."))
    return Told()


def later(goal: Goal, number: int, now: datetime) -> Conversation[Told]:
    """A week later than its day, or than today where that is past."""
    by = max(goal.plan.milestones[number - 1].by, now.date()) + WEEK
    yield from say(_("All right. It has time until {day}.")(day=by))
    return Told((ChangeGoal(goal.id, goals.move_milestone(goal.plan, number, by), goal.state),))


# --- stuck --------------------------------------------------------------------------------------------------------

# limit: 24
TIP = p_("row", "A small tip")
# limit: 24
MENTOR = p_("row", "Write to my mentor")
# limit: 24
TEAM = p_("row", "Ask a coordinator")
# limit: 24
NOTHING = p_("row", "Nothing now")


def stuck(goal: Goal, _number: int, now: datetime) -> Conversation[Told]:
    """Three doors, and none of them must be taken."""
    mentor = mentor_in((yield from look("pairs", MyPairs())))
    doors: dict[str, Words] = {"tip": TIP, **({"mentor": MENTOR} if mentor else {}), "team": TEAM, "nothing": NOTHING}
    door = yield from choice("door", _("That is part of every way. What would help you now?"), doors)
    if door == "mentor" and mentor is not None:
        return Told(stuck=True, then="write", about=str(mentor.id))
    if door == "team":
        prompt = lines(_("What do you need? Write it, or send a voice note."), _("A coordinator reads it."))
        words = yield from text("help", prompt, limit=1000)
        return Told((AskForHelp(write_own(words)),), stuck=True, asked_for_help=True)
    if door == "tip":
        yield from say(goal_parts.PERHAPS(example=tip(goal, now.date())))
    return Told(stuck=True)


def mentor_in(pairs: Sequence[Pair]) -> Pair | None:
    """Her mentor, where they are connected."""
    return next((pair for pair in pairs if pair.side is Side.MENTEE and pair.state is not PairState.AGREEING), None)


def tip(goal: Goal, today: date) -> Text:
    """One concrete thing to do: a first step of a ready goal in her field that is not hers already, or else something
    that helps with any goal. Another one every week."""
    steps = [one.step for one in goal_examples.examples(goal.plan.field).values()]
    practices = table("practices")
    ready = [step for step in steps if goals.ready(step) != goal.plan.first_step]
    some = ready or [Text(practices[kind][item]["practice"]) for kind, item in TIPS]
    return some[today.isocalendar().week % len(some)]


STEPS: Mapping[Going, Step] = {
    Going.DONE: done,
    Going.UNDER_WAY: under_way,
    Going.STUCK: stuck,
    Going.LATER: later,
}

TALK = Talk(
    "check_in",
    # limit: 24
    _("My check-in"),
    begin,
    words=p_("typed words", "check-in|check in|how was my week"),
)
