"""The fictional people move in once, are what the list says, and whoever erased herself stays away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.demo_people import CHANNEL, settle_in
from bot.mentoring.path import MentorState
from bot.mentoring.people import Person
from bot.store import people
from bot.store import tables as t
from bot.store.profiles import mentor_row, profile_of
from bot.testing import Phone, Stage, StageChannel, rehearsal
from conversations import demo_people
from tests.databases import database_url  # noqa: F401 - `database_url` is a fixture

CAST = demo_people()
EVERYBODY = 1 + len(CAST.mentors) + len(CAST.mentees)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:  # noqa: F811
    async with rehearsal(url=database_url, channel=StageChannel(CHANNEL)) as stage:
        yield stage


async def moved_in(stage: Stage) -> dict[str, str]:
    """Start the demo; gives the list of people."""
    found = await settle_in(stage.sorora.store, stage.sorora.house.office, stage.clock.now())
    await stage.settle()
    return dict(found)


async def person(stage: Stage, one: str) -> Person:
    async with stage.sorora.store.begin() as tx:
        lookup = people.lookup_of(tx, CHANNEL, f"demo-{one}")
        return (await people.find(tx, [lookup]))[lookup].person


async def counts(stage: Stage) -> list[int]:
    """How many rows stand in all tables that they fill."""
    async with stage.sorora.store.begin() as tx:
        tables = (t.people, t.profiles, t.mentors, t.waiting, t.requests, t.pairs, t.coordinators, t.goals, t.consents)
        return [await tx.conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]


def plays(stage: Stage, one: str, language: str) -> Phone:
    return stage.phone(language, f"demo-{one}")


async def test_all_move_in(stage: Stage) -> None:
    found = await moved_in(stage)
    assert len(found) == EVERYBODY
    assert all(address.startswith("demo-") for address in found)
    everybody, profiles, mentors, waiting, requests, pairs, coordinators, goals, consents = await counts(stage)
    assert everybody == profiles == EVERYBODY
    assert mentors == len(CAST.mentors)
    assert (waiting, requests, pairs, coordinators) == (4, 1, 2, 1)
    assert goals == sum(mentee.goal is not None for mentee in CAST.mentees)
    assert consents == 4 * EVERYBODY


async def test_what_the_list_says_is_so(stage: Stage) -> None:
    found = await moved_in(stage)
    assert found["demo-thu"] == "\u2068Made-up Thuzar\u2069, mentor, waits for the coordinator"
    assert found["demo-esi"] == "\u2068Fictive Esi\u2069, mentor, has a mentee"
    assert found["demo-hanan"] == "\u2068حنان الخيالية\u2069, mentee"
    assert found["demo-coordinator"] == "\u2068Coordinator Fictive Clara\u2069, coordinates"
    thu, amal = await person(stage, "thu"), await person(stage, "amal")
    async with stage.sorora.store.begin() as tx:
        waits, approved = await mentor_row(tx, thu.id), await mentor_row(tx, amal.id)
        profile = await profile_of(tx, amal.id)
    assert waits is not None
    assert approved is not None
    assert (waits.state, approved.state) == (MentorState.WAITING, MentorState.APPROVED)
    assert (approved.file.story, approved.places) == (CAST.mentors[0].story, CAST.mentors[0].places)
    assert profile == CAST.mentors[0].profile
    assert (await person(stage, "coordinator")).coordinator


async def test_a_restart_adds_nothing(stage: Stage) -> None:
    first = await moved_in(stage)
    before = await counts(stage)
    stage.clock.at = stage.clock.at.replace(year=2028)
    assert await moved_in(stage) == first
    assert await counts(stage) == before


async def test_who_erased_herself_stays_away(stage: Stage) -> None:
    await moved_in(stage)
    her = await person(stage, "amal")
    async with stage.sorora.store.begin() as tx:
        await people.erase(tx, her.id, stage.clock.now(), tombstone=True)
    found = await moved_in(stage)
    assert len(found) == EVERYBODY - 1
    assert "demo-amal" not in found
    newcomer = plays(stage, "amal", "en")  # whoever writes from there now is somebody else
    await newcomer.types("/start")
    assert "demo-amal" not in await moved_in(stage)


async def test_each_can_be_played(stage: Stage) -> None:
    await moved_in(stage)
    for one in (CAST.coordinator, *CAST.mentors[:3], *CAST.mentees[:3]):
        phone = plays(stage, one.id, "en")
        await phone.types("/menu")
        assert phone.last.message.language == one.language
        assert one.alias in phone.last.text
        assert phone.last.buttons


async def test_a_programme_without_such_people_has_none(stage: Stage) -> None:
    office = stage.sorora.house.office
    alone = replace(office, programme=replace(office.programme, demo=None))
    assert await settle_in(stage.sorora.store, alone, stage.clock.now()) == []


async def test_a_request_has_its_card_and_pairs_have_their_clocks(stage: Stage) -> None:
    await moved_in(stage)
    asking = next(one for one in CAST.mentees if one.request is not None)
    assert asking.request is not None
    card = plays(stage, asking.request.mentor, "en").last
    assert asking.alias in card.text
    assert [button.data for button in card.buttons] == ["@request:1"]
    paired = [one.pair.mentor for one in CAST.mentees if one.pair is not None]
    assert [plays(stage, one, "en").chat for one in paired] == [[], []]  # they were told long ago
    async with stage.sorora.store.begin() as tx:
        planned = set(await tx.conn.scalars(sa.select(t.due.c.kind)))
    assert planned >= {"request_remind", "request_expire", "pair_trial_due", "pair_ending", "pair_months_over"}
    assert {"check_in", "mentor_quiet", "team_morning"} <= planned
    await stage.forward(days=3)
    reminder = plays(stage, asking.request.mentor, "en").chat[-1]
    assert reminder.text != card.text


async def test_nobody_of_them_is_asked_for_the_promises_again(stage: Stage) -> None:
    await moved_in(stage)
    mentor = next(one for one in CAST.mentors if one.approved and not one.paused_days)
    phone = plays(stage, mentor.id, mentor.language)
    await phone.types("/mentoring")
    assert phone.last.buttons
    assert not any(button.data.endswith(".=read") for button in phone.last.buttons)
