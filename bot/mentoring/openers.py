"""When a mentor and her mentee have lost the thread, and good questions to take it up again (PRODUCT N3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.dialogue.steps import Text, _
from bot.mentoring.effects import Effect

UNANSWERED, QUIET = "mentor_unanswered", "mentor_quiet"
UNANSWERED_AFTER = timedelta(days=3)  # her mentee has written and she has not
QUIET_AFTER = timedelta(days=14)  # neither has written, and they have not met

# Short, open, about her and not about her goal: every one can be answered by whoever had a bad fortnight too.
OPENERS: tuple[Text, ...] = (
    _("What was a good moment in your week?"),
    _("What is on your mind at the moment?"),
    _("What are you proud of these days?"),
    _("What would make next week a little easier?"),
    _("Who or what gives you strength at the moment?"),
    _("What is one small step that you would like to take?"),
    _("What did you try that was new for you?"),
    _("Which place here do you like to go to?"),
    _("What can you do today that was hard a year ago?"),
    _("What would you like to ask me?"),
)


def opener(pair: int, before: int) -> int:
    """The place of the question that comes next in this pair, after so many: all of them in turn, each pair beginning
    somewhere else."""
    return (pair + before) % len(OPENERS)


@dataclass(frozen=True, slots=True)
class SendOpener(Effect):
    """Bring this question to her mentee, as her own words."""

    pair: int
    question: int
