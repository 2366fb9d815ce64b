"""The fictional people of the demo: whole, clearly made up, and enough of them for practically every newcomer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot.dialogue.steps import Tongue
from bot.i18n import Catalogs
from bot.mentoring.demo import DemoMentor
from bot.mentoring.matching import Pool
from bot.mentoring.profiles import Field, Level, Mentee, Mentor, Profile, Way
from bot.mentoring.reasons import Kind
from conversations import demo_people
from conversations.barriers import BARRIERS

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
PEOPLE = demo_people()
CATALOGS = Catalogs.load()
SPOKEN = ("en", "fr", "nl", "ar")
REGIONS = ("brussels", "flanders", "wallonia", "german")
# How a name says that nobody has it.
MADE_UP = (
    "Fictive", "Made-up", "Imaginaire", "Inventée", "Fictieve", "Verzonnen", "الخيالية", "المتخيّلة",
)  # fmt: skip


def taken(mentor: DemoMentor) -> int:
    return sum(mentee.pair is not None and mentee.pair.mentor == mentor.id for mentee in PEOPLE.mentees)


def asked(mentor: DemoMentor) -> int:
    return sum(mentee.request is not None and mentee.request.mentor == mentor.id for mentee in PEOPLE.mentees)


@pytest.fixture(scope="module")
def pool() -> Pool:
    """All mentors as matching sees them."""
    mentors = [
        Mentor(
            number,
            one.profile,
            frozenset(one.overcame),
            one.places,
            taken(one),
            asked(one),
            NOW + timedelta(days=one.paused_days) if one.paused_days else None,
            one.approved,
        )
        for number, one in enumerate(PEOPLE.mentors, 1)
    ]
    return Pool(mentors, b"a demo")


@pytest.mark.parametrize("language", SPOKEN)
def test_practically_every_newcomer_finds_three_mentors(language: str, pool: Pool) -> None:
    for field, region, barrier in product(Field, REGIONS, BARRIERS):
        profile = Profile(
            languages={language: Level.ENOUGH}, hopes=frozenset({field}), region=region, ways=frozenset(Way)
        )
        found = pool.suggest(Mentee(1000, profile, frozenset({barrier})), NOW)
        assert len(found) == 3, (field, region)
        assert all(len(one.reasons) >= 2 for one in found), (field, region)
        kinds = {reason.kind for reason in found[0].reasons}
        assert kinds & {Kind.LANGUAGE, Kind.MOTHER}
        assert Kind.HOPED in kinds, (field, region)  # the first knows the very work that she wishes for


def test_who_has_told_nothing_but_her_language_finds_three_too(pool: Pool) -> None:
    for language in SPOKEN:
        found = pool.suggest(Mentee(1000, Profile(languages={language: Level.WELL})), NOW)
        assert len(found) == 3


def test_together_they_know_every_field_road_and_region_and_many_languages() -> None:
    ready = [one for one in PEOPLE.mentors if one.approved and not one.paused_days and taken(one) < one.places]
    assert len(PEOPLE.mentors) >= 40
    assert {field for one in ready for field in one.knows} == set(Field)
    assert {barrier for one in ready for barrier in one.overcame} == set(BARRIERS)
    assert {one.region for one in ready} == set(REGIONS)
    assert len({code for one in ready for code in one.speaks}) >= 15
    assert {one.language for one in ready} == set(SPOKEN)


def test_some_wait_rest_or_are_full() -> None:
    assert sum(not one.approved for one in PEOPLE.mentors) == 3
    assert sum(one.paused_days > 0 for one in PEOPLE.mentors) == 1
    assert sum(taken(one) == one.places for one in PEOPLE.mentors) == 2
    assert len(PEOPLE.mentees) == 12
    assert sum(one.waiting_days is not None for one in PEOPLE.mentees) >= 3
    assert sum(one.goal is not None for one in PEOPLE.mentees) >= 3
    assert sum(one.pair is not None for one in PEOPLE.mentees) == 2
    assert sum(one.request is not None for one in PEOPLE.mentees) == 1


def test_what_is_told_of_them_holds_together() -> None:
    everybody = [PEOPLE.coordinator, *PEOPLE.mentors, *PEOPLE.mentees]
    assert len({one.id for one in everybody}) == len(everybody)
    assert len({one.alias for one in everybody}) == len(everybody)
    mentors = {one.id for one in PEOPLE.mentors}
    for one in everybody:
        assert any(word in one.alias for word in MADE_UP), one.id
        assert one.id.isascii()
        assert len(f"demo-{one.id}") <= 32
        assert one.language in SPOKEN
    for mentee in PEOPLE.mentees:
        assert set(mentee.holds) <= set(BARRIERS)
        wanted = [one.mentor for one in (mentee.pair, mentee.request) if one is not None]
        assert set(wanted) <= mentors
        assert (mentee.waiting_days is not None) + len(wanted) <= 1, mentee.id
    for one in everybody[1:]:
        assert one.speaks.get(one.language), one.id  # she is spoken to in a language of hers
        assert one.knows or one.hopes or one in PEOPLE.mentees


def test_each_language_of_theirs_has_a_name() -> None:
    for code in {code for one in (*PEOPLE.mentors, *PEOPLE.mentees) for code in one.speaks}:
        for language in SPOKEN:
            assert CATALOGS.render(Tongue(code), language) != code, (code, language)


def test_a_story_is_two_lines() -> None:
    for one in PEOPLE.mentors:
        lines = one.story.splitlines()
        assert len(lines) == 2, one.id
        assert all(len(line) <= 80 for line in lines), one.id
