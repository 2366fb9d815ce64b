"""Who comes to the talks of goals, and to those that ask unasked how it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta

from msgspec.structs import replace

from bot.mentoring.check_ins import Holds
from bot.mentoring.goals import Goal, GoalPlan, GoalState, Milestone, tick
from bot.mentoring.lookups import Goals
from bot.mentoring.mentorship import MyPairs, PairState, Side, Week
from conversations.goal_examples import fields
from conversations.preferences import EVENING, MORNING
from tests.conversations.driver import Looks
from tests.faults.cases import NOW, Case, member
from tests.faults.with_pairs import pair_of

PLAN = GoalPlan(
    title="A job in a bakery that is not too far from my home",
    measure={"msgid": "I have a signed contract.", "context": ""},
    sure=4,
    why={"voice": 3, "seconds": 4},
    by=date(2027, 7, 31),
    milestones=tuple(
        Milestone(f"Milestone {n} in some words of my own, written with care", date(2027, n + 3, 1))
        for n in range(1, 6)
    ),
    first_step="Call one bakery",
    if_then={"at": "2027-03-02T10:00"},
)
HALF = tick(PLAN, {1, 2, 3}, date(2027, 2, 1))
ALMOST = tick(PLAN, {1, 2, 3, 4}, date(2027, 2, 1))
ALL_DONE = tick(PLAN, {1, 2, 3, 4, 5}, date(2027, 2, 1))
LATE = replace(PLAN, by=date(2027, 2, 1), milestones=PLAN.milestones[:1], field="food")
GOALS: dict[str, tuple[Goal, ...]] = {
    "none": (),
    "one": (Goal(7, PLAN),),
    "half": (Goal(7, HALF),),
    "almost": (Goal(7, ALMOST),),
    "done": (Goal(7, ALL_DONE),),
    "late": (Goal(7, LATE),),
    "paused": (Goal(7, PLAN, GoalState.PAUSED),),
    "reached": (Goal(7, PLAN, GoalState.REACHED),),
    "continuing": (Goal(7, PLAN, GoalState.CONTINUING),),
    "let go": (Goal(7, PLAN, GoalState.LET_GO),),
    "many": tuple(Goal(n, PLAN, state) for n, state in enumerate((*GoalState, *GoalState), 1)),
}
OTHERS = (Goal(8, HALF), Goal(9, LATE))
MENTOR, MENTEE = pair_of(PairState.ACTIVE), pair_of(PairState.ACTIVE, Side.MENTOR, id=8)


def goals() -> Iterator[Case]:
    """All that she may have, and one of many."""
    for held, some in GOALS.items():
        yield Case(f"goals {held}", looks={Goals: some})
    yield Case("one of many", looks={Goals: GOALS["many"]}, about="2")


def check_in() -> Iterator[Case]:
    """No goal, one or more; what she has tapped already; with a mentor, with a mentee, with one to whom she has not yet
    agreed."""
    for held, some in GOALS.items():
        yield Case(f"goals {held}", looks={Goals: some})
        yield Case(f"reminded, goals {held}", looks={Goals: some}, about="7")
    for going in ("done", "way", "stuck", "later", "gone"):
        yield Case(f"tapped {going}", looks={Goals: GOALS["almost"]}, about=f"7-{going}")
    for week in Week:
        yield Case(f"tapped {week.value}", looks={Goals: (*GOALS["one"], *OTHERS)}, about=week.value)
    for field in fields():
        yield Case(f"a goal in {field}", looks={Goals: (Goal(7, replace(PLAN, field=field)),)}, about="7-stuck")
    agreeing = pair_of(PairState.AGREEING)
    for name, pairs in {"a mentor": (MENTEE, MENTOR), "a mentee": (MENTEE,), "nobody yet": (agreeing,)}.items():
        yield Case(f"with {name}", looks={Goals: GOALS["one"], MyPairs: pairs})


def after() -> Iterator[Case]:
    """A goal in each state; how it holds, tapped already or not; with a mentor and without."""
    for state in GoalState:
        for pairs in ((), (MENTEE, MENTOR)):
            looks: Looks = {Goals: (Goal(7, ALL_DONE, state), *OTHERS), MyPairs: pairs}
            yield Case(f"{state.value} with {len(pairs)}", looks=looks, about="7")
    for tapped in (*Holds, "gone"):
        yield Case(f"tapped {tapped}", looks={Goals: GOALS["reached"]}, about=f"7-{tapped}")


def week() -> Iterator[Case]:
    """Asked or not, in a pause or not, tapped already or not; the longest and the shortest quiet hours."""
    for asked in (True, False):
        for name, until in {"": None, ", a pause": NOW + timedelta(weeks=8), ", a pause that is over": NOW}.items():
            yield Case(f"asked {asked}{name}", member(check_ins=asked, paused_until=until))
        yield Case(f"stops, asked {asked}", member(check_ins=asked), about="stop")
    for begin, end in ((EVENING[0], MORNING[-1]), (EVENING[-1], MORNING[0])):
        yield Case(f"quiet from {begin} to {end}", member(quiet_from=time(begin), quiet_until=time(end)))


CASES: Mapping[str, Callable[[], Iterator[Case]]] = {
    "goals": goals,
    "check_in": check_in,
    "after": after,
    "week": week,
}
