"""`sorora check`: each thing that is missing or wrong, in its own line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot import checkup
from bot.checkup import STALE, Finding
from bot.mentoring.effects import Programme
from bot.mentoring.lookups import Helpline
from bot.store import people, team
from bot.store.door import Store
from bot.store.schema import migrate
from bot.testing import StageClock
from bot.vault import Vault, new_key
from tests.e2e.telegram_fake import FakeTelegram
from tests.engine.little import programme

TODAY = date(2027, 3, 1)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    fake = FakeTelegram(StageClock(), Random(7))
    await fake.start()
    yield fake
    await fake.stop()


def settings(folder: Path, fake: FakeTelegram, **more: str) -> dict[str, str]:
    known = {"data_dir": str(folder), "keys": new_key(), "telegram_token": fake.token, "telegram_api_url": fake.url}
    return {f"SORORA_{name.upper()}": value for name, value in (known | more).items()}


async def findings(environment: dict[str, str]) -> dict[str, Finding]:
    return {one.what: one for one in await checkup.checkup(environment, StageClock())}


async def test_all_that_is_well_is_said_too(tmp_path: Path, fake: FakeTelegram) -> None:
    found = await findings(settings(tmp_path, fake))
    assert not [what for what, one in found.items() if one.bad]
    assert "Telegram knows this bot as @sorora_fake_bot." in found
    assert any("ar, " in what or ", ar" in what for what in found)
    assert all(one.line()[0] in "✓!" for one in found.values())


async def test_who_approves_mentors_and_looks_at_reports_is_asked_for(tmp_path: Path, fake: FakeTelegram) -> None:
    environment = settings(tmp_path, fake)
    store = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'sorora.db'}", Vault([environment["SORORA_KEYS"]]))
    await migrate(store)
    missing = (await findings(environment))["Nobody is a coordinator yet: make one with `sorora coordinators add`."]
    assert missing.line()[0] == "!"
    async with store.begin() as tx:
        now = StageClock().now()
        known = await people.welcome(tx, "x", "made-up", "en", now)
        await team.ask(tx, known.person.id, "123456", now)
    assert missing.what in await findings(environment)  # who only asked is none
    async with store.begin() as tx:
        await team.confirm(tx, "123456", now)
    await store.close()
    assert "Coordinators: 1." in await findings(environment)


async def test_a_token_that_telegram_does_not_know_is_bad(tmp_path: Path, fake: FakeTelegram) -> None:
    found = await findings(settings(tmp_path, fake, telegram_token="7000000001:AAanother-made-up-token-000000000"))
    assert [one.line()[0] for one in found.values() if "Telegram" in one.what] == ["✗"]


@pytest.mark.postgres
async def test_a_postgres_is_told_apart(tmp_path: Path, fake: FakeTelegram, postgres_url: str) -> None:
    found = await findings(settings(tmp_path, fake, database_url=postgres_url.replace("+asyncpg", "")))
    assert found["The database has no or an older schema: run `sorora migrate`."].bad
    wrong = postgres_url.replace("+asyncpg", "").replace("/test_", "/none_")
    found = await findings(settings(tmp_path, fake, database_url=wrong))
    (told,) = [one for one in found.values() if "does not answer" in one.what]
    assert told.bad
    engine = sa.make_url(postgres_url)
    assert engine.database is not None
    assert engine.database not in told.what


async def test_a_whatsapp_that_is_set_up_is_said(tmp_path: Path, fake: FakeTelegram) -> None:
    parts = ("token", "phone_id", "app_secret", "verify_token")
    found = await findings(settings(tmp_path, fake, **{f"whatsapp_{part}": "made-up" for part in parts}))
    assert not found["Whatsapp is set up."].bad


def line(days: int, *, danger: bool = True) -> Helpline:
    return Helpline(
        f"0800 {days}", "Made up", "To talk", "https://example.org", str(TODAY - timedelta(days)), danger=danger
    )


@pytest.mark.parametrize(
    ("lines", "marks"),
    [
        ((line(0), line(90)), "✓"),
        ((line(0), line(91)), "!"),
        ((line(91), line(0, danger=False)), "✗!"),
        ((), "✗✓"),
    ],
)
def test_numbers_to_call_are_there_and_fresh(lines: tuple[Helpline, ...], marks: str) -> None:
    talks = replace(programme(), helplines=lines)
    assert isinstance(talks, Programme)
    found = list(checkup.helplines(talks, TODAY))
    assert "".join(one.line()[0] for one in found) == marks
    assert ("0800 91" in " ".join(one.what for one in found)) == ("!" in marks)
    assert timedelta(days=90) == STALE
