"""Queries on people: who is at an address, her talks, her consents; welcome, change, erase."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from bot.dialogue.replay import Journal
from bot.mentoring import rhythm
from bot.mentoring.people import Person, Purpose
from bot.store import held
from bot.store import tables as t
from bot.store.door import Tx

HEARD = timedelta(minutes=5)  # how exactly her last message is remembered: saves a write for every answer


@dataclass(slots=True)
class KeptTalk:
    """A talk of hers, open or left. `sealed` is opened only when needed (`journal_of`)."""

    id: str
    name: str
    about: str
    open: bool
    resumes: str
    touched_at: datetime
    sealed: bytes = b""
    journal: Journal | None = None


@dataclass(slots=True)
class Known:
    """What is known of who writes from one address."""

    address_id: int
    lookup: str
    heard_at: datetime
    left_at: datetime | None
    address: bytes  # sealed
    person: Person
    unanswered: int = 0  # check-ins in a row without a word from her
    talks: list[KeptTalk] = field(default_factory=list)


FIND = (
    sa.select(
        t.addresses.c.id.label("address_id"),
        t.addresses.c.lookup,
        t.addresses.c.heard_at,
        t.addresses.c.left_at,
        t.addresses.c.sealed.label("address_sealed"),
        t.people.c.id.label("person_id"),
        t.people.c.language,
        t.people.c.sealed.label("person_sealed"),
        t.people.c.unanswered,
        t.talks.c.id.label("talk_id"),
        t.talks.c.name,
        t.talks.c.about,
        t.talks.c.open,
        t.talks.c.resumes,
        t.talks.c.touched_at,
        t.talks.c.sealed.label("talk_sealed"),
    )
    .select_from(
        t.addresses.join(t.people, t.people.c.id == t.addresses.c.person_id).outerjoin(
            t.talks, t.talks.c.person_id == t.people.c.id
        )
    )
    .where(t.addresses.c.lookup.in_(sa.bindparam("lookups", expanding=True)))
    .order_by(t.people.c.id)
)
LOCK = (
    sa.select(t.people.c.id)
    .where(
        t.people.c.id.in_(
            sa.select(t.addresses.c.person_id).where(t.addresses.c.lookup.in_(sa.bindparam("lookups", expanding=True)))
        )
    )
    .order_by(t.people.c.id)
    .with_for_update(key_share=True)  # others may refer to her row meanwhile: requests and pairs do
)


async def find(tx: Tx, lookups: Sequence[str]) -> dict[str, Known]:
    """Everyone at these addresses (by lookup), with all her talks. On PostgreSQL their rows are locked first, in the
    order of their ids, so that one person's messages are worked one after the other by any number of processes."""
    if tx.postgres:
        await tx.conn.execute(LOCK, {"lookups": lookups})
    found: dict[str, Known] = {}
    for row in await tx.conn.execute(FIND, {"lookups": lookups}):
        known = found.get(row.lookup)
        if known is None:
            person = read_person(tx, row.person_id, row.language, row.person_sealed)
            known = found[row.lookup] = Known(
                row.address_id, row.lookup, row.heard_at, row.left_at, row.address_sealed, person, row.unanswered
            )
        if row.talk_id is not None:
            known.talks.append(
                KeptTalk(row.talk_id, row.name, row.about, bool(row.open), row.resumes, row.touched_at, row.talk_sealed)
            )
    return found


def read_person(tx: Tx, person_id: int, language: str, sealed: bytes) -> Person:
    """The person of a row."""
    person = tx.vault.open_json(sealed, Person)
    return msgspec.structs.replace(person, id=person_id, language=language)


def seal_person(tx: Tx, person: Person) -> bytes:
    """The sealed column of a person."""
    return tx.vault.seal_json(msgspec.structs.replace(person, id=0, language="en"))


def journal_of(tx: Tx, talk: KeptTalk) -> Journal:
    """The journal of a talk, unsealed once."""
    if talk.journal is None:
        talk.journal = tx.vault.open_json(talk.sealed, Journal)
    return talk.journal


