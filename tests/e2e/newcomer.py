"""A newcomer and the way she walks: language, her yes, who she is, her strengths, one goal, her data.

The way is told in keys of questions and ids of options, which stand in the buttons; so it does not break when wording
changes, and it knows at each step which question must be open: none may come twice, none may be left out.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from bot.engine.understand import question_mark, read_button
from tests.e2e.phones import EDIT, Card, Platform, every_data
from tests.e2e.process import Sorora

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
    statements = [
        (f"{skill}.{n}", Tap(str((n + place) % 5 + 1))) for place, skill in enumerate(SKILLS) for n in (1, 2, 3)
    ]
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
        ("row", Tap("preferences")),
        ("change", Tap("my_data")),
        ("now", Tap("send")),
        ("row", Tap("help")),
    ]


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
    waits: int = 0
    log: list[str] = field(default_factory=list)

    def moment(self, number: int) -> str:
        """When to kill during this step, "" for never."""
        moment = self.random.choice(MOMENTS) if self.chooses(number) else ""
        if moment:
            self.log.append(f"{number} {moment}")
        return moment

    async def kill(self) -> None:
        """Kill and start again, where the platform tells nothing of what it accepted only after the lease is over."""
        self.kills += 1
        await self.sorora.kill()
        if not self.phone.tells:
            self.sorora.watch.ahead += self.phone.lease
        await self.sorora.start()

    async def wait_out(self) -> None:
        """A message died before the platform had it: it goes out when its lease is over, here after another restart."""
        self.waits += 1
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
