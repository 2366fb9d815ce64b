"""Introductions: a mentor would like her mentee to meet a woman she knows (PRODUCT C4).

The mentee is asked first. After her yes the mentor gets a link, which she sends to her contact herself. After the
contact's yes too, each reads the other's name and can give her, once, a way to reach her. A no looks like no answer: to
all others it simply ends when its time is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from bot.affairs.desk import Affair, Carried, Desk, Make, Notice
from bot.dialogue.steps import Ltr, Text, Words, _, lines, own, p_, paragraphs, read_own
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.meetings import (
    INTRODUCTION_OPEN,
    MOST_INTRODUCTIONS,
    WHAT_TO_KNOW,
    AnswerIntroduction,
    GiveReach,
    Introduce,
    Introduction,
    IntroductionFile,
    IntroductionOf,
    IntroductionState,
    Meet,
    Part,
)
from bot.mentoring.mentorship import PairState, Side
from bot.mentoring.people import Person
from bot.messages import Opening
from bot.store import introductions as store
from bot.store import invites, pairs, people, relay
from bot.store.introductions import IntroductionRow
from bot.store.pairs import PairRow

CODE_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is easily taken for another
CODE_LENGTH = 20  # 31 signs each: 99 bits

# limit: 20
ANSWER = p_("button", "Answer")
# limit: 20
GO_ON = p_("button", "Go on")
ENOUGH: Text = _("Some introductions are still open. Please wait for them first.")


@dataclass(frozen=True, slots=True)
class Known:
    """An introduction with its pair."""

    row: IntroductionRow
    pair: PairRow

    def part(self, person_id: int) -> Part | None:
        """What she is in it; None where it is not hers."""
        if person_id == self.pair.mentee_id:
            return Part.MENTEE
        if person_id == self.pair.mentor_id:
            return Part.MENTOR
        return Part.CONTACT if person_id == self.row.contact_id else None

    def other(self, person_id: int) -> int | None:
        """The other one of the two who are introduced."""
        return self.row.contact_id if person_id == self.pair.mentee_id else self.pair.mentee_id

    @property
    def made(self) -> bool:
        """Whether both said yes, whatever came then."""
        return {self.pair.mentee_id, self.row.contact_id} <= self.row.file.yes


async def known(desk: Desk, introduction_id: int, *, lock: bool = False) -> Known | None:
    """An introduction with its pair; None where there is none. lock: to decide upon it. Where a block came between the
    contact and one of the two, it is over, whatever it was before."""
    row = await store.get(desk.tx, introduction_id)
    pair = await pairs.get(desk.tx, row.pair_id, lock=lock) if row is not None else None
    row = await store.get(desk.tx, introduction_id, lock=True) if lock else row
    if row is None or pair is None:
        return None
    if row.contact_id is not None and await relay.blocked(desk.tx, row.contact_id, [pair.mentee_id, pair.mentor_id]):
        row = replace(row, state=IntroductionState.CLOSED)
    return Known(row, pair)


# --- looked up ----------------------------------------------------------------------------------------------------


async def find(desk: Desk, what: IntroductionOf, person: Person) -> Introduction | None:
    """What she is asked. Whoever first uses the link is the contact: it is used and looked up in one transaction. From
    then on it opens this for nobody else, and for her as often as she comes."""
    found = await known(desk, what.id, lock=True)
    if found is None or found.row.state is IntroductionState.CLOSED:
        await desk.not_hers(person, "introduction")
        return None
    part, by_link = found.part(person.id), await store.link_used(desk.tx, found.row.id)
    if by_link:
        await store.give_back(desk.tx, found.row.id)
    if by_link and part is None and found.row.contact_id is None:
        found = await come(desk, found, person)
        part = Part.CONTACT
    if found is None or part is None or (part is Part.MENTOR and not by_link):
        await desk.not_hers(person, "introduction")
        return None
    return await seen(desk, found, person, part)


async def come(desk: Desk, found: Known, person: Person) -> Known | None:
    """The contact has come; None where the pair is over, or she and one of them do not wish to meet."""
    if not found.pair.living or await relay.blocked(desk.tx, person.id, [found.pair.mentee_id, found.pair.mentor_id]):
        return None
    row = replace(found.row, contact_id=person.id, state=IntroductionState.OPENED)
    await store.save(desk.tx, row)
    return Known(row, found.pair)


async def seen(desk: Desk, found: Known, person: Person, part: Part) -> Introduction:
    """An introduction as this woman sees it. Before both said yes she reads no name but the mentor's."""
    file = found.row.file
    other = found.other(person.id) if found.row.state is IntroductionState.ACCEPTED else None
    return Introduction(
        found.row.id, found.row.state, part, await alias_of(desk, found.pair.mentor_id),
        file.why if part is Part.MENTEE else None, await alias_of(desk, other),
        person.id in file.yes, person.id in file.gave,
    )  # fmt: skip


async def alias_of(desk: Desk, person_id: int | None) -> str:
    """What she is called here; "" for nobody."""
    person = await people.get(desk.tx, person_id) if person_id is not None else None
    return person.alias if person is not None else ""


