"""The talks of coordinators: what waits, an applicant, a report, the round, and how one becomes one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bot.dialogue.steps import Json, Talk
from bot.mentoring.constraints import Against, Lack
from bot.mentoring.effects import GiveConsent, Outcome, SetProfile
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.people import Person, Purpose
from bot.mentoring.profiles import Field, Level, Profile
from bot.mentoring.reasons import Kind, Reason
from bot.mentoring.relay import Concern
from bot.mentoring.team import (
    Applicant,
    ApplicantOf,
    AskApplicant,
    Asked,
    AskPair,
    AskToCoordinate,
    Case,
    CaseFile,
    CaseOf,
    CaseState,
    CloseCase,
    Closing,
    CoordinatorState,
    Decide,
    EndPair,
    InvitedToCoordinate,
    NoteTalk,
    PauseMentor,
    Proposed,
    ReadPair,
    RoundNow,
    RoundPlan,
    SendRound,
    StaysWithout,
    Waiting,
    Waits,
    WhatWaits,
    Work,
    WriteReporter,
)
from conversations import applicant, case, coordination, coordinator, matching_round
from conversations.consent import NEEDED
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import MEMBER, STRANGER, world

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
CORA = msgspec.structs.replace(MEMBER, alias="Fictive Cora", coordinator=True)
BEA = Applicant(
    7, "Fictive Bea", MentorState.WAITING,
    Profile(languages={"ar": Level.MOTHER}, knows=frozenset({Field.CARE}), region="brussels"),
    MentorFile(NOW, NOW, NOW, "2026-11", overcame=("diploma",), story="I came, I learned."),
    {"inspire": 3, "guide": 1},
)  # fmt: skip
REPORT = Case(
    9, CaseState.OPEN, NOW, "Fictive Amina", "Fictive Bea", CaseFile("unkind", "She shouted"), mentor=True, pair=4,
    living=True,
)  # fmt: skip
PAIRS = tuple(
    Proposed(n, 100 + n, f"Mentee {n}", f"Mentor {n}", (Reason(Kind.KNOWN, 20, ("care",)),)) for n in range(1, 7)
)
PLAN = RoundPlan(PAIRS, (StaysWithout("Fictive Fay", Lack(Against.FULL)),), more_pairs=2, more_without=3)


def waiting(*work: Work) -> Waiting:
    some = tuple(Waits(each, n, NOW, f"Woman {n}", f"Other {n}") for n, each in enumerate(work, 1))
    return Waiting({each: work.count(each) for each in dict.fromkeys(work)}, some)


EVERYTHING = waiting(*Work)


def looks(me: Person = CORA, **more: Any) -> dict[Any, Any]:
    common = {WhatWaits: EVERYTHING, ApplicantOf: BEA, CaseOf: REPORT, RoundNow: PLAN, InvitedToCoordinate: Asked()}
    return {**world(me), **common, **more}


TEAM = {"coordination": coordination, "applicant": applicant, "case": case, "round": matching_round}


@pytest.mark.parametrize("name", TEAM)
@pytest.mark.parametrize("me", [STRANGER, MEMBER, msgspec.structs.replace(CORA, consents=frozenset())])
def test_to_who_is_no_coordinator_nothing_is_there(name: str, me: Person) -> None:
    played = drive(TEAM[name].TALK, {}, {"me": me}, about="7")  # nothing else is even looked up
    assert (shown(played).strip(), played.result) == (NOT_HERE.msgid, Outcome())


@pytest.mark.parametrize("talk", [*(each.TALK for each in TEAM.values()), coordinator.TALK], ids=lambda talk: talk.name)
def test_they_are_open_to_who_came_only_for_this_and_every_option_ends(talk: Talk) -> None:
    assert talk.open_to_all
    assert not talk.command  # commands are shown to everybody
    assert list(walk(talk, looks(), about="7"))


# --- what waits ---------------------------------------------------------------------------------------------------


def test_what_waits_is_counted_and_listed() -> None:
    played = drive(coordination.TALK, {}, looks())
    said = shown(played)
    assert "1 report\n1 call for help with a pair\n1 woman who wants to be a mentor\n1 woman without a mentor" in said
    assert "1. Report: Woman 1 about Other 1 (2027-03-01)" in said
    assert list(labels(played))[-1] == "round"


@pytest.mark.parametrize(
    ("row", "then"),
    [
        ("report-1", ("case", "1")),
        ("help-2", ("case", "2")),
        ("applicant-3", ("applicant", "3")),
        ("round", ("round", "")),
    ],
)
def test_a_row_opens_what_it_is_about(row: str, then: tuple[str, str]) -> None:
    result = drive(coordination.TALK, {"row.0": row}, looks()).result
    assert (result.then, result.about) == then


@pytest.mark.parametrize(
    ("row", "said", "doors"),
    [
        ("mentee-4", "Woman 4 waits for a mentor since 2027-03-01.", ["round", "list"]),
        ("request-5", "Woman 5 asked Other 5 on 2027-03-01.", ["list"]),
        ("pair-6", "Woman 6 and Other 6: no message and no meeting since 2027-03-01.", ["ask", "list"]),
    ],
)
def test_the_others_are_told_here(row: str, said: str, doors: list[str]) -> None:
    for played in (drive(coordination.TALK, {"row.0": row}, looks()), drive(coordination.TALK, {}, looks(), row)):
        assert said in shown(played)
        assert list(labels(played)) == doors


def test_both_of_a_silent_pair_are_asked() -> None:
    assert drive(coordination.TALK, {"do": "ask"}, looks(), "pair-6").result == Outcome((AskPair(6),), "coordination")


def test_of_much_the_rest_stands_behind_more() -> None:
    many = looks(waiting=waiting(*[Work.REPORT] * 9))
    first = drive(coordination.TALK, {}, many)
    assert list(labels(first).values()) == ["1", "2", "3", "4", "5", "6", "7", "More"]
    second = drive(coordination.TALK, {"row.0": "more"}, many)
    assert list(labels(second).values()) == ["8", "9"]
    assert "9. Report: Woman 9" in shown(second)
    assert drive(coordination.TALK, {"row.0": "more", "row.7": "report-9"}, many).result.about == "9"


def test_a_page_fits_into_one_message() -> None:
    long = [Waits(Work.REPORT, n, NOW, "N" * 30, "O" * 30) for n in range(20)]
    played = drive(coordination.TALK, {}, looks(waiting=Waiting(dict.fromkeys(Work, 99), tuple(long))))
    assert len(shown(played)) < 1000
    assert len(labels(played)) <= 10


def test_where_nothing_waits_it_is_said_kindly() -> None:
    played = drive(coordination.TALK, {}, looks(waiting=Waiting()))
    assert "Nothing waits for you." in shown(played)
    assert played.result == Outcome()


# --- an applicant -------------------------------------------------------------------------------------------------


def test_an_applicant_is_shown_by_what_she_told() -> None:
    said = shown(drive(applicant.TALK, {}, looks(), "7"))
    for part in (
        "Fictive Bea", "Languages: ar (My mother tongue)", "Work she knows: Care and health", "Region: Brussels",
        "Behind her: My foreign diploma", "Her strengths: Ability to inspire", "Her story: I came, I learned.",
        "Applied on 2027-03-01.", "Code of conduct: version 2026-11.", "Nobody has noted a talk",
    ):  # fmt: skip
        assert part in said
    assert "guide" not in said  # what she wishes to learn is no grade


TALKED = msgspec.structs.replace(
    BEA,
    talked_with="Fictive Dora",
    file=msgspec.structs.replace(BEA.file, talked_at=NOW, question="When?", answer="Now"),
)


def test_nobody_is_approved_before_a_talk() -> None:
    early = drive(applicant.TALK, {"do": "approve"}, looks(), "7")
    assert "First talk with her" in shown(early)
    assert early.result == Outcome(then="applicant", about="7")
    assert drive(applicant.TALK, {"do": "talked"}, looks(), "7").result.effects == (NoteTalk(7),)
    later = drive(applicant.TALK, {"do": "approve"}, looks(applicant=TALKED), "7")
    assert later.result == Outcome((Decide(7, approve=True),), then="coordination")
    shown_then = shown(drive(applicant.TALK, {}, looks(applicant=TALKED), "7"))
    assert "Fictive Dora talked with her on 2027-03-01." in shown_then
    assert "Asked: When?\nHer answer: Now" in shown_then


@pytest.mark.parametrize(
    ("answers", "effects"),
    [
        ({"do": "ask", "question": "When?"}, (AskApplicant(7, "When?"),)),
        ({"do": "ask", "question": {"voice": 1, "seconds": 2}, "question.typed": "When?"}, (AskApplicant(7, "When?"),)),
        ({"do": "ask", "question": {"voice": 1, "seconds": 2}, "question.typed": {"voice": 1, "seconds": 2}}, ()),
        ({"do": "decline", "reason": "Later", "sure": "yes"}, (Decide(7, approve=False, reason="Later"),)),
        ({"do": "decline", "reason": "Later", "sure": "no"}, ()),
        ({"do": "list"}, ()),
    ],
)
def test_what_she_writes_is_typed_and_a_no_is_seen_once_more(
    answers: dict[str, Json], effects: tuple[Any, ...]
) -> None:
    assert drive(applicant.TALK, answers, looks(), "7").result.effects == effects


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (MentorState.APPROVED, "Fictive Dora approved her"),
        (MentorState.DECLINED, "Fictive Dora said no to Fictive Bea"),
    ],
)
def test_what_is_decided_is_told_with_who_did(state: MentorState, said: str) -> None:
    file = msgspec.structs.replace(BEA.file, decided_at=NOW)
    decided = msgspec.structs.replace(BEA, state=state, file=file, decided_by="Fictive Dora")
    played = drive(applicant.TALK, {}, looks(applicant=decided), "7")
    assert said in shown(played)
    assert played.result == Outcome(then="coordination")


# --- a report -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "effect"),
    [
        ({"do": "pause", "sure": "yes"}, PauseMentor(9)),
        ({"do": "end", "sure": "yes"}, EndPair(9)),
        ({"do": "read", "reason": "A threat"}, ReadPair(9, "A threat")),
        ({"do": "write", "words": "I call you"}, WriteReporter(9, "I call you")),
        ({"do": "close", "outcome": "apart"}, CloseCase(9, Closing.APART)),
    ],
)
def test_the_doors_of_a_report(answers: dict[str, Json], effect: Any) -> None:
    assert drive(case.TALK, answers, looks(), "9").result.effects == (effect,)
    if answers.get("sure"):
        assert drive(case.TALK, {**answers, "sure": "no"}, looks(), "9").result == Outcome(then="case", about="9")


def test_only_doors_that_lead_somewhere_are_there() -> None:
    alone = msgspec.structs.replace(REPORT, mentor=False, pair=0, living=False)
    assert list(labels(drive(case.TALK, {}, looks(case=alone), "9"))) == ["write", "close", "list"]
    closed = msgspec.structs.replace(REPORT, state=CaseState.CLOSED)
    assert "This case is closed." in shown(drive(case.TALK, {}, looks(case=closed), "9"))


def test_every_reason_has_words() -> None:
    assert set(case.WHY) == set(Concern)


# --- the round ----------------------------------------------------------------------------------------------------


def test_all_pairs_are_seen_a_few_at_a_time_and_go_out_without_those_left_out() -> None:
    first = drive(matching_round.TALK, {}, looks())
    assert "I found 6 pairs.\n2 more pairs come in the next round." in shown(first)
    assert "4. For Mentee 4: Mentor 4\nYou both know this work: Care and health." in shown(first)
    last = drive(matching_round.TALK, {"out.0": ["2"], "out.4": ["5"]}, looks())
    assert "4 mentors get a request now." in shown(last)
    assert "Fictive Fay: All mentors who fit are full.\nAnd 3 more." in shown(last)
    sent = drive(matching_round.TALK, {"out.0": ["2"], "out.4": ["5"], "send": "send"}, looks()).result
    assert sent == Outcome((SendRound(((1, 101), (3, 103), (4, 104), (6, 106))),))
    assert drive(matching_round.TALK, {"out.0": [], "out.4": [], "send": "later"}, looks()).result == Outcome()


def test_with_all_left_out_nothing_can_be_sent() -> None:
    played = drive(matching_round.TALK, {"out.0": ["1", "2", "3", "4"], "out.4": ["5", "6"]}, looks())
    assert list(labels(played)) == ["later"]


def test_a_round_without_pairs_says_why() -> None:
    nobody = drive(matching_round.TALK, {}, looks(round=RoundPlan()))
    assert "Nobody waits for a mentor now." in shown(nobody)
    none_fits = drive(matching_round.TALK, {}, looks(round=RoundPlan((), PLAN.without)))
    assert "I found no pair today." in shown(none_fits)
    assert "Fictive Fay: All mentors who fit are full." in shown(none_fits)


# --- becoming one -------------------------------------------------------------------------------------------------


def test_a_stranger_says_yes_to_one_screen() -> None:
    answers: dict[str, Json] = {"language": "fr", "yes": "yes", "name": "Fictive Cora"}
    consent, profile, asks = drive(coordinator.TALK, answers, looks(STRANGER), "123").result.effects
    assert isinstance(consent, GiveConsent)
    assert (consent.given, consent.version, len(consent.shown_hash)) == (NEEDED, coordinator.VERSION, 64)
    assert profile == SetProfile(alias="Fictive Cora", adult=True)
    assert asks == AskToCoordinate(123)


def test_a_member_is_asked_for_nothing_twice_and_loses_no_yes() -> None:
    played = drive(coordinator.TALK, {"yes": "yes"}, looks(MEMBER), "123")
    assert played.questions == ("yes",)
    assert played.result.effects[0].given == frozenset(Purpose)


@pytest.mark.parametrize("answers", [{"yes": "no"}, {"yes": "yes", "name": {"voice": 1, "seconds": 1}}])
def test_without_a_yes_and_a_typed_name_nothing_is_kept(answers: dict[str, Json]) -> None:
    played = drive(coordinator.TALK, {"language": "fr", **answers}, looks(STRANGER), "123")
    assert played.result in (None, Outcome())


def test_where_she_stands_is_told_again() -> None:
    asked = looks(asked=Asked(CoordinatorState.ASKED, "012345"))
    assert "Your code: 012345" in shown(drive(coordinator.TALK, {}, asked, "123"))
    confirmed = looks(asked=Asked(CoordinatorState.CONFIRMED))
    assert drive(coordinator.TALK, {}, confirmed, "123").result == Outcome(then="coordination")
    assert NOT_HERE.msgid in shown(drive(coordinator.TALK, {}, looks(asked=None), "123"))


def test_days_are_those_of_her_own_calendar() -> None:
    late = NOW.replace(hour=23, minute=30)
    assert coordination.day_of(late, CORA) == late.date() + timedelta(days=1)
