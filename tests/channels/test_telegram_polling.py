"""Polling: nothing is confirmed before it is safe, and nothing blocks what comes behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import pytest
from structlog.testing import capture_logs

from bot.channels.telegram import Telegram
from bot.channels.telegram_polling import TRIES
from bot.messages import Drawing, Incoming
from tests.e2e.telegram_fake import FakeTelegram
from tests.e2e.telegram_inbox import Recorder, StandingClock


def draw(_drawing: Drawing) -> bytes:
    raise AssertionError("nothing is drawn here")


class Pauses(list[float]):
    """Notes what would be waited, moves the clock by it, and goes on at once."""

    def __init__(self, clock: StandingClock) -> None:
        super().__init__()
        self.clock = clock

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)
        self.clock.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def fake(clock: StandingClock) -> AsyncIterator[FakeTelegram]:
    fake = FakeTelegram(clock, Random(7))
    await fake.start()
    yield fake
    await fake.stop()


@asynccontextmanager
async def polling(fake: FakeTelegram, inbox: Recorder, token: str = "") -> AsyncIterator[Pauses]:
    assert isinstance(fake.clock, StandingClock)
    pauses = Pauses(fake.clock)
    channel = Telegram(token or fake.token, draw, fake.clock, api_url=fake.url, patience=2.0, pause=pauses)
    task = asyncio.create_task(channel.poll(inbox))
    try:
        yield pauses
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await channel.close()


async def confirmed(fake: FakeTelegram) -> None:
    await fake.until(lambda: not fake.pending)


def texts(inbox: Recorder, address: int) -> list[str | None]:
    return [incoming.text for incoming in inbox.received if incoming.address == str(address)]


async def test_what_people_do_is_handed_over_in_order(fake: FakeTelegram) -> None:
    inbox, amina, selin = Recorder(), fake.person("fr"), fake.person("tr")
    for number in range(3):
        await amina.types(f"amina {number}")
        await selin.types(f"selin {number}")
    async with polling(fake, inbox) as pauses:
        await confirmed(fake)
    assert texts(inbox, amina.user_id) == ["amina 0", "amina 1", "amina 2"]
    assert texts(inbox, selin.user_id) == ["selin 0", "selin 1", "selin 2"]
    assert {incoming.hint for incoming in inbox.received} == {"fr", "tr"}
    assert pauses == []


class Waiting(Recorder):
    """Commits only when all of `together` wait at the same time, as a batch does."""

    def __init__(self, together: int) -> None:
        super().__init__()
        self.barrier = asyncio.Barrier(together)

    async def receive(self, incoming: Incoming) -> None:
        await self.barrier.wait()
        await super().receive(incoming)


async def test_different_people_are_handed_over_at_the_same_time(fake: FakeTelegram) -> None:
    for number in range(20):
        await fake.person().types(f"hello {number}")
    inbox = Waiting(20)
    async with polling(fake, inbox):
        await confirmed(fake)
    assert len(inbox.received) == 20


async def test_nothing_is_confirmed_before_it_is_committed(fake: FakeTelegram) -> None:
    inbox, amina = Recorder(), fake.person()
    inbox.away = 4
    await amina.types("one")
    await amina.types("two")
    async with polling(fake, inbox) as pauses:
        await confirmed(fake)
    assert texts(inbox, amina.user_id) == ["one", "two"]
    assert pauses == [1.0, 2.0, 4.0, 8.0]


async def test_a_restart_brings_again_what_was_not_committed(fake: FakeTelegram) -> None:
    inbox, amina = Recorder(), fake.person()
    inbox.away = 10**9
    await amina.types("one")
    async with polling(fake, inbox):
        await fake.until(lambda: len(inbox.asked) > 2)
    assert len(fake.pending) == 1
    inbox.away = 0
    async with polling(fake, inbox):
        await confirmed(fake)
    assert texts(inbox, amina.user_id) == ["one"]


async def test_what_cannot_be_read_is_put_aside_and_blocks_nobody(fake: FakeTelegram) -> None:
    inbox, amina = Recorder(), fake.person()
    odd = await fake.push(amina, {"message": {"odd": "secret words"}})
    await amina.types("one")
    inbox.away = 1
    with capture_logs() as logs:
        async with polling(fake, inbox):
            await confirmed(fake)
    assert texts(inbox, amina.user_id) == ["one"]
    assert [(number, b"secret words" in raw) for number, raw, _ in inbox.aside] == [(str(odd), True)]
    assert "secret words" not in str(logs)


async def test_what_always_fails_is_put_aside_in_the_end(fake: FakeTelegram) -> None:
    inbox, amina, selin = Recorder(), fake.person(), fake.person()
    bad = str(await amina.types("boom"))
    inbox.breaks.add(bad)
    await amina.types("after")
    await selin.types("hello")
    async with polling(fake, inbox) as pauses:
        await confirmed(fake)
    assert inbox.asked.count(bad) == TRIES
    assert [(number, reason) for number, _, reason in inbox.aside] == [(bad, "failed 5 times with ZeroDivisionError")]
    assert texts(inbox, amina.user_id) == ["after"]
    assert texts(inbox, selin.user_id) == ["hello"]
    assert len(pauses) == TRIES - 1


async def test_taps_are_answered_once_they_are_committed(fake: FakeTelegram) -> None:
    inbox, amina = Recorder(), fake.person()
    await amina.types("/start")
    inbox.away = 2
    await amina.presses(99, "k1:stale")
    fake.faults.once("500", "answerCallbackQuery")
    async with polling(fake, inbox):
        await confirmed(fake)
        await fake.until(lambda: "answerCallbackQuery" in [method for method, _ in fake.calls])
        assert fake.answered == []  # it failed, and nothing else did
        await amina.presses(99, "k1:stale")
        await fake.until(lambda: fake.answered)
    assert [incoming.button for incoming in inbox.received] == [None, "k1:stale", "k1:stale"]


@pytest.mark.parametrize("fault", ["429", "500", "cut_before", "cut_after", "truncate", "duplicate", "reorder"])
async def test_faults_of_get_updates_lose_and_double_nothing(fake: FakeTelegram, fault: str) -> None:
    inbox = Recorder()
    people = [fake.person() for _ in range(5)]
    for person in people:
        await person.types("hello")
    fake.faults.once(fault, "getUpdates")
    async with polling(fake, inbox):
        await confirmed(fake)
    assert sorted(incoming.address for incoming in inbox.received) == sorted(str(person.user_id) for person in people)
    assert fake.faults.happened == [(fault, "getUpdates")]
    assert fake.early == []


async def test_a_second_poller_and_a_wrong_token_are_told(fake: FakeTelegram) -> None:
    with capture_logs() as logs:
        async with polling(fake, Recorder()):
            await fake.until(lambda: "getUpdates" in [method for method, _ in fake.calls])
            async with polling(fake, Recorder()) as pauses:
                await fake.until(lambda: [method for method, _ in fake.calls].count("getUpdates") > 3)
            assert set(pauses) <= {15.0}
        async with polling(fake, Recorder(), token="1:wrong") as pauses:
            await fake.until(lambda: pauses)
            assert pauses[0] == 60.0
    told = " ".join(entry["event"] for entry in logs)
    assert "another process polls" in told
    assert "SORORA_TELEGRAM_TOKEN" in told
    assert fake.token not in str(logs)


async def test_polling_takes_a_webhook_away_and_loses_nothing(fake: FakeTelegram) -> None:
    inbox, amina = Recorder(), fake.person()
    fake.hook("http://127.0.0.1:9/telegram", "s3cret", [])  # nobody listens there
    await amina.types("one")
    fake.faults.once("500", "deleteWebhook")
    async with polling(fake, inbox):
        await confirmed(fake)
    assert texts(inbox, amina.user_id) == ["one"]
