"""The fictional people of the demo move in: once, into the database of the demo, as if they had come by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import msgspec
import sqlalchemy as sa

from bot.affairs import check_ins
from bot.affairs.desk import Desk, Office
from bot.affairs.pair_moves import happen, later
from bot.affairs.request_moves import card_goes_out
from bot.mentoring.assessments import Assessment
from bot.mentoring.demo import DemoGoal, DemoMentee, DemoMentor, DemoPair, DemoPeople, DemoPerson, DemoRequest
from bot.mentoring.goals import GoalPlan, Milestone
from bot.mentoring.mentorship import Event, PairState, Side
from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.people import Purpose, Role
from bot.mentoring.profiles import Mentee, Mentor
from bot.mentoring.reasons import reasons
from bot.mentoring.requests import RequestFile, RequestState
from bot.mentoring.team import MORNING, next_morning
from bot.store import due, growth, pairs, people, requests
from bot.store import tables as t
from bot.store.door import Store, Tx
from bot.store.profiles import MentorRow, save_mentor, save_profile

CHANNEL = "simulator"
CAME = timedelta(days=90)  # when they came, before the demo is opened for the first time
TRIAL = timedelta(weeks=2)  # how long those took for it who went on
HAVE, IMPROVE = 3, 2  # levels of a competency
NEVER_QUIET = time(0)  # from midnight to midnight: whoever opens the demo at night sees what happens too


@dataclass(slots=True)
class Moving:
    """The moving in, inside one transaction. ids: of everybody who is here, by their id in the list of people; new:
    those who have come with this start of the demo."""

    tx: Tx
    office: Office
    cast: DemoPeople
    now: datetime
    ids: dict[str, int] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)

    # --- people -------------------------------------------------------------------------------------------------

    async def everybody(self) -> None:
        """All who are not here yet and did not leave. Those who erased themselves stay away."""
        here = await people.find(self.tx, [self.lookup(one) for one in everyone(self.cast)])
        gone = await self.erased()
        for one in everyone(self.cast):
            known = here.get(self.lookup(one))
            if known is None and one.id not in gone:
                self.ids[one.id] = await self.moves_in(one)
                self.new.add(one.id)
            elif known is not None and one.id not in gone:
                self.ids[one.id] = known.person.id
        for mentee in self.cast.mentees:
            if mentee.id in self.new:
                await self.finds_her_place(mentee)

    def lookup(self, one: DemoPerson) -> str:
        """Under which her address is found."""
        return people.lookup_of(self.tx, CHANNEL, address(one))

    async def erased(self) -> set[str]:
        """Who erased herself on some earlier day."""
        hashes = set(await self.tx.conn.scalars(sa.select(t.tombstones.c.lookup)))
        return {one.id for one in everyone(self.cast) if self.lookup(one) in hashes}

    async def moves_in(self, one: DemoPerson) -> int:
        """Her person with everything that she told; gives its id."""
        came = self.now - CAME
        known = await people.welcome(self.tx, CHANNEL, address(one), one.language, came)
        person = msgspec.structs.replace(
            known.person,
            alias=one.alias,
            role=Role.MENTEE if isinstance(one, DemoMentee) else Role.MENTOR,
            adult=True,
            consents=frozenset(Purpose),
            barriers=barriers(one),
            quiet_from=NEVER_QUIET,
            quiet_until=NEVER_QUIET,
            coordinator=one is self.cast.coordinator,
        )
        await people.save(self.tx, [person])
        await people.record_consents(self.tx, person, frozenset(Purpose), self.cast.consent_version, "", came)
        await save_profile(self.tx, person.id, one.profile, came)
        if isinstance(one, DemoMentor):
            await self.is_mentor(person.id, one)
        elif isinstance(one, DemoMentee) and one.goal is not None:
            await growth.save_goal(self.tx, person.id, plan(one.goal, self.now), self.now - timedelta(days=3))
            await check_ins.plan(self.desk(self.now), person)
        elif one is self.cast.coordinator:
            await self.tx.conn.execute(
                sa.insert(t.coordinators).values(person_id=person.id, state="confirmed", at=came)
            )
            await due.plan(self.tx, MORNING, 0, person.id, next_morning(person.zone, self.now))
        return person.id

    async def is_mentor(self, person_id: int, one: DemoMentor) -> None:
        """Her self-assessment, and how far she is on the path of a mentor."""
        came = self.now - CAME
        levels = {
            item: IMPROVE if place % 5 == len(one.id) % 5 else HAVE for place, item in enumerate(self.cast.competencies)
        }
        await growth.save_assessment(self.tx, person_id, Assessment.COMPETENCIES, growth.Answers(levels), came)
        decided = came + timedelta(days=7) if one.approved else None
        file = MentorFile(
            applied_at=came,
            assessed_at=came,
            code_at=came,
            code_version=self.cast.code_version,
            talked_at=decided,
            talked_with=self.ids.get(self.cast.coordinator.id, 0) if decided else 0,
            decided_at=decided,
            decided_by=self.ids.get(self.cast.coordinator.id, 0) if decided else 0,
            overcame=one.overcame,
            story=one.story,
        )
        state = MentorState.APPROVED if one.approved else MentorState.WAITING
        until = self.now + timedelta(days=one.paused_days) if one.paused_days else None
        await save_mentor(self.tx, MentorRow(person_id, state, one.places, until, file), came)

    # --- between two of them --------------------------------------------------------------------------------------

    async def finds_her_place(self, mentee: DemoMentee) -> None:
        """A mentee waits, has asked somebody, or is in a pair, as far as the other one is still here."""
        if mentee.waiting_days is not None:
            since = self.now - timedelta(days=mentee.waiting_days)
            await self.tx.conn.execute(sa.insert(t.waiting).values(person_id=self.ids[mentee.id], since=since))
        if mentee.pair is not None and mentee.pair.mentor in self.ids:
            await self.are_a_pair(mentee, mentee.pair)
        if mentee.request is not None and mentee.request.mentor in self.ids:
            await self.has_asked(mentee, mentee.request)

    async def are_a_pair(self, mentee: DemoMentee, pair: DemoPair) -> None:
        """The two are in trial, or have gone on after it. Everything happened then, and what the clock owes them is
        planned; they were told long ago."""
        began = self.now - timedelta(weeks=pair.weeks)
        number = await pairs.add(self.tx, self.ids[mentee.id], self.ids[pair.mentor], began)
        row = await pairs.get(self.tx, number, lock=True)
        assert row is not None
        told = {"agreed": dict.fromkeys(Side, began), "rhythm": "weekly", "media": frozenset(Side), "share_goal": True}
        desk = self.desk(began)
        row = await happen(desk, row, Event.BOTH_AGREED, Side.MENTEE, tell=False, trial_at=began, **told)
        if pair.state == PairState.ACTIVE:
            desk = self.desk(began + TRIAL)
            until = later(desk.now, row.file.months)
            await happen(
                desk, row, Event.TRIAL_YES_BOTH, Side.MENTEE, tell=False, active_at=desk.now, active_until=until
            )

    async def has_asked(self, mentee: DemoMentee, asked: DemoRequest) -> None:
        """Her request is open, with the reasons that matching gives; the mentor has its card in her chat."""
        at = self.now - timedelta(hours=asked.hours)
        mentor = next(one for one in self.cast.mentors if one.id == asked.mentor)
        mentee_id, mentor_id = self.ids[mentee.id], self.ids[mentor.id]
        why = reasons(
            Mentee(mentee_id, mentee.profile, frozenset(mentee.holds)),
            Mentor(mentor_id, mentor.profile, frozenset(mentor.overcame), mentor.places),
            self.office.programme.weights,
        )
        file = RequestFile(why, asked.note)
        number = await requests.add(self.tx, mentee_id, mentor_id, 1, RequestState.OPEN, file, at)
        if number is not None:
            await card_goes_out(self.desk(at), number, mentor_id)

    def desk(self, at: datetime) -> Desk:
        """The desk as it was at this moment."""
        return Desk(self.tx, self.office, at)


async def settle_in(store: Store, office: Office, now: datetime) -> list[tuple[str, str]]:
    """Bring the fictional people of the programme into the demo's database, each once, at `now` (UTC); nobody where the
    programme has none. Gives (address, shown name) of all who are there, for the simulator's list of people."""
    if office.programme.demo is None:
        return []
    cast = office.programme.demo()
    async with store.begin() as tx:
        moving = Moving(tx, office, cast, now)
        await moving.everybody()
    return [(address(one), shown(one, cast)) for one in everyone(cast) if one.id in moving.ids]


