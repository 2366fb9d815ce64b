"""What was once wrong between two women, each with the test that found it: blocks, consents, nights, private words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.affairs import profiles, relay, requests
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.meetings import AnswerIntroduction, GiveReach, IntroductionOf, Meet, PickTime, ProposeMeeting
from bot.mentoring.mentorship import Feedback, PairState, Side
from bot.mentoring.pair_steps import AskTeam, EndPair, GiveFeedback, SetMedia
from bot.mentoring.path import MentorState
from bot.mentoring.people import Person
from bot.mentoring.relay import Block, Concern, Report
from bot.mentoring.requests import Accept, AskMentors, Decline, HereAgain, StopWaiting, Wait, WhyNot
from bot.mentoring.team import ApplicantOf, CaseOf, PauseMentor, WhatWaits, Work
from bot.store import hers
from bot.store import profiles as kept
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.asked import erase, states
from tests.affairs.cast import Woman, coordinator, mentor, pair, woman
from tests.affairs.test_introductions import arrived, begun, connected, linked

NIGHT = datetime(2027, 3, 1, 21, 30, tzinfo=UTC)
SAID = Feedback({}, {"helped": "You listened."}, frozenset({"helped"}))


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


@pytest.fixture
async def two(stage: Stage) -> tuple[Woman, Woman, int]:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    return amina, lina, await pair(amina, lina)


async def withdraws(her: Woman) -> None:
    """She takes her yes to everything back."""
    await her.phone.does(button="@consent:withdraw")
    assert not (await her.person()).takes_part


async def data_of(her: Woman) -> dict[str, Any]:
    """All that "my data" tells her."""
    async with her.stage.sorora.store.begin() as tx:
        return await hers.everything_of(tx, her.id)


# --- a block is final ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blocks_first", [True, False])
async def test_words_of_feedback_do_not_reach_who_blocked_her(stage: Stage, blocks_first: bool) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, PairState.COMPLETED, trial_at=stage.clock.now())
    stage.clock.at = NIGHT
    acts = [(amina, Block(number)), (lina, GiveFeedback(number, SAID))]
    for her, effect in acts if blocks_first else acts[::-1]:
        await her.carries(effect)
    await stage.forward(hours=12)
    assert not any("You listened." in seen.text for seen in amina.phone.chat)


async def test_a_contact_who_blocked_the_mentee_is_not_introduced_to_her(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    introduction, words = await linked(amina, lina, number)
    noor = await arrived(amina.stage, "Fictive Noor", words)
    await noor.carries(Block(await pair(await woman(amina.stage, "Fictive Other"), noor, PairState.COMPLETED)))
    async with amina.stage.sorora.store.begin() as tx:
        await relay.block(noor.desk(tx), noor.id, amina.id)
    assert await noor.finds(IntroductionOf(introduction)) is None
    assert (await noor.carries(AnswerIntroduction(introduction, yes=True))).says == NOT_HERE
    await amina.stage.forward(hours=12)
    await amina.stage.forward(days=30)
    assert not any("Noor" in seen.text for her in (amina, lina) for seen in her.phone.chat)
    assert not any("Amina" in seen.text for seen in noor.phone.chat)


async def test_no_name_of_a_contact_arrives_after_a_block(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    introduction, words = await linked(amina, lina, number)
    noor = await arrived(amina.stage, "Fictive Noor", words)
    amina.stage.clock.at = NIGHT
    await noor.carries(AnswerIntroduction(introduction, yes=True))
    async with amina.stage.sorora.store.begin() as tx:
        await relay.block(noor.desk(tx), noor.id, amina.id)
    await amina.stage.forward(hours=12)
    await amina.stage.forward(days=30)
    assert not any("Noor" in seen.text for seen in amina.phone.chat)
    assert (await amina.carries(GiveReach(introduction, "At the library"))).says == NOT_HERE
    assert not any("did not come about" in seen.text for her in (amina, lina, noor) for seen in her.phone.chat)


async def test_a_yes_and_a_block_at_the_same_moment_leave_no_pair(stage: Stage) -> None:
    for n in range(5):
        amina, lina = await woman(stage, f"Fictive Amina {n}"), await mentor(stage, f"Fictive Lina {n}")
        await pair(amina, lina, PairState.COMPLETED)
        await amina.carries(AskMentors((lina.id,)))
        request = max(await states(stage))
        her = await lina.person()

        async def accept(mentor: Woman = lina, person: Person = her, number: int = request) -> None:
            async with stage.sorora.store.begin() as tx:
                await mentor.desk(tx).carry(Accept(number), person)

        async def block(mentee: Woman = amina, mentor: Woman = lina) -> None:
            async with stage.sorora.store.begin() as tx:
                await relay.block(mentee.desk(tx), mentee.id, mentor.id)

        await asyncio.gather(*([accept(), block()] if n % 2 else [block(), accept()]))
        async with stage.sorora.store.begin() as tx:
            living = sa.select(t.pairs.c.id).where(t.pairs.c.mentee_id == amina.id, t.pairs.c.state == "agreeing")
            assert await tx.conn.scalar(living) is None


# --- what she has said yes to -------------------------------------------------------------------------------------


async def test_who_no_longer_waits_is_asked_for_in_no_round(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    amina = await woman(stage, "Fictive Amina")
    await amina.carries(Wait())
    lina = await mentor(stage, "Fictive Lina")
    await amina.carries(StopWaiting())
    async with stage.sorora.store.begin() as tx:
        assert await requests.send_round(cora.desk(tx), [(amina.id, lina.id)], cora.id) == 0
    assert await states(stage) == {}


async def test_who_took_her_yes_back_hears_nothing_unasked(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, PairState.COMPLETED, trial_at=stage.clock.now())
    async with stage.sorora.store.begin() as tx:
        await amina.desk(tx).plan(amina.id, "pair_chain", number, stage.clock.now() + timedelta(hours=1))
        await profiles.pause(lina.desk(tx), lina.id, stage.clock.now() + timedelta(hours=1))
    for her in (amina, lina):
        await withdraws(her)
    before = [len(her.phone.chat) for her in (amina, lina)]
    await amina.carries(GiveFeedback(number, SAID))
    await stage.forward(hours=2)
    assert [len(her.phone.chat) for her in (amina, lina)] == before, amina.phone.last.text


async def test_an_applicant_who_took_her_yes_back_is_shown_to_nobody(stage: Stage) -> None:
    cora, lina = (
        await coordinator(stage, "Fictive Cora"),
        await mentor(stage, "Fictive Lina", state=MentorState.WAITING),
    )
    await withdraws(lina)
    assert await cora.finds(ApplicantOf(lina.id)) is None
    assert Work.APPLICANT not in (await cora.finds(WhatWaits())).counts


async def test_a_photo_does_not_arrive_where_she_has_taken_her_yes_to_photos_back(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, media=frozenset(Side))
    stage.clock.at = NIGHT
    await amina.phone.does(button=f"@write:{number}")
    await amina.phone.speaks()
    await stage.forward(minutes=1)
    await lina.carries(SetMedia(number, yes=False))
    await stage.forward(hours=12)
    assert not any(seen.message.voice for seen in lina.phone.chat)
    assert any("did not reach" in seen.text for seen in amina.phone.chat)


# --- who is told, and what is promised ----------------------------------------------------------------------------


async def test_a_team_of_whom_is_told_is_no_team(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await coordinator(stage, "Fictive Lina")
    number = await pair(amina, lina)
    assert "Nobody of the team is here" in str((await amina.carries(Report(number, Concern.OTHER))).says)
    assert "No coordinator is here yet" in str((await amina.carries(AskTeam(number, "Help"))).says)
    assert "Nobody of the team is here" in str((await lina.carries(Report(number, Concern.OTHER))).says)


async def test_a_coordinator_who_took_her_yes_back_is_no_team(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    cora, number = await coordinator(stage, "Fictive Cora"), await pair(amina, lina)
    await withdraws(cora)
    assert "Nobody of the team is here" in str((await amina.carries(Report(number, Concern.OTHER))).says)


async def test_a_mentor_whom_the_team_has_paused_is_promised_no_requests(stage: Stage) -> None:
    lina = await mentor(stage, "Fictive Lina", state=MentorState.WAITING)
    assert (await lina.carries(HereAgain())).says == NOT_HERE


async def test_a_mentor_who_has_stopped_can_be_stopped_too(two: tuple[Woman, Woman, int]) -> None:
    """Who is reported and quickly ceases to be a mentor keeps none of her pairs."""
    amina, lina, number = two
    stage = amina.stage
    cora, sara = await coordinator(stage, "Fictive Cora"), await woman(stage, "Fictive Sara")
    await pair(sara, lina)
    async with stage.sorora.store.begin() as tx:
        row = await kept.mentor_row(tx, lina.id)
        assert row is not None
        await kept.save_mentor(tx, replace(row, state=MentorState.LEFT), stage.clock.now())
    await amina.carries(Report(number, Concern.MONEY))
    assert (await cora.finds(CaseOf(1))).mentor
    await cora.carries(PauseMentor(1))
    async with stage.sorora.store.begin() as tx:
        assert set(await tx.conn.scalars(sa.select(t.pairs.c.state))) == {"ended"}
        row = await kept.mentor_row(tx, lina.id)
    assert row is not None
    assert row.state is MentorState.LEFT


# --- at night -----------------------------------------------------------------------------------------------------


async def meets(amina: Woman, lina: Woman, number: int) -> None:
    """They have agreed to meet on Friday."""
    friday = datetime(2027, 3, 5, 17, tzinfo=UTC)
    await amina.carries(ProposeMeeting(number, Meet.CHAT, None, (friday,)))
    await lina.carries(PickTime(1, friday))


async def test_a_meeting_far_away_is_not_called_off_at_night(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await meets(amina, lina, number)
    amina.stage.clock.at = NIGHT
    before = len(lina.phone.chat)
    await amina.carries(EndPair(number))
    assert len(lina.phone.chat) == before
    await amina.stage.forward(hours=12)
    assert sum("does not take place" in seen.text for seen in lina.phone.chat) == 1


async def test_who_ends_it_and_erases_herself_in_one_night_leaves_nobody_without_a_word(
    two: tuple[Woman, Woman, int],
) -> None:
    amina, lina, number = two
    await meets(amina, lina, number)
    amina.stage.clock.at = NIGHT
    await amina.carries(EndPair(number))
    await erase(amina)
    await lina.stage.forward(hours=12)
    assert sum("has ended here" in seen.text for seen in lina.phone.chat) == 1
    assert sum("does not take place" in seen.text for seen in lina.phone.chat) == 1


# --- my data ------------------------------------------------------------------------------------------------------


async def test_my_data_does_not_say_who_said_no_to_an_introduction(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await lina.carries(AnswerIntroduction(await begun(lina, number), yes=True))
    before = [(await data_of(her))["introductions"] for her in (lina,)]
    await amina.carries(AnswerIntroduction(1, yes=False))
    assert [(await data_of(her))["introductions"] for her in (lina,)] == before
    await connected(amina, lina, number)
    assert [one["state"] for one in (await data_of(lina))["introductions"]] == ["open", "accepted"]


async def test_my_data_does_not_say_how_a_request_ended(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    await amina.carries(AskMentors((lina.id,)))
    await lina.carries(Decline(1, WhyNot.PREFER_NOT))
    (hers_,) = (await data_of(amina))["requests"]
    assert hers_["state"] == "closed"
    (theirs,) = (await data_of(lina))["requests"]
    assert theirs["state"] == "declined"
