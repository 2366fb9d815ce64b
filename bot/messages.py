"""What comes in and what goes out, the same for every channel."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

LARGEST_MEDIA = 10 * 1024 * 1024  # bytes of a voice note or photo (TRUST, bad input 7)


class Media(msgspec.Struct, frozen=True):
    """A voice note or photo that waits on the platform under `ref`; `seconds` for voice."""

    ref: str
    mime: str = ""
    seconds: int = 0


class Incoming(msgspec.Struct, frozen=True):
    """One thing a person did, as its channel understood it.

    channel: "telegram", "whatsapp", "simulator", "terminal". provider_id: the platform's id of this event, unique per
    channel. address: where to answer (chat id, business-scoped user id). at: UTC.
    At most one of text, button, voice, photo, other and left says what she did; none: she only wants to read what waits
    for her.
      text: what she typed ("/start CODE" included); button: the data of a Button; voice, photo: Media, a photo
      together with the `caption` she wrote under it;
      other: name of something we cannot take ("sticker", "contact", "location", "file", "poll", …);
      left: she blocked the bot.
    card: platform id of the message whose button was tapped. reply_to: platform id of the message she answers.
    hint: the language her device is set to (BCP 47), "" if unknown. callback: id to acknowledge a tap with.
    """

    channel: str
    provider_id: str
    address: str
    at: datetime
    text: str | None = None
    button: str | None = None
    voice: Media | None = None
    photo: Media | None = None
    caption: str = ""
    other: str | None = None
    left: bool = False
    card: str = ""
    reply_to: str = ""
    hint: str = ""
    callback: str = ""


class Button(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to tap: `data` (1 to 64 bytes) comes back as Incoming.button."""

    data: str
    label: str
    hint: str = ""


class Opening(msgspec.Struct, frozen=True):
    """What a button stands for that opens a talk: its name, and what it is about ("" for nothing)."""

    talk: str
    about: str = ""


def opening_data(talk: str, about: str | int = "") -> str:
    """The data of a button that opens a talk. Whoever taps it: what it is about is looked up as hers, or not found."""
    return f"@{talk}:{about}"


def read_opening(data: str) -> Opening | None:
    """The talk that a button opens; None for a button of another kind or of no kind of ours."""
    found = OPENING.fullmatch(data)
    return Opening(found["talk"], found["about"]) if found else None


OPENING = re.compile(r"@(?P<talk>[a-z_]{1,24}):(?P<about>[a-z0-9-]{0,32})")


class Drawing(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture still to be drawn (bot.pictures.draw): its kind, its data with all words rendered, its language."""

    kind: str
    data: dict[str, object]
    language: str


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file to send."""

    name: str
    mime: str
    body: bytes


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A voice note (`seconds` long) or a photo to send on, as bytes of this MIME type."""

    mime: str
    body: bytes
    seconds: int = 0


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One outgoing message, in her language but in no platform's form yet.

    text: plain text, never markup. options: what answers the question, in order; columns: how many beside each other
    where there is room. nav: Back, Skip, Stop, More; they stand below the options. pick: label of the button that opens
    a list (WhatsApp). typed: a short line naming the words that can be typed instead of nav, for where nav has no room.
    page: which page of a long list. edits: platform id of the card this replaces, if it still can.
    deletes: platform ids to delete instead of sending anything. silent: no sound. voice, photo: from the other woman,
    shown after the text. template: the class of what comes unasked (the kind of a notice or nudge), by which a platform
    that lets nothing else through finds its template; "" for what answers her.
    """

    text: str
    options: tuple[Button, ...] = ()
    columns: int = 1
    nav: tuple[Button, ...] = ()
    pick: str = ""
    more: str = ""
    typed: str = ""
    page: int = 0
    page_data: str = ""
    picture: Drawing | None = None
    document: Document | None = None
    voice: Attachment | None = None
    photo: Attachment | None = None
    edits: str = ""
    deletes: tuple[str, ...] = ()
    silent: bool = False
    language: str = "en"
    template: str = ""


class Bubble(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a platform shows for (a part of) a Message within its limits: the adapter sends it, the simulator draws it.

    rows: buttons below the text. menu: rows of a list that opens with `menu_label`. footer: small print.
    """

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    menu: tuple[Button, ...] = ()
    menu_label: str = ""
    footer: str = ""
    picture: Drawing | None = None
    document: Document | None = None
    voice: Attachment | None = None
    photo: Attachment | None = None


class Verdict(StrEnum):
    """What became of a send."""

    SENT = "sent"
    HELD = "held"
    RETRY = "retry"
    REFUSED = "refused"
    LEFT = "left"


class Result(msgspec.Struct, frozen=True):
    """The platform's answer to one send. provider_id: its id of the message. after: seconds to wait before any further
    try (RETRY). reason: for the operator, without personal data. LEFT: she has blocked the bot or is gone. HELD: the
    message cannot reach her before she writes; it waits until then. template: the name of the template that went out in
    its place (SENT) or rang for it (HELD). keep: its words are kept until it has arrived, for it may yet come back."""

    verdict: Verdict
    provider_id: str = ""
    after: float = 0.0
    reason: str = ""
    template: str = ""
    keep: bool = False


class Sending(msgspec.Struct, frozen=True):
    """A claimed message on its way out: `id` is ours and unique for ever; `address` in the clear, only in memory.

    heard_at: when she last wrote from this address, never later than she did, and up to five minutes earlier (None:
    unknown, she is erased). rung_at: when a template last told her that something waits for her. closed: this message
    came back, because the platform lets no free words through to her. Moments are UTC."""

    id: int
    channel: str
    address: str
    message: Message
    heard_at: datetime | None = None
    rung_at: datetime | None = None
    closed: bool = False


class Channel(Protocol):
    """What the outbox and the engine need of a channel. `lease` in seconds: how long a claimed message waits for its
    result before it may be sent again. `per_second`: messages a second for the whole bot; `per_chat`: seconds between
    two messages to one person, once `burst` of them have followed each other at once."""

    name: str
    lease: float
    per_second: float
    per_chat: float
    burst: int

    def present(self, message: Message) -> tuple[Bubble, ...]:
        """The message within this platform's limits. Pure."""

    async def send(self, sending: Sending) -> Result:
        """Send one message. Never raises for what a platform or network can do: that is in the Result."""

    async def fetch(self, media: Media) -> bytes:
        """Download a voice note or photo (at most LARGEST_MEDIA bytes). Raises errors.MediaGone where it is no longer
        there, and errors.TryLater where the platform did not answer."""


class Delivery(msgspec.Struct, frozen=True):
    """News of a message of ours, unasked, from its platform. ours: Sending.id where the platform carries it (WhatsApp),
    0 otherwise. state: "sent", "delivered", "read" or "failed" (then with the platform's error code; closed: it failed
    because the platform lets no free words through to her now). at: UTC."""

    channel: str
    provider_id: str
    state: str
    at: datetime
    ours: int = 0
    code: int = 0
    closed: bool = False


class Inbox(Protocol):
    """What channels and webhooks hand to the engine. Each call returns when it is committed, and raises errors.TryLater
    when it could not be: only then, and never before, is the platform told "received"."""

    async def receive(self, incoming: Incoming) -> None:
        """Take one event. A second one with the same (channel, provider_id) has no effect."""

    async def delivered(self, delivery: Delivery) -> None:
        """Take news of one of our messages."""

    async def set_aside(self, channel: str, provider_id: str, raw: bytes, reason: str) -> None:
        """Keep an event that could not be understood, encrypted, for a person to look at."""
