"""The weekly check-in, reminders of a goal and aftercare: when they are due, how they read, what her mentor hears."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bot.affairs.desk import Affair, Carried, Desk, Make, Notice
from bot.affairs.pair_moves import keep
from bot.affairs.pair_notices import WRITE
from bot.dialogue.steps import Text, _, lines, n_, p_, paragraphs
from bot.mentoring import goals
from bot.mentoring.check_ins import (
    AFTERCARE,
    MILESTONE_DUE,
    PAUSES,
    PLAN_MOMENT,
    REMINDERS,
    TOLD_APART,
    AskForHelp,
    Going,
    Holds,
    PauseNudges,
    TellWeek,
    aftercare,
    next_milestone,
    reminders,
)
from bot.mentoring.goals import Goal, GoalPlan, GoalState
from bot.mentoring.mentorship import PairState, Side, Week, WeekTold
from bot.mentoring.nudges import CHECK_IN, STILL_THERE
from bot.mentoring.people import Person, Role
from bot.mentoring.relay import name_of
from bot.mentoring.rhythm import check_in_after, check_in_moved, check_in_next
from bot.mentoring.team import CaseFile
from bot.messages import Opening
from bot.store import contact, growth, nudges, pairs, people, team

MENTEE_WEEK = "mentee_week"
HELP = "help"  # the reason of a case that is no report
TOGETHER = frozenset({PairState.TRIAL, PairState.ACTIVE})  # pairs whose mentor hears of her week
REACHED = frozenset({GoalState.REACHED, GoalState.CONTINUING})

# limit: 20
GOOD = p_("button", "Good")
# limit: 20
SO_SO = p_("button", "So-so")
# limit: 20
HARD = p_("button", "Hard")
# limit: 20
HERE = p_("button", "I am here")
# limit: 20
FEWER = p_("button", "Fewer messages")
# limit: 20
STOP = p_("button", "Stop these")
# limit: 20
DONE = p_("button", "It is done")
# limit: 20
STUCK = p_("button", "I am stuck")
# limit: 20
LATER = p_("button", "A week later")
# limit: 20
MY_GOAL = p_("button", "See my plan")
# limit: 20
WELL = p_("button", "It holds well")
# limit: 20
WOBBLES = p_("button", "It wobbles")
# limit: 20
NOT = p_("button", "Not any more")


# --- when they are due (called where a person or a goal changes) --------------------------------------------------


async def plan(desk: Desk, person: Person) -> None:
    """Plan her next check-in and the reminders of her goals by her rhythm as it is now, or take the check-in back where
    she wishes none. One that is planned already moves within its week; another is not too near to what came last."""
    rhythm = person.rhythm
    if not rhythm.check_ins:
        await desk.cancel([CHECK_IN], 0, person.id)
        return
    known = (await nudges.moments(desk.tx, [person.id], desk.office.programme.menu)).get(person.id)
    last = known.nudged_at if known is not None else None
    planned = await contact.planned(desk.tx, person.id, CHECK_IN)
    if planned is not None:
        when = check_in_moved(rhythm, planned, last, desk.now)
    else:
        when = max(check_in_next(rhythm, last) if last is not None else desk.now, check_in_after(rhythm, desk.now))
    await desk.plan(person.id, CHECK_IN, 0, when)
    for goal in await growth.goals_of(desk.tx, person.id):
        await remind(desk, person, goal.id, goal.plan, goal.state)


async def remind(desk: Desk, person: Person, goal: int, plan: GoalPlan, state: GoalState) -> None:
    """Plan the reminders of a goal as it is now, and take back those that it asks for no more."""
    await put(desk, person, goal, REMINDERS, reminders(plan, state, person.rhythm))


async def goal_changed(desk: Desk, person: Person, before: Goal, plan: GoalPlan, state: GoalState) -> None:
    """A goal of hers has another plan or state: what is due about it is planned anew. Aftercare begins when it is
    reached, and ends when it goes back or is let go."""
    await remind(desk, person, before.id, plan, state)
    if state not in REACHED:
        await put(desk, person, before.id, AFTERCARE, {})
    elif before.state not in REACHED:
        await put(desk, person, before.id, AFTERCARE, aftercare(desk.now, person.rhythm))


async def put(desk: Desk, person: Person, goal: int, kinds: tuple[str, ...], due: dict[str, datetime]) -> None:
    """Let these kinds be due about a goal at these moments and no others; what is past is not made up for."""
    await desk.cancel(kinds, goal, person.id)
    for kind, at in due.items():
        if at > desk.now:
            await desk.plan(person.id, kind, goal, at)


# --- how they read ------------------------------------------------------------------------------------------------


async def concerns(desk: Desk, person: Person) -> bool:
    """Whether there is something to ask her once a week: a goal under way, or a mentor. One who only is a mentor is
    asked nothing."""
    if any(row.state in TOGETHER for row in await pairs.living_of(desk.tx, person.id, Side.MENTEE)):
        return True
    kept = await growth.goals_of(desk.tx, person.id) if person.role is not Role.MENTOR else ()
    return any(goal.state is GoalState.DESCRIBED for goal in kept)


async def check_in(desk: Desk, person: Person, _about: int) -> Notice | None:
    """One warm line; the buttons are the answer to the first question already."""
    if not await concerns(desk, person):
        return None
    answers = {Week.GOOD: GOOD, Week.SO_SO: SO_SO, Week.HARD: HARD}
    return Notice(
        _("Hello! How was your week?"), tuple((one, Opening("check_in", week)) for week, one in answers.items())
    )


async def still_there(desk: Desk, person: Person, _about: int) -> Notice | None:
    """In place of the fourth check-in that she would leave unanswered."""
    if not await concerns(desk, person):
        return None
    words = _("Hello! It was quiet here, and that is fine. Shall I still ask you once a week?")
    return Notice(words, ((HERE, Opening("check_in")), (FEWER, Opening("week")), (STOP, Opening("week", "stop"))))


async def goal_of(desk: Desk, person: Person, about: int, *states: GoalState) -> Goal | None:
    """A goal of hers in one of these states; None otherwise."""
    kept = await growth.goals_of(desk.tx, person.id)
    return next((goal for goal in kept if goal.id == about and goal.state in states), None)


async def milestone_due(desk: Desk, person: Person, about: int) -> Notice | None:
    """It is the day of a milestone. Her words stand behind what a locked phone shows."""
    goal = await goal_of(desk, person, about, GoalState.DESCRIBED)
    following = next_milestone(goal.plan) if goal is not None else None
    if following is None or following[1].by > desk.now.astimezone(ZoneInfo(person.zone)).date():
        return None
    words = paragraphs(
        _("Hello! Today is a day that you noted for yourself some time ago. How is it going with this?"),
        goals.said(following[1].words),
    )
    answers = {Going.DONE: DONE, Going.STUCK: STUCK, Going.LATER: LATER}
    return Notice(words, tuple((one, Opening("check_in", f"{about}-{going}")) for going, one in answers.items()))


async def plan_moment(desk: Desk, person: Person, about: int) -> Notice | None:
    """The moment of her if-then plan has come."""
    goal = await goal_of(desk, person, about, GoalState.DESCRIBED)
    if goal is None:
        return None
    words = paragraphs(
        _("Hello! This is the moment that you chose for a small first step. You can do it. It was:"),
        goals.said(goal.plan.first_step),
    )
    return Notice(words, ((MY_GOAL, Opening("goals", str(about))),))


async def after(desk: Desk, person: Person, about: int) -> Notice | None:
    """How a goal holds that was reached."""
    goal = await goal_of(desk, person, about, *REACHED)
    if goal is None:
        return None
    words = paragraphs(
        _("Hello! Some time ago you reached something that you had chosen. How does it hold today?"),
        goals.said(goal.plan.title),
    )
    answers = {Holds.WELL: WELL, Holds.WOBBLES: WOBBLES, Holds.NOT: NOT}
    return Notice(words, tuple((one, Opening("after", f"{about}-{holds}")) for holds, one in answers.items()))


WEEKS: dict[Week, Text] = {
    Week.GOOD: _("{name} had a good week."),
    Week.SO_SO: _("{name} had a so-so week."),
    Week.HARD: _("{name} had a hard week."),
}


async def mentee_week(desk: Desk, person: Person, about: int) -> Notice | None:
    """To a mentor: the week of her mentee in short, as long as the mentee shares it. None of her words."""
    row = await pairs.get(desk.tx, about)
    if row is None or row.mentor_id != person.id or row.state not in TOGETHER:
        return None
    told, pair = row.file.week, await pairs.seen(desk.tx, row, person.id)
    if told is None or pair is None or not row.file.share_goal:
        return None
    words = lines(
        WEEKS[told.how](name=name_of(pair)),
        n_("{n} milestone of her goal is done.", "{n} milestones of her goal are done.", told.done)
        if told.done
        else None,
        _("She is stuck with her goal at the moment. A kind word helps.") if told.stuck else None,
    )
    return Notice(words, ((WRITE, Opening("write", str(about))),))


# --- what she does ------------------------------------------------------------------------------------------------


async def tell_week(desk: Desk, effect: TellWeek, person: Person) -> Carried:
    """Her mentor hears of her week, once, where she shares her goal; she reads that it is so."""
    says = None
    for found in await pairs.living_of(desk.tx, person.id, Side.MENTEE):
        row = await pairs.get(desk.tx, found.id, lock=True)
        if row is None or row.state not in TOGETHER or not row.file.share_goal:
            continue
        before = row.file.week
        again = before is not None and desk.now - before.at < TOLD_APART
        at = before.at if before is not None and again else desk.now
        await keep(desk, row, week=WeekTold(effect.how, at, effect.done, effect.stuck))
        if not again:
            await desk.tell(row.mentor_id, MENTEE_WEEK, row.id)
            says = _("Your mentor reads in one line how your week was.")
    return Carried(person, says=says)


async def ask_for_help(desk: Desk, effect: AskForHelp, person: Person) -> Carried:
    """A coordinator helps her with her goal. It is about nobody else, and no mentor hears of it."""
    file = CaseFile(why=HELP, words=effect.words)
    case = await team.open_case(desk.tx, person.id, None, None, file, desk.now)
    if await desk.tell_team("team_help", case, at_once=True, but=(person.id,)):
        return Carried(person, says=_("A coordinator has your message. She answers you here."))
    return Carried(person, says=_("I keep your message. No coordinator is here yet. She sees it when she comes."))


async def pause(desk: Desk, effect: PauseNudges, person: Person) -> Carried:
    """Nothing comes unasked for some weeks, or from now on again."""
    if effect.weeks not in (0, *PAUSES):
        return Carried(person)
    until = desk.now + timedelta(weeks=effect.weeks) if effect.weeks else None
    paused = msgspec.structs.replace(person, paused_until=until)
    await people.save(desk.tx, [paused])
    if until is None:  # what was put off until the end of the pause comes at the next occasion
        await desk.cancel([CHECK_IN], 0, person.id)
    await plan(desk, paused)
    return Carried(paused)


NOTICES: dict[str, Make] = {
    CHECK_IN: check_in,
    STILL_THERE: still_there,
    MILESTONE_DUE: milestone_due,
    PLAN_MOMENT: plan_moment,
    **dict.fromkeys(AFTERCARE, after),
    MENTEE_WEEK: mentee_week,
}

AFFAIR = Affair(
    carries={TellWeek: tell_week, AskForHelp: ask_for_help, PauseNudges: pause},
    notices=NOTICES,
)
