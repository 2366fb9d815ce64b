"""What the tests of the dialogue share: a question, two options, and answering in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.dialogue.replay import Journal, Played, answered, play
from bot.dialogue.steps import Conversation, _, own

Begin = Callable[[], Conversation[Any]]
Q = _("A question?")
AB = {"a": own("A"), "b": own("B")}


def asked(played: Played) -> str:
    """The key of the open question."""
    assert played.asked is not None
    return played.asked.key


def give(begin: Begin, journal: Journal, **answers: Any) -> Journal:
    """Answer the open questions, each by its key ("x__y" for "x.y"), in order."""
    for name, value in answers.items():
        played = play(begin, journal)
        assert played.asked is not None
        assert played.asked.key == name.replace("__", ".")
        journal = answered(journal, played.asked, value)
    return journal
