"""Propose a meeting (C3): how, where, and up to three times on her own clock. Four taps and it is out."""

from __future__ import annotations

from datetime import date, datetime

from bot.dialogue.steps import (
    Conversation,
    Json,
    Option,
    Own,
    Talk,
    Text,
    Words,
    _,
    choice,
    day,
    lines,
    look,
    near_days,
    optional,
    own,
    p_,
    paragraphs,
    say,
    text,
)
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE, Helplines, Me, Now
from bot.mentoring.meetings import (
    HOURS,
    LATEST,
    LONGEST_PLACE,
    MOST_PROPOSALS,
    WAYS,
    WHAT_TO_KNOW,
    ComingMeeting,
    Meet,
    ProposeMeeting,
    gives_away,
    may_meet,
    moment,
)
from bot.mentoring.mentorship import MyPairs, Pair, PairOf
from bot.mentoring.relay import name_of
from conversations.preferences import hours_of

NEAR = range(1, 8)  # days from today that are buttons
TRIES = 3  # for the place, before it is left open

LETTERS = _("Please type it: your voice note stays here.")
NO_DETAILS = lines(
    _("This looks like contact details or a link."),
    _("You two can share these later, when both agree."),
    _("Please write only the place."),
)


def begin(about: str) -> Conversation[Outcome]:
    """`about`: the id of the pair, "" for the only one or a choice, or "pair-meeting" where other times take the place
    of those of a meeting."""
    pair_id, _dash, instead = about.partition("-")
    pair = (yield from look("pair", PairOf(int(pair_id)))) if is_id(pair_id) else (yield from which())
    if pair is None or not may_meet(pair):
        yield from say(NOT_HERE)
        return Outcome()
    coming = yield from look("coming", ComingMeeting(pair.id))
    if coming is not None and str(coming.id) != instead:
        return Outcome(then="meeting", about=str(coming.id))
    me = yield from look("me", Me())
    meet = yield from choice("way", ask_how(pair), {each: Option(label) for each, label in WAYS.items()})
    place = (yield from where(pair)) if meet is Meet.PERSON else None
    now = yield from look("now", Now())
    times = yield from ask_times(now.date(), me.zone)
    return Outcome((ProposeMeeting(pair.id, meet, place, times, coming.id if coming is not None else 0),))


def is_id(words: str) -> bool:
    """Whether this can be an id of ours."""
    return words.isascii() and words.isdecimal() and len(words) < 18


def which() -> Conversation[Pair | None]:
    """With whom, where she does not come from a pair; None where there is nobody to meet."""
    hers = yield from look("pairs", MyPairs())
    pairs = {str(pair.id): pair for pair in hers if may_meet(pair)}
    if len(pairs) < 2:
        return next(iter(pairs.values()), None)
    names = {key: Option(name_of(pair, hers)) for key, pair in pairs.items()}
    return pairs[(yield from choice("which", _("Whom would you like to meet?"), names))]


def ask_how(pair: Pair) -> Words:
    """The first question."""
    return _("How would you like to meet {name}?")(name=own(pair.other))


def typed(words: Own) -> str:
    """What she typed, "" for a voice note."""
    return "" if words.voice is not None else words.text.strip()


# --- where --------------------------------------------------------------------------------------------------------


def where(pair: Pair) -> Conversation[Json]:
    """The place, in her words; nothing that gives away how to reach her outside of this chat."""
    numbers = [line.number for line in (yield from look("helplines", Helplines()))]
    prompt: Words = paragraphs(
        WHAT_TO_KNOW[Meet.PERSON], _("Which place do you propose? A library or a café is good. You can also skip.")
    )
    for n in range(1, TRIES + 1):
        answer = yield from optional(text(f"where.{n}", prompt, limit=LONGEST_PLACE))
        if answer is None:
            return None
        if words := typed(answer):
            if not gives_away(words, pair, numbers):
                return words
            prompt = NO_DETAILS
        else:
            prompt = LETTERS
    yield from say(_("We leave the place open. You can agree on it together."))
    return None


# --- when ---------------------------------------------------------------------------------------------------------


def ask_times(today: date, zone: str) -> Conversation[tuple[datetime, ...]]:
    """One to three moments, UTC; the second and third can be skipped."""
    prompts: tuple[Text, ...] = (
        _("On which day?"),
        _("Another day that fits you too? Or skip."),
        _("A third one? Or skip."),
    )
    found: list[datetime] = []
    for n, prompt in enumerate(prompts[:MOST_PROPOSALS], 1):
        asked = day(
            f"day.{n}", prompt, earliest=date.fromordinal(today.toordinal() + 1), latest=today + LATEST,
            near=near_days(today, days=NEAR),
        )  # fmt: skip
        chosen = yield from (optional(asked) if found else asked)
        if chosen is None:
            break
        hour = yield from choice(f"hour.{n}", at_what_time(chosen), hours_of(HOURS), columns=4)
        found.append(moment(chosen, int(hour), zone))
    return tuple(dict.fromkeys(found))


def at_what_time(chosen: date) -> Words:
    """The question for the hour."""
    return _("{day}: at what time?")(day=chosen)


TALK = Talk(
    "meet",
    # limit: 24
    _("Propose a meeting"),
    begin,
    words=p_("typed words", "meet|meeting|propose a meeting"),
)
