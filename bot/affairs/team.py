"""Coordinators: who they are, what waits for them, what they decide; reports."""

from __future__ import annotations

from bot.affairs.desk import Affair

AFFAIR = Affair()
