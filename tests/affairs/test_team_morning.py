"""What a coordinator reads in the morning: one message, when there is something new or urgent, and otherwise none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.mentoring.meetings import Meet, ProposeMeeting
from bot.mentoring.relay import Relay
from bot.mentoring.team import MORNING, CaseFile, CaseState, next_morning
from bot.store import due, requests, team
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, coordinator, mentor, pair, woman

EVENING = datetime(2027, 3, 1, 17, tzinfo=UTC)  # a Monday
MORNING_AFTER = datetime(2027, 3, 2, 8, 30, tzinfo=UTC)  # half past nine in Brussels
DAY = timedelta(days=1)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        stage.clock.at = EVENING
        yield stage


@pytest.fixture
async def cora(stage: Stage) -> Woman:
    """A coordinator, for whom the first morning is to come."""
    cora = await coordinator(stage, "Fictive Cora")
    async with stage.sorora.store.begin() as tx:
        await due.plan(tx, MORNING, 0, cora.id, MORNING_AFTER)
    stage.clock.forward(timedelta(minutes=1))
    return cora


async def until(stage: Stage, moment: datetime) -> None:
    """From one of her mornings to the next."""
    while (now := stage.clock.now()) < moment:
        await stage.forward(seconds=(min(moment, next_morning("Europe/Brussels", now)) - now).total_seconds())


async def waits(stage: Stage, *women: Woman) -> None:
    async with stage.sorora.store.begin() as tx:
        for her in women:
            await requests.wait(tx, her.id, stage.clock.now())


def digests(cora: Woman) -> list[list[str]]:
    """What each of them counted."""
    said = [seen.text.split("\n") for seen in cora.phone.chat]
    return [found[1:] for found in said if found[0] == "Hello! This waits for you today:"]


async def test_on_a_morning_with_something_new_she_reads_it_once(stage: Stage, cora: Woman) -> None:
    amina, sara = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Sara")
    await waits(stage, amina, sara)
    await until(stage, MORNING_AFTER - timedelta(minutes=1))
    assert digests(cora) == []
    await until(stage, MORNING_AFTER)
    assert digests(cora) == [["2 women without a mentor"]]
    assert [button.label for button in cora.phone.last.buttons] == ["Look"]
    await cora.phone.taps("Look")
    assert "This waits for you:" in cora.phone.last.text
    await until(stage, MORNING_AFTER + 3 * DAY)
    assert len(digests(cora)) == 1  # nothing new
    await waits(stage, await woman(stage, "Fictive Badia"))
    await until(stage, MORNING_AFTER + 4 * DAY)
    assert digests(cora)[1:] == [["3 women without a mentor"]]


async def test_where_nothing_waits_she_reads_nothing(stage: Stage, cora: Woman) -> None:
    await until(stage, MORNING_AFTER + 3 * DAY)
    assert cora.phone.chat == []


async def test_an_open_report_is_told_every_morning_until_it_is_closed(stage: Stage, cora: Woman) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    async with stage.sorora.store.begin() as tx:
        case = await team.open_case(tx, amina.id, lina.id, None, CaseFile("money"), stage.clock.now())
    await until(stage, MORNING_AFTER + 2 * DAY)
    assert digests(cora) == [["1 report"]] * 3
    async with stage.sorora.store.begin() as tx:
        row = await team.case(tx, case)
        assert row is not None
        closed = team.CaseRow(row.id, amina.id, lina.id, None, CaseState.CLOSED, row.file, row.opened_at)
        await team.save_case(tx, closed, stage.clock.now())
    await until(stage, MORNING_AFTER + 4 * DAY)
    assert len(digests(cora)) == 3


async def test_a_report_about_herself_is_not_counted(stage: Stage, cora: Woman) -> None:
    amina = await woman(stage, "Fictive Amina")
    async with stage.sorora.store.begin() as tx:
        await team.open_case(tx, amina.id, cora.id, None, CaseFile("money"), stage.clock.now())
    await until(stage, MORNING_AFTER)
    assert digests(cora) == []


async def test_a_pair_comes_into_it_once_it_is_quiet_for_three_weeks(stage: Stage, cora: Woman) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina)
    await until(stage, EVENING + DAY)
    await amina.carries(Relay(number, "Hello"))
    await until(stage, MORNING_AFTER + 22 * DAY)
    assert digests(cora) == [["1 pair, quiet for 3 weeks"]]
    await lina.carries(ProposeMeeting(number, Meet.CHAT, None, (stage.clock.now() + DAY,)))
    await cora.phone.types("coordination")
    assert "Nothing waits for you." in cora.phone.last.text


async def test_in_a_pause_of_hers_and_after_the_role_is_gone_nothing_comes(stage: Stage, cora: Woman) -> None:
    async with stage.sorora.store.begin() as tx:
        await team.remove(tx, cora.id, stage.clock.now())
        assert await tx.conn.scalar(sa.select(sa.func.count()).select_from(t.due)) == 0
        await due.plan(tx, MORNING, 0, cora.id, MORNING_AFTER)  # as if it had been claimed at that moment
    await waits(stage, await woman(stage, "Fictive Amina"))
    await until(stage, MORNING_AFTER + DAY)
    assert cora.phone.chat == []
    async with stage.sorora.store.begin() as tx:
        assert await tx.conn.scalar(sa.select(sa.func.count()).select_from(t.due)) == 0


async def test_after_three_days_off_one_message_and_the_mornings_go_on(stage: Stage, cora: Woman) -> None:
    await waits(stage, await woman(stage, "Fictive Amina"))
    stage.clock.at = MORNING_AFTER + 3 * DAY + timedelta(hours=2)
    await stage.forward()
    assert len(digests(cora)) == 1
    async with stage.sorora.store.begin() as tx:
        assert list(await tx.conn.scalars(sa.select(t.due.c.at))) == [MORNING_AFTER + 4 * DAY]


def test_the_next_morning_is_half_past_nine_on_her_wall_clock() -> None:
    assert next_morning("Europe/Brussels", EVENING) == MORNING_AFTER
    assert next_morning("Europe/Brussels", MORNING_AFTER) == MORNING_AFTER + DAY
    assert next_morning("Asia/Kabul", EVENING) == datetime(2027, 3, 2, 5, tzinfo=UTC)
    summer = datetime(2027, 3, 27, 12, tzinfo=UTC)  # the night before the clocks change
    assert next_morning("Europe/Brussels", summer) == datetime(2027, 3, 28, 7, 30, tzinfo=UTC)
