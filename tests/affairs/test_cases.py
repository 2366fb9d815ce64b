"""Reports: told to the team, looked at, read only with a reason, answered, closed; and the truth after an hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa

from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.path import MentorState
from bot.mentoring.team import (
    CaseFile,
    CaseOf,
    CaseState,
    Closing,
    Decide,
    EndPair,
    HearReport,
    NoteTalk,
    PauseMentor,
    ReadPair,
    WriteReporter,
)
from bot.messages import Media
from bot.store import growth, profiles, team
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, coordinator, mentor, pair, woman


@dataclass
class Scene:
    """A coordinator, a mentee who reports, the mentor whom she reports, their pair, and the case."""

    stage: Stage
    cora: Woman
    amina: Woman
    bea: Woman
    pair: int
    case: int

    async def rows(self, query: sa.Select[Any]) -> list[Any]:
        async with self.stage.sorora.store.begin() as tx:
            return list(await tx.conn.scalars(query))

    async def file(self) -> CaseFile:
        async with self.stage.sorora.store.begin() as tx:
            row = await team.case(tx, self.case)
        assert row is not None
        return row.file

    async def audit(self) -> list[str]:
        return await self.rows(sa.select(t.audit.c.what).order_by(t.audit.c.id))

    async def looks(self) -> None:
        """The coordinator opens the case."""
        await self.cora.phone.does(button=f"@case:{self.case}")


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with rehearsal(url=database_url) as stage:
        cora = await coordinator(stage, "Fictive Cora")
        amina, bea = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Bea")
        number = await pair(amina, bea)
        async with stage.sorora.store.begin() as tx:
            for sender, receiver, words in ((amina, bea, "Can we meet?"), (bea, amina, {"voice": 1, "seconds": 4})):
                await tx.conn.execute(
                    sa.insert(t.relayed).values(
                        pair_id=number, sender_id=sender.id, receiver_id=receiver.id, state="posted",
                        sealed=tx.vault.seal_json(words), at=stage.clock.now(),
                    )
                )  # fmt: skip
            file = CaseFile("unkind", "She shouted at me")
            case = await team.open_case(tx, amina.id, bea.id, number, file, stage.clock.now())
            await cora.desk(tx).tell_team("team_report", case, at_once=True)
        await stage.settle()
        yield Scene(stage, cora, amina, bea, number, case)


async def test_the_team_is_told_who_and_the_case_says_why(scene: Scene) -> None:
    told = scene.cora.phone.last.text
    assert told == "Fictive Amina has reported Fictive Bea. Please look now."
    await scene.cora.phone.taps("Look")
    shown = scene.cora.phone.last.text
    assert "Why: unkind words or a threat" in shown
    assert "Her words: She shouted at me" in shown
    assert "Can we meet?" not in shown
    labels = [button.label for button in scene.cora.phone.last.buttons]
    assert labels[:5] == ["Pause the mentor", "End the pair", "Read last messages", "Write to her", "Close the case"]
    assert (await scene.file()).looked == scene.cora.id
    assert await scene.audit() == [f"looked at case {scene.case}"]


async def test_messages_are_read_with_a_reason_and_both_are_told(scene: Scene) -> None:
    await scene.looks()
    await scene.cora.phone.taps("Read last messages")
    assert not any("Can we meet?" in seen.text for seen in scene.cora.phone.chat)
    await scene.cora.phone.types("She speaks of a threat")
    (read,) = [seen.text for seen in scene.cora.phone.chat if "Can we meet?" in seen.text]
    assert "Fictive Amina: Can we meet?" in read
    assert "Fictive Bea: " in read
    for her, other in ((scene.amina, "Fictive Bea"), (scene.bea, "Fictive Amina")):
        assert her.phone.last.text == (
            f"A coordinator has read your last messages with {other}. The team does this to keep you both safe."
        )
        assert "threat" not in her.phone.last.text
    ((who, why, at),) = (await scene.file()).seen
    assert (who, why, at) == (scene.cora.id, "She speaks of a threat", scene.stage.clock.now().isoformat())
    assert f"read messages of pair {scene.pair} in case {scene.case}" in await scene.audit()
    journals = await scene.rows(sa.select(t.talks.c.sealed).where(t.talks.c.person_id == scene.cora.id))
    for sealed in journals:  # what the two wrote is in no journal
        assert "Can we meet?" not in scene.stage.sorora.store.vault.open(sealed)


async def test_what_was_spoken_is_heard(scene: Scene) -> None:
    async with scene.stage.sorora.store.begin() as tx:
        spoken = [
            await growth.want_media(tx, one.id, "stage", Media("made-up", "audio/ogg", 4), scene.stage.clock.now())
            for one in (scene.amina, scene.bea)
        ]
        for number in spoken:
            await growth.keep_media(tx, number, b"OggS made-up")
        file = CaseFile(team.HELP, {"voice": spoken[0], "seconds": 4})
        case = await team.open_case(tx, scene.amina.id, scene.bea.id, scene.pair, file, scene.stage.clock.now())
        others = await team.open_case(tx, scene.amina.id, scene.bea.id, None, file, scene.stage.clock.now())
        row = await team.case(tx, others)
        assert row is not None
        forged = CaseFile(team.HELP, {"voice": spoken[1], "seconds": 4})  # a voice note that is not the reporter's
        await team.save_case(tx, replace(row, file=forged), scene.stage.clock.now())
    await scene.cora.phone.does(button=f"@case:{case}")
    await scene.cora.phone.taps("Hear her voice")
    (heard,) = [seen.message.voice for seen in scene.cora.phone.chat if seen.message.voice is not None]
    assert (heard.mime, heard.body, heard.seconds) == ("audio/ogg", b"OggS made-up", 4)
    assert (await scene.cora.carries(HearReport(others))).says == NOT_HERE
    assert (await scene.cora.carries(HearReport(scene.case))).says == NOT_HERE  # it was written


async def test_without_a_reason_nothing_is_read(scene: Scene) -> None:
    assert (await scene.cora.carries(ReadPair(scene.case, "  "))).says == NOT_HERE
    assert (await scene.file()).seen == ()
    assert scene.amina.phone.chat == []


async def test_pausing_stops_everything_and_she_cannot_take_it_back(scene: Scene) -> None:
    await scene.looks()
    await scene.cora.phone.taps("Pause the mentor")
    assert await scene.rows(sa.select(t.pairs.c.state)) == ["active"]
    await scene.cora.phone.taps("Yes, do it")
    assert await scene.rows(sa.select(t.pairs.c.state)) == ["ended"]
    async with scene.stage.sorora.store.begin() as tx:
        row = await profiles.mentor_row(tx, scene.bea.id)
    assert row is not None
    assert row.state is MentorState.WAITING
    assert any("The team has paused your work as a mentor." in seen.text for seen in scene.bea.phone.chat)
    assert not any("report" in seen.text.casefold() for seen in scene.bea.phone.chat)
    assert "Pause the mentor" not in [button.label for button in scene.cora.phone.last.buttons]
    assert (await scene.cora.carries(PauseMentor(scene.case))).says == NOT_HERE
    assert f"paused mentor {scene.bea.id} in case {scene.case}" in await scene.audit()
    await scene.cora.phone.types("coordination")
    assert "Mentor? Fictive Bea" in scene.cora.phone.last.text


async def test_after_a_pause_she_is_not_approved_without_another_talk(scene: Scene) -> None:
    await scene.cora.carries(PauseMentor(scene.case))
    carried = await scene.cora.carries(Decide(scene.bea.id, approve=True))
    assert "First talk with her" in carried.says.msgid
    await scene.cora.carries(NoteTalk(scene.bea.id))
    await scene.cora.carries(Decide(scene.bea.id, approve=True))
    async with scene.stage.sorora.store.begin() as tx:
        row = await profiles.mentor_row(tx, scene.bea.id)
    assert row is not None
    assert row.state is MentorState.APPROVED


async def test_the_pair_ends_and_nobody_hears_why(scene: Scene) -> None:
    await scene.looks()
    await scene.cora.phone.taps("End the pair")
    await scene.cora.phone.taps("Yes, do it")
    assert await scene.rows(sa.select(t.pairs.c.state)) == ["ended"]
    assert scene.amina.phone.chat
    assert scene.bea.phone.chat
    assert not any("report" in seen.text.casefold() for seen in scene.bea.phone.chat)
    assert (await scene.cora.carries(EndPair(scene.case))).says == NOT_HERE


async def test_a_no_changes_nothing(scene: Scene) -> None:
    await scene.looks()
    for door in ("Pause the mentor", "End the pair"):
        await scene.cora.phone.taps(door)
        await scene.cora.phone.taps("Not now")
    assert await scene.rows(sa.select(t.pairs.c.state)) == ["active"]
    assert await scene.rows(sa.select(t.mentors.c.state)) == ["approved"]


async def test_what_she_writes_reaches_who_reported(scene: Scene) -> None:
    await scene.looks()
    await scene.cora.phone.taps("Write to her")
    await scene.cora.phone.types("I call you on Tuesday.")
    assert scene.amina.phone.last.text == "A coordinator writes to you:\n\nI call you on Tuesday."
    assert scene.bea.phone.chat == []


async def test_a_closed_case_is_closed_for_all(scene: Scene) -> None:
    await scene.looks()
    await scene.cora.phone.taps("Close the case")
    await scene.cora.phone.taps("Talked, it is well")
    assert "The team has looked at what you told." in scene.amina.phone.last.text
    assert scene.bea.phone.chat == []
    found = await scene.cora.finds(CaseOf(scene.case))
    assert (found.state, found.file.outcome) == (CaseState.CLOSED, Closing.TALKED)
    for effect in (PauseMentor(scene.case), EndPair(scene.case), ReadPair(scene.case, "x"), WriteReporter(1, "x")):
        assert (await scene.cora.carries(effect)).says == NOT_HERE
    await scene.looks()
    assert "This case is closed." in scene.cora.phone.last.text


# --- the hour -----------------------------------------------------------------------------------------------------


async def test_after_an_hour_without_a_look_the_reporter_hears_the_truth(scene: Scene) -> None:
    await scene.stage.forward(minutes=59)
    assert scene.amina.phone.chat == []
    await scene.stage.forward(minutes=1)
    told = scene.amina.phone.last.text
    assert told.startswith("Nobody of the team has looked at your message yet.")
    assert "112" in told
    assert told.count("\n") >= 5  # two numbers for everyone and two to talk to
    await scene.stage.forward(hours=24)
    assert len(scene.amina.phone.chat) == 1


async def test_after_a_look_she_is_not_told_that_nobody_looked(scene: Scene) -> None:
    await scene.looks()
    await scene.stage.forward(hours=2)
    assert scene.amina.phone.chat == []


async def test_the_hour_counts_at_night_too(scene: Scene) -> None:
    await scene.stage.forward(hours=12)
    assert "Nobody of the team has looked" in scene.amina.phone.last.text


async def test_a_call_for_help_is_told_as_one(scene: Scene) -> None:
    async with scene.stage.sorora.store.begin() as tx:
        file = CaseFile(team.HELP, "We found no time")
        case = await team.open_case(tx, scene.amina.id, scene.bea.id, scene.pair, file, scene.stage.clock.now())
        await scene.cora.desk(tx).tell_team("team_help", case, at_once=True)
    await scene.stage.settle()
    assert scene.cora.phone.last.text == "Fictive Amina asks for help with Fictive Bea. Please look."
    await scene.cora.phone.taps("Look")
    assert "Fictive Amina asks for help with Fictive Bea (" in scene.cora.phone.last.text
    assert "Her words: We found no time" in scene.cora.phone.last.text
