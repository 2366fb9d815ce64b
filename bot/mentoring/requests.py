"""A request of a mentee to a mentor: its states, its times, its answers (PRODUCT M4 to M6)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Json
from bot.mentoring.reasons import Reason

MOST_CHOICES = 5  # mentors she may rank (PRODUCT M4)
REMIND_AFTER = timedelta(hours=24)
EXPIRES_AFTER = timedelta(hours=72)
MOST_IGNORED = 2  # requests in a row that a mentor lets expire before she is paused, with a friendly question


class RequestState(StrEnum):
    """QUEUED: one of her choices, whose turn has not come. OPEN: the mentor has the card; at most one for a mentee.
    Then it ends: accepted or declined by the mentor, expired, withdrawn by the mentee, or void because something
    changed (the place is taken, a pause, a block, one of them is gone)."""

    QUEUED = "queued"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class WhyNot(StrEnum):
    """Why a mentor declines: kind, coded, and told to nobody but the team."""

    NO_TIME = "no_time"
    NOT_MY_FIELD = "not_my_field"
    OTHER_LANGUAGE = "other_language"
    PREFER_NOT = "prefer_not"


class RequestFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sealed part of a request: the reasons as they were when it was made, what the mentee wrote to the mentor, and
    the one question that the mentor may ask first, with its answer. All words in JSON form (own words).
    by_team: it comes out of a round of a coordinator."""

    reasons: tuple[Reason, ...] = ()
    note: Json = None
    question: Json = None
    answer: Json = None
    by_team: bool = False
