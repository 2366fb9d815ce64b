"""Proposing a meeting: how, where, up to three times on her own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.steps import Refused
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Me, Now
from bot.mentoring.meetings import ComingMeeting, Meet, Meeting, MeetingState, ProposeMeeting
from bot.mentoring.mentorship import MyPairs, Pair, PairFile, PairOf, PairState, Side
from bot.mentoring.people import Person
from conversations.meet import TALK
from tests.conversations.driver import drive, labels, shown, walk
from tests.conversations.world import MEMBER, world

NOW = datetime(2027, 3, 26, 10, tzinfo=ZoneInfo("Europe/Brussels"))  # Friday; the clock changes on Sunday
PAIR = Pair(7, PairState.TRIAL, Side.MENTEE, "Fictive Lina", 2, datetime(2027, 3, 1, tzinfo=UTC))
WAITING = Meeting(12, 7, MeetingState.PROPOSED, True, Side.MENTEE, "Fictive Lina", "chat")


def looks(pair: Pair | None = PAIR, coming: Meeting | None = None, me: Person = MEMBER, **more: Any) -> dict[Any, Any]:
    return {**world(me), PairOf: pair, ComingMeeting: coming, Now: NOW, Me: me, MyPairs: (), **more}


CHAT = {"way": "chat", "day.1": "2027-03-27", "hour.1": "10", "day.2": None}


def test_four_taps_and_it_is_out() -> None:
    played = drive(TALK, CHAT, looks(), "7")
    at = datetime(2027, 3, 27, 9, tzinfo=UTC)
    assert played.result == Outcome((ProposeMeeting(7, Meet.CHAT, None, (at,)),))


def test_three_times_on_her_wall_clock_over_the_change_of_the_clock() -> None:
    answers = {**CHAT, "day.2": "2027-03-28", "hour.2": "10", "day.3": "2027-03-29", "hour.3": "20"}
    (effect,) = drive(TALK, answers, looks(), "7").result.effects
    assert [f"{at:%d %H:%M}" for at in effect.times] == ["27 09:00", "28 08:00", "29 18:00"]
    kabul = Person(2, zone="Asia/Kabul")
    (effect,) = drive(TALK, answers, looks(me=kabul), "7").result.effects
    assert [f"{at:%d %H:%M}" for at in effect.times] == ["27 05:30", "28 05:30", "29 15:30"]


def test_the_same_time_twice_is_one() -> None:
    answers = {**CHAT, "day.2": "2027-03-27", "hour.2": "10", "day.3": None}
    assert len(drive(TALK, answers, looks(), "7").result.effects[0].times) == 1


def test_full_hours_from_nine_to_eight_and_days_from_tomorrow() -> None:
    asked = drive(TALK, {"way": "chat"}, looks(), "7")
    assert next(iter(labels(asked))) == "2027-03-27"
    hours = drive(TALK, {"way": "chat", "day.1": "2027-03-27"}, looks(), "7")
    assert list(labels(hours).values()) == [f"{n}:00" for n in range(9, 21)]
    with pytest.raises(Refused):
        drive(TALK, {"way": "chat", "day.1": "2027-03-26"}, looks(), "7")


def test_never_by_telephone_and_in_person_with_a_word_about_safety() -> None:
    assert list(labels(drive(TALK, {}, looks(), "7"))) == ["chat", "video", "person"]
    assert "Meet in a public place the first time." in shown(drive(TALK, {"way": "person"}, looks(), "7"))


def test_a_place_is_kept_and_can_be_left_open() -> None:
    answers = {**CHAT, "way": "person", "where.1": "Library Muntpunt, second floor"}
    assert drive(TALK, answers, looks(), "7").result.effects[0].place == "Library Muntpunt, second floor"
    assert drive(TALK, answers | {"where.1": None}, looks(), "7").result.effects[0].place is None


def test_contact_details_are_kindly_refused_until_both_agreed() -> None:
    place = "At my home, call me on 0470 12 34 56"
    refused = drive(TALK, {"way": "person", "where.1": place}, looks(), "7")
    assert "You two can share these later, when both agree." in shown(refused)
    assert refused.asked is not None
    assert refused.asked.key == "where.2"
    answers = {**CHAT, "way": "person", "where.1": place, "where.2": place, "where.3": place}
    assert drive(TALK, answers, looks(), "7").result.effects[0].place is None
    free = Pair(7, PAIR.state, PAIR.side, PAIR.other, 2, PAIR.began_at, PairFile(contacts=frozenset(Side)))
    assert drive(TALK, {**CHAT, "way": "person", "where.1": place}, looks(free), "7").result.effects[0].place == place


def test_a_spoken_place_is_asked_for_in_letters() -> None:
    answers = {"way": "person", "where.1": {"voice": 7, "seconds": 3}}
    assert "type it" in shown(drive(TALK, answers, looks(), "7"))


def test_what_is_proposed_already_is_shown_and_can_be_replaced() -> None:
    assert drive(TALK, {}, looks(coming=WAITING), "7").result == Outcome(then="meeting", about="12")
    assert drive(TALK, CHAT, looks(coming=WAITING), "7-12").result.effects[0].instead == 12
    assert drive(TALK, CHAT, looks(), "7-12").result.effects[0].instead == 0  # it is gone meanwhile


def test_without_a_pair_in_mind_it_is_the_only_one_or_a_choice() -> None:
    assert drive(TALK, CHAT, looks(pairs=(PAIR,)), "").result.effects[0].pair == 7
    other = Pair(8, PairState.ACTIVE, Side.MENTOR, "Fictive Noor", 3, PAIR.began_at)
    hold = Pair(9, PairState.HOLD, Side.MENTOR, "Fictive Zoya", 4, PAIR.began_at)
    many = looks(pairs=(PAIR, other, hold))
    assert labels(drive(TALK, {}, many, "")) == {"7": "Fictive Lina", "8": "Fictive Noor"}
    assert drive(TALK, {"which": "8", **CHAT}, many, "").result.effects[0].pair == 8


@pytest.mark.parametrize("about", ["", "x", "7", "-", "9" * 30, "٣"])
def test_what_is_not_hers_or_not_now_reads_the_same(about: str) -> None:
    played = drive(TALK, {}, looks(None), about)
    assert shown(played).startswith("That is no longer open.")
    assert played.result == Outcome()


@pytest.mark.parametrize("state", [PairState.AGREEING, PairState.HOLD, PairState.ENDED, PairState.COMPLETED])
def test_only_in_trial_and_after_it(state: PairState) -> None:
    pair = Pair(7, state, Side.MENTEE, "Fictive Lina", 2, PAIR.began_at)
    assert drive(TALK, {}, looks(pair), "7").result == Outcome()


def test_every_path_ends() -> None:
    paths = list(walk(TALK, looks(), "7"))
    assert len(paths) > 12
    assert all(isinstance(path.played.result, Outcome) for path in paths)


def test_two_of_one_name_and_one_without_a_name_are_told_apart() -> None:
    alike = tuple(Pair(n, PairState.ACTIVE, Side.MENTOR, "Fictive Amina", n, PAIR.began_at) for n in (7, 8))
    nameless = Pair(9, PairState.ACTIVE, Side.MENTOR, "", 9, PAIR.began_at)
    asked = drive(TALK, {}, looks(pairs=(*alike, nameless)), "")
    assert list(labels(asked).values()) == ["Fictive Amina", "Fictive Amina 2", "Your mentee"]
