"""What people see of the bot before they write to it: commands, name, descriptions."""

from __future__ import annotations

import msgspec
from telegram import Bot, BotCommand


class Face(msgspec.Struct, frozen=True):
    """What people see of the bot in one language: commands (name of 1 to 32 Latin letters, description up to 256),
    name (64), description (512, shown before /start) and short description (120, on its profile)."""

    commands: tuple[tuple[str, str], ...]
    name: str
    description: str
    short: str


async def show(bot: Bot, code: str | None, face: Face) -> None:
    """Write what differs, in the language `code` (None: all languages without their own). Raises TelegramError."""
    commands = tuple(BotCommand(name, description) for name, description in face.commands)
    if await bot.get_my_commands(language_code=code) != commands:
        await bot.set_my_commands(commands, language_code=code)
    if (await bot.get_my_description(code)).description != face.description:
        await bot.set_my_description(face.description, code)
    if (await bot.get_my_short_description(code)).short_description != face.short:
        await bot.set_my_short_description(face.short, code)
    # Last, for it is the one that Telegram limits most.
    if (await bot.get_my_name(code)).name != face.name:
        await bot.set_my_name(face.name, code)
