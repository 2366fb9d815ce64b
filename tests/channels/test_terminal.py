"""A talk in a terminal: numbers tap, words are typed, and the transcript tells it all."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.channels.terminal import Terminal
from bot.errors import MediaGone
from bot.messages import Attachment, Button, Delivery, Document, Drawing, Incoming, Media, Message, Sending, Verdict

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
QUESTION = Message(
    "Which field?",
    options=(Button("f:care", "Care", "Hospital"), Button("f:cook", "Cooking")),
    nav=(Button("nav:stop", "Stop"),),
)


class Still:
    def now(self) -> datetime:
        return NOW


class Recording:
    """An Inbox that keeps what comes in, and answers with the next message of a list."""

    def __init__(self, terminal: Terminal, *answers: Message) -> None:
        self.received: list[Incoming] = []
        self._terminal = terminal
        self._answers = list(answers)

    async def receive(self, incoming: Incoming) -> None:
        self.received.append(incoming)

    async def settled(self) -> None:
        if self._answers:
            number = len(self.received)
            await self._terminal.send(Sending(number, "terminal", "terminal", self._answers.pop(0)))

    async def delivered(self, delivery: Delivery) -> None:
        raise NotImplementedError

    async def set_aside(self, channel: str, provider_id: str, raw: bytes, reason: str) -> None:
        raise NotImplementedError


def talking(lines: str, **options: object) -> tuple[Terminal, io.StringIO]:
    out = io.StringIO()
    make: Callable[..., Terminal] = Terminal
    return make(out, io.StringIO(lines), Still(), **options), out


async def test_a_number_taps_and_the_rest_is_typed() -> None:
    terminal, out = talking("2\n\nI cook for many\n7\n:voice\n:photo\n:sticker\n", hint="fr")
    inbox = Recording(terminal, QUESTION, Message("Tell me more."))
    await terminal.run(inbox, inbox.settled)
    start, tap, words, seven, voice, photo, sticker = inbox.received
    assert start.text == "/start"
    assert (tap.button, tap.text) == ("f:cook", None)
    assert tap.card
    assert words.text == "I cook for many"
    assert seven.text == "7"  # no such button
    assert voice.voice is not None
    assert (await terminal.fetch(voice.voice))[:4] == b"RIFF"
    assert photo.photo is not None
    assert (await terminal.fetch(photo.photo))[:3] == b"GIF"
    assert sticker.other == "sticker"
    assert {event.hint for event in inbox.received} == {"fr"}
    assert len({event.provider_id for event in inbox.received}) == 7
    assert out.getvalue() == "Which field?\n  1. Care (Hospital)\n  2. Cooking\n  3. Stop\n\nTell me more.\n\n"


async def test_the_transcript_holds_both_sides() -> None:
    terminal, out = talking("3\n", transcript=True)
    picture = Message(
        "Your goal", picture=Drawing("goal", {}, "en"), document=Document("goal.ics", "text/calendar", b"")
    )
    inbox = Recording(terminal, QUESTION, picture)
    await terminal.run(inbox, inbox.settled)
    assert terminal.script == (
        "> /start\n\nWhich field?\n  1. Care (Hospital)\n  2. Cooking\n  3. Stop\n\n"
        "> 3\n\nYour goal\n[picture: goal]\n[file: goal.ics]\n\n"
    )
    assert terminal.script.replace("> /start\n\n", "").replace("> 3\n\n", "") == out.getvalue()


async def test_without_a_transcript_nothing_is_kept() -> None:
    terminal, _ = talking("hello\n")
    inbox = Recording(terminal, QUESTION)
    await terminal.run(inbox, inbox.settled, first="")
    assert [event.text for event in inbox.received] == ["hello"]
    assert terminal.script == ""


@pytest.mark.parametrize(("seconds", "said"), [(1, "1 second"), (3, "3 seconds")])
async def test_what_cannot_be_shown_is_named(seconds: int, said: str) -> None:
    terminal, out = talking("")
    voice, photo = Attachment("audio/ogg", b"OggS", seconds), Attachment("image/jpeg", b"\xff\xd8")
    await terminal.send(Sending(1, "terminal", "terminal", Message("Amal:", voice=voice, photo=photo)))
    assert out.getvalue() == f"Amal:\n(photo)\n(voice note, {said})\n\n"


async def test_a_deletion_prints_nothing() -> None:
    terminal, out = talking("")
    result = await terminal.send(Sending(1, "terminal", "terminal", Message("", deletes=("1",))))
    assert (result.verdict, out.getvalue()) == (Verdict.SENT, "")


async def test_media_it_never_sent_is_gone() -> None:
    terminal, _ = talking("")
    with pytest.raises(MediaGone):
        await terminal.fetch(Media("other"))
