"""Erase me: gone at once and everywhere, the goodbye still arrives; and of a girl under 18 nothing is left at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.messages import Media
from bot.store import growth, mail, tables
from bot.store.tables import metadata
from bot.testing import Phone, Stage
from tests.engine.little import count, member, opened, receive, rows, tall
from tests.store.filled import between

# What may still be there: ids of updates hold nothing of hers and keep a replayed update from counting twice.
KEPT = {"updates", "tombstones", "alembic_version"}


async def everything_about_her(stage: Stage) -> Phone:
    """A woman of whom there is something in every table that knows people, and messages in every state."""
    amina = await opened(await member(stage), "[Form]", "My private title", "[4]", "menu", "[Broken]", "break")
    await opened(amina, "menu", "[Several]", "[Option 1]", "[Done]")
    await amina.speaks()
    await opened(amina, "/form", "[Back]")
    await amina.does(button="forged.button.=x")
    async with stage.sorora.store.begin() as tx:
        her, now = (await tx.conn.execute(sa.select(tables.people.c.id))).scalar_one(), stage.clock.now()
        await growth.want_media(tx, her, "stage", Media("ref"), now)
        await tx.conn.execute(
            sa.insert(tables.goals).values(
                person_id=her, state="described", sealed=b"x", described_at=now, changed_at=now
            )
        )
        await tx.conn.execute(sa.insert(tables.assessments).values(person_id=her, kind="skills", sealed=b"x", at=now))
        await between(tx, her, her, now)
        waiting = mail.Letter(
            her, "stage", tx.vault.lookup(f"stage:{amina.address}"), tx.vault.seal(amina.address),
            amina.last.message,
        )  # fmt: skip
        await mail.post(tx, [waiting], now + timedelta(days=1))
    return amina


async def with_her(stage: Stage) -> dict[str, int]:
    """The tables that hold anything of hers."""
    return {name: number for name, number in (await count(stage)).items() if number and name not in KEPT}


async def test_erased_everywhere_and_the_goodbye_arrives(both: Stage) -> None:
    amina = await everything_about_her(both)
    known = await with_her(both)
    about_people = {table.name for table in metadata.sorted_tables if "person_id" in table.c or table.name == "people"}
    assert about_people - set(known) == set()  # there is something to erase in each of them
    await opened(amina, "/erase")
    assert amina.last.text == "Good-bye."
    assert await with_her(both) == {}
    assert len(await rows(both, "tombstones")) == 1


async def test_what_was_sent_in_the_last_48_hours_is_deleted_on_the_platform(both: Stage) -> None:
    amina = await member(both)
    both.clock.forward(timedelta(hours=1))
    await opened(amina, "old", "/form", "Old title")
    old = len(amina.chat)
    assert old > 2
    both.clock.forward(timedelta(hours=48, minutes=1))
    await opened(amina, "new words", "/broken", "erase me", "/erase")
    assert amina.last.text == "Good-bye."
    left = [seen.text for seen in amina.chat]
    assert len(left) == old + 1
    assert "Say break." not in tall(amina)


async def test_after_erasing_she_is_new(both: Stage) -> None:
    amina = await opened(await member(both), "/erase")
    (before,) = await rows(both, "tombstones")
    await opened(amina, "/start")
    assert amina.last.text == "Do you agree?"
    (her,) = await rows(both, "people")
    assert her["id"] == 2
    assert await rows(both, "tombstones") == [before]
    await opened(amina, "[Yes]", "[Yes]", "/erase")
    assert (await count(both, "people", "tombstones")) == {"people": 0, "tombstones": 1}


async def test_erasing_touches_nobody_else(both: Stage) -> None:
    amina, other = await member(both), await opened(await member(both), "/form", "Title of another")
    await receive(both, amina.incoming(text="/erase"), other.incoming(text="4"))
    assert "How many?" in other.last.text
    assert await count(both, "people", "addresses", "consents") == {"people": 1, "addresses": 1, "consents": 4}
    await opened(other, "[Back]", "[Back]")
    assert "A title?" in other.last.text


async def test_messages_behind_the_erasure_meet_a_new_person(stage: Stage) -> None:
    amina = await member(stage)
    await receive(stage, amina.incoming(text="/erase"), amina.incoming(text="hello"))
    assert [seen.text for seen in amina.chat[-2:]] == ["Good-bye.", "Do you agree?"]


@pytest.mark.parametrize("words", ["[No]", "no", "1"])
async def test_of_a_girl_under_18_nothing_is_left(both: Stage, words: str) -> None:
    girl = await opened(both.phone("en"), "/start", "hello", "[Yes]", words)
    assert girl.last.text == "Come back later."
    assert await with_her(both) == {}
    assert await rows(both, "tombstones") == []
    await opened(girl, "hello")
    assert girl.last.text == "Do you agree?"


async def test_while_the_goodbye_cannot_be_sent_it_waits_and_then_goes(
    both: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    girl = await opened(both.phone("en"), "/start", "[Yes]")
    await both.sorora.batches.receive(girl.incoming(text="No"))
    assert set(await with_her(both)) == {"outbox"}  # only what must still be sent
    assert {row["person_id"] for row in await rows(both, "outbox")} == {None}
    await both.settle()
    assert girl.last.text == "Come back later."
    assert await with_her(both) == {}


async def test_erasing_twice_at_once_is_erasing_once(stage: Stage) -> None:
    amina = await member(stage)
    event = amina.incoming(text="/erase")
    await receive(stage, event, event)
    assert tall(amina).count("Good-bye.") == 1


async def test_what_is_said_to_nobody_is_in_no_log(stage: Stage, logs: list[Any]) -> None:
    amina = await everything_about_her(stage)
    await opened(amina, "/erase")
    assert "private" not in repr([{k: v for k, v in entry.items() if k != "exc_info"} for entry in logs])
