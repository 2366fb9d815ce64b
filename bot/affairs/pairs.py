"""The life of a pair: agreement, trial, pause, end. What moves it stands in `bot.mentoring.mentorship`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.affairs import feedback
from bot.affairs.desk import Affair, Carried, Desk
from bot.affairs.pair_moves import LEFT, ask_trial, go_on, happen, hers, keep, later, over, set_clocks
from bot.affairs.pair_notices import GONE, NOTICES, told, words_only
from bot.dialogue.steps import Words, _
from bot.mentoring import mentorship
from bot.mentoring.goals import GoalState
from bot.mentoring.mentorship import (
    LENGTHS,
    PAUSES,
    Ending,
    Event,
    Mover,
    MyPairs,
    Pair,
    PairOf,
    PairState,
    Side,
    may,
)
from bot.mentoring.pair_steps import (
    AfterTrial,
    Agree,
    AnswerTrial,
    AskTeam,
    EndPair,
    GoalOf,
    HoldPair,
    NextMeeting,
    ResumePair,
    SetMedia,
    SharedGoal,
    ShareGoal,
    WishEnding,
)
from bot.mentoring.people import Person
from bot.mentoring.team import CaseFile
from bot.messages import Opening
from bot.store import growth, meetings, profiles, team
from bot.store import pairs as store
from bot.store.pairs import PairRow

STOPPED = "stopped"  # the reason where the team ended it


# --- for other affairs --------------------------------------------------------------------------------------------


async def begin(desk: Desk, mentee_id: int, mentor_id: int) -> int:
    """A new pair: both are told, and read the agreement. Gives its id. Raises PairTrouble where the mentee already is
    in a living pair."""
    pair_id = await store.add(desk.tx, mentee_id, mentor_id, desk.now)
    await profiles.touch(desk.tx, mentor_id, desk.now)
    for person_id in (mentee_id, mentor_id):
        await desk.tell(person_id, "pair_agree", pair_id, at_once=person_id == mentor_id)  # she has just accepted
        await desk.plan(person_id, "pair_agree_again", pair_id, desk.now + mentorship.AGREE_REMIND_AFTER)
    await desk.plan(mentee_id, "pair_agree_over", pair_id, desk.now + mentorship.AGREE_WITHIN)
    return pair_id


async def end(desk: Desk, pair_id: int, by: Side | None, *, reason: str = "", tell: bool = True) -> None:
    """End a pair early; nothing for one that is over. by: the side that ends it, None for the team. Whoever did not end
    it is told ("pair_over"), unless `tell` is False. reason: "" for an end like any other; after one with a reason
    ("blocked", "stopped") neither is asked how it was, since her words would go to the other."""
    row = await store.get(desk.tx, pair_id, lock=True)
    if row is not None and may(row.state, Event.END):
        ended_by = by.value if by is not None else ""
        await happen(desk, row, Event.END, by or Mover.TEAM, tell=tell, ended_by=ended_by, reason=reason)


async def end_all(desk: Desk, mentor_id: int, *, reason: str = STOPPED) -> None:
    """End all pairs of a mentor whom the team stopped; both of each are told the same."""
    for row in await store.living_of(desk.tx, mentor_id, Side.MENTOR):
        await end(desk, row.id, None, reason=reason)


async def pair_for(desk: Desk, person_id: int, pair_id: int) -> Pair | None:
    """One pair of hers as she sees it, living or not; None where it is not hers."""
    return await store.pair_of(desk.tx, person_id, pair_id)


async def trial_met(desk: Desk, pair_id: int) -> None:
    """A first meeting of this pair is noted: in the trial, both are now asked how it feels."""
    row = await store.get(desk.tx, pair_id, lock=True)
    if row is not None and row.state is PairState.TRIAL and row.file.met_at is None:
        await ask_trial(desk, await keep(desk, row, met_at=desk.now))


# --- what she does ------------------------------------------------------------------------------------------------


async def answered(desk: Desk, person: Person, row: PairRow, kind: str, then: str = "pair") -> Carried:
    """She reads at once what the other is told by this notice, and goes on with the talk `then` about this pair."""
    pair = await store.seen(desk.tx, row, person.id)
    words: Words | None = told(kind, pair) if pair is not None else None
    return Carried(person, says=words, then=Opening(then, str(row.id)))


async def agree(desk: Desk, effect: Agree, person: Person) -> Carried:
    """One of them agrees; when both have, they are connected."""
    found = await hers(desk, person, effect.pair)
    if found is None or not may(found[0].state, Event.BOTH_AGREED) or effect.months not in LENGTHS:
        return over(person)
    row, side = found
    file = row.file
    changes: dict[str, Any] = {
        "agreed": {**file.agreed, side: desk.now},
        "rhythms": {**file.rhythms, side: effect.rhythm.value},
        "lengths": {**file.lengths, side: effect.months},
        "media": file.media | {side} if effect.media else file.media - {side},
        "share_goal": effect.share_goal if side is Side.MENTEE else file.share_goal,
    }
    if len(changes["agreed"]) < len(Side):
        await keep(desk, row, **changes)
        return Carried(person, says=_("Thank you. When she agrees too, you can write to each other. I will tell you."))
    settled: dict[str, Any] = {
        "rhythm": mentorship.settled_rhythm(changes["rhythms"]),
        "months": mentorship.settled_months(changes["lengths"]),
    }
    after = await happen(desk, row, Event.BOTH_AGREED, side, trial_at=desk.now, **changes, **settled)
    return await answered(desk, person, after, "pair_begins")


async def answer_trial(desk: Desk, effect: AnswerTrial, person: Person) -> Carried:
    """Yes of both makes it a pair for the agreed months; one no ends it, and nobody reads whose it was."""
    found = await hers(desk, person, effect.pair)
    if found is None or found[0].state is not PairState.TRIAL:
        return over(person)
    row, side = found
    if effect.answer is AfterTrial.NO:
        return await answered(desk, person, await happen(desk, row, Event.TRIAL_NO, side), "pair_over", "feedback")
    says = {who: yes for who, yes in row.file.goes_on.items() if who is not side}
    if effect.answer is AfterTrial.LATER:
        await keep(desk, row, goes_on=says, asked=1)
        await desk.plan(row.mentee_id, "pair_trial_due", row.id, desk.now + mentorship.ASK_AGAIN_AFTER)
        return Carried(person, says=_("Take your time. I ask you again in a week."))
    says[side] = True
    if len(says) < len(Side):
        await keep(desk, row, goes_on=says)
        return Carried(person, says=_("Thank you. This stays with me. I tell you both when it is clear."))
    until = later(desk.now, row.file.months)
    after = await happen(desk, row, Event.TRIAL_YES_BOTH, side, active_at=desk.now, active_until=until)
    return await answered(desk, person, after, "pair_active")


async def hold(desk: Desk, effect: HoldPair, person: Person) -> Carried:
    """A pause by one of them."""
    found = await hers(desk, person, effect.pair)
    if found is None or not may(found[0].state, Event.HOLD) or effect.weeks not in PAUSES:
        return over(person)
    row, side = found
    until = desk.now + timedelta(weeks=effect.weeks)
    after = await happen(
        desk, row, Event.HOLD, side, hold_from=desk.now, hold_until=until, held_by=side.value
    )  # fmt: skip
    return await answered(desk, person, after, "pair_paused")


async def resume(desk: Desk, effect: ResumePair, person: Person) -> Carried:
    """The end of a pause, by her who began it."""
    found = await hers(desk, person, effect.pair)
    if found is None or found[0].state is not PairState.HOLD or found[0].file.held_by != found[1].value:
        return over(person)
    row, side = found
    return await answered(desk, person, await go_on(desk, row, side), "pair_resumed")


async def wish_ending(desk: Desk, effect: WishEnding, person: Person) -> Carried:
    """What she wishes towards the end. Where both wish the same it happens; otherwise it ends on its day."""
    found = await hers(desk, person, effect.pair)
    if found is None or not may(found[0].state, Event.COMPLETE):
        return over(person)
    row, side = found
    endings = {**row.file.endings, side: effect.wish}
    if endings.get(side.other) is not effect.wish:
        await keep(desk, row, endings=endings)
        if effect.wish is Ending.COMPLETE and side.other not in endings:
            await desk.tell(row.person(side.other), "pair_finish", row.id)
        return Carried(person, says=_("Thank you. When she wishes the same, it is so. I will tell you."))
    if effect.wish is Ending.COMPLETE:
        return await answered(desk, person, await happen(desk, row, Event.COMPLETE, side), "pair_over", "feedback")
    until = later(row.file.active_until or desk.now, mentorship.LONGER)
    after = await keep(desk, row, endings={}, active_until=until)
    await set_clocks(desk, after)
    await desk.tell(row.person(side.other), "pair_longer", row.id)
    return await answered(desk, person, after, "pair_longer")


async def end_now(desk: Desk, effect: EndPair, person: Person) -> Carried:
    """One of them ends it at once."""
    found = await hers(desk, person, effect.pair)
    if found is None or not may(found[0].state, Event.END):
        return over(person)
    row, side = found
    after = await happen(desk, row, Event.END, side, ended_by=side.value)
    if after.asks_feedback:
        return await answered(desk, person, after, "pair_over", "feedback")
    return replace(await answered(desk, person, after, "pair_over"), then=Opening("menu"))


async def set_media(desk: Desk, effect: SetMedia, person: Person) -> Carried:
    """Voice and photos go when both say yes; the other hears of a change."""
    found = await hers(desk, person, effect.pair)
    if found is None or not found[0].living:
        return over(person)
    row, side = found
    media = row.file.media | {side} if effect.yes else row.file.media - {side}
    after = await keep(desk, row, media=media)
    if media != row.file.media and row.state is not PairState.AGREEING:
        await desk.tell(row.person(side.other), "pair_media", row.id)
    if effect.yes:
        return await answered(desk, person, after, "pair_media")
    pair = await store.seen(desk.tx, after, person.id)
    return Carried(person, says=words_only(pair) if pair is not None else None, then=Opening("pair", str(row.id)))


async def share_goal(desk: Desk, effect: ShareGoal, person: Person) -> Carried:
    """Her goal is hers: she says who sees it."""
    found = await hers(desk, person, effect.pair)
    if found is None or not found[0].living or found[1] is not Side.MENTEE:
        return over(person)
    await keep(desk, found[0], share_goal=effect.yes)
    yes, no = _("Your mentor can see your goal and its milestones."), _("Your goal is only yours again.")
    return Carried(person, says=yes if effect.yes else no)


async def ask_team(desk: Desk, effect: AskTeam, person: Person) -> Carried:
    """She asks a coordinator for help with this pair. The other one is told nothing."""
    found = await hers(desk, person, effect.pair)
    if found is None:
        return over(person)
    row, side = found
    file = CaseFile(why="help", words=effect.words)
    case = await team.open_case(desk.tx, person.id, row.person(side.other), row.id, file, desk.now)
    if await desk.tell_team("team_help", case, at_once=True, but=(person.id, row.person(side.other))):
        return Carried(person, says=_("A coordinator has your message. She answers you here."))
    return Carried(person, says=_("I keep your message. No coordinator is here yet. She sees it when she comes."))


# --- what the clock does ------------------------------------------------------------------------------------------


async def not_agreed(desk: Desk, _person: Person, pair_id: int) -> None:
    """A week without the agreement of both: it ends kindly."""
    row = await store.get(desk.tx, pair_id, lock=True)
    if row is not None and row.state is PairState.AGREEING:
        await happen(desk, row, Event.TIME_OVER, Mover.CLOCK)


async def trial_due(desk: Desk, _person: Person, pair_id: int) -> None:
    """Time to ask how it feels."""
    row = await store.get(desk.tx, pair_id, lock=True)
    if row is not None and row.state is PairState.TRIAL:
        await ask_trial(desk, row)


async def hold_over(desk: Desk, _person: Person, pair_id: int) -> None:
    """A pause ends by itself."""
    row = await store.get(desk.tx, pair_id, lock=True)
    until = row.file.hold_until if row is not None else None
    if row is not None and row.state is PairState.HOLD and until is not None and until <= desk.now:
        await go_on(desk, row, Mover.CLOCK)


async def months_over(desk: Desk, _person: Person, pair_id: int) -> None:
    """The agreed months are over: completed."""
    row = await store.get(desk.tx, pair_id, lock=True)
    until = row.file.active_until if row is not None else None
    if row is not None and row.state is PairState.ACTIVE and until is not None and until <= desk.now:
        await happen(desk, row, Event.TIME_OVER, Mover.CLOCK)


async def leave(desk: Desk, person: Person) -> None:
    """She is erased: her pairs end, and the other one of each reads that it is over. The pair goes with her: the notice
    needs nothing of it."""
    for row in await store.living_of(desk.tx, person.id):
        side = row.side(person.id) or Side.MENTEE
        await end(desk, row.id, None, reason=LEFT, tell=False)
        await desk.tell(row.person(side.other), GONE[side], row.id)
    for row in await store.ends_untold(desk.tx, person.id):  # she ended it in the other's quiet hours
        side = row.side(person.id) or Side.MENTEE
        await desk.cancel(["pair_over"], row.id)
        await desk.tell(row.person(side.other), GONE[side], row.id)


# --- what is looked up --------------------------------------------------------------------------------------------


async def find_pair(desk: Desk, what: PairOf, person: Person) -> Pair | None:
    """One pair of hers; asking for another's leaves an audit row."""
    pair = await store.pair_of(desk.tx, person.id, what.id)
    if pair is None:
        await desk.not_hers(person, "pair")
    return pair


