"""A fictional pair as one of the two sees it, for tests of the talks of a pair."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.mentoring.mentorship import Pair, PairFile, PairState, Side
from bot.mentoring.people import Person, Purpose, Role

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
UNTIL = datetime(2027, 9, 1, 9, tzinfo=UTC)
MENTEE = Person(2, "fr", "Fictive Fleur", Role.MENTEE, adult=True, consents=frozenset(Purpose))
MENTOR = Person(3, "fr", "Fictive Sara", Role.MENTOR, adult=True, consents=frozenset(Purpose))


def seen(state: PairState, side: Side = Side.MENTEE, id: int = 7, other: str = "", **file: Any) -> Pair:
    """A pair in this state as this side sees it; `file` for its PairFile."""
    name = other or ("Fictive Sara" if side is Side.MENTEE else "Fictive Fleur")
    return Pair(id, state, side, name, 9, NOW, PairFile(active_until=UNTIL, **file))
