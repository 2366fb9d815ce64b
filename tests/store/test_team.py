"""Coordinators and cases as they are kept, and what is found to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from bot.mentoring.mentorship import PairFile
from bot.mentoring.path import MentorFile
from bot.mentoring.people import Person
from bot.mentoring.requests import RequestFile
from bot.mentoring.team import (
    MORNING,
    NUMBER_HOLDS,
    STALLED,
    UNANSWERED,
    CaseFile,
    CaseState,
    CoordinatorState,
    Waits,
    Work,
)
from bot.store import due, invites, people, team
from bot.store import tables as t
from bot.store.door import Store, Tx

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


async def somebody(tx: Tx, alias: str, at: datetime = NOW) -> int:
    """A fictional woman; gives her id."""
    known = await people.welcome(tx, "stage", alias, "en", at)
    await people.save(tx, [msgspec.structs.replace(known.person, alias=alias)])
    return known.person.id


async def person(tx: Tx, number: int) -> Person:
    found = await people.get(tx, number)
    assert found is not None
    return found


async def pair(tx: Tx, mentee: int, mentor: int, state: str = "active", began: datetime = NOW - 60 * DAY) -> int:
    """A pair that began two months ago; gives its id."""
    number = await tx.conn.scalar(
        sa.insert(t.pairs)
        .values(
            mentee_id=mentee, mentor_id=mentor, state=state, sealed=tx.vault.seal_json(PairFile()), began_at=began,
            changed_at=began,
        )
        .returning(t.pairs.c.id)
    )  # fmt: skip
    assert number is not None
    return int(number)


async def word(tx: Tx, pair_id: int, sender: int, receiver: int, at: datetime, words: str | None = "Hello") -> None:
    sealed = None if words is None else tx.vault.seal_json(words)
    await tx.conn.execute(
        sa.insert(t.relayed).values(
            pair_id=pair_id, sender_id=sender, receiver_id=receiver, state="posted", sealed=sealed, at=at
        )
    )


# --- coordinators -------------------------------------------------------------------------------------------------


async def test_an_invitation_counts_once_opened_and_until_it_expires(store: Store) -> None:
    async with store.begin() as tx:
        await invites.invite(tx, "made-up", "", "", 1, NOW + DAY, purpose=team.INVITES, about=7)
        await invites.invite(tx, "made-up-too", "", "", 1, NOW + DAY, purpose="introduced", about=8)
        assert not await team.invited(tx, 7, NOW)
        for code in ("made-up", "made-up-too"):
            assert await invites.redeem(tx, code, NOW) is not None
        assert await team.invited(tx, 7, NOW)
        assert not await team.invited(tx, 7, NOW + DAY)
        assert not await team.invited(tx, 8, NOW)
        assert not await team.invited(tx, 0, NOW)


async def test_only_the_right_number_in_time_confirms_and_only_once(store: Store) -> None:
    async with store.begin() as tx:
        ada, bea = await somebody(tx, "Fictive Ada"), await somebody(tx, "Fictive Bea")
        await team.ask(tx, ada, "123456", NOW)
        assert await team.how_many(tx) == 0
        assert await team.confirm(tx, "654321", NOW) is None
        assert await team.confirm(tx, "", NOW) is None
        assert await team.confirm(tx, "123456", NOW + NUMBER_HOLDS) is None
        assert not (await person(tx, ada)).coordinator
        assert await team.confirm(tx, "123456", NOW + NUMBER_HOLDS - timedelta(seconds=1)) == ada
        assert await team.confirm(tx, "123456", NOW) is None
        assert await team.confirm(tx, "", NOW) is None  # a confirmed one has no number any more
        assert (await person(tx, ada)).coordinator
        assert not (await person(tx, bea)).coordinator
        assert await team.how_many(tx) == 1
        told = await due.claim(tx, NOW + 3 * DAY, 9)
        assert [(one.kind, one.person_id) for one in told] == [(team.WELCOME, ada), (MORNING, ada)]
        assert await team.remove(tx, ada, NOW)
        assert [one.kind for one in await due.claim(tx, NOW + 3 * DAY, 9)] == [team.WELCOME]


async def test_asking_again_gives_a_new_number_in_place_of_the_old(store: Store) -> None:
    async with store.begin() as tx:
        ada = await somebody(tx, "Fictive Ada")
        await team.ask(tx, ada, "111111", NOW)
        await team.ask(tx, ada, "222222", NOW + DAY)
        assert await team.asked_by(tx, "111111", NOW + DAY) is None
        assert await team.asked_by(tx, "222222", NOW + DAY) == ada
        assert [one.person_id for one in await team.everyone(tx)] == [ada]


async def test_removing_takes_the_role_and_what_her_talks_had_looked_up(store: Store) -> None:
    async with store.begin() as tx:
        ada = await somebody(tx, "Fictive Ada")
        await team.ask(tx, ada, "123456", NOW)
        await team.confirm(tx, "123456", NOW)
        for name in (*team.TALKS, "goal"):
            await tx.conn.execute(
                sa.insert(t.talks).values(
                    id=name, person_id=ada, name=name, about="", sealed=tx.vault.seal_json({}), open=False, resumes="",
                    touched_at=NOW,
                )
            )  # fmt: skip
        assert await team.remove(tx, ada, NOW)
        assert not (await person(tx, ada)).coordinator
        assert await team.coordinator(tx, ada) is None
        assert list(await tx.conn.scalars(sa.select(t.talks.c.name))) == ["goal"]
        assert not await team.remove(tx, ada, NOW)
        assert not await team.remove(tx, 404, NOW)


async def test_who_is_erased_is_no_coordinator_any_more(store: Store) -> None:
    async with store.begin() as tx:
        ada = await somebody(tx, "Fictive Ada")
        await team.ask(tx, ada, "123456", NOW)
        await people.erase(tx, ada, NOW, tombstone=True)
        assert await team.everyone(tx) == []
        assert await team.confirm(tx, "123456", NOW) is None


# --- cases --------------------------------------------------------------------------------------------------------


async def test_a_case_is_kept_sealed_and_the_clock_watches_it(store: Store) -> None:
    file = CaseFile("unkind", "She shouted at me", seen=((9, "To see it", NOW.isoformat()),))
    async with store.begin() as tx:
        ada, bea = await somebody(tx, "Fictive Ada"), await somebody(tx, "Fictive Bea")
        number = await team.open_case(tx, ada, bea, None, file, NOW)
        row = await team.case(tx, number, lock=True)
        assert row is not None
        assert (row.reporter_id, row.about_id, row.pair_id, row.state, row.file) == (
            ada, bea, None, CaseState.OPEN, file,
        )  # fmt: skip
        assert await team.case(tx, 404) is None
        sealed = await tx.conn.scalar(sa.select(t.cases.c.sealed))
        assert b"shouted" not in bytes(sealed or b"")
        assert await due.claim(tx, NOW + UNANSWERED - timedelta(seconds=1), 9) == []
        (one,) = await due.claim(tx, NOW + UNANSWERED, 9)
        assert (one.kind, one.about, one.person_id) == (team.REPORT_UNANSWERED, number, ada)


async def test_a_report_outlives_her_whom_it_is_about(store: Store) -> None:
    async with store.begin() as tx:
        ada, bea = await somebody(tx, "Fictive Ada"), await somebody(tx, "Fictive Bea")
        number = await team.open_case(tx, ada, bea, await pair(tx, ada, bea), CaseFile("money"), NOW)
        await team.forget_looked_up(tx, bea)
        await people.erase(tx, bea, NOW, tombstone=True)
        row = await team.case(tx, number)
        assert row is not None
        assert (row.about_id, row.pair_id, row.file.why) == (None, None, "money")
        await people.erase(tx, ada, NOW, tombstone=True)
        assert await team.case(tx, number) is None


async def test_the_last_messages_come_oldest_first_without_what_is_forgotten(store: Store) -> None:
    async with store.begin() as tx:
        ada, bea = await somebody(tx, "Fictive Ada"), await somebody(tx, "Fictive Bea")
        number = await pair(tx, ada, bea)
        await word(tx, number, ada, bea, NOW - DAY, None)
        for place in range(4):
            await word(tx, number, ada, bea, NOW, f"Word {place}")
        assert [words for _who, words, _at in await team.last_messages(tx, number, 3)] == ["Word 1", "Word 2", "Word 3"]
        assert len(await team.last_messages(tx, number, 9)) == 4
        assert await team.last_messages(tx, 404, 9) == []


# --- what waits ---------------------------------------------------------------------------------------------------


async def filled(tx: Tx) -> dict[str, int]:
    """One of everything that waits, and beside each one that does not."""
    ids = {name: await somebody(tx, f"Fictive {name}") for name in ("Ada", "Bea", "Cleo", "Dina", "Eva", "Fatou")}
    ada, bea, cleo, dina, eva, fatou = ids.values()
    await team.open_case(tx, bea, cleo, None, CaseFile("other"), NOW - 2 * DAY)
    await team.open_case(tx, dina, eva, None, CaseFile(team.HELP), NOW - 6 * DAY)
    done = await team.open_case(tx, bea, cleo, None, CaseFile("other"), NOW - 9 * DAY)
    await tx.conn.execute(sa.update(t.cases).where(t.cases.c.id == done).values(state="closed"))
    for who, state, day in ((cleo, "waiting", 4), (dina, "applying", 9), (eva, "approved", 9)):
        file = MentorFile(applied_at=NOW - 9 * DAY, code_at=NOW - day * DAY)
        await tx.conn.execute(
            sa.insert(t.mentors).values(
                person_id=who, state=state, places=1, sealed=tx.vault.seal_json(file), changed_at=NOW
            )
        )
    for who in (bea, ada):
        await tx.conn.execute(sa.insert(t.waiting).values(person_id=who, since=NOW - 3 * DAY))
    for mentee, asked, state in ((dina, NOW - DAY, "open"), (cleo, NOW, "open"), (dina, NOW - 9 * DAY, "expired")):
        await tx.conn.execute(
            sa.insert(t.requests).values(
                mentee_id=mentee, mentor_id=eva, place=1, state=state, sealed=tx.vault.seal_json(RequestFile()),
                created_at=asked, asked_at=asked,
            )
        )  # fmt: skip
    silent = await pair(tx, ada, eva)
    await word(tx, silent, ada, eva, NOW - STALLED)
    lively = await pair(tx, dina, eva)
    await word(tx, lively, dina, eva, NOW - STALLED - DAY)
    await word(tx, lively, eva, dina, NOW - STALLED + timedelta(seconds=1), None)
    await pair(tx, fatou, eva, "hold")
    await pair(tx, bea, eva, "ended")
    return {**ids, "silent": silent}


async def test_what_waits_is_found_the_oldest_first(store: Store) -> None:
    async with store.begin() as tx:
        ids = await filled(tx)
        waiting = await team.what_waits(tx, ids["Fatou"], NOW)
    assert [(one.work, one.name, one.other) for one in waiting.oldest] == [
        (Work.PAIR, "Fictive Ada", "Fictive Eva"),
        (Work.HELP, "Fictive Dina", "Fictive Eva"),
        (Work.APPLICANT, "Fictive Cleo", ""),
        (Work.MENTEE, "Fictive Bea", ""),
        (Work.REPORT, "Fictive Bea", "Fictive Cleo"),
        (Work.REQUEST, "Fictive Dina", "Fictive Eva"),
    ]
    assert waiting.oldest[0] == Waits(Work.PAIR, ids["silent"], NOW - STALLED, "Fictive Ada", "Fictive Eva")
    assert waiting.counts == dict.fromkeys(Work, 1)


@pytest.mark.parametrize("who", ["Bea", "Cleo"])
async def test_nobody_finds_a_report_that_she_is_part_of(store: Store, who: str) -> None:
    async with store.begin() as tx:
        ids = await filled(tx)
        waiting = await team.what_waits(tx, ids[who], NOW)
    assert Work.REPORT not in waiting.counts
    assert (Work.APPLICANT in waiting.counts) == (who == "Bea")  # nor does she decide upon herself


async def test_of_very_much_the_oldest_is_listed_and_all_is_counted(store: Store) -> None:
    async with store.begin() as tx:
        ada = await somebody(tx, "Fictive Ada")
        for minute in range(75):
            await team.open_case(tx, ada, None, None, CaseFile("other"), NOW + timedelta(minutes=minute))
        waiting = await team.what_waits(tx, 404, NOW)
    assert waiting.counts == {Work.REPORT: 75}
    assert len(waiting.oldest) == 70
    assert waiting.oldest[0].since == NOW


async def test_states_are_the_words_of_the_tables(store: Store) -> None:
    async with store.begin() as tx:
        ada = await somebody(tx, "Fictive Ada")
        await team.ask(tx, ada, "123456", NOW)
        assert await tx.conn.scalar(sa.select(t.coordinators.c.state)) == CoordinatorState.ASKED.value
        await team.confirm(tx, "123456", NOW)
        assert await tx.conn.scalar(sa.select(t.coordinators.c.state)) == CoordinatorState.CONFIRMED.value
