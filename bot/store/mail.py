"""Queries on what came in (so that nothing counts twice) and what must go out (so that nothing is lost)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog

from bot.errors import KeyTrouble
from bot.messages import Delivery, Message, Sending
from bot.store import tables as t
from bot.store.door import Tx
from bot.store.held import CAME_BACK, Times, hold, times, try_once_more, went_as
from bot.store.held import HELD as HELD
from bot.store.held import LEFT as LEFT
from bot.store.held import REFUSED as REFUSED
from bot.store.held import SENT as SENT
from bot.store.held import WAITING as WAITING

log = structlog.get_logger(__name__)

NEVER_LEASED = t.EPOCH
UNOPENED = timedelta(days=1)  # how long a message waits for the key to it
ROOM = 400  # characters of platform ids that the column holds: six hashed ones, and any number of others
ORDER = {"sent": 0, "delivered": 1, "read": 2}  # a status that comes late never moves a message backwards


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to put into the outbox. person_id None: she is erased and this is the last word to her."""

    person_id: int | None
    channel: str
    lookup: str
    address: bytes  # sealed
    message: Message


def kept(provider_id: str) -> str:
    """A platform's id of a message in the form in which it is kept. Meta's ("wamid.…") hold the phone number of the
    person in base64, so of those only the hash is kept; it is as good to tell messages apart."""
    return sha256(provider_id.encode()).hexdigest() if provider_id.startswith("wamid.") else provider_id


def all_kept(*provider_ids: str) -> str:
    """Several ids in the form in which they are kept, separated by spaces, the first ones where there is no room for
    all: each for itself, so that an answer to any of them finds the message."""
    ids = list(dict.fromkeys(kept(one) for one in provider_ids))
    while len(" ".join(ids)) > ROOM:
        ids.pop()
    return " ".join(ids)


# --- what came in -------------------------------------------------------------------------------------------------

KNOWN = sa.select(t.updates.c.channel, t.updates.c.provider_id).where(
    t.updates.c.provider_id.in_(sa.bindparam("ids", expanding=True))
)
REMEMBER = sa.insert(t.updates)


async def seen(tx: Tx, ids: Sequence[str]) -> set[tuple[str, str]]:
    """Those of these provider ids that were worked before, as (channel, provider id)."""
    given = {kept(one): one for one in ids}
    rows = await tx.conn.execute(KNOWN, {"ids": list(given)})
    return {(row.channel, given[row.provider_id]) for row in rows}


async def remember(tx: Tx, rows: Sequence[tuple[str, str]], now: datetime) -> None:
    """Remember that these (channel, provider id) were worked."""
    await tx.many(
        REMEMBER,
        [{"channel": channel, "provider_id": kept(provider), "at": now} for channel, provider in rows],
    )


async def put_aside(
    tx: Tx, channel: str, provider_id: str, raw: bytes, reason: str, now: datetime, *, lookup: str = ""
) -> None:
    """Keep an event that could not be understood or worked, sealed, for a person to look at. lookup: whose it is."""
    await tx.conn.execute(
        sa.insert(t.put_aside).values(
            channel=channel,
            provider_id=kept(provider_id),
            sealed=tx.vault.seal_bytes(raw),
            reason=reason[:200],
            at=now,
            recipient=lookup,
        )
    )


async def audit(tx: Tx, rows: Sequence[tuple[int, str]], now: datetime) -> None:
    """One line per thing worth knowing later: (person id, what), never words of hers."""
    await tx.many(sa.insert(t.audit), [{"person_id": person, "what": what, "at": now} for person, what in rows])


# --- what goes out ------------------------------------------------------------------------------------------------

POST = sa.insert(t.outbox)
FORGET = sa.delete(t.outbox).where(t.outbox.c.person_id.is_(None), t.outbox.c.state != WAITING)


