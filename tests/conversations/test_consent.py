"""Consent: one screen, separate purposes, withdrawn at once."""

from __future__ import annotations

from hashlib import sha256

import pytest

from bot.mentoring.effects import GiveConsent, Outcome, WithdrawConsent
from bot.mentoring.people import Person, Purpose
from conversations.consent import CONSENT_VERSION, SCREEN, TAKE_BACK, TALK, WITHDRAW, shown_hash
from tests.conversations.driver import drive, english, labels, shown, walk
from tests.conversations.world import GONE, MEMBER, STRANGER, world

WHATSAPP_BODY = 1024  # characters in the body of a message with buttons
BUDGET = 0.75  # of it for English: French runs 27 % longer (LANGUAGES)


def test_one_tap_in_the_menu_takes_the_yes_back_at_once() -> None:
    assert drive(TALK, {}, world(MEMBER), WITHDRAW).result == Outcome((WithdrawConsent(),), then="consent")


def test_typed_it_first_shows_what_she_said_yes_to() -> None:
    partly = Person(9, adult=True, consents=frozenset({Purpose.TAKE_PART, Purpose.KEEP}))
    played = drive(TALK, {}, world(partly))
    assert "Keep" in shown(played)
    assert "Mentors" not in shown(played)
    assert drive(TALK, {"now": "back"}, world(partly)).result.effects == (WithdrawConsent(),)
    assert drive(TALK, {"now": "keep"}, world(partly)).result == Outcome()


def test_after_taking_it_back_she_can_erase_everything_or_say_yes_again() -> None:
    assert set(labels(drive(TALK, {}, world(GONE)))) == {"erase", "again", "keep"}
    assert drive(TALK, {"now": "erase"}, world(GONE)).result == Outcome(then="erase")
    again = drive(TALK, {"now": "again", "again": "all"}, world(GONE)).result
    assert again == Outcome((GiveConsent(frozenset(Purpose), CONSENT_VERSION, shown_hash()),))


def test_a_no_while_changing_is_a_withdrawal() -> None:
    changed = drive(TALK, {"now": "change", "again": "none"}, world(MEMBER)).result
    assert changed == Outcome((WithdrawConsent(),), then="consent")
    assert drive(TALK, {"now": "again", "again": "none"}, world(GONE)).result == Outcome()


@pytest.mark.parametrize("refused", [Purpose.MENTORS, Purpose.STATISTICS])
def test_each_purpose_is_answered_by_itself(refused: Purpose) -> None:
    each = {f"again.{purpose}": "no" if purpose is refused else "yes" for purpose in Purpose}
    outcome = drive(TALK, {"now": "again", "again": "each", **each}, world(GONE)).result
    assert outcome.effects[0].given == frozenset(Purpose) - {refused}


def test_the_hash_is_of_all_sentences_shown() -> None:
    shown_lines = [line for line in english(SCREEN).splitlines() if line]
    unfilled = [line.replace(english(TAKE_BACK), "{take_back}") for line in shown_lines]
    assert shown_hash() == sha256("\n".join(unfilled).encode()).hexdigest()


def test_another_screen_needs_another_version() -> None:
    """When this fails the consent screen has changed: give CONSENT_VERSION a new name and put both here."""
    assert (CONSENT_VERSION, shown_hash()[:12]) == ("2026-11", "57818409159d")


def test_the_screen_names_who_reads_what_and_how_to_take_it_back() -> None:
    screen = english(SCREEN)
    for named in ("Telegram", "Meta (WhatsApp)", "end-to-end encryption", "team of this programme", "Take back my yes"):
        assert named in screen


def test_the_screen_fits_one_message_in_every_language() -> None:
    assert len(english(SCREEN)) < WHATSAPP_BODY * BUDGET


def test_who_never_came_through_the_welcome_is_sent_there() -> None:
    assert drive(TALK, {}, world(STRANGER)).result == Outcome(then="welcome")


@pytest.mark.parametrize("me", [STRANGER, MEMBER, GONE])
@pytest.mark.parametrize("about", ["", WITHDRAW])
def test_every_path_ends(me: Person, about: str) -> None:
    for path in walk(TALK, world(me), about):
        assert isinstance(path.played.result, Outcome)
