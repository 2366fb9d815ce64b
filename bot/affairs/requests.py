"""Suggestions, requests and their answers, the waiting list."""

from __future__ import annotations

from bot.affairs.desk import Affair


def affair() -> Affair:
    """The affair, with a table of mentors of its own."""
    return Affair()
