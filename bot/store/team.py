"""Queries on coordinators and cases, and on what waits for the team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.mentoring.meetings import MeetingState
from bot.mentoring.mentorship import LIVING, PairState
from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.relay import RelayState
from bot.mentoring.requests import RequestState
from bot.mentoring.team import (
    DIGEST,
    LATE,
    MORNING,
    MOST_LISTED,
    NUMBER_HOLDS,
    STALLED,
    UNANSWERED,
    CaseFile,
    CaseState,
    CoordinatorState,
    Waiting,
    Waits,
    Work,
    next_morning,
)  # fmt: skip
from bot.store import due, mail, people
from bot.store import tables as t
from bot.store.door import Tx

INVITES = "coordinator"  # the purpose of an invitation, and the talk that it opens
TALKS = ("coordination", "applicant", "case", "round")  # of coordinators: their journals hold what they looked up
REPORT_UNANSWERED = "report_unanswered"  # a deed of bot.affairs.team
WELCOME = "team_welcome"  # a notice of it
HELP = "help"  # the reason of a case that is no report but a call for help


# --- coordinators -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coordinator:
    """One row of the table: who, where she stands, the number the operator confirms her by, since when (UTC)."""

    person_id: int
    state: CoordinatorState
    number: str
    at: datetime


def coordinator_of(row: Any) -> Coordinator:
    """The coordinator of a row."""
    return Coordinator(row.person_id, CoordinatorState(row.state), row.number, row.at)


async def invited(tx: Tx, invitation: int, now: datetime) -> bool:
    """Whether an invitation to coordinate with this number was opened and still holds."""
    found = await tx.conn.scalar(
        sa.select(t.invites.c.about).where(
            t.invites.c.purpose == INVITES,
            t.invites.c.about == invitation,
            t.invites.c.uses_left == 0,
            t.invites.c.expires_at > now,
        )
    )
    return found is not None


async def coordinator(tx: Tx, person_id: int) -> Coordinator | None:
    """Her row, confirmed or not."""
    row = (
        await tx.conn.execute(sa.select(t.coordinators).where(t.coordinators.c.person_id == person_id))
    ).one_or_none()
    return None if row is None else coordinator_of(row)


async def everyone(tx: Tx) -> list[Coordinator]:
    """All rows, oldest first."""
    rows = await tx.conn.execute(sa.select(t.coordinators).order_by(t.coordinators.c.at, t.coordinators.c.person_id))
    return [coordinator_of(row) for row in rows]


async def told_at(tx: Tx, person_id: int) -> datetime | None:
    """When a coordinator was told last what waits; before that, since when she is one. None for who is none."""
    c = t.coordinators.c
    at: datetime | None = await tx.conn.scalar(
        sa.select(sa.func.coalesce(c.told_at, c.at, type_=t.Moment)).where(
            c.person_id == person_id, c.state == CoordinatorState.CONFIRMED.value
        )
    )
    return at


async def told(tx: Tx, person_id: int, now: datetime) -> None:
    """She is told now what waits."""
    hers = t.coordinators.c.person_id == person_id
    await tx.conn.execute(sa.update(t.coordinators).where(hers).values(told_at=now))


async def how_many(tx: Tx) -> int:
    """How many are confirmed."""
    confirmed = t.coordinators.c.state == CoordinatorState.CONFIRMED.value
    return await tx.conn.scalar(sa.select(sa.func.count()).select_from(t.coordinators).where(confirmed)) or 0


async def ask(tx: Tx, person_id: int, number: str, now: datetime) -> None:
    """She agreed to coordinate and waits to be confirmed by this number."""
    await tx.conn.execute(sa.delete(t.coordinators).where(t.coordinators.c.person_id == person_id))
    await tx.conn.execute(
        sa.insert(t.coordinators).values(person_id=person_id, state=CoordinatorState.ASKED.value, number=number, at=now)
    )


async def asked_by(tx: Tx, number: str, now: datetime) -> int | None:
    """Who waits to be confirmed by this number; None where nobody does, or did too long ago."""
    person_id: int | None = await tx.conn.scalar(
        sa.select(t.coordinators.c.person_id).where(
            t.coordinators.c.state == CoordinatorState.ASKED.value,
            t.coordinators.c.number == number,
            t.coordinators.c.at > now - NUMBER_HOLDS,
        )
    )
    return person_id


async def confirm(tx: Tx, number: str, now: datetime) -> int | None:
    """Make who waits under this number a coordinator, and let the clock welcome her; gives her id, or None as for
    `asked_by`."""
    person_id = await asked_by(tx, number, now)
    if person_id is None:
        return None
    await lock(tx, person_id)
    confirmed = await tx.conn.execute(
        sa.update(t.coordinators)
        .where(t.coordinators.c.person_id == person_id, t.coordinators.c.number == number)
        .values(state=CoordinatorState.CONFIRMED.value, number="", at=now)
    )
    if not confirmed.rowcount:  # somebody else was quicker
        return None
    await give_role(tx, person_id, coordinator=True)
    await due.plan(tx, WELCOME, 0, person_id, now)
    person = await people.get(tx, person_id)
    if person is not None:
        await due.plan(tx, MORNING, 0, person_id, next_morning(person.zone, now))
    await mail.audit(tx, [(person_id, "confirmed as coordinator")], now)
    return person_id


async def remove(tx: Tx, person_id: int, now: datetime) -> bool:
    """Take the role away at once, with what her talks as a coordinator had looked up; False for who is none."""
    await lock(tx, person_id)
    gone = await tx.conn.execute(sa.delete(t.coordinators).where(t.coordinators.c.person_id == person_id))
    if not gone.rowcount:
        return False
    await due.cancel(tx, (MORNING, DIGEST), 0, person_id)
    await give_role(tx, person_id, coordinator=False)
    await tx.conn.execute(sa.delete(t.talks).where(t.talks.c.person_id == person_id, t.talks.c.name.in_(TALKS)))
    await mail.audit(tx, [(person_id, "no coordinator any more")], now)
    return True


async def lock(tx: Tx, person_id: int) -> None:
    """On PostgreSQL her row is locked, as it is for each message of hers: else one that is worked at this moment would
    write back what she was before."""
    if tx.postgres:
        hers = sa.select(t.people.c.id).where(t.people.c.id == person_id)
        await tx.conn.execute(hers.with_for_update(key_share=True))


async def give_role(tx: Tx, person_id: int, *, coordinator: bool) -> None:
    """Let her person, whose row is locked, say so."""
    person = await people.get(tx, person_id)
    if person is not None:
        await people.save(tx, [msgspec.structs.replace(person, coordinator=coordinator)])


async def names_of(tx: Tx, ids: Iterable[int]) -> dict[int, str]:
    """The names of these people here; who is gone is left out."""
    rows = await tx.conn.execute(sa.select(t.people).where(t.people.c.id.in_(set(ids))))
    return {row.id: people.read_person(tx, row.id, row.language, row.sealed).alias for row in rows}


# --- cases --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as it is kept. about_id: None where she is gone."""

    id: int
    reporter_id: int
    about_id: int | None
    pair_id: int | None
    state: CaseState
    file: CaseFile
    opened_at: datetime


