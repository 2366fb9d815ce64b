"""Phones that live in a file: the channel behind the simulator page, and the platform it talks to.

Like a real platform it keeps each person's chat for itself (`simulator.db`), so that a restart of the bot leaves the
phones as they are, and it delivers what was typed again and again until the bot says that it has it. Messages are kept
neutral, as they were sent: how they look is decided when they are drawn, by the functions of the real channels.

There are more people than phones: a cast of fictional women that the bot knows already, each of whom can be played on
any phone, and newcomers. What is sent to one who is on no phone stays in her chat.

Only fictional people belong here: nothing in the file is encrypted.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bot.channels.simulator_file import Phone, SimulatorFile
from bot.clock import MovableClock
from bot.errors import TryLater
from bot.messages import (
    Bubble,
    Button,
    Inbox,
    Incoming,
    Media,
    Message,
    Result,
    Sending,
    Verdict,
)

Look = Callable[[Message], tuple[Bubble, ...]]


class Entry(msgspec.Struct, frozen=True):
    """One thing on a phone's screen. Hers has `incoming` (and `label` for a tap), the bot's has `bubbles` and the
    `message` they were made of. place: number of the first thing that stood here; number: of what stands here now.
    card: platform id, for taps and replies. at: UTC. waiting: the bot does not have it yet."""

    place: int
    number: int
    card: str
    at: datetime
    incoming: Incoming | None = None
    label: str = ""
    message: Message | None = None
    bubbles: tuple[Bubble, ...] = ()
    waiting: bool = False


class Simulated(msgspec.Struct, frozen=True):
    """Somebody who can be played on a phone. unread: messages to her that were on no screen yet."""

    address: str
    name: str
    unread: int


class Simulator:
    """The simulator's channel and platform in one. Opens (or makes) the file at `path`; `looks` maps "telegram" and
    "whatsapp" to the real channels' `present`; `clock` is moved by what the file remembers. cast: (address, name) of
    fictional people whom the bot knows already; it may be set later.

    Never part of a production set-up: whoever opens the page can be anyone."""

    name = "simulator"
    lease = 10.0
    per_second = 1000.0
    per_chat = 0.0
    burst = 1

    def __init__(
        self, path: Path, clock: MovableClock, looks: Mapping[str, Look], cast: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.clock = clock
        self.looks = looks
        self.cast = dict(cast)
        self.closed = False
        self._bells: set[asyncio.Event] = set()
        self._delivering = asyncio.Lock()
        self._file = SimulatorFile(path, next(iter(looks)), format(int(clock.now().timestamp() * 1000), "x"))
        self.boot = int(self._file.fact("boots", "0")) + 1  # how often the bot was started: tells the page of a restart
        self._file.remember("boots", str(self.boot))
        clock.ahead = max(clock.ahead, timedelta(seconds=float(self._file.fact("ahead", "0"))))

    def hang_up(self) -> None:
        """End all event streams. Call it before the server shuts down, or it waits for the pages."""
        self.closed = True
        self._ring()

    def close(self) -> None:
        """Hang up, and close the file."""
        self.hang_up()
        self._file.close()

    # --- the channel ----------------------------------------------------------------------------------------------

    def present(self, message: Message) -> tuple[Bubble, ...]:
        """The message in the first look. The page draws it in the look of each phone instead (`screen`)."""
        return next(iter(self.looks.values()))(message)

    async def send(self, sending: Sending) -> Result:
        """Put a message into the chat of `sending.address`, also where she is on no phone at the moment; or LEFT where
        she has blocked the bot or nobody has this address."""
        address, message = sending.address, sending.message
        phone = self._phone_at(address)
        if phone is None and address not in self.cast and not self._file.has_chat(address):
            return Result(Verdict.LEFT, reason="nobody in the simulator has this address")
        if self._file.blocked(address):
            return Result(Verdict.LEFT, reason="she has blocked the bot")
        if message.deletes:
            self._file.delete(address, message.deletes)
            card = ""
        else:
            card = self._file.add_bots(address, message, self.clock.now())
        self._touch(address)
        return Result(Verdict.SENT, provider_id=card)

    async def fetch(self, media: Media) -> bytes:
        """The bytes of a voice note or photo made on the page. Raises MediaGone where there is none."""
        return self.media(media.ref)[1]

    # --- what the page shows --------------------------------------------------------------------------------------

    def phones(self) -> list[Phone]:
        """All phones, in order, those off the table too."""
        return self._file.phones()

    def phone(self, name: str) -> Phone:
        """One phone. Raises KeyError for a name that no phone has."""
        return {phone.name: phone for phone in self.phones()}[name]

    def people(self) -> list[Simulated]:
        """Everybody who can be played: the cast, then newcomers who are on a phone or have a chat."""
        unread = self._file.unread()
        on_phones = [phone.address for phone in self.phones() if phone.open]
        others = sorted({*on_phones, *self._file.chatting()} - self.cast.keys())
        names = self.cast | {address: f"Newcomer {address.removeprefix('phone-')}" for address in others}
        return [Simulated(address, name, unread.get(address, 0)) for address, name in names.items()]

    def blocked(self, name: str) -> bool:
        """Whether the woman on this phone has blocked the bot."""
        return self._file.blocked(self.phone(name).address)

    def screen(self, name: str) -> list[Entry]:
        """What is on a phone's screen, oldest first: the newest part of its chat in its look.

        Telegram edits and deletes, and a tap leaves no trace; WhatsApp can do neither, and a tap is a message."""
        phone = self.phone(name)
        plain = phone.look != "telegram"
        entries: dict[int, Entry] = {}
        for row in self._file.newest(phone.address):
            place = row["id"] if plain or row["instead_of"] is None else row["instead_of"]
            if not plain and (
                row["deleted"] or (row["incoming"] is None and place not in entries and place != row["id"])
            ):
                continue  # deleted, or an edit of a card that has scrolled out of what is drawn
            entries[place] = self._entry(row, place, phone.look)
        return [entry for entry in entries.values() if plain or entry.incoming is None or entry.incoming.button is None]

    def media(self, ref: str) -> tuple[str, bytes]:
        """Mime type and bytes of a voice note or photo made on the page. Raises MediaGone."""
        return self._file.media(ref)

    def message(self, number: int) -> Message | None:
        """The bot's message with the number of an entry, for what is in it; None where there is none."""
        return self._file.message(number)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever anything changed on any phone; the listener clears it."""
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            yield bell
        finally:
            self._bells.discard(bell)

    # --- what is done on a phone ----------------------------------------------------------------------------------

    def write(self, name: str, text: str, reply_to: str = "") -> None:
        """She types something. reply_to, here and below: the card of a message of the bot that she answers."""
        self._do(name, reply_to, text=text)

    def tap(self, name: str, data: str, card: str) -> None:
        """She taps a button of the message with platform id `card`."""
        buttons = [
            button for entry in self.screen(name) if entry.card == card for button in every_button(entry.bubbles)
        ]
        label = next((button.label for button in reversed(buttons) if button.data == data), "")
        self._do(name, label=label, button=data, card=card, callback=card)

    def record(self, name: str, mime: str, seconds: int, body: bytes, reply_to: str = "") -> None:
        """She sends a voice note of at most LARGEST_MEDIA bytes."""
        ref = self._file.keep(self.phone(name).address, mime, body)
        self._do(name, reply_to, voice=Media(ref, mime, seconds))

    def photograph(self, name: str, mime: str, body: bytes, caption: str = "", reply_to: str = "") -> None:
        """She sends a photo of at most LARGEST_MEDIA bytes, with a few words under it."""
        ref = self._file.keep(self.phone(name).address, mime, body)
        self._do(name, reply_to, photo=Media(ref, mime), caption=caption)

    def sticker(self, name: str) -> None:
        """She sends a sticker: something that the bot cannot take."""
        self._do(name, other="sticker")

    def block(self, name: str) -> None:
        """She blocks the bot. It is let in again by whatever she does next."""
        if not self.blocked(name):
            self._do(name, left=True)

    async def deliver(self, inbox: Inbox) -> bool:
        """Hand everything that waits to the bot, in order. False when it did not take all: call again later."""
        async with self._delivering:
            while not self.closed:
                row = self._file.next_waiting()
                if row is None:
                    return True
                try:
                    await inbox.receive(msgspec.msgpack.decode(row["incoming"], type=Incoming))
                except TryLater:
                    return False
                if not self.closed:
                    self._file.taken(row["id"])
                    self._touch(row["address"])
        return False

    # --- settings of a phone, and time ----------------------------------------------------------------------------

    def set_look(self, name: str, look: str) -> None:
        """Show a phone in another look. Raises KeyError for a look that does not exist."""
        self.looks[look]
        self._file.set_look(name, look)
        self._changed(name)

    def set_hint(self, name: str, hint: str) -> None:
        """Set the device language (BCP 47, "" for none) that comes along with everything done from now on."""
        self._file.set_hint(name, hint)
        self._changed(name)

    def new_person(self, name: str) -> None:
        """Give the phone to somebody new: an address that never was, and an empty chat. Who was on it stays among
        `people` if she has said anything."""
        with self._file.together():
            self._file.mark_seen(self.phone(name).address)
            self._file.set_new_address(name)
        self._changed(name)

    def give(self, name: str, address: str) -> None:
        """Give the phone to one of `people`; her chat comes with her. Where she is on another phone already, the two
        phones change hands. Raises KeyError for an address that nobody has."""
        if address not in {person.address for person in self.people()}:
            raise KeyError("nobody in the simulator has this address")
        old, other = self.phone(name).address, self._phone_at(address)
        with self._file.together():
            self._file.mark_seen(old)
            self._file.set_address(name, address)
            if other is not None and other.name != name:
                self._file.set_address(other.name, old)
        self._changed(name, *([other.name] if other else []))

    def add_phone(self) -> None:
        """Put one more phone on the table, where there is one left."""
        name = next((phone.name for phone in self.phones() if not phone.open), None)
        if name is not None:
            self._file.hide(name, False)
            self._changed(name)

    def hide(self, name: str) -> None:
        """Take a phone off the table; what is sent to it is kept. The last one stays."""
        if sum(phone.open for phone in self.phones()) > 1:
            self._file.mark_seen(self.phone(name).address)
            self._file.hide(name, True)
            self._changed(name)

    def forward(self, by: timedelta) -> None:
        """Move the clock on, and remember it. Raises ValueError for a negative duration."""
        self.clock.forward(by)
        self._file.remember("ahead", str(self.clock.ahead.total_seconds()))
        self._ring()

    # --- within ---------------------------------------------------------------------------------------------------

    def _do(self, name: str, reply_to: str = "", label: str = "", **what: Any) -> None:
        phone = self.phone(name)
        answered = reply_to if self._file.own(phone.address, reply_to) is not None else ""
        incoming = Incoming(self.name, "", phone.address, self.clock.now(), hint=phone.hint, reply_to=answered, **what)
        self._file.block(phone.address, incoming.left)
        self._file.add_hers(incoming, label)
        self._changed(name)

    def _entry(self, row: sqlite3.Row, place: int, look: str) -> Entry:
        message = msgspec.msgpack.decode(row["message"], type=Message) if row["message"] else None
        root = row["instead_of"] or row["id"]
        return Entry(
            place=place,
            number=row["id"],
            card=f"{self._file.prefix}-{root}",
            at=datetime.fromisoformat(row["at"]),
            incoming=msgspec.msgpack.decode(row["incoming"], type=Incoming) if row["incoming"] else None,
            label=row["label"],
            message=message,
            bubbles=self.looks[look](message) if message else (),
            waiting=bool(row["waiting"]),
        )

    def _phone_at(self, address: str) -> Phone | None:
        return next((phone for phone in self.phones() if phone.address == address), None)

    def _touch(self, address: str) -> None:
        """Something in this person's chat has changed, on whichever phone she is, or on none."""
        phone = self._phone_at(address)
        self._changed(*([phone.name] if phone else []))

    def _changed(self, *names: str) -> None:
        for name in names:
            self._file.touch(name)
        self._ring()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()


def every_button(bubbles: tuple[Bubble, ...]) -> list[Button]:
    """All buttons of a message, those of its list included."""
    return [button for bubble in bubbles for row in (*bubble.rows, bubble.menu) for button in row]
