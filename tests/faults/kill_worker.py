"""What lives in a worker of kill.py: the wire to the platform, a talk without end, and the bugs that can be seeded."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.dialogue.steps import Conversation, Talk, _, look, own, scale, text, write_own
from bot.engine.batches import Batches, Waiting
from bot.engine.outbox import Outbox
from bot.errors import MediaGone, TryLater
from bot.mentoring.assessments import Assessment
from bot.mentoring.effects import Outcome, SaveAssessment, SaveGoal
from bot.mentoring.goals import GoalPlan
from bot.mentoring.lookups import Goals
from bot.messages import Bubble, Incoming, Media, Message, Result, Sending, Verdict
from bot.store import door, mail
from bot.store import tables as t

# --- the wire -----------------------------------------------------------------------------------------------------


class Wire:
    """A channel over a socket: the platform at its other end tells what it accepted."""

    name = "wire"
    lease = 60.0
    per_second = 1_000_000.0
    per_chat = 0.0
    burst = 1

    def __init__(self) -> None:
        self.accepted: dict[int, asyncio.Future[None]] = {}
        self.writer: asyncio.StreamWriter

    def present(self, message: Message) -> tuple[Bubble, ...]:
        return (Bubble(message.text),)

    async def send(self, sending: Sending) -> Result:
        answer = self.accepted[sending.id] = asyncio.get_running_loop().create_future()
        self.say(sent=(sending.id, sending.address))
        await answer
        return Result(Verdict.SENT, provider_id=str(sending.id))

    async def fetch(self, media: Media) -> bytes:
        raise MediaGone("there are no voice notes on this wire")

    def say(self, **word: Any) -> None:
        self.writer.write(json.dumps(word).encode() + b"\n")


async def work(wire: socket.socket, channel: Wire, outbox: Outbox, batches: Batches) -> None:
    """Take events, acknowledge, send; until the platform says that it is enough. Then send all that waits."""
    reader, channel.writer = await asyncio.open_connection(sock=wire, limit=2**20)
    sending = asyncio.create_task(outbox.run())
    at_work: set[asyncio.Task[None]] = set()

    async def take(incoming: Incoming) -> None:
        try:
            await batches.receive(incoming)
        except TryLater:
            channel.say(later=incoming.provider_id, of=incoming.address)
            return
        channel.say(has=incoming.provider_id, of=incoming.address)

    channel.say(ready=True)
    finishing: asyncio.Task[None] | None = None
    while line := await reader.readline():
        word = json.loads(line)
        if "event" in word:
            task = asyncio.create_task(take(msgspec.convert(word["event"], Incoming)))
            at_work.add(task)
            task.add_done_callback(at_work.discard)
        elif "accepted" in word:
            answer = channel.accepted.pop(word["accepted"], None)
            if answer is not None and not answer.done():  # sending may have ended meanwhile
                answer.set_result(None)
        elif finishing is None:
            finishing = asyncio.create_task(finish(sending, outbox, at_work))
            finishing.add_done_callback(lambda _: reader.feed_eof())
    if finishing is not None:
        await finishing
        await channel.writer.drain()
        await outbox.posts[0].store.close()


async def finish(sending: asyncio.Task[None], outbox: Outbox, at_work: set[asyncio.Task[None]]) -> None:
    """Send everything that waits."""
    if at_work:
        await asyncio.wait(set(at_work))
    sending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sending
    await outbox.drain()


# --- a talk without end -------------------------------------------------------------------------------------------


def diary(_about: str) -> Conversation[Outcome]:
    """Two questions; then a goal and an assessment are kept, and it begins again."""
    yield from look("goals", Goals())
    words = yield from text("words", own("What now?"))
    sure = yield from scale("sure", own("How sure?"), 1, 5, own("not"), own("very"))
    plan = GoalPlan(write_own(words), "", sure, "", date(2027, 6, 1), (), "")
    note = SaveAssessment(Assessment.READINESS, {"sure": sure}, {"title": write_own(words)})
    return Outcome((SaveGoal(plan), note), then="welcome")


DIARY = Talk("welcome", _("Welcome"), diary, open_to_all=True)


# --- seeded bugs --------------------------------------------------------------------------------------------------


def mark_before_send(_store: door.Store) -> None:
    """A message counts as sent as soon as it is claimed."""
    claim = mail.claim

    async def too_early(tx: door.Tx, *order: Any) -> list[mail.Claimed]:
        claimed = await claim(tx, *order)
        done = [mail.Done(one.sending.id, mail.SENT) for one in claimed]
        await mail.finish(tx, done, order[1])
        return claimed

    mail.claim = too_early  # type: ignore[assignment]


def acknowledge_before_commit(_store: door.Store) -> None:
    """The platform is told "received" when the event stands in the queue."""

    async def hasty(self: Batches, incoming: Incoming) -> None:
        self.queue.append(Waiting(incoming, asyncio.get_running_loop().create_future()))
        if self.worker is None or self.worker.done():
            self.worker = asyncio.create_task(self.drain())

    Batches.receive = hasty  # type: ignore[method-assign]


def no_dedupe(_store: door.Store) -> None:
    """An event that comes again is new."""

    async def never(_tx: door.Tx, _ids: Sequence[str]) -> set[tuple[str, str]]:
        return set()

    async def anyway(tx: door.Tx, rows: Sequence[tuple[str, str]], now: Any) -> None:
        statement = sa.insert(t.updates).prefix_with("OR IGNORE")
        await tx.many(statement, [{"channel": channel, "provider_id": number, "at": now} for channel, number in rows])

    mail.seen = never  # type: ignore[assignment]
    mail.remember = anyway


def no_transaction(store: door.Store) -> None:
    """Each statement is committed by itself."""
    sa.event.remove(store.engine.sync_engine, "begin", door.begin_immediate)


BUGS: dict[str, Callable[[door.Store], None]] = {
    "mark-before-send": mark_before_send,
    "acknowledge-before-commit": acknowledge_before_commit,
    "no-dedupe": no_dedupe,
    "no-transaction": no_transaction,
}
