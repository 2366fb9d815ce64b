"""A mentor introduces her mentee to a woman she knows (C4): the mentee is asked first, then her contact."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Json, Talk, Words, _, lines, look, optional, own, paragraphs, say, text
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE, Helplines
from bot.mentoring.meetings import LONGEST_WHY, Introduce, gives_away
from bot.mentoring.mentorship import Pair, PairOf, PairState, Side
from conversations.meet import LETTERS, NO_DETAILS, TRIES, is_id, typed


def begin(about: str) -> Conversation[Outcome]:
    """`about`: the id of a pair in which she is the mentor."""
    pair = (yield from look("pair", PairOf(int(about)))) if is_id(about) else None
    if pair is None or pair.side is not Side.MENTOR or pair.state is not PairState.ACTIVE:
        yield from say(NOT_HERE)
        return Outcome()
    why = yield from ask_why(pair)
    return Outcome((Introduce(pair.id, why),))


def ask_why(pair: Pair) -> Conversation[Json]:
    """Why, in a line for her mentee; before that, what is going to happen."""
    numbers = [line.number for line in (yield from look("helplines", Helplines()))]
    name = own(pair.other)
    prompt: Words = paragraphs(
        lines(
            _("You know a woman who could help {name}?")(name=name),
            _("I ask {name} first. If she says yes, you get words to send to that woman.")(name=name),
            _("She decides too. I tell nobody who said no."),
        ),
        _("Why should they meet? {name} reads it. You can also skip.")(name=name),
    )
    for n in range(1, TRIES + 1):
        answer = yield from optional(text(f"why.{n}", prompt, limit=LONGEST_WHY))
        if answer is None:
            return None
        if words := typed(answer):
            if not gives_away(words, pair, numbers):
                return words
            prompt = NO_DETAILS_HERE
        else:
            prompt = LETTERS
    return None


NO_DETAILS_HERE = lines(NO_DETAILS.parts[0], _("Please write only why. They can share the rest themselves."))

TALK = Talk(
    "introduce",
    # limit: 24
    _("Introduce her"),
    begin,
)
