"""Several women in one story, on whatever phones: what each does is told once, in ids of options, names of talks and
words of her own; a rehearsal, the strict platforms and a browser play it.

`Player` is one woman, `House` what is around them. `Ensemble` plays in a rehearsal and writes down all phones side by
side: each line says whose phone it is on.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Protocol

from PIL import Image

from bot.engine.understand import read_button
from bot.mentoring.effects import Programme
from bot.mentoring.team import NUMBER_HOLDS
from bot.messages import Button, read_opening
from bot.store import invites, team
from bot.store.door import Store
from bot.testing import Phone, Seen, Stage, rehearsal

CODE = "a-made-up-code"  # of an invitation; a real one cannot be guessed
INVITATION = 4711
MENTEE, MENTOR, COORDINATOR = "mentee", "mentor", "coordinator"
NAMES = (MENTEE, MENTOR, COORDINATOR)
COLUMN = max(map(len, NAMES))
THUMBS = timedelta(seconds=4)  # how long she takes for one tap; much quicker ones are a flood


class Player(Protocol):
    """One woman with her phone. What she waits for must come, or AssertionError or LookupError says what was there."""

    language: str

    async def types(self, words: str) -> None:
        """Write, as an answer to the open question, or out of the blue."""

    async def goes(self, talk: str) -> None:
        """Open a talk by its command."""

    async def picks(self, *options: str) -> None:
        """Tap these, one after the other: ids of options of her newest question ("" is the first), and of the ways out
        ("back", "skip", "done")."""

    async def opens(self, talk: str) -> None:
        """Tap the newest button she was sent that opens this talk."""

    async def answers(self, part: str, words: str) -> None:
        """Answer the newest message with `part` in it."""

    async def speaks(self, to: str = "") -> None:
        """Send a voice note, as an answer to the newest message with `to` in it where that is given."""

    async def shows(self, caption: str = "", to: str = "") -> None:
        """Send a photo in the same way."""

    async def reads(self, part: str) -> str:
        """Wait until a message with `part` (a regular expression) has come; gives what fits."""

    async def misses(self, part: str) -> None:
        """Nothing that another wrote or the bot said has `part` (a regular expression), now that the rest has come."""

    async def hears(self, count: int = 1) -> None:
        """Wait until so many voice notes of another have come to her."""

    async def sees(self, count: int = 1) -> None:
        """Wait until so many photos of another have come to her."""

    async def keeps(self, suffix: str) -> None:
        """Wait until she has a file whose name ends so."""


class House(Protocol):
    """The three of a story, and what is around them."""

    @property
    def mentee(self) -> Player:
        """Who looks for support."""

    @property
    def mentor(self) -> Player:
        """Who gives it."""

    @property
    def coordinator(self) -> Player:
        """Who runs the programme."""

    def note(self, what: str) -> None:
        """Something that the reader of the story should know."""

    def begins(self, after: str) -> None:
        """The story begins only here; what was before is told in one line."""

    async def later(self, **by: float) -> None:
        """Time goes by (as for timedelta: days=14); what the clock owes is done."""

    async def invitation(self) -> str:
        """A code for a new coordinator, as the operator's command makes it."""

    async def confirm(self, number: str) -> None:
        """The operator has heard this number from the coordinator."""


# --- what the operator does -----------------------------------------------------------------------------------------


async def invite_coordinator(store: Store, now: datetime) -> str:
    """What `sorora coordinators add` does, but with a code that stands in a transcript."""
    async with store.begin() as tx:
        until = now + NUMBER_HOLDS
        await invites.invite(tx, CODE, "", "", 1, until, purpose=team.INVITES, about=INVITATION)
    return CODE


async def confirm_coordinator(store: Store, number: str, now: datetime) -> None:
    """What `sorora coordinators confirm` does."""
    async with store.begin() as tx:
        assert await team.confirm(tx, number, now) is not None, "nobody waits with this number"


# --- in a rehearsal -------------------------------------------------------------------------------------------------


