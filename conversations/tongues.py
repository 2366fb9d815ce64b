"""The languages a woman speaks, and how well: the likely ones by a tap, any other by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.dialogue.steps import Conversation, Picked, Text, Tongue, Words, _, choice, choices, lines, look, p_
from bot.mentoring.profiles import LEVELS, TONGUES, Level, TonguesNamed

LIKELY = 6  # with "another one", Done, Back and Stop they are one list on WhatsApp, which has 10 rows
MOST = 8  # languages: each asks one more question
OTHER = "other"

# limit: 24
ANOTHER = p_("row", "Another language")


def ask_tongues(language: str) -> Conversation[dict[str, Level]]:
    """Which languages, the one of this chat first; then how well, each with one tap."""
    codes = yield from which(language)
    levels: dict[str, Level] = {}
    for code in codes[:MOST]:
        levels[code] = yield from how_well(code)
    return levels


def which(language: str) -> Conversation[list[str]]:
    """The codes of her languages, at least one."""
    likely = list(dict.fromkeys((language, *TONGUES)))[:LIKELY]
    prompt = _("Which languages do you speak? Another one? Tap it, or write its name.")
    picked, named = yield from ask("languages", prompt, {**tapped(likely), OTHER: ANOTHER}, at_least=1)
    codes = list(dict.fromkeys((*(code for code in picked.options if code != OTHER), *named)))
    lost = picked.own is not None and not named
    if not lost and (named or OTHER not in picked.options):
        return codes
    left = [code for code in TONGUES if code not in codes and (lost or code not in likely)]
    sorry = _("I do not know that name. Perhaps it is in this list?") if lost else None
    asked = lines(sorry, _("Tap the other languages that you speak."))
    picked, named = yield from ask("languages.more", asked, tapped(left), at_least=0 if codes else 1)
    # Where nothing was understood: in the language of this chat she gets along, at least.
    return list(dict.fromkeys((*codes, *picked.options, *named))) or [language]


def ask(
    key: str, prompt: Words, options: Mapping[str, Words], *, at_least: int
) -> Conversation[tuple[Picked, tuple[str, ...]]]:
    """What she tapped and wrote, and the codes of what she wrote. In a voice note no name is found."""
    picked = yield from choices(key, prompt, options, at_least=at_least, own=True)
    if picked.own is None:
        return picked, ()
    return picked, (yield from look(f"{key}.named", TonguesNamed(picked.own.text)))


def tapped(codes: Sequence[str]) -> Mapping[str, Words]:
    """Languages as options, in their order."""
    return {code: Tongue(code) for code in codes}


def how_well(code: str) -> Conversation[Level]:
    """How well she speaks one language."""
    prompt = _("How well do you speak it? {language}")(language=Tongue(code))
    options: Mapping[str, Words] = {str(int(level)): label for level, label in LEVELS.items()}
    return Level(int((yield from choice(f"languages.level.{code}", prompt, options))))


def spoken(languages: Mapping[str, Level]) -> Words:
    """Her languages, a line each, the best first."""
    best_first = sorted(languages, key=lambda code: -languages[code])
    return lines(
        _("Languages:"),
        *(Text("{language}: {level}")(language=Tongue(code), level=LEVELS[languages[code]]) for code in best_first),
    )
