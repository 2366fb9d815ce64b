"""What a case is: who comes to a talk, and what is found for her. The talks' own cases stand in visits, with_mentors,
with_pairs and with_team.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.mentoring.lookups import Goals, LeftTalks, TakenBefore
from bot.mentoring.meetings import ComingMeeting, IntroductionOf, MeetingOf
from bot.mentoring.mentorship import MyPairs, PairOf
from bot.mentoring.pair_steps import FeedbackOpen, GoalOf, NextMeeting
from bot.mentoring.path import MyMentoring, Standing
from bot.mentoring.people import Person, Purpose, Role
from bot.mentoring.profiles import Field, Level, MyProfile, Profile, Slot, TonguesNamed, Way, Wish
from bot.mentoring.reasons import Kind, Reason
from bot.mentoring.relay import CameMeanwhile, CanWrite, HeldWords, Replied
from bot.mentoring.requests import CardOf, MySearch, QuestionOf, Search
from bot.mentoring.team import ApplicantOf, CaseOf, InvitedToCoordinate, RoundNow, RoundPlan, Waiting, WhatWaits
from conversations.preferences import LONGEST_NAME
from tests.conversations.driver import Looks

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
ALL = frozenset(Purpose)
# What is looked up for a woman around whom there is nobody and nothing.
NOTHING: Looks = {
    LeftTalks: (), Goals: (), TakenBefore: (), MyPairs: (), PairOf: None, MyProfile: Profile(), TonguesNamed: (),
    MyMentoring: Standing(), NextMeeting: None, GoalOf: None, FeedbackOpen: None, Replied: 0, CanWrite: False,
    CameMeanwhile: False, HeldWords: None, MySearch: Search(), CardOf: None, QuestionOf: None, MeetingOf: None,
    ComingMeeting: None, IntroductionOf: None, InvitedToCoordinate: None, WhatWaits: Waiting(), ApplicantOf: None,
    CaseOf: None, RoundNow: RoundPlan(),
}  # fmt: skip


def member(role: Role = Role.MENTEE, **fields: Any) -> Person:
    """A fictional woman who takes part."""
    given = {"alias": "Fictive Fleur", "role": role, "adult": True, "consents": ALL, **fields}
    return Person(2, "fr", **given)


@dataclass(frozen=True)
class Case:
    """One way to come to a talk, whatever her language: who she is and what is found for her beyond NOTHING."""

    name: str
    person: Person = field(default_factory=member)
    looks: Looks = field(default_factory=dict)
    about: str = ""


# --- the longest that each can tell, and the least ----------------------------------------------------------------

LONG_NAME = "Fictive Fleur-Marguerite Verzonnen"[:LONGEST_NAME]
SPOKEN = {"voice": 3, "seconds": 4}
WHOLE = Profile(
    languages=dict.fromkeys(("fr", "nl", "ar", "en", "tr", "es", "so", "ti"), Level.WELL) | {"ckb": Level.MOTHER},
    knows=frozenset(Field),
    hopes=frozenset(Field),
    region="brussels",
    commune="ixelles",
    ways=frozenset(Way),
    times=frozenset(Slot),
    children=True,
    wishes=frozenset(Wish),
    limits=frozenset(Wish),
)
LITTLE = Profile(languages={"fr": Level.ENOUGH})
REASONS = (
    Reason(Kind.HOPED, 30, tuple(Field)),
    Reason(Kind.MOTHER, 20, ("fr", "nl", "ckb")),
    Reason(Kind.WISHES, 70, tuple(Wish)),
    Reason(Kind.TIMES, 10, tuple(Slot)),
    *(Reason(Kind.BARRIER, 10, (each,)) for each in ("network", "papers", "workplace")),
)


def words(length: int) -> str:
    """Words of a woman, as long as they may be."""
    return ("Fictive words of a woman, written with care. " * (length // 40 + 1))[:length].strip()