@dataclass
class Woman:
    """One of them in a rehearsal. taps, wrote: what it cost her."""

    house: Ensemble
    name: str
    phone: Phone
    language: str
    taps: int = 0
    wrote: int = 0
    written: int = 0  # lines of her script that stand in the transcript already

    async def types(self, words: str) -> None:
        """Write."""
        self.house.stage.clock.forward(THUMBS)
        self.wrote += 1
        await self.phone.types(words)
        self.house.write_down(self)

    async def goes(self, talk: str) -> None:
        """Open a talk by its command."""
        await self.types(f"/{talk}")

    async def picks(self, *options: str) -> None:
        """Tap these."""
        for option in options:
            await self._taps(lambda data, option=option: presses(data, option), f"the option {option!r}")  # type: ignore[misc]

    async def opens(self, talk: str) -> None:
        """Tap what opens a talk."""
        await self._taps(lambda data: opening(data, talk), f"a button that opens {talk!r}")

    async def answers(self, part: str, words: str) -> None:
        """Answer a message."""
        self.wrote += 1
        await self.phone.replies(self.finds(part), words)
        self.house.write_down(self)

    async def speaks(self, to: str = "") -> None:
        """Send a voice note; it is fetched from its platform at once."""
        self.wrote += 1
        await self.phone.speaks(to=self.finds(to) if to else None)
        await self.house.stage.forward()
        self.house.write_down(self)

    async def shows(self, caption: str = "", to: str = "") -> None:
        """Send a photo, likewise."""
        self.wrote += 1
        await self.phone.shows(caption, photo(), to=self.finds(to) if to else None)
        await self.house.stage.forward()
        self.house.write_down(self)

    async def reads(self, part: str) -> str:
        """What fits on her screen, newest first."""
        found = next((match for seen in reversed(self.phone.chat) if (match := re.search(part, seen.text))), None)
        assert found, f"nothing on the {self.name}'s screen says {part!r}; it ends with:\n{self.screen()}"
        return found.group()

    async def misses(self, part: str) -> None:
        """What must not have come to her."""
        found = [seen.text for seen in self.phone.chat if re.search(part, seen.text)]
        assert found == [], f"the {self.name} reads {part!r}"

    async def hears(self, count: int = 1) -> None:
        """Voice notes that came to her."""
        heard = sum(seen.message.voice is not None for seen in self.phone.chat)
        assert heard == count, f"the {self.name} heard {heard} voice notes; her screen ends with:\n{self.screen()}"

    async def sees(self, count: int = 1) -> None:
        """Photos that came to her."""
        seen = sum(seen.message.photo is not None for seen in self.phone.chat)
        assert seen == count, f"the {self.name} saw {seen} photos; her screen ends with:\n{self.screen()}"

    async def keeps(self, suffix: str) -> None:
        """Files that came to her."""
        names = [seen.message.document.name for seen in self.phone.chat if seen.message.document]
        assert any(name.endswith(suffix) for name in names), f"the {self.name} has {names}"

    def finds(self, part: str) -> Seen:
        """The newest message with these words."""
        found = next((seen for seen in reversed(self.phone.chat) if part in seen.text), None)
        assert found, f"nothing on the {self.name}'s screen says {part!r}; it ends with:\n{self.screen()}"
        return found

    def screen(self) -> str:
        """How her chat ends, for who must find out why a story does not go on."""
        return "\n".join(f"{seen.text}\n  {[one.data for one in seen.buttons]}" for seen in self.phone.chat[-3:])

    async def _taps(self, fits: Callable[[str], bool], what: str) -> None:
        self.house.stage.clock.forward(THUMBS)
        seen, button = self._button(fits, what)
        self.phone.script.append(f"> [{button.label}]")
        self.taps += 1
        await self.phone.does(button=button.data, card=seen.id)
        self.house.write_down(self)

    def _button(self, fits: Callable[[str], bool], what: str) -> tuple[Seen, Button]:
        for seen in reversed(self.phone.chat):
            for button in seen.buttons:
                if fits(button.data):
                    return seen, button
        raise LookupError(f"the {self.name} has not {what}; her screen ends with:\n{self.screen()}")


def photo() -> bytes:
    """A small photo that is one: photos are read and written anew on their way."""
    body = BytesIO()
    Image.new("RGB", (16, 12), "teal").save(body, "JPEG")
    return body.getvalue()


def presses(data: str, option: str) -> bool:
    """Whether a button stands for this option or this way out; "" is any option."""
    press = read_button(data)
    return press is not None and ((press.kind != ">" and press.value == option) or (not option and press.kind in "=+"))


def opening(data: str, talk: str) -> bool:
    """Whether a button opens this talk."""
    found = read_opening(data)
    return found is not None and found.talk == talk


@dataclass
class Ensemble:
    """The three on one stage, and what stands on their phones, in the order in which it came."""

    stage: Stage
    women: dict[str, Woman] = field(default_factory=dict)
    script: list[str] = field(default_factory=list)

    @property
    def mentee(self) -> Woman:
        """Who looks for support."""
        return self.women[MENTEE]

    @property
    def mentor(self) -> Woman:
        """Who gives it."""
        return self.women[MENTOR]

    @property
    def coordinator(self) -> Woman:
        """Who runs the programme."""
        return self.women[COORDINATOR]

    def note(self, what: str) -> None:
        """A line between the lines."""
        self.script.append(f"{'':{COLUMN}}   ({what})")

    def begins(self, after: str) -> None:
        """What stands in the transcript so far is left out."""
        self.script.clear()
        for woman in self.women.values():
            woman.taps = woman.wrote = 0
        self.note(after)

    async def later(self, **by: float) -> None:
        """Time goes by."""
        parts = (f"{count:g} {unit.removesuffix('s') if count == 1 else unit}" for unit, count in by.items())
        self.note(f"{' '.join(parts)} later")
        await self.stage.forward(**by)
        self.write_down()

    async def invitation(self) -> str:
        """For a new coordinator."""
        return await invite_coordinator(self.stage.sorora.store, self.stage.clock.now())

    async def confirm(self, number: str) -> None:
        """By the operator; the clock welcomes her."""
        self.note("the operator hears the number from her, and confirms her")
        await confirm_coordinator(self.stage.sorora.store, number, self.stage.clock.now())
        await self.stage.forward()
        self.write_down()

    def write_down(self, first: Woman | None = None) -> None:
        """Take what is new on all phones into the transcript, that of the woman who acted first."""
        for woman in sorted(self.women.values(), key=lambda one: one is not first):
            for said in woman.phone.script[woman.written :]:
                lines = said.split("\n")
                self.script.append("\n".join(f"{woman.name:>{COLUMN}} | {line}".rstrip() for line in lines))
            woman.written = len(woman.phone.script)

    def transcript(self) -> str:
        """Everything, and what it took each of them."""
        told = [f"{'':{COLUMN}}   ({one.name}: {one.taps} taps, {one.wrote} written)" for one in self.women.values()]
        return "\n\n".join([*self.script, "\n".join(told)]) + "\n"


@asynccontextmanager
async def ensemble(languages: Mapping[str, str], programme: Programme | None = None) -> AsyncIterator[Ensemble]:
    """The three of them, strangers so far, each with her language."""
    async with rehearsal(programme) as stage:
        house = Ensemble(stage)
        for name in NAMES:
            phone = stage.phone(languages[name], address=f"{name}-phone")
            house.women[name] = Woman(house, name, phone, languages[name])
        yield house
