"""What each platform allows (core.telegram.org/bots/api and developers.facebook.com/docs/whatsapp, November 2026),
measured on what the channels would show. The numbers stand here on their own: the adapters are what is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from bot.channels import telegram_bubbles, whatsapp_bubbles
from bot.messages import Bubble, Button, Message

Look = Callable[[Message], tuple[Bubble, ...]]

LOOKS: Mapping[str, Look] = {
    "telegram": telegram_bubbles.present,
    "whatsapp": whatsapp_bubbles.present,
    "plain": lambda message: (Bubble(message.text, tuple((one,) for one in (*message.options, *message.nav))),),
}
MOST_PAGES = 12


def units(text: str) -> int:
    """Length in UTF-16 units, as both platforms' clients count."""
    return len(text.encode("utf-16-le")) // 2


@dataclass
class Longest:
    """The longest of each kind of label, with the words."""

    seen: dict[str, str] = field(default_factory=dict)

    def note(self, kind: str, text: str) -> None:
        """Remember it where it is longer than what was seen before."""
        if units(text) > units(self.seen.get(kind, "")):
            self.seen[kind] = text

    def join(self, other: Longest) -> None:
        """Take another's over."""
        for kind, text in other.seen.items():
            self.note(kind, text)

    def told(self) -> Iterator[str]:
        """A line each."""
        for kind, text in sorted(self.seen.items()):
            shown = text.replace("\n", " / ")
            yield f"  {kind}: {units(text)}  {shown if len(shown) < 80 else shown[:77] + '...'}"


def troubles(message: Message, look: str, longest: Longest, names: Collection[str] = ()) -> list[str]:
    """Everything about one message that its platform would refuse, cut or leave unreachable. names: the names of women
    among its labels: these may be cut where they stand in the text with the same number."""
    bubbles = LOOKS[look](message)
    found = [trouble for bubble in bubbles for trouble in CHECKS[look](bubble, longest)]
    buttons = [one for bubble in bubbles for one in all_buttons(bubble)]
    found += [f"data of {units(one.data)}: {one.data}" for one in buttons if not 1 <= len(one.data.encode()) <= 64]
    text = "\n".join(bubble.text for bubble in bubbles).split("\n")
    found += [
        f"a label is cut: {one.label}" for one in buttons if "…" in one.label and not whole_in(text, one.label, names)
    ]
    found += way_out(message, bubbles)
    if look != "plain":
        found += [f"no button on any page: {one.label}" for one in unreachable(message, LOOKS[look])]
    return found


def whole_in(text: list[str], label: str, names: Collection[str]) -> bool:
    """Whether the line of the text that begins like this label has one of the names in full."""
    number, _dot, head = label.partition(". ")
    full = [line.partition(". ")[2] for line in text if line.startswith(f"{number}. ")]
    return bool(head) and any(line in names and line.startswith(head.removesuffix("…").rstrip()) for line in full)


def all_buttons(bubble: Bubble) -> list[Button]:
    """Everything to tap below one bubble."""
    return [*(one for row in bubble.rows for one in row), *bubble.menu]


def telegram(bubble: Bubble, longest: Longest) -> Iterator[str]:
    """Telegram: text 4096, caption 1024, 8 buttons in a row, 100 in all. A label has no limit but the phone's width."""
    attached = bubble.picture is not None or bubble.document is not None
    yield from over(
        "telegram caption" if attached else "telegram text", bubble.text, 1024 if attached else 4096, longest
    )
    if not (bubble.text or attached):
        yield "an empty message"
    if len(all_buttons(bubble)) > 100 or any(len(row) > 8 for row in bubble.rows):
        yield "too many buttons"
    for one in all_buttons(bubble):
        yield from over("telegram button", one.label, 40, longest)  # wider, a phone of 360 px cuts it


def whatsapp(bubble: Bubble, longest: Longest) -> Iterator[str]:
    """WhatsApp: text 4096, with buttons 1024; 3 buttons of 20; a list of 10 rows, 24 and 72; footer 60."""
    buttons = all_buttons(bubble)
    attached = bubble.picture is not None or bubble.document is not None
    yield from over(
        "whatsapp body" if buttons else "whatsapp text", bubble.text, 1024 if buttons or attached else 4096, longest
    )
    yield from over("whatsapp footer", bubble.footer, 60, longest)
    if buttons and not bubble.text:
        yield "buttons without text"
    if bubble.rows and bubble.menu:
        yield "buttons and a list at once"
    if sum(len(row) for row in bubble.rows) > 3 or len(bubble.menu) > 10:
        yield "too many buttons or rows"
    if len({one.label for one in buttons}) < len(buttons):
        yield "two titles are the same"
    for one in buttons:
        yield from over(
            "whatsapp row" if bubble.menu else "whatsapp button", one.label, 24 if bubble.menu else 20, longest
        )
        yield from over("whatsapp description", one.hint, 72, longest)
        if one.hint.endswith("…"):
            yield f"a description is cut: {one.hint}"
        if not one.label.strip():
            yield "a button without a label"
    if bubble.menu:
        yield from over("whatsapp list opener", bubble.menu_label, 20, longest)
        if not bubble.menu_label.strip(" …"):
            yield "a list that nothing opens"


def plain(bubble: Bubble, longest: Longest) -> Iterator[str]:
    """Simulator and terminal: no limit, but something to read, and labels that differ."""
    labels = [one.label for one in all_buttons(bubble)]
    if not bubble.text.strip() or len(set(labels)) < len(labels):
        yield "no text, or two labels are the same"


CHECKS: Mapping[str, Callable[[Bubble, Longest], Iterator[str]]] = {
    "telegram": telegram, "whatsapp": whatsapp, "plain": plain,
}  # fmt: skip


def over(kind: str, text: str, limit: int, longest: Longest) -> Iterator[str]:
    """Note a label, and say where it is too long."""
    longest.note(kind, text)
    if units(text) > limit:
        yield f"{kind} has {units(text)}, more than {limit}: {text[:60]}"


def way_out(message: Message, bubbles: tuple[Bubble, ...]) -> list[str]:
    """Back, Stop and whatever else is in `nav`: each a button, or named whole in the small print below the question."""
    tappable = {one.data for bubble in bubbles for one in all_buttons(bubble)}
    small_print = " ".join(bubble.footer for bubble in bubbles)
    return [
        f"no way to {one.label}" for one in message.nav if one.data not in tappable and one.label not in small_print
    ]


def unreachable(message: Message, look: Look) -> list[Button]:
    """Options that stand on no page."""
    missing = {one.data: one for one in message.options}
    for page in range(MOST_PAGES):
        for bubble in look(replace(message, page=page)):
            for one in all_buttons(bubble):
                missing.pop(one.data, None)
        if not missing:
            break
    return list(missing.values())
