"""When something is wrong between two women: the team is told, and who blocks another never hears from her again."""

from __future__ import annotations

from bot.affairs.desk import Affair, Carried, Desk
from bot.dialogue.steps import Text, Words, _, lines, paragraphs
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Pair, Side
from bot.mentoring.people import Person
from bot.mentoring.relay import Block, Report, name_of
from bot.mentoring.team import CaseFile
from bot.messages import Opening
from bot.store import pairs, relay, team
from bot.store import requests as asked

REPORTED = "team_report"  # a notice of bot.affairs.team

TOLD: Text = _("Thank you for telling. The team has your report now.")
NOBODY: Text = _("Thank you for telling. I keep it. Nobody of the team is here at this time.")


async def report(desk: Desk, effect: Report, person: Person) -> Carried:
    """Open a case about the other one of a pair of hers, living or not, and tell the team at once, at night too."""
    pair = await pairs.pair_of(desk.tx, person.id, effect.pair)
    if pair is None:
        return await nothing(desk, person)
    file = CaseFile(why=effect.concern.value)
    case = await team.open_case(desk.tx, person.id, pair.other_id, pair.id, file, desk.now)
    some = await desk.tell_team(REPORTED, case, at_once=True, but=(person.id, pair.other_id))
    return Carried(person, says=lines(TOLD, _("I tell you if nobody looks at it within an hour.")) if some else NOBODY)


async def carry_block(desk: Desk, effect: Block, person: Person) -> Carried:
    """Block the other one of a pair of hers, living or not."""
    pair = await pairs.pair_of(desk.tx, person.id, effect.pair)
    if pair is None:
        return await nothing(desk, person)
    name = name_of(pair, await pairs.pairs_of(desk.tx, person.id))
    await block(desk, person.id, pair.other_id)
    return Carried(person, says=blocked_words(pair, name))


def blocked_words(pair: Pair, name: Words) -> Words:
    """That it is done, and where she can go on."""
    done = _("{name} is blocked. Nothing from her reaches you any more.")(name=name)
    if pair.side is Side.MENTOR:
        return done
    return paragraphs(done, _("You can look for another mentor when you like."))


async def block(desk: Desk, blocker_id: int, blocked_id: int) -> None:
    """One woman never hears from the other again, and neither is proposed to the other: what waits between them is
    stopped, pairs end, requests are void. All of it is so as soon as this transaction commits. Both are locked first:
    whoever accepts a request between them at this moment does so before, or not at all."""
    from bot.affairs import pairs as life
    from bot.affairs import requests

    await asked.lock_mentors(desk.tx, (blocker_id, blocked_id))
    await relay.block(desk.tx, blocker_id, blocked_id, desk.now)
    for row in await pairs.living_of(desk.tx, blocker_id):
        side = row.side(blocker_id)
        if side is not None and row.person(side.other) == blocked_id:
            await life.end(desk, row.id, side, reason="blocked")
    await requests.void_between(desk, blocker_id, blocked_id)


async def nothing(desk: Desk, person: Person) -> Carried:
    """It is no pair of hers."""
    await desk.not_hers(person, "a pair to report")
    return Carried(person, says=NOT_HERE, then=Opening(desk.office.programme.menu))


AFFAIR = Affair(carries={Report: report, Block: carry_block})
