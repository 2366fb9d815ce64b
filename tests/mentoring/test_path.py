"""A mentor's path: the order of her steps, and who may be approved (PRODUCT M3)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from bot.mentoring.path import (
    Decided,
    MentorFile,
    MentorState,
    Standing,
    Step,
    applied_again,
    may_approve,
    next_step,
)
from bot.mentoring.profiles import TONGUES, Level, Profile, Way, Wish, can_be_met, tidied

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
WHOLE = MentorFile(
    applied_at=NOW,
    assessed_at=NOW,
    code_at=NOW,
    code_version="1",
    talked_at=NOW,
    overcame=("language",),
    story="I came.",
)


def without(**fields: object) -> MentorFile:
    return msgspec.structs.replace(WHOLE, **fields)


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (Standing(file=WHOLE), Step.PROFILE),
        (Standing(file=without(assessed_at=None, story=None), profiled=True), Step.COMPETENCIES),
        (Standing(file=without(overcame=(), code_at=None), profiled=True), Step.OVERCAME),
        (Standing(file=without(story=None, code_at=None), profiled=True), Step.STORY),
        (Standing(file=without(code_at=None), profiled=True), Step.CODE),
        (Standing(file=without(overcame=(), overcame_at=NOW), profiled=True), None),  # nothing overcome is an answer
        (Standing(file=WHOLE, profiled=True), None),
    ],
)
def test_the_first_missing_step_is_next(standing: Standing, step: Step | None) -> None:
    assert next_step(standing) is step


@pytest.mark.parametrize(
    ("state", "file", "found"),
    [
        (MentorState.WAITING, WHOLE, Decided.DONE),
        (MentorState.WAITING, without(talked_at=None), Decided.NO_TALK),
        (MentorState.WAITING, without(applied_at=None), Decided.STEPS_MISSING),
        (MentorState.WAITING, without(assessed_at=None), Decided.STEPS_MISSING),
        (MentorState.WAITING, without(code_at=None), Decided.STEPS_MISSING),
        *((state, WHOLE, Decided.NOT_WAITING) for state in MentorState if state is not MentorState.WAITING),
        (None, WHOLE, Decided.NOT_WAITING),
    ],
)
def test_only_who_has_done_every_step_may_be_approved(
    state: MentorState | None, file: MentorFile, found: Decided
) -> None:
    assert may_approve(state, file) is found


def test_who_applies_again_reads_the_rules_and_is_talked_with_again() -> None:
    before = without(decided_at=NOW, decided_by=7, reason="Later.", question="Why?", answer="So.", talked_with=7)
    again = applied_again(before, datetime(2028, 1, 1, tzinfo=UTC))
    assert again == MentorFile(
        applied_at=datetime(2028, 1, 1, tzinfo=UTC), assessed_at=NOW, overcame=("language",), story="I came."
    )


# --- profiles -------------------------------------------------------------------------------------------------------


def test_a_limit_needs_something_that_it_is_held_against() -> None:
    assert [wish for wish in Wish if can_be_met(Profile(), wish)] == [Wish.CHILDREN]
    told = Profile(languages={"ti": Level.MOTHER}, region="brussels", ways=frozenset(Way))
    assert {wish for wish in Wish if can_be_met(told, wish)} == {
        Wish.CHILDREN, Wish.MOTHER_TONGUE, Wish.OTHER_TONGUE, Wish.NEAR, Wish.WAY
    }  # fmt: skip


def test_limits_that_are_no_wishes_or_cannot_be_met_are_let_go() -> None:
    profile = Profile(
        wishes=frozenset({Wish.NEAR, Wish.CHILDREN}), limits=frozenset({Wish.NEAR, Wish.CHILDREN, Wish.WAY})
    )
    assert tidied(profile).limits == {Wish.CHILDREN}
    near = msgspec.structs.replace(profile, region="brussels")
    assert tidied(near).limits == {Wish.NEAR, Wish.CHILDREN}


def test_the_languages_to_offer_are_about_forty_and_each_once() -> None:
    assert 40 <= len(TONGUES) == len(set(TONGUES)) <= 45
