"""The fictional people of a demo: mentors, mentees and a coordinator who are there before the first visitor comes."""

from __future__ import annotations

import msgspec

from bot.mentoring.profiles import FEWEST_PLACES, Field, Level, Profile, Slot, Way, Wish


class DemoGoal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A goal in her own words. field: the id of a professional field, "" for none of them."""

    wish: str
    measure: str
    why: str
    step: str
    field: str = ""


class DemoPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """She is in a pair with the mentor of this id: "trial" or "active" (mentorship.PairState), since so many weeks."""

    mentor: str
    state: str
    weeks: int = 0


class DemoRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """She asked the mentor of this id so many hours ago, and wrote her `note`."""

    mentor: str
    hours: int = 0
    note: str = ""


class DemoPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody who is not real. id: Latin letters, unique, part of her address. alias: must say that she is made up.
    language: in which she is spoken to, and writes. The other fields are those of profiles.Profile."""

    id: str
    alias: str
    language: str
    speaks: dict[str, Level] = {}
    knows: frozenset[Field] = frozenset()
    hopes: frozenset[Field] = frozenset()
    region: str = ""
    commune: str = ""
    ways: frozenset[Way] = frozenset()
    times: frozenset[Slot] = frozenset()
    children: bool | None = None
    wishes: frozenset[Wish] = frozenset()
    limits: frozenset[Wish] = frozenset()

    @property
    def profile(self) -> Profile:
        """What she tells of herself."""
        return Profile(
            languages=self.speaks,
            knows=self.knows,
            hopes=self.hopes,
            region=self.region,
            commune=self.commune,
            ways=self.ways,
            times=self.times,
            children=self.children,
            wishes=self.wishes,
            limits=self.limits,
        )


class DemoMentor(DemoPerson, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mentor. overcame: ids of barriers. story: two lines. approved: False for who waits for a coordinator.
    paused_days: how long her pause still lasts, 0 for none."""

    overcame: tuple[str, ...]
    story: str
    places: int = FEWEST_PLACES
    approved: bool = True
    paused_days: int = 0


class DemoMentee(DemoPerson, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mentee. holds: ids of the barriers that hold her back. waiting_days: how long she has waited for a mentor, None
    where she does not wait."""

    holds: tuple[str, ...] = ()
    goal: DemoGoal | None = None
    waiting_days: int | None = None
    pair: DemoPair | None = None
    request: DemoRequest | None = None


class DemoPeople(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them. What the talks would have asked them comes from the programme: ids of the competencies that mentors
    assess, the versions of the consent screen and of the code of conduct."""

    coordinator: DemoPerson
    mentors: tuple[DemoMentor, ...]
    mentees: tuple[DemoMentee, ...]
    competencies: tuple[str, ...] = ()
    consent_version: str = ""
    code_version: str = ""
