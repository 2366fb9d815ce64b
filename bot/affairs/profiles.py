"""Profiles of both sides, and the path of a mentor: her own steps, the coordinator's decision, her pauses."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.affairs import tongues
from bot.affairs.desk import Affair, Carried, Desk, Notice
from bot.dialogue.steps import Json, Words, _, own, p_, paragraphs, read_own
from bot.mentoring.assessments import Assessment
from bot.mentoring.path import (
    AcceptCode,
    AnswerTeam,
    Apply,
    Decided,
    MentorFile,
    MentorState,
    MyMentoring,
    PauseMentoring,
    SetOvercame,
    SetPlaces,
    Standing,
    StopMentoring,
    TellStory,
    applied_again,
    may_approve,
    next_step,
)
from bot.mentoring.people import Person
from bot.mentoring.profiles import FEWEST_PLACES, MOST_PLACES, MyProfile, Profile, SaveProfile, TonguesNamed
from bot.mentoring.team import CoordinatorState
from bot.messages import Opening
from bot.store import growth, profiles, team
from bot.store.profiles import MentorRow

BACK = "mentor_back"  # the notice at the end of a pause
OVERCOME = 3  # the level of a barrier in the questionnaire that is behind her
# States of who is on the path or at its end, and may change what she told.
ON_THE_PATH = frozenset({MentorState.APPLYING, MentorState.WAITING, MentorState.APPROVED})


# --- looking up ---------------------------------------------------------------------------------------------------


async def my_profile(desk: Desk, _what: MyProfile, person: Person) -> Profile:
    """Her own profile."""
    return await profiles.profile_of(desk.tx, person.id)


async def tongues_named(desk: Desk, what: TonguesNamed, _person: Person) -> tuple[str, ...]:
    """The languages that she named."""
    return tongues.named(what.words, desk.office.catalogs.languages)


async def standing(desk: Desk, _what: MyMentoring | None, person: Person) -> Standing:
    """Where she stands. The self-assessment counts whenever she took it."""
    row = await profiles.mentor_row(desk.tx, person.id)
    profile = await profiles.profile_of(desk.tx, person.id)
    profiled = bool(profile.languages)
    if row is None:
        return Standing(profiled=profiled)
    file = replace(row.file, assessed_at=row.file.assessed_at or await assessed_at(desk, person.id))
    return Standing(row.state, row.places, row.paused_until, file, profiled)


async def assessed_at(desk: Desk, person_id: int) -> datetime | None:
    """When she last assessed herself as a mentor, UTC."""
    taken = await growth.taken_before(desk.tx, person_id, Assessment.COMPETENCIES)
    return taken[-1].at if taken else None


# --- her own steps ------------------------------------------------------------------------------------------------


async def save_profile(desk: Desk, effect: SaveProfile, person: Person) -> Carried:
    """Keep her profile."""
    await profiles.save_profile(desk.tx, person.id, effect.profile, desk.now)
    return Carried(person)


async def apply(desk: Desk, _effect: Apply, person: Person) -> Carried:
    """She sets out, for the first time or again; who is under way already stays where she is."""
    row = await profiles.mentor_row(desk.tx, person.id, lock=True) or MentorRow(person.id, MentorState.LEFT)
    if row.state in ON_THE_PATH:
        return Carried(person)
    file = applied_again(row.file, desk.now)
    if not file.overcame:
        file = replace(file, overcame=await overcome_before(desk, person.id))
    row = changed(row, state=MentorState.APPLYING, paused_until=None, file=file)
    await profiles.save_mentor(desk.tx, row, desk.now)
    return Carried(person)


async def overcome_before(desk: Desk, person_id: int) -> tuple[str, ...]:
    """What she has already called overcome in the questionnaire on barriers."""
    taken = await growth.taken_before(desk.tx, person_id, Assessment.BARRIERS)
    return tuple(item for item, level in taken[-1].levels.items() if level == OVERCOME) if taken else ()


async def hers(desk: Desk, person: Person, *states: MentorState) -> MentorRow | None:
    """Her row, locked, where she is in one of these states (on the path, if none is given); else None, with an audit
    row: an old talk went on after somebody decided, or she never applied."""
    row = await profiles.mentor_row(desk.tx, person.id, lock=True)
    if row is not None and row.state in (states or ON_THE_PATH):
        return row
    await desk.not_hers(person, "mentor's path")
    return None


async def told(desk: Desk, effect: SetOvercame | TellStory | SetPlaces, person: Person) -> Carried:
    """Keep what she tells as a mentor."""
    row = await hers(desk, person)
    if row is None:
        return Carried(person)
    match effect:
        case SetOvercame(barriers):
            row = changed(row, file=replace(row.file, overcame=barriers, overcame_at=desk.now))
        case TellStory(story):
            row = changed(row, file=replace(row.file, story=story))
        case SetPlaces(places):
            row = changed(row, places=min(max(places, FEWEST_PLACES), MOST_PLACES))
    await profiles.save_mentor(desk.tx, row, desk.now)
    return Carried(person)


async def accept_code(desk: Desk, effect: AcceptCode, person: Person) -> Carried:
    """She accepts the code of conduct. Where that was the last step of hers, the team is told that she waits."""
    row = await hers(desk, person)
    if row is None:
        return Carried(person)
    here = await standing(desk, None, person)
    file = replace(here.file, code_at=desk.now, code_version=effect.version, code_hash=effect.shown_hash)
    complete = next_step(replace(here, file=file)) is None
    waits = row.state is MentorState.APPLYING and complete
    await profiles.save_mentor(
        desk.tx, changed(row, file=file, state=MentorState.WAITING if waits else row.state), desk.now
    )
    if waits:
        await desk.tell_team("team_applicant", person.id)
    return Carried(person)


async def answer_team(desk: Desk, effect: AnswerTeam, person: Person) -> Carried:
    """Her answer to the coordinator's question goes to the team."""
    row = await hers(desk, person, MentorState.WAITING)
    if row is not None and row.file.question is not None:
        await profiles.save_mentor(desk.tx, changed(row, file=replace(row.file, answer=effect.answer)), desk.now)
        await desk.tell_team("team_applicant", person.id)
    return Carried(person)


