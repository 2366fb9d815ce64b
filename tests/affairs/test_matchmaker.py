"""The matchmaker: the pool follows the tables, and nobody is named who is no longer so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from bot.affairs import matchmaker
from bot.affairs.matchmaker import Matchmaker
from bot.app import find_programme
from bot.mentoring.mentorship import PairState
from bot.mentoring.path import MentorState
from bot.mentoring.people import Purpose
from bot.mentoring.profiles import Level, Mentee, Mentor, Profile
from bot.mentoring.reasons import Kind
from bot.mentoring.requests import AskMentors, Decline, MySearch, WhyNot
from bot.mentoring.weights import Weights
from bot.store import people, profiles
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import PROFILE, Woman, mentor, pair, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


@pytest.fixture
def maker() -> Matchmaker:
    return Matchmaker()


async def named(maker: Matchmaker, her: Woman) -> set[int]:
    """The mentors who are suggested to her."""
    async with her.stage.sorora.store.begin() as tx:
        mentee = await matchmaker.mentee(tx, her.id)
        assert mentee is not None
        return {one.mentor for one in await maker.suggest(tx, mentee, her.stage.clock.now(), 5)}


async def mentee_of(her: Woman) -> Mentee | None:
    async with her.stage.sorora.store.begin() as tx:
        return await matchmaker.mentee(tx, her.id)


async def mentor_of(her: Woman) -> Mentor | None:
    async with her.stage.sorora.store.begin() as tx:
        return await matchmaker.mentor(tx, her.id)


async def changes(her: Woman, **fields: Any) -> None:
    """Something of a mentor changes, and matching is to see it."""
    async with her.stage.sorora.store.begin() as tx:
        row = await profiles.mentor_row(tx, her.id)
        assert row is not None
        await profiles.save_mentor(tx, replace(row, **fields), her.stage.clock.now())


async def agrees_to(her: Woman, *purposes: Purpose) -> None:
    """She says yes to these purposes only."""
    after = msgspec.structs.replace(await her.person(), consents=frozenset(purposes))
    async with her.stage.sorora.store.begin() as tx:
        await people.save(tx, [after])


async def test_a_mentor_as_she_stands_in_the_tables(stage: Stage) -> None:
    amina, basma = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Basma")
    fatma = await mentor(stage, "Fictive Fatma", places=3)
    await pair(basma, fatma)
    await pair(await woman(stage, "Fictive Former"), fatma, PairState.COMPLETED)
    await amina.carries(AskMentors((fatma.id,)))
    found = await mentor_of(fatma)
    overcame = frozenset({"language", "diploma"})
    assert found == Mentor(fatma.id, PROFILE, overcame, places=3, taken=1, asked=1, approved=True)
    assert await mentor_of(amina) is None
    waiting = await mentor(stage, "Fictive Waiting", state=MentorState.WAITING)
    assert not (await mentor_of(waiting)).approved  # type: ignore[union-attr]


async def test_a_mentee_as_she_stands_in_the_tables(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina", barriers=("language",))
    no, ended, done, blocks = [await mentor(stage, f"Fictive {n}", places=5) for n in range(4)]
    await amina.carries(AskMentors((no.id,)))
    await no.carries(Decline(1, WhyNot.NO_TIME))
    await pair(amina, ended, PairState.ENDED)
    await pair(amina, done, PairState.COMPLETED)
    async with stage.sorora.store.begin() as tx:
        at = stage.clock.now()
        await tx.conn.execute(sa.insert(t.blocks).values(blocker_id=blocks.id, blocked_id=amina.id, at=at))
        await tx.conn.execute(sa.insert(t.blocks).values(blocker_id=amina.id, blocked_id=no.id, at=at))
    found = await mentee_of(amina)
    assert found is not None
    assert (found.profile, found.barriers) == (PROFILE, frozenset({"language"}))
    assert found.declined == {no.id, ended.id}
    assert found.blocked == {blocks.id, no.id}
    assert found.since is None
    await agrees_to(amina, Purpose.TAKE_PART, Purpose.KEEP)
    assert await mentee_of(amina) is None


async def test_the_pool_follows_what_changes(stage: Stage, maker: Matchmaker) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    assert await named(maker, amina) == {fatma.id}
    stage.clock.forward(timedelta(minutes=30))
    hana = await mentor(stage, "Fictive Hana")
    assert await named(maker, amina) == {fatma.id, hana.id}
    await changes(fatma, paused_until=stage.clock.now() + timedelta(days=1))
    assert await named(maker, amina) == {hana.id}
    await changes(fatma, paused_until=None)
    await changes(hana, state=MentorState.LEFT)
    assert await named(maker, amina) == {fatma.id}
    await pair(await woman(stage, "Fictive Basma"), fatma)
    assert await named(maker, amina) == set()  # seen without a touch, since she is read anew before she is named


async def test_what_commits_late_is_seen(stage: Stage, maker: Matchmaker) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await changes(fatma, state=MentorState.WAITING)
    stage.clock.forward(timedelta(minutes=10))
    assert await named(maker, amina) == set()
    await changes(fatma, state=MentorState.APPROVED)
    async with stage.sorora.store.begin() as tx:  # it was begun before the last reading, and commits after it
        late = stage.clock.now() - timedelta(seconds=50)
        await tx.conn.execute(sa.update(t.mentors).values(changed_at=late))
    assert await named(maker, amina) == {fatma.id}


async def test_only_what_changed_is_read_again(stage: Stage, maker: Matchmaker) -> None:
    amina = await woman(stage, "Fictive Amina")
    await mentor(stage, "Fictive Fatma")
    await named(maker, amina)
    pool = maker.pool
    stage.clock.forward(timedelta(minutes=30))
    await named(maker, amina)
    assert maker.pool is pool
    stage.clock.forward(timedelta(days=1))
    await named(maker, amina)
    assert maker.pool is not pool  # now and then everything is read anew


async def test_who_is_erased_or_took_back_her_yes_is_not_named(stage: Stage, maker: Matchmaker) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    assert await named(maker, amina) == {fatma.id, hana.id}
    async with stage.sorora.store.begin() as tx:
        await people.erase(tx, fatma.id, stage.clock.now(), tombstone=False)
    await agrees_to(hana, Purpose.TAKE_PART, Purpose.KEEP)
    assert await named(maker, amina) == set()
    await agrees_to(hana, *Purpose)
    await changes(hana)
    assert await named(maker, amina) == {hana.id}


async def test_without_a_language_in_common_nobody_is_named(stage: Stage, maker: Matchmaker) -> None:
    amina = await woman(stage, "Fictive Amina")
    await mentor(stage, "Fictive Fatma")
    async with stage.sorora.store.begin() as tx:
        only = Profile(languages={"ti": Level.MOTHER})
        await profiles.save_profile(tx, amina.id, only, stage.clock.now())
    assert await named(maker, amina) == set()


async def test_more_mentors_than_are_read_at_once(
    stage: Stage, maker: Matchmaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matchmaker, "AT_ONCE", 2)
    amina = await woman(stage, "Fictive Amina")
    crowd = {(await mentor(stage, f"Fictive {n}")).id for n in range(5)}
    assert await named(maker, amina) == crowd
    assert len(maker.pool or ()) == 5


async def test_the_programme_says_what_counts(database_url: str) -> None:
    """Its weights reach the suggestions: where only times count, nothing else is a reason."""
    only_times = dict.fromkeys(Weights.__struct_fields__, 0) | {"time": 7}
    whole = find_programme("conversations")
    assert whole.weights == Weights()  # content/matching.toml has the usual ones
    async with rehearsal(replace(whole, weights=Weights(**only_times)), url=database_url) as stage:
        amina = await woman(stage, "Fictive Amina")
        await mentor(stage, "Made-up Mira")
        search = await amina.finds(MySearch())
        assert {reason.kind for one in search.offers for reason in one.reasons} == {Kind.TIMES}
