"""What two women write to each other through the bot: they never see each other's number (PRODUCT C1, C2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json, LookUp, Text, Words, _, own, p_
from bot.mentoring.effects import Effect
from bot.mentoring.held_back import Lure
from bot.mentoring.mentorship import Pair, Side

FIRST_WEEKS = timedelta(days=28)  # "the first weeks of a pair" (PRODUCT C2), counted from when the mentor accepted
LONGEST = 1500  # characters of one message: with who it is from and its buttons two bubbles on WhatsApp (1024 each)

# limit: 20
MENTOR = p_("in place of a name", "Your mentor")
# limit: 20
MENTEE = p_("in place of a name", "Your mentee")


FROM: Text = _("From {name}:")  # the first line of what one woman writes to another


class RelayState(StrEnum):
    """HELD: kept back because of contact details or money. FETCHING: its voice note or photo is not here yet. WAITING:
    for the end of the other's quiet hours. POSTED: in the outbox. FAILED: it could not be delivered. STOPPED: never
    delivered (blocked, ended, or she took it back)."""

    HELD = "held"
    FETCHING = "fetching"
    WAITING = "waiting"
    POSTED = "posted"
    FAILED = "failed"
    STOPPED = "stopped"


class Concern(StrEnum):
    """What a report is about: the `why` of its case. UNKIND: unkind words or a threat."""

    MONEY = "money"
    UNKIND = "unkind"
    OFF_GOAL = "off_goal"
    OTHER = "other"


class Held(msgspec.Struct, frozen=True):
    """A message of hers that is kept back, in this pair. found: what in it must wait now; nothing where it can go."""

    id: int
    pair: int
    found: frozenset[Lure]


# --- rules --------------------------------------------------------------------------------------------------------


def must_wait(found: frozenset[Lure], pair: Pair, now: datetime) -> frozenset[Lure]:
    """What of it is held back in this pair at `now` (UTC): contact details in the first weeks until both agreed to
    share them, and money at any time, since a mentor never lends, sells or collects any."""
    free = pair.contacts_agreed or now - pair.began_at >= FIRST_WEEKS
    return found & {Lure.MONEY} if free else found


def name_of(pair: Pair, pairs: Sequence[Pair] = ()) -> Words:
    """What the other one is called, to who sees this pair. pairs: her living pairs; where two of the others have one
    name, the later one has a number, so that nobody is taken for another ("Amina 2")."""
    if not pair.other:
        return MENTEE if pair.side is Side.MENTOR else MENTOR
    alike = [one.id for one in pairs if one.other.casefold() == pair.other.casefold()]
    place = alike.index(pair.id) + 1 if pair.id in alike else 1
    return own(pair.other if place == 1 else f"{pair.other} {place}")


def id_in(about: str) -> int:
    """The id that a talk is about, as its button names it ("7", "7-more"); 0 where it is none. Anybody may forge one:
    what no database can hold is none."""
    number = about.partition("-")[0]
    return int(number) if number.isdecimal() and len(number) <= 18 else 0


# --- what a talk or the engine asks -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replied(LookUp[int]):
    """The pair in which the message with this platform id came to her, if it is one of her relayed messages and they
    are still a pair; 0 otherwise. Asked when she replies to a message."""

    reply_to: str
    gives = int


@dataclass(frozen=True, slots=True)
class CanWrite(LookUp[bool]):
    """Whether she has anybody to write to. Asked when she types words that no question is open for."""

    gives = bool


@dataclass(frozen=True, slots=True)
class CameMeanwhile(LookUp[bool]):
    """Whether something came to her from another woman than the one of this pair after `since` (aware): then what she
    writes now may be meant for that one."""

    pair: int
    since: datetime
    gives = bool


@dataclass(frozen=True, slots=True)
class HeldWords(LookUp[Held | None]):
    """A message of hers that is kept back; None where it is not hers or no longer held."""

    id: int
    gives = Held | None


@dataclass(frozen=True, slots=True)
class Relay(Effect):
    """Bring her words (JSON form: own words) to the other one of this pair."""

    pair: int
    words: Json


@dataclass(frozen=True, slots=True)
class SendHeld(Effect):
    """Send what was kept back, if it may go now."""

    id: int


@dataclass(frozen=True, slots=True)
class DropHeld(Effect):
    """What was kept back is never sent."""

    id: int


@dataclass(frozen=True, slots=True)
class ShareContacts(Effect):
    """Her own yes or no to phone numbers and links in this pair; they go across when both said yes."""

    pair: int
    yes: bool


@dataclass(frozen=True, slots=True)
class Report(Effect):
    """Tell the team about the other one of this pair."""

    pair: int
    concern: Concern


@dataclass(frozen=True, slots=True)
class Block(Effect):
    """Nothing of the other one of this pair reaches her any more, for good."""

    pair: int
