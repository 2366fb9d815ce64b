"""The desk: telling somebody now or after her quiet hours, what the clock fires, what breaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import msgspec
import pytest

from bot.affairs import pairs
from bot.affairs.desk import Affair, Desk, Notice, awake
from bot.dialogue.steps import own, p_
from bot.mentoring.people import Person
from bot.messages import Opening
from bot.store import due, people
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, only, woman

DONE: list[tuple[int, int]] = []


async def hello(desk: Desk, person: Person, about: int) -> Notice | None:
    if about == 13:
        return None
    return Notice(own(f"News {about}"), ((p_("button", "Yes"), Opening("menu")),))


async def deed(desk: Desk, person: Person, about: int) -> None:
    if about == 13:
        raise ArithmeticError("a bug")
    DONE.append((person.id, about))


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    DONE.clear()
    async with rehearsal(url=database_url) as stage:
        only(stage, Affair(notices={"hello": hello}, deeds={"deed": deed}), pairs.AFFAIR)
        yield stage


async def tell(her: Woman, kind: str, about: int) -> None:
    async with her.stage.sorora.store.begin() as tx:
        await her.desk(tx).tell(her.id, kind, about)
    await her.stage.settle()


async def test_she_is_told_at_once_by_day(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await tell(amina, "hello", 7)
    assert amina.phone.last.text == "News 7"
    await amina.phone.taps("Yes")
    assert "what would you like to do?" in amina.phone.last.text
    assert amina.phone.chat[0].text == "News 7"  # what was told stays


async def test_at_night_it_waits_for_the_morning(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    stage.clock.at = datetime(2027, 3, 1, 21, 30, tzinfo=UTC)  # half past ten in Brussels
    await tell(amina, "hello", 7)
    assert amina.phone.chat == []
    await stage.forward(hours=10)
    assert amina.phone.chat == []
    await stage.forward(minutes=30)
    assert [seen.text for seen in amina.phone.chat] == ["News 7"]


async def test_who_has_just_written_is_told_at_night_too(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    stage.clock.at = datetime(2027, 3, 1, 21, 30, tzinfo=UTC)  # half past ten in Brussels
    await amina.phone.types("/menu")
    stage.clock.forward(timedelta(minutes=29))
    await tell(amina, "hello", 7)
    assert amina.phone.last.text == "News 7"
    stage.clock.forward(timedelta(minutes=2))
    await tell(amina, "hello", 8)
    assert amina.phone.last.text == "News 7"


async def test_what_is_no_longer_true_is_not_told(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await tell(amina, "hello", 13)
    assert amina.phone.chat == []


async def test_in_discreet_mode_the_first_line_says_nothing(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina", discreet=True)
    await tell(amina, "hello", 7)
    first = amina.phone.last.text.split("News")[0]
    assert len(first) > 60
    assert amina.phone.last.message.silent


async def test_who_has_left_is_not_reached(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    await amina.phone.leaves()
    await tell(amina, "hello", 7)
    assert amina.phone.chat == []


async def test_what_is_due_happens_once(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    async with stage.sorora.store.begin() as tx:
        desk = amina.desk(tx)
        await desk.plan(amina.id, "deed", 1, desk.now + timedelta(hours=1))
        await desk.plan(amina.id, "deed", 1, desk.now + timedelta(hours=2))  # moved
        await desk.plan(amina.id, "deed", 2, desk.now)
        await desk.plan(amina.id, "deed", 3, desk.now)
        await desk.cancel(["deed"], 3)
    await stage.forward(hours=1)
    assert [(amina.id, 2)] == DONE
    await stage.forward(hours=1)
    await stage.forward(hours=9)
    assert [(amina.id, 2), (amina.id, 1)] == DONE


async def test_what_breaks_is_tried_again_and_stops_nothing(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    async with stage.sorora.store.begin() as tx:
        for about in (13, 14):
            await amina.desk(tx).plan(amina.id, "deed", about, stage.clock.now())
        await amina.desk(tx).plan(amina.id, "a later release", 0, stage.clock.now())  # which may run beside this one
    await stage.forward()
    assert [(amina.id, 14)] == DONE
    async with stage.sorora.store.begin() as tx:
        assert [(one.about, one.tries) for one in await due.claim(tx, stage.clock.now() + timedelta(hours=2), 9)] == [
            (13, 1),
            (0, 1),
        ]


async def test_a_look_up_that_nobody_knows_is_an_error(stage: Stage) -> None:
    amina = await woman(stage, "Fictive Amina")
    async with stage.sorora.store.begin() as tx:
        person = await people.get(tx, amina.id)
        assert person is not None
        with pytest.raises(LookupError):
            await amina.desk(tx).find(msgspec.UNSET, person)  # type: ignore[arg-type]
        with pytest.raises(LookupError):
            await amina.desk(tx).carry(msgspec.UNSET, person)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("begin", "end", "now", "then"),
    [
        (21, 9, "2027-03-01T19:59", "2027-03-01T19:59"),
        (21, 9, "2027-03-01T20:00", "2027-03-02T08:00"),
        (21, 9, "2027-03-02T07:59", "2027-03-02T08:00"),
        (21, 9, "2027-03-02T08:00", "2027-03-02T08:00"),
        (21, 9, "2027-03-27T21:00", "2027-03-28T07:00"),  # the night in which summer begins
        (21, 9, "2027-10-30T20:00", "2027-10-31T08:00"),  # and the one in which it ends
        (1, 5, "2027-03-01T02:00", "2027-03-01T04:00"),
        (9, 9, "2027-03-01T02:00", "2027-03-01T02:00"),  # no quiet hours
    ],
)
def test_awake(begin: int, end: int, now: str, then: str) -> None:
    person = Person(1, quiet_from=time(begin), quiet_until=time(end))
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert awake(person, at) == datetime.fromisoformat(then).replace(tzinfo=UTC)
