"""Wishes granted: what a talk looks up and what it asks of the world, inside the batch's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.affairs import check_ins, requests
from bot.affairs.desk import Carried, Desk
from bot.dialogue.steps import LookUp
from bot.engine.my_data import my_data
from bot.engine.wishes import Carry, Find, House, Keep, Redeem, Wish
from bot.mentoring.effects import (
    ChangeGoal,
    Effect,
    EraseMe,
    GiveConsent,
    SaveAssessment,
    SaveGoal,
    SendMyData,
    SetProfile,
    WithdrawConsent,
)  # fmt: skip
from bot.mentoring.goals import GoalState, may_become
from bot.mentoring.lookups import Goals, TakenBefore
from bot.mentoring.people import Person, Purpose
from bot.messages import Incoming, Message
from bot.store import growth, hers, invites, mail, people
from bot.store.door import Tx

DELETABLE = timedelta(hours=48)  # Telegram: a bot may delete its own messages this long


@dataclass(frozen=True, slots=True)
class Genie:
    """Grants the wishes of one turn for `person`, as she is at that moment."""

    desk: Desk
    house: House
    incoming: Incoming

    @property
    def tx(self) -> Tx:
        """The transaction of this batch."""
        return self.desk.tx

    @property
    def now(self) -> datetime:
        """The moment of this batch, UTC."""
        return self.desk.now

    async def grant(self, wish: Wish, person: Person) -> Any:
        """The answer to a wish."""
        match wish:
            case Find(what):
                return await self.find(what, person)
            case Carry(effect, present):
                return await self.carry(effect, present)
            case Keep(media):
                return await growth.want_media(self.tx, person.id, self.incoming.channel, media, self.now)
            case Redeem(code, new):
                return await invites.redeem(self.tx, code, self.now, new=new)

    async def find(self, what: LookUp[Any], person: Person) -> object:
        """The value of a look-up. Raises LookupError for one that no affair knows."""
        match what:
            case Goals():
                return await growth.goals_of(self.tx, person.id)
            case TakenBefore(kind):
                return await growth.taken_before(self.tx, person.id, kind)
        return await self.desk.find(what, person)

    async def carry(self, effect: Effect, person: Person) -> Carried:
        """Carry out one effect. An effect on something that is not hers does nothing, as if it were not there."""
        match effect:
            case GiveConsent(given, version, shown_hash):
                await people.record_consents(self.tx, person, given, version, shown_hash, self.now)
                if Purpose.MENTORS not in given:
                    await requests.withdraw_all(self.desk, person)
                return await self.changed(person, consents=given)
            case WithdrawConsent():
                await self.desk.say_goodbye(person)  # as far as all others are concerned she is gone
                await people.record_consents(self.tx, person, frozenset(), "withdrawn", "", self.now)
                return await self.changed(person, consents=frozenset())
            case SetProfile():
                given_fields = {name: getattr(effect, name) for name in effect.__dataclass_fields__}
                return await self.changed(person, **{k: v for k, v in given_fields.items() if v is not None})
            case SaveAssessment(kind, levels, words):
                answers = growth.Answers(levels, words)
                await growth.save_assessment(self.tx, person.id, kind, answers, self.now)
            case SaveGoal(plan):
                goal = await growth.save_goal(self.tx, person.id, plan, self.now)
                await check_ins.remind(self.desk, person, goal, plan, GoalState.DESCRIBED)
            case ChangeGoal():
                await self.change_goal(effect, person)
            case SendMyData():
                everything = await hers.everything_of(self.tx, person.id)
                return Carried(person, my_data(person, everything, self.house, self.now))
            case EraseMe(tombstone):
                return await self.erase(person, tombstone)
            case _:
                return await self.desk.carry(effect, person)
        return Carried(person)

    async def change_goal(self, effect: ChangeGoal, person: Person) -> None:
        """Change a goal, if it is hers and may go that way: an old talk does not bring back what she let go since."""
        kept = await growth.goals_of(self.tx, person.id, let_go=True)
        before = next((goal for goal in kept if goal.id == effect.goal), None)
        if before is not None and may_become(before.state, effect.state):
            await growth.change_goal(self.tx, person.id, effect.goal, effect.plan, effect.state, self.now)
            await check_ins.goal_changed(self.desk, person, before, effect.plan, effect.state)
        else:
            await mail.audit(self.tx, [(person.id, "a goal that cannot be changed so")], self.now)

    async def changed(self, person: Person, **fields: Any) -> Carried:
        """The person with these fields changed, kept."""
        after = msgspec.structs.replace(person, **fields)
        await people.save(self.tx, [after])
        if after.rhythm != person.rhythm or "consents" in fields:
            await check_ins.plan(self.desk, after)
        return Carried(after)

    async def erase(self, person: Person, tombstone: bool) -> Carried:
        """Erase her, tell those who must know, and ask each platform to delete what we sent her in the last 48 hours
        where it can."""
        await self.desk.say_goodbye(person)
        addresses = await people.addresses_of(self.tx, person.id)
        sent = await mail.sent_since(self.tx, person.id, self.now - DELETABLE)
        await people.erase(self.tx, person.id, self.now, tombstone=tombstone)
        letters = [
            mail.Letter(None, channel, lookup, self.tx.vault.seal(address), Message("", deletes=sent[lookup]))
            for channel, lookup, address in addresses
            if lookup in sent
        ]
        await mail.post(self.tx, letters, self.now)
        return Carried(None)
