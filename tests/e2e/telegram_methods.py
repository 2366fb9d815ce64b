"""The methods of the Bot API that the adapter uses, with Telegram's limits and its words of refusal.

Each takes the parameters of the call as text or files, and gives the `result`; Refusal is answered as Telegram would.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.telegram_people import Person, Shown

if TYPE_CHECKING:
    from tests.e2e.telegram_fake import FakeTelegram

Params = dict[str, Any]
TWO_DAYS = 48 * 3600
LARGEST_UPLOAD = 50 * 1024 * 1024


class Refusal(Exception):
    """Answered as {"ok": false, "error_code": code, "description": …}."""

    def __init__(self, code: int, description: str, retry_after: int = 0) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass
class Face:
    """What was set for one language."""

    commands: list[dict[str, str]]
    name: str = ""
    description: str = ""
    short_description: str = ""


class Methods:
    """`call` looks a method up by its name in the API."""

    LIMITED = frozenset({"sendMessage", "sendPhoto", "sendDocument", "sendVoice", "editMessageText"})  # the rates count

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake = fake
        self.faces: dict[str, Face] = {}

    def find(self, method: str) -> Callable[[Params], Any]:
        name = re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), method)
        found = getattr(self, name, None)
        if found is None or name == method:  # all methods of the API have a capital letter
            raise Refusal(404, "Not Found")
        return found  # type: ignore[no-any-return]

    # Who and what

    def person(self, params: Params) -> Person:
        try:
            found = self.fake.people[int(params["chat_id"])]
        except (KeyError, ValueError):
            raise bad("chat not found" if params.get("chat_id") else "chat_id is empty") from None
        if found.gone:
            raise Refusal(403, "Forbidden: user is deactivated")
        if found.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if not found.started:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        return found

    def _text(self, params: Params) -> str:
        if params.get("parse_mode"):
            raise bad("unsupported parse_mode")  # the fake has none: what people wrote is never markup
        text = str(params.get("text", "")).strip()
        if not text:
            raise bad("message text is empty" if not params.get("text") else "text must be non-empty")
        if units(text) > 4096:
            raise bad("message is too long")
        return text

    def _caption(self, params: Params) -> str:
        caption = str(params.get("caption", "")).strip()
        if units(caption) > 1024:
            raise bad("message caption is too long")
        return caption

    def _rows(self, params: Params) -> list[list[tuple[str, str]]]:
        if "reply_markup" not in params:
            return []
        try:
            keyboard = json.loads(params["reply_markup"])["inline_keyboard"]
        except (ValueError, KeyError, TypeError):
            raise bad("object expected as reply markup") from None
        if sum(map(len, keyboard)) > 100 or any(len(row) > 8 for row in keyboard):
            raise bad("reply markup is too long")
        for button in (button for row in keyboard for button in row):
            if not button.get("text", "").strip():
                raise bad("inline keyboard button text must be non-empty")
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                raise bad("BUTTON_DATA_INVALID")
        return [[(button["text"], button["callback_data"]) for button in row] for row in keyboard]

    def _show(self, params: Params, text: str, **content: Any) -> Any:
        person, fake = self.person(params), self.fake
        rows = self._rows(params)
        silent = params.get("disable_notification") == "true"
        shown = Shown(fake.next_message(), text, fake.next_serial(), fake.unix(), rows=rows, silent=silent, **content)
        person.messages[shown.message_id] = shown
        return fake.as_json(person, shown)

    # Messages

    def send_message(self, params: Params) -> Any:
        self.person(params)
        return self._show(params, self._text(params))

    def send_photo(self, params: Params) -> Any:
        self.person(params)
        photo = params.get("photo")
        if not isinstance(photo, tuple):
            raise bad("there is no photo in the request")
        if len(photo[1]) > 10 * 1024 * 1024:
            raise bad("too big for a photo")
        if not photo[1].startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")):
            raise bad("IMAGE_PROCESS_FAILED")
        return self._show(params, self._caption(params), photo=photo[1])

    def send_document(self, params: Params) -> Any:
        self.person(params)
        document = params.get("document")
        if not isinstance(document, tuple):
            raise bad("there is no document in the request")
        if not document[1]:
            raise bad("file must be non-empty")
        if len(document[1]) > LARGEST_UPLOAD:
            raise Refusal(413, "Request Entity Too Large")
        return self._show(params, self._caption(params), document=document)

    def send_voice(self, params: Params) -> Any:
        person, voice = self.person(params), params.get("voice")
        if not isinstance(voice, tuple):
            raise bad("there is no voice in the request")
        if not voice[1]:
            raise bad("file must be non-empty")
        if len(voice[1]) > LARGEST_UPLOAD:
            raise Refusal(413, "Request Entity Too Large")
        if not voice[0].endswith((".ogg", ".oga", ".mp3", ".m4a")):
            raise bad("wrong file type")
        if person.no_voices:
            raise bad("VOICE_MESSAGES_FORBIDDEN")
        heard = (voice[1], int(params.get("duration", 0)))
        return self._show(params, self._caption(params), voice=heard)

    def edit_message_text(self, params: Params) -> Any:
        person, text = self.person(params), self._text(params)
        shown = person.messages.get(int(params.get("message_id", 0)))
        if shown is None:
            raise bad("message to edit not found")
        if shown.mine:
            raise bad("message can't be edited")
        if shown.photo is not None or shown.document is not None or shown.voice is not None:
            raise bad("there is no text in the message to edit")
        rows = self._rows(params)
        if (shown.text, shown.rows) == (text, rows):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a "
                "current content and reply markup of the message"
            )
        shown.text, shown.rows, shown.edited, shown.serial = text, rows, True, self.fake.next_serial()
        return self.fake.as_json(person, shown)

    def delete_message(self, params: Params) -> bool:
        person = self.person(params)
        shown = person.messages.get(int(params.get("message_id", 0)))
        if shown is None:
            raise bad("message to delete not found")
        if self.fake.unix() - shown.date > TWO_DAYS:
            raise bad("message can't be deleted for everyone")
        del person.messages[shown.message_id]
        return True

    def delete_messages(self, params: Params) -> bool:
        person, numbers = self.person(params), json.loads(params.get("message_ids", "[]"))
        if not 1 <= len(numbers) <= 100:
            raise bad("there must be from 1 to 100 message identifiers")
        found = [person.messages[number] for number in numbers if number in person.messages]
        if any(self.fake.unix() - shown.date > TWO_DAYS for shown in found):
            raise bad("message can't be deleted for everyone")
        for shown in found:
            del person.messages[shown.message_id]
        return True

    def answer_callback_query(self, params: Params) -> bool:
        if units(params.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        if not self.fake.answer_query(params.get("callback_query_id", "")):
            raise bad("query is too old and response timeout expired or query ID is invalid")
        return True

    def get_file(self, params: Params) -> Any:
        try:
            path, body = self.fake.files[params.get("file_id", "")]
        except KeyError:
            raise bad("wrong file_id or the file is temporarily unavailable") from None
        if len(body) > 20 * 1024 * 1024:
            raise bad("file is too big")
        file_id = params["file_id"]
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(body), "file_path": path}

    # The bot

    def get_me(self, _params: Params) -> Any:
        rights = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
        return self.fake.bot_json() | dict.fromkeys(rights, False)

    def set_webhook(self, params: Params) -> bool:
        url, secret = params.get("url", ""), params.get("secret_token", "")
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("secret token contains unallowed characters")
        self.fake.hook(url, secret, json.loads(params.get("allowed_updates", "[]")))
        return True

    def delete_webhook(self, params: Params) -> bool:
        self.fake.hook("", "", [])
        if params.get("drop_pending_updates") == "true":
            self.fake.pending.clear()
        return True

    def _face(self, params: Params) -> Face:
        language = params.get("language_code", "")
        if not re.fullmatch(r"([a-z]{2})?", language):
            raise bad("invalid language_code specified")
        return self.faces.setdefault(language, Face([]))

    def get_my_commands(self, params: Params) -> Any:
        return self._face(params).commands

    def set_my_commands(self, params: Params) -> bool:
        commands = json.loads(params.get("commands", "[]"))
        if len(commands) > 100:
            raise bad("too many commands specified")
        for command in commands:
            if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= units(command["description"]) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self._face(params).commands = commands
        return True

    def get_my_name(self, params: Params) -> Any:
        return {"name": self._face(params).name or self.fake.bot_json()["first_name"]}

    def set_my_name(self, params: Params) -> bool:
        return self._set(params, "name", 64)

    def get_my_description(self, params: Params) -> Any:
        return {"description": self._face(params).description}

    def set_my_description(self, params: Params) -> bool:
        return self._set(params, "description", 512)

    def get_my_short_description(self, params: Params) -> Any:
        return {"short_description": self._face(params).short_description}

    def set_my_short_description(self, params: Params) -> bool:
        return self._set(params, "short_description", 120)

    def _set(self, params: Params, what: str, limit: int) -> bool:
        words = params.get(what, "")
        if units(words) > limit:
            raise bad(f"bot {what.replace('_', ' ')} is too long")
        setattr(self._face(params), what, words)
        return True
