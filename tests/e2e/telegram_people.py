"""People on the fake Telegram: what they see, and what they do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.telegram_fake import FakeTelegram

Json = dict[str, Any]


@dataclass
class Shown:
    """One message in a chat. rows: buttons as (label, data). mine: she wrote it herself. voice: what is heard, and its
    seconds. serial: grows with every message and every edit of the whole fake."""

    message_id: int
    text: str
    serial: int
    date: int
    mine: bool = False
    rows: list[list[tuple[str, str]]] = field(default_factory=list)
    photo: bytes | None = None
    document: tuple[str, bytes] | None = None
    voice: tuple[bytes, int] | None = None
    edited: bool = False
    silent: bool = False

    @property
    def labels(self) -> list[str]:
        return [label for row in self.rows for label, _ in row]


class Person:
    """Somebody with Telegram. All she does reaches the bot as an update; `chat` is what stands on her screen."""

    def __init__(self, fake: FakeTelegram, user_id: int, language_code: str) -> None:
        self.fake = fake
        self.user_id = user_id
        self.language_code = language_code
        self.blocked = False
        self.gone = False
        self.no_voices = False  # her own setting (Telegram Premium): nobody may send her voice notes
        self.started = False
        self.messages: dict[int, Shown] = {}
        self.acted = 0  # serial at her last act

    @property
    def chat(self) -> list[Shown]:
        """What stands in the chat, oldest first."""
        return list(self.messages.values())

    @property
    def card(self) -> Shown | None:
        """Her newest message with buttons."""
        return next((shown for shown in reversed(self.chat) if shown.rows), None)

    @property
    def labels(self) -> list[str]:
        """What she can tap on it."""
        return self.card.labels if self.card else []

    async def types(self, text: str, *, reply_to: Shown | None = None) -> int:
        """Send a text (4096 UTF-16 units at most, as her app allows). All acts give the update_id."""
        if not text.strip() or len(text.encode("utf-16-le", "surrogatepass")) // 2 > 4096:
            raise ValueError("her app does not send that as one text")
        fields: Json = {"text": text}
        if text.startswith("/"):
            fields["entities"] = [{"offset": 0, "length": len(text.split()[0]), "type": "bot_command"}]
        return await self._sends(text, fields, reply_to)

    async def taps(self, label: str) -> int:
        """Tap a button of her newest message with buttons."""
        card = self.card
        if card is None or label not in card.labels:
            raise AssertionError(f"there is no button {label!r} to tap, only {self.labels}")
        data = next(data for row in card.rows for text, data in row if text == label)
        return await self.presses(card.message_id, data)

    async def presses(self, message_id: int, data: str) -> int:
        """Press a button of any message, stale or forged ones included."""
        self.acted = self.fake.serial
        shown = self.messages.get(message_id)
        chat = self.chat_json()
        card = self.fake.as_json(self, shown) if shown else {"chat": chat, "message_id": message_id, "date": 0}
        query = self.fake.query_id(self)
        tap = {
            "id": query,
            "from": self.user_json(),
            "message": card,
            "chat_instance": f"-{self.user_id}",
            "data": data,
        }
        return await self.fake.push(self, {"callback_query": tap})

    async def sends_voice(
        self, body: bytes = b"OggS made-up voice", seconds: int = 3, *, reply_to: Shown | None = None
    ) -> int:
        """Record a voice note."""
        file = self.fake.keep_file("voice", "oga", body)
        voice = {**file, "duration": seconds, "mime_type": "audio/ogg"}
        return await self._sends("", {"voice": voice}, reply_to)

    async def sends_photo(
        self, body: bytes = b"\xff\xd8\xff made-up photo", caption: str = "", *, reply_to: Shown | None = None
    ) -> int:
        """Send a photo; Telegram brings it in several sizes, the largest last. caption: 1024 UTF-16 units at most, as
        her app allows."""
        if len(caption.encode("utf-16-le", "surrogatepass")) // 2 > 1024:
            raise ValueError("her app does not send that under a photo")
        small = self.fake.keep_file("photos", "jpg", body[:10])
        large = self.fake.keep_file("photos", "jpg", body)
        sizes = [{**small, "width": 90, "height": 67}, {**large, "width": 1280, "height": 960}]
        return await self._sends(caption, {"photo": sizes} | ({"caption": caption} if caption else {}), reply_to)

    async def sends(self, **fields: object) -> int:
        """Send any other content by its field: `sends(sticker={...})`, `sends(contact={...})`."""
        return await self._sends("", dict(fields))

    async def edits(self, message_id: int, text: str) -> int:
        """Edit a message of her own."""
        shown = self.messages[message_id]
        shown.text = text
        edited = self.fake.as_json(self, shown) | {"edit_date": self.fake.unix()}
        return await self.fake.push(self, {"edited_message": edited})

    async def blocks(self) -> int:
        """Block the bot: nothing can be sent to her any more."""
        self.blocked = True
        return await self._membership("member", "kicked")

    async def unblocks(self) -> int:
        """Let the bot in again."""
        self.blocked = False
        return await self._membership("kicked", "member")

    def leaves_telegram(self) -> None:
        """Delete her account. Telegram tells nobody."""
        self.gone = True

    async def hears(self, part: str = "", within: float = 5.0) -> Shown:
        """Wait for a message (or an edit) that came after her last act and has `part` in its text or buttons."""

        def heard() -> Shown | None:
            for shown in self.chat:
                fresh = not shown.mine and shown.serial > self.acted
                if fresh and any(part in words for words in (shown.text, *shown.labels)):
                    return shown
            return None

        try:
            found: Shown = await self.fake.until(heard, within)
        except TimeoutError:
            screen = "\n".join(f"{'> ' if shown.mine else ''}{shown.text} {shown.labels}" for shown in self.chat[-3:])
            raise AssertionError(f"she did not hear {part!r}. Her screen ends with:\n{screen}") from None
        return found

    def user_json(self) -> Json:
        user = {"id": self.user_id, "is_bot": False, "first_name": "Fictional"}
        return user | ({"language_code": self.language_code} if self.language_code else {})

    def chat_json(self) -> Json:
        return {"id": self.user_id, "first_name": "Fictional", "type": "private"}

    async def _sends(self, text: str, fields: Json, reply_to: Shown | None = None) -> int:
        if self.blocked:
            await self.unblocks()
        if reply_to is not None:
            fields = fields | {"reply_to_message": self.fake.as_json(self, reply_to)}
        self.started = True
        shown = Shown(self.fake.next_message(), text, self.fake.next_serial(), self.fake.unix(), mine=True)
        self.messages[shown.message_id] = shown
        self.acted = self.fake.serial
        message = {"message_id": shown.message_id, "from": self.user_json(), "chat": self.chat_json()}
        return await self.fake.push(self, {"message": message | {"date": shown.date} | fields})

    async def _membership(self, old: str, new: str) -> int:
        bot = self.fake.bot_json()
        states = [
            {"user": bot, "status": state} | ({"until_date": 0} if state == "kicked" else {}) for state in (old, new)
        ]
        change = {"chat": self.chat_json(), "from": self.user_json(), "date": self.fake.unix()}
        change |= {"old_chat_member": states[0], "new_chat_member": states[1]}
        return await self.fake.push(self, {"my_chat_member": change})


class Bell:
    """Wakes who waits for something to have happened."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self) -> None:
        await self._rung.wait()

    async def until(self, test: Callable[[], Any], within: float) -> Any:
        """Wait until `test` gives something, and give that. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while not (found := test()):
                await self._rung.wait()
            return found
