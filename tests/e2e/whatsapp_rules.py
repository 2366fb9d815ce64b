"""What Meta's Cloud API refuses, with its codes and the shape of its errors. Lengths are counted in UTF-16 units.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages and …/support/error-codes
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

IMAGES = ("image/jpeg", "image/png")
DOCUMENTS = (
    "text/plain",
    "application/pdf",
    "application/vnd.ms-powerpoint",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
OPUS = "audio/ogg; codecs=opus"  # "OPUS codecs only; base audio/ogg not supported"
AUDIO = ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", OPUS)
MAGIC = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", OPUS: b"OggS"}
SIZES = {IMAGES: 5, DOCUMENTS: 100, AUDIO: 16}  # MB

Json = dict[str, Any]


@dataclass
class Refusal(Exception):
    """An error answer of the API."""

    code: int
    details: str
    status: int = 400
    subcode: int | None = None
    kind: str = "OAuthException"
    wait: int = 0

    def body(self, trace: str) -> Json:
        error: Json = {"message": f"(#{self.code}) {self.details}", "type": self.kind, "code": self.code}
        if self.code >= 130000:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": {**error, "fbtrace_id": trace}}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_message(body: Json, mime_of: Callable[[str], str | None]) -> None:
    """Raise Refusal for a message that Meta would not accept. mime_of: the type of an uploaded file, or None."""
    if body.get("messaging_product") != "whatsapp":
        raise Refusal(100, "The parameter messaging_product is required.")
    if bool(body.get("to")) == bool(body.get("recipient")):
        raise Refusal(131008, "Required parameter is missing: exactly one of to and recipient")
    if body.get("recipient_type", "individual") != "individual":
        raise Refusal(131009, "recipient_type must be individual")
    if units(body.get("biz_opaque_callback_data") or "") > 512:
        raise Refusal(131009, "biz_opaque_callback_data must be at most 512 characters")
    kind = body.get("type", "text")
    content = body.get(kind)
    if not isinstance(content, dict):
        raise Refusal(131008, f"Required parameter is missing: {kind}")
    checks: dict[str, Callable[[Json], None]] = {
        "text": lambda part: _length(part, "body", 1, 4096, 100),
        "interactive": lambda part: _interactive(part, mime_of),
        "image": lambda part: _media(part, IMAGES, mime_of),
        "audio": lambda part: _audio(part, mime_of),
        "document": lambda part: _media(part, DOCUMENTS, mime_of),
        "template": lambda _part: None,  # see whatsapp_shelf
    }
    if kind not in checks:
        raise Refusal(131051, f"Unsupported message type: {kind}")
    checks[kind](content)


def check_upload(mime: str, body: bytes) -> None:
    """Raise Refusal for a file that Meta would not store."""
    for kinds, megabytes in SIZES.items():
        if mime in kinds:
            if not 0 < len(body) <= megabytes * 1024 * 1024:
                raise Refusal(131053, "Media upload error: the file is empty or too large")
            if not body.startswith(MAGIC.get(mime, b"")):
                raise Refusal(131053, f"Media upload error: the file is no {mime}")
            return
    allowed = ", ".join(mime for kinds in SIZES for mime in kinds)
    raise Refusal(
        100, f"Param file must be a file with one of the following types: {allowed}. Received file of type {mime!r}."
    )


def _length(part: Json, name: str, least: int, most: int, code: int = 131009) -> None:
    text = part.get(name, "")
    if not isinstance(text, str) or not least <= units(text.strip()) or units(text) > most:
        raise Refusal(code, f"{name} length invalid. Min length: {least}, Max length: {most}")


def _distinct(values: Iterable[str], what: str) -> None:
    seen = list(values)
    if len(set(seen)) != len(seen):
        raise Refusal(131009, f"Duplicated {what}")


def _media(part: Json, kinds: Iterable[str], mime_of: Callable[[str], str | None]) -> None:
    mime = mime_of(str(part.get("id", "")))
    if mime is None:
        raise Refusal(131009, "Media ID is not valid")
    if mime not in kinds:
        raise Refusal(131053, f"Media of type {mime} cannot be sent so")
    _length(part, "caption", 0, 1024)


def _audio(part: Json, mime_of: Callable[[str], str | None]) -> None:
    """A voice note or other sound. Nothing can be written under it; only Opus is a voice note."""
    if set(part) - {"id", "voice"}:
        raise Refusal(131009, "Parameter value is not valid: audio takes no caption")
    _media(part, AUDIO, mime_of)
    if part.get("voice") and mime_of(str(part["id"])) != OPUS:
        raise Refusal(131009, "A voice message must be an OGG file encoded with OPUS")


def _interactive(part: Json, mime_of: Callable[[str], str | None]) -> None:
    kind, action = part.get("type"), part.get("action") or {}
    _length(part.get("body") or {}, "text", 1, 1024)
    if "footer" in part:
        _length(part["footer"], "text", 1, 60)
    header = part.get("header")
    if kind == "button":
        if header:
            _header(header, mime_of)
        _reply_buttons(action.get("buttons") or [])
    elif kind == "list":
        if header and header.get("type") != "text":
            raise Refusal(131009, "Only a text header is supported for a list")
        _list(action)
    else:
        raise Refusal(131009, f"Unsupported interactive type: {kind}")


def _header(header: Json, mime_of: Callable[[str], str | None]) -> None:
    kind = header.get("type", "")
    if kind == "text":
        _length(header, "text", 1, 60)
    elif kind in ("image", "document"):
        _media(header.get(kind) or {}, IMAGES if kind == "image" else DOCUMENTS, mime_of)
    else:
        raise Refusal(131009, f"Unsupported header type: {kind}")


def _reply_buttons(buttons: list[Json]) -> None:
    if not 1 <= len(buttons) <= 3:
        raise Refusal(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [one.get("reply") or {} for one in buttons if one.get("type") == "reply"]
    if len(replies) != len(buttons):
        raise Refusal(131009, "Button type is not reply")
    for reply in replies:
        _length(reply, "title", 1, 20)
        _length(reply, "id", 1, 256)
    _distinct((reply["title"] for reply in replies), "title of buttons")
    _distinct((reply["id"] for reply in replies), "id of buttons")


def _list(action: Json) -> None:
    _length(action, "button", 1, 20)
    sections = action.get("sections") or []
    if not 1 <= len(sections) <= 10:
        raise Refusal(131009, "Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    for section in sections:
        _length(section, "title", 1 if len(sections) > 1 else 0, 24)
    rows = [row for section in sections for row in section.get("rows") or []]
    if not 1 <= len(rows) <= 10:
        raise Refusal(131009, "Total row count exceed max allowed count: 10")
    for row in rows:
        _length(row, "title", 1, 24)
        _length(row, "description", 0, 72)
        _length(row, "id", 1, 200)
    _distinct((row["title"] for row in rows), "title of rows")
    _distinct((row["id"] for row in rows), "id of rows")
