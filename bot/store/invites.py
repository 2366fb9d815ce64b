"""Invitations: opaque codes in links and printed QR codes that set language and group, or open a talk. A code alone
gives nobody a role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.door import Tx

LONGEST_GROUP = 64  # characters


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation says: a language and a group, "" where it does not; and the talk that it opens besides the
    welcome, "" for none, with the id of what that is about."""

    language: str = ""
    cohort: str = ""
    purpose: str = ""
    about: int | None = None


async def invite(
    tx: Tx,
    code: str,
    language: str,
    cohort: str,
    uses: int,
    expires_at: datetime,
    *,
    purpose: str = "",
    about: int | None = None,
) -> None:
    """Keep an invitation: `code` is at most 64 of A-Z a-z 0-9 _ - (Telegram's limit), stored sealed
    and found by its keyed hash. purpose, about: as in Invitation."""
    await tx.conn.execute(
        sa.insert(t.invites).values(
            lookup=tx.vault.lookup(f"invite:{code}"),
            language=language,
            cohort=cohort,
            uses_left=uses,
            expires_at=expires_at,
            sealed=tx.vault.seal(code),
            purpose=purpose,
            about=about,
        )
    )


async def redeem(tx: Tx, code: str, now: datetime, *, new: bool = True) -> Invitation | None:
    """Use an invitation once; None where it is unknown, used up or expired (nobody can tell). new: who uses it is; for
    all others only invitations with a purpose count, and the others are not used up."""
    which = [t.invites.c.purpose != ""] if not new else []
    row = (
        await tx.conn.execute(
            sa.update(t.invites)
            .where(
                t.invites.c.lookup.in_(tx.vault.lookups(f"invite:{code}")),
                t.invites.c.uses_left > 0,
                t.invites.c.expires_at > now,
                *which,
            )
            .values(uses_left=t.invites.c.uses_left - 1)
            .returning(t.invites.c.language, t.invites.c.cohort, t.invites.c.purpose, t.invites.c.about)
        )
    ).one_or_none()
    return None if row is None else Invitation(row.language, row.cohort, row.purpose, row.about)
