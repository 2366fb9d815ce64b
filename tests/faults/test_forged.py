"""Forged buttons: any talk, about anything. Whoever taps them reads something kind, and nothing breaks (TRUST, bad
input 4 and 5). On both databases: what one of them takes for a number, the other may refuse.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.affairs.desk import Office
from bot.dialogue.steps import Conversation, Talk, Text, own, say
from bot.engine.wishes import House
from bot.mentoring.effects import Outcome, Programme
from bot.mentoring.mentorship import PairState
from bot.mentoring.people import Role
from bot.store import tables as t
from bot.testing import Phone, Stage, rehearsal
from conversations import PROGRAMME
from tests.affairs import cast
from tests.faults.limits import Longest, troubles
from tests.transcripts.theatre import CountingChannel

ABOUTS = (
    "", "0", "1", "7", "-1", "--", "new", "withdraw", "7-more", "7-told", "1-good", "7-1", "pair-7", "mentee-1", "1-",
    "00000000000000000000000000000001", "9" * 9, "9" * 10, "9" * 15, "9" * 18, "9" * 19, "9" * 32, "a" * 32, "1e9",
    "0x1f", "9" * 18 + "-more", "2147483648", "9223372036854775808",
)  # fmt: skip
LONG = os.environ.get("LONG") == "1"
NOT_FOR_HER = "kanariwoord"


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url, channel=CountingChannel()) as stage:
        yield stage


async def village(stage: Stage) -> list[cast.Woman]:
    """Women of every kind, and a pair of two others with words between them."""
    amina, mirela = await cast.woman(stage, "Fictive Amina"), await cast.mentor(stage, "Made-up Mirela")
    pair = await cast.pair(amina, mirela, PairState.ACTIVE)
    assert pair == 1
    await amina.phone.does(button="@write:1")
    await amina.phone.types(NOT_FOR_HER)
    assert NOT_FOR_HER in mirela.phone.last.text
    return [
        await cast.woman(stage, "Fictive Fay"),
        await cast.woman(stage, "Fictive Bea", Role.BOTH),
        await cast.mentor(stage, "Made-up Nina"),
        await cast.coordinator(stage, "Fictive Clara"),
    ]


async def test_whatever_a_forged_button_is_about_the_answer_is_kind(stage: Stage) -> None:
    women = await village(stage)
    phones = [stage.phone("fr"), *(her.phone for her in women)]
    taps = [(talk, about) for talk in PROGRAMME.talks for about in ABOUTS]
    for number, (talk, about) in enumerate(taps if LONG else taps[::7]):
        for phone in phones if LONG else [phones[number % len(phones)]]:
            await forge(stage, phone, f"@{talk}:{about}")
    async with stage.sorora.store.begin() as tx:
        assert (await tx.conn.execute(sa.select(t.put_aside.c.reason))).all() == []  # no talk broke


async def forge(stage: Stage, phone: Phone, data: str) -> None:
    """Tap it: she reads something, within the limits, and nothing of others."""
    channel = stage.channel
    assert isinstance(channel, CountingChannel)
    stage.clock.forward(timedelta(seconds=20))  # neither a flood nor a double tap
    before = channel.charged
    await phone.does(button=data)
    assert channel.charged > before, f"silence at {data}"
    assert NOT_FOR_HER not in phone.last.text
    found = [one for look in ("telegram", "whatsapp") for one in troubles(phone.last.message, look, Longest())]
    assert found == [], data


async def test_control_a_talk_that_breaks_is_put_aside(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(about: str) -> Conversation[Outcome]:
        yield from say(own(str(int(about))))
        return Outcome()

    talks = {**PROGRAMME.talks, "broken": Talk("broken", Text("Broken"), careless)}
    office = stage.sorora.house.office
    programme = Programme(talks, helplines=PROGRAMME.helplines)
    house = House.of(Office(programme, office.catalogs, office.affair, office.chance), stage.sorora.house.token)
    monkeypatch.setattr(stage.sorora.batches, "house", house)
    her = await cast.woman(stage, "Fictive Fay")
    await her.phone.does(button="@broken:new")
    async with stage.sorora.store.begin() as tx:
        assert (await tx.conn.scalar(sa.select(t.put_aside.c.reason))) == "ValueError"
