"""Soft skills: six of the source text, three statements each; she chooses which one to practise first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.mentoring.assessments import Assessment, averages
from bot.mentoring.effects import Outcome, SaveAssessment
from conversations.content import table
from conversations.soft_skills import LABELS, LEVELS, NAMES, STATEMENTS, TALK
from tests.conversations.driver import drive, english, labels, shown, walk
from tests.conversations.self_knowledge import ROOM_TO_GROW, WHATSAPP_CAPTION, drawn, world

SEED = ["Confidence", "Communication", "Emotional intelligence", "Stress management", "Cultural adaptation", "Teamwork"]
FIRST = world(Assessment.SKILLS)
KEYS = [f"{item}.{n}" for item in NAMES for n in (1, 2, 3)]
MIDDLE = dict.fromkeys(KEYS, 3)


def test_six_skills_with_three_statements_each_in_order() -> None:
    assert [english(name) for name in NAMES.values()] == SEED
    assert list(drive(TALK, {**MIDDLE, "first": "stress"}, FIRST).questions) == [*KEYS, "first"]
    assert len({english(one) for three in STATEMENTS.values() for one in three}) == 18
    assert set(table("practices")["skills"]) == set(NAMES) == set(LABELS)


def test_a_question_says_where_she_is_and_the_middle_has_a_kind_word() -> None:
    played = drive(TALK, dict.fromkeys(KEYS[:9], 4), FIRST)
    assert shown(played).startswith("Half of it is done.")
    assert "10/18 Stress management" in shown(played)


def test_the_lowest_skill_is_suggested_and_the_choice_is_hers() -> None:
    played = drive(TALK, {**MIDDLE, "culture.2": 2}, FIRST)
    assert shown(played).endswith("Perhaps: Cultural adaptation.")
    assert list(labels(played)) == list(NAMES)
    chosen = drive(TALK, {**MIDDLE, "culture.2": 2, "first": "confidence"}, FIRST)
    assert "Your first skill: Confidence.\nTry this: Say one wish" in shown(chosen)
    levels = {**MIDDLE, "culture.2": 2}
    assert chosen.result == Outcome((SaveAssessment(Assessment.SKILLS, levels, {"first": "confidence"}),))


def test_the_picture_says_the_same_as_the_words_beside_it() -> None:
    answers = {key: 1 + place // 3 % 5 for place, key in enumerate(KEYS)}
    say = drive(TALK, answers, world(Assessment.SKILLS, {**answers, "stress.1": 1, "stress.2": 1})).said[-1]
    drawn(say.picture)
    words = english(say.words)
    for item, level in averages(answers, NAMES).items():
        line = next(line for line in words.splitlines() if line.startswith(f"{english(LEVELS[level - 1])}: "))
        assert english(NAMES[item]) in line
    assert words.startswith("Your strengths: Stress management, Cultural adaptation.")
    assert "Stress management: Rarely, now Often." in words
    assert len(words) < WHATSAPP_CAPTION * ROOM_TO_GROW


@given(st.lists(st.integers(1, 5), min_size=18, max_size=18), st.sampled_from(sorted(NAMES)))
def test_every_path_ends(answers: list[int], first: str) -> None:
    played = drive(TALK, {**dict(zip(KEYS, answers, strict=True)), "first": first}, FIRST)
    assert isinstance(played.result, Outcome)


def test_every_option_leads_to_an_end() -> None:
    assert all(isinstance(path.played.result, Outcome) for path in walk(TALK, FIRST))
