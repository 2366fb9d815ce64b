"""A question and what was said before it, as messages in her language (in no platform's form yet)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from bot.dialogue.steps import (
    Ask,
    Choice,
    Choices,
    Day,
    FreeText,
    Number,
    Option,
    Picture,
    Say,
    Scale,
    Words,
    _,
    p_,
    paragraphs,
)  # fmt: skip
from bot.engine.understand import NAV_LABELS, Nav, button_data, ticked
from bot.i18n import Catalogs
from bot.mentoring.people import Person
from bot.messages import Button, Drawing, Message

# limit: 20
PICK = p_("button", "Choose")
# limit: 20
MORE = p_("button", "More")
# limit: 30
WRITE = p_("footer", "You can write:")
TICK = "✓ "


def draw_question(
    talk: str,
    ask: Ask,
    said: Sequence[Say],
    draft: Sequence[str],
    person: Person,
    catalogs: Catalogs,
    *,
    lead: Words | None = None,
    edits: str = "",
    page: int = 0,
) -> list[Message]:
    """Messages for what was said and the question after it. What is to be kept stands in messages of its own; the rest
    goes into the question's, since on WhatsApp every message costs."""
    messages, open_words = spoken(said, person, catalogs, lead)
    words = paragraphs(*open_words, ask.prompt, hint(ask))
    columns = ask.kind.columns if isinstance(ask.kind, Choice) else 5 if isinstance(ask.kind, Scale) else 1
    nav = [] if ask.bare else nav_buttons(talk, ask, person.language, catalogs)
    question = Message(
        catalogs.render(words, person.language),
        options=tuple(option_buttons(talk, ask, draft, person.language, catalogs)),
        columns=columns,
        nav=tuple(nav),
        pick=catalogs.label(PICK, person.language),
        more=catalogs.label(MORE, person.language),
        typed=typed_line(nav, person.language, catalogs),
        page=page,
        page_data=button_data(talk, ask.key, ">", ""),
        edits="" if messages else edits,
        silent=person.discreet,
        language=person.language,
    )
    return [*messages, question]


def draw_said(said: Sequence[Say], person: Person, catalogs: Catalogs, *, lead: Words | None = None) -> list[Message]:
    """Messages for what was said where no question follows."""
    messages, rest = spoken(said, person, catalogs, lead)
    return [*messages, plain(paragraphs(*rest), person, catalogs)] if rest else messages


def spoken(
    said: Sequence[Say], person: Person, catalogs: Catalogs, lead: Words | None
) -> tuple[list[Message], list[Words]]:
    """What was said, split into messages that stand alone and the words left over for the question."""
    messages: list[Message] = []
    waiting: list[Words] = [lead] if lead is not None else []
    for say in said:
        waiting.append(say.words)
        if say.keep:
            messages.append(plain(paragraphs(*waiting), person, catalogs, say.picture))
            waiting = []
    return messages, waiting


def plain(words: Words, person: Person, catalogs: Catalogs, picture: Picture | None = None) -> Message:
    """A message without a question."""
    drawing = None
    if picture is not None:
        data = cast(dict[str, object], catalogs.data(picture.data, person.language))
        drawing = Drawing(picture.kind, data, person.language)
    text = catalogs.render(words, person.language)
    return Message(text, picture=drawing, silent=person.discreet, language=person.language)


def hint(ask: Ask) -> Words | None:
    """One line that says how to answer, where the buttons do not."""
    match ask.kind:
        case Scale(low, high, low_label, high_label):
            return _("{low} = {low_words}, {high} = {high_words}")(
                low=low, low_words=low_label, high=high, high_words=high_label
            )
        case Choices(own=True, one=True):
            return _("Tap one, or say it in your own words.")
        case Choices(own=True):
            return _("Tap what fits, then Done. You can also write or speak.")
        case Choices():
            return _("Tap all that fit, then Done.")
        case FreeText():
            return _("Write, or send a voice note.")
        case Day():
            return _("Tap a day, or write a date.")
        case Number():
            return _("Write a number.")
    return None


def option_buttons(talk: str, ask: Ask, draft: Sequence[str], language: str, catalogs: Catalogs) -> Iterable[Button]:
    """The options as buttons; of several, the ticked ones say so and untick when tapped."""
    options: Mapping[str, Option] = ask.kind.options
    several = ticked(ask)
    for key, option in options.items():
        chosen = several and key in draft
        sign = ("-" if chosen else "+") if several else "="
        label = (TICK if chosen else "") + catalogs.label(option.label, language)
        about = catalogs.label(option.hint, language) if option.hint is not None else ""
        yield Button(button_data(talk, ask.key, sign, key), label, about)


def nav_buttons(talk: str, ask: Ask, language: str, catalogs: Catalogs) -> list[Button]:
    """Done, Back, Skip and Stop, those that fit this question. Back stands at the first question too, so that she never
    has to look for it."""
    wanted = [
        *([Nav.DONE] if ticked(ask) else []),
        Nav.BACK,
        *([Nav.SKIP] if ask.skip else []),
        Nav.STOP,
    ]
    return [Button(button_data(talk, ask.key, "!", nav), catalogs.label(NAV_LABELS[nav], language)) for nav in wanted]


def typed_line(nav: Sequence[Button], language: str, catalogs: Catalogs) -> str:
    """The line that names the words she can type where the nav buttons have no room (60 characters on WhatsApp)."""
    if not nav:
        return ""
    comma = "، " if catalogs.direction(language) == "rtl" else ", "
    words = comma.join(button.label for button in nav)
    return f"{catalogs.label(WRITE, language)} {words}"
