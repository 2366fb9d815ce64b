"""Both databases, and the logs, for tests that need them."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog

from bot import logs
from tests.databases import database_url, key, store
from tests.e2e.telegram_inbox import StandingClock

__all__ = ["database_url", "key", "logged", "store"]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All logs of the process, of every level, in a text; afterwards everything is as it was."""
    root = logging.getLogger()
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    handlers, level, loud = list(root.handlers), root.level, logging.raiseExceptions
    stream = io.StringIO()
    logs.set_up(StandingClock(), stream, as_json=True, verbose=True)
    root.setLevel(logging.DEBUG)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], logging.raiseExceptions = handlers, loud
    root.setLevel(level)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    structlog.reset_defaults()
