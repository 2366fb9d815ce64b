"""My profile (M1, M2): asked once from beginning to end, later shown whole, to be changed part by part."""

from __future__ import annotations

from bot.dialogue.steps import (
    Conversation,
    Option,
    Own,
    Picked,
    Talk,
    _,
    choice,
    look,
    optional,
    p_,
    paragraphs,
    say,
    text,
    write_own,
)
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Effect, Outcome, SaveAssessment, SetProfile
from bot.mentoring.lookups import Me, TakenBefore
from bot.mentoring.path import MentorState, MyMentoring, Standing
from bot.mentoring.people import Person, Role
from bot.mentoring.profiles import MyProfile, Profile, SaveProfile
from conversations import barriers, profile_parts
from conversations.preferences import LONGEST_NAME, is_name

# What the talk is about when something comes after it: it has just been told for the first time; or the talk that she
# came from and goes back to.
NEW = "new"
FIND, STEP = "find", "mentoring"


def begin(about: str) -> Conversation[Outcome]:
    """All of it, one question at a time, where she has told nothing yet; else the whole, and one part to change."""
    me = yield from look("me", Me())
    mine = yield from look("mine", MyProfile())
    if not mine.languages:
        return (yield from first_time(me, mine, about))
    return (yield from again(me, mine, about))


def first_time(me: Person, mine: Profile, about: str) -> Conversation[Outcome]:
    """Every question in order. Afterwards the whole is shown."""
    before = yield from look("before", TakenBefore(Assessment.BARRIERS))
    yield from say(_("A few questions, so that the right women find each other. You can skip what you like."))
    effects: tuple[Effect, ...] = ()
    if not me.alias:
        effects += alias_set((yield from ask_alias()))
    for part in profile_parts.parts_for(me):
        mine = yield from profile_parts.ask(part, mine, me)
    if me.role is not Role.MENTOR and not (before or me.barriers):
        effects += barriers_set((yield from optional(barriers.ask_now())))
    return Outcome((*effects, SaveProfile(mine)), then="profile", about=about or NEW)


def ask_alias() -> Conversation[Own | None]:
    """What to call her here, in letters, and no way to reach her, since other women read it; None where she skips."""
    prompt = _("What may I call you? Any name you like. It need not be your real one.")
    name = yield from optional(text("name", prompt, limit=LONGEST_NAME))
    if name is None or is_name(name):
        return name
    name = yield from optional(
        text("name.typed", _("I need your name in letters. Please type it."), limit=LONGEST_NAME)
    )
    return name if name is not None and is_name(name) else None


def alias_set(name: Own | None) -> tuple[Effect, ...]:
    """Her name here, where she gave one."""
    return (SetProfile(alias=name.text.strip()),) if name else ()


def barriers_set(holds: Picked | None) -> tuple[Effect, ...]:
    """What holds her back, kept as the questionnaire of this name keeps it."""
    if holds is None:
        return ()
    levels = {item: barriers.level(item, holds, Picked(())) for item in barriers.BARRIERS}
    words = {"holds": write_own(holds.own)} if holds.own else {}
    return (SetProfile(barriers=holds.options), SaveAssessment(Assessment.BARRIERS, levels, words))


def again(me: Person, mine: Profile, about: str) -> Conversation[Outcome]:
    """The whole profile; a part of it is asked again and kept at once, and the whole is shown as it is then."""
    standing = yield from look("standing", MyMentoring())
    # limit: 24
    fine = p_("row", "It is right like this")
    changes = {key: Option(label) for key, (label, _ask) in profile_parts.parts_for(me).items()}
    asked = _("Is it right like this? Or tap what you would like to change.")
    prompt = paragraphs(_("Your profile"), profile_parts.whole(mine, me), asked)
    part = yield from choice("part", prompt, {"fine": Option(fine), **changes}, columns=2)
    if part == "fine":
        return Outcome(then=what_next(me, standing, about))
    after = yield from profile_parts.ask(part, mine, me)
    return Outcome((SaveProfile(after),), then="profile", about=about)


def what_next(me: Person, standing: Standing, about: str) -> str:
    """The talk that comes after her profile: her path as a mentor, or the search for one. "" is the menu."""
    if about != NEW:
        return about if about in (FIND, STEP) else ""
    on_her_way = me.role is Role.MENTOR or standing.state is MentorState.APPLYING
    wants_to_be = me.role is Role.BOTH and standing.state is None
    return STEP if on_her_way or wants_to_be else FIND


TALK = Talk(
    name="profile",
    # limit: 24
    title=_("My profile"),
    begin=begin,
    words=p_("typed words", "profile|my profile"),
    command="profile",
)
