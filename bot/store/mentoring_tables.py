"""The tables of what is between two women: profiles, requests, pairs, what they write to each other, when they meet.

`bot.store.tables` says what `sealed` means, and offers these tables too.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from bot.store.columns import Id, Moment, Sealed, hers, metadata


def of_pair(**more: object) -> Column[int]:
    """The column that says of which pair this row is."""
    return Column("pair_id", Id, ForeignKey("pairs.id", ondelete="CASCADE"), **more)  # type: ignore[arg-type]


profiles = Table(
    "profiles",
    metadata,
    hers(primary_key=True, autoincrement=False),
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.profiles.Profile
    Column("changed_at", Moment, nullable=False),
)

mentors = Table(
    "mentors",
    metadata,
    hers(primary_key=True, autoincrement=False),
    Column("state", String(10), nullable=False, index=True),  # bot.mentoring.path.MentorState
    Column("places", Integer, nullable=False),
    Column("paused_until", Moment),
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.path.MentorFile
    Column("changed_at", Moment, nullable=False, index=True),  # moved by everything that matching must see
)

waiting = Table(
    "waiting",
    metadata,
    hers(primary_key=True, autoincrement=False),
    Column("since", Moment, nullable=False, index=True),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Id, primary_key=True),
    hers("mentee_id"),
    hers("mentor_id"),
    Column("place", Integer, nullable=False),  # her first choice is 1
    Column("state", String(10), nullable=False),  # bot.mentoring.requests.RequestState
    Column("reason", String(16), nullable=False, server_default=""),  # bot.mentoring.requests.WhyNot
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.requests.RequestFile
    Column("created_at", Moment, nullable=False),
    Column("asked_at", Moment),  # when the card went out
    Column("answered_at", Moment),
    Index(
        "ix_requests_one_open",
        "mentee_id",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index("ix_requests_mentee", "mentee_id", "state"),
    Index("ix_requests_mentor", "mentor_id", "state"),
    sqlite_autoincrement=True,
)

LIVING = "state IN ('agreeing', 'trial', 'active', 'hold')"  # bot.mentoring.mentorship.LIVING

pairs = Table(
    "pairs",
    metadata,
    Column("id", Id, primary_key=True),
    hers("mentee_id"),
    hers("mentor_id"),
    Column("state", String(10), nullable=False),  # bot.mentoring.mentorship.PairState
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.mentorship.PairFile
    Column("began_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("openers", Integer, nullable=False, server_default="0"),  # questions to begin with that her mentor has read
    Index("ix_pairs_one_living", "mentee_id", unique=True, sqlite_where=text(LIVING), postgresql_where=text(LIVING)),
    Index("ix_pairs_mentor", "mentor_id", "state"),
    Index("ix_pairs_mentee", "mentee_id"),
    sqlite_autoincrement=True,
)

blocks = Table(
    "blocks",
    metadata,
    hers("blocker_id", primary_key=True, autoincrement=False),
    hers("blocked_id", primary_key=True, autoincrement=False, index=True),
    Column("at", Moment, nullable=False),
)

relayed = Table(
    "relayed",
    metadata,
    Column("id", Id, primary_key=True),
    of_pair(nullable=False),
    hers("sender_id"),
    hers("receiver_id"),
    Column("state", String(10), nullable=False),  # bot.mentoring.relay.RelayState
    Column("media_id", Id),
    Column("outbox_id", Id, index=True),  # no foreign key: finished messages are forgotten on their own
    Column("sealed", Sealed),  # her words in JSON form (bot.dialogue.kinds.write_own); emptied when they are forgotten
    Column("at", Moment, nullable=False, index=True),
    Index("ix_relayed_pair", "pair_id", "id"),
    Index("ix_relayed_media", "media_id"),
    sqlite_autoincrement=True,
)

meetings = Table(
    "meetings",
    metadata,
    Column("id", Id, primary_key=True),
    of_pair(nullable=False, index=True),
    hers("proposer_id"),
    Column("state", String(10), nullable=False),  # bot.mentoring.meetings.MeetingState
    Column("at", Moment),  # once it is agreed
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.meetings.MeetingFile
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

introductions = Table(
    "introductions",
    metadata,
    Column("id", Id, primary_key=True),
    of_pair(nullable=False, index=True),
    Column("contact_id", Id, ForeignKey("people.id", ondelete="CASCADE")),  # once she has opened the link
    Column("state", String(10), nullable=False),  # bot.mentoring.meetings.IntroductionState
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.meetings.IntroductionFile
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Id, primary_key=True),
    of_pair(nullable=False),
    hers(),
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.mentorship.Feedback
    Column("at", Moment, nullable=False),
    UniqueConstraint("pair_id", "person_id"),
    sqlite_autoincrement=True,
)

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    hers("reporter_id"),
    Column("about_id", Id, ForeignKey("people.id", ondelete="SET NULL")),
    Column("pair_id", Id, ForeignKey("pairs.id", ondelete="SET NULL")),  # a report outlives the pair
    Column("state", String(10), nullable=False, index=True),  # bot.mentoring.team.CaseState
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.team.CaseFile
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    sqlite_autoincrement=True,
)

coordinators = Table(
    "coordinators",
    metadata,
    hers(primary_key=True, autoincrement=False),
    Column("state", String(10), nullable=False),  # bot.mentoring.team.CoordinatorState
    Column("number", String(12), nullable=False, server_default=""),  # what the operator confirms her by
    Column("at", Moment, nullable=False),
    Column("told_at", Moment),  # when she read the last time in one message what waits
)

due = Table(
    "due",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(32), nullable=False),  # a notice or deed of bot.affairs
    Column("about", Id, nullable=False, server_default="0"),
    hers(index=True),
    Column("at", Moment, nullable=False, index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    UniqueConstraint("kind", "about", "person_id"),
    sqlite_autoincrement=True,
)
