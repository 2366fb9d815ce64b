"""Being introduced (C4): the mentee and the mentor's contact each say yes or no; then each can say how to reach her.

The contact comes by a link. If she is new here, she is asked what every woman is asked before anything is kept.
"""

from __future__ import annotations

from bot.dialogue.steps import (
    Conversation,
    Own,
    Talk,
    Words,
    _,
    choice,
    lines,
    look,
    optional,
    own,
    p_,
    paragraphs,
    read_own,
    say,
    text,
    write_own,
    yes_no,
)
from bot.mentoring.effects import Effect, Outcome, SetProfile
from bot.mentoring.lookups import NOT_HERE, Helplines, Languages, Me
from bot.mentoring.meetings import (
    LONGEST_REACH,
    AnswerIntroduction,
    GiveReach,
    Introduction,
    IntroductionOf,
    IntroductionState,
    Part,
)
from bot.mentoring.people import Person
from conversations.consent import ask_consent
from conversations.language import choose_language
from conversations.meet import LETTERS, TRIES, is_id, typed
from conversations.preferences import LONGEST_NAME, is_name
from conversations.welcome import FORGET, ask_who, other_places, too_young, without_a_yes


def begin(about: str) -> Conversation[Outcome]:
    """`about`: the id of an introduction. Whoever it is not for reads the same as where it is over."""
    asked = (yield from look("introduction", IntroductionOf(int(about)))) if is_id(about) else None
    me = yield from look("me", Me())
    if asked is None:
        yield from say(NOT_HERE)
        return Outcome()
    if asked.part is Part.MENTOR:
        yield from say(_("These words are for your contact. They still work: send them to her."))
        return Outcome()
    if not me.takes_part and (asked.said or asked.part is Part.MENTEE):  # she took her yes to taking part back
        return Outcome(then="consent")
    if asked.state is IntroductionState.ACCEPTED:
        return (yield from reach(asked))
    if asked.said:
        yield from say(_("You said yes. I tell you when she answers."))
        return Outcome()
    return (yield from (answer_as_mentee if asked.part is Part.MENTEE else answer_as_contact)(asked, me))


# --- yes or no ----------------------------------------------------------------------------------------------------


def answer_as_mentee(asked: Introduction, _me: Person) -> Conversation[Outcome]:
    """Her mentor would like her to meet somebody."""
    prompt = paragraphs(
        _("{name} would like you to meet a woman she knows.")(name=own(asked.mentor)),
        _("She writes: {words}")(words=read_own(asked.why)) if asked.why else None,
        lines(
            _("If you both say yes, you read each other's name here."),
            _("Nothing else is shown. I tell nobody who said no."),
        ),
        _("Would you like that?"),
    )
    yes = yield from yes_no("yes", prompt)
    yield from say(
        _("Good. Now the other woman is asked. I tell you when she says yes.") if yes else _("That is fine.")
    )
    return Outcome((AnswerIntroduction(asked.id, yes),))


def answer_as_contact(asked: Introduction, me: Person) -> Conversation[Outcome]:
    """A woman who came by the link. Until she has said yes to taking part, only her language is kept."""
    if not me.takes_part and not me.adult:
        yield from choose_language("language", (yield from look("languages", Languages())), drafts=False)
    if not (yield from yes_no("yes", what_this_is(asked, new=not me.takes_part))):
        yield from say(_("That is fine. I tell nobody who said no."))
        return Outcome((AnswerIntroduction(asked.id, False),))
    effects: list[Effect] = []
    if not me.takes_part:
        given = yield from ask_consent("consent")
        if not given.given:
            yield from say(without_a_yes())
            return Outcome((AnswerIntroduction(asked.id, False),))
        effects.append(given)
    if not me.adult:
        who = yield from ask_who()
        if who != "woman":
            numbers = yield from look("helplines", Helplines())
            yield from say(too_young(numbers) if who == "young" else other_places(numbers), keep=True)
            return Outcome((AnswerIntroduction(asked.id, False), *FORGET))
        effects.append(SetProfile(adult=True))
    if not me.alias:
        effects.append(SetProfile(alias=(yield from ask_name())))
    return Outcome((*effects, AnswerIntroduction(asked.id, True)))


def what_this_is(asked: Introduction, *, new: bool) -> Words:
    """Who asks, what for, what is kept."""
    return paragraphs(
        lines(
            _("Hello! A woman you know sent you here. Her name in this chat is {name}.")(name=own(asked.mentor)),
            _("She would like you to meet a woman whom she supports."),
            _("That woman has already said yes."),
        ),
        lines(
            _("If you say yes, you read each other's name here."),
            _("Then each can say how to reach her. You need not."),
            _("I keep your language, your yes and your name here. You can erase it all.") if new else None,
            _("I tell nobody who said no."),
        ),
        _("Would you like that?"),
    )


def ask_name() -> Conversation[str]:
    """What the other woman is to call her."""
    prompt: Words = _("What may she call you? Any name you like. It need not be your real one.")
    for n in range(1, TRIES + 1):
        told = yield from text(f"alias.{n}", prompt, limit=LONGEST_NAME)
        if is_name(told):
            return told.text.strip()
        prompt = _("I need a name in letters. Please type it.")
    return "♥"


# --- how to reach her ---------------------------------------------------------------------------------------------


def reach(asked: Introduction) -> Conversation[Outcome]:
    """Both said yes. Each can give the other a way to reach her: the one place where that is what it is about."""
    if asked.gave:
        yield from say(_("You two know each other now. The rest is yours."))
        return Outcome()
    name = own(asked.other)
    prompt: Words = paragraphs(
        _("You both said yes. Her name is {name}.")(name=name),
        lines(
            _("You can tell her how to reach you."),
            _("A phone number, a mail address, or a place and time."),
            _("I bring it to her once. You can also skip."),
        ),
    )
    for n in range(1, TRIES + 1):
        words = yield from optional(text(f"reach.{n}", prompt, limit=LONGEST_REACH))
        if words is None:
            break
        if typed(words):
            return (yield from shown_first(asked, words))
        prompt = LETTERS
    yield from say(_("That is fine. If she tells you how to reach her, I bring it to you."))
    return Outcome((GiveReach(asked.id),))


def shown_first(asked: Introduction, words: Own) -> Conversation[Outcome]:
    """Nothing goes before she has seen what goes."""
    sure = yield from choice(
        "sure",
        paragraphs(_("This goes to {name}:")(name=own(asked.other)), words, _("Is it right?")),
        {
            # limit: 20
            "send": p_("button", "Send it"),
            # limit: 20
            "no": p_("button", "Do not send"),
        },
    )
    return Outcome((GiveReach(asked.id, write_own(words) if sure == "send" else None),))


TALK = Talk(
    "introduced",
    # limit: 24
    _("An introduction"),
    begin,
    open_to_all=True,
)
