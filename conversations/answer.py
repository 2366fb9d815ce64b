"""A mentor's question before she answers a request (M5), and the mentee's answer to it."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, _, look, paragraphs, read_own, say
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.requests import AnswerFirst, QuestionOf, called, number
from conversations import requesting

ANSWER = 500  # characters


def begin(about: str) -> Conversation[Outcome]:
    """The question, and her words."""
    question = yield from look("question", QuestionOf(number(about)))
    if question is None:
        yield from say(NOT_HERE)
        return Outcome()
    prompt = paragraphs(
        _("{name} asks you:")(name=called(question.alias)),
        read_own(question.words),
        _("What would you like to answer?"),
    )
    words = yield from requesting.ask_words("answer", prompt, limit=ANSWER)
    return Outcome(() if words is None else (AnswerFirst(question.id, words),))


TALK = Talk(name="answer", title=_("A question to you"), begin=begin)
