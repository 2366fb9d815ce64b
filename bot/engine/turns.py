"""One message, understood and answered: the heart of the engine. Pure.

`take_turn` is a generator. What it must know or have done it yields as a wish (a look-up, an effect, a voice note to
keep) and is sent the answer; the engine (batches.py) grants wishes inside its transaction, a test grants them from a
dictionary. What it returns is a Turn: messages to send and talks to keep.

It understands, in this order: danger, an invitation, words for everywhere, a button, a reply to another woman's
message, an answer to the open question. Words that no question is open for may be meant for her mentor or mentee:
she is asked. Anything else gets a friendly menu, never silence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.affairs.desk import Carried
from bot.dialogue.replay import Played
from bot.dialogue.steps import Ask, FreeText, Json, Own, Say, _, write_own
from bot.engine.questions import draw_said
from bot.engine.talking import Talking
from bot.engine.understand import Nav, Opens, Press, question_mark, read_button, takes_words, ticked
from bot.engine.wishes import Asking, Carry, Find, House, Keep, Redeem, State, Turn
from bot.i18n import clean, normalise
from bot.mentoring.relay import Relay, Replied
from bot.messages import Incoming, Media, read_opening
from bot.store.people import KeptTalk

DOUBLE_TAP = timedelta(seconds=10)  # the same button again within this time is one nervous thumb, not a second answer


def take_turn(house: House, state: State, incoming: Incoming) -> Asking[Turn]:
    """Understand one incoming message and answer it. Raises what a broken talk raises; then nothing happened."""
    taker = Taker(house, state, incoming)
    yield from taker.take()
    return taker.turn


class Taker(Talking):
    """One turn being taken: what came in."""

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
            yield from self.take_media(got.voice, self.spoken)
        elif got.photo is not None:
            yield from self.take_media(got.photo, self.shown)
        elif got.other is not None:
            yield from self.again(_("I can read words and hear voice notes. Other things I cannot use here."))

    def take_text(self, text: str) -> Asking[None]:
        """Danger first, then words for everywhere, then an answer."""
        if self.house.wordbook.alarm(text):
            return (yield from self.start(self.house.programme.danger))
        if text.startswith("/start ") and (yield from self.invited(text)):
            return
        played = yield from self.stand()
        asked = self.reader(played.asked) if played is not None and played.asked is not None else None
        meaning = self.house.wordbook.meaning(text, asked)
        if normalise(text) and meaning is None and (pair := (yield from self.replied())):
            yield from self.relay(pair, text)
        elif played is None:
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

    def invited(self, text: str) -> Asking[bool]:
        """A new person with an invitation begins in its language; an unknown code is just a normal welcome. An
        invitation that opens a talk opens it for anybody: then this is true, and all is said."""
        invitation = yield Redeem(text.partition(" ")[2].strip(), self.state.new)
        if invitation is None:
            return False
        if self.state.new:
            self.change(language=invitation.language or self.turn.person.language, group=invitation.cohort)
        if invitation.purpose not in self.house.programme.talks:
            return False
        yield from self.start(invitation.purpose, str(invitation.about or ""))
        return True

    # --- words for another woman ----------------------------------------------------------------------------------

    def replied(self) -> Asking[int]:
        """The pair whose message she replies to with this one; 0 where it is none."""
        if not (self.incoming.reply_to and self.turn.person.takes_part):
            return 0
        pair: int = yield Find(Replied(self.incoming.reply_to))
        return pair

    def relay(self, pair: int, words: Json) -> Asking[None]:
        """Bring what she wrote to the other one, say so, and leave the open question as it is."""
        carried: Carried = yield Carry(Relay(pair, words), self.turn.person)
        if carried.then is not None:
            yield from self.start(carried.then.talk, carried.then.about, lead=carried.says)
        elif carried.says is not None:
            self.turn.messages += draw_said([Say(carried.says)], self.turn.person, self.house.catalogs)

    # --- taps -----------------------------------------------------------------------------------------------------

    def take_button(self, data: str) -> Asking[None]:
        """A button counts only in the open talk and for its open question; else one kind sentence, and no change."""
        if self.double(data):
            return
        opening = read_opening(data)
        if opening is not None and opening.talk in self.house.programme.talks:
            self.edits = ""  # what was told to her stays in the chat as it is
            yield from self.start(opening.talk, opening.about, anew=True)
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

    # --- voice notes and photos -----------------------------------------------------------------------------------

    def take_media(self, media: Media, write: Callable[[int], Json]) -> Asking[None]:
        """A voice note is an answer wherever own words are, a photo where one is asked for. Either may be for another
        woman: as a reply to her message, or where nothing is open that it could answer."""
        played = yield from self.stand()
        ask = played.asked if played is not None else None
        if pair := (yield from self.replied()):
            yield from self.relay(pair, write((yield Keep(media))))
        elif ask is not None and played is not None and self.fits_here(ask):
            words = write((yield Keep(media)))
            free = isinstance(ask.kind, FreeText)
            yield from self.answer(played, lambda _reader: words if free else {"options": [], "own": words})
        elif ask is not None and ask.bare and (yield from self.has_somebody()):
            yield from self.begin_writing(write((yield Keep(media))))
        elif self.incoming.voice is not None:
            yield from self.again(_("Thank you for your voice. Here I need a tap or a written word."))
        else:
            yield from self.again(_("Here I cannot use a photo. Please write, or send a voice note."))

    def fits_here(self, ask: Ask) -> bool:
        """Whether the open question takes what came: own words as a voice note, or a photo."""
        photo = self.incoming.photo is not None
        return takes_words(ask) and not (photo and not (isinstance(ask.kind, FreeText) and ask.kind.photos))

    def spoken(self, media_id: int) -> Json:
        """A kept voice note as own words."""
        seconds = self.incoming.voice.seconds if self.incoming.voice is not None else 0
        return write_own(Own("", voice=media_id, seconds=seconds))

    def shown(self, media_id: int) -> Json:
        """A kept photo as own words."""
        return write_own(Own(clean(self.incoming.caption).strip(), photo=media_id))
