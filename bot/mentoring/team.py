"""The coordinators of a programme, and the cases that are reported to them."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json


class CoordinatorState(StrEnum):
    """ASKED: she opened the link and waits for the operator's confirmation. A link alone makes nobody a coordinator."""

    ASKED = "asked"
    CONFIRMED = "confirmed"


class CaseState(StrEnum):
    """Whether somebody still has to look at it."""

    OPEN = "open"
    CLOSED = "closed"


class CaseFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a case. why: the id of the reason that was tapped; words: what she wrote about it (JSON form).
    seen: (coordinator id, her reason, ISO moment) each time the relayed words were read. outcome: how it was closed."""

    why: str = ""
    words: Json = None
    seen: tuple[tuple[int, str, str], ...] = ()
    outcome: str = ""
