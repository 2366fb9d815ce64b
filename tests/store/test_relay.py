"""What is kept of the relay: in order, found by the platform's ids, forgotten in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.mentoring.people import Person
from bot.mentoring.relay import RelayState
from bot.messages import Delivery, Media, Message
from bot.store import growth, mail, pairs, people, relay
from bot.store import tables as t
from bot.store.door import Store, Tx

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DAYS = timedelta(days=1)


@pytest.fixture
async def two(store: Store) -> tuple[int, int, int]:
    """Ids of two women and their pair."""
    async with store.begin() as tx:
        mentee = (await people.welcome(tx, "script", "Fictive Amina", "en", NOW)).person.id
        mentor = (await people.welcome(tx, "script", "Fictive Lina", "en", NOW)).person.id
        await people.save(tx, [Person(mentee, alias="Fictive Amina"), Person(mentor, alias="Fictive Lina")])
        return mentee, mentor, await pairs.add(tx, mentee, mentor, NOW)


async def posted(tx: Tx, two: tuple[int, int, int], words: str, provider_ids: str, now: datetime = NOW) -> int:
    """A message from the mentee that went out under these platform ids."""
    mentee, mentor, pair = two
    number = await relay.add(tx, pair, mentee, mentor, RelayState.WAITING, words, None, now)
    address = await people.reached_at(tx, mentor)
    assert address is not None
    channel, lookup, sealed = address
    out = await mail.post_one(tx, mail.Letter(mentor, channel, lookup, sealed, Message(words)), now)
    await relay.change(tx, number, RelayState.POSTED, out)
    await mail.finish(tx, [mail.Done(out, mail.SENT, provider_ids)], now)
    return number


@pytest.mark.parametrize(
    ("provider_ids", "reply_to", "found"),
    [
        ("12", "12", True),
        ("12 13", "13", True),
        ("112 123", "12", False),
        ("12", "1%", False),
        ("12", "_2", False),
        ("12", "", False),
        ("", "", False),
        ("wamid.QUJD", "wamid.QUJD", True),
        ("wamid.QUJD wamid.REVG", "wamid.REVG", True),
        ("wamid.QUJD wamid.REVG", "wamid.QUJD", True),
        ("wamid.QUJD", "wamid.REVG", False),
    ],
)
async def test_an_answer_finds_the_pair(
    store: Store, two: tuple[int, int, int], provider_ids: str, reply_to: str, found: bool
) -> None:
    mentee, mentor, pair = two
    async with store.begin() as tx:
        await posted(tx, two, "Hello", provider_ids)
        assert await relay.replied_to(tx, mentor, reply_to) == (pair if found else 0)
        assert await relay.replied_to(tx, mentee, reply_to) == 0
        rows = await tx.conn.scalars(sa.select(t.outbox.c.provider_ids))
        assert "wamid" not in "".join(rows)


async def test_a_status_keeps_the_ids_of_all_parts(store: Store, two: tuple[int, int, int]) -> None:
    _mentee, mentor, pair = two
    async with store.begin() as tx:
        await posted(tx, two, "Hello", "wamid.QUJD wamid.REVG")
        out = await tx.conn.scalar(sa.select(t.outbox.c.id))
        assert out is not None
        for state, number in (("delivered", "wamid.REVG"), ("read", "wamid.R0hJ")):
            await mail.delivered(tx, Delivery("script", number, state, NOW, out))
        for each in ("wamid.QUJD", "wamid.REVG", "wamid.R0hJ"):
            assert await relay.replied_to(tx, mentor, each) == pair


async def test_so_many_ids_as_there_is_room_for(store: Store, two: tuple[int, int, int]) -> None:
    async with store.begin() as tx:
        await posted(tx, two, "Hello", " ".join(f"wamid.{n}" for n in range(20)))
        kept = await tx.conn.scalar(sa.select(t.outbox.c.provider_ids))
    assert kept is not None
    assert kept.split() == [mail.kept(f"wamid.{n}") for n in range(6)]


async def test_the_latest_words_are_those_that_she_sent(store: Store, two: tuple[int, int, int]) -> None:
    mentee, mentor, pair = two
    async with store.begin() as tx:
        for number, state in enumerate(RelayState):
            await relay.add(tx, pair, mentee, mentor, state, f"{number} {state}", None, NOW)
        await relay.add(tx, pair, mentor, mentee, RelayState.POSTED, "from the other", None, NOW)
        assert await relay.latest(tx, pair, mentee, 9) == ["1 fetching", "2 waiting", "3 posted"]
        assert await relay.latest(tx, pair, mentee, 2) == ["2 waiting", "3 posted"]
        assert [row.words for row in await relay.coming(tx, pair, mentor)] == ["1 fetching", "2 waiting"]
        assert [row.words for row in await relay.held(tx, pair, mentee)] == ["0 held"]


async def test_after_a_stop_nothing_is_left_to_deliver(store: Store, two: tuple[int, int, int]) -> None:
    mentee, mentor, pair = two
    async with store.begin() as tx:
        for state in RelayState:
            await relay.add(tx, pair, mentee, mentor, state, "words", None, NOW)
        await posted(tx, two, "gone out", "12")
        await relay.stop(tx, pair, NOW)
        rows = (await tx.conn.execute(sa.select(t.relayed).order_by(t.relayed.c.id))).all()
    assert [row.state for row in rows] == ["stopped", "stopped", "stopped", "posted", "failed", "stopped", "posted"]
    assert [row.sealed is None for row in rows] == [True, True, True, False, False, False, False]


async def test_words_and_media_are_forgotten_after_their_time(store: Store, two: tuple[int, int, int]) -> None:
    mentee, mentor, pair = two
    async with store.begin() as tx:
        ids = []
        for day in range(3):
            media = await growth.want_media(tx, mentee, "script", Media(f"ref-{day}"), NOW + day * DAYS)
            state = RelayState.HELD if day == 0 else RelayState.POSTED
            ids.append(await relay.add(tx, pair, mentee, mentor, state, "words", media, NOW + day * DAYS))
        other = await growth.want_media(tx, mentee, "script", Media("not of the relay"), NOW)
        await relay.forget_before(tx, NOW + 2 * DAYS)
        found = [await relay.get(tx, number) for number in ids]
        left = list(await tx.conn.scalars(sa.select(t.media.c.id).order_by(t.media.c.id)))
    assert [row and (row.state, row.words) for row in found] == [
        (RelayState.STOPPED, None),
        (RelayState.POSTED, None),
        (RelayState.POSTED, "words"),
    ]
    last = found[-1]
    assert last is not None
    assert left == [last.media_id, other]


async def test_what_came_since(store: Store, two: tuple[int, int, int]) -> None:
    _mentee, mentor, pair = two
    async with store.begin() as tx:
        await posted(tx, two, "Hello", "12")
        assert not await relay.came_since(tx, mentor, pair + 1, NOW)
        assert await relay.came_since(tx, mentor, pair + 1, NOW - timedelta(seconds=1))
        assert not await relay.came_since(tx, mentor, pair, NOW - timedelta(seconds=1))


async def test_a_block_goes_one_way(store: Store, two: tuple[int, int, int]) -> None:
    mentee, mentor, _pair = two
    async with store.begin() as tx:
        for _ in range(2):
            await relay.block(tx, mentee, mentor, NOW)
        assert await relay.has_blocked(tx, mentee, mentor)
        assert not await relay.has_blocked(tx, mentor, mentee)


async def test_voice_notes_of_others_are_none(store: Store, two: tuple[int, int, int]) -> None:
    mentee, mentor, _pair = two
    async with store.begin() as tx:
        media = await growth.want_media(tx, mentee, "script", Media("ref", "audio/ogg", 4), NOW)
        assert await relay.media(tx, mentor, media) is None
        assert await relay.media(tx, mentee, media) == relay.KeptMedia("wanted", "audio/ogg", 4, None)
        await growth.keep_media(tx, media, b"voice")
        assert await relay.media(tx, mentee, media) == relay.KeptMedia("kept", "audio/ogg", 4, b"voice")
