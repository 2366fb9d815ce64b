"""My strengths: which of the self-assessments she would like to look at."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Option, Talk, _, choice, lines, p_
from bot.mentoring.effects import Outcome
from conversations import barriers, compass, competencies, readiness, soft_skills

# From the shortest to the longest; a row is the name of the talk that it opens.
SHEETS = {
    readiness.TALK.name: Option(readiness.TALK.title, hint=_("5 short questions")),
    barriers.TALK.name: Option(barriers.TALK.title, hint=_("Tap what is true for you")),
    compass.TALK.name: Option(compass.TALK.title, hint=_("7 questions about work")),
    competencies.TALK.name: Option(competencies.TALK.title, hint=_("15 skills of a mentor")),
    soft_skills.TALK.name: Option(soft_skills.TALK.title, hint=_("6 skills, 18 short sentences")),
}


def strengths(_about: str) -> Conversation[Outcome]:
    """A small choice that leads on to the questionnaire."""
    prompt = lines(_("What would you like to look at?"), _("You get no marks. No answer is wrong."))
    return Outcome(then=(yield from choice("which", prompt, SHEETS)))


TALK = Talk(
    "strengths",
    _("My strengths"),
    strengths,
    words=p_("typed words", "strengths|my strengths|what i can do|what can i do"),
    command="strengths",
)
