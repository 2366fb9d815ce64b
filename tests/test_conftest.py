"""What tests are given is what they are promised."""

from __future__ import annotations

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
