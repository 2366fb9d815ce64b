"""The solidarity chain (M10): after a completed mentorship the mentee is invited to become a mentor."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, Words, _, choice, listing, look, p_, paragraphs, say
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SetProfile
from bot.mentoring.lookups import NOT_HERE, Me, TakenBefore
from bot.mentoring.mentorship import Chain, PairOf, may_follow, overcome
from bot.mentoring.pair_steps import AnswerChain
from bot.mentoring.people import Role
from bot.mentoring.profiles import FIELDS, Field, MyProfile
from bot.mentoring.relay import id_in
from conversations.barriers import BARRIERS, HOLDS, OVERCOME

MOST_FIELDS = 3


def begin(about: str) -> Conversation[Outcome]:
    """What she has that a newcomer needs; yes leads to the mentor's path, "not now" is asked once more."""
    pair = yield from look("pair", PairOf(id_in(about)))
    me = yield from look("me", Me())
    if pair is None or not may_follow(pair, me.role):
        yield from say(NOT_HERE)
        return Outcome()
    taken = yield from look("barriers", TakenBefore(Assessment.BARRIERS))
    profile = yield from look("profile", MyProfile())
    behind = overcome([each.levels for each in taken], holds=HOLDS, behind=OVERCOME)
    fields = [field for field in Field if field in profile.knows][:MOST_FIELDS]
    answer = yield from choice("answer", invitation(behind, fields), options(again=bool(pair.file.chain)))
    if answer is Chain.YES:
        return Outcome((AnswerChain(pair.id, answer), SetProfile(role=Role.BOTH)), then="mentoring")
    yield from say(
        _("Good. I ask you once more in three months.")
        if answer is Chain.LATER and not pair.file.chain
        else _("Thank you for telling me. You can change your mind at any time.")
    )
    return Outcome((AnswerChain(pair.id, answer),))


def invitation(behind: tuple[str, ...], fields: list[Field]) -> Words:
    """What she knows now, and what it would mean."""
    passed = [BARRIERS[item] for item in behind if item in BARRIERS]
    return paragraphs(
        _("A woman who arrives today needs what you know now."),
        _("This is behind you: {items}.")(items=listing(*passed)) if passed else None,
        _("You know this work: {items}.")(items=listing(*(FIELDS[field] for field in fields))) if fields else None,
        _("A mentor listens and tells of her own way. You say how many women, and when."),
        _("Would you like to become a mentor?"),
    )


def options(*, again: bool) -> dict[Chain, Words]:
    """Yes, later or no; the second time only yes or no."""
    all_of_them: dict[Chain, Words] = {
        # limit: 20
        Chain.YES: p_("button", "Yes, I would"),
        # limit: 20
        Chain.LATER: p_("button", "Not now"),
        # limit: 20
        Chain.NO: p_("button", "No, thank you"),
    }
    return {answer: label for answer, label in all_of_them.items() if not (again and answer is Chain.LATER)}


TALK = Talk(
    name="chain",
    # limit: 24
    title=_("Become a mentor"),
    begin=begin,
)
