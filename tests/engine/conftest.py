"""Both databases, and the little programme on each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.engine.outbox import Outbox
from bot.store.door import Store
from bot.testing import Phone, Stage, StageClock
from tests.databases import database_url, key, store
from tests.engine.little import little, member
from tests.engine.script import Script

__all__ = ["database_url", "key", "store"]


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """The little programme on SQLite in memory."""
    async with little() as stage:
        yield stage


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[Stage]:
    """The little programme on each of the databases."""
    async with little(url=database_url) as stage:
        yield stage


@pytest.fixture
async def amina(stage: Stage) -> Phone:
    """The phone of a member who sees the menu."""
    return await member(stage)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def clock() -> StageClock:
    return StageClock()


@pytest.fixture
def outbox(store: Store, script: Script, clock: StageClock) -> Outbox:
    return Outbox(store, {script.name: script}, clock)
