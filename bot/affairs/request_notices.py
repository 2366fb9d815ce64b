"""What the two are told about a request, unasked: made from the tables when it goes out, and not where it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.affairs.desk import Desk, Notice
from bot.dialogue.steps import Json, Own, Text, Words, _, lines, p_, paragraphs, read_own
from bot.mentoring.people import Person
from bot.mentoring.requests import RequestFile, RequestState, called
from bot.messages import Opening
from bot.store import people
from bot.store import requests as kept
from bot.store.requests import Request

PATIENCE = timedelta(minutes=10)  # how long a notice waits for the voice note that belongs to it
LOOK_AGAIN = timedelta(seconds=30)
# limit: 20
LOOK = p_("button", "Look")
# limit: 20
ANSWER = p_("button", "Answer")
# limit: 20
HERE = p_("button", "I am here again")
# limit: 20
PAUSE_ME = p_("button", "Pause me")


async def name_of(desk: Desk, person_id: int) -> Words:
    """What she is called here; a woman without a name where she gave none."""
    person = await people.get(desk.tx, person_id)
    return called(person.alias if person is not None else "")


async def open_request(desk: Desk, about: int, *, mentor: int = 0, mentee: int = 0) -> Request | None:
    """The request, if it is still open, and this woman's."""
    request = await kept.get(desk.tx, about)
    if request is None or request.state is not RequestState.OPEN:
        return None
    return request if mentor == request.mentor_id or mentee == request.mentee_id else None


def look_now(about: int) -> tuple[tuple[Text, Opening], ...]:
    """The button to where her search stands. `about` makes it another talk than the one she may have left open, which
    still shows what was so before."""
    return ((LOOK, Opening("find", str(about))),)


# --- to the mentor ------------------------------------------------------------------------------------------------


async def card(desk: Desk, person: Person, about: int) -> Notice | None:
    """A request has come. A voice note of the mentee comes along."""
    request = await open_request(desk, about, mentor=person.id)
    if request is None or request.asked_at is None:
        return None
    words = paragraphs(
        _("A woman asks you to be her mentor: {name}.")(name=await name_of(desk, request.mentee_id)),
        _("Please look and answer within 3 days. A no is fine too."),
    )
    notice = Notice(words, ((LOOK, Opening("request", str(about))),))
    return await with_voice(desk, "request_card", request, request.mentee_id, request.file.note, notice)


async def reminder(desk: Desk, person: Person, about: int) -> Notice | None:
    """Her answer is still missing."""
    request = await open_request(desk, about, mentor=person.id)
    if request is None or request.file.with_mentee:
        return None
    name = await name_of(desk, request.mentee_id)
    words = lines(_("{name} waits for your answer.")(name=name), _("A no is fine too. Then I ask another mentor."))
    return Notice(words, ((LOOK, Opening("request", str(about))),))


async def answered(desk: Desk, person: Person, about: int) -> Notice | None:
    """The mentee has answered the question."""
    request = await open_request(desk, about, mentor=person.id)
    if request is None or request.file.replied_at is None:
        return None
    name = await name_of(desk, request.mentee_id)
    said = read_own(request.file.answer)
    words = paragraphs(_("{name} answered your question:")(name=name), said, _("You have 3 days from now."))
    # A name of its own, so that a card which she left open is not shown again as it was.
    notice = Notice(words, ((LOOK, Opening("request", f"{about}-answered")),))
    return await with_voice(desk, "request_answered", request, request.mentee_id, request.file.answer, notice)


async def gone(_desk: Desk, _person: Person, _about: int) -> Notice:
    """A request is closed; never why. The request itself may be erased by now."""
    return Notice(_("A request to you is closed. There is nothing to do. Thank you for being here."))


async def are_you_there(desk: Desk, person: Person, _about: int) -> Notice | None:
    """She did not answer two requests, and is paused. No guilt."""
    from bot.store import profiles

    row = await profiles.mentor_row(desk.tx, person.id)
    if row is None or row.paused_until is None or row.paused_until <= desk.now:
        return None
    words = paragraphs(
        _("Is all well with you? Two requests came, and life is full."),
        _("So I send you no new requests until {day}.")(day=row.paused_until.date()),
        _("Are you here again earlier? Then tell me."),
    )
    return Notice(words, ((HERE, Opening("here")), (PAUSE_ME, Opening("mentoring"))))


# --- to the mentee ------------------------------------------------------------------------------------------------


async def question(desk: Desk, person: Person, about: int) -> Notice | None:
    """The mentor has a question before she answers."""
    request = await open_request(desk, about, mentee=person.id)
    if request is None or not request.file.with_mentee:
        return None
    name = await name_of(desk, request.mentor_id)
    said = read_own(request.file.question)
    notice = Notice(
        paragraphs(_("{name} has a question before she answers:")(name=name), said),
        ((ANSWER, Opening("answer", str(about))),),
    )
    return await with_voice(desk, "request_question", request, request.mentor_id, request.file.question, notice)


async def made(desk: Desk, person: Person, about: int) -> Notice | None:
    """A coordinator's round has asked a mentor for her."""
    request = await open_request(desk, about, mentee=person.id)
    if request is None:
        return None
    words = paragraphs(
        _("Good news! A coordinator found a mentor for you: {name}.")(name=await name_of(desk, request.mentor_id)),
        _("I asked her. She has 3 days to answer. I tell you at once."),
    )
    return Notice(words, look_now(about))


async def closed_words(desk: Desk, person: Person) -> tuple[Text, int, Request | None]:
    """That the mentor whom she asked cannot, the id of that request (0 where it is erased), and the request that is
    open instead, if one is."""
    last = await kept.latest_ended(desk.tx, person.id)
    sorry = _("That mentor cannot take a new mentee now. This is not about you.")
    if last is not None:
        name = await name_of(desk, last.mentor_id)
        sorry = _("{name} cannot take a new mentee now. This is not about you.")(name=name)
    live = await kept.of_mentee(desk.tx, person.id, [RequestState.OPEN])
    return sorry, last.id if last else 0, next(iter(live), None)


# --- voice --------------------------------------------------------------------------------------------------------


async def with_voice(
    desk: Desk, kind: str, request: Request, author: int, words: Json, notice: Notice
) -> Notice | None:
    """The notice with the voice note that belongs to it. While that is still on its way from the platform, the notice
    waits a little."""
    said = Own("") if words is None else read_own(words)
    if said.voice is None:
        return notice
    fetching, voice = await kept.voice(desk.tx, said.voice, author)
    if fetching and desk.now < latest(request.file, request.asked_at) + PATIENCE:
        receiver = request.mentor_id if author == request.mentee_id else request.mentee_id
        await desk.plan(receiver, kind, request.id, desk.now + LOOK_AGAIN)
        return None
    return replace(notice, voice=voice)


def latest(file: RequestFile, asked_at: datetime | None) -> datetime:
    """When the newest words of a request came."""
    return max(moment for moment in (asked_at, file.questioned_at, file.replied_at) if moment is not None)