async def welcome(tx: Tx, channel: str, address: str, language: str, now: datetime) -> Known:
    """Someone new: a person of whom only the language is known, and where to answer her."""
    lookup, sealed = lookup_of(tx, channel, address), tx.vault.seal(address)
    person = Person(id=0, language=language)
    person_id = await tx.conn.scalar(
        sa.insert(t.people)
        .values(language=language, sealed=seal_person(tx, person), created_at=now, rhythm=rhythm.written(person.rhythm))
        .returning(t.people.c.id)
    )
    address_id = await tx.conn.scalar(
        sa.insert(t.addresses)
        .values(
            person_id=person_id,
            channel=channel,
            lookup=lookup,
            sealed=sealed,
            heard_at=now,
        )
        .returning(t.addresses.c.id)
    )
    assert person_id is not None
    assert address_id is not None
    return Known(address_id, lookup, now, None, sealed, msgspec.structs.replace(person, id=person_id))


def lookup_of(tx: Tx, channel: str, address: str) -> str:
    """The keyed hash under which an address is found."""
    return tx.vault.lookup(f"{channel}:{address}")


async def get(tx: Tx, person_id: int) -> Person | None:
    """A person by id."""
    row = (await tx.conn.execute(sa.select(t.people).where(t.people.c.id == person_id))).one_or_none()
    return None if row is None else read_person(tx, row.id, row.language, row.sealed)


