"""One meeting (C3): choose one of the proposed times, or see what is agreed, move it, cancel it."""

from __future__ import annotations

from datetime import datetime

from bot.dialogue.steps import Conversation, Option, Talk, Words, _, choice, lines, look, own, p_, paragraphs, say
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE, Me, Now
from bot.mentoring.meetings import (
    WHEN,
    CancelMeeting,
    Meeting,
    MeetingOf,
    MeetingState,
    PickTime,
    how_and_where,
    on_her_clock,
)
from conversations.meet import is_id

# limit: 24
NONE_FITS = p_("row", "None of them fits")
# limit: 24
NOT_NOW = p_("row", "I cannot meet now")
# limit: 20
OTHER_TIMES = p_("button", "Other times")
# limit: 20
TAKE_BACK = p_("button", "Take it back")
# limit: 20
CANCEL = p_("button", "Cancel it")
# limit: 20
LEAVE = p_("button", "Leave it so")


def begin(about: str) -> Conversation[Outcome]:
    """`about`: the id of a meeting of hers."""
    meeting = (yield from look("meeting", MeetingOf(int(about)))) if is_id(about) else None
    now = yield from look("now", Now())
    if meeting is not None and meeting.over(now):
        return Outcome(then="met", about=about)
    if meeting is None or meeting.state not in (MeetingState.PROPOSED, MeetingState.AGREED):
        yield from say(NOT_HERE)
        return Outcome()
    me = yield from look("me", Me())
    if meeting.state is MeetingState.AGREED or meeting.mine:
        return (yield from see(meeting, now, me.zone))
    return (yield from pick(meeting, now, me.zone))


def change(meeting: Meeting) -> Outcome:
    """Propose other times in place of these."""
    return Outcome(then="meet", about=f"{meeting.pair}-{meeting.id}")


# --- the other one asks -------------------------------------------------------------------------------------------


def pick(meeting: Meeting, now: datetime, zone: str) -> Conversation[Outcome]:
    """One of the times that are still to come, other ones, or no."""
    times = {str(n): at for n, at in enumerate(meeting.times(now), 1)}
    labels = {key: Option(on_her_clock(at, zone)) for key, at in times.items()}
    question = _("Which time fits you?") if times else _("These times are past. Would you like to propose others?")
    chosen = yield from choice(
        "time",
        paragraphs(
            _("{name} would like to meet you.")(name=own(meeting.other)),
            how_and_where(meeting.way, meeting.place),
            question,
        ),
        {**labels, "none": Option(NONE_FITS if times else OTHER_TIMES), "no": Option(NOT_NOW)},
    )
    if chosen == "none":
        return change(meeting)
    return Outcome((CancelMeeting(meeting.id) if chosen == "no" else PickTime(meeting.id, times[chosen]),))


# --- it stands, or she waits for an answer ------------------------------------------------------------------------


def see(meeting: Meeting, now: datetime, zone: str) -> Conversation[Outcome]:
    """What is agreed or waits for an answer; either can be changed."""
    agreed = meeting.state is MeetingState.AGREED
    chosen = yield from choice(
        "then",
        shown(meeting, now, zone),
        {
            "times": OTHER_TIMES,
            "cancel": CANCEL if agreed else TAKE_BACK,
            "leave": LEAVE,
        },
    )
    if chosen == "times":
        return change(meeting)
    return Outcome((CancelMeeting(meeting.id),)) if chosen == "cancel" else Outcome()


def shown(meeting: Meeting, now: datetime, zone: str) -> Words:
    """The meeting in words."""
    name, rest = own(meeting.other), how_and_where(meeting.way, meeting.place)
    if meeting.at is not None:
        when = WHEN(when=on_her_clock(meeting.at, zone))
        return paragraphs(_("Your meeting with {name}:")(name=name), lines(when, rest))
    times = [on_her_clock(at, zone) for at in meeting.times(now)]
    lead = _("{name} has not answered yet. You proposed:")(name=name)
    return paragraphs(lines(lead, *times), rest)


TALK = Talk(
    "meeting",
    # limit: 24
    _("Our meeting"),
    begin,
)
