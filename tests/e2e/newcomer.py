"""A newcomer and the way she walks: language, her yes, who she is, her strengths, one goal, her data.

The way is told in keys of questions and ids of options, which stand in the buttons; so it does not break when wording
changes, and it knows at each step which question must be open: none may come twice, none may be left out.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Protocol

from bot.engine.understand import question_mark, read_button
from tests.e2e import telegram_people, whatsapp_people
from tests.e2e.process import Sorora
from tests.e2e.telegram_fake import FakeTelegram
from tests.e2e.whatsapp_fake import FakeWhatsApp

SOON = 2.0  # seconds in which a bot that is up and has nothing to wait for has answered


# --- the way ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tap:
    """Tap the option with this id; the first one without."""

    option: str = ""


@dataclass(frozen=True)
class Write:
    """Write these words."""

    words: str


@dataclass(frozen=True)
class Speak:
    """Send a voice note."""


Act = Tap | Write | Speak
# What she writes: her goal, its second milestone, her first step. The English goal is as hostile as words can be.
WORDS: Mapping[str, tuple[str, str, str]] = {
    "en": ("Sell <b>bread</b> & {tea} _*[ at `market`", "A place on the market", "Ask the baker"),
    "fr": ("Vendre mon pain au marché", "Une place au marché", "Demander à la boulangère"),
    "nl": ("Mijn brood verkopen op de markt", "Een plaats op de markt", "De bakker vragen"),
    "ar": ("أبيع خبزي في السوق", "مكان في السوق", "أسأل الخبازة"),
}
SKILLS = ("confidence", "communication", "emotions", "stress", "culture", "teamwork")


def welcome(language: str) -> list[tuple[str, Act]]:
    """Key and answer of each question from the first to the first useful one."""
    return [
        ("language", Tap(language)),
        ("consent", Tap("all")),
        ("who", Tap("woman")),
        ("role", Tap("mentee")),
        ("first", Tap("strengths")),
    ]


def way(language: str) -> list[tuple[str, Act]]:
    """Key and answer of each question to the end: eighteen statements, a goal, and a copy of all that is kept."""
    goal, milestone, step = WORDS[language]
    statements = [(f"{skill}.{n}", Tap(str((n + place) % 5 + 1))) for place, skill in enumerate(SKILLS) for n in (1, 2, 3)]
    return [
        *welcome(language),
        *statements,
        ("first", Tap("stress")),
        ("row", Tap("goal")),
        ("field", Tap("own")),
        ("title.own", Write(goal)),
        ("measure", Tap("paper")),
        ("sure", Tap("4")),
        ("why", Speak()),
        ("by", Tap()),
        ("pieces.1", Tap("know")),
        ("pieces.2", Write(milestone)),
        ("pieces.3", Tap("enough")),
        ("step", Write(step)),
        ("moment", Tap()),
        ("review", Tap("keep")),
        ("row", Tap("my_data")),
        ("now", Tap("send")),
        ("row", Tap("help")),
    ]


# --- what she holds in her hands ----------------------------------------------------------------------------------


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


class Platform(Protocol):
    """A phone with one of the two apps. lease: how long a message that died with a process waits there; asks_first: the
    platform tells what it accepted, so that what died on its way need not be sent twice."""

    lease: timedelta
    tells: bool

    async def begin(self) -> None: ...
    async def write(self, words: str) -> object: ...
    async def tap(self, one: Card, data: str) -> object: ...
    async def speak(self) -> object: ...
    async def until(self, test: Callable[[], Any], within: float) -> Any: ...
    async def taken(self) -> None:
        """Wait until the bot has told the platform that it has what she did last."""

    def sent(self) -> list[dict[str, Any]]:
        """All that was shown on her screen, in order and in the platform's own form, edits included."""

    def card(self) -> Card | None:
        """The question that came last."""

    def refused(self) -> list[str]:
        """What the platform refused of what the bot sent."""

    def pictures(self) -> list[bytes]: ...
    def files(self) -> list[tuple[str, bytes]]: ...


class OnTelegram:
    """A phone with Telegram."""

    lease = timedelta(seconds=61)
    tells = False
    SENDS = ("sendMessage", "sendPhoto", "sendDocument", "editMessageText")

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
        # An edit that was made and not recorded is made again, and Telegram says that nothing is to be done.
        return [f"{method}: {words}" for method, words in self.fake.refused if "not modified" not in words]

    def pictures(self) -> list[bytes]:
        return [shown.photo for shown in self.person.chat if shown.photo]

    def files(self) -> list[tuple[str, bytes]]:
        return [shown.document for shown in self.person.chat if shown.document]


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

    def pictures(self) -> list[bytes]:
        return [shown.photo for shown in self.person.chat if shown.photo]

    def files(self) -> list[tuple[str, bytes]]:
        return [shown.document for shown in self.person.chat if shown.document]


# --- kills --------------------------------------------------------------------------------------------------------

# Before she acts; when she has; when the bot has said that it has it; when its answer is on the way; when she sees it.
MOMENTS = ("before", "acted", "taken", "sending", "shown")


