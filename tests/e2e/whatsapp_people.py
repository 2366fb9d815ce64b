"""The people of the WhatsApp stand-in: what they see on their phones, what they type and tap. All fictional."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.whatsapp_fake import FakeWhatsApp

VOICE = b"OggS\x00\x02 a fictional voice note"
PHOTO = b"\xff\xd8\xff\xe0 a fictional photo"
PAGES = 30  # rows labelled "more" that are followed at most


@dataclass(eq=False)
class Event:
    """Something for the webhook: `item` stands in the list `kind` ("messages", "statuses")."""

    kind: str
    item: dict[str, Any]
    contact: dict[str, Any] | None = None
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(frozen=True)
class Shown:
    """A message on her phone; mine: she wrote it herself. buttons: (id, title); rows: (id, title,
    description) of the list behind `opens`."""

    id: str
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str, str], ...] = ()
    opens: str = ""
    footer: str = ""
    photo: bytes | None = None
    document: tuple[str, bytes] | None = None
    voice: bytes | None = None
    mine: bool = False
    template: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """Titles of everything that can be tapped, in order."""
        return tuple(title for _, title in self.buttons) + tuple(title for _, title, _ in self.rows)

    @classmethod
    def of(cls, wamid: str, body: dict[str, Any], content_of: Callable[[str], bytes]) -> Shown:
        """What a message (JSON that was sent to the API) looks like."""
        part = body[body["type"]]
        media = (
            part.get("header", part) if body["type"] == "interactive" else {"type": body["type"], body["type"]: part}
        )
        photo = content_of(media["image"]["id"]) if media.get("type") == "image" else None
        document = None
        if media.get("type") == "document":
            file = media["document"]
            document = (file.get("filename", ""), content_of(file["id"]))
        if body["type"] == "audio":
            return cls(wamid, voice=content_of(part["id"]))
        if body["type"] != "interactive":
            text = part.get("body") or part.get("caption", "")
            return cls(wamid, text, photo=photo, document=document)
        action = part["action"]
        return cls(
            wamid,
            part["body"]["text"],
            tuple((one["reply"]["id"], one["reply"]["title"]) for one in action.get("buttons", ())),
            tuple(
                (row["id"], row["title"], row.get("description", ""))
                for section in action.get("sections", ())
                for row in section["rows"]
            ),
            action.get("button", ""),
            part.get("footer", {}).get("text", ""),
            photo,
            document,
        )


class Person:
    """Somebody with WhatsApp. chat: what stands on her screen, oldest first. All she does reaches the bot's
    webhook, tried until it answers 200."""

    def __init__(self, fake: FakeWhatsApp, phone: str, user_id: str) -> None:
        self.fake = fake
        self.phone = phone
        self.user_id = user_id
        self.chat: list[Shown] = []
        self.wrote_at: datetime | None = None
        self.blocked = False
        self._acted = 0
        self._debt = 0.0
        self._last: datetime | None = None

    @property
    def address(self) -> str:
        """What the bot writes to."""
        return self.user_id or self.phone

    @property
    def card(self) -> Shown | None:
        """Her newest message with something to tap."""
        return next((shown for shown in reversed(self.chat) if shown.labels), None)

    @property
    def labels(self) -> list[str]:
        """What she can tap on it."""
        return list(self.card.labels) if self.card else []

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(one for one in (self.user_id, self.phone) if one)

    # What she does

    async def types(self, text: str, reply_to: Shown | None = None) -> str:
        """Send a text. All acts give the id of her message (voice notes and photos: the media id)."""
        return await self._does("text", {"text": {"body": text}}, reply_to.id if reply_to else "", text)

    async def taps(self, label: str, more: str = "More", within: float = 5.0) -> None:
        """Tap a reply button or a row of a list of her newest message that has any, turning pages by the row `more`. A
        word that only the footer names is typed. A title that was cut goes by its number and the whole label in the
        text."""
        for _ in range(PAGES):
            found, turn = self._find(label), self._find(more)
            if found or not turn:
                break
            await self.presses(*turn)
            await self.hears(within=within)
        else:
            found = None
        footer = self.card.footer if self.card else ""
        if found:
            await self.presses(*found)
        elif label.casefold() in footer.casefold():
            await self.types(label)
        else:
            raise AssertionError(f"there is nothing {label!r} to tap, only {self.labels}")

    async def presses(self, message_id: str, data: str) -> str:
        """Press a button or row of any message, stale or forged ones included."""
        shown = next((one for one in self.chat if one.id == message_id), Shown(message_id))
        if shown.template:
            title = dict(shown.buttons)[data]
            return await self._does("button", {"button": {"payload": data, "text": title}}, message_id, title)
        row = next((one for one in shown.rows if one[0] == data), None)
        if row is None:
            title = dict(shown.buttons).get(data, "…")
            reply: dict[str, Any] = {"type": "button_reply", "button_reply": {"id": data, "title": title}}
        else:
            title = row[1]
            described = {"description": row[2]} if row[2] else {}
            reply = {"type": "list_reply", "list_reply": {"id": data, "title": title, **described}}
        return await self._does("interactive", {"interactive": reply}, message_id, title)

    async def sends_voice(self, body: bytes = VOICE, *, reply_to: Shown | None = None) -> str:
        """A voice note; gives its media id."""
        ref = self.fake.store("audio/ogg", body)
        audio = {"id": ref, "mime_type": "audio/ogg; codecs=opus", "voice": True}
        await self._does("audio", {"audio": audio}, reply_to.id if reply_to else "")
        return ref

    async def sends_photo(self, body: bytes = PHOTO, caption: str = "", *, reply_to: Shown | None = None) -> str:
        """A photo; gives its media id."""
        ref = self.fake.store("image/jpeg", body)
        image = {"id": ref, "mime_type": "image/jpeg", "sha256": "x", **({"caption": caption} if caption else {})}
        await self._does("image", {"image": image}, reply_to.id if reply_to else "", caption)
        return ref

    async def sends_sticker(self) -> None:
        await self.sends("sticker", {"id": "1", "mime_type": "image/webp", "animated": False})

    async def sends(self, kind: str, content: object) -> str:
        """Any other message: its type, and what stands under that name."""
        return await self._does(kind, {kind: content})

    async def reacts(self, emoji: str = "👍") -> None:
        target = self.chat[-1].id if self.chat else "wamid.unknown"
        await self._does("reaction", {"reaction": {"message_id": target, "emoji": emoji}})

    async def blocks(self) -> None:
        """From now on messages are accepted and never delivered, as on WhatsApp: the bot is not told."""
        self.blocked = True

    async def unblocks(self) -> None:
        self.blocked = False

    # What she sees

    async def hears(self, part: str = "", within: float = 5.0) -> Shown:
        """Wait for a message that came after her last action and has `part` in its text or its labels."""

        def heard() -> Shown | None:
            fresh = (shown for shown in self.chat[self._acted :] if not shown.mine)
            return next((one for one in fresh if any(part in words for words in (one.text, *one.labels))), None)

        try:
            found: Shown = await self.fake.until(heard, within)
        except TimeoutError:
            screen = "\n".join(f"{'> ' if one.mine else ''}{one.text} {one.labels}" for one in self.chat[-3:])
            raise AssertionError(f"she did not hear {part!r}. Her screen ends with:\n{screen}") from None
        return found

    def sees(self, shown: Shown) -> None:
        """A message arrives (unless she blocked the number)."""
        if not self.blocked:
            self.chat.append(shown)
            self.fake.bell.ring()

    def _find(self, label: str) -> tuple[str, str] | None:
        """(message id, data) of what is called so on her card."""
        card = self.card
        choices = [*card.buttons, *((ref, title) for ref, title, _ in card.rows)] if card else []
        for ref, title in choices:
            number = re.match(r"\d+\. ", title)
            written = card and number and f"{number[0]}{label}" in card.text
            if title == label or written:
                return (card.id, ref) if card else None
        return None

    def pair_allows(self, now: datetime, burst: int) -> bool:
        """Meta's pair rate: one message per 6 s, or `burst` at once, each of which then costs its 6 s."""
        if self._last is not None:
            self._debt = max(0.0, self._debt - (now - self._last).total_seconds() / 6)
        self._last = now
        if self._debt + 1 > burst:
            return False
        self._debt += 1
        return True

    async def _does(self, kind: str, content: dict[str, Any], context: str = "", text: str = "") -> str:
        self.blocked = False  # her app writes only to whom she has unblocked
        self.wrote_at = self.fake.clock.now()
        wamid = self.fake.new_id()
        self.chat.append(Shown(wamid, text, mine=True))
        self._acted = len(self.chat)
        item = {"id": wamid, "timestamp": self.fake.stamp(), "type": kind, **content}
        contact: dict[str, Any] = {"profile": {"name": "Someone fictional"}}
        if self.phone:
            item["from"] = contact["wa_id"] = self.phone
        if self.user_id:
            item["from_user_id"] = contact["user_id"] = self.user_id
        if context:
            item["context"] = {"from": "32400000000", "id": context}
        self.fake.push(Event("messages", item, contact))
        return wamid
