"""Meetings of a pair, and introductions to a third woman (PRODUCT C3, C4)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json

MOST_PROPOSALS = 3


class MeetingState(StrEnum):
    """PROPOSED: the other one is to choose. AGREED: it has a time. Then CANCELLED (or never agreed), or PAST."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    CANCELLED = "cancelled"
    PAST = "past"


class MeetingFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a meeting. proposals: up to 3 moments, UTC. way, place: how and where, as she wrote it (JSON
    form). how: by person id, how it was. minutes: how long."""

    proposals: tuple[datetime, ...] = ()
    way: str = ""
    place: Json = None
    minutes: int = 60
    how: dict[int, str] = {}


class IntroductionState(StrEnum):
    """OFFERED: the mentor has the link for her contact. OPENED: the contact has come. Then both said yes (ACCEPTED), or
    one said no, or it ran out (CLOSED)."""

    OFFERED = "offered"
    OPENED = "opened"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class IntroductionFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of an introduction: why, in the mentor's words (JSON form), and who said yes, by person id."""

    why: Json = None
    yes: frozenset[int] = frozenset()
