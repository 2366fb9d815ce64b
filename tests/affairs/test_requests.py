"""Requests end to end on stage: asking, accepting, declining, a question between, the next choice, the waiting list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from bot.affairs import requests as affair
from bot.mentoring.people import Purpose, Role
from bot.mentoring.requests import (
    Accept,
    AnswerFirst,
    AskFirst,
    AskMentors,
    CardOf,
    Decline,
    MySearch,
    QuestionOf,
    StopWaiting,
    Wait,
    WhyNot,
    Withdraw,
)
from bot.store import people
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, coordinator, mentor, woman


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def states(stage: Stage) -> dict[int, str]:
    """State of each request by its id."""
    async with stage.sorora.store.begin() as tx:
        rows = await tx.conn.execute(sa.select(t.requests.c.id, t.requests.c.state).order_by(t.requests.c.id))
        return {row.id: row.state for row in rows}


async def pairs_of(stage: Stage) -> list[tuple[int, int]]:
    """(mentee, mentor) of all pairs."""
    async with stage.sorora.store.begin() as tx:
        return [(row.mentee_id, row.mentor_id) for row in await tx.conn.execute(sa.select(t.pairs))]


async def waits(her: Woman) -> bool:
    """Whether she is on the waiting list."""
    async with her.stage.sorora.store.begin() as tx:
        return await tx.conn.scalar(sa.select(t.waiting.c.since).where(t.waiting.c.person_id == her.id)) is not None


async def paused(her: Woman) -> Any:
    """Until when a mentor is paused."""
    async with her.stage.sorora.store.begin() as tx:
        return await tx.conn.scalar(sa.select(t.mentors.c.paused_until).where(t.mentors.c.person_id == her.id))


def texts(her: Woman) -> str:
    """All that came to her."""
    return "\n---\n".join(seen.text for seen in her.phone.chat)


def told(her: Woman, words: str) -> int:
    """In how many messages she was told this."""
    return sum(words in seen.text for seen in her.phone.chat)


async def test_the_way_from_suggestions_to_a_pair(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.phone.types("find a mentor")
    assert "Fictive Fatma" in texts(amina)
    assert "You have the same mother tongue: Arabic." in texts(amina)
    first = amina.phone.last.buttons[0].label
    await amina.phone.taps(first)
    await amina.phone.taps("No, that is all")
    await amina.phone.types("I would like to open a kitchen.")
    assert "I would like to open a kitchen." in amina.phone.last.text
    await amina.phone.taps("Send")
    assert "on its way to" in amina.phone.last.text
    asked = fatma if "Fatma" in first else hana
    assert "A woman asks you to be her mentor: Fictive Amina." in asked.phone.last.text
    await asked.phone.taps("Look")
    assert "I would like to open a kitchen." in asked.phone.last.text
    assert "You have the same mother tongue: Arabic." in asked.phone.last.text
    await asked.phone.taps("Yes, gladly")
    assert told(asked, "Thank you for your yes.") == 1
    assert await pairs_of(stage) == [(amina.id, asked.id)]
    assert set((await states(stage)).values()) == {"accepted"}
    assert (await amina.finds(MySearch())).paired


async def test_a_question_comes_and_goes(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await fatma.phone.taps("Look")
    await fatma.phone.taps("Ask her first")
    await fatma.phone.types("Call me on 0470 12 34 56?")
    assert "Please leave out numbers" in fatma.phone.last.text
    await fatma.phone.types("Which days suit you?")
    assert "Which days suit you?" in amina.phone.last.text
    assert "0470" not in texts(amina)
    await amina.phone.taps("Answer")
    await amina.phone.types("Mondays.")
    assert "Your answer is on its way." in amina.phone.last.text
    assert "Mondays." in fatma.phone.last.text
    await fatma.phone.taps("Look")
    assert "She answered: “Mondays.”" in fatma.phone.last.text
    assert "Ask her first" not in [button.label for button in fatma.phone.last.buttons]
    await fatma.phone.taps("Yes, gladly")
    assert await pairs_of(stage) == [(amina.id, fatma.id)]


async def test_a_no_sends_the_next_choice_and_says_nothing_of_why(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id, hana.id)))
    assert hana.phone.chat == []
    await fatma.phone.taps("Look")
    await fatma.phone.taps("No, not now")
    await fatma.phone.taps("Not my field")
    assert await states(stage) == {1: "declined", 2: "open"}
    assert told(amina, "Fictive Fatma cannot take a new mentee now.") == 1
    assert "I have asked Fictive Hana now." in amina.phone.last.text
    assert "field" not in texts(amina)
    assert "Fictive Amina" in hana.phone.last.text
    await amina.phone.taps("Look")
    assert "You asked Fictive Hana." in amina.phone.last.text


async def test_after_the_last_no_she_waits_where_nobody_fits(stage: Stage) -> None:
    team = await coordinator(stage, "Fictive Coordinator")
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await fatma.carries(Decline(1, WhyNot.NO_TIME))
    assert told(amina, "You are on the waiting list now.") == 1
    assert await waits(amina)
    assert len(team.phone.chat) == 1
    assert (await amina.finds(MySearch())).offers == ()
    await stage.forward(hours=25)
    assert told(amina, "a mentor may fit you now") == 0
    hana = await mentor(stage, "Fictive Hana")
    await stage.forward(hours=24)
    assert told(amina, "a mentor may fit you now") == 1
    await stage.forward(days=6)
    assert told(amina, "a mentor may fit you now") == 1  # at most once a week
    await stage.forward(days=2)
    assert told(amina, "a mentor may fit you now") == 2
    await amina.carries(AskMentors((hana.id,)))
    await hana.carries(Accept(2))
    assert not await waits(amina)


async def test_reminder_after_a_day_and_the_end_after_three(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id, hana.id)))
    await stage.forward(hours=23)
    assert told(fatma, "waits for your answer") == 0
    await stage.forward(hours=1)
    await stage.forward(hours=47)
    assert told(fatma, "waits for your answer") == 1
    assert await states(stage) == {1: "open", 2: "queued"}
    await stage.forward(hours=1)
    assert await states(stage) == {1: "expired", 2: "open"}
    assert "I have asked Fictive Hana now." in amina.phone.last.text
    assert await paused(fatma) is None
    await fatma.phone.taps("Look")
    assert "no longer open" in fatma.phone.last.text


async def test_two_ignored_in_a_row_pause_her_kindly_until_she_says_she_is_here(stage: Stage) -> None:
    fatma = await mentor(stage, "Fictive Fatma", places=5)
    for n in (1, 2):
        amina = await woman(stage, f"Fictive Amina {n}")
        await amina.carries(AskMentors((fatma.id,)))
        await stage.forward(hours=72)
    assert told(fatma, "Is all well with you?") == 1
    assert await paused(fatma) is not None
    other = await woman(stage, "Fictive Other")
    assert (await other.finds(MySearch())).offers == ()
    await fatma.phone.taps("I am here again")
    assert "Good to have you here." in fatma.phone.last.text
    assert await paused(fatma) is None
    assert [offer.id for offer in (await other.finds(MySearch())).offers] == [fatma.id]
    await other.carries(AskMentors((fatma.id,)))
    await stage.forward(hours=72)
    assert await paused(fatma) is None  # it is counted anew


async def test_an_answer_between_resets_the_count(stage: Stage) -> None:
    fatma = await mentor(stage, "Fictive Fatma", places=5)
    for n in range(3):
        amina = await woman(stage, f"Fictive Amina {n}")
        await amina.carries(AskMentors((fatma.id,)))
        if n == 1:
            await fatma.carries(Decline(2, WhyNot.NO_TIME))
        await stage.forward(hours=72)
    assert list((await states(stage)).values()) == ["expired", "declined", "expired"]
    assert await paused(fatma) is None


async def test_a_question_gives_each_her_whole_time(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await stage.forward(hours=71)
    await fatma.carries(AskFirst(1, "Which days?"))
    await fatma.carries(AskFirst(1, "And which hours?"))  # there is one question only
    await stage.forward(hours=25)
    await stage.forward(hours=46)
    assert told(fatma, "waits for your answer") == 1  # before her question, not while it is with the mentee
    assert told(amina, "Which days?") == 2
    await amina.carries(AnswerFirst(1, "Mondays"))
    await amina.carries(AnswerFirst(1, "Tuesdays"))
    assert (await fatma.finds(CardOf(1))).answer == "Mondays"
    await stage.forward(hours=71)
    assert await states(stage) == {1: "open"}
    await stage.forward(hours=1)
    assert await states(stage) == {1: "expired"}


async def test_a_question_left_open_is_nobodys_refusal(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await fatma.carries(AskFirst(1, "Which days?"))
    await stage.forward(hours=72)
    assert await states(stage) == {1: "void"}
    assert "A request to you is closed." in fatma.phone.last.text
    assert [offer.id for offer in (await amina.finds(MySearch())).offers] == [fatma.id]


async def test_the_last_place_closes_the_other_requests(stage: Stage) -> None:
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    amina, basma = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Basma")
    await amina.carries(AskMentors((fatma.id,)))
    await basma.carries(AskMentors((fatma.id, hana.id)))
    carried = await fatma.carries(Accept(1))
    assert await states(stage) == {1: "accepted", 2: "void", 3: "open"}
    assert carried.says is not None
    assert "I have asked Fictive Hana now." in basma.phone.last.text
    await fatma.carries(Accept(2))
    assert await pairs_of(stage) == [(amina.id, fatma.id)]


async def test_taking_back_tells_the_mentor_nothing_but_that(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    fatma, hana = await mentor(stage, "Fictive Fatma"), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id, hana.id)))
    await amina.phone.types("my request")
    await amina.phone.taps("Take it back")
    assert await states(stage) == {1: "withdrawn", 2: "withdrawn"}
    assert "A request to you is closed." in fatma.phone.last.text
    assert hana.phone.chat == []
    await stage.forward(hours=80)
    assert told(fatma, "waits for your answer") == 0
    await amina.carries(AskMentors((fatma.id,)))  # she may ask again
    assert (await states(stage))[3] == "open"


async def test_a_card_not_yet_seen_is_simply_not_shown(stage: Stage) -> None:
    fatma, amina = await mentor(stage, "Fictive Fatma"), await woman(stage, "Fictive Amina")
    await stage.forward(hours=12)  # ten in the evening
    await amina.carries(AskMentors((fatma.id,)))
    await amina.carries(Withdraw(1))
    await stage.forward(hours=12)
    assert fatma.phone.chat == []


async def test_who_is_erased_leaves_nothing_open(stage: Stage) -> None:
    amina, basma = await woman(stage, "Fictive Amina"), await woman(stage, "Fictive Basma")
    fatma, hana = await mentor(stage, "Fictive Fatma", places=2), await mentor(stage, "Fictive Hana")
    await amina.carries(AskMentors((fatma.id,)))
    await erase(amina)
    assert await states(stage) == {}
    assert "A request to you is closed." in fatma.phone.last.text
    await basma.carries(AskMentors((fatma.id, hana.id)))
    await erase(fatma)
    assert list((await states(stage)).values()) == ["open"]
    assert "I have asked Fictive Hana now." in basma.phone.last.text
    await stage.forward(hours=80)


async def erase(her: Woman) -> None:
    """She is erased, as the engine does it."""
    async with her.stage.sorora.store.begin() as tx:
        person = await people.get(tx, her.id)
        assert person is not None
        await her.desk(tx).say_goodbye(person)
        await people.erase(tx, her.id, her.stage.clock.now(), tombstone=True)
    await her.stage.settle()


async def test_a_block_ends_what_was_asked(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    async with stage.sorora.store.begin() as tx:
        now = stage.clock.now()
        await tx.conn.execute(sa.insert(t.blocks).values(blocker_id=fatma.id, blocked_id=amina.id, at=now))
        await affair.void_between(amina.desk(tx), amina.id, fatma.id)
    await stage.settle()
    assert await states(stage) == {1: "void"}
    assert (await amina.finds(MySearch())).offers == ()
    await amina.carries(AskMentors((fatma.id,)))
    assert await states(stage) == {1: "void"}


async def test_what_is_not_hers_is_like_what_is_not_there(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    mallory = await mentor(stage, "Fictive Mallory")
    await amina.carries(AskMentors((fatma.id,)))
    for about in (1, 404):
        assert await mallory.finds(CardOf(about)) is None
        assert await mallory.finds(QuestionOf(about)) is None
        for effect in (Accept(about), Decline(about, WhyNot.NO_TIME), Withdraw(about), AnswerFirst(about, "hello")):
            carried = await mallory.carries(effect)
            assert carried.says.msgid == "That is no longer open. You did nothing wrong."
    assert await states(stage) == {1: "open"}
    assert await pairs_of(stage) == []
    for forged in ("@request:1", "@request:99999999999999999999", "@answer:1", "@request:x-1"):
        await mallory.phone.does(button=forged)
        assert "no longer open" in mallory.phone.last.text


async def test_without_her_yes_nobody_is_proposed(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.carries(AskMentors((fatma.id,)))
    await takes_back(amina)
    assert await fatma.finds(CardOf(1)) is None
    await fatma.carries(Accept(1))
    assert await pairs_of(stage) == []
    assert await states(stage) == {1: "void"}
    await amina.phone.types("find a mentor")
    assert "I need your yes to point 3" in texts(amina)
    basma = await woman(stage, "Fictive Basma")
    assert len((await basma.finds(MySearch())).offers) == 1
    await takes_back(fatma)
    assert (await basma.finds(MySearch())).offers == ()


async def takes_back(her: Woman) -> None:
    """She says no to being proposed."""
    person = await her.person()
    after = msgspec.structs.replace(person, consents=frozenset({Purpose.TAKE_PART, Purpose.KEEP}))
    async with her.stage.sorora.store.begin() as tx:
        await people.save(tx, [after])


async def test_a_voice_note_comes_along_once_it_is_here(stage: Stage) -> None:
    amina, fatma = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Fatma")
    await amina.phone.types("find a mentor")
    await amina.phone.taps(amina.phone.last.buttons[0].label)
    await amina.phone.speaks(5, b"OggS fictional words")
    await amina.phone.taps("Send")
    assert fatma.phone.chat == []  # the note is still on its way
    await stage.forward(seconds=31)
    assert fatma.phone.last.message.voice is not None
    assert fatma.phone.last.message.voice.body == b"OggS fictional words"


async def test_the_waiting_list_can_be_left(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await amina.phone.types("find a mentor")
    assert "You are on the waiting list now." in texts(amina)
    assert await waits(amina)
    await amina.carries(Wait())  # once is enough
    await amina.phone.types("find a mentor")
    await amina.phone.taps("Stop waiting")
    assert not await waits(amina)
    await amina.carries(StopWaiting())
    await mentor(stage, "Fictive Fatma")
    await stage.forward(days=3)
    assert told(amina, "a mentor may fit you now") == 0


async def test_more_choices_than_shown_at_first(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    for n in range(6):
        await mentor(stage, f"Fictive {n}")
    await amina.phone.types("find a mentor")
    await amina.phone.taps("Show more")
    assert len([one for one in amina.phone.last.buttons if one.label[0].isdigit()]) == 5
    for n in range(1, 6):
        label = next(one.label for one in amina.phone.last.buttons if one.label.startswith(f"{n}."))
        await amina.phone.taps(label)
    await amina.phone.taps("Skip")
    await amina.phone.taps("Send")
    assert list((await states(stage)).values()) == ["open", *["queued"] * 4]


async def test_a_nameless_woman_is_asked_what_to_call_her(stage: Stage) -> None:
    fatma = await mentor(stage, "Fictive Fatma")
    amina = await woman(stage, "", Role.MENTEE)
    await amina.phone.types("find a mentor")
    await amina.phone.taps(amina.phone.last.buttons[0].label)
    await amina.phone.taps("Skip")
    await amina.phone.types("+32 470 12 34 56")
    await amina.phone.types("Fictive Rose")
    assert "Name here: Fictive Rose" in amina.phone.last.text
    await amina.phone.taps("Send")
    assert "Fictive Rose" in fatma.phone.last.text
