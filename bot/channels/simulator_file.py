"""What the simulator keeps: phones, chats, sounds and photos, in one SQLite file. Nothing in it is encrypted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from bot.errors import MediaGone
from bot.messages import Incoming, Message

# Name to the language the device is first set to. Only the first two lie open on the table at first.
PHONES = {"phone-1": "en", "phone-2": "en", "phone-3": "en", "phone-4": "en"}
OPEN = 2
SHOWN = 200  # newest entries of a chat that are drawn

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS phones (name TEXT PRIMARY KEY, address TEXT NOT NULL, look TEXT NOT NULL, hint TEXT NOT NULL,
    people INTEGER NOT NULL DEFAULT 1, version INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS hidden (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS blocked (address TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS seen (address TEXT PRIMARY KEY, upto INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS chat (id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, at TEXT NOT NULL,
    message BLOB, incoming BLOB, label TEXT NOT NULL DEFAULT '', instead_of INTEGER, deleted INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS chat_of_address ON chat (address, id);
CREATE INDEX IF NOT EXISTS chat_waiting ON chat (id) WHERE waiting;
CREATE TABLE IF NOT EXISTS media (id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, mime TEXT NOT NULL,
    body BLOB NOT NULL);
"""
UNREAD = """
SELECT chat.address, count(*) AS unread FROM chat LEFT JOIN seen ON seen.address = chat.address
WHERE message IS NOT NULL AND instead_of IS NULL AND NOT deleted AND chat.id > coalesce(seen.upto, 0)
    AND chat.address NOT IN (SELECT address FROM phones WHERE name NOT IN (SELECT name FROM hidden))
GROUP BY chat.address
"""


class Phone(msgspec.Struct, frozen=True):
    """One phone: its present person's address, the look ("telegram", "whatsapp"), the device language ("" for none),
    a version that grows with everything that changes on its screen, and whether it lies open on the page."""

    name: str
    address: str
    look: str
    hint: str
    version: int
    open: bool


