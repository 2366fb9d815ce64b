"""What two women write to each other through the bot: they never see each other's number (PRODUCT C1, C2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.dialogue.steps import Json, LookUp
from bot.mentoring.effects import Effect


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
class Relay(Effect):
    """Bring her words (JSON form: own words) to the other one of this pair."""

    pair: int
    words: Json
