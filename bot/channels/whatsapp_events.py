"""Reading WhatsApp: one webhook body becomes what people did, news of our own messages, and what was too odd to read.

Only the fields that are used are named
(https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components). All others may change without notice
taken. One body may hold several entries, changes and messages; one odd message never stops the ones beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
import structlog

from bot.channels.whatsapp_faults import CLOSED
from bot.channels.whatsapp_templates import READ
from bot.errors import Unreadable
from bot.messages import Delivery, Incoming, Media
from bot.utf16 import whole

CHANNEL = "whatsapp"
T = TypeVar("T")
log = structlog.get_logger(__name__)

# Content we cannot take, by Meta's type of the message, and what we call it.
OTHER = {
    "sticker": "sticker",
    "contacts": "contact",
    "location": "location",
    "document": "file",
    "video": "video",
    "order": "order",
    "unsupported": "unsupported",
}
# Nobody waits for an answer to these: an emoji on a message, and the correction or taking back of one.
QUIET = frozenset({"reaction", "edit", "revoke"})
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Events:
    """What one webhook body held. `aside`: what could not be understood, as (provider_id, raw JSON, reason)."""

    incoming: tuple[Incoming, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    aside: tuple[tuple[str, bytes, str], ...] = ()


class _Contact(msgspec.Struct, frozen=True):
    wa_id: str = ""
    user_id: str = ""


class _Metadata(msgspec.Struct, frozen=True):
    phone_number_id: str = ""


class _Value(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()
    contacts: list[_Contact] = []
    messages: list[msgspec.Raw] = []
    statuses: list[msgspec.Raw] = []


class _Change(msgspec.Struct, frozen=True):
    field: str = ""
    value: msgspec.Raw = msgspec.Raw(b"{}")


class _Entry(msgspec.Struct, frozen=True):
    changes: list[_Change] = []


class _Body(msgspec.Struct, frozen=True):
    entry: list[_Entry]


class _Text(msgspec.Struct, frozen=True):
    body: str


class _Choice(msgspec.Struct, frozen=True):
    id: str


class _Interactive(msgspec.Struct, frozen=True):
    type: str
    button_reply: _Choice | None = None
    list_reply: _Choice | None = None


class _TemplateButton(msgspec.Struct, frozen=True):
    payload: str = ""
    text: str = ""


class _File(msgspec.Struct, frozen=True):
    id: str
    mime_type: str = ""
    voice: bool = False
    caption: str = ""


class _Context(msgspec.Struct, frozen=True):
    id: str = ""


class _Message(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    id: str
    timestamp: str | int
    type: str
    sender: str = ""
    from_user_id: str = ""
    text: _Text | None = None
    interactive: _Interactive | None = None
    button: _TemplateButton | None = None
    audio: _File | None = None
    image: _File | None = None
    context: _Context | None = None


class _Fault(msgspec.Struct, frozen=True):
    code: int = 0


class _Status(msgspec.Struct, frozen=True):
    id: str
    status: str
    timestamp: str | int
    biz_opaque_callback_data: str = ""
    errors: list[_Fault] = []


class _Named(msgspec.Struct, frozen=True):
    id: str = ""


_body = msgspec.json.Decoder(_Body)
_value = msgspec.json.Decoder(_Value)
_message = msgspec.json.Decoder(_Message)
_status = msgspec.json.Decoder(_Status)
_named = msgspec.json.Decoder(_Named)


def read(raw: bytes, phone_id: str) -> Events:
    """Read one webhook body. Never raises: what cannot be read is in `aside`. What was sent to another number than
    `phone_id` is not ours (the app may serve several numbers) and left out."""
    found = _Found()
    try:
        body = _decode(_body, raw)
    except Unreadable:
        found.set_aside(raw, "the body is not the JSON of a WhatsApp webhook")
        return found.events()
    for entry in body.entry:
        for change in entry.changes:
            if change.field == "messages":
                _read_change(found, bytes(change.value), phone_id)
    return found.events()


@dataclass(slots=True)
class _Found:
    incoming: list[Incoming] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    aside: list[tuple[str, bytes, str]] = field(default_factory=list)

    def set_aside(self, raw: bytes, reason: str, beside: bool = False) -> None:
        """Keep `raw` for a person to look at, under its own id or, without one, under its fingerprint. `beside`: it was
        also taken as an Incoming, which has that id already."""
        try:
            name = _decode(_named, raw).id
        except Unreadable:
            name = ""
        if beside:
            name = f"aside:{name}"
        self.aside.append((name or "sha256:" + hashlib.sha256(raw).hexdigest()[:32], raw, reason))

    def events(self) -> Events:
        return Events(tuple(self.incoming), tuple(self.deliveries), tuple(self.aside))


def _read_change(found: _Found, raw: bytes, phone_id: str) -> None:
    try:
        value = _decode(_value, raw)
    except Unreadable as trouble:
        found.set_aside(raw, str(trouble))
        return
    if value.metadata.phone_number_id not in ("", phone_id):
        log.warning("an event of another WhatsApp number was left out: check SORORA_WHATSAPP_PHONE_ID")
        return
    for one in value.messages:
        _read_message(found, bytes(one), value.contacts)
    for one in value.statuses:
        _read_status(found, bytes(one))


def _read_message(found: _Found, raw: bytes, contacts: list[_Contact]) -> None:
    try:
        message = _decode(_message, raw)
        if message.type in QUIET:
            return
        if message.type == "system":
            # A changed number or identity. What is hers does not move to another number by itself: numbers are handed
            # on, and a phone may be in someone else's hands. A person looks at it.
            found.set_aside(raw, "a system message: the person may have changed her number")
            return
        found.incoming.append(_incoming(message, _address(message, contacts)))
        if not _known(message):
            found.set_aside(
                raw, "a type of message that is not known yet; she was told what can be sent here", beside=True
            )
    except Unreadable as trouble:
        found.set_aside(raw, str(trouble))


def _address(message: _Message, contacts: list[_Contact]) -> str:
    """Her business-scoped user id; her phone number only where Meta sends none."""
    if message.from_user_id:
        return message.from_user_id
    hers = [one for one in contacts if one.wa_id and one.wa_id == message.sender]
    alone = contacts if len(contacts) == 1 and not message.sender else []
    for contact in hers or alone:
        if contact.user_id or contact.wa_id:
            return contact.user_id or contact.wa_id
    if not message.sender:
        raise Unreadable("the message names no sender")
    return message.sender


def _known(message: _Message) -> bool:
    if message.type == "interactive":
        return message.interactive is not None and message.interactive.type in ("button_reply", "list_reply")
    return message.type in OTHER or message.type in ("text", "button", "audio", "image")


def _incoming(message: _Message, address: str) -> Incoming:
    if not message.id:
        raise Unreadable("the message has no id")
    context = message.context.id if message.context else ""
    base = Incoming(CHANNEL, message.id, address, _moment(message.timestamp), reply_to=context)
    match message:
        case _Message(type="text", text=_Text() as text):
            return msgspec.structs.replace(base, text=text.body)
        case _Message(type="interactive", interactive=_Interactive() as tapped):
            choice = tapped.button_reply or tapped.list_reply
            if choice is not None:
                return msgspec.structs.replace(base, button=choice.id, card=context, reply_to="")
            return msgspec.structs.replace(base, other="unsupported")
        case _Message(type="button", button=_TemplateButton() as tapped):
            data = None if tapped.payload == READ else tapped.payload or tapped.text
            return msgspec.structs.replace(base, button=data, card=context, reply_to="")
        case _Message(type="audio", audio=_File() as audio):
            if audio.voice:
                return msgspec.structs.replace(base, voice=Media(audio.id, audio.mime_type))
            return msgspec.structs.replace(base, other="audio")
        case _Message(type="image", image=_File() as image):
            return msgspec.structs.replace(base, photo=Media(image.id, image.mime_type), caption=image.caption)
        case _Message(type="text" | "button" | "audio" | "image" | "interactive"):
            raise Unreadable("the message lacks the part that its type promises")
    return msgspec.structs.replace(base, other=OTHER.get(message.type, "unsupported"))


def _read_status(found: _Found, raw: bytes) -> None:
    try:
        status = _decode(_status, raw)
        state = STATES.get(status.status)
        if state is None:
            return
        code = status.errors[0].code if status.errors else 0
        at = _moment(status.timestamp)
        ours = ours_of(status.biz_opaque_callback_data)
        found.deliveries.append(Delivery(CHANNEL, status.id, state, at, ours, code, code == CLOSED))
    except Unreadable as trouble:
        found.set_aside(raw, str(trouble))


def ours_of(tracker: str) -> int:
    """The Sending.id in a tracker: "12" is 12. 0 for anything else, so also for "12.0", the tracker of a bubble that
    comes before the last one of message 12."""
    return int(tracker) if re.fullmatch(r"[0-9]{1,18}", tracker) else 0


def _moment(timestamp: str | int) -> datetime:
    try:
        return datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        raise Unreadable("the timestamp is not a number of seconds") from None


def _decode(decoder: msgspec.json.Decoder[T], raw: bytes) -> T:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as trouble:
        # Names the field and the types, never a value.
        raise Unreadable(f"not of the documented shape: {trouble}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return decoder.decode(_mended(raw))
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None


def _mended(raw: bytes) -> bytes:
    """The same JSON with every lone surrogate and every byte that is not UTF-8 replaced by U+FFFD: people's phones do
    send such text, and it is no reason to lose the rest of it."""
    loose = json.loads(raw.decode("utf-8", "replace"), strict=False)
    text = json.dumps(loose, ensure_ascii=False)
    return whole(text).encode()
