"""The matchmaker: all mentors as they stand in the tables, ready for suggestions.

The pool is filled at the first question, and afterwards follows what changed. It may lag for a moment behind other
processes, or be ahead of a transaction that is undone: so every mentor is read anew from the tables before she is
named, and again when a request is sent and accepted (`constraints.against`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.people import Person, Purpose
from bot.mentoring.profiles import Mentee, Mentor, Profile
from bot.mentoring.reasons import Suggestion
from bot.mentoring.requests import RequestState
from bot.mentoring.weights import Weights
from bot.store import people, requests
from bot.store import tables as t
from bot.store.door import Tx

if TYPE_CHECKING:
    from bot.mentoring.matching import Pool

OVERLAP = timedelta(minutes=1)  # transactions do not commit in the order of their moments
ANEW = timedelta(days=1)  # then everything is read again: who was erased elsewhere, what was undone, a wrong clock
AT_ONCE = 500  # mentors read with one query, so that others have their turn between
ROUNDS = 5  # of looking again where a mentor was no longer as the pool knew her


def count(table: sa.Table, states: Collection[str]) -> sa.ScalarSelect[int]:
    """How many pairs or requests in these states a mentor has."""
    here = sa.select(sa.func.count()).where(table.c.mentor_id == t.mentors.c.person_id, table.c.state.in_(states))
    return here.correlate(t.mentors).scalar_subquery()


# All that is known of mentors, in one query: built once, since that takes as long as most queries do.
MENTORS = (
    sa.select(
        t.mentors,
        t.people.c.language,
        t.people.c.sealed.label("person"),
        t.profiles.c.sealed.label("told"),
        count(t.pairs, requests.LIVING_STATES).label("taken"),
        count(t.requests, [RequestState.OPEN.value]).label("asked"),
    )
    .select_from(t.mentors.join(t.people).outerjoin(t.profiles, t.profiles.c.person_id == t.mentors.c.person_id))
    .order_by(t.mentors.c.person_id)
)
THESE = MENTORS.where(t.mentors.c.person_id.in_(sa.bindparam("ids", expanding=True)))
NEXT = MENTORS.where(
    t.mentors.c.person_id > sa.bindparam("last"), t.mentors.c.state == MentorState.APPROVED.value
).limit(sa.bindparam("most"))
CHANGED = sa.select(t.mentors.c.person_id).where(t.mentors.c.changed_at > sa.bindparam("since"))
MENTEES = (
    sa.select(t.people, t.profiles.c.sealed.label("told"), t.waiting.c.since)
    .select_from(t.people.outerjoin(t.profiles).outerjoin(t.waiting, t.waiting.c.person_id == t.people.c.id))
    .where(t.people.c.id.in_(sa.bindparam("ids", expanding=True)))
)


class Matchmaker:
    """A pool of mentors that is kept true to the tables. One for each process."""

    def __init__(self, weights: Weights | None = None) -> None:
        """weights: of the programme; the usual ones without."""
        self.weights = weights or Weights()
        self.pool: Pool | None = None
        self.read_at: datetime | None = None  # when the pool was brought up to date
        self.filled_at: datetime | None = None

    async def suggest(self, tx: Tx, mentee: Mentee, now: datetime, most: int) -> tuple[Suggestion, ...]:
        """The mentors who fit her best, best first, each as she is in the tables at this moment."""
        pool = await self.refreshed(tx, now)
        found: tuple[Suggestion, ...] = ()
        for _again in range(ROUNDS):
            found = pool.suggest(mentee, now, most)
            fresh = {one.id: one for one in await mentors(tx, [each.mentor for each in found])}
            changed = [each.mentor for each in found if fresh.get(each.mentor) != pool[each.mentor]]
            if not changed:
                return found
            for mentor in changed:
                if mentor in fresh:
                    pool.put(fresh[mentor])
                else:
                    pool.drop(mentor)
        return tuple(each for each in found if each.mentor in pool)

    async def refreshed(self, tx: Tx, now: datetime) -> Pool:
        """The pool with everything that changed since it was read."""
        if self.pool is None or self.filled_at is None or self.read_at is None or now - self.filled_at > ANEW:
            pool = await self.filled(tx)
            self.pool, self.filled_at = pool, now
        else:
            pool = self.pool
            changed = await tx.conn.scalars(CHANGED, {"since": self.read_at - OVERLAP})
            for mentor in await mentors(tx, list(changed)):
                pool.put(mentor)
        self.read_at = now
        return pool

    async def filled(self, tx: Tx) -> Pool:
        """A new pool of all approved mentors. Ties fall alike on every machine that has the same keys."""
        from bot.mentoring.matching import Pool  # numpy: the bot's start must not wait for it

        pool = Pool((), tx.vault.lookup("the order of equals").encode(), self.weights)
        last = 0
        while rows := (await tx.conn.execute(NEXT, {"last": last, "most": AT_ONCE})).all():
            for row in rows:
                pool.put(read(tx, row))
            last = rows[-1].person_id
        return pool


async def mentor(tx: Tx, person_id: int) -> Mentor | None:
    """A mentor as she is in the tables; None for who never applied or is gone."""
    return next(iter(await mentors(tx, [person_id])), None)


async def mentors(tx: Tx, ids: Collection[int]) -> list[Mentor]:
    """These mentors as they are in the tables, in the order of their ids; who is none is left out."""
    found: list[Mentor] = []
    ordered = sorted(ids)
    for begin in range(0, len(ordered), AT_ONCE):
        found += [read(tx, row) for row in await tx.conn.execute(THESE, {"ids": ordered[begin : begin + AT_ONCE]})]
    return found


def read(tx: Tx, row: Any) -> Mentor:
    """The mentor of a row. Who has taken back her yes to being proposed counts as not approved."""
    file = tx.vault.open_json(row.sealed, MentorFile)
    person = people.read_person(tx, row.person_id, row.language, row.person)
    return Mentor(
        row.person_id,
        Profile() if row.told is None else tx.vault.open_json(row.told, Profile),
        overcame=frozenset(file.overcame),
        places=row.places,
        taken=row.taken,
        asked=row.asked,
        paused_until=row.paused_until,
        approved=row.state == MentorState.APPROVED.value and may_be_proposed(person),
    )


async def mentee(tx: Tx, person_id: int) -> Mentee | None:
    """A mentee as she is in the tables; None where she is gone, or has not said yes to being proposed."""
    return next(iter(await mentees(tx, [person_id])), None)


async def mentees(tx: Tx, ids: Sequence[int]) -> list[Mentee]:
    """These mentees as they are in the tables, in the order given; who may not be proposed is left out."""
    found: dict[int, Mentee] = {}
    for begin in range(0, len(ids), AT_ONCE):
        found |= {one.id: one for one in await some_mentees(tx, ids[begin : begin + AT_ONCE])}
    return [found[one] for one in ids if one in found]


async def some_mentees(tx: Tx, ids: Collection[int]) -> list[Mentee]:
    """These few mentees, in no order."""
    blocked, declined = await requests.apart(tx, ids)
    found = []
    for row in await tx.conn.execute(MENTEES, {"ids": ids}):
        person = people.read_person(tx, row.id, row.language, row.sealed)
        if may_be_proposed(person):
            found.append(
                Mentee(
                    row.id,
                    Profile() if row.told is None else tx.vault.open_json(row.told, Profile),
                    barriers=frozenset(person.barriers),
                    blocked=frozenset(blocked[row.id]),
                    declined=frozenset(declined[row.id]),
                    since=row.since,
                )
            )
    return found


def may_be_proposed(person: Person) -> bool:
    """Whether she has said yes to being proposed to others."""
    return person.takes_part and Purpose.MENTORS in person.consents
