"""Self-assessment of mentoring competencies: the fifteen of the source text, strengths first, three next steps."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.replay import Journal, back, play
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment
from conversations.competencies import ANSWERS, COMPETENCIES, LEVELS, SHEET, TALK, practices
from tests.conversations.driver import drive, english, labels, reach, shown, walk
from tests.conversations.self_knowledge import ROOM_TO_GROW, WHATSAPP_CAPTION, drawn, world

SEED = """Ability to inspire
Ability to guide
Give corrective feedback
Ability to support
Team up building ability
Ability to collaborate
Networking ability
Ability to prioritize
Ability to organize
Ability to follow-up
Endurance and frustration tolerance
Identify and exploit opportunities
Ability to encourage
Managing skills
Consultation competencies""".splitlines()

FIRST = world(Assessment.COMPETENCIES)
MIXED = {item: ("have", "improve", "develop", "have")[place % 4] for place, item in enumerate(COMPETENCIES)}


def test_the_fifteen_of_the_source_text_are_asked_in_its_order() -> None:
    assert [english(name) for name, _ in COMPETENCIES.values()] == SEED
    played = drive(TALK, MIXED, FIRST)
    assert list(played.questions) == list(COMPETENCIES)
    assert set(practices()) == set(COMPETENCIES)


def test_a_question_says_where_she_is_and_what_is_meant() -> None:
    played = drive(TALK, dict(list(MIXED.items())[:2]), FIRST)
    assert shown(played).startswith("3/15 Give corrective feedback\n\nI say kindly")
    assert labels(played) == {"have": "I have it", "improve": "To improve", "develop": "To develop"}


def test_each_of_the_three_parts_begins_with_a_kind_word() -> None:
    parts = [n for n in range(15) if drive(TALK, dict(list(MIXED.items())[:n]), FIRST).said]
    assert parts == [0, 5, 10]


def test_the_result_names_strengths_first_and_at_most_three_next_steps_with_a_practice() -> None:
    played = drive(TALK, MIXED, FIRST)
    words = english(played.said[-1].words)
    assert words.startswith("Your strengths: Ability to inspire, Ability to support, ")
    steps = words.split("Your next steps:\n")[1].splitlines()
    assert [step.split(":")[0] for step in steps] == ["Give corrective feedback", *SEED[6:7], *SEED[10:11]]
    assert all(english(practices()[item]) in words for item in ("feedback", "network", "endure"))
    assert len(words) < WHATSAPP_CAPTION * ROOM_TO_GROW
    levels = {item: LEVELS[answer] for item, answer in MIXED.items()}
    assert played.result == Outcome((SaveAssessment(Assessment.COMPETENCIES, levels),))


def test_the_picture_says_the_same_as_the_words_beside_it() -> None:
    then = {item: LEVELS[answer] for item, answer in MIXED.items()} | {"inspire": 1, "guide": 3}
    say = drive(TALK, MIXED, world(Assessment.COMPETENCIES, then)).said[-1]
    drawn(say.picture)
    rows: Any = say.picture.data["rows"] if say.picture else []
    words = english(say.words)
    assert [english(row["label"]) for row in rows] == SEED
    for row in rows:
        level, name = english(SHEET.levels[row["now"]]), english(row["label"])
        line = "Your strengths" if row["now"] == 2 else level
        assert any(part.startswith(f"{line}: ") and name in part for part in words.splitlines())
        changed = f"{name}: {english(SHEET.levels[row['then']])}, now {level}."
        assert (changed in words) == (row["then"] != row["now"])
    assert "Since 2026-09-01, this has changed:" in words  # her own calendar, not that of UTC


def test_an_item_that_is_new_or_a_level_that_is_no_more_has_no_then() -> None:
    say = drive(TALK, MIXED, world(Assessment.COMPETENCIES, {"inspire": 9, "guide": 2, "gone": 1})).said[-1]
    drawn(say.picture)
    rows: Any = say.picture.data["rows"] if say.picture else []
    thens = [row["then"] for row in rows]
    assert thens == [None, 1, *[None] * 13]
    assert "All is as it was on 2026-09-01." in english(say.words)


@given(st.lists(st.sampled_from(sorted(ANSWERS)), min_size=15, max_size=15))
def test_every_path_ends_with_something_good_first(answers: list[str]) -> None:
    played = drive(TALK, dict(zip(COMPETENCIES, answers, strict=True)), FIRST)
    words = english(played.said[-1].words)
    assert isinstance(played.result, Outcome)
    assert words.startswith(("Your strengths: ", "You took time to look at yourself. That is a strength."))
    assert ("Your strengths" in words) == ("have" in answers)
    assert ("next steps" in words) == (set(answers) != {"have"})


def test_every_option_leads_to_an_end() -> None:
    assert all(isinstance(path.played.result, Outcome) for path in walk(TALK, FIRST))


def test_back_takes_one_answer_and_a_dropped_option_asks_only_its_question_again() -> None:
    journal, played = reach(TALK, dict(list(MIXED.items())[:7]), FIRST)
    before = back(journal, played)
    assert before is not None
    asked = play(lambda: TALK.begin(""), before).asked
    assert asked is not None
    assert asked.key == "network"
    whole, _ = reach(TALK, MIXED, FIRST)
    old = Journal({**whole.answers, "support": "a_word_of_long_ago"})
    asked = play(lambda: TALK.begin(""), old).asked
    assert asked is not None
    assert asked.key == "support"
    mended = Journal({**old.answers, "support": "have"})
    assert play(lambda: TALK.begin(""), mended).ended
