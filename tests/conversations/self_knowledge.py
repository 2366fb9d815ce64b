"""What the tests of self-knowledge share: the moment, earlier answers, and a picture really drawn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.dialogue.steps import Picture
from bot.i18n import Catalogs
from bot.mentoring.assessments import Assessment, Taken
from bot.mentoring.lookups import Me, Now, TakenBefore
from bot.mentoring.people import Person, Role
from bot.pictures import draw

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=ZoneInfo("Europe/Brussels"))
EARLIER = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)  # in Brussels it is already 1 September
WHATSAPP_CAPTION = 1024  # characters; longer text leaves the picture and costs a message of its own
ROOM_TO_GROW = 0.75  # French runs 27 % longer (LANGUAGES)


def world(kind: Assessment, then: dict[str, int] | None = None, role: Role | None = None) -> dict[Any, Any]:
    """All look-ups of a questionnaire; `then` are the levels of an earlier time."""
    before = () if then is None else (Taken(kind, EARLIER.replace(year=2025), {}), Taken(kind, EARLIER, then))
    return {Now: NOW, Me: Person(5, role=role), TakenBefore: before}


def drawn(picture: Picture | None) -> bytes:
    """The picture as the woman sees it in English; AssertionError where there is none."""
    assert picture is not None
    data: Any = Catalogs.load().data(picture.data, "en")
    png = draw(picture.kind, data, "en")
    assert png.startswith(b"\x89PNG")
    return png
