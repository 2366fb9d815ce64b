"""Replay: a journal and a talk give the next question. No I/O, no clock, and nothing that a restart could lose.

Answers are found by key, never by position: a question that a new version inserted is simply asked, one that it
removed is ignored, an answer that its question no longer accepts is asked again, and the other answers stay.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from bot.dialogue.steps import Ask, Choice, Conversation, Json, Look, Refused, Say

STEP_LIMIT = 2000  # far above the longest talk (about 120 steps with a journal full of milestones)
RECENT = 2048  # talks whose replays are remembered: a few KB each


class EndlessTalk(Exception):
    """A talk took more than STEP_LIMIT steps: it would never end."""


class Journal(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of one talk.

    answers: key to answer in JSON form (None is a skipped question); looks are kept here like answers.
    aside: answers that were reopened to be changed; Back brings them back.
    draft: the ids ticked so far in an open question with several options.
    looks: the keys of looks among the answers: what they hold is not what she said, and may be of somebody else.
    """

    answers: dict[str, Json] = {}
    aside: dict[str, Json] = {}
    draft: tuple[str, ...] = ()
    looks: frozenset[str] = frozenset()

    @property
    def said(self) -> dict[str, Json]:
        """What she answered, without what was looked up."""
        return {key: value for key, value in self.answers.items() if key not in self.looks}


class Played(msgspec.Struct, frozen=True):
    """Where a talk stands after replay: exactly one of `asked`, `wanted` and `ended` holds.

    said: what was said since the last answer. trail: the keys this path used, in order, looks included; questions:
    those of them that are answered questions. language: the language the talk chose since the last answer, if it did.
    """

    said: tuple[Say, ...]
    trail: tuple[str, ...]
    questions: tuple[str, ...]
    language: str | None = None
    asked: Ask | None = None
    wanted: Look | None = None
    ended: bool = False
    result: Any = None


def play(begin: Callable[[], Conversation[Any]], journal: Journal) -> Played:
    """Replay a talk up to its next open question, wanted look-up or end.

    Raises EndlessTalk where the talk takes more than STEP_LIMIT steps, ValueError where it uses a key twice.
    """
    return Replay(begin).on(journal)


class Replay:
    """The replay of one talk while its journal grows: it goes on from where it stands as long as the journal still says
    what led there, and begins anew otherwise. What it gives is the same either way."""

    def __init__(self, begin: Callable[[], Conversation[Any]]) -> None:
        self.begin = begin
        self.restart()

    def restart(self) -> None:
        """Stand at the beginning."""
        self.talk = self.begin()
        self.step: Ask | Look | None = None  # where it waits: a question or look-up that the journal did not answer
        self.ended: tuple[Any] | None = None
        self.taken = 0
        self.said: list[Say] = []
        self.language: str | None = None
        self.trail: dict[str, bool] = {}  # key to whether it is a question
        self.used: dict[str, Json] = {}  # what the journal said under these keys

    def on(self, journal: Journal) -> Played:
        """Where the talk stands with this journal; `play` says what it raises."""
        answers = journal.answers
        if not self.used.items() <= answers.items():
            self.restart()
        reply: object = None
        while self.ended is None:
            if self.step is None:
                self.advance(reply)
                reply = None
            if self.step is not None:
                seen, reply = accepts(self.step, journal) if isinstance(self.step, Ask) else sees(self.step, journal)
                if not seen:
                    break
                self.take(self.step, answers)
        return self.here()

    def advance(self, reply: object) -> None:
        """Let the talk take one step; what it says is gathered."""
        self.taken += 1
        if self.taken > STEP_LIMIT:
            raise EndlessTalk(f"a talk took more than {STEP_LIMIT} steps")
        try:
            step = self.talk.send(reply)
        except StopIteration as end:
            self.ended = (end.value,)
            return
        if isinstance(step, Ask | Look):
            if step.key in self.trail:
                raise ValueError(f"the talk uses the key {step.key!r} twice")
            self.step = step
        elif isinstance(step, Say):
            self.said.append(step)
        else:
            self.language = step.language

    def take(self, step: Ask | Look, answers: Mapping[str, Json]) -> None:
        """The journal has answered this step."""
        self.trail[step.key] = isinstance(step, Ask)
        self.used[step.key] = answers[step.key]
        self.step = None
        if isinstance(step, Ask):
            self.said.clear()
            self.language = None

    def here(self) -> Played:
        """Where it stands."""
        questions = tuple([key for key, question in self.trail.items() if question])
        asked = self.step if isinstance(self.step, Ask) else None
        wanted = self.step if isinstance(self.step, Look) else None
        result = self.ended[0] if self.ended is not None else None
        ended = self.ended is not None
        return Played(
            tuple(self.said), tuple(self.trail), questions, self.language, asked, wanted, ended=ended, result=result
        )


