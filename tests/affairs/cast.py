"""Fictional women for tests of what is between people: members with profiles, approved mentors, living pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.affairs.desk import Affair, Desk, Office
from bot.dialogue.steps import LookUp
from bot.engine.wishes import House
from bot.mentoring.effects import Effect
from bot.mentoring.mentorship import PairFile, PairState, Side
from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.people import Person, Purpose, Role
from bot.mentoring.profiles import Field, Level, Profile, Slot, Way
from bot.store import people
from bot.store import tables as t
from bot.testing import Phone, Stage

PROFILE = Profile(
    languages={"fr": Level.WELL, "ar": Level.MOTHER},
    knows=frozenset({Field.CARE}),
    hopes=frozenset({Field.FOOD}),
    region="brussels",
    ways=frozenset(Way),
    times=frozenset({Slot.WEEKDAY_EVENING, Slot.WEEKEND_MORNING}),
)


@dataclass
class Woman:
    """A fictional woman: her phone, her id, and what the affairs do for her, each in a transaction of its own."""

    stage: Stage
    phone: Phone
    id: int

    async def person(self) -> Person:
        """As she is now."""
        async with self.stage.sorora.store.begin() as tx:
            found = await people.get(tx, self.id)
        assert found is not None
        return found

    async def finds(self, what: LookUp[Any]) -> Any:
        """The value of a look-up for her."""
        async with self.stage.sorora.store.begin() as tx:
            person = await people.get(tx, self.id)
            assert person is not None
            return await self.desk(tx).find(what, person)

    async def carries(self, effect: Effect) -> Any:
        """An effect carried out for her; what it sends arrives."""
        async with self.stage.sorora.store.begin() as tx:
            person = await people.get(tx, self.id)
            assert person is not None
            carried = await self.desk(tx).carry(effect, person)
        await self.stage.settle()
        return carried

    def desk(self, tx: Any) -> Desk:
        """The desk in a transaction."""
        return Desk(tx, self.stage.sorora.house.office, self.stage.clock.now())


def only(stage: Stage, *affairs: Affair) -> None:
    """From now on the office of this stage has these affairs alone."""
    sorora, whole = stage.sorora, stage.sorora.house.office
    office = Office.of(whole.programme, whole.catalogs, affairs, whole.chance)
    sorora.house = sorora.batches.house = House.of(office, sorora.house.token)
    sorora.scheduler.office = office


async def woman(stage: Stage, alias: str, role: Role = Role.MENTEE, language: str = "en", **fields: Any) -> Woman:
    """A member of this name who has agreed to everything, with a profile of hers."""
    phone = stage.phone(language, address=alias)
    async with stage.sorora.store.begin() as tx:
        known = await people.welcome(tx, stage.channel.name, phone.address, language, stage.clock.now())
        her = Person(
            known.person.id, language, alias, role, adult=True, consents=frozenset(Purpose), **fields
        )  # fmt: skip
        await people.save(tx, [her])
        await tx.conn.execute(
            sa.insert(t.profiles).values(
                person_id=her.id, sealed=tx.vault.seal_json(PROFILE), changed_at=stage.clock.now()
            )
        )
    return Woman(stage, phone, her.id)


async def mentor(
    stage: Stage, alias: str, *, places: int = 1, state: MentorState = MentorState.APPROVED, language: str = "en"
) -> Woman:
    """A mentor, approved unless `state` says otherwise."""
    her = await woman(stage, alias, Role.MENTOR, language)
    now = stage.clock.now()
    async with stage.sorora.store.begin() as tx:
        file = MentorFile(now, now, now, "1", now, overcame=("language", "diploma"), story="I came, I learned.")
        await tx.conn.execute(
            sa.insert(t.mentors).values(
                person_id=her.id, state=state.value, places=places, sealed=tx.vault.seal_json(file), changed_at=now
            )
        )
    return her


async def coordinator(stage: Stage, alias: str, language: str = "en") -> Woman:
    """A confirmed coordinator."""
    her = await woman(stage, alias, Role.BOTH, language, coordinator=True)
    async with stage.sorora.store.begin() as tx:
        await tx.conn.execute(
            sa.insert(t.coordinators).values(person_id=her.id, state="confirmed", at=stage.clock.now())
        )
    return her


async def pair(mentee: Woman, mentor: Woman, state: PairState = PairState.ACTIVE, **fields: Any) -> int:
    """The two are a pair in this state; gives its id. `fields` of the PairFile."""
    stage, now = mentee.stage, mentee.stage.clock.now()
    file = PairFile(**{"agreed": dict.fromkeys(Side, now), "rhythm": "weekly", **fields})
    async with stage.sorora.store.begin() as tx:
        number: int | None = await tx.conn.scalar(
            sa.insert(t.pairs)
            .values(
                mentee_id=mentee.id, mentor_id=mentor.id, state=state.value, sealed=tx.vault.seal_json(file),
                began_at=now, changed_at=now,
            )
            .returning(t.pairs.c.id)
        )  # fmt: skip
    assert number is not None
    return number
