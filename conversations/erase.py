"""Erase me: two taps, at once, and plain words about what stays elsewhere (GDPR article 17)."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, _, choice, lines, p_, paragraphs, say
from bot.mentoring.effects import EraseMe, Outcome


def erase(_about: str) -> Conversation[Outcome]:
    """One question, then it is done."""
    now = yield from choice(
        "now",
        paragraphs(
            _("Erase everything? Nobody can bring it back."),
            _("Gone at once: your answers, your goals, your settings."),
            lines(
                _("Not gone: this chat on your phone. You can delete it there."),
                _("Telegram or WhatsApp can have copies too."),
                _("If an old backup returns, I erase you again."),
            ),
        ),
        {
            # limit: 20
            "erase": p_("button", "Erase it all"),
            # limit: 20
            "keep": p_("button", "Keep it"),
        },
    )
    if now == "keep":
        return Outcome()
    yield from say(
        lines(
            _("Done. I have nothing of you any more."),
            _("Now you can delete this chat on your phone."),
            _("You can begin again at any time."),
        ),
        keep=True,
    )
    return Outcome((EraseMe(),))


TALK = Talk(
    "erase",
    _("Erase me"),
    erase,
    words=p_("typed words", "erase me|erase|delete me|forget me|erase everything|delete everything|erase my data"),
    command="erase",
    open_to_all=True,
)
