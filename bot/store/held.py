"""Messages that cannot reach her before she writes: a platform may let free words through only for some time after her
last message (WhatsApp: 24 hours). They wait, hold nothing else back, and go out as soon as she has written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.door import Tx

WAITING, SENT, REFUSED = "waiting", "sent", "refused"  # states of a message in the outbox; see tables.outbox
HELD = "held"
LEFT = "she left"  # how the reason begins of what was given up because she blocked the bot
CAME_BACK = "the platform lets no free words through to her"

rang = t.outbox.alias("rang")
HEARD = sa.select(
    t.addresses.c.lookup,
    t.addresses.c.heard_at,
    sa.select(sa.func.max(rang.c.done_at))
    .where(rang.c.state == HELD, rang.c.recipient == t.addresses.c.lookup, rang.c.template != "")
    .scalar_subquery()
    .label("rung_at"),
).where(t.addresses.c.lookup.in_(sa.bindparam("lookups", expanding=True)))


Times = tuple[datetime | None, datetime | None]


async def times(tx: Tx, lookups: Sequence[str]) -> dict[str, Times]:
    """By address: when she last wrote, and when a template last told her that something is held for her."""
    rows = await tx.conn.execute(HEARD, {"lookups": lookups})
    return {row.lookup: (row.heard_at, row.rung_at) for row in rows}


# A template that went out once for a message stays noted: it is counted, and no second one goes.
went_as = sa.case((sa.bindparam("went_as") != "", sa.bindparam("went_as")), else_=t.outbox.c.template)
WROTE = sa.exists().where(t.addresses.c.lookup == t.outbox.c.recipient, t.addresses.c.heard_at > sa.bindparam("heard"))
HOLD = (
    sa.update(t.outbox)
    .where(t.outbox.c.id == sa.bindparam("the_id"), t.outbox.c.state == WAITING)
    .values(
        state=sa.case((WROTE, WAITING), else_=HELD),
        provider_ids=sa.bindparam("ids"),
        reason="",
        template=went_as,
        leased_until=t.EPOCH,
        done_at=sa.bindparam("now"),
    )
)


async def hold(tx: Tx, number: int, ids: str, template: str, heard_at: datetime | None, now: datetime) -> None:
    """Let a claimed message wait until she writes; where she did after `heard_at`, while its template was under way, it
    goes out at once. ids: of the template, as they are kept."""
    values = {"the_id": number, "ids": ids, "went_as": template, "heard": heard_at or now, "now": now}
    await tx.conn.execute(HOLD, values)


async def release(tx: Tx, lookups: sa.Select[Any], now: datetime) -> None:
    """She wrote from these addresses (a query for lookups): what was held goes out, in its order."""
    await tx.conn.execute(
        sa.update(t.outbox)
        .where(t.outbox.c.recipient.in_(lookups), t.outbox.c.state == HELD)
        .values(state=WAITING, not_before=now, created_at=now, attempts=0, done_at=None)
    )


async def try_once_more(tx: Tx, row: sa.Row[Any]) -> bool:
    """Let a message that came back wait again, for its template; False where that has gone already, or where its words
    are forgotten."""
    remade = row.kind != "" and row.sort == ""  # a nudge is made anew
    if row.template or row.reason == CAME_BACK or not (row.sealed is not None or remade):
        return False
    await tx.conn.execute(
        sa.update(t.outbox)
        .where(t.outbox.c.id == row.id)
        .values(state=WAITING, reason=CAME_BACK, leased_until=t.EPOCH, not_before=row.not_before, done_at=None)
    )
    return True
