"""Answers to tap in the career compass, for who writes with difficulty. They stand in the mirror as they are."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import Text, p_

SUGGESTIONS: Mapping[str, Mapping[str, Text]] = {
    "strengths": {
        # limit: 22
        "learn": p_("compass", "I learn fast"),
        # limit: 22
        "listen": p_("compass", "I listen well"),
        # limit: 22
        "plan": p_("compass", "I plan well"),
        # limit: 22
        "go_on": p_("compass", "I do not give up"),
        # limit: 22
        "care": p_("compass", "I care for others"),
        # limit: 22
        "writing": p_("compass", "Writing is hard"),
        # limit: 22
        "speaking": p_("compass", "Speaking is hard"),
        # limit: 22
        "no": p_("compass", "Saying no is hard"),
    },
    "environment": {
        # limit: 22
        "quiet": p_("compass", "A quiet place"),
        # limit: 22
        "lively": p_("compass", "A lively place"),
        # limit: 22
        "outside": p_("compass", "Outside"),
        # limit: 22
        "home": p_("compass", "At home"),
        # limit: 22
        "office": p_("compass", "In an office"),
        # limit: 22
        "workshop": p_("compass", "A workshop"),
        # limit: 22
        "children": p_("compass", "Where children are"),
        # limit: 22
        "women": p_("compass", "Among women"),
    },
    "profile": {
        # limit: 22
        "people": p_("compass", "Work with people"),
        # limit: 22
        "hands": p_("compass", "Work with my hands"),
        # limit: 22
        "numbers": p_("compass", "Work with numbers"),
        # limit: 22
        "words": p_("compass", "Work with words"),
        # limit: 22
        "ideas": p_("compass", "Work with ideas"),
        # limit: 22
        "lead": p_("compass", "Lead and organise"),
        # limit: 22
        "help": p_("compass", "Help and care"),
        # limit: 22
        "unknown": p_("compass", "I do not know yet"),
    },
    "company": {
        # limit: 22
        "alone": p_("compass", "By myself"),
        # limit: 22
        "others": p_("compass", "With other people"),
        # limit: 22
        "few": p_("compass", "With one or two"),
        # limit: 22
        "both": p_("compass", "A bit of both"),
    },
    "passion": {
        # limit: 22
        "cooking": p_("compass", "Cooking"),
        # limit: 22
        "sewing": p_("compass", "Sewing and crafts"),
        # limit: 22
        "beauty": p_("compass", "Hair and beauty"),
        # limit: 22
        "children": p_("compass", "Children"),
        # limit: 22
        "garden": p_("compass", "Growing plants"),
        # limit: 22
        "job": p_("compass", "It can be my job"),
        # limit: 22
        "business": p_("compass", "My own business"),
        # limit: 22
        "hobby": p_("compass", "It stays a hobby"),
    },
    "job": {
        # limit: 22
        "contract": p_("compass", "A fixed contract"),
        # limit: 22
        "part_time": p_("compass", "Part time"),
        # limit: 22
        "hours": p_("compass", "The same hours"),
        # limit: 22
        "learn": p_("compass", "I keep learning"),
        # limit: 22
        "help": p_("compass", "I help people"),
        # limit: 22
        "decide": p_("compass", "I decide myself"),
        # limit: 22
        "pay": p_("compass", "Good pay"),
        # limit: 22
        "diploma": p_("compass", "I use my diploma"),
    },
    "workday": {
        # limit: 22
        "school": p_("compass", "School hours"),
        # limit: 22
        "morning": p_("compass", "In the morning"),
        # limit: 22
        "evening": p_("compass", "In the evening"),
        # limit: 22
        "near": p_("compass", "Close to home"),
        # limit: 22
        "calm": p_("compass", "One task at a time"),
        # limit: 22
        "varied": p_("compass", "Different tasks"),
        # limit: 22
        "colleagues": p_("compass", "Nice colleagues"),
        # limit: 22
        "family": p_("compass", "Time for my family"),
    },
}
