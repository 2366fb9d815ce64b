"""The full story in the simulator page of `sorora demo`, in a real Chromium, with three phones on the table."""

from __future__ import annotations

from tests.e2e.browser import ONE_BROWSER, browser  # noqa: F401 - `browser` is a fixture
from tests.e2e.table import OnTable, demo, table  # noqa: F401 - `demo` and `table` are fixtures
from tests.transcripts.full_story import full_story

pytestmark = ONE_BROWSER


async def test_the_full_story_with_three_phones_on_the_table(table: OnTable) -> None:  # noqa: F811
    await full_story(table)
    assert await table.page.locator(".toast:visible").count() == 0
