"""Readiness: the five mentee skills; a low answer opens a gentle way in."""

from __future__ import annotations

from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment
from conversations.readiness import NAMES, QUESTIONS, TALK, WAYS_IN
from tests.conversations.driver import drive, english, labels, walk
from tests.conversations.self_knowledge import drawn, world

SEED = ["motivation to start", "openness to create", "wish to invest time and knowledge", "wish to learn",
        "wish to be involved in a new activity"]  # fmt: skip
FIRST = world(Assessment.READINESS)
ALL_LOW = dict.fromkeys(QUESTIONS, "not_yet")
ALL_HIGH = dict.fromkeys(QUESTIONS, "yes")


def test_the_five_of_the_source_text_are_asked_in_its_order() -> None:
    assert list(drive(TALK, ALL_HIGH, FIRST).questions) == ["motivation", "create", "invest", "learn", "involve"]
    assert len(SEED) == len(QUESTIONS)
    for seed, item in zip(SEED, QUESTIONS, strict=True):
        assert item[:6] in seed
    assert list(labels(drive(TALK, {}, FIRST)).values()) == ["Yes", "A little", "Not yet"]


def test_every_path_ends_and_no_door_is_closed() -> None:
    paths = list(walk(TALK, FIRST, all_ways=True))
    assert len(paths) == 3**5
    for path in paths:
        words = english(path.played.said[-1].words)
        low = [item for item, answer in path.answers.items() if answer != "yes"]
        offered = [item for item in WAYS_IN if english(WAYS_IN[item]) in words]
        assert len(offered) == min(3, len(low))
        assert set(offered) <= set(low)
        assert not any(harsh in words.lower() for harsh in ("cannot", "fail", "wrong", "not ready", "must"))
        assert path.played.result.then == ""


def test_low_and_high_answers_have_their_own_kind_end() -> None:
    low, high = (english(drive(TALK, answers, FIRST).said[-1].words) for answers in (ALL_LOW, ALL_HIGH))
    assert low.endswith("One small step is enough. I am here when you want.")
    assert high.endswith("You have all you need for a first goal.")
    levels = dict.fromkeys(QUESTIONS, 1)
    assert drive(TALK, ALL_LOW, FIRST).result == Outcome((SaveAssessment(Assessment.READINESS, levels),))


def test_taken_again_a_picture_shows_then_and_now() -> None:
    assert drive(TALK, ALL_HIGH, FIRST).said[-1].picture is None  # no data spent on what the words say as well
    say = drive(TALK, ALL_HIGH, world(Assessment.READINESS, dict.fromkeys(NAMES, 2))).said[-1]
    drawn(say.picture)
    assert "Wish to learn: A little, now Yes." in english(say.words)
