"""Polling Telegram. Its offset, which makes Telegram forget updates, moves only when every update before it was
committed or put aside; until then the same ones are asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram_updates import CHANNEL, Understood, split, understand
from bot.clock import Clock
from bot.errors import TryLater, Unreadable
from bot.messages import Inbox

TRIES = 5  # times an update may fail for a reason nobody foresaw before it is put aside

log = structlog.get_logger(__name__)


class Polling:
    """One loop over getUpdates.

    ask: from an offset to the raw answer of getUpdates (raises TelegramError). commit: hands one update over, and
    returns when it is safe (raises errors.TryLater). pause: waits for so many seconds.
    """

    def __init__(
        self,
        ask: Callable[[int], Awaitable[bytes]],
        commit: Callable[[Understood], Awaitable[None]],
        inbox: Inbox,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._ask = ask
        self._commit = commit
        self._inbox = inbox
        self._clock = clock
        self._pause = pause
        self._offset = 0
        self._failed: dict[str, int] = {}

    async def run(self, first: Callable[[], Awaitable[None]]) -> None:
        """Ask for updates until cancelled, once `first` has succeeded."""
        troubles, ready = 0, False
        while True:
            wait = 0.0
            try:
                if not ready:
                    await first()
                    ready = True
                troubles = 0 if await self._round() else troubles + 1
            except (TelegramError, Unreadable) as error:
                troubles += 1
                wait = _told(error)
            if troubles:
                await self._pause(wait or min(30.0, 0.5 * 2 ** min(troubles, 6)))

    async def _round(self) -> bool:
        """Hand over what one getUpdates brings, and move the offset if all of it is safe. Says whether all is well."""
        body = await self._ask(self._offset)
        now = self._clock.now()
        updates = [understand(raw, now) for raw in split(body)]
        chains: dict[str, list[Understood]] = {}
        for update in updates:
            chains.setdefault(update.incoming.address if update.incoming else update.provider_id, []).append(update)
        # Different people at the same time, so that the engine can work them as one batch; each person in her order.
        safe = all(await asyncio.gather(*(self._chain(chain) for chain in chains.values())))
        numbers = [update.number for update in updates if update.number is not None]
        if safe and numbers:
            self._offset = max(numbers) + 1
            self._failed.clear()
        # Updates without any number cannot be confirmed: ask again, but not at once.
        return safe and (bool(numbers) or not updates)

    async def _chain(self, chain: Sequence[Understood]) -> bool:
        for update in chain:
            try:
                await self._commit(update)
            except TryLater:
                return False
            except Exception as error:  # not foreseen; it must neither be lost nor block what comes behind it
                if not await self._gave_up(update, error):
                    return False
        return True

    async def _gave_up(self, update: Understood, error: Exception) -> bool:
        """Count the failures of an update; put it aside after the last try. Says whether it is put aside."""
        kind, name = type(error).__name__, update.provider_id
        tries = self._failed[name] = self._failed.get(name, 0) + 1
        log.error("an update failed", number=name, error=kind, tries=tries)
        if tries < TRIES:
            return False
        try:
            await self._inbox.set_aside(CHANNEL, name, update.raw, f"failed {tries} times with {kind}")
        except Exception as again:  # the database is away altogether: nothing moves on
            log.error("an update could not be put aside", number=name, error=type(again).__name__)
            return False
        return True


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def _told(error: Exception) -> float:
    """Tell the log why polling pauses. Gives the seconds to wait, 0 for the usual growing ones."""
    if isinstance(error, RetryAfter):
        return seconds(error)
    if isinstance(error, Conflict):
        log.error("another process polls this bot, or a webhook was set for it: run one only (SORORA_TELEGRAM_MODE)")
        return 15.0
    if isinstance(error, InvalidToken):
        log.error("Telegram does not know the bot token: check SORORA_TELEGRAM_TOKEN")
        return 60.0
    log.warning("no updates from Telegram for now", error=type(error).__name__)
    return 0.0
