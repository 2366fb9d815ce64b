"""The calendar file of a meeting (RFC 5545): it can be opened by any phone, and says nothing of mentoring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from bot.messages import Document

NAME = "meeting.ics"
MIME = "text/calendar"


def calendar_file(
    uid: str, sequence: int, title: str, at: datetime, minutes: int, now: datetime, *, place: str = "", cancels: bool
) -> Document:
    """A file with one event. `at`: UTC. The same `uid` with a higher `sequence` moves the event that is in her calendar
    already, or takes it out (`cancels`). It names no organizer: RFC 5545, 3.8.4.3 asks for one only where a group is
    invited by mail."""
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", at.astimezone(UTC))
    event.add("dtend", (at + timedelta(minutes=minutes)).astimezone(UTC))
    event.add("summary", title)
    event.add("status", "CANCELLED" if cancels else "CONFIRMED")
    if place:
        event.add("location", place)
    calendar = Calendar()
    calendar.add("prodid", "-//Sorora//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancels else "PUBLISH")
    calendar.add_component(event)
    return Document(NAME, MIME, calendar.to_ical())