class Replays:
    """The replays of the talks that were gone on with last, by the id of the talk: she mostly answers again within
    minutes. Only speed depends on it: a talk that is not here, or stands elsewhere, is replayed from its beginning."""

    def __init__(self) -> None:
        self.recent: OrderedDict[str, Replay] = OrderedDict()

    def on(self, talk: str, begin: Callable[[], Conversation[Any]], journal: Journal) -> Played:
        """Where a talk stands with this journal; `play` says what it raises, and then nothing of it is kept."""
        replay = self.recent.pop(talk, None) or Replay(begin)
        played = replay.on(journal)
        self.recent[talk] = replay
        if len(self.recent) > RECENT:
            self.recent.popitem(last=False)
        return played

    def forget(self, talk: str) -> None:
        """This talk is over, or she is erased."""
        self.recent.pop(talk, None)


def sees(look: Look, journal: Journal) -> tuple[bool, object]:
    """Whether the journal holds a look-up in the shape that it has now, and its value. One that an older version kept
    in another shape is made again."""
    if look.key not in journal.answers:
        return False, None
    try:
        return True, msgspec.convert(journal.answers[look.key], look.what.gives)
    except msgspec.ValidationError:
        return False, None


def accepts(ask: Ask, journal: Journal) -> tuple[bool, object]:
    """Whether the journal holds an answer that the question still accepts, and that answer, typed."""
    if ask.key not in journal.answers:
        return False, None
    value = journal.answers[ask.key]
    if value is None:
        return ask.skip, None
    try:
        return True, ask.kind.read(value)
    except (Refused, TypeError, KeyError, ValueError):
        return False, None  # an old journal: the question has changed, so it is asked again


def answered(journal: Journal, ask: Ask, value: Json) -> Journal:
    """The journal with one more answer (None: skipped). An option that reopens answers puts those aside instead.

    Raises Refused with a kind reason where the question does not accept the value.
    """
    if value is not None:
        ask.kind.read(value)
    elif not ask.skip:
        raise ValueError(f"question {ask.key!r} cannot be skipped")
    if isinstance(ask.kind, Choice) and value is not None and ask.kind.choices[value].reopens:
        return reopened(journal, ask.kind.choices[value].reopens)
    aside = {key: old for key, old in journal.aside.items() if key != ask.key}
    return Journal({**journal.answers, ask.key: value}, aside, looks=journal.looks)


def looked(journal: Journal, look: Look, value: object) -> Journal:
    """The journal with the value of a look-up (any msgspec-encodable value) kept under its key.

    Raises msgspec.ValidationError where the value is not of the type that the look-up gives.
    """
    kept = msgspec.to_builtins(value)
    msgspec.convert(kept, look.what.gives)  # what could not be read again would be looked up for ever
    answers, looks = {**journal.answers, look.key: kept}, journal.looks | {look.key}
    return Journal(answers, journal.aside, journal.draft, looks)


def refreshed(journal: Journal) -> Journal:
    """The journal without what was looked up: the talk will look again, and her answers stay."""
    return Journal(journal.said, journal.aside, journal.draft)


def reopened(journal: Journal, prefixes: Iterable[str]) -> Journal:
    """The journal with the answers under these key prefixes put aside, so that they are asked again."""
    chosen = {key: value for key, value in journal.answers.items() if any(under(key, prefix) for prefix in prefixes)}
    kept = {key: value for key, value in journal.answers.items() if key not in chosen}
    return Journal(kept, chosen, looks=journal.looks)


def back(journal: Journal, played: Played) -> Journal | None:
    """One question back, or None where this is the first.

    While an answer is being changed, Back brings the old one back. Otherwise the last answer that this path used
    goes, with everything after it on the path; answers off the path stay for when it leads there again.
    """
    if played.asked is not None and played.asked.key in journal.aside:
        return Journal({**journal.answers, **journal.aside}, looks=journal.looks)
    if not played.questions:
        return None
    gone = played.trail[played.trail.index(played.questions[-1]) :]
    kept = {key: value for key, value in journal.answers.items() if key not in gone}
    return Journal(kept, journal.aside, looks=journal.looks)


def under(key: str, prefix: str) -> bool:
    """Whether a key is the prefix itself or lies below it ("milestone.2.date" below "milestone")."""
    return key == prefix or key.startswith(prefix + ".")
