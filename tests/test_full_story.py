"""Stories of several women in a rehearsal, as they are read on three phones. `make transcripts` writes them anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.transcripts.a_bad_turn import a_bad_turn
from tests.transcripts.ensemble import Ensemble, ensemble
from tests.transcripts.full_story import OWN, full_story

FOLDER = Path(__file__).parent / "transcripts" / "together"
WRITE = os.environ.get("WRITE_TRANSCRIPTS") == "1"
# Who reads what: each language once on its own, and two women who share none but the one they write in.
READERS: Mapping[str, Mapping[str, str]] = {
    **{code: {"mentee": code, "mentor": code, "coordinator": code} for code in OWN},
    "mixed": {"mentee": "ar", "mentor": "nl", "coordinator": "fr"},
}


STORIES = {"full_story": full_story, "a_bad_turn": a_bad_turn}
PLAYED = [("full_story", readers) for readers in READERS] + [("a_bad_turn", readers) for readers in OWN]


@pytest.mark.parametrize(("story", "readers"), PLAYED)
async def test_the_story_goes_as_it_is_written(story: str, readers: str) -> None:
    async with ensemble(READERS[readers]) as house:
        await STORIES[story](house)
        played = house.transcript()
        assert strangers_read(house) == []
    golden = FOLDER / f"{story}.{readers}.txt"
    if WRITE:
        FOLDER.mkdir(exist_ok=True)
        golden.write_text(played, "utf-8")
    assert golden.read_text("utf-8") == played, "if it is meant to be so: make transcripts, and read what changed"


def strangers_read(house: Ensemble) -> list[str]:
    """Addresses that stand on the screen of another woman: no phone must show any."""
    found = []
    for one in house.women.values():
        screen = "\n".join(f"{seen.text}\n{seen.message.document}" for seen in one.phone.chat)
        others = [other.phone.address for other in house.women.values() if other is not one]
        found += [address for address in others if address in screen]
    return found


def test_every_transcript_belongs_to_a_story() -> None:
    assert {file.name for file in FOLDER.glob("*.txt")} == {f"{story}.{readers}.txt" for story, readers in PLAYED}