async def open_case(
    tx: Tx, reporter_id: int, about_id: int | None, pair_id: int | None, file: CaseFile, now: datetime
) -> int:
    """Keep a report; gives its id. Where no coordinator looks at it within the hour, the reporter is told so."""
    case_id: int | None = await tx.conn.scalar(
        sa.insert(t.cases)
        .values(
            reporter_id=reporter_id,
            about_id=about_id,
            pair_id=pair_id,
            state=CaseState.OPEN.value,
            sealed=tx.vault.seal_json(file),
            opened_at=now,
        )
        .returning(t.cases.c.id)
    )
    assert case_id is not None
    await due.plan(tx, REPORT_UNANSWERED, case_id, reporter_id, now + UNANSWERED)
    return case_id


async def case(tx: Tx, case_id: int, *, lock: bool = False) -> CaseRow | None:
    """A case by id. With `lock` nobody else changes it until this transaction ends."""
    asked = sa.select(t.cases).where(t.cases.c.id == case_id)
    if lock and tx.postgres:
        asked = asked.with_for_update()
    row = (await tx.conn.execute(asked)).one_or_none()
    if row is None:
        return None
    file = tx.vault.open_json(row.sealed, CaseFile)
    state = CaseState(row.state)
    return CaseRow(row.id, row.reporter_id, row.about_id, row.pair_id, state, file, row.opened_at)


async def save_case(tx: Tx, row: CaseRow, now: datetime) -> None:
    """Keep what changed of a case; one that is closed was closed now."""
    values: dict[str, object] = {"sealed": tx.vault.seal_json(row.file), "state": row.state.value}
    if row.state is CaseState.CLOSED:
        values["closed_at"] = now
    await tx.conn.execute(sa.update(t.cases).where(t.cases.c.id == row.id).values(**values))


async def last_messages(tx: Tx, pair_id: int, most: int) -> list[tuple[int, Any, datetime]]:
    """What the two of a pair wrote to each other last, oldest first: (sender id, words in JSON form, UTC). What is
    forgotten is left out, and so is what was kept back and never went across."""
    rows = await tx.conn.execute(
        sa.select(t.relayed)
        .where(
            t.relayed.c.pair_id == pair_id,
            t.relayed.c.sealed.is_not(None),
            t.relayed.c.state.not_in((RelayState.HELD, RelayState.STOPPED)),
        )
        .order_by(t.relayed.c.id.desc())
        .limit(most)
    )
    return [(row.sender_id, tx.vault.open_json(row.sealed, Any), row.at) for row in reversed(rows.all())]


