"""A question to begin with, sent to her mentee with one tap."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, _, look, say
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import PairOf
from bot.mentoring.openers import SendOpener
from bot.mentoring.relay import id_in
from conversations.write import MORE


def send(about: str) -> Conversation[Outcome]:
    """Send it, and let her write more. `about`: the pair and the place of the question ("7-3")."""
    pair = yield from look("pair", PairOf(id_in(about)))
    question = about.partition("-")[2]
    if pair is None or not pair.living or not (question.isdecimal() and len(question) < 3):
        yield from say(NOT_HERE)
        return Outcome()
    return Outcome((SendOpener(pair.id, int(question)),), then="write", about=f"{pair.id}{MORE}")


TALK = Talk("opener", _("A question to begin with"), send, aside=True)
