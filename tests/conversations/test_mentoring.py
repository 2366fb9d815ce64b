"""The mentor's path as she sees it: one clear next step at each visit; her settings once she is approved."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment, SetProfile
from bot.mentoring.lookups import Me, Now, TakenBefore
from bot.mentoring.path import (
    AcceptCode,
    AnswerTeam,
    Apply,
    MentorFile,
    MentorState,
    MyMentoring,
    PauseMentoring,
    SetOvercame,
    SetPlaces,
    Standing,
    StopMentoring,
    TellStory,
)
from bot.mentoring.people import Person, Purpose, Role
from bot.mentoring.profiles import TonguesNamed
from bot.testing import BEGINNING
from conversations.code_of_conduct import CODE_VERSION, FIRST, SAFE, SECOND, TOGETHER, shown_hash
from conversations.competencies import COMPETENCIES
from conversations.mentor_steps import LONGEST_STORY
from conversations.mentoring import TALK
from tests.conversations.driver import drive, english, labels, shown, walk

HER = Person(3, "fr", "Fictive Maya", Role.MENTOR, adult=True, consents=frozenset(Purpose))
BOTH = msgspec.structs.replace(HER, role=Role.BOTH, barriers=("money",))
DONE = MentorFile(
    applied_at=BEGINNING,
    assessed_at=BEGINNING,
    code_at=BEGINNING,
    code_version=CODE_VERSION,
    overcame=("language",),
    story="I came alone. I found my way.",
)
APPROVED = Standing(MentorState.APPROVED, 2, None, DONE, profiled=True)
WAITING = msgspec.structs.replace(APPROVED, state=MentorState.WAITING)
CODE = {"code.first": "read", "code": "yes"}
ACCEPTED = AcceptCode(CODE_VERSION, shown_hash())


def world(standing: Standing, me: Person = HER, now: datetime = BEGINNING) -> dict[Any, Any]:
    return {Me: me, MyMentoring: standing, Now: now, TakenBefore: (), TonguesNamed: ()}


def held(standing: Standing, answers: dict[str, Any], me: Person = HER) -> Outcome:
    result = drive(TALK, answers, world(standing, me)).result
    assert isinstance(result, Outcome)
    return result


def applying(**done: Any) -> Standing:
    file = MentorFile(applied_at=BEGINNING, **done)
    return Standing(MentorState.APPLYING, file=file, profiled=True)


# --- before -------------------------------------------------------------------------------------------------------


def test_she_hears_what_it_takes_and_decides() -> None:
    said = shown(drive(TALK, {}, world(Standing())))
    assert "2 hours a week" in said
    assert "voluntary" in said
    assert held(Standing(), {"want": "yes"}) == Outcome((Apply(),), then="mentoring")
    assert held(Standing(), {"want": "no"}) == Outcome()


def test_a_mentee_who_wants_to_support_becomes_both() -> None:
    mentee = msgspec.structs.replace(HER, role=Role.MENTEE)
    assert held(Standing(), {"want": "yes"}, mentee).effects == (SetProfile(role=Role.BOTH), Apply())


def test_without_her_yes_to_being_proposed_nothing_begins() -> None:
    quiet = msgspec.structs.replace(HER, consents=frozenset({Purpose.TAKE_PART, Purpose.KEEP}))
    assert held(Standing(), {"consent": "yes"}, quiet) == Outcome(then="consent")
    assert held(Standing(), {"consent": "no"}, quiet) == Outcome()


def test_a_no_is_not_for_ever() -> None:
    declined = Standing(MentorState.DECLINED, file=MentorFile(reason="We need more time for this."))
    said = shown(drive(TALK, {}, world(declined)))
    assert "We need more time for this." in said
    assert "You can ask again." in said
    assert held(declined, {"want": "yes"}).effects == (Apply(),)
    wordless = shown(drive(TALK, {}, world(Standing(MentorState.DECLINED))))
    assert "The coordinator wrote" not in wordless
    left = shown(drive(TALK, {}, world(Standing(MentorState.LEFT))))
    assert "good to see you again" in left


# --- her steps ------------------------------------------------------------------------------------------------------


def test_first_comes_her_profile() -> None:
    standing = msgspec.structs.replace(applying(), profiled=False)
    assert held(standing, {}) == Outcome(then="profile", about="mentoring")


def test_the_self_assessment_is_held_here() -> None:
    answers = {f"competencies.{item}": "have" for item in COMPETENCIES}
    outcome = held(applying(), answers)
    assert outcome.then == "mentoring"
    (kept,) = outcome.effects
    assert isinstance(kept, SaveAssessment)
    assert kept.kind is Assessment.COMPETENCIES
    assert set(kept.levels) == set(COMPETENCIES)


@pytest.mark.parametrize(("me", "money"), [(HER, 2), (BOTH, 1)])
def test_what_she_has_overcome(me: Person, money: int) -> None:
    outcome = held(applying(assessed_at=BEGINNING), {"overcome": ["language"]}, me)
    overcame, assessed, *more = outcome.effects
    assert overcame == SetOvercame(("language",))
    assert isinstance(assessed, SaveAssessment)
    assert (assessed.levels["language"], assessed.levels["money"]) == (3, money)
    # for who only supports, her barriers are those that she has overcome
    assert more == ([SetProfile(barriers=("language",))] if me is HER else [])


def test_nothing_overcome_is_an_answer_too() -> None:
    standing = applying(assessed_at=BEGINNING, overcame_at=BEGINNING)
    played = drive(TALK, {}, world(standing))
    assert played.asked is not None
    assert played.asked.key == "places"


def test_her_places_and_her_story() -> None:
    standing = applying(assessed_at=BEGINNING, overcame=("language",))
    outcome = held(standing, {"places": "2", "story.1": "I came alone."})
    assert outcome == Outcome((SetPlaces(2), TellStory("I came alone.")), then="mentoring")
    spoken = held(standing, {"places": "1", "story.1": {"voice": 7, "seconds": 9}})
    assert spoken.effects[1] == TellStory({"voice": 7, "seconds": 9})


def test_a_story_with_a_number_is_asked_again() -> None:
    standing = applying(assessed_at=BEGINNING, overcame=("language",))
    begun = {"places": "1", "story.1": "Call me: 0470 12 34 56", "story.2": "Write to fictive@example.org"}
    assert "once more" in shown(drive(TALK, begun, world(standing)))
    assert held(standing, {**begun, "story.3": "I found my way."}).effects[1] == TellStory("I found my way.")
    assert LONGEST_STORY == 240


def test_who_has_no_name_here_gives_one_before_others_see_her() -> None:
    unnamed = msgspec.structs.replace(HER, alias="")
    standing = applying(assessed_at=BEGINNING, overcame=("language",))
    outcome = held(standing, {"name": "Fictive Ana", "places": "1", "story.1": "I came."}, unnamed)
    assert outcome.effects[0] == SetProfile(alias="Fictive Ana")


def test_the_code_of_conduct_is_the_last_step() -> None:
    standing = applying(assessed_at=BEGINNING, overcame=("language",), story="I came.")
    assert held(standing, CODE) == Outcome((ACCEPTED,))
    assert held(standing, {**CODE, "code": "no"}) == Outcome()
    assert "A coordinator reads it now" in shown(drive(TALK, CODE, world(standing)))


def test_the_code_is_ten_rules_on_two_screens_that_fit() -> None:
    assert len(TOGETHER) + len(SAFE) == 10
    assert all(len(english(screen)) < 600 for screen in (FIRST, SECOND))
    assert all(len(sentence.split()) <= 12 for one in (*TOGETHER, *SAFE) for sentence in one.msgid.split(". ")[1:])


def test_the_hash_says_which_rules_she_read() -> None:
    """A change of the rules must change the version too: then this test is changed with both."""
    assert (CODE_VERSION, shown_hash()[:16]) == ("2026-11", "4262af3a5fa26157")


# --- while she waits ----------------------------------------------------------------------------------------------


def test_while_she_waits_she_can_change_what_she_told() -> None:
    assert "about a week" in shown(drive(TALK, {}, world(WAITING)))
    assert held(WAITING, {"waiting": "fine"}) == Outcome()
    assert held(WAITING, {"waiting": "profile"}) == Outcome(then="profile")
    assert held(WAITING, {"waiting": "story", "story.1": "New."}).effects == (TellStory("New."),)
    assert held(WAITING, {"waiting": "back", "stop": "yes"}).effects == (StopMentoring(),)
    assert held(WAITING, {"waiting": "back", "stop": "no"}) == Outcome(then="mentoring")


def test_a_question_of_the_coordinator_comes_first() -> None:
    asked = msgspec.structs.replace(WAITING, file=msgspec.structs.replace(DONE, question="When could you begin?"))
    assert "When could you begin?" in shown(drive(TALK, {}, world(asked)))
    assert held(asked, {"answer": "In May."}) == Outcome((AnswerTeam("In May."),))
    answered = msgspec.structs.replace(asked, file=msgspec.structs.replace(asked.file, answer="In May."))
    assert "When could" not in shown(drive(TALK, {}, world(answered)))


# --- once she is approved -------------------------------------------------------------------------------------------


def test_her_settings_as_they_are() -> None:
    played = drive(TALK, {}, world(APPROVED))
    assert "You take 2 women at a time." in shown(played)
    assert "I found my way." in shown(played)
    assert "pause" in labels(played)
    assert "resume" not in labels(played)


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"change": "fine"}, Outcome()),
        ({"change": "places", "places": "5"}, Outcome((SetPlaces(5),), then="mentoring")),
        ({"change": "story", "story.1": "New."}, Outcome((TellStory("New."),), then="mentoring")),
        ({"change": "profile"}, Outcome(then="profile", about="mentoring")),
        (
            {"change": "pause", "until": "2027-03-15"},
            Outcome((PauseMentoring(date(2027, 3, 15)),), then="mentoring"),
        ),
        ({"change": "stop", "stop": "yes"}, Outcome((StopMentoring(),))),
        ({"change": "stop", "stop": "no"}, Outcome(then="mentoring")),
    ],
)
def test_what_she_changes_is_kept_and_shown_again(answers: dict[str, Any], outcome: Outcome) -> None:
    assert held(APPROVED, answers) == outcome


def test_a_pause_of_two_weeks_one_month_or_three_is_one_tap() -> None:
    played = drive(TALK, {"change": "pause"}, world(APPROVED))
    assert list(labels(played)) == ["2027-03-15", "2027-04-01", "2027-06-01"]


def test_who_is_on_pause_can_come_back() -> None:
    paused = msgspec.structs.replace(APPROVED, paused_until=datetime(2027, 4, 30, 22, tzinfo=UTC))
    played = drive(TALK, {}, world(paused))
    assert "on pause until 2027-05-01" in shown(played)  # it is May in Brussels
    assert "pause" not in labels(played)
    assert held(paused, {"change": "resume"}).effects == (PauseMentoring(None),)
    over = msgspec.structs.replace(APPROVED, paused_until=datetime(2027, 2, 1, tzinfo=UTC))
    assert "pause" in labels(drive(TALK, {}, world(over)))


def test_new_rules_are_asked_about_before_anything_else() -> None:
    old = msgspec.structs.replace(APPROVED, file=msgspec.structs.replace(DONE, code_version="2025-01"))
    assert "have changed" in shown(drive(TALK, {}, world(old)))
    assert held(old, CODE) == Outcome((ACCEPTED,), then="mentoring")
    assert held(old, {**CODE, "code": "no"}) == Outcome()


STANDINGS = [
    Standing(),
    Standing(MentorState.DECLINED, file=MentorFile(reason="Later.")),
    Standing(MentorState.LEFT),
    applying(),
    applying(assessed_at=BEGINNING),
    applying(assessed_at=BEGINNING, overcame=("money",)),
    applying(assessed_at=BEGINNING, overcame=("money",), story="I came."),
    WAITING,
    APPROVED,
]


@pytest.mark.parametrize("standing", STANDINGS)
def test_every_path_ends(standing: Standing) -> None:
    assert len(list(walk(TALK, world(standing, BOTH)))) > 1
