"""The matching round (PRODUCT M7): the best mentors for all who wait, seen, changed and sent by a coordinator."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.steps import (
    Conversation,
    Talk,
    Text,
    Words,
    _,
    choice,
    choices,
    lines,
    look,
    n_,
    own,
    p_,
    paragraphs,
    say,
)  # fmt: skip
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE, Me
from bot.mentoring.team import Proposed, RoundNow, RoundPlan, SendRound, coordinates
from conversations.coordination import called

PAGE = 4  # pairs in one message: each has a line and up to three reasons


def round_(_about: str) -> Conversation[Outcome]:
    """Each pair with its reasons, what she leaves out, who stays without; then it goes, or not."""
    me = yield from look("me", Me())
    if not coordinates(me):
        yield from say(NOT_HERE)
        return Outcome()
    plan = yield from look("round", RoundNow())
    if not plan.pairs:
        yield from say(nobody(plan))
        return Outcome(then="coordination") if plan.without else Outcome()
    kept = yield from keep(plan)
    # limit: 20
    send, later = p_("button", "Send"), p_("button", "Not now")
    doors: dict[str, Words] = {"send": send, "later": later} if kept else {"later": later}
    chosen = yield from choice("send", summary(kept, plan), doors)
    if chosen == "later":
        return Outcome()
    return Outcome((SendRound(tuple((pair.mentee, pair.mentor) for pair in kept)),))


def keep(plan: RoundPlan) -> Conversation[list[Proposed]]:
    """All pairs but those that she leaves out, a few at a time."""
    pairs = plan.pairs
    out: set[str] = set()
    for first in range(0, len(pairs), PAGE):
        page = {str(n): pair for n, pair in enumerate(pairs[first : first + PAGE], first + 1)}
        prompt = paragraphs(
            found(plan) if first == 0 else None,
            *(proposed(n, pair) for n, pair in page.items()),
            _("Leave out any of these pairs? None? Then only tap Done."),
        )
        picked = yield from choices(f"out.{first}", prompt, {n: own(n) for n in page})
        out |= set(picked.options)
    return [pair for n, pair in enumerate(pairs, 1) if str(n) not in out]


def found(plan: RoundPlan) -> Words:
    """How many pairs there are, and how to read them."""
    more = n_("{n} more pair comes in the next round.", "{n} more pairs come in the next round.", plan.more_pairs)
    return lines(
        n_("I found {n} pair.", "I found {n} pairs.", len(plan.pairs)),
        more if plan.more_pairs else None,
        _("The reasons stand as the mentee will read them."),
    )


def proposed(n: str, pair: Proposed) -> Words:
    """A pair and why. The reasons are those that the mentee will read: "you" is the mentee, "she" the mentor."""
    title = _("{n}. For {mentee}: {mentor}")(n=own(n), mentee=called(pair.mentee_name), mentor=called(pair.mentor_name))
    return lines(title, *(reason.to_mentee() for reason in pair.reasons))


def summary(kept: Sequence[Proposed], plan: RoundPlan) -> Words:
    """What will go out, and who stays without."""
    asked = n_("{n} mentor gets a request now.", "{n} mentors get a request now.", len(kept))
    return paragraphs(asked if kept else _("You left out all pairs. Nothing goes out."), without(plan))


def without(plan: RoundPlan) -> Words | None:
    """Who stays without and why, the first few by name."""
    if not plan.without:
        return None
    told = (Text("{name}: {why}")(name=called(one.name), why=one.lack.to_coordinator()) for one in plan.without)
    rest = n_("And {n} more.", "And {n} more.", plan.more_without) if plan.more_without else None
    return lines(_("Nobody found yet for:"), *told, rest)


def nobody(plan: RoundPlan) -> Words:
    """Where the round finds no pair."""
    if not plan.without:
        return _("Nobody waits for a mentor now.")
    return paragraphs(_("I found no pair today."), without(plan))


# limit: 24
TALK = Talk("round", _("Matching round"), round_, open_to_all=True)
