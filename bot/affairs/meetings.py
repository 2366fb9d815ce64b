"""Meetings of a pair: proposed, agreed, moved, cancelled, remembered, and how they were.

Who decides upon a meeting locks its pair first, so that a pick and a cancellation, or two picks, come one after the
other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from bot.affairs import contact, introductions, meeting_notices
from bot.affairs.desk import Affair, Carried, Desk, awake
from bot.affairs.meeting_notices import Theirs
from bot.affairs.pairs import trial_met
from bot.dialogue.steps import Text, _, own
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.meetings import (
    ASKED_AFTER,
    DAY_BEFORE,
    HOUR_BEFORE,
    LATEST,
    MAY_MEET,
    MOST_PROPOSALS,
    CancelMeeting,
    ComingMeeting,
    How,
    Meeting,
    MeetingFile,
    MeetingOf,
    MeetingState,
    PickTime,
    ProposeMeeting,
    SayHowItWas,
    reminder_at,
)
from bot.mentoring.mentorship import Side
from bot.mentoring.people import Person
from bot.messages import Opening
from bot.store import meetings as store
from bot.store import pairs, people
from bot.store.meetings import MeetingRow

REMINDERS = {"meeting_tomorrow": DAY_BEFORE, "meeting_soon": HOUR_BEFORE}
WAITING = (*REMINDERS, "meeting_over", "meeting_lapse", "meeting_proposed", "meeting_agreed")  # of one meeting
URGENT = timedelta(hours=1)  # a cancellation does not wait for a morning that is later than so much before the meeting

ASKED: Text = _("I ask {name}. You hear from me when she answers.")
TOO_LATE: Text = _("These times are past now. Please choose new ones.")
CHANGED: Text = _("The times have changed meanwhile. Here they are:")
BOTH_ASK: Text = _("{name} has proposed times too. Here they are:")
TOLD: Text = _("I tell {name}.")


# --- looked up ----------------------------------------------------------------------------------------------------


async def find_meeting(desk: Desk, what: MeetingOf, person: Person) -> Meeting | None:
    """One meeting of hers in a living pair."""
    theirs = await meeting_notices.theirs(desk, what.id, person.id)
    if theirs is None or not theirs.pair.living:
        await desk.not_hers(person, "meeting")
        return None
    return seen(theirs, person)


async def find_coming(desk: Desk, what: ComingMeeting, person: Person) -> Meeting | None:
    """What is proposed or agreed in this pair of hers."""
    pair = await pairs.get(desk.tx, what.pair)
    if pair is None or pair.side(person.id) is None:
        return None
    row = await coming(desk, pair.id)
    theirs = await meeting_notices.theirs(desk, row.id, person.id) if row is not None else None
    return seen(theirs, person) if theirs is not None else None


async def coming(desk: Desk, pair_id: int) -> MeetingRow | None:
    """The one meeting of a pair that is proposed, or agreed and not yet over."""
    return next((row for row in await store.open_of(desk.tx, pair_id) if row.coming(desk.now)), None)


def seen(theirs: Theirs, person: Person) -> Meeting:
    """A meeting as this woman sees it."""
    row, file = theirs.row, theirs.row.file
    return Meeting(
        row.id, row.pair_id, row.state, row.proposer_id == person.id, theirs.side, theirs.other.alias, file.way,
        file.place, file.proposals, file.minutes, row.at, file.was, file.how.get(person.id, ""),
    )  # fmt: skip


# --- proposed -----------------------------------------------------------------------------------------------------


async def propose(desk: Desk, effect: ProposeMeeting, person: Person) -> Carried:
    """Propose times: for a new meeting, or in place of those of one that is proposed or agreed."""
    pair = await pairs.get(desk.tx, effect.pair, lock=True)
    side = pair.side(person.id) if pair is not None else None
    if pair is None or side is None or pair.state not in MAY_MEET:
        await desk.not_hers(person, "pair to meet")
        return Carried(person, says=NOT_HERE)
    other = pair.person(side.other)
    name = own(await alias_of(desk, other))
    there = await coming(desk, pair.id)
    if there is not None and there.id != effect.instead:
        both = there.state is MeetingState.PROPOSED and there.proposer_id == other
        return Carried(person, says=BOTH_ASK(name=name) if both else None, then=Opening("meeting", str(there.id)))
    latest = desk.now + LATEST + timedelta(days=1)
    times = tuple(sorted({at for at in effect.times if desk.now < at < latest}))[:MOST_PROPOSALS]
    if not times:
        about = f"{pair.id}-{there.id}" if there is not None else str(pair.id)
        return Carried(person, says=TOO_LATE, then=Opening("meet", about))
    meeting_id = await keep_proposal(desk, there, replace(effect, times=times), person)
    await desk.plan(person.id, "meeting_lapse", meeting_id, times[-1])
    await desk.tell(other, "meeting_proposed", meeting_id)
    await contact.met(desk, pair, person.id)
    return Carried(person, says=ASKED(name=name))


async def keep_proposal(desk: Desk, row: MeetingRow | None, effect: ProposeMeeting, person: Person) -> int:
    """Keep what she proposes, in place of what was there; gives the id of the meeting."""
    if row is None:
        uid = f"{desk.office.chance.getrandbits(128):032x}"
        file = MeetingFile(effect.times, effect.way, effect.place, uid=uid)
        return await store.add(desk.tx, effect.pair, person.id, file, desk.now)
    await desk.cancel(WAITING, row.id)
    file = msgspec.structs.replace(row.file, proposals=effect.times, way=effect.way, place=effect.place)
    await store.save(
        desk.tx, replace(row, state=MeetingState.PROPOSED, proposer_id=person.id, at=None, file=file)
    )  # fmt: skip
    return row.id


async def lapse(desk: Desk, _person: Person, about: int) -> None:
    """No answer came before the last of the proposed times."""
    row = await locked(desk, about)
    if row is None or row.state is not MeetingState.PROPOSED or max(row.file.proposals) > desk.now:
        return
    if not await call_off(desk, row):
        await desk.tell(row.proposer_id, "meeting_lapsed", row.id)


# --- agreed -------------------------------------------------------------------------------------------------------


async def pick(desk: Desk, effect: PickTime, person: Person) -> Carried:
    """She takes one of the times: both get it, each with a file for her calendar."""
    theirs = await meeting_notices.theirs(desk, effect.meeting, person.id, lock=True)
    if theirs is None or theirs.pair.state not in MAY_MEET:
        await desk.not_hers(person, "meeting")
        return Carried(person, says=NOT_HERE)
    row = theirs.row
    again = Opening("meeting", str(row.id))
    if row.state is MeetingState.AGREED and row.at == effect.at:
        return Carried(person, then=again)
    if row.state is not MeetingState.PROPOSED:
        return Carried(person, says=NOT_HERE)
    if row.proposer_id == person.id or effect.at not in row.file.proposals:
        return Carried(person, says=CHANGED, then=again)
    if effect.at <= desk.now:
        return Carried(person, says=TOO_LATE, then=again)
    file = msgspec.structs.replace(row.file, was=effect.at, sequence=row.file.sequence + 1)
    row = replace(row, state=MeetingState.AGREED, at=effect.at, file=file)
    await store.save(desk.tx, row)
    await desk.cancel(WAITING, row.id)
    await plan_all(desk, row, effect.at, (person, theirs.other))
    await desk.tell(person.id, "meeting_agreed", row.id, at_once=True)
    await desk.tell(theirs.other.id, "meeting_agreed", row.id)
    await contact.met(desk, theirs.pair, person.id)
    return Carried(person)


async def plan_all(desk: Desk, row: MeetingRow, at: datetime, both: tuple[Person, Person]) -> None:
    """What the clock owes to an agreed meeting: reminders that are still ahead, and the question afterwards."""
    for person in both:
        for kind, before in REMINDERS.items():
            when = reminder_at(person, at, before)
            if when > desk.now:
                await desk.plan(person.id, kind, row.id, when)
    end = at + timedelta(minutes=row.file.minutes)
    await desk.plan(row.proposer_id, "meeting_over", row.id, end + ASKED_AFTER)


# --- cancelled ----------------------------------------------------------------------------------------------------


async def cancel(desk: Desk, effect: CancelMeeting, person: Person) -> Carried:
    """Either of the two cancels a meeting, takes it back or declines it; the other one is told."""
    theirs = await meeting_notices.theirs(desk, effect.meeting, person.id, lock=True)
    if theirs is None or not theirs.row.coming(desk.now):
        await desk.not_hers(person, "meeting")
        return Carried(person, says=NOT_HERE)
    if not await call_off(desk, theirs.row, by=person.id):
        await desk.tell(theirs.other.id, "meeting_cancelled", theirs.row.id)
    return Carried(person, says=TOLD(name=own(theirs.other.alias)))


async def call_off(desk: Desk, row: MeetingRow, *, by: int = 0, at_once: bool = False) -> bool:
    """Cancel a meeting. Where it stands in their calendars both are told, with a file that takes it out: she who did it
    (`by`) at once. Gives whether that was so; otherwise nobody is told."""
    stood = row.file.was is not None and row.file.was > desk.now
    file = msgspec.structs.replace(row.file, sequence=row.file.sequence + 1) if stood else row.file
    await store.save(desk.tx, replace(row, state=MeetingState.CANCELLED, file=file))
    await desk.cancel(WAITING, row.id)
    pair = await pairs.get(desk.tx, row.pair_id)
    if pair is not None:
        await contact.watch(desk, pair.id, pair.mentor_id, pair.state)
    if not stood or row.file.was is None or pair is None:
        return False
    for side in Side:
        person = await people.get(desk.tx, pair.person(side))
        if person is not None:
            soon = row.file.was - URGENT <= awake(person, desk.now)
            now = at_once or soon or person.id == by
            await desk.tell(person.id, "meeting_cancelled", row.id, at_once=now)
    return True


async def pair_ended(desk: Desk, pair_id: int, *, gone: bool = False) -> None:
    """The two are no longer a pair: nothing stays agreed or proposed. Both are told where a meeting was agreed: nobody
    shall wait for her in vain. gone: one of them is about to be erased, and at night too it is told at once, since
    nothing of it can be told afterwards."""
    for row in await store.open_of(desk.tx, pair_id):
        if row.coming(desk.now):
            await call_off(desk, row, at_once=gone)
    await introductions.pair_ended(desk, pair_id)


async def leave(desk: Desk, person: Person) -> None:
    """She is about to be erased: that a meeting with her is off, which waits for the other's morning, is told now."""
    for about, other_id in await store.untold_of(desk.tx, person.id):
        other = await people.get(desk.tx, other_id)
        await desk.cancel(["meeting_cancelled"], about)
        if other is not None:
            await desk.send(other, "meeting_cancelled", about)


