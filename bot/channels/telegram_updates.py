"""Reading Telegram: the JSON of one update becomes an Incoming, or nothing, or a clear "unreadable".

Only the fields that are used are named (https://core.telegram.org/bots/api#update). All other fields may change or
appear at any time without notice taken.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from bot.errors import Unreadable
from bot.messages import LARGEST_MEDIA, Incoming, Media
from bot.utf16 import whole

CHANNEL = "telegram"

# What we ask Telegram for. The rest may still come for a day after this list was changed.
KINDS = ("message", "callback_query", "my_chat_member")
IGNORED = {
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
}

# Content we cannot take, by its field in a message, and what we call it. The order matters: an animation is also a
# document, a venue also a location.
OTHER = {
    "sticker": "sticker",
    "contact": "contact",
    "venue": "location",
    "location": "location",
    "animation": "video",
    "video": "video",
    "video_note": "video",
    "document": "file",
    "poll": "poll",
    "dice": "dice",
    "story": "story",
    "game": "game",
    "paid_media": "video",
    "checklist": "list",
    "gift": "gift",
    "unique_gift": "gift",
}
# Notes that Telegram itself writes into a private chat: nobody waits for an answer to them.
SERVICE = {
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "chat_background_set",
    "connected_website",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "chat_shared",
    "passport_data",
    "web_app_data",
    "proximity_alert_triggered",
}


class _User(msgspec.Struct, frozen=True):
    id: int
    language_code: str = ""


class _Chat(msgspec.Struct, frozen=True):
    id: int
    type: str


class _File(msgspec.Struct, frozen=True):
    file_id: str
    mime_type: str = ""
    duration: int = 0
    width: int = 0
    height: int = 0
    file_size: int = 0


class _Replied(msgspec.Struct, frozen=True):
    message_id: int


class _Message(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    message_id: int
    date: int
    chat: _Chat
    sender: _User | None = None
    text: str | None = None
    voice: _File | None = None
    audio: _File | None = None
    photo: tuple[_File, ...] = ()
    caption: str = ""
    reply_to_message: _Replied | None = None


class _Card(msgspec.Struct, frozen=True):
    message_id: int
    chat: _Chat


class _Tap(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    id: str
    sender: _User
    message: _Card | None = None
    data: str | None = None


class _Member(msgspec.Struct, frozen=True):
    status: str


class _Membership(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    chat: _Chat
    sender: _User
    date: int
    new_chat_member: _Member


class _Numbered(msgspec.Struct, frozen=True):
    update_id: int


class _Update(_Numbered, frozen=True):
    message: _Message | None = None
    callback_query: _Tap | None = None
    my_chat_member: _Membership | None = None


class _Batch(msgspec.Struct, frozen=True):
    result: list[msgspec.Raw]


_update = msgspec.json.Decoder(_Update)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_numbered = msgspec.json.Decoder(_Numbered)
_batch = msgspec.json.Decoder(_Batch)


class Understood(msgspec.Struct, frozen=True):
    """One update and what we made of it: `incoming`; or None for what wants no answer; or, where it is unreadable,
    `odd` says what is odd about it. number: its update_id, None where even that cannot be read."""

    raw: bytes
    number: int | None
    incoming: Incoming | None = None
    odd: str = ""

    @property
    def provider_id(self) -> str:
        """The update_id; where there is none, a fingerprint, so that the same bytes are put aside only once."""
        return str(self.number) if self.number is not None else "odd-" + hashlib.sha256(self.raw).hexdigest()[:24]


def split(body: bytes) -> list[bytes]:
    """The updates in an answer of getUpdates, each still as JSON. Raises errors.Unreadable for a broken answer."""
    try:
        return [bytes(raw) for raw in _batch.decode(body).result]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unreadable("Telegram's answer to getUpdates is cut off or not JSON; ask again") from None


def understand(raw: bytes, now: datetime) -> Understood:
    """Read one update without ever raising; `now` (UTC) is the time of a tap, which carries none."""
    try:
        return Understood(raw, _number(raw), read(raw, now))
    except Unreadable as error:
        return Understood(raw, _number(raw), odd=str(error))


def read(raw: bytes, now: datetime) -> Incoming | None:
    """One update (JSON) as an Incoming; None for what wants no answer: groups, channels, edits, service notes.

    Raises errors.Unreadable, without a word of what the update says.
    """
    update = _decode(raw)
    if update.message is not None:
        return _message(update.update_id, update.message, raw)
    if update.callback_query is not None:
        return _tap(update.update_id, update.callback_query, now)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    if _fields(raw).keys() & IGNORED:
        return None
    raise Unreadable("an update of a kind this version does not know")


def _fields(raw: bytes) -> dict[str, msgspec.Raw]:
    """The fields of a JSON object, unread: what stands in those we do not use may be anything."""
    try:
        return _object.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unreadable("the names of the update's fields are no text") from None


def _number(raw: bytes) -> int | None:
    try:
        return _numbered.decode(raw).update_id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _decode(raw: bytes) -> _Update:
    try:
        return _update.decode(raw)
    except msgspec.ValidationError as error:
        # The text of a validation error names types and paths ("Expected `int`, got `str` - at `$.message.date`").
        raise Unreadable(f"the update has another shape than documented: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_mended(raw)


def _decode_mended(raw: bytes) -> _Update:
    """Half a surrogate pair is legal JSON but no text: read it as U+FFFD, so that she still gets an answer."""
    try:
        text = json.dumps(json.loads(raw), ensure_ascii=False)
        return _update.decode(whole(text).encode())
    except (ValueError, RecursionError):
        raise Unreadable("the update is cut off or not JSON") from None


def _when(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise Unreadable("the update's date is out of range") from None


def _message(number: int, message: _Message, raw: bytes) -> Incoming | None:
    if message.chat.type != "private":
        return None
    reply = message.reply_to_message
    bare = Incoming(
        channel=CHANNEL,
        provider_id=str(number),
        address=str(message.chat.id),
        at=_when(message.date),
        reply_to=str(reply.message_id) if reply else "",
        hint=message.sender.language_code if message.sender else "",
    )
    sound = message.voice or message.audio
    if message.text is not None:
        return replace(bare, text=message.text)
    if sound is not None:
        return replace(bare, voice=Media(sound.file_id, sound.mime_type or "audio/ogg", sound.duration))
    if message.photo:
        return replace(bare, photo=Media(_largest(message.photo).file_id, "image/jpeg"), caption=message.caption)
    other = _other(raw)
    return replace(bare, other=other) if other else None


def _largest(sizes: tuple[_File, ...]) -> _File:
    """The largest size of a photo that can be fetched."""
    fitting = [size for size in sizes if size.file_size <= LARGEST_MEDIA]
    return max(fitting or sizes, key=lambda size: size.width * size.height)


def _other(raw: bytes) -> str:
    """The name of content we cannot take, "unknown" for what this version has never heard of, "" for service notes."""
    fields = _fields(_fields(raw)["message"]).keys()
    known = next((name for field, name in OTHER.items() if field in fields), "")
    return known or ("" if SERVICE & fields else "unknown")


def _tap(number: int, tap: _Tap, now: datetime) -> Incoming | None:
    if tap.data is None or (tap.message is not None and tap.message.chat.type != "private"):
        return None
    return Incoming(
        channel=CHANNEL,
        provider_id=str(number),
        address=str(tap.message.chat.id if tap.message else tap.sender.id),
        at=now,
        button=tap.data,
        card=str(tap.message.message_id) if tap.message else "",
        hint=tap.sender.language_code,
        callback=tap.id,
    )


def _membership(number: int, change: _Membership) -> Incoming | None:
    """She blocked the bot ("kicked" in a private chat). When she lets it in again she says so with /start."""
    if change.chat.type != "private" or change.new_chat_member.status != "kicked":
        return None
    return Incoming(
        channel=CHANNEL,
        provider_id=str(number),
        address=str(change.chat.id),
        at=_when(change.date),
        hint=change.sender.language_code,
        left=True,
    )
