"""Made-up women for the tests of matching: few languages, fields and places, so that many of them meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from bot.mentoring.profiles import Field, Level, Mentee, Mentor, Profile, Slot, Way, Wish

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = b"key for tests"
unhurried = settings(deadline=None)  # how long matching takes is for bench/; a busy machine is no failure
FIELDS = (Field.CARE, Field.FOOD, Field.BUSINESS)
BARRIERS = ("language", "diploma", "childcare", "papers", "something new")
MENTORS = st.integers(100, 108)
PEOPLE = st.one_of(MENTORS, st.integers(1, 8))

profiles = st.builds(
    Profile,
    languages=st.dictionaries(st.sampled_from(("ti", "ar", "fr", "nl")), st.sampled_from(Level), max_size=3),
    knows=st.frozensets(st.sampled_from(FIELDS)),
    hopes=st.frozensets(st.sampled_from(FIELDS)),
    region=st.sampled_from(("", "brussels", "flanders")),
    commune=st.sampled_from(("", "one", "two")),
    ways=st.frozensets(st.sampled_from(Way)),
    times=st.frozensets(st.sampled_from(tuple(Slot)[:3])),
    children=st.sampled_from((None, True, False)),
    wishes=st.frozensets(st.sampled_from(Wish), max_size=3),
    limits=st.frozensets(st.sampled_from(Wish), max_size=1),
)
mentees = st.builds(
    Mentee,
    id=PEOPLE,
    profile=profiles,
    barriers=st.frozensets(st.sampled_from(BARRIERS)),
    blocked=st.frozensets(MENTORS, max_size=1),
    declined=st.frozensets(MENTORS, max_size=1),
    since=st.one_of(st.none(), st.integers(-10, 500).map(lambda days: NOW - timedelta(days=days))),
)
mentors = st.builds(
    Mentor,
    id=MENTORS,
    profile=profiles,
    overcame=st.frozensets(st.sampled_from(BARRIERS)),
    places=st.integers(1, 3),
    taken=st.integers(0, 2),
    asked=st.integers(0, 2),
    paused_until=st.sampled_from((None, None, NOW, NOW - timedelta(days=1), NOW + timedelta(microseconds=1))),
    approved=st.sampled_from((True, True, True, False)),
)
crowds = st.lists(mentors, max_size=9, unique_by=lambda mentor: mentor.id)