async def pause_mentoring(desk: Desk, effect: PauseMentoring, person: Person) -> Carried:
    """She pauses until the beginning of a day of hers, or is back."""
    if await hers(desk, person, MentorState.APPROVED) is None:
        return Carried(person)
    begins = datetime.combine(effect.until, time(), ZoneInfo(person.zone)) if effect.until else None
    await pause(desk, person.id, begins.astimezone(UTC) if begins else None)
    return Carried(person)


async def stop_mentoring(desk: Desk, _effect: StopMentoring, person: Person) -> Carried:
    """She is a mentor no more: nobody new comes to her. Her pairs go on until one of the two ends them."""
    row = await hers(desk, person)
    if row is not None:
        await leave(desk, row, MentorState.LEFT, row.file)
    return Carried(person)


async def leave(desk: Desk, row: MentorRow, state: MentorState, file: MentorFile) -> None:
    """A mentor leaves the path; who waited for her answer does not wait in vain."""
    await profiles.save_mentor(desk.tx, changed(row, state=state, paused_until=None, file=file), desk.now)
    await desk.cancel([BACK], row.person_id)
    if row.state is MentorState.APPROVED:
        await unavailable(desk, row.person_id)


async def gone(desk: Desk, person: Person) -> None:
    """She takes her yes back, or is erased: she is on no path any more, and nobody decides upon her."""
    row = await profiles.mentor_row(desk.tx, person.id, lock=True)
    if row is not None and row.state in ON_THE_PATH:
        await leave(desk, row, MentorState.LEFT, row.file)


async def unavailable(desk: Desk, mentor_id: int) -> None:
    """Requests that wait for her go on to the next choice."""
    from bot.affairs import requests  # here, because requests pause mentors who do not answer

    await requests.mentor_unavailable(desk, mentor_id)


# --- what others do about a mentor --------------------------------------------------------------------------------


async def pause(desk: Desk, mentor_id: int, until: datetime | None) -> None:
    """An approved mentor receives nobody until then (UTC), or again from now on (None). Requests that wait for her go
    on to the next choice, and a notice tells her when the pause is over."""
    row = await profiles.mentor_row(desk.tx, mentor_id, lock=True)
    if row is None or row.state is not MentorState.APPROVED:
        return
    await profiles.save_mentor(desk.tx, changed(row, paused_until=until), desk.now)
    await desk.cancel([BACK], mentor_id)
    if until is not None:
        await desk.plan(mentor_id, BACK, mentor_id, until)
        await unavailable(desk, mentor_id)


async def decide(desk: Desk, coordinator_id: int, mentor_id: int, *, approve: bool, reason: Json = None) -> Decided:
    """A coordinator approves who waits, or declines with words that the applicant reads (own words in JSON form). She
    is told. Anything but DONE: nothing has changed."""
    row = await profiles.mentor_row(desk.tx, mentor_id, lock=True)
    found = await waits_for(desk, coordinator_id, row)
    if row is None or found is not Decided.DONE:
        return found
    if approve and (stands := may_approve(row.state, row.file)) is not Decided.DONE:
        return stands
    file = replace(row.file, decided_at=desk.now, decided_by=coordinator_id, reason=None if approve else reason)
    state = MentorState.APPROVED if approve else MentorState.DECLINED
    await profiles.save_mentor(desk.tx, changed(row, state=state, file=file), desk.now)
    await desk.tell(mentor_id, "mentor_approved" if approve else "mentor_declined", mentor_id)
    return Decided.DONE


