"""The door for WhatsApp's webhook: GET and POST /whatsapp (TRUST.md 2 and 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_events import CHANNEL, Events
from bot.errors import TryLater
from bot.messages import Inbox
from bot.web.body import read_body

BODY = 3 * 1024 * 1024
HEADER = "X-Hub-Signature-256"
T = TypeVar("T")


def routes(channel: WhatsApp, inbox: Inbox) -> list[Route]:
    """The routes of the webhook.

    GET, Meta's question whether it is ours: its challenge, or 403 for a wrong verify token. POST: 401 for a missing or
    wrong signature of the raw body; 413 for a body over 3 MiB, before parsing; 200 once everything in it is committed
    or put aside; 503 when something could not be, so that Meta sends all of it again (what is in is then known by its
    id). All bodies but the challenge are empty.
    """

    async def verify(request: Request) -> Response:
        challenge = channel.challenged(request.query_params)
        return Response(status_code=403) if challenge is None else PlainTextResponse(challenge)

    async def receive(request: Request) -> Response:
        signature = request.headers.get(HEADER, "")
        if not signature:
            return Response(status_code=401)
        body = await read_body(request, BODY)
        if body is None:
            return Response(status_code=413)
        if not channel.authentic(body, signature):
            return Response(status_code=401)
        try:
            await _commit(channel.read(body), inbox)
        except TryLater:
            return Response(status_code=503)
        return Response(status_code=200)

    return [Route("/whatsapp", verify, methods=["GET"]), Route("/whatsapp", receive, methods=["POST"])]


async def _commit(events: Events, inbox: Inbox) -> None:
    """Hand everything over, different people at once, each one's messages in order. All are tried before the first
    trouble is raised: one person's does not keep back another's."""

    async def aside(one: tuple[str, bytes, str]) -> None:
        provider_id, raw, reason = one
        await inbox.set_aside(CHANNEL, provider_id, raw, reason)

    done = await asyncio.gather(
        *_chains(events.incoming, lambda one: one.address, inbox.receive),
        *_chains(events.deliveries, lambda one: one.provider_id, inbox.delivered),
        *_chains(events.aside, lambda one: one[0], aside),
        return_exceptions=True,
    )
    troubles = [one for one in done if one is not None]
    for trouble in sorted(troubles, key=lambda one: isinstance(one, TryLater)):
        raise trouble


def _chains(
    events: Iterable[T], whose: Callable[[T], Hashable], hand_over: Callable[[T], Awaitable[None]]
) -> list[Awaitable[None]]:
    """One awaitable per owner that hands over what is hers, one after the other."""
    chains: dict[Hashable, list[T]] = {}
    for one in events:
        chains.setdefault(whose(one), []).append(one)

    async def in_order(chain: list[T]) -> None:
        for one in chain:
            await hand_over(one)

    return [in_order(chain) for chain in chains.values()]
