"""What the talks of these tests look up: fictional women, the helplines that ship, a few languages."""

from __future__ import annotations

from typing import Any

from bot.mentoring.lookups import Goals, Helplines, Languages, LeftTalks, Me, Offered
from bot.mentoring.mentorship import MyPairs
from bot.mentoring.people import Person, Purpose, Role
from conversations import PROGRAMME

STRANGER = Person(1)
MEMBER = Person(2, "fr", "Fictive Fleur", Role.MENTEE, adult=True, consents=frozenset(Purpose))
GONE = Person(3, "nl", role=Role.BOTH, adult=True)  # she took her yes back

OFFERED = (Offered("ar", "العربية", draft=True), Offered("en", "English"), Offered("fr", "Français"))


def world(me: Person = MEMBER, **more: Any) -> dict[Any, Any]:
    """All look-ups of the talks around taking part, as this person sees them; `more` by the key of the look-up."""
    common = {Me: me, Languages: OFFERED, Helplines: PROGRAMME.helplines, LeftTalks: (), Goals: (), MyPairs: ()}
    return {**common, **more}
