"""The questions of a goal, one function for each part, and how a goal is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from bot.dialogue.steps import (
    Conversation,
    Json,
    Ltr,
    Picked,
    Picture,
    Text,
    Words,
    _,
    choices,
    day,
    lines,
    n_,
    optional,
    p_,
    paragraphs,
    scale,
)
from bot.mentoring import goals
from bot.mentoring.goals import MOST_MILESTONES, GoalPlan, GoalState, Milestone
from conversations import goal_examples

LATEST = 24  # months: further away, nobody plans
MONTHS = (1, 2, 3, 6)
READY = "ready"
ENOUGH = "enough"

STATES: Mapping[GoalState, Text] = {
    GoalState.DESCRIBED: p_("goal state", "Under way"),
    GoalState.PAUSED: p_("goal state", "On pause"),
    GoalState.REACHED: p_("goal state", "Reached"),
    GoalState.CONTINUING: p_("goal state", "Reached, and going on"),
    GoalState.LET_GO: p_("goal state", "Let go"),
}

# limit: 22
LIKE_THAT = p_("goal", "Yes, like that")
# limit: 22
THAT_IS_ALL = p_("goal", "That is all")

PERHAPS: Text = _("Perhaps: {example}")


def ask_words(key: str, prompt: Words, ready: Mapping[str, Text], example: Text | None = None) -> Conversation[Json]:
    """One answer: tapped, written or spoken. With `example`, the first button takes it."""
    offered = {READY: example, **ready} if example else dict(ready)
    labels = {READY: LIKE_THAT, **ready} if example else dict(ready)
    asked = lines(prompt, PERHAPS(example=example)) if example else prompt
    picked = yield from choices(key, asked, labels, at_least=1, at_most=1, own=True)
    return goals.answer(picked, as_json(offered))


def as_json(offered: Mapping[str, Text]) -> dict[str, Json]:
    """Ready sentences by id in the form in which a goal keeps them."""
    return {key: goals.ready(text) for key, text in offered.items()}


# --- the parts ----------------------------------------------------------------------------------------------------


def ask_measure(example: Text | None = None) -> Conversation[Json]:
    """M: how will you see that it is done."""
    return (yield from ask_words("measure", _("How will you see that it is done?"), goal_examples.MEASURES, example))


def ask_sure() -> Conversation[int]:
    """A: what is in her hands."""
    prompt = _("A good goal is in your own hands. How sure are you that you can do it?")
    return (yield from scale("sure", prompt, 1, 5, _("not sure"), _("very sure")))


def ask_why() -> Conversation[Json]:
    """R: why it matters to her."""
    return (yield from ask_words("why", _("Why does it matter to you? What is it for?"), goal_examples.REASONS))


def ask_day(key: str, prompt: Words, today: date) -> Conversation[date]:
    """T: a day from tomorrow to two years from now."""
    latest = goals.months_later(today, LATEST)
    return (yield from day(key, prompt, earliest=today + timedelta(1), latest=latest, near=near(today)))


def near(today: date) -> dict[date, Words]:
    """Buttons for the day of a goal."""
    # limit: 24
    return {goals.months_later(today, n): n_("In {n} month", "In {n} months", n) for n in MONTHS}


def ask_milestones(ready: Mapping[str, Text], most: int = MOST_MILESTONES) -> Conversation[tuple[Json, ...]]:
    """One to `most` milestones in her own words or tapped, one by one; each is offered once."""
    left, found = dict(ready), list[Json]()
    while len(found) < most:
        options = {**left, ENOUGH: THAT_IS_ALL} if found else left
        prompt = (
            _("What comes after that? Or is that all?")
            if found
            else _("A milestone is a part of the way. What is your first one?")
        )
        picked = yield from choices(str(len(found) + 1), prompt, options, at_least=1, at_most=1, own=True)
        if is_enough(picked):
            break
        found.append(goals.answer(picked, as_json(left)))
        for taken in () if picked.own else picked.options:
            left.pop(taken)
    return tuple(found)


def is_enough(picked: Picked) -> bool:
    """Whether she tapped "that is all" and said nothing more."""
    return picked.own is None and ENOUGH in picked.options


def ask_days(pieces: Sequence[Json], today: date, by: date) -> Conversation[tuple[date, ...]]:
    """A day for each milestone, none after the day of the goal."""
    found = list[date]()
    for n, (piece, proposed) in enumerate(zip(pieces, goals.spread(today, by, len(pieces)), strict=True), 1):
        prompt = lines(goals.said(piece), _("By when?"))
        buttons = {when: Text("{day}")(day=when) for when in sorted({proposed, by})}
        found.append((yield from day(str(n), prompt, earliest=today + timedelta(1), latest=by, near=buttons)))
    return tuple(found)


def ask_step(example: Text | None = None) -> Conversation[Json]:
    """The first step within 48 hours."""
    prompt = _("Now one small first step, in the next two days. What will you do?")
    return (yield from ask_words("step", prompt, goal_examples.STEPS, example))


def ask_moment(step: Json, now: datetime) -> Conversation[Json | None]:
    """The if-then plan: the moment at which she takes the first step. `now` in her own zone."""
    moments = coming_moments(now)
    offered = {**moments, **as_json(goal_examples.MOMENTS)}
    labels = {key: goals.said(value) for key, value in offered.items()}
    prompt = lines(
        _("A plan helps. Like: if it is Tuesday 10:00, then I do it."),
        _("What is your moment for this? {step}")(step=goals.said(step)),
    )
    picked = yield from optional(choices("moment", prompt, labels, at_least=1, at_most=1, own=True))
    return goals.answer(picked, offered) if picked else None


def coming_moments(now: datetime) -> dict[str, Json]:
    """Three moments within 48 hours, by id."""
    tomorrow, after = now.date() + timedelta(1), now.date() + timedelta(2)
    last = time(10) if now.time() >= time(10) else time(9)
    at = {"morning": (tomorrow, time(10)), "afternoon": (tomorrow, time(18)), "after": (after, last)}
    return {
        key: goals.at(datetime.combine(when, hour))
        for key, (when, hour) in at.items()
        if datetime.combine(when, hour) - now.replace(tzinfo=None) <= goals.FIRST_STEP_WITHIN
    }


# --- a goal, shown ------------------------------------------------------------------------------------------------


def whole(plan: GoalPlan, state: GoalState = GoalState.DESCRIBED) -> Words:
    """The whole goal in words: everything that the picture shows, and more."""
    milestones = [
        milestone_line(piece)(n=n, milestone=goals.said(piece.words), day=piece.done_on or piece.by)
        for n, piece in enumerate(plan.milestones, 1)
    ]
    return paragraphs(
        lines(
            _("My goal: {title}")(title=goals.said(plan.title)),
            _("{state}. Day: {day}")(state=STATES[state], day=plan.by),
        ),
        lines(
            _("Done when: {measure}")(measure=goals.said(plan.measure)),
            _("How sure I am: {number}")(number=Ltr(f"{plan.sure}/5")),
            _("For: {why}")(why=goals.said(plan.why)),
        ),
        lines(_("Milestones:"), *milestones) if milestones else None,
        lines(
            _("First step: {step}")(step=goals.said(plan.first_step)),
            _("If: {moment}. Then: my first step.")(moment=goals.said(plan.if_then)) if plan.if_then else None,
        ),
    )


def milestone_line(piece: Milestone) -> Text:
    """One milestone in a list, with {n}, {milestone} and {day}."""
    return _("{n}. {milestone} (done, {day})") if piece.done_on else _("{n}. {milestone} (by {day})")


def picture(plan: GoalPlan, state: GoalState = GoalState.DESCRIBED) -> Picture:
    """The way to the goal, drawn."""
    rows = [
        {
            "label": goals.said(piece.words),
            "by": Text("{day}")(day=piece.done_on or piece.by),
            "done": piece.done_on is not None,
        }
        for piece in plan.milestones
    ]
    data = {"title": goals.said(plan.title), "by": Text("{day}")(day=plan.by), "state": STATES[state]}
    return Picture("goal", {**data, "milestones": rows, "step": goals.said(plan.first_step)})
