"""Her profile: asked once in order, shown whole, changed part by part."""

from __future__ import annotations

from typing import Any

import pytest

from bot.mentoring.assessments import Assessment, Taken
from bot.mentoring.effects import Outcome, SaveAssessment, SetProfile
from bot.mentoring.lookups import Me, TakenBefore
from bot.mentoring.path import MentorState, MyMentoring, Standing
from bot.mentoring.people import Person, Role
from bot.mentoring.profiles import Field, Level, MyProfile, Profile, SaveProfile, Slot, TonguesNamed, Way, Wish
from bot.testing import BEGINNING
from conversations.profile import FIND, NEW, STEP, TALK
from conversations.profile_parts import PARTS
from conversations.tongues import LIKELY, MOST
from tests.conversations.driver import drive, labels, shown, walk

MENTEE = Person(2, "so", "Fictive Fleur", Role.MENTEE, adult=True, barriers=("language",))
MENTOR = Person(3, "fr", "Fictive Maya", Role.MENTOR, adult=True)
BOTH = Person(4, "ti", "Fictive Hana", Role.BOTH, adult=True, barriers=("money",))
WHOLE = Profile(
    languages={"ti": Level.MOTHER, "nl": Level.ENOUGH},
    knows=frozenset({Field.CARE}),
    hopes=frozenset({Field.FOOD}),
    region="brussels",
    commune="ixelles",
    ways=frozenset(Way),
    times=frozenset({Slot.WEEKEND_MORNING}),
    children=True,
    wishes=frozenset({Wish.NEAR, Wish.CHILDREN}),
    limits=frozenset({Wish.NEAR}),
)
SKIPPED: dict[str, Any] = dict.fromkeys(("knows", "hopes", "region", "ways", "times", "children", "wishes"))


def world(me: Person, mine: Profile = WHOLE, standing: Standing | None = None, **more: Any) -> dict[Any, Any]:
    named = {TonguesNamed: more.pop("named", ())}
    return {Me: me, MyProfile: mine, MyMentoring: standing or Standing(), TakenBefore: (), **named, **more}


def asked_all(me: Person, answers: dict[str, Any], **more: Any) -> Outcome:
    result = drive(TALK, answers, world(me, Profile(), **more)).result
    assert isinstance(result, Outcome)
    return result


def test_the_first_time_everything_is_asked_in_order() -> None:
    answers = {
        "languages": ["so", "fr"],
        "languages.level.so": "3",
        "languages.level.fr": "1",
        "knows": ["care", "clean"],
        "hopes": ["food"],
        "region": "brussels",
        "commune": "Elsene",
        "ways": "online",
        "times": ["weekday_morning"],
        "children": "no",
        "wishes": ["near", "field"],
        "limits": ["near"],
    }
    assert asked_all(MENTEE, answers) == Outcome(
        (
            SaveProfile(
                Profile(
                    languages={"so": Level.MOTHER, "fr": Level.ENOUGH},
                    knows=frozenset({Field.CARE, Field.CLEAN}),
                    hopes=frozenset({Field.FOOD}),
                    region="brussels",
                    commune="ixelles",
                    ways=frozenset({Way.ONLINE}),
                    times=frozenset({Slot.WEEKDAY_MORNING}),
                    children=False,
                    wishes=frozenset({Wish.NEAR, Wish.FIELD}),
                    limits=frozenset({Wish.NEAR}),
                )
            ),
        ),
        then="profile",
        about=NEW,
    )


def test_all_but_the_languages_can_be_skipped() -> None:
    few = {"languages": ["so"], "languages.level.so": "3", **SKIPPED}
    assert asked_all(MENTEE, few).effects == (SaveProfile(Profile(languages={"so": Level.MOTHER})),)
    assert not drive(TALK, {}, world(MENTEE, Profile())).asked.skip  # type: ignore[union-attr]


def test_who_only_supports_is_not_asked_for_work_she_wishes_for() -> None:
    few = {"languages": ["fr"], "languages.level.fr": "3", **SKIPPED}
    few.pop("hopes")
    assert asked_all(MENTOR, few).effects == (SaveProfile(Profile(languages={"fr": Level.MOTHER})),)
    shown_parts = labels(drive(TALK, {}, world(MENTOR)))
    assert set(PARTS) - set(shown_parts) == {"hopes"}


def test_who_has_no_name_here_is_asked_for_it_in_letters() -> None:
    unnamed = Person(5, "fr", role=Role.MENTOR, adult=True)
    rest = {"languages": ["fr"], "languages.level.fr": "3", **SKIPPED}
    rest.pop("hopes")
    spoken = {"name": {"voice": 7, "seconds": 2}, "name.typed": " Fictive Ana ", **rest}
    assert asked_all(unnamed, spoken).effects[0] == SetProfile(alias="Fictive Ana")
    assert len(asked_all(unnamed, {"name": None, **rest}).effects) == 1
    lured = {"name": "0470 12 34 56", "name.typed": "@fictive_ana", **rest}  # other women read it
    assert len(asked_all(unnamed, lured).effects) == 1


