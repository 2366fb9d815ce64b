"""My strengths: five questionnaires to choose from."""

from __future__ import annotations

from bot.mentoring.assessments import Assessment
from conversations import PROGRAMME
from conversations.strengths import TALK
from tests.conversations.driver import drive, labels, walk
from tests.conversations.world import world


def test_all_questionnaires_of_the_programme_are_offered() -> None:
    assert set(labels(drive(TALK, {}, world()))) == {str(kind) for kind in Assessment}


def test_each_row_opens_its_talk() -> None:
    for path in walk(TALK, world()):
        assert path.played.result.then == path.answers["which"]
        assert path.played.result.then in PROGRAMME.talks
