"""A story of several women (tests/transcripts) over the strict platforms: one real Sorora, each woman on her own app.

    async with at_home(tmp_path, nursery, apps, languages) as house:
        await full_story(house)

The machine's clock cannot be moved; so time goes by while the process is stopped and started again (`Watch`), which
proves each time that nothing of what is due is lost. It begins at ten in the morning in Brussels, so that nobody's
quiet hours hold a message back.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from bot.channels import whatsapp_templates
from bot.engine.understand import Nav
from bot.i18n import Catalogs
from tests.e2e import telegram_people, whatsapp_people
from tests.e2e.phones import Card, OnTelegram, OnWhatsApp
from tests.e2e.process import Nursery, Sorora, Watch
from tests.e2e.telegram_fake import FakeTelegram
from tests.e2e.whatsapp_fake import FakeWhatsApp
from tests.transcripts.ensemble import (
    COORDINATOR,
    MENTEE,
    MENTOR,
    confirm_coordinator,
    invite_coordinator,
    opening,
    photo,
    presses,
)

Shown: TypeAlias = telegram_people.Shown | whatsapp_people.Shown

PATIENCE = 30.0  # seconds; the clock of the process looks every 5 at what is due and at what is to be fetched
TEN = time(10, tzinfo=ZoneInfo("Europe/Brussels"))


def ten_o_clock(now: datetime) -> timedelta:
    """How long it is from now to the next ten in the morning in Brussels."""
    here = now.astimezone(TEN.tzinfo)
    morning = datetime.combine(here.date(), TEN)
    return morning - here if here <= morning else datetime.combine(here.date() + timedelta(days=1), TEN) - here


@dataclass
class Her:
    """One woman on a real app. all: the women of the story by name; done: the question that she answered last; used:
    buttons that she has tapped."""

    name: str
    phone: OnTelegram | OnWhatsApp
    language: str
    sorora: Sorora
    all: Mapping[str, Her]
    done: Card | None = None
    used: set[tuple[Any, str]] = field(default_factory=set)

    # What she does

    async def types(self, words: str) -> None:
        """Write."""
        await self._does(lambda: self.phone.write(words))

    async def goes(self, talk: str) -> None:
        """Open a talk by its command."""
        await self.types(f"/{talk}")

    async def picks(self, *options: str) -> None:
        """Tap these, each on a question that came after the one before; a long list is turned to the right page."""
        for option in options:
            one, data = await self._waits(lambda option=option: self._pressed(option), f"the option {option!r}")  # type: ignore[misc]
            while not presses(data, option) and not data.startswith("/"):
                await self._taps(one, data)
                one, data = await self._waits(lambda option=option: self._pressed(option), f"the option {option!r}")  # type: ignore[misc]
            await self._taps(one, data)

    async def opens(self, talk: str) -> None:
        """Tap what opens a talk, once."""
        one, data = await self._waits(lambda: self._opening(talk), f"a button that opens {talk!r}")
        await self._taps(one, data)

    async def answers(self, part: str, words: str) -> None:
        """Answer a message."""
        message = await self._finds(part)
        await self._does(lambda: self.phone.replies(words, message))

    async def speaks(self, to: str = "") -> None:
        """Send a voice note."""
        message = await self._finds(to) if to else None
        await self._does(lambda: self.phone.person.sends_voice(reply_to=message))

    async def shows(self, caption: str = "", to: str = "") -> None:
        """Send a photo."""
        message = await self._finds(to) if to else None
        await self._does(lambda: self.phone.shows(photo(), caption, message))

    # What she waits for

    async def reads(self, part: str) -> str:
        """What fits on her screen, newest first."""
        found: str = await self._waits(lambda: self._says(part), f"{part!r}")
        return found

    async def misses(self, part: str) -> None:
        """What must not have come to her, once all that is on its way has."""
        await self.knows()
        assert self._says(part) is None, f"the {self.name} reads {part!r}"

    async def knows(self) -> None:
        """Wait until all that was sent is recorded as sent. Before that an answer to it cannot be told from other
        words, and these women read and write within milliseconds."""
        with closing(sqlite3.connect(self.sorora.database)) as database:
            async with asyncio.timeout(PATIENCE):
                while database.execute("SELECT 1 FROM outbox WHERE state = 'waiting' LIMIT 1").fetchone():  # noqa: ASYNC110 - nobody rings
                    await asyncio.sleep(0.01)

    async def hears(self, count: int = 1) -> None:
        """Voice notes that came to her."""
        await self._waits(lambda: len(self.phone.voices()) >= count, f"{count} voice notes")

    async def sees(self, count: int = 1) -> None:
        """Photos that came to her; pictures of ours are PNG, photos of women JPEG."""
        await self._waits(lambda: len([one for one in self.phone.pictures() if one[:2] == JPEG]) >= count, "photos")

    async def keeps(self, suffix: str) -> None:
        """Files that came to her."""
        await self._waits(lambda: any(name.endswith(suffix) for name, _ in self.phone.files()), f"a file {suffix}")

    # Her screen

    def card(self) -> Card | None:
        """The question that came last."""
        return self.phone.card()

    def chat(self) -> list[Shown]:
        """What the bot wrote, oldest first; what was edited counts as new."""
        if isinstance(self.phone, OnTelegram):
            return [*sorted((one for one in self.phone.person.chat if not one.mine), key=lambda one: one.serial)]
        return [one for one in self.phone.person.chat if not one.mine]

    def screen(self) -> str:
        """How her chat ends, for who must find out why a story does not go on."""
        return "\n".join(f"{one.text}\n  {list(labels(one))}" for one in self.chat()[-3:])

    def screen_of_all(self) -> str:
        """All that she can read."""
        return "\n".join(part for one in self.chat() for part in (one.text, *labels(one).values()))

    def addresses(self) -> list[str]:
        """What nobody but the platform must know of her."""
        phone = self.phone
        return [str(phone.person.user_id)] if isinstance(phone, OnTelegram) else list(phone.person.addresses)

    def _pressed(self, option: str) -> tuple[Card, str] | None:
        one = self.card()
        if one is None or one == self.done:
            return None
        found = next((data for data in one.labels if presses(data, option)), None) or one.other(">")
        if found is None and option in list(Nav):
            found = f"/{option}"  # WhatsApp has no room for a button: the footer names the word to type
        return (one, found) if found else None

    def _opening(self, talk: str) -> tuple[Card, str] | None:
        for shown in reversed(self.chat()):
            for data in labels(shown):
                if opening(data, talk) and (key(shown), data) not in self.used:
                    return Card(key(shown), shown.text, talk, "", labels(shown)), data
        return None

    def _says(self, part: str) -> str | None:
        found = (re.search(part, one.text) for one in reversed(self.chat()))
        return next((match.group() for match in found if match), None)

    async def _finds(self, part: str) -> Any:
        def found() -> Any:
            try:
                return self.phone.finds(part)
            except LookupError:
                return None

        message = await self._waits(found, f"{part!r}")
        await self.knows()
        return message

    async def _taps(self, one: Card, data: str) -> None:
        self.used.add((one.id, data))
        await self._does(lambda: self.phone.write(data) if data.startswith("/") else self.phone.tap(one, data))

    async def _does(self, act: Callable[[], Awaitable[object]]) -> None:
        """Do something, and wait for its answer: then it is kept, and the others can go on."""
        self.done, before = self.card(), self._shown()
        await act()
        await self._waits(lambda: self._shown() != before, "an answer")

    def _shown(self) -> list[tuple[str, dict[str, str]]]:
        return [(one.text, labels(one)) for one in self.chat()]

    async def _waits(self, test: Callable[[], Any], what: str) -> Any:
        try:
            return await self.phone.until(test, PATIENCE)
        except TimeoutError:
            screens = "\n\n".join(f"{one.name}'s screen ends with:\n{one.screen()}" for one in self.all.values())
            raise AssertionError(f"the {self.name} waits for {what}; the {screens}") from None


JPEG = b"\xff\xd8"


def key(shown: Shown) -> Any:
    """The platform's id of a message."""
    return shown.message_id if isinstance(shown, telegram_people.Shown) else shown.id


