"""What must be so before two women may be a pair, and why a mentee has nobody. No points can outweigh any of this."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from bot.dialogue.words import Text, _, n_
from bot.mentoring.profiles import WISHES, Mentee, Mentor, Wish
from bot.mentoring.reasons import meets_mentee, meets_mentor


class Against(StrEnum):
    """What can stand against a pair, whatever its points."""

    HERSELF = "herself"
    NOT_APPROVED = "not_approved"
    PAUSED = "paused"
    LANGUAGE = "language"
    LIMITS = "limits"
    MENTORS_LIMITS = "mentors_limits"
    BLOCKED = "blocked"
    DECLINED = "declined"
    FULL = "full"


def against(mentee: Mentee, mentor: Mentor, now: datetime) -> tuple[Against, ...]:
    """All that stands against this pair at `now` (aware); nothing means that they may be a pair. For the moment of
    asking, accepting or changing a match by hand: what was so when she was suggested may have changed."""
    her, mine = mentee.profile, mentor.profile
    stands = {
        Against.HERSELF: mentee.id == mentor.id,
        Against.NOT_APPROVED: not mentor.approved,
        Against.PAUSED: mentor.paused_until is not None and now < mentor.paused_until,
        Against.LANGUAGE: not her.languages.keys() & mine.languages.keys(),
        Against.LIMITS: bool(her.limits - meets_mentee(her, mine)),
        Against.MENTORS_LIMITS: bool(mine.limits - meets_mentor(mine, her)),
        Against.BLOCKED: mentor.id in mentee.blocked,
        Against.DECLINED: mentor.id in mentee.declined,
        Against.FULL: mentor.free <= 0,
    }
    return tuple(what for what, so in stands.items() if so)


class Lack(msgspec.Struct, frozen=True):
    """Why a mentee has no mentor: the one thing without which somebody would fit, or else the first that leaves nobody.

    limit: which of her limits, where it is one. would_fit: how many mentors would fit without it; 0 where that alone
    would not help."""

    what: Against
    limit: Wish | None = None
    would_fit: int = 0

    def to_coordinator(self) -> Text:
        """The reason in words for who can do something about it."""
        if self.what is Against.LIMITS and self.limit and self.would_fit:
            words = n_(
                "Her limit “{limit}” leaves no mentor. Without it, {n} would fit.",
                "Her limit “{limit}” leaves no mentor. Without it, {n} would fit.",
                self.would_fit,
            )
            return words(limit=WISHES[self.limit])
        return LACKS[self.what]


LACKS: Mapping[Against, Text] = {
    Against.NOT_APPROVED: _("No mentor is approved yet."),
    Against.PAUSED: _("All mentors are on pause."),
    Against.LANGUAGE: _("No free mentor speaks a language of hers."),
    Against.LIMITS: _("Her limits together leave no mentor."),
    Against.MENTORS_LIMITS: _("The mentors who would fit have limits that she does not meet."),
    Against.BLOCKED: _("A block stands between her and those who would fit."),
    Against.DECLINED: _("Those who would fit were asked before."),
    Against.FULL: _("All mentors who fit are full."),
}
