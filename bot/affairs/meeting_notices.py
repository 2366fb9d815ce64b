"""What is told about meetings: each in her own language and on her own clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.affairs.calendar_file import calendar_file
from bot.affairs.desk import Desk, Make, Notice
from bot.dialogue.steps import Words, _, lines, own, p_, paragraphs
from bot.mentoring.meetings import ANSWERS, MAY_MEET, TAPPED, WHEN, MeetingState, how_and_where, on_her_clock
from bot.mentoring.mentorship import Side
from bot.mentoring.people import Person
from bot.messages import Document, Opening
from bot.store import meetings as store
from bot.store import pairs, people
from bot.store.meetings import MeetingRow
from bot.store.pairs import PairRow

# limit: 20
CHOOSE = p_("button", "Choose a time")
# limit: 20
CHANGE = p_("button", "Change it")
# limit: 20
NEW_TIMES = p_("button", "Propose times")


@dataclass(frozen=True, slots=True)
class Theirs:
    """A meeting of hers with its pair, her side in it, and the other one."""

    row: MeetingRow
    pair: PairRow
    side: Side
    other: Person


async def theirs(desk: Desk, meeting_id: int, person_id: int, *, lock: bool = False) -> Theirs | None:
    """A meeting of hers; None where it is not. lock: to decide upon it."""
    row = await store.get(desk.tx, meeting_id)
    pair = await pairs.get(desk.tx, row.pair_id, lock=lock) if row is not None else None
    side = pair.side(person_id) if pair is not None else None
    if pair is None or side is None:
        return None
    other = await people.get(desk.tx, pair.person(side.other))
    row = await store.get(desk.tx, meeting_id) if lock else row  # as it is now that nobody else changes it
    return Theirs(row, pair, side, other) if row is not None and other is not None else None


async def proposed(desk: Desk, person: Person, about: int) -> Notice | None:
    """The other one proposes times, for a new meeting or in place of what was agreed."""
    found = await theirs(desk, about, person.id)
    if found is None or found.row.state is not MeetingState.PROPOSED or found.row.proposer_id == person.id:
        return None
    file, name = found.row.file, own(found.other.alias)
    times = [on_her_clock(at, person.zone) for at in file.proposals if at > desk.now]
    if not times or not found.pair.living:
        return None
    lead = (
        lines(_("{name} needs another time for your meeting.")(name=name), _("The old time no longer holds."))
        if file.was is not None
        else _("{name} would like to meet you.")(name=name)
    )
    words = paragraphs(lead, how_and_where(file.way, file.place), lines(_("Does one of these times fit you?"), *times))
    return Notice(words, ((CHOOSE, Opening("meeting", str(about))),))


async def lapsed(desk: Desk, person: Person, about: int) -> Notice | None:
    """Nobody answered to the times that she proposed."""
    found = await theirs(desk, about, person.id)
    if found is None or found.row.state is not MeetingState.CANCELLED or found.pair.state not in MAY_MEET:
        return None
    words = lines(
        _("{name} could not answer before your times were past.")(name=own(found.other.alias)),
        _("That happens. You can propose new ones."),
    )
    return Notice(words, ((NEW_TIMES, Opening("meet", str(found.pair.id))),))


async def agreed(desk: Desk, person: Person, about: int) -> Notice | None:
    """The meeting stands, with a file for her calendar."""
    found = await theirs(desk, about, person.id)
    if found is None or not stands(desk, found.row):
        return None
    words = paragraphs(
        _("Your meeting with {name} is agreed.")(name=own(found.other.alias)),
        when_how_where(found, person),
        _("The file is for your calendar, if you use one."),
    )
    return Notice(words, ((CHANGE, Opening("meeting", str(about))),), document=file_for(desk, found, person))


async def reminder(desk: Desk, person: Person, about: int) -> Notice | None:
    """The meeting is near. It says when, and neither "tomorrow" nor "soon": it can come early, before a night."""
    found = await theirs(desk, about, person.id)
    if found is None or not stands(desk, found.row):
        return None
    lead = _("Your meeting with {name} is coming.")(name=own(found.other.alias))
    return Notice(
        paragraphs(lead, when_how_where(found, person)), ((CHANGE, Opening("meeting", str(about))),)
    )  # fmt: skip


async def cancelled(desk: Desk, person: Person, about: int) -> Notice | None:
    """It does not take place; where it stands in her calendar, with a file that takes it out there."""
    found = await theirs(desk, about, person.id)
    if found is None or found.row.state is not MeetingState.CANCELLED:
        return None
    was, name, document = found.row.file.was, own(found.other.alias), None
    words: Words
    if was is not None:
        words = lines(
            _("Your meeting with {name} does not take place.")(name=name), on_her_clock(was, person.zone)
        )  # fmt: skip
        document = file_for(desk, found, person)
    elif found.row.proposer_id == person.id:
        words = _("{name} cannot meet at the moment.")(name=name)
    else:
        words = _("{name} has taken her times back.")(name=name)
    again = ((NEW_TIMES, Opening("meet", str(found.pair.id))),) if found.pair.state in MAY_MEET else ()
    return Notice(words, again, document=document)


async def how(desk: Desk, person: Person, about: int) -> Notice | None:
    """How was it: one tap says it."""
    found = await theirs(desk, about, person.id)
    if found is None or found.row.state is not MeetingState.PAST or not found.pair.living:
        return None
    if person.id in found.row.file.how:
        return None
    words = _("How was your meeting with {name}?")(name=own(found.other.alias))
    return Notice(words, tuple((ANSWERS[it], Opening("met", f"{about}-{tap}")) for tap, it in TAPPED.items()))


def stands(desk: Desk, row: MeetingRow) -> bool:
    """Whether it is agreed and has not begun."""
    return row.state is MeetingState.AGREED and row.at is not None and row.at > desk.now


def when_how_where(found: Theirs, person: Person) -> Words:
    """An agreed meeting, a line each."""
    at, file = found.row.at, found.row.file
    when = WHEN(when=on_her_clock(at, person.zone)) if at is not None else None
    return lines(when, how_and_where(file.way, file.place))


def file_for(desk: Desk, found: Theirs, person: Person) -> Document | None:
    """The calendar file of a meeting as it stands, or one that takes it out. In discreet mode it does not say where."""
    file = found.row.file
    if file.was is None:
        return None
    catalogs, language = desk.office.catalogs, desk.language(person)
    title = catalogs.label(_("Meeting with {name}")(name=own(found.other.alias)), language)
    place = "" if person.discreet or not isinstance(file.place, str) else file.place
    return calendar_file(
        file.uid, file.sequence, title, file.was, file.minutes, desk.now, place=place,
        cancels=found.row.state is MeetingState.CANCELLED,
    )  # fmt: skip


NOTICES: Mapping[str, Make] = {
    "meeting_proposed": proposed,
    "meeting_lapsed": lapsed,
    "meeting_agreed": agreed,
    "meeting_tomorrow": reminder,
    "meeting_soon": reminder,
    "meeting_cancelled": cancelled,
    "meeting_how": how,
}