@dataclass
class Killer:
    """Kills the process at steps that `chooses` picks (by number), at a moment by chance."""

    sorora: Sorora
    phone: Platform
    random: Random
    chooses: Callable[[int], bool] = lambda _number: True
    kills: int = 0
    log: list[str] = field(default_factory=list)

    def moment(self, number: int) -> str:
        """When to kill during this step, "" for never."""
        moment = self.random.choice(MOMENTS) if self.chooses(number) else ""
        if moment:
            self.log.append(f"{number} {moment}")
        return moment

    async def kill(self) -> None:
        """Kill and start again. On a platform that tells nothing of what it accepted, the break is as long as the lease."""
        self.kills += 1
        await self.sorora.kill()
        if not self.phone.tells:
            self.sorora.watch.ahead += self.phone.lease
        await self.sorora.start()

    async def wait_out(self) -> None:
        """A message died before the platform had it: it goes out when its lease is over, here after another restart."""
        await self.sorora.kill()
        self.sorora.watch.ahead += self.phone.lease
        await self.sorora.start()


# --- the newcomer -------------------------------------------------------------------------------------------------


@dataclass
class Newcomer:
    """Walks the way, with a killer or without. hers: what she did, in order."""

    phone: Platform
    language: str
    killer: Killer | None = None
    hers: list[str] = field(default_factory=list)

    async def walk(self, steps: list[tuple[str, Act]]) -> None:
        """Begin, and answer each question; it must be the one that comes next."""
        first, *_ = steps
        await self.step(0, self.phone.begin, first[0])
        self.hers.append("/start")
        following = [key for key, _ in steps[1:]]
        for number, ((key, act), then) in enumerate(zip(steps, following, strict=False), 1):
            await self.answer(number, key, act, then)

    async def answer(self, number: int, key: str, act: Act, then: str) -> None:
        """Answer the open question, and wait for the one that is to follow."""
        if isinstance(act, Tap):
            one = await self.page_with(key, act.option)
            data = one.option(act.option)
            assert data is not None
            self.hers.append(one.labels[data])
            await self.step(number, lambda: self.phone.tap(one, data), then)
        elif isinstance(act, Write):
            self.hers.append(act.words)
            await self.step(number, lambda: self.phone.write(act.words), then)
        else:
            self.hers.append("(voice note)")
            await self.step(number, self.phone.speak, then)

    async def page_with(self, key: str, wanted: str) -> Card:
        """The open question, turned to the page of its list that has this option."""
        for _ in range(9):
            one = await self.asked(key)
            if one.option(wanted):
                return one
            turn = one.other(">")
            assert turn is not None, f"no option {wanted!r} at {key!r}: {list(one.labels.values())}"
            self.hers.append(one.labels[turn])
            await self.phone.tap(one, turn)
            await self.phone.until(lambda before=one: self.phone.card() != before, 20)  # type: ignore[misc]
        raise AssertionError(f"no page has {wanted!r}")

    async def step(self, number: int, act: Callable[[], Awaitable[object]], then: str) -> None:
        """One act of hers and the question that follows, killed on the way where the killer wants it."""
        moment = self.killer.moment(number) if self.killer else ""
        if moment == "before":
            await self.kill()
        before = len(self.phone.sent())
        await act()
        if moment == "taken":
            await self.phone.taken()
        elif moment == "sending":
            await self.phone.until(lambda: len(self.phone.sent()) > before, 20)
        if moment in ("acted", "taken", "sending"):
            await self.kill()
        await self.asked(then)
        if moment == "shown":
            await self.kill()

    async def kill(self) -> None:
        assert self.killer is not None
        await self.killer.kill()

    async def asked(self, key: str) -> Card:
        """Wait until this question is the open one."""
        mark = question_mark(key)

        def here() -> Card | None:
            one = self.phone.card()
            return one if one is not None and one.mark == mark else None

        patience = SOON if self.killer is not None and self.killer.kills else 20.0
        try:
            found: Card = await self.phone.until(here, patience)
        except TimeoutError:
            if self.killer is None:
                raise AssertionError(self.screen(key)) from None
            await self.killer.wait_out()
            try:
                found = await self.phone.until(here, 20)
            except TimeoutError:
                raise AssertionError(f"{self.screen(key)}\nkills: {self.killer.log}") from None
        return found

    def screen(self, key: str) -> str:
        """What to say when a question does not come."""
        now = self.phone.card()
        shown = f"{now.text}\n{list(now.labels.values())}" if now else "nothing"
        return f"she waits for {key!r} after {self.hers[-3:]}; her screen shows:\n{shown}"

    # What is true of the whole way

    def questions(self) -> list[str]:
        """Marks of all questions that came, in order; one that came again at once counts once."""
        marks: list[str] = []
        for one in self.phone.sent():
            mark = next((press.question for press in map(read_button, every_data(one)) if press), "")
            if mark and marks[-1:] != [mark]:
                marks.append(mark)
        return marks

    def twice(self) -> int:
        """How many messages came twice. Edits that change nothing are not seen."""
        seen = [json.dumps(one, sort_keys=True, default=str) for one in self.phone.sent() if one.get("method") != EDIT]
        return len(seen) - len(set(seen))


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
