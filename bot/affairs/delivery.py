"""How what one woman wrote reaches the other: in order, not at night, with a word to the sender where it cannot be.

Everything that is under way between two women waits in the table `relayed`; `deliver` puts into the outbox what may go
now, oldest first, and nothing overtakes what still waits. A voice note or photo is first fetched from its platform.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.affairs import photos
from bot.affairs.desk import Desk, Notice
from bot.dialogue.steps import Words, _, lines, own, p_, read_own
from bot.mentoring.mentorship import Pair
from bot.mentoring.people import Person
from bot.mentoring.relay import FROM, RelayState, name_of
from bot.messages import Attachment, Opening
from bot.store import growth, mail, pairs, people, relay
from bot.store.relay import Relayed

LOOK_AGAIN = timedelta(minutes=15)  # when and how often it is looked whether a message has gone out
LOOK_FOR = timedelta(hours=25)  # the outbox itself gives up after a day

DELIVER, CHECK = "relay_deliver", "relay_check"  # deeds: about a pair, about a message
FAILED, LOST = "relay_failed", "relay_lost"  # notices to the sender: about a pair

# limit: 20
ANSWER = p_("button", "Answer")
# limit: 20
REPORT = p_("button", "Report")
# limit: 20
AGAIN = p_("button", "Write again")


async def deliver(desk: Desk, pair_id: int, receiver_id: int) -> bool:
    """Put into the outbox what waits for her in this pair, if she can read it now; else when her quiet hours end.
    Whoever calls has locked the pair. Gives False where something cannot reach her at all."""
    rows = await relay.coming(desk.tx, pair_id, receiver_id)
    receiver = await people.get(desk.tx, receiver_id)
    if not rows or receiver is None or rows[0].state is RelayState.FETCHING:
        return True
    when = await desk.readable(receiver)
    if when > desk.now:
        await desk.plan(receiver_id, DELIVER, pair_id, when)
        return True
    reached = True
    for row in rows:
        if row.state is RelayState.FETCHING:
            break
        reached &= await post(desk, row, receiver)
    return reached


async def asleep(desk: Desk, person_id: int) -> bool:
    """Whether what is written to her now waits for the morning."""
    person = await people.get(desk.tx, person_id)
    return person is not None and await desk.readable(person) > desk.now


async def post(desk: Desk, row: Relayed, receiver: Person) -> bool:
    """Put one message into the outbox; False where she cannot be reached: she left, or takes part no more."""
    notice = await shown(desk, row, receiver)
    number = await desk.post(receiver, notice) if notice is not None and receiver.takes_part else None
    if number is None:
        await relay.change(desk.tx, row.id, RelayState.FAILED)
        return False
    await relay.change(desk.tx, row.id, RelayState.POSTED, number)
    await desk.plan(row.sender_id, CHECK, row.id, desk.now + LOOK_AGAIN)
    return True


async def shown(desk: Desk, row: Relayed, receiver: Person) -> Notice | None:
    """A message as she gets it: who it is from on its first line, then her words as they are. None where its voice note
    or photo is gone, or one of the two has said no to these meanwhile."""
    hers = await pairs.pairs_of(desk.tx, receiver.id)
    pair = next((one for one in hers if one.id == row.pair_id), None)
    words = read_own(row.words)
    if pair is None:
        return None
    said: Words = lines(FROM(name=name_of(pair, hers)), own(words.text) if words.text else None)
    buttons = ((ANSWER, Opening("write", str(pair.id))), (REPORT, Opening("report", str(pair.id))))
    if row.media_id is None:
        return Notice(said, buttons)
    media = await relay.media(desk.tx, row.sender_id, row.media_id)
    if media is None or media.body is None or not pair.media_agreed:
        return None
    if words.photo is not None:
        return Notice(said, buttons, photo=Attachment(photos.MIME, media.body))
    return Notice(said, buttons, voice=Attachment(media.mime, media.body, media.seconds))


async def arrive(desk: Desk, row: Relayed) -> RelayState:
    """Look whether the voice note or photo of a message is here: it waits for it, can go on (a photo made anew), or
    fails because it is gone or is no photo. Gives the state that it has then."""
    state = RelayState.WAITING
    if row.media_id is not None:
        media = await relay.media(desk.tx, row.sender_id, row.media_id)
        if media is not None and media.state == "wanted":
            state = RelayState.FETCHING
        elif media is None or media.body is None:
            state = RelayState.FAILED
        elif read_own(row.words).photo is not None:
            state = await made_anew(desk, row.media_id, media.body)
    await relay.change(desk.tx, row.id, state)
    return state


async def made_anew(desk: Desk, media_id: int, body: bytes) -> RelayState:
    """Keep a photo without its traces, in place of what came."""
    try:
        clean = photos.made_anew(body)
    except photos.NoPhoto:
        await growth.keep_media(desk.tx, media_id, None)
        return RelayState.FAILED
    await growth.keep_media(desk.tx, media_id, clean)
    return RelayState.WAITING


async def stop(desk: Desk, pair_id: int) -> None:
    """Nothing that waits in this pair is delivered any more; called in the transaction that ends it."""
    await relay.stop(desk.tx, pair_id, desk.now)
    await desk.cancel([DELIVER], pair_id)


async def locked(desk: Desk, pair_id: int, person: Person) -> Pair | None:
    """A living pair of hers, locked so that nobody ends it meanwhile; None where it is none."""
    row = await pairs.get(desk.tx, pair_id, lock=True)
    pair = await pairs.seen(desk.tx, row, person.id) if row is not None else None
    return pair if pair is not None and pair.living else None


# --- what the clock does ------------------------------------------------------------------------------------------


async def deliver_now(desk: Desk, receiver: Person, pair_id: int) -> None:
    """Deed: her quiet hours are over."""
    pair = await locked(desk, pair_id, receiver)
    if pair is not None and not await deliver(desk, pair_id, receiver.id):
        await desk.tell(pair.other_id, FAILED, pair_id)


async def media_came(desk: Desk, sender: Person, media_id: int) -> None:
    """Deed: a voice note or photo of hers is here, or is gone for good. What waited behind it goes on too."""
    for waiting in await relay.with_media(desk.tx, media_id):
        pair = await locked(desk, waiting.pair_id, sender)
        if pair is None:
            continue
        if await arrive(desk, waiting) is RelayState.FAILED:
            await desk.tell(sender.id, LOST, pair.id, at_once=True)
        if not await deliver(desk, pair.id, pair.other_id):
            await desk.tell(sender.id, FAILED, pair.id, at_once=True)


async def check(desk: Desk, sender: Person, relayed_id: int) -> None:
    """Deed: look whether a message has gone out. Once its platform has refused it, she is told, once for all messages
    in this pair that were refused."""
    row = await relay.get(desk.tx, relayed_id)
    out = await relay.outgoing(desk.tx, relayed_id)
    if row is None or row.state is not RelayState.POSTED or out is None:
        return
    state, since = out
    if state == mail.WAITING and desk.now - since < LOOK_FOR:
        await desk.plan(sender.id, CHECK, relayed_id, desk.now + LOOK_AGAIN)
    elif state == mail.HELD:  # it comes when the other one writes
        await desk.plan(sender.id, CHECK, relayed_id, desk.now + LOOK_FOR)
    elif state == mail.REFUSED:
        await relay.fail_refused(desk.tx, row.pair_id, sender.id)
        await desk.tell(sender.id, FAILED, row.pair_id)


# --- what the sender is told --------------------------------------------------------------------------------------


def not_reached(name: Words) -> Words:
    """That what she wrote did not come to the other one: she left, or her platform refuses it."""
    return lines(
        _("What you wrote did not reach {name}.")(name=name),
        _("Perhaps she is not here at this time. You did nothing wrong."),
    )


def not_opened(name: Words) -> Words:
    """That her voice note or photo is gone from its platform, or is none."""
    return lines(
        _("I could not open your voice note or photo for {name}.")(name=name),
        _("Please send it once more, or write it."),
    )


async def failed(desk: Desk, sender: Person, pair_id: int) -> Notice | None:
    """Notice: what she wrote did not reach the other one."""
    return await not_across(desk, sender, pair_id, not_reached)


async def lost(desk: Desk, sender: Person, pair_id: int) -> Notice | None:
    """Notice: her voice note or photo could not be brought across."""
    return await not_across(desk, sender, pair_id, not_opened)


async def not_across(desk: Desk, sender: Person, pair_id: int, words: Callable[[Words], Words]) -> Notice | None:
    """Something did not come across; she can write again, as long as they are a pair."""
    hers = await pairs.pairs_of(desk.tx, sender.id)
    pair = next((one for one in hers if one.id == pair_id), None)
    return Notice(words(name_of(pair, hers)), ((AGAIN, Opening("write", str(pair_id))),)) if pair is not None else None
