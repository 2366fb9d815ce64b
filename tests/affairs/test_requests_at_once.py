"""Two things at the same moment, in several processes: places hold, one pair and one open request each, one outcome
told. Each is tried several times, since nobody knows who comes first."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.affairs import all_affairs
from bot.affairs import requests as affair
from bot.affairs.clockwork import fire_all
from bot.affairs.desk import Desk, Office
from bot.errors import TryLater
from bot.mentoring.effects import Effect
from bot.mentoring.requests import Accept, AskMentors, Decline, WhyNot, Withdraw
from bot.store import people, profiles
from bot.store import requests as kept
from bot.store import tables as t
from bot.store.door import Store
from bot.testing import Stage, rehearsal
from bot.vault import Vault, new_key
from tests.affairs.cast import Woman, mentor, woman

PROCESSES = 4
TIMES = 8 if "LONG" in os.environ else 2  # `make both`
Act = Callable[[Desk], Awaitable[object]]


@dataclass
class Town:
    """A stage, and several processes at work on its database."""

    stage: Stage
    stores: list[Store]
    offices: list[Office]

    async def at_once(self, *acts: Act) -> None:
        """Each act in a process of its own, all at the same moment; who must come again does so."""
        await asyncio.gather(*(self.one(number % PROCESSES, act) for number, act in enumerate(acts)))
        await self.stage.settle()

    async def one(self, process: int, act: Act) -> None:
        """One act in this process."""
        for _again in range(20):
            try:
                async with self.stores[process].begin() as tx:
                    await act(Desk(tx, self.offices[process], self.stage.clock.now()))
            except TryLater:  # a deadlock that PostgreSQL has broken: the platform or the clock comes again
                continue
            return
        raise AssertionError("it never came through")

    async def hold(self) -> None:
        """The invariants of all requests and pairs."""
        async with self.stage.sorora.store.begin() as tx:
            pairs = list(await tx.conn.execute(sa.select(t.pairs).where(t.pairs.c.state.in_(kept.LIVING_STATES))))
            places = {row.person_id: row.places for row in await tx.conn.execute(sa.select(t.mentors))}
            live = await kept.select(tx, kept.in_states(kept.LIVE))
        for mentor_id, taken in Counter(row.mentor_id for row in pairs).items():
            assert taken <= places[mentor_id]
        paired = Counter(row.mentee_id for row in pairs)
        assert max(paired.values(), default=0) <= 1
        opened = Counter(request.mentee_id for request in live if request.state.value == "open")
        assert max(opened.values(), default=0) <= 1
        assert not paired.keys() & {request.mentee_id for request in live}
        assert {request.mentee_id for request in live} == opened.keys()  # nobody waits behind nothing


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    vault = Vault([new_key()])
    async with rehearsal(url=database_url, vault=vault) as stage, AsyncExitStack() as stack:
        stores = [Store.open(database_url, vault) for _process in range(PROCESSES)]
        for store in stores:
            stack.push_async_callback(store.close)
        house = stage.sorora.house.office
        offices = [
            Office.of(house.programme, house.catalogs, all_affairs(), random.Random(n)) for n in range(PROCESSES)
        ]
        yield Town(stage, stores, offices)


def does(her: Woman, effect: Effect) -> Act:
    """Her effect, as an act."""

    async def act(desk: Desk) -> None:
        person = await people.get(desk.tx, her.id)
        if person is not None:
            await desk.carry(effect, person)

    return act


def erases(her: Woman) -> Act:
    """She erases herself: her row is locked first, as the engine does it."""

    async def act(desk: Desk) -> None:
        if desk.tx.postgres:
            row = sa.select(t.people.c.id).where(t.people.c.id == her.id).with_for_update(key_share=True)
            await desk.tx.conn.execute(row)
        person = await people.get(desk.tx, her.id)
        if person is not None:
            await desk.say_goodbye(person)
            await people.erase(desk.tx, her.id, desk.now, tombstone=True)

    return act


def pauses(her: Woman) -> Act:
    """A mentor goes on pause."""

    async def act(desk: Desk) -> None:
        row = await profiles.mentor_row(desk.tx, her.id, lock=True)
        assert row is not None
        await profiles.save_mentor(desk.tx, replace(row, paused_until=desk.now + timedelta(days=30)), desk.now)
        await affair.mentor_unavailable(desk, her.id)

    return act


async def fires(desk: Desk) -> None:
    """The clock of one process."""
    await fire_all(desk, 100)


async def request_of(mentee: Woman) -> Any:
    """Her newest request: id and state."""
    async with mentee.stage.sorora.store.begin() as tx:
        query = sa.select(t.requests).where(t.requests.c.mentee_id == mentee.id).order_by(t.requests.c.id.desc())
        return (await tx.conn.execute(query.limit(1))).one_or_none()


async def mentees_of(her: Woman) -> list[int]:
    """With whom a mentor is in a living pair."""
    async with her.stage.sorora.store.begin() as tx:
        living = t.pairs.c.state.in_(kept.LIVING_STATES)
        return list(await tx.conn.scalars(sa.select(t.pairs.c.mentee_id).where(t.pairs.c.mentor_id == her.id, living)))


async def asked(town: Town, name: str, *, places: int = 1, mentees: int = 1) -> tuple[Woman, list[Woman]]:
    """A mentor with cards of so many mentees."""
    her = await mentor(town.stage, f"Fictive Mentor {name}", places=places)
    those = [await woman(town.stage, f"Fictive {name} {n}") for n in range(mentees)]
    for mentee in those:
        await mentee.carries(AskMentors((her.id,)))
    return her, those


async def test_the_last_place_is_given_once(town: Town) -> None:
    for time in range(TIMES):
        her, those = await asked(town, f"Last {time}", mentees=4)
        numbers = [(await request_of(mentee)).id for mentee in those]
        await town.at_once(*(does(her, Accept(number)) for number in numbers))
        await town.hold()
        (lucky,) = await mentees_of(her)
        for mentee in those:
            row = await request_of(mentee)
            assert row.state == ("accepted" if mentee.id == lucky else "void")
            assert len(mentee.phone.chat) == 1  # each is told exactly one outcome
            assert ("cannot take a new mentee" in mentee.phone.last.text) == (mentee.id != lucky)


async def test_many_ask_at_once_and_two_of_many_are_accepted(town: Town) -> None:
    for time in range(TIMES):
        her = await mentor(town.stage, f"Fictive Mentor {time}", places=2)
        other = await mentor(town.stage, f"Fictive Other {time}", places=5)
        those = [await woman(town.stage, f"Fictive {time} {n}") for n in range(4)]
        await town.at_once(*(does(mentee, AskMentors((her.id, other.id))) for mentee in those for _twice in range(2)))
        await town.hold()
        numbers = []
        async with town.stage.sorora.store.begin() as tx:
            numbers = [request.id for request in await kept.open_to(tx, her.id)]
        assert len(numbers) == 4
        await town.at_once(*(does(her, Accept(number)) for number in numbers))
        await town.hold()
        assert len(await mentees_of(her)) == 2
        async with town.stage.sorora.store.begin() as tx:
            assert len(await kept.open_to(tx, other.id)) == 2
        assert [len(mentee.phone.chat) for mentee in those] == [1] * 4


async def test_accepted_or_taken_back(town: Town) -> None:
    for time in range(TIMES):
        her, (mentee,) = await asked(town, f"Back {time}")
        number = (await request_of(mentee)).id
        both = [does(her, Accept(number)), does(mentee, Withdraw(number))]
        await town.at_once(*both[:: 1 if time % 2 else -1])
        await town.hold()
        state = (await request_of(mentee)).state
        assert (state, await mentees_of(her)) in [("accepted", [mentee.id]), ("withdrawn", [])]
        assert len(mentee.phone.chat) == (1 if state == "accepted" else 0)


async def test_accepted_or_declined(town: Town) -> None:
    for time in range(TIMES):  # two phones of one mentor
        her, (mentee,) = await asked(town, f"Two minds {time}")
        number = (await request_of(mentee)).id
        await town.at_once(does(her, Accept(number)), does(her, Decline(number, WhyNot.NO_TIME)))
        await town.hold()
        assert (await request_of(mentee)).state in ("accepted", "declined")
        assert len(mentee.phone.chat) == 1


async def test_accepted_or_paused(town: Town) -> None:
    for time in range(TIMES):
        her, those = await asked(town, f"Pause {time}", places=3, mentees=2)
        number = (await request_of(those[0])).id
        acts = [does(her, Accept(number)), pauses(her)]
        await town.at_once(*acts[:: 1 if time % 2 else -1])
        await town.hold()
        state = (await request_of(those[0])).state
        assert (state, await mentees_of(her)) in [("accepted", [those[0].id]), ("void", [])]
        assert (await request_of(those[1])).state == "void"
        assert [len(mentee.phone.chat) for mentee in those] == [1, 1]


async def test_asked_or_paused(town: Town) -> None:
    for time in range(TIMES):
        her = await mentor(town.stage, f"Fictive Mentor {time}")
        mentee = await woman(town.stage, f"Fictive {time}")
        acts = [does(mentee, AskMentors((her.id,))), pauses(her)]
        await town.at_once(*acts[:: 1 if time % 2 else -1])
        await town.hold()
        async with town.stage.sorora.store.begin() as tx:
            assert await kept.open_to(tx, her.id) == []


@pytest.mark.parametrize("who", ["mentee", "mentor"])
async def test_accepted_or_erased(town: Town, who: str) -> None:
    for time in range(TIMES):
        her, (mentee, other) = await asked(town, f"Gone {time}", places=2, mentees=2)
        number = (await request_of(mentee)).id
        acts = [does(her, Accept(number)), erases(her if who == "mentor" else mentee)]
        await town.at_once(*acts[:: 1 if time % 2 else -1])
        await town.hold()
        assert await mentees_of(her) == []
        gone = await request_of(mentee)
        assert gone is None
        if who == "mentor":
            assert len(other.phone.chat) == 1
        else:
            assert (await request_of(other)).state == "open"


async def test_accepted_or_expired(town: Town) -> None:
    for time in range(TIMES):
        her, (mentee,) = await asked(town, f"Late {time}")
        number = (await request_of(mentee)).id
        town.stage.clock.forward(timedelta(hours=72))
        acts = [does(her, Accept(number)), fires, fires]
        await town.at_once(*acts[:: 1 if time % 2 else -1])
        await town.hold()
        state = (await request_of(mentee)).state
        assert (state, await mentees_of(her)) in [("accepted", [mentee.id]), ("expired", [])]
        assert len(mentee.phone.chat) == 1


async def test_what_is_due_is_done_once_by_all_processes(town: Town) -> None:
    fatma = await mentor(town.stage, "Fictive Fatma", places=5)
    those = [await woman(town.stage, f"Fictive {n}") for n in range(5)]
    for mentee in those:
        await mentee.carries(AskMentors((fatma.id,)))
    town.stage.clock.forward(timedelta(hours=24))
    await town.at_once(*[fires] * PROCESSES)
    assert len([seen for seen in fatma.phone.chat if "waits for your answer" in seen.text]) == 5
    town.stage.clock.forward(timedelta(hours=48))
    await town.at_once(*[fires] * PROCESSES)
    await town.at_once(*[fires] * PROCESSES)
    await town.hold()
    assert [len(mentee.phone.chat) for mentee in those] == [1] * 5
    assert len([seen for seen in fatma.phone.chat if "Is all well with you?" in seen.text]) == 1
    assert Counter([(await request_of(mentee)).state for mentee in those]) == {"expired": 2, "void": 3}
