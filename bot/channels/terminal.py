"""One phone in a terminal: `sorora talk` prints what the bot says and reads what she answers, line by line.

A number taps the button with that number, ":voice" and ":photo" send a small sample, ":sticker" something that cannot
be taken; anything else is typed text. The end of the input ends the talk.
"""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Awaitable, Callable
from itertools import count
from threading import Thread
from typing import TextIO

from msgspec.structs import replace

from bot.clock import Clock
from bot.errors import MediaGone
from bot.messages import Bubble, Button, Inbox, Incoming, Media, Message, Result, Sending, Verdict

ADDRESS = "terminal"
# A GIF of one pixel: the smallest picture there is.
PHOTO = bytes.fromhex("47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b")


class Terminal:
    """Talks on `out` and listens on `lines`. `hint` is the device's language (BCP 47, "" for unknown); with
    `transcript` all that is said and answered is kept too, as `script`."""

    name = "terminal"
    lease = 10.0
    per_second = 1000.0
    per_chat = 0.0
    burst = 1

    def __init__(self, out: TextIO, lines: TextIO, clock: Clock, *, hint: str = "", transcript: bool = False) -> None:
        self._out = out
        self._lines = lines
        self._clock = clock
        self._hint = hint
        self._kept: list[str] | None = [] if transcript else None
        self._buttons: tuple[Button, ...] = ()
        self._card = ""
        self._events = count(1)
        self._began = format(int(clock.now().timestamp() * 1000), "x")  # so that a later talk repeats no id

    @property
    def script(self) -> str:
        """The transcript so far: her lines begin with "> ". Empty without `transcript`."""
        return "".join(self._kept or [])

    # --- the channel ----------------------------------------------------------------------------------------------

    def present(self, message: Message) -> tuple[Bubble, ...]:
        """One bubble, with every button in a row of its own; a terminal has no limits."""
        rows = tuple((button,) for button in (*message.options, *message.nav))
        bubble = Bubble(message.text, rows, picture=message.picture, document=message.document)
        return (replace(bubble, voice=message.voice, photo=message.photo),)

    async def send(self, sending: Sending) -> Result:
        """Print a message. What is printed cannot be edited or deleted: an edit is printed below, a deletion is not."""
        message = sending.message
        if message.deletes:
            return Result(Verdict.SENT)
        card = f"{self._began}-out-{sending.id}"
        for bubble in self.present(message):
            self._print(bubble)
            buttons = tuple(button for row in bubble.rows for button in row)
            if buttons:  # the numbers of a question hold until the next one
                self._buttons, self._card = buttons, card
        return Result(Verdict.SENT, provider_id=card)

    async def fetch(self, media: Media) -> bytes:
        """The sample that ":voice" or ":photo" stands for."""
        samples: dict[str, Callable[[], bytes]] = {"sample-voice": silence, "sample-photo": lambda: PHOTO}
        if media.ref not in samples:
            raise MediaGone("the terminal has only its two samples, :voice and :photo")
        return samples[media.ref]()

    # --- the talk -------------------------------------------------------------------------------------------------

    async def run(self, inbox: Inbox, settled: Callable[[], Awaitable[None]], first: str = "/start") -> None:
        """Begin with `first` ("" for nothing), then hand over each line until the input ends. `settled` is awaited
        after each and returns when the bot has said all it has to say, so that numbers always mean the last question.
        Raises errors.TryLater where the bot cannot take a line."""
        if first:
            await self._take(first, inbox, settled)
        lines = self._read()
        while (line := await lines.get()) is not None:
            if line.strip():
                await self._take(line.strip(), inbox, settled)

    async def _take(self, line: str, inbox: Inbox, settled: Callable[[], Awaitable[None]]) -> None:
        if self._kept is not None:
            self._kept.append(f"> {line}\n\n")
        await inbox.receive(self.understand(line))
        await settled()

    def understand(self, line: str) -> Incoming:
        """What a line means, given the buttons that were shown last."""
        number = next(self._events)
        event = Incoming(self.name, f"{self._began}-{number}", ADDRESS, self._clock.now(), hint=self._hint)
        if line.isdecimal() and 1 <= int(line) <= len(self._buttons):
            return replace(event, button=self._buttons[int(line) - 1].data, card=self._card)
        match line:
            case ":voice":
                return replace(event, voice=Media("sample-voice", "audio/wav", 1))
            case ":photo":
                return replace(event, photo=Media("sample-photo", "image/gif"))
            case ":sticker":
                return replace(event, other="sticker")
        return replace(event, text=line)

    def _print(self, bubble: Bubble) -> None:
        parts = [bubble.text] if bubble.text else []
        if bubble.picture:
            parts.append(f"[picture: {bubble.picture.kind}]")
        if bubble.document:
            parts.append(f"[file: {bubble.document.name}]")
        if bubble.photo:
            parts.append("(photo)")
        if bubble.voice:
            unit = "second" if bubble.voice.seconds == 1 else "seconds"
            parts.append(f"(voice note, {bubble.voice.seconds} {unit})")
        parts += [label(n, button) for n, (button,) in enumerate(bubble.rows, 1)]
        words = "\n".join(parts) + "\n\n"
        self._out.write(words)
        self._out.flush()
        if self._kept is not None:
            self._kept.append(words)

    def _read(self) -> asyncio.Queue[str | None]:
        """A queue of lines, then None. A thread of its own reads them: one that waits at a keyboard must neither stop
        the bot nor keep the programme from ending."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in self._lines:
                loop.call_soon_threadsafe(queue.put_nowait, line)
            loop.call_soon_threadsafe(queue.put_nowait, None)

        Thread(target=read, name="terminal", daemon=True).start()
        return queue


def label(number: int, button: Button) -> str:
    """A button as a line."""
    return f"  {number}. {button.label}" + (f" ({button.hint})" if button.hint else "")


def silence() -> bytes:
    """A voice note of one silent second (WAV, 8 kHz, mono)."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as note:
        note.setnchannels(1)
        note.setsampwidth(1)
        note.setframerate(8000)
        note.writeframes(b"\x80" * 8000)
    return sound.getvalue()