async def reached_at(tx: Tx, person_id: int) -> tuple[str, str, bytes] | None:
    """Where to write to her: (channel, lookup, sealed address) of the phone she used last; None where she left all."""
    row = (
        await tx.conn.execute(
            sa.select(t.addresses.c.channel, t.addresses.c.lookup, t.addresses.c.sealed)
            .where(t.addresses.c.person_id == person_id, t.addresses.c.left_at.is_(None))
            .order_by(t.addresses.c.heard_at.desc(), t.addresses.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else (row.channel, row.lookup, row.sealed)


async def heard_last(tx: Tx, person_id: int) -> datetime | None:
    """When she wrote or tapped the last time, on whatever phone (UTC); None where no phone of hers is known."""
    last: datetime | None = await tx.conn.scalar(
        sa.select(sa.func.max(t.addresses.c.heard_at)).where(t.addresses.c.person_id == person_id)
    )
    return last


SAVE = (
    sa.update(t.people)
    .where(t.people.c.id == sa.bindparam("the_id"))
    .values(language=sa.bindparam("spoken"), sealed=sa.bindparam("closed"), rhythm=sa.bindparam("kept_rhythm"))
)


async def save(tx: Tx, people: Iterable[Person]) -> None:
    """Keep what changed of these people."""
    rows = [
        {
            "the_id": person.id,
            "spoken": person.language,
            "closed": seal_person(tx, person),
            "kept_rhythm": rhythm.written(person.rhythm),
        }
        for person in people
    ]
    await tx.many(SAVE, rows)


HEAR = (
    sa.update(t.addresses)
    .where(t.addresses.c.id == sa.bindparam("the_id"))
    .values(heard_at=sa.bindparam("heard"), left_at=sa.bindparam("gone"))
)


async def heard(tx: Tx, rows: Iterable[tuple[int, datetime, datetime | None]]) -> None:
    """Remember when each address last wrote, and whether it left: (address id, heard at, left at or None). What was
    held until then goes out."""
    known = list(rows)
    await tx.many(HEAR, [{"the_id": address, "heard": at, "gone": left} for address, at, left in known])
    if known:
        here = sa.select(t.addresses.c.lookup).where(t.addresses.c.id.in_([address for address, _, _ in known]))
        await held.release(tx, here, max(at for _, at, _ in known))


async def wrote(tx: Tx, person_ids: Sequence[int]) -> None:
    """They have written: what they left unanswered before counts no more."""
    if person_ids:
        await tx.conn.execute(sa.update(t.people).where(t.people.c.id.in_(person_ids)).values(unanswered=0))


async def left(tx: Tx, lookup: str, now: datetime) -> None:
    """This address has blocked the bot: nothing is sent there until she writes again."""
    await tx.conn.execute(sa.update(t.addresses).where(t.addresses.c.lookup == lookup).values(left_at=now))


# --- talks --------------------------------------------------------------------------------------------------------

CHANGE_TALK = (
    sa.update(t.talks)
    .where(t.talks.c.id == sa.bindparam("the_id"))
    .values(
        sealed=sa.bindparam("sealed"),
        open=sa.bindparam("is_open"),
        resumes=sa.bindparam("then_to"),
        touched_at=sa.bindparam("touched"),
    )
)
NEW_TALK = sa.insert(t.talks)


async def save_talks(
    tx: Tx, new: Sequence[tuple[int, KeptTalk]], changed: Sequence[KeptTalk], ended: Sequence[str]
) -> None:
    """Keep talks: new ones (with their person's id), changed ones, and forget those that ended."""
    if ended:
        await tx.conn.execute(sa.delete(t.talks).where(t.talks.c.id.in_(ended)))
    # Parked first: at most one talk of a person may be open at any moment.
    ordered = sorted(changed, key=lambda talk: talk.open)
    await tx.many(
        CHANGE_TALK,
        [
            {
                "the_id": talk.id,
                "sealed": seal_talk(tx, talk),
                "is_open": talk.open,
                "then_to": talk.resumes,
                "touched": talk.touched_at,
            }
            for talk in ordered
        ],
    )
    await tx.many(
        NEW_TALK,
        [
            {
                "id": talk.id,
                "person_id": person,
                "name": talk.name,
                "about": talk.about,
                "sealed": seal_talk(tx, talk),
                "open": talk.open,
                "resumes": talk.resumes,
                "touched_at": talk.touched_at,
            }
            for person, talk in new
        ],
    )


def seal_talk(tx: Tx, talk: KeptTalk) -> bytes:
    """The sealed column of a talk; one whose journal was never opened keeps its bytes."""
    return talk.sealed if talk.journal is None else tx.vault.seal_json(talk.journal)


# --- consent and erasure ------------------------------------------------------------------------------------------


async def record_consents(
    tx: Tx, person: Person, given: frozenset[Purpose], version: str, shown_hash: str, now: datetime
) -> None:
    """Keep the proof of what she said yes and no to, with the text she was shown (GDPR article 7.1)."""
    await tx.many(
        sa.insert(t.consents),
        [
            {
                "person_id": person.id,
                "purpose": purpose.value,
                "given": purpose in given,
                "version": version,
                "shown_hash": shown_hash,
                "language": person.language,
                "at": now,
            }
            for purpose in Purpose
        ],
    )


async def addresses_of(tx: Tx, person_id: int) -> list[tuple[str, str, str]]:
    """Her addresses as (channel, lookup, address in the clear)."""
    rows = await tx.conn.execute(sa.select(t.addresses).where(t.addresses.c.person_id == person_id))
    return [(row.channel, row.lookup, tx.vault.open(row.sealed)) for row in rows]


async def erase(tx: Tx, person_id: int, now: datetime, *, tombstone: bool) -> None:
    """Everything of hers goes: rows, waiting messages, journals. A tombstone (keyed hash of each address) makes sure
    that a restored backup erases her again."""
    hers = await addresses_of(tx, person_id)
    any_key = [lookup for channel, _, address in hers for lookup in tx.vault.lookups(f"{channel}:{address}")]
    await tx.conn.execute(sa.delete(t.put_aside).where(t.put_aside.c.recipient.in_(any_key)))
    if tombstone:
        lookups = [lookup for _, lookup, _ in hers]
        await tx.conn.execute(sa.delete(t.tombstones).where(t.tombstones.c.lookup.in_(lookups)))
        await tx.many(sa.insert(t.tombstones), [{"lookup": lookup, "at": now} for lookup in lookups])
    await tx.conn.execute(sa.delete(t.outbox).where(t.outbox.c.person_id == person_id))
    await tx.conn.execute(sa.delete(t.audit).where(t.audit.c.person_id == person_id))
    await tx.conn.execute(sa.delete(t.people).where(t.people.c.id == person_id))


async def erase_again(tx: Tx) -> int:
    """After a restore: erase everyone whose tombstone is younger than her row. Gives how many. The tombstone may have
    been made with a newer key than the backup, so lookups with every key are tried."""
    erased = {row.lookup: row.at for row in await tx.conn.execute(sa.select(t.tombstones))}
    if not erased:
        return 0
    rows = await tx.conn.execute(
        sa.select(t.people.c.id, t.people.c.created_at, t.addresses.c.channel, t.addresses.c.sealed).select_from(
            t.people.join(t.addresses)
        )
    )
    gone = {
        row.id
        for row in rows
        for lookup in tx.vault.lookups(f"{row.channel}:{tx.vault.open(row.sealed)}")
        if lookup in erased and row.created_at <= erased[lookup]
    }
    for person_id in gone:
        await erase(tx, person_id, t.EPOCH, tombstone=False)
    return len(gone)
