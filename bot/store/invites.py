"""Invitations: opaque codes in links and printed QR codes that set language and group. A code gives nobody a role."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.door import Tx

LONGEST_GROUP = 64  # characters


async def invite(tx: Tx, code: str, language: str, cohort: str, uses: int, expires_at: datetime) -> None:
    """Keep an invitation: `code` is at most 64 of A-Z a-z 0-9 _ - (Telegram's limit), stored sealed
    and found by its keyed hash."""
    await tx.conn.execute(
        sa.insert(t.invites).values(
            lookup=tx.vault.lookup(f"invite:{code}"),
            language=language,
            cohort=cohort,
            uses_left=uses,
            expires_at=expires_at,
            sealed=tx.vault.seal(code),
        )
    )


async def redeem(tx: Tx, code: str, now: datetime) -> tuple[str, str] | None:
    """Use an invitation once: (language, group), or None where it is unknown, used up or expired (nobody can tell)."""
    row = (
        await tx.conn.execute(
            sa.update(t.invites)
            .where(
                t.invites.c.lookup.in_(tx.vault.lookups(f"invite:{code}")),
                t.invites.c.uses_left > 0,
                t.invites.c.expires_at > now,
            )
            .values(uses_left=t.invites.c.uses_left - 1)
            .returning(t.invites.c.language, t.invites.c.cohort)
        )
    ).one_or_none()
    return None if row is None else (row.language, row.cohort)
