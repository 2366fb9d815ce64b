"""My career compass (S4): the seven questions of the source text, and a one-page mirror in her own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.dialogue.steps import (
    Conversation,
    Json,
    Ltr,
    Option,
    Own,
    Picked,
    Talk,
    Text,
    Words,
    _,
    choice,
    choices,
    lines,
    listing,
    optional,
    p_,
    paragraphs,
    say,
    write_own,
)
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment
from conversations.compass_answers import SUGGESTIONS


@dataclass(frozen=True, slots=True)
class Question:
    """One question, the line above her answer in the mirror, and the button that changes the answer."""

    ask: Text
    heading: Text
    label: Text


QUESTIONS: Mapping[str, Question] = {
    "strengths": Question(
        _("What are your biggest strengths? And what is hard for you?"),
        _("My strengths, and what is hard"),
        # limit: 24
        p_("row", "My strengths"),
    ),
    "environment": Question(
        _("What kind of work environment would you like?"),
        _("Where I like to work"),
        # limit: 24
        p_("row", "Where I work"),
    ),
    "profile": Question(
        _("Do you know your work profile? Which work fits you?"),
        _("My work profile"),
        # limit: 24
        p_("row", "My work profile"),
    ),
    "company": Question(
        _("Do you prefer to work by yourself or with other people?"),
        _("Alone or with others"),
        # limit: 24
        p_("row", "Alone or together"),
    ),
    "passion": Question(
        _("Your passion or hobby: can it become a career or a business?"),
        _("What I love, and what it can become"),
        # limit: 24
        p_("row", "What I love"),
    ),
    "job": Question(
        _("Your ideal job: what would stand in its description?"),
        _("My ideal job"),
        # limit: 24
        p_("row", "My ideal job"),
    ),
    "workday": Question(
        _("What would your ideal workday look like?"),
        _("My ideal workday"),
        # limit: 24
        p_("row", "My ideal workday"),
    ),
}

# limit: 24
KEEP = p_("row", "Keep it")


def begin(_about: str) -> Conversation[Outcome]:
    """Seven questions, each of which can be skipped; then the mirror, which she may change and keep."""
    yield from say(_("Seven questions about work that suits you. Tap what fits. Or write or say it yourself."))
    answers: dict[str, Picked] = {}
    for place, (key, question) in enumerate(QUESTIONS.items(), 1):
        prompt = Text("{progress} {question}")(progress=Ltr(f"{place}/{len(QUESTIONS)}"), question=question.ask)
        picked = yield from optional(choices(key, prompt, SUGGESTIONS[key], own=True))
        if picked is not None and (picked.options or picked.own):
            answers[key] = picked
    if answers:
        yield from say(mirror(answers), keep=True)
        prompt = _("This is your mirror. Keep it, or tap what you would like to change.")
    else:
        prompt = _("Your mirror is still empty. That is fine. Tap a question you like, or close it.")
    yield from choice("mirror", prompt, ways_on(answers))
    if not answers:
        return Outcome()
    yield from say(_("It is kept. You can make a new one at any time."))
    return Outcome((SaveAssessment(Assessment.COMPASS, words={key: kept(one) for key, one in answers.items()}),))


def ways_on(answers: Mapping[str, Picked]) -> dict[str, Option]:
    """Keep it, or change one answer. Where all was skipped, keeping becomes closing."""
    # limit: 24
    close = p_("row", "Close")
    changes = {f"change-{key}": Option(one.label, reopens=(key,)) for key, one in QUESTIONS.items()}
    return {"keep": Option(KEEP if answers else close), **changes}


def mirror(answers: Mapping[str, Picked]) -> Words:
    """Her page: a line for each question she answered, and below it what she tapped and said."""
    parts = [
        lines(question.heading, in_her_words(answers[key], SUGGESTIONS[key]))
        for key, question in QUESTIONS.items()
        if key in answers
    ]
    return paragraphs(_("My mirror"), *parts)


def in_her_words(picked: Picked, suggestions: Mapping[str, Text]) -> Words:
    """What she tapped as a list, then her own words on a line of their own, just as they are."""
    own: Own | None = picked.own
    tapped = listing(*(suggestions[item] for item in picked.options)) if picked.options else None
    return lines(tapped, own)


def kept(picked: Picked) -> Json:
    """The JSON form of an answer, as a question with several options reads it."""
    return {"options": list(picked.options), "own": write_own(picked.own) if picked.own else None}


TALK = Talk(
    name="compass",
    # limit: 24
    title=_("My career compass"),
    begin=begin,
    words=p_("typed words", "compass|career|mirror"),
    command="compass",
)
