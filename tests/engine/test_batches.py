"""Batches: one commit for many, nothing twice, nothing half, and what breaks one message breaks no other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import MutableMapping
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from bot.app import put_together
from bot.engine.batches import MOST_WAITING
from bot.errors import TryLater
from bot.store import tables
from bot.store.door import Store
from bot.testing import Stage
from tests.engine.little import count, little, member, programme, receive, rows, tall

Logs = list[MutableMapping[str, Any]]


def watch_commits(stage: Stage) -> list[str]:
    """Notes each commit of the database."""
    commits: list[str] = []
    sa.event.listen(stage.sorora.store.engine.sync_engine, "commit", lambda _conn: commits.append("commit"))
    return commits


# --- many at once -------------------------------------------------------------------------------------------------


async def test_one_commit_for_64_messages_of_different_people(both: Stage) -> None:
    phones = [both.phone("en") for _ in range(65)]
    commits = watch_commits(both)
    await asyncio.gather(*(both.sorora.batches.receive(phone.incoming(text="/start")) for phone in phones))
    assert len(commits) == 2  # 64, and the one that was one too many
    await both.settle()
    assert {tall(phone) for phone in phones} == {"Do you agree?"}
    assert (await count(both, "people", "updates", "talks"))["people"] == 65


async def test_the_messages_of_one_person_keep_their_order(both: Stage) -> None:
    amina = await member(both)
    commits = watch_commits(both)
    typed = ["/form", "Title", "4", "12", "1.4.2027"]
    await receive(both, *(amina.incoming(text=each) for each in typed))
    assert amina.last.text == "Good?"
    assert len(commits) >= len(typed)


async def test_one_woman_on_two_phones_is_one_person_in_order(stage: Stage) -> None:
    amina = await member(stage)
    async with stage.sorora.store.begin() as tx:
        second = dict((await tx.conn.execute(sa.select(tables.addresses))).one()._mapping)
        second |= {"id": 2, "lookup": tx.vault.lookup("stage:second"), "sealed": tx.vault.seal("second")}
        await tx.conn.execute(sa.insert(tables.addresses).values(second))
    other = stage.phone("en", address="second")
    came = await receive(stage, amina.incoming(text="/form"), other.incoming(text="Title"))
    assert came == [None, None]
    assert "A title?" in tall(amina)
    assert "How sure?" in tall(other)


async def test_too_many_waiting_messages_are_asked_to_come_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.batches.MOST_WAITING", 2)
    phones = [stage.phone("en") for _ in range(3)]
    came = await receive(stage, *(phone.incoming(text="/start") for phone in phones))
    assert [type(one) for one in came] == [type(None), type(None), TryLater]
    assert (await count(stage, "people"))["people"] == 2
    assert MOST_WAITING >= 1000


# --- nothing twice ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["after", "at once", "with others"])
async def test_a_message_that_comes_twice_counts_once(both: Stage, how: str) -> None:
    amina = await member(both)
    await amina.types("/form")
    event, other = amina.incoming(text="Title"), await member(both)
    heard = len(amina.chat)
    if how == "after":
        await receive(both, event)
        came = await receive(both, event)
    elif how == "at once":
        came = await receive(both, event, event, event)
    else:
        came = await receive(both, event, other.incoming(text="/form"), event)
    assert set(came) == {None}
    assert len(amina.chat) == heard + 1
    assert "How sure?" in amina.last.text
    assert len([row for row in await rows(both, "updates") if row["provider_id"] == event.provider_id]) == 1


async def test_the_first_message_of_all_may_come_twice_too(both: Stage) -> None:
    event = both.phone("en").incoming(text="/start")
    assert await receive(both, event, event) == [None, None]
    assert tall(both.phones[0]) == "Do you agree?"


async def test_the_same_id_on_another_channel_is_another_message(stage: Stage) -> None:
    event = stage.phone("en").incoming(text="/start")
    await receive(stage, event, replace(event, channel="elsewhere", address="other"))
    assert (await count(stage, "people"))["people"] == 2


@pytest.mark.postgres
@pytest.mark.parametrize("new", [True, False], ids=["new", "known"])
async def test_two_processes_with_the_same_message(postgres_url: str, new: bool) -> None:
    async with little(url=postgres_url) as stage:
        vault, phone = stage.sorora.store.vault, stage.phone("en") if new else await member(stage)
        others = [
            put_together(Store.open(postgres_url, vault), {}, stage.clock, programme(), random.Random(2)) for _ in "abc"
        ]
        event = phone.incoming(text="/start" if new else "/form")
        heard = len(phone.chat)
        await asyncio.gather(*(one.batches.receive(event) for one in (stage.sorora, *others)))
        await stage.settle()
        assert len(phone.chat) == heard + 1
        assert await count(stage, "people", "put_aside") == {"people": 1, "put_aside": 0}
        for one in others:
            await one.store.close()


@pytest.mark.postgres
async def test_two_processes_with_two_messages_of_one_new_woman(postgres_url: str) -> None:
    async with little(url=postgres_url) as stage:
        other = put_together(
            Store.open(postgres_url, stage.sorora.store.vault), {}, stage.clock, programme(), random.Random(2)
        )
        phone = stage.phone("en")
        first, second = phone.incoming(text="/start"), phone.incoming(text="hello")
        await asyncio.gather(stage.sorora.batches.receive(first), other.batches.receive(second))
        await stage.settle()
        assert len(phone.chat) == 2
        assert await count(stage, "people", "put_aside", "updates") == {"people": 1, "put_aside": 0, "updates": 2}
        await other.store.close()
