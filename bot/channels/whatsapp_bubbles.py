"""A Message within WhatsApp's limits: reply buttons, then a list, then pages of a list.

Limits: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages. Meta counts characters and does not
say of which kind; UTF-16 units, as its clients count, are never fewer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from msgspec.structs import replace

from bot.channels.parts import attached, spoken
from bot.messages import Bubble, Button, Message
from bot.utf16 import units, whole

TEXT = 4096
BODY = 1024  # of a message with buttons or a list, and of a caption
FOOTER = 60
BUTTONS = 3
BUTTON = 20  # title of a reply button, and of the button that opens a list
ROWS = 10  # in all sections of a list
TITLE = 24
DESCRIPTION = 72
BLANK = "…"  # where WhatsApp wants a word and the message has none


def cut(text: str, limit: int) -> str:
    """The text, or its beginning and "…" where it has more than `limit` units. No character is cut in half."""
    if units(text) <= limit:
        return text
    head = _head(text, limit - 1)
    return head.rstrip() + "…"


def split(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` units, parted at paragraphs, else lines, else words, else anywhere."""
    pieces = []
    while units(text) > limit:
        head = _head(text, limit)
        for mark in ("\n\n", "\n", " "):
            at = head.rfind(mark)
            if at > 0:
                head = head[:at]
                break
        pieces.append(head.rstrip())
        text = text[len(head) :].lstrip()
    return [*pieces, text]


def part_end(text: str, limit: int) -> tuple[str, str]:
    """The text in two: what goes before, and an end of at most `limit` units. The end is the last paragraph (the
    question itself) where it fits, else as much as fits of the last lines or words."""
    if units(text) <= limit:
        return "", text
    before, _, end = text.rpartition("\n\n")
    if before and end and units(end) <= limit:
        return before.rstrip(), end
    end = _tail(text, limit)
    for mark in ("\n", " "):
        at = end.find(mark)
        if at >= 0 and end[at:].strip():
            end = end[at:]
            break
    return text[: len(text) - len(end)].rstrip(), end.lstrip()


def present(message: Message) -> tuple[Bubble, ...]:
    """The bubbles of a message. Pure. `edits` is not heeded: WhatsApp edits nothing, so every card is a new one;
    `deletes` and `silent` cannot be done, and a message that only deletes has no bubble.

    At most 3 options are reply buttons, and `typed` in the footer names the words to type instead of nav. Without
    `typed`, for more options, and for labels that only a row has room for, a list with nav below. More options than fit
    are pages, turned by a row whose data is page_data and the next page's number, round and round. Nav without options
    (a question answered in words) is reply buttons, at most 3. A label over its limit is cut, and then all labels are
    numbered and written out in the text. A voice note comes after all: nothing can stand under it.
    """
    if message.deletes:
        return ()
    text = _clean(message.text)
    if message.options:
        options, turn = _page(message)
        if turn is None and _fit_buttons(options) and (message.typed or not message.nav):
            rows, written = _titled(options, BUTTON, 0, text)
            last = Bubble("", rows=tuple((one,) for one in rows), footer=_footer(message))
        else:
            rows, written = _titled(options, TITLE, DESCRIPTION, text)
            extra = [*([turn] if turn else []), *message.nav]
            menu = (*rows, *_plain(extra, TITLE, {row.label for row in rows}))
            last = Bubble("", menu=menu, menu_label=cut(_clean(message.pick), BUTTON) or BLANK)
        text = "\n\n".join(part for part in (text, written) if part)
    elif message.nav:
        nav = _plain(message.nav[:BUTTONS], BUTTON, set())
        shown = "" if len(message.nav) <= BUTTONS else _footer(message)
        last = Bubble("", rows=tuple((one,) for one in nav), footer=shown)
    else:
        return (*_without_buttons(text, attached(message)), *spoken(message))
    return (*_with_buttons(text, last, attached(message)), *spoken(message))


