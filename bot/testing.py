"""Rehearsal: the whole engine with phones made of memory. For tests, transcripts, and programmes of one's own.

    async with rehearsal() as stage:
        amina = stage.phone("fr")
        await amina.types("/start")
        await amina.taps("Français")
        print(amina.transcript())

Everything is real but the network: SQLite in memory, sealing, batches, the outbox. Time stands still until
`stage.clock` is moved.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from bot.app import Sorora, find_programme, put_together
from bot.errors import MediaGone
from bot.mentoring.effects import Programme
from bot.messages import Bubble, Button, Incoming, Media, Message, Result, Sending, Verdict
from bot.store.door import Store
from bot.store.schema import migrate
from bot.vault import Vault, new_key

BEGINNING = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)  # a Monday, ten in the morning in Brussels


class StageClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = BEGINNING) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment on stage, UTC."""
        return self.at

    def forward(self, by: timedelta) -> None:
        """Move on."""
        self.at += by


class StageChannel:
    """A channel that delivers into memory. `look` shows messages as a platform would; without it, as they are."""

    lease = 60.0
    per_second = 1_000_000.0
    per_chat = 0.0
    burst = 1

    def __init__(self, name: str = "stage", look: Callable[[Message], tuple[Bubble, ...]] | None = None) -> None:
        self.name = name
        self.look = look
        self.chats: dict[str, list[Seen]] = {}
        self.numbers = count(1)
        self.media: dict[str, bytes] = {}

    def present(self, message: Message) -> tuple[Bubble, ...]:
        """The message as the platform would show it, or as one bubble with all its buttons."""
        if self.look is not None:
            return self.look(message)
        rows = tuple((button,) for button in (*message.options, *message.nav))
        shown = Bubble(message.text, rows, picture=message.picture, document=message.document)
        return (msgspec.structs.replace(shown, voice=message.voice, photo=message.photo),)

    async def send(self, sending: Sending) -> Result:
        """Put it into the chat; an edit replaces the card that was tapped."""
        chat, message = self.chats.setdefault(sending.address, []), sending.message
        if message.deletes:
            chat[:] = [seen for seen in chat if seen.id not in message.deletes]
            return Result(Verdict.SENT)
        replaced = next((seen for seen in chat if message.edits and seen.id == message.edits), None)
        if replaced is not None:
            replaced.message, replaced.bubbles = message, self.present(message)
            return Result(Verdict.SENT, replaced.id)
        seen = Seen(str(next(self.numbers)), message, self.present(message))
        chat.append(seen)
        return Result(Verdict.SENT, seen.id)

    async def fetch(self, media: Media) -> bytes:
        """The bytes of a voice note or photo."""
        if media.ref not in self.media:
            raise MediaGone("there is no such voice note or photo on stage")
        return self.media[media.ref]


@dataclass(slots=True)
class Seen:
    """A message in a chat as she sees it."""

    id: str
    message: Message
    bubbles: tuple[Bubble, ...]

    @property
    def text(self) -> str:
        """All its text."""
        return "\n".join(bubble.text for bubble in self.bubbles)

    @property
    def buttons(self) -> list[Button]:
        """All that can be tapped, lists included."""
        return [
            button for bubble in self.bubbles for button in (*(one for row in bubble.rows for one in row), *bubble.menu)
        ]


