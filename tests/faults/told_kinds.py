"""The kinds of notices, and what has to be so that each is told: an entry for every kind of `all_affairs()`, and one
for what a woman writes to another (WORDS).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import product

from msgspec.structs import replace

from bot.affairs.desk import WORDS
from bot.mentoring.check_ins import AFTERCARE
from bot.mentoring.goals import GoalState
from bot.mentoring.meetings import (
    IntroductionState,
    MeetingState,
)
from bot.mentoring.mentorship import PairState, Side, Week
from bot.mentoring.openers import OPENERS
from bot.mentoring.path import MentorState
from bot.mentoring.profiles import Level, Profile
from bot.mentoring.relay import LONGEST, Concern, RelayState
from bot.mentoring.requests import RequestState
from bot.mentoring.team import CaseFile, CaseState
from bot.store import team
from conversations.answer import ANSWER
from conversations.case import LONGEST as LONGEST_LETTER
from conversations.find import LINE
from conversations.request import QUESTION
from tests.affairs import cast
from tests.faults.cases import SPOKEN, words
from tests.faults.told import (
    SetUp,
    all_of,
    all_wait,
    applying,
    asked_of_gone,
    case,
    coordinates,
    gave_feedback,
    goal,
    introduction,
    meeting,
    of_pair,
    relayed,
    request,
    speaks,
    to_team,
    waiting,
    week,
    with_the_next,
    written_to_mentor,
)

BEFORE = {"at": "trial_at", "days": -30}  # they were connected once
ACTIVE, ENDED = of_pair(PairState.ACTIVE), of_pair(PairState.ENDED, **BEFORE)  # type: ignore[arg-type]
AGREEING, TRIAL = of_pair(PairState.AGREEING, agreed={}), of_pair(PairState.TRIAL)
UNTIL = of_pair(PairState.ACTIVE, at="active_until", days=10)
WAITS, BOTH = MentorState.WAITING, frozenset(Side)
REPORT, HELP = CaseFile(Concern.MONEY, words(500)), CaseFile(team.HELP, words(500))
OPEN, ACCEPTED = IntroductionState.OFFERED, IntroductionState.ACCEPTED
REMINDER = meeting(MeetingState.AGREED, was=True)

SET_UPS: Mapping[str, SetUp] = {
    "mentor_question": applying(WAITS, question=words(500)),
    "mentor_approved": applying(MentorState.APPROVED),
    "mentor_declined": all_of(
        applying(MentorState.DECLINED, reason=words(500)), applying(MentorState.DECLINED, reason=None)
    ),
    "mentor_unanswered": written_to_mentor,
    "mentor_quiet": all_of(*[of_pair(PairState.ACTIVE, Side.MENTOR)] * (len(OPENERS) // 2)),  # each question once
    "mentor_back": applying(MentorState.APPROVED, paused=-timedelta(hours=1)),
    "are_you_there": applying(MentorState.APPROVED, paused=timedelta(days=28)),
    "team_paused": applying(WAITS),
    "team_welcome": coordinates,
    "team_applicant": to_team(all_of(applying(WAITS), applying(WAITS, question=words(500), answer=words(500)))),
    "team_waiting": to_team(waiting),
    "team_digest": all_wait,
    "team_asks": ACTIVE,
    "team_report": to_team(case(REPORT)),
    "team_help": to_team(all_of(case(HELP), case(HELP, about=False))),
    "case_read": ACTIVE,
    "case_letter": case(replace(REPORT, letter=words(LONGEST_LETTER))),
    "case_closed": case(REPORT, CaseState.CLOSED),
    "case_unanswered": case(REPORT),
    "request_card": all_of(request(Side.MENTOR, note=words(LINE)), request(Side.MENTOR, note=SPOKEN)),
    "request_reminder": request(Side.MENTOR),
    "request_question": all_of(
        request(Side.MENTEE, question=words(QUESTION), at="questioned_at"),
        request(Side.MENTEE, question=SPOKEN, at="questioned_at"),
    ),
    "request_answered": all_of(
        request(Side.MENTOR, answer=words(ANSWER), at="replied_at"),
        request(Side.MENTOR, answer=SPOKEN, at="replied_at"),
    ),
    "request_gone": request(Side.MENTOR, RequestState.VOID),
    "request_made": request(Side.MENTEE, by_team=True),
    "request_closed": all_of(
        with_the_next, request(Side.MENTEE, RequestState.EXPIRED), speaks(cast.PROFILE), speaks(Profile()),
        speaks(replace(cast.PROFILE, languages={"so": Level.MOTHER})), asked_of_gone,
    ),
    "new_mentor": waiting,
    "pair_agree": AGREEING,
    "pair_agree_again": AGREEING,
    "pair_begins": TRIAL,
    "pair_trial": TRIAL,
    "pair_active": UNTIL,
    "pair_paused": of_pair(PairState.HOLD, at="hold_until", days=28),
    "pair_resumed": ACTIVE,
    "pair_ending": UNTIL,
    "pair_finish": ACTIVE,
    "pair_longer": UNTIL,
    "pair_over": all_of(of_pair(PairState.COMPLETED, **BEFORE), ENDED, of_pair(PairState.ENDED)),  # type: ignore[arg-type]
    "pair_media": all_of(
        ACTIVE, of_pair(PairState.ACTIVE, media=frozenset({Side.MENTEE})), of_pair(PairState.ACTIVE, media=BOTH)
    ),
    "pair_mentor_gone": of_pair(PairState.ENDED, Side.MENTEE),
    "pair_mentee_gone": of_pair(PairState.ENDED, Side.MENTOR),
    "pair_chain": of_pair(PairState.COMPLETED, Side.MENTEE),
    "pair_feedback": gave_feedback(ENDED),
    "relay_failed": ACTIVE,
    "relay_lost": ACTIVE,
    "relay_contacts": of_pair(PairState.ACTIVE, Side.MENTOR, contacts=frozenset({Side.MENTEE})),
    "relay_agreed": all_of(
        of_pair(PairState.ACTIVE, contacts=BOTH),
        relayed(of_pair(PairState.ACTIVE, contacts=BOTH), RelayState.HELD, "0470 00 00 00"),
    ),
    WORDS: all_of(
        relayed(ACTIVE, RelayState.WAITING, words(LONGEST), about=True),
        relayed(ACTIVE, RelayState.WAITING, "Yes", about=True),
    ),
    "meeting_proposed": all_of(meeting(MeetingState.PROPOSED), meeting(MeetingState.PROPOSED, was=True)),
    "meeting_lapsed": meeting(MeetingState.CANCELLED, mine=True),
    "meeting_agreed": REMINDER,
    "meeting_tomorrow": REMINDER,
    "meeting_soon": REMINDER,
    "meeting_cancelled": all_of(
        *(meeting(MeetingState.CANCELLED, mine=mine, was=was) for mine, was in product((True, False), repeat=2))
    ),
    "meeting_how": meeting(MeetingState.PAST, was=True),
    "introduction_ask": introduction(OPEN, "mentee"),
    "introduction_link": introduction(OPEN, "mentor", code="a" * 20),
    "introduction_made": introduction(ACCEPTED, "mentee"),
    "introduction_done": introduction(ACCEPTED, "mentor"),
    "introduction_reach": introduction(ACCEPTED, "mentee", "contact", reach=True),
    "introduction_closed": introduction(IntroductionState.CLOSED, "mentee", "mentor", "contact"),
    "check_in": all_of(goal(), of_pair(PairState.ACTIVE, Side.MENTEE)),
    "still_there": goal(),
    "milestone_due": goal(),
    "plan_moment": goal(),
    **dict.fromkeys(AFTERCARE, all_of(goal(GoalState.REACHED), goal(GoalState.CONTINUING))),
    "mentee_week": all_of(*(week(how) for how in Week), week(Week.GOOD, 1), week(Week.HARD, 5, stuck=True)),
}  # fmt: skip
