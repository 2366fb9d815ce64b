"""A message that is kept back: what was found in it, and three doors (PRODUCT C2)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import Conversation, Talk, Text, Words, _, choice, lines, look, p_, paragraphs, say
from bot.mentoring.effects import Outcome
from bot.mentoring.held_back import Lure
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import MyPairs, Pair, PairOf
from bot.mentoring.relay import DropHeld, HeldWords, SendHeld, ShareContacts, id_in, name_of

FOUND: Mapping[Lure, Text] = {
    Lure.PHONE: _("There seems to be a phone number in it."),
    Lure.ADDRESS: _("There seems to be a link, an address or an account name in it."),
    Lure.MONEY: _("There seems to be something about money in it."),
}

# limit: 24
SEND = p_("button", "Send it now")
# limit: 24
ANEW = p_("button", "Write it anew")
# limit: 24
ASK = p_("button", "Ask if we may share")
# limit: 24
LEAVE = p_("button", "Do not send it")


def held(about: str) -> Conversation[Outcome]:
    """What to do with a message that was not sent."""
    kept = yield from look("held", HeldWords(id_in(about)))
    pair = (yield from look("pair", PairOf(kept.pair))) if kept is not None else None
    if kept is None or pair is None:
        yield from say(NOT_HERE)
        return Outcome()
    name = name_of(pair, (yield from look("pairs", MyPairs())))
    door = yield from choice("door", told(kept.found, name), doors(kept.found, pair))
    if door == "send":
        return Outcome((SendHeld(kept.id),), then="write", about=f"{pair.id}-more")
    if door == "ask":
        return Outcome((ShareContacts(pair.id, yes=True),))
    if door == "anew":
        return Outcome((DropHeld(kept.id),), then="write", about=str(pair.id))
    yield from say(_("It stays with you. Nothing was sent."))
    return Outcome((DropHeld(kept.id),))


def told(found: frozenset[Lure], name: Words) -> Words:
    """Why it was not sent, without blame; the machine may be wrong."""
    if not found:
        return _("You wrote something that I kept back. It can go to {name} now.")(name=name)
    money = _("Money stays out of a mentorship: it protects you both.")
    contact = _("In the first weeks I keep such things back: it protects you both.")
    return paragraphs(
        _("I have not sent this to {name} yet.")(name=name),
        lines(*(FOUND[lure] for lure in Lure if lure in found)),
        lines(contact if found - {Lure.MONEY} else None, money if Lure.MONEY in found else None),
    )


def doors(found: frozenset[Lure], pair: Pair) -> dict[str, Words]:
    """What she can do: where only contact details wait, both can agree to share them."""
    if not found:
        return {"send": SEND, "leave": LEAVE}
    ask = Lure.MONEY not in found and pair.side not in pair.file.contacts
    return {"anew": ANEW, **({"ask": ASK} if ask else {}), "leave": LEAVE}


TALK = Talk("held", _("A message that waits"), held, aside=True)
