"""Patience with thumbs: double taps count once, floods are held back. Kept in memory only: all that a restart loses is
who was told to slow down."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.dialogue.steps import Text, _
from bot.engine.understand import Nav, Wordbook, read_button
from bot.messages import Incoming

MOST = 60  # messages a minute from one person (TRUST, bad input 10)
MINUTE = timedelta(minutes=1)
NOTICE = timedelta(hours=1)
REMEMBERED = 20_000  # people: about 8 MB

SLOWLY: Text = _("That was very fast. Please wait a minute, then go on. Nothing is lost.")


@dataclass(slots=True)
class Recent:
    """What one person did in the last minute."""

    times: list[datetime] = field(default_factory=list)  # a deque would be eight times as large
    press: tuple[str, datetime] | None = None
    told: datetime | None = None


class Manners:
    """Remembers the most recent people only."""

    def __init__(self, wordbook: Wordbook) -> None:
        self.wordbook = wordbook
        self.recent: OrderedDict[str, Recent] = OrderedDict()

    def of(self, lookup: str) -> Recent:
        """The recent doings of one address."""
        found = self.recent.setdefault(lookup, Recent())
        self.recent.move_to_end(lookup)
        if len(self.recent) > REMEMBERED:
            self.recent.popitem(last=False)
        return found

    def flooding(self, lookup: str, incoming: Incoming, now: datetime) -> bool:
        """Whether this message is one too many. Danger and Stop always pass."""
        times = self.of(lookup).times
        while times and now - times[0] >= MINUTE:
            del times[0]
        if len(times) >= MOST:
            return not self.urgent(incoming)
        times.append(now)
        return False

    def urgent(self, incoming: Incoming) -> bool:
        """Whether it is about danger, or says Stop."""
        if incoming.text is not None:
            return self.wordbook.alarm(incoming.text) or self.wordbook.meaning(incoming.text) is Nav.STOP
        press = read_button(incoming.button) if incoming.button is not None else None
        wanted = (("!", Nav.STOP), ("=", self.wordbook.danger))  # options that open a talk bear its name
        return incoming.left or (press is not None and (press.kind, press.value) in wanted)

    def may_tell(self, lookup: str, now: datetime) -> bool:
        """Whether she may be told to slow down: once an hour."""
        recent = self.of(lookup)
        if recent.told is not None and now - recent.told < NOTICE:
            return False
        recent.told = now
        return True
