"""What a simulation says: a page to read, and a picture. English only: it is for those who run a programme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from bot.mentoring.nudges import NUDGES
from bot.simulation.tally import Tally

PLAIN = {
    "check_in": "weekly check-in",
    "still_there": "“shall I still ask?”",
    "plan_moment": "the moment of her plan",
    "milestone_due": "the day of a milestone",
    "goal_after_2w": "goal, two weeks after",
    "goal_after_1m": "goal, a month after",
    "goal_after_3m": "goal, three months after",
    "goal_after_6m": "goal, half a year after",
    "pair_agree_again": "agreement, once more",
    "pair_ending": "the end is near",
    "pair_chain": "become a mentor?",
    "mentor_back": "mentor, back again?",
    "mentor_unanswered": "mentor, words that wait",
    "mentor_quiet": "mentor, a question to begin",
    "team_digest": "what waits for the team",
    "words": "words of the other woman",
    "mentee_week": "week of her mentee",
    "pair_agree": "agreement of a pair",
    "pair_begins": "you are connected",
    "pair_trial": "how does it feel?",
    "pair_active": "both said yes",
    "pair_over": "a pair is over",
    "pair_finish": "she would like to finish",
    "pair_longer": "some months more",
    "pair_paused": "a pause of a pair",
    "pair_resumed": "a pause is over",
}
ANSWERS = "answers to her"
WIDE = 40  # signs of the longest bar
LEFT, ROW, WIDTH = 230, 22, 720  # of the picture, in its units
INK, BAR, PALE = "#2b2b3a", "#7a4e8a", "#e9dfee"


def plain(kind: str) -> str:
    """A class of messages in words."""
    return PLAIN.get(kind, kind.replace("_", " "))


def share(part: float, whole: float) -> str:
    """A share in per cent."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def unasked(tally: Tally, *, nudges: bool) -> list[tuple[str, int]]:
    """Classes of what came unasked, the most frequent first: nudges, or what another woman's act caused."""
    return [(kind, n) for kind, n in tally.sent.most_common() if kind != ANSWERS and (kind in NUDGES) is nudges]


def text(tally: Tally, months: int, seed: int) -> str:
    """The page."""
    return "\n".join(
        [
            f"{months} months of a programme, with made-up people (seed {seed})",
            "",
            *people(tally),
            "",
            "What came unasked                 messages   a week and woman   answered",
            *classes(tally, unasked(tally, nudges=True)),
            "",
            "What another woman's act caused   messages   a week and woman   answered",
            *classes(tally, unasked(tally, nudges=False)),
            "",
            "At which hour of her own day it came",
            *hours(tally),
            "",
            *promises(tally),
            "",
            *truth(tally),
            "",
        ]
    )


def people(tally: Tally) -> Iterator[str]:
    """Who came, and how their goals and pairs stand at the end."""
    for what, number in tally.people.items():
        if what != "through the whole engine":
            yield f"{number:>9,}  {what}"
    yield f"{tally.weeks:>9,.0f}  weeks in which a woman took part, added up"
    for state, number in tally.pairs.most_common():
        what = "pairs in which nobody did anything for three weeks" if state == "stalled" else f"pairs {state}"
        yield f"{number:>9,}  {what}"


def classes(tally: Tally, found: Iterable[tuple[str, int]]) -> Iterator[str]:
    """A line for each class of messages, and one for all."""
    total = 0
    for kind, number in found:
        total += number
        a_week = number / tally.weeks if tally.weeks else 0
        yield f"  {plain(kind):<30}{number:>10,}{a_week:>19.3f}{share(tally.answered[kind], number):>11}"
    a_week = total / tally.weeks if tally.weeks else 0
    yield f"  {'all together':<30}{total:>10,}{a_week:>19.3f}"


def hours(tally: Tally) -> Iterator[str]:
    """A bar for each hour."""
    most = max(tally.hours.values(), default=1)
    for hour in range(24):
        number = tally.hours[hour]
        yield f"  {hour:02}  {number:>8,}  {'█' * round(WIDE * number / most)}".rstrip()


def promises(tally: Tally) -> Iterator[str]:
    """Whether anything was broken."""
    broken = +tally.broken
    if not broken:
        yield "Every promise was kept: nothing in quiet hours or in a pause, at most one nudge a day and one check-in a"
        yield "week, silence after three without an answer, and no burst after the server was off (twice, three days)."
        return
    yield "BROKEN PROMISES"
    yield from (f"{number:>9,}  {what}" for what, number in broken.most_common())


def truth(tally: Tally) -> Iterator[str]:
    """How it was made."""
    whole, everybody, answers = tally.people["through the whole engine"], tally.people["who came"], tally.sent[ANSWERS]
    yield f"{whole:,} of {everybody:,} women went through the whole engine, tap by tap, at random ({answers:,} answers"
    yield "to them). The others did the same by the effects in which their talks end. Tables, clock, outbox and what"
    yield "both platforms show are real; no network was there, and no platform's rule about when something may be sent."


# --- the picture --------------------------------------------------------------------------------------------------


def picture(tally: Tally, months: int) -> str:
    """The same as an SVG file: messages a week and woman by class, and the hours at which they came."""
    found = unasked(tally, nudges=True) + unasked(tally, nudges=False)
    weekly = [(plain(kind), number / tally.weeks if tally.weeks else 0.0) for kind, number in found]
    daily = [(f"{hour:02}:00", float(tally.hours[hour])) for hour in range(24)]
    title = f"{months} months with {tally.people['who came']:,} made-up women"
    first, below = bars("What came unasked, a week and woman", weekly, 50, "{:.3f}")
    second, end = bars("At which hour of her own day", daily, below + 20, "{:,.0f}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end}" font-family="sans-serif" font-size="13"'
        f' fill="{INK}" role="img"><title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>'
        f'<text x="16" y="28" font-size="18">{escape(title)}</text>{first}{second}</svg>\n'
    )


def bars(title: str, rows: list[tuple[str, float]], top: int, form: str) -> tuple[str, int]:
    """Bars with a title, and where they end."""
    most = max((value for _name, value in rows), default=0) or 1
    parts = [f'<text x="16" y="{top + 14}" font-size="15">{escape(title)}</text>']
    y = top + 26
    for name, value in rows:
        wide = (WIDTH - LEFT - 90) * value / most
        parts.append(
            f'<text x="{LEFT - 10}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{WIDTH - LEFT - 90}" height="{ROW - 6}" fill="{PALE}"/>'
            f'<rect x="{LEFT}" y="{y}" width="{wide:.1f}" height="{ROW - 6}" fill="{BAR}"/>'
            f'<text x="{WIDTH - 80}" y="{y + 13}">{form.format(value)}</text>'
        )
        y += ROW
    return "".join(parts), y + 10
