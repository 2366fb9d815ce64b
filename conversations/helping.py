"""Help: how this works, what can be typed, whom to call."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, _, choice, lines, look, p_, paragraphs
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Helplines
from conversations.danger import IN_DANGER, emergency, shown


def helping(_about: str) -> Conversation[Outcome]:
    """Five short lines, the words to type, the emergency numbers, and a way to more of them."""
    known = yield from look("helplines", Helplines())
    then = yield from choice(
        "then",
        paragraphs(
            lines(
                _("I ask. You tap an answer or write."),
                _("Where you write, you can also send a voice message."),
                _("No answer is wrong. With Back you change it."),
                _("Stop when you like. I keep your place."),
                _("You decide what you tell me."),
            ),
            _("You can type: menu, back, skip, stop, help, language."),
            lines(_("In danger? Call:"), *(shown(line) for line in emergency(known))),
        ),
        {
            # limit: 20
            "on": p_("button", "Go on"),
            "danger": IN_DANGER,
        },
    )
    return Outcome(then="danger") if then == "danger" else Outcome()


TALK = Talk(
    "help",
    _("How this works"),
    helping,
    words=p_("typed words", "help|how does this work|i do not understand|i don't understand|what is this|?"),
    command="help",
    open_to_all=True,
    aside=True,
)
