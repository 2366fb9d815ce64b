"""A mentor who was paused because life was full says that she is here again."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, _
from bot.mentoring.effects import Outcome
from bot.mentoring.requests import HereAgain


def begin(_about: str) -> Conversation[Outcome]:
    """One tap is enough; what she hears comes with the effect."""
    yield from ()  # a talk is a generator, also one that asks nothing
    return Outcome((HereAgain(),))


TALK = Talk(name="here", title=_("I am here again"), begin=begin)
