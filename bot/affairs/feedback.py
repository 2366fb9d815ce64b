"""After a pair: what both say of it, and the invitation to pass it on (PRODUCT M9, M10)."""

from __future__ import annotations

import msgspec

from bot.affairs.desk import Affair, Carried, Desk, Notice
from bot.affairs.pair_moves import hers, keep, over
from bot.dialogue.steps import _, lines, paragraphs, read_own
from bot.mentoring import mentorship
from bot.mentoring.mentorship import Chain, Pair, may_follow
from bot.mentoring.pair_steps import AnswerChain, FeedbackOpen, GiveFeedback, sharable
from bot.mentoring.people import Person
from bot.mentoring.relay import name_of
from bot.store import pairs as store
from bot.store import relay


async def find_open(desk: Desk, what: FeedbackOpen, person: Person) -> Pair | None:
    """A pair of hers that is over, and of which she has not said how it was."""
    row = await store.get(desk.tx, what.pair)
    pair = await store.seen(desk.tx, row, person.id) if row is not None else None
    if row is None or pair is None:
        await desk.not_hers(person, "feedback")
        return None
    given = await store.feedback_of(desk.tx, row.id, person.id)
    return pair if row.asks_feedback and given is None else None


async def give(desk: Desk, effect: GiveFeedback, person: Person) -> Carried:
    """Keep it, once; the other reads what she shared, and nothing else."""
    found = await hers(desk, person, effect.pair)
    if found is None or not found[0].asks_feedback:
        return over(person)
    row, side = found
    shared = frozenset(key for key in effect.said.shared if sharable(effect.said.words.get(key)))
    said = msgspec.structs.replace(effect.said, shared=shared)
    if not await store.save_feedback(desk.tx, row.id, person.id, said, desk.now):
        return over(person)
    if shared and not await relay.blocked(desk.tx, person.id, [row.person(side.other)]):
        await desk.tell(row.person(side.other), "pair_feedback", row.id)
    return Carried(person)


async def shared_words(desk: Desk, person: Person, pair_id: int) -> Notice | None:
    """What the other one wrote at the end and wished her to read; nothing once one has blocked the other."""
    pair = await store.pair_of(desk.tx, person.id, pair_id)
    if pair is None or await relay.blocked(desk.tx, person.id, [pair.other_id]):
        return None
    said = await store.feedback_of(desk.tx, pair_id, pair.other_id)
    if said is None or not said.shared:
        return None
    words = [read_own(text) for key, text in said.words.items() if key in said.shared]
    return Notice(paragraphs(_("{name} wrote these words for you:")(name=name_of(pair)), lines(*words)))


async def answer_chain(desk: Desk, effect: AnswerChain, person: Person) -> Carried:
    """Keep what she says. "Not now" is asked once more, three months later; then nobody asks again."""
    found = await hers(desk, person, effect.pair)
    pair = await store.seen(desk.tx, found[0], person.id) if found is not None else None
    if found is None or pair is None or not may_follow(pair, person.role):
        return over(person)
    again = effect.answer is Chain.LATER and not pair.file.chain
    await keep(desk, found[0], chain=(effect.answer if again or effect.answer is not Chain.LATER else Chain.NO).value)
    if again:
        await desk.plan(person.id, "pair_chain", pair.id, desk.now + mentorship.CHAIN_AGAIN_AFTER)
    return Carried(person)


AFFAIR: Affair = Affair(
    finds={FeedbackOpen: find_open},
    carries={GiveFeedback: give, AnswerChain: answer_chain},
    notices={"pair_feedback": shared_words},
)
