"""The full story over the strict platforms, across channels: one woman on Telegram, the other on WhatsApp."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.process import Nursery
from tests.e2e.two_phones import at_home
from tests.transcripts.full_story import OWN, full_story

TELEGRAM, WHATSAPP = "telegram", "whatsapp"
APPS = [
    {"mentee": TELEGRAM, "mentor": WHATSAPP, "coordinator": TELEGRAM},
    {"mentee": WHATSAPP, "mentor": TELEGRAM, "coordinator": WHATSAPP},
]
LANGUAGES = {"mentee": "fr", "mentor": "en", "coordinator": "nl"}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Forks quickly."""
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.mark.parametrize(
    "apps", APPS if "LONG" in os.environ else APPS[:1], ids=lambda apps: f"{apps['mentee']}-{apps['mentor']}"
)
async def test_two_women_find_each_other_across_channels(
    apps: Mapping[str, str], tmp_path: Path, nursery: Nursery
) -> None:
    async with at_home(tmp_path, nursery, apps, LANGUAGES) as house:
        await full_story(house)
        assert house.refused() == []
        assert not house.sorora.complaints, "\n".join(map(str, house.sorora.complaints))
        for her in house.women.values():
            assert house.strangers_read(her) == []
        assert await house.sorora.stop() == 0
        log = "\n".join(map(str, house.sorora.lines))
        assert [words for words in OWN[house.mentee.language].values() if words in log] == []
