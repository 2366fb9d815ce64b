"""Find a mentor: suggestions, choices in order, what she will see, the state of a request, the waiting list."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bot.mentoring.effects import Outcome, SetProfile
from bot.mentoring.lookups import Helplines, Me, Now
from bot.mentoring.people import Purpose
from bot.mentoring.profiles import Field, Level, Profile
from bot.mentoring.reasons import Kind, Reason
from bot.mentoring.requests import Asked, AskMentors, MySearch, Offer, Search, StopWaiting, Wait, Withdraw
from conversations import PROGRAMME
from conversations.find import TALK
from tests.conversations.driver import Looks, drive, english, labels, shown, walk
from tests.conversations.self_knowledge import NOW
from tests.conversations.world import MEMBER

HERS = Profile(languages={"ar": Level.MOTHER, "fr": Level.ENOUGH}, knows=frozenset({Field.CARE}))
REASONS = (Reason(Kind.MOTHER, 20, ("ar",)), Reason(Kind.BARRIER, 10, ("diploma",)), Reason(Kind.ROOM, 10))
OFFERS = tuple(
    Offer(
        10 + n,
        f"Fictive Mentor {n}",
        languages={"nl": Level.WELL, "ar": Level.MOTHER},
        knows=(Field.CARE,),
        region="brussels",
        story="I came with two bags.\nNow I run a ward.",
        reasons=REASONS,
    )
    for n in range(5)
)
SUGGESTED = Search(profile=HERS, goal="A job in a bakery", offers=OFFERS)
UNTIL = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # the 26th in Brussels


def world(search: Search = SUGGESTED, **more: Any) -> Looks:
    me = msgspec.structs.replace(MEMBER, **more)
    return {Me: me, Now: NOW, MySearch: search, Helplines: PROGRAMME.helplines}


def test_three_mentors_are_shown_with_what_may_be_known_and_why() -> None:
    played = drive(TALK, {}, world())
    words = shown(played)
    assert words.count("You have the same mother tongue: ar.") == 3
    assert "1. Fictive Mentor 0\nLanguages: ar, nl\nWork she knows: Care and health\nRegion: Brussels" in words
    assert "“I came with two bags.\nNow I run a ward.”" in words
    assert "• She found a way with a foreign diploma." in words
    assert list(labels(played)) == ["10", "11", "12", "more", "nobody"]
    assert played.said[-1].keep
    assert "more" not in labels(drive(TALK, {}, world(Search(profile=HERS, offers=OFFERS[:3]))))


def test_two_more_can_be_shown_and_up_to_five_ranked() -> None:
    answers: dict[str, Any] = {"first": "more", "first_of_all": "14", "choice.2": "10", "choice.3": "13"}
    answers |= {"choice.4": "11", "choice.5": "12", "note.0": None, "goal": "no", "send": "send"}
    assert drive(TALK, answers, world()).result == Outcome((AskMentors((14, 10, 13, 11, 12)),))


def test_what_she_will_see_is_said_before_it_goes() -> None:
    answers = {"first": "11", "choice.2": "only", "note.0": "I would like to learn.", "goal": "yes"}
    words = shown(drive(TALK, answers, world()))
    assert "Fictive Mentor 1 will see this of you:" in words
    for part in ("Name here: Fictive Fleur", "Languages: ar, fr", "Work you know: Care and health",
                 "Your goal: A job in a bakery", "Your line: I would like to learn."):  # fmt: skip
        assert f"• {part}" in words
    sent = drive(TALK, {**answers, "send": "send"}, world()).result
    assert sent == Outcome((AskMentors((11,), "I would like to learn.", "A job in a bakery"),))
    assert drive(TALK, {**answers, "send": "later"}, world()).result == Outcome()
    hidden = shown(drive(TALK, {**answers, "goal": "no"}, world()))
    assert "bakery" not in hidden


def test_numbers_and_links_stay_out_of_her_line() -> None:
    answers: dict[str, Any] = {"first": "11", "choice.2": "only", "note.0": "Call me: 0470 12 34 56"}
    played = drive(TALK, answers, world())
    assert "Please leave out phone numbers" in shown(played)
    assert played.asked is not None
    assert played.asked.key == "note.1"
    answers |= {"note.1": "www.fictive-amina.be", "note.2": "0470123456", "goal": "no", "send": "send"}
    assert drive(TALK, answers, world()).result == Outcome((AskMentors((11,)),))
    spoken = {"first": "11", "choice.2": "only", "note.0": {"voice": 3, "seconds": 9}, "goal": "no", "send": "send"}
    assert drive(TALK, spoken, world()).result == Outcome((AskMentors((11,), {"voice": 3, "seconds": 9}),))


def test_who_has_no_name_here_is_asked_for_one() -> None:
    answers: dict[str, Any] = {"first": "10", "choice.2": "only", "note.0": None, "goal": "no"}
    answers |= {"alias.0": {"voice": 1, "seconds": 2}, "alias.1": " Fictive Rose ", "send": "send"}
    result = drive(TALK, answers, world(alias="")).result
    assert result == Outcome((SetProfile(alias="Fictive Rose"), AskMentors((10,))))
    answers = {key: value for key, value in answers.items() if key not in ("alias.1", "send")}
    never = {**answers, "alias.1": "+32 470 12 34 56", "alias.2": "me@fictive.example"}
    assert drive(TALK, never, world(alias="")).result == Outcome(then="preferences")


def test_nobody_of_these_is_fine() -> None:
    def ends(answer: str, search: Search = SUGGESTED) -> Any:
        return drive(TALK, {"first": "nobody", "else": answer}, world(search)).result

    assert ends("list") == Outcome((Wait(),))
    assert ends("profile") == Outcome(then="profile")
    assert ends("later") == Outcome()
    waits = msgspec.structs.replace(SUGGESTED, since=UNTIL)
    assert "list" not in labels(drive(TALK, {"first": "nobody"}, world(waits)))


def test_what_is_missing_comes_first() -> None:
    assert drive(TALK, {}, world(Search(paired=True))).result == Outcome(then="pair")
    no_yes = drive(TALK, {}, world(consents=frozenset({Purpose.TAKE_PART, Purpose.KEEP})))
    assert no_yes.result == Outcome(then="consent")
    assert drive(TALK, {}, world(Search(offers=OFFERS))).result == Outcome(then="profile")


def test_an_open_request_shows_its_state_in_her_own_time() -> None:
    asked = Asked(7, "Fictive Fatma", UNTIL, after=("Fictive Hana", ""))
    played = drive(TALK, {}, world(Search(profile=HERS, asked=asked)))
    assert "You asked Fictive Fatma.\nThis is open until 2026-11-26." in shown(played)
    assert "If she cannot, I ask: Fictive Hana, A woman without a name." in shown(played)
    assert list(labels(played)) == ["wait", "withdraw"]
    looks = world(Search(profile=HERS, asked=asked))
    assert drive(TALK, {"state": "wait"}, looks).result == Outcome()
    assert drive(TALK, {"state": "withdraw"}, looks).result == Outcome((Withdraw(7),))
    question = world(Search(profile=HERS, asked=msgspec.structs.replace(asked, question=True)))
    assert "She has a question for you first." in shown(drive(TALK, {}, question))
    assert drive(TALK, {"state": "answer"}, question).result == Outcome(then="answer", about="7")


def test_where_none_fits_she_waits_and_knows_what_comes() -> None:
    first = drive(TALK, {}, world(Search(profile=HERS)))
    assert first.result == Outcome((Wait(),))
    later = world(Search(profile=HERS, since=UNTIL))
    assert "You are on the waiting list since 2026-11-26." in shown(drive(TALK, {}, later))
    assert drive(TALK, {"list": "stay"}, later).result == Outcome()
    assert drive(TALK, {"list": "profile"}, later).result == Outcome(then="profile")
    assert drive(TALK, {"list": "leave"}, later).result == Outcome((StopWaiting(),))


@pytest.mark.parametrize("count", range(6))
def test_every_option_leads_to_an_end_and_every_label_fits(count: int) -> None:
    search = Search(profile=HERS, goal="A job", offers=OFFERS[:count])
    for path in walk(TALK, world(search)):
        assert isinstance(path.played.result, Outcome)
    offered = labels(drive(TALK, {}, world(search)))
    assert all(len(label) <= 24 for label in offered.values())
    assert len(offered) <= 10


def test_the_question_before_sending_fits_one_message_even_when_she_says_much() -> None:
    answers = {"first": "10", "choice.2": "only", "note.0": "w" * 300, "goal": "yes"}
    played = drive(TALK, answers, world(msgspec.structs.replace(SUGGESTED, goal="g" * 120)))
    assert played.asked is not None
    assert len(english(played.asked.prompt)) < 1024
