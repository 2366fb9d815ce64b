"""Moved: bot.messages."""

from bot.messages import *  # noqa: F403