def waiting_row(tx: Tx, letter: Letter, now: datetime) -> dict[str, Any]:
    """The row of a letter that waits to be sent."""
    return {
        "person_id": letter.person_id,
        "channel": letter.channel,
        "recipient": letter.lookup,
        "address": letter.address,
        "sealed": tx.vault.seal_json(letter.message),
        "sort": letter.message.template,
        "state": WAITING,
        "not_before": now,
        "leased_until": NEVER_LEASED,
        "created_at": now,
    }


async def post(tx: Tx, letters: Sequence[Letter], now: datetime) -> None:
    """Put letters into the outbox, in order."""
    await tx.many(POST, [waiting_row(tx, letter, now) for letter in letters])


async def post_one(tx: Tx, letter: Letter, now: datetime) -> int:
    """Put a letter into the outbox; gives its id there."""
    query = sa.insert(t.outbox).values(waiting_row(tx, letter, now)).returning(t.outbox.c.id)
    number: int | None = await tx.conn.scalar(query)
    assert number is not None
    return number


earlier = t.outbox.alias("earlier")
BEFORE = sa.exists().where(
    earlier.c.state == WAITING, earlier.c.recipient == t.outbox.c.recipient, earlier.c.id < t.outbox.c.id
)
# To the same phone: to her, or the last word to who had it and erased herself.
BEHIND = sa.or_(BEFORE.where(earlier.c.person_id == t.outbox.c.person_id), BEFORE.where(earlier.c.person_id.is_(None)))
CLAIMABLE = (
    sa.select(t.outbox.c.id)
    .where(
        t.outbox.c.state == WAITING,
        t.outbox.c.channel == sa.bindparam("of_channel"),
        t.outbox.c.not_before <= sa.bindparam("now"),
        t.outbox.c.leased_until <= sa.bindparam("now"),
        ~BEHIND,
    )
    .order_by(t.outbox.c.id)
    .limit(sa.bindparam("most"))
)


def claim_statement(postgres: bool) -> sa.UpdateBase:
    """Claim the oldest waiting message of each recipient that is due, under a lease."""
    claimable = CLAIMABLE.with_for_update(skip_locked=True) if postgres else CLAIMABLE
    return (
        sa.update(t.outbox)
        .where(t.outbox.c.id.in_(claimable.scalar_subquery()))
        .values(leased_until=sa.bindparam("until"), attempts=t.outbox.c.attempts + 1)
        .returning(t.outbox)
    )


CLAIM = {postgres: claim_statement(postgres) for postgres in (False, True)}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message under lease. `attempts` counts this one; `created_at` is when it was put into the outbox, or when she
    wrote after it was held."""

    sending: Sending
    lookup: str
    attempts: int
    created_at: datetime


Make = Callable[[Tx, datetime, int, str, int], Awaitable[Message | None]]


async def claim(
    tx: Tx, channel: str, now: datetime, lease: timedelta, most: int, make: Make | None = None
) -> list[Claimed]:
    """Claim up to `most` messages of a channel, at most one for each recipient, oldest first. make: writes a nudge that
    goes out now (person id, kind, about), or gives None where there is nothing to tell any more."""
    claimed = await tx.conn.execute(
        CLAIM[tx.postgres], {"of_channel": channel, "now": now, "until": now + lease, "most": most}
    )
    rows = claimed.all()
    if not rows:
        return []
    known = await times(tx, [row.recipient for row in rows])
    found = [await opened(tx, row, now, make, known.get(row.recipient, (None, None))) for row in rows]
    return sorted((one for one in found if one is not None), key=lambda one: one.sending.id)


async def opened(tx: Tx, row: sa.Row[Any], now: datetime, make: Make | None, heard: Times) -> Claimed | None:
    """A claimed row as a message; None for a nudge that is not true any more. One that cannot be opened stays under
    lease, since a missing key may come back, and is given up after a day. The same goes for a nudge of which only a
    later release knows."""
    try:
        if row.sealed is None and row.kind and make is not None:
            made = await make(tx, now, row.person_id, row.kind, row.about)
            if made is None:
                await finish(tx, [Done(row.id, REFUSED, reason="there was nothing to tell any more")], now)
                return None
            message = made
        else:
            message = tx.vault.open_json(row.sealed, Message)
        sending = Sending(row.id, row.channel, tx.vault.open(row.address), message, *heard, row.reason == CAME_BACK)
    except (KeyTrouble, LookupError, msgspec.DecodeError) as trouble:
        log.error("a message cannot be opened", channel=row.channel, id=row.id, reason=type(trouble).__name__)
        if now - row.created_at > UNOPENED:
            await finish(tx, [Done(row.id, REFUSED, reason="it could not be opened")], now)
        return None
    return Claimed(sending, row.recipient, row.attempts, row.created_at)


later = sa.case((t.outbox.c.not_before > t.outbox.c.leased_until, t.outbox.c.not_before), else_=t.outbox.c.leased_until)
SOONEST = sa.select(sa.func.min(later)).where(
    t.outbox.c.state == WAITING, t.outbox.c.channel == sa.bindparam("of_channel"), ~BEHIND
)


async def next_due(tx: Tx, channel: str) -> datetime | None:
    """When the next message of a channel may be tried; None when none waits."""
    soonest: datetime | None = await tx.conn.scalar(SOONEST, {"of_channel": channel})
    return soonest


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a claimed message: sent (with the platform's ids), refused (with a reason), to be tried again
    (state waiting, not before `again`), or held, unless she wrote after `heard_at`. template: the one that went out.
    keep: the words stay until it has arrived."""

    id: int
    state: str
    provider_ids: str = ""
    reason: str = ""
    again: datetime = t.EPOCH
    template: str = ""
    keep: bool = False
    heard_at: datetime | None = None


