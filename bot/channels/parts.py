"""A message that goes out in several parts, and the kinds of files among them: the same for every platform."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import Bubble, Message

ENDINGS = {
    "audio/ogg": "ogg", "audio/opus": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/x-m4a": "m4a",
    "audio/aac": "aac", "audio/amr": "amr", "audio/wav": "wav", "audio/x-wav": "wav", "audio/webm": "webm",
    "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif",
}  # fmt: skip


def attached(message: Message) -> list[Bubble]:
    """What the words of a message may stand under, in order: a picture, a document, a photo."""
    bubbles = []
    if message.picture is not None:
        bubbles.append(Bubble("", picture=message.picture))
    if message.document is not None:
        bubbles.append(Bubble("", document=message.document))
    if message.photo is not None:
        bubbles.append(Bubble("", photo=message.photo))
    return bubbles


def spoken(message: Message) -> tuple[Bubble, ...]:
    """The voice note, which comes after all words; nothing where there is none."""
    return (Bubble("", voice=message.voice),) if message.voice is not None else ()


def has_file(bubble: Bubble) -> bool:
    """Whether something other than words is in it."""
    return any(part is not None for part in (bubble.picture, bubble.document, bubble.photo, bubble.voice))


def joined_ids(bubbles: Sequence[Bubble], ids: Sequence[str]) -> str:
    """The platform's ids of the bubbles that were sent, as Result.provider_id has them: first the card's (the last one
    that is not a mere voice note), then the others, the latest first. "" stands for a bubble that was left out."""
    card = max((n for n, bubble in enumerate(bubbles) if not bubble.voice), default=0)
    others = [one for n, one in reversed(list(enumerate(ids))) if n != card]
    return " ".join(one for one in (ids[card], *others) if one)


def bare(mime: str) -> str:
    """A MIME type without its parameters: "audio/ogg" of "audio/ogg; codecs=opus"."""
    return mime.partition(";")[0].strip().lower()


def file_name(stem: str, mime: str) -> str:
    """A name for a file that came without one: "voice" as "voice.ogg"."""
    ending = ENDINGS.get(bare(mime))
    return f"{stem}.{ending}" if ending else stem
