"""How a pair is moved: kept, its clocks set, and told to whoever did not move it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from bot.affairs import contact, delivery
from bot.affairs.desk import Carried, Desk
from bot.mentoring import mentorship
from bot.mentoring.goals import months_later
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import LIVING, RULES, Event, Mover, PairState, Side, move
from bot.mentoring.openers import QUIET, UNANSWERED
from bot.mentoring.people import Person
from bot.messages import Opening
from bot.store import pairs as store
from bot.store import profiles
from bot.store.pairs import PairRow

LEFT = "gone"  # the reason of an end because one of the two is erased, or takes part no more
# What the clock holds for a living pair; about its id, for one of the two or both.
TIMERS = (
    "pair_agree_again", "pair_agree_over", "pair_trial_due", "pair_hold_over", "pair_ending", "pair_months_over",
)  # fmt: skip


async def hers(desk: Desk, person: Person, pair_id: int) -> tuple[PairRow, Side] | None:
    """A pair of hers to decide upon, with her side; None (and an audit row) where it is not hers."""
    row = await store.get(desk.tx, pair_id, lock=True)
    side = row.side(person.id) if row is not None else None
    if row is None or side is None:
        await desk.not_hers(person, "pair")
        return None
    return row, side


def over(person: Person) -> Carried:
    """What she asked for is not possible (any more)."""
    return Carried(person, says=NOT_HERE, then=Opening("menu"))


async def keep(desk: Desk, row: PairRow, **changes: Any) -> PairRow:
    """The pair with its file changed, kept."""
    after = replace(row, file=msgspec.structs.replace(row.file, **changes))
    await store.save(desk.tx, after, desk.now)
    return after


async def happen(
    desk: Desk, row: PairRow, event: Event, by: Side | Mover, *, tell: bool = True, **changes: Any
) -> PairRow:
    """Move a pair, keep it, set its clocks, and tell everybody but the side that moved it (both, where the clock or the
    team did). What each said in private is forgotten where the trial is over."""
    state = move(row.state, event, Mover.SIDE if isinstance(by, Side) else by)
    over = state not in LIVING
    if state not in (PairState.TRIAL, PairState.HOLD):
        changes["goes_on"] = {}
    moved = replace(row, state=state, ended_at=desk.now if over else None)
    after = await keep(desk, moved, before=row.state.value, **changes)
    if over:
        await wind_up(desk, after)
    else:
        await set_clocks(desk, after)
    for side in Side if tell else ():
        if side is not by:
            await desk.tell(after.person(side), RULES[event].told, after.id)
    return after


async def set_clocks(desk: Desk, row: PairRow) -> None:
    """Plan what the clock owes in the state that was just reached."""
    await desk.cancel(TIMERS, row.id)
    await contact.watch(desk, row.id, row.mentor_id, row.state)
    file = row.file
    if row.state is PairState.TRIAL:
        wait = mentorship.ASK_AGAIN_AFTER if file.asked else mentorship.TRIAL_WITHIN
        await desk.plan(row.mentee_id, "pair_trial_due", row.id, desk.now + wait)
    elif row.state is PairState.HOLD and file.hold_until is not None:
        await desk.plan(row.mentee_id, "pair_hold_over", row.id, file.hold_until)
    elif row.state is PairState.ACTIVE and file.active_until is not None:
        await desk.plan(row.mentee_id, "pair_months_over", row.id, file.active_until)
        for person_id in (row.mentee_id, row.mentor_id):
            await desk.plan(person_id, "pair_ending", row.id, file.active_until - mentorship.ENDING_BEFORE)


async def wind_up(desk: Desk, row: PairRow) -> None:
    """The pair is over: nothing that waits goes out any more, and the mentor's place is free."""
    await desk.cancel((*TIMERS, QUIET, UNANSWERED), row.id)
    await delivery.stop(desk, row.id)
    from bot.affairs import meetings  # here, because a meeting that was held moves the pair on

    await meetings.pair_ended(desk, row.id, gone=row.file.reason == LEFT)
    await profiles.touch(desk.tx, row.mentor_id, desk.now)
    if row.state is PairState.COMPLETED:
        await desk.plan(row.mentee_id, "pair_chain", row.id, desk.now + mentorship.CHAIN_AFTER)


async def go_on(desk: Desk, row: PairRow, by: Side | Mover) -> PairRow:
    """The pause is over. The agreed months become longer by it."""
    file = row.file
    event = Event.RESUME_TRIAL if file.before == PairState.TRIAL.value else Event.RESUME
    until = file.active_until
    if until is not None and file.hold_from is not None:
        until += desk.now - file.hold_from
    return await happen(desk, row, event, by, active_until=until, hold_from=None, hold_until=None, held_by="")


async def ask_trial(desk: Desk, row: PairRow) -> None:
    """Ask those who have not answered, and again in a week, a few times at most."""
    asked = row.file.asked + 1
    await keep(desk, row, asked=asked)
    for side in Side:
        if side not in row.file.goes_on:
            await desk.tell(row.person(side), "pair_trial", row.id)
    if asked < mentorship.MOST_ASKED:
        await desk.plan(row.mentee_id, "pair_trial_due", row.id, desk.now + mentorship.ASK_AGAIN_AFTER)


def later(moment: datetime, months: int) -> datetime:
    """The same time of day so many months later."""
    return datetime.combine(months_later(moment.date(), months), moment.timetz())
