"""A rehearsal with one woman in it: she picks options by their ids, so that one story plays in any language; what she
reads and writes is counted; the programme can be ended and started again between two of her messages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.channels.whatsapp_bubbles import present as whatsapp
from bot.engine.understand import read_button
from bot.i18n import Catalogs
from bot.mentoring.effects import Programme
from bot.messages import Button, Result, Sending
from bot.testing import Phone, Seen, Stage, StageChannel, StageClock, rehearsal
from bot.vault import Vault, new_key

CATALOGS = Catalogs.load()


class CountingChannel(StageChannel):
    """A channel that counts what WhatsApp would charge: a message for every bubble, and nothing is edited."""

    def __init__(self) -> None:
        super().__init__()
        self.charged = 0

    async def send(self, sending: Sending) -> Result:
        """Count, and deliver."""
        self.charged += len(whatsapp(sending.message))
        return await super().send(sending)


@dataclass
class Woman:
    """Her phone, in her language."""

    phone: Phone
    language: str
    wrote: int = 0

    async def picks(self, *options: str) -> None:
        """Tap these, one after the other: ids of options, of nav ("back", "stop", "skip", "done")."""
        for option in options:
            seen, button = self.find(option)
            self.phone.script.append(f"> [{button.label}]")
            self.phone.taps_made += 1
            await self.phone.does(button=button.data, card=seen.id)

    def find(self, option: str) -> tuple[Seen, Button]:
        """The newest button of this option."""
        for seen in reversed(self.phone.chat):
            for button in seen.buttons:
                press = read_button(button.data)
                if press is not None and press.value == option:
                    return seen, button
        offered = [button.data for button in self.phone.last.buttons]
        raise LookupError(f"no option {option!r}; the newest message offers {offered}")

    async def types(self, text: str) -> None:
        """Write."""
        self.wrote += 1
        await self.phone.types(text)

    async def speaks(self, seconds: int) -> None:
        """Send a voice note."""
        self.wrote += 1
        await self.phone.speaks(seconds)

    async def sends(self, what: str) -> None:
        """Send a sticker or the like."""
        self.wrote += 1
        await self.phone.sends(what)

    @property
    def reads(self) -> str:
        """All that the newest message says."""
        return self.phone.last.text


@dataclass
class Theatre:
    """The stage that can be struck and built again on the same database."""

    url: str
    programme: Programme | None
    language: str
    vault: Vault = field(default_factory=lambda: Vault([new_key()]))
    channel: CountingChannel = field(default_factory=CountingChannel)
    clock: StageClock = field(default_factory=StageClock)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    address: str = ""
    starts: int = 0
    woman: Woman | None = None
    stage: Stage | None = None

    async def start(self) -> None:
        """Start the programme, also after it was ended."""
        self.starts += 1
        rehearsed = rehearsal(
            self.programme, url=self.url, vault=self.vault, channel=self.channel, clock=self.clock, seed=self.starts
        )
        self.stage = await self.stack.enter_async_context(rehearsed)
        if self.woman is None:
            self.woman = Woman(self.stage.phone(self.language, self.address), self.language)
        self.woman.phone.stage = self.stage
        self.stage.phones = [self.woman.phone]

    async def restart(self, *, note: bool = True) -> None:
        """End the programme and start it again: what it knows is in the database alone."""
        await self.stack.aclose()
        if note:
            self.note("the programme ends and starts again")
        await self.start()

    def later(self, **by: float) -> None:
        """Time goes by."""
        self.clock.forward(timedelta(**by))
        self.note(f"{' '.join(f'{count} {unit}' for unit, count in by.items())} later")

    def note(self, what: str) -> None:
        """A line between the lines."""
        self.she.phone.script.append(f"    ({what})")

    def begin(self) -> None:
        """What was before does not stand in the transcript."""
        self.she.phone.script.clear()
        self.she.phone.taps_made = self.she.wrote = self.channel.charged = 0

    @property
    def she(self) -> Woman:
        """The woman."""
        assert self.woman is not None
        return self.woman

    def transcript(self) -> str:
        """Everything, and at the end what it took."""
        taps, wrote, charged = self.she.phone.taps_made, self.she.wrote, self.channel.charged
        told = f"    ({taps} taps, {wrote} messages written; {charged} messages from Sorora on WhatsApp)"
        return f"{self.she.phone.transcript()}\n{told}\n"


@asynccontextmanager
async def theatre(
    language: str, file: Path | None = None, programme: Programme | None = None
) -> AsyncIterator[Theatre]:
    """A theatre on a database of its own (in a file where it is to outlive a restart), the programme started."""
    house = Theatre(f"sqlite+aiosqlite:///{file}" if file else "sqlite+aiosqlite://", programme, language)
    await house.start()
    try:
        yield house
    finally:
        await house.stack.aclose()
