"""Ready goals to start from, and ready answers for goals of her own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.dialogue.steps import Text, p_
from conversations.content import table


@dataclass(frozen=True, slots=True)
class Example:
    """One ready goal: how she will see that it is done, three milestones and a first step."""

    title: Text
    measure: Text
    milestones: tuple[Text, ...]
    step: Text


def fields() -> dict[str, Text]:
    """The professional fields by id, in their order."""
    return {field["id"]: Text(field["title"]) for field in table("goal_examples")["field"]}


def examples(field: str) -> dict[str, Example]:
    """The ready goals of a field by id; none for a field that is not known."""
    return {
        goal["id"]: Example(
            Text(goal["title"]),
            Text(goal["what"]),
            tuple(Text(piece["text"]) for piece in goal["milestone"]),
            Text(goal["practice"]),
        )
        for known in table("goal_examples")["field"]
        if known["id"] == field
        for goal in known["goal"]
    }


SMALLER: Mapping[str, Text] = {
    # limit: 22
    "ask": p_("goal", "Ask someone"),
    # limit: 22
    "find": p_("goal", "Find out more"),
    # limit: 22
    "visit": p_("goal", "Visit one place"),
    # limit: 22
    "try": p_("goal", "Try it one day"),
}

MEASURES: Mapping[str, Text] = {
    # limit: 22
    "paper": p_("goal", "I hold a paper"),
    # limit: 22
    "date": p_("goal", "I have a date"),
    # limit: 22
    "did": p_("goal", "I did it once"),
    # limit: 22
    "alone": p_("goal", "I do it alone"),
    # limit: 22
    "know": p_("goal", "I know the answer"),
}

REASONS: Mapping[str, Text] = {
    # limit: 22
    "money": p_("goal", "My own money"),
    # limit: 22
    "children": p_("goal", "My children"),
    # limit: 22
    "free": p_("goal", "My freedom"),
    # limit: 22
    "use": p_("goal", "To use my skills"),
    # limit: 22
    "people": p_("goal", "Meeting people"),
    # limit: 22
    "joy": p_("goal", "It gives me joy"),
}

MILESTONES: Mapping[str, Text] = {
    # limit: 22
    "know": p_("goal", "I know the way"),
    # limit: 22
    "asked": p_("goal", "I asked for advice"),
    # limit: 22
    "papers": p_("goal", "My papers are here"),
    # limit: 22
    "date": p_("goal", "I have a date"),
    # limit: 22
    "practised": p_("goal", "I practised"),
}

STEPS: Mapping[str, Text] = {
    # limit: 22
    "call": p_("goal", "Call one person"),
    # limit: 22
    "address": p_("goal", "Find one address"),
    # limit: 22
    "questions": p_("goal", "Note 3 questions"),
    # limit: 22
    "papers": p_("goal", "Look for my papers"),
}

MOMENTS: Mapping[str, Text] = {
    # limit: 22
    "breakfast": p_("goal", "After breakfast"),
    # limit: 22
    "school": p_("goal", "Children at school"),
    # limit: 22
    "evening": p_("goal", "The children sleep"),
    # limit: 22
    "bus": p_("goal", "On the bus"),
}
