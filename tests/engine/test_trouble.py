"""The database in trouble, and messages that break something: nothing half, nobody else harmed, nobody left waiting."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.exc import OperationalError

from bot.app import put_together
from bot.errors import TryLater
from bot.messages import Incoming
from bot.store.door import Store, Tx
from bot.testing import Stage
from tests.engine.little import Clumsy, count, little, member, programme, receive, rows, tall

Logs = list[MutableMapping[str, Any]]


class Trouble:
    """The database fails while this is on: at `begin`, or at the commit."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch, *, at_commit: bool = False) -> None:
        self.on = True
        begin = store.begin

        @asynccontextmanager
        async def failing() -> AsyncIterator[Tx]:
            if self.on and not at_commit:
                raise TryLater("the database does not answer now")
            async with begin() as tx:
                yield tx
                if self.on:
                    raise OperationalError("COMMIT", {}, Exception("disk full"))

        monkeypatch.setattr(store, "begin", failing)


# --- nothing half -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_commit", [False, True], ids=["begin", "commit"])
async def test_while_the_database_fails_nothing_happens_and_the_same_message_works_later(
    both: Stage, monkeypatch: pytest.MonkeyPatch, at_commit: bool
) -> None:
    amina, new = await member(both), both.phone("en")
    await amina.types("/form")
    await amina.types("Title")
    seen, button = amina.find("4")
    before = await count(both)
    trouble = Trouble(both.sorora.store, monkeypatch, at_commit=at_commit)
    events = [amina.incoming(button=button.data, card=seen.id), new.incoming(text="/start")]
    came = await asyncio.gather(*map(both.sorora.batches.receive, events), return_exceptions=True)
    assert [type(one) for one in came] == [TryLater, TryLater]
    trouble.on = False
    assert await count(both) == before
    assert await receive(both, *events) == [None, None]
    assert "How many?" in amina.last.text  # and it was no double tap
    assert "Do you agree?" in tall(new)


async def test_a_locked_database_means_try_later(tmp_path: Any) -> None:
    file = tmp_path / "locked.db"
    async with little(url=f"sqlite+aiosqlite:///{file}") as stage:
        amina = await member(stage)
        sa.event.listen(
            stage.sorora.store.engine.sync_engine, "checkout",
            lambda connection, _record, _proxy: connection.execute("PRAGMA busy_timeout=10"),
        )  # fmt: skip
        other = Store.open(f"sqlite+aiosqlite:///{file}", stage.sorora.store.vault)
        async with other.begin():
            with pytest.raises(TryLater):
                await stage.sorora.batches.receive(amina.incoming(text="/form"))
        await amina.types("/form")
        assert "A title?" in amina.last.text
        await other.close()


async def test_a_full_disk_means_try_later_and_nothing_half(tmp_path: Any) -> None:
    async with little(url=f"sqlite+aiosqlite:///{tmp_path / 'full.db'}") as stage:
        amina = await member(stage)
        before = await count(stage)
        pages = await _pragma(stage, "page_count")
        await _pragma(stage, f"max_page_count={pages}")
        refused = 0
        for number in range(60):
            event = stage.phone("en").incoming(text=f"/start {number}")
            try:
                await stage.sorora.batches.receive(event)
            except TryLater:
                refused += 1
        assert refused > 0
        assert (await count(stage, "people"))["people"] == before["people"] + 60 - refused
        await _pragma(stage, "max_page_count=1000000")
        await amina.types("/form")
        assert "A title?" in amina.last.text


async def _pragma(stage: Stage, pragma: str) -> Any:
    async with stage.sorora.store.begin() as tx:
        return await tx.conn.scalar(sa.text(f"PRAGMA {pragma}"))


@pytest.mark.postgres
@pytest.mark.parametrize(
    "trouble",
    [
        'ALTER DATABASE "{name}" SET default_transaction_read_only = on',  # as a standby, or after a failover
        'ALTER DATABASE "{name}" CONNECTION LIMIT 0',
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()",
    ],
    ids=["read only", "no room", "connection lost"],
)
async def test_a_postgres_in_trouble_means_try_later(postgres_url: str, postgres_server: str, trouble: str) -> None:

    name = sa.make_url(postgres_url).database
    admin = await asyncpg.connect("postgresql://" + postgres_server.format("postgres"))
    async with little(url=postgres_url) as stage:
        amina = await member(stage)
        if "LIMIT" in trouble:  # it does not hold for superusers
            await admin.execute("CREATE ROLE plain LOGIN")
            await admin.execute(f'ALTER DATABASE "{name}" OWNER TO plain')
            store = Store.open(postgres_url.replace("postgres@", "plain@"), stage.sorora.store.vault)
        else:
            store = stage.sorora.store
        engine = put_together(store, {}, stage.clock, programme(), random.Random(2))
        await store.close()
        if "terminate" in trouble:
            async with store.begin():  # a connection in the pool that the server then ends
                pass
        await admin.execute(trouble.format(name=name))
        event = amina.incoming(text="/form")
        if "terminate" in trouble:
            await engine.batches.receive(event)  # the pool notices before it is used
        else:
            with pytest.raises(TryLater):
                await engine.batches.receive(event)
            assert ("LIMIT" in trouble) != await store.answers()  # a database that only reads does answer
        await store.close()
        if "LIMIT" in trouble:
            await admin.execute(f'ALTER DATABASE "{name}" OWNER TO postgres')
            await admin.execute("DROP ROLE plain")
        await admin.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        await stage.sorora.store.close()
    await admin.close()


