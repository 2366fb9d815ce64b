"""The programme as a whole: names, words and commands that do not get into each other's way."""

from __future__ import annotations

from collections import Counter

from bot.dialogue.steps import phrases
from bot.engine.understand import NAV_WORDS
from bot.i18n import normalise
from conversations import PROGRAMME


def test_talks_are_found_by_their_own_names() -> None:
    assert all(name == talk.name for name, talk in PROGRAMME.talks.items())
    assert {PROGRAMME.welcome, PROGRAMME.menu, PROGRAMME.danger, PROGRAMME.help} <= set(PROGRAMME.talks)


def test_no_word_opens_two_talks_or_means_back_or_stop_as_well() -> None:
    entries = [talk.words for talk in PROGRAMME.talks.values() if talk.words] + list(NAV_WORDS.values())
    words = Counter(word for entry in entries for word in {normalise(phrase) for phrase in phrases(entry.msgid)})
    assert [word for word, times in words.items() if times > 1] == []


def test_commands_are_latin_and_distinct() -> None:
    commands = [talk.command for talk in PROGRAMME.talks.values() if talk.command]
    assert len(commands) == len(set(commands))
    assert all(command.isascii() and command.isalpha() and command.islower() for command in commands)


def test_rights_and_safety_are_open_to_everyone() -> None:
    for name in ("welcome", "menu", "language", "help", "danger", "consent", "my_data", "erase"):
        assert PROGRAMME.talks[name].open_to_all
