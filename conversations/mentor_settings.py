"""What an approved mentor can change: pause, places, story, profile, what she has overcome; and stop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.dialogue.steps import (
    Conversation,
    Text,
    Words,
    _,
    choice,
    day,
    lines,
    look,
    n_,
    p_,
    paragraphs,
    read_own,
    say,
    yes_no,
)
from bot.mentoring.effects import Effect, Outcome
from bot.mentoring.goals import months_later
from bot.mentoring.lookups import Now
from bot.mentoring.path import MentorState, PauseMentoring, Standing, StopMentoring
from bot.mentoring.people import Person
from conversations import mentor_steps, profile

LONGEST_PAUSE = 12  # months: who pauses longer stops, and can come back

LABELS: Mapping[str, Text] = {
    # limit: 24
    "fine": p_("row", "All is good"),
    # limit: 24
    "resume": p_("row", "I am back now"),
    # limit: 24
    "pause": p_("row", "Take a pause"),
    # limit: 24
    "places": p_("row", "How many women"),
    # limit: 24
    "story": p_("row", "My story"),
    # limit: 24
    "profile": p_("row", "My profile"),
    # limit: 24
    "overcame": p_("row", "What is behind me"),
    # limit: 24
    "stop": p_("row", "Stop being a mentor"),
}


def settings(me: Person, standing: Standing) -> Conversation[Outcome]:
    """How it is now, and what she would like to change. Each change is kept at once and shown again."""
    now = yield from look("now", Now())
    paused = standing.paused_until is not None and standing.paused_until > now
    options = {key: label for key, label in LABELS.items() if key != ("pause" if paused else "resume")}
    prompt = paragraphs(summary(me, standing, paused=paused), _("What would you like to change?"))
    match (yield from choice("change", prompt, options)):
        case "resume":
            yield from say(_("Welcome back. From now on a woman can ask for you again."))
            return again(PauseMentoring(None))
        case "pause":
            return again((yield from ask_pause(now.date())))
        case "places":
            return again((yield from mentor_steps.ask_places()))
        case "story":
            return again((yield from mentor_steps.ask_story()))
        case "overcame":
            return again(*(yield from mentor_steps.ask_overcome(me)))
        case "profile":
            return Outcome(then="profile", about=profile.STEP)
        case "stop":
            return (yield from stop(me, standing))
    return Outcome()


def summary(me: Person, standing: Standing, *, paused: bool) -> Words:
    """Her settings as they are now."""
    until = standing.paused_until.astimezone(ZoneInfo(me.zone)).date() if standing.paused_until else None
    story = standing.file.story
    return lines(
        _("You are on pause until {day}. Nobody new comes before.")(day=until) if paused and until else None,
        n_("You take {n} woman at a time.", "You take {n} women at a time.", standing.places),
        _("Your story: {story}")(story=read_own(story)) if story else None,
    )


def ask_pause(today: date) -> Conversation[PauseMentoring]:
    """Until which day nobody new comes."""
    prompt = lines(
        _("Take the time you need. Your mentees stay with you."),
        _("On which day shall I propose you again?"),
    )
    # limit: 24
    weeks: Words = n_("In {n} week", "In {n} weeks", 2)
    # limit: 24
    near = {months_later(today, n): n_("In {n} month", "In {n} months", n) for n in (1, 3)}
    until = yield from day(
        "until", prompt, earliest=today + timedelta(1), latest=months_later(today, LONGEST_PAUSE),
        near={today + timedelta(weeks=2): weeks, **near},
    )  # fmt: skip
    yield from say(_("Your pause begins now. On {day} I tell you here. Rest well.")(day=until))
    return PauseMentoring(until)


def stop(_me: Person, standing: Standing) -> Conversation[Outcome]:
    """She takes her application back, or is a mentor no more; asked once."""
    prompt: Words = _("Take your application back? What you told me stays here for you.")
    if standing.state is MentorState.APPROVED:
        prompt = lines(
            _("Stop being a mentor? Nobody new comes to you then."),
            _("Your mentees stay with you until one of you ends it."),
        )
    # limit: 20
    yes = p_("button", "Yes, stop")
    # limit: 20
    no = p_("button", "No, go on")
    if not (yield from yes_no("stop", prompt, yes=yes, no=no)):
        return Outcome(then=mentor_steps.HERE)
    yield from say(_("Thank you for all you gave. You can come back at any time."))
    return Outcome((StopMentoring(),))


def again(*effects: Effect) -> Outcome:
    """Keep the change and show the settings as they are then."""
    return Outcome(effects, then=mentor_steps.HERE)
