"""Find a mentor (M4, M5): suggestions with reasons, her choices in order, a line to the mentor, what she may see; and
where her request or her waiting stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from bot.dialogue.steps import (
    Conversation,
    Json,
    Option,
    Talk,
    Words,
    _,
    choice,
    lines,
    listing,
    look,
    own,
    p_,
    paragraphs,
    read_own,
    say,
    yes_no,
)
from bot.mentoring import goals
from bot.mentoring.effects import Effect, Outcome, SetProfile
from bot.mentoring.lookups import Me, Now
from bot.mentoring.people import Person, Purpose
from bot.mentoring.reasons import MOST_TOLD
from bot.mentoring.requests import (
    FIRST_SHOWN,
    MOST_CHOICES,
    Asked,
    AskMentors,
    MySearch,
    Offer,
    Search,
    StopWaiting,
    Wait,
    Withdraw,
    called,
)
from conversations import requesting

LINE = 300  # characters of her line to the mentor

# limit: 24
SHOW_MORE = p_("row", "Show more")
# limit: 24
NOBODY = p_("row", "Nobody of these")
# limit: 20
WAIT_LIST = p_("button", "Waiting list")
# limit: 20
MY_PROFILE = p_("button", "Change my profile")
# limit: 20
NOT_NOW = p_("button", "Not now")


def begin(_about: str) -> Conversation[Outcome]:
    """Where she stands decides: her mentor, her open request, or suggestions."""
    me = yield from look("me", Me())
    now = yield from look("now", Now())
    search = yield from look("search", MySearch())
    if search.paired:
        return Outcome(then="pair")
    if Purpose.MENTORS not in me.consents:
        yield from say(_("To find a mentor, I propose you to mentors. For that I need your yes to point 3."))
        return Outcome(then="consent")
    if not search.profile.languages:
        yield from say(_("First I need to know a little about you. Then I look for a mentor."))
        return Outcome(then="profile")
    if search.asked is not None:
        return (yield from waiting_for(search.asked, now.tzinfo))
    if not search.offers:
        return (yield from none_fits(search, now.tzinfo))
    return (yield from ask(me, search))


# --- an open request, the waiting list ----------------------------------------------------------------------------


def waiting_for(asked: Asked, zone: tzinfo | None) -> Conversation[Outcome]:
    """The state of her open request; she can answer a question, take it back, or leave all as it is."""
    after = listing(*(called(alias) for alias in asked.after))
    prompt = paragraphs(
        lines(
            _("You asked {name}.")(name=called(asked.alias)),
            _("She has a question for you first.") if asked.question else None,
            _("This is open until {day}.")(day=asked.until.astimezone(zone).date()),
            _("If she cannot, I ask: {names}.")(names=after) if asked.after else None,
        ),
        _("I tell you at once when she answers."),
    )
    options: dict[str, Words] = {
        # limit: 20
        "answer": p_("button", "Answer her"),
        # limit: 20
        "wait": p_("button", "All is good"),
        # limit: 20
        "withdraw": p_("button", "Take it back"),
    }
    if not asked.question:
        del options["answer"]
    what = yield from choice("state", prompt, options)
    if what == "answer":
        return Outcome(then="answer", about=str(asked.id))
    return Outcome((Withdraw(asked.id),)) if what == "withdraw" else Outcome()


def none_fits(search: Search, zone: tzinfo | None) -> Conversation[Outcome]:
    """Nobody fits now: the waiting list, and what happens next."""
    if search.since is None:
        yield from say(_("No mentor fits you just now. That can change soon."))
        return Outcome((Wait(),))
    prompt = paragraphs(
        _("You are on the waiting list since {day}.")(day=search.since.astimezone(zone).date()),
        _("A coordinator looks for you within a week. When a new mentor fits, I tell you."),
    )
    what = yield from choice(
        "list",
        prompt,
        {
            # limit: 20
            "stay": p_("button", "I wait"),
            "profile": MY_PROFILE,
            # limit: 20
            "leave": p_("button", "Stop waiting"),
        },
    )
    if what == "leave":
        return Outcome((StopWaiting(),))
    return Outcome(then="profile") if what == "profile" else Outcome()


# --- suggestions --------------------------------------------------------------------------------------------------


def ask(me: Person, search: Search) -> Conversation[Outcome]:
    """Choose, say something to her, see what she will see, send."""
    chosen = yield from choose(search.offers)
    if not chosen:
        return (yield from somebody_else(search))
    note = yield from requesting.ask_words(
        "note", _("Would you like to write her a line? She reads it before she answers."), limit=LINE, skip=True
    )
    goal: Json = None
    if search.goal is not None:
        prompt = lines(_("May she see your goal?"), goals.said(search.goal))
        goal = search.goal if (yield from yes_no("goal", prompt)) else None
    alias = yield from requesting.ask_name(me)
    if not alias:
        return Outcome(then="preferences")
    effects: tuple[Effect, ...] = () if me.alias else (SetProfile(alias=alias),)
    sure = yield from choice(
        "send",
        paragraphs(
            what_she_sees(alias, search, chosen[0], note, goal), _("She never sees your number. Shall I send it?")
        ),
        {
            # limit: 20
            "send": p_("button", "Send"),
            # limit: 20
            "line": Option(p_("button", "Change my line"), reopens=("note",)),
            "later": NOT_NOW,
        },
    )
    if sure == "later":
        return Outcome(effects)
    return Outcome((*effects, AskMentors(tuple(offer.id for offer in chosen), note, goal)))


def choose(offers: Sequence[Offer]) -> Conversation[list[Offer]]:
    """Her choices, best first; none where she would have nobody of these. A tap is the first choice, another the
    second, and so on."""
    shown = list(offers[:FIRST_SHOWN])
    yield from say(lines_of(shown, 1), keep=True)
    prompt = _("Whom would you like to ask first?")
    more = len(offers) > FIRST_SHOWN
    first = yield from choice(
        "first", prompt, {**names(shown, offers), **({"more": SHOW_MORE} if more else {}), "nobody": NOBODY}
    )
    if first == "more":
        yield from say(lines_of(offers[FIRST_SHOWN:], FIRST_SHOWN + 1), keep=True)
        shown = list(offers)
        first = yield from choice("first_of_all", prompt, {**names(shown, offers), "nobody": NOBODY})
    if first == "nobody":
        return []
    chosen = [by_id(offers, first)]
    # limit: 24
    only = p_("row", "No, that is all")
    for place in range(2, MOST_CHOICES + 1):
        rest = [offer for offer in shown if offer not in chosen]
        if not rest:
            break
        prompt = _("If she cannot: shall I ask another one after her?")
        following = yield from choice(f"choice.{place}", prompt, {"only": only, **names(rest, offers)})
        if following == "only":
            break
        chosen.append(by_id(offers, following))
    return chosen


def names(some: Sequence[Offer], offers: Sequence[Offer]) -> dict[str, Words]:
    """Buttons with their numbers and names; what does not fit on a button is cut off."""
    return {str(offer.id): own(f"{offers.index(offer) + 1}. {offer.alias[:16]}".strip()) for offer in some}


def by_id(offers: Sequence[Offer], chosen: str) -> Offer:
    """The mentor of a button."""
    return next(offer for offer in offers if str(offer.id) == chosen)


def lines_of(offers: Sequence[Offer], first: int) -> Words:
    """These mentors, numbered from `first`."""
    return paragraphs(*(card(offer, number) for number, offer in enumerate(offers, first)))


def card(offer: Offer, number: int) -> Words:
    """One mentor: name, languages, work, region, her story, and why she fits."""
    work = requesting.works(offer.knows)
    return lines(
        _("{n}. {name}")(n=number, name=called(offer.alias)),
        requesting.tongues(offer.languages),
        _("Work she knows: {items}")(items=work) if work else None,
        requesting.place(offer.region),
        _("“{words}”")(words=read_own(offer.story)) if offer.story else None,
        *(requesting.point(reason.to_mentee()) for reason in offer.reasons[:MOST_TOLD]),
    )


def somebody_else(search: Search) -> Conversation[Outcome]:
    """Nobody of these: the team can look, or her profile can change."""
    prompt = _("That is fine. A coordinator can look for you. Or you change what matters to you.")
    options: dict[str, Words] = {"list": WAIT_LIST, "profile": MY_PROFILE, "later": NOT_NOW}
    if search.since is not None:
        del options["list"]
    what = yield from choice("else", prompt, options)
    if what == "list":
        return Outcome((Wait(),))
    return Outcome(then="profile") if what == "profile" else Outcome()


def what_she_sees(alias: str, search: Search, offer: Offer, note: Json, goal: Json) -> Words:
    """Everything of hers that goes to the mentor, said before it goes."""
    her = search.profile
    knows, hopes = requesting.works(her.knows), requesting.works(her.hopes)
    return lines(
        _("{name} will see this of you:")(name=called(offer.alias)),
        requesting.point(_("Name here: {name}")(name=own(alias))),
        *(requesting.point(said) for said in (requesting.tongues(her.languages),) if said),
        requesting.point(_("Work you know: {items}")(items=knows)) if knows else None,
        requesting.point(_("Work you wish for: {items}")(items=hopes)) if hopes else None,
        requesting.point(_("Your goal: {goal}")(goal=goals.said(goal))) if goal else None,
        requesting.point(_("Why you two fit, as you read above")),
        requesting.point(_("Your line: {words}")(words=read_own(note))) if note else None,
    )


TALK = Talk(
    name="find",
    # limit: 24
    title=_("Find a mentor"),
    begin=begin,
    words=p_("typed words", "find|find a mentor|look for a mentor|my request"),
    command="find",
)
