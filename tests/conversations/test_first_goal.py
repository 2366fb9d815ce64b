"""One goal, described: few questions, ready examples, a smaller goal where she is not sure, every part changeable."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.replay import Journal, Played, answered, back, play
from bot.mentoring.effects import Outcome, SaveGoal
from bot.mentoring.goals import GoalPlan
from bot.mentoring.lookups import Now
from conversations.first_goal import TALK
from conversations.goal_examples import examples, fields
from conversations.goal_parts import coming_moments
from tests.conversations.driver import drive, english, labels, reach, shown, walk
from tests.conversations.self_knowledge import NOW, ROOM_TO_GROW, WHATSAPP_CAPTION, drawn

LOOKS = {Now: NOW}
TODAY = NOW.date()
BY = date(2027, 2, 22)
READY: dict[str, Any] = {
    "field": "care",
    "title": ["job"],
    "measure": ["ready"],
    "sure": 4,
    "why": ["children"],
    "by": BY.isoformat(),
    "pieces": "take",
    "step": ["ready"],
    "moment": ["morning"],
    "review": "keep",
}
MINE: dict[str, Any] = {
    "field": "own",
    "title.own": "Sell my {bread} at the market",
    "measure": {"options": [], "own": "Ten loaves sold"},
    "sure": 3,
    "why": {"options": [], "own": {"voice": 5, "seconds": 9}},
    "by": BY.isoformat(),
    "pieces.1": ["know"],
    "pieces.2": {"options": [], "own": "A place on the market"},
    "pieces.3": ["enough"],
    "step": {"options": [], "own": "Ask the baker"},
    "moment": None,
    "review": "keep",
}


def plan_of(played: Played) -> GoalPlan:
    """The plan that is to be kept."""
    (effect,) = played.result.effects
    assert isinstance(effect, SaveGoal)
    return effect.plan


def change(answers: dict[str, Any], option: str) -> tuple[Journal, Played]:
    """At the review, tap a part to change it; the question that comes then."""
    journal, played = reach(TALK, {key: value for key, value in answers.items() if key != "review"}, LOOKS)
    assert played.asked is not None
    assert played.asked.key == "review"
    journal = answered(journal, played.asked, option)
    return journal, play(lambda: TALK.begin(""), journal)


# --- the way through --------------------------------------------------------------------------------------------------


def test_with_a_ready_example_ten_questions_with_one_tap_each_are_enough() -> None:
    played = drive(TALK, READY, LOOKS)
    assert len(played.questions) == 10
    plan = plan_of(played)
    assert plan.title == {"msgid": "A job in care", "context": ""}
    assert plan.measure == {"msgid": "I have a signed contract.", "context": ""}
    assert plan.first_step == {"msgid": "Ask one woman who works in care.", "context": ""}
    assert plan.if_then == {"at": "2026-11-23T10:00"}
    assert (plan.sure, plan.by, plan.field, len(plan.milestones)) == (4, BY, "care", 3)
    assert [piece.by for piece in plan.milestones] == [date(2026, 12, 22), date(2027, 1, 22), BY]


def test_a_shortest_goal_of_her_own_takes_eleven_questions() -> None:
    shortest = {key: value for key, value in MINE.items() if key != "pieces.3"} | {"pieces.2": ["enough"]}
    played = drive(TALK, shortest, LOOKS)
    assert len(played.questions) == 11


def test_her_own_words_and_voice_notes_are_kept_as_they_are() -> None:
    plan = plan_of(drive(TALK, MINE, LOOKS))
    assert plan.title == "Sell my {bread} at the market"
    assert plan.why == {"voice": 5, "seconds": 9}
    assert [piece.words for piece in plan.milestones] == [
        {"msgid": "I know the way", "context": "goal"},
        "A place on the market",
    ]
    assert (plan.if_then, plan.field) == (None, "")


def test_own_words_instead_of_a_ready_goal_are_not_led_by_the_example() -> None:
    answers = {**READY, "title": {"options": [], "own": "Night shifts"}}
    asked = drive(TALK, {key: answers[key] for key in ("field", "title")}, LOOKS)
    assert "ready" not in labels(asked)
    assert "Perhaps" not in shown(asked)


def test_milestones_are_one_to_five_and_none_is_offered_twice() -> None:
    five: dict[str, Any] = {f"pieces.{n}": {"options": [], "own": f"Part {n}"} for n in range(2, 6)}
    before = {key: value for key, value in MINE.items() if not key.startswith("pieces")}
    del before["step"], before["moment"], before["review"]
    first = drive(TALK, before, LOOKS)
    assert "enough" not in labels(first)
    second = drive(TALK, {**before, "pieces.1": ["know"]}, LOOKS)
    assert "enough" in labels(second)
    assert "know" not in labels(second)
    last = drive(TALK, {**before, "pieces.1": ["know"], **five}, LOOKS)
    assert last.asked is not None
    assert last.asked.key == "step"


@pytest.mark.parametrize("hour", range(24))
def test_every_offered_moment_is_within_48_hours(hour: int) -> None:
    now = datetime(2027, 3, 27, hour, 30, tzinfo=ZoneInfo("Europe/Brussels"))
    moments = [datetime.fromisoformat(moment["at"]) for moment in coming_moments(now).values()]
    assert len(moments) >= 2
    assert all(timedelta(0) < moment - now.replace(tzinfo=None) <= timedelta(hours=48) for moment in moments)


def test_who_is_not_sure_makes_it_smaller_and_that_is_the_goal() -> None:
    low = {**READY, "sure": 2, "smaller.title": ["ask"], "smaller.measure": ["know"], "smaller.sure": 2}
    del low["pieces"]
    played = drive(TALK, {**low, "pieces.1": ["asked"], "pieces.2": ["enough"], "step": ["call"]}, LOOKS)
    plan = plan_of(played)
    assert plan.title == {"msgid": "Ask someone", "context": "goal"}
    assert (plan.sure, len(plan.milestones)) == (2, 1)
    asked = drive(TALK, {key: low[key] for key in ("field", "title", "measure", "sure")}, LOOKS)
    assert "Good that you say so." in shown(asked)


# --- the whole --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", [READY, MINE])
def test_the_whole_is_shown_in_words_and_as_a_picture_that_says_the_same(answers: dict[str, Any]) -> None:
    played = drive(TALK, {key: value for key, value in answers.items() if key != "review"}, LOOKS)
    say = played.said[-1]
    drawn(say.picture)
    words, data = english(say.words), say.picture.data  # type: ignore[union-attr]
    texts: list[Any] = [data["title"], data["by"], data["state"], data["step"]]
    rows: Any = data["milestones"]
    for text in [*texts, *(row["label"] for row in rows), *(row["by"] for row in rows)]:
        assert english(text) in words
    assert "Done when: " in words
    assert "For: " in words
    assert len(words) < WHATSAPP_CAPTION * ROOM_TO_GROW
    assert next(iter(labels(played))) == "keep"


@pytest.mark.parametrize(
    ("option", "asks", "answer", "field"),
    [
        ("measure", "measure", ["paper"], "measure"),
        ("why", "why", ["joy"], "why"),
        ("by", "by", "2026-12-24", "by"),
        ("step", "step", ["call"], "first_step"),
        ("moment", "moment", ["bus"], "if_then"),
        ("sure", "sure", 5, "sure"),
    ],
)
def test_every_part_can_be_changed_and_nothing_else_moves(option: str, asks: str, answer: Any, field: str) -> None:
    journal, played = change(READY, option)
    assert played.asked is not None
    assert played.asked.key == asks
    assert back(journal, played) is not None
    journal = answered(journal, played.asked, answer)
    again = play(lambda: TALK.begin(""), journal)
    assert again.asked is not None
    assert again.asked.key == "review"
    old, new = plan_of(drive(TALK, READY, LOOKS)), plan_of(play(lambda: TALK.begin(""), keep(journal, again)))
    differ = {name for name in GoalPlan.__struct_fields__ if getattr(old, name) != getattr(new, name)}
    assert differ == {field} | ({"milestones"} if field == "by" else set())


def keep(journal: Journal, played: Played) -> Journal:
    """Tap Keep."""
    assert played.asked is not None
    return answered(journal, played.asked, "keep")


def test_another_goal_brings_its_own_example_along() -> None:
    journal, played = change(READY, "title")
    for value in ("food", ["table"], 5):
        assert played.asked is not None
        journal = answered(journal, played.asked, value)
        played = play(lambda: TALK.begin(""), journal)
    plan = plan_of(play(lambda: TALK.begin(""), keep(journal, played)))
    assert plan.title == {"msgid": "Cook for customers", "context": ""}
    assert plan.measure == {"msgid": "Someone has paid for my food.", "context": ""}
    assert plan.milestones[0].words == {"msgid": "I know the rules for selling food.", "context": ""}


def test_the_smaller_goal_is_what_she_changes() -> None:
    low = {**READY, "sure": 1, "smaller.title": ["ask"], "smaller.measure": ["know"], "smaller.sure": 4}
    del low["pieces"]
    _, played = change({**low, "pieces.1": ["asked"], "pieces.2": ["enough"], "step": ["call"]}, "measure")
    assert played.asked is not None
    assert played.asked.key == "smaller.measure"


def test_days_of_milestones_can_be_chosen_again_and_again() -> None:
    days = {"days.1": "2026-12-01", "days.2": "2026-12-31", "days.3": "2027-02-01"}
    answers = {**READY, "review": "days", **days}
    kept = plan_of(drive(TALK, {**answers, "review.days": "keep"}, LOOKS))
    assert [piece.by.isoformat() for piece in kept.milestones] == list(days.values())
    journal, played = reach(TALK, answers, LOOKS)
    assert played.asked is not None
    journal = answered(journal, played.asked, "days")
    assert play(lambda: TALK.begin(""), journal).asked.key == "days.1"  # type: ignore[union-attr]
    sooner = Journal({**answered(journal, played.asked, "by").answers, **days, "by": "2027-01-10"})
    asked = play(lambda: TALK.begin(""), sooner).asked
    assert asked is not None
    assert asked.key == "days.3"  # a milestone after the new day of the goal is asked for again


def test_other_milestones_are_asked_again_with_their_days() -> None:
    days = {"days.1": "2026-12-01", "days.2": "2026-12-31", "days.3": "2027-02-01"}
    journal, played = reach(TALK, {**READY, "review": "days", **days}, LOOKS)
    assert played.asked is not None
    journal = answered(journal, played.asked, "pieces")
    played = play(lambda: TALK.begin(""), journal)
    assert played.asked is not None
    assert played.asked.key == "pieces"
    after = play(lambda: TALK.begin(""), answered(journal, played.asked, "take"))
    assert after.asked is not None
    assert after.asked.key == "review"


# --- every path -------------------------------------------------------------------------------------------------------


def test_every_option_leads_to_an_end() -> None:
    results = [path.played.result for path in walk(TALK, LOOKS)]
    assert len(results) > 50
    assert all(isinstance(result, Outcome) and isinstance(result.effects[0], SaveGoal) for result in results)


def test_every_ready_goal_is_whole_and_within_a_button() -> None:
    assert 8 <= len(fields()) <= 9  # with "Something else" no more than the ten rows of a WhatsApp list
    for field, name in fields().items():
        ready = examples(field)
        assert len(ready) >= 2
        for example in ready.values():
            assert len(example.milestones) == 3
            assert max(len(english(text)) for text in (name, example.title)) <= 22
            sentences = [example.measure, example.step, *example.milestones]
            assert all(english(text).endswith(".") and len(english(text).split()) <= 12 for text in sentences)


def test_an_example_that_a_deploy_dropped_is_asked_again_and_the_rest_stays() -> None:
    whole, _ = reach(TALK, READY, LOOKS)
    old = Journal({**whole.answers, "title": ["astronaut"], "milestone_3": "x"})
    played = play(lambda: TALK.begin(""), old)
    assert played.asked is not None
    assert played.asked.key == "title"
    mended = play(lambda: TALK.begin(""), answered(old, played.asked, ["course"]))
    assert plan_of(mended).measure == {"msgid": "I hold the certificate.", "context": ""}


def test_back_takes_one_answer_at_a_time() -> None:
    journal, played = reach(TALK, {key: MINE[key] for key in list(MINE)[:8]}, LOOKS)
    keys = []
    while (before := back(journal, played)) is not None:
        journal, played = before, play(lambda journal=before: TALK.begin(""), before)  # type: ignore[misc]
        assert played.asked is not None
        keys.append(played.asked.key)
    assert keys == list(MINE)[:8][::-1]