# --- what they do -------------------------------------------------------------------------------------------------


async def introduce(desk: Desk, effect: Introduce, person: Person) -> Carried:
    """The mentor begins: her mentee is asked."""
    pair = await pairs.get(desk.tx, effect.pair, lock=True)
    if pair is None or pair.side(person.id) is not Side.MENTOR or pair.state is not PairState.ACTIVE:
        await desk.not_hers(person, "pair")
        return Carried(person, says=NOT_HERE)
    since = desk.now - INTRODUCTION_OPEN
    before = [row for row in await store.of_pair(desk.tx, pair.id) if row.created_at > since]
    if sum(row.state is not IntroductionState.ACCEPTED for row in before) >= MOST_INTRODUCTIONS:
        return Carried(person, says=ENOUGH)
    introduction = await store.add(desk.tx, pair.id, IntroductionFile(why=effect.why), desk.now)
    await desk.plan(person.id, "introduction_over", introduction, desk.now + INTRODUCTION_OPEN)
    await desk.tell(pair.mentee_id, "introduction_ask", introduction)
    return Carried(person, says=_("I ask {name} first.")(name=own(await alias_of(desk, pair.mentee_id))))


async def answer(desk: Desk, effect: AnswerIntroduction, person: Person) -> Carried:
    """A yes or no of the mentee, then of the contact."""
    found = await known(desk, effect.introduction, lock=True)
    part = found.part(person.id) if found is not None else None
    if found is None or part not in (Part.MENTEE, Part.CONTACT) or found.row.state is IntroductionState.CLOSED:
        await desk.not_hers(person, "introduction")
        return Carried(person, says=NOT_HERE)
    row = found.row
    if row.state is IntroductionState.ACCEPTED or person.id in row.file.yes:
        return Carried(person)
    if not effect.yes:
        await close(desk, replace(row, contact_id=None if part is Part.CONTACT else row.contact_id))
        return Carried(person)
    row = replace(row, file=msgspec.structs.replace(row.file, yes=row.file.yes | {person.id}))
    if part is Part.MENTEE:
        await offer_link(desk, row, found.pair)
        return Carried(person)
    await store.save(desk.tx, replace(row, state=IntroductionState.ACCEPTED))
    await desk.tell(found.pair.mentee_id, "introduction_made", row.id)
    await desk.tell(found.pair.mentor_id, "introduction_done", row.id)
    return Carried(person, then=Opening("introduced", str(row.id)))


async def offer_link(desk: Desk, row: IntroductionRow, pair: PairRow) -> None:
    """The mentee said yes: the mentor gets a link for one use."""
    code = "".join(desk.office.chance.choices(CODE_SIGNS, k=CODE_LENGTH))
    until = desk.now + INTRODUCTION_OPEN
    await store.save(desk.tx, replace(row, file=msgspec.structs.replace(row.file, code=code)))
    await invites.invite(desk.tx, code, "", "", 1, until, purpose=store.PURPOSE, about=row.id)
    await desk.plan(pair.mentor_id, "introduction_over", row.id, until)
    await desk.tell(pair.mentor_id, "introduction_link", row.id)


async def give_reach(desk: Desk, effect: GiveReach, person: Person) -> Carried:
    """She gives the other a way to reach her, once, or chooses not to."""
    found = await known(desk, effect.introduction, lock=True)
    part = found.part(person.id) if found is not None else None
    if found is None or part not in (Part.MENTEE, Part.CONTACT) or found.row.state is not IntroductionState.ACCEPTED:
        await desk.not_hers(person, "introduction")
        return Carried(person, says=NOT_HERE)
    other, file = found.other(person.id), found.row.file
    if other is None or person.id in file.gave:
        return Carried(person, says=NOT_HERE)
    reach = {**file.reach, person.id: effect.words} if effect.words is not None else file.reach
    after = msgspec.structs.replace(file, gave=file.gave | {person.id}, reach=reach)
    await store.save(desk.tx, replace(found.row, file=after))
    if effect.words is None:
        return Carried(person)
    await desk.tell(other, "introduction_reach", found.row.id)
    return Carried(person, says=_("I bring it to {name}.")(name=own(await alias_of(desk, other))))


# --- how it ends --------------------------------------------------------------------------------------------------


async def close(desk: Desk, row: IntroductionRow) -> None:
    """It is over, and its link is dead. Nobody is told now."""
    file = msgspec.structs.replace(row.file, code="", reach={})
    await store.save(desk.tx, replace(row, state=IntroductionState.CLOSED, file=file))
    await store.close_link(desk.tx, row.id)


async def over(desk: Desk, _person: Person, about: int) -> None:
    """Its time is over. Whether there was a no, or no answer, reads the same; what was given and not yet brought is
    forgotten."""
    found = await known(desk, about, lock=True)
    if found is None:
        return
    if found.made:
        file = msgspec.structs.replace(found.row.file, code="", reach={})
        await store.save(desk.tx, replace(found.row, file=file))
        return
    await close(desk, found.row)
    for person_id in sorted({found.pair.mentor_id, *found.row.file.yes}):
        await desk.tell(person_id, "introduction_closed", about)


