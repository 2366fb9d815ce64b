"""Reports, and calls for help with a pair: what coordinators do about them, and what the women are told.

Nobody sees a case that she is part of herself, on either side, even where she is a coordinator.
"""

from __future__ import annotations

from dataclasses import replace as changed

from msgspec.structs import replace

from bot.affairs import pairs, photos, profiles
from bot.affairs.desk import Affair, Carried, Desk, Notice
from bot.dialogue.steps import Json, Ltr, Own, Text, Words, _, lines, own, p_, paragraphs, read_own
from bot.mentoring.lookups import NOT_HERE, Helpline
from bot.mentoring.mentorship import Side
from bot.mentoring.path import MentorState
from bot.mentoring.people import Person
from bot.mentoring.relay import FROM
from bot.mentoring.team import (
    MOST_READ,
    Case,
    CaseOf,
    CaseState,
    CloseCase,
    EndPair,
    HearReport,
    PauseMentor,
    ReadPair,
    WriteReporter,
    coordinates,
)
from bot.messages import Attachment, Message, Opening
from bot.store import mail, relay, team
from bot.store import pairs as kept_pairs
from bot.store import profiles as kept
from bot.store.team import CaseRow

TO_CALL = 4  # numbers in one message; the first are those that hold everywhere

# limit: 20
LOOK = p_("button", "Look")


async def case_for(desk: Desk, person: Person, case_id: int, *, lock: bool = False) -> CaseRow | None:
    """A case for this coordinator; None (and an audit row) where it is not there for her."""
    row = await team.case(desk.tx, case_id, lock=lock) if coordinates(person) else None
    if row is None or person.id in (row.reporter_id, row.about_id):
        await desk.not_hers(person, "case")
        return None
    return row


async def to_do(desk: Desk, person: Person, case_id: int) -> CaseRow | None:
    """A case of hers that is still open, locked."""
    row = await case_for(desk, person, case_id, lock=True)
    return row if row is not None and row.state is CaseState.OPEN else None


async def find(desk: Desk, what: CaseOf, person: Person) -> Case | None:
    """A case as she sees it. That somebody looks is noted in the case itself: from then on it is true that the reporter
    is not alone with it, and she need not be told otherwise."""
    row = await case_for(desk, person, what.id, lock=True)
    if row is None:
        return None
    if not row.file.looked:
        row = changed(row, file=replace(row.file, looked=person.id))
        await team.save_case(desk.tx, row, desk.now)
        await desk.cancel([team.REPORT_UNANSWERED], row.id)
        await log(desk, person, f"looked at case {row.id}")
    names = await team.names_of(desk.tx, (row.reporter_id, row.about_id or 0))
    pair = await kept_pairs.get(desk.tx, row.pair_id or 0)
    return Case(
        row.id,
        row.state,
        row.opened_at,
        names.get(row.reporter_id, ""),
        names.get(row.about_id or 0, ""),
        row.file,
        await mentors(desk, row.about_id or 0),
        pair.id if pair is not None else 0,
        pair is not None and pair.living,
    )


async def mentors(desk: Desk, person_id: int) -> bool:
    """Whether there is something to stop: she is approved, or has ceased to be a mentor and kept her pairs."""
    row = await kept.mentor_row(desk.tx, person_id)
    approved = row is not None and row.state is MentorState.APPROVED
    return approved or bool(await kept_pairs.living_of(desk.tx, person_id, Side.MENTOR))


# --- what a coordinator does --------------------------------------------------------------------------------------


async def pause(desk: Desk, effect: PauseMentor, person: Person) -> Carried:
    """The reported mentor is approved no more until a coordinator has talked with her and approves her anew: she waits
    among the applicants, so that she cannot take the pause back herself. Her requests go on to others, her pairs end;
    these end too where she quickly ceased to be a mentor herself."""
    case = await to_do(desk, person, effect.case)
    row = await kept.mentor_row(desk.tx, case.about_id, lock=True) if case is not None and case.about_id else None
    if case is None or row is None or not await mentors(desk, row.person_id):
        return Carried(person, says=NOT_HERE)
    if row.state is MentorState.APPROVED:
        file = replace(row.file, decided_at=None, decided_by=0, talked_at=None, talked_with=0)
        await profiles.leave(desk, row, MentorState.WAITING, file)
    await pairs.end_all(desk, row.person_id)
    await desk.tell(row.person_id, "team_paused", row.person_id)
    await log(desk, person, f"paused mentor {row.person_id} in case {case.id}")
    return Carried(person, says=_("She is paused. Nothing goes out any more. To change it: “What waits for me”."))


