"""Self-assessments: strengths first, never a grade. What was answered when, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Assessment(StrEnum):
    """The questionnaires of the programme."""

    COMPETENCIES = "competencies"
    READINESS = "readiness"
    SKILLS = "skills"
    COMPASS = "compass"
    BARRIERS = "barriers"


class Taken(msgspec.Struct, frozen=True):
    """One questionnaire as it was answered once: item id to a number (higher is further along) at a UTC time."""

    kind: Assessment
    at: datetime
    levels: dict[str, int] = {}
