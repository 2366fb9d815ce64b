"""Fictional women: how they are, and what they do when something reaches them. All chance comes from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.mentoring.check_ins import PAUSES, PauseNudges, TellWeek
from bot.mentoring.effects import ChangeGoal, Effect, GiveConsent, SaveGoal, SetProfile
from bot.mentoring.goals import Goal, GoalPlan, GoalState, Milestone
from bot.mentoring.mentorship import LENGTHS, Chain, Ending, Week
from bot.mentoring.mentorship import Rhythm as Contact
from bot.mentoring.openers import SendOpener
from bot.mentoring.pair_steps import AfterTrial, Agree, AnswerChain, AnswerTrial, WishEnding
from bot.mentoring.people import Purpose, Role
from bot.mentoring.relay import Relay
from bot.messages import Opening
from bot.simulation.tally import Record

ZONES = ("Europe/London", "Africa/Casablanca", "Africa/Asmara", "Asia/Beirut", "Asia/Kabul", "America/Montreal")
MONTH = timedelta(days=30)
# How they are: the share of women who are so, and how often such a woman answers.
TEMPERS = {"answers nearly always": (40, 0.92), "answers now and then": (40, 0.5), "grows quiet": (20, 0.12)}


@dataclass(slots=True, eq=False)
class Life:
    """A fictional woman. whole: she goes through the whole engine, tap by tap; id: in the tables, 0 before she came."""

    number: int
    channel: str
    address: str
    language: str
    role: Role
    answers: float
    whole: bool
    comes: datetime
    chance: random.Random
    id: int = 0
    away: bool = False  # she has blocked the bot
    paired: bool = False
    record: Record = field(default_factory=Record)

    def describes(self, today: date) -> SaveGoal:
        """A goal with milestones some weeks apart, and for one in three a moment for the first step."""
        far = today + timedelta(days=self.chance.randint(60, 170))
        days = sorted({self.chance.randint(7, 150) for _milestone in range(self.chance.randint(1, 4))})
        moment = datetime.combine(today + timedelta(days=self.chance.randint(1, 2)), time(self.chance.randint(8, 20)))
        plan = GoalPlan(
            title=f"Made-up goal {self.number}", measure="It is done.", sure=self.chance.randint(3, 5), why="For me.",
            by=far,
            milestones=tuple(Milestone(f"Made-up step {n}", today + timedelta(days=n)) for n in days),
            first_step="A first call", if_then={"at": moment.isoformat()} if self.chance.random() < 0.33 else None,
        )  # fmt: skip
        return SaveGoal(plan)

    def introduces_herself(self) -> list[Effect]:
        """Her yes, and what she prefers: seven in ten keep the usual day and hours."""
        effects: list[Effect] = [
            SetProfile(role=self.role, adult=True, alias=f"Fictive {self.number}"),
            GiveConsent(frozenset(Purpose), "simulation", ""),
        ]
        if self.chance.random() < 0.1:
            effects.append(SetProfile(zone=self.chance.choice(ZONES)))
        if self.chance.random() < 0.3:
            begin = self.chance.choice((20, 21, 22, 23, 0))
            effects.append(
                SetProfile(
                    check_in_day=self.chance.randrange(7),
                    check_in_at=time(self.chance.randint(6, 23)),
                    quiet_from=time(begin),
                    quiet_until=time(self.chance.randint(6, 11)),
                    discreet=self.chance.random() < 0.3,
                )
            )
        return effects

    def reacts_in(self) -> timedelta | None:
        """How long after something reached her she reacts to it; None where she does not."""
        if self.chance.random() > self.answers:
            return None
        return timedelta(minutes=self.chance.choice((1, 3, 10, 30, 90, 240, 720, 1500)))

    def reacts(self, kind: str, opens: Opening | None, goals: tuple[Goal, ...], today: date) -> list[Effect]:
        """What she does about something of this class whose first button opens that talk."""
        about = int(opens.about) if opens is not None and opens.about.isdigit() else 0
        match kind:
            case "check_in" | "still_there":
                return [*self.tells_her_week(goals, today), *self.wants_a_pause()]
            case "milestone_due":
                return self.goes_on(goals, today)
            case "pair_agree" | "pair_agree_again":
                months = self.chance.choice(LENGTHS)
                return [Agree(about, self.chance.choice(list(Contact)), months, True, self.chance.random() < 0.7)]
            case "pair_trial":
                kinds, weights = (AfterTrial.YES, AfterTrial.LATER, AfterTrial.NO), (85, 10, 5)
                return [AnswerTrial(about, self.chance.choices(kinds, weights)[0])]
            case "pair_ending" | "pair_finish":
                return [WishEnding(about, self.chance.choice(list(Ending)))]
            case "mentor_quiet":
                return [SendOpener(*map(int, opens.about.split("-")))] if opens is not None else []
            case "pair_begins" | "pair_active" | "mentor_unanswered":
                return [Relay(about, "Made-up words")]
            case "words" if self.chance.random() < 0.6:  # at some time a talk is over
                return [Relay(about, "A made-up answer")]
            case "pair_chain":
                return [AnswerChain(about, self.chance.choice(list(Chain)))]
            case _:
                return []

    def tells_her_week(self, goals: tuple[Goal, ...], today: date) -> list[Effect]:
        """The check-in answered: how her week was, and now and then a milestone that is done."""
        how = self.chance.choices(list(Week), (50, 35, 15))[0]
        moved = self.goes_on(goals, today) if self.chance.random() < 0.3 else []
        return [*moved, TellWeek(how, len(moved), how is Week.HARD)]

    def goes_on(self, goals: tuple[Goal, ...], today: date) -> list[Effect]:
        """The next milestone of her goal is done; with the last one the goal is reached."""
        goal = next((one for one in goals if one.state is GoalState.DESCRIBED), None)
        if goal is None:
            return []
        steps = list(goal.plan.milestones)
        waiting = [n for n, step in enumerate(steps) if step.done_on is None]
        if waiting:
            steps[waiting[0]] = Milestone(steps[waiting[0]].words, steps[waiting[0]].by, today)
        plan = GoalPlan(
            **{**{f: getattr(goal.plan, f) for f in goal.plan.__struct_fields__}, "milestones": tuple(steps)}
        )
        state = GoalState.DESCRIBED if len(waiting) > 1 else GoalState.REACHED
        return [ChangeGoal(goal.id, plan, state)]

    def wants_a_pause(self) -> list[Effect]:
        """One answer in forty is that she wants to hear nothing for some weeks."""
        return [PauseNudges(self.chance.choice(PAUSES))] if self.chance.random() < 0.025 else []


def lives(people: int, whole: float, start: datetime, months: int, seed: int, languages: list[str]) -> list[Life]:
    """So many women, who come during the first two thirds of the time: most of them in the first month."""
    chance, found = random.Random(seed), []  # noqa: S311  fictional people
    late = start + MONTH * months * 2 / 3
    for number in range(people):
        ((_share, answers),) = chance.choices(list(TEMPERS.values()), [share for share, _often in TEMPERS.values()])
        whole_now = int((number + 1) * whole) > int(number * whole)  # spread evenly
        until = min(start + MONTH, late) if chance.random() < 0.7 else late
        channel = "telegram" if chance.random() < 0.6 else "whatsapp"
        found.append(
            Life(
                number, channel, f"fictional-{seed}-{number}", chance.choice(languages),
                Role.MENTOR if number % 5 == 0 else Role.MENTEE, answers, whole_now,
                start + (until - start) * chance.random(), random.Random(f"{seed}/{number}"),  # noqa: S311
            )
        )  # fmt: skip
    return found
