"""What the check-in keeps beside the person."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.door import Tx


async def nothing_came(tx: Tx, person_id: int) -> None:
    """A check-in that was counted when it was queued had nothing to ask when it went out: she left nothing unanswered,
    and something else may still come to her today."""
    fewer = sa.case((t.people.c.unanswered > 0, t.people.c.unanswered - 1), else_=0)
    await tx.conn.execute(
        sa.update(t.people).where(t.people.c.id == person_id).values(unanswered=fewer, nudged_at=None)
    )
