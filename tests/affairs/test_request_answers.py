"""What a mentor answers, the question between, and what the clock does where nobody answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.mentoring.requests import (
    Accept,
    AnswerFirst,
    AskFirst,
    AskMentors,
    CardOf,
    Decline,
    MySearch,
    WhyNot,
)
from bot.testing import Stage, rehearsal
from tests.affairs.asked import pairs_of, paused, states, texts, told
from tests.affairs.cast import mentor, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def test_a_question_comes_and_goes(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await fatma.phone.taps("Look")
    await fatma.phone.taps("Ask her first")
    await fatma.phone.types("Call me on 0470 12 34 56?")
    assert "Please leave out phone numbers" in fatma.phone.last.text
    await fatma.phone.types("Which days suit you?")
    assert "Which days suit you?" in amina.phone.last.text
    assert "0470" not in texts(amina)
    await amina.phone.taps("Answer")
    await amina.phone.types("Mondays.")
    assert "Your answer is on its way." in amina.phone.last.text
    assert "Mondays." in fatma.phone.last.text
    await fatma.phone.taps("Look")
    assert "She answered: “Mondays.”" in fatma.phone.last.text
    assert "Ask her first" not in [button.label for button in fatma.phone.last.buttons]
    await fatma.phone.taps("Yes, gladly")
    assert await pairs_of(stage) == [(amina.id, fatma.id)]


async def test_a_no_sends_the_next_choice_and_says_nothing_of_why(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id, hana.id)))
    assert hana.phone.chat == []
    await fatma.phone.taps("Look")
    await fatma.phone.taps("No, not now")
    await fatma.phone.taps("Not my field")
    assert await states(stage) == {1: "declined", 2: "open"}
    assert told(amina, "Fictive Fatma cannot take a new mentee now.") == 1
    assert "I have asked Fictive Hana now." in amina.phone.last.text
    assert "field" not in texts(amina)
    assert "Fictive Amina" in hana.phone.last.text
    await amina.phone.taps("Look")
    assert "You asked Fictive Hana." in amina.phone.last.text


async def test_the_last_place_closes_the_other_requests(stage: Stage) -> None:
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    amina, basma = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Basma")
    await amina.carries(AskMentors((fatma.id,)))
    await basma.carries(AskMentors((fatma.id, hana.id)))
    carried = await fatma.carries(Accept(1))
    assert await states(stage) == {1: "accepted", 2: "void", 3: "open"}
    assert carried.says is not None
    assert "I have asked Fictive Hana now." in basma.phone.last.text
    await fatma.carries(Accept(2))
    assert await pairs_of(stage) == [(amina.id, fatma.id)]


async def test_reminder_after_a_day_and_the_end_after_three(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id, hana.id)))
    await stage.forward(hours=23)
    assert told(fatma, "waits for your answer") == 0
    await stage.forward(hours=1)
    await stage.forward(hours=47)
    assert told(fatma, "waits for your answer") == 1
    assert await states(stage) == {1: "open", 2: "queued"}
    await stage.forward(hours=1)
    assert await states(stage) == {1: "expired", 2: "open"}
    assert "I have asked Fictive Hana now." in amina.phone.last.text
    assert await paused(fatma) is None
    await fatma.phone.taps("Look")
    assert "no longer open" in fatma.phone.last.text


async def test_two_ignored_in_a_row_pause_her_kindly_until_she_says_she_is_here(stage: Stage) -> None:
    fatma = await mentor(stage, "Fictive Fatma", places=5)
    for n in (1, 2):
        amina = await woman(stage, f"Fictive Amina {n}")
        await amina.carries(AskMentors((fatma.id,)))
        await stage.forward(hours=72)
    assert told(fatma, "Is all well with you?") == 1
    assert await paused(fatma) is not None
    other = await woman(stage, "Fictive Other")
    assert (await other.finds(MySearch())).offers == ()
    await fatma.phone.taps("I am here again")
    assert "Good to have you here." in fatma.phone.last.text
    assert await paused(fatma) is None
    assert [offer.id for offer in (await other.finds(MySearch())).offers] == [fatma.id]
    await other.carries(AskMentors((fatma.id,)))
    await stage.forward(hours=72)
    assert await paused(fatma) is None  # it is counted anew


async def test_an_answer_between_resets_the_count(stage: Stage) -> None:
    fatma = await mentor(stage, "Fictive Fatma", places=5)
    for n in range(3):
        amina = await woman(stage, f"Fictive Amina {n}")
        await amina.carries(AskMentors((fatma.id,)))
        if n == 1:
            await fatma.carries(Decline(2, WhyNot.NO_TIME))
        await stage.forward(hours=72)
    assert list((await states(stage)).values()) == ["expired", "declined", "expired"]
    assert await paused(fatma) is None


async def test_a_question_gives_each_her_whole_time(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await stage.forward(hours=71)
    await fatma.carries(AskFirst(1, "Which days?"))
    await fatma.carries(AskFirst(1, "And which hours?"))  # there is one question only
    await stage.forward(hours=25)
    await stage.forward(hours=46)
    assert told(fatma, "waits for your answer") == 1  # before her question, not while it is with the mentee
    assert told(amina, "Which days?") == 2
    await amina.carries(AnswerFirst(1, "Mondays"))
    await amina.carries(AnswerFirst(1, "Tuesdays"))
    assert (await fatma.finds(CardOf(1))).answer == "Mondays"
    await stage.forward(hours=71)
    assert await states(stage) == {1: "open"}
    await stage.forward(hours=1)
    assert await states(stage) == {1: "expired"}


async def test_a_question_left_open_is_nobodys_refusal(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await fatma.carries(AskFirst(1, "Which days?"))
    await stage.forward(hours=72)
    assert await states(stage) == {1: "void"}
    assert "A request to you is closed." in fatma.phone.last.text
    assert [offer.id for offer in (await amina.finds(MySearch())).offers] == [fatma.id]
