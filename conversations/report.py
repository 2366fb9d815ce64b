"""Something is wrong with the other one: tell the team, or block her, with two taps from any message of hers."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.steps import Conversation, Option, Talk, Words, _, choice, lines, look, p_, paragraphs, say
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import NOT_HERE, Helplines
from bot.mentoring.mentorship import MyPairs, Pair, PairOf
from bot.mentoring.relay import Block, Concern, Report, id_in, name_of
from conversations import danger

TOLD = "-told"  # behind the id of the pair: the report is made, and only the block is left to ask
BLOCK = "block"

CONCERNS: Mapping[Concern, Option] = {
    # limit: 24
    Concern.MONEY: Option(p_("report", "She asks for money")),
    # limit: 24
    Concern.UNKIND: Option(p_("report", "She is unkind"), p_("report", "Hard words, or a threat")),
    # limit: 24
    Concern.OFF_GOAL: Option(p_("report", "Not about our goal")),
    # limit: 24
    Concern.OTHER: Option(p_("report", "Something else")),
}
# limit: 24
BLOCK_HER = p_("button", "🚫 Block her")
# limit: 20
NO = p_("button", "Not now")


def report(about: str) -> Conversation[Outcome]:
    """One tap says what it is, and the team has it. Then, only then, whether she also blocks her."""
    pair = yield from look("pair", PairOf(id_in(about)))
    if pair is None:
        yield from say(NOT_HERE)
        return Outcome()
    name = name_of(pair, (yield from look("pairs", MyPairs())))
    if about.endswith(TOLD):
        return (yield from also_block(pair, name))
    prompt = paragraphs(
        _("What happened with {name}? One tap, and the team is told.")(name=name),
        _("With “Block her” nothing from her reaches you any more. It cannot be undone."),
    )
    what = yield from choice("what", prompt, {**{each.value: CONCERNS[each] for each in CONCERNS}, BLOCK: BLOCK_HER})
    if what == BLOCK:
        return Outcome((Block(pair.id),))
    return Outcome((Report(pair.id, Concern(what)),), then="report", about=f"{pair.id}{TOLD}")


def also_block(pair: Pair, name: Words) -> Conversation[Outcome]:
    """After a report: the numbers that help at once, and the block."""
    known = yield from look("helplines", Helplines())
    urgent = lines(
        _("The team is no emergency line. In danger? Call:"), *(danger.shown(line) for line in danger.emergency(known))
    )
    asked = lines(
        _("Should I block {name}?")(name=name),
        _("Then you are no pair any more. Nothing from her reaches you."),
    )
    block = yield from choice("block", paragraphs(urgent, asked), {BLOCK: BLOCK_HER, "no": NO})
    return Outcome((Block(pair.id),) if block == BLOCK else ())


TALK = Talk("report", _("Tell the team"), report, aside=True)
