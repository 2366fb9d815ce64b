"""Marked names, phones, words, voices, codes and tokens go through every path; then none is found in the logs of any
level, on stderr, in the raw database files, in its write-ahead log, in a backup, or in the metrics (`make canary`).
"""

from __future__ import annotations

import asyncio
import io
import json
import os
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest
import structlog

from bot.channels import telegram_updates, whatsapp_events
from bot.channels.telegram import Telegram
from bot.dialogue.steps import Conversation, Talk, Text, own, text
from bot.errors import MediaGone, TryLater
from bot.mentoring.effects import Outcome, Programme
from bot.messages import Drawing, Media, Message, Sending
from bot.store import mail
from bot.store.backup import backup
from bot.testing import StageClock
from conversations import PROGRAMME
from tests.e2e.telegram_fake import FakeTelegram
from tests.e2e.telegram_inbox import StandingClock
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.e2e.whatsapp_wiring import connect
from tests.faults.canary import MARKS, found, found_in, wamid
from tests.faults.canary_stage import MarkedChannel, MarkedPhone, all_opened, metrics
from tests.transcripts.stories import OWN, STORIES, arrives
from tests.transcripts.theatre import Theatre, Woman

LONG = os.environ.get("LONG") == "1"
QUICK = ("newcomer", "goal_of_her_own", "compass", "preferences", "my_data", "bad_inputs", "withdraw_and_erase")
NAME, WORDS, PHONE, VOICE = (MARKS[one] for one in ("her name", "her words", "her phone", "her voice"))


# --- an engine whose every door is marked -------------------------------------------------------------------------


def broken(_about: str) -> Conversation[Outcome]:
    """A talk with a bug that quotes what she wrote."""
    words = yield from text("words", own("What?"))
    raise ValueError(f"no one foresaw {words.text}")


def marked_programme() -> Programme:
    """The programme with a broken talk beside the others."""
    talks = {**PROGRAMME.talks, "broken": Talk("broken", Text("Broken"), broken, command="broken")}
    return Programme(talks, helplines=PROGRAMME.helplines)


class MarkedWoman(Woman):
    """Her voice can be recognised."""

    async def speaks(self, seconds: int) -> None:
        """Send a marked voice note."""
        await self.phone.speaks(seconds, VOICE.encode())


class MarkedTheatre(Theatre):
    """Everything that comes from her phone is marked."""

    async def start(self) -> None:
        """Start with a marked phone."""
        await super().start()
        assert self.stage is not None
        if not isinstance(self.she.phone, MarkedPhone):
            phone = MarkedPhone(self.stage, self.address, self.language, count(self.starts * 10_000))
            self.woman = MarkedWoman(phone, self.language)
        self.stage.phones = [self.she.phone]


async def plays(story: str, number: int, house: MarkedTheatre) -> None:
    """One story on the common database, from a phone number of its own."""
    house.address, house.starts, house.clock = f"{PHONE}{number}", number * 100, StageClock()
    await house.start()
    try:
        await STORIES[story](house)
        assert house.stage is not None
        await house.stage.sorora.scheduler.fetch_voices()
    finally:
        await house.stack.aclose()


def theatre_on(folder: Path) -> MarkedTheatre:
    """A marked theatre with its database in this folder."""
    url = f"sqlite+aiosqlite:///{folder / 'sorora.db'}"
    return MarkedTheatre(url, marked_programme(), "en", channel=MarkedChannel())


