"""The welcome: taps counted, nothing kept without a yes, kind words for who cannot take part."""

from __future__ import annotations

import pytest

from bot.mentoring.effects import EraseMe, GiveConsent, Outcome, SetProfile
from bot.mentoring.people import Purpose, Role
from conversations import PROGRAMME
from conversations.welcome import TALK
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import GONE, MEMBER, OFFERED, STRANGER, world

YES = {"language": "fr", "consent": "all", "who": "woman"}


def result(answers: dict[str, str]) -> Outcome:
    found = drive(TALK, answers, world(STRANGER)).result
    assert isinstance(found, Outcome)
    return found


def test_five_taps_lead_to_the_first_useful_question() -> None:
    taps = {**YES, "role": "mentee", "first": "goal"}
    assert len(taps) == 5
    outcome = result(taps)
    assert outcome.then == "goal"
    assert outcome.effects[1:] == (SetProfile(role=Role.MENTEE, adult=True),)
    given = outcome.effects[0]
    assert isinstance(given, GiveConsent)
    assert given.given == frozenset(Purpose)


@pytest.mark.parametrize(
    ("role", "first", "then"),
    [
        ("mentee", "strengths", "skills"),
        ("mentor", "strengths", "competencies"),
        ("both", "strengths", "competencies"),
        ("mentor", "goal", "goal"),
        ("both", "menu", ""),
    ],
)
def test_each_role_begins_with_what_is_useful_to_her(role: str, first: str, then: str) -> None:
    assert result({**YES, "role": role, "first": first}).then == then


def test_language_comes_first_in_its_own_name_best_guess_first() -> None:
    played = drive(TALK, {}, world(STRANGER))
    assert list(labels(played)) == [one.code for one in OFFERED]
    assert labels(played)["ar"] == "العربية"
    assert shown(played).splitlines() == ["اختاري لغتكِ", "Choose your language", "Choisis ta langue"]


def test_her_language_is_spoken_at_once() -> None:
    assert drive(TALK, {"language": "ar"}, world(STRANGER)).language == "ar"


def test_nothing_happens_before_the_end_of_the_welcome() -> None:
    for path in walk(TALK, world(STRANGER), all_ways=True):
        outcome = path.played.result
        assert isinstance(outcome, Outcome)
        took_part = any(isinstance(effect, GiveConsent) for effect in outcome.effects)
        assert took_part == (path.answers.get("who") == "woman")
        assert took_part or outcome.effects in ((), (EraseMe(tombstone=False),))


def test_who_says_no_hears_what_is_still_open_and_nothing_is_asked_of_the_world() -> None:
    played = drive(TALK, {"language": "fr", "consent": "none"}, world(STRANGER))
    assert played.result == Outcome()
    assert "I keep nothing of you, only your language." in shown(played)


@pytest.mark.parametrize("refused", ["take_part", "keep"])
def test_taking_part_and_keeping_are_both_needed_and_the_rest_is_then_not_asked(refused: str) -> None:
    answers = {"language": "fr", "consent": "each"}
    for purpose in ("take_part", "keep"):
        answers[f"consent.{purpose}"] = "no" if purpose == refused else "yes"
        if purpose == refused:
            break
    assert drive(TALK, answers, world(STRANGER)).result == Outcome()


def test_of_a_girl_nothing_is_kept_and_she_sees_numbers_at_once() -> None:
    played = drive(TALK, {"language": "fr", "consent": "all", "who": "young"}, world(STRANGER))
    assert played.result == Outcome((EraseMe(tombstone=False),))
    assert [number in shown(played) for number in ("112", "102", "103", "116 000")] == [True] * 4
    assert played.said[-1].keep


def test_who_is_no_woman_hears_of_other_places_and_nothing_is_kept() -> None:
    played = drive(TALK, {"language": "fr", "consent": "all", "who": "other"}, world(STRANGER))
    assert played.result == Outcome((EraseMe(tombstone=False),))
    assert "VDAB" in shown(played)
    assert "107" in shown(played)


def test_who_takes_part_already_goes_straight_to_the_menu() -> None:
    assert drive(TALK, {}, world(MEMBER)).result == Outcome()


def test_who_took_her_yes_back_is_asked_for_it_again() -> None:
    assert drive(TALK, {}, world(GONE)).result == Outcome(then="consent")


def test_the_welcome_leads_only_to_talks_that_exist() -> None:
    for path in walk(TALK, world(STRANGER), all_ways=True):
        assert path.played.result.then in {"", *PROGRAMME.talks}
