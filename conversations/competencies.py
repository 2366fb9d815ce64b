"""Self-assessment of mentoring competencies (S1): the fifteen of the source text, in its order."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import Conversation, Ltr, Talk, Text, Words, _, choice, lines, look, p_, paragraphs, say
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment
from bot.mentoring.lookups import Me, Now, TakenBefore
from conversations.content import table
from conversations.results import Sheet, Time, in_words, last_time, picture

COMPETENCIES: Mapping[str, tuple[Text, Text]] = {
    "inspire": (_("Ability to inspire"), _("My story gives others courage.")),
    "guide": (_("Ability to guide"), _("I show someone the way, step by step.")),
    "feedback": (_("Give corrective feedback"), _("I say kindly what could go better.")),
    "support": (_("Ability to support"), _("I listen and I am there on hard days.")),
    "team": (_("Team up building ability"), _("I bring people together to work as a team.")),
    "collaborate": (_("Ability to collaborate"), _("I work well together with other people.")),
    "network": (_("Networking ability"), _("I meet people and bring them in contact.")),
    "prioritize": (_("Ability to prioritize"), _("I see what comes first and what can wait.")),
    "organize": (_("Ability to organize"), _("I plan my time, my tasks and my papers.")),
    "follow_up": (_("Ability to follow-up"), _("I ask again later how it went.")),
    "endure": (_("Endurance and frustration tolerance"), _("I go on when it takes long or goes wrong.")),
    "opportunities": (_("Identify and exploit opportunities"), _("I see a chance and I use it.")),
    "encourage": (_("Ability to encourage"), _("I help someone to believe in herself.")),
    "manage": (_("Managing skills"), _("I share out tasks and bring them to an end.")),
    "consult": (_("Consultation competencies"), _("I ask good questions and give useful advice.")),
}

# limit: 20
HAVE = _("I have it")
# limit: 20
IMPROVE = _("To improve")
# limit: 20
DEVELOP = _("To develop")

ANSWERS = {"have": HAVE, "improve": IMPROVE, "develop": DEVELOP}
LEVELS = {"develop": 1, "improve": 2, "have": 3}

SHEET = Sheet(
    title=_("What I can do to support others"),
    items={item: name for item, (name, _what) in COMPETENCIES.items()},
    levels=(DEVELOP, IMPROVE, HAVE),
    strong=3,
)

BLOCK = 5
KIND_WORDS: Mapping[int, Words] = {
    0: lines(
        _("15 short questions, in 3 parts. No answer is wrong."),
        _("To improve: I do it a little. To develop: it is new for me."),
    ),
    5: _("The first part is done. You know yourself well."),
    10: _("One part to go. What you do for others counts."),
}


def begin(_about: str) -> Conversation[Outcome]:
    """Fifteen questions in three blocks, then her strengths and at most three next steps."""
    me = yield from look("me", Me())
    now = yield from look("now", Now())
    before = yield from look("before", TakenBefore(Assessment.COMPETENCIES))
    levels: dict[str, int] = {}
    for place, (item, (name, what)) in enumerate(COMPETENCIES.items()):
        if place % BLOCK == 0:
            yield from say(KIND_WORDS[place])
        progress = Ltr(f"{place + 1}/{len(COMPETENCIES)}")
        prompt = paragraphs(Text("{progress} {name}")(progress=progress, name=name), what)
        levels[item] = LEVELS[(yield from choice(item, prompt, ANSWERS))]
    today, earlier = Time(now.date(), levels), last_time(before, me)
    words = in_words(SHEET, today, earlier, practices())
    yield from say(words, picture=picture(SHEET, today, earlier))
    return Outcome((SaveAssessment(Assessment.COMPETENCIES, levels),))


def practices() -> dict[str, Text]:
    """One thing to try for each competency."""
    return {item: Text(entry["practice"]) for item, entry in table("practices")["competencies"].items()}


TALK = Talk(
    name="competencies",
    # limit: 24
    title=_("How I support others"),
    begin=begin,
    words=p_("typed words", "competencies|mentor test|how i support others"),
    command="competencies",
)
