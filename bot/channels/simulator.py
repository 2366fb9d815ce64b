"""Two phones that live in a file: the channel behind the simulator page, and the platform it talks to.

Like a real platform it keeps each phone's chat for itself (`simulator.db`), so that a restart of the bot leaves the
phones as they are, and it delivers what was typed again and again until the bot says that it has it. Messages are kept
neutral, as they were sent: how they look is decided when they are drawn, by the functions of the real channels.

Only fictional people belong here: nothing in the file is encrypted.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from bot.clock import MovableClock
from bot.errors import MediaGone, TryLater
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

PHONES = {"phone-1": "en", "phone-2": "en"}  # name to the language the device is first set to
SHOWN = 200  # newest entries of a chat that are drawn

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS phones (name TEXT PRIMARY KEY, address TEXT NOT NULL, look TEXT NOT NULL, hint TEXT NOT NULL,
    people INTEGER NOT NULL DEFAULT 1, version INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS chat (id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, at TEXT NOT NULL,
    message BLOB, incoming BLOB, label TEXT NOT NULL DEFAULT '', instead_of INTEGER, deleted INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS chat_of_address ON chat (address, id);
CREATE INDEX IF NOT EXISTS chat_waiting ON chat (id) WHERE waiting;
CREATE TABLE IF NOT EXISTS media (id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, mime TEXT NOT NULL,
    body BLOB NOT NULL);
"""


class Phone(msgspec.Struct, frozen=True):
    """One phone: its present person's address, the look ("telegram", "whatsapp"), the device language ("" for none),
    and a version that grows with everything that changes on its screen."""

    name: str
    address: str
    look: str
    hint: str
    version: int


class Entry(msgspec.Struct, frozen=True):
    """One thing on a phone's screen. Hers has `incoming` (and `label` for a tap), the bot's has `bubbles` and the
    `message` they were made of. place: number of the first thing that stood here; number: of what stands here now.
    card: platform id, for taps. at: UTC. waiting: the bot does not have it yet."""

    place: int
    number: int
    card: str
    at: datetime
    incoming: Incoming | None = None
    label: str = ""
    message: Message | None = None
    bubbles: tuple[Bubble, ...] = ()
    waiting: bool = False


