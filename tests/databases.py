"""Both databases for one test: `database_url` and `store` are given twice, once as SQLite and once as PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.door import Store
from bot.store.schema import migrate
from bot.vault import Vault, new_key

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with all tables and nothing in them: a file, or one on the server of tests/conftest.py."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "test.db")
        return f"sqlite+aiosqlite:///{file}"
    return str(request.getfixturevalue("migrated_postgres_url"))


@pytest.fixture
def key() -> str:
    """The key to what is sealed in `store`."""
    return new_key()


@pytest.fixture
async def store(database_url: str, key: str) -> AsyncIterator[Store]:
    """A database with all its tables."""
    store = Store.open(database_url, Vault([key]))
    await migrate(store)
    yield store
    await store.close()
