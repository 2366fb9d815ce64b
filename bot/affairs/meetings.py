"""Meetings of a pair, and introductions to a third woman."""

from __future__ import annotations

from bot.affairs.desk import Affair

AFFAIR = Affair()
