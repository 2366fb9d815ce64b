"""Every talk × language × channel: every path ends, every question has its ways out, every label fits, no word is left
in English, and danger, help and stop are answered in one step everywhere (`make paths` tries every phrase everywhere).
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import Any

import pytest
from msgspec.structs import replace

from bot.dialogue.steps import Choices, Conversation, Day, Scale, Talk, Text, _, choice, phrases, text
from bot.engine.understand import NAV_LABELS, NAV_WORDS, Nav, button_data, ticked
from bot.engine.wishes import Turn
from bot.i18n import CONTROLS, Catalogs, normalise
from bot.mentoring.effects import Programme
from bot.messages import Bubble, Media
from conversations import PROGRAMME
from tests.faults.hall import at, words_of
from tests.faults.limits import LOOKS, Longest, telegram, troubles
from tests.faults.paths import TALK_ID, Screen, Walk, draw, draw_end, house_of, names_on, walk_all
from tests.faults.visits import Visits

LONG = os.environ.get("LONG") == "1"
CATALOGS = Catalogs.load()
HOUSE = house_of(PROGRAMME, CATALOGS)
LANGUAGES = [pytest.param(language, id=language) for language in CATALOGS.languages]
figures = Counter[str]()
longest: dict[str, Longest] = {}


@pytest.fixture(scope="module", autouse=True)
def told() -> Iterator[None]:
    """Tell the figures at the end (seen with `make paths`)."""
    yield
    print(f"\n{len(PROGRAMME.talks)} talks, {len(CATALOGS.languages)} languages, {len(LOOKS)} looks")
    for name, number in sorted(figures.items()):
        print(f"{name}: {number}")
    for language, seen in longest.items():
        print(f"longest in {language}:", *seen.told(), sep="\n")


@cache
def walks(language: str) -> list[Walk]:
    """All paths of all talks for who speaks this language."""
    visits, shown = Visits(PROGRAMME, CATALOGS, language), defaultdict[str, set[str]](set)
    return [walk_all(talk, visit, shown[talk.name]) for talk in PROGRAMME.talks.values() for visit in visits.of(talk)]


def screens(language: str) -> Iterator[Screen]:
    """Every screen on them that differs from the others."""
    return chain.from_iterable(walk.screens for walk in walks(language))


def questions(language: str) -> list[Screen]:
    """Each question once, as a stranger and as one who takes part."""
    found = {(one.talk.name, one.ask.key, one.visit.person.takes_part): one for one in screens(language)}
    return list(found.values())


def typed(words: Text | None, language: str) -> list[str]:
    """The phrases of one language for typed words; `make test` tries one, `make paths` all of them."""
    found = phrases(CATALOGS.label(words, language)) if words is not None else []
    assert found, "a talk that must be found by its words has none"
    return found if LONG else found[:1]


def typed_at(screen: Screen, words: Text | None, language: str) -> list[str]:
    """The same, without what stands on a button of this question: who writes that means the button."""
    options = screen.ask.kind.options.values()
    labels = {normalise(CATALOGS.label(option.label, language)) for option in options}
    every = phrases(CATALOGS.label(words, language)) if words is not None else []
    found = [said for said in every if normalise(said) not in labels]
    assert found, f"{screen.talk.name} {screen.ask.key}: every phrase is a button"
    return found if LONG else found[:1]


# --- every path, on every channel ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_path_ends_and_every_screen_is_within_the_limits(language: str) -> None:
    seen, found = longest.setdefault(language, Longest()), list[str]()
    for screen in screens(language):
        for also in (False, True) if isinstance(screen.ask.kind, Choices) else (False,):
            for message in draw(screen, CATALOGS, ticked=also):
                found += [f"{screen.talk.name} {screen.ask.key} on {look}: {one}"
                          for look in LOOKS for one in troubles(message, look, seen, names_on(screen))]  # fmt: skip
    for screen in chain.from_iterable(walk.ends for walk in walks(language)):
        for message in draw_end(screen, CATALOGS):
            found += [f"{screen.talk.name} ends on {look}: {one}"
                      for look in LOOKS for one in troubles(message, look, seen)]  # fmt: skip
    figures[f"paths to an end in {language}"] = sum(len(walk.ends) for walk in walks(language))
    figures[f"screens in {language}"] = sum(len(walk.screens) for walk in walks(language))
    figures[f"questions in {language}"] = len({(one.talk.name, one.ask.key) for one in screens(language)})
    assert sorted(set(found)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_talk_of_the_programme_is_walked_and_every_question_but_the_menu_has_back_and_stop(language: str) -> None:
    found = chain(screens(language), chain.from_iterable(walk.ends for walk in walks(language)))
    assert {screen.talk.name for screen in found} == set(PROGRAMME.talks)
    for screen in screens(language):
        nav = {one.data.rsplit(".", 1)[-1] for one in draw(screen, CATALOGS)[-1].nav}
        assert screen.ask.bare == (screen.talk.name == PROGRAMME.menu)
        assert screen.ask.bare or {"!back", "!stop"} <= nav
        assert not ticked(screen.ask) or "!done" in nav
        assert ("!skip" in nav) == screen.ask.skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_path_leads_only_to_talks_that_exist(language: str) -> None:
    for screen in chain.from_iterable(walk.ends for walk in walks(language)):
        assert screen.played.result.then in {"", *PROGRAMME.talks}


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one.id != "en"])
def test_nothing_is_left_in_english(language: str) -> None:
    catalogs = Catalogs.load()
    for screen in screens(language):
        draw(screen, catalogs)
        for words in (screen.talk.title, screen.talk.words or screen.talk.title):
            catalogs.label(words, language)
    for screen in chain.from_iterable(walk.ends for walk in walks(language)):
        draw_end(screen, catalogs)
    for words in (*NAV_LABELS.values(), *NAV_WORDS.values()):
        catalogs.label(words, language)
    missing = catalogs._get(language).translations._fallback.told  # type: ignore[attr-defined]
    assert sorted(missing) == []


# --- what can be typed and tapped everywhere ----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_is_answered_in_one_step_everywhere_with_112_and_101_first(language: str) -> None:
    words = typed(PROGRAMME.talks[PROGRAMME.danger].words, language)
    for screen in questions(language):
        for said in words:
            for shape in (said, f"{said.upper()}!!!", *([f"... {said}, ..."] if " " in said else [])):
                turn = at(HOUSE, screen, text=shape)
                first = CONTROLS.sub("", turn.messages[0].text).splitlines()[:3]
                assert [number for number in ("112", "101") if any(number in line for line in first)] == ["112", "101"]
                figures["danger answered"] += 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_answered_in_one_step_everywhere(language: str) -> None:
    explained = CATALOGS.label(_("I ask. You tap an answer or write."), language)
    for screen in questions(language):
        own_help = CATALOGS.render(screen.ask.help, language) if screen.ask.help else explained
        for said in typed_at(screen, PROGRAMME.talks[PROGRAMME.help].words, language):
            assert CONTROLS.sub("", own_help) in CONTROLS.sub("", words_of(at(HOUSE, screen, text=said)))
            figures["help answered"] += 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_stop_menu_and_back_are_answered_in_one_step_everywhere(language: str) -> None:
    for screen in questions(language):
        menu = PROGRAMME.talks[PROGRAMME.menu].words
        for said in typed_at(screen, NAV_WORDS[Nav.STOP], language) + typed_at(screen, menu, language):
            turn = at(HOUSE, screen, text=said)
            assert turn.messages
            assert [talk.name for talk in turn.new.values()] == [PROGRAMME.menu]
            figures["stop and menu answered"] += 1
        for said in typed_at(screen, NAV_WORDS[Nav.BACK], language):
            assert at(HOUSE, screen, text=said).messages
            figures["back answered"] += 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_does_what_its_label_does_when_it_is_typed(language: str) -> None:
    for screen in questions(language):
        sign = "+" if ticked(screen.ask) else "="
        for number, (key, option) in enumerate(screen.ask.kind.options.items(), 1):
            label = CATALOGS.label(option.label, language)
            tapped = at(HOUSE, screen, button=button_data(TALK_ID, screen.ask.key, sign, key))
            assert not tapped.audit, f"{screen.talk.name} {screen.ask.key}: the button {key} is stale at once"
            for words in (label,) if numbers_mean_more(screen) else (label, str(number)):
                turn = at(HOUSE, screen, text=words)
                same = taken(turn, screen) if ticked(screen.ask) else words_of(turn) == words_of(tapped)
                assert same, f"{screen.talk.name} {screen.ask.key}: {words!r} is not understood as {key}"
                figures["labels typed"] += 1


def numbers_mean_more(screen: Screen) -> bool:
    """Whether a number that she writes is not just the place of an option: a level, a day, a number on a button."""
    labels = [CATALOGS.label(option.label, "en").partition(".")[0] for option in screen.ask.kind.options.values()]
    return isinstance(screen.ask.kind, Scale | Day) or any(label.isdecimal() for label in labels)


def test_a_number_on_a_button_goes_before_its_place() -> None:
    screen = next(one for one in screens("en") if one.ask.key == "done" and list(one.ask.kind.options) == ["4", "5"])
    answers = {"5": "1 milestone to go", "4, 5": "All milestones are done", "1": "Please tap your answers"}
    for wrote, answer in answers.items():
        assert answer in words_of(at(HOUSE, screen, text=wrote))


def test_a_number_before_a_name_goes_before_its_place() -> None:
    for language in CATALOGS.languages:
        screen = next(one for one in screens(language) if one.ask.key == "choice.2" and len(one.ask.kind.options) == 3)
        options = list(screen.ask.kind.options)
        for wrote in ("1", "2", "3"):
            turn = at(HOUSE, screen, text=wrote)
            answers = [talk.journal.answers.get("choice.2") for talk in turn.changed.values() if talk.journal]
            named = [key for key in options if key == f"1{wrote}"]
            assert answers == named, f"{wrote!r} of {options}"


def taken(turn: Turn, screen: Screen) -> bool:
    """Whether the question has its answer now."""
    journals = [talk.journal for talk in turn.changed.values() if talk.journal is not None]
    return TALK_ID in turn.ended or any(screen.ask.key in journal.answers for journal in journals)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_option_bears_the_name_of_a_way_out(language: str) -> None:
    ways = {CATALOGS.label(label, language).casefold() for label in NAV_LABELS.values()}
    for screen in screens(language):
        labels = {CATALOGS.label(option.label, language).casefold() for option in screen.ask.kind.options.values()}
        assert not labels & ways, f"{screen.talk.name} {screen.ask.key}: {labels & ways}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_comes_is_met_with_silence(language: str) -> None:
    voice = Media("ref", "audio/ogg", 5)
    odd: list[dict[str, Any]] = [
        {"text": "Xyzzy 🌷 7"},
        {"text": ""},
        {"other": "sticker"},
        {"button": "old.talk.=gone"},
        {"voice": voice},
    ]
    for screen in questions(language):
        for what in odd:
            assert at(HOUSE, screen, **what).messages, f"{screen.talk.name} {screen.ask.key}: silence at {[*what]}"
            figures["odd things answered"] += 1


# --- controls: what must be caught is caught ----------------------------------------------------------------------


def programme_with(begin: object) -> Programme:
    """The programme with one broken talk instead of the settings."""
    broken = Talk("preferences", _("Settings"), begin)  # type: ignore[arg-type]
    return Programme({**PROGRAMME.talks, "preferences": broken}, helplines=PROGRAMME.helplines)


def first_walk(programme: Programme) -> Walk:
    talk = programme.talks["preferences"]
    return walk_all(talk, next(Visits(programme, CATALOGS, "en").of(talk)))


def test_control_a_talk_without_end_is_caught() -> None:
    def endless(_about: str) -> Conversation[None]:
        for n in range(10_000):
            yield from text(f"again.{n}", _("Menu"))

    with pytest.raises(AssertionError, match="goes on for ever"):
        first_walk(programme_with(endless))


def test_control_labels_that_are_too_long_or_the_same_are_caught() -> None:
    def wordy(_about: str) -> Conversation[None]:
        long = Text("A label that is much too long for any phone")
        yield from choice("x", _("Menu"), {"a": long, "b": long})

    (screen,) = first_walk(programme_with(wordy)).screens
    (message,) = draw(screen, CATALOGS)
    found = {look: troubles(message, look, Longest()) for look in LOOKS}
    assert any("a label is cut" in one for one in found["whatsapp"])
    assert any("telegram button has" in one for one in found["telegram"])
    assert found["plain"]


def test_control_a_footer_without_room_for_the_ways_out_is_caught() -> None:
    screen = next(one for one in screens("en") if one.ask.key == "consent")
    (message,) = draw(screen, CATALOGS)
    assert troubles(message, "whatsapp", Longest()) == []
    cut = replace(message, typed="You can write: " + "many other words, " * 4 + "Back, Stop")
    assert any(one.startswith("no way to") for one in troubles(cut, "whatsapp", Longest()))


def test_control_a_message_that_no_adapter_has_parted_is_caught() -> None:
    assert list(telegram(Bubble("x" * 4095 + "🌷"), Longest()))
    assert list(telegram(Bubble("x" * 4094 + "🌷"), Longest())) == []
