"""Coordinators: who they are, what waits for them, whom they approve, the matching round. Reports stand in `cases`.

Every look-up and effect asks first whether she who wants it is a coordinator at this moment; everything that one of
them does leaves an audit row with ids only (PRODUCT K7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.affairs import cases, profiles, requests
from bot.affairs.cases import called, log
from bot.affairs.desk import Affair, Carried, Desk, Notice
from bot.dialogue.steps import Words, _, lines, n_, own, p_, paragraphs
from bot.mentoring.assessments import Assessment
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.path import Decided, MentorState
from bot.mentoring.people import Person
from bot.mentoring.team import (
    DIGEST,
    MORNING,
    MOST_NAMED,
    MOST_PROPOSED,
    MOST_REASONS,
    Applicant,
    ApplicantOf,
    AskApplicant,
    Asked,
    AskPair,
    AskToCoordinate,
    CoordinatorState,
    Decide,
    InvitedToCoordinate,
    NoteTalk,
    Proposed,
    RoundNow,
    RoundPlan,
    SendRound,
    StaysWithout,
    Waiting,
    WhatWaits,
    Work,
    coordinates,
    counted,
    next_morning,
    worth_telling,
)
from bot.messages import Opening
from bot.store import growth, pairs, people, team
from bot.store import profiles as kept

if TYPE_CHECKING:
    from bot.mentoring.rounds import Round

SHOWN = (MentorState.WAITING, MentorState.APPROVED, MentorState.DECLINED)  # of applicants, to a coordinator

# limit: 20
LOOK = p_("button", "Look")
# limit: 20
ROUND = p_("button", "Matching round")
# limit: 20
WRITE = p_("button", "Write")
# limit: 20
MY_PAIR = p_("button", "The two of us")


# --- becoming one -------------------------------------------------------------------------------------------------


async def invited(desk: Desk, what: InvitedToCoordinate, person: Person) -> Asked | None:
    """Where she stands with an invitation; one that nobody made is not there."""
    row = await team.coordinator(desk.tx, person.id)
    if row is not None and row.state is CoordinatorState.CONFIRMED:
        return Asked(row.state)
    if row is not None and await team.asked_by(desk.tx, row.number, desk.now) == person.id:
        return Asked(row.state, row.number)
    if await team.invited(desk.tx, what.invitation, desk.now):
        return Asked()
    await desk.not_hers(person, "invitation to coordinate")
    return None


async def ask(desk: Desk, effect: AskToCoordinate, person: Person) -> Carried:
    """She said yes: she gets a number that nobody else has."""
    asked = await invited(desk, InvitedToCoordinate(effect.invitation), person)
    if asked is None or not person.takes_part:
        return Carried(person, says=NOT_HERE)
    if asked.state is not None:
        return Carried(person)
    number = f"{desk.office.chance.randrange(10**6):06}"
    while await team.asked_by(desk.tx, number, desk.now) is not None:
        number = f"{desk.office.chance.randrange(10**6):06}"
    await team.ask(desk.tx, person.id, number, desk.now)
    await log(desk, person, "asked to coordinate")
    return Carried(person, then=Opening(team.INVITES, str(effect.invitation)))  # the talk says the number


async def welcome(_desk: Desk, person: Person, _about: int) -> Notice | None:
    """She is a coordinator now."""
    if not coordinates(person):
        return None
    words = lines(
        _("You are a coordinator now. Thank you!"),
        _("When something waits for you, I write to you here."),
        _("You can also type: coordination"),
    )
    return Notice(words, ((LOOK, Opening("coordination")),))


# --- what waits ---------------------------------------------------------------------------------------------------


async def what_waits(desk: Desk, _what: WhatWaits, person: Person) -> Waiting:
    """All that waits for her."""
    if not coordinates(person):
        await desk.not_hers(person, "what waits for the team")
        return Waiting()
    return await team.what_waits(desk.tx, person.id, desk.now)


async def morning(desk: Desk, person: Person, _about: int) -> None:
    """Every morning, as long as she is a coordinator: whether there is something that she should hear of."""
    told_at = await team.told_at(desk.tx, person.id)
    if told_at is None:
        return
    await desk.plan(person.id, MORNING, 0, next_morning(person.zone, desk.now))
    if coordinates(person) and worth_telling(await team.what_waits(desk.tx, person.id, desk.now), told_at):
        await desk.plan(person.id, DIGEST, 0, desk.now)


async def digest(desk: Desk, person: Person, _about: int) -> Notice | None:
    """All that waits for her, in one message."""
    waiting = await team.what_waits(desk.tx, person.id, desk.now) if coordinates(person) else Waiting()
    if not waiting.counts:
        return None
    await team.told(desk.tx, person.id, desk.now)
    words = lines(_("Hello! This waits for you today:"), counted(waiting))
    return Notice(words, ((LOOK, Opening("coordination")),))


async def ask_pair(desk: Desk, effect: AskPair, person: Person) -> Carried:
    """Ask both of a silent pair how it goes."""
    waiting = await team.silent_pairs(desk.tx, desk.now) if coordinates(person) else []
    found = next((one for one in waiting if one[0].about == effect.pair), None)
    if found is None:
        return await not_there(desk, person, "silent pair")
    for who in found[1:]:
        if who is not None:
            await desk.tell(who, "team_asks", effect.pair)
    await log(desk, person, f"asked pair {effect.pair} how it goes")
    return Carried(person, says=_("I ask both. Nobody is blamed."))


async def asks(desk: Desk, person: Person, about: int) -> Notice | None:
    """How is it going? To one of a pair that has been silent."""
    pair = await pairs.pair_of(desk.tx, person.id, about)
    if pair is None or not pair.living:
        return None
    words = lines(
        _("The team asks how you are, you and {name}.")(name=own(pair.other))
        if pair.other
        else _("The team asks how you two are."),
        _("You have not written here for a while. That happens."),
        _("A short hello is enough. You can also pause or end it."),
    )
    return Notice(words, ((WRITE, Opening("write", str(about))), (MY_PAIR, Opening("pair", str(about)))))


async def waits(desk: Desk, person: Person, about: int) -> Notice | None:
    """A mentee for whom nobody fits is on the waiting list."""
    mentee = await people.get(desk.tx, about)
    waiting = {who for _one, who, _other in await team.without_mentor(desk.tx)}
    if not coordinates(person) or mentee is None or about not in waiting:
        return None
    words = _("{name} waits for a mentor. Nobody fits yet.")(name=called(mentee.alias))
    buttons = ((ROUND, Opening("round")), (LOOK, Opening("coordination", f"{Work.MENTEE.value}-{about}")))
    return Notice(words, buttons)


# --- applicants ---------------------------------------------------------------------------------------------------


async def applicant(desk: Desk, what: ApplicantOf, person: Person) -> Applicant | None:
    """An applicant as a coordinator sees her; herself she does not see."""
    row = await kept.mentor_row(desk.tx, what.id) if coordinates(person) and what.id != person.id else None
    if row is None or row.state not in SHOWN:
        await desk.not_hers(person, "applicant")
        return None
    file = row.file
    names = await team.names_of(desk.tx, (row.person_id, file.talked_with, file.decided_by))
    taken = await growth.taken_before(desk.tx, row.person_id, Assessment.COMPETENCIES)
    return Applicant(
        row.person_id,
        names.get(row.person_id, ""),
        row.state,
        await kept.profile_of(desk.tx, row.person_id),
        file,
        dict(taken[-1].levels) if taken else {},
        names.get(file.talked_with, ""),
        names.get(file.decided_by, ""),
    )


async def note_talk(desk: Desk, effect: NoteTalk, person: Person) -> Carried:
    """A coordinator has talked with her."""
    if not coordinates(person):
        return await not_there(desk, person, "applicant")
    found = await judged(desk, person, await profiles.note_talk(desk, person.id, effect.applicant), effect.applicant)
    if found is None:
        await log(desk, person, f"noted a talk with applicant {effect.applicant}")
    return Carried(person, says=found or _("Noted: you talked with her today."))


async def decide(desk: Desk, effect: Decide, person: Person) -> Carried:
    """Approve or decline."""
    if not coordinates(person):
        return await not_there(desk, person, "applicant")
    number = effect.applicant
    done = await profiles.decide(desk, person.id, number, approve=effect.approve, reason=effect.reason)
    found = await judged(desk, person, done, number)
    if found is None:
        await log(desk, person, f"approved mentor {number}" if effect.approve else f"declined applicant {number}")
    good = _("She is a mentor now. I tell her.") if effect.approve else _("I tell her, in your words.")
    return Carried(person, says=found or good)


async def ask_applicant(desk: Desk, effect: AskApplicant, person: Person) -> Carried:
    """Ask her something."""
    if not coordinates(person):
        return await not_there(desk, person, "applicant")
    done = await profiles.ask_applicant(desk, person.id, effect.applicant, effect.question)
    found = await judged(desk, person, done, effect.applicant)
    if found is None:
        await log(desk, person, f"asked applicant {effect.applicant} a question")
    return Carried(person, says=found or _("I ask her. Her answer comes to you here."))


async def not_there(desk: Desk, person: Person, what: str) -> Carried:
    """Nothing is done, and one audit row says that she tried."""
    await desk.not_hers(person, what)
    return Carried(person, says=NOT_HERE)


async def judged(desk: Desk, person: Person, done: Decided, applicant_id: int) -> Words | None:
    """Why nothing was done, in words; None where it was done. Another coordinator may have been quicker."""
    match done:
        case Decided.DONE:
            return None
        case Decided.NO_TALK:
            return _("First talk with her, and note it here.")
        case Decided.STEPS_MISSING:
            return _("A step of hers is missing. Only she can do it.")
    row = await kept.mentor_row(desk.tx, applicant_id)
    if done is Decided.NOT_YOURS or row is None or not row.file.decided_by:
        await desk.not_hers(person, "applicant")
        return NOT_HERE
    name = (await team.names_of(desk.tx, [row.file.decided_by])).get(row.file.decided_by)
    return _("{name} has decided this already.")(name=own(name)) if name else _("This is decided already.")


async def applied(desk: Desk, person: Person, about: int) -> Notice | None:
    """An applicant waits for a decision, or has answered a question."""
    row = await kept.mentor_row(desk.tx, about)
    if not coordinates(person) or row is None or row.state is not MentorState.WAITING or about == person.id:
        return None
    name = called((await team.names_of(desk.tx, [about])).get(about))
    words = _("{name} wants to be a mentor. All her steps are done.")(name=name)
    if row.file.answer is not None:
        words = _("{name} has answered the question of the team.")(name=name)
    return Notice(words, ((LOOK, Opening("applicant", str(about))),))


# --- the matching round -------------------------------------------------------------------------------------------


async def round_now(desk: Desk, _what: RoundNow, person: Person) -> RoundPlan:
    """The round as things stand, with names."""
    if not coordinates(person):
        await desk.not_hers(person, "matching round")
        return RoundPlan()
    return await with_names(desk, await requests.round_of(desk))


async def with_names(desk: Desk, found: Round) -> RoundPlan:
    """A round as a coordinator sees it: as much as one talk can show. What is beyond comes in the next one."""
    some, left = found.pairs[:MOST_PROPOSED], found.without[:MOST_NAMED]
    ids = {who for pair in some for who in (pair.mentee, pair.suggestion.mentor)} | {one.mentee for one in left}
    names = await team.names_of(desk.tx, ids)
    return RoundPlan(
        tuple(
            Proposed(
                pair.mentee,
                pair.suggestion.mentor,
                names.get(pair.mentee, ""),
                names.get(pair.suggestion.mentor, ""),
                pair.suggestion.reasons[:MOST_REASONS],
            )
            for pair in some
        ),
        tuple(StaysWithout(names.get(one.mentee, ""), one.lack) for one in left),
        len(found.pairs) - len(some),
        len(found.without) - len(left),
    )


async def send_round(desk: Desk, effect: SendRound, person: Person) -> Carried:
    """Send the requests; how many went out is told."""
    if not coordinates(person):
        return await not_there(desk, person, "matching round")
    sent = await requests.send_round(desk, effect.pairs, person.id)
    less = len(effect.pairs) - sent
    words = n_("{n} request is on its way.", "{n} requests are on their way.", sent)
    stayed = n_("For {n} pair something has changed meanwhile.", "For {n} pairs something has changed meanwhile.", less)
    return Carried(person, says=paragraphs(words, stayed if less else None))


async def leave(desk: Desk, person: Person) -> None:
    """She is erased: what talks of coordinators had looked up about her goes too, and a report about her stays open
    without her name."""
    await team.forget_looked_up(desk.tx, person.id)


AFFAIR = cases.AFFAIR | Affair(
    finds={
        InvitedToCoordinate: invited,
        WhatWaits: what_waits,
        ApplicantOf: applicant,
        RoundNow: round_now,
    },
    carries={
        AskToCoordinate: ask,
        AskPair: ask_pair,
        NoteTalk: note_talk,
        Decide: decide,
        AskApplicant: ask_applicant,
        SendRound: send_round,
    },
    notices={
        team.WELCOME: welcome,
        "team_applicant": applied,
        "team_waiting": waits,
        "team_asks": asks,
        DIGEST: digest,
    },
    deeds={MORNING: morning},
    leaves=(leave,),
)
