"""WhatsApp's window, through the real channel and outbox: what is outside waits behind a template and is never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_templates import push
from bot.engine.outbox import Outbox
from bot.i18n import Catalogs
from bot.messages import Button, Delivery, Message
from bot.store import mail, people
from bot.store import tables as t
from bot.store.door import Store, Tx
from bot.store.mail import Letter
from bot.testing import StageClock
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.e2e.whatsapp_people import Person
from tests.e2e.whatsapp_wiring import connect
from tests.engine.script import outgoing

WEEK = tuple(Button(f"@check_in:{one}", one) for one in ("good", "so_so", "hard"))


@dataclass
class House:
    """One woman on WhatsApp, and the outbox that writes to her."""

    store: Store
    fake: FakeWhatsApp
    clock: StageClock
    outbox: Outbox
    amina: Person
    lookup: str
    address_id: int
    person_id: int

    async def post(self, *texts: str, kind: str = "words", options: tuple[Button, ...] = ()) -> None:
        async with self.store.begin() as tx:
            address = tx.vault.seal(self.amina.address)
            letters = [
                Letter(self.person_id, "whatsapp", self.lookup, address, Message(text, options, template=kind))
                for text in texts
            ]
            await mail.post(tx, letters, self.clock.now())
        await self.outbox.drain()

    async def writes(self) -> None:
        """She writes: her window opens, and the engine remembers when."""
        self.amina.wrote_at = self.clock.now()
        async with self.store.begin() as tx:
            await people.heard(tx, [(self.address_id, self.clock.now(), None)])
        await self.outbox.drain()

    async def comes_back(self) -> None:
        """Meta's news of the last call: the window was closed after all."""
        event = next(one for one in reversed(self.fake._queue) if one.item["status"] == "failed")
        ours = int(event.item["biz_opaque_callback_data"])
        news = Delivery("whatsapp", event.item["id"], "failed", self.clock.now(), ours, 131047, closed=True)
        async with self.store.begin() as tx:
            await mail.delivered(tx, news)
        await self.outbox.drain()

    async def rows(self) -> list[Any]:
        return await outgoing(self.store)

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    @property
    def seen(self) -> list[str]:
        """What stands on her screen; a template as its name would be: "*"."""
        return ["*" if shown.template else shown.text for shown in self.amina.chat]


async def made(_tx: Tx, _now: datetime, _person: int, kind: str, about: int) -> Message | None:
    return Message(f"{kind} {about}", template=kind) if about else None


@pytest.fixture
async def house(store: Store) -> AsyncIterator[House]:
    clock = StageClock()
    async with FakeWhatsApp(clock, Random(3)) as fake:
        channel: WhatsApp = connect(fake, clock)
        await push(channel.client, fake.business_id, Catalogs.load())
        fake.shelf.decide()
        amina = fake.person()
        async with store.begin() as tx:
            known = await people.welcome(tx, "whatsapp", amina.address, "en", clock.now())
        amina.wrote_at = clock.now()
        outbox = Outbox(store, {"whatsapp": channel}, clock, made)
        yield House(store, fake, clock, outbox, amina, known.lookup, known.address_id, known.person.id)
        await channel.close()


async def test_her_words_wait_behind_a_template_until_she_writes(house: House) -> None:
    house.clock.forward(timedelta(days=2))
    await house.post("first", "second")
    assert house.seen == ["*"]
    assert await house.states() == ["held", "held"]
    await house.writes()
    assert house.seen == ["*", "first", "second"]
    assert await house.states() == ["sent", "sent"]
    assert [row.template for row in await house.rows()] == ["sorora_message", ""]  # it went once, and is counted


async def test_one_template_a_day_says_that_something_waits(house: House) -> None:
    house.clock.forward(timedelta(days=2))
    for _day in range(2):
        for _time in range(2):  # few enough for one burst: then nothing waits for the pace of the platform
            await house.post("x")
            house.clock.forward(timedelta(hours=12))
    assert house.seen == ["*"] * 2
    await house.writes()
    assert house.seen == ["*"] * 2 + ["x"] * 4


async def test_what_is_held_holds_nothing_back(house: House) -> None:
    house.clock.forward(timedelta(days=2))
    await house.post("words")
    await house.post("week", kind="check_in", options=WEEK)
    assert [shown.labels for shown in house.amina.chat] == [("Show me",), ("Good", "So-so", "Hard")]
    assert await house.states() == ["held", "sent"]
    await house.writes()
    assert house.seen == ["*", "*", "words"]


async def test_held_for_days_is_not_given_up_for_being_old(house: House) -> None:
    house.clock.forward(timedelta(days=2))
    await house.post("words")
    house.clock.forward(timedelta(days=20))
    house.fake.faults.once("429", "messages")
    await house.writes()
    assert await house.states() == ["waiting"]  # a passing trouble of this day
    house.clock.forward(timedelta(hours=1))
    await house.outbox.drain()
    assert house.seen == ["*", "words"]


async def test_who_writes_while_the_template_is_under_way_gets_the_words_at_once(house: House) -> None:
    house.clock.forward(timedelta(days=2))
    before = house.clock.now() - timedelta(days=2)
    await house.post()
    async with house.store.begin() as tx:
        letter = Letter(house.person_id, "whatsapp", house.lookup, tx.vault.seal(house.amina.address), Message("x"))
        await mail.post(tx, [letter], house.clock.now())
        (claimed,) = await mail.claim(tx, "whatsapp", house.clock.now(), timedelta(minutes=15), 10)
        assert claimed.sending.heard_at == before
    await house.writes()
    async with house.store.begin() as tx:
        await mail.finish(tx, [mail.Done(claimed.sending.id, "held", heard_at=before)], house.clock.now())
    await house.outbox.drain()
    assert house.seen == ["x"]


