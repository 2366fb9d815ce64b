"""My data: what is kept, for how long, and a copy of it (GDPR articles 15, 16 and 20)."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, Text, _, choice, lines, look, p_, paragraphs
from bot.mentoring.effects import Outcome, SendMyData
from bot.mentoring.lookups import Me


def my_data(_about: str) -> Conversation[Outcome]:
    """Send a copy, change something, or erase it all."""
    me = yield from look("me", Me())
    # limit: 20
    send = p_("button", "Send it to me")
    # limit: 20
    change = p_("button", "Change it")
    # limit: 20
    erase = p_("button", "Erase it all")
    options: dict[str, Text] = {"send": send, **({"change": change} if me.takes_part else {}), "erase": erase}
    now = yield from choice(
        "now",
        paragraphs(
            lines(
                _("This is what I keep of you:"),
                _("your language and your settings,"),
                _("your answers and your goals,"),
                _("what you said yes to,"),
                _("and where to write to you in this chat."),
            ),
            _("I keep it until you erase it."),
        ),
        options,
    )
    if now == "send":
        return Outcome((SendMyData(),))
    return Outcome(then="preferences" if now == "change" else "erase")


TALK = Talk(
    "my_data",
    _("My data"),
    my_data,
    words=p_("typed words", "my data|what do you know about me|what do you know of me|privacy"),
    command="data",
    open_to_all=True,
)
