"""The full story: a mentor applies and is approved, a mentee finds her, they agree, write, meet, review, end.

It is told once, in ids of options and names of talks, and played in a rehearsal (its transcript stands beside this
file), over the strict platforms, and in a browser. Everybody in it is fictional.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from tests.transcripts.ensemble import House, Player

Chapter = Callable[[House], Awaitable[None]]

# What they write, by language. Each is marked, so that it can be found again wherever it should not be.
OWN: Mapping[str, Mapping[str, str]] = {
    "en": {
        "mentee": "Fictive Fatou",
        "mentor": "Made-up Mirela",
        "coordinator": "Fictive Clara",
        "note": "I bake bread. I would like to sell it. (note-1)",
        "question": "Do you bake at home now? (question-1)",
        "reply": "Yes, for my neighbours. (reply-1)",
        "hello": "Hello, I am glad to know you. (hello-1)",
        "back": "Hello! How was your week? (back-1)",
    },
    "fr": {
        "mentee": "Fatou Fictive",
        "mentor": "Mirela Inventée",
        "coordinator": "Clara Fictive",
        "note": "Je fais du pain. Je voudrais le vendre. (note-1)",
        "question": "Tu fais ton pain à la maison ? (question-1)",
        "reply": "Oui, pour mes voisines. (reply-1)",
        "hello": "Bonjour, je suis contente de te connaître. (hello-1)",
        "back": "Bonjour ! Comment va ta semaine ? (back-1)",
    },
    "nl": {
        "mentee": "Fictieve Fatou",
        "mentor": "Verzonnen Mirela",
        "coordinator": "Fictieve Clara",
        "note": "Ik bak brood. Ik wil het graag verkopen. (note-1)",
        "question": "Bak je nu thuis? (question-1)",
        "reply": "Ja, voor mijn buurvrouwen. (reply-1)",
        "hello": "Dag, fijn dat ik je ken. (hello-1)",
        "back": "Dag! Hoe was je week? (back-1)",
    },
    "ar": {
        "mentee": "فاتو الخيالية",
        "mentor": "ميريلا المتخيّلة",
        "coordinator": "كلارا الخيالية",
        "note": "أخبز الخبز، وأريد أن أبيعه. (note-1)",
        "question": "هل تخبزين في البيت الآن؟ (question-1)",
        "reply": "نعم، لجاراتي. (reply-1)",
        "hello": "مرحبا، يسعدني أن أعرفك. (hello-1)",
        "back": "مرحبا! كيف كان أسبوعك؟ (back-1)",
    },
}
GOAL = ("care", "job", "ready", "4", "children", "", "take", "ready", "morning", "keep")
COMPETENCIES = 15


def own(player: Player, what: str) -> str:
    """Words of hers, in her language."""
    return OWN[player.language][what]


# --- the chapters ---------------------------------------------------------------------------------------------------


async def a_coordinator_comes(house: House) -> None:
    """She opens the operator's link, says yes, tells her number, and is confirmed."""
    her = house.coordinator
    await her.types(f"/start {await house.invitation()}")
    await her.picks(her.language, "yes")
    await her.types(own(her, "coordinator"))
    await house.confirm(await her.reads(r"\b\d{6}\b"))


CHAPTERS: tuple[Chapter, ...] = (a_coordinator_comes,)


async def full_story(house: House) -> None:
    """All of it."""
    for chapter in CHAPTERS:
        await chapter(house)
