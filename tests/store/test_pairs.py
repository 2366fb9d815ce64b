"""Pairs as they are kept: one living pair for a mentee, what each side sees, feedback once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from bot.mentoring.mentorship import Feedback, PairFile, PairState, PairTrouble, Side
from bot.store import pairs, people
from bot.store.door import Store, Tx

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


async def woman(tx: Tx, alias: str) -> int:
    known = await people.welcome(tx, "stage", alias, "en", NOW)
    await people.save(tx, [msgspec.structs.replace(known.person, alias=alias)])
    return known.person.id


async def end(tx: Tx, pair_id: int) -> None:
    row = await pairs.get(tx, pair_id)
    assert row is not None
    await pairs.save(tx, replace(row, state=PairState.ENDED, ended_at=NOW), NOW)


async def test_a_mentee_has_one_living_pair_and_a_mentor_several(store: Store) -> None:
    async with store.begin() as tx:
        amina, lina, sara = [await woman(tx, name) for name in ("Fictive Amina", "Fictive Lina", "Fictive Sara")]
        first = await pairs.add(tx, amina, sara, NOW)
        with pytest.raises(PairTrouble):
            await pairs.add(tx, amina, lina, NOW)
        second = await pairs.add(tx, lina, sara, NOW)  # the transaction goes on
        assert [row.id for row in await pairs.living_of(tx, sara)] == [first, second]
        assert await pairs.taken(tx, sara) == 2
        await end(tx, first)
        assert await pairs.taken(tx, sara) == 1
        assert await pairs.living_of(tx, amina) == ()
        third = await pairs.add(tx, amina, lina, NOW)  # a second match after an end
        assert [row.id for row in await pairs.living_of(tx, lina)] == [second, third]
        assert [row.id for row in await pairs.living_of(tx, lina, Side.MENTOR)] == [third]


async def test_each_sees_the_other_from_her_side_and_a_stranger_nothing(store: Store) -> None:
    async with store.begin() as tx:
        amina, sara, lina = [await woman(tx, name) for name in ("Fictive Amina", "Fictive Sara", "Fictive Lina")]
        pair_id = await pairs.add(tx, amina, sara, NOW)
        row = await pairs.get(tx, pair_id, lock=True)
        assert row is not None
        file = PairFile(goes_on={Side.MENTOR: True}, share_goal=True)
        await pairs.save(tx, replace(row, state=PairState.TRIAL, file=file), NOW)
        hers = await pairs.pair_of(tx, amina, pair_id)
        assert hers is not None
        assert (hers.side, hers.other, hers.other_id, hers.state) == (Side.MENTEE, "Fictive Sara", sara, "trial")
        assert hers.file == PairFile(share_goal=True)
        other = await pairs.pair_of(tx, sara, pair_id)
        assert other is not None
        assert (other.side, other.other, other.file) == (Side.MENTOR, "Fictive Amina", file)
        assert await pairs.pair_of(tx, lina, pair_id) is None
        assert await pairs.pair_of(tx, amina, 999) is None
        assert await pairs.get(tx, 999, lock=True) is None
        assert await pairs.pairs_of(tx, amina) == (hers,)
        assert await pairs.pairs_of(tx, lina) == ()


async def test_feedback_is_said_once(store: Store) -> None:
    async with store.begin() as tx:
        amina, sara = await woman(tx, "Fictive Amina"), await woman(tx, "Fictive Sara")
        pair_id = await pairs.add(tx, amina, sara, NOW)
        said = Feedback({"respect": 5}, {"helped": "You listened."}, frozenset({"helped"}))
        assert await pairs.feedback_of(tx, pair_id, amina) is None
        assert await pairs.save_feedback(tx, pair_id, amina, said, NOW)
        assert not await pairs.save_feedback(tx, pair_id, amina, Feedback(), NOW)
        assert await pairs.feedback_of(tx, pair_id, amina) == said
        assert await pairs.feedback_of(tx, pair_id, sara) is None


@pytest.mark.parametrize(
    ("state", "trial", "reason", "asks"),
    [
        (PairState.ENDED, NOW, "", True),
        (PairState.COMPLETED, NOW, "", True),
        (PairState.ENDED, None, "", False),
        (PairState.ENDED, NOW, "blocked", False),
        (PairState.ACTIVE, NOW, "", False),
    ],
)
def test_after_which_pairs_both_are_asked_how_it_was(
    state: PairState, trial: datetime | None, reason: str, *, asks: bool
) -> None:
    row = pairs.PairRow(1, 2, 3, state, PairFile(trial_at=trial, reason=reason), NOW, NOW)
    assert row.asks_feedback is asks


def test_a_person_who_is_in_no_pair_has_no_side() -> None:
    row = pairs.PairRow(1, 2, 3, PairState.ACTIVE, PairFile(), NOW, NOW)
    assert [row.side(person) for person in (2, 3, 4)] == [Side.MENTEE, Side.MENTOR, None]
    assert (row.person(Side.MENTEE), row.person(Side.MENTOR)) == (2, 3)
