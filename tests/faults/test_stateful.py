"""A state machine over the whole engine: seven women do anything at all, in any order, and time goes by.

After every single step: nobody reads another's number or name on a platform, nor words that were meant for another; a
mentee has one living pair at most; places hold; a block is final; nobody meets a mentor who is not approved; requests
end within their time; nothing broke. Quick in `make test`; LONG=1 (`make stateful`) tries many more ways.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.engine.understand import read_button
from bot.mentoring.mentorship import PairState
from bot.messages import read_opening
from bot.testing import Phone, Seen, rehearsal
from conversations import PROGRAMME
from tests.faults.village import MENTEES, MENTORS, Village, are_a_pair, settle
from tests.transcripts.ensemble import opening, presses

LONG = "LONG" in os.environ
NEWEST = 6  # messages from the end on which a thumb may fall

WORDS = "words of her own"

women = st.integers(0, 6)
places = st.integers(0, NEWEST - 1)
buttons = st.integers(0, 11)
picks = st.lists(st.integers(0, 11), max_size=8)
talks = st.sampled_from(sorted(PROGRAMME.talks))
innocent = ("Yes", "no", "stop", "back", "2", "menu", "Thank you!", "1 3", "15 June 2027", "10:30")
lures = ("my number is 0470 00 00 09", "call +32 470 11 22 33", "send me 50 euro", "find me as @made_up_name")
beginnings = st.sampled_from(
    [
        (),
        ((0, 3, PairState.ACTIVE),),
        ((0, 3, PairState.TRIAL), (1, 3, PairState.ACTIVE)),
        ((2, 4, PairState.AGREEING),),
    ]
)


def asks(seen: Seen) -> bool:
    """Whether a message is a question: then it has ways out."""
    return any(read_button(button.data) for button in (*seen.message.options, *seen.message.nav))


class Women(RuleBasedStateMachine):
    """Seven women and a clock."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.village: Village = self.do(self.begin())

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Let something happen to its end."""
        return self.loop.run_until_complete(work)

    async def begin(self) -> Village:
        return await settle(await self.stack.enter_async_context(rehearsal()))

    def teardown(self) -> None:
        self.do(self.stack.aclose())
        self.loop.close()

    def phone(self, who: int) -> Phone:
        return self.village.people[who].phone

    def seen(self, who: int, place: int) -> Seen | None:
        """One of her newest messages, counted from the end."""
        chat = self.phone(who).chat[-NEWEST:]
        return chat[-1 - place % len(chat)] if chat else None

    # --- what they do ---------------------------------------------------------------------------------------------

    @initialize(pairs=beginnings)
    def some_are_pairs(self, pairs: tuple[tuple[int, int, PairState], ...]) -> None:
        for mentee, mentor, state in pairs:
            self.do(are_a_pair(self.village, mentee, mentor, state))

    @rule(who=women, place=places, button=buttons)
    def taps(self, who: int, place: int, button: int) -> None:
        """Any button of any of her newest messages."""
        seen = self.seen(who, place)
        if seen is not None and seen.buttons:
            data = seen.buttons[button % len(seen.buttons)].data
            self.do(self.phone(who).does(button=data, card=seen.id))

    @rule(who=women, picks=picks)
    def goes_on(self, who: int, picks: list[int]) -> None:
        """Her open question and those after it, answered as they are meant to be: so talks come to their end."""
        for pick in picks:
            seen = next((one for one in reversed(self.phone(who).chat) if asks(one)), None)
            if seen is None or not seen.message.options:
                self.writes(who)
                continue
            data = seen.message.options[pick % len(seen.message.options)].data
            self.do(self.phone(who).does(button=data, card=seen.id))
            done = next((one.data for one in seen.message.nav if one.data.endswith("!done")), None)
            if done and pick % 3:
                self.do(self.phone(who).does(button=done, card=seen.id))

    @rule(who=women, button=buttons, picks=picks)
    def follows(self, who: int, button: int, picks: list[int]) -> None:
        """The newest message with a button that opens a talk, and on in that talk."""
        for seen in reversed(self.phone(who).chat[-NEWEST:]):
            found = [button.data for button in seen.buttons if read_opening(button.data)]
            if found:
                self.do(self.phone(who).does(button=found[button % len(found)], card=seen.id))
                self.goes_on(who, picks)
                return

    @rule(who=women, talk=talks, about=st.integers(0, 9))
    def forges(self, who: int, talk: str, about: int) -> None:
        """A button that nobody sent her: any talk about anything."""
        self.do(self.phone(who).does(button=f"@{talk}:{about or ''}"))

    @rule(who=women, talk=talks, picks=picks)
    def opens(self, who: int, talk: str, picks: list[int]) -> None:
        """A talk, and on in it."""
        self.do(self.phone(who).types(f"/{PROGRAMME.talks[talk].command or talk}"))
        self.goes_on(who, picks)

    @rule(mentee=st.sampled_from(MENTEES), wordless=st.booleans())
    def asks_a_mentor(self, mentee: int, wordless: bool) -> None:
        """The whole way to a request, where there is one for her now."""
        self.opens(mentee, "find", [])
        self.tries(mentee, "", "only", "skip" if wordless else WORDS, "send")

    @rule(mentor=st.sampled_from(MENTORS), answer=st.sampled_from(("yes", "yes", "ask", "no")))
    def looks_at_a_request(self, mentor: int, answer: str) -> None:
        self.tries(mentor, "@request", answer, WORDS if answer == "ask" else "" if answer == "no" else "@agreement")

    @rule(who=st.sampled_from((*MENTEES, *MENTORS)))
    def agrees(self, who: int) -> None:
        self.tries(who, "@agreement", "yes", "suits", "weekly", "3", "yes", "yes", "yes", "yes")

    @rule(who=st.sampled_from((*MENTEES, *MENTORS)))
    def writes_to_her(self, who: int) -> None:
        self.opens(who, "write", [])
        self.tries(who, WORDS)

    @rule(who=st.sampled_from((*MENTEES, *MENTORS)), block=st.booleans())
    def reports(self, who: int, block: bool) -> None:
        """Now and then she wants no more of it."""
        self.tries(who, "@report", *(("block", "block") if block else ("", WORDS, "no")))

    @rule(who=st.sampled_from((*MENTEES, *MENTORS)), about=st.integers(1, 2), picks=picks)
    def turns_to_the_other(self, who: int, about: int, picks: list[int]) -> None:
        """What is between her and the other one of her pair: write, meet, pause, end, report."""
        self.do(self.phone(who).does(button=f"@pair:{about}"))
        self.goes_on(who, picks)

    def tries(self, who: int, *steps: str) -> None:
        """What she means to do, as far as it is offered: ids of options ("" is the first), WORDS, "@talk" for a button
        that opens one. What is not there is left out."""
        for step in steps:
            if step == WORDS:
                self.writes(who)
                continue
            fits = partial(opening, talk=step[1:]) if step.startswith("@") else partial(presses, option=step)
            for seen in reversed(self.phone(who).chat[-NEWEST:]):
                found = next((button.data for button in seen.buttons if fits(button.data)), None)
                if found:
                    self.do(self.phone(who).does(button=found, card=seen.id))
                    break

    @rule(who=women)
    def writes(self, who: int) -> None:
        """Words of her own."""
        self.do(self.phone(who).types(f"Hello, this is {self.village.people[who].mark()}"))

    @rule(who=women, words=st.sampled_from(innocent + lures))
    def types(self, who: int, words: str) -> None:
        self.do(self.phone(who).types(f"{words} {self.village.people[who].mark()}" if words in lures else words))

    @rule(who=women, place=places)
    def answers(self, who: int, place: int) -> None:
        """Words of her own, as an answer to one of her newest messages."""
        seen = self.seen(who, place)
        if seen is not None:
            self.do(self.phone(who).replies(seen, f"I answer {self.village.people[who].mark()}"))

    @rule(who=women, place=places, photo=st.booleans())
    def speaks_or_shows(self, who: int, place: int, photo: bool) -> None:
        seen, phone = self.seen(who, place), self.phone(who)
        self.do(phone.shows(self.village.people[who].mark(), to=seen) if photo else phone.speaks(to=seen))

    @rule(hours=st.sampled_from((1, 3, 12, 24, 73, 24 * 8, 24 * 31)))
    def time_goes_by(self, hours: int) -> None:
        self.do(self.village.stage.forward(hours=hours))

    @rule(who=women)
    def leaves(self, who: int) -> None:
        """She blocks the bot; whatever she does next lets it in again."""
        self.do(self.phone(who).leaves())

    @rule(who=st.sampled_from((*MENTEES, *MENTORS)), sure=st.integers(0, 4))
    def erases_herself(self, who: int, sure: int) -> None:
        """Mostly she looks at what it means, and now and then she does it."""
        self.opens(who, "erase", [])
        self.taps(who, 0, 0 if sure == 0 else 1)

    # --- what must be true ----------------------------------------------------------------------------------------

    @invariant()
    def all_is_well(self) -> None:
        self.do(self.village.look())


TestWomen = Women.TestCase
TestWomen.settings = settings(
    max_examples=400 if LONG else 12,
    stateful_step_count=120 if LONG else 40,
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
)