def test_a_mentee_is_asked_what_holds_her_back_unless_she_has_said_it() -> None:
    nobody = Person(6, "fr", "Fictive Ana", Role.MENTEE, adult=True)
    rest = {"languages": ["fr"], "languages.level.fr": "3", **SKIPPED}
    effects = asked_all(nobody, {**rest, "holds": ["money"]}).effects
    assert effects[0] == SetProfile(barriers=("money",))
    assert isinstance(effects[1], SaveAssessment)
    assert effects[1].levels["money"] == 1
    assert len(asked_all(nobody, {**rest, "holds": None}).effects) == 1
    taken = (Taken(Assessment.BARRIERS, BEGINNING, {"money": 2}),)
    assert len(asked_all(nobody, rest, before=taken).effects) == 1


# --- languages ----------------------------------------------------------------------------------------------------


def test_the_language_of_the_chat_stands_first() -> None:
    offered = list(labels(drive(TALK, {}, world(BOTH, Profile()))))
    assert offered[:3] == ["ti", "fr", "nl"]
    assert len(offered) == LIKELY + 1


def test_another_language_can_be_written() -> None:
    answers = {"languages": {"options": ["fr"], "own": "Zarma, tigrinya"}}
    played = drive(TALK, answers, world(MENTEE, Profile(), named=("dje", "ti", "fr")))
    assert played.asked is not None
    assert played.asked.key == "languages.level.fr"
    played = drive(
        TALK,
        {**answers, "languages.level.fr": "1", "languages.level.dje": "3"},
        world(MENTEE, Profile(), named=("dje", "ti", "fr")),
    )
    assert played.asked is not None
    assert played.asked.key == "languages.level.ti"


@pytest.mark.parametrize("own", ["Ktrqz", {"voice": 7, "seconds": 2}])
def test_what_is_not_understood_leads_to_the_list(own: Any) -> None:
    played = drive(TALK, {"languages": {"options": [], "own": own}}, world(MENTEE, Profile()))
    assert "do not know that name" in shown(played)
    assert played.asked is not None
    assert played.asked.kind.at_least == 1  # type: ignore[attr-defined]
    assert "ln" in labels(played)


def test_where_nothing_is_understood_it_is_the_language_of_the_chat() -> None:
    lost = {"languages": {"options": [], "own": "Ktrqz"}, "languages.more": {"options": [], "own": "Ktrqz"}}
    played = drive(TALK, lost, world(MENTEE, Profile()))
    assert played.asked is not None
    assert played.asked.key == "languages.level.so"


def test_what_was_not_seen_is_offered_and_can_be_named() -> None:
    played = drive(TALK, {"languages": ["other"]}, world(MENTEE, Profile()))
    assert not {"so", "fr", "nl"} & set(labels(played))
    found = {**world(MENTEE, Profile()), "languages.more.named": ("dje",)}
    played = drive(TALK, {"languages": ["other"], "languages.more": {"options": ["sw"], "own": "Zarma"}}, found)
    assert played.asked is not None
    assert played.asked.key == "languages.level.sw"


def test_the_whole_list_leaves_out_what_she_has_named() -> None:
    played = drive(TALK, {"languages": ["fr", "other"]}, world(MENTEE, Profile()))
    assert "fr" not in labels(played)
    assert "sw" in labels(played)
    done = drive(TALK, {"languages": ["fr", "other"], "languages.more": []}, world(MENTEE, Profile()))
    assert done.asked is not None
    assert done.asked.key == "languages.level.fr"


def test_no_more_than_eight_languages_are_asked_about() -> None:
    named = ("ln", "sw", "wo", "ff", "ha", "am", "om", "so", "ti", "rw")
    played = drive(TALK, {"languages": {"options": [], "own": "many"}}, world(MENTEE, Profile(), named=named))
    levels = {f"languages.level.{code}": "1" for code in named[:MOST]}
    played = drive(TALK, {"languages": {"options": [], "own": "many"}, **levels}, world(MENTEE, Profile(), named=named))
    assert played.asked is not None
    assert played.asked.key == "knows"


# --- the whole, and a part ------------------------------------------------------------------------------------------


def test_the_parts_are_one_list_on_whatsapp() -> None:
    played = drive(TALK, {}, world(BOTH))
    assert len(labels(played)) + 2 == 10  # with Back and Stop


