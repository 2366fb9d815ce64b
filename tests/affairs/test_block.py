"""Report and block: two taps each; after a block nothing arrives, whatever was already on its way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.affairs import relay
from bot.mentoring.mentorship import PairState, Side
from bot.mentoring.relay import Block, Concern, Relay, Report, ShareContacts
from bot.mentoring.team import CaseFile
from bot.messages import Result, Sending, Verdict
from bot.store import mail, people
from bot.store import relay as kept
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, coordinator, mentor, pair, woman

NIGHT = datetime(2027, 3, 1, 21, 30, tzinfo=UTC)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


@pytest.fixture
async def two(stage: Stage) -> tuple[Woman, Woman, int]:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    return amina, lina, await pair(amina, lina, media=frozenset(Side))


async def one(stage: Stage, query: Any) -> object:
    async with stage.sorora.store.begin() as tx:
        return await tx.conn.scalar(query)


async def relayed(stage: Stage) -> list[tuple[str, bool]]:
    """State of each relayed message, and whether its words are still kept."""
    async with stage.sorora.store.begin() as tx:
        rows = await tx.conn.execute(sa.select(t.relayed).order_by(t.relayed.c.id))
        return [(row.state, row.sealed is not None) for row in rows]


def from_amina(lina: Woman) -> list[str]:
    return [seen.text for seen in lina.phone.chat if seen.text.startswith("From Fictive Amina")]


# --- block --------------------------------------------------------------------------------------------------------


async def test_two_taps_from_any_message_block_her(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "Hello"))
    await lina.phone.taps("Report")
    await lina.phone.taps("Block her")
    assert lina.phone.taps_made == 2
    assert lina.phone.last.text.startswith("Fictive Amina is blocked. Nothing from her reaches you any more.")
    async with stage.sorora.store.begin() as tx:
        assert await kept.has_blocked(tx, lina.id, amina.id)
        assert not await kept.has_blocked(tx, amina.id, lina.id)
    assert await one(stage, sa.select(t.pairs.c.state)) == "ended"


async def test_the_other_hears_only_that_it_is_over(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await lina.carries(Block(number))
    assert len(amina.phone.chat) == 1
    assert "block" not in amina.phone.last.text.lower()
    carried = await amina.carries(Relay(number, "Why?"))
    assert carried.says.msgid.startswith("That is no longer open.")
    assert lina.phone.chat == []


@pytest.mark.parametrize("minutes", [0, 30])
async def test_what_waits_for_the_morning_never_arrives(
    two: tuple[Woman, Woman, int], stage: Stage, minutes: int
) -> None:
    amina, lina, number = two
    stage.clock.at = NIGHT
    await amina.carries(Relay(number, "one"))
    stage.clock.forward(timedelta(minutes=minutes))
    await lina.carries(Block(number))
    await stage.forward(hours=24)
    assert from_amina(lina) == []
    assert await relayed(stage) == [("stopped", False)]


async def test_a_voice_note_on_its_way_never_arrives(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    await amina.phone.does(button=f"@write:{number}")
    await amina.phone.speaks()
    await lina.carries(Block(number))
    await stage.forward(minutes=1)
    assert from_amina(lina) == []


async def test_what_is_held_never_arrives(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "0475 12 34 56"))
    await amina.carries(ShareContacts(number, yes=True))
    await lina.carries(Block(number))
    before = len(lina.phone.chat)
    await amina.phone.does(button="@held:1")
    assert amina.phone.last.text.startswith("That is no longer open.")
    assert (len(lina.phone.chat), await relayed(stage)) == (before, [("stopped", False)])


async def test_what_stands_in_the_outbox_never_arrives(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    deliver, tries = stage.channel.send, list[str]()

    async def later(sending: Sending) -> Result:
        if sending.address == lina.phone.address and sending.message.text.startswith("From"):
            tries.append(sending.message.text)
            return Result(Verdict.RETRY, after=60)
        return await deliver(sending)

    stage.channel.send = later  # type: ignore[method-assign]
    for words in ("one", "two"):
        await amina.carries(Relay(number, words))
    await lina.carries(Block(number))
    stage.channel.send = deliver  # type: ignore[method-assign]
    await stage.forward(minutes=10)
    await stage.forward(hours=2)
    assert (from_amina(lina), tries) == ([], ["From Fictive Amina:\none"])
    assert await relayed(stage) == [("stopped", False)] * 2
    assert len(amina.phone.chat) == 1  # that it is over; not that they did not arrive


async def test_what_is_under_lease_is_not_tried_again(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    her = await amina.person()
    async with stage.sorora.store.begin() as tx:
        await amina.desk(tx).carry(Relay(number, "one"), her)
    now, lease = stage.clock.now(), timedelta(minutes=1)
    async with stage.sorora.store.begin() as tx:
        (claimed,) = await mail.claim(tx, stage.channel.name, now, lease, 9)
    async with stage.sorora.store.begin() as tx:
        await relay.block(lina.desk(tx), lina.id, amina.id)
    async with stage.sorora.store.begin() as tx:
        await mail.finish(tx, [mail.Done(claimed.sending.id, mail.WAITING, again=now)], now)
    await stage.forward(hours=1)
    assert from_amina(lina) == []


async def test_only_this_pair_is_stopped(stage: Stage) -> None:
    amina, sara = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Sara")
    lina = await mentor(stage, "Fictive Lina", places=2)
    first, second = await pair(amina, lina), await pair(sara, lina)
    stage.clock.at = NIGHT
    await amina.carries(Relay(first, "from Amina"))
    await sara.carries(Relay(second, "from Sara"))
    await lina.carries(Block(first))
    await stage.forward(hours=11)
    assert [seen.text for seen in lina.phone.chat] == ["From Fictive Sara:\nfrom Sara"]


async def test_a_block_is_kept_once_and_also_after_the_end(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    _amina, lina, number = two
    for _ in range(2):
        assert (await lina.carries(Block(number))).person is not None
    assert await one(stage, sa.select(sa.func.count()).select_from(t.blocks)) == 1


async def test_of_another_pair_nothing_can_be_blocked(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    _amina, _lina, number = two
    eve = await woman(stage, "Fictive Eve")
    for forged in (number, 999):
        for effect in (Block(forged), Report(forged, Concern.OTHER)):
            carried = await eve.carries(effect)
            assert carried.says.msgid.startswith("That is no longer open.")
        await eve.phone.does(button=f"@report:{forged}")
        assert eve.phone.last.text.startswith("That is no longer open.")
    assert await one(stage, sa.select(t.pairs.c.state)) == "active"
    for table in (t.blocks, t.cases):
        assert await one(stage, sa.select(sa.func.count()).select_from(table)) == 0


# --- report -------------------------------------------------------------------------------------------------------


async def test_two_taps_tell_the_team(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    await coordinator(stage, "Fictive Carla")
    await lina.carries(Relay(number, "Hello"))
    await amina.phone.taps("Report")
    await amina.phone.taps("She asks for money")
    assert amina.phone.taps_made == 2
    async with stage.sorora.store.begin() as tx:
        (case,) = (await tx.conn.execute(sa.select(t.cases))).all()
        assert tx.vault.open_json(case.sealed, CaseFile).why == "money"
    assert (case.reporter_id, case.about_id, case.pair_id, case.state) == (amina.id, lina.id, number, "open")
    said = amina.phone.last.text
    assert said.startswith("Thank you for telling. The team has your report now.")
    assert "112: " in said
    assert "101: " in said
    assert "no emergency line" in said
    await amina.phone.taps("Block her")
    assert amina.phone.last.text.startswith("Fictive Lina is blocked.")


async def test_a_report_is_told_at_night_and_that_nobody_looks_too(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, _lina, number = two
    carla = await coordinator(stage, "Fictive Carla")
    stage.clock.at = NIGHT
    await amina.carries(Report(number, Concern.UNKIND))
    assert len(carla.phone.chat) == 1
    before = len(amina.phone.chat)
    await stage.forward(minutes=61)
    assert len(amina.phone.chat) == before + 1


async def test_without_a_team_nothing_is_promised(two: tuple[Woman, Woman, int]) -> None:
    amina, _lina, number = two
    carried = await amina.carries(Report(number, Concern.OTHER))
    assert "Nobody of the team is here" in carried.says.msgid


async def test_she_of_whom_is_told_hears_nothing(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    await coordinator(stage, "Fictive Carla")
    await amina.carries(Report(number, Concern.OFF_GOAL))
    assert lina.phone.chat == []
    assert await one(stage, sa.select(t.pairs.c.state)) == PairState.ACTIVE.value


async def test_who_erases_herself_takes_with_her_what_waits(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    stage.clock.at = NIGHT
    await amina.carries(Relay(number, "one"))
    async with stage.sorora.store.begin() as tx:
        person = await people.get(tx, amina.id)
        assert person is not None
        await amina.desk(tx).say_goodbye(person)
        await people.erase(tx, amina.id, stage.clock.now(), tombstone=False)
    await stage.forward(hours=24)
    assert from_amina(lina) == []
    assert await relayed(stage) == []


async def test_a_block_and_words_at_the_same_moment(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    """Whichever comes first: nothing is sent after the block, and nobody waits for the other for ever."""
    amina, lina, number = two
    her = await amina.person()

    async def write() -> None:
        async with stage.sorora.store.begin() as tx:
            await amina.desk(tx).carry(Relay(number, "one"), her)

    async def block() -> None:
        async with stage.sorora.store.begin() as tx:
            await relay.block(lina.desk(tx), lina.id, amina.id)

    await asyncio.gather(write(), block(), write())
    await stage.forward(hours=1)
    assert from_amina(lina) == []
    assert {state for state, _ in await relayed(stage)} <= {"stopped"}
