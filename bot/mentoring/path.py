"""A mentor's path: applied, self-assessed, code of conduct accepted, talked with a coordinator, approved (PRODUCT M3).

Who is not approved never receives a mentee, whatever the route.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json


class MentorState(StrEnum):
    """Where a mentor stands. APPLYING: something of hers is missing; WAITING: all of hers is there, a coordinator is
    to decide; DECLINED: a coordinator said no; LEFT: she no longer wishes to."""

    APPLYING = "applying"
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    LEFT = "left"


class MentorFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a mentor. Moments are UTC, None for what has not been yet.

    overcame: ids of barriers. story: her story in two lines, in JSON form (own words). code_version: of the code of
    conduct that she accepted. talked_with, decided_by: ids of coordinators. question, answer: the last question of a
    coordinator and her answer, in JSON form. reason: why she was declined, in the coordinator's words, as she read it.
    """

    applied_at: datetime | None = None
    assessed_at: datetime | None = None
    code_at: datetime | None = None
    code_version: str = ""
    talked_at: datetime | None = None
    talked_with: int = 0
    decided_at: datetime | None = None
    decided_by: int = 0
    reason: Json = None
    question: Json = None
    answer: Json = None
    overcame: tuple[str, ...] = ()
    story: Json = None
