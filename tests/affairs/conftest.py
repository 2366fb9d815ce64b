"""Both databases."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.databases import database_url, key, store

__all__ = ["database_url", "key", "store"]

# What women do to each other runs on PostgreSQL too where rows are locked, races are run or statements are its own; all
# of it does with LONG=1 (make both), since it is the same code once more.
LOCKS = re.compile(r"test_(pairs|relay|block|desk|clockwork|team|matchmaker|requests|request_rounds|\w+_at_once)\.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the PostgreSQL half of the other files in the short form."""
    if os.environ.get("LONG"):
        return
    here = Path(__file__).parent
    left_out = [
        item
        for item in items
        if item.path.parent == here and item.get_closest_marker("postgres") and not LOCKS.fullmatch(item.path.name)
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
