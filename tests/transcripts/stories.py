"""The stories: each is one woman's way, written once in ids and played in every language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.dialogue.steps import phrases
from bot.engine.understand import NAV_WORDS, Nav, button_data
from conversations import PROGRAMME
from conversations.competencies import COMPETENCIES
from tests.transcripts.theatre import CATALOGS, Theatre

Story = Callable[[Theatre], Awaitable[None]]

# What she writes herself. Fictional.
OWN: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Sell my bread at the market of Testville",
        "smaller": "Bake for ten neighbours",
        "piece": "Ask the town hall about a stall",
        "name": "Fictive Fatou",
        "place": "In a warm kitchen, 4 people at most",
        "day": "15 June",
        "hello": "Hello, are you there?",
        "markup": "<b>{name}</b> *bread* & 100 %",
    },
    "fr": {
        "title": "Vendre mon pain au marché de Testville",
        "smaller": "Faire du pain pour dix voisines",
        "piece": "Demander une place à la commune",
        "name": "Fatou Fictive",
        "place": "Dans une cuisine chaude, 4 personnes au plus",
        "day": "15 juin",
        "hello": "Bonjour, tu es là ?",
        "markup": "<b>{name}</b> *pain* & 100 %",
    },
    "nl": {
        "title": "Mijn brood verkopen op de markt van Testville",
        "smaller": "Bakken voor tien buurvrouwen",
        "piece": "Een plaats vragen aan de gemeente",
        "name": "Fictieve Fatou",
        "place": "In een warme keuken, met hoogstens 4 mensen",
        "day": "15 juni",
        "hello": "Hallo, ben je daar?",
        "markup": "<b>{name}</b> *brood* & 100 %",
    },
    "ar": {
        "title": "أبيع خبزي في سوق Testville",
        "smaller": "أخبز لعشر جارات",
        "piece": "أسأل البلدية عن مكان",
        "name": "فاتو الخيالية",
        "place": "في مطبخ دافئ، 4 أشخاص على الأكثر",
        "day": "15 يونيو",
        "hello": "مرحبا، هل أنتِ هنا؟",
        "markup": "<b>{name}</b> *خبز* & 100 %",
    },
}
READY_GOAL = ("care", "job", "ready", "4", "children", "2027-05-01", "take", "ready", "morning", "keep")
SKILLS = [level for level in "345" for _ in range(6)]


# --- where she comes from -----------------------------------------------------------------------------------------


async def arrives(house: Theatre, role: str = "mentee") -> None:
    """She has said yes and stands at the menu."""
    await house.she.types("/start")
    await house.she.picks(house.language, "all", "woman", role, "menu")
    house.begin()


async def has_a_goal(house: Theatre) -> None:
    """She has a goal too."""
    await arrives(house)
    await house.she.picks("goal", *READY_GOAL)
    house.begin()


def own(house: Theatre, what: str) -> str:
    """Words of hers."""
    return OWN[house.language][what]


def word(house: Theatre, name: str) -> str:
    """The first word of her language that opens a talk."""
    words = PROGRAMME.talks[name].words
    assert words is not None
    return phrases(CATALOGS.label(words, house.language))[0]


def nav(house: Theatre, way: Nav) -> str:
    """The first word of her language for a way out."""
    return phrases(CATALOGS.label(NAV_WORDS[way], house.language))[0]


# --- the stories --------------------------------------------------------------------------------------------------


async def newcomer(house: Theatre) -> None:
    """From the first word to her first goal."""
    await house.she.types("/start")
    await house.she.picks(house.language, "all", "woman", "mentee", "goal", *READY_GOAL)


async def one_by_one(house: Theatre) -> None:
    """Consent point by point, and looking around."""
    await house.she.types(own(house, "hello"))
    await house.she.picks(house.language, "each", "yes", "yes", "no", "back", "no", "yes", "woman", "both", "menu")
    await house.she.picks("help", "on")


async def no_thanks(house: Theatre) -> None:
    """She says no, looks at what is left to her, stops a second try, and is not pressed."""
    await house.she.types("/start")
    await house.she.picks(house.language, "none", "help", "on", "welcome", "stop")
    await house.she.types(own(house, "hello"))


async def goal_of_her_own(house: Theatre) -> None:
    """A goal in her own words, made smaller, with her own milestones and days."""
    await arrives(house)
    she = house.she
    await she.picks("goal", "own")
    await she.types(own(house, "title"))
    await she.picks("date", "2", "ask", "back")
    await she.types(own(house, "smaller"))
    await she.picks("did", "4")
    await she.speaks(6)
    await she.types(own(house, "day"))
    await she.types(own(house, "piece"))
    await she.picks("practised", "enough")
    await she.picks("call", "skip", "days")
    await she.types(own(house, "day"))
    await she.picks("2027-06-15", "why", "joy", "keep")


async def competencies(house: Theatre) -> None:
    """The fifteen of a mentor."""
    await arrives(house, "mentor")
    answers = ("have", "have", "improve", "have", "develop")
    await house.she.picks("strengths", "competencies")
    await house.she.picks(*(answers[place % 5] for place, _ in enumerate(COMPETENCIES)))


async def readiness(house: Theatre) -> None:
    """Five short questions, twice."""
    await arrives(house)
    await house.she.picks("strengths", "readiness", "yes", "little", "not_yet", "yes", "little")
    house.later(days=30)
    await house.she.picks("strengths", "readiness", "yes", "yes", "little", "yes", "little")


async def soft_skills(house: Theatre) -> None:
    """Eighteen sentences."""
    await arrives(house)
    await house.she.picks("strengths", "skills", *SKILLS, "stress")


async def compass(house: Theatre) -> None:
    """Seven questions: taps, a voice note, own words, skipped, changed."""
    await arrives(house)
    she = house.she
    await she.picks("strengths", "compass", "learn", "writing", "done")
    await she.types(own(house, "place"))
    await she.speaks(12)
    await she.picks("both", "done", "skip", "skip", "skip")
    await she.picks("change-environment")
    await she.types(own(house, "place"))
    await she.picks("keep")


async def barriers(house: Theatre) -> None:
    """What holds her back: several taps, one taken back, some words."""
    await arrives(house)
    await house.she.picks("strengths", "barriers", "language", "money", "money", "diploma")
    await house.she.types(own(house, "place"))


async def my_goals(house: Theatre) -> None:
    """A milestone done, a day moved, the goal reached and lived."""
    await has_a_goal(house)
    she = house.she
    await she.picks("goals", "tick", "1", "done")
    house.later(days=20)
    await she.picks("goals", "move", "goal")
    await she.types(own(house, "day"))
    house.later(days=60)
    await she.picks("goals", "tick", "2", "3", "done", "yes")
    house.later(days=30)
    await she.picks("goals", "go_on")


async def goal_changed(house: Theatre) -> None:
    """One part said anew, a pause, taken up again, let go."""
    await has_a_goal(house)
    await house.she.picks("goals", "change", "why", "joy")
    await house.she.picks("goals", "pause", "goals", "resume", "goals", "let_go", "yes")


async def preferences(house: Theatre) -> None:
    """Her name, quiet hours, discreet messages, another language and back."""
    await arrives(house)
    she = house.she
    await she.picks("preferences", "name")
    await she.types(own(house, "name"))
    await she.picks("quiet", "22", "7", "discreet", "yes", "language", "en" if house.language != "en" else "fr")
    await she.types(word(house, "language"))
    await she.picks(house.language)


async def leaving_and_back(house: Theatre) -> None:
    """She stops, comes back after a restart, and goes on where she was; then she only falls silent."""
    await arrives(house)
    she = house.she
    await she.picks("goal", "care", "job", "ready")
    await she.types(nav(house, Nav.STOP))
    await house.restart()
    house.later(days=3)
    await she.types(own(house, "hello"))
    await she.picks("left", "4", "children")
    await house.restart()
    house.later(hours=9)
    await she.picks("2027-05-01", "take", "ready")
    await she.picks("morning", "keep")


async def danger(house: Theatre) -> None:
    """In the middle of a goal she is in danger; then she goes on."""
    await arrives(house)
    she = house.she
    await she.picks("goal", "care")
    await she.types(word(house, "danger"))
    await she.picks("more", "safe")
    await she.picks("job")


async def under_18(house: Theatre) -> None:
    """A girl: nothing is kept of her."""
    await house.she.types("/start")
    await house.she.picks(house.language, "all", "young")
    await house.she.types(own(house, "hello"))


async def my_data(house: Theatre) -> None:
    """A copy of what is kept."""
    await has_a_goal(house)
    await house.she.picks("preferences", "my_data", "send")


async def withdraw_and_erase(house: Theatre) -> None:
    """She takes her yes back, erases everything, and may come again."""
    await has_a_goal(house)
    await house.she.picks("consent", "erase", "erase")
    await house.she.types(own(house, "hello"))


async def bad_inputs(house: Theatre) -> None:
    """Everything that a thumb can do wrong."""
    await arrives(house)
    she = house.she
    await she.sends("sticker")
    await she.speaks(3)
    await she.types("   ")
    await she.types("/xyzzy")
    await she.picks("goal")
    house.note("she taps a button of somebody else's chat")
    await she.phone.does(button=button_data("aaaaaaaaaa", "field", "=", "care"))
    await she.types("99")
    await she.picks("own")
    await she.types("x" * 201)
    await she.types(own(house, "markup"))
    await she.types("2")
    await she.types("7")
    await she.types("4")
    await she.picks("joy")
    await she.types("31.02.2027")
    await she.types("01.01.2020")
    await she.types(nav(house, Nav.SKIP))
    await she.types(nav(house, Nav.BACK))
    await she.types(word(house, "help"))
    await she.picks("on")
    await she.types(nav(house, Nav.STOP))


STORIES: Mapping[str, Story] = {
    story.__name__: story
    for story in (
        newcomer, one_by_one, no_thanks, goal_of_her_own, competencies, readiness, soft_skills, compass, barriers,
        my_goals, goal_changed, preferences, leaving_and_back, danger, under_18, my_data, withdraw_and_erase,
        bad_inputs,
    )
}  # fmt: skip
RESTARTED = {"leaving_and_back"}  # stories in which the programme ends and starts again
