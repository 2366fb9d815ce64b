"""The language: in its own name, drafts marked, spoken at once."""

from __future__ import annotations

import pytest

from bot.i18n import Catalogs
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Offered
from conversations.language import IN_ITS_OWN_WORDS, TALK, label
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import OFFERED, STRANGER, world

ROW = 24  # UTF-16 units of a WhatsApp list row


def test_drafts_say_so_in_their_own_language() -> None:
    assert labels(drive(TALK, {}, world())) == {"ar": "العربية (مسودة)", "en": "English", "fr": "Français"}


def test_what_is_chosen_is_spoken() -> None:
    played = drive(TALK, {"language": "fr"}, world())
    assert (played.language, played.result) == ("fr", Outcome())


@pytest.mark.parametrize("code", [one.code for one in OFFERED])
def test_a_draft_is_said_to_be_one(code: str) -> None:
    assert ("This language is a draft." in shown(drive(TALK, {"language": code}, world()))) == (code == "ar")


def test_every_language_of_the_programme_has_its_own_words_and_fits_a_row() -> None:
    catalogs = Catalogs.load()
    for code in catalogs.languages:
        assert code in IN_ITS_OWN_WORDS
        marked = label(Offered(code, catalogs.name(code), draft=True), drafts=True).text
        assert len(marked.encode("utf-16-le")) // 2 <= ROW, marked


def test_an_unknown_language_is_offered_by_its_name() -> None:
    languages = (Offered("xx", "Fictive", draft=True), Offered("en", "English"))
    assert labels(drive(TALK, {}, world(languages=languages)))["xx"] == "Fictive (draft)"


def test_it_is_open_to_everyone_and_comes_back_to_what_was_open() -> None:
    assert TALK.open_to_all
    assert TALK.aside
    assert all(path.played.result == Outcome() for path in walk(TALK, world(STRANGER)))
