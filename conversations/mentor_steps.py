"""The steps of a woman on her way to becoming a mentor, one a visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from bot.dialogue.steps import (
    Conversation,
    Own,
    Picked,
    Words,
    _,
    choice,
    lines,
    own,
    say,
    text,
    within,
    write_own,
)
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Effect, Outcome, SaveAssessment, SetProfile
from bot.mentoring.held_back import held_back
from bot.mentoring.path import SetOvercame, SetPlaces, Standing, Step, TellStory
from bot.mentoring.people import Person, Role
from bot.mentoring.profiles import FEWEST_PLACES, MOST_PLACES
from conversations import barriers, competencies, profile
from conversations.code_of_conduct import ask_code

LONGEST_STORY = 240  # two lines on a phone, with the reasons below them
HERE = "mentoring"  # the talk of the path itself

WHAT_COMES = lines(
    _("A coordinator reads it now. She writes to you or calls you for a talk."),
    _("That takes about a week. I tell you here."),
)


def tell_profile(_me: Person, _standing: Standing) -> Conversation[Outcome]:
    """Her profile has a talk of its own, which leads back here."""
    yield from say(_("Thank you. We begin with your profile."))
    return Outcome(then="profile", about=profile.STEP)


def assess(_me: Person, _standing: Standing) -> Conversation[Outcome]:
    """The self-assessment, held here, so that the next step follows it."""
    yield from say(_("Now what you can do for others. You can stop and go on later."))
    done = yield from within("competencies", competencies.begin(""))
    return Outcome(done.effects, then=HERE)


def tell_overcome(me: Person, _standing: Standing) -> Conversation[Outcome]:
    """What she has behind her."""
    return Outcome((yield from ask_overcome(me)), then=HERE)


def ask_overcome(me: Person) -> Conversation[tuple[Effect, ...]]:
    """What is behind her, kept as the questionnaire on barriers keeps it; what still holds her back stays so."""
    picked = yield from barriers.ask_overcome()
    holds = Picked(me.barriers if me.role is not Role.MENTOR else ())
    levels = {item: barriers.level(item, holds, picked) for item in barriers.BARRIERS}
    words = {"overcome": write_own(picked.own)} if picked.own else {}
    kept = (SetOvercame(picked.options), SaveAssessment(Assessment.BARRIERS, levels, words))
    return (*kept, SetProfile(barriers=picked.options)) if me.role is Role.MENTOR else kept


def tell_story(me: Person, _standing: Standing) -> Conversation[Outcome]:
    """Her name here if she has none yet, how many women she can support, and her story."""
    named = () if me.alias else profile.alias_set((yield from profile.ask_alias()))
    places = yield from ask_places()
    return Outcome((*named, places, (yield from ask_story())), then=HERE)


def ask_places() -> Conversation[SetPlaces]:
    """How many mentees at a time."""
    prompt = lines(_("How many women can you support at the same time?"), _("One is a good beginning."))
    options: dict[str, Words] = {str(n): own(str(n)) for n in range(FEWEST_PLACES, MOST_PLACES + 1)}
    return SetPlaces(int((yield from choice("places", prompt, options, columns=5))))


def ask_story() -> Conversation[TellStory]:
    """Her story in two lines; a telephone number or address in it is not for everybody's eyes."""
    prompt = lines(
        _("Now your story in two lines. Other women read it before they choose."),
        _("What was hard? What did you find? Written words are best."),
        _("Please no real names and no number."),
    )
    for turn in count(1):
        words: Own = yield from text(f"story.{turn}", prompt, limit=LONGEST_STORY)
        if not held_back(words.text):
            return TellStory(write_own(words))
        prompt = lines(
            _("I see a number, an address or money in it. Without it you are safer."),
            _("Please tell it once more without that."),
        )
    raise AssertionError("she is asked until it can be shown")


def accept(_me: Person, _standing: Standing) -> Conversation[Outcome]:
    """The code of conduct, the last step of hers."""
    accepted = yield from ask_code()
    if accepted is None:
        yield from say(_("That is fine. The rules wait for you here. A coordinator can answer questions."))
        return Outcome()
    yield from say(lines(_("Thank you. I have all I need from you."), WHAT_COMES), keep=True)
    return Outcome((accepted,))


STEPS: Mapping[Step, Callable[[Person, Standing], Conversation[Outcome]]] = {
    Step.PROFILE: tell_profile,
    Step.COMPETENCIES: assess,
    Step.OVERCAME: tell_overcome,
    Step.STORY: tell_story,
    Step.CODE: accept,
}
