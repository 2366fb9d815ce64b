"""Barriers (S5): what holds her back now, or for mentors, what she has overcome."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import (
    Conversation,
    Own,
    Picked,
    Talk,
    Text,
    Words,
    _,
    choices,
    listing,
    look,
    p_,
    paragraphs,
    say,
    write_own,
)
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment, SetProfile
from bot.mentoring.lookups import Me, Now, TakenBefore
from bot.mentoring.people import Role
from conversations.results import Sheet, Time, change_lines, last_time, picture

# limit: 22
LANGUAGE = p_("barrier", "Language")
# limit: 22
NETWORK = p_("barrier", "Few contacts")
# limit: 22
WORKPLACE = p_("barrier", "Work habits here")
# limit: 22
DIPLOMA = p_("barrier", "My foreign diploma")
# limit: 22
EXPERIENCE = p_("barrier", "No work here yet")
# limit: 22
CHILDCARE = p_("barrier", "Childcare")
# limit: 22
PAPERS = p_("barrier", "Residence papers")
# limit: 22
MONEY = p_("barrier", "Money")
# limit: 22
TRANSPORT = p_("barrier", "Transport")

BARRIERS: Mapping[str, Text] = {
    "language": LANGUAGE,
    "network": NETWORK,
    "workplace": WORKPLACE,
    "diploma": DIPLOMA,
    "experience": EXPERIENCE,
    "childcare": CHILDCARE,
    "papers": PAPERS,
    "money": MONEY,
    "transport": TRANSPORT,
}

HOLDS, FREE, OVERCOME = 1, 2, 3
SHEET = Sheet(
    title=_("What is on my road"),
    items=BARRIERS,
    levels=(_("Holds me back"), _("Does not hold me back"), _("Overcome")),
    strong=OVERCOME,
)


def begin(_about: str) -> Conversation[Outcome]:
    """One question for mentees, one for mentors, two for who is both; then what became of it since the last time."""
    me = yield from look("me", Me())
    now = yield from look("now", Now())
    before = yield from look("before", TakenBefore(Assessment.BARRIERS))
    nothing = Picked(())
    holds = (yield from ask_now()) if me.role is not Role.MENTOR else nothing
    overcome = (yield from ask_overcome()) if me.role in (Role.MENTOR, Role.BOTH) else nothing
    levels = {item: level(item, holds, overcome) for item in BARRIERS}
    today, earlier = Time(now.date(), levels), last_time(before, me)
    words = paragraphs(named(holds, overcome), change_lines(SHEET, today, earlier), kind_words(holds, overcome))
    yield from say(words, keep=True, picture=picture(SHEET, today, earlier) if earlier else None)
    mine = overcome if me.role is Role.MENTOR else holds
    kept = {key: write_own(one.own) for key, one in (("holds", holds), ("overcome", overcome)) if one.own is not None}
    return Outcome((SetProfile(barriers=mine.options), SaveAssessment(Assessment.BARRIERS, levels, kept)))


def ask_now() -> Conversation[Picked]:
    """What holds her back at the moment; nothing is an answer too."""
    prompt = _("What holds you back at the moment? Tap all that fits, or tell me. Nothing? Then only tap Done.")
    return (yield from choices("holds", prompt, BARRIERS, own=True))


def ask_overcome() -> Conversation[Picked]:
    """What she has behind her, and can help others with."""
    prompt = _("What held you back once, and is behind you now? Tap all that fits, or tell me.")
    return (yield from choices("overcome", prompt, BARRIERS, own=True))


def level(item: str, holds: Picked, overcome: Picked) -> int:
    """Where a barrier stands: what still holds her back is not yet overcome."""
    if item in holds.options:
        return HOLDS
    return OVERCOME if item in overcome.options else FREE


def named(holds: Picked, overcome: Picked) -> Words:
    """What she named, what is overcome first."""
    behind, ahead = mentioned(overcome), mentioned(holds)
    return paragraphs(
        _("Behind you: {items}.")(items=listing(*behind)) if behind else None,
        _("Holds you back now: {items}.")(items=listing(*ahead)) if ahead else None,
    )


def mentioned(picked: Picked) -> tuple[Text | Own, ...]:
    """What was tapped, then what she said herself."""
    return (*(BARRIERS[item] for item in picked.options), *((picked.own,) if picked.own else ()))


def kind_words(holds: Picked, overcome: Picked) -> Text:
    """One sentence to end with."""
    if mentioned(overcome):
        return _("You know the way. That helps a woman who comes after you.")
    if mentioned(holds):
        return _("Many women have met this, and found a way. You are not alone.")
    return _("Your road is open. You can look at this again at any time.")


TALK = Talk(
    name="barriers",
    # limit: 24
    title=_("What holds me back"),
    begin=begin,
    words=p_("typed words", "barriers|what holds me back"),
    command="barriers",
)
