"""The parts put together: it runs as a process, answers, restarts, and ends in good order."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import httpx
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from bot.app import Server, find_programme, patiently, put_together
from bot.clock import SystemClock
from bot.errors import SettingError, TryLater
from bot.messages import Incoming
from bot.store import tables
from bot.store.door import Store
from bot.store.schema import migrate
from bot.testing import StageChannel, StageClock
from bot.vault import Vault, new_key
from bot.web import health
from tests.e2e.process import HOUSE, Sorora, Watch, free_port
from tests.e2e.telegram_fake import FakeTelegram
from tests.engine.little import programme
from tests.engine.script import Script

# --- within this process ------------------------------------------------------------------------------------------


def test_the_programme_of_the_house_is_found_by_name() -> None:
    assert "welcome" in find_programme("conversations").talks


@pytest.mark.parametrize("name", ["no_such_package", "json", "conversations.no_such", "bot.app"])
def test_a_package_without_talks_is_named(name: str) -> None:
    with pytest.raises(SettingError, match=name):
        find_programme(name)


async def ready() -> bool:
    return True


async def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with capture_logs(), pytest.raises(SettingError, match=f"127.0.0.1:{port}"):
            await Server(health.routes(ready), "127.0.0.1", port).until_stopped(lambda _port: None)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_says_where_it_listens_and_ends_on_a_signal(sign: signal.Signals) -> None:
    listens: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    server = Server(health.routes(ready), "127.0.0.1", 0)
    serving = asyncio.create_task(server.until_stopped(listens.set_result))
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{await listens}/healthz")
        assert (answer.status_code, answer.text) == (200, "ok\n")
    os.kill(os.getpid(), sign)
    await asyncio.wait_for(serving, 10)


async def test_a_part_that_breaks_is_told_and_the_others_go_on() -> None:
    store = Store.open("sqlite+aiosqlite://", Vault([new_key()]))
    await migrate(store)
    sorora = put_together(store, {"stage": StageChannel()}, StageClock(), programme(), Random(1))
    worked, told = asyncio.Event(), asyncio.Event()

    async def breaks() -> None:
        told.set()
        raise ZeroDivisionError

    async def works() -> None:
        await told.wait()
        worked.set()
        await asyncio.Event().wait()

    with capture_logs() as logs:
        async with sorora.running(breaks, works):
            await asyncio.wait_for(worked.wait(), 5)
    assert [entry["log_level"] for entry in logs if "part" in entry["event"]] == ["error"]


async def test_at_the_end_what_is_being_sent_is_recorded(tmp_path: Path) -> None:
    url, vault, script = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", Vault([new_key()]), Script()
    store = Store.open(url, vault)
    await migrate(store)
    sorora = put_together(store, {script.name: script}, SystemClock(), programme(), Random(1))
    script.gate.clear()
    async with sorora.running():
        await sorora.batches.receive(Incoming("script", "1", "a", SystemClock().now(), text="/start"))
        await asyncio.wait_for(script.begun.wait(), 5)
        asyncio.get_running_loop().call_later(0.05, script.gate.set)
    after = Store.open(url, vault)
    async with after.begin() as tx:
        assert (await tx.conn.execute(sa.select(tables.outbox.c.state))).scalars().all() == ["sent"]
    await after.close()
    assert script.texts == ["Do you agree?"]


async def test_a_platform_is_asked_until_it_answers_or_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("bot.app.asyncio.sleep", pause)
    answers: list[Exception | None] = [*(TryLater() for _ in range(8)), None]

    async def call() -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    await patiently(call)
    assert waited == [1, 2, 4, 8, 16, 32, 60, 60]
    answers = [SettingError("no"), None]
    with capture_logs() as logs:
        await patiently(call)
    assert (len(answers), [entry["log_level"] for entry in logs]) == (1, ["error"])


# --- as a process -------------------------------------------------------------------------------------------------


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    fake = FakeTelegram(SystemClock(), Random(3))
    await fake.start()
    yield fake
    await fake.stop()


@asynccontextmanager
async def running(home: Path, fake: FakeTelegram, **more: str) -> AsyncIterator[Sorora]:
    known = {"telegram_token": fake.token, "telegram_api_url": fake.url} | more
    sorora = Sorora(home, {f"SORORA_{name.upper()}": value for name, value in known.items()}, Watch())
    try:
        await sorora.start()
        yield sorora
    finally:
        await sorora.close()


async def test_it_answers_says_that_it_is_well_and_ends_with_0(tmp_path: Path, fake: FakeTelegram) -> None:
    async with running(tmp_path, fake) as sorora, httpx.AsyncClient() as client:
        anna = fake.person()
        await anna.types("/start")
        await fake.until(lambda: "English" in anna.labels, 15)
        assert (await client.get(f"{sorora.url}/healthz")).status_code == 200
        assert "sorora_" in (await client.get(f"{sorora.url}/metrics")).text
        assert await sorora.stop() == 0
        assert sorora.complaints == []
        assert fake.token not in repr(sorora.lines)
        assert sorora.database.stat().st_mode & 0o077 == 0


async def test_with_a_token_that_telegram_does_not_know_it_says_so_and_stays(
    tmp_path: Path, fake: FakeTelegram
) -> None:
    wrong = "7000000002:AAanother-made-up-token-0000000000"
    async with running(tmp_path, fake, telegram_token=wrong) as sorora, httpx.AsyncClient() as client:
        assert (await client.get(f"{sorora.url}/healthz")).status_code == 200
        await sorora._bell.until(lambda: any("SORORA_TELEGRAM_TOKEN" in str(line) for line in sorora.lines), 15)
        assert await sorora.stop() == 0
        assert wrong not in repr(sorora.lines)


async def test_the_demo_starts_restarts_itself_and_ends_with_0(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SORORA_")}
    port = free_port()
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "demo", "--no-browser", cwd=HOUSE, stdout=asyncio.subprocess.PIPE,
        env=environment | {"SORORA_DATA_DIR": str(tmp_path), "SORORA_PORT": str(port)},
    )  # fmt: skip
    try:
        assert demo.stdout is not None
        address = ""
        while not address:
            line = (await asyncio.wait_for(demo.stdout.readline(), 30)).decode()
            address = line.split()[-1] if "http://" in line else ""
        assert address == f"http://127.0.0.1:{port}/"
        patient = httpx.AsyncHTTPTransport(retries=8)  # while it starts anew, nobody listens
        async with httpx.AsyncClient(base_url=address, transport=patient, timeout=30) as client:
            assert (await client.get("/healthz")).status_code == 200
            assert (tmp_path / "demo.key").stat().st_mode & 0o077 == 0
            page = (await client.get("/")).text
            async with client.stream("GET", "/simulator/events") as events:
                assert (await client.post("/simulator/restart", headers={"Origin": address[:-1]})).status_code == 202
                async for _line in events.aiter_lines():
                    pass  # until the old one hangs up
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/")).text[:500] == page[:500]
        demo.terminate()
        assert await asyncio.wait_for(demo.wait(), 15) == 0
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()
