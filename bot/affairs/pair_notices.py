"""What the two of a pair are told, in words of each one's own language. Whoever acted reads the same words at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.affairs.desk import Desk, Make, Notice
from bot.dialogue.steps import Text, Words, _, lines, n_, p_, paragraphs
from bot.mentoring.mentorship import ENDING_BEFORE, Pair, PairState, Rhythm, Side, may_follow
from bot.mentoring.people import Person
from bot.mentoring.relay import name_of
from bot.messages import Opening
from bot.store import pairs as store

RHYTHMS: Mapping[str, Text] = {
    Rhythm.WEEKLY: _("You agreed: once a week."),
    Rhythm.TWICE_A_MONTH: _("You agreed: twice a month."),
    Rhythm.MONTHLY: _("You agreed: once a month."),
}
# limit: 20
READ_IT = p_("button", "Read and agree")
# limit: 20
WRITE = p_("button", "Write to her")
# limit: 20
MEET = p_("button", "Plan a meeting")
# limit: 20
ANSWER = p_("button", "Answer")
# limit: 20
SEE = p_("button", "See more")
# limit: 20
HOW_WAS_IT = p_("button", "How was it?")
# limit: 20
FIND = p_("button", "Find a mentor")


# --- the words, by kind -------------------------------------------------------------------------------------------


def agreeing(pair: Pair) -> Words:
    """Both read the agreement."""
    if pair.side is Side.MENTOR:
        return paragraphs(
            _("You said yes to {name}. Thank you.")(name=name_of(pair)),
            _("Now you both read what you promise each other. It takes two minutes."),
        )
    return paragraphs(
        _("Good news: {name} would like to be your mentor.")(name=name_of(pair)),
        _("Now you both read what you promise each other. It takes two minutes."),
    )


def agreeing_still(pair: Pair) -> Words:
    """The reminder."""
    return _("{name} waits for you. Shall we read the agreement together? It takes two minutes.")(name=name_of(pair))


def begins(pair: Pair) -> Words:
    """Both agreed."""
    return paragraphs(
        _("You are connected with {name}. Write to her now.")(name=name_of(pair)),
        lines(
            RHYTHMS.get(pair.file.rhythm),
            n_(
                "For {n} month. It begins with one meeting.",
                "For {n} months. It begins with one meeting.",
                pair.file.months,
            ),
        ),
    )


def trial(pair: Pair) -> Words:
    """How it feels."""
    return _("How is it with {name}? I have one small question. Your answer stays with me.")(name=name_of(pair))


def active(pair: Pair) -> Words:
    """Both said yes."""
    return paragraphs(
        _("You both said yes. You and {name} go on together.")(name=name_of(pair)),
        _("That is good to hear. You have time until {day}.")(day=pair.file.active_until.date())
        if pair.file.active_until
        else None,
    )


def paused(pair: Pair) -> Words:
    """A pause, told without a reason."""
    day = pair.file.hold_until.date() if pair.file.hold_until else pair.began_at.date()
    return paragraphs(
        _("You and {name} have a pause until {day}.")(name=name_of(pair), day=day),
        _("After that it goes on by itself. Nobody did anything wrong."),
    )


def resumed(pair: Pair) -> Words:
    """The pause is over."""
    return _("The pause is over. You and {name} go on. A short hello is enough.")(name=name_of(pair))


def ending(pair: Pair) -> Words:
    """Two weeks before the end."""
    day = pair.file.active_until.date() if pair.file.active_until else pair.began_at.date()
    return paragraphs(
        _("Your months with {name} are over on {day}.")(name=name_of(pair), day=day),
        _("You can finish then, or take three more months."),
    )


def finish(pair: Pair) -> Words:
    """The other one thinks that they are done."""
    return _("{name} thinks that you two have reached what you came for. Do you think so too?")(name=name_of(pair))


def longer(pair: Pair) -> Words:
    """Both wished to go on."""
    day = pair.file.active_until.date() if pair.file.active_until else pair.began_at.date()
    return _("You both wished to go on. You and {name} have time until {day}.")(name=name_of(pair), day=day)


def over(pair: Pair) -> Words:
    """It is over: the same words whoever ended it, and why."""
    if pair.state is PairState.COMPLETED:
        return paragraphs(
            _("Your mentorship with {name} is complete. You did this together.")(name=name_of(pair)),
            _("Thank you for the time you gave each other."),
        )
    return paragraphs(
        _("Your time with {name} has ended here. That happens, and it is nobody's fault.")(name=name_of(pair)),
        what_next(pair.side),
    )


def what_next(side: Side) -> Text:
    """What can come after an early end."""
    if side is Side.MENTEE:
        return _("You can look for another mentor at any time.")
    return _("Thank you for the time you gave.")


def media(pair: Pair) -> Words:
    """Voice and photos, as it stands."""
    if pair.media_agreed:
        return _("You and {name} can now send each other voice notes and photos.")(name=name_of(pair))
    if pair.side in pair.file.media:
        return _("Voice notes and photos wait for the yes of {name}. Words always go.")(name=name_of(pair))
    if pair.file.media:
        return _("{name} would like voice notes and photos too. You can say yes, or leave it.")(name=name_of(pair))
    return words_only(pair)


def words_only(pair: Pair) -> Words:
    """No voice and photos."""
    return _("You and {name} send each other words only, for now.")(name=name_of(pair))


WORDS: Mapping[str, Callable[[Pair], Words]] = {
    "pair_agree": agreeing,
    "pair_agree_again": agreeing_still,
    "pair_begins": begins,
    "pair_trial": trial,
    "pair_active": active,
    "pair_paused": paused,
    "pair_resumed": resumed,
    "pair_ending": ending,
    "pair_finish": finish,
    "pair_longer": longer,
    "pair_over": over,
    "pair_media": media,
}


def told(kind: str, pair: Pair) -> Words:
    """The words of a notice, as they are said to her who brought it about."""
    return WORDS[kind](pair)


# --- whether it is still true, and where it leads -----------------------------------------------------------------


def still_true(kind: str, pair: Pair, desk: Desk) -> bool:
    """Whether a notice still says what is so, when it goes out."""
    file, state = pair.file, pair.state
    until = file.active_until
    match kind:
        case "pair_agree" | "pair_agree_again":
            return state is PairState.AGREEING and pair.side not in file.agreed
        case "pair_begins":
            return state is PairState.TRIAL
        case "pair_trial":
            return state is PairState.TRIAL and pair.side not in file.goes_on
        case "pair_active" | "pair_longer":
            return state is PairState.ACTIVE
        case "pair_paused":
            return state is PairState.HOLD
        case "pair_resumed":
            return state in (PairState.TRIAL, PairState.ACTIVE)
        case "pair_ending":
            near = until is not None and until - ENDING_BEFORE <= desk.now
            return state is PairState.ACTIVE and near and pair.side not in file.endings
        case "pair_finish":
            return state is PairState.ACTIVE and pair.side not in file.endings
        case "pair_media":
            return pair.living
        case _:
            return not pair.living


def buttons(kind: str, pair: Pair, *, feedback: bool) -> tuple[tuple[Text, Opening], ...]:
    """Where a notice leads."""
    about = str(pair.id)
    match kind:
        case "pair_agree" | "pair_agree_again":
            return ((READ_IT, Opening("agreement", about)),)
        case "pair_trial":
            return ((ANSWER, Opening("trial", about)),)
        case "pair_ending" | "pair_finish":
            return ((ANSWER, Opening("ending", about)),)
        case "pair_begins" | "pair_active" | "pair_resumed" | "pair_longer":
            return ((WRITE, Opening("write", about)), (MEET, Opening("meet", about)))
        case "pair_paused" | "pair_media":
            return ((SEE, Opening("pair", about)),)
    find = ((FIND, Opening("find")),) if pair.side is Side.MENTEE and pair.state is PairState.ENDED else ()
    return ((HOW_WAS_IT, Opening("feedback", about)), *find) if feedback else find


def of_kind(kind: str) -> Make:
    """How the notices of a kind are made."""

    async def make(desk: Desk, person: Person, pair_id: int) -> Notice | None:
        row = await store.get(desk.tx, pair_id)
        pair = await store.seen(desk.tx, row, person.id) if row is not None else None
        if row is None or pair is None or not still_true(kind, pair, desk):
            return None
        return Notice(told(kind, pair), buttons(kind, pair, feedback=row.asks_feedback))

    return make


async def mentor_gone(_desk: Desk, _person: Person, _pair_id: int) -> Notice:
    """Her mentor is no longer here; nothing of the pair is kept."""
    words = _("Your time with your mentor has ended here. That happens, and it is nobody's fault.")
    return Notice(paragraphs(words, what_next(Side.MENTEE)), ((FIND, Opening("find")),))


async def mentee_gone(_desk: Desk, _person: Person, _pair_id: int) -> Notice:
    """Her mentee is no longer here; nothing of the pair is kept."""
    words = _("Your time with one of your mentees has ended here. That happens, and it is nobody's fault.")
    return Notice(paragraphs(words, what_next(Side.MENTOR)))


async def chain(desk: Desk, person: Person, pair_id: int) -> Notice | None:
    """The invitation to become a mentor, to a mentee whose mentorship is complete."""
    pair = await store.pair_of(desk.tx, person.id, pair_id)
    if pair is None or not may_follow(pair, person.role):
        return None
    words = lines(
        _("You have come far. A woman who arrives today needs what you know now."),
        _("Would you like to hear what it means to be a mentor?"),
    )
    return Notice(words, ((SEE, Opening("chain", str(pair_id))),))


GONE: Mapping[Side, str] = {Side.MENTOR: "pair_mentor_gone", Side.MENTEE: "pair_mentee_gone"}

NOTICES: Mapping[str, Make] = {
    **{kind: of_kind(kind) for kind in WORDS},
    GONE[Side.MENTOR]: mentor_gone,
    GONE[Side.MENTEE]: mentee_gone,
    "pair_chain": chain,
}