@pytest.mark.postgres
async def test_a_connection_lost_in_the_middle_means_try_later(postgres_url: str) -> None:
    async with little(url=postgres_url) as stage:
        with pytest.raises(TryLater):  # noqa: PT012  the connection is lost inside
            async with stage.sorora.store.begin() as tx:
                pid = await tx.conn.scalar(sa.text("SELECT pg_backend_pid()"))
                other = Store.open(postgres_url, stage.sorora.store.vault)
                async with other.begin() as admin:
                    await admin.conn.execute(sa.text(f"SELECT pg_terminate_backend({pid})"))
                await other.close()
                await tx.conn.execute(sa.text("SELECT 1"))


# --- one that breaks ----------------------------------------------------------------------------------------------


async def test_a_talk_that_breaks_is_told_put_aside_and_harms_nobody_else(both: Stage, logs: Logs) -> None:
    phones = [await member(both) for _ in range(3)]
    for phone in phones:
        await phone.types("/broken")
    came = await receive(both, *(p.incoming(text=w) for p, w in zip(phones, ("fine", "break", "good"), strict=True)))
    assert came == [None, None, None]
    assert ["It held." in phone.last.text for phone in phones] == [True, False, True]
    assert phones[1].last.text.startswith("Something went wrong on our side.")
    (aside,) = await rows(both, "put_aside")
    assert aside["reason"] == Clumsy.__name__
    assert b"break" not in aside["sealed"]
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["a talk broke"]
    await phones[1].types("menu")
    assert phones[1].last.text == "Menu"
    await phones[1].types("/broken")
    await phones[1].types("words that do not break it")
    assert "It held." in phones[1].last.text


@pytest.mark.parametrize("text", ["break", "break\0", "\ud83dbreak"])
async def test_what_broke_a_talk_can_be_read_afterwards(stage: Stage, text: str) -> None:
    amina = await member(stage)
    await amina.types("/broken")
    await receive(stage, amina.incoming(text=text))
    assert amina.last.text.startswith("Something went wrong on our side.")
    (aside,) = await rows(stage, "put_aside")
    assert b"break" in stage.sorora.store.vault.open_bytes(aside["sealed"])


async def test_what_a_broken_talk_began_is_undone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    amina = await member(stage)
    await amina.types("/form")
    for words in ("Title", "4", "skip", "1.4.2027"):
        await amina.types(words)
    people = await rows(stage, "people")
    monkeypatch.setattr("bot.engine.turns.Taker.start", lambda *_args, **_more: 1 / 0)  # breaks after the effect
    await amina.taps("Good")
    monkeypatch.undo()
    assert amina.last.text.startswith("Something went wrong on our side.")
    assert await rows(stage, "people") == people


async def test_a_message_that_breaks_the_engine_is_put_aside_alone(
    both: Stage, monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    phones = [await member(both) for _ in range(3)]
    flooding = both.sorora.batches.manners.flooding

    def poisoned(lookup: str, incoming: Incoming, now: Any) -> bool:
        if incoming.address == phones[1].address:
            raise ZeroDivisionError
        return flooding(lookup, incoming, now)

    monkeypatch.setattr(both.sorora.batches.manners, "flooding", poisoned)
    came = await receive(both, *(phone.incoming(text="/form") for phone in phones))
    assert came == [None, None, None]
    assert ["A title?" in phone.last.text for phone in phones] == [True, False, True]
    assert [row["reason"] for row in await rows(both, "put_aside")] == ["ZeroDivisionError"]
    monkeypatch.undo()
    await phones[1].types("/form")
    assert "A title?" in phones[1].last.text


async def test_who_cannot_even_be_put_aside_hears_try_later_and_blocks_nobody(
    both: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    amina, other = await member(both), await member(both)
    poison = replace(amina.incoming(text="/form"), provider_id="x" * 300 + "\0")
    monkeypatch.setattr(both.sorora.batches, "set_aside", lambda *_args: 1 / 0)
    monkeypatch.setattr(
        both.sorora.batches.manners, "flooding",
        lambda _lookup, incoming, _now: 1 / 0 if incoming.provider_id == poison.provider_id else False,
    )  # fmt: skip
    came = await asyncio.wait_for(receive(both, poison, other.incoming(text="/form")), 5)
    assert [type(one) for one in came] == [TryLater, type(None)]
    assert "A title?" in other.last.text


async def test_what_a_channel_could_not_read_is_kept_sealed_once(both: Stage) -> None:
    for _twice in range(2):
        await both.sorora.batches.set_aside("telegram", "7", b'{"words": "Amina"}', "no text")
    (aside,) = await rows(both, "put_aside")
    assert (aside["channel"], aside["provider_id"], aside["reason"]) == ("telegram", "7", "no text")
    assert both.sorora.store.vault.open_bytes(aside["sealed"]) == b'{"words": "Amina"}'
    assert b"Amina" not in aside["sealed"]
