"""Logs: to stderr, for the operator, and never with anything personal or secret in them.

What keeps them clean, each tested:
- Own code logs a fixed sentence and ids: `log.info("sent", sending=7)`. As a net below that, forbidden keys are
  dropped, values that are not plain are replaced by their type, and what looks like a bot token is struck out.
- Libraries may say that something is wrong, but only in their own fixed words: their arguments are never filled in
  (they hold URLs with tokens, SQL parameters and updates), and a sentence that came already filled in is left out.
- An exception is told by its type and where it arose. Its message is shown only if it is one of ours (bot/errors.py),
  since others quote what they met.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, TypeAlias

import structlog

from bot.clock import Clock
from bot.errors import SororaError

Event: TypeAlias = MutableMapping[str, Any]

FORBIDDEN = frozenset({
    "address", "addresses", "alias", "answer", "answers", "body", "button", "content", "email", "hint", "journal",
    "key", "keys", "message", "name", "names", "params", "password", "payload", "phone", "query", "raw", "request",
    "response", "secret", "text", "title", "token", "update", "url", "value", "values", "words",
})  # fmt: skip
TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{16,}")  # a Telegram bot token, as it stands in the URL of every call
PLAIN = (str, int, float, bool, type(None))
LONGEST = 300  # characters of one value
QUIET = ("httpx", "httpcore", "telegram", "pywa", "sqlalchemy", "aiosqlite", "asyncio", "apscheduler", "uvicorn.access")
TRUSTED = ("uvicorn.error", "alembic")  # their sentences are about addresses of this server and names of migrations
OURS = ("bot", "conversations")
FRAMES = 6


def set_up(clock: Clock, stream: TextIO | None = None, *, as_json: bool | None = None, verbose: bool = False) -> None:
    """Send all logs of the process to `stream` (stderr), readable on a terminal and as JSON lines elsewhere.

    Also takes over what Python itself would print about uncaught exceptions. A second call replaces the first.
    """
    stream = stream or sys.stderr
    as_json = not stream.isatty() if as_json is None else as_json
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _Stamp(clock),
            tell_exception,
            strip,
            structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=stream.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    _take_over_library_logs()
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


class _Stamp:
    """Adds the time of the programme's clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def __call__(self, _logger: object, _method: str, event: Event) -> Event:
        event["timestamp"] = self.clock.now().isoformat(timespec="milliseconds")
        return event


def strip(_logger: object, _method: str, event: Event) -> Event:
    """Take out what must not be logged; `dropped` names the keys, for whoever wrote the line."""
    dropped = sorted(key for key in event if key in FORBIDDEN)
    for key in dropped:
        del event[key]
    if dropped:
        event["dropped"] = dropped
    for key, value in event.items():
        event[key] = _plain(value)
    return event


def _plain(value: object) -> object:
    """The value where it is plain (or a list of plain ones), else the name of its type."""
    if isinstance(value, str):
        return TOKEN.sub("[token]", str(value))[:LONGEST]
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(item, PLAIN) for item in value):
        return [_plain(item) for item in value]
    return f"<{type(value).__name__}>"


def tell_exception(_logger: object, _method: str, event: Event) -> Event:
    """Replace `exc_info` by the exception's type, place and causes."""
    told = event.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else told[1] if isinstance(told, tuple) else None
    if told is True:
        error = sys.exception()
    if error is not None:
        event["error"] = " < ".join(_chain(error))
        event["at"] = _places(error.__traceback__)
    return event


def _chain(error: BaseException) -> Iterator[str]:
    """The exception and what caused it, outermost first; the messages of our own only."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        name = type(current).__name__
        if isinstance(current, BaseExceptionGroup):
            name += "(" + ", ".join(type(one).__name__ for one in current.exceptions) + ")"
        yield f"{name}: {current}" if isinstance(current, SororaError) else name
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _places(traceback: TracebackType | None) -> list[str]:
    """Where it passed through our code, and where it arose, as "file:line in function"."""
    places, last = [], ""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        module = str(traceback.tb_frame.f_globals.get("__name__", ""))
        last = f"{_short(code.co_filename)}:{traceback.tb_lineno} in {code.co_name}"
        if module.partition(".")[0] in OURS:
            places.append(last)
        traceback = traceback.tb_next
    if last and last not in places[-1:]:
        places.append(last)
    return places[-FRAMES:]


def _short(filename: str) -> str:
    """The last three parts of a path: no home directory in logs."""
    return "/".join(Path(filename).parts[-3:])


class _FromLibraries(logging.Handler):
    """Passes on what libraries log through Python's own logging."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL),  # libraries invent levels between
            _sentence(record),
            logger=record.name,
            where=f"{_short(record.pathname)}:{record.lineno}",
            exc_info=record.exc_info,
        )


def _sentence(record: logging.LogRecord) -> str:
    """What a library said, without what it said it about."""
    if _under(record.name, TRUSTED):
        with suppress(TypeError, ValueError):  # arguments that do not fit the sentence
            return record.getMessage().strip()
    if record.args and isinstance(record.msg, str):
        return record.msg
    return "a library reports something (its words may be personal and are left out)"


def _under(name: str, parents: tuple[str, ...]) -> bool:
    return any(name == parent or name.startswith(parent + ".") for parent in parents)


def _take_over_library_logs() -> None:
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _FromLibraries)]:
        root.removeHandler(handler)
    root.addHandler(_FromLibraries())
    root.setLevel(logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in TRUSTED:
        logging.getLogger(name).setLevel(logging.INFO)
    logging.raiseExceptions = False  # else a log line that cannot be written prints its arguments
    logging.captureWarnings(True)


def _uncaught(kind: type[BaseException], error: BaseException | None, _traceback: TracebackType | None) -> None:
    """What Python would print, message and all, as a log line."""
    if not issubclass(kind, KeyboardInterrupt):
        structlog.get_logger().critical("an error that nothing handled", exc_info=error or kind())
