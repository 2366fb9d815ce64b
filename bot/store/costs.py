"""What was sent, counted: by week, channel and class. Finished messages are kept for 30 days, so that is how far it
goes back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from bot.store import tables as t
from bot.store.door import Tx
from bot.store.held import HELD, LEFT, REFUSED

ANSWERS = "answers"  # the class of what answers her
WEEKS = 8
# Nothing that the operator could mend.
QUIET = ("taken back", "there was nothing to tell any more")
GONE_OUT = ("sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class Sent:
    """So many messages of a class in the week that begins on `week` (a Monday, UTC); `templates`: those for which a
    template went, in their place or to announce them."""

    week: date
    channel: str
    sort: str
    messages: int
    templates: int


KIND = sa.case((t.outbox.c.kind != "", t.outbox.c.kind), (t.outbox.c.sort != "", t.outbox.c.sort), else_=ANSWERS)


async def sent(tx: Tx, now: datetime) -> list[Sent]:
    """What was sent in this week and the seven before it, the newest week first."""
    monday = now.date() - timedelta(days=now.weekday())
    since = datetime.combine(monday - timedelta(weeks=WEEKS - 1), datetime.min.time(), now.tzinfo)
    rows = await tx.conn.execute(
        sa.select(t.outbox.c.done_at, t.outbox.c.channel, KIND, t.outbox.c.state, t.outbox.c.template != "").where(
            t.outbox.c.done_at >= since, t.outbox.c.state.in_((*GONE_OUT, HELD))
        )
    )
    messages: Counter[tuple[date, str, str]] = Counter()
    templates: Counter[tuple[date, str, str]] = Counter()
    for at, channel, sort, state, template in rows:
        key = (at.date() - timedelta(days=at.weekday()), channel, sort)
        messages[key] += state in GONE_OUT
        templates[key] += bool(template)
    keys = [key for key in messages if messages[key] or templates[key]]
    newest = sorted(keys, key=lambda key: (-key[0].toordinal(), key[1], -messages[key], key[2]))
    return [Sent(*key, messages[key], templates[key]) for key in newest]


async def refused(tx: Tx, since: datetime) -> list[tuple[str, str, int]]:
    """What could not be sent since then: (channel, reason, how many), the most first."""
    count = sa.func.count()
    rows = await tx.conn.execute(
        sa.select(t.outbox.c.channel, t.outbox.c.reason, count)
        .where(t.outbox.c.state == REFUSED, t.outbox.c.done_at >= since, t.outbox.c.reason.not_in(QUIET))
        .where(~t.outbox.c.reason.startswith(LEFT))
        .group_by(t.outbox.c.channel, t.outbox.c.reason)
        .order_by(count.desc(), t.outbox.c.reason)
    )
    return [(row[0], row[1], row[2]) for row in rows]
