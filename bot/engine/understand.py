"""What she meant: typed words in every language, the data of a button, and an answer to the open question."""

from __future__ import annotations

import zlib
from datetime import date
from enum import StrEnum

import msgspec

from bot.dialogue.steps import Ask, Choices, Day, FreeText, Json, Number, Option, Refused, Scale, _, p_
from bot.i18n import CONTROLS, Catalogs, normalise
from bot.mentoring.effects import Programme

LONGEST_PHRASE = 60  # characters: what is longer is a story, not a command


class Nav(StrEnum):
    """What can be done at any question."""

    BACK = "back"
    SKIP = "skip"
    STOP = "stop"
    DONE = "done"


NAV_WORDS = {
    Nav.BACK: p_("typed words", "back|go back|previous"),
    Nav.SKIP: p_("typed words", "skip|next|pass"),
    Nav.STOP: p_("typed words", "stop|pause|later|not now|enough"),
    Nav.DONE: p_("typed words", "done|ready|finished|that is all"),
}

NAV_LABELS = {
    # limit: 12
    Nav.DONE: p_("button", "Done"),
    # limit: 12
    Nav.BACK: p_("button", "Back"),
    # limit: 12
    Nav.SKIP: p_("button", "Skip"),
    # limit: 12
    Nav.STOP: p_("button", "Stop"),
}


class Opens(msgspec.Struct, frozen=True):
    """She asks for a talk by its words or its command. `everywhere`: also where own words are asked, as with commands
    and the ways out."""

    talk: str
    everywhere: bool = False


class Press(msgspec.Struct, frozen=True):
    """A tapped button: of which talk and question, and what: an option, an option ticked or unticked, a nav word, or
    another page of a long list."""

    talk: str
    question: str
    kind: str  # "=" option, "+" tick, "-" untick, "!" nav, ">" page
    value: str


class Wordbook:
    """Everything that can be typed instead of tapped, in all languages at once: a tired woman writes in whatever
    language comes first."""

    def __init__(self, programme: Programme, catalogs: Catalogs) -> None:
        self.danger = programme.danger
        self.meanings: dict[str, Nav | Opens] = {}
        for nav, words in NAV_WORDS.items():
            self.meanings.update(dict.fromkeys(catalogs.typed(words) | catalogs.typed(NAV_LABELS[nav]), nav))
        for talk in programme.talks.values():
            if talk.words is not None:
                opens = Opens(talk.name, everywhere=talk.name in (programme.menu, programme.help))
                self.meanings.update(dict.fromkeys(catalogs.typed(talk.words), opens))
        self.commands = {
            (talk.command or talk.name).lower(): Opens(talk.name, everywhere=True) for talk in programme.talks.values()
        }
        danger = programme.talks[programme.danger].words
        self.alarms = catalogs.typed(danger) if danger else frozenset()
        self.lengths = {len(phrase.split()) for phrase in self.alarms} - {1}

    def alarm(self, text: str) -> bool:
        """Whether she says that she is in danger: one of the phrases alone, or one of several words anywhere."""
        words = normalise(text).split()
        runs = (" ".join(words[at : at + length]) for length in self.lengths for at in range(len(words) - length + 1))
        return " ".join(words) in self.alarms or any(run in self.alarms for run in runs)

    def meaning(self, text: str, asked: Reader | None = None) -> Nav | Opens | None:
        """What a whole message means as a command or typed word, or None. Who writes what stands on a button of
        the open question (`asked`) means that button."""
        if text.startswith("/"):
            name = text[1:].split(maxsplit=1)[0].split("@")[0].lower() if len(text) > 1 else ""
            return self.commands.get(name) or (Nav(name) if name in list(Nav) else None)
        if len(text) > LONGEST_PHRASE or (asked is not None and asked.labelled(text) is not None):
            return None
        return self.meanings.get(normalise(text))


# --- buttons ------------------------------------------------------------------------------------------------------


