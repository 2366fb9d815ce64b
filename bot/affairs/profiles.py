"""Profiles of both sides, and the path of a mentor up to the decision."""

from __future__ import annotations

from bot.affairs.desk import Affair

AFFAIR = Affair()
