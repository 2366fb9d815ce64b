"""What two women write to each other, brought across without their numbers (PRODUCT C1, C2)."""

from __future__ import annotations

from bot.affairs import contact, delivery, guard
from bot.affairs.delivery import deliver, locked, stop
from bot.affairs.desk import MEDIA, Affair, Carried, Desk, Notice
from bot.affairs.guard import block
from bot.affairs.pair_moves import keep
from bot.dialogue.steps import FreeText, Own, Refused, Text, Words, _, p_, paragraphs, read_own
from bot.mentoring.effects import Programme
from bot.mentoring.held_back import LATEST, Lure, held_back
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Pair, PairState
from bot.mentoring.people import Person
from bot.mentoring.relay import (
    LONGEST,
    CameMeanwhile,
    CanWrite,
    DropHeld,
    Held,
    HeldWords,
    Relay,
    RelayState,
    Replied,
    SendHeld,
    ShareContacts,
    must_wait,
    name_of,
)  # fmt: skip
from bot.messages import Opening
from bot.store import pairs, relay
from bot.store.relay import Relayed

__all__ = ["AFFAIR", "block", "stop"]

ASKED, AGREED = "relay_contacts", "relay_agreed"  # notices about a pair: she would like to share; you both may now

NOT_ACROSS: Text = _("Voice notes and photos go across only when you both say yes.")
# limit: 20
LOOK = p_("button", "Answer her")
# limit: 20
SEND = p_("button", "My message")


# --- bringing words across ----------------------------------------------------------------------------------------


async def carry(desk: Desk, effect: Relay, person: Person) -> Carried:
    """Bring her words to the other one of a living pair; or say kindly why not, or why not yet."""
    pair = await locked(desk, effect.pair, person)
    if pair is None:
        return await not_hers(desk, person, "a pair to write in")
    name = name_of(pair, await pairs.pairs_of(desk.tx, person.id))
    if pair.state is PairState.AGREEING:
        later = _("You can write to {name} when you both have said yes.")(name=name)
        return Carried(person, says=later, then=Opening("agreement", str(pair.id)))
    try:
        words = FreeText(LONGEST, photos=True).read(effect.words)
    except Refused as refused:
        return Carried(person, says=refused.reason)
    media = words.voice if words.voice is not None else words.photo
    if media is not None and not pair.media_agreed:
        return Carried(person, says=NOT_ACROSS, then=Opening("pair", str(pair.id)))
    found = await lures(desk, pair, person.id, words)
    state = RelayState.HELD if found else RelayState.WAITING
    number = await relay.add(desk.tx, pair.id, person.id, pair.other_id, state, effect.words, media, desk.now)
    await contact.wrote(desk, pair, person.id, across=not found)
    if found:
        return Carried(person, then=Opening("held", str(number)))
    return Carried(person, says=await send(desk, pair, number, name))


async def send(desk: Desk, pair: Pair, number: int, name: Words) -> Words:
    """Let a message of hers go its way, and say where it is now."""
    row = await relay.get(desk.tx, number)
    state = await delivery.arrive(desk, row) if row is not None else RelayState.FAILED
    if state is RelayState.FAILED:
        return delivery.not_opened(name)
    await deliver(desk, pair.id, pair.other_id)
    row = await relay.get(desk.tx, number)
    state = row.state if row is not None else RelayState.FAILED
    if state is RelayState.FAILED:
        return delivery.not_reached(name)
    if state is RelayState.WAITING and await delivery.asleep(desk, pair.other_id):
        return _("{name} gets it in the morning.")(name=name)
    return _("Sent to {name}.")(name=name) if state is RelayState.POSTED else _("I bring it to {name}.")(name=name)


async def lures(desk: Desk, pair: Pair, sender_id: int, words: Own) -> frozenset[Lure]:
    """What in her words must wait in this pair now. Pieces that she sent before count; a caption counts like words."""
    earlier = [read_own(one).text for one in await relay.latest(desk.tx, pair.id, sender_id, LATEST)]
    found = held_back(words.text, [text for text in earlier if text], published(desk.office.programme))
    return must_wait(found, pair, desk.now)


def published(programme: Programme) -> list[str]:
    """What may always be passed on: the numbers of the programme and the pages that they come from."""
    return [entry for line in programme.helplines for entry in (line.number, line.source)]


async def not_hers(desk: Desk, person: Person, what: str) -> Carried:
    """It is not hers, or over: one kind sentence, and the menu."""
    await desk.not_hers(person, what)
    return Carried(person, says=NOT_HERE, then=Opening(desk.office.programme.menu))


# --- what is held back --------------------------------------------------------------------------------------------


async def held_now(desk: Desk, number: int, person: Person) -> tuple[Relayed, Pair, frozenset[Lure]] | None:
    """A message of hers that is held back in a living pair, and what in it must wait now; None where there is none."""
    row = await relay.get(desk.tx, number)
    if row is None or row.sender_id != person.id or row.state is not RelayState.HELD:
        return None
    pair = await locked(desk, row.pair_id, person)
    return None if pair is None else (row, pair, await lures(desk, pair, person.id, read_own(row.words)))


async def find_held(desk: Desk, what: HeldWords, person: Person) -> Held | None:
    """A message of hers that is held back; asking for another's leaves an audit row."""
    found = await held_now(desk, what.id, person)
    if found is None:
        await desk.not_hers(person, "held words")
        return None
    row, pair, waits = found
    return Held(row.id, pair.id, waits)


