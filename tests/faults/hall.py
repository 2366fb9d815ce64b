"""One turn at one screen, without a database: what the engine would do if she typed this or tapped that here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.affairs.desk import Carried
from bot.engine.batches import next_or_turn
from bot.engine.turns import take_turn
from bot.engine.wishes import Carry, Find, House, Keep, State, Turn, Wish
from bot.mentoring.effects import EraseMe, GiveConsent, SetProfile, WithdrawConsent
from bot.mentoring.people import Person
from bot.messages import Incoming
from bot.store.people import KeptTalk, Known
from tests.conversations.driver import Looks
from tests.faults.cases import NOW
from tests.faults.paths import TALK_ID, Screen


def at(house: House, screen: Screen, **what: Any) -> Turn:
    """The turn that follows when she does `what` (text, button, voice, other) at this screen."""
    kept = KeptTalk(TALK_ID, screen.talk.name, screen.visit.about, True, "", NOW, journal=screen.journal)
    known = Known(1, "lookup", NOW, None, b"", screen.visit.person, talks=[kept])
    house.replays.forget(TALK_ID)  # every screen's talk has this id
    state = State(known, NOW, lambda talk: talk.journal)  # type: ignore[arg-type,return-value]
    turning = take_turn(house, state, Incoming("stage", "1", "phone", NOW, **what))
    person, step = screen.visit.person, next_or_turn(turning, None)
    while not isinstance(step, Turn):
        granted = grant(step, person, screen.visit.looks)
        person = getattr(granted, "person", None) or person
        step = next_or_turn(turning, granted)
    return step


def grant(wish: Wish, person: Person, looks: Looks) -> object:
    """What the world of this visit answers to a wish."""
    match wish:
        case Find(what):
            return looks[what] if what in looks else looks[type(what)]
        case Carry(EraseMe()):
            return Carried(None)
        case Carry(GiveConsent(given)):
            return Carried(msgspec.structs.replace(person, consents=given))
        case Carry(WithdrawConsent()):
            return Carried(msgspec.structs.replace(person, consents=frozenset()))
        case Carry(SetProfile() as profile):
            return Carried(msgspec.structs.replace(person, **given_fields(profile)))
        case Carry():
            return Carried(person)
        case Keep():
            return 7
    return None  # an invitation that nobody knows


def given_fields(profile: SetProfile) -> Mapping[str, Any]:
    """The fields that a profile sets."""
    fields = {name: getattr(profile, name) for name in profile.__dataclass_fields__}
    return {name: value for name, value in fields.items() if value is not None}


def words_of(turn: Turn) -> str:
    """All that a turn says."""
    return "\n\n".join(message.text for message in turn.messages)