@dataclass(slots=True)
class Phone:
    """One woman's phone."""

    stage: Stage
    address: str
    hint: str
    numbers: Any = field(default_factory=count)
    script: list[str] = field(default_factory=list)
    shown: int = 0
    taps_made: int = 0

    @property
    def chat(self) -> list[Seen]:
        """What the bot has sent, oldest first."""
        return self.stage.channel.chats.setdefault(self.address, [])

    @property
    def last(self) -> Seen:
        """The newest message of the bot."""
        return self.chat[-1]

    async def types(self, text: str) -> None:
        """She writes."""
        self.script.append(f"> {text}")
        await self.does(text=text)

    async def taps(self, label: str) -> None:
        """She taps the newest button with this label (its tick or emoji may be left out). Raises LookupError."""
        seen, button = self.find(label)
        self.script.append(f"> [{button.label}]")
        self.taps_made += 1
        await self.does(button=button.data, card=seen.id)

    async def replies(self, to: Seen, text: str) -> None:
        """She answers one message of the bot, as phones let her quote it."""
        self.script.append(f"> {text}")
        await self.does(text=text, reply_to=to.id)

    async def speaks(self, seconds: int = 8, body: bytes = b"OggS fictional voice", *, to: Seen | None = None) -> None:
        """She sends a voice note, as an answer to a message of the bot if one is given."""
        self.script.append(f"> (voice note, {seconds} seconds)")
        await self.does(voice=Media(self.keeps(body), "audio/ogg", seconds), reply_to=to.id if to else "")

    async def shows(
        self, caption: str = "", body: bytes = b"\xff\xd8 fictional photo", *, to: Seen | None = None
    ) -> None:
        """She sends a photo, as an answer to a message of the bot if one is given."""
        self.script.append(f"> (photo) {caption}".rstrip())
        photo = Media(self.keeps(body), "image/jpeg")
        await self.does(photo=photo, caption=caption, reply_to=to.id if to else "")

    def keeps(self, body: bytes) -> str:
        """The ref under which the platform holds something that she made."""
        ref = f"{self.address}-{next(self.numbers)}"
        self.stage.channel.media[ref] = body
        return ref

    async def sends(self, what: str) -> None:
        """She sends something else: "sticker", "contact", "location"."""
        self.script.append(f"> ({what})")
        await self.does(other=what)

    async def leaves(self) -> None:
        """She blocks the bot."""
        await self.does(left=True)

    def find(self, label: str) -> tuple[Seen, Button]:
        """The newest button with this label."""
        for seen in reversed(self.chat):
            for button in seen.buttons:
                if button.label == label or button.label.split(" ", 1)[-1] == label:
                    return seen, button
        offered = [button.label for button in self.last.buttons] if self.chat else []
        raise LookupError(f"no button {label!r}; the newest message offers {offered}")

    async def does(self, **what: Any) -> None:
        """Anything that a channel can bring."""
        await self.stage.sorora.batches.receive(self.incoming(**what))
        await self.stage.settle()

    def incoming(self, **what: Any) -> Incoming:
        """An event from this phone, not yet received."""
        number = f"{self.address}/{next(self.numbers)}"
        return Incoming(self.stage.channel.name, number, self.address, self.stage.clock.now(), hint=self.hint, **what)

    def transcript(self) -> str:
        """All that was said, in order, readable: her lines begin with ">", buttons stand in brackets."""
        return "\n\n".join(self.script) + "\n"

    def hear(self) -> None:
        """Take new and changed messages into the transcript."""
        news = self.chat[self.shown :] or self.chat[-1:]
        self.shown = len(self.chat)
        self.script += [written(seen) for seen in news]


def written(seen: Seen) -> str:
    """A message in a transcript."""
    parts = [seen.text]
    message = seen.message
    if message.picture is not None:
        parts.append(f"(picture: {message.picture.kind})")
    if message.document is not None:
        parts.append(f"(file: {message.document.name})")
    if message.voice is not None:
        parts.append("(voice note)")
    if message.photo is not None:
        parts.append("(photo)")
    parts += ["   ".join(f"[{button.label}]" for button in row) for row in (message.options, message.nav) if row]
    return "\n".join(parts)


@dataclass(slots=True)
class Stage:
    """The engine on stage, its clock, and its phones."""

    sorora: Sorora
    clock: StageClock
    channel: StageChannel
    phones: list[Phone] = field(default_factory=list)

    def phone(self, hint: str = "", address: str = "") -> Phone:
        """A new phone; `hint` is the language it is set to."""
        phone = Phone(self, address or f"phone-{len(self.phones) + 1}", hint)
        self.phones.append(phone)
        return phone

    async def forward(self, **by: float) -> None:
        """Time goes by (as for timedelta: hours=24); voice notes and photos are fetched, what became due happens."""
        self.clock.forward(timedelta(**by))
        while await self.sorora.scheduler.fetch_voices():
            pass
        await self.sorora.scheduler.fire()
        await self.settle()

    async def settle(self) -> None:
        """Send all that is due; every phone hears its part."""
        before = {phone.address: [(seen.id, seen.message) for seen in phone.chat] for phone in self.phones}
        await self.sorora.outbox.drain()
        for phone in self.phones:
            if before[phone.address] != [(seen.id, seen.message) for seen in phone.chat]:
                phone.hear()


@asynccontextmanager
async def rehearsal(
    programme: Programme | None = None,
    *,
    url: str = "sqlite+aiosqlite://",
    vault: Vault | None = None,
    channel: StageChannel | None = None,
    clock: StageClock | None = None,
    seed: int = 1,
) -> AsyncIterator[Stage]:
    """A whole Sorora in memory, or on the database at `url`. The same seed gives the same talks ids."""
    store = Store.open(url, vault or Vault([new_key()]))
    await migrate(store)
    clock = clock or StageClock()
    channel = channel or StageChannel()
    programme = programme or find_programme("conversations")
    sorora = put_together(store, {channel.name: channel}, clock, programme, random.Random(seed))  # noqa: S311  a test's
    try:
        yield Stage(sorora, clock, channel)
    finally:
        await store.close()
