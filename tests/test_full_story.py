"""The full story in a rehearsal, as it is read on three phones side by side. `make transcripts` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.transcripts.ensemble import ensemble
from tests.transcripts.full_story import CHAPTERS, OWN

FOLDER = Path(__file__).parent / "transcripts" / "together"
WRITE = os.environ.get("WRITE_TRANSCRIPTS") == "1"
# Who reads what: each language once on its own, and two women who share none but the one they write in.
READERS: Mapping[str, Mapping[str, str]] = {
    **{code: {"mentee": code, "mentor": code, "coordinator": code} for code in OWN},
    "mixed": {"mentee": "ar", "mentor": "nl", "coordinator": "fr"},
}


@pytest.mark.parametrize("readers", READERS)
async def test_the_full_story_goes_as_it_is_written(readers: str) -> None:
    async with ensemble(READERS[readers]) as house:
        for chapter in CHAPTERS:
            await chapter(house)
        played = house.transcript()
    golden = FOLDER / f"full_story.{readers}.txt"
    if WRITE:
        FOLDER.mkdir(exist_ok=True)
        golden.write_text(played, "utf-8")
    assert golden.read_text("utf-8") == played, "if it is meant to be so: make transcripts, and read what changed"


@pytest.mark.parametrize("readers", READERS)
async def test_no_phone_shows_an_address_of_another(readers: str) -> None:
    async with ensemble(READERS[readers]) as house:
        for chapter in CHAPTERS:
            await chapter(house)
        for one in house.women.values():
            screen = "\n".join(f"{seen.text}\n{seen.message.document}" for seen in one.phone.chat)
            others = [other.phone.address for other in house.women.values() if other is not one]
            assert [address for address in others if address in screen] == []


def test_every_transcript_belongs_to_the_story() -> None:
    assert {file.name for file in FOLDER.glob("*.txt")} == {f"full_story.{one}.txt" for one in READERS}