def question_mark(key: str) -> str:
    """A short name of a question for its buttons (at most 8 characters): the same in every process and release."""
    return f"{zlib.crc32(key.encode()):x}"


def button_data(talk: str, key: str, kind: str, value: str) -> str:
    """The data of a button: at most 10 + 8 + 32 characters and three signs, below Telegram's 64 bytes."""
    return f"{talk}.{question_mark(key)}.{kind}{value}"


def read_button(data: str) -> Press | None:
    """The press a button stands for; None for what no button of ours says."""
    talk, _dot, rest = data.partition(".")
    question, _dot, act = rest.partition(".")
    if not (talk and question and act and act[0] in "=+-!>"):
        return None
    return Press(talk, question, act[0], act[1:])


# --- answers ------------------------------------------------------------------------------------------------------


def ticked(ask: Ask) -> bool:
    """Whether its options are ticked one by one before Done."""
    return isinstance(ask.kind, Choices) and not ask.kind.one


def takes_words(ask: Ask | None) -> bool:
    """Whether a question takes own words."""
    return ask is not None and (isinstance(ask.kind, FreeText) or (isinstance(ask.kind, Choices) and ask.kind.own))


class Reader(msgspec.Struct, frozen=True):
    """Reads answers to one question from one person."""

    ask: Ask
    language: str
    catalogs: Catalogs
    today: date

    def typed(self, text: str) -> Json:
        """The answer in JSON form. Raises Refused with a kind reason."""
        kind = self.ask.kind
        if isinstance(kind, FreeText):
            return text
        chosen = self.named(text)
        if isinstance(kind, Choices):
            picked = self.several(text) if chosen is None else [chosen]
            if picked is not None:
                return picked
            if kind.own:
                return {"options": [], "own": text}
            raise Refused(_("Please tap your answers, or write their numbers, like: 1 3"))
        if isinstance(kind, Scale | Number):
            found = self.catalogs.parse_number(text)
            return found if found is not None else kind.read(None)
        if isinstance(kind, Day):
            day = self.catalogs.parse_date(text, self.language, self.today)
            return chosen if chosen is not None else day.isoformat() if day else kind.read(None)
        if chosen is None:
            raise Refused(_("Please tap one of the answers, or write its number."))
        return chosen

    def tapped(self, option: str) -> Json:
        """The answer for an option's id."""
        match self.ask.kind:
            case Scale():
                return int(option)
            case Choices():
                return [option]
        return option

    def named(self, text: str) -> str | None:
        """The option that she wrote out or numbered, in her language."""
        chosen = self.labelled(text)
        if chosen is None and not isinstance(self.ask.kind, Day):
            return self.numbered(self.catalogs.parse_number(text))
        return chosen

    def numbered(self, number: int | None) -> str | None:
        """The option with this number: the one on its button ("3", "3. Lina") where buttons bear numbers, else its
        place from 1."""
        options = self.ask.kind.options
        labels = {self.number_on(option): key for key, option in options.items()}
        if labels.keys() - {None}:
            return labels.get(number) if number is not None else None
        return list(options)[number - 1] if number is not None and 1 <= number <= len(options) else None

    def number_on(self, option: Option) -> int | None:
        """The number that a button bears, or bears before a name."""
        label = CONTROLS.sub("", self.catalogs.label(option.label, self.language))
        return self.catalogs.parse_number(label.partition(". ")[0])

    def labelled(self, text: str) -> str | None:
        """The option with exactly these words on its button, in her language."""
        said = normalise(text)
        for key, option in self.ask.kind.options.items():
            if self.catalogs.spelled(option.label, self.language) == said:
                return key
        return None

    def several(self, text: str) -> list[str] | None:
        """Several options by number: "1 3 5", "1,3". None when it is no such list."""
        parts = text.replace(",", " ").replace("،", " ").split()
        chosen = [self.numbered(self.catalogs.parse_number(part)) for part in parts]
        found = [key for key in chosen if key is not None]
        return found if found and len(found) == len(parts) else None
