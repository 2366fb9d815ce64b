"""A report, and what a coordinator does about it (TRUST, Safeguarding)."""

from __future__ import annotations

from bot.dialogue.steps import (
    Conversation,
    Talk,
    Text,
    Words,
    _,
    choice,
    lines,
    look,
    p_,
    paragraphs,
    read_own,
    say,
    yes_no,
)  # fmt: skip
from bot.mentoring.effects import Effect, Outcome
from bot.mentoring.lookups import NOT_HERE, Me
from bot.mentoring.people import Person
from bot.mentoring.relay import Concern
from bot.mentoring.requests import number
from bot.mentoring.team import (
    Case,
    CaseOf,
    CaseState,
    CloseCase,
    Closing,
    EndPair,
    HearReport,
    PauseMentor,
    ReadPair,
    WriteReporter,
    coordinates,
)  # fmt: skip
from conversations.coordination import LIST, called, day_of
from conversations.coordinator import typed

LONGEST = 500  # characters of what she writes in a case
LONGEST_REASON = 200

# limit: 24
PAUSE = p_("row", "Pause the mentor")
# limit: 24
END = p_("row", "End the pair")
# limit: 24
READ = p_("row", "Read last messages")
# limit: 24
HEAR = p_("row", "Hear her voice")
# limit: 24
WRITE = p_("row", "Write to her")
# limit: 24
CLOSE = p_("row", "Close the case")
# limit: 20
DO_IT = p_("button", "Yes, do it")
# limit: 20
NOT_NOW = p_("button", "Not now")

HELP = "help"  # the reason of what is no report
WHY: dict[str, Text] = {
    Concern.MONEY: _("it is about money"),
    Concern.UNKIND: _("unkind words or a threat"),
    Concern.OFF_GOAL: _("it has nothing to do with the goal"),
    Concern.OTHER: _("something else"),
}
CLOSINGS: dict[Closing, Words] = {
    # limit: 24
    Closing.TALKED: p_("row", "Talked, it is well"),
    # limit: 24
    Closing.APART: p_("row", "The two are apart"),
    # limit: 24
    Closing.NO_MENTOR: p_("row", "No mentor any more"),
    # limit: 24
    Closing.NO_HARM: p_("row", "No harm found"),
}


def case(about: str) -> Conversation[Outcome]:
    """What was reported, and the doors."""
    me = yield from look("me", Me())
    one = (yield from look("case", CaseOf(number(about)))) if coordinates(me) else None
    if one is None:
        yield from say(NOT_HERE)
        return Outcome()
    if one.state is CaseState.CLOSED:
        yield from say(_("This case is closed."))
        return Outcome(then="coordination")
    chosen = yield from choice("do", paragraphs(told(one, me), _("What would you like to do?")), doors(one))
    if chosen == "list":
        return Outcome(then="coordination")
    if chosen == "close":
        outcome = yield from choice(
            "outcome", _("How did it end? {name} hears that it is closed.")(name=called(one.reporter)), CLOSINGS
        )
        return Outcome((CloseCase(one.id, outcome),), then="coordination")
    if chosen == "hear":
        return again(one, HearReport(one.id))
    steps = {"pause": pause, "end": end, "read": read, "write": write}
    return (yield from steps[chosen](one))


def told(one: Case, me: Person) -> Words:
    """Who reported whom, when and why."""
    words = read_own(one.file.words) if one.file.words else None
    why = WHY.get(one.file.why)
    first = _("{name} asks for help with {other} ({day}).") if one.about else _("{name} asks for help ({day}).")
    if one.file.why != HELP:
        first = _("{name} has reported {other} ({day}).")
    return paragraphs(
        first(name=called(one.reporter), other=called(one.about), day=day_of(one.opened_at, me)),
        lines(
            _("Why: {why}")(why=why) if why is not None else None,
            _("Her words: {words}")(words=words) if words is not None else _("She wrote nothing more."),
        ),
    )


def doors(one: Case) -> dict[str, Words]:
    """What can be done, the quickest help first."""
    return {
        **({"hear": HEAR} if one.file.words and read_own(one.file.words).voice is not None else {}),
        **({"pause": PAUSE} if one.mentor else {}),
        **({"end": END} if one.living else {}),
        **({"read": READ} if one.pair else {}),
        "write": WRITE,
        "close": CLOSE,
        "list": LIST,
    }


def pause(one: Case) -> Conversation[Outcome]:
    """Asked once: it stops everything of hers, at once."""
    prompt = lines(
        _("Pause {name} now? All her pairs end. Nothing more goes out.")(name=called(one.about)),
        _("She gets no mentee before a coordinator approves her again."),
        _("She hears that she is paused, and not why."),
    )
    return again(one, PauseMentor(one.id) if (yield from yes_no("sure", prompt, yes=DO_IT, no=NOT_NOW)) else None)


def end(one: Case) -> Conversation[Outcome]:
    """Asked once: it cannot be taken back."""
    prompt = lines(
        _("End the pair of {name} and {other} now?")(name=called(one.reporter), other=called(one.about)),
        _("Both hear that it has ended, and not why."),
    )
    return again(one, EndPair(one.id) if (yield from yes_no("sure", prompt, yes=DO_IT, no=NOT_NOW)) else None)


def read(one: Case) -> Conversation[Outcome]:
    """Only with a reason in words."""
    prompt = lines(
        _("Why do you need to read their messages? Your reason is kept."),
        _("Both women hear that you have read them."),
    )
    reason = yield from typed("reason", prompt, LONGEST_REASON)
    return again(one, ReadPair(one.id, reason) if reason else None)


def write(one: Case) -> Conversation[Outcome]:
    """One message to who reported."""
    prompt = lines(
        _("What would you like to write to {name}?")(name=called(one.reporter)),
        _("Others may see her phone. Write nothing that can hurt her."),
    )
    words = yield from typed("words", prompt, LONGEST)
    return again(one, WriteReporter(one.id, words) if words else None)


def again(one: Case, effect: Effect | None) -> Outcome:
    """Do it, and back to the case."""
    return Outcome((effect,) if effect is not None else (), then="case", about=str(one.id))


# limit: 24
TALK = Talk("case", _("A report"), case, open_to_all=True)
