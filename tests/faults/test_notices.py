"""Every kind of notice × language × way that it may read: within the limits, no word left in English, buttons that open
a talk, and in discreet mode nothing on a locked phone. All kinds of `all_affairs()` are made, nudges among them, and
what one woman writes to another; a kind without a set-up in told_kinds fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product
from pathlib import Path
from shutil import copytree

import pytest
from msgspec.structs import replace

from bot.affairs import all_affairs, delivery
from bot.affairs.desk import WORDS, Affair, Desk, Make, Notice
from bot.channels import whatsapp_bubbles
from bot.dialogue.steps import Text
from bot.i18n import CONTROLS, Catalogs, normalise
from bot.mentoring.nudges import NUDGES
from bot.mentoring.people import Person
from bot.messages import Button, Message, read_opening
from bot.store import people, relay
from bot.testing import Stage, rehearsal
from conversations import PROGRAMME
from tests.faults.limits import LOOKS, Longest, troubles, units
from tests.faults.told import Scene, SetUp, To
from tests.faults.told_kinds import SET_UPS

LANGUAGES = [pytest.param(language, id=language) for language in Catalogs.load().languages]
LOCALES = Path(__file__).parents[2] / "locales"
LOCKED = 60  # characters that a phone shows of a message while it is locked
# What must not stand there: stems of the glossary and plain words, as `normalise` writes them.
INDISCREET = {
    "en": ("mentor", "mentee", "woman", "women", "migra", "violen"),
    "fr": ("mentor", "femme", "migra", "violen", "duo"),
    "nl": ("mentor", "mentee", "vrouw", "migra", "geweld", "duo"),
    "ar": ("مرشد", "امراه", "امرأة", "نساء", "النسا", "مهاجر", "عنف", "مرافق", "ترافق"),
}


@dataclass(frozen=True)
class Letter:
    """A notice as it goes out to one woman, and as it would in discreet mode."""

    kind: str
    plain: Message
    discreet: Message


@dataclass(frozen=True)
class Post:
    """All letters in every language, and the sentences that its catalog did not have; silent: kinds with a set-up at
    which nothing was told."""

    letters: Mapping[str, list[Letter]]
    missing: Mapping[str, frozenset[str]]
    silent: frozenset[str]


posts: list[Post] = []  # once it is made


def kinds() -> dict[str, Make]:
    """How each kind is made; what a woman writes too."""
    return {**reduce(Affair.__or__, all_affairs(), Affair()).notices, WORDS: written}


async def written(desk: Desk, person: Person, about: int) -> Notice | None:
    """What another woman wrote, as it comes."""
    row = await relay.get(desk.tx, about)
    assert row is not None
    return await delivery.shown(desk, row, person)


async def post() -> Post:
    """Everything that can be told, made once."""
    if not posts:
        async with rehearsal() as stage:
            posts.append(await all_told(stage))
    return posts[0]


async def all_told(stage: Stage) -> Post:
    """Set up every kind and make it in every language."""
    letters, silent, scene = defaultdict[str, list[Letter]](list), set[str](), Scene(stage)
    catalogs, known = stage.sorora.house.office.catalogs, dict[SetUp, list[To]]()
    for kind, make in kinds().items():
        set_up = SET_UPS.get(kind)
        if set_up is not None and set_up not in known:
            known[set_up] = await set_up(scene)
        told = known[set_up] if set_up is not None else []
        async with stage.sorora.store.begin() as tx:
            desk = Desk(tx, stage.sorora.house.office, scene.now)
            for language, to in product(catalogs.languages, told):
                letter = await letter_of(desk, kind, make, to, language)
                letters[language] += [letter] if letter is not None else []
                silent |= {kind} if letter is None else set()
    return Post(letters, {language: missing(catalogs, language) for language in catalogs.languages}, frozenset(silent))


async def letter_of(desk: Desk, kind: str, make: Make, to: To, language: str) -> Letter | None:
    """The notice in this language, and how it reads in discreet mode."""
    person = await people.get(desk.tx, to[0].id)
    assert person is not None
    person, savepoint = replace(person, language=language), await desk.tx.conn.begin_nested()
    notice = await make(desk, person, to[1])
    await savepoint.rollback()  # some are told only once
    if notice is None:
        return None
    discreet = desk.message(replace(person, discreet=True), notice, kind)
    return Letter(kind, desk.message(person, notice, kind), discreet)


def missing(catalogs: Catalogs, language: str) -> frozenset[str]:
    """What was told in English because the catalog of this language lacks it."""
    if language == "en":
        return frozenset()
    return frozenset(catalogs._get(language).translations._fallback.told)  # type: ignore[attr-defined]


# --- all of them --------------------------------------------------------------------------------------------------


async def test_every_kind_has_a_set_up_at_which_it_is_told() -> None:
    assert (await post()).silent == set()
    assert set(kinds()) ^ set(SET_UPS) == set()
    assert set(NUDGES) <= set(SET_UPS)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_notice_is_within_the_limits(language: str) -> None:
    letters = (await post()).letters[language]
    assert {letter.kind for letter in letters} == set(kinds())
    wrong = {f"{one.kind}: {what}" for one in letters for m in (one.plain, one.discreet) for what in wrongs(m)}
    assert sorted(wrong) == []


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one.id != "en"])
async def test_nothing_is_left_in_english(language: str) -> None:
    assert sorted((await post()).missing[language]) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_in_discreet_mode_a_locked_phone_shows_nothing_of_it(language: str) -> None:
    shown = {(letter.kind, locked(letter.discreet)) for letter in (await post()).letters[language]}
    assert sorted(f"{kind}: {text}" for kind, text in shown if tells(text, language)) == []


def wrongs(message: Message) -> list[str]:
    """Everything about one notice that a platform would refuse or cut, and buttons that open nothing."""
    found = [f"{look}: {one}" for look in LOOKS for one in troubles(message, look, Longest())]
    labels = [one.label for one in message.options]
    found += [f"{len(labels)} buttons"] if len(labels) > 3 else []
    found += ["two labels are the same"] if len({normalise(label) for label in labels}) < len(labels) else []
    found += [f"a label has {units(label)}: {label}" for label in labels if units(label) > 20]
    found += [f"opens nothing: {one.data}" for one in message.options if not opens(one)]
    last = whatsapp_bubbles.present(message)[-1]
    found += [f"a list in place of buttons: {labels}"] if last.menu else []
    if message.template != WORDS and units(message.text) > 1024:
        found += [f"{units(message.text)} in one message"]  # only what a woman writes may be parted
    return found


def opens(button: Button) -> bool:
    """Whether it opens a talk of the programme."""
    opening = read_opening(button.data)
    return opening is not None and opening.talk in PROGRAMME.talks


def locked(message: Message) -> str:
    """What a locked phone shows of it: the beginning of its first bubble."""
    return CONTROLS.sub("", whatsapp_bubbles.present(message)[0].text)[:LOCKED]


def tells(shown: str, language: str) -> bool:
    """Whether it says something that it must not: one of the words, or who wrote."""
    plain = normalise(shown)
    return "fictive" in plain or any(normalise(stem) in plain for stem in INDISCREET[language])


# --- controls: what must be caught is caught ----------------------------------------------------------------------


def test_control_what_is_wrong_is_caught() -> None:
    long = Button("@nowhere:7", "A label that is much too long")
    assert len(wrongs(Message("x", options=(long,) * 4))) >= 4
    assert any("in one message" in one for one in wrongs(Message("x " * 600)))
    assert wrongs(Message("x", options=(Button("@pair:7", "See more"),))) == []
    assert all(tells(f"Hi! {words[0]}", language) for language, words in INDISCREET.items())


def test_control_a_sentence_without_translation_is_caught(tmp_path: Path) -> None:
    catalogs = Catalogs.load(copytree(LOCALES, tmp_path / "locales"))  # its own: it remembers what was missing
    catalogs.render(Text("A fictive sentence"), "fr")
    assert missing(catalogs, "fr") == {"A fictive sentence"}