def test_later_the_whole_is_shown() -> None:
    said = shown(drive(TALK, {}, world(BOTH)))
    for line in (
        "ti: My mother tongue",
        "Work I know: Care and health",
        "I live here: Brussels, Ixelles",
        "How I meet: Both are fine",
        "Children: Yes",
        "What must be so: Lives in my region",
    ):
        assert line in said
    little = shown(drive(TALK, {}, world(BOTH, Profile(languages={"ti": Level.MOTHER}))))
    assert "Work" not in little


@pytest.mark.parametrize(
    ("answers", "fields"),
    [
        ({"part": "knows", "knows": ["clean"]}, {"knows": frozenset({Field.CLEAN})}),
        ({"part": "knows", "knows": []}, {"knows": frozenset()}),
        ({"part": "knows", "knows": None}, {}),
        ({"part": "children", "children": "none"}, {"children": None}),
        (
            {"part": "meeting", "ways": "in_person", "times": None},
            {"ways": frozenset({Way.IN_PERSON})},
        ),
        (
            {"part": "meeting", "ways": None, "times": []},
            {"times": frozenset()},
        ),
        ({"part": "place", "region": "flanders", "commune": None}, {"region": "flanders", "commune": ""}),
        # without a region nobody could be near: that must is let go
        ({"part": "place", "region": "none"}, {"region": "", "commune": "", "limits": frozenset()}),
        ({"part": "wishes", "wishes": []}, {"wishes": frozenset(), "limits": frozenset()}),
    ],
)
def test_a_part_is_changed_and_the_whole_comes_again(answers: dict[str, Any], fields: dict[str, Any]) -> None:
    after = Profile(**{name: fields.get(name, getattr(WHOLE, name)) for name in WHOLE.__struct_fields__})
    assert drive(TALK, answers, world(BOTH), about=NEW).result == Outcome(
        (SaveProfile(after),), then="profile", about=NEW
    )


def test_a_commune_that_is_not_sure_is_offered_and_can_be_written_again() -> None:
    begun = {"part": "place", "region": "brussels", "commune": "molenbek"}
    played = drive(TALK, begun, world(MENTEE))
    assert "molenbeek-saint-jean" in labels(played)
    assert played.asked is not None
    assert played.asked.kind.options["again"].reopens == ("commune",)
    chosen = drive(TALK, {**begun, "commune.which": "molenbeek-saint-jean"}, world(MENTEE)).result
    assert chosen.effects[0].profile.commune == "molenbeek-saint-jean"
    assert drive(TALK, {**begun, "commune.which": "none"}, world(MENTEE)).result.effects[0].profile.commune == ""


def test_two_wishes_that_nobody_meets_together_become_one() -> None:
    answers = {"part": "wishes", "wishes": ["mother_tongue", "other_tongue"], "wishes.tongue": "other_tongue"}
    result = drive(TALK, {**answers, "limits": ["other_tongue"]}, world(MENTEE)).result
    assert result.effects[0].profile.wishes == {Wish.OTHER_TONGUE}
    assert result.effects[0].profile.limits == {Wish.OTHER_TONGUE}


def test_only_what_she_told_herself_can_be_a_must() -> None:
    bare = Profile(languages={"fr": Level.WELL})
    played = drive(TALK, {"part": "wishes", "wishes": ["near", "field", "children"]}, world(MENTEE, bare))
    assert set(labels(played)) == {"children"}
    done = drive(TALK, {"part": "wishes", "wishes": ["near", "field"]}, world(MENTEE, bare)).result
    assert done.effects[0].profile.limits == frozenset()


@pytest.mark.parametrize(
    ("me", "about", "state", "then"),
    [
        (MENTEE, NEW, None, "find"),
        (MENTOR, NEW, None, "mentoring"),
        (MENTOR, NEW, MentorState.APPROVED, "mentoring"),
        (BOTH, NEW, None, "mentoring"),
        (BOTH, NEW, MentorState.APPLYING, "mentoring"),
        (BOTH, NEW, MentorState.WAITING, "find"),
        (BOTH, STEP, MentorState.APPROVED, "mentoring"),
        (BOTH, FIND, None, "find"),
        (MENTEE, "", None, ""),
        (MENTEE, "17", None, ""),  # a forged button
    ],
)
def test_what_comes_after_it(me: Person, about: str, state: MentorState | None, then: str) -> None:
    played = drive(TALK, {"part": "fine"}, world(me, standing=Standing(state)), about=about)
    assert played.result == Outcome(then=then)


@pytest.mark.parametrize("mine", [WHOLE, Profile()])
@pytest.mark.parametrize("me", [MENTEE, MENTOR, BOTH, Person(7, "en", role=Role.BOTH, adult=True)])
def test_every_path_ends(me: Person, mine: Profile) -> None:
    assert len(list(walk(TALK, world(me, mine)))) > 10
