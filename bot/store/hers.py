"""All that is kept of one woman, as plain JSON values: her own words and never those of another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.dialogue.replay import Journal
from bot.mentoring.meetings import IntroductionFile, IntroductionState, MeetingFile
from bot.mentoring.mentorship import Feedback, PairFile, Side
from bot.mentoring.path import MentorFile
from bot.mentoring.profiles import Profile
from bot.mentoring.requests import RequestFile
from bot.mentoring.team import CaseFile
from bot.store import tables as t
from bot.store.door import Tx
from bot.store.growth import Answers, goals_of


async def everything_of(tx: Tx, person_id: int) -> dict[str, Any]:
    """All that is kept of her. Voice notes and photos by id, length and state."""
    consents = await rows(tx, t.consents, t.consents.c.person_id == person_id)
    assessments = await rows(tx, t.assessments, t.assessments.c.person_id == person_id)
    talks = await rows(tx, t.talks, t.talks.c.person_id == person_id)
    media = await rows(tx, t.media, t.media.c.person_id == person_id)
    addresses = await rows(tx, t.addresses, t.addresses.c.person_id == person_id)
    return {
        **await between(tx, person_id),
        "addresses": [{"channel": row.channel, "address": tx.vault.open(row.sealed)} for row in addresses],
        "consents": [
            {
                "purpose": row.purpose, "given": row.given, "version": row.version, "language": row.language,
                "at": row.at.isoformat(),
            }
            for row in consents
        ],
        "assessments": [
            {"kind": row.kind, "at": row.at.isoformat(), **msgspec.to_builtins(tx.vault.open_json(row.sealed, Answers))}
            for row in assessments
        ],
        "goals": [msgspec.to_builtins(goal) for goal in await goals_of(tx, person_id, let_go=True)],
        "unfinished": [
            {"talk": row.name, "answers": tx.vault.open_json(row.sealed, Journal).said} for row in talks
        ],
        "voice_notes": [
            {"id": row.id, "seconds": row.seconds, "state": row.state, "at": row.at.isoformat()} for row in media
        ],
    }  # fmt: skip


async def between(tx: Tx, person_id: int) -> dict[str, Any]:
    """What is kept of her as a mentee, mentor or coordinator. Of a pair: her side of it."""
    return {
        "profile": [
            msgspec.to_builtins(tx.vault.open_json(row.sealed, Profile))
            for row in await rows(tx, t.profiles, t.profiles.c.person_id == person_id)
        ],
        "mentor": [
            {
                "state": row.state, "places": row.places, "paused_until": iso(row.paused_until),
                **of_hers(tx.vault.open_json(row.sealed, MentorFile)),
            }
            for row in await rows(tx, t.mentors, t.mentors.c.person_id == person_id)
        ],
        "waiting": [
            {"since": iso(row.since)} for row in await rows(tx, t.waiting, t.waiting.c.person_id == person_id)
        ],
        "requests": await her_requests(tx, person_id),
        "pairs": await her_pairs(tx, person_id),
        "written": [
            {"words": tx.vault.open_json(row.sealed, Any), "at": iso(row.at)}
            for row in await rows(tx, t.relayed, t.relayed.c.sender_id == person_id)
            if row.sealed is not None
        ],
        "meetings": await her_meetings(tx, person_id),
        "introductions": await her_introductions(tx, person_id),
        "feedback": [
            {"at": iso(row.at), **msgspec.to_builtins(tx.vault.open_json(row.sealed, Feedback))}
            for row in await rows(tx, t.feedback, t.feedback.c.person_id == person_id)
        ],
        "reports": [
            {"at": iso(row.opened_at), "state": row.state, "why": file.why, "words": file.words}
            for row in await rows(tx, t.cases, t.cases.c.reporter_id == person_id)
            for file in [tx.vault.open_json(row.sealed, CaseFile)]
        ],
        "blocks": [{"at": iso(row.at)} for row in await rows(tx, t.blocks, t.blocks.c.blocker_id == person_id)],
        "coordinator": [
            {"state": row.state, "at": iso(row.at)}
            for row in await rows(tx, t.coordinators, t.coordinators.c.person_id == person_id)
        ],
    }  # fmt: skip


def of_hers(file: MentorFile) -> dict[str, Any]:
    """Her own part of the file of a mentor: without the words of coordinators, and who they are."""
    theirs = msgspec.structs.replace(file, question=None, reason=None, talked_with=0, decided_by=0)
    found: dict[str, Any] = msgspec.to_builtins(theirs)
    return found


async def her_requests(tx: Tx, person_id: int) -> list[dict[str, Any]]:
    """Requests that she made, with what she wrote; and those that came to her, with what she asked."""
    found = []
    mine = (t.requests.c.mentee_id == person_id) | (t.requests.c.mentor_id == person_id)
    for row in await rows(tx, t.requests, mine):
        file = tx.vault.open_json(row.sealed, RequestFile)
        hers = {"note": file.note, "answer": file.answer} if row.mentee_id == person_id else {"question": file.question}
        role = Side.MENTEE if row.mentee_id == person_id else Side.MENTOR
        state = ending(row.state, asked=role is Side.MENTEE)
        found.append({"role": role, "state": state, "at": iso(row.created_at), **hers})
    return found


def ending(state: str, *, asked: bool) -> str:
    """The state of a request as she may know it: what the other did is the other's. asked: it was hers."""
    others = ("declined", "expired", "void") if asked else ("withdrawn", "void")
    return "closed" if state in others else state


