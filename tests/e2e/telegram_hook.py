"""How the fake Telegram posts updates to a webhook: in order for each chat, again and again until it answers 200."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from tests.e2e.telegram_faults import UPDATES
from tests.e2e.telegram_people import Json

if TYPE_CHECKING:
    from tests.e2e.telegram_fake import FakeTelegram

HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Hook:
    """The webhook of the bot; `url` is empty while there is none. at: where that public address really leads, if it is
    not what the bot said. answers: status codes it gave (0: none)."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake = fake
        self.url = ""
        self.at = ""
        self.secret = ""
        self.allowed: list[str] = []
        self.answers: list[int] = []
        self._chains: dict[int, asyncio.Task[None]] = {}
        self._queues: dict[int, list[Json]] = {}
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)

    def set(self, url: str, secret: str, allowed: list[str]) -> None:
        """Set or take away the webhook; what waits is sent there."""
        self.url, self.secret, self.allowed = url, secret, allowed
        for update in list(self.fake.pending) if url else []:
            self.send(update, _chat(update))

    def wants(self, update: Json) -> bool:
        """Whether the bot asked for this kind (an empty list: all usual ones)."""
        return not self.allowed or bool(update.keys() & set(self.allowed))

    def send(self, update: Json, chat: int) -> None:
        """Queue an update for its chat; without a webhook it waits for getUpdates."""
        if not self.url:
            return
        fault = self.fake.faults.pick("webhook", frozenset({"duplicate", "reorder"}))
        queue = self._queues.setdefault(chat, [])
        queue.insert(0 if fault == "reorder" else len(queue), update)
        if fault == "duplicate":
            queue.append(update)
        if chat not in self._chains or self._chains[chat].done():
            self._chains[chat] = asyncio.create_task(self._deliver(queue))

    async def close(self) -> None:
        """Stop posting."""
        for task in self._chains.values():
            task.cancel()
        await asyncio.gather(*self._chains.values(), return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, queue: list[Json]) -> None:
        while queue and self.url:
            update = queue.pop(0)
            wait = 0.01
            while self.url and await self._post(update) != 200:
                await asyncio.sleep(wait)
                wait = min(wait * 2, 0.5)
            if self.url:
                self.fake.confirm(update)

    async def _post(self, update: Json) -> int:
        body = json.dumps(update).encode()
        headers = {HEADER: self.secret, "Content-Type": "application/json"}
        if self.fake.faults.pick("webhook", UPDATES - {"duplicate", "reorder"}):
            return await self._cut_off(body, headers)
        try:
            status = (await self._client.post(self.at or self.url, content=body, headers=headers)).status_code
        except httpx.HTTPError:
            status = 0
        self.answers.append(status)
        self.fake.ring()
        return status

    async def _cut_off(self, body: bytes, headers: dict[str, str]) -> int:
        """Promise the whole body, send a part, and hang up."""
        place = urlsplit(self.at or self.url)
        lines = [f"POST {place.path} HTTP/1.1", f"Host: {place.netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        part = body[: self.fake.faults.random.randrange(len(body))]
        try:
            _, writer = await asyncio.open_connection(place.hostname, place.port)
            writer.write("\r\n".join([*lines, "", ""]).encode() + part)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except OSError:
            pass  # nobody listens now
        return 0


def _chat(update: Json) -> int:
    """The chat of an update, 0 for those of none."""
    event = next((value for value in update.values() if isinstance(value, dict)), {})
    chat = event.get("chat") or event.get("message", {}).get("chat") or {}
    return int(chat.get("id", 0))
