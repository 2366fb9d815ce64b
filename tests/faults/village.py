"""A small village for the state machine: three mentees, three mentors of whom one is not approved, one coordinator.
Each has a phone whose address would give her away; and this is what must be true of all screens after every step.

What each of them writes bears a mark with her number, so that it is known on every screen whose words stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.mentoring.mentorship import LIVING, PairState, Side
from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.people import Person, Role
from bot.mentoring.requests import RequestState
from bot.store import people, requests
from bot.store import tables as t
from bot.store.door import Tx
from bot.testing import Phone, Stage
from tests.affairs import cast

MARK = re.compile(r"kanari(\d)x\d+z")
ALIVE = [state.value for state in LIVING]
ADDRESSES = (
    "+32470000001", "@fictive_user_2", "+32470000003", "@fictive_user_4", "+32470000005", "@fictive_user_6",
    "+32470000007",
)  # fmt: skip
ALIASES = ("Fatou", "Rahel", "Dunya", "Mirela", "Olena", "Unapproved Una", "Clara")
MENTEES, MENTORS, UNA, CLARA = (0, 1, 2), (3, 4), 5, 6


@dataclass
class Villager:
    """One of them. number: her place in the village; id: of her person, 0 once she is erased."""

    number: int
    phone: Phone
    id: int
    marks: Iterator[int] = field(default_factory=lambda: count(1))

    def mark(self) -> str:
        """A new word that only she can have written; the full stop would be odd, a digit more would be a number."""
        return f"kanari{self.number}x{next(self.marks)}z"

    @property
    def address(self) -> str:
        """What nobody else may read."""
        return self.phone.address.lstrip("+@")

    def screen(self) -> str:
        """All that stands in her chat: words, labels, files, pictures' words."""
        parts = []
        for seen in self.phone.chat:
            message = seen.message
            parts += [seen.text, *(button.label for button in seen.buttons), str(message.picture or "")]
            if message.document is not None:
                parts.append(message.document.body.decode("utf-8", "replace"))
        return "\n".join(parts)


