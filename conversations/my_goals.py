"""My goals (G2, G3): see them, tick milestones, move days, change, pause, let go without a reason, reach and go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from bot.dialogue.steps import (
    Conversation,
    Option,
    Talk,
    Text,
    Words,
    _,
    choice,
    choices,
    lines,
    look,
    n_,
    own,
    p_,
    paragraphs,
    say,
    text,
    within,
    write_own,
    yes_no,
)
from bot.mentoring import goals
from bot.mentoring.effects import ChangeGoal, Outcome
from bot.mentoring.goals import Goal, GoalPlan, GoalState, Milestone
from bot.mentoring.lookups import Goals, Now
from conversations import goal_examples, goal_parts

Action = Callable[[Goal, datetime], Conversation[Outcome]]


def begin(about: str) -> Conversation[Outcome]:
    """Her goals, or the one with the id `about`; then what she would like to do with it."""
    now = yield from look("now", Now())
    kept = {str(goal.id): goal for goal in (yield from look("goals", Goals())) if goal.state is not GoalState.LET_GO}
    if not kept:
        prompt = _("No goal is here yet. Shall we describe one?")
        return Outcome(then="goal" if (yield from yes_no("describe", prompt)) else "")
    chosen = about if about in kept else (yield from which(kept))
    if chosen == "new":
        return Outcome(then="goal")
    goal = kept[chosen]
    yield from say(goal_parts.whole(goal.plan, goal.state), picture=goal_parts.picture(goal.plan, goal.state))
    action = yield from choice("action", _("What would you like to do?"), actions(goal), columns=2)
    if action == "nothing":
        return Outcome()
    if action == "new":
        return Outcome(then="goal")
    return (yield from ACTIONS[action](goal, now))


def which(kept: Mapping[str, Goal]) -> Conversation[str]:
    """Choose among several goals; a single one needs no question."""
    if len(kept) == 1:
        return next(iter(kept))
    listed = [
        Text("{n}. {title} ({state})")(n=n, title=goals.said(goal.plan.title), state=goal_parts.STATES[goal.state])
        for n, goal in enumerate(kept.values(), 1)
    ]
    # limit: 24
    new = p_("row", "A new goal")
    numbers: dict[str, Words] = {key: own(str(n)) for n, key in enumerate(kept, 1)}
    prompt = paragraphs(lines(_("Your goals:"), *listed), _("Which one would you like to see?"))
    return (yield from choice("which", prompt, {**numbers, "new": new}, columns=3))


def actions(goal: Goal) -> dict[str, Option]:
    """What can be done with a goal in its state, most likely first."""
    states = {
        action
        for action, state in {
            "reached": GoalState.REACHED,
            "pause": GoalState.PAUSED,
            "resume": GoalState.DESCRIBED,
            "let_go": GoalState.LET_GO,
            "go_on": GoalState.CONTINUING,
        }.items()
        if state in goals.NEXT[goal.state]
    }
    described = goal.state is GoalState.DESCRIBED
    plan = {"tick", "move"} if described and goals.open_milestones(goal.plan) else {"move"} if described else set()
    change = {"change"} if goal.state in (GoalState.DESCRIBED, GoalState.PAUSED) else set()
    able = states | plan | change | {"new", "nothing"}
    return {action: Option(label) for action, label in LABELS.items() if action in able}


LABELS: Mapping[str, Text] = {
    # limit: 24
    "tick": p_("row", "A milestone is done"),
    # limit: 24
    "reached": p_("row", "I reached it"),
    # limit: 24
    "go_on": p_("row", "I go on with it"),
    # limit: 24
    "resume": p_("row", "Take it up again"),
    # limit: 24
    "move": p_("row", "Another day"),
    # limit: 24
    "change": p_("row", "Change it"),
    # limit: 24
    "pause": p_("row", "Pause it"),
    # limit: 24
    "let_go": p_("row", "Let it go"),
    # limit: 24
    "new": p_("row", "A new goal"),
    # limit: 24
    "nothing": p_("row", "Just looking"),
}


# --- what can be done -----------------------------------------------------------------------------------------------


def tick(goal: Goal, now: datetime) -> Conversation[Outcome]:
    """Tick what is done, in one go."""
    waiting = goals.open_milestones(goal.plan)
    done = set(waiting)
    if len(waiting) > 1:
        prompt = lines(_("Which milestones are done?"), *numbered(waiting))
        labels: dict[str, Words] = {str(n): own(str(n)) for n in waiting}
        done = {int(n) for n in (yield from choices("done", prompt, labels, at_least=1)).options}
    return (yield from ticked(goal, goals.tick(goal.plan, done, now.date())))


def ticked(goal: Goal, plan: GoalPlan) -> Conversation[Outcome]:
    """After something was ticked: how many are left, or whether the goal is reached."""
    left = len(goals.open_milestones(plan))
    if left:
        yield from say(n_("That is done. {n} milestone to go.", "That is done. {n} milestones to go.", left))
        return changed(goal, plan, goal.state)
    if (yield from yes_no("all_done", _("All milestones are done. Is your goal reached?"))):
        return (yield from celebrate(goal, plan))
    yield from say(_("All milestones are done. You can add new ones with “Change it”."))
    return changed(goal, plan, goal.state)


def reached(goal: Goal, _now: datetime) -> Conversation[Outcome]:
    """The goal is reached."""
    return (yield from celebrate(goal, goal.plan))


def celebrate(goal: Goal, plan: GoalPlan) -> Conversation[Outcome]:
    """A kind word and the picture of the reached goal."""
    words = paragraphs(_("You reached it. This is your work. Enjoy it."), goal_parts.whole(plan, GoalState.REACHED))
    yield from say(words, picture=goal_parts.picture(plan, GoalState.REACHED))
    return changed(goal, plan, GoalState.REACHED)


def go_on(goal: Goal, _now: datetime) -> Conversation[Outcome]:
    """Reached and lived: the third result of the programme."""
    yield from say(_("You keep it up. That is the longest part of the way."))
    return changed(goal, goal.plan, GoalState.CONTINUING)


def resume(goal: Goal, _now: datetime) -> Conversation[Outcome]:
    """Under way again, after a pause or after it was reached."""
    yield from say(_("Your goal is under way again. One small step is enough."))
    return changed(goal, goal.plan, GoalState.DESCRIBED)


def pause(goal: Goal, _now: datetime) -> Conversation[Outcome]:
    """It rests; nobody asks why."""
    yield from say(_("Your goal rests now. It waits for you here."))
    return changed(goal, goal.plan, GoalState.PAUSED)


def let_go(goal: Goal, _now: datetime) -> Conversation[Outcome]:
    """It goes without a reason; asked once, since it does not come back."""
    prompt = _("Let it go? It leaves your list. What you learned stays with you.")
    # limit: 20
    yes = p_("button", "Let it go")
    # limit: 20
    no = p_("button", "Keep it")
    if not (yield from yes_no("sure_to_let_go", prompt, yes=yes, no=no)):
        return Outcome()
    yield from say(_("It is gone. There is room for something new."))
    return changed(goal, goal.plan, GoalState.LET_GO)


def move(goal: Goal, now: datetime) -> Conversation[Outcome]:
    """Another day for the goal or for a milestone; the goal never comes before its milestones."""
    waiting, today = goals.open_milestones(goal.plan), now.date()
    what = "goal"
    if waiting:
        # limit: 24
        labels: dict[str, Words] = {"goal": p_("row", "The whole goal")}
        labels |= {str(n): own(str(n)) for n in waiting}
        what = yield from choice("what", lines(_("Which day shall move?"), *numbered(waiting)), labels, columns=3)
    if what == "goal":
        by = yield from goal_parts.ask_day("day.goal", _("What is the new day for your goal?"), today)
        plan = goals.move_day(goal.plan, by)
    else:
        by = yield from goal_parts.ask_day(f"day.{what}", _("What is the new day for this milestone?"), today)
        plan = goals.move_milestone(goal.plan, int(what), by)
    yield from say(paragraphs(_("The day is moved."), goal_parts.whole(plan, goal.state)), keep=True)
    return changed(goal, plan, goal.state)


def numbered(waiting: Mapping[int, Milestone]) -> list[Words]:
    """Milestones under their numbers, with their days."""
    return [
        goal_parts.milestone_line(piece)(n=n, milestone=goals.said(piece.words), day=piece.by)
        for n, piece in waiting.items()
    ]


def changed(goal: Goal, plan: GoalPlan, state: GoalState) -> Outcome:
    """The goal with another plan or state."""
    return Outcome((ChangeGoal(goal.id, plan, state),))


# --- change one part ------------------------------------------------------------------------------------------------

PARTS: Mapping[str, Text] = {
    # limit: 24
    "title": p_("row", "My goal"),
    # limit: 24
    "measure": p_("row", "Done when"),
    # limit: 24
    "sure": p_("row", "How sure I am"),
    # limit: 24
    "why": p_("row", "What it is for"),
    # limit: 24
    "pieces": p_("row", "The milestones"),
    # limit: 24
    "step": p_("row", "First step"),
    # limit: 24
    "moment": p_("row", "My moment"),
}


def change(goal: Goal, now: datetime) -> Conversation[Outcome]:
    """Say one part of the goal anew."""
    room = goals.MOST_MILESTONES - sum(piece.done_on is not None for piece in goal.plan.milestones)
    parts = {part: label for part, label in PARTS.items() if part != "pieces" or room}
    part = yield from choice("part", _("What would you like to change?"), parts, columns=2)
    plan = yield from within("change", new_part(part, goal.plan, now, room))
    yield from say(paragraphs(_("It is changed."), goal_parts.whole(plan, goal.state)), keep=True)
    return changed(goal, plan, goal.state)


def new_part(part: str, plan: GoalPlan, now: datetime, room: int) -> Conversation[GoalPlan]:
    """The plan with one part asked again. `room`: how many milestones can be open beside those that are done."""
    if part == "pieces":
        pieces = yield from within("pieces", goal_parts.ask_milestones(goal_examples.MILESTONES, room))
        return goals.new_milestones(plan, pieces, now.date())
    if part == "title":
        words = yield from text("title", _("What exactly would you like to reach?"), limit=200)
        return msgspec.structs.replace(plan, title=write_own(words))
    if part == "sure":
        return msgspec.structs.replace(plan, sure=(yield from goal_parts.ask_sure()))
    if part == "measure":
        return msgspec.structs.replace(plan, measure=(yield from goal_parts.ask_measure()))
    if part == "why":
        return msgspec.structs.replace(plan, why=(yield from goal_parts.ask_why()))
    if part == "step":
        return msgspec.structs.replace(plan, first_step=(yield from goal_parts.ask_step()))
    return msgspec.structs.replace(plan, if_then=(yield from goal_parts.ask_moment(plan.first_step, now)))


ACTIONS: Mapping[str, Action] = {
    "tick": tick,
    "reached": reached,
    "go_on": go_on,
    "resume": resume,
    "move": move,
    "change": change,
    "pause": pause,
    "let_go": let_go,
}

TALK = Talk(
    name="goals",
    # limit: 24
    title=_("My goals"),
    begin=begin,
    words=p_("typed words", "goals|my goals"),
    command="goals",
)
