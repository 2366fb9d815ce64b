"""Suggestions, requests and their answers, the waiting list (PRODUCT M4 to M6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.affairs import matchmaker, request_answers, request_notices
from bot.affairs.desk import Affair, Carried, Desk, Notice
from bot.affairs.matchmaker import Matchmaker
from bot.affairs.request_moves import (
    OF_HER_SEARCH,
    OPEN,
    QUEUED,
    card_goes_out,
    mentor_unavailable,
    take_back,
    void_between,
    withdraw_all,
)
from bot.affairs.request_rounds import MOST_IN_ROUND, round_of, send_round, waiting_mentees
from bot.dialogue.steps import Json, Words, _, paragraphs
from bot.mentoring.constraints import against
from bot.mentoring.goals import GoalState
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.people import Person
from bot.mentoring.profiles import Field, Mentee, Mentor
from bot.mentoring.reasons import Suggestion, reasons
from bot.mentoring.requests import (
    MOST_CHOICES,
    NEXT_LOOK,
    NEXT_NEWS,
    Accept,
    AnswerFirst,
    Asked,
    AskFirst,
    AskMentors,
    Card,
    CardOf,
    Decline,
    HereAgain,
    MySearch,
    Offer,
    Question,
    QuestionOf,
    RequestFile,
    RequestState,
    Search,
    StopWaiting,
    Wait,
    Withdraw,
)
from bot.messages import Opening
from bot.store import growth, people, profiles
from bot.store import requests as kept

__all__ = [
    "MOST_IN_ROUND", "affair", "mentor_unavailable", "round_of", "send_round", "void_between", "waiting_mentees",
    "withdraw_all",
]  # fmt: skip

UNDER_WAY = (GoalState.DESCRIBED, GoalState.CONTINUING)


def affair() -> Affair:
    """The affair, with a table of mentors of its own."""
    search = Searching()
    return Affair(
        finds={MySearch: search.find, CardOf: card_of, QuestionOf: question_of},
        carries={
            AskMentors: ask_mentors,
            Withdraw: withdraw,
            Wait: search.wait,
            StopWaiting: stop_waiting,
            Accept: request_answers.accept,
            Decline: request_answers.decline,
            AskFirst: request_answers.ask_first,
            AnswerFirst: request_answers.answer_first,
            HereAgain: request_answers.here_again,
        },
        notices={
            "request_card": request_notices.card,
            "request_reminder": request_notices.reminder,
            "request_question": request_notices.question,
            "request_answered": request_notices.answered,
            "request_gone": request_notices.gone,
            "request_made": request_notices.made,
            "request_closed": search.closed,
            "new_mentor": search.new_mentor,
            "are_you_there": request_notices.are_you_there,
        },
        deeds={
            "request_remind": request_answers.remind,
            "request_expire": request_answers.expire,
            "waiting_look": search.look_again,
        },
        leaves=(leave,),
    )


@dataclass(slots=True)
class Searching:
    """What needs all mentors at once: suggestions, and whether anybody fits."""

    matchmaker: Matchmaker | None = None  # once it is asked for: the programme has the weights

    async def suggestions(self, desk: Desk, person_id: int, most: int) -> tuple[Suggestion, ...]:
        """Who fits her best; nobody for who has not said yes to being proposed, or has told no language."""
        mentee = await matchmaker.mentee(desk.tx, person_id)
        if mentee is None or not mentee.profile.languages:
            return ()
        self.matchmaker = self.matchmaker or Matchmaker(desk.office.programme.weights)
        return await self.matchmaker.suggest(desk.tx, mentee, desk.now, most)

    async def find(self, desk: Desk, _what: MySearch, person: Person) -> Search:
        """Where she stands, with suggestions where she can ask a mentor now."""
        if await kept.has_mentor(desk.tx, person.id):
            return Search(paired=True)
        asked = await asked_by(desk, person.id)
        return Search(
            profile=await profiles.profile_of(desk.tx, person.id),
            goal=await goal_of(desk, person.id),
            asked=asked,
            since=await kept.waits_since(desk.tx, person.id),
            offers=() if asked else await self.offers(desk, person.id),
        )

    async def offers(self, desk: Desk, person_id: int) -> tuple[Offer, ...]:
        """The mentors to suggest to her, with what she may know of each."""
        found = await self.suggestions(desk, person_id, MOST_CHOICES)
        return tuple([await offer(desk, suggestion) for suggestion in found])

    # --- the waiting list -----------------------------------------------------------------------------------------

    async def wait(self, desk: Desk, _effect: Wait, person: Person) -> Carried:
        """Put her on the waiting list, and tell her what happens next."""
        if await matchmaker.mentee(desk.tx, person.id) is None or await kept.has_mentor(desk.tx, person.id):
            return Carried(person, says=NOT_HERE)
        await self.on_the_list(desk, person)
        return Carried(person, says=LISTED)

    async def on_the_list(self, desk: Desk, person: Person) -> None:
        """She waits; the team hears it, and the clock looks for her. Who might have asked somebody is left in peace
        for a week."""
        if await kept.wait(desk.tx, person.id, desk.now):
            somebody = await self.suggestions(desk, person.id, 1)
            await desk.plan(person.id, "waiting_look", 0, desk.now + (NEXT_NEWS if somebody else NEXT_LOOK))
            await desk.tell_team("team_waiting", person.id)

    async def look_again(self, desk: Desk, person: Person, _about: int) -> None:
        """Whether somebody fits her by now; she hears it at most once a week."""
        if await kept.waits_since(desk.tx, person.id) is None:
            return
        again: timedelta = NEXT_LOOK
        busy = await kept.of_mentee(desk.tx, person.id) or await kept.has_mentor(desk.tx, person.id)
        if not busy and await self.suggestions(desk, person.id, 1):
            again = NEXT_NEWS
            await desk.tell(person.id, "new_mentor")
        await desk.plan(person.id, "waiting_look", 0, desk.now + again)

    async def new_mentor(self, desk: Desk, person: Person, _about: int) -> Notice | None:
        """Somebody fits her who waits."""
        if await kept.waits_since(desk.tx, person.id) is None or await kept.of_mentee(desk.tx, person.id):
            return None
        if not await self.suggestions(desk, person.id, 1):
            return None
        words = _("Good news! A mentor may fit you now. Would you like to look?")
        return Notice(words, request_notices.look_now(desk.now.toordinal()))

    async def closed(self, desk: Desk, person: Person, _about: int) -> Notice | None:
        """The mentor whom she asked cannot. Who is asked now, or else what she can do; where nobody fits she waits."""
        if await kept.has_mentor(desk.tx, person.id):
            return None
        sorry, last, now = await request_notices.closed_words(desk, person)
        if now is not None and now.place == 1:
            return None  # she has asked somebody else herself since
        look = request_notices.look_now(last)
        if now is not None:
            name = await request_notices.name_of(desk, now.mentor_id)
            return Notice(paragraphs(sorry, _("I have asked {name} now. She has 3 days.")(name=name)), look)
        if await self.suggestions(desk, person.id, 1):
            return Notice(paragraphs(sorry, _("Other mentors may fit you. Shall we look?")), look)
        if await matchmaker.mentee(desk.tx, person.id) is None:
            return Notice(sorry)
        await self.on_the_list(desk, person)
        return Notice(paragraphs(sorry, LISTED), look)


LISTED: Words = paragraphs(
    _("You are on the waiting list now."),
    _("A coordinator looks for you within a week. When a new mentor fits, I tell you."),
)


# --- look-ups -----------------------------------------------------------------------------------------------------


async def offer(desk: Desk, suggestion: Suggestion) -> Offer:
    """What a mentee may know of a mentor who is suggested to her."""
    person = await people.get(desk.tx, suggestion.mentor)
    profile = await profiles.profile_of(desk.tx, suggestion.mentor)
    row = await profiles.mentor_row(desk.tx, suggestion.mentor)
    return Offer(
        suggestion.mentor,
        person.alias if person else "",
        languages=profile.languages,
        knows=tuple(work for work in Field if work in profile.knows),
        region=profile.region,
        story=row.file.story if row else None,
        reasons=suggestion.reasons,
    )


async def asked_by(desk: Desk, person_id: int) -> Asked | None:
    """Her open request with the choices behind it; None without one."""
    live = await kept.of_mentee(desk.tx, person_id)
    now = next((request for request in live if request.state is OPEN), None)
    if now is None or now.until is None:
        return None
    queue = sorted((request for request in live if request.state is QUEUED), key=lambda one: one.place)
    names = tuple([await alias_of(desk, request.mentor_id) for request in queue])
    return Asked(now.id, await alias_of(desk, now.mentor_id), now.until, names, question=now.file.with_mentee)


async def goal_of(desk: Desk, person_id: int) -> Json:
    """The title of her newest goal under way that can be read; None without one."""
    goals = await growth.goals_of(desk.tx, person_id)
    titles = (goal.plan.title for goal in goals if goal.state in UNDER_WAY)
    return next((title for title in titles if not (isinstance(title, dict) and "voice" in title)), None)


async def alias_of(desk: Desk, person_id: int) -> str:
    """What a woman is called here; "" if she gave no name."""
    person = await people.get(desk.tx, person_id)
    return person.alias if person else ""


async def card_of(desk: Desk, what: CardOf, person: Person) -> Card | None:
    """An open request to her."""
    request = await request_notices.open_request(desk, what.id, mentor=person.id)
    mentee = await matchmaker.mentee(desk.tx, request.mentee_id) if request else None
    if request is None or request.until is None or mentee is None:
        await desk.not_hers(person, "a request")
        return None
    her, file = mentee.profile, request.file
    return Card(
        request.id,
        await alias_of(desk, mentee.id),
        request.until,
        languages=her.languages,
        knows=tuple(work for work in Field if work in her.knows),
        hopes=tuple(work for work in Field if work in her.hopes),
        goal=file.goal,
        reasons=file.reasons,
        note=file.note,
        question=file.question,
        answer=file.answer,
        with_mentee=file.with_mentee,
        by_team=file.by_team,
    )


async def question_of(desk: Desk, what: QuestionOf, person: Person) -> Question | None:
    """A question that waits for her answer."""
    request = await request_notices.open_request(desk, what.id, mentee=person.id)
    if request is None or not request.file.with_mentee:
        await desk.not_hers(person, "a question about a request")
        return None
    return Question(request.id, await alias_of(desk, request.mentor_id), request.file.question)


# --- asking -------------------------------------------------------------------------------------------------------


async def ask_mentors(desk: Desk, effect: AskMentors, person: Person) -> Carried:
    """The first of her choices against whom nothing stands gets the card, the others wait for their turn."""
    if await kept.has_mentor(desk.tx, person.id):
        return Carried(person, says=_("You have a mentor."), then=Opening("pair"))
    if await kept.of_mentee(desk.tx, person.id):
        return Carried(person, says=_("You have asked a mentor already."), then=Opening("find"))
    chosen = list(dict.fromkeys(effect.mentors))[:MOST_CHOICES]
    await kept.lock_mentors(desk.tx, chosen)
    mentee = await matchmaker.mentee(desk.tx, person.id)
    found = {mentor.id: mentor for mentor in await matchmaker.mentors(desk.tx, chosen)}
    fit = [found[one] for one in chosen if mentee and one in found and not against(mentee, found[one], desk.now)]
    number = await first_of(desk, mentee, fit, effect) if mentee else None
    if number is None:
        return Carried(
            person, says=_("She cannot take a new mentee just now. Let us look again."), then=Opening("find")
        )
    await desk.cancel(("request_closed", "new_mentor"), 0, person.id)
    await card_goes_out(desk, number, fit[0].id)
    name = await request_notices.name_of(desk, fit[0].id)
    changed = _("Your first choice cannot take a new mentee just now.") if fit[0].id != chosen[0] else None
    sent = _("Your request is on its way to {name}. She has 3 days. I tell you at once when she answers.")(name=name)
    return Carried(person, says=paragraphs(changed, sent))


async def first_of(desk: Desk, mentee: Mentee, mentors: Sequence[Mentor], effect: AskMentors) -> int | None:
    """Keep a request to each of these mentors, the first of them open; gives the id of that one, or None where there is
    none, or she has an open request already."""
    numbers = []
    for place, mentor in enumerate(mentors, 1):
        file = RequestFile(reasons(mentee, mentor, desk.office.programme.weights), note=effect.note, goal=effect.goal)
        state = OPEN if place == 1 else QUEUED
        numbers.append(await kept.add(desk.tx, mentee.id, mentor.id, place, state, file, desk.now))
        if numbers[0] is None:
            return None
    return numbers[0] if numbers else None


async def withdraw(desk: Desk, effect: Withdraw, person: Person) -> Carried:
    """She takes her request back, with all choices behind it."""
    request = await kept.take(desk.tx, effect.request)
    if request is None or request.mentee_id != person.id:
        await desk.not_hers(person, "a request")
        return Carried(person, says=NOT_HERE)
    if request.state is not OPEN:
        return Carried(person, says=NOT_HERE)
    await take_back(desk, person.id, RequestState.WITHDRAWN)
    name = await request_notices.name_of(desk, request.mentor_id)
    return Carried(person, says=_("Your request to {name} is taken back.")(name=name))


async def stop_waiting(desk: Desk, _effect: StopWaiting, person: Person) -> Carried:
    """She waits no more."""
    await kept.stop_waiting(desk.tx, person.id)
    await desk.cancel(("new_mentor", "waiting_look"), 0, person.id)
    return Carried(person, says=_("You are no longer on the waiting list. You can come back at any time."))


async def leave(desk: Desk, person: Person) -> None:
    """She is about to be erased: what she asked ends, and so does what was asked of her."""
    await withdraw_all(desk, person)
    await desk.cancel(OF_HER_SEARCH, 0, person.id)
