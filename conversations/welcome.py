"""The welcome: language, her yes, grown woman, what she looks for. Five taps to the first useful question."""

from __future__ import annotations

from bot.dialogue.steps import Conversation, Talk, Words, _, choice, lines, look, p_, paragraphs, say
from bot.mentoring.effects import EraseMe, Outcome, SetProfile
from bot.mentoring.lookups import Helpline, Helplines, Languages, Me
from bot.mentoring.people import Role
from conversations.consent import ask_consent
from conversations.danger import emergency, listed, more_numbers
from conversations.language import choose_language

FORGET = (EraseMe(tombstone=False),)  # who may not take part leaves no trace at all


def welcome(_about: str) -> Conversation[Outcome]:
    """From the first word to the first useful talk. Without her yes nothing but the language is kept."""
    me = yield from look("me", Me())
    if me.takes_part:
        return Outcome()
    if me.adult:  # she was here and took her yes back
        return Outcome(then="consent")
    yield from choose_language("language", (yield from look("languages", Languages())), drafts=False)
    yield from say(
        lines(
            _("Hello! I am Sorora, a chat program."),
            _("I help you see what you can do."),
            _("I help you reach a goal."),
        )
    )
    given = yield from ask_consent("consent")
    if not given.given:
        yield from say(without_a_yes())
        return Outcome()
    who = yield from ask_who()
    if who != "woman":
        numbers = yield from look("helplines", Helplines())
        yield from say(too_young(numbers) if who == "young" else other_places(numbers), keep=True)
        return Outcome(FORGET)
    role = yield from ask_role()
    return Outcome((given, SetProfile(role=role, adult=True)), then=(yield from ask_first(role)))


def without_a_yes() -> Words:
    """What is still possible for who does not say yes to taking part and keeping."""
    return lines(
        _("That is fine. I can only go on with both: take part and keep."),
        _("I keep nothing of you, only your language."),
        _("You can still see numbers to call and change the language."),
        _("You can begin again at any time."),
    )


def ask_who() -> Conversation[str]:
    """A grown woman, as she says herself: "woman", "young" or "other"."""
    return (
        yield from choice(
            "who",
            paragraphs(
                _("Thank you. This place is for women of 18 and older."),
                _("What is true for you? Nobody asks for papers."),
            ),
            {
                # limit: 20
                "woman": p_("button", "A woman, 18+"),
                # limit: 20
                "young": p_("button", "Under 18"),
                # limit: 20
                "other": p_("button", "None of these"),
            },
        )
    )


def too_young(numbers: tuple[Helpline, ...]) -> Words:
    """For a girl: nothing is kept, and here is who listens to her."""
    return paragraphs(
        _("Thank you for telling me. This place is for women of 18 and older. I keep nothing of you."),
        lines(_("You are not alone. Call here:"), listed(line for line in numbers if line.youth)),
        _("Come back when you are 18. You will be welcome."),
    )


def other_places(numbers: tuple[Helpline, ...]) -> Words:
    """For who is not a woman: nothing is kept, and here is where else to go."""
    return paragraphs(
        _("Thank you for telling me. This place is for women. I keep nothing of you."),
        _("For work: Actiris (Brussels), VDAB (Flanders), Forem (Wallonia), ADG (German-speaking Community)."),
        lines(_("In danger? Call:"), listed(emergency(numbers))),
        lines(_("Other numbers:"), listed(more_numbers(numbers))),
    )


def ask_role() -> Conversation[Role]:
    """What she comes for."""
    return (
        yield from choice(
            "role",
            _("What do you look for here?"),
            {
                # limit: 20
                Role.MENTEE: p_("button", "Find support"),
                # limit: 20
                Role.MENTOR: p_("button", "Give support"),
                # limit: 20
                Role.BOTH: p_("button", "Both"),
            },
        )
    )


def ask_first(role: Role) -> Conversation[str]:
    """Where she begins: the name of the first talk, "" for the menu."""
    first = yield from choice(
        "first",
        _("Good that you are here. Where do you want to begin?"),
        {
            # limit: 20
            "strengths": p_("button", "What I can do"),
            # limit: 20
            "goal": p_("button", "A goal"),
            # limit: 20
            "menu": p_("button", "Look around"),
        },
    )
    if first == "strengths":
        return "skills" if role is Role.MENTEE else "competencies"
    return "goal" if first == "goal" else ""


TALK = Talk(
    "welcome",
    _("Welcome"),
    welcome,
    words=p_("typed words", "start|begin"),
    command="start",
    open_to_all=True,
)
