"""Who comes to the talks of the team."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from msgspec.structs import replace

from bot.mentoring.constraints import LACKS, Against, Lack
from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.people import Person, Role
from bot.mentoring.profiles import Profile, Wish
from bot.mentoring.relay import Concern
from bot.mentoring.team import (
    MOST_NAMED,
    MOST_REASONS,
    Applicant,
    ApplicantOf,
    Asked,
    CaseFile,
    CaseOf,
    CaseState,
    CoordinatorState,
    InvitedToCoordinate,
    Proposed,
    RoundNow,
    RoundPlan,
    StaysWithout,
    Waiting,
    Waits,
    WhatWaits,
    Work,
)
from bot.mentoring.team import Case as Reported
from conversations import competencies
from conversations.barriers import BARRIERS
from tests.faults.cases import LONG_NAME, NOW, REASONS, SPOKEN, WHOLE, Case, member, words

CORA = member(Role.BOTH, alias="Fictive Cora", coordinator=True)


def coordinator() -> Iterator[Case]:
    """Whoever opens an invitation, however far she is."""
    women = {"new": Person(1), "member": member(), "without a name": member(alias="")}
    for name, her in women.items():
        for asked in (Asked(), Asked(CoordinatorState.ASKED, "012345"), Asked(CoordinatorState.CONFIRMED)):
            yield Case(f"{name} {asked.state}", her, {InvitedToCoordinate: asked}, "5")


def waiting(*work: Work, name: str = LONG_NAME) -> Waiting:
    """So much waits."""
    some = tuple(Waits(each, n, NOW, name, name) for n, each in enumerate(work, 1))
    return Waiting({each: work.count(each) for each in dict.fromkeys(work)}, some)


def coordination() -> Iterator[Case]:
    """Nothing, one of each, many pages; and each thing by its button."""
    for name, waits in {
        "nothing": Waiting(),
        "one of each": waiting(*Work),
        "without names": waiting(*Work, name=""),
        "two pages": waiting(*Work, *Work),
        "no mentee": waiting(*[work for work in Work if work is not Work.MENTEE]),
        "ten pages": waiting(*(list(Work) * 12)[:70]),
    }.items():
        yield Case(name, CORA, {WhatWaits: waits})
    for one in waiting(*Work).oldest:
        yield Case(one.key, CORA, {WhatWaits: waiting(*Work)}, one.key)
    yield Case("not any more", CORA, {WhatWaits: Waiting()}, "pair-7")


def applicant() -> Iterator[Case]:
    """All that she may have told, and how far she is."""
    file = MentorFile(
        NOW, NOW, NOW, "2026-11", NOW, 9, overcame=tuple(BARRIERS), story=words(240), question=words(500),
        answer=words(500),
    )  # fmt: skip
    skills = dict.fromkeys(competencies.SHEET.items, competencies.SHEET.strong)
    whole = Applicant(7, LONG_NAME, MentorState.WAITING, WHOLE, file, skills, LONG_NAME)
    for name, one in {
        "whole": whole,
        "spoken": replace(whole, file=replace(file, story=SPOKEN, question=SPOKEN, answer=SPOKEN)),
        "not answered": replace(whole, file=replace(file, answer=None, talked_at=None)),
        "least": Applicant(7, "", MentorState.WAITING, Profile(), MentorFile()),
        "approved": replace(whole, state=MentorState.APPROVED, decided_by="", file=replace(file, decided_at=NOW)),
        "declined": replace(whole, state=MentorState.DECLINED, decided_by="", file=replace(file, decided_at=NOW)),
        "approved, no day": replace(whole, state=MentorState.APPROVED),
        "left": replace(whole, state=MentorState.LEFT),
    }.items():
        yield Case(name, CORA, {ApplicantOf: one}, "7")


def case() -> Iterator[Case]:
    """Every concern, and every door."""
    whole = Reported(9, CaseState.OPEN, NOW, LONG_NAME, LONG_NAME, CaseFile(), mentor=True, pair=4, living=True)
    for why in (*Concern, "help", "gone"):
        for said in (words(1000), SPOKEN, None):
            one = replace(whole, file=CaseFile(why, said))
            yield Case(f"{why} {type(said).__name__}", CORA, {CaseOf: one}, "9")
    for name, one in {
        "apart": replace(whole, living=False),
        "a mentee": replace(whole, mentor=False),
        "least": Reported(9, CaseState.OPEN, NOW, "", "", CaseFile()),
        "closed": replace(whole, state=CaseState.CLOSED),
    }.items():
        yield Case(name, CORA, {CaseOf: one}, "9")


def matching_round() -> Iterator[Case]:
    """Nobody, only women without a mentor, and many pairs."""
    pairs = tuple(Proposed(n, 100 + n, LONG_NAME, LONG_NAME, REASONS[:MOST_REASONS]) for n in range(1, 10))
    lacks = [Lack(Against.LIMITS, wish, 3) for wish in Wish] + [Lack(each) for each in LACKS]
    stay = tuple(StaysWithout(LONG_NAME, lack) for lack in lacks)
    plans = {
        "nobody": RoundPlan(),
        "one": RoundPlan(pairs[:1]),
        "many": RoundPlan(pairs, stay[:MOST_NAMED], 12, 12),
        "no names": RoundPlan(tuple(replace(one, mentee_name="", mentor_name="") for one in pairs[:2])),
    }
    for first in range(0, len(stay), MOST_NAMED):
        plans[f"without {first}"] = RoundPlan((), tuple(islice(stay, first, first + MOST_NAMED)), 0, 1)
    for name, plan in plans.items():
        yield Case(name, CORA, {RoundNow: plan})


CASES: Mapping[str, Callable[[], Iterator[Case]]] = {
    "coordinator": coordinator, "coordination": coordination, "applicant": applicant, "case": case,
    "round": matching_round,
}  # fmt: skip
