"""How requests move: a card goes out, a request ends, the next choice takes its turn; all inside the transaction of the
desk. Who moves a request has locked it (`store.requests.take`)."""

from __future__ import annotations

from bot.affairs import matchmaker
from bot.affairs.desk import Desk
from bot.mentoring.constraints import Against, against
from bot.mentoring.people import Person
from bot.mentoring.requests import REMIND_AFTER, RequestState
from bot.store import profiles
from bot.store import requests as kept
from bot.store.requests import Request

OPEN, QUEUED, VOID = RequestState.OPEN, RequestState.QUEUED, RequestState.VOID
CARD = "request_card"
OF_A_REQUEST = (CARD, "request_reminder", "request_question", "request_answered", "request_remind", "request_expire")
OF_HER_SEARCH = ("request_closed", "new_mentor", "waiting_look")  # about nothing: one of each for a mentee


async def stands_against(desk: Desk, mentee_id: int, mentor_id: int) -> tuple[Against, ...]:
    """What stands against this pair now. Who is gone, or has taken back her yes, counts as not approved."""
    mentee = await matchmaker.mentee(desk.tx, mentee_id)
    mentor = await matchmaker.mentor(desk.tx, mentor_id)
    if mentee is None or mentor is None:
        return (Against.NOT_APPROVED,)
    return against(mentee, mentor, desk.now)


async def card_goes_out(desk: Desk, request_id: int, mentor_id: int) -> None:
    """The mentor gets the card of a request that has just been opened."""
    await clock_begins(desk, request_id, mentor_id)
    await profiles.touch(desk.tx, mentor_id, desk.now)
    await desk.tell(mentor_id, CARD, request_id)


async def clock_begins(desk: Desk, request_id: int, mentor_id: int) -> None:
    """Plan the reminder and the end of a request, from this moment on."""
    request = await kept.get(desk.tx, request_id)
    if request is not None and request.until is not None:
        await desk.plan(mentor_id, "request_remind", request_id, desk.now + REMIND_AFTER)
        await desk.plan(mentor_id, "request_expire", request_id, request.until)


async def close(desk: Desk, request: Request, state: RequestState, reason: str = "") -> None:
    """End a request: nothing of it is due any more, and matching sees that the mentor has less to answer."""
    await kept.change(desk.tx, request.id, state=state.value, reason=reason, answered_at=desk.now)
    await desk.cancel(OF_A_REQUEST, request.id)
    await profiles.touch(desk.tx, request.mentor_id, desk.now)


async def next_choice(desk: Desk, mentee_id: int) -> None:
    """The mentee's next choice against whom nothing stands now gets the card; those before her are let go."""
    queue = await kept.of_mentee(desk.tx, mentee_id, [QUEUED])
    for request in sorted(queue, key=lambda one: one.place):
        if not await stands_against(desk, mentee_id, request.mentor_id):
            await kept.change(desk.tx, request.id, state=OPEN.value, asked_at=desk.now)
            await card_goes_out(desk, request.id, request.mentor_id)
            return
        await kept.change(desk.tx, request.id, state=VOID.value, answered_at=desk.now)


async def pass_on(desk: Desk, request: Request, state: RequestState, reason: str = "") -> None:
    """A request ends without a pair: the next choice goes out by itself, and the mentee is told."""
    await close(desk, request, state, reason)
    await next_choice(desk, request.mentee_id)
    await desk.tell(request.mentee_id, "request_closed")


async def take_back(desk: Desk, mentee_id: int, state: RequestState) -> None:
    """Her open request and all choices behind it end; the mentor is told where she had the card already."""
    for seen in await kept.of_mentee(desk.tx, mentee_id):
        request = await kept.take(desk.tx, seen.id)
        if request is None or request.state not in kept.LIVE:
            continue
        if request.state is OPEN:
            await tell_closed(desk, request)
        await close(desk, request, state)


async def tell_closed(desk: Desk, request: Request) -> None:
    """Tell the mentor that a card of hers is closed, if she had it before; to be called before it is."""
    if not await kept.is_due(desk.tx, CARD, request.id):
        await desk.tell(request.mentor_id, "request_gone", request.id)


# --- what others call ---------------------------------------------------------------------------------------------


async def mentor_unavailable(desk: Desk, mentor_id: int) -> None:
    """A mentor takes nobody now (full, paused, gone): open requests to her become void, each mentee's next choice goes
    out, and she is told."""
    for seen in await kept.open_to(desk.tx, mentor_id):
        request = await kept.take(desk.tx, seen.id)
        if request is not None and request.state is OPEN:
            await pass_on(desk, request, VOID)


async def void_between(desk: Desk, one: int, other: int) -> None:
    """Nothing is asked between these two any more, in either direction; to be called once the block is kept."""
    for mentee_id, mentor_id in ((one, other), (other, one)):
        for seen in await kept.of_mentee(desk.tx, mentee_id):
            if seen.mentor_id != mentor_id:
                continue
            request = await kept.take(desk.tx, seen.id)
            if request is not None and request.state is OPEN:
                await tell_closed(desk, request)
                await pass_on(desk, request, VOID)
            elif request is not None and request.state is QUEUED:
                await kept.change(desk.tx, request.id, state=VOID.value, answered_at=desk.now)


async def withdraw_all(desk: Desk, person: Person) -> None:
    """She took back her yes to being proposed: what she asked and was asked for ends, and she waits no more."""
    await take_back(desk, person.id, RequestState.WITHDRAWN)
    await mentor_unavailable(desk, person.id)
    await kept.stop_waiting(desk.tx, person.id)
    await desk.cancel(OF_HER_SEARCH, 0, person.id)
