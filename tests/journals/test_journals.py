"""Old journals, replayed for ever: a file that is here once is never changed. A new meaning gets a new key.

Each says its talk, the journal as it was kept, and what must be asked next ("asks", after Back "back_asks") or which
effects it gives ("returns", each with the fields named there).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.dialogue.replay import Journal, back, play
from bot.mentoring.effects import Outcome
from conversations import BETWEEN, PROGRAMME

FILES = sorted(Path(__file__).parent.glob("*.json"))


def test_there_is_an_old_journal_of_every_talk_between_women() -> None:
    kept = {json.loads(file.read_text("utf-8"))["talk"] for file in FILES}
    assert {each.TALK.name for each in BETWEEN} <= kept


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_old_journal_goes_on_where_it_stood(file: Path) -> None:
    old = json.loads(file.read_text("utf-8"))
    journal = msgspec.convert(old["journal"], Journal)
    talk = PROGRAMME.talks[old["talk"]]

    def begin() -> Any:
        return talk.begin(old.get("about", ""))

    played = play(begin, journal)
    assert (played.asked.key if played.asked else None) == old.get("asks")
    if "back_asks" in old:
        before = back(journal, played)
        assert before is not None
        asked = play(begin, before).asked
        assert asked is not None
        assert asked.key == old["back_asks"]
    if "returns" in old:
        assert isinstance(played.result, Outcome)
        effects = json.loads(msgspec.json.encode(played.result.effects))
        assert len(effects) == len(old["returns"])
        for effect, wanted in zip(effects, old["returns"], strict=True):
            assert {key: effect[key] for key in wanted} == wanted
