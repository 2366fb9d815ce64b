"""Golden transcripts: whole talks as she reads them, in four languages. `make transcripts` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.transcripts.stories import OWN, RESTARTED, STORIES
from tests.transcripts.theatre import theatre

FOLDER = Path(__file__).parent / "transcripts"
WRITE = os.environ.get("WRITE_TRANSCRIPTS") == "1"


@pytest.mark.parametrize("language", OWN)
@pytest.mark.parametrize("story", STORIES)
async def test_a_story_goes_as_it_is_written(story: str, language: str, tmp_path: Path) -> None:
    file = tmp_path / "sorora.db" if story in RESTARTED else None
    async with theatre(language, file) as house:
        await STORIES[story](house)
        played = house.transcript()
    golden = FOLDER / f"{story}.{language}.txt"
    if WRITE:
        golden.write_text(played, "utf-8")
    assert golden.read_text("utf-8") == played, "if it is meant to be so: make transcripts, and read what changed"


def test_every_transcript_belongs_to_a_story() -> None:
    assert {file.name for file in FOLDER.glob("*.txt")} == {f"{story}.{one}.txt" for story in STORIES for one in OWN}