def _page(message: Message) -> tuple[tuple[Button, ...], Button | None]:
    """The options of this page, and the row that turns to the next one where they do not all fit."""
    room = ROWS - len(message.nav)
    if len(message.options) <= max(room, BUTTONS):
        return message.options, None
    size = max(1, room - 1)
    pages = -(-len(message.options) // size)
    page = message.page % pages
    turn = Button(f"{message.page_data}{(page + 1) % pages}", message.more or BLANK)
    return message.options[page * size : (page + 1) * size], turn


def _fit_buttons(options: tuple[Button, ...]) -> bool:
    """Whether reply buttons show them best: at most 3, and none that only a row of a list would show whole."""
    longest = max(units(_clean(one.label)) for one in options)
    return len(options) <= BUTTONS and not BUTTON < longest <= TITLE


def _titled(options: Iterable[Button], limit: int, room: int, text: str) -> tuple[list[Button], str]:
    """The options with distinct titles of at most `limit` units and hints of at most `room`, and what must be written
    below the text so that nothing is lost: all labels with their numbers where one had to be cut or two are the same,
    and each hint that has no room and does not stand in the text already."""
    whole = [Button(one.data, _clean(one.label) or BLANK, _clean(one.hint)) for one in options]
    labels = [one.label for one in whole]
    fits = all(units(label) <= limit for label in labels) and len(set(labels)) == len(labels)
    hints = [one.hint for one in whole if units(one.hint) > room and one.hint not in text]
    titled = [
        Button(
            one.data, one.label if fits else cut(f"{number}. {one.label}", limit), cut(one.hint, room) if room else ""
        )
        for number, one in enumerate(whole, 1)
    ]
    lines = []
    for number, one in enumerate(whole, 1):
        line = f"{one.label}: {one.hint}" if one.hint in hints else one.label
        lines.append(line if fits else f"{number}. {line}")
    written = lines if not fits else [line for line, one in zip(lines, whole, strict=True) if one.hint in hints]
    return titled, "\n".join(written)


def _plain(buttons: Iterable[Button], limit: int, taken: set[str]) -> list[Button]:
    """Buttons of our own words (nav, more) within the limit, told apart from those `taken`; they need no hint."""
    plain = []
    for one in buttons:
        title = cut(_clean(one.label), limit) or BLANK
        while title in taken:
            title = cut(title, limit - 2).removesuffix("…") + " ›"
        taken = taken | {title}
        plain.append(Button(one.data, title))
    return plain


def _footer(message: Message) -> str:
    return cut(_clean(message.typed), FOOTER)


def _without_buttons(text: str, files: list[Bubble]) -> tuple[Bubble, ...]:
    if not files:
        return tuple(Bubble(piece) for piece in split(text, TEXT) if piece)
    if units(text) <= BODY:
        return (*files[:-1], replace(files[-1], text=text))
    return (*(Bubble(piece) for piece in split(text, TEXT)), *files)


def _with_buttons(text: str, last: Bubble, files: list[Bubble]) -> tuple[Bubble, ...]:
    """Reply buttons carry a picture, document or photo as their header; a list cannot, so it follows."""
    before, end = part_end(text, BODY)
    bubbles = [Bubble(piece) for piece in split(before, TEXT) if piece] + files
    last = replace(last, text=end or BLANK)
    if last.rows and files:
        file = files[-1]
        headed = replace(last, picture=file.picture, document=file.document, photo=file.photo)
        return (*bubbles[:-1], headed)
    return (*bubbles, last)


def _clean(text: str) -> str:
    """The text as JSON and the platform take it: no NUL, no half of a surrogate pair, no blank ends."""
    return whole(text).replace("\0", "").strip()


def _head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` units that ends between two visible characters."""
    used = 0
    for at, char in enumerate(text):
        used += units(char)
        if used > limit:
            return text[: _seam(text, at)]
    return text


def _tail(text: str, limit: int) -> str:
    used = 0
    for back, char in enumerate(reversed(text)):
        used += units(char)
        if used > limit:
            at = len(text) - back
            while at < len(text) and _clings(text, at):
                at += 1
            return text[at:]
    return text


def _seam(text: str, at: int) -> int:
    """The nearest place at or before `at` where text can be cut; `at` itself where there is none."""
    place = at
    while place > 0 and _clings(text, place):
        place -= 1
    return place or at


def _clings(text: str, at: int) -> bool:
    """Whether the character at `at` belongs to the one before it: marks, joiners and skin tones."""
    here, before = text[at], text[at - 1]
    return (
        unicodedata.category(here) in ("Mn", "Me", "Mc")
        or here in "\u200d\ufe0f"
        or before == "\u200d"
        or "\U0001f3fb" <= here <= "\U0001f3ff"
    )
