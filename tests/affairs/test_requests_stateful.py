"""Any course of requests: asking, answering, asking first, pausing, taking back, leaving, time going by. Quick here;
with LONG=1 it goes on for longer."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.affairs import requests as affair
from bot.mentoring.effects import Effect
from bot.mentoring.path import MentorState
from bot.mentoring.requests import (
    EXPIRES_AFTER,
    Accept,
    AnswerFirst,
    AskFirst,
    AskMentors,
    Decline,
    HereAgain,
    MySearch,
    RequestState,
    Wait,
    WhyNot,
    Withdraw,
)
from bot.store import people, profiles
from bot.store import requests as kept
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, woman

LONG = os.environ.get("LONG") == "1"
MENTEES, MENTORS = 3, 4  # the last mentor is not approved
T = TypeVar("T")
mentees = st.integers(0, MENTEES - 1)
mentors = st.integers(0, MENTORS - 1)
numbers = st.integers(0, 5)  # of a request, counted from the newest


class Requests(RuleBasedStateMachine):
    """Three mentees, three mentors who are approved and one who is not, and everything they can do."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.rehearsal = rehearsal()
        self.stage: Stage = self.wait_for(self.rehearsal.__aenter__())
        self.mentees: list[Woman] = []
        self.mentors: list[Woman] = []
        self.erased: set[int] = set()

    def wait_for(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(doing)

    def teardown(self) -> None:
        self.wait_for(self.rehearsal.__aexit__(None, None, None))
        self.loop.close()

    @initialize()
    def come(self) -> None:
        for n in range(MENTEES):
            self.mentees.append(self.wait_for(woman(self.stage, f"Fictive Mentee {n}")))
        for n in range(MENTORS):
            state = MentorState.APPROVED if n < MENTORS - 1 else MentorState.WAITING
            self.mentors.append(self.wait_for(mentor(self.stage, f"Fictive Mentor {n}", places=1 + n % 2, state=state)))

    # --- what they do -------------------------------------------------------------------------------------------

    def does(self, her: Woman, effect: Effect) -> None:
        if her.id not in self.erased:
            self.wait_for(her.carries(effect))

    def request(self, number: int) -> kept.Request | None:
        """One of the newest requests."""

        async def look() -> kept.Request | None:
            async with self.stage.sorora.store.begin() as tx:
                newest = (await kept.select(tx))[::-1]
                return newest[number] if number < len(newest) else None

        return self.wait_for(look())

    def whose(self, person_id: int) -> Woman:
        return next(her for her in (*self.mentees, *self.mentors) if her.id == person_id)

    @rule(mentee=mentees, wanted=st.lists(mentors, min_size=1, max_size=4))
    def asks(self, mentee: int, wanted: list[int]) -> None:
        self.does(self.mentees[mentee], AskMentors(tuple(self.mentors[n].id for n in wanted)))

    @rule(mentee=mentees)
    def looks(self, mentee: int) -> None:
        her = self.mentees[mentee]
        if her.id not in self.erased:
            offers = self.wait_for(her.finds(MySearch())).offers
            assert self.mentors[-1].id not in {offer.id for offer in offers}
            assert not self.erased & {offer.id for offer in offers}

    @rule(mentee=mentees)
    def waits(self, mentee: int) -> None:
        self.does(self.mentees[mentee], Wait())

    @rule(number=numbers)
    def accepts(self, number: int) -> None:
        if request := self.request(number):
            self.does(self.whose(request.mentor_id), Accept(request.id))

    @rule(number=numbers, why=st.sampled_from(WhyNot))
    def declines(self, number: int, why: WhyNot) -> None:
        if request := self.request(number):
            self.does(self.whose(request.mentor_id), Decline(request.id, why))

    @rule(number=numbers)
    def asks_first(self, number: int) -> None:
        if request := self.request(number):
            self.does(self.whose(request.mentor_id), AskFirst(request.id, "Which days?"))

    @rule(number=numbers)
    def answers(self, number: int) -> None:
        if request := self.request(number):
            self.does(self.whose(request.mentee_id), AnswerFirst(request.id, "Mondays"))

    @rule(number=numbers)
    def takes_back(self, number: int) -> None:
        if request := self.request(number):
            self.does(self.whose(request.mentee_id), Withdraw(request.id))

    @rule(number=numbers, stranger=mentors)
    def meddles(self, number: int, stranger: int) -> None:
        request = self.request(number)
        if request and request.mentor_id != self.mentors[stranger].id:
            for effect in (Accept(request.id), Withdraw(request.id), AskFirst(request.id, "Who?")):
                self.does(self.mentors[stranger], effect)
            assert self.request(number) == request

    @rule(who=mentors, days=st.sampled_from((1, 30)))
    def pauses(self, who: int, days: int) -> None:
        her = self.mentors[who]

        async def pause() -> None:
            async with self.stage.sorora.store.begin() as tx:
                row = await profiles.mentor_row(tx, her.id, lock=True)
                desk = her.desk(tx)
                if row is not None:
                    until = desk.now + timedelta(days=days)
                    await profiles.save_mentor(tx, replace(row, paused_until=until), desk.now)
                    await affair.mentor_unavailable(desk, her.id)
            await self.stage.settle()

        self.wait_for(pause())

    @rule(who=mentors)
    def is_here_again(self, who: int) -> None:
        self.does(self.mentors[who], HereAgain())

    @rule(hours=st.sampled_from((1, 11, 24, 48, 72)))
    def time_goes_by(self, hours: int) -> None:
        self.wait_for(self.stage.forward(hours=hours))

    @rule(number=numbers)
    def round_is_sent(self, number: int) -> None:
        async def send() -> None:
            async with self.stage.sorora.store.begin() as tx:
                desk = self.mentees[0].desk(tx)
                found = await affair.round_of(desk)
                pairs = [(pair.mentee, pair.suggestion.mentor) for pair in found.pairs][:number]
                assert await affair.send_round(desk, [*pairs, *pairs], 0) == len(pairs)
            await self.stage.settle()

        if self.mentees[0].id not in self.erased:
            self.wait_for(send())

    @rule(mentee=mentees, who=mentors, as_mentor=st.booleans())
    def is_erased(self, mentee: int, who: int, as_mentor: bool) -> None:
        her = self.mentors[who] if as_mentor else self.mentees[mentee]

        async def erase() -> None:
            async with self.stage.sorora.store.begin() as tx:
                person = await people.get(tx, her.id)
                if person is not None:
                    await her.desk(tx).say_goodbye(person)
                    await people.erase(tx, her.id, self.stage.clock.now(), tombstone=True)
            await self.stage.settle()

        if len(self.erased) < 2:
            self.wait_for(erase())
            self.erased.add(her.id)

    # --- what always holds --------------------------------------------------------------------------------------

    @invariant()
    def it_holds(self) -> None:
        self.wait_for(self.holds())

    async def holds(self) -> None:
        now = self.stage.clock.now()
        async with self.stage.sorora.store.begin() as tx:
            everything = await kept.select(tx)
            pairs = list(await tx.conn.execute(sa.select(t.pairs).where(t.pairs.c.state.in_(kept.LIVING_STATES))))
            rows = {row.person_id: row for row in await tx.conn.execute(sa.select(t.mentors))}
        opened = [request for request in everything if request.state is RequestState.OPEN]
        for request in opened:
            assert request.until is not None
            assert request.asked_at is not None
            assert now < request.until <= request.asked_at + 3 * EXPIRES_AFTER  # every request ends within its time
            assert rows[request.mentor_id].state == MentorState.APPROVED.value
            paused = rows[request.mentor_id].paused_until
            assert paused is None or paused <= now
        for mentor_id, taken in Counter(row.mentor_id for row in pairs).items():
            assert taken <= rows[mentor_id].places
        asking = Counter(request.mentee_id for request in opened)
        paired = Counter(row.mentee_id for row in pairs)
        assert max(asking.values(), default=0) <= 1
        assert max(paired.values(), default=0) <= 1
        live = {request.mentee_id for request in everything if request.state in kept.LIVE}
        assert live == asking.keys()
        assert not live & paired.keys()
        if self.mentors:
            assert self.mentors[-1].id not in {request.mentor_id for request in everything}
            assert not self.mentors[-1].phone.chat


Requests.TestCase.settings = settings(
    max_examples=400 if LONG else 12,
    stateful_step_count=60 if LONG else 30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestRequests = Requests.TestCase
