"""The forms of a question: which answers each accepts, in JSON, and what they are read as. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

import msgspec

from bot.dialogue.words import Own, Words, _, n_, own

Json: TypeAlias = Any  # what msgspec.json can carry: None, bool, int, str, list, dict


class Refused(Exception):
    """An answer that its question does not accept; `reason` is a kind sentence that says what would fit."""

    def __init__(self, reason: Words) -> None:
        super().__init__("the question does not accept this answer")
        self.reason = reason


ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")


class Option(msgspec.Struct, frozen=True):
    """One thing to tap. `hint` is a second line where the platform has one. `reopens` names key prefixes whose
    answers are asked again when this is tapped (the option itself is then not kept as an answer)."""

    label: Words
    hint: Words | None = None
    reopens: tuple[str, ...] = ()


class Picked(msgspec.Struct, frozen=True):
    """Answer to a question with several options: ids in the order of the question, and what she added herself."""

    options: tuple[str, ...]
    own: Own | None = None


class Kind(msgspec.Struct, frozen=True):
    """The form of a question: which answers (as JSON values) it accepts and what they are read as."""

    def read(self, value: Json) -> object:
        """The typed answer, or Refused with a kind reason. Pure: used for new answers and for old journals alike."""
        raise NotImplementedError

    @property
    def options(self) -> Mapping[str, Option]:
        """What can be tapped, by id; empty where nothing can."""
        return {}


class FreeText(Kind, frozen=True):
    """Own words, typed or as a voice note, and with `photos` a photo too. `limit` in characters; JSON: a string,
    {"voice", "seconds"} or {"photo", "caption"}."""

    limit: int = 500
    photos: bool = False

    def read(self, value: Json) -> Own:
        answer = read_own(value)
        if answer.photo is not None and not self.photos:
            raise Refused(_("Here I cannot use a photo. Please write, or send a voice note."))
        if len(answer.text) > self.limit:
            raise Refused(
                _("That is a little long: {n} characters. Please say it in at most {limit}.")(
                    n=len(answer.text), limit=self.limit
                )
            )
        return answer


class Choice(Kind, frozen=True):
    """Exactly one of the options. JSON: the id. `columns`: how many stand beside each other where there is room."""

    choices: Mapping[str, Option]
    columns: int = 1

    def __post_init__(self) -> None:
        check_ids(self.choices)

    @property
    def options(self) -> Mapping[str, Option]:
        return self.choices

    def read(self, value: Json) -> str:
        for known in self.choices:
            if known == value:
                return known  # the very object of the talk, so that an enumeration comes back as itself
        raise Refused(_("Please tap one of the answers."))


class Choices(Kind, frozen=True):
    """Some of the options, with Done. JSON: [ids], or {"options": [ids], "own": own words} where `own` allows it."""

    choices: Mapping[str, Option]
    at_least: int = 0
    at_most: int = 99
    own: bool = False
    limit: int = 500

    def __post_init__(self) -> None:
        check_ids(self.choices)

    @property
    def options(self) -> Mapping[str, Option]:
        return self.choices

    @property
    def one(self) -> bool:
        """Whether one tap is the whole answer, so that nothing is ticked and there is no Done."""
        return self.at_most == 1

    def read(self, value: Json) -> Picked:
        wanted, words = (value, None) if isinstance(value, list) else (value["options"], value["own"])
        if not isinstance(wanted, list):
            raise TypeError("options are a list of ids")
        options = tuple(known for known in self.choices if known in wanted)  # an option that a deploy dropped is let go
        added = FreeText(self.limit).read(words) if words is not None and self.own else None
        if added is None and len(options) < self.at_least:
            raise Refused(n_("Please tap at least {n} answer.", "Please tap at least {n} answers.", self.at_least))
        if len(options) > self.at_most:
            raise Refused(n_("Please keep at most {n} answer.", "Please keep at most {n} answers.", self.at_most))
        return Picked(options, added)


class Scale(Kind, frozen=True):
    """A whole number from `low` to `high`, with words for both ends. JSON: the number."""

    low: int
    high: int
    low_label: Words
    high_label: Words

    @property
    def options(self) -> Mapping[str, Option]:
        return {str(n): Option(own(str(n))) for n in range(self.low, self.high + 1)}

    def read(self, value: Json) -> int:
        if type(value) is int and self.low <= value <= self.high:
            return value
        raise Refused(_("Please answer with a number from {low} to {high}.")(low=self.low, high=self.high))


class Number(Kind, frozen=True):
    """A whole number, typed. JSON: the number."""

    low: int
    high: int

    def read(self, value: Json) -> int:
        return Scale(self.low, self.high, own(""), own("")).read(value)  # type: ignore[return-value,unused-ignore]


class Day(Kind, frozen=True):
    """A calendar day from `earliest` to `latest`, by button (`near`, each with its words) or typed in any usual form.
    JSON: ISO 8601 date. Days are her own calendar days; no time zone is meant."""

    earliest: date
    latest: date
    near: Mapping[date, Words]

    @property
    def options(self) -> Mapping[str, Option]:
        return {day.isoformat(): Option(label) for day, label in self.near.items()}

    def read(self, value: Json) -> date:
        try:
            chosen = date.fromisoformat(value)
        except (TypeError, ValueError):
            raise Refused(_("Please write a date like {example}.")(example=self.earliest)) from None
        if not self.earliest <= chosen <= self.latest:
            raise Refused(_("Please choose a day between {first} and {last}.")(first=self.earliest, last=self.latest))
        return chosen


def check_ids(options: Mapping[str, Option]) -> None:
    """Option ids go into buttons (64 bytes on Telegram with everything else): short plain ASCII."""
    wrong = [key for key in options if not ID.match(key)]
    if wrong:
        raise ValueError(f"option ids are 1 to 32 of a-z 0-9 _ -, not {wrong[0]!r}")


def read_own(value: Json) -> Own:
    """Own words out of their JSON form: a string, {"voice": media id, "seconds": length} or {"photo": media id,
    "caption": words}."""
    if isinstance(value, str):
        return Own(value)
    if "photo" in value:
        return Own(str(value.get("caption", "")), photo=int(value["photo"]))
    return Own("", voice=int(value["voice"]), seconds=int(value["seconds"]))


def write_own(words: Own) -> Json:
    """The JSON form of own words; the inverse of `read_own`."""
    if words.photo is not None:
        return {"photo": words.photo, "caption": words.text}
    return words.text if words.voice is None else {"voice": words.voice, "seconds": words.seconds}
