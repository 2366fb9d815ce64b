"""What a mentor is reminded of: words of her mentee without an answer, a pair that has fallen quiet (PRODUCT N3)."""

from __future__ import annotations

from bot.affairs import relay
from bot.affairs.contact import TOGETHER
from bot.affairs.desk import Affair, Carried, Desk, Notice
from bot.affairs.pair_notices import WRITE
from bot.dialogue.steps import Own, _, lines, p_, paragraphs, write_own
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Pair, Side
from bot.mentoring.openers import OPENERS, QUIET, QUIET_AFTER, UNANSWERED, SendOpener, opener
from bot.mentoring.people import Person
from bot.mentoring.relay import Relay, name_of
from bot.messages import Opening
from bot.store import contact, pairs
from bot.store.relay import latest

# limit: 20
SEND_THIS = p_("button", "Send this")
# limit: 20
MY_WORDS = p_("button", "Write my own")


async def mentored(desk: Desk, person: Person, pair_id: int) -> tuple[Pair, tuple[Pair, ...]] | None:
    """A pair in which she is the mentor and they go on together, among all of hers; None where it is none."""
    hers = await pairs.pairs_of(desk.tx, person.id)
    pair = next((one for one in hers if one.id == pair_id), None)
    return (pair, hers) if pair is not None and pair.side is Side.MENTOR and pair.state in TOGETHER else None


async def unanswered(desk: Desk, person: Person, about: int) -> Notice | None:
    """Her mentee has written, and she has not since."""
    row, found = await pairs.get(desk.tx, about), await mentored(desk, person, about)
    if row is None or found is None or not await contact.unanswered(desk.tx, row):
        return None
    words = _("Hello! A message from {name} still waits for you. A short answer is enough.")
    return Notice(words(name=name_of(*found)), ((WRITE, Opening("write", str(about))),))


async def quiet(desk: Desk, person: Person, about: int) -> Notice | None:
    """Nothing has happened between the two for a while: a question to begin with."""
    found = await mentored(desk, person, about)
    if found is None or await contact.in_touch_since(desk.tx, about, desk.now - QUIET_AFTER):
        return None
    place = opener(about, await contact.next_opener(desk.tx, about))
    lead = _("Hello! It was quiet for two weeks between you and {name}. That happens.")
    words = lines(lead(name=name_of(*found)), _("A question can open your next talk:"))
    buttons = ((SEND_THIS, Opening("opener", f"{about}-{place}")), (MY_WORDS, Opening("write", str(about))))
    return Notice(paragraphs(words, OPENERS[place]), buttons)


async def send_opener(desk: Desk, effect: SendOpener, person: Person) -> Carried:
    """The question goes to her mentee as words of hers, in the language in which she read it; a second tap does not
    send it again."""
    if await mentored(desk, person, effect.pair) is None or not 0 <= effect.question < len(OPENERS):
        await desk.not_hers(person, "a pair to ask in")
        return Carried(person, says=NOT_HERE, then=Opening(desk.office.programme.menu))
    words = write_own(Own(desk.office.catalogs.label(OPENERS[effect.question], desk.language(person))))
    if await latest(desk.tx, effect.pair, person.id, 1) == [words]:
        return Carried(person)
    return await relay.carry(desk, Relay(effect.pair, words), person)


AFFAIR = Affair(carries={SendOpener: send_opener}, notices={UNANSWERED: unanswered, QUIET: quiet})
