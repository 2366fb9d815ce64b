"""When she is in danger: the numbers first, in the same reply, and nothing that she has to answer for them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.dialogue.steps import Conversation, Ltr, Talk, Text, Words, _, choice, lines, look, p_, paragraphs
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Helpline, Helplines, Me

# What is shown when a programme brings no number of its own: 112 holds in all of Europe.
EUROPE = Helpline(
    "112",
    "112",
    "Ambulance, fire brigade, police. In all of Europe.",
    "https://www.police.be",
    "2026-11-01",
    danger=True,
)
# limit: 20
IN_DANGER = p_("button", "🆘 I am in danger")
# limit: 20
SAFE = p_("button", "I am safe now")
# limit: 20
MORE = p_("button", "More numbers")
SO_MANY = 2  # helplines beside the emergency numbers in the first answer (TRUST, Safeguarding)


def shown(helpline: Helpline) -> Text:
    """One line: the number, and what it is for in plain words."""
    line = _("{number}: {what}") if helpline.sure else _("{number}: {what} (Please check.)")
    return line(number=Ltr(helpline.number), what=Text(helpline.what))


def emergency(known: Iterable[Helpline]) -> tuple[Helpline, ...]:
    """The emergency numbers, which are there for everyone in any language."""
    return tuple(line for line in known if line.danger and not line.languages) or (EUROPE,)


def someone_to_call(known: Iterable[Helpline], language: str) -> list[Helpline]:
    """Two helplines for the first answer: those in her language, then the first of the others. Only sure ones."""
    fit = [line for line in known if line.danger and line.languages and line.sure]
    return sorted(fit, key=lambda line: language not in line.languages)[:SO_MANY]


def more_numbers(known: Iterable[Helpline]) -> list[Helpline]:
    """All numbers for grown women but the emergency ones."""
    return [line for line in known if not line.youth and (line.languages or not line.danger)]


def listed(known: Iterable[Helpline]) -> Words:
    """Numbers under each other."""
    return lines(*(shown(line) for line in known))


def danger(_about: str) -> Conversation[Outcome]:
    """Numbers, then one gentle question: go on, or more numbers."""
    known = yield from look("helplines", Helplines())
    me = yield from look("me", Me())
    now = yield from choice(
        "now",
        paragraphs(
            lines(_("In danger? Call:"), *(shown(line) for line in emergency(known))),
            lines(_("To talk with someone:"), *(shown(line) for line in someone_to_call(known, me.language))),
            _("It is not your fault. Go to a safe place if you can."),
        ),
        {"safe": SAFE, "more": MORE},
    )
    if now == "more":
        yield from choice(
            "more",
            paragraphs(
                lines(_("In danger? Call:"), *(shown(line) for line in emergency(known))),
                listed(more_numbers(known)),
            ),
            {"safe": SAFE},
        )
    return Outcome()


TALK = Talk(
    "danger",
    _("Numbers to call"),
    danger,
    words=p_(
        "typed words",
        "i am in danger|im in danger|i'm in danger|danger|emergency|sos|112|101|police|urgent|he hits me"
        "|he beats me|my husband hits me|my husband beats me|my partner hits me|someone hits me|he hurts me"
        "|he wants to kill me|he will kill me|he threatens me|i am afraid of him|i am scared of him|i am not safe"
        "|i'm not safe|im not safe|please save me|help me now|call the police|he raped me|i was raped|he locks me in"
        "|he follows me|i want to die|i want to kill myself",
    ),
    command="urgent",
    open_to_all=True,
    aside=True,
)
