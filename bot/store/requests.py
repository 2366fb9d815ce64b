"""Queries on requests, the waiting list, and what stands between two women: living pairs and blocks.

Who decides upon a request first locks the mentors that it may move (`lock_mentors`, in the order of their ids), then
the requests of that mentee (`take`). SQLite has one writer and needs no locks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.mentoring.mentorship import LIVING, PairState
from bot.mentoring.requests import RequestFile, RequestState, until
from bot.messages import Attachment
from bot.store import tables as t
from bot.store.door import Tx

LIVE = (RequestState.OPEN, RequestState.QUEUED)
ANSWERS = (RequestState.ACCEPTED, RequestState.DECLINED, RequestState.EXPIRED)  # what a mentor did with her card
Others: TypeAlias = defaultdict[int, set[int]]
LIVING_STATES = sorted(state.value for state in LIVING)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is kept. Moments are UTC; asked_at: when the card went out, None while it waits for its turn."""

    id: int
    mentee_id: int
    mentor_id: int
    place: int
    state: RequestState
    file: RequestFile
    asked_at: datetime | None

    @property
    def until(self) -> datetime | None:
        """When it expires; None before its turn."""
        return None if self.asked_at is None else until(self.asked_at, self.file)


def read(tx: Tx, row: Any) -> Request:
    """The request of a row."""
    file = tx.vault.open_json(row.sealed, RequestFile)
    return Request(row.id, row.mentee_id, row.mentor_id, row.place, RequestState(row.state), file, row.asked_at)


async def select(tx: Tx, *where: sa.ColumnElement[bool], lock: bool = False) -> list[Request]:
    """Requests for which this is so, in the order of their ids."""
    query = sa.select(t.requests).where(*where).order_by(t.requests.c.id)
    if lock and tx.postgres:
        query = query.with_for_update()
    return [read(tx, row) for row in await tx.conn.execute(query)]


async def get(tx: Tx, request_id: int) -> Request | None:
    """A request by id."""
    return next(iter(await select(tx, t.requests.c.id == request_id)), None)


async def of_mentee(tx: Tx, mentee_id: int, states: Iterable[RequestState] = LIVE) -> list[Request]:
    """Her requests in these states, oldest first; of those she sent together the first choice is the first."""
    return await select(tx, t.requests.c.mentee_id == mentee_id, in_states(states))


async def open_to(tx: Tx, mentor_id: int) -> list[Request]:
    """The requests that wait for this mentor's answer."""
    return await select(tx, t.requests.c.mentor_id == mentor_id, in_states([RequestState.OPEN]))


def in_states(states: Iterable[RequestState]) -> sa.ColumnElement[bool]:
    """Whether a request is in one of these states."""
    return t.requests.c.state.in_([state.value for state in states])


async def lock_mentors(tx: Tx, mentors: Collection[int]) -> None:
    """Nobody else decides upon these mentors until this transaction ends."""
    if tx.postgres and mentors:
        here = sa.select(t.mentors.c.person_id).where(t.mentors.c.person_id.in_(sorted(mentors)))
        await tx.conn.execute(here.order_by(t.mentors.c.person_id).with_for_update())


async def take(tx: Tx, request_id: int) -> Request | None:
    """A request to decide upon, as it is once nobody else can: with its mentor, the mentee's other choices and their
    mentors it is locked until this transaction ends. None where it is gone."""
    seen = await get(tx, request_id)
    if seen is None:
        return None
    live = await of_mentee(tx, seen.mentee_id)
    await lock_mentors(tx, {seen.mentor_id, *(one.mentor_id for one in live)})
    await select(tx, t.requests.c.mentee_id == seen.mentee_id, in_states(LIVE), lock=True)
    return await get(tx, request_id)


async def add(
    tx: Tx, mentee_id: int, mentor_id: int, place: int, state: RequestState, file: RequestFile, now: datetime
) -> int | None:
    """Keep a new request; gives its id, or None where she has an open one already (another process was faster)."""
    new = sa.insert(t.requests).values(
        mentee_id=mentee_id, mentor_id=mentor_id, place=place, state=state.value, created_at=now,
        sealed=tx.vault.seal_json(file), asked_at=now if state is RequestState.OPEN else None,
    )  # fmt: skip
    return await insert(tx, new.returning(t.requests.c.id))


async def insert(tx: Tx, new: sa.Insert) -> int | None:
    """Insert a row under a savepoint; gives what the statement returns, or None where there is one like it already."""
    savepoint = await tx.conn.begin_nested()
    try:
        number: int | None = await tx.conn.scalar(new)
    except IntegrityError:
        await savepoint.rollback()
        return None
    await savepoint.commit()
    return number


async def change(tx: Tx, request_id: int, **values: Any) -> None:
    """Change columns of a request."""
    await tx.conn.execute(sa.update(t.requests).where(t.requests.c.id == request_id).values(**values))


