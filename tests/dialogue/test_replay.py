"""The rules of replay: answers by key, deploys in the middle, Back, reopening, and journals of any shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from bot.dialogue.replay import STEP_LIMIT, EndlessTalk, Journal, answered, looked, play
from bot.dialogue.steps import (
    Conversation,
    Own,
    Picked,
    _,
    choice,
    choices,
    day,
    look,
    number,
    optional,
    own,
    say,
    scale,
    speak,
    text,
    within,
    yes_no,
)
from bot.mentoring.lookups import Me
from bot.mentoring.people import Person
from tests.dialogue.small_talk import AB, Q, asked, give


def two() -> Conversation[tuple[str, str]]:
    yield from say(_("Hello"))
    first = yield from choice("first", Q, AB)
    yield from say(_("Thank you"))
    second = yield from text("second", Q)
    yield from say(_("Good"))
    return first, second.text


# --- from beginning to end ----------------------------------------------------------------------------------------


def test_each_answer_leads_on_and_only_the_newest_words_are_said() -> None:
    played = play(two, Journal())
    assert (asked(played), [each.words for each in played.said]) == ("first", [_("Hello")])
    journal = give(two, Journal(), first="a")
    played = play(two, journal)
    assert (asked(played), [each.words for each in played.said]) == ("second", [_("Thank you")])
    assert (played.trail, played.questions) == (("first",), ("first",))
    played = play(two, give(two, journal, second="words"))
    assert (played.ended, played.result, played.asked) == (True, ("a", "words"), None)
    assert [each.words for each in played.said] == [_("Good")]


def test_playing_changes_nothing() -> None:
    journal = give(two, Journal(), first="a")
    kept = msgspec.json.encode(journal)
    assert play(two, journal) == play(two, journal)
    assert msgspec.json.encode(journal) == kept


def test_the_journal_survives_json_between_all_steps() -> None:
    journal = Journal()
    for value in ("b", "words"):
        played = play(two, journal)
        assert played.asked is not None
        journal = msgspec.json.decode(msgspec.json.encode(answered(journal, played.asked, value)), type=Journal)
    assert play(two, journal).result == ("b", "words")


def test_every_kind_of_answer_comes_back_typed() -> None:
    def talk() -> Conversation[Any]:
        return (
            (yield from text("text", Q)),
            (yield from text("voice", Q)),
            (yield from choices("several", Q, AB, own=True)),
            (yield from choices("mine", Q, AB, own=True)),
            (yield from scale("scale", Q, 1, 5, own(""), own(""))),
            (yield from number("number", Q, 0, 9)),
            (yield from day("day", Q, earliest=date(2027, 1, 1), latest=date(2027, 2, 1))),
            (yield from yes_no("yes", Q)),
            (yield from optional(text("skipped", Q))),
        )

    journal = give(
        talk, Journal(), text="Words", voice={"voice": 4, "seconds": 2}, several=["b", "a"],
        mine={"options": ["b"], "own": "Mine"}, scale=3, number=0, day="2027-01-15", yes="no", skipped=None,
    )  # fmt: skip
    assert play(talk, journal).result == (
        Own("Words"), Own("", 4, 2), Picked(("a", "b")), Picked(("b",), Own("Mine")), 3, 0, date(2027, 1, 15), False,
        None,
    )  # fmt: skip


# --- a deploy in the middle ---------------------------------------------------------------------------------------


def test_an_inserted_question_is_asked_and_the_later_answer_stays() -> None:
    def later() -> Conversation[tuple[str, str, str]]:
        new = yield from choice("new", Q, AB)
        first, second = yield from two()
        return new, first, second

    journal = give(two, Journal(), first="b")
    assert asked(play(later, journal)) == "new"
    journal = give(later, journal, new="a")
    assert asked(play(later, journal)) == "second"
    assert play(later, give(later, journal, second="x")).result == ("a", "b", "x")


def test_answers_are_found_by_key_in_any_order() -> None:
    def turned() -> Conversation[tuple[str, str]]:
        second = yield from text("second", Q)
        first = yield from choice("first", Q, AB)
        return first, second.text

    assert play(turned, give(two, Journal(), first="a", second="x")).result == ("a", "x")


def test_a_removed_question_is_ignored_and_comes_back_with_its_answer() -> None:
    def shorter() -> Conversation[str]:
        return (yield from text("second", Q)).text

    journal = give(shorter, give(two, Journal(), first="a"), second="x")
    assert play(shorter, journal).result == "x"
    assert play(two, journal).result == ("a", "x")


def test_a_dropped_option_is_asked_again_and_other_answers_stay() -> None:
    def fewer() -> Conversation[tuple[str, str]]:
        first = yield from choice("first", Q, {"b": own("B"), "c": own("C")})
        return first, (yield from text("second", Q)).text

    journal = give(two, Journal(), first="a", second="x")
    assert asked(play(fewer, journal)) == "first"
    assert play(fewer, give(fewer, journal, first="c")).result == ("c", "x")


def test_of_several_options_only_the_dropped_one_goes() -> None:
    def before() -> Conversation[Picked]:
        return (yield from choices("which", Q, AB, at_least=1))

    def after() -> Conversation[Picked]:
        return (yield from choices("which", Q, {"b": own("B"), "c": own("C")}, at_least=1))

    both, one = give(before, Journal(), which=["a", "b"]), give(before, Journal(), which=["a"])
    assert play(after, both).result == Picked(("b",))
    assert asked(play(after, one)) == "which"  # too few are left


def test_a_question_of_another_form_is_asked_again() -> None:
    def other() -> Conversation[Any]:
        return (yield from scale("second", Q, 1, 5, own(""), own("")))

    assert asked(play(other, give(two, Journal(), first="a", second="x"))) == "second"


def test_what_can_no_longer_be_skipped_is_asked() -> None:
    def before() -> Conversation[Any]:
        return (yield from optional(text("x", Q)))

    def after() -> Conversation[Any]:
        return (yield from text("x", Q))

    journal = give(before, Journal(), x=None)
    assert play(before, journal).ended
    assert asked(play(after, journal)) == "x"


def test_a_look_whose_shape_a_deploy_changed_is_looked_up_again() -> None:
    def talk() -> Conversation[Any]:
        return (yield from look("me", Me()))

    journal = Journal({"me": {"nothing": "of a person"}})
    wanted = play(talk, journal).wanted
    assert wanted is not None
    assert wanted.key == "me"
    assert play(talk, looked(journal, wanted, Person(3))).result == Person(3)


# --- look-ups -----------------------------------------------------------------------------------------------------


def test_a_look_is_read_once_and_kept_like_an_answer() -> None:
    def talk() -> Conversation[Any]:
        me = yield from look("me", Me())
        answer = yield from choice("first", Q, AB)
        return me, answer

    wanted = play(talk, Journal()).wanted
    assert wanted is not None
    assert (wanted.key, wanted.what) == ("me", Me())
    journal = looked(Journal(), wanted, Person(1, alias="Amina"))
    assert asked(play(talk, journal)) == "first"
    ended = play(talk, give(talk, journal, first="a"))
    assert ended.result == (Person(1, alias="Amina"), "a")
    assert (ended.trail, ended.questions) == (("me", "first"), ("first",))


def test_a_look_that_gives_another_type_than_it_says_is_noticed_at_once() -> None:
    def talk() -> Conversation[Any]:
        return (yield from look("me", Me()))

    wanted = play(talk, Journal()).wanted
    assert wanted is not None
    with pytest.raises(msgspec.ValidationError):
        looked(Journal(), wanted, ["no person"])


def test_a_look_keeps_the_ticks_of_the_open_question() -> None:
    def talk() -> Conversation[Any]:
        yield from look("me", Me())

    wanted = play(talk, Journal()).wanted
    assert wanted is not None
    assert looked(Journal(draft=("a",)), wanted, Person(1)).draft == ("a",)


# --- talks inside talks, languages, and broken talks --------------------------------------------------------------


def test_within_keeps_the_keys_of_several_apart() -> None:
    def piece() -> Conversation[str]:
        yield from look("me", Me())
        yield from say(_("Hello"))
        return (yield from text("words", Q)).text

    def talk() -> Conversation[list[str]]:
        one = yield from within("piece.1", piece())
        return [one, (yield from within("piece.2", piece()))]

    journal = Journal({"piece.1.me": {"id": 1}, "piece.2.me": {"id": 1}})
    journal = give(talk, journal, piece__1__words="one", piece__2__words="two")
    assert play(talk, journal).result == ["one", "two"]


def test_optional_takes_one_question_only() -> None:
    with pytest.raises(TypeError, match="takes a question"):
        next(optional(look("me", Me())))
    several = optional(two())
    with pytest.raises(TypeError, match="takes a question"):
        next(several)

    def more() -> Conversation[None]:
        yield from text("one", Q)
        yield from text("two", Q)

    question = optional(more())
    next(question)
    with pytest.raises(TypeError, match="one question"):
        question.send(Own("x"))


def test_a_language_counts_from_the_answer_before_it_to_the_next() -> None:
    def talk() -> Conversation[Any]:
        code = yield from choice("language", Q, {"fr": own("fr"), "nl": own("nl")})
        yield from speak(code)
        yield from text("x", Q)
        yield from text("y", Q)

    assert play(talk, Journal()).language is None
    assert play(talk, Journal({"language": "nl"})).language == "nl"
    assert play(talk, Journal({"language": "nl", "x": "words"})).language is None  # she may have changed it since


def test_a_talk_that_never_ends_is_stopped() -> None:
    steps = 0

    def chatter() -> Conversation[None]:
        nonlocal steps
        while True:
            steps += 1
            yield from say(_("Hello"))

    with pytest.raises(EndlessTalk):
        play(chatter, Journal())
    assert steps <= STEP_LIMIT + 1


@pytest.mark.parametrize("second", [lambda: text("same", Q), lambda: look("same", Me())])
def test_a_key_used_twice_is_an_error(second: Callable[[], Conversation[Any]]) -> None:
    def talk() -> Conversation[None]:
        yield from text("same", Q)
        yield from second()

    with pytest.raises(ValueError, match="'same' twice"):
        play(talk, Journal({"same": "words"}))
