"""After a pair: feedback of both sides, what of it is passed on, and the invitation to become a mentor."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Chain, Ending, Feedback, PairOf, PairState
from bot.mentoring.pair_steps import AnswerChain, EndPair, FeedbackOpen, GiveFeedback, WishEnding
from bot.store import pairs
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman

STARS = {"respect": 5, "open": 4, "good": 5}
SAID = Feedback(STARS, {"helped": "You listened.", "better": "More time."}, frozenset({"helped"}))


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def two(stage: Stage, state: PairState = PairState.ENDED) -> tuple[Woman, Woman, int]:
    """A mentee, a mentor, and their pair."""
    amina, sara = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Sara")
    return amina, sara, await pair(amina, sara, state, trial_at=stage.clock.now())


async def test_the_other_reads_what_was_shared_and_nothing_else(stage: Stage) -> None:
    amina, sara, pair_id = await two(stage)
    assert (await amina.finds(FeedbackOpen(pair_id))).id == pair_id
    await amina.carries(GiveFeedback(pair_id, SAID))
    assert sara.phone.last.text == "Fictive Amina wrote these words for you:\n\nYou listened."
    assert await amina.finds(FeedbackOpen(pair_id)) is None
    assert await sara.finds(FeedbackOpen(pair_id)) is not None
    async with stage.sorora.store.begin() as tx:
        assert await pairs.feedback_of(tx, pair_id, amina.id) == SAID


async def test_said_twice_it_is_kept_and_told_once(stage: Stage) -> None:
    amina, sara, pair_id = await two(stage)
    await amina.carries(GiveFeedback(pair_id, SAID))
    again = await amina.carries(GiveFeedback(pair_id, Feedback(STARS, {"helped": "Other"}, frozenset({"helped"}))))
    assert again.says == NOT_HERE
    assert len(sara.phone.chat) == 1


async def test_nothing_shared_is_told_to_nobody(stage: Stage) -> None:
    amina, sara, pair_id = await two(stage)
    await amina.carries(GiveFeedback(pair_id, Feedback(STARS, {"helped": "You listened."})))
    assert sara.phone.chat == []


async def test_contact_details_are_not_passed_on_this_way(stage: Stage) -> None:
    amina, sara, pair_id = await two(stage)
    lure = Feedback(STARS, {"helped": "Call me: 0470 12 34 56"}, frozenset({"helped", "never asked"}))
    await amina.carries(GiveFeedback(pair_id, lure))
    assert sara.phone.chat == []


@pytest.mark.parametrize("state", [PairState.AGREEING, PairState.TRIAL, PairState.ACTIVE, PairState.HOLD])
async def test_a_living_pair_has_none(stage: Stage, state: PairState) -> None:
    amina, _sara, pair_id = await two(stage, state)
    assert await amina.finds(FeedbackOpen(pair_id)) is None
    assert (await amina.carries(GiveFeedback(pair_id, SAID))).says == NOT_HERE


async def test_a_stranger_is_answered_as_if_there_were_no_pair(stage: Stage) -> None:
    amina, sara, pair_id = await two(stage, PairState.COMPLETED)
    stranger = await woman(stage, "Fictive Mila")
    for number in (pair_id, 999):
        assert await stranger.finds(FeedbackOpen(number)) is None
        for effect in (GiveFeedback(number, SAID), AnswerChain(number, Chain.YES)):
            assert (await stranger.carries(effect)).says == NOT_HERE
    assert amina.phone.chat == sara.phone.chat == []


# --- the chain --------------------------------------------------------------------------------------------------------


async def completed(stage: Stage) -> tuple[Woman, Woman, int]:
    """Both were done."""
    amina, sara, pair_id = await two(stage, PairState.ACTIVE)
    for her in (amina, sara):
        await her.carries(WishEnding(pair_id, Ending.COMPLETE))
    return amina, sara, pair_id


async def test_a_week_after_a_completed_mentorship_the_mentee_is_invited(stage: Stage) -> None:
    amina, sara, pair_id = await completed(stage)
    told = len(sara.phone.chat)
    await stage.forward(days=6)
    assert "@chain" not in str(amina.phone.last.buttons)
    await stage.forward(days=1)
    assert [button.data for button in amina.phone.last.buttons] == [f"@chain:{pair_id}"]
    assert len(sara.phone.chat) == told


async def test_not_now_is_asked_once_more_after_three_months(stage: Stage) -> None:
    amina, _sara, pair_id = await completed(stage)
    await stage.forward(days=7)
    for waits in (True, False):
        told = len(amina.phone.chat)
        await amina.carries(AnswerChain(pair_id, Chain.LATER))
        await stage.forward(days=91)
        assert (len(amina.phone.chat) == told + 1) is waits
    assert (await amina.finds(PairOf(pair_id))).file.chain == Chain.NO


@pytest.mark.parametrize("answer", [Chain.NO, Chain.YES])
async def test_after_no_or_yes_nobody_asks_again(stage: Stage, answer: Chain) -> None:
    amina, _sara, pair_id = await completed(stage)
    await amina.carries(AnswerChain(pair_id, answer))
    told = len(amina.phone.chat)
    await stage.forward(days=7)
    await stage.forward(days=91)
    assert len(amina.phone.chat) == told
    assert (await amina.carries(AnswerChain(pair_id, Chain.YES))).says == NOT_HERE


async def test_after_an_early_end_there_is_no_invitation(stage: Stage) -> None:
    amina, _sara, pair_id = await two(stage, PairState.ACTIVE)
    await amina.carries(EndPair(pair_id))
    await stage.forward(days=8)
    assert amina.phone.chat == []
