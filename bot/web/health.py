"""Is it alive, and how is it doing: for load balancers and Prometheus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


def routes(ready: Callable[[], Awaitable[bool]]) -> list[Route]:
    """`/healthz`: 200 where `ready` says so, else 503. `/metrics`: the counters of the process for Prometheus."""

    async def healthz(_: Request) -> Response:
        well = await ready()
        return PlainTextResponse("ok\n" if well else "not ready\n", 200 if well else 503, {"Cache-Control": "no-store"})

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [Route("/healthz", healthz), Route("/metrics", metrics)]