async def pair_ended(desk: Desk, pair_id: int) -> None:
    """The pair is over: what both have not said yes to ends with it, without a word."""
    for row in await store.of_pair(desk.tx, pair_id):
        if row.state in (IntroductionState.OFFERED, IntroductionState.OPENED):
            await close(desk, row)
            await desk.cancel(["introduction_over"], row.id)


# --- what is told -------------------------------------------------------------------------------------------------


async def hers(desk: Desk, person: Person, about: int, part: Part, *states: IntroductionState) -> Known | None:
    """An introduction in one of these states in which she is this."""
    found = await known(desk, about)
    fits = found is not None and found.part(person.id) is part and found.row.state in states
    return found if fits else None


async def tell_ask(desk: Desk, person: Person, about: int) -> Notice | None:
    """The mentee is asked."""
    found = await hers(desk, person, about, Part.MENTEE, IntroductionState.OFFERED)
    if found is None or person.id in found.row.file.yes:
        return None
    name = own(await alias_of(desk, found.pair.mentor_id))
    return Notice(ask(name, found.row.file.why), ((ANSWER, Opening("introduced", str(about))),))


def ask(name: Words, why: object) -> Words:
    """What the mentee reads: who would like what, and why."""
    return paragraphs(
        _("{name} would like you to meet a woman she knows.")(name=name),
        _("She writes: {words}")(words=read_own(why)) if why else None,
    )


async def tell_link(desk: Desk, person: Person, about: int) -> Notice | None:
    """The mentor gets the link. It is words to send to this chat: they work on every channel."""
    found = await hers(desk, person, about, Part.MENTOR, IntroductionState.OFFERED)
    if found is None or not found.row.file.code:
        return None
    name = own(await alias_of(desk, found.pair.mentee_id))
    return Notice(
        paragraphs(
            _("{name} says yes to your introduction.")(name=name),
            lines(
                _("Now your contact decides. Send her the words below."),
                _("She sends these words to me, Sorora."),
                _("She reads your name here, and no other yet."),
                _("These words work once, for 14 days. I tell you when both said yes."),
            ),
            Text("{words}")(words=Ltr(f"/start {found.row.file.code}")),
        )
    )


async def tell_made(desk: Desk, person: Person, about: int) -> Notice | None:
    """Both said yes: now she can give the other a way to reach her."""
    found = await hers(desk, person, about, Part.MENTEE, IntroductionState.ACCEPTED)
    if found is None or person.id in found.row.file.gave:
        return None
    name = own(await alias_of(desk, found.row.contact_id))
    return Notice(_("You both said yes. Her name is {name}.")(name=name), ((GO_ON, Opening("introduced", str(about))),))


async def tell_done(desk: Desk, person: Person, about: int) -> Notice | None:
    """The mentor hears that it worked."""
    found = await hers(desk, person, about, Part.MENTOR, IntroductionState.ACCEPTED)
    if found is None or not found.pair.living:
        return None
    name = own(await alias_of(desk, found.pair.mentee_id))
    return Notice(
        lines(_("{name} and your contact both said yes.")(name=name), _("You opened a door. Thank you."))
    )  # fmt: skip


async def tell_reach(desk: Desk, person: Person, about: int) -> Notice | None:
    """What the other one gave her: brought once, then forgotten here."""
    found = await known(desk, about, lock=True)
    part = found.part(person.id) if found is not None else None
    if found is None or part not in (Part.MENTEE, Part.CONTACT) or found.row.state is not IntroductionState.ACCEPTED:
        return None
    other, file = found.other(person.id), found.row.file
    if other is None or other not in file.reach:
        return None
    words = read_own(file.reach[other])
    rest = {who: one for who, one in file.reach.items() if who != other}
    await store.save(desk.tx, replace(found.row, file=msgspec.structs.replace(file, reach=rest)))
    name = own(await alias_of(desk, other))
    return Notice(
        paragraphs(_("{name} gives you a way to reach her:")(name=name), words, WHAT_TO_KNOW[Meet.PERSON])
    )  # fmt: skip


async def tell_closed(desk: Desk, person: Person, about: int) -> Notice | None:
    """It did not come about."""
    found = await known(desk, about)
    if found is None or found.row.state is not IntroductionState.CLOSED or found.part(person.id) is None:
        return None
    return Notice(lines(_("The introduction did not come about this time."), _("That happens. Nobody did wrong.")))


NOTICES: Mapping[str, Make] = {
    "introduction_ask": tell_ask,
    "introduction_link": tell_link,
    "introduction_made": tell_made,
    "introduction_done": tell_done,
    "introduction_reach": tell_reach,
    "introduction_closed": tell_closed,
}
AFFAIR = Affair(
    finds={IntroductionOf: find},
    carries={Introduce: introduce, AnswerIntroduction: answer, GiveReach: give_reach},
    notices=NOTICES,
    deeds={"introduction_over": over},
)
