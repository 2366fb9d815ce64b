"""The matching round of a coordinator (PRODUCT M7): the best assignment of all who wait, and its requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.affairs import matchmaker
from bot.affairs.desk import Desk
from bot.affairs.matchmaker import Matchmaker
from bot.affairs.request_moves import OPEN, card_goes_out
from bot.mentoring.constraints import against
from bot.mentoring.profiles import Mentee
from bot.mentoring.reasons import reasons
from bot.mentoring.requests import RequestFile
from bot.store import mail
from bot.store import requests as kept

if TYPE_CHECKING:
    from bot.mentoring.rounds import Round

MOST_IN_ROUND = 2_000  # mentees; who has waited longest comes first


async def waiting_mentees(desk: Desk) -> list[Mentee]:
    """Who waits and could be asked for now, longest first: with neither mentor nor open request, and with her yes to
    being proposed."""
    return await matchmaker.mentees(desk.tx, await kept.all_waiting(desk.tx))


async def round_of(desk: Desk) -> Round:
    """The best assignment of all who wait (at most 2,000: the others come in the next round). It reads all mentors anew
    and takes the event loop while it counts: about 0.1 seconds for 1,000 mentees and 300 mentors (bench/matching.py),
    which is acceptable for something that a coordinator does now and then."""
    from bot.mentoring.rounds import assign  # OR-tools: the bot's start must not wait for it

    waiting = (await waiting_mentees(desk))[:MOST_IN_ROUND]
    return assign(await Matchmaker(desk.office.programme.weights).refreshed(desk.tx, desk.now), waiting, desk.now)


async def send_round(desk: Desk, pairs: Sequence[tuple[int, int]], by: int) -> int:
    """Ask these mentors for these mentees: (mentee id, mentor id). A pair against which something stands by now is left
    out, and so is who has asked or found a mentor meanwhile. `by`: the coordinator's id. Gives how many went out."""
    await kept.lock_mentors(desk.tx, {mentor for _mentee, mentor in pairs})
    sent = 0
    for mentee_id, mentor_id in pairs:
        sent += await send_one(desk, mentee_id, mentor_id)
    await mail.audit(desk.tx, [(by, f"sent a round of {sent} requests")], desk.now)
    return sent


async def send_one(desk: Desk, mentee_id: int, mentor_id: int) -> bool:
    """One request of a round; whether it went out. Who has left the waiting list meanwhile is not asked for."""
    waits = await kept.waits_since(desk.tx, mentee_id) is not None
    if not waits or await kept.has_mentor(desk.tx, mentee_id) or await kept.of_mentee(desk.tx, mentee_id):
        return False
    mentee, mentor = await matchmaker.mentee(desk.tx, mentee_id), await matchmaker.mentor(desk.tx, mentor_id)
    if mentee is None or mentor is None or against(mentee, mentor, desk.now):
        return False
    file = RequestFile(reasons(mentee, mentor, desk.office.programme.weights), by_team=True)
    number = await kept.add(desk.tx, mentee_id, mentor_id, 1, OPEN, file, desk.now)
    if number is None:
        return False
    await card_goes_out(desk, number, mentor_id)
    await desk.cancel(("request_closed", "new_mentor"), 0, mentee_id)
    await desk.tell(mentee_id, "request_made", number)
    return True