def labels(shown: Shown) -> dict[str, str]:
    """What can be tapped on a message: data and label."""
    if isinstance(shown, telegram_people.Shown):
        return {data: label for row in shown.rows for label, data in row}
    return dict(shown.buttons) | {ref: title for ref, title, _ in shown.rows}


@dataclass
class Home:
    """One Sorora with both platforms, and the three women."""

    sorora: Sorora
    watch: Watch
    women: dict[str, Her]

    @property
    def mentee(self) -> Her:
        """Who looks for support."""
        return self.women[MENTEE]

    @property
    def mentor(self) -> Her:
        """Who gives it."""
        return self.women[MENTOR]

    @property
    def coordinator(self) -> Her:
        """Who runs the programme."""
        return self.women[COORDINATOR]

    def note(self, what: str) -> None:
        """Nobody reads it here."""

    def begins(self, after: str) -> None:
        """Likewise."""

    async def later(self, **by: float) -> None:
        """Time goes by while the process is down. Each woman with WhatsApp has written by then, or Meta would let
        only templates through to her (the window of 24 hours); what she wrote waits at the platform."""
        assert await self.sorora.stop() == 0
        self.watch.ahead += timedelta(**by)
        for her in self.women.values():
            if isinstance(her.phone, OnWhatsApp):
                await her.phone.write("/menu")
        await self.sorora.start()
        for her in self.women.values():
            if isinstance(her.phone, OnWhatsApp):
                await her.phone.taken()

    async def invitation(self) -> str:
        """For a new coordinator."""
        store = self.sorora.store()
        code = await invite_coordinator(store, self.watch.now())
        await store.close()
        return code

    async def confirm(self, number: str) -> None:
        """By the operator."""
        store = self.sorora.store()
        await confirm_coordinator(store, number, self.watch.now())
        await store.close()

    def refused(self) -> list[str]:
        """What a platform refused of what the bot sent."""
        return [one for her in self.women.values() for one in her.phone.refused()]

    def strangers_read(self, her: Her) -> list[str]:
        """What of her address stands on the screen of another: nothing ever must."""
        others = [one.screen_of_all() for one in self.women.values() if one is not her]
        return [secret for secret in her.addresses() if any(secret in screen for screen in others)]


