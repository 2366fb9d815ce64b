"""The women of chaos.py, who write to the stand-ins of both platforms, and the talk that they are in."""

from __future__ import annotations

import re
from collections.abc import Sized
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.dialogue.steps import Conversation, Talk, _, look, own, text, write_own
from bot.mentoring.effects import Outcome, SaveGoal
from bot.mentoring.goals import GoalPlan
from bot.mentoring.lookups import Goals
from tests.e2e.telegram_people import Person as TelegramPerson
from tests.e2e.whatsapp_people import Person as WhatsAppPerson

NUMBER = re.compile(r"Number (\d+)")


def diary(_about: str) -> Conversation[Outcome]:
    """One question without end. Each answer is a goal, and the next question says how many there are."""
    goals = yield from look("goals", Goals())
    words = yield from text("words", own(f"Number {len(goals)}"))
    return Outcome((SaveGoal(GoalPlan(write_own(words), "", 3, "", date(2027, 6, 1), (), "")),), then="welcome")


DIARY = Talk("welcome", _("Welcome"), diary, open_to_all=True)


@dataclass
class Woman:
    """One writer. said: what she wrote after her greeting. heard: the numbers of what she was asked, as it came."""

    person: TelegramPerson | WhatsAppPerson
    said: list[str] = field(default_factory=list)
    greeted: bool = False
    read: int = 0
    heard: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"telegram:{self.person.user_id}" if self.telegram else f"whatsapp:{self.person.user_id}"

    @property
    def telegram(self) -> bool:
        return isinstance(self.person, TelegramPerson)

    def listen(self) -> None:
        """Read what is new on her phone."""
        phone: Sized = self.person.messages if isinstance(self.person, TelegramPerson) else self.person.chat
        chat: list[Any] = [*self.person.chat[self.read :]] if len(phone) > self.read else []
        self.read += len(chat)
        self.heard += [int(found[1]) for one in chat if not one.mine and (found := NUMBER.search(one.text))]

    async def writes(self) -> None:
        """What comes next: her greeting, then words."""
        if self.greeted:
            self.said.append(f"{self.address} {len(self.said)}")
        words, self.greeted = self.said[-1] if self.greeted else "Hello", True
        await self.person.types(words)
