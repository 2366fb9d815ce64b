"""How a Message looks on Telegram, within its limits (https://core.telegram.org/bots/api, read November 2026)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from msgspec.structs import replace

from bot.channels.parts import attached, spoken
from bot.messages import Bubble, Button, Message
from bot.utf16 import units, whole

TEXT = 4096  # UTF-16 units of a message
CAPTION = 1024  # UTF-16 units below a picture or document
BUTTONS = 100  # buttons of one message
PAGE = 90  # options shown at once where there would be more buttons than Telegram takes
# Longest label, in UTF-16 units, that is shown whole on a phone of 360 px with so many buttons beside each other.
ROOM = {2: 18, 3: 11, 4: 6, 5: 4}

Row = tuple[Button, ...]


def present(message: Message) -> tuple[Bubble, ...]:
    """The bubbles of a message, in the order they are sent; all its buttons are below the last one with words.

    A picture, a document or a photo (the last of them) carries the text as its caption where it fits (1024), otherwise
    the text follows as its own bubble. A voice note comes after all. Text over 4096 is parted at the end of a
    paragraph, a line or a word. Telegram's buttons have no second line: hints of options that the text does not name
    already stand as lines "label: hint" at its end. Options stand `columns` beside each other (up to 5) where their
    labels have room, otherwise fewer; nav stands below, up to 3 in a row. `pick` and `typed` are not needed here.
    """
    text = _with_hints(message)
    rows = _keyboard(message)
    files, voice = attached(message), spoken(message)
    if not text.strip() and not files and voice:
        return (replace(voice[0], rows=rows),)
    if files and units(text) <= CAPTION:
        *before, last = files
        return (*before, replace(last, text=text, rows=rows), *voice)
    *first, last_part = split(text)
    return (*files, *map(Bubble, first), Bubble(last_part, rows=rows), *voice)


def clean(text: str) -> str:
    """Text that can be sent: no NUL, and U+FFFD for each half of a surrogate pair."""
    return whole(text.replace("\0", ""))


def split(text: str, limit: int = TEXT) -> list[str]:
    """At least one part, each at most `limit` UTF-16 units; nothing but white space at the cuts is lost."""
    parts = []
    while units(text) > limit:
        cut = _cut(text, limit)
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [part for part in (*parts, text) if part] or [text]


def _cut(text: str, limit: int) -> int:
    """Where to end the first part: the last paragraph, line, sentence or word that fits and leaves no tiny part."""
    window = text.encode("utf-16-le", "surrogatepass")[: limit * 2].decode("utf-16-le", "ignore")
    for end in ("\n\n", "\n", ". ", " "):
        place = window.rfind(end)
        if place > len(window) // 4:
            return place + len(end)
    return len(window)


def _with_hints(message: Message) -> str:
    hints = [
        f"{option.label}: {option.hint}"
        for option in message.options
        if option.hint and option.hint not in message.text
    ]
    return clean("\n\n".join(filter(None, (message.text, "\n".join(hints)))))


def _keyboard(message: Message) -> tuple[Row, ...]:
    options, nav = message.options, message.nav
    if len(options) + len(nav) > BUTTONS:
        start = message.page * PAGE
        options, rest = options[start : start + PAGE], options[start + PAGE :]
        if rest and message.page_data:
            nav = (Button(message.page_data, message.more or "…"), *nav)
    rows = _grid(options, message.columns)
    # Four of them look better as two and two than as three and one.
    return rows + _grid(nav, 2 if len(nav) == 4 else 3)


def _grid(buttons: Sequence[Button], columns: int) -> tuple[Row, ...]:
    """Rows of `columns`, or of fewer when a label would be cut off."""
    cleaned = [replace(button, label=clean(button.label), hint="") for button in buttons]
    longest = max((units(button.label) for button in cleaned), default=0)
    across = min(max(columns, 1), max(ROOM))
    while across > 1 and longest > ROOM[across]:
        across -= 1
    rest = iter(cleaned)
    return tuple(iter(lambda: tuple(islice(rest, across)), ()))
