"""The open talk in a turn: where it stands, its answers, how talks begin, end and give way to each other. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from bot.affairs.desk import Carried
from bot.dialogue.replay import Journal, Played, answered, back, looked, refreshed
from bot.dialogue.steps import Ask, Json, Look, Refused, Say, Words, _, paragraphs
from bot.engine.questions import draw_question, draw_said, spoken
from bot.engine.stack import Stack
from bot.engine.understand import Nav, Press, Reader, ticked
from bot.engine.wishes import Asking, Carry, Find, House, State, Turn
from bot.i18n import clean
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Helplines, Languages, LeftTalks, Me, Now, Offered
from bot.mentoring.relay import CanWrite
from bot.messages import Incoming, Opening
from bot.store.people import KeptTalk

LONGEST_CHAIN = 20  # talks that lead to each other without asking anything: more than this is a circle


class Talking:
    """One turn, as far as the talks are concerned."""

    def __init__(self, house: House, state: State, incoming: Incoming) -> None:
        self.house = house
        self.state = state
        self.incoming = incoming
        self.turn = Turn(state.known.person)
        self.stack = Stack(house, state, self.turn)
        self.chain = 0
        self.edits = incoming.card  # the card that the next question replaces

    # --- the open talk --------------------------------------------------------------------------------------------

    def stand(self, *, fresh: bool = False) -> Asking[Played | None]:
        """Where the open talk stands, its look-ups made; None without one. A talk that can go on to its end by itself
        (a deploy removed its last questions) is not None: its `ended` is true. fresh: it comes here for the first time,
        so that a language it chose is hers from now on; at any later replay she may have chosen another."""
        talk = self.stack.open
        if talk is None:
            return None
        while True:
            played = self.stack.play(talk)
            if fresh:
                self.speak(played)
            if played.wanted is None:
                return played
            self.stack.write(
                talk, looked(self.stack.journal(talk), played.wanted, (yield from self.see(played.wanted)))
            )

    def advance(self, *, lead: Words | None = None, quiet: bool = False, page: int = 0) -> Asking[None]:
        """Say and ask what comes next; follow a talk that ended into the next one. quiet: only the question again."""
        played = yield from self.stand(fresh=not quiet)
        talk = self.stack.open
        if played is None or talk is None:
            yield from self.home(lead)
        elif played.asked is not None:
            said = () if quiet else played.said
            journal = self.stack.journal(talk)
            self.turn.messages += draw_question(
                talk.id, played.asked, said, journal.draft, self.turn.person, self.house.catalogs,
                lead=lead, edits="" if self.turn.messages else self.edits, page=page,
            )  # fmt: skip
        else:
            kept, rest = spoken(played.said, self.turn.person, self.house.catalogs, lead)
            self.turn.messages += kept
            yield from self.end(talk, played.result, paragraphs(*rest) if rest else None)

    def again(self, lead: Words | None = None, page: int = 0) -> Asking[None]:
        """The open question once more, after a sentence; without one, home."""
        yield from self.advance(lead=lead, quiet=True, page=page)

    def answer(self, played: Played, read: Callable[[Reader], Json]) -> Asking[None]:
        """Take an answer to the open question; a kind reason and the question again where it does not fit."""
        talk = self.stack.open
        if talk is None or played.asked is None:
            yield from self.advance()
            return
        ask, journal = played.asked, self.stack.journal(talk)
        try:
            value = read(self.reader(ask))
            if isinstance(value, dict) and "own" in value:
                value = {**value, "options": list(journal.draft)}
            elif isinstance(value, list):
                value = list(dict.fromkeys([*journal.draft, *value]))
            self.stack.write(talk, answered(journal, ask, value))
        except Refused as refused:
            yield from self.refused(ask, refused)
        else:
            yield from self.advance()

    def refused(self, ask: Ask, refused: Refused) -> Asking[None]:
        """What she wrote is no answer: the kind reason, and the question again. To a greeting the menu is answer
        enough; but what answers nothing may be meant for another woman."""
        text = self.incoming.text
        if not ask.bare:
            yield from self.again(refused.reason)
        elif text is not None and not text.startswith("/") and (yield from self.has_somebody()):
            yield from self.begin_writing(clean(text).strip())
        else:
            yield from self.again()

    def reader(self, ask: Ask) -> Reader:
        """Who reads her answers to this question."""
        today = self.state.now.astimezone(ZoneInfo(self.turn.person.zone)).date()
        return Reader(ask, self.turn.person.language, self.house.catalogs, today)

    def tick(self, talk: KeptTalk, played: Played, press: Press) -> Asking[None]:
        """Tick or untick one of several options; nothing is answered before Done."""
        journal = self.stack.journal(talk)
        draft = [key for key in journal.draft if key != press.value] + [press.value] * (press.kind == "+")
        self.stack.write(talk, msgspec.structs.replace(journal, draft=tuple(draft)))
        yield from self.again()

    def navigate(self, nav: Nav, played: Played) -> Asking[None]:
        """Back, Skip, Stop or Done at the open question."""
        talk = self.stack.open
        if talk is None or played.asked is None:
            yield from self.advance()
        elif nav is Nav.STOP:
            yield from self.stop(talk)
        elif nav is Nav.BACK:
            before = back(self.stack.journal(talk), played)
            if before is not None:
                self.stack.write(talk, before)
            yield from self.again(None if before is not None else _("This is the first question."))
        elif nav is Nav.SKIP and played.asked.skip:
            yield from self.answer(played, lambda _reader: None)
        elif nav is Nav.DONE and ticked(played.asked):
            draft = list(self.stack.journal(talk).draft)
            yield from self.answer(played, lambda _reader: draft)
        else:
            yield from self.again(_("This question needs an answer. You can also go back or stop."))

    def stop(self, talk: KeptTalk) -> Asking[None]:
        """Leave a talk. What she wrote waits for her, except in a welcome without a yes: then nothing is kept."""
        kept = self.turn.person.takes_part
        self.stack.leave(talk, keep=kept)
        lead = _("I keep what you wrote. You can go on at any time.") if kept else _("You can begin again at any time.")
        yield from self.start(self.house.programme.menu, lead=lead)

    # --- talks begin, end and give way ----------------------------------------------------------------------------

    def home(self, lead: Words | None = None) -> Asking[None]:
        """Where she belongs when nothing is open: the menu, or the welcome for who has not agreed yet."""
        programme = self.house.programme
        yield from self.start(programme.menu if self.turn.person.takes_part else programme.welcome, lead=lead)

    def start(self, name: str, about: str = "", *, lead: Words | None = None, anew: bool = False) -> Asking[None]:
        """Open a talk, or go on with the same one where she left it; what was open is left as it is. anew: something
        has happened, so the talk looks at the world again before it goes on."""
        programme, person = self.house.programme, self.turn.person
        talk = programme.talks.get(name)
        if talk is None or not (talk.open_to_all or person.takes_part):
            talk = programme.talks[programme.welcome]
        self.chain += 1
        if self.chain > LONGEST_CHAIN:
            raise RecursionError(f"talks lead to each other in a circle, at {talk.name!r}")
        same = self.stack.find(talk.name, about)
        begun = same is not None and self.stack.has_answers(same)
        if same is not None and begun and talk.name != programme.menu:
            if anew:
                self.stack.write(same, refreshed(self.stack.journal(same)))
            yield from self.go_on(same, lead)
            return
        self.stack.begin(talk, about)
        yield from self.advance(lead=lead)

    def go_on(self, talk: KeptTalk, lead: Words | None = None) -> Asking[None]:
        """Go on with a talk where she left it."""
        if not talk.open:
            self.stack.reopen(talk)
            lead = lead or _("We go on where you were.")
        yield from self.again(lead)

    def end(self, talk: KeptTalk, result: object, lead: Words | None) -> Asking[None]:
        """A talk has returned: carry out what it asks for, then what comes next, led in by what it said last."""
        outcome = result if isinstance(result, Outcome) else Outcome()
        then = Opening(outcome.then, outcome.about)
        self.stack.forget(talk)
        for effect in outcome.effects:
            carried: Carried = yield Carry(effect, self.turn.person)
            self.turn.messages += carried.messages
            if carried.person is None:
                last = [Say(lead)] if lead is not None else []
                self.turn.messages += draw_said(last, self.turn.person, self.house.catalogs)
                self.turn.erased = True
                self.stack.clear()
                return
            self.turn.person = carried.person
            lead = carried.says if lead is None else lead if carried.says is None else paragraphs(lead, carried.says)
            then = carried.then or then
        if then.talk:
            yield from self.start(then.talk, then.about, lead=lead)
        elif talk.resumes in self.stack.talks:
            yield from self.go_on(self.stack.talks[talk.resumes], lead)
        else:
            yield from self.start(self.house.programme.menu, lead=lead)

    def has_somebody(self) -> Asking[bool]:
        """Whether words that no question is open for may be meant for another woman."""
        if not (self.house.programme.write and self.turn.person.takes_part):
            return False
        somebody: bool = yield Find(CanWrite())
        return somebody

    def begin_writing(self, words: Json) -> Asking[None]:
        """Ask whether what she wrote is for the other one: the talk has her words already."""
        self.stack.begin(self.house.programme.talks[self.house.programme.write], "")
        if self.stack.open is not None:
            self.stack.write(self.stack.open, Journal({"words": words}))
        yield from self.advance()

    # --- small things ---------------------------------------------------------------------------------------------

    def change(self, **fields: Any) -> None:
        """Change something of the person."""
        self.turn.person = msgspec.structs.replace(self.turn.person, **fields)

    def speak(self, played: Played) -> None:
        """Go on in the language that the talk chose."""
        if played.language is not None and played.language in self.house.catalogs.languages:
            self.change(language=played.language)

    def see(self, look: Look) -> Asking[object]:
        """The value of a look-up: from what is at hand, else as a wish."""
        person = self.turn.person
        match look.what:
            case Me():
                return person
            case Now():
                return self.state.now.astimezone(ZoneInfo(person.zone))
            case LeftTalks():
                return self.stack.left()
            case Languages():
                return self.languages()
            case Helplines():
                return self.house.programme.helplines
        return (yield Find(look.what))

    def languages(self) -> tuple[Offered, ...]:
        """The languages to offer: the invitation's or her device's first, then the others by name."""
        catalogs = self.house.catalogs
        first = self.turn.person.language
        order = [first, *(code for code in catalogs.languages if code != first)]
        return tuple(Offered(code, catalogs.name(code), catalogs.draft(code)) for code in order)
