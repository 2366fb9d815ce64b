"""Who erased herself, in a small file beside the backups, so that none of them brings her back (TRUST, "Data of people
at risk").

The database remembers it too; but a new server has another database, and an older release cannot read a newer one.
Each backup brings the list up to date, and each restore reads it. It holds keyed hashes and moments, sealed: nothing in
it says who she was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from bot.errors import KeyTrouble
from bot.store.archive import BackupTrouble, writing
from bot.vault import Vault

NAME = "erased.list"


class Erased(msgspec.Struct, frozen=True):
    """Tombstones: when who erased herself, by the lookup of her address. until: up to when they are known, or None.
    Moments are UTC."""

    tombstones: Mapping[str, datetime] = {}
    until: datetime | None = None


def both(one: Mapping[str, datetime], other: Mapping[str, datetime]) -> dict[str, datetime]:
    """All tombstones of both, the younger one of each."""
    return {**one, **{lookup: max(at, one.get(lookup, at)) for lookup, at in other.items()}}


def read(backup: Path, vault: Vault) -> Erased:
    """The list beside a backup; an empty one where there is none. Raises BackupTrouble where it cannot be read."""
    file = backup.with_name(NAME)
    try:
        return vault.open_json(file.read_bytes(), Erased)
    except FileNotFoundError:
        return Erased()
    except (OSError, KeyTrouble, msgspec.DecodeError) as trouble:
        raise BackupTrouble(
            f"{file} says who erased herself and cannot be read: add the key it was made with to SORORA_KEYS, or fetch "
            "another copy of it. Without it (move it away) women who erased themselves may come back."
        ) from trouble


def keep(backup: Path, vault: Vault, found: Mapping[str, datetime], now: datetime) -> None:
    """Bring the list beside a backup up to date. Raises BackupTrouble where it cannot be read or written."""
    known = Erased(both(read(backup, vault).tombstones, found), now)
    with writing(backup.with_name(NAME)) as write:
        write(vault.seal_json(known))
