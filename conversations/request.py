"""A request to a mentor (M5): the card, and her answer: yes, a kind no, or one question first."""

from __future__ import annotations

from datetime import tzinfo

from bot.dialogue.steps import (
    Conversation,
    Talk,
    Words,
    _,
    choice,
    lines,
    look,
    p_,
    paragraphs,
    read_own,
    say,
)  # fmt: skip
from bot.mentoring import goals
from bot.mentoring.effects import Effect, Outcome, SetProfile
from bot.mentoring.lookups import NOT_HERE, Me, Now
from bot.mentoring.reasons import MOST_TOLD
from bot.mentoring.requests import WHY_NOT, Accept, AskFirst, Card, CardOf, Decline, WhyNot, called, number
from conversations import requesting

QUESTION = 300  # characters

# limit: 20
YES = p_("button", "Yes, gladly")
# limit: 20
NO = p_("button", "No, not now")
# limit: 20
ASK = p_("button", "Ask her first")


def begin(about: str) -> Conversation[Outcome]:
    """The card with all that she may see, then her answer."""
    me = yield from look("me", Me())
    now = yield from look("now", Now())
    card = yield from look("card", CardOf(number(about)))
    if card is None:
        yield from say(NOT_HERE)
        return Outcome()
    asked = card.question is not None
    options: dict[str, Words] = {"yes": YES, "no": NO, **({} if asked else {"ask": ASK})}
    answer = yield from choice("answer", shown(card, now.tzinfo), options)
    if answer == "no":
        why = yield from choice("why", _("Which reason fits best? I tell her nothing of this."), WHY_NOT)
        return Outcome((Decline(card.id, WhyNot(why)),))
    alias = yield from requesting.ask_name(me)
    if not alias:
        return Outcome(then="preferences")
    named: tuple[Effect, ...] = () if me.alias else (SetProfile(alias=alias),)
    if answer == "yes":
        return Outcome((*named, Accept(card.id)))
    prompt = _("What would you like to know before you answer? Ask one thing.")
    words = yield from requesting.ask_words("question", prompt, limit=QUESTION)
    return Outcome(named if words is None else (*named, AskFirst(card.id, words)))


def shown(card: Card, zone: tzinfo | None) -> Words:
    """The whole card."""
    knows, hopes = requesting.works(card.knows), requesting.works(card.hopes)
    return paragraphs(
        lines(
            _("{name} would like you as her mentor.")(name=called(card.alias)),
            _("A coordinator thinks that you two fit.") if card.by_team else None,
        ),
        lines(
            requesting.tongues(card.languages),
            _("Work she knows: {items}")(items=knows) if knows else None,
            _("Work she wishes for: {items}")(items=hopes) if hopes else None,
            _("Her goal: {goal}")(goal=goals.said(card.goal)) if card.goal else None,
        ),
        lines(*(requesting.point(reason.to_mentor()) for reason in card.reasons[:MOST_TOLD])) if card.reasons else None,
        _("She writes: “{words}”")(words=read_own(card.note)) if card.note else None,
        _("You asked: “{words}”")(words=read_own(card.question)) if card.question else None,
        _("She answered: “{words}”")(words=read_own(card.answer)) if card.answer else None,
        _("Her answer is not here yet. I bring it to you.") if card.with_mentee else None,
        _("Would you like to be her mentor? You have until {day}.")(day=card.until.astimezone(zone).date()),
    )


TALK = Talk(name="request", title=_("A request to you"), begin=begin)
