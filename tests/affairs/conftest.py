"""Both databases."""

from __future__ import annotations

from tests.databases import database_url, key, store

__all__ = ["database_url", "key", "store"]
