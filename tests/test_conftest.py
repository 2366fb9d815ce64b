"""What tests are given is what they are promised."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


@pytest.mark.postgres
@pytest.mark.parametrize("time", ["first", "second"])
async def test_every_test_gets_an_empty_postgresql_of_its_own(postgres_url: str, time: str) -> None:
    engine = create_async_engine(postgres_url)
    async with engine.begin() as connection:
        assert (
            await connection.execute(text("select current_setting('server_version_num')::int"))
        ).scalar_one() > 180000
        await connection.execute(text("create table t (w text)"))
    await engine.dispose()


@pytest.mark.parametrize(
    ("must_run", "body", "code"),
    [
        ("", "pytest.skip('no Chromium')", 0),
        ("1", "pytest.skip('no Chromium')", 1),
        ("1", "pass", 1),  # a browser test ran, but none on PostgreSQL
    ],
)
def test_where_everything_must_run_nothing_is_left_out(tmp_path: Path, must_run: str, body: str, code: int) -> None:
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\n")
    (tmp_path / "test_it.py").write_text(f"import pytest\n@pytest.mark.browser\ndef test_it():\n    {body}\n")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", tmp_path],
        env={**os.environ, "MUST_RUN": must_run},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == code, ran.stdout.decode()
