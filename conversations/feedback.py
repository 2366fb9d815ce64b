"""How it was (M9): three taps, two questions to write to, and who may read it. Honest and respectful, both sides."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import (
    Conversation,
    Json,
    Talk,
    Text,
    Words,
    _,
    lines,
    look,
    optional,
    p_,
    paragraphs,
    read_own,
    say,
    scale,
    text,
    write_own,
    yes_no,
)
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import Feedback, Pair, PairState, Side
from bot.mentoring.pair_steps import FeedbackOpen, GiveFeedback, sharable
from bot.mentoring.relay import id_in, name_of

STARS: Mapping[str, Text] = {
    "respect": _("Did you feel respected?"),
    "open": _("Could you speak openly?"),
    "good": _("Was it good for you?"),
}
HELPED, BETTER = "helped", "better"


def begin(about: str) -> Conversation[Outcome]:
    """Ask, then offer a mentee whose pair ended early to look on."""
    pair = yield from look("pair", FeedbackOpen(id_in(about)))
    if pair is None:
        yield from say(NOT_HERE)
        return Outcome()
    prompt = paragraphs(
        _("How was your time with {name}?")(name=name_of(pair)),
        _("Three taps, and two questions if you like. You decide what she reads."),
    )
    # limit: 20
    yes = p_("button", "I will tell you")
    # limit: 20
    no = p_("button", "Not now")
    looks_on = pair.side is Side.MENTEE and pair.state is PairState.ENDED
    if (yield from yes_no("tell", prompt, yes=yes, no=no)):
        said = yield from ask(pair)
        next_one = _("When you like, the menu helps you find another mentor.") if looks_on else None
        yield from say(lines(_("Thank you. Honest words help the women who come next."), next_one))
        return Outcome((GiveFeedback(pair.id, said),))
    if looks_on and (yield from yes_no("find", _("Shall we look for another mentor now?"), no=no)):
        return Outcome(then="find")
    return Outcome()


def ask(pair: Pair) -> Conversation[Feedback]:
    """Three numbers, two texts that can be left out, and for each text whether the other may read it."""
    stars = {}
    for key, prompt in STARS.items():
        stars[key] = yield from scale(key, prompt, 1, 5, _("not at all"), _("very much"))
    words: dict[str, Json] = {}
    asked: dict[str, Words] = {HELPED: _("What helped you?"), BETTER: better()}
    for key, question in asked.items():
        said = yield from optional(text(key, question))
        if said is not None:
            words[key] = write_own(said)
    shared = set[str]()
    for key, said in words.items():
        if (yield from may_read(key, said, pair)):
            shared.add(key)
    return Feedback(stars, words, frozenset(shared))


def better() -> Words:
    """Honest and respectful at once: what happened, what it did, what would help."""
    return lines(
        _("What could go better? Say it kindly:"),
        _("what happened, what you felt, and what would help."),
    )


def may_read(key: str, said: Json, pair: Pair) -> Conversation[bool]:
    """Whether the other may read these words; a voice note, and words with numbers or links, stay here."""
    if not sharable(said):
        return False
    prompt = lines(_("You wrote: {words}")(words=read_own(said)), _("May {name} read this?")(name=name_of(pair)))
    return (yield from yes_no(f"share_{key}", prompt))


TALK = Talk(
    name="feedback",
    # limit: 24
    title=_("How was it?"),
    begin=begin,
)
