"""Queries on what she finds out and plans: assessments, goals, voice notes; and all of it together as her data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.dialogue.steps import Json
from bot.mentoring.assessments import Assessment, Taken
from bot.mentoring.goals import Goal, GoalPlan, GoalState
from bot.messages import Media
from bot.store import tables as t
from bot.store.door import Tx


class Answers(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed column of an assessment: item to level, and own words in JSON form."""

    levels: dict[str, int] = {}
    words: dict[str, Json] = {}


ANSWERED = sa.insert(t.assessments)
TAKEN = (
    sa.select(t.assessments)
    .where(t.assessments.c.person_id == sa.bindparam("hers"), t.assessments.c.kind == sa.bindparam("this"))
    .order_by(t.assessments.c.id)
)


async def save_assessment(tx: Tx, person_id: int, kind: Assessment, answers: Answers, now: datetime) -> None:
    """Keep one questionnaire."""
    row = {"person_id": person_id, "kind": kind.value, "sealed": tx.vault.seal_json(answers), "at": now}
    await tx.many(ANSWERED, [row])


async def taken_before(tx: Tx, person_id: int, kind: Assessment) -> tuple[Taken, ...]:
    """How she answered a questionnaire before, oldest first."""
    rows = await tx.conn.execute(TAKEN, {"hers": person_id, "this": kind.value})
    return tuple(Taken(kind, row.at, tx.vault.open_json(row.sealed, Answers).levels) for row in rows)


async def save_goal(tx: Tx, person_id: int, plan: GoalPlan, now: datetime) -> int:
    """Keep a newly described goal; gives its id."""
    goal_id: int | None = await tx.conn.scalar(
        sa.insert(t.goals)
        .values(
            person_id=person_id,
            state=GoalState.DESCRIBED.value,
            sealed=tx.vault.seal_json(plan),
            described_at=now,
            changed_at=now,
        )
        .returning(t.goals.c.id)
    )
    assert goal_id is not None
    return goal_id


async def change_goal(tx: Tx, person_id: int, goal_id: int, plan: GoalPlan, state: GoalState, now: datetime) -> None:
    """Give one of her goals a new plan and state."""
    first = sa.func.coalesce(t.goals.c.reached_at, sa.bindparam("reached_now", now, type_=t.Moment()))
    reached = first if state is GoalState.REACHED else t.goals.c.reached_at
    await tx.conn.execute(
        sa.update(t.goals)
        .where(t.goals.c.id == goal_id, t.goals.c.person_id == person_id)
        .values(
            state=state.value,
            sealed=tx.vault.seal_json(plan),
            changed_at=now,
            reached_at=reached,
        )
    )


GOALS = sa.select(t.goals).where(t.goals.c.person_id == sa.bindparam("hers")).order_by(t.goals.c.id.desc())


async def goals_of(tx: Tx, person_id: int, *, let_go: bool = False) -> tuple[Goal, ...]:
    """Her goals, newest first; those she let go only if asked for."""
    without = None if let_go else GoalState.LET_GO.value
    return tuple(
        Goal(row.id, tx.vault.open_json(row.sealed, GoalPlan), GoalState(row.state), row.described_at, row.reached_at)
        for row in await tx.conn.execute(GOALS, {"hers": person_id})
        if row.state != without
    )


# --- voice notes --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """A voice note or photo of this person that must still be fetched from its platform."""

    id: int
    person_id: int
    channel: str
    media: Media
    attempts: int
    at: datetime


async def want_media(tx: Tx, person_id: int, channel: str, media: Media, now: datetime) -> int:
    """Note that a voice note is to be fetched and kept; gives its id."""
    media_id: int | None = await tx.conn.scalar(
        sa.insert(t.media)
        .values(
            person_id=person_id,
            channel=channel,
            mime=media.mime[:64],
            seconds=media.seconds,
            state="wanted",
            ref=tx.vault.seal(media.ref),
            not_before=now,
            at=now,
        )
        .returning(t.media.c.id)
    )
    assert media_id is not None
    return media_id


async def wanted_media(tx: Tx, now: datetime, lease: timedelta, most: int) -> list[Wanted]:
    """Claim voice notes to fetch, oldest first; each may be claimed again after the lease."""
    due = (
        sa.select(t.media.c.id)
        .where(t.media.c.state == "wanted", t.media.c.not_before <= now)
        .order_by(t.media.c.id)
        .limit(most)
    )
    if tx.postgres:
        due = due.with_for_update(skip_locked=True)
    rows = await tx.conn.execute(
        sa.update(t.media)
        .where(t.media.c.id.in_(due.scalar_subquery()))
        .values(not_before=now + lease, attempts=t.media.c.attempts + 1)
        .returning(t.media)
    )
    return [Wanted(row.id, row.person_id, row.channel, media_of(tx, row), row.attempts, row.at) for row in rows]


def media_of(tx: Tx, row: Any) -> Media:
    """Where a voice note or photo waits on its platform."""
    return Media(tx.vault.open(row.ref), row.mime, row.seconds)


async def keep_media(tx: Tx, media_id: int, body: bytes | None) -> None:
    """Keep the bytes of a voice note, or (None) note that it is gone for good."""
    await tx.conn.execute(
        sa.update(t.media)
        .where(t.media.c.id == media_id)
        .values(state="gone" if body is None else "kept", sealed=None if body is None else tx.vault.seal_bytes(body))
    )
