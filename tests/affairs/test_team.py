"""Coordinators: how one becomes one, what waits, applicants, the round."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.mentoring.constraints import Against
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.path import MentorState
from bot.mentoring.people import Purpose, Role
from bot.mentoring.team import (
    Applicant,
    ApplicantOf,
    Asked,
    AskToCoordinate,
    CoordinatorState,
    Decide,
    InvitedToCoordinate,
    RoundNow,
    SendRound,
)
from bot.store import invites, people, profiles, team
from bot.store import tables as t
from bot.testing import Phone, Stage, rehearsal
from tests.affairs.cast import Woman, coordinator, mentor, pair, woman

INVITATION = 7


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


async def rows(stage: Stage, query: sa.Select[Any]) -> list[Any]:
    async with stage.sorora.store.begin() as tx:
        return list(await tx.conn.scalars(query))


async def audit(stage: Stage) -> list[str]:
    return await rows(stage, sa.select(t.audit.c.what).order_by(t.audit.c.id))


async def invite(stage: Stage) -> None:
    async with stage.sorora.store.begin() as tx:
        until = stage.clock.now() + timedelta(hours=48)
        await invites.invite(tx, "made-up", "", "", 1, until, purpose=team.INVITES, about=INVITATION)


async def becoming(stage: Stage) -> tuple[Phone, str]:
    """A stranger opens the link and says yes; gives her phone and her number."""
    await invite(stage)
    phone = stage.phone("en")
    await phone.types("/start made-up")
    await phone.taps("English")
    assert "invited as a coordinator" in phone.last.text
    await phone.taps("Yes, I do")
    await phone.types("Fictive Cora")
    (number,) = await rows(stage, sa.select(t.coordinators.c.number))
    return phone, str(number)


# --- becoming one -------------------------------------------------------------------------------------------------


async def test_from_the_link_to_the_first_look(stage: Stage) -> None:
    phone, number = await becoming(stage)
    assert len(number) == 6
    assert any(f"Your number: \u2066{number}\u2069" in seen.text or number in seen.text for seen in phone.chat)
    await phone.types("coordination")
    assert NOT_HERE.msgid in phone.last.text  # a link alone makes nobody a coordinator
    async with stage.sorora.store.begin() as tx:
        cora = await team.confirm(tx, number, stage.clock.now())
    await stage.forward(seconds=5)
    assert phone.last.text.startswith("You are a coordinator now.")
    await phone.taps("Look")
    assert "Nothing waits for you." in phone.last.text
    purposes = await rows(
        stage, sa.select(t.consents.c.purpose).where(t.consents.c.person_id == cora, t.consents.c.given)
    )
    assert set(purposes) == {Purpose.TAKE_PART, Purpose.KEEP}
    (version,) = set(await rows(stage, sa.select(t.consents.c.version)))
    assert version == "coordinator-2026-11"
    assert await audit(stage) == ["asked to coordinate", "confirmed as coordinator"]


async def test_the_number_is_told_again_and_a_second_one_is_not_made(stage: Stage) -> None:
    phone, number = await becoming(stage)
    cora = Woman(stage, phone, (await rows(stage, sa.select(t.coordinators.c.person_id)))[0])
    await phone.does(button=f"@coordinator:{INVITATION}")
    assert sum(number in seen.text for seen in phone.chat) == 2
    await cora.carries(AskToCoordinate(INVITATION))
    assert await cora.finds(InvitedToCoordinate(0)) == Asked(CoordinatorState.ASKED, number)
    await stage.forward(hours=48)
    assert await cora.finds(InvitedToCoordinate(INVITATION)) is None


async def test_a_no_keeps_nothing_and_a_used_link_is_a_normal_welcome(stage: Stage) -> None:
    await invite(stage)
    first, second = stage.phone("en"), stage.phone("en")
    await first.types("/start made-up")
    await first.taps("English")
    await first.taps("No, thank you")
    assert await rows(stage, sa.select(t.coordinators.c.person_id)) == []
    assert await rows(stage, sa.select(t.consents.c.purpose)) == []
    await second.types("/start made-up")
    await second.taps("English")
    assert "I am Sorora" in second.last.text


async def test_a_member_keeps_her_name_and_what_she_said_yes_to(stage: Stage) -> None:
    await invite(stage)
    amina = await woman(stage, "Fictive Amina")
    await amina.phone.types("/start made-up")
    await amina.phone.taps("Yes, I do")
    person = await amina.person()
    assert (person.alias, person.consents, person.role) == ("Fictive Amina", frozenset(Purpose), Role.MENTEE)
    assert len(await rows(stage, sa.select(t.coordinators.c.number))) == 1


async def test_without_an_invitation_there_is_nothing_to_join(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    for forged in ("", "7", "0", "9" * 32, "x"):
        await amina.phone.does(button=f"@coordinator:{forged}")
        assert NOT_HERE.msgid in amina.phone.last.text
        stage.clock.forward(timedelta(minutes=1))
    assert (await amina.carries(AskToCoordinate(INVITATION))).says == NOT_HERE
    assert await rows(stage, sa.select(t.coordinators.c.person_id)) == []


# --- applicants ---------------------------------------------------------------------------------------------------


async def told(stage: Stage, kind: str, about: int) -> None:
    async with stage.sorora.store.begin() as tx:
        await Woman(stage, stage.phone(), 0).desk(tx).tell_team(kind, about)
    await stage.settle()


async def test_an_applicant_is_approved_only_after_a_talk(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    bea = await mentor(stage, "Fictive Bea", state=MentorState.WAITING)
    async with stage.sorora.store.begin() as tx:
        row = await profiles.mentor_row(tx, bea.id)
        assert row is not None
        file = type(row.file)(row.file.applied_at, row.file.assessed_at, row.file.code_at, "1", overcame=("diploma",))
        await profiles.save_mentor(
            tx, profiles.MentorRow(bea.id, MentorState.WAITING, 1, None, file), stage.clock.now()
        )
    await told(stage, "team_applicant", bea.id)
    assert cora.phone.last.text == "Fictive Bea wants to be a mentor. All her steps are done."
    await cora.phone.taps("Look")
    assert "Behind her: My foreign diploma" in cora.phone.last.text
    assert "Nobody has noted a talk" in cora.phone.last.text
    await cora.phone.taps("Approve her")
    assert "First talk with her" in cora.phone.last.text
    assert (await cora.carries(Decide(bea.id, approve=True))).says != NOT_HERE
    assert await rows(stage, sa.select(t.mentors.c.state)) == ["waiting"]
    await cora.phone.taps("Note our talk")
    assert "Fictive Cora talked with her on" in cora.phone.last.text
    await cora.phone.taps("Approve her")
    assert "She is a mentor now." in cora.phone.last.text
    assert await rows(stage, sa.select(t.mentors.c.state)) == ["approved"]
    assert "You are a mentor now." in bea.phone.last.text
    assert await audit(stage) == [f"noted a talk with applicant {bea.id}", f"approved mentor {bea.id}"]


async def test_a_question_and_its_answer(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    bea = await mentor(stage, "Fictive Bea", state=MentorState.WAITING)
    await cora.phone.does(button=f"@applicant:{bea.id}")
    await cora.phone.taps("Ask something")
    await cora.phone.speaks()
    assert "Please type them" in cora.phone.last.text
    await cora.phone.types("Which evening suits you?")
    assert "Which evening suits you?" in bea.phone.last.text
    assert "She has not answered yet." in cora.phone.last.text
    async with stage.sorora.store.begin() as tx:
        row = await profiles.mentor_row(tx, bea.id)
        assert row is not None
        assert row.file.question == "Which evening suits you?"


async def test_a_no_is_seen_once_more_and_is_read_by_her(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    bea = await mentor(stage, "Fictive Bea", state=MentorState.WAITING)
    await cora.phone.does(button=f"@applicant:{bea.id}")
    await cora.phone.taps("Decline")
    await cora.phone.types("Thank you! Please come back in spring.")
    assert "She will read:\n\nThank you! Please come back in spring." in cora.phone.last.text
    assert bea.phone.chat == []
    await cora.phone.taps("Send it")
    assert "Please come back in spring." in bea.phone.last.text
    assert await rows(stage, sa.select(t.mentors.c.state)) == ["declined"]


async def test_the_second_coordinator_hears_who_decided(stage: Stage) -> None:
    cora, dora = await coordinator(stage, "Fictive Cora"), await coordinator(stage, "Fictive Dora")
    bea = await mentor(stage, "Fictive Bea", state=MentorState.WAITING)
    for one in (cora, dora):
        await one.phone.does(button=f"@applicant:{bea.id}")
    await cora.phone.taps("Approve her")
    await dora.phone.taps("Approve her")
    assert "Fictive Cora has decided this already." in dora.phone.last.text
    await dora.phone.does(button=f"@applicant:{bea.id}")
    assert "Fictive Cora approved her on" in dora.phone.last.text
    found = await dora.finds(ApplicantOf(bea.id))
    assert isinstance(found, Applicant)
    assert found.decided_by == "Fictive Cora"
    assert (await audit(stage)).count(f"approved mentor {bea.id}") == 1


async def test_two_who_decide_at_the_same_moment_decide_once(stage: Stage) -> None:
    team_of_two = [await coordinator(stage, "Fictive Cora"), await coordinator(stage, "Fictive Dora")]
    bea = await mentor(stage, "Fictive Bea", state=MentorState.WAITING)

    async def decides(one: Woman, *, approve: bool) -> None:
        async with stage.sorora.store.begin() as tx:
            person = await people.get(tx, one.id)
            assert person is not None
            await one.desk(tx).carry(Decide(bea.id, approve=approve, reason="Later"), person)

    await asyncio.gather(decides(team_of_two[0], approve=True), decides(team_of_two[1], approve=False))
    (state,) = await rows(stage, sa.select(t.mentors.c.state))
    logged = [what for what in await audit(stage) if str(bea.id) in what]
    assert logged == [f"approved mentor {bea.id}" if state == "approved" else f"declined applicant {bea.id}"]


async def test_one_number_confirms_once_at_the_same_moment_too(stage: Stage) -> None:
    _phone, number = await becoming(stage)

    async def confirms() -> int | None:
        async with stage.sorora.store.begin() as tx:
            return await team.confirm(tx, number, stage.clock.now())

    found = await asyncio.gather(confirms(), confirms())
    assert found.count(None) == 1


async def test_what_was_looked_up_goes_with_her(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    bea = await mentor(stage, "Fictive Bea", state=MentorState.WAITING)
    await cora.phone.does(button=f"@applicant:{bea.id}")
    await cora.phone.taps("Ask something")
    await bea.phone.types("erase me")
    for label in ("Erase it all", "Yes, erase it all", "Yes, erase"):
        if any(label in button.label for button in bea.phone.last.buttons):
            await bea.phone.taps(label)
    assert await rows(stage, sa.select(t.mentors.c.person_id)) == []
    assert await rows(stage, sa.select(t.talks.c.name).where(t.talks.c.person_id == cora.id)) == []


# --- what waits, and the round ------------------------------------------------------------------------------------


async def wait(stage: Stage, *women: Woman) -> None:
    async with stage.sorora.store.begin() as tx:
        for one in women:
            await tx.conn.execute(sa.insert(t.waiting).values(person_id=one.id, since=stage.clock.now()))


async def test_a_silent_pair_is_asked_how_it_goes(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    amina, bea = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Bea")
    number = await pair(amina, bea)
    await stage.forward(days=22)
    await cora.phone.types("coordination")
    assert "1 pair, quiet for 3 weeks" in cora.phone.last.text
    assert "1. Quiet: Fictive Amina and Fictive Bea" in cora.phone.last.text
    await cora.phone.taps("1")
    await cora.phone.taps("Ask both")
    assert "The team asks how you are, you and Fictive Bea." in amina.phone.last.text
    assert "The team asks how you are, you and Fictive Amina." in bea.phone.last.text
    assert f"asked pair {number} how it goes" in await audit(stage)


async def test_a_round_is_seen_changed_and_sent(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    mentees = [await woman(stage, f"Fictive {name}") for name in ("Amina", "Bintou", "Chloe")]
    supports = [await mentor(stage, f"Fictive {name}") for name in ("Dina", "Eva")]
    await wait(stage, *mentees)
    await told(stage, "team_waiting", mentees[0].id)
    assert cora.phone.last.text == "Fictive Amina waits for a mentor. Nobody fits yet."
    await cora.phone.taps("Matching round")
    assert "I found 2 pairs." in cora.phone.last.text
    plan = await cora.finds(RoundNow())
    assert [len(pair.reasons) for pair in plan.pairs] == [3, 3]
    (left,) = plan.without
    assert left.lack.what is Against.FULL
    await cora.phone.taps("2")
    await cora.phone.taps("Done")
    assert "1 mentor gets a request now." in cora.phone.last.text
    assert f"{left.name}: All mentors who fit are full." in cora.phone.last.text
    await cora.phone.taps("Send")
    assert "1 request is on its way." in cora.phone.last.text
    asked = await rows(stage, sa.select(t.requests.c.mentee_id))
    assert asked == [plan.pairs[0].mentee]
    assert sum(bool(one.phone.chat) for one in supports) == 1


async def test_what_has_changed_meanwhile_stays_and_is_told(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    amina, bea = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Bea")
    await wait(stage, amina)
    (found,) = (await cora.finds(RoundNow())).pairs
    await pair(amina, bea)
    carried = await cora.carries(SendRound(((found.mentee, found.mentor),)))
    catalogs = stage.sorora.house.office.catalogs
    words = catalogs.render(carried.says, "en")
    assert "0 requests are on their way." in words
    assert "For 1 pair something has changed meanwhile." in words
    assert await rows(stage, sa.select(t.requests.c.id)) == []


async def test_a_coordinator_who_is_removed_in_the_middle_can_do_nothing_more(stage: Stage) -> None:
    cora = await coordinator(stage, "Fictive Cora")
    bea = await mentor(stage, "Fictive Bea", state=MentorState.WAITING)
    await cora.phone.does(button=f"@applicant:{bea.id}")
    async with stage.sorora.store.begin() as tx:
        await team.remove(tx, cora.id, stage.clock.now())
    await cora.phone.taps("Approve her")
    assert await rows(stage, sa.select(t.mentors.c.state)) == ["waiting"]