@dataclass
class Village:
    """All of them on one stage, and what has been so far."""

    stage: Stage
    people: list[Villager] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # by person id, those of earlier lives too
    linked: set[frozenset[int]] = field(default_factory=set)  # numbers of who ever were in a request or pair
    approved: set[int] = field(default_factory=set)  # mentors who ever were
    public: set[str] = field(default_factory=set)  # marks in what anybody ever showed of herself: it stays on screens
    blocked: dict[tuple[int, int], set[str]] = field(default_factory=dict)  # (blocker, blocked): marks read until then
    living: dict[int, int] = field(default_factory=dict)  # pairs by mentor, after the step before

    # --- what is ------------------------------------------------------------------------------------------------

    async def rows(self, tx: Tx, table: sa.Table, *which: Any) -> list[Any]:
        """The rows of a table."""
        return list(await tx.conn.execute(sa.select(table).where(*which)))

    async def look(self) -> None:
        """Everything that must be true, now."""
        async with self.stage.sorora.store.begin(reading=True) as tx:
            await self.who_is_who(tx)
            await self.links(tx)
            await self.one_pair_each(tx)
            await self.places(tx)
            await self.requests_in_time(tx)
            self.public |= await self.public_words(tx)
            relayed = await self.relayed_words(tx)
            await self.nothing_broke(tx)
        self.no_address_is_shown()
        self.no_words_go_astray(relayed)
        self.una_is_nowhere()
        await self.blocks_are_final()

    async def who_is_who(self, tx: Tx) -> None:
        """Who has which id: she may have erased herself and come again."""
        for one in self.people:
            lookup = people.lookup_of(tx, self.stage.channel.name, one.phone.address)
            found = await people.find(tx, [lookup])
            one.id = found[lookup].person.id if lookup in found else 0
            self.numbers[one.id] = one.number

    async def links(self, tx: Tx) -> None:
        """Who has something to do with whom."""
        for table in (t.pairs, t.requests):
            for row in await self.rows(tx, table):
                self.linked.add(self.two(row.mentee_id, row.mentor_id))
        for row in await self.rows(tx, t.introductions):
            if row.contact_id is not None:
                pair = await tx.conn.execute(sa.select(t.pairs).where(t.pairs.c.id == row.pair_id))
                one = pair.one()
                self.linked |= {self.two(one.mentee_id, row.contact_id), self.two(one.mentor_id, row.contact_id)}
        applicants = await self.rows(tx, t.mentors)
        # A coordinator's words are read by her who applied (a question, a reason) and by who asked for help.
        hers = {row.person_id for row in applicants} | {row.reporter_id for row in await self.rows(tx, t.cases)}
        self.linked |= {frozenset((self.numbers[one], CLARA)) for one in hers}
        self.approved |= {row.person_id for row in applicants if row.state == MentorState.APPROVED.value}

    def two(self, one: int, other: int) -> frozenset[int]:
        """The numbers of two by their person ids."""
        return frozenset((self.numbers[one], self.numbers[other]))

    async def one_pair_each(self, tx: Tx) -> None:
        """At most one living pair for a mentee."""
        rows = await self.rows(tx, t.pairs, t.pairs.c.state.in_(ALIVE))
        mentees = [row.mentee_id for row in rows]
        assert len(mentees) == len(set(mentees)), "a mentee is in two living pairs"

    async def places(self, tx: Tx) -> None:
        """A mentor gets no pair more than she has places (she may make them fewer than her pairs)."""
        rows = await self.rows(tx, t.pairs, t.pairs.c.state.in_(ALIVE))
        places = {row.person_id: row.places for row in await self.rows(tx, t.mentors)}
        now: dict[int, int] = {}
        for row in rows:
            now[row.mentor_id] = now.get(row.mentor_id, 0) + 1
        for mentor, pairs in now.items():
            fits = pairs <= places.get(mentor, 0) or pairs <= self.living.get(mentor, 0)
            assert fits, f"mentor {mentor} has {pairs} pairs and {places.get(mentor, 0)} places"
        self.living = now

    async def requests_in_time(self, tx: Tx) -> None:
        """Open requests go to approved mentors only, and none is older than its time."""
        now = self.stage.clock.now()
        for row in await self.rows(tx, t.requests, t.requests.c.state == RequestState.OPEN.value):
            state = await tx.conn.scalar(sa.select(t.mentors.c.state).where(t.mentors.c.person_id == row.mentor_id))
            assert state == MentorState.APPROVED.value, "a mentor who is not approved has an open request"
            request = await requests.get(tx, row.id)
            assert request is not None
            assert request.until is not None
            assert request.until > now, f"request {row.id} is open {now - request.until} longer than its time"

    async def public_words(self, tx: Tx) -> set[str]:
        """Marks in what a woman shows to whoever is suggested to her: her name, her story, her place."""
        found: set[str] = set()
        for row in await self.rows(tx, t.people):
            found |= set(marks(tx.vault.open_json(row.sealed, Person).alias))
        for row in await self.rows(tx, t.mentors):
            found |= set(marks(str(tx.vault.open_json(row.sealed, MentorFile).story)))
        return found

    async def relayed_words(self, tx: Tx) -> dict[str, frozenset[int]]:
        """Marks of messages between two, with the two."""
        found: dict[str, frozenset[int]] = {}
        for row in await self.rows(tx, t.relayed):
            if row.sealed is not None:
                words = str(tx.vault.open_json(row.sealed, object))
                found |= dict.fromkeys(marks(words), self.two(row.sender_id, row.receiver_id))
        return found

    async def nothing_broke(self, tx: Tx) -> None:
        """No message of hers was put aside, and nothing that was due had to be tried again."""
        aside = [row.reason for row in await self.rows(tx, t.put_aside)]
        assert aside == [], f"put aside: {aside}"
        broken = [row.kind for row in await self.rows(tx, t.due, t.due.c.tries > 0)]
        assert broken == [], f"broke when it was due: {broken}"

    # --- what is shown --------------------------------------------------------------------------------------------

    def no_address_is_shown(self) -> None:
        """Nobody reads where another can be reached."""
        for one in self.people:
            screen = one.screen()
            shown = [other.address for other in self.people if other is not one and other.address in screen]
            assert shown == [], f"{ALIASES[one.number]} reads {shown}"

    def no_words_go_astray(self, relayed: dict[str, frozenset[int]]) -> None:
        """Words between two are read by these two; all others by who has to do with their author, or coordinates."""
        for one in self.people:
            for mark, _author in self.strange_marks(one):
                pair = relayed.get(mark)
                together = frozenset((one.number, int(mark[len("kanari")]))) in self.linked
                fits = one.number in pair if pair else together or mark in self.public
                assert fits or one.number == CLARA, f"{ALIASES[one.number]} reads {mark}"

    def una_is_nowhere(self) -> None:
        """Nobody meets a mentor whom no coordinator has approved."""
        una = self.people[UNA]
        for one in self.people:
            if one not in (una, self.people[CLARA]) and una.id not in self.approved:
                assert ALIASES[UNA] not in one.screen(), f"{ALIASES[one.number]} meets an unapproved mentor"

    async def blocks_are_final(self) -> None:
        """From a block on, nothing of the one comes to the other, what waited included."""
        async with self.stage.sorora.store.begin(reading=True) as tx:
            rows = await self.rows(tx, t.blocks)
            pairs = await self.rows(tx, t.pairs, t.pairs.c.state.in_(ALIVE))
        together = {frozenset((row.mentee_id, row.mentor_id)) for row in pairs}
        for row in rows:
            two = frozenset((row.blocker_id, row.blocked_id))
            assert two not in together, "two women are a pair though one has blocked the other"
            for reader, author in ((row.blocker_id, row.blocked_id), (row.blocked_id, row.blocker_id)):
                read = {mark for mark in self.marks_of(reader, author) if mark not in self.public}
                before = self.blocked.setdefault((reader, author), read)
                assert read <= before, f"words of {author} came to {reader} after a block: {read - before}"

    def strange_marks(self, one: Villager) -> Iterator[tuple[str, int]]:
        """Marks of others on her screen, each with the id of her who wrote it."""
        for match in MARK.finditer(one.screen()):
            author = self.people[int(match[1])]
            if author is not one:
                yield match[0], author.id

    def marks_of(self, reader: int, author: int) -> set[str]:
        """Marks of this author on the screen of this reader."""
        found = next((one for one in self.people if one.id == reader), None)
        return {mark for mark, who in self.strange_marks(found) if who == author} if found else set()


