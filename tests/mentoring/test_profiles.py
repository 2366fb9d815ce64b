"""Profiles: their values, their names, and that they agree with what the talks already use."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from bot.mentoring.profiles import (
    FIELDS,
    LEVELS,
    SLOTS,
    WISHES,
    Field,
    Level,
    Mentee,
    Mentor,
    Profile,
    Slot,
    Way,
    Wish,
)
from conversations import goal_examples

WHOLE = Profile(
    languages={"ti": Level.MOTHER, "ar": Level.MOTHER, "nl": Level.ENOUGH},
    knows=frozenset({Field.CARE}),
    hopes=frozenset({Field.BUSINESS, Field.FOOD}),
    region="brussels",
    commune="brussels-1",
    ways=frozenset(Way),
    times=frozenset({Slot.WEEKEND_MORNING}),
    children=False,
    wishes=frozenset({Wish.FIELD}),
    limits=frozenset({Wish.OTHER_TONGUE}),
)


def test_every_choice_has_a_name_in_its_own_order() -> None:
    assert [list(names) for names in (LEVELS, FIELDS, SLOTS, WISHES)] == [
        list(Level),
        list(Field),
        list(Slot),
        list(Wish),
    ]
    for names in (LEVELS, FIELDS, SLOTS, WISHES):
        assert len({name.msgid for name in names.values()}) == len(names)


def test_the_fields_of_ready_goals_mean_the_same() -> None:
    ready = {field: title.msgid for field, title in goal_examples.fields().items()}
    assert list(ready) == [field.value for field in Field][: len(ready)]
    assert ready == {field: FIELDS[Field(field)].msgid for field in ready}


def test_a_profile_is_kept_whole() -> None:
    mentee = Mentee(7, WHOLE, frozenset({"diploma"}), frozenset({3}), frozenset({4}), datetime(2026, 11, 1, tzinfo=UTC))
    mentor = Mentor(8, WHOLE, frozenset({"papers"}), 5, 2, 1, datetime(2026, 12, 1, tzinfo=UTC), approved=True)
    assert msgspec.json.decode(msgspec.json.encode(mentee), type=Mentee) == mentee
    assert msgspec.json.decode(msgspec.json.encode(mentor), type=Mentor) == mentor
    assert msgspec.json.encode(Profile()) == b"{}"


def test_mother_tongues() -> None:
    assert WHOLE.mother_tongues == {"ti", "ar"}
    assert Profile().mother_tongues == frozenset()


@pytest.mark.parametrize("places", [0, 6, -1])
def test_a_mentor_has_one_to_five_places(places: int) -> None:
    with pytest.raises(ValueError, match="1 to 5 places"):
        Mentor(1, Profile(), places=places)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"id": 1, "profile": {{}}, "places": {places}}}', type=Mentor)


@pytest.mark.parametrize(("places", "taken", "free"), [(1, 0, 1), (5, 2, 3), (2, 2, 0), (1, 3, 0)])
def test_free_places_are_never_below_none(places: int, taken: int, free: int) -> None:
    assert Mentor(1, Profile(), places=places, taken=taken).free == free


def test_nobody_is_approved_unless_someone_says_so() -> None:
    assert not Mentor(1, Profile()).approved
