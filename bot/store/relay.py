"""Queries on what two women write to each other, and on who has blocked whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.dialogue.steps import Json
from bot.mentoring.relay import RelayState
from bot.store import mail
from bot.store import tables as t
from bot.store.door import Tx

COMING = (RelayState.FETCHING.value, RelayState.WAITING.value)
NEVER_CAME = (RelayState.HELD.value, *COMING)
DELIVERED = (*COMING, RelayState.POSTED.value)  # or about to be


@dataclass(frozen=True, slots=True)
class Relayed:
    """A message from one of a pair to the other. words: JSON form of own words, None once they are forgotten."""

    id: int
    pair_id: int
    sender_id: int
    receiver_id: int
    state: RelayState
    words: Json
    media_id: int | None
    outbox_id: int | None
    at: datetime


def read(tx: Tx, row: Any) -> Relayed:
    """The message of a row."""
    return Relayed(
        row.id, row.pair_id, row.sender_id, row.receiver_id, RelayState(row.state),
        tx.vault.open_json(row.sealed, object) if row.sealed is not None else None,
        row.media_id, row.outbox_id, row.at,
    )  # fmt: skip


async def add(
    tx: Tx, pair_id: int, sender_id: int, receiver_id: int, state: RelayState, words: Json, media_id: int | None,
    now: datetime,
) -> int:  # fmt: skip
    """Keep a message; gives its id."""
    query = sa.insert(t.relayed).values(
        pair_id=pair_id, sender_id=sender_id, receiver_id=receiver_id, state=state.value, media_id=media_id,
        sealed=tx.vault.seal_json(words), at=now,
    )  # fmt: skip
    number: int | None = await tx.conn.scalar(query.returning(t.relayed.c.id))
    assert number is not None
    return number


async def found(tx: Tx, *which: sa.ColumnElement[bool]) -> list[Relayed]:
    """Messages, in the order in which they were written."""
    rows = await tx.conn.execute(sa.select(t.relayed).where(*which).order_by(t.relayed.c.id))
    return [read(tx, row) for row in rows]


async def get(tx: Tx, relayed_id: int) -> Relayed | None:
    """One message by id."""
    return next(iter(await found(tx, t.relayed.c.id == relayed_id)), None)


async def coming(tx: Tx, pair_id: int, receiver_id: int) -> list[Relayed]:
    """What she has not got yet in this pair, in order: some of it waits for a voice note or photo."""
    hers = t.relayed.c.receiver_id == receiver_id
    return await found(tx, t.relayed.c.pair_id == pair_id, hers, t.relayed.c.state.in_(COMING))


async def held(tx: Tx, pair_id: int, sender_id: int) -> list[Relayed]:
    """What of hers is kept back in this pair."""
    hers = t.relayed.c.sender_id == sender_id
    return await found(tx, t.relayed.c.pair_id == pair_id, hers, t.relayed.c.state == RelayState.HELD.value)


async def with_media(tx: Tx, media_id: int) -> list[Relayed]:
    """The messages that wait for this voice note or photo."""
    fetching = t.relayed.c.state == RelayState.FETCHING.value
    return await found(tx, t.relayed.c.media_id == media_id, fetching)


async def latest(tx: Tx, pair_id: int, sender_id: int, most: int) -> list[Json]:
    """The words of her latest messages in this pair that the other one has or will have, oldest first."""
    rows = await tx.conn.execute(
        sa.select(t.relayed.c.sealed)
        .where(
            t.relayed.c.pair_id == pair_id,
            t.relayed.c.sender_id == sender_id,
            t.relayed.c.state.in_(DELIVERED),
            t.relayed.c.sealed.is_not(None),
        )
        .order_by(t.relayed.c.id.desc())
        .limit(most)
    )
    return [tx.vault.open_json(row.sealed, object) for row in reversed(rows.all())]


async def change(tx: Tx, relayed_id: int, state: RelayState, outbox_id: int | None = None) -> None:
    """Give a message another state. The words of one that is never delivered are forgotten at once."""
    values: dict[str, Any] = {"state": state.value}
    if outbox_id is not None:
        values["outbox_id"] = outbox_id
    if state in (RelayState.STOPPED, RelayState.FAILED):
        values["sealed"] = None
    await tx.conn.execute(sa.update(t.relayed).where(t.relayed.c.id == relayed_id).values(values))


# --- what became of them in the outbox ----------------------------------------------------------------------------

OUT = t.relayed.join(t.outbox, t.outbox.c.id == t.relayed.c.outbox_id)


async def replied_to(tx: Tx, person_id: int, provider_id: str) -> int:
    """The pair in which the message with this platform id came to her; 0 where it is none of her relayed messages."""
    if not provider_id:
        return 0
    ids = " " + t.outbox.c.provider_ids + " "
    pair_id: int | None = await tx.conn.scalar(
        sa.select(t.relayed.c.pair_id)
        .select_from(OUT)
        .where(
            t.relayed.c.receiver_id == person_id,
            t.outbox.c.person_id == person_id,
            ids.contains(f" {mail.kept(provider_id)} ", autoescape=True),
        )
        .order_by(t.relayed.c.id.desc())
        .limit(1)
    )
    return pair_id or 0


async def came_since(tx: Tx, person_id: int, pair_id: int, since: datetime) -> bool:
    """Whether something was sent to her after `since` in another pair than this one."""
    query = sa.select(t.relayed.c.id).select_from(OUT).limit(1)
    others = (t.relayed.c.receiver_id == person_id, t.relayed.c.pair_id != pair_id, t.outbox.c.created_at > since)
    return await tx.conn.scalar(query.where(*others)) is not None


async def outgoing(tx: Tx, relayed_id: int) -> tuple[str, datetime] | None:
    """Where a posted message stands in the outbox: its state, and since when; None where that is forgotten."""
    query = sa.select(t.outbox.c.state, t.outbox.c.created_at).select_from(OUT).where(t.relayed.c.id == relayed_id)
    row = (await tx.conn.execute(query)).one_or_none()
    return None if row is None else (row.state, row.created_at)


async def fail_refused(tx: Tx, pair_id: int, sender_id: int) -> None:
    """Every message of hers in this pair that its platform refused is noted as not delivered."""
    refused = sa.select(t.outbox.c.id).where(
        t.outbox.c.id == t.relayed.c.outbox_id, t.outbox.c.state == mail.REFUSED
    )  # fmt: skip
    posted = t.relayed.c.state == RelayState.POSTED.value
    await tx.conn.execute(
        sa.update(t.relayed)
        .where(t.relayed.c.pair_id == pair_id, t.relayed.c.sender_id == sender_id, posted, refused.exists())
        .values(state=RelayState.FAILED.value, sealed=None)
    )


async def stop(tx: Tx, pair_id: int, now: datetime) -> None:
    """Nothing that waits in this pair is delivered any more: not what is held, fetched or put off, and not what
    already stands in the outbox."""
    of_pair = t.relayed.c.pair_id == pair_id
    posted = sa.select(t.relayed.c.outbox_id).where(of_pair, t.relayed.c.state == RelayState.POSTED.value)
    taken = await mail.take_back(tx, posted, now)
    stopped = sa.or_(t.relayed.c.state.in_(NEVER_CAME), t.relayed.c.outbox_id.in_(taken))
    await tx.conn.execute(
        sa.update(t.relayed).where(of_pair, stopped).values(state=RelayState.STOPPED.value, sealed=None)
    )


# --- voice notes and photos ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptMedia:
    """A voice note or photo: state wanted, kept or gone; `body` only once it is kept."""

    state: str
    mime: str
    seconds: int
    body: bytes | None


async def media(tx: Tx, person_id: int, media_id: int) -> KeptMedia | None:
    """A voice note or photo of hers; None where it is not hers. Its row is locked on PostgreSQL: what comes meanwhile
    sees the message that waits for it."""
    query = sa.select(t.media).where(t.media.c.id == media_id, t.media.c.person_id == person_id)
    row = (await tx.conn.execute(query.with_for_update() if tx.postgres else query)).one_or_none()
    if row is None:
        return None
    body = tx.vault.open_bytes(row.sealed) if row.sealed is not None else None
    return KeptMedia(row.state, row.mime, row.seconds, body)


# --- blocks and retention -----------------------------------------------------------------------------------------


async def block(tx: Tx, blocker_id: int, blocked_id: int, now: datetime) -> None:
    """Note that one woman has blocked another, for good. A second time changes nothing."""
    if not await has_blocked(tx, blocker_id, blocked_id):
        await tx.conn.execute(sa.insert(t.blocks).values(blocker_id=blocker_id, blocked_id=blocked_id, at=now))


async def has_blocked(tx: Tx, blocker_id: int, blocked_id: int) -> bool:
    """Whether this woman has blocked that one."""
    both = (t.blocks.c.blocker_id == blocker_id, t.blocks.c.blocked_id == blocked_id)
    return await tx.conn.scalar(sa.select(t.blocks.c.at).where(*both)) is not None


async def blocked(tx: Tx, person_id: int, others: Collection[int]) -> bool:
    """Whether she blocked one of these women, or one of them her."""
    b = t.blocks.c
    either = sa.or_(
        sa.and_(b.blocker_id == person_id, b.blocked_id.in_(others)),
        sa.and_(b.blocked_id == person_id, b.blocker_id.in_(others)),
    )
    return await tx.conn.scalar(sa.select(b.at).where(either).limit(1)) is not None


async def forget_before(tx: Tx, moment: datetime) -> None:
    """Retention: the words, voice notes and photos of messages older than this moment are forgotten; what is left says
    only that there was one. What was still held is not sent any more."""
    old = t.relayed.c.at < moment
    pictures = sa.select(t.relayed.c.media_id).where(old, t.relayed.c.media_id.is_not(None))
    await tx.conn.execute(sa.delete(t.media).where(t.media.c.id.in_(pictures)))
    await tx.conn.execute(
        sa.update(t.relayed)
        .where(old, t.relayed.c.state.in_(NEVER_CAME))
        .values(state=RelayState.STOPPED.value)
    )  # fmt: skip
    await tx.conn.execute(
        sa.update(t.relayed)
        .where(old, sa.or_(t.relayed.c.sealed.is_not(None), t.relayed.c.media_id.is_not(None)))
        .values(sealed=None, media_id=None)
    )