def mark_her_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever she writes in the stories is marked."""
    marked = {what: words if what == "day" else f"{words} {WORDS}" for what, words in OWN["en"].items()}
    monkeypatch.setitem(OWN, "en", {**marked, "name": NAME})


async def everything_goes_wrong(house: MarkedTheatre) -> None:
    """A broken talk, odd events, sends that fail, a flood, an invitation, and news of deliveries."""
    house.address, house.starts = f"{PHONE}0", 9_000
    await house.start()
    await arrives(house)
    assert house.stage is not None
    she, batches, channel = house.she, house.stage.sorora.batches, house.channel
    assert isinstance(channel, MarkedChannel)
    await she.types("/broken")
    await she.types(WORDS)
    await she.types("menu")
    for trouble in ("raises", "retry", "refused"):
        channel.trouble = [trouble]
        await she.types(f"/start {MARKS['an invitation']}")
        house.clock.forward(timedelta(minutes=1))
        await house.stage.settle()
    for raw in odd_events():
        for number, (provider_id, event, reason) in enumerate(whatsapp_events.read(raw, "1").aside):
            assert found(reason.encode()) == set()
            await batches.set_aside("whatsapp", provider_id or f"odd-{number}", event, reason)
        assert found(telegram_updates.understand(raw, house.clock.now()).odd.encode()) == set()
    await batches.set_aside("whatsapp", wamid(PHONE, 5), WORDS.encode() + PHONE.encode(), "not of the documented shape")
    await asyncio.gather(*(batches.receive(she.phone.incoming(text=WORDS)) for _ in range(70)))
    await house.stage.settle()
    await house.stack.aclose()


def odd_events() -> list[bytes]:
    """Events of no documented shape, marked in every corner."""
    message = {
        "id": wamid(PHONE, 1),
        "from": PHONE,
        "timestamp": WORDS,
        "type": WORDS,
        "text": {"body": [WORDS]},
        NAME: WORDS,
    }
    value = {
        "metadata": {"phone_number_id": "1"},
        "contacts": [{"wa_id": PHONE}],
        "messages": [message, WORDS, {WORDS: 1}],
    }
    whatsapp = {"entry": [{"changes": [{"field": "messages", "value": value}]}]}
    telegram = {"update_id": 1, "message": {"message_id": WORDS, "date": PHONE, "chat": {"id": NAME, "type": WORDS}}}
    return [json.dumps(one).encode() for one in (whatsapp, telegram, WORDS, [WORDS])] + [
        WORDS.encode(),
        b"{" + PHONE.encode(),
    ]


async def unsealed(house: MarkedTheatre) -> bytes:
    """All sealed fields of the database, opened: to see that the marks did go through."""
    await house.start()
    assert house.stage is not None
    opened = await all_opened(house.stage.sorora.store)
    await house.stack.aclose()
    return opened


# --- the canary ---------------------------------------------------------------------------------------------------


async def test_no_mark_is_found_anywhere(
    tmp_path: Path, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    mark_her_words(monkeypatch)
    house = theatre_on(tmp_path)
    for number, story in enumerate(STORIES if LONG else QUICK, 1):
        house.woman = None
        await plays(story, number, house)
        if number % 3 == 0:
            assert found_in(tmp_path) == {}, story  # while the write-ahead log is long
    house.woman = None
    await everything_goes_wrong(house)
    went_through = found(await unsealed(house))
    assert {"her name", "her words", "her phone", "her voice"} <= went_through

    await house.start()
    assert house.stage is not None
    store = house.stage.sorora.store
    await backup(store, tmp_path / "backup.gz", house.clock.now())
    assert found_in(tmp_path) == {}  # the database is open: its write-ahead log is there too
    await house.stack.aclose()
    assert found_in(tmp_path) == {}
    assert found(logged.getvalue().encode()) == set()
    assert "a talk broke" in logged.getvalue()
    assert "a message could not be sent" in logged.getvalue()
    assert found("".join(capfd.readouterr()).encode()) == set()
    assert found(await metrics()) == set()


async def test_the_channels_tell_no_mark_whatever_a_platform_answers(
    logged: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    reasons = [*await telegram_troubles(), *await whatsapp_troubles()]
    assert len(reasons) > 8
    assert found("\n".join(reasons).encode()) == set()
    assert found(logged.getvalue().encode()) == set()
    assert found("".join(capfd.readouterr()).encode()) == set()


def no_picture(_drawing: Drawing) -> bytes:
    """A chart that cannot be drawn, for a reason that quotes her."""
    raise ValueError(WORDS)


async def telegram_troubles() -> list[str]:
    """The reasons that the Telegram channel gives for all that can go wrong."""
    clock = StandingClock()
    fake = FakeTelegram(clock, Random(1), token=MARKS["Telegram's token"])
    await fake.start()
    channel = Telegram(fake.token, no_picture, clock, api_url=fake.url, patience=0.3)
    anna = fake.person(user_id=int(PHONE))
    await anna.types(WORDS)
    reasons = []
    picture = Drawing("goal", {"title": WORDS}, "en")
    try:
        for number, fault in enumerate(("429", "500", "cut_before", "silent_before", ""), 1):
            if fault:
                fake.faults.once(fault, times=3)
            sending = Sending(number, "telegram", str(anna.user_id), Message(WORDS, picture=picture))
            reasons.append((await channel.send(sending)).reason)
        reasons.append((await channel.send(Sending(8, "telegram", f"{PHONE}9", Message(WORDS)))).reason)
        with pytest.raises((MediaGone, TryLater)) as gone:
            await channel.fetch(Media(WORDS, "audio/ogg", 3))
        reasons.append(str(gone.value))
    finally:
        await channel.close()
        await fake.stop()
    return reasons


async def whatsapp_troubles() -> list[str]:
    """The reasons that the WhatsApp channel gives for all that can go wrong."""
    reasons = []
    clock = StandingClock()
    token, secret = MARKS["WhatsApp's token"], MARKS["WhatsApp's secret"]
    async with FakeWhatsApp(clock, Random(1), token=token, app_secret=secret) as fake:
        channel = connect(fake, clock, patience=0.3)
        anna = fake.person(PHONE, MARKS["her user id"])
        for number, fault in enumerate(("429", "500", "cut_before", "silent_before", ""), 1):
            if fault:
                fake.faults.once(fault, times=3)
            reasons.append((await channel.send(Sending(number, "whatsapp", anna.address, Message(WORDS)))).reason)
        reasons.append((await channel.send(Sending(8, "whatsapp", f"{PHONE}9", Message(WORDS)))).reason)
        with pytest.raises((MediaGone, TryLater)) as gone:
            await channel.fetch(Media(WORDS, "audio/ogg", 3))
        reasons.append(str(gone.value))
        assert not channel.authentic(WORDS.encode(), "sha256=" + "0" * 64)
        await channel.close()
    return reasons


# --- controls: a leak is found ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MARKS)
def test_control_every_mark_is_found_in_every_form(name: str, tmp_path: Path) -> None:
    mark = MARKS[name]
    leaks = [f"x{mark}y", json.dumps({"a": mark}), mark.encode().hex()]
    leaks += [wamid("x" * shift + mark, 1) for shift in range(3)]
    for leak in leaks:
        assert name in found(b"before " + leak.encode() + b" after"), leak
    assert name not in found(b"nothing of hers: 32470998876")


async def test_control_what_is_written_in_clear_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    monkeypatch.setattr(mail, "kept", lambda provider_id: provider_id)  # ids as Meta gives them
    house = theatre_on(tmp_path)
    await plays("newcomer", 1, house)
    assert found_in(tmp_path)["sorora.db"] == {"her phone"}
    structlog.get_logger().info("a sentence", place=WORDS)
    assert found(logged.getvalue().encode()) == {"her words"}
    house.woman = None
    await house.start()
    assert house.stage is not None
    async with house.stage.sorora.store.begin() as tx:
        await mail.audit(tx, [(1, NAME)], house.clock.now())
    await backup(house.stage.sorora.store, tmp_path / "backup.gz", house.clock.now())
    assert "backup.gz" not in found_in(tmp_path)  # sealed as a whole
    assert "her name" in found_in(tmp_path)["sorora.db-wal"]
    await house.stack.aclose()