async def end(desk: Desk, effect: EndPair, person: Person) -> Carried:
    """The pair ends; both hear it, and not why."""
    case = await to_do(desk, person, effect.case)
    pair = await kept_pairs.get(desk.tx, case.pair_id) if case is not None and case.pair_id else None
    if case is None or pair is None or not pair.living:
        return Carried(person, says=NOT_HERE)
    await pairs.end(desk, pair.id, None, reason=pairs.STOPPED)
    await log(desk, person, f"ended pair {pair.id} in case {case.id}")
    return Carried(person, says=_("The pair has ended. Both hear it, and not why."))


async def read(desk: Desk, effect: ReadPair, person: Person) -> Carried:
    """The last messages of the pair, as messages of their own: no talk's journal keeps them. Her reason is kept in the
    case; both women are told (TRUST, Safeguarding)."""
    case = await to_do(desk, person, effect.case)
    pair = await kept_pairs.get(desk.tx, case.pair_id) if case is not None and case.pair_id else None
    if case is None or pair is None or not effect.reason.strip():
        return Carried(person, says=NOT_HERE)
    seen = (*case.file.seen, (person.id, effect.reason, desk.now.isoformat()))
    await team.save_case(desk.tx, changed(case, file=replace(case.file, seen=seen)), desk.now)
    await log(desk, person, f"read messages of pair {pair.id} in case {case.id}")
    for who in (pair.mentee_id, pair.mentor_id):
        await desk.tell(who, "case_read", pair.id)
    names = await team.names_of(desk.tx, (pair.mentee_id, pair.mentor_id))
    last = await team.last_messages(desk.tx, pair.id, MOST_READ)
    if not last:
        return Carried(person, says=_("There are no messages to read. Old ones are forgotten."))
    said = [
        Text("{name}: {words}")(name=called(names.get(sender)), words=read_own(words)) for sender, words, _at in last
    ]
    first = _("The last messages, the newest below. Only for you.")
    sounds = [await sound(desk, person, sender, words) for sender, words, _at in last]
    messages = [desk.message(person, Notice(paragraphs(first, *said))), *(one for one in sounds if one is not None)]
    return Carried(person, tuple(messages))


async def hear(desk: Desk, effect: HearReport, person: Person) -> Carried:
    """The report, where it was spoken."""
    case = await case_for(desk, person, effect.case)
    message = await sound(desk, person, case.reporter_id, case.file.words) if case is not None else None
    return Carried(person, (message,)) if message is not None else Carried(person, says=NOT_HERE)


async def sound(desk: Desk, person: Person, sender_id: int, words: Json) -> Message | None:
    """A voice note or photo of the sender, for this coordinator; None for written words, and where it is gone."""
    said = read_own(words) if words else own("")
    number = said.voice or said.photo
    media = await relay.media(desk.tx, sender_id, number) if number else None
    if media is None or media.body is None:
        return None
    from_her = FROM(name=called((await team.names_of(desk.tx, [sender_id])).get(sender_id)))
    if said.photo is not None:
        return desk.message(person, Notice(from_her, photo=Attachment(photos.MIME, media.body)))
    return desk.message(person, Notice(from_her, voice=Attachment(media.mime, media.body, media.seconds)))


async def write(desk: Desk, effect: WriteReporter, person: Person) -> Carried:
    """Her words go to who reported."""
    case = await to_do(desk, person, effect.case)
    if case is None:
        return Carried(person, says=NOT_HERE)
    await team.save_case(desk.tx, changed(case, file=replace(case.file, letter=effect.words)), desk.now)
    await desk.tell(case.reporter_id, "case_letter", case.id)
    await log(desk, person, f"wrote to the reporter of case {case.id}")
    return Carried(person, says=_("I bring it to her, when she is awake."))


async def close(desk: Desk, effect: CloseCase, person: Person) -> Carried:
    """The case is closed; who reported hears it."""
    case = await to_do(desk, person, effect.case)
    if case is None:
        return Carried(person, says=NOT_HERE)
    file = replace(case.file, outcome=effect.outcome.value)
    await team.save_case(desk.tx, changed(case, file=file, state=CaseState.CLOSED), desk.now)
    await desk.tell(case.reporter_id, "case_closed", case.id)
    await log(desk, person, f"closed case {case.id}: {effect.outcome.value}")
    return Carried(person, says=_("The case is closed. She hears it."))


async def log(desk: Desk, person: Person, what: str) -> None:
    """One audit row of what a coordinator did; ids only."""
    await mail.audit(desk.tx, [(person.id, what)], desk.now)


