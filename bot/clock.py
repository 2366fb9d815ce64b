"""Time is passed in: nothing in the programme asks the machine for the time but through a Clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class MovableClock:
    """Another clock's time, moved by `ahead` (the simulator's; never earlier than before)."""

    def __init__(self, base: Clock, ahead: timedelta = timedelta(0)) -> None:
        self.base = base
        self.ahead = ahead

    def now(self) -> datetime:
        """The moved moment, aware, in UTC."""
        return self.base.now() + self.ahead

    def forward(self, by: timedelta) -> None:
        """Move on by a positive duration. Raises ValueError for a negative one: time does not go back."""
        if by < timedelta(0):
            raise ValueError("a clock only moves forward")
        self.ahead += by
