"""When the two of a pair are in touch, and what the clock owes to the mentor when they are not (PRODUCT N3).

Whatever happens between them comes by here: it takes back what she would be reminded of, and plans it anew.
"""

from __future__ import annotations

from bot.affairs.desk import Desk
from bot.mentoring.mentorship import Pair, PairState, Side
from bot.mentoring.openers import QUIET, QUIET_AFTER, UNANSWERED, UNANSWERED_AFTER
from bot.store import contact
from bot.store.pairs import PairRow

TOGETHER = frozenset({PairState.TRIAL, PairState.ACTIVE})  # they go on together now: not before, and not in a pause


async def wrote(desk: Desk, pair: Pair, person_id: int, *, across: bool) -> None:
    """She has written in this pair, which she sees so; across: it was not kept back. What her mentee wrote first waits
    for the mentor; what comes behind it does not put that off."""
    mentor_id = person_id if pair.side is Side.MENTOR else pair.other_id
    if pair.side is Side.MENTOR:
        await desk.cancel([UNANSWERED], pair.id)
    elif across and await contact.planned(desk.tx, mentor_id, UNANSWERED, pair.id) is None:
        await desk.plan(mentor_id, UNANSWERED, pair.id, desk.now + UNANSWERED_AFTER)
    if across:
        await watch(desk, pair.id, mentor_id, pair.state)


async def met(desk: Desk, row: PairRow, by: int = 0) -> None:
    """They have met, or she (`by`) did something about meeting. What the mentee wrote before is answered by it, unless
    it was she herself who did it."""
    if by != row.mentee_id:
        await desk.cancel([UNANSWERED], row.id)
    await watch(desk, row.id, row.mentor_id, row.state)


async def watch(desk: Desk, pair_id: int, mentor_id: int, state: PairState) -> None:
    """From now on it is counted how long nothing happens; not where they do not go on together at this time."""
    if state in TOGETHER:
        await desk.plan(mentor_id, QUIET, pair_id, desk.now + QUIET_AFTER)
    else:
        await desk.cancel([QUIET], pair_id)
