"""The hub of a pair: which one, where it stands, what can be done; and the whole way on two phones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Ending, MyPairs, Pair, PairOf, PairState, Side
from bot.mentoring.pair_steps import (
    AskTeam,
    EndPair,
    FeedbackOpen,
    GoalOf,
    HoldPair,
    NextMeeting,
    ResumePair,
    SetMedia,
    SharedGoal,
    ShareGoal,
    WishEnding,
)
from bot.testing import rehearsal
from conversations.pair import ROWS, TALK, TALKS, able
from tests.affairs.cast import mentor, pair, woman
from tests.conversations.couple import NOW, seen
from tests.conversations.driver import drive, labels, shown, walk

MEETING = datetime(2027, 3, 4, 18, 30, tzinfo=UTC)
GOAL = SharedGoal("A job in a kitchen", 1, 3, date(2027, 6, 1))


def world(pair: Pair | None, meeting: datetime | None = None, goal: SharedGoal | None = None) -> dict[Any, Any]:
    return {PairOf: pair, NextMeeting: meeting, GoalOf: goal, FeedbackOpen: None}


def does(row: str, pair: Pair | None = None, **answers: Any) -> Outcome:
    result = drive(TALK, {"row": row, **answers}, world(pair or seen(PairState.ACTIVE)), "7").result
    assert isinstance(result, Outcome)
    return result


def test_a_mentor_sees_who_how_long_when_they_meet_and_the_goal() -> None:
    words = shown(drive(TALK, {}, world(seen(PairState.ACTIVE, Side.MENTOR), MEETING, GOAL), "7"))
    for told in (
        "My mentee: Fictive Fleur", "Since 2027-03-01", "You go on together until 2027-09-01.",
        "You meet on 2027-03-04, 18:30:00.", "Her goal: A job in a kitchen (by 2027-06-01)", "Milestones done: 1/3",
    ):  # fmt: skip
        assert told in words


@pytest.mark.parametrize(
    ("state", "file", "told"),
    [
        (PairState.AGREEING, {"agreed": {Side.MENTEE: NOW}}, "Fictive Sara still reads the agreement."),
        (PairState.TRIAL, {}, "You are getting to know each other."),
        (PairState.HOLD, {"hold_until": NOW}, "You have a pause until 2027-03-01."),
    ],
)
def test_each_state_is_said_in_plain_words(state: PairState, file: dict[str, Any], told: str) -> None:
    assert told in shown(drive(TALK, {}, world(seen(state, **file)), "7"))


def test_who_has_not_agreed_reads_the_agreement() -> None:
    assert drive(TALK, {}, world(seen(PairState.AGREEING)), "7").result == Outcome(then="agreement", about="7")


@pytest.mark.parametrize(("state", "side"), list(product(PairState, Side)))
def test_there_are_at_most_ten_rows(state: PairState, side: Side) -> None:
    for held_by in ("", *Side):
        rows = able(seen(state, side, held_by=held_by, asked=1))
        assert rows <= set(ROWS)
        assert len(rows) <= 10
        assert {"end", "report", "help"} <= rows
        assert ("resume" in rows) is (state is PairState.HOLD and held_by == side)
        assert ("introduce" in rows) is (side is Side.MENTOR and state is not PairState.AGREEING)


def test_how_it_feels_is_no_row_before_they_were_asked() -> None:
    assert "trial" not in able(seen(PairState.TRIAL))
    assert "trial" in able(seen(PairState.TRIAL, asked=1))
    assert "trial" not in able(seen(PairState.TRIAL, asked=1, goes_on={Side.MENTEE: True}))


@pytest.mark.parametrize("row", sorted(TALKS - {"introduce", "trial"}))
def test_some_rows_open_a_talk_about_this_pair(row: str) -> None:
    assert does(row) == Outcome(then=row, about="7")


def test_what_she_can_do_herself() -> None:
    assert does("pause", weeks="4") == Outcome((HoldPair(7, 4),))
    assert does("media", media="yes") == Outcome((SetMedia(7, yes=True),))
    assert does("goal", share="no") == Outcome((ShareGoal(7, yes=False),))
    assert does("help", help="How do I begin?") == Outcome((AskTeam(7, "How do I begin?"),))
    assert does("resume", seen(PairState.HOLD, held_by="mentee", hold_until=NOW)) == Outcome((ResumePair(7),))


def test_the_end_needs_one_more_tap() -> None:
    assert does("end", how="now") == Outcome((EndPair(7),))
    assert does("end", how="stay") == Outcome()
    assert does("end", how="done") == Outcome((WishEnding(7, Ending.COMPLETE),))
    trying = drive(TALK, {"row": "end"}, world(seen(PairState.TRIAL)), "7")
    assert list(labels(trying)) == ["now", "stay"]


def test_with_several_she_says_which() -> None:
    pairs = tuple(seen(PairState.ACTIVE, Side.MENTOR, n, "Fictive Fleur") for n in (7, 8))
    asked = drive(TALK, {}, {**world(None), MyPairs: pairs})
    assert labels(asked) == {"7": "Fictive Fleur", "8": "Fictive Fleur 2"}
    played = drive(TALK, {"which": "8", "row": "write"}, {**world(None), MyPairs: pairs})
    assert played.result == Outcome(then="write", about="8")


def test_the_only_one_is_not_asked_for() -> None:
    played = drive(TALK, {"row": "meet"}, {**world(None), MyPairs: (seen(PairState.ACTIVE),)})
    assert played.result == Outcome(then="meet", about="7")


def test_who_is_alone_is_told_so() -> None:
    played = drive(TALK, {}, {MyPairs: ()})
    assert "not connected with anybody" in shown(played)
    assert played.result == Outcome()


def test_after_the_end_she_says_how_it_was_or_it_is_not_here() -> None:
    over = seen(PairState.ENDED)
    not_here = drive(TALK, {}, world(over), "7")
    assert shown(not_here).strip() == NOT_HERE.msgid
    assert shown(drive(TALK, {}, world(None), "7")) == shown(not_here)
    played = drive(TALK, {}, {**world(over), FeedbackOpen: over}, "7")
    assert played.result == Outcome(then="feedback", about="7")


@pytest.mark.parametrize(("state", "side"), list(product(PairState, Side)))
def test_every_option_leads_to_an_end(state: PairState, side: Side) -> None:
    file: dict[str, Any] = {"agreed": {side: NOW}, "hold_until": NOW, "held_by": side.value}
    for path in walk(TALK, world(seen(state, side, **file), MEETING), "7"):
        assert isinstance(path.played.result, Outcome)


async def test_from_the_agreement_to_the_feedback_on_two_phones() -> None:
    async with rehearsal() as stage:
        amina, sara = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Sara")
        pair_id = await pair(amina, sara, PairState.AGREEING, agreed={})
        for her in (amina, sara):
            await her.phone.does(button=f"@agreement:{pair_id}")
            await her.phone.taps("Yes")
            for label in ("Once a week", "6 months") if her is amina else ("Yes",):
                await her.phone.taps(label)
            await her.phone.taps("Yes")
            if her is amina:
                await her.phone.taps("Yes")
            await her.phone.taps("I agree")
        assert "You are connected with Fictive Amina. Write to her now." in sara.phone.last.text
        assert "Plan a meeting" in [button.label for button in sara.phone.last.buttons]  # the hub follows at once
        await stage.forward(days=21)
        for her in (amina, sara):
            await her.phone.taps("Answer")
            await her.phone.taps("Yes, go on")
        assert "You both said yes." in sara.phone.last.text
        await amina.phone.types("my mentor")
        assert "My mentor: Fictive Sara" in amina.phone.last.text
        await amina.phone.taps("End it")
        await amina.phone.taps("End it now")
        assert "it is nobody's fault" in amina.phone.last.text
        assert "How was your time with Fictive Sara?" in amina.phone.last.text
        await sara.phone.taps("How was it?")
        assert "How was your time with Fictive Amina?" in sara.phone.last.text