async def her_pairs(tx: Tx, person_id: int) -> list[dict[str, Any]]:
    """Her pairs, and what she agreed to."""
    found = []
    for row in await rows(tx, t.pairs, (t.pairs.c.mentee_id == person_id) | (t.pairs.c.mentor_id == person_id)):
        file = tx.vault.open_json(row.sealed, PairFile)
        side = Side.MENTEE if row.mentee_id == person_id else Side.MENTOR
        found.append(
            {
                "role": side, "state": row.state, "began_at": iso(row.began_at), "ended_at": iso(row.ended_at),
                "agreed_at": iso(file.agreed.get(side)), "rhythm": file.rhythm, "months": file.months,
                "voice_and_photos": side in file.media, "contact_details": side in file.contacts,
                **({"week": msgspec.to_builtins(file.week)} if file.week is not None and side is Side.MENTEE else {}),
            }
        )  # fmt: skip
    return found


async def her_meetings(tx: Tx, person_id: int) -> list[dict[str, Any]]:
    """Meetings of her pairs: when, and what she said of them; where, if she proposed it."""
    hers = sa.select(t.pairs.c.id).where((t.pairs.c.mentee_id == person_id) | (t.pairs.c.mentor_id == person_id))
    found = []
    for row in await rows(tx, t.meetings, t.meetings.c.pair_id.in_(hers)):
        file = tx.vault.open_json(row.sealed, MeetingFile)
        place = file.place if row.proposer_id == person_id else None
        found.append({"state": row.state, "at": iso(row.at), "place": place, "how": file.how.get(person_id, "")})
    return found


async def her_introductions(tx: Tx, person_id: int) -> list[dict[str, Any]]:
    """Introductions that she made, with why; those she was asked about, with her yes. Only whether all said yes: who
    said no is told to nobody."""
    made = sa.select(t.pairs.c.id).where(t.pairs.c.mentor_id == person_id)
    asked = sa.select(t.pairs.c.id).where(t.pairs.c.mentee_id == person_id)
    found = []
    which = t.introductions.c.pair_id.in_(made.union(asked)) | (t.introductions.c.contact_id == person_id)
    mine = set(await tx.conn.scalars(made))
    for row in await rows(tx, t.introductions, which):
        file = tx.vault.open_json(row.sealed, IntroductionFile)
        hers = {"why": file.why} if row.pair_id in mine else {"yes": person_id in file.yes}
        state = "accepted" if row.state == IntroductionState.ACCEPTED.value else "open"
        found.append({"state": state, "at": iso(row.created_at), **hers})
    return found


async def rows(tx: Tx, table: sa.Table, which: Any) -> list[Any]:
    """The rows of a table, oldest first."""
    return list(await tx.conn.execute(sa.select(table).where(which).order_by(*table.primary_key.columns)))


def iso(at: datetime | None) -> str | None:
    """A moment as text."""
    return None if at is None else at.isoformat()