# --- what is told -------------------------------------------------------------------------------------------------


def called(name: str | None) -> Own | Text:
    """A name, or a word for who gave none or is gone."""
    return own(name) if name else p_("name", "(no name)")


async def to_team(desk: Desk, person: Person, about: int) -> Notice | None:
    """A report, or a call for help with a pair. Only who it is about: what was said stands in the case."""
    row = await team.case(desk.tx, about)
    hers = row is not None and person.id in (row.reporter_id, row.about_id)
    if row is None or hers or row.state is not CaseState.OPEN or not coordinates(person):
        return None
    names = await team.names_of(desk.tx, (row.reporter_id, row.about_id or 0))
    name, other = called(names.get(row.reporter_id)), called(names.get(row.about_id or 0))
    words = _("{name} has reported {other}. Please look now.")
    if row.file.why == team.HELP:
        words = _("{name} asks for help with {other}. Please look.")
        if row.about_id is None:  # with her goal, or the other one is gone
            words = _("{name} asks for help. Please look.")
    return Notice(words(name=name, other=other), ((LOOK, Opening("case", str(about))),))


async def was_read(desk: Desk, person: Person, about: int) -> Notice | None:
    """Told to both of a pair: a coordinator has read what they wrote."""
    pair = await kept_pairs.pair_of(desk.tx, person.id, about)
    if pair is None:
        return None
    words = _("A coordinator has read your last messages with {name}. The team does this to keep you both safe.")
    return Notice(words(name=called(pair.other)))


async def letter(desk: Desk, person: Person, about: int) -> Notice | None:
    """What the team writes to who reported."""
    row = await of_reporter(desk, person, about)
    if row is None or row.file.letter is None:
        return None
    return Notice(paragraphs(_("A coordinator writes to you:"), read_own(row.file.letter)))


async def closed(desk: Desk, person: Person, about: int) -> Notice | None:
    """Her report was looked at, and is closed."""
    row = await of_reporter(desk, person, about)
    if row is None or row.state is not CaseState.CLOSED:
        return None
    return Notice(lines(_("The team has looked at what you told. Thank you."), _("Is something wrong again? Tell me.")))


async def of_reporter(desk: Desk, person: Person, about: int) -> CaseRow | None:
    """A case that she reported herself."""
    row = await team.case(desk.tx, about)
    return row if row is not None and row.reporter_id == person.id else None


async def paused(desk: Desk, person: Person, about: int) -> Notice | None:
    """To a mentor whom the team has paused; not why."""
    row = await kept.mentor_row(desk.tx, person.id)
    if about != person.id or row is None or row.state is not MentorState.WAITING:
        return None
    return Notice(
        lines(
            _("The team has paused your work as a mentor."),
            _("For now no woman can ask for you, and your pairs have ended."),
            _("A coordinator will talk with you about it."),
        )
    )


# --- the clock ----------------------------------------------------------------------------------------------------


async def unanswered(desk: Desk, person: Person, about: int) -> None:
    """An hour is over: where nobody has looked, who reported hears it at once, whatever the hour."""
    await desk.tell(person.id, "case_unanswered", about, at_once=True)


async def nobody_yet(desk: Desk, person: Person, about: int) -> Notice | None:
    """The truth, and whom she can call now."""
    row = await of_reporter(desk, person, about)
    if row is None or row.file.looked or row.state is not CaseState.OPEN:
        return None
    return Notice(
        paragraphs(
            _("Nobody of the team has looked at your message yet. They will see it. I cannot say when."),
            lines(_("In danger? Call:"), *numbers(desk.office.programme.helplines, person.language)),
        )
    )


def numbers(known: tuple[Helpline, ...], language: str) -> list[Words]:
    """The numbers for danger: those for everyone first, then those that answer in her language. Only sure ones."""
    sure = [line for line in known if line.danger and line.sure]
    order = sorted(sure, key=lambda line: 0 if not line.languages else 1 if language in line.languages else 2)
    return [_("{number}: {what}")(number=Ltr(line.number), what=Text(line.what)) for line in order[:TO_CALL]]


AFFAIR = Affair(
    finds={CaseOf: find},
    carries={
        PauseMentor: pause,
        EndPair: end,
        ReadPair: read,
        HearReport: hear,
        WriteReporter: write,
        CloseCase: close,
    },
    notices={
        "team_report": to_team,
        "team_help": to_team,
        "team_paused": paused,
        "case_read": was_read,
        "case_letter": letter,
        "case_closed": closed,
        "case_unanswered": nobody_yet,
    },
    deeds={team.REPORT_UNANSWERED: unanswered},
)
