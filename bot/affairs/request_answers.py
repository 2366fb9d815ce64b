"""What a mentor answers to a request, the one question between, and what the clock does where nobody answers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from bot.affairs import matchmaker
from bot.affairs.desk import Carried, Desk
from bot.affairs.request_moves import (
    OPEN,
    VOID,
    clock_begins,
    close,
    mentor_unavailable,
    pass_on,
    stands_against,
    take_back,
    tell_closed,
)
from bot.dialogue.steps import Json, Text, Words, _, paragraphs
from bot.mentoring.constraints import Against
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.path import MentorState
from bot.mentoring.people import Person
from bot.mentoring.requests import (
    IGNORED_PAUSE,
    MOST_IGNORED,
    Accept,
    AnswerFirst,
    AskFirst,
    Decline,
    HereAgain,
    RequestFile,
    RequestState,
)
from bot.store import profiles
from bot.store import requests as kept
from bot.store.requests import Request

FULL: Text = _("All your places are taken just now. This request is closed. Thank you for your yes.")
PAUSED: Text = _("You are on pause just now, so this request is closed. End your pause to get new ones.")


async def hers(desk: Desk, request_id: int, mentor: Person) -> Request | None:
    """A request to this mentor, locked; None, and noted, where it is not hers."""
    request = await kept.take(desk.tx, request_id)
    if request is None or request.mentor_id != mentor.id:
        await desk.not_hers(mentor, "a request")
        return None
    return request


# --- accepting ----------------------------------------------------------------------------------------------------


async def accept(desk: Desk, effect: Accept, person: Person) -> Carried:
    """The pair begins, if nothing stands against it at this moment; else she hears kindly what is so now."""
    request = await hers(desk, effect.request, person)
    if request is None:
        return Carried(person, says=NOT_HERE)
    stands = await stands_against(desk, request.mentee_id, person.id)
    if request.state is not OPEN:
        return Carried(person, says=FULL if request.state is VOID and Against.FULL in stands else NOT_HERE)
    if await kept.has_mentor(desk.tx, request.mentee_id):
        await take_back(desk, request.mentee_id, VOID)
        return Carried(person, says=NOT_HERE)
    if stands:
        await pass_on(desk, request, VOID)
        return Carried(person, says=cannot_be(stands))
    await begin_pair(desk, request)
    mentor = await matchmaker.mentor(desk.tx, person.id)
    full = mentor is not None and not mentor.free
    if full:
        await mentor_unavailable(desk, person.id)
    return Carried(person, says=thanks(full=full))


def cannot_be(stands: tuple[Against, ...]) -> Text:
    """What stands in the way, in words for the mentor: only what is hers to know."""
    if Against.PAUSED in stands:
        return PAUSED
    return FULL if Against.FULL in stands else NOT_HERE


def thanks(*, full: bool) -> Words:
    """What she hears after her yes."""
    return paragraphs(
        _("Thank you for your yes. She hears it now. Next, you both read a short agreement."),
        _("All your places are taken now. Other requests to you are closed.") if full else None,
    )


async def begin_pair(desk: Desk, request: Request) -> None:
    """The request becomes a pair; her other choices are let go, and she waits no more."""
    from bot.affairs import pairs  # pairs know of requests too

    await close(desk, request, RequestState.ACCEPTED)
    await take_back(desk, request.mentee_id, VOID)
    await kept.stop_waiting(desk.tx, request.mentee_id)
    await desk.cancel(("request_closed", "new_mentor", "waiting_look"), 0, request.mentee_id)
    await pairs.begin(desk, request.mentee_id, request.mentor_id)
    await profiles.touch(desk.tx, request.mentor_id, desk.now)


# --- declining, asking first --------------------------------------------------------------------------------------


async def decline(desk: Desk, effect: Decline, person: Person) -> Carried:
    """The next choice goes out at once. Why is told to nobody but the team."""
    request = await hers(desk, effect.request, person)
    if request is None or request.state is not OPEN:
        return Carried(person, says=NOT_HERE)
    await pass_on(desk, request, RequestState.DECLINED, effect.why.value)
    return Carried(person, says=_("Thank you for your answer. I tell her kindly, without a reason."))


async def ask_first(desk: Desk, effect: AskFirst, person: Person) -> Carried:
    """The one question goes to the mentee; the clock begins anew, for her."""
    request = await hers(desk, effect.request, person)
    if request is None or request.state is not OPEN or request.file.questioned_at is not None:
        return Carried(person, says=NOT_HERE)
    file = msgspec.structs.replace(request.file, question=effect.question, questioned_at=desk.now)
    await keep_file(desk, request, file)
    await desk.tell(request.mentee_id, "request_question", request.id)
    return Carried(person, says=_("Your question is on its way. I bring you her answer."))


async def answer_first(desk: Desk, effect: AnswerFirst, person: Person) -> Carried:
    """The mentee's answer goes to the mentor, and the mentor's 72 hours begin anew: once, as there is one question."""
    request = await kept.take(desk.tx, effect.request)
    if request is None or request.mentee_id != person.id:
        await desk.not_hers(person, "a question about a request")
        return Carried(person, says=NOT_HERE)
    if request.state is not OPEN or not request.file.with_mentee:
        return Carried(person, says=NOT_HERE)
    answer: Json = effect.answer
    await keep_file(desk, request, msgspec.structs.replace(request.file, answer=answer, replied_at=desk.now))
    await desk.tell(request.mentor_id, "request_answered", request.id)
    return Carried(person, says=_("Thank you. Your answer is on its way. She has 3 days. I tell you at once."))


async def keep_file(desk: Desk, request: Request, file: RequestFile) -> None:
    """Keep what was asked or answered; the clock begins anew."""
    await kept.change(desk.tx, request.id, sealed=desk.tx.vault.seal_json(file))
    await desk.cancel(("request_card", "request_reminder", "request_question"), request.id)
    await clock_begins(desk, request.id, request.mentor_id)


async def here_again(desk: Desk, _effect: HereAgain, person: Person) -> Carried:
    """Her pause ends."""
    row = await profiles.mentor_row(desk.tx, person.id, lock=True)
    if row is None or row.state is not MentorState.APPROVED:
        await desk.not_hers(person, "a mentor's pause")
        return Carried(person, says=NOT_HERE)
    if row.paused_until is not None and row.paused_until > desk.now:
        await pause_until(desk, person.id, None)
    return Carried(person, says=_("Good to have you here. Requests can come to you again."))


# --- the clock ----------------------------------------------------------------------------------------------------


async def remind(desk: Desk, _person: Person, about: int) -> None:
    """A day went by: a kind reminder to whose turn it is, once."""
    request = await kept.get(desk.tx, about)
    if request is None or request.state is not OPEN:
        return
    if request.file.with_mentee:
        await desk.tell(request.mentee_id, "request_question", about)
    else:
        await desk.tell(request.mentor_id, "request_reminder", about)


async def expire(desk: Desk, _person: Person, about: int) -> None:
    """Nobody answered in time. A question that the mentee left open is nobody's refusal: her request is void then. A
    mentor who lets two requests in a row expire is paused, with a friendly question."""
    request = await kept.take(desk.tx, about)
    if request is None or request.state is not OPEN or request.until is None:
        return
    if desk.now < request.until:  # another process moved it meanwhile
        await desk.plan(request.mentor_id, "request_expire", about, request.until)
        return
    if request.file.with_mentee:
        await tell_closed(desk, request)
        await pass_on(desk, request, VOID)
        return
    await pass_on(desk, request, RequestState.EXPIRED)
    ignored = await kept.ignored(desk.tx, request.mentor_id)
    if ignored and ignored % MOST_IGNORED == 0:  # every second one: "I am here again" needs no count of its own
        await pause(desk, request.mentor_id)


async def pause_until(desk: Desk, mentor_id: int, until: datetime | None) -> None:
    """A mentor's pause, kept and ended where all of them are."""
    from bot.affairs import profiles as path  # here, because a mentor's path leads to her pairs, and they to requests

    await path.pause(desk, mentor_id, until)


async def pause(desk: Desk, mentor_id: int) -> None:
    """Nothing more comes to her for four weeks, unless she says that she is here."""
    row = await profiles.mentor_row(desk.tx, mentor_id, lock=True)
    if row is None or (row.paused_until is not None and row.paused_until > desk.now):
        return
    await pause_until(desk, mentor_id, desk.now + IGNORED_PAUSE)
    await desk.tell(mentor_id, "are_you_there")
