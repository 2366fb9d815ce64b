"""What has to be so that a notice is told: fictional women, and between them the longest that they may say. Which kind
needs what stands in told_kinds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from dataclasses import replace as over
from datetime import timedelta
from itertools import count, product
from typing import Any, TypeAlias

import sqlalchemy as sa
from msgspec.structs import replace

from bot.mentoring.goals import GoalState
from bot.mentoring.meetings import (
    LONGEST_PLACE,
    LONGEST_REACH,
    LONGEST_WHY,
    IntroductionFile,
    IntroductionState,
    Meet,
    MeetingFile,
    MeetingState,
)
from bot.mentoring.mentorship import Feedback, PairState, Side, Week, WeekTold
from bot.mentoring.path import MentorFile, MentorState
from bot.mentoring.profiles import Profile
from bot.mentoring.relay import RelayState
from bot.mentoring.requests import RequestFile, RequestState
from bot.mentoring.team import CaseFile, CaseState
from bot.store import growth, introductions, meetings, pairs, profiles, relay, requests, team
from bot.store import tables as t
from bot.store.door import Tx
from bot.testing import Stage
from tests.affairs import cast
from tests.affairs.cast import Woman
from tests.faults.cases import SPOKEN, words
from tests.faults.with_goals import PLAN

To: TypeAlias = tuple[Woman, int]  # who is told, about which id


@dataclass
class Scene:
    """A stage on which every woman is new and has as long a name as she may have."""

    stage: Stage
    numbers: count[int] = field(default_factory=lambda: count(10_000))

    @property
    def now(self) -> Any:
        """The moment on stage, UTC."""
        return self.stage.clock.now()

    def name(self) -> str:
        """Another name of 30 characters."""
        return f"Fictive Fleur-Marguerite {next(self.numbers)}"

    async def mentee(self, *, named: bool = True) -> Woman:
        """A mentee."""
        return await cast.woman(self.stage, self.name() if named else "")

    async def mentor(self, state: MentorState = MentorState.APPROVED, *, named: bool = True) -> Woman:
        """A mentor."""
        return await cast.mentor(self.stage, self.name() if named else "", state=state)

    async def coordinator(self) -> Woman:
        """A confirmed coordinator."""
        return await cast.coordinator(self.stage, self.name())

    async def does(self, work: Callable[[Tx], Awaitable[Any]]) -> Any:
        """Something in a transaction of its own."""
        async with self.stage.sorora.store.begin() as tx:
            return await work(tx)


SetUp: TypeAlias = Callable[[Scene], Awaitable[list[To]]]


def all_of(*set_ups: SetUp) -> SetUp:
    """One after the other."""

    async def set_up(scene: Scene) -> list[To]:
        return [to for one in set_ups for to in await one(scene)]

    return set_up


# --- mentors and the team -----------------------------------------------------------------------------------------


def applying(state: MentorState, *, paused: timedelta | None = None, **file: Any) -> SetUp:
    """To a mentor in this state, with a name and without."""

    async def set_up(scene: Scene) -> list[To]:
        women = [await scene.mentor(state, named=named) for named in (True, False)]
        until = scene.now + paused if paused is not None else None
        for her in women:
            row = profiles.MentorRow(her.id, state, 1, until, MentorFile(**file))
            await scene.does(lambda tx, row=row: profiles.save_mentor(tx, row, scene.now))  # type: ignore[misc]
        return [(her, her.id) for her in women]

    return set_up


def to_team(set_up: SetUp) -> SetUp:
    """The same, told to a coordinator."""

    async def told(scene: Scene) -> list[To]:
        cora = await scene.coordinator()
        return [(cora, about) for _her, about in await set_up(scene)]

    return told


def case(file: CaseFile, state: CaseState = CaseState.OPEN, *, about: bool = True) -> SetUp:
    """A case, told to who reported; with names and without. about: it is about her mentor, and not about nobody."""

    async def set_up(scene: Scene) -> list[To]:
        told = []
        for named in (True, False):
            amina, lina = await scene.mentee(named=named), await scene.mentor(named=named)

            async def opened(tx: Tx, amina: Woman = amina, lina: Woman = lina) -> int:
                number = await team.open_case(tx, amina.id, lina.id if about else None, None, file, scene.now)
                row = team.CaseRow(number, amina.id, lina.id if about else None, None, state, file, scene.now)
                await team.save_case(tx, row, scene.now)
                return number

            told.append((amina, await scene.does(opened)))
        return told

    return set_up


async def waiting(scene: Scene) -> list[To]:
    """Mentees on the waiting list."""
    women = [await scene.mentee(named=named) for named in (True, False)]
    for her in women:
        await scene.does(lambda tx, her=her: requests.wait(tx, her.id, scene.now))  # type: ignore[misc]
    return [(her, her.id) for her in women]


async def coordinates(scene: Scene) -> list[To]:
    """A new coordinator."""
    return [(await scene.coordinator(), 0)]


async def all_wait(scene: Scene) -> list[To]:
    """A coordinator for whom something of everything waits."""
    cora, long_ago = await scene.coordinator(), scene.now - timedelta(days=30)
    await applying(MentorState.WAITING)(scene)
    await waiting(scene)
    for why in ("money", team.HELP):
        await case(CaseFile(why))(scene)
    late, quiet = await request(Side.MENTOR)(scene), await of_pair(PairState.ACTIVE)(scene)
    for table, column, found in ((t.requests, "asked_at", late), (t.pairs, "began_at", quiet)):
        old = sa.update(table).where(table.c.id.in_([number for _her, number in found])).values({column: long_ago})
        await scene.does(lambda tx, old=old: tx.conn.execute(old))  # type: ignore[misc]
    return [(cora, 0)]


# --- requests -----------------------------------------------------------------------------------------------------


def request(to: Side, state: RequestState = RequestState.OPEN, *, at: str = "", **file: Any) -> SetUp:
    """A request, told to this side, with names and without. at: a moment of its file that is now."""

    async def set_up(scene: Scene) -> list[To]:
        told = []
        for named in (True, False):
            amina, lina = await scene.mentee(named=named), await scene.mentor(named=named)
            said = RequestFile(**file, **({at: scene.now} if at else {}))

            async def asked(tx: Tx, amina: Woman = amina, lina: Woman = lina, said: RequestFile = said) -> int:
                number = await requests.add(tx, amina.id, lina.id, 1, RequestState.OPEN, said, scene.now)
                assert number is not None
                await requests.change(tx, number, state=state.value)
                return number

            told.append((amina if to is Side.MENTEE else lina, await scene.does(asked)))
        return told

    return set_up


async def with_the_next(scene: Scene) -> list[To]:
    """The first choice could not, the second has the card."""
    found = await request(Side.MENTEE, RequestState.DECLINED)(scene)
    for her, _about in found:
        lina = await scene.mentor()
        await scene.does(
            lambda tx, her=her, lina=lina: requests.add(  # type: ignore[misc]
                tx, her.id, lina.id, 2, RequestState.OPEN, RequestFile(), scene.now
            )
        )
    return found


def speaks(profile: Profile) -> SetUp:
    """She was declined, and this is her profile now."""

    async def set_up(scene: Scene) -> list[To]:
        found = await request(Side.MENTEE, RequestState.DECLINED)(scene)
        for her, _about in found:
            here = sa.update(t.profiles).where(t.profiles.c.person_id == her.id)
            await scene.does(lambda tx, here=here: tx.conn.execute(here.values(sealed=tx.vault.seal_json(profile))))  # type: ignore[misc]
        return found

    return set_up


async def asked_of_gone(scene: Scene) -> list[To]:
    """Nothing is left of her request."""
    return [(await scene.mentee(), 0)]


# --- pairs, and what goes across ----------------------------------------------------------------------------------


def of_pair(state: PairState, *sides: Side, at: str = "", days: int = 0, **file: Any) -> SetUp:
    """A pair, told to these sides (both, without any), with names and without. at: a moment of its file that is so many
    days from now."""

    async def set_up(scene: Scene) -> list[To]:
        told = list[To]()
        for named in (True, False):
            two = {Side.MENTEE: await scene.mentee(named=named), Side.MENTOR: await scene.mentor(named=named)}
            moment = {at: scene.now + timedelta(days=days)} if at else {}
            pair = await cast.pair(two[Side.MENTEE], two[Side.MENTOR], state, **file, **moment)
            told += [(two[side], pair) for side in sides or tuple(Side)]
        return told

    return set_up


def gave_feedback(set_up: SetUp) -> SetUp:
    """Whoever is told reads what the other one wrote at the end."""
    said = Feedback(words={"one": words(500), "two": SPOKEN, "three": words(20)}, shared=frozenset({"one", "two"}))

    async def told(scene: Scene) -> list[To]:
        found = await set_up(scene)
        for her, pair in found:
            await scene.does(
                lambda tx, her=her, pair=pair: pairs.save_feedback(tx, pair, her.id, said, scene.now)  # type: ignore[misc]
            )
        return found

    return told


def relayed(set_up: SetUp, state: RelayState, said: Any, *, about: bool = False) -> SetUp:
    """Whoever is told has written this to the other one; about: it is told about the message, to the other one."""

    async def told(scene: Scene) -> list[To]:
        found, new = await set_up(scene), list[To]()
        for (her, pair), (other, _pair) in zip(found[::2], found[1::2], strict=True):

            async def kept(tx: Tx, ids: tuple[int, int, int] = (pair, her.id, other.id)) -> int:
                return await relay.add(tx, *ids, state, said, None, scene.now)

            number = await scene.does(kept)
            new += [(other, number)] if about else [(her, pair)]
        return new

    return told


async def written_to_mentor(scene: Scene) -> list[To]:
    """Mentors whose mentees have written."""
    found, told = await of_pair(PairState.ACTIVE)(scene), list[To]()
    for (amina, pair), (lina, _pair) in zip(found[::2], found[1::2], strict=True):
        row = (pair, amina.id, lina.id, RelayState.POSTED, "Yes", None, scene.now)
        await scene.does(lambda tx, row=row: relay.add(tx, *row))  # type: ignore[misc]
        told.append((lina, pair))
    return told


# --- meetings and introductions -----------------------------------------------------------------------------------


async def active(scene: Scene) -> tuple[Woman, Woman, int]:
    """A mentee and a mentor, connected, and the id of the pair."""
    amina, lina = await scene.mentee(), await scene.mentor()
    return amina, lina, await cast.pair(amina, lina, PairState.ACTIVE)


def meeting(state: MeetingState, *, mine: bool = False, was: bool = False) -> SetUp:
    """A meeting of each way; told to who proposed it, or to the other one. was: it had been agreed."""

    async def set_up(scene: Scene) -> list[To]:
        told, soon = [], scene.now + timedelta(hours=20)
        for way, place in product(Meet, (words(LONGEST_PLACE), None)):
            amina, lina, pair = await active(scene)
            times = tuple(soon + timedelta(days=n) for n in range(3))
            file = MeetingFile(times, way, place, uid="fictive", sequence=0, was=soon if was else None)

            async def kept(tx: Tx, pair: int = pair, amina: Woman = amina, file: MeetingFile = file) -> int:
                number = await meetings.add(tx, pair, amina.id, file, scene.now)
                await meetings.save(tx, meetings.MeetingRow(number, pair, amina.id, state, soon, file))
                return number

            told.append((amina if mine else lina, await scene.does(kept)))
        return told

    return set_up


def introduction(state: IntroductionState, *to: str, code: str = "", reach: bool = False) -> SetUp:
    """An introduction, told to these: mentee, mentor, contact. reach: the other one gave a way to reach her."""

    async def set_up(scene: Scene) -> list[To]:
        amina, lina, pair = await active(scene)
        women = {"mentee": amina, "mentor": lina, "contact": await scene.mentee()}
        contact = women["contact"].id
        given = {who: words(LONGEST_REACH) for who in (amina.id, contact)} if reach else {}
        yes = frozenset({amina.id, contact}) if state is IntroductionState.ACCEPTED else frozenset()
        file = IntroductionFile(words(LONGEST_WHY), yes, code, reach=given)

        async def kept(tx: Tx) -> int:
            number = await introductions.add(tx, pair, file, scene.now)
            row = await introductions.get(tx, number)
            assert row is not None
            who = None if state is IntroductionState.OFFERED else contact
            await introductions.save(tx, over(row, contact_id=who, state=state))
            return number

        number = await scene.does(kept)
        return [(women[one], number) for one in to]

    return set_up


# --- goals --------------------------------------------------------------------------------------------------------


def goal(state: GoalState = GoalState.DESCRIBED) -> SetUp:
    """A goal with words as long as they may be, one with a spoken title; both are due."""

    async def set_up(scene: Scene) -> list[To]:
        told = []
        for said in (words(200), SPOKEN):
            her, today = await scene.mentee(), scene.now.date()
            part = replace(PLAN.milestones[0], words=said, by=today)
            plan = replace(PLAN, title=said, first_step=said, milestones=(part,), by=today)

            async def kept(tx: Tx, her: Woman = her, plan: Any = plan) -> int:
                number = await growth.save_goal(tx, her.id, plan, scene.now)
                await growth.change_goal(tx, her.id, number, plan, state, scene.now)
                return number

            told.append((her, await scene.does(kept)))
        return told

    return set_up


def week(how: Week, done: int = 0, *, stuck: bool = False) -> SetUp:
    """A mentor reads of the week of her mentee."""

    async def set_up(scene: Scene) -> list[To]:
        told = WeekTold(how, scene.now, done, stuck)
        return await of_pair(PairState.ACTIVE, Side.MENTOR, share_goal=True, week=told)(scene)

    return set_up
