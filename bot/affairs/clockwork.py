"""The clock at the desk: what is due is claimed and done in one transaction. Nudges go in bulk and with manners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache, partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from bot.affairs.desk import AGAIN, MOST_TRIES, Desk, Office
from bot.mentoring import nudges as manners
from bot.mentoring.nudges import CHECK_IN, NUDGES
from bot.mentoring.rhythm import may_come
from bot.messages import Message
from bot.store import due, nudges, people
from bot.store.door import Tx
from bot.store.due import Due

log = structlog.get_logger(__name__)

SINGLY = 200  # notices and deeds in one transaction


async def fire_all(desk: Desk, most: int) -> int:
    """Do up to about `most` things that are due; gives how many were done. Nudges first: they touch nothing but their
    women. What is done singly takes longer, and others want to write: some of it stays for the next transaction."""
    found = await due.claim(desk.tx, desk.now, most)
    together = [one for one in found if one.kind in NUDGES]
    singly = [one for one in found if one.kind not in NUDGES][:SINGLY]
    await nudge(desk, together)
    await due.done(desk.tx, singly)
    for one in singly:
        await fire_safely(desk, one)
    return len(together) + len(singly)


async def fire_safely(desk: Desk, one: Due) -> None:
    """Do one thing under a savepoint; what breaks is tried again later, some times."""
    savepoint = await desk.tx.conn.begin_nested()
    try:
        await desk.fire(one)
    except sa.exc.DBAPIError:
        raise  # the database's own troubles concern all of them
    except Exception as broken:
        await savepoint.rollback()
        log.error("what was due broke", kind=one.kind, about=one.about, exc_info=broken)
        if one.tries < MOST_TRIES:
            await due.plan(desk.tx, one.kind, one.about, one.person_id, desk.now + AGAIN, tries=one.tries + 1)
    else:
        await savepoint.commit()


async def nudge(desk: Desk, found: Sequence[Due]) -> None:
    """Bring nudges in a handful of statements for all of them, decided once for all women who stand alike. What cannot
    come now is planned anew or left out. The message is made when it is sent."""
    if not found:
        return
    moments = await nudges.moments(desk.tx, sorted({one.person_id for one in found}), desk.office.programme.menu)
    fate = cache(partial(manners.fate, now=desk.now))
    coming: dict[str, list[Due]] = {}
    served: set[int] = set()
    again: list[tuple[Due, datetime]] = []
    over: list[Due] = []
    for one in sorted(found, key=lambda one: NUDGES[one.kind].rank):
        comes, when = fate(one.kind, one.at, moments[one.person_id], second=one.person_id in served)
        if comes:
            coming.setdefault(comes, []).append(one)
            served.add(one.person_id)
        if when is None:
            over.append(one)
        else:
            again.append((one, when))
    for kind, those in coming.items():
        if await nudges.queue(desk.tx, kind, those, desk.now, asks=manners.asks(kind)):
            desk.posted = True
    await due.move(desk.tx, again)
    await due.done(desk.tx, over)


async def made(office: Office, tx: Tx, now: datetime, person_id: int, kind: str, about: int) -> Message | None:
    """A nudge as it goes out, in her language of this moment; None where it is not true any more. One that did not go
    out before her night or her pause began, or on its day, is due again: what came since is weighed with it."""
    desk, person = Desk(tx, office, now), await people.get(tx, person_id)
    if person is None or not person.takes_part:
        return None
    queued, zone = await nudges.queued_at(tx, person_id, kind, about), ZoneInfo(person.zone)
    when = may_come(person.rhythm, None, now)
    if when > now or (queued is not None and queued.astimezone(zone).date() < now.astimezone(zone).date()):
        # The kind question stands in the place of a check-in and is planned as one, or both came in one week.
        await desk.plan(person_id, CHECK_IN if manners.asks(kind) else kind, about, when)
        notice = None
    else:
        notice = await office.affair.notices[kind](desk, person, about)
    if notice is None:
        await nudges.nothing_came(tx, person_id, queued, counts=manners.asks(kind))
        return None
    return desk.message(person, notice, kind)
