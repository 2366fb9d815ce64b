"""The clock at the desk: what is due is claimed and done in one transaction. Nudges go in bulk and with manners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from bot.affairs.desk import AGAIN, MOST_TRIES, Desk, Office
from bot.mentoring import nudges as manners
from bot.mentoring.nudges import CHECK_IN, NUDGES, STILL_THERE
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
    """Bring nudges in a handful of statements for all of them. What cannot come now is planned anew or left out; after
    a check-in there is always the next one. The message is made when it is sent."""
    if not found:
        return
    moments = await nudges.moments(desk.tx, sorted({one.person_id for one in found}), desk.office.programme.menu)
    queue: dict[int, tuple[str, int]] = {}
    again: list[tuple[Due, datetime]] = []
    over: list[Due] = []
    for one in sorted(found, key=lambda one: (NUDGES[one.kind].rank, one.at, one.about)):
        moment = moments[one.person_id]
        when = manners.allowed(one.kind, one.at, moment, desk.now, second=one.person_id in queue)
        if when is None or when <= desk.now:
            if comes := when is not None:
                queue[one.person_id] = (manners.kindly(one.kind, moment), one.about)
            following = one.kind == CHECK_IN
            when = manners.next_check_in(one.at, moment, desk.now, comes=comes) if following else None
        if when is not None:
            again.append((one, when))
        else:
            over.append(one)
    reached = await nudges.queue(desk.tx, queue, desk.now)
    counts = {person: manners.unanswered(queue[person][0], moments[person]) for person in reached}
    await nudges.mark(desk.tx, counts, desk.now)
    await due.move(desk.tx, again)
    await due.done(desk.tx, over)
    desk.posted = desk.posted or bool(reached)


async def made(office: Office, tx: Tx, now: datetime, person_id: int, kind: str, about: int) -> Message | None:
    """A nudge as it goes out, in her language of this moment; None where it is not true any more. One that did not go
    out before her night or her pause began, or on its day, is due again: what came since is weighed with it."""
    desk, person = Desk(tx, office, now), await people.get(tx, person_id)
    if person is None or not person.takes_part:
        return None
    queued, zone = await nudges.queued_at(tx, person_id, kind, about), ZoneInfo(person.zone)
    when = may_come(person.rhythm, None, now)
    if when > now or (queued is not None and queued.astimezone(zone).date() < now.astimezone(zone).date()):
        await desk.plan(person_id, kind, about, when)
        notice = None
    else:
        notice = await office.affair.notices[kind](desk, person, about)
    if notice is None:
        await nudges.nothing_came(tx, person_id, queued, counts=kind in (CHECK_IN, STILL_THERE))
        return None
    return desk.message(person, notice, kind)
