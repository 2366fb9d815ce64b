"""One message, understood and answered: the heart of the engine. Pure.

`take_turn` is a generator. What it must know or have done it yields as a wish (a look-up, an effect, a voice note to
keep) and is sent the answer; the engine (batches.py) grants wishes inside its transaction, a test grants them from a
dictionary. What it returns is a Turn: messages to send and talks to keep.

It understands, in this order: danger, words for everywhere, a button, an answer to the open question. Anything else
gets a friendly menu, never silence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from bot.dialogue.replay import Played, answered, back, looked, play
from bot.dialogue.steps import Ask, FreeText, Json, Look, Refused, Say, Words, _, paragraphs
from bot.engine.questions import draw_question, draw_said, spoken
from bot.engine.stack import Stack
from bot.engine.understand import Nav, Opens, Press, Reader, question_mark, read_button, takes_words, ticked
from bot.engine.wishes import Asking, Carried, Carry, Find, House, Keep, Redeem, State, Turn
from bot.i18n import clean, normalise
from bot.mentoring.effects import Outcome
from bot.mentoring.lookups import Helplines, Languages, LeftTalks, Me, Now, Offered
from bot.messages import Incoming, Media
from bot.store.people import KeptTalk

LONGEST_CHAIN = 20  # talks that lead to each other without asking anything: more than this is a circle
DOUBLE_TAP = timedelta(seconds=10)  # the same button again within this time is one nervous thumb, not a second answer


def take_turn(house: House, state: State, incoming: Incoming) -> Asking[Turn]:
    """Understand one incoming message and answer it. Raises what a broken talk raises; then nothing happened."""
    taker = Taker(house, state, incoming)
    yield from taker.take()
    return taker.turn


class Taker:
    """One turn being taken."""

    def __init__(self, house: House, state: State, incoming: Incoming) -> None:
        self.house = house
        self.state = state
        self.incoming = incoming
        self.turn = Turn(state.known.person)
        self.stack = Stack(house, state, self.turn)
        self.chain = 0

    # --- what came in ---------------------------------------------------------------------------------------------

    def take(self) -> Asking[None]:
        """Answer whatever came."""
        got = self.incoming
        if got.left:
            self.turn.left = True
        elif got.text is not None:
            yield from self.take_text(clean(got.text).strip())
        elif got.button is not None:
            yield from self.take_button(got.button)
        elif got.voice is not None:
            yield from self.take_voice(got.voice)
        elif got.photo is not None or got.other is not None:
            yield from self.again(_("I can read words and hear voice notes. Other things I cannot use here."))

    def take_text(self, text: str) -> Asking[None]:
        """Danger first, then words for everywhere, then an answer."""
        if self.house.wordbook.alarm(text):
            return (yield from self.start(self.house.programme.danger))
        if self.state.new:
            yield from self.invited(text)
        played = yield from self.stand()
        asked = self.reader(played.asked) if played is not None and played.asked is not None else None
        meaning = self.house.wordbook.meaning(text, asked)
        if played is None:
            yield from self.start(meaning.talk) if isinstance(meaning, Opens) else self.home()
        elif not normalise(text):
            yield from self.again(_("That message came without words. Please write again, or send a voice note."))
        elif isinstance(meaning, Nav):
            yield from self.navigate(meaning, played)
        elif isinstance(meaning, Opens) and (meaning.everywhere or not takes_words(played.asked)):
            yield from self.summon(meaning.talk, played)
        else:
            yield from self.answer(played, lambda reader: reader.typed(text))

    def summon(self, name: str, played: Played) -> Asking[None]:
        """Open a talk by its word; Help at a question that has help of its own says that instead."""
        if name == self.house.programme.help and played.asked is not None and played.asked.help is not None:
            yield from self.again(played.asked.help)
        else:
            yield from self.start(name)

    def invited(self, text: str) -> Asking[None]:
        """A new person with an invitation begins in its language; an unknown code is just a normal welcome."""
        command, _space, code = text.partition(" ")
        if command == "/start" and code:
            invitation = yield Redeem(code.strip())
            if invitation is not None:
                language, cohort = invitation
                self.change(language=language or self.turn.person.language, group=cohort)

    def take_button(self, data: str) -> Asking[None]:
        """A button counts only in the open talk and for its open question; else one kind sentence, and no change."""
        if self.double(data):
            return
        press = read_button(data)
        if press is not None and (press.kind, press.value) == ("=", self.house.programme.danger):
            yield from self.start(press.value)  # from whichever menu it is: the numbers harm nobody
            return
        played = yield from self.stand()
        talk = self.stack.open
        if press is None or played is None or talk is None or not self.fits(press, talk, played):
            self.turn.audit.append("stale button")
            yield from self.again(_("That button is from an earlier moment. We are here now:"))
        elif press.kind == "!":
            yield from self.navigate(Nav(press.value), played)
        elif press.kind == ">":
            yield from self.again(page=int(press.value))
        elif press.kind in "+-":
            yield from self.tick(talk, played, press)
        else:
            yield from self.answer(played, lambda reader: reader.tapped(press.value))

    def fits(self, press: Press, talk: KeptTalk, played: Played) -> bool:
        """Whether a press belongs to the open question of the open talk."""
        ask = played.asked
        if ask is None or press.talk != talk.id or press.question != question_mark(ask.key):
            return False
        if press.kind == "!":
            return press.value in list(Nav)
        if press.kind == ">":
            return press.value.isdecimal() and len(press.value) <= 2
        return press.value in ask.kind.options and (press.kind == "=") != ticked(ask)

    def double(self, data: str) -> bool:
        """Whether this is the second tap of a double tap: it has its answer already."""
        last = self.state.last_press
        return last is not None and last[0] == data and self.state.now - last[1] < DOUBLE_TAP

    def take_voice(self, media: Media) -> Asking[None]:
        """A voice note is an answer wherever own words are."""
        played = yield from self.stand()
        if played is None or not takes_words(played.asked):
            yield from self.again(_("Thank you for your voice. Here I need a tap or a written word."))
            return
        media_id = yield Keep(media)
        spoken = {"voice": media_id, "seconds": media.seconds}
        free = isinstance(played.asked, Ask) and isinstance(played.asked.kind, FreeText)
        yield from self.answer(played, lambda _reader: spoken if free else {"options": [], "own": spoken})

    # --- the open talk --------------------------------------------------------------------------------------------

    def stand(self, *, fresh: bool = False) -> Asking[Played | None]:
        """Where the open talk stands, its look-ups made; None without one. A talk that can go on to its end by itself
        (a deploy removed its last questions) is not None: its `ended` is true. fresh: it comes here for the first time,
        so that a language it chose is hers from now on; at any later replay she may have chosen another."""
        talk = self.stack.open
        if talk is None:
            return None
        while True:
            played = play(self.stack.beginning(talk), self.stack.journal(talk))
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
                lead=lead, edits="" if self.turn.messages else self.incoming.card, page=page,
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
            yield from self.again(None if ask.bare else refused.reason)  # to a greeting the menu is answer enough
        else:
            yield from self.advance()

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

    def start(self, name: str, about: str = "", *, lead: Words | None = None) -> Asking[None]:
        """Open a talk, or go on with the same one where she left it; what was open is left as it is."""
        programme, person = self.house.programme, self.turn.person
        talk = programme.talks.get(name)
        if talk is None or not (talk.open_to_all or person.takes_part):
            talk = programme.talks[programme.welcome]
        self.chain += 1
        if self.chain > LONGEST_CHAIN:
            raise RecursionError(f"talks lead to each other in a circle, at {talk.name!r}")
        same = self.stack.find(talk.name, about)
        if same is not None and (same.open or self.stack.has_answers(same)) and talk.name != programme.menu:
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
        if outcome.then:
            yield from self.start(outcome.then, outcome.about, lead=lead)
        elif talk.resumes in self.stack.talks:
            yield from self.go_on(self.stack.talks[talk.resumes], lead)
        else:
            yield from self.start(self.house.programme.menu, lead=lead)

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