async def test_what_was_taken_back_or_refused_while_it_was_held_never_comes(house: House) -> None:
    house.clock.forward(timedelta(days=2))
    await house.post("taken back")
    async with house.store.begin() as tx:
        await mail.take_back(tx, t.outbox.select().with_only_columns(t.outbox.c.id), house.clock.now())
    await house.post("she left")
    async with house.store.begin() as tx:
        await mail.refuse_all(tx, house.lookup, "she left", house.clock.now())
    await house.writes()
    assert await house.states() == ["refused", "refused"]
    assert {row.sealed for row in await house.rows()} == {None}
    assert house.seen == ["*", "*"]  # nothing was held when the second one came


# --- the window was closed after all ------------------------------------------------------------------------------


async def closed_after_all(house: House) -> None:
    """We think that she wrote just now; Meta knows that it was two days ago."""
    house.clock.forward(timedelta(days=2))
    async with house.store.begin() as tx:
        await people.heard(tx, [(house.address_id, house.clock.now(), None)])


async def test_what_comes_back_goes_as_a_template_and_follows_when_she_writes(house: House) -> None:
    await closed_after_all(house)
    await house.post("words")
    assert (house.seen, await house.states()) == ([], ["sent"])
    await house.comes_back()
    assert (house.seen, await house.states()) == (["*"], ["held"])
    house.clock.forward(timedelta(minutes=10))
    await house.writes()
    assert house.seen == ["*", "words"]


async def test_news_that_comes_before_the_send_is_recorded_is_not_overlooked(house: House) -> None:
    await closed_after_all(house)
    post = house.outbox.posts[0]
    async with house.store.begin() as tx:
        letter = Letter(house.person_id, "whatsapp", house.lookup, tx.vault.seal("a"), Message("x", template="words"))
        await mail.post(tx, [letter], house.clock.now())
        (claimed,) = await mail.claim(tx, "whatsapp", house.clock.now(), timedelta(minutes=15), 10)
    async with house.store.begin() as tx:
        await mail.delivered(tx, Delivery("whatsapp", "w", "failed", house.clock.now(), 1, 131047, closed=True))
        await mail.finish(tx, [mail.Done(1, "sent", "w", keep=True)], house.clock.now())
        (again,) = await mail.claim(tx, "whatsapp", house.clock.now(), timedelta(minutes=15), 10)
    assert (claimed.sending.closed, again.sending.closed) == (False, True)
    assert not post.under_way


async def test_a_nudge_that_comes_back_is_made_anew(house: House) -> None:
    await closed_after_all(house)
    async with house.store.begin() as tx:
        values = {"person_id": house.person_id, "channel": "whatsapp", "recipient": house.lookup, "kind": "mentor_back"}
        address = tx.vault.seal(house.amina.address)
        more = {"address": address, "state": "waiting", "not_before": t.EPOCH, "leased_until": t.EPOCH, "about": 7}
        await tx.conn.execute(t.outbox.insert().values(**values, **more, created_at=house.clock.now()))
    await house.outbox.drain()
    await house.comes_back()
    house.clock.forward(timedelta(minutes=10))
    await house.writes()
    assert house.seen == ["*", "mentor_back 7"]


async def test_a_nudge_moves_to_delivered_and_read(house: House) -> None:
    async with house.store.begin() as tx:
        values = {"person_id": house.person_id, "channel": "whatsapp", "recipient": house.lookup, "kind": "check_in"}
        address = tx.vault.seal(house.amina.address)
        more = {"address": address, "state": "waiting", "not_before": t.EPOCH, "leased_until": t.EPOCH, "about": 7}
        await tx.conn.execute(t.outbox.insert().values(**values, **more, created_at=house.clock.now()))
    await house.outbox.drain()
    for state in ("delivered", "read"):
        async with house.store.begin() as tx:
            await mail.delivered(tx, Delivery("whatsapp", house.amina.chat[0].id, state, house.clock.now(), 1))
        assert await house.states() == [state]


async def test_words_are_kept_until_they_have_arrived(house: House) -> None:
    await house.post("unasked")
    await house.post("an answer", kind="")
    kept, forgotten = await house.rows()
    assert (kept.sealed is not None, forgotten.sealed) == (True, None)
    async with house.store.begin() as tx:
        await mail.delivered(tx, Delivery("whatsapp", "w", "delivered", house.clock.now(), kept.id))
    assert [row.sealed for row in await house.rows()] == [None, None]


async def test_a_template_that_fails_is_told_to_the_operator(house: House, logs: list[dict[str, Any]]) -> None:
    house.clock.forward(timedelta(days=2))
    await house.post("words")
    async with house.store.begin() as tx:
        await mail.delivered(tx, Delivery("whatsapp", house.amina.chat[0].id, "failed", house.clock.now(), 0, 132015))
    (row,) = await house.rows()
    assert (row.state, row.reason, row.sealed) == ("refused", "sorora_message the platform reported error 132015", None)
    assert [one["template"] for one in logs if one["event"] == "a message did not arrive"] == ["sorora_message"]


async def test_without_any_template_it_is_refused_and_told(house: House, logs: list[dict[str, Any]]) -> None:
    house.fake.shelf.decide("PAUSED")
    house.clock.forward(timedelta(days=2))
    await house.post("words")
    assert await house.states() == ["refused"]
    (told,) = [one for one in logs if one["event"] == "a message was given up"]
    assert told["reason"] == "template sorora_message in en: WhatsApp error 132015"
