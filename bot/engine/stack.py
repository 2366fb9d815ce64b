"""Her talks: the one that is open, those she left, and what of it must be written when the turn is taken. Pure."""

from __future__ import annotations

from functools import partial

from bot.dialogue.replay import Journal, Played
from bot.dialogue.steps import Talk
from bot.engine.wishes import House, State, Turn
from bot.mentoring.lookups import Left
from bot.store.people import KeptTalk


class Stack:
    """The talks of one person during one turn. A talk that a deploy removed is forgotten at once."""

    def __init__(self, house: House, state: State, turn: Turn) -> None:
        self.house = house
        self.state = state
        self.turn = turn
        self.talks = {talk.id: talk for talk in state.known.talks if talk.name in house.programme.talks}
        turn.ended += [talk.id for talk in state.known.talks if talk.id not in self.talks]

    @property
    def open(self) -> KeptTalk | None:
        """The open talk: at most one."""
        return next((talk for talk in self.talks.values() if talk.open), None)

    def find(self, name: str, about: str) -> KeptTalk | None:
        """This talk, open or left."""
        return next((one for one in self.talks.values() if (one.name, one.about) == (name, about)), None)

    def begin(self, talk: Talk, about: str) -> None:
        """Open a talk from its beginning. What was open is left; an aside remembers it, to go on with it afterwards."""
        before, same = self.open, self.find(talk.name, about)
        resumes = same.resumes if same is not None else ""
        if before is not None and before is not same:
            resumes = self.leave(before, for_aside=talk.aside)
        if same is not None:
            self.forget(same)
        fresh = KeptTalk(self.house.token(), talk.name, about, True, resumes if talk.aside else "", self.state.now)
        fresh.journal = Journal()
        self.talks[fresh.id] = self.turn.new[fresh.id] = fresh

    def reopen(self, talk: KeptTalk) -> None:
        """Open a talk again that she had left."""
        if self.open is not None:
            self.leave(self.open)
        talk.open = True
        self.touch(talk)

    def leave(self, talk: KeptTalk, *, keep: bool = True, for_aside: bool = False) -> str:
        """Keep the open talk for later, or forget it where it is only an aside, or holds no answers and is not just
        interrupted by one. Gives the id of the talk to go on with after an aside ("" for none)."""
        if self.programme_talk(talk).aside:
            self.forget(talk)
            return talk.resumes if talk.resumes in self.talks else ""
        if not keep or not (for_aside or self.has_answers(talk)):
            self.forget(talk)
            return ""
        talk.open = False
        self.touch(talk)
        return talk.id

    def left(self) -> tuple[Left, ...]:
        """Talks that wait for her, newest first."""
        waiting = [talk for talk in self.talks.values() if not talk.open and self.has_answers(talk)]
        waiting.sort(key=lambda talk: talk.touched_at, reverse=True)
        return tuple(Left(talk.name, talk.about) for talk in waiting)

    def clear(self) -> None:
        """She is erased: there is nothing to write."""
        for talk in self.talks:
            self.house.replays.forget(talk)
        self.talks.clear()

    # --- one talk -------------------------------------------------------------------------------------------------

    def journal(self, talk: KeptTalk) -> Journal:
        """The journal of a talk."""
        return self.state.journal(talk)

    def write(self, talk: KeptTalk, journal: Journal) -> None:
        """Give a talk its new journal."""
        talk.journal = journal
        self.touch(talk)

    def touch(self, talk: KeptTalk) -> None:
        """Note that a talk changed."""
        talk.touched_at = self.state.now
        if talk.id not in self.turn.new:
            self.turn.changed[talk.id] = talk

    def forget(self, talk: KeptTalk) -> None:
        """Let go of a talk and its journal."""
        self.talks.pop(talk.id, None)
        self.house.replays.forget(talk.id)
        self.turn.changed.pop(talk.id, None)
        if self.turn.new.pop(talk.id, None) is None:
            self.turn.ended.append(talk.id)

    def has_answers(self, talk: KeptTalk) -> bool:
        """Whether she has answered anything."""
        journal = self.journal(talk)
        return bool(journal.said or journal.aside)

    def play(self, talk: KeptTalk) -> Played:
        """Where a talk stands with the journal that it has now. Raises what the talk raises."""
        begin = partial(self.programme_talk(talk).begin, talk.about)
        return self.house.replays.on(talk.id, begin, self.journal(talk))

    def programme_talk(self, talk: KeptTalk) -> Talk:
        """The talk as the programme knows it."""
        return self.house.programme.talks[talk.name]
