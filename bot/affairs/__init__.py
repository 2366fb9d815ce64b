"""What is between people, one subject a file; `all_affairs` is all of it together."""

from __future__ import annotations

from bot.affairs import check_ins, meetings, mentor_nudges, pairs, profiles, relay, requests, team
from bot.affairs.desk import Affair


def all_affairs() -> tuple[Affair, ...]:
    """Every affair of the programme, made anew: what one of them keeps in memory belongs to one office."""
    return (
        profiles.AFFAIR,
        team.AFFAIR,
        requests.affair(),
        pairs.AFFAIR,
        relay.AFFAIR,
        meetings.AFFAIR,
        check_ins.AFFAIR,
        mentor_nudges.AFFAIR,
    )
