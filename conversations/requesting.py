"""What the talks of finding a mentor share: how a woman is shown to another, and words that go between the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.dialogue.steps import (
    Conversation,
    Json,
    Own,
    Text,
    Tongue,
    Words,
    _,
    listing,
    look,
    optional,
    say,
    text,
    write_own,
)
from bot.mentoring.held_back import held_back
from bot.mentoring.lookups import Helplines
from bot.mentoring.people import Person
from bot.mentoring.profiles import FIELDS, LANGUAGES, Field, Level
from conversations.places import regions
from conversations.preferences import LONGEST_NAME

TRIES = 3  # how often something is asked again that cannot go out as it is


def tongues(languages: Mapping[str, Level]) -> Text | None:
    """Her languages, those she speaks best first."""
    codes = sorted(languages, key=lambda code: (-languages[code], code))
    return LANGUAGES(items=listing(*(Tongue(code) for code in codes))) if codes else None


def works(fields: Iterable[Field]) -> Words | None:
    """Fields of work as a list; None for none."""
    named = [FIELDS[field] for field in Field if field in set(fields)]
    return listing(*named) if named else None


def place(region: str) -> Text | None:
    """The region she lives in."""
    here = regions().get(region)
    return _("Region: {name}")(name=here.title) if here else None


def point(words: Words) -> Text:
    """A line of a list."""
    return Text("• {item}")(item=words)


# --- words for another woman --------------------------------------------------------------------------------------


def ask_name(me: Person) -> Conversation[str]:
    """What she is called here: asked before anything of hers goes to another woman. "" where she told no name that can
    be shown."""
    if me.alias:
        return me.alias
    helplines = yield from look("helplines", Helplines())
    prompt = _("What may she call you? Any name you like. It need not be your real one.")
    for attempt in range(TRIES):
        told = yield from text(f"alias.{attempt}", prompt, limit=LONGEST_NAME)
        if told.voice is None and told.text.strip() and not held_back(told.text, (), (one.number for one in helplines)):
            return told.text.strip()
        yield from say(_("I need a name in letters. Please type it."))
    return ""


def ask_words(key: str, prompt: Words, *, limit: int, skip: bool = False) -> Conversation[Json]:
    """Words for the other woman, typed or spoken, in JSON form; None where she skips. Numbers, links and money stay out
    (PRODUCT C2); after some tries that do not fit, it is None too."""
    published = [one.number for one in (yield from look(f"{key}-helplines", Helplines()))]
    for attempt in range(TRIES):
        question = text(f"{key}.{attempt}", prompt, limit=limit)
        words: Own | None = (yield from optional(question)) if skip else (yield from question)
        if words is None:
            return None
        if words.voice is not None or not held_back(words.text, (), published):
            return write_own(words)
        yield from say(_("Please leave out phone numbers, links and money for now. That protects you both."))
    yield from say(_("I leave these words out. You can write to each other once you are a pair."))
    return None