FINISH = (
    sa.update(t.outbox)
    .where(
        t.outbox.c.id == sa.bindparam("the_id"),
        t.outbox.c.state == WAITING,
        # It came back before it was recorded that it had gone out.
        sa.or_(t.outbox.c.reason != CAME_BACK, sa.bindparam("new_state") == REFUSED, sa.bindparam("went_as") != ""),
    )
    .values(
        state=sa.bindparam("new_state"),
        provider_ids=sa.bindparam("ids"),
        reason=sa.bindparam("why"),
        template=went_as,
        sealed=sa.case((sa.bindparam("keep", type_=sa.Boolean), t.outbox.c.sealed), else_=None),
        leased_until=NEVER_LEASED,
        done_at=sa.bindparam("now"),
    )
)
RETRY = (
    sa.update(t.outbox)
    .where(t.outbox.c.id == sa.bindparam("the_id"), t.outbox.c.state == WAITING)
    .values(
        not_before=sa.bindparam("again"),
        leased_until=NEVER_LEASED,
        reason=sa.case((t.outbox.c.reason == CAME_BACK, CAME_BACK), else_=sa.bindparam("why")),
    )
)


async def finish(tx: Tx, results: Sequence[Done], now: datetime) -> None:
    """Record what became of claimed messages. The words themselves are forgotten once they are sent or given up; those
    that may yet come back, once they have arrived."""
    over = [one for one in results if one.state not in (WAITING, HELD)]
    await tx.many(
        FINISH,
        [
            {
                "the_id": one.id,
                "new_state": one.state,
                "ids": all_kept(*one.provider_ids.split()),
                "why": one.reason[:200],
                "went_as": one.template,
                "keep": one.keep,
                "now": now,
            }
            for one in over
        ],
    )
    for one in results:
        if one.state == HELD:
            await hold(tx, one.id, all_kept(*one.provider_ids.split()), one.template, one.heard_at, now)
    if over:
        await forget_erased(tx)
    await tx.many(
        RETRY,
        [{"the_id": one.id, "again": one.again, "why": one.reason[:200]} for one in results if one.state == WAITING],
    )