async def note_talk(desk: Desk, coordinator_id: int, mentor_id: int) -> Decided:
    """A coordinator has talked with who waits."""
    row = await profiles.mentor_row(desk.tx, mentor_id, lock=True)
    found = await waits_for(desk, coordinator_id, row)
    if row is not None and found is Decided.DONE:
        file = replace(row.file, talked_at=desk.now, talked_with=coordinator_id)
        await profiles.save_mentor(desk.tx, changed(row, file=file), desk.now)
    return found


async def ask_applicant(desk: Desk, coordinator_id: int, mentor_id: int, question: Json) -> Decided:
    """A coordinator asks who waits a question (own words in JSON form); she is told."""
    row = await profiles.mentor_row(desk.tx, mentor_id, lock=True)
    found = await waits_for(desk, coordinator_id, row)
    if row is not None and found is Decided.DONE:
        file = replace(row.file, question=question, answer=None)
        await profiles.save_mentor(desk.tx, changed(row, file=file), desk.now)
        await desk.tell(mentor_id, "mentor_question", mentor_id)
    return found


async def waits_for(desk: Desk, coordinator_id: int, row: MentorRow | None) -> Decided:
    """Whether this applicant waits, and whether this coordinator may decide upon her: confirmed, and not herself."""
    who = await team.coordinator(desk.tx, coordinator_id)
    confirmed = who is not None and who.state is CoordinatorState.CONFIRMED
    if not confirmed or (row is not None and row.person_id == coordinator_id):
        return Decided.NOT_YOURS
    return Decided.DONE if row is not None and row.state is MentorState.WAITING else Decided.NOT_WAITING


# --- telling her --------------------------------------------------------------------------------------------------

TO_MENTORING = Opening("mentoring")

# limit: 20
ANSWER = p_("button", "Answer")
# limit: 20
GO_ON = p_("button", "Go on")
# limit: 20
SETTINGS = p_("button", "My settings")


async def question(desk: Desk, person: Person, about: int) -> Notice | None:
    """A coordinator asks her something."""
    row = await of_herself(desk, person, about, MentorState.WAITING)
    if row is None or row.file.question is None or row.file.answer is not None:
        return None
    asks = _("A coordinator has a question about your application:")
    return Notice(paragraphs(asks, read_own(row.file.question)), ((ANSWER, TO_MENTORING),))


async def approved(desk: Desk, person: Person, about: int) -> Notice | None:
    """She is a mentor now."""
    if await of_herself(desk, person, about, MentorState.APPROVED) is None:
        return None
    words = _("You are a mentor now. Welcome! When a woman asks for you, I tell you here.")
    return Notice(words, ((GO_ON, TO_MENTORING),))


async def declined(desk: Desk, person: Person, about: int) -> Notice | None:
    """A coordinator said no; in her words, and not for ever."""
    row = await of_herself(desk, person, about, MentorState.DECLINED)
    return None if row is None else Notice(kind_no(row.file.reason), ((GO_ON, TO_MENTORING),))


def kind_no(reason: Json) -> Words:
    """How a no is told."""
    thanks = _("Thank you for your wish to support others. For now the answer is: not yet.")
    later = _("You can ask again later. Your own way here goes on as before.")
    says = _("The coordinator writes:")
    return paragraphs(thanks, *((says, read_own(reason)) if reason is not None else ()), later)


async def back(desk: Desk, person: Person, about: int) -> Notice | None:
    """Her pause is over."""
    row = await of_herself(desk, person, about, MentorState.APPROVED)
    if row is None or row.paused_until is None or row.paused_until > desk.now:
        return None
    await profiles.save_mentor(desk.tx, changed(row, paused_until=None), desk.now)
    name = own(person.alias)
    words = _("Welcome back, {name}. Your pause is over.")(name=name) if person.alias else _("Your pause is over.")
    more = _("From today a woman can ask for you again. Do you need more time?")
    return Notice(paragraphs(words, more), ((SETTINGS, TO_MENTORING),))


async def of_herself(desk: Desk, person: Person, about: int, state: MentorState) -> MentorRow | None:
    """Her own row, where she still is in this state."""
    row = await profiles.mentor_row(desk.tx, person.id) if about == person.id else None
    return row if row is not None and row.state is state else None


AFFAIR = Affair(
    finds={MyProfile: my_profile, TonguesNamed: tongues_named, MyMentoring: standing},
    carries={
        SaveProfile: save_profile,
        Apply: apply,
        SetOvercame: told,
        TellStory: told,
        SetPlaces: told,
        AcceptCode: accept_code,
        AnswerTeam: answer_team,
        PauseMentoring: pause_mentoring,
        StopMentoring: stop_mentoring,
    },
    notices={"mentor_question": question, "mentor_approved": approved, "mentor_declined": declined, BACK: back},
    leaves=(gone,),
)
