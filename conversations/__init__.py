"""The guided talks of Sorora, and the programme that they make together.

One talk a file, each with its TALK. The setting SORORA_CONVERSATIONS names a package that offers PROGRAMME; this is the
one that comes with Sorora, and another programme can take single talks from here.
"""

from __future__ import annotations

from types import ModuleType

import msgspec

from bot.dialogue.steps import Text
from bot.mentoring.demo import DemoPeople
from bot.mentoring.effects import Programme
from bot.mentoring.lookups import Helpline
from bot.mentoring.profiles import FIELDS, SLOTS, WISHES
from bot.mentoring.weights import Weights
from conversations import (
    after,
    agreement,
    answer,
    applicant,
    barriers,
    case,
    chain,
    check_in,
    code_of_conduct,
    compass,
    competencies,
    consent,
    contacts,
    coordination,
    coordinator,
    danger,
    ending,
    erase,
    feedback,
    find,
    first_goal,
    goal_examples,
    held,
    helping,
    here,
    introduce,
    introduced,
    language,
    matching_round,
    meet,
    meeting,
    mentoring,
    menu,
    met,
    my_data,
    my_goals,
    opener,
    pair,
    preferences,
    profile,
    profile_parts,
    readiness,
    report,
    request,
    soft_skills,
    strengths,
    trial,
    week,
    welcome,
    write,
)  # fmt: skip
from conversations.content import table

__all__ = ["PROGRAMME"]

ABOUT_HER = (readiness, soft_skills, competencies, compass, barriers, first_goal, my_goals)
BETWEEN: tuple[ModuleType, ...] = (
    # two women, and the team
    profile,
    mentoring,
    find,
    request,
    answer,
    here,
    write,
    opener,
    held,
    contacts,
    report,
    coordinator,
    coordination,
    applicant,
    case,
    matching_round,
    agreement,
    trial,
    pair,
    ending,
    feedback,
    chain,
    meet,
    meeting,
    met,
    introduce,
    introduced,
)  # fmt: skip
WORTH = (*ABOUT_HER, profile, feedback)  # what she left is offered again in the menu
AROUND = (welcome, language, consent, helping, danger, my_data, erase, preferences, strengths, check_in, after, week)


def helplines() -> tuple[Helpline, ...]:
    """The numbers of content/helplines.toml, in its order. Raises msgspec.ValidationError where one is incomplete."""
    return msgspec.convert(table("helplines")["helplines"], tuple[Helpline, ...])


def demo_people() -> DemoPeople:
    """The fictional people of content/demo_people.toml. Raises msgspec.ValidationError where one is incomplete."""
    people = msgspec.convert(table("demo_people"), DemoPeople)
    asked = tuple(competencies.COMPETENCIES)
    versions = {"consent_version": consent.CONSENT_VERSION, "code_version": code_of_conduct.CODE_VERSION}
    return msgspec.structs.replace(people, competencies=asked, **versions)


def names() -> dict[str, Text]:
    """What the ids in her data mean, for the readable page of it."""
    return {
        **competencies.SHEET.items,
        **readiness.NAMES,
        **soft_skills.NAMES,
        **barriers.BARRIERS,
        **{key: question.heading for key, question in compass.QUESTIONS.items()},
        **goal_examples.fields(),
        **FIELDS,
        **SLOTS,
        **WISHES,
        **{way: label for way, (label, _ways) in profile_parts.WAYS.items()},
        **{each.TALK.name: each.TALK.title for each in WORTH},
    }


def programme() -> Programme:
    """All talks by name, and the menu of them."""
    worth = {each.TALK.name: each.TALK.title for each in WORTH}
    talks = [each.TALK for each in (*AROUND, *ABOUT_HER, *BETWEEN)]
    return Programme(
        {talk.name: talk for talk in (*talks, menu.talk(worth))},
        write=write.TALK.name,
        weights=msgspec.convert(table("matching")["weights"], Weights),
        helplines=helplines(),
        names=names(),
        demo=demo_people,
    )


PROGRAMME = programme()