async def latest_ended(tx: Tx, mentee_id: int) -> Request | None:
    """The request of hers that ended last without a pair, and not by herself."""
    ended = (RequestState.DECLINED, RequestState.EXPIRED, RequestState.VOID)
    query = sa.select(t.requests).where(
        t.requests.c.mentee_id == mentee_id, in_states(ended), t.requests.c.asked_at.is_not(None)
    )
    query = query.order_by(t.requests.c.answered_at.desc(), t.requests.c.id.desc()).limit(1)
    row = (await tx.conn.execute(query)).one_or_none()
    return None if row is None else read(tx, row)


async def ignored(tx: Tx, mentor_id: int) -> int:
    """How many requests in a row this mentor let expire, without even a question, up to now."""
    query = sa.select(t.requests).where(t.requests.c.mentor_id == mentor_id, in_states(ANSWERS))
    query = query.order_by(t.requests.c.answered_at.desc(), t.requests.c.id.desc()).limit(50)
    count = 0
    for row in await tx.conn.execute(query):
        one = read(tx, row)
        if one.state is not RequestState.EXPIRED or one.file.questioned_at is not None:
            break
        count += 1
    return count


ONES: sa.BindParameter[Any] = sa.bindparam("ones", expanding=True)
APART = sa.union(
    sa.select(sa.literal("blocked"), t.blocks.c.blocker_id, t.blocks.c.blocked_id).where(
        t.blocks.c.blocker_id.in_(ONES)
    ),
    sa.select(sa.literal("blocked"), t.blocks.c.blocked_id, t.blocks.c.blocker_id).where(
        t.blocks.c.blocked_id.in_(ONES)
    ),
    sa.select(sa.literal("declined"), t.requests.c.mentee_id, t.requests.c.mentor_id).where(
        t.requests.c.mentee_id.in_(ONES), in_states((RequestState.DECLINED, RequestState.EXPIRED))
    ),
    sa.select(sa.literal("declined"), t.pairs.c.mentee_id, t.pairs.c.mentor_id).where(
        t.pairs.c.mentee_id.in_(ONES), t.pairs.c.state == PairState.ENDED.value
    ),
)


async def apart(tx: Tx, mentees: Collection[int]) -> tuple[Others, Others]:
    """Whom each of these women blocked and who blocked her; and mentors who are not proposed to her again: who declined
    her or did not answer, or whose pair with her ended early."""
    blocked: Others = defaultdict(set)
    declined: Others = defaultdict(set)
    for kind, one, other in await tx.conn.execute(APART, {"ones": list(mentees)}):
        (blocked if kind == "blocked" else declined)[one].add(other)
    return blocked, declined


async def has_mentor(tx: Tx, mentee_id: int) -> bool:
    """Whether she is the mentee of a living pair."""
    here = sa.select(t.pairs.c.id).where(t.pairs.c.mentee_id == mentee_id, t.pairs.c.state.in_(LIVING_STATES))
    return await tx.conn.scalar(here.limit(1)) is not None


# --- the waiting list ---------------------------------------------------------------------------------------------


async def wait(tx: Tx, person_id: int, now: datetime) -> bool:
    """Put her on the waiting list; whether she was not on it before."""
    if await waits_since(tx, person_id) is not None:
        return False
    new = sa.insert(t.waiting).values(person_id=person_id, since=now).returning(t.waiting.c.person_id)
    return await insert(tx, new) is not None


async def stop_waiting(tx: Tx, person_id: int) -> None:
    """Take her off the waiting list."""
    await tx.conn.execute(sa.delete(t.waiting).where(t.waiting.c.person_id == person_id))


async def waits_since(tx: Tx, person_id: int) -> datetime | None:
    """Since when she waits (UTC); None where she does not."""
    since: datetime | None = await tx.conn.scalar(
        sa.select(t.waiting.c.since).where(t.waiting.c.person_id == person_id)
    )
    return since


async def all_waiting(tx: Tx) -> Sequence[int]:
    """Who waits and has neither an open request nor a mentor, longest first."""
    asked = sa.select(t.requests.c.mentee_id).where(in_states([RequestState.OPEN]))
    paired = sa.select(t.pairs.c.mentee_id).where(t.pairs.c.state.in_(LIVING_STATES))
    here = t.waiting.c.person_id
    query = sa.select(here).where(here.not_in(asked), here.not_in(paired))
    return list(await tx.conn.scalars(query.order_by(t.waiting.c.since, here)))


# --- what waits elsewhere -----------------------------------------------------------------------------------------


async def is_due(tx: Tx, kind: str, about: int) -> bool:
    """Whether something of this kind still waits for its time."""
    here = sa.select(t.due.c.id).where(t.due.c.kind == kind, t.due.c.about == about)
    return await tx.conn.scalar(here.limit(1)) is not None


async def voice(tx: Tx, media_id: int, person_id: int) -> tuple[bool, Attachment | None]:
    """A voice note of hers: whether it is still being fetched, and the note itself where it is here."""
    row = (
        await tx.conn.execute(sa.select(t.media).where(t.media.c.id == media_id, t.media.c.person_id == person_id))
    ).one_or_none()
    if row is None or row.sealed is None:
        return row is not None and row.state == "wanted", None
    return False, Attachment(row.mime, tx.vault.open_bytes(row.sealed), row.seconds)
