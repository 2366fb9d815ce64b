"""What people see of the bot before they write to it: commands, name, descriptions."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from telegram import Bot, BotCommand

from bot.dialogue.words import _, paragraphs
from bot.i18n import Catalogs
from bot.mentoring.effects import Programme


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


DESCRIPTION = paragraphs(
    _("Sorora: women who came to Belgium help each other."),
    _("See what you can do already. Describe one goal. Find a woman who has walked the road before you."),
    _("In your language. Free. Tap Start."),
)
# limit: 120
SHORT = _("Women who came to Belgium help each other to reach a goal. In your language.")


def telegram_faces(programme: Programme, catalogs: Catalogs) -> Mapping[str, Face]:
    """The face of the bot in every language: its commands are the talks that have one, in their order."""
    talks = [talk for talk in programme.talks.values() if talk.command]
    return {
        language: Face(
            tuple((talk.command, catalogs.label(talk.title, language)) for talk in talks),
            "Sorora",
            catalogs.label(DESCRIPTION, language),
            catalogs.label(SHORT, language),
        )
        for language in catalogs.languages
    }
