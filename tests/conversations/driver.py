"""Drive one talk without an engine: answer its questions, answer its look-ups, and walk every option of it.

played = drive(TALK, {"role": "mentee"}, {Me: Person(1)})
for path in walk(TALK, {Me: Person(1)}):
    assert isinstance(path.played.result, Outcome)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue.replay import Journal, Played, answered, looked, play
from bot.dialogue.steps import (
    Ask,
    Choices,
    Conversation,
    Day,
    Joined,
    Json,
    Look,
    Number,
    Own,
    Scale,
    Talk,
    Text,
    Tongue,
    Words,
)

Looks = Mapping[Any, Any]  # key of a look ("me"), look-up type (Me) or look-up (TakenBefore(kind)) to its value
ENOUGH = 5000  # paths: a walk that is longer does not end


@dataclass(frozen=True)
class Path:
    """One way through a talk to its end: the answers given, in order, and how it ended."""

    answers: dict[str, Json]
    played: Played


def drive(talk: Talk, answers: Mapping[str, Json], looks: Looks | None = None, about: str = "") -> Played:
    """Play a talk with these answers (JSON form, by key) up to the first question without one, or the end.

    Raises AssertionError where an answer was never asked for, Refused where its question does not accept it.
    """
    journal, played = reach(talk, answers, looks or {}, about)
    unused = set(answers) - set(journal.answers)
    assert not unused, f"never asked: {sorted(unused)}; the questions were {played.questions}"
    return played


def reach(talk: Talk, answers: Mapping[str, Json], looks: Looks, about: str = "") -> tuple[Journal, Played]:
    """Like `drive`, with the journal; answers that are not asked for are left alone."""
    journal, given = Journal(), set[str]()
    while True:
        journal, played = settle(lambda: talk.begin(about), journal, looks)
        if played.asked is None or played.asked.key not in answers or played.asked.key in given:
            return journal, played
        given.add(played.asked.key)
        journal = answered(journal, played.asked, answers[played.asked.key])


def settle(begin: Callable[[], Conversation[Any]], journal: Journal, looks: Looks) -> tuple[Journal, Played]:
    """Play on and answer every look-up, up to a question or the end."""
    played = play(begin, journal)
    while played.wanted is not None:
        journal = looked(journal, played.wanted, value_of(played.wanted, looks))
        played = play(begin, journal)
    return journal, played


def value_of(look: Look, looks: Looks) -> Any:
    """What the test gives for a look-up: by key, by the look-up itself or by its type."""
    for known in (look.key, look.what, type(look.what)):
        if known in looks:
            return looks[known]
    raise KeyError(f"the test gives nothing for the look-up {look.key!r} ({look.what!r})")


def walk(talk: Talk, looks: Looks | None = None, about: str = "", *, all_ways: bool = False) -> Iterator[Path]:
    """Every option of every question at least once, each path played to its end. Raises AssertionError where a talk
    goes on for ever.

    By default each option of a question (by key) is tried once and the rest of its path takes options that are new;
    `all_ways` tries every combination, for short talks.
    """
    tried: set[tuple[str, str]] = set()
    open_paths: list[tuple[Journal, dict[str, Json]]] = [(Journal(), {})]
    ended = 0
    while open_paths:
        journal, answers = open_paths.pop()
        journal, played = settle(lambda: talk.begin(about), journal, looks or {})
        if played.asked is None:
            ended += 1
            assert ended < ENOUGH, f"{talk.name}: more than {ENOUGH} paths"
            yield Path(answers, played)
            continue
        assert len(answers) < 300, f"{talk.name} goes on for ever at {played.asked.key!r}"
        some = possible(played.asked)
        new = some if all_ways else [one for one in some if (played.asked.key, repr(one)) not in tried] or some[-1:]
        for value in new:
            tried.add((played.asked.key, repr(value)))
            open_paths.append((answered(journal, played.asked, value), {**answers, played.asked.key: value}))


def possible(ask: Ask) -> list[Json]:
    """Answers that stand for all that a question accepts (JSON form). Options that reopen answers are left out: they
    lead back, and tests try them by name."""
    kind, skipped = ask.kind, [None] if ask.skip else []
    ids = [key for key, option in kind.options.items() if not option.reopens]
    if isinstance(kind, Choices):
        few = max(kind.at_least, 1)
        added: list[Json] = [{"options": ids[: kind.at_least], "own": "Words of mine"}] if kind.own else []
        return [ids[:few], ids[: kind.at_most], ids[: kind.at_least], *added, *skipped]
    if isinstance(kind, Scale):
        return [*range(kind.low, kind.high + 1), *skipped]
    if isinstance(kind, Number):
        return [kind.low, kind.high, *skipped]
    if isinstance(kind, Day):
        return [kind.earliest.isoformat(), kind.latest.isoformat(), *skipped]
    if ids:
        return [*ids, *skipped]
    return ["Words of mine", {"voice": 7, "seconds": 3}, *skipped]


def english(words: Words | None) -> str:
    """The English of some words, roughly: enough to look for a number or a sentence in it."""
    if words is None:
        return ""
    if isinstance(words, Own):
        return words.text
    if isinstance(words, Joined):
        return words.between.join(english(part) for part in words.parts)
    if isinstance(words, Tongue):
        return words.code
    sentence = words.plural if words.plural and words.count != 1 else words.msgid
    values = {
        name: english(value) if isinstance(value, Text | Own | Joined | Tongue) else value
        for name, value in words.values
    }
    return sentence.format(**({"n": words.count} | values))


def shown(played: Played) -> str:
    """All that this turn says, in English: what was said, then the open question."""
    said = [english(each.words) for each in played.said]
    return "\n\n".join([*said, english(played.asked.prompt) if played.asked else ""])


def labels(played: Played) -> dict[str, str]:
    """The options of the open question: id to English label."""
    options: Iterable[tuple[str, Any]] = played.asked.kind.options.items() if played.asked else ()
    return {key: english(option.label) for key, option in options}
