"""The agreement of a pair (M8): four promises, how often and how long, voice and photos, who can read what."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import (
    Conversation,
    Talk,
    Text,
    _,
    choice,
    lines,
    look,
    n_,
    p_,
    paragraphs,
    say,
    yes_no,
)  # fmt: skip
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE, Me
from bot.mentoring.mentorship import LENGTHS, Pair, PairOf, PairState, Rhythm, Side
from bot.mentoring.pair_steps import Agree, EndPair
from bot.mentoring.relay import id_in, name_of
from conversations.profile import alias_set, ask_alias

RHYTHMS: Mapping[Rhythm, Text] = {
    # limit: 20
    Rhythm.WEEKLY: p_("rhythm", "Once a week"),
    # limit: 20
    Rhythm.TWICE_A_MONTH: p_("rhythm", "Twice a month"),
    # limit: 20
    Rhythm.MONTHLY: p_("rhythm", "Once a month"),
}


def begin(about: str) -> Conversation[Outcome]:
    """One screen for each thing; nothing is agreed before the last tap."""
    pair = yield from look("pair", PairOf(id_in(about)))
    me = yield from look("me", Me())
    if pair is None or pair.state is not PairState.AGREEING:
        yield from say(NOT_HERE)
        return Outcome()
    if pair.side in pair.file.agreed:
        yield from say(_("You have agreed. When {name} agrees too, I will tell you.")(name=name_of(pair)))
        return Outcome()
    named = () if me.alias else alias_set((yield from ask_alias()))
    if not (yield from promises(pair)):
        return (yield from no_pair(pair))
    rhythm, months = yield from how_often(pair)
    media = yield from yes_no(
        "media", _("May you two send voice notes and photos too? They go when both say yes. You can change it later.")
    )
    goal = (yield from ask_goal(pair)) if pair.side is Side.MENTEE else False
    if not (yield from who_reads(pair)):
        yield from say(_("Take your time. It stays open for a few days."))
        return Outcome(named)
    return Outcome((*named, Agree(pair.id, rhythm, months, media, goal)))


def promises(pair: Pair) -> Conversation[bool]:
    """The four principles, each in one sentence; whether she wants that."""
    prompt = paragraphs(
        _("You and {name} promise each other four things.")(name=name_of(pair)),
        lines(
            _("🤝 Solidarity: we stand beside each other, as equals."),
            _("👂 Respect: we listen, also where we differ."),
            _("🔒 Confidentiality: what we tell each other stays with us."),
            _("🌿 No judgement: each woman walks her own way."),
        ),
        _("Is that good for you?"),
    )
    # limit: 20
    no = p_("button", "No, thank you")
    return (yield from yes_no("promise", prompt, no=no))


def no_pair(pair: Pair) -> Conversation[Outcome]:
    """She does not want it: asked once, since it ends the pair."""
    prompt = _("Then you and {name} do not become a pair. That is all right. Is it what you want?")
    # limit: 20
    yes = p_("button", "Yes, leave it")
    # limit: 20
    later = p_("button", "I think about it")
    if (yield from yes_no("leave", prompt(name=name_of(pair)), yes=yes, no=later)):
        return Outcome((EndPair(pair.id),))
    yield from say(_("Take your time. It stays open for a few days."))
    return Outcome()


def how_often(pair: Pair) -> Conversation[tuple[Rhythm, int]]:
    """Rhythm and months: the first proposes, the second accepts with one tap or says what suits her."""
    other = pair.side.other
    if other in pair.file.rhythms and other in pair.file.lengths:
        rhythm, months = Rhythm(pair.file.rhythms[other]), pair.file.lengths[other]
        prompt = lines(
            _("{name} proposes: {rhythm}, {length}.")(
                name=name_of(pair), rhythm=RHYTHMS[rhythm], length=in_months(months)
            ),
            _("Does that suit you? If you two differ, I take the smaller one."),
        )
        # limit: 20
        no = p_("button", "Something else")
        if (yield from yes_no("suits", prompt, no=no)):
            return rhythm, months
    rhythm = yield from choice("rhythm", _("How often would you like to talk or write?"), RHYTHMS)
    lengths = {str(months): in_months(months) for months in LENGTHS}
    how_long = _("For how long? Six months is usual. You can end it at any time.")
    return rhythm, int((yield from choice("months", how_long, lengths)))


def in_months(months: int) -> Text:
    """So many months."""
    # limit: 20
    return n_("{n} month", "{n} months", months)


def ask_goal(pair: Pair) -> Conversation[bool]:
    """Whether her mentor sees her goal."""
    prompt = _("May {name} see your goal, and how far it is? You can change it later.")
    return (yield from yes_no("goal", prompt(name=name_of(pair))))


def who_reads(pair: Pair) -> Conversation[bool]:
    """What is kept and who can read what, as it is; then whether she agrees."""
    prompt = paragraphs(
        _("Good to know:"),
        lines(
            _("I carry your words. {name} never sees your number.")(name=name_of(pair)),
            _("Telegram or WhatsApp carries them too. They are not sealed from phone to phone."),
            _("I keep them locked for 30 days. Then I forget them."),
            _("A coordinator reads them only if one of you asks for help. Then I tell you."),
        ),
        _("Do you agree to all of this?"),
    )
    # limit: 20
    yes = p_("button", "I agree")
    # limit: 20
    no = p_("button", "Not yet")
    return (yield from yes_no("agree", prompt, yes=yes, no=no))


TALK = Talk(
    name="agreement",
    # limit: 24
    title=_("Our agreement"),
    begin=begin,
)