async def find_pairs(desk: Desk, _what: MyPairs, person: Person) -> tuple[Pair, ...]:
    """Her living pairs."""
    return await store.pairs_of(desk.tx, person.id)


async def find_meeting(desk: Desk, what: NextMeeting, person: Person) -> datetime | None:
    """When they meet next, in her zone."""
    pair = await store.pair_of(desk.tx, person.id, what.pair)
    at = await meetings.next_meeting(desk.tx, what.pair, desk.now) if pair is not None and pair.living else None
    return at.astimezone(ZoneInfo(person.zone)) if at is not None else None


async def find_goal(desk: Desk, what: GoalOf, person: Person) -> SharedGoal | None:
    """The newest goal of her mentee that is under way or reached, where the mentee shares it."""
    pair = await store.pair_of(desk.tx, person.id, what.pair)
    if pair is None or not pair.living or pair.side is not Side.MENTOR or not pair.file.share_goal:
        return None
    for goal in await growth.goals_of(desk.tx, pair.other_id):
        if goal.state is not GoalState.PAUSED:
            pieces = goal.plan.milestones
            return SharedGoal(
                goal.plan.title, sum(each.done_on is not None for each in pieces), len(pieces), goal.plan.by
            )
    return None


DEEDS: Mapping[str, Any] = {
    "pair_agree_over": not_agreed,
    "pair_trial_due": trial_due,
    "pair_hold_over": hold_over,
    "pair_months_over": months_over,
}

AFFAIR = (
    Affair(
        finds={PairOf: find_pair, MyPairs: find_pairs, NextMeeting: find_meeting, GoalOf: find_goal},
        carries={
            Agree: agree,
            AnswerTrial: answer_trial,
            HoldPair: hold,
            ResumePair: resume,
            WishEnding: wish_ending,
            EndPair: end_now,
            SetMedia: set_media,
            ShareGoal: share_goal,
            AskTeam: ask_team,
        },
        notices=NOTICES,
        deeds=DEEDS,
        leaves=(leave,),
    )
    | feedback.AFFAIR
)