def marks(words: str) -> list[str]:
    """All marks in some words."""
    return [match[0] for match in MARK.finditer(words)]


async def settle(stage: Stage) -> Village:
    """The village, with everybody at home."""
    village = Village(stage)
    for number, (address, alias) in enumerate(zip(ADDRESSES, ALIASES, strict=True)):
        if number in MENTEES:
            her = await cast.woman(stage, address, Role.MENTEE, "en")
        elif number == CLARA:
            her = await cast.coordinator(stage, address)
        else:
            state = MentorState.WAITING if number == UNA else MentorState.APPROVED
            her = await cast.mentor(stage, address, places=2 if number == MENTORS[0] else 1, state=state)
        async with stage.sorora.store.begin() as tx:
            person = await people.get(tx, her.id)
            assert person is not None
            await people.save(tx, [msgspec.structs.replace(person, alias=alias)])
        village.people.append(Villager(number, her.phone, her.id))
    return village


async def are_a_pair(village: Village, mentee: int, mentor: int, state: PairState) -> None:
    """Two of them are a pair already, in this state; voice and photos agreed."""
    one, other = (
        cast.Woman(village.stage, her.phone, her.id) for her in (village.people[mentee], village.people[mentor])
    )
    await cast.pair(one, other, state, media=frozenset(Side))
