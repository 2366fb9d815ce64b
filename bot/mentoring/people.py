"""Who takes part: the person as the programme knows her, her consents and preferences. As little as possible."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum

import msgspec

from bot.mentoring.rhythm import SUNDAY, Rhythm


class Role(StrEnum):
    """What she comes for, in her own words: support, to support, or both."""

    MENTEE = "mentee"
    MENTOR = "mentor"
    BOTH = "both"


class Purpose(StrEnum):
    """What she can say yes or no to, each by itself (GDPR articles 6 and 7)."""

    TAKE_PART = "take_part"
    KEEP = "keep"
    MENTORS = "mentors"
    STATISTICS = "statistics"


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person. `id` is ours (never a phone number); quiet hours are wall-clock times in her own `zone` (IANA name).

    consents: the purposes she has said yes to. barriers: ids of what holds her back (mentors: has overcome).
    coordinator: confirmed as one by who runs the programme. check_in_day (0 is Monday), check_in_at: when she is asked
    how her week was, if she wishes (check_ins). paused_until: nothing comes unasked before (UTC).
    """

    id: int
    language: str = "en"
    alias: str = ""
    role: Role | None = None
    adult: bool = False
    consents: frozenset[Purpose] = frozenset()
    barriers: tuple[str, ...] = ()
    zone: str = "Europe/Brussels"
    quiet_from: time = time(21)
    quiet_until: time = time(9)
    discreet: bool = False
    group: str = ""
    coordinator: bool = False
    check_in_day: int = SUNDAY
    check_in_at: time = time(18)
    paused_until: datetime | None = None
    check_ins: bool = True

    @property
    def rhythm(self) -> Rhythm:
        """When she may be disturbed."""
        return Rhythm(
            self.check_in_day, self.check_in_at, self.quiet_from, self.quiet_until, self.zone, self.paused_until,
            self.check_ins and self.takes_part,
        )  # fmt: skip

    @property
    def takes_part(self) -> bool:
        """Whether she has agreed to take part: without this only the welcome, help and her rights are open."""
        return Purpose.TAKE_PART in self.consents
