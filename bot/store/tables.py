"""The tables. What people write and where they can be reached is sealed (vault); times are UTC.

A column named `sealed` holds an encrypted JSON document; its shape is the struct named beside it. What is in the clear
is what the programme must search by: ids, states, times, languages. Here stands what every conversation needs; what is
between two women stands in `mentoring_tables`.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, UniqueConstraint, text

from bot.store.columns import EPOCH, Id, Moment, Sealed, hers, metadata
from bot.store.mentoring_tables import (
    blocks,
    cases,
    coordinators,
    due,
    feedback,
    introductions,
    meetings,
    mentors,
    pairs,
    profiles,
    relayed,
    requests,
    waiting,
)

__all__ = [
    "EPOCH", "Moment", "addresses", "assessments", "audit", "blocks", "cases", "consents", "coordinators", "due",
    "feedback", "goals", "introductions", "invites", "media", "meetings", "mentors", "metadata", "outbox", "pairs",
    "people", "profiles", "put_aside", "relayed", "requests", "talks", "tombstones", "updates", "waiting",
]  # fmt: skip

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("language", String(16), nullable=False),
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.people.Person
    Column("created_at", Moment, nullable=False),
    Column("rhythm", String(120), nullable=False, server_default=""),  # bot.mentoring.rhythm.written, for the clock
    Column("nudged_at", Moment),  # when something came to her unasked the last time
    Column("unanswered", Integer, nullable=False, server_default="0"),  # check-ins in a row without a word from her
    sqlite_autoincrement=True,
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Id, primary_key=True),
    hers(),
    Column("channel", String(16), nullable=False),
    Column("lookup", String(64), nullable=False, unique=True),  # keyed hash of channel and address
    Column("sealed", Sealed, nullable=False),  # the address
    Column("heard_at", Moment, nullable=False),  # her last message, to within five minutes
    Column("left_at", Moment),  # she blocked the bot
    Index("ix_addresses_person_id", "person_id"),
    sqlite_autoincrement=True,
)

talks = Table(
    "talks",
    metadata,
    Column("id", String(16), primary_key=True),  # random; buttons name it
    hers(),
    Column("name", String(32), nullable=False),
    Column("about", String(32), nullable=False, server_default=""),
    Column("sealed", Sealed, nullable=False),  # bot.dialogue.replay.Journal
    Column("open", Boolean, nullable=False),
    Column("resumes", String(16), nullable=False, server_default=""),  # the talk that goes on when this aside ends
    Column("touched_at", Moment, nullable=False),
    UniqueConstraint("person_id", "name", "about"),
    Index("ix_talks_one_open", "person_id", unique=True, sqlite_where=text("open"), postgresql_where=text("open")),
)

updates = Table(
    "updates",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("provider_id", String(128), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    sqlite_with_rowid=False,
)

put_aside = Table(
    "put_aside",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("provider_id", String(128), nullable=False),
    Column("sealed", Sealed, nullable=False),  # the event as it came
    Column("reason", String(200), nullable=False),
    Column("at", Moment, nullable=False),
    Column("recipient", String(64), nullable=False, server_default=""),  # addresses.lookup, where known
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id),  # no foreign key: the last word to a woman who erased herself is still sent
    Column("channel", String(16), nullable=False),
    Column("recipient", String(64), nullable=False),  # addresses.lookup: messages to one phone keep their order
    Column("address", Sealed, nullable=False),
    Column("sealed", Sealed),  # bot.messages.Message; emptied when done; empty too for a nudge until it is sent
    Column("kind", String(32), nullable=False, server_default=""),  # of a nudge: it is made when it is sent
    Column("about", Id, nullable=False, server_default="0"),
    Column("sort", String(32), nullable=False, server_default=""),  # Message.template: the kind of what came unasked
    Column("template", String(32), nullable=False, server_default=""),  # name of the template that went in its place
    Column("state", String(10), nullable=False),  # waiting, held, sent, delivered, read, refused
    Column("not_before", Moment, nullable=False),
    Column("leased_until", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("provider_ids", String(400), nullable=False, server_default=""),
    Column("reason", String(200), nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment, index=True),
    Index(  # by woman and not by phone: numbers follow each other where a million nudges are queued, hashes do not
        "ix_outbox_hers",
        "person_id",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_outbox_last_words",
        "recipient",
        "id",
        sqlite_where=text("state = 'waiting' AND person_id IS NULL"),
        postgresql_where=text("state = 'waiting' AND person_id IS NULL"),
    ),
    Index(
        "ix_outbox_due",
        "channel",
        "id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_outbox_held",
        "recipient",
        "id",
        sqlite_where=text("state = 'held'"),
        postgresql_where=text("state = 'held'"),
    ),
    Index("ix_outbox_person", "person_id", "done_at"),
    sqlite_autoincrement=True,
)

consents = Table(
    "consents",
    metadata,
    Column("id", Id, primary_key=True),
    hers(index=True),
    Column("purpose", String(16), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("version", String(32), nullable=False),
    Column("shown_hash", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

assessments = Table(
    "assessments",
    metadata,
    Column("id", Id, primary_key=True),
    hers(index=True),
    Column("kind", String(32), nullable=False),
    Column("sealed", Sealed, nullable=False),  # bot.store.growth.Answers
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

goals = Table(
    "goals",
    metadata,
    Column("id", Id, primary_key=True),
    hers(index=True),
    Column("state", String(16), nullable=False),
    Column("sealed", Sealed, nullable=False),  # bot.mentoring.goals.GoalPlan
    Column("described_at", Moment, nullable=False),
    Column("reached_at", Moment),
    Column("changed_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

media = Table(
    "media",
    metadata,
    Column("id", Id, primary_key=True),
    hers(index=True),
    Column("channel", String(16), nullable=False),
    Column("mime", String(64), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("state", String(8), nullable=False),  # wanted, kept, gone
    Column("ref", Sealed, nullable=False),  # where it waits on its platform
    Column("sealed", Sealed),  # the voice note itself
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_media_wanted", "id", sqlite_where=text("state = 'wanted'"), postgresql_where=text("state = 'wanted'")),
    sqlite_autoincrement=True,
)

invites = Table(
    "invites",
    metadata,
    Column("lookup", String(64), primary_key=True),  # keyed hash of the code
    Column("language", String(16), nullable=False, server_default=""),
    Column("cohort", String(64), nullable=False, server_default=""),
    Column("uses_left", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("sealed", Sealed),  # the code, so that its hash can be made with a new key; NULL before migration 0003
    Column("purpose", String(16), nullable=False, server_default=""),  # what it opens besides the welcome: a talk
    Column("about", Id),  # the id that this talk is about
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id),
    Column("what", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("lookup", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)
