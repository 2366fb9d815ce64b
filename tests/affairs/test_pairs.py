"""The life of a pair at the desk: agreement, trial, pause, end; what both are told, and what nobody may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from bot.affairs import pairs as affair
from bot.affairs.desk import Carried
from bot.affairs.pair_moves import TIMERS
from bot.mentoring.effects import Effect
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Ending, MyPairs, Pair, PairOf, PairState, PairTrouble, Rhythm, Side
from bot.mentoring.pair_steps import (
    AfterTrial,
    Agree,
    AnswerTrial,
    AskTeam,
    EndPair,
    GoalOf,
    HoldPair,
    NextMeeting,
    ResumePair,
    SetMedia,
    ShareGoal,
    WishEnding,
)
from bot.store import people
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, coordinator, mentor, pair, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def two(stage: Stage) -> tuple[Woman, Woman]:
    """A mentee and a mentor."""
    return await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Sara", places=2)


async def begun(mentee: Woman, mentor: Woman) -> int:
    """The mentor has accepted."""
    async with mentee.stage.sorora.store.begin() as tx:
        pair_id = await affair.begin(mentee.desk(tx), mentee.id, mentor.id)
    await mentee.stage.settle()
    return pair_id


async def seen(her: Woman, pair_id: int) -> Pair:
    """A pair of hers as she sees it."""
    found: Pair = await her.finds(PairOf(pair_id))
    return found


def heard(her: Woman) -> str:
    """All that came to her phone."""
    return "\n---\n".join(one.text for one in her.phone.chat)


async def timers(stage: Stage, pair_id: int) -> Sequence[str]:
    """What the clock still holds for a pair."""
    async with stage.sorora.store.begin() as tx:
        kinds = sa.select(t.due.c.kind).where(t.due.c.about == pair_id, t.due.c.kind.in_(TIMERS))
        return list(await tx.conn.scalars(kinds.distinct().order_by(t.due.c.kind)))


async def agree(her: Woman, pair_id: int, rhythm: Rhythm = Rhythm.WEEKLY, months: int = 6, **more: Any) -> Carried:
    carried: Carried = await her.carries(Agree(pair_id, rhythm, months, **{"media": False, **more}))
    return carried


# --- the agreement --------------------------------------------------------------------------------------------------


async def test_both_agree_and_are_connected(stage: Stage) -> None:
    amina, sara = await two(stage)
    pair_id = await begun(amina, sara)
    for her, other in ((amina, "Fictive Sara"), (sara, "Fictive Amina")):
        assert other in her.phone.last.text
        assert [button.data for button in her.phone.last.buttons] == [f"@agreement:{pair_id}"]
    first = await agree(amina, pair_id, Rhythm.WEEKLY, 9, media=True, share_goal=True)
    assert "When she agrees too" in first.says.msgid  # type: ignore[union-attr]
    assert (await seen(sara, pair_id)).file.rhythms == {Side.MENTEE: "weekly"}
    last = await agree(sara, pair_id, Rhythm.MONTHLY, 6, media=True, share_goal=True)
    assert last.then.talk == "pair"  # type: ignore[union-attr]
    hers = await seen(amina, pair_id)
    assert (hers.state, hers.file.rhythm, hers.file.months) == (PairState.TRIAL, "monthly", 6)
    assert hers.media_agreed
    assert hers.file.share_goal
    assert "You are connected with Fictive Sara. Write to her now." in amina.phone.last.text
    assert "You agreed: once a month." in amina.phone.last.text
    assert [button.data for button in amina.phone.last.buttons] == [f"@write:{pair_id}", f"@meet:{pair_id}"]
    assert "connected" not in heard(sara)  # she reads it as the answer to her tap


async def test_a_mentee_cannot_begin_twice(stage: Stage) -> None:
    amina, sara = await two(stage)
    await begun(amina, sara)
    lina = await mentor(stage, "Fictive Lina")
    with pytest.raises(PairTrouble):
        await begun(amina, lina)
    assert lina.phone.chat == []


async def test_who_has_not_agreed_is_reminded_once_and_after_a_week_it_ends_kindly(stage: Stage) -> None:
    amina, sara = await two(stage)
    pair_id = await begun(amina, sara)
    await agree(sara, pair_id)
    await stage.forward(days=3)
    assert "waits for you" in amina.phone.last.text
    assert len(sara.phone.chat) == 1
    await stage.forward(days=4)
    assert (await seen(amina, pair_id)).state is PairState.ENDED
    assert len(amina.phone.chat) == 3
    assert [button.data for button in amina.phone.last.buttons] == ["@find:"]
    assert "Thank you for the time you gave." in sara.phone.last.text
    assert sara.phone.last.buttons == []
    assert await timers(stage, pair_id) == []


async def test_lengths_that_are_not_offered_are_not_taken(stage: Stage) -> None:
    amina, sara = await two(stage)
    pair_id = await begun(amina, sara)
    assert (await agree(amina, pair_id, months=99)).says == NOT_HERE
    assert (await seen(amina, pair_id)).file.agreed == {}


# --- the trial ------------------------------------------------------------------------------------------------------


async def trying(stage: Stage) -> tuple[Woman, Woman, int]:
    """A pair that both have just agreed to."""
    amina, sara = await two(stage)
    pair_id = await begun(amina, sara)
    await agree(amina, pair_id)
    await agree(sara, pair_id)
    return amina, sara, pair_id


async def test_both_are_asked_after_a_first_meeting_and_only_once(stage: Stage) -> None:
    amina, sara, pair_id = await trying(stage)
    for _again in range(2):
        async with stage.sorora.store.begin() as tx:
            await affair.trial_met(amina.desk(tx), pair_id)
        await stage.settle()
    for her in (amina, sara):
        asked = [one for one in her.phone.chat if any(b.data == f"@trial:{pair_id}" for b in one.buttons)]
        assert len(asked) == 1


async def test_both_are_asked_after_three_weeks_without_a_meeting_three_times_at_most(stage: Stage) -> None:
    amina, sara, pair_id = await trying(stage)
    asked = "How is it with Fictive Amina?"
    await stage.forward(days=20)
    assert not any(asked in seen.text for seen in sara.phone.chat)
    for days in (1, 7, 7, 7, 7):
        await stage.forward(days=days)
    assert sum(asked in seen.text for seen in sara.phone.chat) == 3
    assert (await seen(amina, pair_id)).state is PairState.TRIAL


async def test_two_yeses_make_it_a_pair_and_nobody_hears_of_the_first(stage: Stage) -> None:
    amina, sara, pair_id = await trying(stage)
    before = len(sara.phone.chat)
    await amina.carries(AnswerTrial(pair_id, AfterTrial.YES))
    assert len(sara.phone.chat) == before
    assert (await seen(sara, pair_id)).file.goes_on == {}
    await sara.carries(AnswerTrial(pair_id, AfterTrial.YES))
    hers = await seen(amina, pair_id)
    assert hers.state is PairState.ACTIVE
    assert hers.file.active_until is not None
    assert hers.file.active_until.isoformat() == "2027-09-01T09:00:00+00:00"
    assert "You both said yes." in amina.phone.last.text


@pytest.mark.parametrize("first", [Side.MENTEE, Side.MENTOR])
async def test_one_no_ends_it_and_both_read_the_same_whoever_said_it(stage: Stage, first: Side) -> None:
    amina, sara, pair_id = await trying(stage)
    says_no, other = (amina, sara) if first is Side.MENTEE else (sara, amina)
    await other.carries(AnswerTrial(pair_id, AfterTrial.YES))
    carried = await says_no.carries(AnswerTrial(pair_id, AfterTrial.NO))
    assert carried.then.talk == "feedback"
    own_words = carried.says.parts[0].msgid.split("{name}")[1]
    assert own_words in other.phone.last.text
    assert (await seen(other, pair_id)).file.goes_on == {}
    assert (await seen(other, pair_id)).state is PairState.ENDED
    assert f"@feedback:{pair_id}" in [button.data for button in other.phone.last.buttons]
    assert await timers(stage, pair_id) == []


async def test_not_sure_yet_is_asked_again_in_a_week(stage: Stage) -> None:
    amina, sara, pair_id = await trying(stage)
    await sara.carries(AnswerTrial(pair_id, AfterTrial.YES))
    await amina.carries(AnswerTrial(pair_id, AfterTrial.LATER))
    before = len(amina.phone.chat), len(sara.phone.chat)
    await stage.forward(days=7)
    assert (len(amina.phone.chat), len(sara.phone.chat)) == (before[0] + 1, before[1])
    assert [button.data for button in amina.phone.last.buttons] == [f"@trial:{pair_id}"]


# --- months, pauses, the end ----------------------------------------------------------------------------------------


async def active(stage: Stage) -> tuple[Woman, Woman, int]:
    """A pair that goes on for six months."""
    amina, sara, pair_id = await trying(stage)
    await amina.carries(AnswerTrial(pair_id, AfterTrial.YES))
    await sara.carries(AnswerTrial(pair_id, AfterTrial.YES))
    return amina, sara, pair_id


async def test_two_weeks_before_the_end_both_are_asked_and_then_it_is_complete(stage: Stage) -> None:
    amina, sara, pair_id = await active(stage)
    await stage.forward(days=169)
    assert "@ending" not in str(amina.phone.last.buttons)
    await stage.forward(days=1)
    assert [button.data for button in amina.phone.last.buttons] == [f"@ending:{pair_id}"]
    await amina.carries(WishEnding(pair_id, Ending.LONGER))  # the other one does not answer
    await stage.forward(days=14)
    assert (await seen(amina, pair_id)).state is PairState.COMPLETED
    assert "is complete" in amina.phone.last.text
    assert "is complete" in sara.phone.last.text
    assert [button.data for button in amina.phone.last.buttons] == [f"@feedback:{pair_id}"]


async def test_three_months_more_where_both_wish_so(stage: Stage) -> None:
    amina, sara, pair_id = await active(stage)
    await stage.forward(days=171)
    await amina.carries(WishEnding(pair_id, Ending.LONGER))
    await sara.carries(WishEnding(pair_id, Ending.LONGER))
    assert "You both wished to go on." in amina.phone.last.text
    await stage.forward(days=20)
    hers = await seen(amina, pair_id)
    assert hers.state is PairState.ACTIVE
    assert hers.file.endings == {}
    await stage.forward(days=90)
    assert (await seen(amina, pair_id)).state is PairState.COMPLETED


async def test_complete_at_once_where_both_are_done(stage: Stage) -> None:
    amina, sara, pair_id = await active(stage)
    await amina.carries(WishEnding(pair_id, Ending.COMPLETE))
    assert [button.data for button in sara.phone.last.buttons] == [f"@ending:{pair_id}"]
    await sara.carries(WishEnding(pair_id, Ending.COMPLETE))
    assert (await seen(amina, pair_id)).state is PairState.COMPLETED


async def test_a_pause_makes_the_months_longer_and_ends_by_itself(stage: Stage) -> None:
    amina, sara, pair_id = await active(stage)
    await sara.carries(HoldPair(pair_id, 4))
    assert "have a pause until" in amina.phone.last.text
    assert (await amina.carries(ResumePair(pair_id))).says == NOT_HERE  # only who paused
    await stage.forward(days=28)
    hers = await seen(amina, pair_id)
    assert hers.state is PairState.ACTIVE
    assert hers.file.active_until is not None
    assert hers.file.active_until.isoformat() == "2027-09-29T09:00:00+00:00"
    assert "The pause is over." in amina.phone.last.text
    assert "The pause is over." in sara.phone.last.text


async def test_a_pause_in_the_trial_leads_back_to_it(stage: Stage) -> None:
    amina, sara, pair_id = await trying(stage)
    assert (await amina.carries(HoldPair(pair_id, 3))).says == NOT_HERE  # not one of the choices
    await amina.carries(HoldPair(pair_id, 8))
    await stage.forward(days=22)
    assert "How is it" not in sara.phone.last.text
    await amina.carries(ResumePair(pair_id))
    assert (await seen(amina, pair_id)).state is PairState.TRIAL
    assert "pair_trial_due" in await timers(stage, pair_id)


@pytest.mark.parametrize("state", [PairState.TRIAL, PairState.ACTIVE, PairState.HOLD])
async def test_either_ends_it_at_once_and_the_place_is_free(stage: Stage, state: PairState) -> None:
    amina, sara = await two(stage)
    pair_id = await pair(amina, sara, state, trial_at=stage.clock.now())
    carried = await sara.carries(EndPair(pair_id))
    assert carried.then.talk == "feedback"
    assert "it is nobody's fault" in amina.phone.last.text
    assert [button.data for button in amina.phone.last.buttons] == [f"@feedback:{pair_id}", "@find:"]
    assert await amina.finds(MyPairs()) == ()
    assert (await sara.carries(EndPair(pair_id))).says == NOT_HERE
    await begun(amina, await mentor(stage, "Fictive Lina"))  # a second match after an end


async def test_an_end_for_safety_asks_nobody_how_it_was(stage: Stage) -> None:
    amina, sara = await two(stage)
    pair_id = await pair(amina, sara, trial_at=stage.clock.now())
    async with stage.sorora.store.begin() as tx:
        await affair.end(amina.desk(tx), pair_id, Side.MENTEE, reason="blocked", tell=False)
        await affair.end(amina.desk(tx), pair_id, None)  # twice does nothing
    await stage.settle()
    assert (amina.phone.chat, sara.phone.chat) == ([], [])
    async with stage.sorora.store.begin() as tx:
        await sara.desk(tx).tell(sara.id, "pair_over", pair_id)
    await stage.settle()
    assert "it is nobody's fault" in sara.phone.last.text
    assert sara.phone.last.buttons == []


async def test_the_team_stops_a_mentor_and_all_her_pairs_end(stage: Stage) -> None:
    amina, sara = await two(stage)
    lina = await woman(stage, "Fictive Lina")
    for her in (amina, lina):
        await pair(her, sara)
    async with stage.sorora.store.begin() as tx:
        await affair.end_all(sara.desk(tx), sara.id)
    await stage.settle()
    assert await sara.finds(MyPairs()) == ()
    assert all("it is nobody's fault" in her.phone.last.text for her in (amina, lina, sara))


@pytest.mark.parametrize("who", [Side.MENTEE, Side.MENTOR])
async def test_when_one_is_erased_the_other_reads_that_it_is_over(stage: Stage, who: Side) -> None:
    amina, sara = await two(stage)
    await pair(amina, sara)
    gone, stays = (amina, sara) if who is Side.MENTEE else (sara, amina)
    async with stage.sorora.store.begin() as tx:
        person = await people.get(tx, gone.id)
        assert person is not None
        await gone.desk(tx).say_goodbye(person)
        await people.erase(tx, gone.id, stage.clock.now(), tombstone=True)
    await stage.settle()
    assert "it is nobody's fault" in stays.phone.last.text
    assert "Fictive" not in stays.phone.last.text
    assert await stays.finds(MyPairs()) == ()


# --- small things -----------------------------------------------------------------------------------------------------


async def test_voice_and_photos_go_when_both_say_yes(stage: Stage) -> None:
    amina, sara = await two(stage)
    pair_id = await pair(amina, sara)
    await amina.carries(SetMedia(pair_id, yes=True))
    assert "You can say yes, or leave it." in sara.phone.last.text
    await sara.carries(SetMedia(pair_id, yes=True))
    assert "can now send each other voice notes" in amina.phone.last.text
    assert (await seen(amina, pair_id)).media_agreed
    told = len(amina.phone.chat)
    await sara.carries(SetMedia(pair_id, yes=True))  # nothing new
    assert len(amina.phone.chat) == told
    carried = await sara.carries(SetMedia(pair_id, yes=False))
    assert "words only" in carried.says.msgid
    assert not (await seen(amina, pair_id)).media_agreed


async def test_a_coordinator_is_asked_for_help_and_the_other_hears_nothing(stage: Stage) -> None:
    amina, sara = await two(stage)
    pair_id = await pair(amina, sara)
    carried = await amina.carries(AskTeam(pair_id, "I do not know how to begin."))
    assert "No coordinator is here yet" in carried.says.msgid
    await coordinator(stage, "Fictive Karin")
    carried = await amina.carries(AskTeam(pair_id, "I do not know how to begin."))
    assert "A coordinator has your message" in carried.says.msgid
    assert sara.phone.chat == []


EFFECTS: Sequence[Effect] = (
    Agree(0, Rhythm.WEEKLY, 6, media=True),
    AnswerTrial(0, AfterTrial.NO),
    HoldPair(0, 2),
    ResumePair(0),
    WishEnding(0, Ending.COMPLETE),
    EndPair(0),
    SetMedia(0, yes=True),
    ShareGoal(0, yes=True),
    AskTeam(0, "Words"),
)


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: type(effect).__name__)
async def test_a_stranger_is_answered_exactly_as_if_there_were_no_pair(stage: Stage, effect: Any) -> None:
    amina, sara = await two(stage)
    stranger = await woman(stage, "Fictive Mila")
    pair_id = await pair(amina, sara)
    before = await seen(amina, pair_id)
    answers = []
    for number in (pair_id, 999):
        fields = {name: getattr(effect, name) for name in effect.__dataclass_fields__}
        carried = await stranger.carries(type(effect)(**{**fields, "pair": number}))
        answers.append((carried.says, carried.then, carried.messages))
        for what in (PairOf(number), NextMeeting(number), GoalOf(number)):
            assert await stranger.finds(what) is None
    assert answers[0] == answers[1]
    assert answers[0][0] == NOT_HERE
    assert await seen(amina, pair_id) == before
    assert amina.phone.chat == sara.phone.chat == []
    async with stage.sorora.store.begin() as tx:
        notes = sa.select(sa.func.count()).where(t.audit.c.person_id == stranger.id)
        assert (await tx.conn.scalar(notes) or 0) >= 4
