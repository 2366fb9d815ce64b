"""New messages on Telegram: each kind of bubble as the call that carries it. Text is literal, never markup."""

from __future__ import annotations

from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest

from bot.channels.parts import bare, file_name
from bot.messages import Attachment, Bubble

# Formats that sendVoice takes (https://core.telegram.org/bots/api#sendvoice); sendPhoto takes these and makes them
# JPEG. Everything else goes as a file, which every app can open.
VOICES = frozenset({"audio/ogg", "audio/opus", "audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a", "audio/m4a"})
PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})


async def send_new(bot: Bot, chat: str, bubble: Bubble, png: bytes, *, silent: bool) -> str:
    """Send a bubble, `png` being its picture drawn, and give its message id. Raises telegram.error.TelegramError."""
    buttons = markup(bubble)
    caption: dict[str, Any] = {"caption": bubble.text or None}
    rest: dict[str, Any] = {"reply_markup": buttons, "disable_notification": silent}
    if bubble.picture is not None:
        sent = await bot.send_photo(chat, png, filename="picture.png", **caption, **rest)
    elif bubble.document is not None:
        sent = await bot.send_document(chat, bubble.document.body, filename=bubble.document.name, **caption, **rest)
    elif bubble.photo is not None:
        return await _photo(bot, chat, bubble.photo, caption | rest)
    elif bubble.voice is not None:
        return await _voice(bot, chat, bubble.voice, caption | rest)
    else:
        preview = LinkPreviewOptions(is_disabled=True)
        sent = await bot.send_message(chat, bubble.text, link_preview_options=preview, **rest)
    return str(sent.message_id)


def markup(bubble: Bubble) -> InlineKeyboardMarkup | None:
    """The buttons below a bubble."""
    rows = [[InlineKeyboardButton(button.label, callback_data=button.data) for button in row] for row in bubble.rows]
    return InlineKeyboardMarkup(rows) if rows else None


async def _photo(bot: Bot, chat: str, photo: Attachment, rest: dict[str, Any]) -> str:
    if bare(photo.mime) in PHOTOS:
        try:
            name = file_name("photo", photo.mime)
            return str((await bot.send_photo(chat, photo.body, filename=name, **rest)).message_id)
        except BadRequest:
            pass  # too long and thin, or an image that Telegram cannot read: as a file it still arrives
    return await _file(bot, chat, "photo", photo, rest)


async def _voice(bot: Bot, chat: str, voice: Attachment, rest: dict[str, Any]) -> str:
    if bare(voice.mime) in VOICES:
        try:
            name = file_name("voice", voice.mime)
            sent = await bot.send_voice(chat, voice.body, duration=voice.seconds or None, filename=name, **rest)
            return str(sent.message_id)
        except BadRequest:
            pass  # above all VOICE_MESSAGES_FORBIDDEN: her own setting keeps voice notes out, but not files
    return await _file(bot, chat, "voice", voice, rest)


async def _file(bot: Bot, chat: str, stem: str, file: Attachment, rest: dict[str, Any]) -> str:
    name = file_name(stem, file.mime)
    sent = await bot.send_document(chat, file.body, filename=name, disable_content_type_detection=True, **rest)
    return str(sent.message_id)
