"""The door for Telegram's webhook: POST /telegram (TRUST.md 1 and 3)."""

from __future__ import annotations

from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.telegram import Telegram
from bot.errors import TryLater
from bot.messages import Inbox
from bot.web.body import read_body

BODY = 1024 * 1024
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def routes(channel: Telegram, inbox: Inbox, secret: str) -> list[Route]:
    """The route of the webhook, open only to who knows `secret` (1 to 256 characters, given to set_webhook).

    Answers: 401 wrong or missing secret; 413 body over 1 MiB, before parsing; 200 once the update is committed, was
    put aside as unreadable, or wants no answer; 503 when it could not be committed, so that Telegram sends it again.
    All bodies are empty.
    """
    expected = secret.encode()
    if not expected:
        raise ValueError("the webhook needs a secret: an empty one would let everybody in")

    async def receive(request: Request) -> Response:
        given = request.headers.get(HEADER, "").encode()
        if not compare_digest(given, expected):
            return Response(status_code=401)
        body = await read_body(request, BODY)
        if body is None:
            return Response(status_code=413)
        try:
            await channel.take(body, inbox)
        except TryLater:
            return Response(status_code=503)
        return Response(status_code=200)

    return [Route("/telegram", receive, methods=["POST"])]
