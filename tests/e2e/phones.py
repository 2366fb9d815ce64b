"""The phones of both platforms, seen in one way: the question that is open, what can be tapped, what was shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from bot.engine.understand import read_button
from tests.e2e import telegram_people, whatsapp_people
from tests.e2e.telegram_fake import FakeTelegram
from tests.e2e.whatsapp_fake import FakeWhatsApp


@dataclass(frozen=True)
class Card:
    """A question on her screen: its message, the talk and question its buttons name, and their labels by data."""

    id: Any
    text: str
    talk: str
    mark: str
    labels: Mapping[str, str]

    def option(self, wanted: str) -> str | None:
        """Data of the button for the option, or (for "") of the first option."""
        return next((data for data in self.labels if sign(data) in "=+" and wanted in ("", option(data))), None)

    def other(self, kind: str) -> str | None:
        """Data of the first button of another kind: ">" another page, "!done"."""
        return next((data for data in self.labels if data.split(".", 2)[-1].startswith(kind)), None)


def sign(data: str) -> str:
    """What a button does: "=", "+", "-", "!", ">"; "?" for none of ours."""
    press = read_button(data)
    return press.kind if press else "?"


def option(data: str) -> str:
    """The id of the option behind a button."""
    press = read_button(data)
    return press.value if press else ""


def card(message: Any, text: str, labels: Mapping[str, str]) -> Card | None:
    """A message as a question, None where its buttons ask nothing."""
    press = next((press for press in map(read_button, labels) if press), None)
    return Card(message, text, press.talk, press.question, labels) if press else None


S = TypeVar("S", telegram_people.Shown, whatsapp_people.Shown)


def newest(chat: list[S], part: str) -> S:
    """The newest message of the bot with `part` in its text. Raises LookupError."""
    for shown in reversed(chat):
        if not shown.mine and part in shown.text:
            return shown
    raise LookupError(f"nothing on her screen says {part!r}")


class Platform(Protocol):
    """A phone with one of the two apps. lease: how long a message that died with a process waits there; tells: the
    platform tells what it accepted, so that what died on its way need not be sent twice."""

    lease: timedelta
    tells: bool

    async def begin(self) -> None: ...
    async def write(self, words: str) -> object: ...
    async def tap(self, one: Card, data: str) -> object: ...
    async def speak(self) -> object: ...
    async def replies(self, text: str, to: Any) -> object:
        """She answers the message `to` (a Shown of her screen, as `finds` gives it)."""

    async def shows(self, photo: bytes, caption: str = "", to: Any = None) -> object:
        """She sends a photo, as an answer to a message where one is given."""

    def finds(self, part: str) -> Any:
        """The newest message on her screen from the bot with `part` in its text. Raises LookupError."""

    async def until(self, test: Callable[[], Any], within: float) -> Any: ...
    async def taken(self) -> None:
        """Wait until the bot has told the platform that it has what she did last."""

    def sent(self) -> list[dict[str, Any]]:
        """All that was shown on her screen, in order and in the platform's own form, edits included."""

    def card(self) -> Card | None:
        """The question that came last."""

    def refused(self) -> list[str]:
        """What the platform refused of what the bot sent."""

    def secrets(self) -> list[str]:
        """What must stand in no log: her address, the token of the bot."""

    def pictures(self) -> list[bytes]: ...
    def files(self) -> list[tuple[str, bytes]]: ...
    def voices(self) -> list[bytes]:
        """What she can listen to, oldest first."""


