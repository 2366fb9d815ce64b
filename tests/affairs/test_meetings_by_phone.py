"""Meetings and introductions as the women have them in their hands: taps and words, from the first to the last."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from bot.mentoring.mentorship import PairState
from bot.mentoring.people import Purpose
from bot.store import people
from bot.store import tables as t
from bot.testing import Phone, Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def two(stage: Stage, state: PairState = PairState.ACTIVE) -> tuple[Woman, Woman, int]:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    return amina, lina, await pair(amina, lina, state)


async def test_a_meeting_in_the_trial_is_eight_taps_for_two(stage: Stage) -> None:
    amina, lina, _number = await two(stage, PairState.TRIAL)
    await amina.phone.types("meet")
    for label in ("Video call", "3 Mar 2027", "15:00", "Skip"):
        await amina.phone.taps(label)
    assert "I ask Fictive Lina." in amina.phone.last.text
    await lina.phone.taps("Choose a time")
    await lina.phone.taps("3 Mar 2027, 15:00")
    assert any("Your meeting with Fictive Lina is agreed." in seen.text for seen in amina.phone.chat)
    await stage.forward(days=2, hours=8)
    await amina.phone.taps("It was good")
    await amina.phone.taps("Not now")
    assert (amina.phone.taps_made, lina.phone.taps_made) == (6, 2)
    assert any("How is it with Fictive Amina?" in seen.text for seen in lina.phone.chat)  # the trial is asked about


async def test_other_times_and_a_change_go_back_and_forth(stage: Stage) -> None:
    amina, lina, _number = await two(stage)
    await amina.phone.types("meet")
    for label in ("Here in the chat", "3 Mar 2027", "15:00", "Skip"):
        await amina.phone.taps(label)
    await lina.phone.taps("Choose a time")
    await lina.phone.taps("None of them fits")
    for label in ("Here in the chat", "4 Mar 2027", "16:00", "Skip"):
        await lina.phone.taps(label)
    await amina.phone.taps("Choose a time")
    await amina.phone.taps("4 Mar 2027, 16:00")
    await amina.phone.taps("Change it")
    await amina.phone.taps("Cancel it")
    assert any("does not take place.\n4 March 2027, 16:00" in seen.text for seen in lina.phone.chat)


async def come(stage: Stage, words: str) -> Phone:
    """A woman who is new here opens the link and says that she would like to."""
    noor = stage.phone("en", "Noor")
    await noor.types(words)
    await noor.taps("English")
    return noor


async def test_a_contact_who_is_new_says_yes_to_everything_before_anything_is_kept(stage: Stage) -> None:
    amina, lina, number = await two(stage)
    await lina.phone.does(button=f"@introduce:{number}")
    await lina.phone.types("She runs a bakery")
    await amina.phone.taps("Answer")
    await amina.phone.taps("Yes")
    noor = await come(stage, lina.phone.last.text.split("\n")[-1])
    for label in ("Yes", "Yes to all", "A woman, 18+"):
        await noor.taps(label)
    await noor.types("Fictive Noor")
    assert "You both said yes. Her name is Fictive Amina." in noor.last.text
    await noor.types("0470 00 00 00")
    assert "This goes to Fictive Amina:" in noor.last.text
    await noor.taps("Send it")
    assert "Fictive Noor gives you a way to reach her:\n\n0470 00 00 00" in amina.phone.last.text
    async with stage.sorora.store.begin() as tx:
        person = await people.get(tx, lina.id + 1)
    assert person is not None
    assert (person.alias, person.adult, person.consents) == ("Fictive Noor", True, frozenset(Purpose))


async def test_a_girl_who_opens_the_link_leaves_no_trace(stage: Stage) -> None:
    amina, lina, number = await two(stage)
    await lina.phone.does(button=f"@introduce:{number}")
    await lina.phone.taps("Skip")
    await amina.phone.taps("Answer")
    await amina.phone.taps("Yes")
    noor = await come(stage, lina.phone.last.text.split("\n")[-1])
    for label in ("Yes", "Yes to all", "Under 18"):
        await noor.taps(label)
    async with stage.sorora.store.begin() as tx:
        assert await people.get(tx, lina.id + 1) is None
        row = (await tx.conn.execute(sa.select(t.introductions))).one()
    assert (row.state, row.contact_id) == ("closed", None)