def everyone(cast: DemoPeople) -> Iterator[DemoPerson]:
    """All of them, the coordinator first: she has approved the mentors."""
    yield from (cast.coordinator, *cast.mentors, *cast.mentees)


def address(one: DemoPerson) -> str:
    """Where she is in the simulator."""
    return f"demo-{one.id}"


def barriers(one: DemoPerson) -> tuple[str, ...]:
    """What holds her back, or for a mentor, what she has overcome."""
    if isinstance(one, DemoMentor):
        return one.overcame
    return one.holds if isinstance(one, DemoMentee) else ()


def plan(goal: DemoGoal, now: datetime) -> GoalPlan:
    """A goal for the next three months, with its first step in a week."""
    today = now.date()
    return GoalPlan(
        title=goal.wish,
        measure=goal.measure,
        sure=4,
        why=goal.why,
        by=today + timedelta(days=90),
        milestones=(Milestone(goal.step, today + timedelta(days=7)),),
        first_step=goal.step,
        field=goal.field,
    )


def shown(one: DemoPerson, cast: DemoPeople) -> str:
    """Her name with what can be played with her, in English like everything around the phones. The isolates (U+2068,
    U+2069) keep an Arabic name from turning the words behind it."""
    return f"\u2068{one.alias}\u2069, {', '.join(parts(one, cast))}"


def parts(one: DemoPerson, cast: DemoPeople) -> Iterable[str]:
    """What she is, and how it stands with her."""
    if isinstance(one, DemoMentor):
        yield "mentor"
        if not one.approved:
            yield "waits for the coordinator"
        if one.paused_days:
            yield "pauses"
        if any(mentee.pair is not None and mentee.pair.mentor == one.id for mentee in cast.mentees):
            yield "has a mentee"
        if any(mentee.request is not None and mentee.request.mentor == one.id for mentee in cast.mentees):
            yield "has a request"
    elif isinstance(one, DemoMentee):
        yield "mentee"
        if one.waiting_days is not None:
            yield "waits for a mentor"
        if one.pair is not None:
            yield "has a mentor"
        if one.request is not None:
            yield "has asked a mentor"
    else:
        yield "coordinates"
