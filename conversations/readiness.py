"""Am I ready to start? (S2): the five mentee skills of the source text. A low answer opens a gentle way in."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import Conversation, Ltr, Talk, Text, _, choice, look, p_, paragraphs, say
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment
from bot.mentoring.lookups import Me, Now, TakenBefore
from conversations.results import Sheet, Time, in_words, last_time, picture

NAMES: Mapping[str, Text] = {
    "motivation": _("Motivation to start"),
    "create": _("Openness to create"),
    "invest": _("Wish to give time and knowledge"),
    "learn": _("Wish to learn"),
    "involve": _("Wish to join a new activity"),
}

QUESTIONS: Mapping[str, Text] = {
    "motivation": _("I would like to start with something."),
    "create": _("I would like to make something new."),
    "invest": _("I would like to give time and share what I know."),
    "learn": _("I would like to learn."),
    "involve": _("I would like to take part in a new activity."),
}

WAYS_IN: Mapping[str, Text] = {
    "motivation": _("Rest first, or choose one step of five minutes."),
    "create": _("Begin with something you know: a dish, a song, a plan."),
    "invest": _("Ten minutes a week is enough to begin."),
    "learn": _("Ask one person to show you one thing."),
    "involve": _("Go and look once, together with someone you know."),
}

# limit: 20
YES = p_("answer", "Yes")
# limit: 20
A_LITTLE = p_("answer", "A little")
# limit: 20
NOT_YET = p_("answer", "Not yet")

ANSWERS = {"yes": YES, "little": A_LITTLE, "not_yet": NOT_YET}
LEVELS = {"not_yet": 1, "little": 2, "yes": 3}
SHEET = Sheet(title=_("What I bring with me"), items=NAMES, levels=(NOT_YET, A_LITTLE, YES), strong=3)


def begin(_about: str) -> Conversation[Outcome]:
    """Five questions, then what she brings with her and a small way in where the answer was low."""
    me = yield from look("me", Me())
    now = yield from look("now", Now())
    before = yield from look("before", TakenBefore(Assessment.READINESS))
    yield from say(_("Five short questions. Every answer is good. You can start from any of them."))
    levels: dict[str, int] = {}
    for place, (item, question) in enumerate(QUESTIONS.items(), 1):
        prompt = Text("{progress} {question}")(progress=Ltr(f"{place}/{len(QUESTIONS)}"), question=question)
        levels[item] = LEVELS[(yield from choice(item, prompt, ANSWERS))]
    today, earlier = Time(now.date(), levels), last_time(before, me)
    words = paragraphs(in_words(SHEET, today, earlier, WAYS_IN), door(levels))
    yield from say(words, keep=True, picture=picture(SHEET, today, earlier) if earlier else None)
    return Outcome((SaveAssessment(Assessment.READINESS, levels),))


def door(levels: Mapping[str, int]) -> Text:
    """The way on from here; it is open for every answer."""
    if min(levels.values()) == LEVELS["yes"]:
        return _("You have all you need for a first goal.")
    if max(levels.values()) == LEVELS["not_yet"]:
        return _("There is no hurry. One small step is enough. I am here when you want.")
    return _("You can start small. A first goal may be very small too.")


TALK = Talk(
    name="readiness",
    # limit: 24
    title=_("Ready to start?"),
    begin=begin,
    words=p_("typed words", "ready to start|am i ready"),
    command="ready",
)
