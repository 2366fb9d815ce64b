"""One goal, described (G1): what exactly, how it shows, how sure, why, by when, milestones, first step, if-then plan.

The way with a ready example asks ten questions, one tap each; a goal of her own asks eleven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.dialogue.steps import (
    Conversation,
    Json,
    Option,
    Talk,
    Text,
    Words,
    _,
    choice,
    choices,
    lines,
    look,
    p_,
    say,
    text,
    within,
    write_own,
)
from bot.mentoring import goals
from bot.mentoring.effects import Outcome, SaveGoal
from bot.mentoring.goals import SURE_ENOUGH, GoalPlan, Milestone
from bot.mentoring.lookups import Now
from conversations import goal_examples, goal_parts
from conversations.goal_examples import Example

OWN = "own"


@dataclass(frozen=True, slots=True)
class Aim:
    """What she wants to reach. `measure` and `sure` are those of the smaller goal where she made it smaller."""

    title: Json
    measure: Json
    sure: int
    field: str
    example: Example | None
    smaller: bool


def begin(_about: str) -> Conversation[Outcome]:
    """Describe one goal; every part can be changed before it is kept."""
    now = yield from look("now", Now())
    today = now.date()
    aim = yield from aim_for()
    why = yield from goal_parts.ask_why()
    by = yield from goal_parts.ask_day("by", _("By when would you like to be there?"), today)
    pieces = yield from milestones(aim.example)
    step = yield from goal_parts.ask_step(aim.example.step if aim.example else None)
    moment = yield from goal_parts.ask_moment(step, now)
    draft = GoalPlan(
        aim.title, aim.measure, aim.sure, why, by, spread(pieces, now, by), step, if_then=moment, field=aim.field
    )
    plan = yield from review(draft, today, smaller=aim.smaller)
    yield from say(_("Your goal is kept. The first step can be small. You decide the pace."))
    return Outcome((SaveGoal(plan),))


def spread(pieces: tuple[Json, ...], now: datetime, by: date) -> tuple[Milestone, ...]:
    """Milestones on evenly spread days."""
    days = goals.spread(now.date(), by, len(pieces))
    return tuple(Milestone(words, when) for words, when in zip(pieces, days, strict=True))


# --- what, how it shows, how sure -----------------------------------------------------------------------------------


def aim_for() -> Conversation[Aim]:
    """S, M and A; who is not sure makes it smaller, and the smaller goal is the goal."""
    field, title, example = yield from what_exactly()
    measure = yield from goal_parts.ask_measure(example.measure if example else None)
    sure = yield from goal_parts.ask_sure()
    if sure >= SURE_ENOUGH:
        return Aim(title, measure, sure, field, example, smaller=False)
    title = yield from within("smaller", smaller_title(title))
    measure = yield from within("smaller", goal_parts.ask_measure())
    sure = yield from within("smaller", goal_parts.ask_sure())
    return Aim(title, measure, sure, field, None, smaller=True)


def what_exactly() -> Conversation[tuple[str, Json, Example | None]]:
    """S: a field, then one of its ready goals or her own words; or her own words at once."""
    # limit: 24
    other = p_("row", "Something else")
    prompt = lines(_("Let us describe one goal, step by step."), _("What is it about?"))
    field = yield from choice("field", prompt, {**goal_examples.fields(), OWN: other}, columns=2)
    if field == OWN:
        words = yield from text("title.own", _("What exactly would you like to reach?"), limit=200)
        return "", write_own(words), None
    ready = goal_examples.examples(field)
    titles = {key: example.title for key, example in ready.items()}
    asked = _("What exactly would you like to reach?")
    picked = yield from choices("title", asked, titles, at_least=1, at_most=1, own=True)
    title = goals.answer(picked, goal_parts.as_json(titles))
    return field, title, None if picked.own else ready[picked.options[0]]


def smaller_title(title: Json) -> Conversation[Json]:
    """Help to make a goal smaller."""
    prompt = lines(
        _("Good that you say so. We make it smaller: {title}")(title=goals.said(title)),
        _("What is a first part of it, that is in your hands?"),
    )
    return (yield from goal_parts.ask_words("title", prompt, goal_examples.SMALLER))


# --- milestones -----------------------------------------------------------------------------------------------------


def milestones(example: Example | None) -> Conversation[tuple[Json, ...]]:
    """The milestones of the example with one tap, or her own, one by one."""
    if example is None:
        return (yield from within("pieces", goal_parts.ask_milestones(goal_examples.MILESTONES)))
    prompt = lines(
        _("A goal has milestones: the parts of the way. Perhaps these:"),
        *(Text("{n}. {text}")(n=n, text=piece) for n, piece in enumerate(example.milestones, 1)),
    )
    # limit: 20
    take = p_("button", "Take these")
    # limit: 20
    mine = p_("button", "My own")
    if (yield from choice("pieces", prompt, {"take": take, OWN: mine}, columns=2)) == "take":
        return tuple(goals.ready(piece) for piece in example.milestones)
    return (yield from within("pieces", goal_parts.ask_milestones(goal_examples.MILESTONES)))


# --- the whole, to be changed and kept ------------------------------------------------------------------------------


def review(draft: GoalPlan, today: date, *, smaller: bool) -> Conversation[GoalPlan]:
    """Show the whole goal; go back to any part of it, or choose other days, until she keeps it."""
    yield from say(goal_parts.whole(draft), picture=goal_parts.picture(draft))
    prompt = _("Is it right like this? Keep it, or tap what you would like to change.")
    options = parts(smaller=smaller)
    if (yield from choice("review", prompt, options, columns=2)) == "keep":
        return draft
    words = [piece.words for piece in draft.milestones]
    days = yield from within("days", goal_parts.ask_days(words, today, draft.by))
    plan = goals.with_days(draft, days)
    yield from say(goal_parts.whole(plan), picture=goal_parts.picture(plan))
    again = {**options, "days": Option(options["days"].label, reopens=("days",))}
    yield from choice("review.days", prompt, again, columns=2)
    return plan


def parts(*, smaller: bool) -> Mapping[str, Option]:
    """Keep it, or the part to change. `smaller`: the goal was made smaller, and that is what she changes."""
    inside = "smaller." if smaller else ""
    return {
        # limit: 24
        "keep": Option(p_("row", "Keep it")),
        # limit: 24
        "title": option(p_("row", "My goal"), "field", "title", "sure", "smaller"),
        # limit: 24
        "measure": option(p_("row", "Done when"), f"{inside}measure"),
        # limit: 24
        "sure": option(p_("row", "How sure I am"), "sure", "smaller"),
        # limit: 24
        "why": option(p_("row", "What it is for"), "why"),
        # limit: 24
        "by": option(p_("row", "The day"), "by"),
        # limit: 24
        "pieces": option(p_("row", "The milestones"), "pieces", "days", "review"),
        # limit: 24
        "days": Option(p_("row", "Days of milestones")),
        # limit: 24
        "step": option(p_("row", "First step"), "step"),
        # limit: 24
        "moment": option(p_("row", "My moment"), "moment"),
    }


def option(label: Words, *reopens: str) -> Option:
    """A part to change: the answers that are asked again."""
    return Option(label, reopens=reopens)


TALK = Talk(
    name="goal",
    # limit: 24
    title=_("A new goal"),
    begin=begin,
    words=p_("typed words", "goal|new goal|a new goal"),
    command="goal",
)
