"""What is held back in the first weeks: contact details until both agree, money always (PRODUCT C2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.mentoring.held_back import Lure
from bot.mentoring.mentorship import Pair, PairFile, PairState, Side
from bot.mentoring.relay import FIRST_WEEKS, Held, HeldWords, Relay, SendHeld, ShareContacts, must_wait, name_of
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman

NUMBER = "Call me: 0475 12 34 56"
LINK = "See http://example.org/group"
MONEY = "Can you lend me 200 euro?"


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


@pytest.fixture
async def two(stage: Stage) -> tuple[Woman, Woman, int]:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    return amina, lina, await pair(amina, lina)


async def writes(her: Woman, number: int, words: str) -> None:
    await her.phone.does(button=f"@write:{number}")
    await her.phone.types(words)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (NUMBER, "a phone number"),
        ("٠٤٧٥ ١٢ ٣٤ ٥٦", "a phone number"),
        (LINK, "a link"),
        (MONEY, "money"),
    ],
)
async def test_it_is_explained_to_her_and_never_shown(two: tuple[Woman, Woman, int], words: str, found: str) -> None:
    amina, lina, number = two
    await writes(amina, number, words)
    said = amina.phone.last.text
    assert said.startswith("I have not sent this to Fictive Lina yet.")
    assert found in said
    assert lina.phone.chat == []


async def test_a_number_over_several_messages_is_held(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await writes(amina, number, "04 7")
    await amina.phone.types("5 1 2")
    assert len(lina.phone.chat) == 2
    await amina.phone.types("34 56")
    assert "a phone number" in amina.phone.last.text
    assert len(lina.phone.chat) == 2


async def test_what_was_held_is_no_piece_of_what_comes_after(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await writes(amina, number, NUMBER)
    await amina.phone.taps("Do not send it")
    await writes(amina, number, "12")
    assert [seen.text for seen in lina.phone.chat] == ["From Fictive Amina:\n12"]


@pytest.mark.parametrize(
    "words",
    ["You can call 1712", "In danger call 112 or 101", "0800 30 030", "Look at https://www.unia.be", "At 10:30"],
)
async def test_published_numbers_pass(two: tuple[Woman, Woman, int], words: str) -> None:
    amina, lina, number = two
    await writes(amina, number, words)
    assert lina.phone.last.text == f"From Fictive Amina:\n{words}"


async def test_a_caption_counts_like_words(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, media=frozenset(Side))
    await amina.phone.does(button=f"@write:{number}")
    await amina.phone.shows(NUMBER)
    assert "a phone number" in amina.phone.last.text
    await stage.forward(seconds=5)
    assert lina.phone.chat == []


async def test_a_reply_is_read_too(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await writes(amina, number, "Hello")
    await lina.phone.replies(lina.phone.last, NUMBER)
    assert lina.phone.last.text.startswith("I have not sent this to Fictive Amina yet.")
    assert len(amina.phone.chat) == 2


async def test_say_it_anew(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await writes(amina, number, NUMBER)
    await amina.phone.taps("Write it anew")
    await amina.phone.types("Can we talk this week?")
    assert [seen.text for seen in lina.phone.chat] == ["From Fictive Amina:\nCan we talk this week?"]
    assert await amina.finds(HeldWords(1)) is None


async def test_leave_it(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await writes(amina, number, NUMBER)
    await amina.phone.taps("Do not send it")
    assert amina.phone.last.text.startswith("It stays with you. Nothing was sent.")
    assert (lina.phone.chat, await amina.finds(HeldWords(1))) == ([], None)


async def test_when_both_agree_she_is_asked_and_then_it_goes(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await writes(amina, number, NUMBER)
    await amina.phone.taps("Ask if we may share")
    assert amina.phone.last.text.startswith("I ask Fictive Lina.")
    assert "would like to share phone numbers" in lina.phone.last.text
    assert "0475" not in "".join(seen.text for seen in lina.phone.chat)
    await lina.phone.taps("Answer her")
    await lina.phone.taps("Yes")
    assert lina.phone.last.text.startswith("You both said yes, Fictive Amina and you.")
    told = amina.phone.last
    assert told.text.startswith("You both said yes, Fictive Lina and you.")
    assert "0475" not in "".join(seen.text for seen in lina.phone.chat)  # not sent silently
    await amina.phone.taps("My message")
    await amina.phone.taps("Send it now")
    assert lina.phone.last.text == f"From Fictive Amina:\n{NUMBER}"
    await amina.phone.types(LINK)
    assert lina.phone.last.text == f"From Fictive Amina:\n{LINK}"
    await writes(lina, number, "Mine is 0476 98 76 54")
    assert amina.phone.last.text == "From Fictive Lina:\nMine is 0476 98 76 54"


async def test_a_no_is_told_to_nobody_and_she_is_asked_once(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    assert (await amina.carries(ShareContacts(number, yes=True))).says is not None
    await amina.carries(ShareContacts(number, yes=True))
    assert len(lina.phone.chat) == 1
    before = len(amina.phone.chat)
    await lina.carries(ShareContacts(number, yes=False))
    assert len(amina.phone.chat) == before
    await writes(amina, number, NUMBER)
    assert "a phone number" in amina.phone.last.text
    assert [button.label for button in amina.phone.last.message.options] == ["Write it anew", "Do not send it"]


async def test_a_yes_can_be_taken_back(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    for her in (amina, lina):
        await her.carries(ShareContacts(number, yes=True))
    await lina.phone.does(button=f"@contacts:{number}")
    await lina.phone.taps("Take it back")
    assert lina.phone.last.text.startswith("All right. Phone numbers and links stay with you.")
    await writes(amina, number, NUMBER)
    assert "a phone number" in amina.phone.last.text


async def test_two_that_wait_are_asked_about_one_after_the_other(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    for words in (NUMBER, LINK):
        await writes(amina, number, words)
    for her in (amina, lina):
        await her.carries(ShareContacts(number, yes=True))
    await amina.phone.does(button="@held:1")
    await amina.phone.taps("Send it now")
    assert amina.phone.last.text.startswith("Sent to Fictive Lina.\n\nYou wrote something that I kept back.")
    await amina.phone.taps("Send it now")
    assert [seen.text.split("\n")[1] for seen in lina.phone.chat[1:]] == [NUMBER, LINK]


async def test_after_the_first_weeks_contact_details_pass_and_money_does_not(
    two: tuple[Woman, Woman, int], stage: Stage
) -> None:
    amina, lina, number = two
    stage.clock.forward(FIRST_WEEKS - timedelta(minutes=1))
    await writes(amina, number, NUMBER)
    assert lina.phone.chat == []
    stage.clock.forward(timedelta(minutes=1))
    await amina.phone.types("menu")
    await amina.phone.does(button="@held:1")
    await amina.phone.taps("Send it now")
    assert lina.phone.last.text == f"From Fictive Amina:\n{NUMBER}"
    await amina.phone.types(MONEY)
    assert "money" in amina.phone.last.text
    assert [button.label for button in amina.phone.last.message.options] == ["Write it anew", "Do not send it"]
    assert len(lina.phone.chat) == 1


async def test_nobody_else_opens_what_is_held(two: tuple[Woman, Woman, int]) -> None:
    amina, lina, number = two
    await writes(amina, number, NUMBER)
    assert await amina.finds(HeldWords(1)) == Held(1, number, frozenset({Lure.PHONE}))
    for number_of in (1, 2, 0):
        assert await lina.finds(HeldWords(number_of)) is None
        carried = await lina.carries(SendHeld(number_of))
        assert carried.says.msgid.startswith("That is no longer open.")
    assert (await amina.carries(SendHeld(1))).then.talk == "held"  # not before both agreed, whatever she sends
    assert lina.phone.chat == []


# --- the rule -----------------------------------------------------------------------------------------------------

BEGAN = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "contacts", "waits"),
    [
        (0, frozenset[Side](), frozenset(Lure)),
        (0, frozenset({Side.MENTEE}), frozenset(Lure)),
        (27, frozenset[Side](), frozenset(Lure)),
        (28, frozenset[Side](), frozenset({Lure.MONEY})),
        (0, frozenset(Side), frozenset({Lure.MONEY})),
        (99, frozenset(Side), frozenset({Lure.MONEY})),
    ],
)
def test_what_must_wait(days: int, contacts: frozenset[Side], waits: frozenset[Lure]) -> None:
    seen = Pair(1, PairState.ACTIVE, Side.MENTEE, "Fictive Lina", 2, BEGAN, PairFile(contacts=contacts))
    assert must_wait(frozenset(Lure), seen, BEGAN + timedelta(days=days)) == waits
    assert must_wait(frozenset(), seen, BEGAN + timedelta(days=days)) == frozenset()


def test_without_a_name() -> None:
    for side, said in ((Side.MENTEE, "Your mentor"), (Side.MENTOR, "Your mentee")):
        assert getattr(name_of(Pair(1, PairState.ACTIVE, side, "", 2, BEGAN)), "msgid", "") == said


async def test_not_before_both_have_agreed_to_be_a_pair(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, PairState.AGREEING)
    carried = await amina.carries(ShareContacts(number, yes=True))
    assert carried.says.msgid.startswith("That is no longer open.")
    carried = await amina.carries(Relay(number, "Hello"))
    assert carried.then.talk == "agreement"
    assert lina.phone.chat == []
