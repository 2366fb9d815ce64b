"""Who comes to the talks of a pair: what they agree, write, plan, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from bot.mentoring.assessments import Assessment, Taken
from bot.mentoring.goals import Goal, GoalPlan, GoalState, Milestone
from bot.mentoring.held_back import Lure
from bot.mentoring.lookups import Goals, TakenBefore
from bot.mentoring.meetings import (
    ComingMeeting,
    Introduction,
    IntroductionOf,
    IntroductionState,
    Meet,
    Meeting,
    MeetingOf,
    MeetingState,
    Part,
)
from bot.mentoring.mentorship import Chain, MyPairs, Pair, PairFile, PairOf, PairState, Side
from bot.mentoring.pair_steps import FeedbackOpen, GoalOf, NextMeeting, SharedGoal
from bot.mentoring.people import Person, Role
from bot.mentoring.profiles import MyProfile
from bot.mentoring.relay import CameMeanwhile, Held, HeldWords
from conversations.barriers import BARRIERS, HOLDS, OVERCOME
from tests.faults.cases import LONG_NAME, NOW, SPOKEN, WHOLE, Case, member, words

LATER = NOW + timedelta(days=100)
BOTH = frozenset(Side)


def pair_of(state: PairState, side: Side = Side.MENTEE, *, id: int = 7, other: str = LONG_NAME, **file: Any) -> Pair:
    """A pair as one of the two sees it."""
    return Pair(id, state, side, other, 9, NOW, PairFile(**{"active_until": LATER, "hold_until": LATER, **file}))


def several(*others: str, side: Side = Side.MENTOR) -> tuple[Pair, ...]:
    """Living pairs with these."""
    return tuple(pair_of(PairState.ACTIVE, side, id=n, other=other) for n, other in enumerate(others, 7))


ONE, MANY = several("Fictive Amina"), several("Fictive Amina", "Fictive Amina", LONG_NAME, LONG_NAME, "")


def of_each_side(pairs: Mapping[str, Callable[[Side], Pair]], look: type = PairOf, about: str = "7") -> Iterator[Case]:
    """A case of either side for each of these pairs."""
    for name, pair in pairs.items():
        for side in Side:
            yield Case(f"{side.value}, {name}", member(Role(side.value)), {look: pair(side)}, about)


# --- how it stands between them -----------------------------------------------------------------------------------


def agreement() -> Iterator[Case]:
    """First and second to agree, with names and without."""
    pairs: dict[str, Callable[[Side], Pair]] = {
        "first": lambda side: pair_of(PairState.AGREEING, side),
        "second": lambda side: pair_of(
            PairState.AGREEING, side, rhythms={side.other: "weekly"}, lengths={side.other: 9}, agreed={side.other: NOW}
        ),
        "has agreed": lambda side: pair_of(PairState.AGREEING, side, agreed={side: NOW}),
        "without her name": lambda side: pair_of(PairState.AGREEING, side, other=""),
        "over": lambda side: pair_of(PairState.ENDED, side),
    }
    yield from of_each_side(pairs)
    yield Case("without a name", member(alias=""), {PairOf: pair_of(PairState.AGREEING)}, "7")


def trial() -> Iterator[Case]:
    """The question after the first meeting."""
    yield from of_each_side({state.value: lambda side, state=state: pair_of(state, side) for state in PairState})  # type: ignore[misc]


def hub() -> Iterator[Case]:
    """Every state of a pair, on both sides, with all that can be told of it."""
    pairs: dict[str, Callable[[Side], Pair]] = {
        **{state.value: lambda side, state=state: pair_of(state, side) for state in PairState},  # type: ignore[misc]
        "agreed by her": lambda side: pair_of(PairState.AGREEING, side, agreed={side: NOW}, other=""),
        "asked after the trial": lambda side: pair_of(PairState.TRIAL, side, asked=1),
        "said yes": lambda side: pair_of(PairState.TRIAL, side, asked=1, goes_on={side: True}),
        "she paused": lambda side: pair_of(PairState.HOLD, side, held_by=side.value),
        "all is shared": lambda side: pair_of(PairState.ACTIVE, side, media=BOTH, contacts=BOTH, share_goal=True),
    }
    yield from of_each_side(pairs)
    meeting, goal = NOW + timedelta(days=3), SharedGoal(words(120), 2, 5, date(2027, 7, 31))
    more = {NextMeeting: meeting, GoalOf: goal, PairOf: pair_of(PairState.ACTIVE, Side.MENTOR)}
    yield Case("a meeting and a goal", member(Role.MENTOR), more, "7")
    yield Case("a goal in her voice", member(Role.MENTOR), {**more, GoalOf: replace(goal, title=SPOKEN)}, "7")
    over = pair_of(PairState.COMPLETED)
    yield Case("can still say how it was", looks={PairOf: over, FeedbackOpen: over}, about="7")
    for pairs_of_hers in (
        several("Fictive Amina"),
        several("Fictive Amina", "Fictive Amina", "", LONG_NAME, LONG_NAME),
    ):
        yield Case(f"of {len(pairs_of_hers)}", member(Role.MENTOR), {MyPairs: pairs_of_hers})


def ending() -> Iterator[Case]:
    """Towards the end."""
    yield from of_each_side(
        {
            "active": lambda side: pair_of(PairState.ACTIVE, side),
            "held": lambda side: pair_of(PairState.HOLD, side),
            "without her name": lambda side: pair_of(PairState.ACTIVE, side, other=""),
        }
    )


def feedback() -> Iterator[Case]:
    """After every way to end."""
    over = {
        state.value: lambda side, state=state: pair_of(state, side)
        for state in (PairState.COMPLETED, PairState.ENDED)
    }  # fmt: skip
    yield from of_each_side(over, FeedbackOpen)


def chain() -> Iterator[Case]:
    """Asked for the first time and again, with much and with nothing behind her."""
    for said in ("", Chain.LATER.value, Chain.NO.value):
        yield Case(f"said {said!r}", looks={PairOf: pair_of(PairState.COMPLETED, chain=said)}, about="7")
    levels = [dict.fromkeys(BARRIERS, level) for level in (HOLDS, OVERCOME)]
    taken = tuple(Taken(Assessment.BARRIERS, NOW, each) for each in levels)
    whole = {PairOf: pair_of(PairState.COMPLETED), TakenBefore: taken, MyProfile: WHOLE}
    yield Case("much behind her", looks=whole, about="7")
    yield Case("is a mentor", member(Role.BOTH), {PairOf: pair_of(PairState.COMPLETED)}, "7")


# --- words between them -------------------------------------------------------------------------------------------


def write() -> Iterator[Case]:
    """To the only one, to one of several, to nobody."""
    for name, pairs in {"one": ONE, "many": MANY}.items():
        for about in ("", "7", "7-more", "99"):
            yield Case(f"{name} {about}", member(Role.MENTOR), {MyPairs: pairs}, about)
    came = {MyPairs: MANY, CameMeanwhile: True}
    yield Case("something came from another", member(Role.MENTOR), came, "7-more")
    agreeing = pair_of(PairState.AGREEING, Side.MENTOR, id=20, other="Fictive Nina")
    yield Case("one agrees to nothing yet", member(Role.MENTOR), {MyPairs: (*ONE, agreeing)})
    for about in ("", "20"):
        yield Case(f"none agreed {about}", member(Role.MENTOR), {MyPairs: (agreeing,)}, about)


def held() -> Iterator[Case]:
    """Whatever was found, before and after she agreed to share."""
    every = (frozenset[Lure](), *(frozenset({lure}) for lure in Lure), frozenset(Lure))
    for found in every:
        for side in Side:
            for agreed in (frozenset[Side](), frozenset({side}), BOTH):
                pair = pair_of(PairState.ACTIVE, side, contacts=agreed)
                looks = {HeldWords: Held(5, 7, found), PairOf: pair, MyPairs: (pair,)}
                yield Case(f"{sorted(found)}, {side.value}, {len(agreed)}", member(Role(side.value)), looks, "5")


def contacts() -> Iterator[Case]:
    """Who has agreed so far."""
    pairs: dict[str, Callable[[Side], Pair]] = {
        "nobody": lambda side: pair_of(PairState.TRIAL, side),
        "the other": lambda side: pair_of(PairState.ACTIVE, side, contacts=frozenset({side.other})),
        "she": lambda side: pair_of(PairState.ACTIVE, side, contacts=frozenset({side}), other=""),
        "both": lambda side: pair_of(PairState.HOLD, side, contacts=BOTH),
        "agreeing": lambda side: pair_of(PairState.AGREEING, side),
    }
    yield from of_each_side(pairs)


def report() -> Iterator[Case]:
    """Before and after the team is told."""
    for about in ("7", "7-told"):
        yield from of_each_side({f"about {about}": lambda side: pair_of(PairState.TRIAL, side)}, about=about)


# --- meetings and introductions -----------------------------------------------------------------------------------


def meeting_of(state: MeetingState, side: Side = Side.MENTEE, **more: Any) -> Meeting:
    """A meeting as one of the two sees it."""
    given = {"mine": False, "other": LONG_NAME, "way": Meet.PERSON.value, "place": words(120), **more}
    return Meeting(5, 7, state, side=side, proposals=tuple(NOW + timedelta(days=n) for n in (1, 2, 3)), **given)


def meet() -> Iterator[Case]:
    """With the only one, with one of several, instead of a meeting that stands."""
    for about in ("", "7", "7-5"):
        for pairs in (
            (),
            several("Fictive Amina"),
            several("Fictive Amina", "Fictive Amina", LONG_NAME, LONG_NAME, ""),
        ):
            looks = {MyPairs: pairs, PairOf: pairs[0] if pairs else None}
            yield Case(f"{len(pairs)} {about}", member(Role.MENTOR), looks, about)
    agreed = pair_of(PairState.ACTIVE, contacts=BOTH)
    yield Case("contacts are shared", looks={PairOf: agreed}, about="7")
    for about in ("7", "7-5"):
        coming = {PairOf: pair_of(PairState.ACTIVE), ComingMeeting: meeting_of(MeetingState.PROPOSED)}
        yield Case(f"one is coming {about}", looks=coming, about=about)
    yield Case("not now", looks={PairOf: pair_of(PairState.HOLD)}, about="7")


def meeting() -> Iterator[Case]:
    """Proposed by her or the other one, agreed, past, over."""
    past = tuple(NOW - timedelta(days=n) for n in (1, 2))
    for mine in (True, False):
        for way in Meet:
            one = meeting_of(MeetingState.PROPOSED, mine=mine, way=way.value)
            yield Case(f"{way.value}, mine {mine}", looks={MeetingOf: one}, about="5")
        gone = replace(meeting_of(MeetingState.PROPOSED, mine=mine, place=None), proposals=past)
        yield Case(f"times are past, mine {mine}", looks={MeetingOf: gone}, about="5")
    agreed = meeting_of(MeetingState.AGREED, at=NOW + timedelta(days=2))
    yield Case("agreed", looks={MeetingOf: agreed}, about="5")
    yield Case("over", looks={MeetingOf: replace(agreed, at=past[0])}, about="5")
    yield Case("cancelled", looks={MeetingOf: meeting_of(MeetingState.CANCELLED)}, about="5")


def met() -> Iterator[Case]:
    """From a button or not, with every kind of goal."""
    plan = GoalPlan(words(120), "A contract", 4, "For us", date(2027, 6, 1), (), "Write the letter")
    full = replace(plan, milestones=tuple(Milestone(f"Step {n}", date(2027, 5, n)) for n in range(1, 6)))
    goals = {
        "no goal": (),
        "one": (Goal(3, plan),),
        "full": (Goal(3, full),),
        "spoken": (Goal(3, replace(plan, title=SPOKEN)),),
        "many": tuple(Goal(n, plan) for n in range(3, 12)),
        "paused": (Goal(3, plan, GoalState.PAUSED),),
    }
    for side in Side:
        over = meeting_of(MeetingState.PAST, side, at=NOW - timedelta(days=1))
        for about in ("5", "5-good", "5-so", "5-not", "5-odd"):
            yield Case(f"{side.value} {about}", member(Role(side.value)), {MeetingOf: over}, about)
    for name, some in goals.items():
        over = meeting_of(MeetingState.PAST, at=NOW - timedelta(days=1))
        yield Case(name, looks={MeetingOf: over, Goals: some}, about="5-good")
    yield Case("not over", looks={MeetingOf: meeting_of(MeetingState.AGREED, at=LATER)}, about="5")


def opener() -> Iterator[Case]:
    """A question to begin with, of a pair and of one that is over."""
    for state in PairState:
        yield Case(state.value, member(Role.MENTOR), {PairOf: pair_of(state, Side.MENTOR)}, "7-3")
    yield Case("no question", member(Role.MENTOR), {PairOf: pair_of(PairState.ACTIVE, Side.MENTOR)}, "7")


def introduce() -> Iterator[Case]:
    """By a mentor, before and after contacts are shared."""
    for agreed in (frozenset[Side](), BOTH):
        pair = pair_of(PairState.ACTIVE, Side.MENTOR, contacts=agreed)
        yield Case(f"{len(agreed)} agreed", member(Role.MENTOR), {PairOf: pair}, "7")
    yield Case("by a mentee", looks={PairOf: pair_of(PairState.ACTIVE)}, about="7")


def introduced() -> Iterator[Case]:
    """The mentee, the contact who is new here or not, the mentor herself; in every state."""
    women = {
        "new": Person(1),
        "gone": Person(1, role=Role.BOTH, adult=True, alias="Fictive Fay"),
        "grown, without a name": member(alias=""),
        "member": member(),
    }
    for state in IntroductionState:
        for part in Part:
            asked = Introduction(5, state, part, LONG_NAME, words(200) if part is Part.MENTEE else None, LONG_NAME)
            for name, her in women.items():
                for said, gave in ((False, False), (True, False), (True, True)):
                    told = replace(asked, said=said, gave=gave)
                    yield Case(f"{state.value} {part.value} {name} {said} {gave}", her, {IntroductionOf: told}, "5")
    bare = Introduction(5, IntroductionState.OFFERED, Part.MENTEE, "Fictive Lina")
    yield Case("without a word", looks={IntroductionOf: bare}, about="5")


CASES: Mapping[str, Callable[[], Iterator[Case]]] = {
    "agreement": agreement, "trial": trial, "pair": hub, "ending": ending, "feedback": feedback, "chain": chain,
    "write": write, "held": held, "contacts": contacts, "report": report, "meet": meet, "meeting": meeting, "met": met,
    "introduce": introduce, "introduced": introduced, "opener": opener,
}  # fmt: skip
