"""Introductions: two yeses, a link for one woman, no word about who said no, and one way to reach each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from bot.affairs import introductions, meetings
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.meetings import (
    MOST_INTRODUCTIONS,
    AnswerIntroduction,
    GiveReach,
    Introduce,
    IntroductionOf,
    IntroductionState,
    Part,
)
from bot.mentoring.mentorship import PairState
from bot.store import introductions as store
from bot.store import people
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


@pytest.fixture
async def two(stage: Stage) -> tuple[Woman, Woman, int]:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    return amina, lina, await pair(amina, lina)


async def row(stage: Stage, number: int) -> store.IntroductionRow:
    async with stage.sorora.store.begin() as tx:
        found = await store.get(tx, number)
    assert found is not None
    return found


async def begun(lina: Woman, pair_id: int) -> int:
    """Lina asks to introduce; gives the id of the introduction."""
    await lina.carries(Introduce(pair_id, "She runs a bakery"))
    async with lina.stage.sorora.store.begin() as tx:
        return (await store.of_pair(tx, pair_id))[-1].id


async def linked(amina: Woman, lina: Woman, pair_id: int) -> tuple[int, str]:
    """Amina said yes; gives the id and what Lina can send to her contact."""
    number = await begun(lina, pair_id)
    await amina.carries(AnswerIntroduction(number, yes=True))
    return number, lina.phone.last.text.split("\n")[-1]


async def arrived(stage: Stage, alias: str, words: str) -> Woman:
    """A member who has come by the link."""
    her = await woman(stage, alias)
    await her.phone.types(words)
    return her


async def connected(amina: Woman, lina: Woman, pair_id: int) -> tuple[int, Woman]:
    """Both said yes; gives the contact too."""
    number, words = await linked(amina, lina, pair_id)
    noor = await arrived(amina.stage, "Fictive Noor", words)
    await noor.carries(AnswerIntroduction(number, yes=True))
    return number, noor


# --- two yeses ----------------------------------------------------------------------------------------------------


async def test_the_mentee_is_asked_before_there_is_a_link(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    number = await begun(lina, pair_id)
    assert amina.phone.last.text == (
        "Fictive Lina would like you to meet a woman she knows.\n\nShe writes: She runs a bakery"
    )
    assert amina.phone.last.buttons[0].data == f"@introduced:{number}"
    assert lina.phone.chat == []
    await amina.carries(AnswerIntroduction(number, yes=True))
    assert lina.phone.last.text.split("\n")[-1].startswith("/start ")


async def test_after_both_yeses_each_reads_the_others_name_and_not_before(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    number, words = await linked(amina, lina, pair_id)
    noor = await arrived(amina.stage, "Fictive Noor", words)
    seen = await noor.finds(IntroductionOf(number))
    assert (seen.part, seen.mentor, seen.other, seen.why) == (Part.CONTACT, "Fictive Lina", "", None)
    assert not any("Amina" in one.text for one in noor.phone.chat)
    carried = await noor.carries(AnswerIntroduction(number, yes=True))
    assert carried.then.talk == "introduced"
    assert (await noor.finds(IntroductionOf(number))).other == "Fictive Amina"
    assert (await amina.finds(IntroductionOf(number))).other == "Fictive Noor"
    assert amina.phone.last.text == "You both said yes. Her name is Fictive Noor."
    assert "both said yes" in lina.phone.last.text


async def test_what_she_gives_is_brought_once_and_then_forgotten(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    number, noor = await connected(amina, lina, pair_id)
    await noor.carries(GiveReach(number, "0470 00 00 00"))
    assert "Fictive Noor gives you a way to reach her:\n\n0470 00 00 00" in amina.phone.last.text
    kept = (await row(amina.stage, number)).file
    assert (kept.reach, sorted(kept.gave)) == ({}, [noor.id])
    again = await noor.carries(GiveReach(number, "0470 11 11 11"))
    assert again.says == NOT_HERE
    count = len(noor.phone.chat)
    await amina.carries(GiveReach(number))
    assert len(noor.phone.chat) == count


async def test_at_night_it_waits_sealed_for_the_morning(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    number, noor = await connected(amina, lina, pair_id)
    await amina.stage.forward(hours=13)
    await noor.carries(GiveReach(number, "0470 00 00 00"))
    assert "0470" not in amina.phone.last.text
    assert (await row(amina.stage, number)).file.reach == {noor.id: "0470 00 00 00"}
    await amina.stage.forward(hours=11)
    assert any("0470" in seen.text for seen in amina.phone.chat)
    assert (await row(amina.stage, number)).file.reach == {}


# --- no -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("says", ["no", "nothing"])
async def test_a_no_of_the_mentee_reads_like_no_answer(two: tuple[Woman, Woman, int], says: str) -> None:
    amina, lina, pair_id = two
    number = await begun(lina, pair_id)
    if says == "no":
        await amina.carries(AnswerIntroduction(number, yes=False))
    await amina.stage.forward(days=13, hours=23)
    assert lina.phone.chat == []
    await amina.stage.forward(hours=1)
    assert [seen.text for seen in lina.phone.chat] == [
        "The introduction did not come about this time.\nThat happens. Nobody did wrong."
    ]
    assert len(amina.phone.chat) == 1


@pytest.mark.parametrize("says", ["no", "nothing", "never comes"])
async def test_a_no_of_the_contact_reads_like_no_answer(two: tuple[Woman, Woman, int], says: str) -> None:
    amina, lina, pair_id = two
    number, words = await linked(amina, lina, pair_id)
    if says != "never comes":
        noor = await arrived(amina.stage, "Fictive Noor", words)
        if says == "no":
            await noor.carries(AnswerIntroduction(number, yes=False))
            assert (await row(amina.stage, number)).contact_id is None
    counts = [len(amina.phone.chat), len(lina.phone.chat)]
    await amina.stage.forward(days=13, hours=23)
    assert [len(amina.phone.chat), len(lina.phone.chat)] == counts
    await amina.stage.forward(hours=1)
    for her in (amina, lina):
        assert her.phone.last.text.startswith("The introduction did not come about this time.")
    await amina.stage.forward(days=30)
    assert [len(amina.phone.chat), len(lina.phone.chat)] == [count + 1 for count in counts]


# --- whose link it is ---------------------------------------------------------------------------------------------


async def test_the_link_is_for_the_first_who_comes_and_she_may_come_again(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    number, words = await linked(amina, lina, pair_id)
    noor = await arrived(amina.stage, "Fictive Noor", words)
    assert "Her name in this chat is Fictive Lina" in noor.phone.last.text
    eve = await arrived(amina.stage, "Fictive Eve", words)
    assert "no longer open" in eve.phone.last.text
    await noor.phone.types("menu")
    await noor.phone.types(words)
    assert "Her name in this chat is Fictive Lina" in noor.phone.last.text
    assert (await row(amina.stage, number)).contact_id == noor.id


async def test_a_forged_button_makes_nobody_the_contact(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    number, words = await linked(amina, lina, pair_id)
    eve = await woman(amina.stage, "Fictive Eve")
    await eve.phone.does(button=f"@introduced:{number}")
    forged = eve.phone.last.text
    await eve.phone.does(button="@introduced:999")
    assert eve.phone.last.text == forged
    for each in (number, 999):
        assert await eve.finds(IntroductionOf(each)) is None
        assert (await eve.carries(AnswerIntroduction(each, yes=True))).says == NOT_HERE
        assert (await eve.carries(GiveReach(each, "Hello"))).says == NOT_HERE
    noor = await arrived(amina.stage, "Fictive Noor", words)
    assert "Her name in this chat is Fictive Lina" in noor.phone.last.text


async def test_the_two_can_open_their_own_link_without_using_it_up(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    _number, words = await linked(amina, lina, pair_id)
    await lina.phone.types(words)
    assert "These words are for your contact." in lina.phone.last.text
    await amina.phone.types(words)
    assert "You said yes." in amina.phone.last.text
    noor = await arrived(amina.stage, "Fictive Noor", words)
    assert "Her name in this chat is Fictive Lina" in noor.phone.last.text


async def test_whom_one_of_them_blocked_is_not_let_in(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    number, words = await linked(amina, lina, pair_id)
    eve = await woman(amina.stage, "Fictive Eve")
    async with amina.stage.sorora.store.begin() as tx:
        await tx.conn.execute(
            sa.insert(t.blocks).values(blocker_id=amina.id, blocked_id=eve.id, at=amina.stage.clock.now())
        )
    await eve.phone.types(words)
    assert "no longer open" in eve.phone.last.text
    assert (await row(amina.stage, number)).contact_id is None


async def test_the_link_ends_after_two_weeks(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    _number, words = await linked(amina, lina, pair_id)
    await amina.stage.forward(days=14)
    noor = await arrived(amina.stage, "Fictive Noor", words)
    assert "Fictive Lina" not in noor.phone.last.text


# --- who may, and the end of a pair -------------------------------------------------------------------------------


async def test_only_the_mentor_of_an_active_pair_introduces(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    eve = await mentor(amina.stage, "Fictive Eve")
    trial = await pair(await woman(amina.stage, "Fictive Zoya"), lina, PairState.TRIAL)
    for her, each in ((amina, pair_id), (eve, pair_id), (lina, trial), (lina, 999)):
        assert (await her.carries(Introduce(each))).says == NOT_HERE
    async with amina.stage.sorora.store.begin() as tx:
        assert await store.of_pair(tx, pair_id) == []


async def test_a_few_introductions_at_a_time(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    for _ in range(MOST_INTRODUCTIONS):
        await begun(lina, pair_id)
    assert (await lina.carries(Introduce(pair_id))).says == introductions.ENOUGH
    await amina.stage.forward(days=15)
    assert (await lina.carries(Introduce(pair_id))).says != introductions.ENOUGH


async def test_the_end_of_the_pair_closes_what_is_open_and_nothing_that_both_wanted(
    two: tuple[Woman, Woman, int],
) -> None:
    amina, lina, pair_id = two
    done, noor = await connected(amina, lina, pair_id)
    waiting, words = await linked(amina, lina, pair_id)
    async with amina.stage.sorora.store.begin() as tx:
        await meetings.pair_ended(lina.desk(tx), pair_id)
    assert (await row(amina.stage, waiting)).state is IntroductionState.CLOSED
    eve = await arrived(amina.stage, "Fictive Eve", words)
    assert "Fictive Lina" not in eve.phone.last.text
    await amina.carries(GiveReach(done, "0470 00 00 00"))
    assert "0470 00 00 00" in noor.phone.last.text


async def test_yes_against_no_at_once_leaves_nobody_half_connected(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    number, words = await linked(amina, lina, pair_id)
    noor = await arrived(amina.stage, "Fictive Noor", words)

    async def act(yes: bool) -> Any:
        async with amina.stage.sorora.store.begin() as tx:
            person = await people.get(tx, noor.id)
            assert person is not None
            return await noor.desk(tx).carry(AnswerIntroduction(number, yes), person)

    await asyncio.gather(act(yes=True), act(yes=False))
    await amina.stage.settle()
    state = (await row(amina.stage, number)).state
    told = any("You both said yes" in seen.text for seen in amina.phone.chat)
    assert told is (state is IntroductionState.ACCEPTED)
    assert state in (IntroductionState.ACCEPTED, IntroductionState.CLOSED)


async def test_what_was_given_and_never_brought_is_forgotten(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, pair_id = two
    number, noor = await connected(amina, lina, pair_id)
    async with amina.stage.sorora.store.begin() as tx:
        found = await store.get(tx, number)
        assert found is not None
        file = msgspec.structs.replace(found.file, reach={noor.id: "0470 00 00 00"})
        await store.save(tx, replace(found, file=file))
    await amina.stage.forward(days=15)
    assert (await row(amina.stage, number)).file.reach == {}
