"""Write to her mentor or mentee. What she writes here goes across; it is always clear to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.dialogue.steps import Conversation, Talk, Words, _, choice, look, p_, say, text, write_own
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE, Now
from bot.mentoring.mentorship import MyPairs, Pair, PairState
from bot.mentoring.relay import LONGEST, CameMeanwhile, Relay, id_in, name_of

MORE = "-more"  # behind the id of the pair: she has just written, and may go on
NOBODY = "nobody"

# limit: 24
TO_NOBODY = p_("button", "To nobody")


def write(about: str) -> Conversation[Outcome]:
    """Write to the other one of this pair, again and again until she stops. Without a pair she is asked whom her words
    are for: they may be there already, typed where no question was open."""
    pairs = yield from look("pairs", MyPairs())
    since = yield from look("now", Now())
    if about:
        pair = next((one for one in pairs if one.id == id_in(about)), None)
    elif pairs:
        pair = yield from for_whom("whom", pairs)
    else:
        yield from say(_("There is nobody to write to yet."))
        return Outcome()
    if pair is None:
        yield from say(_("All right. It goes to nobody.") if not about else NOT_HERE)
        return Outcome()
    if pair.state is PairState.AGREEING:
        return Outcome(then="agreement", about=str(pair.id))
    name = name_of(pair, pairs)
    more = _("You can write more to {name}.") if about.endswith(MORE) else _("Write to {name}. I bring it to her.")
    words = yield from text("words", more(name=name), limit=LONGEST, photos=True)
    if len(pairs) > 1 and (yield from look("came", CameMeanwhile(pair.id, since))):
        pair = yield from for_whom("sure", pairs)
        if pair is None:
            yield from say(_("All right. It goes to nobody."))
            return Outcome()
    return Outcome((Relay(pair.id, write_own(words)),), then="write", about=f"{pair.id}{MORE}")


def for_whom(key: str, pairs: Sequence[Pair]) -> Conversation[Pair | None]:
    """Whom her words are for; None for nobody. Who has agreed to nothing yet is not offered where another has."""
    ready = [pair for pair in pairs if pair.state is not PairState.AGREEING] or list(pairs)
    names: Mapping[str, Words] = {str(pair.id): name_of(pair, pairs) for pair in ready}
    chosen = yield from choice(key, _("Who is it for?"), {**names, NOBODY: TO_NOBODY})
    return next((pair for pair in ready if str(pair.id) == chosen), None)


TALK = Talk(
    "write",
    _("Write to her"),
    write,
    words=p_("typed words", "write|write to her|write to my mentor|write to my mentee|message"),
    command="write",
    aside=True,
)
