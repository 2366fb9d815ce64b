"""Encryption of what people write: sealed with the newest key, opened with any, looked up without opening.

Changing a key: put a new one in front of SORORA_KEYS on every machine, restart, run `sorora keys rotate` (it seals
every field anew and writes every lookup anew from the address sealed beside it), then remove the old key. Until that
is done a search must try `lookups`, one per key. A tombstone of an erased address cannot be written anew, and need not
be: the only backups that could bring her back are sealed with the same old key, so whoever restores one has that key
in the list again and finds the tombstone among `lookups`.
"""

from __future__ import annotations

import hmac
import os
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Self, TypeVar

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import KeyTrouble, SettingError

V = TypeVar("V")
LOOKUP_HEX = 32  # 128 bits: no two addresses meet, and indexes stay small


RECENT = 4096  # sealed things remembered, of at most SMALL bytes: under 8 MB
SMALL = 2048


class Vault:
    """Keys and what they can do. About 30 microseconds for 1 KB in either direction; what was sealed or opened a moment
    ago is remembered, since a talk is opened again at her next answer and a message when it is sent."""

    __slots__ = ("_fernet", "_lookup_keys", "_recent")

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: as `new_key` makes them, the newest first. Raises SettingError for none, or one that is no key."""
        if not keys:
            raise SettingError("There is no key: make one with `sorora keys new` and set SORORA_KEYS to it.")
        self._fernet = MultiFernet([_fernet(number, key) for number, key in enumerate(keys, start=1)])
        self._lookup_keys = tuple(_derive(key) for key in keys)
        self._recent: OrderedDict[bytes, bytes] = OrderedDict()  # sealed to clear

    @classmethod
    def from_file_or_new(cls, path: Path) -> Self:
        """The vault of a key file (one key a line, newest first), made with one new key and mode 600 if it is missing.

        For the demo and for trying things out. Raises SettingError for a file that holds no keys.
        """
        try:
            keys = path.read_text("ascii").split()
        except FileNotFoundError:
            _write_new(path, new_key())
            keys = path.read_text("ascii").split()
        except UnicodeDecodeError:
            keys = []
        if not keys:
            raise SettingError(f"The key file {path} holds no key: restore it, or remove it together with its data.")
        path.chmod(0o600)
        return cls(keys)

    def seal_bytes(self, clear: bytes) -> bytes:
        """Encrypt with the newest key."""
        return self._remember(self._fernet.encrypt(clear), clear)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt with whichever key fits. Raises KeyTrouble when none does."""
        clear = self._recent.get(sealed)
        if clear is None:
            try:
                clear = self._fernet.decrypt(sealed)
            except InvalidToken:
                raise KeyTrouble(_TROUBLE) from None
            self._remember(sealed, clear)
        return clear

    def _remember(self, sealed: bytes, clear: bytes) -> bytes:
        """Keep what was sealed or opened for a while; gives the sealed form."""
        if len(clear) <= SMALL:
            self._recent[sealed] = clear
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)
        return sealed

    def seal(self, text: str) -> bytes:
        """Encrypt text with the newest key. Raises ValueError for lone surrogates, without quoting."""
        try:
            clear = text.encode()
        except UnicodeEncodeError:
            raise ValueError("text with lone surrogates cannot be kept: clean it where it comes in") from None
        return self.seal_bytes(clear)

    def open(self, sealed: bytes) -> str:
        """Text that `seal` encrypted. Raises KeyTrouble when no key fits."""
        return self.open_bytes(sealed).decode()

    def seal_json(self, value: object) -> bytes:
        """Encrypt anything that msgspec can write as JSON."""
        return self.seal_bytes(msgspec.json.encode(value))

    def open_json(self, sealed: bytes, kind: type[V]) -> V:
        """What `seal_json` encrypted, read as `kind`. Raises KeyTrouble; msgspec.ValidationError for another kind."""
        return msgspec.json.decode(self.open_bytes(sealed), type=kind)

    def rotate(self, sealed: bytes) -> bytes:
        """The same content sealed with the newest key. Raises KeyTrouble when no key fits."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise KeyTrouble(_TROUBLE) from None

    def lookup(self, value: str) -> str:
        """What to store beside a sealed `value` to find it again: 32 hex digits, keyed by the newest key."""
        return _keyed(self._lookup_keys[0], value)

    def lookups(self, value: str) -> tuple[str, ...]:
        """All forms under which `value` may have been stored, one per key, the newest first."""
        return tuple(_keyed(key, value) for key in self._lookup_keys)


_TROUBLE = (
    "This cannot be read with the keys at hand: add the key it was sealed with to SORORA_KEYS (after the newest, "
    "separated by a comma), or restore the data from a backup if it was damaged."
)


def new_key() -> str:
    """A new random key: 44 letters, to be kept as safe as what it protects."""
    return Fernet.generate_key().decode("ascii")


def _fernet(number: int, key: str) -> Fernet:
    try:
        return Fernet(key.encode("ascii"))
    except ValueError:
        raise SettingError(
            f"Key number {number} in SORORA_KEYS is not a key: make keys with `sorora keys new` and copy them whole."
        ) from None


def _derive(key: str) -> bytes:
    """The key for lookups, independent of the one that encrypts (RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=b"sorora lookup 1").derive(key.encode("ascii"))


def _keyed(key: bytes, value: str) -> str:
    return hmac.digest(key, value.encode("utf-8", "surrogatepass"), "sha256").hex()[:LOOKUP_HEX]


def _write_new(path: Path, key: str) -> None:
    """Write the file whole or not at all, safe from a power cut; of two processes at once, one wins for both."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # mode 600 from the start
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
        directory = os.open(path.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()
