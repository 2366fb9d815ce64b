"""Both databases, for tests that need them."""

from tests.databases import database_url, key, store

__all__ = ["database_url", "key", "store"]
