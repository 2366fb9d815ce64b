"""The mentor's path (M2, M3): at each visit one clear next step; once she is approved, her places, pause and story."""

from __future__ import annotations

from bot.dialogue.steps import (
    Conversation,
    Talk,
    Words,
    _,
    choice,
    lines,
    look,
    p_,
    paragraphs,
    read_own,
    say,
    text,
    write_own,
    yes_no,
)
from bot.mentoring.effects import Outcome, SetProfile
from bot.mentoring.lookups import Me
from bot.mentoring.path import (
    AnswerTeam,
    Apply,
    MentorState,
    MyMentoring,
    Standing,
    Step,
    next_step,
)
from bot.mentoring.people import Person, Purpose, Role
from conversations import mentor_settings, mentor_steps
from conversations.code_of_conduct import CODE_VERSION, ask_code

LONGEST_ANSWER = 500

# limit: 20
LATER = p_("button", "Later")


def begin(_about: str) -> Conversation[Outcome]:
    """What is next for her, wherever she stands."""
    me = yield from look("me", Me())
    standing = yield from look("standing", MyMentoring())
    match standing.state:
        case MentorState.APPLYING:
            return (yield from on_her_way(me, standing))
        case MentorState.WAITING:
            return (yield from waiting(me, standing))
        case MentorState.APPROVED:
            return (yield from approved(me, standing))
    return (yield from invited(me, standing))


# --- before she applies -------------------------------------------------------------------------------------------


def invited(me: Person, standing: Standing) -> Conversation[Outcome]:
    """What a mentor does and what it takes; she decides."""
    if Purpose.MENTORS not in me.consents:
        return (yield from without_consent())
    # limit: 20
    want = p_("button", "I want to do it")
    wants = yield from yes_no("want", paragraphs(welcome(standing), WHAT_IT_IS), yes=want, no=LATER)
    if not wants:
        yield from say(_("That is fine. You can decide at any time."))
        return Outcome()
    supports = () if me.role in (Role.MENTOR, Role.BOTH) else (SetProfile(role=Role.BOTH),)
    return Outcome((*supports, Apply()), then="mentoring")


WHAT_IT_IS = paragraphs(
    lines(
        _("A mentor walks a part of the way with another woman."),
        _("You listen, you encourage, you share what you know."),
        _("About 2 hours a week, for 6 months. It is voluntary."),
    ),
    lines(
        _("First come your profile and some questions about your strengths."),
        _("Then your story, 10 rules and a talk with a coordinator."),
    ),
    _("Would you like to become a mentor?"),
)


def welcome(standing: Standing) -> Words | None:
    """A word to who has been on the path before."""
    if standing.state is MentorState.DECLINED:
        reason = standing.file.reason
        said = (_("The coordinator wrote:"), read_own(reason)) if reason is not None else ()
        return paragraphs(_("The last time the answer was: not yet."), *said, _("You can ask again."))
    if standing.state is MentorState.LEFT:
        return _("It is good to see you again. What you told me is still here.")
    return None


def without_consent() -> Conversation[Outcome]:
    """She is proposed to nobody before she has said yes to that."""
    prompt = _("First I need one more yes: that I may propose you to other women.")
    # limit: 20
    show = p_("button", "Show me")
    return Outcome(then="consent" if (yield from yes_no("consent", prompt, yes=show, no=LATER)) else "")


# --- her own steps ------------------------------------------------------------------------------------------------


def on_her_way(me: Person, standing: Standing) -> Conversation[Outcome]:
    """The next step of hers. After each one the next visit begins by itself."""
    step = next_step(standing) or Step.CODE  # whose acceptance is what brings her to the coordinators
    return (yield from mentor_steps.STEPS[step](me, standing))


# --- while she waits ----------------------------------------------------------------------------------------------


def waiting(me: Person, standing: Standing) -> Conversation[Outcome]:
    """The coordinator's question, or what happens next."""
    file = standing.file
    if file.question is not None and file.answer is None:
        asks = _("A coordinator has a question about your application:")
        prompt = paragraphs(asks, read_own(file.question), _("What would you like to answer?"))
        answer = yield from text("answer", prompt, limit=LONGEST_ANSWER)
        yield from say(_("Thank you. The coordinator gets your answer now."))
        return Outcome((AnswerTeam(write_own(answer)),))
    fine, profile, story, back = "fine", "profile", "story", "back"
    prompt = paragraphs(_("I have all I need from you. Thank you."), mentor_steps.WHAT_COMES)
    options: dict[str, Words] = {
        # limit: 24
        fine: p_("row", "All is good"),
        # limit: 24
        profile: p_("row", "My profile"),
        # limit: 24
        story: p_("row", "My story"),
        # limit: 24
        back: p_("row", "Take it back"),
    }
    chosen = yield from choice("waiting", prompt, options)
    if chosen == profile:
        return Outcome(then="profile")
    if chosen == story:
        return Outcome(((yield from mentor_steps.ask_story()),), then="mentoring")
    return (yield from mentor_settings.stop(me, standing)) if chosen == back else Outcome()


# --- once she is approved -----------------------------------------------------------------------------------------


def approved(me: Person, standing: Standing) -> Conversation[Outcome]:
    """Rules that are new are shown first; then her settings."""
    if standing.file.code_version != CODE_VERSION:
        yield from say(_("Our rules for mentors have changed. Please read them once more."))
        accepted = yield from ask_code()
        if accepted is None:
            yield from say(_("Please take your time, and come back. A coordinator can answer questions."))
            return Outcome()
        return Outcome((accepted,), then="mentoring")
    return (yield from mentor_settings.settings(me, standing))


TALK = Talk(
    name="mentoring",
    # limit: 24
    title=_("Being a mentor"),
    begin=begin,
    words=p_("typed words", "mentoring|mentor|become a mentor|i want to be a mentor"),
    command="mentoring",
)
