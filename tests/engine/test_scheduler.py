"""What the clock owes: voice notes are fetched until they are there or gone, and what is old is forgotten."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.engine.scheduler import KEPT, MOST_TRIES, Scheduler
from bot.errors import TryLater
from bot.messages import Media
from bot.store import tables
from bot.testing import Phone, Stage
from tests.engine.little import count, member, opened, rows


async def spoken(stage: Stage) -> Phone:
    """A woman whose voice note waits on her platform."""
    amina = await opened(await member(stage), "/form")
    await amina.speaks(seconds=7, body=b"OggS private voice")
    return amina


def scheduler(stage: Stage) -> Scheduler:
    return stage.sorora.scheduler


async def test_a_voice_note_is_fetched_once_and_kept_sealed(both: Stage) -> None:
    await spoken(both)
    assert await scheduler(both).fetch_voices() == 1
    assert await scheduler(both).fetch_voices() == 0
    (media,) = await rows(both, "media")
    assert (media["state"], media["attempts"]) == ("kept", 1)
    assert b"private" not in media["sealed"]
    assert both.sorora.store.vault.open_bytes(media["sealed"]) == b"OggS private voice"


async def test_one_that_is_gone_is_noted_and_not_asked_for_again(both: Stage) -> None:
    await spoken(both)
    both.channel.media.clear()
    assert await scheduler(both).fetch_voices() == 0
    both.clock.forward(timedelta(days=1))
    assert await scheduler(both).fetch_voices() == 0
    (media,) = await rows(both, "media")
    assert (media["state"], media["attempts"], media["sealed"]) == ("gone", 1, None)


async def test_a_platform_that_does_not_answer_is_asked_again_and_in_the_end_no_more(
    both: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await spoken(both)
    asked: list[Media] = []

    async def silent(media: Media) -> bytes:
        asked.append(media)
        raise TryLater("no answer")

    monkeypatch.setattr(both.channel, "fetch", silent)
    for _minute in range(MOST_TRIES + 10):
        await scheduler(both).fetch_voices()
        await scheduler(both).fetch_voices()  # under lease: not asked again at once
        both.clock.forward(timedelta(seconds=61))
    assert len(asked) == MOST_TRIES
    (media,) = await rows(both, "media")
    assert media["state"] == "gone"


async def test_a_bug_in_one_fetch_leaves_the_others_alone(both: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    amina = await spoken(both)
    await opened(amina, "[Back]")
    await amina.speaks(body=b"OggS the second")
    fetch = both.channel.fetch

    async def clumsy(media: Media) -> bytes:
        if media.ref.endswith("-0") or b"private" in both.channel.media[media.ref]:
            raise ZeroDivisionError
        return await fetch(media)

    monkeypatch.setattr(both.channel, "fetch", clumsy)
    await scheduler(both).fetch_voices()
    assert [row["state"] for row in await rows(both, "media")] == ["wanted", "kept"]


async def test_a_voice_note_of_another_channel_waits(both: Stage) -> None:
    await spoken(both)
    async with both.sorora.store.begin() as tx:
        await tx.conn.execute(sa.update(tables.media).values(channel="elsewhere"))
    assert await scheduler(both).fetch_voices() == 0
    assert [row["state"] for row in await rows(both, "media")] == ["wanted"]


async def test_who_erased_herself_meanwhile_leaves_no_voice(both: Stage) -> None:
    amina = await spoken(both)
    await opened(amina, "/erase")
    assert await scheduler(both).fetch_voices() == 0
    assert (await count(both, "media"))["media"] == 0


async def test_what_is_old_is_forgotten_and_what_waits_is_not(both: Stage) -> None:
    amina = await opened(await member(both), "/broken", "break")
    await both.sorora.batches.receive(amina.incoming(text="menu"))  # its answer waits
    both.clock.forward(KEPT - timedelta(seconds=1))
    await scheduler(both).forget()
    assert all((await count(both, "updates", "put_aside", "outbox")).values())
    both.clock.forward(timedelta(seconds=2))
    await scheduler(both).forget()
    assert await count(both, "updates", "put_aside", "outbox") == {"updates": 0, "put_aside": 0, "outbox": 1}
    assert (await count(both, "people", "consents")) == {"people": 1, "consents": 4}
    await both.settle()
    assert amina.last.text == "Menu"


async def test_while_the_database_is_away_the_clock_waits(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await spoken(stage)

    def away() -> None:
        raise TryLater("the database does not answer now")

    monkeypatch.setattr(stage.sorora.store, "begin", away)
    assert await scheduler(stage).fetch_voices() == 0
    await scheduler(stage).forget()


async def test_what_is_cut_short_at_the_end_is_no_error(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ticking, begun = scheduler(stage), asyncio.Event()

    async def long() -> int:
        begun.set()
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr("bot.engine.scheduler.FIRE_EVERY", 0.01)
    monkeypatch.setattr(ticking, "fire", long)
    ticking.start()
    await asyncio.wait_for(begun.wait(), 5)
    ticking.stop()
    for _turn in range(5):
        await asyncio.sleep(0)
    assert [line.message for line in caplog.records if line.levelname == "ERROR"] == []


async def test_it_ticks_and_stops(stage: Stage) -> None:
    ticking = Scheduler(stage.sorora.store, stage.sorora.house.office, {}, stage.clock, stage.sorora.outbox.poke)
    ticking.start()
    assert {job.id for job in ticking.metronome.get_jobs()} >= {"fetch_voices", "forget"}
    ticking.stop()
    ticking.stop()
