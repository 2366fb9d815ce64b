"""After the first meeting (M8): does it feel right to go on? In private, and without fault."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Option, Talk, _, choice, look, p_, paragraphs, say
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Pair, PairOf, PairState
from bot.mentoring.pair_steps import AfterTrial, AnswerTrial
from bot.mentoring.relay import id_in, name_of


def begin(about: str) -> Conversation[Outcome]:
    """One question; a no is asked once more, since it ends the pair."""
    pair = yield from look("pair", PairOf(id_in(about)))
    if pair is None or pair.state is not PairState.TRIAL:
        yield from say(NOT_HERE)
        return Outcome()
    answer = yield from ask(pair)
    if answer is AfterTrial.NO:
        yield from ask_sure(pair)
    return Outcome((AnswerTrial(pair.id, answer),))


def ask(pair: Pair) -> Conversation[AfterTrial]:
    """The question itself."""
    prompt = paragraphs(
        _("Does it feel right to go on with {name}?")(name=name_of(pair)),
        _("I do not tell her your answer. Every answer is all right."),
    )
    options = {
        # limit: 20
        AfterTrial.YES: p_("button", "Yes, go on"),
        # limit: 20
        AfterTrial.LATER: p_("button", "Not sure yet"),
        # limit: 20
        AfterTrial.NO: p_("button", "No"),
    }
    return (yield from choice("feels", prompt, options))


def ask_sure(pair: Pair) -> Conversation[str]:
    """Once more; back to the question with one tap."""
    prompt = _("Then your time with {name} ends here. She reads only that it has ended.")
    # limit: 20
    end = p_("button", "Yes, end it")
    # limit: 20
    back = p_("button", "Ask me again")
    options = {"end": Option(end), "back": Option(back, reopens=("feels",))}
    return (yield from choice("sure", prompt(name=name_of(pair)), options))


TALK = Talk(
    name="trial",
    # limit: 24
    title=_("How it feels"),
    begin=begin,
)