async def refuse_all(tx: Tx, lookup: str, reason: str, now: datetime) -> None:
    """Give up everything that waits for one address (she blocked the bot)."""
    hers = sa.select(t.addresses.c.person_id).where(t.addresses.c.lookup == lookup).scalar_subquery()
    await tx.conn.execute(
        sa.update(t.outbox)
        .where(t.outbox.c.recipient == lookup, t.outbox.c.state.in_((WAITING, HELD)))
        .where(sa.or_(t.outbox.c.person_id == hers, t.outbox.c.person_id.is_(None)))  # an index finds these
        .values(state=REFUSED, reason=reason, sealed=None, done_at=now)
    )
    await forget_erased(tx)


async def take_back(tx: Tx, which: sa.Select[Any], now: datetime) -> list[int]:
    """Send none of these messages (a query for ids) that still wait, and try none again that is just under way or comes
    back. Gives the ids of those that were taken back."""
    await tx.conn.execute(
        sa.update(t.outbox).where(t.outbox.c.id.in_(which), t.outbox.c.state == SENT).values(sealed=None)
    )
    taken = await tx.conn.scalars(
        sa.update(t.outbox)
        .where(t.outbox.c.id.in_(which), t.outbox.c.state.in_((WAITING, HELD)))
        .values(state=REFUSED, reason="taken back", sealed=None, leased_until=NEVER_LEASED, done_at=now)
        .returning(t.outbox.c.id)
    )
    return list(taken)


async def delivered(tx: Tx, news: Delivery) -> None:
    """Move a message forward by its platform's status; a status for one still under lease proves that it was sent. One
    that came back because she has not written for too long is tried once more, so that its template goes. Of a held one
    the status is that of its template: only a failure counts."""
    which = t.outbox.c.id == news.ours if news.ours else t.outbox.c.provider_ids == kept(news.provider_id)
    row = (
        await tx.conn.execute(
            sa.select(t.outbox)
            .where(which, t.outbox.c.channel == news.channel)
            .order_by(t.outbox.c.id.desc())
            .limit(1)  # an edited card has one id for several messages
        )
    ).one_or_none()
    if row is None:
        return
    if news.state == "failed" and row.state in (WAITING, HELD, SENT):
        if news.closed and row.state != HELD and await try_once_more(tx, row):
            return
        state, reason = REFUSED, f"{row.template} the platform reported error {news.code}".strip()
        log.error("a message did not arrive", channel=row.channel, id=row.id, template=row.template, code=news.code)
    elif row.state not in (WAITING, *ORDER) or ORDER.get(row.state, -1) >= ORDER.get(news.state, -1):
        return
    else:
        state, reason = news.state, ""
    await tx.conn.execute(
        sa.update(t.outbox)
        .where(t.outbox.c.id == row.id)
        .values(
            state=state,
            reason=reason,
            provider_ids=all_kept(*row.provider_ids.split(), news.provider_id),
            sealed=None,
            leased_until=NEVER_LEASED,
            done_at=news.at,
        )
    )
    await forget_erased(tx)


async def forget_erased(tx: Tx) -> None:
    """The last words to women who erased themselves: once they are out, nothing says where they went."""
    await tx.conn.execute(FORGET)


async def sent_since(tx: Tx, person_id: int, since: datetime) -> dict[str, tuple[str, ...]]:
    """Platform ids of messages sent to her since then, by address lookup: what a platform may still let us delete."""
    rows = await tx.conn.execute(
        sa.select(t.outbox.c.recipient, t.outbox.c.provider_ids).where(
            t.outbox.c.person_id == person_id, t.outbox.c.done_at >= since, t.outbox.c.provider_ids != ""
        )
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.recipient, []).extend(row.provider_ids.split())
    return {lookup: tuple(ids) for lookup, ids in found.items()}


async def forget_before(tx: Tx, moment: datetime) -> None:
    """Retention: forget ids of updates, finished messages and put-aside events older than this moment."""
    await tx.conn.execute(sa.delete(t.updates).where(t.updates.c.at < moment))
    await tx.conn.execute(sa.delete(t.outbox).where(t.outbox.c.done_at < moment, t.outbox.c.state != WAITING))
    await tx.conn.execute(sa.delete(t.put_aside).where(t.put_aside.c.at < moment))