class SimulatorFile:
    """The file at `path`, opened or made. `first_look`: how new phones look; `born`: part of all ids, which must never
    come twice, not even after this file was thrown away and the bot's own database was not."""

    def __init__(self, path: Path, first_look: str, born: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(SCHEMA)
        self.prefix = self.fact("made", born)
        for number, (name, hint) in enumerate(PHONES.items()):
            made = self._db.execute(
                "INSERT OR IGNORE INTO phones VALUES (?, ?, ?, ?, 1, 1)", (name, name, first_look, hint)
            )
            if made.rowcount and number >= OPEN:
                self._db.execute("INSERT OR IGNORE INTO hidden VALUES (?)", (name,))

    def close(self) -> None:
        """Close it."""
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def fact(self, name: str, default: str) -> str:
        """What is remembered under a name; the default is remembered from now on where there is nothing."""
        self._db.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, default))
        return str(self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()["value"])

    def remember(self, name: str, value: str) -> None:
        """Change a fact that is there."""
        self._db.execute("UPDATE facts SET value = ? WHERE name = ?", (value, name))

    # --- phones ---------------------------------------------------------------------------------------------------

    def phones(self) -> list[Phone]:
        """All phones, in order."""
        rows = self._db.execute(
            "SELECT name, address, look, hint, version, name NOT IN (SELECT name FROM hidden) AS open "
            "FROM phones ORDER BY name"
        )
        return [msgspec.convert(dict(row) | {"open": bool(row["open"])}, Phone) for row in rows]

    def touch(self, name: str) -> None:
        """Something on this phone's screen has changed."""
        self._db.execute("UPDATE phones SET version = version + 1 WHERE name = ?", (name,))

    def set_look(self, name: str, look: str) -> None:
        """Change how it looks."""
        self._db.execute("UPDATE phones SET look = ? WHERE name = ?", (look, name))

    def set_hint(self, name: str, hint: str) -> None:
        """Change the language of the device."""
        self._db.execute("UPDATE phones SET hint = ? WHERE name = ?", (hint, name))

    def set_address(self, name: str, address: str) -> None:
        """Give it to another person."""
        self._db.execute("UPDATE phones SET address = ? WHERE name = ?", (address, name))

    def set_new_address(self, name: str) -> None:
        """Give it to somebody who never was: "phone-1.2" is the second person on phone-1."""
        self._db.execute(
            "UPDATE phones SET people = people + 1, address = name || '.' || (people + 1) WHERE name = ?", (name,)
        )

    def hide(self, name: str, away: bool) -> None:
        """Take it off the table, or put it there."""
        word = "INSERT OR IGNORE INTO hidden VALUES (?)" if away else "DELETE FROM hidden WHERE name = ?"
        self._db.execute(word, (name,))

    # --- people ---------------------------------------------------------------------------------------------------

    def has_chat(self, address: str) -> bool:
        """Whether anything was ever said with her."""
        return self._db.execute("SELECT 1 FROM chat WHERE address = ? LIMIT 1", (address,)).fetchone() is not None

    def chatting(self) -> list[str]:
        """Everybody who has a chat."""
        return [row["address"] for row in self._db.execute("SELECT DISTINCT address FROM chat ORDER BY address")]

    def block(self, address: str, blocked: bool) -> None:
        """She blocks the bot, or lets it in again."""
        word = "INSERT OR IGNORE INTO blocked VALUES (?)" if blocked else "DELETE FROM blocked WHERE address = ?"
        self._db.execute(word, (address,))

    def blocked(self, address: str) -> bool:
        """Whether she has blocked the bot."""
        return self._db.execute("SELECT 1 FROM blocked WHERE address = ?", (address,)).fetchone() is not None

    def mark_seen(self, address: str) -> None:
        """All that stands in her chat was on a screen."""
        self._db.execute(
            "INSERT OR REPLACE INTO seen SELECT ?, coalesce(max(id), 0) FROM chat WHERE address = ?", (address, address)
        )

    def unread(self) -> Mapping[str, int]:
        """How many messages nobody has seen yet, by address, of those who have any. On an open phone all is seen."""
        return {row["address"]: row["unread"] for row in self._db.execute(UNREAD)}

    # --- chats ----------------------------------------------------------------------------------------------------

    def newest(self, address: str) -> list[sqlite3.Row]:
        """The newest part of a chat, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM (SELECT * FROM chat WHERE address = ? ORDER BY id DESC LIMIT ?) ORDER BY id",
            (address, SHOWN),
        )
        return rows.fetchall()

    def add_hers(self, incoming: Incoming, label: str) -> None:
        """Add what she did to her chat, where it waits for delivery; it gets its id here."""
        with self.together():
            number = self._db.execute(
                "INSERT INTO chat (address, at, label, waiting) VALUES (?, ?, ?, 1)",
                (incoming.address, incoming.at.isoformat(), label),
            ).lastrowid
            whole = msgspec.structs.replace(incoming, provider_id=f"{self.prefix}-{number}")
            self._db.execute("UPDATE chat SET incoming = ? WHERE id = ?", (msgspec.msgpack.encode(whole), number))

    def add_bots(self, address: str, message: Message, at: datetime) -> str:
        """Add a message of the bot and give its platform id; an edit keeps the id of the card that it replaces, and
        becomes a new message where that card is gone."""
        root = self.own(address, message.edits)
        number = self._db.execute(
            "INSERT INTO chat (address, at, message, instead_of) VALUES (?, ?, ?, ?)",
            (address, at.isoformat(), msgspec.msgpack.encode(message), root),
        ).lastrowid
        return f"{self.prefix}-{root or number}"

    def own(self, address: str, card: str) -> int | None:
        """Chat id of the bot's message with platform id `card` in this chat, if it is still there."""
        prefix, _, number = card.rpartition("-")
        if prefix != self.prefix or not number.isdigit():
            return None
        row = self._db.execute(
            "SELECT id FROM chat WHERE id = ? AND address = ? AND message IS NOT NULL AND NOT deleted",
            (number, address),
        ).fetchone()
        return None if row is None else int(row["id"])

    def delete(self, address: str, cards: tuple[str, ...]) -> None:
        """Delete these messages of the bot and their edits from this chat."""
        own = [self.own(address, card) for card in cards]
        self._db.executemany("UPDATE chat SET deleted = 1 WHERE ? IN (id, instead_of)", [(number,) for number in own])

    def next_waiting(self) -> sqlite3.Row | None:
        """The oldest thing that the bot does not have yet."""
        row: sqlite3.Row | None = self._db.execute("SELECT * FROM chat WHERE waiting ORDER BY id LIMIT 1").fetchone()
        return row

    def taken(self, number: int) -> None:
        """The bot has it."""
        self._db.execute("UPDATE chat SET waiting = 0 WHERE id = ?", (number,))

    def message(self, number: int) -> Message | None:
        """The bot's message with the number of an entry; None where there is none."""
        row = self._db.execute("SELECT message FROM chat WHERE id = ? AND message IS NOT NULL", (number,)).fetchone()
        return msgspec.msgpack.decode(row["message"], type=Message) if row else None

    def keep(self, address: str, mime: str, body: bytes) -> str:
        """Keep a voice note or photo of hers, and give its ref."""
        row = self._db.execute("INSERT INTO media (address, mime, body) VALUES (?, ?, ?)", (address, mime, body))
        return str(row.lastrowid)

    def media(self, ref: str) -> tuple[str, bytes]:
        """Mime type and bytes of a voice note or photo made on the page. Raises MediaGone."""
        row = self._db.execute("SELECT mime, body FROM media WHERE id = ?", (ref,)).fetchone()
        if row is None:
            raise MediaGone("the simulator has no such voice note or photo")
        return row["mime"], row["body"]
