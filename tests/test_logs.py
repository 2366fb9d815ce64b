"""Nothing personal and no secret gets into the logs, whoever logs it and however."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from bot.errors import SettingError, TryLater
from bot.logs import set_up

MARK = "zebra-7391"  # stands for what people write
TOKEN = "123456789:AAF-fictional_token_of_a_bot-00001"
Logged = Callable[[], list[dict[str, object]]]


class StoppedClock:
    """A clock for tests."""

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def logged() -> Iterator[Logged]:
    """Logs set up on a stream; the fixture gives a function that reads what has been logged so far."""
    root = logging.getLogger()
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    handlers, level, loud = list(root.handlers), root.level, logging.raiseExceptions
    stream = io.StringIO()
    set_up(StoppedClock(), stream, as_json=True)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(False)
    root.handlers[:], logging.raiseExceptions = handlers, loud
    root.setLevel(level)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    structlog.reset_defaults()


def test_a_line_has_its_sentence_its_ids_and_the_clock_of_the_programme(logged: Logged) -> None:
    structlog.get_logger().info("sent", sending=7, channel="telegram")
    assert logged() == [
        {
            "event": "sent",
            "sending": 7,
            "channel": "telegram",
            "level": "info",
            "timestamp": "2026-03-01T09:30:00.000+00:00",
        }
    ]


def test_forbidden_keys_are_dropped_and_named(logged: Logged) -> None:
    structlog.get_logger().info("came in", text=MARK, address=MARK, phone=MARK, person=4)
    [line] = logged()
    assert line["dropped"] == ["address", "phone", "text"]
    assert line["person"] == 4
    assert MARK not in json.dumps(line)


def test_what_is_not_plain_is_told_by_its_type_only(logged: Logged) -> None:
    structlog.get_logger().info("odd", what={"a": MARK}, which=[MARK.encode()], who=ValueError(MARK), ids=[1, 2])
    [line] = logged()
    assert (line["what"], line["which"], line["who"], line["ids"]) == ("<dict>", "<list>", "<ValueError>", [1, 2])
    assert MARK not in json.dumps(line)


def test_a_bot_token_is_struck_out_wherever_it_stands(logged: Logged) -> None:
    structlog.get_logger().warning(f"no answer from https://api.telegram.org/bot{TOKEN}/sendMessage", at_url=TOKEN)
    [line] = logged()
    assert line["event"] == "no answer from https://api.telegram.org/bot[token]/sendMessage"
    assert TOKEN not in json.dumps(line)


def test_an_exception_is_told_by_type_and_place_never_by_its_words_or_values(logged: Logged) -> None:
    def fails(words: str) -> None:
        try:
            int(words)
        except ValueError as error:
            raise TryLater("The database does not answer: try again.") from error

    try:
        fails(MARK)
    except TryLater:
        structlog.get_logger().exception("a batch failed")
    [line] = logged()
    assert line["error"] == "TryLater: The database does not answer: try again. < ValueError"
    assert re.fullmatch(r"(\S+/)?tests/test_logs\.py:\d+ in fails", str(line["at"][-1]))  # type: ignore[index]
    assert MARK not in json.dumps(line)


def test_an_exception_group_names_the_types_inside(logged: Logged) -> None:
    structlog.get_logger().error("several", exc_info=ExceptionGroup(MARK, [ValueError(MARK), OSError(MARK)]))
    [line] = logged()
    assert line["error"] == "ExceptionGroup(ValueError, OSError)"
    assert MARK not in json.dumps(line)


def test_http_clients_log_no_address(logged: Logged) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.post(f"https://api.telegram.org/bot{TOKEN}/sendMessage", json={"text": MARK})
    assert logged() == []


def test_a_failing_statement_shows_no_parameters(logged: Logged) -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            connection.execute(text("create table t (w text unique)"))
            for _ in range(2):
                connection.execute(text("insert into t values (:w)"), {"w": MARK})
    except IntegrityError:
        structlog.get_logger().exception("not written")
    finally:
        engine.dispose()
    [line] = logged()
    assert line["error"] == "IntegrityError < IntegrityError"
    assert MARK not in json.dumps(line)


@pytest.mark.parametrize("name", ["telegram.Bot", "pywa.server", "sqlalchemy.engine", "somebody.else", ""])
def test_libraries_speak_in_fixed_words_only(logged: Logged, name: str) -> None:
    logger = logging.getLogger(name)
    logger.info("all is well with %s", MARK)
    logger.warning("could not read %s of %s", MARK, TOKEN)
    filled_in = f"could not read {MARK}"
    logger.error(filled_in)
    template, ready_made = logged()
    assert template["event"] == "could not read %s of %s"
    assert "tests/test_logs.py:" in str(template["where"])
    assert "left out" in str(ready_made["event"])
    assert MARK not in json.dumps(logged())


def test_the_web_server_may_speak_freely_but_not_of_requests(logged: Logged) -> None:
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s", "http://127.0.0.1:8080")
    logging.getLogger("uvicorn.access").info('%s - "%s %s"', "192.0.2.7", "GET", f"/simulator?{MARK}")
    assert [line["event"] for line in logged()] == ["Uvicorn running on http://127.0.0.1:8080"]


async def test_a_forgotten_task_shows_no_words(logged: Logged) -> None:
    async def fails() -> None:
        raise ValueError(MARK)

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task  # collected without anyone asking for its result: asyncio logs the task with its exception
    gc.collect()
    [line] = logged()
    assert line["error"] == "ValueError"
    assert line["logger"] == "asyncio"
    assert MARK not in json.dumps(line)


def test_a_line_that_cannot_be_written_prints_nothing(logged: Logged, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("uvicorn.error").error("%d messages", MARK)
    assert MARK not in json.dumps(logged())
    assert capsys.readouterr().err == ""


def test_uncaught_exceptions_warnings_and_threads_show_no_words(
    logged: Logged, capsys: pytest.CaptureFixture[str]
) -> None:
    error = ValueError(MARK)
    sys.excepthook(ValueError, error, None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, None)))
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(MARK, stacklevel=1)
        logging.captureWarnings(False)
    assert [line.get("error") for line in logged()] == ["ValueError", "ValueError", None]
    assert MARK not in json.dumps(logged()) + capsys.readouterr().err


def test_our_own_errors_say_what_to_do(logged: Logged) -> None:
    structlog.get_logger().error("cannot start", exc_info=SettingError("SORORA_KEYS is missing."))
    assert logged()[0]["error"] == "SettingError: SORORA_KEYS is missing."


def test_on_a_terminal_lines_are_for_people(logged: Logged) -> None:
    stream = io.StringIO()
    set_up(StoppedClock(), stream, as_json=False, verbose=True)
    structlog.get_logger().debug("sent", sending=7)
    assert "sending=7" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
