"""May we share phone numbers and links? Each says yes or no for herself; they go across when both said yes."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, Words, _, look, p_, paragraphs, say, yes_no
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import MyPairs, Pair, PairOf, PairState
from bot.mentoring.relay import ShareContacts, id_in, name_of

# limit: 20
STAYS = p_("button", "It stays so")
# limit: 20
TAKE_BACK = p_("button", "Take it back")


def contacts(about: str) -> Conversation[Outcome]:
    """Her own yes or no, which she can take back."""
    pair = yield from look("pair", PairOf(id_in(about)))
    if pair is None or not pair.living or pair.state is PairState.AGREEING:
        yield from say(NOT_HERE)
        return Outcome()
    name = name_of(pair, (yield from look("pairs", MyPairs())))
    if pair.side not in pair.file.contacts:
        yes = yield from yes_no("share", question(pair, name))
        return Outcome((ShareContacts(pair.id, yes=yes),))
    stays = yield from yes_no("stays", standing(pair, name), yes=STAYS, no=TAKE_BACK)
    return Outcome(() if stays else (ShareContacts(pair.id, yes=False),))


def question(pair: Pair, name: Words) -> Words:
    """What she is asked: of her own accord, or because the other one wishes it."""
    if pair.side.other not in pair.file.contacts:
        return paragraphs(
            _("Would you like to share phone numbers or links with {name}?")(name=name),
            _("I ask her too. They go across when you both say yes."),
        )
    return paragraphs(
        _("{name} would like to share phone numbers or links with you.")(name=name),
        _("Is that good for you? You can say no. I do not tell her."),
    )


def standing(pair: Pair, name: Words) -> Words:
    """How it stands when she has said yes."""
    if pair.contacts_agreed:
        return _("You and {name} can share phone numbers and links.")(name=name)
    return _("You said yes. I wait for the answer of {name}.")(name=name)


TALK = Talk("contacts", _("Share phone numbers"), contacts, aside=True)