# --- afterwards ---------------------------------------------------------------------------------------------------


async def over(desk: Desk, _person: Person, about: int) -> None:
    """Some time after its end: both are asked how it was."""
    row = await locked(desk, about)
    pair = await pairs.get(desk.tx, row.pair_id) if row is not None else None
    if row is None or pair is None or row.state is not MeetingState.AGREED or row.coming(desk.now):
        return
    await store.save(desk.tx, replace(row, state=MeetingState.PAST))
    await contact.met(desk, pair)
    for side in Side:
        await desk.tell(pair.person(side), "meeting_how", row.id)


async def say_how(desk: Desk, effect: SayHowItWas, person: Person) -> Carried:
    """Note how it was for her. The first meeting that happened opens the question of the trial."""
    theirs = await meeting_notices.theirs(desk, effect.meeting, person.id, lock=True)
    if theirs is None or not theirs.pair.living or not seen(theirs, person).over(desk.now):
        await desk.not_hers(person, "meeting")
        return Carried(person, says=NOT_HERE)
    row = theirs.row
    file = msgspec.structs.replace(row.file, how={**row.file.how, person.id: effect.how.value})
    await store.save(desk.tx, replace(row, file=file))
    if effect.how is not How.NOT:
        await trial_met(desk, theirs.pair.id)
    return Carried(person)


# --- small things -------------------------------------------------------------------------------------------------


async def locked(desk: Desk, meeting_id: int) -> MeetingRow | None:
    """A meeting whose pair nobody else decides upon until this transaction ends."""
    row = await store.get(desk.tx, meeting_id)
    if row is None or await pairs.get(desk.tx, row.pair_id, lock=True) is None:
        return None
    return await store.get(desk.tx, meeting_id)


async def alias_of(desk: Desk, person_id: int) -> str:
    """What she is called here."""
    person = await people.get(desk.tx, person_id)
    return person.alias if person is not None else ""


AFFAIR = (
    Affair(
        finds={MeetingOf: find_meeting, ComingMeeting: find_coming},
        carries={ProposeMeeting: propose, PickTime: pick, CancelMeeting: cancel, SayHowItWas: say_how},
        notices=meeting_notices.NOTICES,
        deeds={"meeting_lapse": lapse, "meeting_over": over},
        leaves=(leave,),
    )
    | introductions.AFFAIR
)
