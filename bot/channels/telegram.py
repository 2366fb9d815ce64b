"""Telegram: sending, files, polling and the bot's public face.

python-telegram-bot's `Bot` speaks the API; its Application and Updater are not used (DESIGN.md, "Parts, and why").
How messages look is in telegram_bubbles, how updates are read in telegram_updates.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

import httpx
import msgspec
import structlog
from telegram import Bot, LinkPreviewOptions
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.downloads import download
from bot.channels.parts import has_file, joined_ids
from bot.channels.telegram_bubbles import present
from bot.channels.telegram_face import Face, show
from bot.channels.telegram_polling import Polling, seconds
from bot.channels.telegram_sending import markup, send_new
from bot.channels.telegram_updates import CHANNEL, KINDS, Understood, understand
from bot.clock import Clock
from bot.errors import MediaGone, SettingError, TryLater
from bot.messages import LARGEST_MEDIA, Bubble, Drawing, Inbox, Media, Message, Result, Sending, Verdict

API = "https://api.telegram.org"
LONG_POLL = 25  # seconds a getUpdates waits for news
PARTLY = 1000  # messages sent in part that are remembered

log = structlog.get_logger(__name__)


class Telegram:
    """The Telegram channel (messages.Channel), and what its webhook and polling need besides.

    draw: renders a PNG, run in a thread. patience: seconds to wait for an answer. pause: asyncio.sleep, or a test's.
    Silences the loggers of the HTTP client and of python-telegram-bot: they write URLs, which hold the bot's token, and
    answers, which hold people's words.
    """

    name = CHANNEL
    lease = 60.0
    per_second = 25.0  # Telegram allows about 30
    per_chat = 1.0
    burst = 4

    def __init__(
        self,
        token: str,
        draw: Callable[[Drawing], bytes],
        clock: Clock,
        api_url: str = API,
        patience: float = 10.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        _silence()
        self._draw = draw
        self._clock = clock
        self._pause = pause
        self._patience = patience
        host = api_url.rstrip("/")
        self._base = f"{host}/bot{token}"
        self._files = f"{host}/file/bot{token}/"
        self._http = HTTPXRequest(connection_pool_size=64, read_timeout=patience, pool_timeout=patience)
        self._bot = Bot(
            token,
            base_url=f"{host}/bot",
            base_file_url=f"{host}/file/bot",
            request=self._http,
            get_updates_request=self._http,
        )
        self._downloads = httpx.AsyncClient(timeout=patience, follow_redirects=False)
        self._partly: dict[int, list[str]] = {}
        self._answers: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """End what is under way and close the connections."""
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self._http.shutdown()
        await self._downloads.aclose()

    # Sending

    def present(self, message: Message) -> tuple[Bubble, ...]:
        """See telegram_bubbles.present."""
        return present(message)

    async def send(self, sending: Sending) -> Result:
        """Send, edit or delete; see messages.Channel.send.

        provider_id of the Result: the id of the bubble with the buttons; where the message took several bubbles, the
        ids of the others follow after spaces (parts.joined_ids), so that all of them can be deleted later, and a reply
        to any of them is known (`edits` takes the first).
        When a message of several bubbles fails in the middle, the ones already sent are remembered in memory and a
        retry goes on behind them. After a crash it starts again from the first: each of them may then be seen twice.
        """
        try:
            async with asyncio.timeout(self.lease * 0.75):
                result = await self._deliver(sending)
        except TimeoutError:
            return Result(Verdict.RETRY, reason="no answer from Telegram in time")
        except TelegramError as error:
            result = _verdict(error)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # python-telegram-bot, given an answer of another shape than documented. It was accepted all the same.
            result = Result(Verdict.RETRY, reason=f"Telegram's answer was not understood ({type(error).__name__})")
        if result.verdict is not Verdict.RETRY:
            self._partly.pop(sending.id, None)
        return result

    async def _deliver(self, sending: Sending) -> Result:
        message, chat = sending.message, sending.address
        if message.deletes:
            return await self._delete(chat, message.deletes)
        bubbles = await self._drawn(present(message))
        if not bubbles:
            return Result(Verdict.REFUSED, reason="the picture could not be drawn, and there is no text beside it")
        card = _first_id(message.edits)
        done = self._partly.setdefault(sending.id, [])
        while len(self._partly) > PARTLY:
            del self._partly[next(iter(self._partly))]
        for bubble, png in bubbles[len(done) :]:
            editable = card and not done and not has_file(bubble)
            send = self._edit(chat, card, bubble, message) if editable else self._new(chat, bubble, png, message)
            done.append(await send)
        if card and card not in done and has_file(bubbles[0][0]):
            await self._delete(chat, (card,))
        return Result(Verdict.SENT, provider_id=joined_ids([bubble for bubble, _ in bubbles], done))

    async def _drawn(self, bubbles: Sequence[Bubble]) -> list[tuple[Bubble, bytes]]:
        """Each bubble with its PNG. A picture that cannot be drawn is left out: the text says the same."""
        drawn = []
        for bubble in bubbles:
            png = b""
            if bubble.picture is not None:
                try:
                    png = await asyncio.to_thread(self._draw, bubble.picture)
                except Exception as error:  # whatever it is: a woman must not wait for a text because of a picture
                    log.error("a picture could not be drawn", kind=bubble.picture.kind, error=type(error).__name__)
                    bubble = msgspec.structs.replace(bubble, picture=None)
                    if not bubble.text:
                        continue
            drawn.append((bubble, png))
        return drawn

    async def _edit(self, chat: str, card: str, bubble: Bubble, message: Message) -> str:
        """Change the card in place; where Telegram does not allow it (any more), a new message. Gives its id."""
        try:
            await self._bot.edit_message_text(
                bubble.text,
                chat_id=chat,
                message_id=int(card),
                reply_markup=markup(bubble),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as error:
            if "message is not modified" not in error.message.lower():
                return await self._new(chat, bubble, b"", message)
        return card

    async def _new(self, chat: str, bubble: Bubble, png: bytes, message: Message) -> str:
        return await send_new(self._bot, chat, bubble, png, silent=message.silent)

    async def _delete(self, chat: str, ids: Iterable[str]) -> Result:
        """Delete what can still be deleted: own messages under 48 hours."""
        numbers = sorted({int(part) for one in ids for part in one.split() if part.isdigit()})
        for start in range(0, len(numbers), 100):
            some = numbers[start : start + 100]
            try:
                await self._bot.delete_messages(chat, some)
            except BadRequest:
                await self._delete_singly(chat, some)
        return Result(Verdict.SENT)

    async def _delete_singly(self, chat: str, numbers: Iterable[int]) -> None:
        for number in numbers:
            try:
                await self._bot.delete_message(chat, number)
            except BadRequest:
                continue  # too old, or gone already

    async def fetch(self, media: Media) -> bytes:
        """Download a voice note or photo; see messages.Channel.fetch. Only from Telegram's host."""
        try:
            file = await self._bot.get_file(media.ref)
        except BadRequest:
            raise MediaGone("Telegram no longer has this file") from None
        except TelegramError as error:
            raise TryLater(f"Telegram did not give the file ({type(error).__name__}); try again") from None
        path = file.file_path or ""
        if not path.startswith(self._files) or (file.file_size or 0) > LARGEST_MEDIA:
            raise MediaGone("the file is over 10 MB or not on Telegram's host")
        return await download(self._downloads, path, "Telegram")

    # Receiving

    async def take(self, raw: bytes, inbox: Inbox) -> None:
        """Hand one update (JSON) to the engine and return when it is committed or put aside; then a tap is answered in
        the background. Raises errors.TryLater when it is neither."""
        await self._commit(understand(raw, self._clock.now()), inbox)

    async def _commit(self, update: Understood, inbox: Inbox) -> None:
        if update.odd:
            log.warning("an update was put aside", number=update.provider_id, reason=update.odd)
            await inbox.set_aside(self.name, update.provider_id, update.raw, update.odd)
        elif update.incoming is not None:
            await inbox.receive(update.incoming)
            if update.incoming.callback:
                task = asyncio.create_task(self._answer(update.incoming.callback))
                self._answers.add(task)
                task.add_done_callback(self._answers.discard)

    async def _answer(self, callback: str) -> None:
        """Stop the button's waiting sign. Telegram forgets taps after a while, so failing is normal."""
        try:
            await self._bot.answer_callback_query(callback)
        except TelegramError as error:
            log.debug("a tap was not answered", error=type(error).__name__)

    async def poll(self, inbox: Inbox) -> None:
        """Receive by getUpdates until cancelled; see telegram_polling. A webhook that was set is taken away first."""
        await Polling(self._waiting, partial(self._commit, inbox=inbox), inbox, self._clock, self._pause).run(
            first=self.delete_webhook
        )

    async def _waiting(self, offset: int) -> bytes:
        query = urlencode({"offset": offset, "timeout": LONG_POLL, "allowed_updates": json.dumps(KINDS)})
        return await self._http.retrieve(f"{self._base}/getUpdates?{query}", read_timeout=LONG_POLL + self._patience)

    # The bot itself

    async def username(self) -> str:
        """The bot's name in links (https://t.me/<username>). Raises errors.SettingError for a token that Telegram does
        not know, errors.TryLater when it does not answer."""
        try:
            return (await self._bot.get_me()).username or ""
        except InvalidToken:
            raise SettingError("Telegram does not know the bot token: check SORORA_TELEGRAM_TOKEN") from None
        except TelegramError as error:
            raise TryLater(f"Telegram does not answer ({type(error).__name__})") from None

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to `url` (https), with `secret` (1 to 256 of A-Z a-z 0-9 _ -) in the header. Raises
        errors.SettingError when Telegram refuses, errors.TryLater when it does not answer."""
        try:
            await self._bot.set_webhook(url, secret_token=secret, allowed_updates=KINDS)
        except BadRequest as error:
            raise SettingError(
                f"Telegram refuses the webhook ({_plain(error)}): check SORORA_PUBLIC_URL and SORORA_TELEGRAM_SECRET"
            ) from None
        except InvalidToken:
            raise SettingError("Telegram does not know the bot token: check SORORA_TELEGRAM_TOKEN") from None
        except TelegramError as error:
            raise TryLater(f"Telegram does not answer ({type(error).__name__})") from None

    async def delete_webhook(self) -> None:
        """Stop posting, and keep what waits for polling. Raises as python-telegram-bot does."""
        await self._bot.delete_webhook(drop_pending_updates=False)

    async def set_up(self, faces: Mapping[str, Face]) -> None:
        """Show commands, name and descriptions in each language (two-letter code; "" for all other languages). Only
        what differs is written, for Telegram allows few of these a day; what fails is logged and left for next time."""
        for language, face in faces.items():
            try:
                await show(self._bot, language or None, face)
            except TelegramError as error:
                log.warning("the bot's face was not changed", language=language, error=type(error).__name__)


def _silence() -> None:
    # python-telegram-bot would warn at each 429 that its retry_after will become a timedelta; this asks for it now.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _first_id(ids: str) -> str:
    first = ids.partition(" ")[0]
    return first if first.isdigit() else ""


def _plain(error: TelegramError) -> str:
    """What Telegram says, without anything that could be somebody's words or number."""
    return re.sub(r"\d+", "", re.split(r"[:\"']", error.message, maxsplit=1)[0])[:60].strip().lower()


def _verdict(error: TelegramError) -> Result:
    """What a failed call means for the message. BadRequest is a kind of NetworkError, so it comes first."""
    if isinstance(error, RetryAfter):
        return Result(Verdict.RETRY, after=seconds(error), reason="too many requests")
    if isinstance(error, Forbidden):
        return Result(Verdict.LEFT, reason=_plain(error))
    if isinstance(error, (BadRequest, ChatMigrated)):
        return Result(Verdict.REFUSED, reason=_plain(error))
    if isinstance(error, InvalidToken):
        log.error("Telegram does not know the bot token: check SORORA_TELEGRAM_TOKEN")
        return Result(Verdict.RETRY, after=60.0, reason="the bot token was refused")
    return Result(Verdict.RETRY, reason=f"no answer from Telegram ({type(error).__name__})")
