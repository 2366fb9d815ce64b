"""A woman who wishes to be a mentor, and what a coordinator decides (PRODUCT M3). Shown is what she told for this."""

from __future__ import annotations

from collections.abc import Iterable

from bot.dialogue.steps import (
    Conversation,
    Ltr,
    Own,
    Talk,
    Text,
    Tongue,
    Words,
    _,
    choice,
    lines,
    listing,
    look,
    p_,
    paragraphs,
    read_own,
    say,
    yes_no,
)  # fmt: skip
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE, Me
from bot.mentoring.path import MentorState
from bot.mentoring.people import Person
from bot.mentoring.profiles import FIELDS, LANGUAGES, LEVELS, Field, Profile
from bot.mentoring.requests import number
from bot.mentoring.team import Applicant, ApplicantOf, AskApplicant, Decide, NoteTalk, coordinates
from conversations import competencies, places
from conversations.barriers import BARRIERS
from conversations.coordination import LIST, called, day_of
from conversations.coordinator import typed

LONGEST = 500  # characters of what she writes to an applicant

DOORS = {
    # limit: 24
    "talked": p_("row", "Note our talk"),
    # limit: 24
    "approve": p_("row", "Approve her"),
    # limit: 24
    "ask": p_("row", "Ask something"),
    # limit: 24
    "decline": p_("row", "Decline"),
    "list": LIST,
}


def applicant(about: str) -> Conversation[Outcome]:
    """Who she is, and what can be done now."""
    me = yield from look("me", Me())
    one = (yield from look("applicant", ApplicantOf(number(about)))) if coordinates(me) else None
    if one is None:
        yield from say(NOT_HERE)
        return Outcome()
    if one.state is not MentorState.WAITING:
        yield from say(decided(one, me))
        return Outcome(then="coordination")
    chosen = yield from choice("do", paragraphs(card(one, me), _("What would you like to do?")), DOORS)
    if chosen == "ask":
        return (yield from ask(one, about))
    if chosen == "decline":
        return (yield from decline(one, about))
    if chosen == "talked":
        return Outcome((NoteTalk(one.id),), then="applicant", about=about)
    if chosen == "approve" and one.file.talked_at is None:
        yield from say(_("First talk with her, by phone or in person. Then tap “{talked}”.")(talked=DOORS["talked"]))
        return Outcome(then="applicant", about=about)
    return Outcome((Decide(one.id, approve=True),) if chosen == "approve" else (), then="coordination")


def decided(one: Applicant, me: Person) -> Words:
    """What became of her, where nothing is to be decided any more."""
    at = one.file.decided_at
    if one.state not in DECIDED or at is None:
        return NOT_HERE
    return DECIDED[one.state](name=called(one.name), by=called(one.decided_by), day=day_of(at, me))


DECIDED = {
    MentorState.APPROVED: _("{name} is a mentor already. {by} approved her on {day}."),
    MentorState.DECLINED: _("This is decided. {by} said no to {name} on {day}."),
}


def ask(one: Applicant, about: str) -> Conversation[Outcome]:
    """One question for her; she answers in the chat."""
    prompt = _("What would you like to ask {name}? She gets it as you write it.")(name=called(one.name))
    words = yield from typed("question", prompt, LONGEST)
    return Outcome((AskApplicant(one.id, words),) if words else (), then="applicant", about=about)


def decline(one: Applicant, about: str) -> Conversation[Outcome]:
    """A no with a reason in words. It is seen once more before it goes: it cannot be taken back."""
    prompt = lines(
        _("Why not? {name} reads your words.")(name=called(one.name)),
        _("Thank her first. Be clear and kind."),
        _("Say what she can do: learn it, come back later, help in another way."),
    )
    words = yield from typed("reason", prompt, LONGEST)
    if not words:
        return Outcome(then="applicant", about=about)
    # limit: 20
    send, keep = p_("button", "Send it"), p_("button", "Not now")
    sure = yield from yes_no("sure", paragraphs(_("She will read:"), Own(words)), yes=send, no=keep)
    if not sure:
        return Outcome(then="applicant", about=about)
    return Outcome((Decide(one.id, approve=False, reason=words),), then="coordination")


# --- who she is ---------------------------------------------------------------------------------------------------


def card(one: Applicant, me: Person) -> Words:
    """All that she told for this, and how far she is."""
    file = one.file
    story = read_own(file.story) if file.story else None
    return paragraphs(
        called(one.name),
        profile_lines(one.profile),
        lines(
            named(_("Behind her: {items}"), (BARRIERS[item] for item in file.overcame if item in BARRIERS)),
            named(_("Her strengths: {items}"), strengths(one)),
        ),
        _("Her story: {story}")(story=story) if story is not None else None,
        lines(
            _("Applied on {day}.")(day=day_of(file.applied_at, me)) if file.applied_at else None,
            _("Code of conduct: version {version}.")(version=Ltr(file.code_version)) if file.code_version else None,
            talk_line(one, me),
        ),
        question_lines(one),
    )


def profile_lines(profile: Profile) -> Words:
    """Languages, work and place."""
    region = places.regions().get(profile.region)
    tongues = (Text("{language} ({level})")(language=Tongue(c), level=LEVELS[n]) for c, n in profile.languages.items())
    return lines(
        named(LANGUAGES, tongues),
        named(_("Work she knows: {items}"), (FIELDS[field] for field in Field if field in profile.knows)),
        named(_("Work she wishes for: {items}"), (FIELDS[field] for field in Field if field in profile.hopes)),
        _("Region: {region}")(region=region.title) if region is not None else None,
    )


def named(line: Text, items: Iterable[Words]) -> Words | None:
    """A line with a list, or nothing where the list is empty."""
    found = tuple(items)
    return line(items=listing(*found)) if found else None


def strengths(one: Applicant) -> Iterable[Text]:
    """Her strengths by name. What she wishes to learn is hers, and no reason to judge her."""
    return (
        name for item, name in competencies.SHEET.items.items() if one.skills.get(item) == competencies.SHEET.strong
    )


def talk_line(one: Applicant, me: Person) -> Words:
    """Whether somebody has talked with her."""
    at = one.file.talked_at
    if at is None:
        return _("Nobody has noted a talk with her yet.")
    return _("{by} talked with her on {day}.")(by=called(one.talked_with), day=day_of(at, me))


def question_lines(one: Applicant) -> Words | None:
    """The last question to her, and her answer."""
    if not one.file.question:
        return None
    answer = one.file.answer
    return lines(
        _("Asked: {question}")(question=read_own(one.file.question)),
        _("Her answer: {answer}")(answer=read_own(answer)) if answer else _("She has not answered yet."),
    )


# limit: 24
TALK = Talk("applicant", _("A new mentor"), applicant, open_to_all=True)