class Simulator:
    """The simulator's channel and platform in one. Opens (or makes) the file at `path`; `looks` maps "telegram" and
    "whatsapp" to the real channels' `present`; `clock` is moved by what the file remembers.

    Never part of a production set-up: whoever opens the page can be anyone."""

    name = "simulator"
    lease = 10.0
    per_second = 1000.0
    per_chat = 0.0
    burst = 1

    def __init__(self, path: Path, clock: MovableClock, looks: Mapping[str, Look]) -> None:
        self.clock = clock
        self.looks = looks
        self.closed = False
        self._bells: set[asyncio.Event] = set()
        self._delivering = asyncio.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(SCHEMA)
        # Ids must never come twice, not even after this file was thrown away and the bot's own database was not.
        self._prefix = self._fact("made", format(int(clock.now().timestamp() * 1000), "x"))
        self.boot = int(self._fact("boots", "0")) + 1  # how often the bot was started: tells the page of a restart
        self._remember("boots", str(self.boot))
        clock.ahead = max(clock.ahead, timedelta(seconds=float(self._fact("ahead", "0"))))
        first = next(iter(looks))
        for name, hint in PHONES.items():
            self._db.execute(
                "INSERT OR IGNORE INTO phones (name, address, look, hint) VALUES (?, ?, ?, ?)",
                (name, name, first, hint),
            )

    def hang_up(self) -> None:
        """End all event streams. Call it before the server shuts down, or it waits for the pages."""
        self.closed = True
        self._ring()

    def close(self) -> None:
        """Hang up, and close the file."""
        self.hang_up()
        self._db.close()

    # --- the channel ----------------------------------------------------------------------------------------------

    def present(self, message: Message) -> tuple[Bubble, ...]:
        """The message in the first look. The page draws it in the look of each phone instead (`screen`)."""
        return next(iter(self.looks.values()))(message)

    async def send(self, sending: Sending) -> Result:
        """Put a message on the phone at `sending.address`, or LEFT where that person is gone from her phone."""
        phone = self._phone_at(sending.address)
        if phone is None:
            return Result(Verdict.LEFT, reason="no phone has this address any more")
        message = sending.message
        if message.deletes:
            self._delete(sending.address, message.deletes)
            card = ""
        else:
            card = self._append(sending.address, message)
        self._touch(phone.name)
        return Result(Verdict.SENT, provider_id=card)

    async def fetch(self, media: Media) -> bytes:
        """The bytes of a voice note or photo made on the page. Raises MediaGone where its person was forgotten."""
        return self.media(media.ref)[1]

    # --- what the page shows --------------------------------------------------------------------------------------

    def phones(self) -> list[Phone]:
        """All phones, in order."""
        rows = self._db.execute("SELECT name, address, look, hint, version FROM phones ORDER BY name")
        return [Phone(**dict(row)) for row in rows]

    def phone(self, name: str) -> Phone:
        """One phone. Raises KeyError for a name that no phone has."""
        return {phone.name: phone for phone in self.phones()}[name]

    def screen(self, name: str) -> list[Entry]:
        """What is on a phone's screen, oldest first: the newest part of its chat in its look.

        Telegram edits and deletes, and a tap leaves no trace; WhatsApp can do neither, and a tap is a message."""
        phone = self.phone(name)
        plain = phone.look != "telegram"
        rows = self._db.execute(
            "SELECT * FROM (SELECT * FROM chat WHERE address = ? ORDER BY id DESC LIMIT ?) ORDER BY id",
            (phone.address, SHOWN),
        )
        entries: dict[int, Entry] = {}
        for row in rows:
            place = row["id"] if plain or row["instead_of"] is None else row["instead_of"]
            if not plain and (
                row["deleted"] or (row["incoming"] is None and place not in entries and place != row["id"])
            ):
                continue  # deleted, or an edit of a card that has scrolled out of what is drawn
            entries[place] = self._entry(row, place, phone.look)
        return [entry for entry in entries.values() if plain or entry.incoming is None or entry.incoming.button is None]

    def media(self, ref: str) -> tuple[str, bytes]:
        """Mime type and bytes of a voice note or photo made on the page. Raises MediaGone."""
        row = self._db.execute("SELECT mime, body FROM media WHERE id = ?", (ref,)).fetchone()
        if row is None:
            raise MediaGone("the simulator has no such voice note or photo: its person was forgotten")
        return row["mime"], row["body"]

    def message(self, number: int) -> Message | None:
        """The bot's message with the number of an entry, for its picture or document; None where there is none."""
        row = self._db.execute("SELECT message FROM chat WHERE id = ? AND message IS NOT NULL", (number,)).fetchone()
        return msgspec.msgpack.decode(row["message"], type=Message) if row else None

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

    def write(self, name: str, text: str) -> None:
        """She types something."""
        self._do(name, Incoming(self.name, "", "", self.clock.now(), text=text))

    def tap(self, name: str, data: str, card: str) -> None:
        """She taps a button of the message with platform id `card`."""
        buttons = [
            button for entry in self.screen(name) if entry.card == card for button in every_button(entry.bubbles)
        ]
        label = next((button.label for button in reversed(buttons) if button.data == data), "")
        self._do(name, Incoming(self.name, "", "", self.clock.now(), button=data, card=card, callback=card), label)

    def record(self, name: str, mime: str, seconds: int, body: bytes) -> None:
        """She sends a voice note of at most LARGEST_MEDIA bytes."""
        media = Media(self._keep(name, mime, body), mime, seconds)
        self._do(name, Incoming(self.name, "", "", self.clock.now(), voice=media))

    def photograph(self, name: str, mime: str, body: bytes) -> None:
        """She sends a photo of at most LARGEST_MEDIA bytes."""
        media = Media(self._keep(name, mime, body), mime)
        self._do(name, Incoming(self.name, "", "", self.clock.now(), photo=media))

    def sticker(self, name: str) -> None:
        """She sends a sticker: something that the bot cannot take."""
        self._do(name, Incoming(self.name, "", "", self.clock.now(), other="sticker"))

    async def deliver(self, inbox: Inbox) -> bool:
        """Hand everything that waits to the bot, in order. False when it did not take all: call again later."""
        async with self._delivering:
            while not self.closed:
                row = self._db.execute("SELECT * FROM chat WHERE waiting ORDER BY id LIMIT 1").fetchone()
                if row is None:
                    return True
                try:
                    await inbox.receive(msgspec.msgpack.decode(row["incoming"], type=Incoming))
                except TryLater:
                    return False
                if not self.closed:
                    self._db.execute("UPDATE chat SET waiting = 0 WHERE id = ?", (row["id"],))
                    phone = self._phone_at(row["address"])
                    if phone:
                        self._touch(phone.name)
        return False

    # --- settings of a phone, and time ----------------------------------------------------------------------------

    def set_look(self, name: str, look: str) -> None:
        """Show a phone in another look. Raises KeyError for a look that does not exist."""
        self.looks[look]
        self._db.execute("UPDATE phones SET look = ? WHERE name = ?", (look, name))
        self._touch(name)

    def set_hint(self, name: str, hint: str) -> None:
        """Set the device language (BCP 47, "" for none) that comes along with everything done from now on."""
        self._db.execute("UPDATE phones SET hint = ? WHERE name = ?", (hint, name))
        self._touch(name)

    def new_person(self, name: str) -> None:
        """Give the phone to somebody new: an address that never was, and an empty chat."""
        old = self.phone(name).address
        with self._together():
            self._db.execute("DELETE FROM chat WHERE address = ?", (old,))
            self._db.execute("DELETE FROM media WHERE address = ?", (old,))
            self._db.execute(
                "UPDATE phones SET people = people + 1, address = name || '.' || (people + 1) WHERE name = ?", (name,)
            )
        self._touch(name)

    def forward(self, by: timedelta) -> None:
        """Move the clock on, and remember it. Raises ValueError for a negative duration."""
        self.clock.forward(by)
        self._remember("ahead", str(self.clock.ahead.total_seconds()))
        self._ring()

    # --- within ---------------------------------------------------------------------------------------------------

    def _do(self, name: str, incoming: Incoming, label: str = "") -> None:
        phone = self.phone(name)
        with self._together():
            number = self._db.execute(
                "INSERT INTO chat (address, at, label, waiting) VALUES (?, ?, ?, 1)",
                (phone.address, incoming.at.isoformat(), label),
            ).lastrowid
            whole = msgspec.structs.replace(
                incoming, provider_id=f"{self._prefix}-{number}", address=phone.address, hint=phone.hint
            )
            self._db.execute("UPDATE chat SET incoming = ? WHERE id = ?", (msgspec.msgpack.encode(whole), number))
        self._touch(name)

    def _append(self, address: str, message: Message) -> str:
        """Add a message to a chat and give its platform id; an edit keeps the id of the card that it replaces, and
        becomes a new message where that card is gone."""
        root = self._own(address, message.edits)
        number = self._db.execute(
            "INSERT INTO chat (address, at, message, instead_of) VALUES (?, ?, ?, ?)",
            (address, self.clock.now().isoformat(), msgspec.msgpack.encode(message), root),
        ).lastrowid
        return f"{self._prefix}-{root or number}"

    def _delete(self, address: str, cards: tuple[str, ...]) -> None:
        own = [self._own(address, card) for card in cards]
        self._db.executemany("UPDATE chat SET deleted = 1 WHERE ? IN (id, instead_of)", [(number,) for number in own])

    def _own(self, address: str, card: str) -> int | None:
        """Chat id of the bot's message with platform id `card` in this chat, if it is still there."""
        prefix, _, number = card.rpartition("-")
        if prefix != self._prefix or not number.isdigit():
            return None
        row = self._db.execute(
            "SELECT id FROM chat WHERE id = ? AND address = ? AND message IS NOT NULL AND NOT deleted",
            (number, address),
        ).fetchone()
        return None if row is None else int(row["id"])

    def _entry(self, row: sqlite3.Row, place: int, look: str) -> Entry:
        message = msgspec.msgpack.decode(row["message"], type=Message) if row["message"] else None
        root = row["instead_of"] or row["id"]
        return Entry(
            place=place,
            number=row["id"],
            card=f"{self._prefix}-{root}",
            at=datetime.fromisoformat(row["at"]),
            incoming=msgspec.msgpack.decode(row["incoming"], type=Incoming) if row["incoming"] else None,
            label=row["label"],
            message=message,
            bubbles=self.looks[look](message) if message else (),
            waiting=bool(row["waiting"]),
        )

    def _keep(self, name: str, mime: str, body: bytes) -> str:
        address = self.phone(name).address
        row = self._db.execute("INSERT INTO media (address, mime, body) VALUES (?, ?, ?)", (address, mime, body))
        return str(row.lastrowid)

    def _phone_at(self, address: str) -> Phone | None:
        return next((phone for phone in self.phones() if phone.address == address), None)

    def _touch(self, name: str) -> None:
        self._db.execute("UPDATE phones SET version = version + 1 WHERE name = ?", (name,))
        self._ring()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    @contextmanager
    def _together(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _fact(self, name: str, default: str) -> str:
        self._db.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, default))
        return str(self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()["value"])

    def _remember(self, name: str, value: str) -> None:
        self._db.execute("UPDATE facts SET value = ? WHERE name = ?", (value, name))


def every_button(bubbles: tuple[Bubble, ...]) -> list[Button]:
    """All buttons of a message, those of its list included."""
    return [button for bubble in bubbles for row in (*bubble.rows, bubble.menu) for button in row]