async def forget_looked_up(tx: Tx, person_id: int) -> None:
    """What talks of coordinators had looked up about her goes, before she is erased: theirs about her and her reports,
    and the lists, which may name her. A report about her outlives her and their pair."""
    hers = (t.cases.c.reporter_id == person_id) | (t.cases.c.about_id == person_id)
    cases = [str(number) for number in await tx.conn.scalars(sa.select(t.cases.c.id).where(hers))]
    await tx.conn.execute(
        sa.delete(t.talks).where(
            t.talks.c.name.in_(("coordination", "round"))
            | ((t.talks.c.name == "applicant") & (t.talks.c.about == str(person_id)))
            | ((t.talks.c.name == "case") & t.talks.c.about.in_(cases))
        )
    )
    await tx.conn.execute(sa.update(t.cases).where(t.cases.c.about_id == person_id).values(pair_id=None))


# --- what waits ---------------------------------------------------------------------------------------------------

Found = tuple[Waits, int | None, int | None]  # without names yet, and whose they are


async def what_waits(tx: Tx, person_id: int, now: datetime) -> Waiting:
    """All that waits for this coordinator. What she is part of herself waits for another."""
    found = [
        *await open_cases(tx, person_id),
        *await applicants(tx, person_id),
        *await without_mentor(tx),
        *await late_requests(tx, now),
        *await silent_pairs(tx, now),
    ]
    if not found:
        return Waiting()
    oldest = sorted(found, key=lambda one: (one[0].since, one[0].key))[:MOST_LISTED]
    names = await names_of(tx, [who for _one, *two in oldest for who in two if who is not None])
    return Waiting(
        dict(Counter(one.work for one, *_two in found)),
        tuple(
            msgspec.structs.replace(one, name=names.get(name or 0, ""), other=names.get(other or 0, ""))
            for one, name, other in oldest
        ),
        max(one.came for one, *_two in found),
    )


async def open_cases(tx: Tx, person_id: int) -> list[Found]:
    """Reports and calls for help that nobody has closed, but those of hers and about her."""
    c = t.cases.c
    rows = await tx.conn.execute(
        sa.select(t.cases).where(
            c.state == CaseState.OPEN.value,
            c.reporter_id != person_id,
            sa.or_(c.about_id.is_(None), c.about_id != person_id),
        )
    )
    found: list[Found] = []
    for row in rows:
        work = Work.HELP if tx.vault.open_json(row.sealed, CaseFile).why == HELP else Work.REPORT
        found.append((Waits(work, row.id, row.opened_at), row.reporter_id, row.about_id))
    return found


async def applicants(tx: Tx, person_id: int) -> list[Found]:
    """Women who wish to be mentors and have done all of theirs, since the last of it."""
    m = t.mentors.c
    rows = await tx.conn.execute(
        sa.select(t.mentors).where(m.state == MentorState.WAITING.value, m.person_id != person_id)
    )
    found: list[Found] = []
    for row in rows:
        file = tx.vault.open_json(row.sealed, MentorFile)
        done = [moment for moment in (file.applied_at, file.assessed_at, file.code_at) if moment is not None]
        found.append((Waits(Work.APPLICANT, row.person_id, max(done, default=row.changed_at)), row.person_id, None))
    return found


async def without_mentor(tx: Tx) -> list[Found]:
    """Mentees on the waiting list who have nobody yet."""
    p = t.pairs.c
    paired = sa.select(p.mentee_id).where(p.mentee_id == t.waiting.c.person_id, p.state.in_(LIVING)).exists()
    rows = await tx.conn.execute(sa.select(t.waiting).where(~paired))
    return [(Waits(Work.MENTEE, row.person_id, row.since), row.person_id, None) for row in rows]


async def late_requests(tx: Tx, now: datetime) -> list[Found]:
    """Open requests that the mentor has not answered for a day."""
    r = t.requests.c
    late = sa.select(r.id, r.asked_at, r.mentee_id, r.mentor_id).where(
        r.state == RequestState.OPEN.value, r.asked_at <= now - LATE
    )
    return [
        (Waits(Work.REQUEST, row.id, row.asked_at), row.mentee_id, row.mentor_id) for row in await tx.conn.execute(late)
    ]


async def silent_pairs(tx: Tx, now: datetime) -> list[Found]:
    """Pairs on their way in which for three weeks neither has written and they have not met, since the last of it or
    the beginning. A meeting that is proposed or still to come is no silence."""
    p, r, m, still = t.pairs.c, t.relayed.c, t.meetings.c, now - STALLED
    at = sa.func.coalesce(m.at, m.created_at)
    word = sa.select(sa.func.max(r.at)).where(r.pair_id == p.id).scalar_subquery()
    met = sa.select(sa.func.max(at)).where(m.pair_id == p.id, m.state != MeetingState.CANCELLED.value).scalar_subquery()
    last = [sa.type_coerce(sa.func.coalesce(one, p.began_at), t.Moment()) for one in (word, met)]
    rows = await tx.conn.execute(
        sa.select(p.id, p.mentee_id, p.mentor_id, last[0].label("word"), last[1].label("met")).where(
            p.state.in_(LIVING - {PairState.HOLD}), *(one <= still for one in last)
        )
    )
    return [(Waits(Work.PAIR, row.id, max(row.word, row.met)), row.mentee_id, row.mentor_id) for row in rows]
