"""What two women write to each other, brought across without their numbers."""

from __future__ import annotations

from bot.affairs.desk import Affair

AFFAIR = Affair()
