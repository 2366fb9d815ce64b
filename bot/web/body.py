"""Reading a request's body without letting it grow."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request


async def read_body(request: Request, limit: int) -> bytes | None:
    """The whole body, at most `limit` bytes. None when it is longer (reading stops there), and when the sender hung up
    before its end: then nobody is left to read the answer, and half a body must not be taken for a whole one."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > limit:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
