"""A database with something in every table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.dialogue.replay import Journal
from bot.mentoring.assessments import Assessment
from bot.mentoring.goals import GoalPlan
from bot.mentoring.meetings import IntroductionFile, MeetingFile
from bot.mentoring.mentorship import Feedback, PairFile
from bot.mentoring.path import MentorFile
from bot.mentoring.people import Person, Purpose
from bot.mentoring.profiles import Level, Profile
from bot.mentoring.requests import RequestFile
from bot.mentoring.team import CaseFile
from bot.messages import Incoming, Media, Message
from bot.store import growth, invites, mail, people
from bot.store import tables as t
from bot.store.door import Store, Tx
from bot.store.tables import metadata
from bot.vault import Vault

NOW = datetime(2027, 3, 1, 9, 0, 0, 123456, UTC)
PLAN = GoalPlan("A bakery", "A contract", 4, "My own money", date(2027, 9, 1), (), "Call one")


async def fill(store: Store, *addresses: str, now: datetime = NOW) -> None:
    """People at these addresses on "x", each with a row in every table about people; and the other tables."""
    async with store.begin() as tx:
        for address in addresses:
            known = await people.welcome(tx, "x", address, "ar", now)
            her = known.person.id
            await people.save(tx, [Person(her, "ar", f"Made-up {address}", adult=True)])
            talk = people.KeptTalk(f"t{her}", "form", "", True, "", now, journal=Journal({"x": address}))
            await people.save_talks(tx, [(her, talk)], [], [])
            await people.record_consents(tx, known.person, frozenset({Purpose.KEEP}), "1", "0" * 64, now)
            letters = [
                mail.Letter(whose, "x", known.lookup, tx.vault.seal(address), Message("Hello")) for whose in (her, None)
            ]
            await mail.post(tx, letters, now)
            await growth.save_assessment(tx, her, Assessment.SKILLS, growth.Answers({"a": 1}, {"b": address}), now)
            await growth.save_goal(tx, her, PLAN, now)
            await growth.keep_media(tx, await growth.want_media(tx, her, "x", Media("ref"), now), b"OggS")
            raw = Incoming("x", "1", address, now, text="words")
            await mail.remember(tx, [("x", f"{her} {now}")], now)
            await mail.put_aside(tx, "x", "1", msgspec.json.encode(raw), "Clumsy", now, lookup=known.lookup)
            await mail.audit(tx, [(her, "something")], now)
            await between(tx, her, known.person.id, now)
            await invites.invite(tx, f"code of {address} {now}", "fr", "", 2, now + timedelta(days=9))
        gone = await people.welcome(tx, "x", "erased before", "en", now - timedelta(days=9))
        await people.erase(tx, gone.person.id, now - timedelta(days=8), tombstone=True)


async def between(tx: Tx, her: int, other: int, now: datetime) -> None:
    """A row about her in each table of what is between two women; `other` may be herself."""
    pair = await tx.conn.scalar(
        sa.insert(t.pairs)
        .values(
            mentee_id=her, mentor_id=other, state="active", sealed=tx.vault.seal_json(PairFile()), began_at=now,
            changed_at=now,
        )
        .returning(t.pairs.c.id)
    )  # fmt: skip
    sealed: dict[sa.Table, Any] = {
        t.profiles: {"sealed": Profile(languages={"fr": Level.WELL}), "changed_at": now},
        t.mentors: {"sealed": MentorFile(story="My story"), "state": "approved", "places": 1, "changed_at": now},
        t.meetings: {
            "sealed": MeetingFile(), "pair_id": pair, "proposer_id": her, "state": "agreed", "created_at": now,
        },
        t.introductions: {"sealed": IntroductionFile(), "pair_id": pair, "state": "offered", "created_at": now},
        t.feedback: {"sealed": Feedback({"a": 5}), "pair_id": pair, "at": now},
        t.relayed: {
            "sealed": "Words of hers", "pair_id": pair, "sender_id": her, "receiver_id": other, "state": "posted",
            "at": now,
        },
        t.requests: {
            "sealed": RequestFile(note="Her note"), "mentee_id": her, "mentor_id": other, "place": 1,
            "state": "accepted", "created_at": now,
        },
        t.cases: {
            "sealed": CaseFile("money"), "reporter_id": her, "about_id": other, "pair_id": pair, "state": "open",
            "opened_at": now,
        },
        t.waiting: {"since": now},
        t.coordinators: {"state": "asked", "number": "123456", "at": now},
        t.due: {"kind": "hello", "about": pair, "at": now + timedelta(days=400)},
        t.blocks: {"blocker_id": her, "blocked_id": other, "at": now},
    }  # fmt: skip
    for table, values in sealed.items():
        if "person_id" in table.c:
            values["person_id"] = her
        if "sealed" in values:
            values["sealed"] = tx.vault.seal_json(values["sealed"])
        await tx.conn.execute(sa.insert(table).values(**values))


async def contents(store: Store, *, opened: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables; `opened`: without those parts that another key or sealing makes different."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    async with store.begin() as tx:
        for table in metadata.sorted_tables:
            rows = await tx.conn.execute(sa.select(table).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(clear(tx.vault, value) if opened else value for value in row) for row in rows]
    return found


def clear(vault: Vault, value: Any) -> Any:
    return vault.open_bytes(value) if isinstance(value, bytes) else value
