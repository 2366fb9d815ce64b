"""My week (N2): the day and hour of the check-in, a pause from everything that comes unasked, or no check-in at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time

from bot.dialogue.steps import (
    Conversation,
    Ltr,
    Talk,
    Text,
    Words,
    _,
    choice,
    lines,
    look,
    own,
    p_,
    paragraphs,
    say,
)
from bot.mentoring.check_ins import PAUSES, WEEK, PauseNudges
from bot.mentoring.effects import Effect, Outcome, SetProfile
from bot.mentoring.lookups import Me, Now
from bot.mentoring.people import Person
from bot.mentoring.rhythm import so_many_weeks

HOURS = (7, 9, 10, 12, 14, 16, 18, 19, 20, 21)  # to choose from, those in her quiet hours left out
STOP = "stop"
DAYS: Mapping[str, Text] = {
    # limit: 20
    "0": p_("weekday", "Monday"),
    # limit: 20
    "1": p_("weekday", "Tuesday"),
    # limit: 20
    "2": p_("weekday", "Wednesday"),
    # limit: 20
    "3": p_("weekday", "Thursday"),
    # limit: 20
    "4": p_("weekday", "Friday"),
    # limit: 20
    "5": p_("weekday", "Saturday"),
    # limit: 20
    "6": p_("weekday", "Sunday"),
}
ROWS: Mapping[str, Text] = {
    # limit: 24
    "day": p_("row", "Another day"),
    # limit: 24
    "hour": p_("row", "Another hour"),
    # limit: 24
    "pause": p_("row", "Take a pause"),
    # limit: 24
    "resume": p_("row", "End the pause"),
    # limit: 24
    STOP: p_("row", "No weekly question"),
    # limit: 24
    "ask": p_("row", "Ask me every week"),
    # limit: 24
    "done": p_("row", "All is good"),
}


def begin(about: str) -> Conversation[Outcome]:
    """Her week as it is now, and a change of it. `about`: "stop" where she has tapped that already."""
    me = yield from look("me", Me())
    now = yield from look("now", Now())
    if about == STOP and me.check_ins:
        return (yield from stop(me, now))
    row = yield from choice("row", summary(me, now), {row: ROWS[row] for row in ROWS if row in able(me, now)})
    return Outcome() if row == "done" else (yield from CHANGES[row](me, now))


def paused(me: Person, now: datetime) -> bool:
    """Whether nothing comes to her unasked at this moment."""
    return me.paused_until is not None and me.paused_until > now


def summary(me: Person, now: datetime) -> Words:
    """How it is now."""
    asks = _("I ask how your week was: {day}, {time}.")
    at = Ltr(f"{me.check_in_at:%H:%M}")
    return paragraphs(
        lines(
            asks(day=DAYS[str(me.check_in_day)], time=at) if me.check_ins else _("I do not ask you every week."),
            _("I am quiet until {day}.")(day=me.paused_until.astimezone(now.tzinfo).date())
            if me.paused_until is not None and paused(me, now)
            else None,
        ),
        _("What would you like to change?"),
    )


def able(me: Person, now: datetime) -> frozenset[str]:
    """What can be changed."""
    asked = {"day", "hour", STOP} if me.check_ins else {"ask"}
    return frozenset({*asked, "resume" if paused(me, now) else "pause", "done"})


# --- what can be changed ------------------------------------------------------------------------------------------


def ask_day(_me: Person, _now: datetime) -> Conversation[Outcome]:
    """One of the seven days."""
    chosen = yield from choice("day", _("On which day shall I ask?"), DAYS, columns=2)
    return again(SetProfile(check_in_day=int(chosen)))


def ask_hour(me: Person, _now: datetime) -> Conversation[Outcome]:
    """An hour at which she may be disturbed."""
    hours: dict[str, Words] = {str(hour): own(f"{hour}:00") for hour in HOURS if not is_quiet(me, time(hour))}
    return again(SetProfile(check_in_at=time(int((yield from choice("hour", _("At what time?"), hours, columns=3))))))


def is_quiet(me: Person, at: time) -> bool:
    """Whether this lies in her quiet hours."""
    begin, end = me.quiet_from, me.quiet_until
    return (at >= begin or at < end) if begin > end else begin <= at < end


def pause(_me: Person, now: datetime) -> Conversation[Outcome]:
    """For how many weeks; nobody asks why."""
    # limit: 20
    labels = {str(weeks): so_many_weeks(weeks) for weeks in PAUSES}
    weeks = int((yield from choice("weeks", _("For how long shall I be quiet?"), labels, columns=2)))
    yield from say(
        lines(
            _("I am quiet until {day}.")(day=(now + weeks * WEEK).date()),
            _("What another woman writes to you still comes."),
        )
    )
    return again(PauseNudges(weeks))


def resume(_me: Person, _now: datetime) -> Conversation[Outcome]:
    """The pause is over."""
    yield from ()
    return again(PauseNudges(0))


def stop(_me: Person, _now: datetime) -> Conversation[Outcome]:
    """No check-in any more."""
    yield from say(_("I do not ask every week any more. You can always write to me."))
    return Outcome((SetProfile(check_ins=False),))


def take_up(_me: Person, _now: datetime) -> Conversation[Outcome]:
    """The check-in again."""
    yield from ()
    return again(SetProfile(check_ins=True))


def again(effect: Effect) -> Outcome:
    """Keep the change and show her week as it is now."""
    return Outcome((effect,), then="week")


CHANGES: Mapping[str, Callable[[Person, datetime], Conversation[Outcome]]] = {
    "day": ask_day,
    "hour": ask_hour,
    "pause": pause,
    "resume": resume,
    STOP: stop,
    "ask": take_up,
}

TALK = Talk(
    "week",
    # limit: 24
    _("My week"),
    begin,
    words=p_("typed words", "my week"),
)
