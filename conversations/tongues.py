"""The languages a woman speaks, and how well: the likely ones by a tap, any other by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.dialogue.steps import Conversation, Own, Text, Tongue, Words, _, choice, choices, lines, look, p_
from bot.mentoring.profiles import LEVELS, TONGUES, Level, TonguesNamed

LIKELY = 7  # with "another one" they are one list on a phone
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
    first = {**tapped(likely), OTHER: ANOTHER}
    picked = yield from choices("languages", prompt, first, at_least=1, own=True)
    named = (yield from understood(picked.own)) if picked.own else ()
    codes = list(dict.fromkeys((*(one for one in picked.options if one != OTHER), *named)))
    lost = picked.own is not None and not named
    if lost or (OTHER in picked.options and not named):
        codes += yield from more(codes, lost=lost)
    return codes


def understood(words: Own) -> Conversation[tuple[str, ...]]:
    """The languages in what she wrote. Nothing is found in a voice note."""
    return (yield from look("languages.named", TonguesNamed(words.text)))


def more(known: Sequence[str], *, lost: bool) -> Conversation[tuple[str, ...]]:
    """The whole list, without those she has named. lost: what she wrote was not understood."""
    left = [code for code in TONGUES if code not in known]
    sorry = _("I do not know that name. Perhaps it is in this list?") if lost else None
    prompt = lines(sorry, _("Tap the other languages that you speak."))
    picked = yield from choices("languages.more", prompt, tapped(left), at_least=0 if known else 1)
    return picked.options


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
