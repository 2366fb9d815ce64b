"""Sorora as a process of its own, that can be killed and started again.

    sorora = Sorora(tmp_path, fake_settings, watch)
    await sorora.start()          # `python -m bot.cli run`; returns when it listens
    await sorora.kill()           # SIGKILL
    code = await sorora.stop()    # SIGTERM

With a `nursery` it is a fork of a process that has imported everything already and runs the same `main()`: that saves
two seconds a start. Only there time can be moved (`watch.ahead`), and the pace that the outbox keeps for each chat and
the limit for floods are left out: her thumbs are faster than any woman's. Its clock looks twice a second
at what is due and what is to be fetched.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import MovableClock, SystemClock
from bot.store.door import Store
from bot.vault import Vault, new_key
from tests.e2e.telegram_people import Bell

TICK = 0.5  # seconds
HOUSE = Path(__file__).parent.parent.parent


class Watch:
    """The time of the platforms and of every process that is started from now on: the machine's, and `ahead`."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


class Sorora:
    """One installation with its database and key in `home`. `lines`: its log. starts: how often it was started."""

    def __init__(self, home: Path, settings: Mapping[str, str], watch: Watch, nursery: Nursery | None = None) -> None:
        self.watch = watch
        self.key = new_key()
        self.port = free_port()
        self.database = home / "sorora.db"
        self.lines: list[dict[str, Any]] = []
        self.starts = 0
        self.settings = {
            "SORORA_DATA_DIR": str(home), "SORORA_KEYS": self.key, "SORORA_PORT": str(self.port), **settings,
        }  # fmt: skip
        self._nursery = nursery
        self._log = home / "log"
        self._bell = Bell()
        self._process: asyncio.subprocess.Process | None = None
        self._pid = 0
        self._reading: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where its web server listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, within: float = 30.0) -> None:
        """Start it and wait until it listens."""
        if self._reading is None:
            await self._listen()
        before = len(self.lines)
        self.starts += 1
        if self._nursery is not None:
            self._pid = self._nursery.start(self.settings, self._log, self.watch.ahead)
        else:
            environment = {name: value for name, value in os.environ.items() if not name.startswith("SORORA_")}
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.cli", "run", cwd=HOUSE, env=environment | self.settings, stderr=self._writer
            )
            self._pid = self._process.pid
        try:
            await self._bell.until(lambda: any(line["event"] == "serving" for line in self.lines[before:]), within)
        except TimeoutError:
            raise AssertionError(f"it does not listen; its log says {self.lines[before:]}") from None

    async def kill(self) -> None:
        """End it at once, as a power cut would."""
        os.kill(self._pid, signal.SIGKILL)
        await self._ended()

    async def stop(self) -> int:
        """Ask it to end; gives its exit code."""
        os.kill(self._pid, signal.SIGTERM)
        return await self._ended()

    async def close(self) -> None:
        """End it if it runs, and the reading of its log."""
        with suppress(ProcessLookupError):
            if self._pid:
                await self.kill()
        if self._reading is not None:
            self._reading.cancel()
            self._transport.close()
            os.close(self._writer)

    def store(self) -> Store:
        """Its database, opened with its key."""
        return Store.open(f"sqlite+aiosqlite:///{self.database}", Vault([self.key]))

    @property
    def complaints(self) -> list[dict[str, Any]]:
        """What it logged as an error."""
        return [line for line in self.lines if line["level"] in ("error", "critical")]

    async def _ended(self) -> int:
        if not self._pid:
            return 0
        pid, self._pid = self._pid, 0
        if self._process is not None:
            return await self._process.wait()
        assert self._nursery is not None
        return await asyncio.to_thread(self._nursery.wait, pid)

    async def _listen(self) -> None:
        os.mkfifo(self._log)
        reader = os.open(self._log, os.O_RDONLY | os.O_NONBLOCK)
        self._writer = os.open(self._log, os.O_WRONLY)  # also keeps the log open from one start to the next
        stream = asyncio.StreamReader(limit=2**20)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reader, "rb")
        )
        self._reading = asyncio.create_task(self._read(stream))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.lines.append({"event": line.decode("utf-8", "replace"), "level": "error"})
            self._bell.ring()


class Nursery:
    """A process that has imported all of Sorora and forks when asked to. It and its children end with its `close`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, settings: Mapping[str, str], log: Path, ahead: timedelta) -> int:
        """`sorora run` with these settings; gives the process id."""
        return self._ask({"settings": dict(settings), "log": str(log), "ahead": ahead.total_seconds()})

    def wait(self, pid: int) -> int:
        """Wait for the end of a child; gives its exit code, negative for a signal."""
        return self._ask({"wait": pid})

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _ask(self, question: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def running_demo(home: Path) -> Iterator[str]:
    """`sorora demo` on a port of its own, with its data in `home`; gives its address. It must end at once when it is
    told to, with pages still open, and have logged no error."""
    home.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SORORA_")}
    settings = {"SORORA_DATA_DIR": str(home), "SORORA_PORT": str(free_port())}
    command = [sys.executable, "-m", "bot.cli", "demo", "--no-browser"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=HOUSE, env=environment | settings, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdout is not None
    address = next((line.split()[-1] for line in process.stdout if "http://" in line), "")
    assert address, (home / "log").read_text()
    yield address
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stdout.close()
    assert '"level": "error"' not in (home / "log").read_text()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


# --- within the nursery -------------------------------------------------------------------------------------------


def grow() -> None:
    """Answer requests until there are no more; then end what was started."""
    children: set[int] = set()
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            children.discard(request["wait"])
            answer = os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                run(**request)
            children.add(answer)
        print(answer, flush=True)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def run(settings: dict[str, str], log: str, ahead: float) -> None:
    """`sorora run` in this process, until it ends."""
    from bot import cli
    from bot.channels.telegram import Telegram
    from bot.channels.whatsapp import WhatsApp
    from bot.engine import manners, scheduler

    writer = os.open(log, os.O_WRONLY)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(writer, 1)
    os.dup2(writer, 2)
    for name in [name for name in os.environ if name.startswith("SORORA_")]:
        del os.environ[name]
    os.environ.update(settings)
    sys.argv = ["sorora", "run"]
    cli.CLOCK = MovableClock(SystemClock(), timedelta(seconds=ahead))  # type: ignore[assignment]
    Telegram.per_chat = WhatsApp.per_chat = 0.0
    manners.MOST = 10**6
    scheduler.FIRE_EVERY = scheduler.FETCH_EVERY = TICK  # type: ignore[assignment]
    code = 1
    try:
        cli.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os._exit(code)


if __name__ == "__main__":
    import bot.cli  # noqa: F401  what every child will need

    grow()
