"""Consent: asked on one screen in plain words, seen again and taken back at any time (GDPR articles 6, 7 and 13)."""

from __future__ import annotations

from hashlib import sha256

from bot.dialogue.steps import (
    Conversation,
    Joined,
    Talk,
    Text,
    Words,
    _,
    choice,
    lines,
    look,
    p_,
    paragraphs,
    yes_no,
)  # fmt: skip
from bot.mentoring.effects import GiveConsent, Outcome, WithdrawConsent
from bot.mentoring.lookups import Me
from bot.mentoring.people import Person, Purpose

CONSENT_VERSION = "2026-11"  # a new one whenever the meaning of the screen below changes
NEEDED = frozenset({Purpose.TAKE_PART, Purpose.KEEP})
WITHDRAW = "withdraw"  # what the talk is about when it is opened to take the yes back at once

# limit: 24
TAKE_BACK = p_("button", "✋ Take back my yes")
# limit: 20
SAY_YES = p_("button", "Say yes again")
POINTS = {
    Purpose.TAKE_PART: _("1. Take part: I ask, you answer, here in this chat."),
    Purpose.KEEP: _("2. Keep: I keep your answers, so that we can go on later."),
    Purpose.MENTORS: _("3. Mentors: I may propose you to mentors. They never see your number."),
    Purpose.STATISTICS: _("4. Statistics: your answers count, never with your name."),
}
READERS = (
    _("Telegram or Meta (WhatsApp) carries our messages and could read them."),
    _("Messages to mentors have no end-to-end encryption: no lock between two phones."),
    _("I lock your answers (encryption). The team of this programme has the key."),
    _("A mentor reads only what you agree to show her."),
)
SCREEN = paragraphs(
    _("First I need your yes. To what?"),
    lines(*POINTS.values()),
    lines(_("Who can read what?"), *READERS),
    _("You can take your yes back at any time: Menu, then “{take_back}”.")(take_back=TAKE_BACK),
)


def msgids(words: Words) -> list[str]:
    """The English sentences that some words are made of, in order."""
    if isinstance(words, Joined):
        return [one for part in words.parts for one in msgids(part)]
    return [words.msgid] if isinstance(words, Text) else []


def shown_hash() -> str:
    """SHA-256 of the sentences of the consent screen (English msgids, one a line): to what exactly she said yes."""
    return sha256("\n".join(msgids(SCREEN)).encode()).hexdigest()


def ask_consent(key: str) -> Conversation[GiveConsent]:
    """The consent screen: yes to all, a choice for each purpose, or no. What she gives may be nothing."""
    answer = yield from choice(
        key,
        SCREEN,
        {
            # limit: 20
            "all": p_("button", "Yes to all"),
            # limit: 20
            "each": p_("button", "One by one"),
            # limit: 20
            "none": p_("button", "No"),
        },
    )
    given = frozenset(Purpose) if answer == "all" else frozenset[Purpose]()
    if answer == "each":
        given = yield from ask_each(key)
    return GiveConsent(given if given >= NEEDED else frozenset(), CONSENT_VERSION, shown_hash())


def ask_each(key: str) -> Conversation[frozenset[Purpose]]:
    """A yes or no for each purpose. A no to what everything needs ends it: the rest would mean nothing."""
    given: set[Purpose] = set()
    for purpose, point in POINTS.items():
        if (yield from yes_no(f"{key}.{purpose}", point)):
            given.add(purpose)
        elif purpose in NEEDED:
            break
    return frozenset(given)


def consent(about: str = "") -> Conversation[Outcome]:
    """See what she said yes to and take it back; after that, give it again or erase everything."""
    me = yield from look("me", Me())
    if not me.takes_part:
        return (yield from without_consent(me))
    if about == WITHDRAW:
        return Outcome((WithdrawConsent(),), then="consent")
    said_yes = lines(*(point for purpose, point in POINTS.items() if purpose in me.consents))
    now = yield from choice(
        "now",
        paragraphs(_("You said yes to this:"), said_yes),
        {
            # limit: 20
            "keep": p_("button", "Leave it so"),
            # limit: 20
            "change": p_("button", "Change it"),
            # limit: 20
            "back": p_("button", "Take it back"),
        },
    )
    if now == "change":
        return ended(me, (yield from ask_consent("again")))
    return Outcome((WithdrawConsent(),), then="consent") if now == "back" else Outcome()


def without_consent(me: Person) -> Conversation[Outcome]:
    """What a missing yes means, and the ways on."""
    if not me.adult:  # she never came through the welcome
        return Outcome(then="welcome")
    now = yield from choice(
        "now",
        paragraphs(
            _("Your yes is taken back. I use nothing of yours any more."),
            _("Your answers stay locked until you erase them."),
            _("You can come back at any time."),
        ),
        {
            # limit: 20
            "erase": p_("button", "Erase it all"),
            "again": SAY_YES,
            # limit: 20
            "keep": p_("button", "Leave it so"),
        },
    )
    if now == "again":
        return ended(me, (yield from ask_consent("again")))
    return Outcome(then="erase") if now == "erase" else Outcome()


def ended(me: Person, answer: GiveConsent) -> Outcome:
    """A new answer is kept; one that is too little to take part is a withdrawal."""
    if answer.given:
        return Outcome((answer,))
    return Outcome((WithdrawConsent(),), then="consent") if me.takes_part else Outcome()


TALK = Talk(
    "consent",
    _("My yes"),
    consent,
    words=p_("typed words", "my yes|consent|my consent|take back my yes|take back my consent|withdraw"),
    command="consent",
    open_to_all=True,
)