class OnTelegram:
    """A phone with Telegram."""

    lease = timedelta(seconds=61)
    tells = False
    SENDS = ("sendMessage", "sendPhoto", "sendDocument", "sendVoice", "editMessageText")

    def __init__(self, fake: FakeTelegram, hint: str) -> None:
        self.fake = fake
        self.person = fake.person(hint)
        self._last = 0

    async def begin(self) -> None:
        self._last = await self.person.types("/start")

    async def write(self, words: str) -> None:
        self._last = await self.person.types(words)

    async def tap(self, one: Card, data: str) -> None:
        self._last = await self.person.presses(one.id, data)

    async def speak(self) -> None:
        self._last = await self.person.sends_voice()

    async def replies(self, text: str, to: telegram_people.Shown) -> None:
        self._last = await self.person.types(text, reply_to=to)

    async def shows(self, photo: bytes, caption: str = "", to: telegram_people.Shown | None = None) -> None:
        self._last = await self.person.sends_photo(photo, caption, reply_to=to)

    def finds(self, part: str) -> telegram_people.Shown:
        return newest(self.person.chat, part)

    async def until(self, test: Callable[[], Any], within: float) -> Any:
        return await self.fake.until(test, within)

    async def taken(self) -> None:
        await self.until(lambda: all(update["update_id"] > self._last for update in self.fake.pending), 20)

    def sent(self) -> list[dict[str, Any]]:
        return [{"method": method} | params for method, params in self.fake.calls if method in self.SENDS]

    def card(self) -> Card | None:
        shown: list[telegram_people.Shown] = sorted(self.person.chat, key=lambda one: one.serial)
        cards = [
            card(one.message_id, one.text, {data: label for row in one.rows for label, data in row}) for one in shown
        ]
        return next((one for one in reversed(cards) if one), None)

    def refused(self) -> list[str]:
        # Made, but not recorded, and so made again: an edit that changes nothing, a tap that was answered. And what the
        # long poll of a process that was killed is told when the next one asks.
        normal = ("message is not modified", "query is too old", "terminated by other getUpdates request")
        return [f"{method}: {words}" for method, words in self.fake.refused if not any(one in words for one in normal)]

    def secrets(self) -> list[str]:
        return [str(self.person.user_id), self.fake.token]

    def pictures(self) -> list[bytes]:
        return [shown.photo for shown in self.person.chat if shown.photo]

    def files(self) -> list[tuple[str, bytes]]:
        return [shown.document for shown in self.person.chat if shown.document]

    def voices(self) -> list[bytes]:
        return [shown.voice[0] for shown in self.person.chat if shown.voice]


class OnWhatsApp:
    """A phone with WhatsApp."""

    lease = timedelta(seconds=901)
    tells = True

    def __init__(self, fake: FakeWhatsApp) -> None:
        self.fake = fake
        self.person = fake.person()

    async def begin(self) -> None:
        await self.person.types("Hello!")

    async def write(self, words: str) -> None:
        await self.person.types(words)

    async def tap(self, one: Card, data: str) -> None:
        await self.person.presses(one.id, data)

    async def speak(self) -> None:
        await self.person.sends_voice()

    async def replies(self, text: str, to: whatsapp_people.Shown) -> None:
        await self.person.types(text, to)

    async def shows(self, photo: bytes, caption: str = "", to: whatsapp_people.Shown | None = None) -> None:
        await self.person.sends_photo(photo, caption, reply_to=to)

    def finds(self, part: str) -> whatsapp_people.Shown:
        return newest(self.person.chat, part)

    async def until(self, test: Callable[[], Any], within: float) -> Any:
        return await self.fake.until(test, within)

    async def taken(self) -> None:
        await self.fake.settle()

    def sent(self) -> list[dict[str, Any]]:
        hidden = ("biz_opaque_callback_data",)
        return [{name: part for name, part in call.items() if name not in hidden} for call in self.fake.calls]

    def card(self) -> Card | None:
        shown: list[whatsapp_people.Shown] = self.person.chat
        cards = [
            card(one.id, one.text, dict(one.buttons) | {ref: title for ref, title, _ in one.rows})
            for one in shown
            if not one.mine
        ]
        return next((one for one in reversed(cards) if one), None)

    def refused(self) -> list[str]:
        return [str(refusal) for refusal in self.fake.refusals]

    def secrets(self) -> list[str]:
        return [*self.person.addresses, self.fake.token, self.fake.app_secret]

    def pictures(self) -> list[bytes]:
        return [shown.photo for shown in self.person.chat if shown.photo]

    def files(self) -> list[tuple[str, bytes]]:
        return [shown.document for shown in self.person.chat if shown.document]

    def voices(self) -> list[bytes]:
        return [shown.voice for shown in self.person.chat if shown.voice]


EDIT = "editMessageText"


def every_data(sent: Mapping[str, Any]) -> Iterator[str]:
    """Data of all buttons of a message in either platform's form."""
    if "reply_markup" in sent:
        for row in json.loads(sent["reply_markup"])["inline_keyboard"]:
            yield from (button["callback_data"] for button in row)
    action = sent.get("interactive", {}).get("action", {})
    yield from (one["reply"]["id"] for one in action.get("buttons", ()))
    yield from (row["id"] for section in action.get("sections", ()) for row in section["rows"])


def every_word(sent: Mapping[str, Any]) -> Iterator[str]:
    """Everything that can be read in a message, in either platform's form."""
    if "method" in sent:
        yield from (str(sent[name]) for name in ("text", "caption") if name in sent)
        if "reply_markup" in sent:
            for row in json.loads(sent["reply_markup"])["inline_keyboard"]:
                yield from (button["text"] for button in row)
        return
    names = ("body", "text", "caption", "title", "description", "button")
    todo: list[Any] = [sent]
    while todo:
        part = todo.pop()
        items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for name, value in items:
            if isinstance(value, str) and name in names:
                yield value
            elif isinstance(value, dict | list):
                todo.append(value)
