"""Requests end to end on stage: suggestions, asking, the waiting list; nothing for who may not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.mentoring.people import Role
from bot.mentoring.requests import (
    Accept,
    AnswerFirst,
    AskMentors,
    CardOf,
    Decline,
    MySearch,
    QuestionOf,
    StopWaiting,
    Wait,
    WhyNot,
    Withdraw,
)
from bot.testing import Stage, rehearsal
from tests.affairs.asked import pairs_of, states, takes_back, texts, told, waits
from tests.affairs.cast import coordinator, mentor, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def test_the_way_from_suggestions_to_a_pair(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.phone.types("find a mentor")
    assert "Fictive Fatma" in texts(amina)
    assert "You have the same mother tongue: Arabic." in texts(amina)
    first = amina.phone.last.buttons[0].label
    await amina.phone.taps(first)
    await amina.phone.taps("No, that is all")
    await amina.phone.types("I would like to open a kitchen.")
    assert "I would like to open a kitchen." in amina.phone.last.text
    await amina.phone.taps("Send")
    assert "on its way to" in amina.phone.last.text
    asked = fatma if "Fatma" in first else hana
    assert "A woman asks you to be her mentor: Fictive Amina." in asked.phone.last.text
    await asked.phone.taps("Look")
    assert "I would like to open a kitchen." in asked.phone.last.text
    assert "You have the same mother tongue: Arabic." in asked.phone.last.text
    await asked.phone.taps("Yes, gladly")
    assert told(asked, "Thank you for your yes.") == 1
    assert await pairs_of(stage) == [(amina.id, asked.id)]
    assert set((await states(stage)).values()) == {"accepted"}
    assert (await amina.finds(MySearch())).paired


async def test_after_the_last_no_she_waits_where_nobody_fits(stage: Stage) -> None:
    team = await coordinator(stage, "Fictive Coordinator")
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await fatma.carries(Decline(1, WhyNot.NO_TIME))
    assert told(amina, "You are on the waiting list now.") == 1
    assert await waits(amina)
    assert len(team.phone.chat) == 1
    assert (await amina.finds(MySearch())).offers == ()
    await stage.forward(hours=25)
    assert told(amina, "A mentor may fit you now") == 0
    hana = await mentor(stage, "Fictive Hana")
    await stage.forward(hours=24)
    assert told(amina, "A mentor may fit you now") == 1
    await stage.forward(days=6)
    assert told(amina, "A mentor may fit you now") == 1  # at most once a week
    await stage.forward(days=2)
    assert told(amina, "A mentor may fit you now") == 2
    await amina.carries(AskMentors((hana.id,)))
    await hana.carries(Accept(2))
    assert not await waits(amina)


async def test_what_is_not_hers_is_like_what_is_not_there(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    mallory = await mentor(stage, "Fictive Mallory")
    await amina.carries(AskMentors((fatma.id,)))
    for about in (1, 404):
        assert await mallory.finds(CardOf(about)) is None
        assert await mallory.finds(QuestionOf(about)) is None
        for effect in (Accept(about), Decline(about, WhyNot.NO_TIME), Withdraw(about), AnswerFirst(about, "hello")):
            carried = await mallory.carries(effect)
            assert carried.says.msgid == "That is no longer open. You did nothing wrong."
    assert await states(stage) == {1: "open"}
    assert await pairs_of(stage) == []
    for forged in ("@request:1", "@request:99999999999999999999", "@answer:1", "@request:x-1"):
        await mallory.phone.does(button=forged)
        assert "no longer open" in mallory.phone.last.text


async def test_without_her_yes_nobody_is_proposed(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await takes_back(amina)
    assert await fatma.finds(CardOf(1)) is None
    await fatma.carries(Accept(1))
    assert await pairs_of(stage) == []
    assert await states(stage) == {1: "void"}
    await amina.phone.types("find a mentor")
    assert "I need your yes to point 3" in texts(amina)
    basma = await woman(stage, "Fictive Basma")
    assert len((await basma.finds(MySearch())).offers) == 1
    await takes_back(fatma)
    assert (await basma.finds(MySearch())).offers == ()


async def test_the_waiting_list_can_be_left(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await amina.phone.types("find a mentor")
    assert "You are on the waiting list now." in texts(amina)
    assert await waits(amina)
    await amina.carries(Wait())  # once is enough
    await amina.phone.types("find a mentor")
    await amina.phone.taps("Stop waiting")
    assert not await waits(amina)
    await amina.carries(StopWaiting())
    await mentor(stage, "Fictive Fatma")
    await stage.forward(days=3)
    assert told(amina, "A mentor may fit you now") == 0


async def test_more_choices_than_shown_at_first(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    for n in range(6):
        await mentor(stage, f"Fictive {n}")
    await amina.phone.types("find a mentor")
    await amina.phone.taps("Show more")
    assert len([one for one in amina.phone.last.buttons if one.label[0].isdigit()]) == 5
    for n in range(1, 6):
        label = next(one.label for one in amina.phone.last.buttons if one.label.startswith(f"{n}."))
        await amina.phone.taps(label)
    await amina.phone.taps("Skip")
    await amina.phone.taps("Send")
    assert list((await states(stage)).values()) == ["open", *["queued"] * 4]


async def test_a_nameless_woman_is_asked_what_to_call_her(stage: Stage) -> None:
    fatma = await mentor(stage, "Fictive Fatma")
    amina = await woman(stage, "", Role.MENTEE)
    await amina.phone.types("find a mentor")
    await amina.phone.taps(amina.phone.last.buttons[0].label)
    await amina.phone.taps("Skip")
    await amina.phone.types("+32 470 12 34 56")
    await amina.phone.types("Fictive Rose")
    assert "Name here: Fictive Rose" in amina.phone.last.text
    await amina.phone.taps("Send")
    assert "Fictive Rose" in fatma.phone.last.text
