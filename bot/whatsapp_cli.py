"""`sorora whatsapp templates`: submitting WhatsApp's templates to Meta, and seeing how they stand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable

import httpx
import typer
from pywa_async.client import WhatsApp as Client
from pywa_async.errors import WhatsAppError

from bot.app import real_channels
from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_templates import Standing, push, standing
from bot.clock import SystemClock
from bot.errors import SettingError, TryLater
from bot.i18n import Catalogs
from bot.settings import Settings

app = typer.Typer(help="What WhatsApp needs beside the chat.", no_args_is_help=True)
templates = typer.Typer(help="The messages that may go out when she has not written for a day.", no_args_is_help=True)
app.add_typer(templates, name="templates")

Ask = Callable[[Client, str, Catalogs], Awaitable[list[Standing]]]


async def asked(settings: Settings, ask: Ask) -> list[Standing]:
    """Ask Meta about templates. Raises SettingError where WhatsApp is not set up for it or Meta refuses, TryLater where
    it does not answer."""
    channel = real_channels(settings, SystemClock()).get("whatsapp")
    if not isinstance(channel, WhatsApp) or settings.whatsapp_business_id is None:
        raise SettingError("Set up WhatsApp first, SORORA_WHATSAPP_BUSINESS_ID too: templates belong to the account.")
    try:
        return await ask(channel.client, settings.whatsapp_business_id, Catalogs.load())
    except WhatsAppError as error:
        what = "check SORORA_WHATSAPP_TOKEN, its rights and SORORA_WHATSAPP_BUSINESS_ID"
        raise SettingError(f"Meta refuses (error {error.code}): {what}.") from None
    except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
        raise TryLater(f"Meta did not answer ({type(error).__name__}): try again.") from None
    finally:
        await channel.close()


def table(found: Iterable[Standing]) -> str:
    """One line each: name, language, state."""
    return "\n".join(f"{one.template.name}  {one.language}  {one.state}" for one in found)


@templates.command("push")
def templates_push() -> None:
    """Submit the templates that Meta does not have yet."""
    found = asyncio.run(asked(Settings.from_environment(os.environ), push))
    typer.echo(table(found) or "Meta has all of them: see `sorora whatsapp templates status`.")


@templates.command("status")
def templates_status() -> None:
    """Say how each template stands at Meta, in each language."""
    typer.echo(table(asyncio.run(asked(Settings.from_environment(os.environ), standing))))