async def send_held(desk: Desk, effect: SendHeld, person: Person) -> Carried:
    """Send what was held back, if nothing in it must wait any more; then the next one, if there is one."""
    found = await held_now(desk, effect.id, person)
    if found is None:
        return await not_hers(desk, person, "held words")
    row, pair, waits = found
    if waits:
        return Carried(person, then=Opening("held", str(row.id)))
    await contact.wrote(desk, pair, person.id, across=True)
    says = await send(desk, pair, row.id, name_of(pair, await pairs.pairs_of(desk.tx, person.id)))
    return Carried(person, says=says, then=await next_held(desk, pair, person))


async def next_held(desk: Desk, pair: Pair, person: Person) -> Opening | None:
    """The oldest message of hers in this pair that is still held back."""
    waiting = await relay.held(desk.tx, pair.id, person.id)
    return Opening("held", str(waiting[0].id)) if waiting else None


async def drop_held(desk: Desk, effect: DropHeld, person: Person) -> Carried:
    """It is never sent, and forgotten."""
    if await held_now(desk, effect.id, person) is None:
        return await not_hers(desk, person, "held words")
    await relay.change(desk.tx, effect.id, RelayState.STOPPED)
    return Carried(person)


# --- sharing contact details --------------------------------------------------------------------------------------


async def share_contacts(desk: Desk, effect: ShareContacts, person: Person) -> Carried:
    """Her own yes or no. The other one is asked after a first yes, hears of the second, and of a no hears nothing."""
    pair = await locked(desk, effect.pair, person)
    row = await pairs.get(desk.tx, effect.pair)
    if pair is None or row is None or pair.state is PairState.AGREEING:
        return await not_hers(desk, person, "a pair to share in")
    name = name_of(pair, await pairs.pairs_of(desk.tx, person.id))
    before = row.file.contacts
    after = before | {pair.side} if effect.yes else before - {pair.side}
    if after != before:
        await keep(desk, row, contacts=after)
    if not effect.yes:
        return Carried(person, says=_("All right. Phone numbers and links stay with you."))
    if pair.side.other not in after:
        if after != before:
            await desk.tell(pair.other_id, ASKED, pair.id)
        return Carried(person, says=_("I ask {name}. I tell you when she says yes too.")(name=name))
    if after != before:
        await desk.tell(pair.other_id, AGREED, pair.id)
    return Carried(person, says=agreed_words(name), then=await next_held(desk, pair, person))


def agreed_words(name: Words) -> Words:
    """That both said yes; and what stays as it is."""
    return paragraphs(
        _("You both said yes, {name} and you. You can share phone numbers and links now.")(name=name),
        _("Money stays out of it. Nobody here may ask you for any."),
    )


async def asked(desk: Desk, person: Person, pair_id: int) -> Notice | None:
    """Notice: the other one would like to share contact details."""
    hers = await pairs.pairs_of(desk.tx, person.id)
    pair = next((one for one in hers if one.id == pair_id), None)
    if pair is None or pair.side in pair.file.contacts or pair.side.other not in pair.file.contacts:
        return None
    words = _("{name} would like to share phone numbers or links with you. You decide.")(name=name_of(pair, hers))
    return Notice(words, ((LOOK, Opening("contacts", str(pair_id))),))


async def agreed(desk: Desk, person: Person, pair_id: int) -> Notice | None:
    """Notice: both said yes; what she wrote before can go if she still wishes it."""
    hers = await pairs.pairs_of(desk.tx, person.id)
    pair = next((one for one in hers if one.id == pair_id), None)
    if pair is None or not pair.contacts_agreed:
        return None
    waiting = await next_held(desk, pair, person)
    return Notice(agreed_words(name_of(pair, hers)), ((SEND, waiting),) if waiting is not None else ())


# --- what the engine asks -----------------------------------------------------------------------------------------


async def replied(desk: Desk, what: Replied, person: Person) -> int:
    """The living pair in which the message she answers came to her; 0 for any other message."""
    pair_id = await relay.replied_to(desk.tx, person.id, what.reply_to)
    hers = await pairs.pairs_of(desk.tx, person.id) if pair_id else ()
    return pair_id if any(pair.id == pair_id for pair in hers) else 0


async def can_write(desk: Desk, _what: CanWrite, person: Person) -> bool:
    """Whether somebody is there whom she can write to."""
    return any(pair.state is not PairState.AGREEING for pair in await pairs.pairs_of(desk.tx, person.id))


async def came_meanwhile(desk: Desk, what: CameMeanwhile, person: Person) -> bool:
    """Whether another woman wrote to her since then."""
    return await relay.came_since(desk.tx, person.id, what.pair, what.since)


AFFAIR = (
    Affair(
        finds={Replied: replied, CanWrite: can_write, CameMeanwhile: came_meanwhile, HeldWords: find_held},
        carries={Relay: carry, SendHeld: send_held, DropHeld: drop_held, ShareContacts: share_contacts},
        notices={
            delivery.FAILED: delivery.failed,
            delivery.LOST: delivery.lost,
            ASKED: asked,
            AGREED: agreed,
        },
        deeds={
            delivery.DELIVER: delivery.deliver_now,
            delivery.CHECK: delivery.check,
            MEDIA: delivery.media_came,
        },
    )
    | guard.AFFAIR
)
