"""My soft skills (S3): six skills of the source text, three statements each."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import (
    Conversation,
    Ltr,
    Talk,
    Text,
    _,
    choice,
    lines,
    look,
    p_,
    paragraphs,
    say,
    scale,
)
from bot.mentoring.assessments import Assessment, averages, suggestion
from bot.mentoring.effects import Outcome, SaveAssessment
from bot.mentoring.lookups import Me, Now, TakenBefore
from conversations.content import table
from conversations.results import Sheet, Time, in_words, last_time, picture

NAMES: Mapping[str, Text] = {
    "confidence": _("Confidence"),
    "communication": _("Communication"),
    "emotions": _("Emotional intelligence"),
    "stress": _("Stress management"),
    "culture": _("Cultural adaptation"),
    "teamwork": _("Teamwork"),
}

STATEMENTS: Mapping[str, tuple[Text, Text, Text]] = {
    "confidence": (
        _("I say what I think."),
        _("I ask for what I need."),
        _("I trust that I can learn new things."),
    ),
    "communication": (
        _("I ask again when I do not understand."),
        _("I let others finish before I speak."),
        _("People understand me, also with simple words."),
    ),
    "emotions": (
        _("I notice what I feel."),
        _("I notice what someone else feels."),
        _("In a conflict, I look for a way out together."),
    ),
    "stress": (
        _("I notice when it is too much for me."),
        _("I know what helps me to rest."),
        _("After a hard day, I find my strength again."),
    ),
    "culture": (
        _("I like to learn how people live here."),
        _("I accept that others do things in another way."),
        _("I have places here where I feel at home."),
    ),
    "teamwork": (
        _("I like to do things together with others."),
        _("I do what I promised to the group."),
        _("I ask for help and I give help."),
    ),
}

# limit: 24
FEELINGS = p_("row", "Feelings")
# limit: 24
CALM = p_("row", "Stress")
# limit: 24
LIVING_HERE = p_("row", "Living here")
# limit: 24
TOGETHER = p_("row", "Teamwork")
# limit: 24
CONFIDENCE = p_("row", "Confidence")
# limit: 24
COMMUNICATION = p_("row", "Communication")

LABELS: Mapping[str, Text] = {
    "confidence": CONFIDENCE,
    "communication": COMMUNICATION,
    "emotions": FEELINGS,
    "stress": CALM,
    "culture": LIVING_HERE,
    "teamwork": TOGETHER,
}

LEVELS = (_("Not yet"), _("Rarely"), _("Sometimes"), _("Often"), _("Almost always"))
SHEET = Sheet(title=_("My soft skills"), items=NAMES, levels=LEVELS, strong=4)
STATEMENTS_IN_ALL = sum(len(three) for three in STATEMENTS.values())


def begin(_about: str) -> Conversation[Outcome]:
    """Eighteen statements in six groups, then the strengths, and one skill of her choice to practise first."""
    me = yield from look("me", Me())
    now = yield from look("now", Now())
    before = yield from look("before", TakenBefore(Assessment.SKILLS))
    yield from say(
        _("Six skills, three short sentences each. How often is it so for you? You can stop and go on later.")
    )
    levels = yield from statements()
    today = Time(now.date(), averages(levels, NAMES))
    earlier = last_time(before, me)
    if earlier is not None:
        earlier = Time(earlier.day, averages(earlier.levels, NAMES))
    yield from say(in_words(SHEET, today, earlier, {}), picture=picture(SHEET, today, earlier))
    first = yield from choice("first", which(suggestion(levels, NAMES)), LABELS, columns=2)
    yield from say(
        lines(
            _("Your first skill: {name}.")(name=NAMES[first]),
            _("Try this: {text}")(text=Text(table("practices")["skills"][first]["practice"])),
        ),
        keep=True,
    )
    return Outcome((SaveAssessment(Assessment.SKILLS, levels, {"first": first}),))


def statements() -> Conversation[dict[str, int]]:
    """All statements, group by group: "confidence.1" to a number from 1 to 5."""
    levels: dict[str, int] = {}
    for item, three in STATEMENTS.items():
        if len(levels) == STATEMENTS_IN_ALL // 2:
            yield from say(_("Half of it is done. Take a breath if you like."))
        for place, statement in enumerate(three, 1):
            progress = Ltr(f"{len(levels) + 1}/{STATEMENTS_IN_ALL}")
            prompt = paragraphs(Text("{progress} {name}")(progress=progress, name=NAMES[item]), statement)
            key = f"{item}.{place}"
            levels[key] = yield from scale(key, prompt, 1, 5, LEVELS[0], LEVELS[-1])
    return levels


def which(suggested: str) -> Text:
    """The question which skill comes first, with a suggestion."""
    return _("Which one would you like to practise first? Perhaps: {name}.")(name=NAMES[suggested])


TALK = Talk(
    name="skills",
    # limit: 24
    title=_("My soft skills"),
    begin=begin,
    words=p_("typed words", "skills|soft skills|my skills"),
    command="skills",
)
