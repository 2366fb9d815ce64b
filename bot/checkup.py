"""`sorora check`: what is missing or wrong, in words a beginner understands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.app import find_programme, open_store, real_channels
from bot.channels.telegram import Telegram
from bot.channels.whatsapp_templates import standing
from bot.clock import Clock
from bot.errors import SettingError, SororaError
from bot.i18n import Catalogs
from bot.mentoring.effects import Programme
from bot.settings import Settings
from bot.store import costs as counted
from bot.store import team
from bot.store.door import Store
from bot.store.schema import up_to_date
from bot.whatsapp_cli import asked

LATELY = timedelta(days=7)
STALE = timedelta(days=90)  # a number to call that nobody has checked for so long (TRUST, "Safeguarding")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. bad: it must be mended before people are served; warn: it should be."""

    what: str
    bad: bool = False
    warn: bool = False

    def line(self) -> str:
        """As it is printed."""
        return f"{'✗ ' if self.bad else '! ' if self.warn else '✓ '}{self.what}"


async def checkup(environment: Mapping[str, str], clock: Clock) -> list[Finding]:
    """Look at everything; what is wrong with the settings ends it early."""
    try:
        settings = Settings.from_environment(environment)
        settings.check_run()
        programme = find_programme(settings.conversations)
    except SettingError as wrong:
        return [Finding(str(wrong), bad=True)]
    findings = [Finding("The settings are whole.")]
    findings += [finding async for finding in database(settings, clock)]
    findings += [finding async for finding in channels(settings, clock)]
    findings += languages(Catalogs.load())
    findings += helplines(programme, clock.now().date())
    return findings


async def database(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Does it answer, and is its schema the newest?"""
    store = open_store(settings)
    try:
        if await up_to_date(store):
            yield Finding("The database answers and is up to date.")
            yield await coordinators(store)
            for finding in await refused(store, clock):
                yield finding
        elif store.engine.dialect.name == "sqlite":
            yield Finding("The database has no or an older schema: `sorora run` will bring it up to date.")
        else:
            yield Finding("The database has no or an older schema: run `sorora migrate`.", bad=True)
    except SororaError:
        yield Finding("The database does not answer: check SORORA_DATABASE_URL and that it is running.", bad=True)
    finally:
        await store.close()


async def coordinators(store: Store) -> Finding:
    """Is anybody there to approve mentors and to look at reports?"""
    async with store.begin(reading=True) as tx:
        number = await team.how_many(tx)
    if not number:
        return Finding("Nobody is a coordinator yet: make one with `sorora coordinators add`.", warn=True)
    return Finding(f"Coordinators: {number}.")


async def refused(store: Store, clock: Clock) -> list[Finding]:
    """What could not be sent lately, and why?"""
    async with store.begin(reading=True) as tx:
        found = await counted.refused(tx, clock.now() - LATELY)
    return [
        Finding(f"In the last 7 days {channel} did not take {number} messages: {reason}.", warn=True)
        for channel, reason, number in found
    ]


async def templates(settings: Settings) -> Finding:
    """Are all of WhatsApp's templates approved?"""
    try:
        found = [one for one in await asked(settings, standing) if not one.good]
    except SororaError as trouble:
        return Finding(f"WhatsApp's templates could not be looked at. {trouble}", warn=True)
    if not found:
        return Finding("WhatsApp has approved all templates.")
    named = ", ".join(f"{one.template.name} {one.language} ({one.state})" for one in found)
    return Finding(
        f"Not all of WhatsApp's templates can be sent; `sorora whatsapp templates push`: {named}.", warn=True
    )


async def costs(settings: Settings, clock: Clock) -> list[str]:
    """What was sent, in lines: week, channel, class, messages, templates. Raises SororaError."""
    store = open_store(settings)
    try:
        async with store.begin(reading=True) as tx:
            found = await counted.sent(tx, clock.now())
    finally:
        await store.close()
    head = "week of      channel     class                     messages  templates"
    return [
        head,
        *(f"{one.week}   {one.channel:<10}  {one.sort:<24}  {one.messages:>8}  {one.templates:>9}" for one in found),
    ]


async def channels(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Does Telegram know the token? WhatsApp can only be seen to be set up."""
    for name, channel in real_channels(settings, clock).items():
        if isinstance(channel, Telegram):
            try:
                yield Finding(f"Telegram knows this bot as @{await channel.username()}.")
            except SororaError as trouble:
                yield Finding(f"Telegram does not know this bot: {trouble}", bad=True)
            await channel.close()
        else:
            yield Finding(f"{name.capitalize()} is set up.")
            yield await templates(settings)


def languages(catalogs: Catalogs) -> Iterator[Finding]:
    """Which languages are there, and which has no native speaker read yet?"""
    yield Finding(f"Languages: {', '.join(catalogs.languages)}.")
    drafts = [code for code in catalogs.languages if code != "en" and catalogs.draft(code)]
    if drafts:
        yield Finding(f"No native speaker has read these languages yet: {', '.join(drafts)}.", warn=True)


def helplines(programme: Programme, today: date) -> Iterator[Finding]:
    """Are the numbers to call there, and checked lately?"""
    if len([line for line in programme.helplines if line.danger]) < 2:
        yield Finding("The programme has fewer than two numbers for danger: add them to its helplines.", bad=True)
    stale = [line.number for line in programme.helplines if date.fromisoformat(line.verified_on) + STALE < today]
    if stale:
        yield Finding(
            f"Nobody has checked these numbers for 90 days: {', '.join(stale)}. Call or look them up.", warn=True
        )
    else:
        yield Finding("All numbers to call were checked within 90 days.")
