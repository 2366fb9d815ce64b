"""Both databases, and catalogs that are read once."""

from __future__ import annotations

from tests.databases import database_url, key, store
from tests.engine.conftest import catalogs_read_once

__all__ = ["catalogs_read_once", "database_url", "key", "store"]
