"""Towards the end of a mentorship (M9): three months more, or complete, where both wish the same."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, _, choice, look, p_, paragraphs, say
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Ending, PairOf, PairState
from bot.mentoring.pair_steps import WishEnding
from bot.mentoring.relay import id_in, name_of

WAIT = "wait"


def begin(about: str) -> Conversation[Outcome]:
    """One question. What she wishes happens when the other one wishes the same."""
    pair = yield from look("pair", PairOf(id_in(about)))
    until = pair.file.active_until if pair is not None else None
    if pair is None or until is None or pair.state is not PairState.ACTIVE:
        yield from say(NOT_HERE)
        return Outcome()
    prompt = paragraphs(
        _("Your months with {name} are over on {day}.")(name=name_of(pair), day=until.date()),
        _("What would you like? It happens when she wishes the same."),
    )
    options = {
        # limit: 20
        Ending.LONGER.value: p_("button", "3 more months"),
        # limit: 20
        Ending.COMPLETE.value: p_("button", "We are done"),
        # limit: 20
        WAIT: p_("button", "As planned"),
    }
    wish = yield from choice("wish", prompt, options)
    if wish == WAIT:
        yield from say(_("Good. Until that day nothing changes."))
        return Outcome()
    return Outcome((WishEnding(pair.id, Ending(wish)),))


TALK = Talk(
    name="ending",
    # limit: 24
    title=_("Towards the end"),
    begin=begin,
)
