"""Career compass: the seven questions of the source text, and a mirror in her own words that she may change."""

from __future__ import annotations

from bot.dialogue.replay import Journal, answered, back, play
from bot.dialogue.steps import Own, listing
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment
from conversations.compass import QUESTIONS, TALK, in_her_words
from conversations.compass_answers import SUGGESTIONS
from tests.conversations.driver import drive, english, labels, reach, shown, walk

SEED = [
    "biggest strengths",
    "work environment",
    "work profile",
    "by yourself or with other people",
    "career or a business",
    "job",
    "ideal workday",
]
ANSWERS = {
    "strengths": ["learn", "writing"],
    "environment": {"options": [], "own": "A bakery, early {in} the morning"},
    "profile": {"options": ["hands"], "own": {"voice": 8, "seconds": 12}},
    "company": ["both"],
    "passion": None,
    "job": ["learn"],
    "workday": ["school"],
}


def test_the_seven_questions_of_the_source_text_come_in_its_order_and_each_can_be_skipped() -> None:
    assert list(QUESTIONS) == list(SUGGESTIONS)
    for (key, question), seed in zip(QUESTIONS.items(), SEED, strict=True):
        assert seed in english(question.ask)
        asked = drive(TALK, dict.fromkeys(list(QUESTIONS)[: list(QUESTIONS).index(key)])).asked
        assert asked is not None
        assert (asked.key, asked.skip) == (key, True)
        assert len(asked.kind.options) >= 4


def test_the_mirror_shows_her_own_words_as_they_are() -> None:
    played = drive(TALK, ANSWERS)
    assert "Where I like to work\nA bakery, early {in} the morning" in shown(played)
    assert "My strengths, and what is hard\nI learn fast, Writing is hard" in shown(played)
    assert "What I love" not in shown(played)
    assert played.said[-1].keep


def test_a_voice_note_stands_in_the_mirror() -> None:
    note = Own("", 8, 12)
    asked = drive(TALK, {"strengths": None, "environment": None}).asked
    assert asked is not None
    picked = asked.kind.read(ANSWERS["profile"])
    words = in_her_words(picked, SUGGESTIONS["profile"])  # type: ignore[arg-type]
    assert words.parts == (listing(SUGGESTIONS["profile"]["hands"]), note)  # type: ignore[union-attr]


def test_kept_answers_can_be_read_again() -> None:
    played = drive(TALK, {**ANSWERS, "mirror": "keep"})
    (effect,) = played.result.effects
    assert effect == SaveAssessment(Assessment.COMPASS, words=effect.words)
    assert list(effect.words) == [key for key in ANSWERS if key != "passion"]
    assert effect.words["environment"] == ANSWERS["environment"]
    assert effect.words["profile"] == ANSWERS["profile"]
    assert effect.words["company"] == {"options": ["both"], "own": None}


def test_one_answer_can_be_changed_and_back_brings_the_old_one() -> None:
    journal, played = reach(TALK, ANSWERS, {})
    assert played.asked is not None
    changing = answered(journal, played.asked, "change-environment")
    again = play(lambda: TALK.begin(""), changing)
    assert again.asked is not None
    assert again.asked.key == "environment"
    assert back(changing, again) == journal
    after = play(lambda: TALK.begin(""), answered(changing, again.asked, ["home"]))
    assert after.asked is not None
    assert after.asked.key == "mirror"
    assert "Where I like to work\nAt home" in shown(after)


def test_who_skips_all_is_not_blamed_and_nothing_is_kept() -> None:
    skipped = dict.fromkeys(QUESTIONS)
    played = drive(TALK, skipped)
    assert labels(played)["keep"] == "Close"
    assert drive(TALK, {**skipped, "mirror": "keep"}).result == Outcome()
    nothing = {key: list[str]() for key in QUESTIONS}  # Done without a tap is as good as Skip
    assert drive(TALK, {**nothing, "mirror": "keep"}).result == Outcome()


def test_every_option_leads_to_an_end() -> None:
    assert all(isinstance(path.played.result, Outcome) for path in walk(TALK))


def test_a_suggestion_that_a_deploy_dropped_is_let_go_and_the_rest_stays() -> None:
    old = Journal({**ANSWERS, "job": ["learn", "moon"], "question_of_long_ago": "x"})
    played = play(lambda: TALK.begin(""), old)
    assert played.asked is not None
    assert played.asked.key == "mirror"
    assert "My ideal job\nI keep learning" in shown(played)