@asynccontextmanager
async def at_home(
    home: Path, nursery: Nursery, apps: Mapping[str, str], languages: Mapping[str, str]
) -> AsyncIterator[Home]:
    """A running Sorora on both platforms. apps: "telegram" or "whatsapp" for each of the three by name."""
    watch = Watch()
    watch.ahead = ten_o_clock(watch.now())
    async with AsyncExitStack() as stack:
        whatsapp = await stack.enter_async_context(FakeWhatsApp(watch, Random(5), burst=1000))
        have_templates(whatsapp)
        telegram = FakeTelegram(watch, Random(5))
        await telegram.start()
        stack.push_async_callback(telegram.stop)
        sorora = Sorora(home, telegram_settings(telegram) | whatsapp_settings(whatsapp), watch, nursery)
        stack.push_async_callback(sorora.close)
        await sorora.start()
        await whatsapp.hook(f"{sorora.url}/whatsapp")
        women: dict[str, Her] = {}
        for name in (MENTEE, MENTOR, COORDINATOR):
            language = languages[name]
            phone = OnTelegram(telegram, language) if apps[name] == "telegram" else OnWhatsApp(whatsapp)
            women[name] = Her(name, phone, language, sorora, women)
        yield Home(sorora, watch, women)


def have_templates(fake: FakeWhatsApp) -> None:
    """All templates of this release were submitted and approved, in the languages that Meta knows."""
    catalogs = Catalogs.load()
    for template, language in whatsapp_templates.every(catalogs):
        if language in whatsapp_templates.LANGUAGES:
            fake.shelf.submit(whatsapp_templates.wanted(template, language, catalogs))
    fake.shelf.decide()


def telegram_settings(fake: FakeTelegram) -> dict[str, str]:
    """Polling."""
    return {"SORORA_TELEGRAM_TOKEN": fake.token, "SORORA_TELEGRAM_API_URL": fake.url, "SORORA_TELEGRAM_MODE": "polling"}


def whatsapp_settings(fake: FakeWhatsApp) -> dict[str, str]:
    """Everything WhatsApp needs."""
    return {
        "SORORA_WHATSAPP_TOKEN": fake.token,
        "SORORA_WHATSAPP_PHONE_ID": fake.phone_id,
        "SORORA_WHATSAPP_BUSINESS_ID": fake.business_id,
        "SORORA_WHATSAPP_APP_SECRET": fake.app_secret,
        "SORORA_WHATSAPP_VERIFY_TOKEN": fake.verify_token,
        "SORORA_WHATSAPP_API_URL": fake.url,
    }
