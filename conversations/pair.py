"""My mentor, my mentee (M9): where the two stand, and everything that can be done from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

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
    p_,
    paragraphs,
    say,
    text,
    write_own,
    yes_no,
)
from bot.mentoring import goals
from bot.mentoring.effects import Effect, Outcome
from bot.mentoring.lookups import NOT_HERE
from bot.mentoring.mentorship import PAUSES, Ending, Event, MyPairs, Pair, PairOf, PairState, Side, may
from bot.mentoring.pair_steps import (
    AskTeam,
    EndPair,
    FeedbackOpen,
    GoalOf,
    HoldPair,
    NextMeeting,
    ResumePair,
    SetMedia,
    SharedGoal,
    ShareGoal,
    WishEnding,
)
from bot.mentoring.relay import id_in, name_of
from bot.mentoring.rhythm import so_many_weeks

Action = Callable[[Pair], Conversation[Outcome]]

ROWS: Mapping[str, Text] = {
    # limit: 24
    "write": p_("row", "Write to her"),
    # limit: 24
    "meet": p_("row", "Plan a meeting"),
    # limit: 24
    "introduce": p_("row", "Introduce someone"),
    # limit: 24
    "trial": p_("row", "Does it feel right?"),
    # limit: 24
    "pause": p_("row", "Take a pause"),
    # limit: 24
    "resume": p_("row", "End the pause"),
    # limit: 24
    "media": p_("row", "Voice and photos"),
    # limit: 24
    "contacts": p_("row", "Contact details"),
    # limit: 24
    "goal": p_("row", "Share my goal"),
    # limit: 24
    "help": p_("row", "Ask a coordinator"),
    # limit: 24
    "report": p_("row", "Report a problem"),
    # limit: 24
    "end": p_("row", "End it"),
}
TALKS = frozenset({"write", "meet", "introduce", "trial", "contacts", "report"})  # rows that open a talk of their own


def begin(about: str) -> Conversation[Outcome]:
    """One pair of hers: the one it is about, the only one, or the one she chooses."""
    pair = (yield from look("pair", PairOf(id_in(about)))) if about else (yield from which())
    if pair is None:
        if about:
            yield from say(NOT_HERE)
        return Outcome()
    if not pair.living:
        return (yield from was_it_good(pair))
    if pair.state is PairState.AGREEING and pair.side not in pair.file.agreed:
        return Outcome(then="agreement", about=str(pair.id))
    meeting = yield from look("meeting", NextMeeting(pair.id))
    goal = yield from look("goal", GoalOf(pair.id))
    row = yield from choice("row", summary(pair, meeting, goal), {row: ROWS[row] for row in ROWS if row in able(pair)})
    if row in TALKS:
        return Outcome(then=row, about=str(pair.id))
    return (yield from ACTIONS[row](pair))


def which() -> Conversation[Pair | None]:
    """The only one, or one of several; None where there is none."""
    pairs = yield from look("pairs", MyPairs())
    if not pairs:
        yield from say(_("You are not connected with anybody at the moment."))
        return None
    if len(pairs) == 1:
        return pairs[0]
    names = {str(pair.id): name_of(pair, pairs) for pair in pairs}
    chosen = yield from choice("which", _("Whom is it about?"), names)
    return next(pair for pair in pairs if str(pair.id) == chosen)


def was_it_good(pair: Pair) -> Conversation[Outcome]:
    """It is over: she can still say how it was, once."""
    if (yield from look("feedback", FeedbackOpen(pair.id))) is None:
        yield from say(NOT_HERE)
        return Outcome()
    return Outcome(then="feedback", about=str(pair.id))


# --- where they stand -----------------------------------------------------------------------------------------------


def summary(pair: Pair, meeting: datetime | None, goal: SharedGoal | None) -> Words:
    """Who, since when, how it stands, when they meet, and her goal where she shares it."""
    name = name_of(pair)
    who = _("My mentor: {name}") if pair.side is Side.MENTEE else _("My mentee: {name}")
    return paragraphs(
        lines(who(name=name), _("Since {day}")(day=pair.began_at.date()), state_of(pair)),
        _("You meet on {day}, {time}.")(day=meeting.date(), time=meeting.time()) if meeting is not None else None,
        goal_lines(goal) if goal is not None else None,
    )


def state_of(pair: Pair) -> Text:
    """The state in plain words."""
    file, name = pair.file, name_of(pair)
    if pair.state is PairState.HOLD and file.hold_until is not None:
        return _("You have a pause until {day}.")(day=file.hold_until.date())
    if pair.state is PairState.ACTIVE and file.active_until is not None:
        return _("You go on together until {day}.")(day=file.active_until.date())
    if pair.state is PairState.TRIAL:
        return _("You are getting to know each other.")
    return _("{name} still reads the agreement.")(name=name)


def goal_lines(goal: SharedGoal) -> Words:
    """Her goal in two lines."""
    done = Ltr(f"{goal.done}/{goal.milestones}")
    return lines(
        _("Her goal: {title} (by {day})")(title=goals.said(goal.title), day=goal.by),
        _("Milestones done: {done}")(done=done) if goal.milestones else None,
    )


def able(pair: Pair) -> frozenset[str]:
    """What she can do now: at most 10 things."""
    if pair.state is PairState.AGREEING:
        return frozenset({"help", "report", "end"})
    rows = {"write", "meet", "media", "help", "report", "end"}
    rows.add("goal" if pair.side is Side.MENTEE else "introduce")
    if pair.side not in pair.file.contacts:
        rows.add("contacts")
    if pair.state is PairState.TRIAL and pair.file.asked and pair.side not in pair.file.goes_on:
        rows.add("trial")
    if may(pair.state, Event.HOLD):
        rows.add("pause")
    if pair.state is PairState.HOLD and pair.file.held_by == pair.side.value:
        rows.add("resume")
    return frozenset(rows)


# --- what can be done -----------------------------------------------------------------------------------------------


def pause(pair: Pair) -> Conversation[Outcome]:
    """For how many weeks; nobody asks why."""
    prompt = _("For how long? {name} reads until when, and no reason.")(name=name_of(pair))
    # limit: 20
    weeks = {str(weeks): so_many_weeks(weeks) for weeks in PAUSES}
    return done(HoldPair(pair.id, int((yield from choice("weeks", prompt, weeks)))))


def resume(pair: Pair) -> Conversation[Outcome]:
    """She is back."""
    yield from ()
    return done(ResumePair(pair.id))


def media(pair: Pair) -> Conversation[Outcome]:
    """Her yes or no to voice and photos."""
    now = _("At the moment you can send them.") if pair.media_agreed else _("At the moment you cannot send them.")
    prompt = lines(_("May you two send voice notes and photos? They go when both say yes."), now)
    return done(SetMedia(pair.id, (yield from yes_no("media", prompt))))


def goal(pair: Pair) -> Conversation[Outcome]:
    """Whether her mentor sees her goal."""
    now = _("She sees it at the moment.") if pair.file.share_goal else _("She does not see it at the moment.")
    prompt = lines(_("May {name} see your goal, and how far it is?")(name=name_of(pair)), now)
    return done(ShareGoal(pair.id, (yield from yes_no("share", prompt))))


def ask_help(pair: Pair) -> Conversation[Outcome]:
    """Words to a coordinator."""
    prompt = lines(
        _("What do you need? Write it, or send a voice note."),
        _("A coordinator reads it. {name} does not.")(name=name_of(pair)),
    )
    return done(AskTeam(pair.id, write_own((yield from text("help", prompt, limit=1000)))))


def end(pair: Pair) -> Conversation[Outcome]:
    """At once, with one more tap; or together, where both are done."""
    prompt = lines(
        _("End your time with {name}? She reads only that it has ended.")(name=name_of(pair)),
        _("You need no reason."),
    )
    # limit: 20
    both = {"done": p_("button", "We are both done")} if may(pair.state, Event.COMPLETE) else {}
    # limit: 20
    now = {"now": p_("button", "End it now")}
    # limit: 20
    stay = {"stay": p_("button", "Keep it")}
    how = yield from choice("how", prompt, {**now, **both, **stay})
    if how == "stay":
        return Outcome()
    return done(EndPair(pair.id) if how == "now" else WishEnding(pair.id, Ending.COMPLETE))


def done(effect: Effect) -> Outcome:
    """Do it; what is said comes from there."""
    return Outcome((effect,))


ACTIONS: Mapping[str, Action] = {
    "pause": pause,
    "resume": resume,
    "media": media,
    "goal": goal,
    "help": ask_help,
    "end": end,
}

TALK = Talk(
    name="pair",
    # limit: 24
    title=_("My mentor or mentee"),
    begin=begin,
    words=p_("typed words", "my mentor|my mentee|my mentees"),
    command="pair",
)
