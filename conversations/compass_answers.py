"""Answers to tap in the career compass, for who writes with difficulty. They stand in the mirror as they are."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import Text, p_

SUGGESTIONS: Mapping[str, Mapping[str, Text]] = {
    "strengths": {
        # limit: 24
        "learn": p_("compass", "I learn fast"),
        # limit: 24
        "listen": p_("compass", "I listen well"),
        # limit: 24
        "plan": p_("compass", "I plan well"),
        # limit: 24
        "go_on": p_("compass", "I do not give up"),
        # limit: 24
        "care": p_("compass", "I care for others"),
        # limit: 24
        "writing": p_("compass", "Writing is hard"),
        # limit: 24
        "speaking": p_("compass", "Speaking up is hard"),
        # limit: 24
        "no": p_("compass", "Saying no is hard"),
    },
    "environment": {
        # limit: 24
        "quiet": p_("compass", "A quiet place"),
        # limit: 24
        "lively": p_("compass", "With a lot going on"),
        # limit: 24
        "outside": p_("compass", "Outside"),
        # limit: 24
        "home": p_("compass", "At home"),
        # limit: 24
        "office": p_("compass", "In an office"),
        # limit: 24
        "workshop": p_("compass", "Kitchen or workshop"),
        # limit: 24
        "children": p_("compass", "Where children are"),
        # limit: 24
        "women": p_("compass", "Among women"),
    },
    "profile": {
        # limit: 24
        "people": p_("compass", "Work with people"),
        # limit: 24
        "hands": p_("compass", "Work with my hands"),
        # limit: 24
        "numbers": p_("compass", "Work with numbers"),
        # limit: 24
        "words": p_("compass", "Work with words"),
        # limit: 24
        "ideas": p_("compass", "Work with ideas"),
        # limit: 24
        "lead": p_("compass", "Lead and organise"),
        # limit: 24
        "help": p_("compass", "Help and care"),
        # limit: 24
        "unknown": p_("compass", "I do not know yet"),
    },
    "company": {
        # limit: 24
        "alone": p_("compass", "By myself"),
        # limit: 24
        "others": p_("compass", "With other people"),
        # limit: 24
        "few": p_("compass", "With one or two"),
        # limit: 24
        "both": p_("compass", "A bit of both"),
    },
    "passion": {
        # limit: 24
        "cooking": p_("compass", "Cooking"),
        # limit: 24
        "sewing": p_("compass", "Sewing and crafts"),
        # limit: 24
        "beauty": p_("compass", "Hair and beauty"),
        # limit: 24
        "children": p_("compass", "Being with children"),
        # limit: 24
        "garden": p_("compass", "Growing plants"),
        # limit: 24
        "job": p_("compass", "It can be my job"),
        # limit: 24
        "business": p_("compass", "It can be my business"),
        # limit: 24
        "hobby": p_("compass", "It stays a hobby"),
    },
    "job": {
        # limit: 24
        "contract": p_("compass", "A fixed contract"),
        # limit: 24
        "part_time": p_("compass", "Part time"),
        # limit: 24
        "hours": p_("compass", "The same hours"),
        # limit: 24
        "learn": p_("compass", "I keep learning"),
        # limit: 24
        "help": p_("compass", "I help people"),
        # limit: 24
        "decide": p_("compass", "I decide myself"),
        # limit: 24
        "pay": p_("compass", "Good pay"),
        # limit: 24
        "diploma": p_("compass", "I use my diploma"),
    },
    "workday": {
        # limit: 24
        "school": p_("compass", "During school hours"),
        # limit: 24
        "morning": p_("compass", "In the morning"),
        # limit: 24
        "evening": p_("compass", "In the evening"),
        # limit: 24
        "near": p_("compass", "Close to home"),
        # limit: 24
        "calm": p_("compass", "One task at a time"),
        # limit: 24
        "varied": p_("compass", "Each day is different"),
        # limit: 24
        "colleagues": p_("compass", "A talk with colleagues"),
        # limit: 24
        "family": p_("compass", "Time for my family"),
    },
}
