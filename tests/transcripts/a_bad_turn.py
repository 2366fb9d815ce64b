"""A bad turn: a mentor is unkind, the mentee tells the team and blocks her, and nothing arrives any more.

Told like the full story, and begun where that one is: the two have found each other. Everybody in it is fictional.
"""

from __future__ import annotations

from tests.transcripts.ensemble import House
from tests.transcripts.full_story import THEY_FIND_EACH_OTHER, own


async def she_is_unkind(house: House) -> None:
    """The mentor writes words that hurt."""
    mentee, mentor = house.mentee, house.mentor
    await mentor.opens("write")
    await mentor.types(own(mentor, "unkind"))
    await mentee.reads("unkind-1")


async def she_reports_and_blocks(house: House) -> None:
    """Two taps tell the team, one more blocks her."""
    mentee = house.mentee
    await mentee.opens("report")
    await mentee.picks("unkind", "block")


async def nothing_comes_any_more(house: House) -> None:
    """The mentor reads that it is over, as at every early end; what she writes then goes nowhere."""
    mentee, mentor = house.mentee, house.mentor
    await mentor.opens("write")
    await mentor.types(own(mentor, "after"))
    await mentee.misses("after-1")


async def the_team_sees_to_it(house: House) -> None:
    """The coordinator reads the case and closes it; the mentee hears that it is closed."""
    team = house.coordinator
    await team.opens("case")
    await team.picks("close", "apart")
    await house.later(hours=1)
    await house.mentee.misses("after-1")


async def a_bad_turn(house: House) -> None:
    """All of it."""
    for chapter in THEY_FIND_EACH_OTHER:
        await chapter(house)
    house.begins("the two have found each other, as in the full story")
    for chapter in (she_is_unkind, she_reports_and_blocks, nothing_comes_any_more, the_team_sees_to_it):
        await chapter(house)
