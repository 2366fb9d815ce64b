"""Becoming a coordinator: whoever opens an invitation reads what it means, says yes, and gets a number to tell.

Who comes only for this has not been through the welcome. Her yes on the one screen here is her consent to take part (as
a coordinator) and to the keeping of what the screen names: these two purposes are recorded with version and hash, and
nothing else is. She is asked nothing about herself but a name, so there is nothing to propose to mentors or to count.
Whoever was a member before keeps what she said yes to.
"""

from __future__ import annotations

from hashlib import sha256

from bot.dialogue.steps import Conversation, Ltr, Talk, Words, _, lines, look, p_, paragraphs, say, text, yes_no
from bot.mentoring.effects import GiveConsent, Outcome, SetProfile
from bot.mentoring.lookups import NOT_HERE, Languages, Me
from bot.mentoring.people import Person
from bot.mentoring.requests import number
from bot.mentoring.team import AskToCoordinate, CoordinatorState, InvitedToCoordinate
from conversations.consent import NEEDED, msgids
from conversations.language import choose_language
from conversations.preferences import LONGEST_NAME

VERSION = "coordinator-2026-11"  # a new one whenever the meaning of the screen below changes
LETTERS = _("I need your words in letters. Please type them.")

SCREEN = paragraphs(
    _("You are invited as a coordinator of this programme."),
    lines(
        _("What you do:"),
        _("You talk with each new mentor, and approve her."),
        _("You look at reports. They can come at any hour."),
        _("You match women who wait with mentors."),
    ),
    lines(
        _("What you see: names, profiles, reports. Never a phone number."),
        _("Messages of two women you read only for a report. Both are told."),
    ),
    lines(
        _("What I keep of you: your name here, your language, what you decided."),
        _("Other coordinators see your name. You can leave at any time."),
        _("Telegram or Meta (WhatsApp) carries our messages and could read them."),
    ),
    _("Are you 18 or older, and do you say yes to this?"),
)


def coordinator(about: str) -> Conversation[Outcome]:
    """Language, one screen, her name; then the number, which alone makes her a coordinator once the operator hears
    it from her."""
    me = yield from look("me", Me())
    invitation = number(about)
    asked = yield from look("asked", InvitedToCoordinate(invitation))
    if asked is None:
        yield from say(NOT_HERE)
        return Outcome()
    if asked.state is CoordinatorState.CONFIRMED:
        return Outcome(then="coordination")
    if asked.state is CoordinatorState.ASKED:
        yield from say(tell_number(asked.number), keep=True)
        return Outcome()
    if not me.takes_part:
        yield from choose_language("language", (yield from look("languages", Languages())), drafts=False)
    # limit: 20
    no = p_("button", "No, thank you")
    # limit: 20
    if not (yield from yes_no("yes", SCREEN, yes=p_("button", "Yes, I do"), no=no)):
        yield from say(_("That is fine. I keep nothing of this."))
        return Outcome()
    name = me.alias or (yield from ask_name())
    if not name:
        return Outcome()
    return Outcome((consent_of(me), SetProfile(alias=name, adult=True), AskToCoordinate(invitation)))


def consent_of(me: Person) -> GiveConsent:
    """Her yes to taking part and keeping, beside what she had said yes to before."""
    shown = sha256("\n".join(msgids(SCREEN)).encode()).hexdigest()
    return GiveConsent(me.consents | NEEDED, VERSION, shown)


def tell_number(digits: str) -> Words:
    """What she does with the number."""
    return lines(
        _("Your code: {number}")(number=Ltr(digits)),
        _("Tell it by phone or in person to who invited you."),
        _("It holds for 48 hours. I write to you when you are confirmed."),
    )


def ask_name() -> Conversation[str]:
    """What the other coordinators call her; "" where she does not type it."""
    return (yield from typed("name", _("Which name shall the other coordinators see?"), LONGEST_NAME)) or ""


def typed(key: str, prompt: Words, limit: int) -> Conversation[str]:
    """Own words that must be typed, because another woman reads them; "" where they come as a voice note twice."""
    for each in (key, f"{key}.typed"):
        words = yield from text(each, prompt, limit=limit)
        if words.voice is None:
            return words.text.strip()
        yield from say(LETTERS)
    return ""


TALK = Talk("coordinator", _("Becoming a coordinator"), coordinator, open_to_all=True)
