"""The life of a pair: agreement, trial, pause, end, feedback."""

from __future__ import annotations

from bot.affairs.desk import Affair

AFFAIR = Affair()
