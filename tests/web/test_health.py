"""The two addresses that machines ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from prometheus_client import Counter
from starlette.applications import Starlette

from bot.web.health import routes


async def get(path: str, ready: Callable[[], Awaitable[bool]]) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=routes(ready)))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path)


@pytest.mark.parametrize(("well", "status"), [(True, 200), (False, 503)])
async def test_healthz_says_whether_it_is_ready(well: bool, status: int) -> None:
    async def ready() -> bool:
        return well

    assert (await get("/healthz", ready)).status_code == status


async def test_metrics_are_those_of_the_process() -> None:
    async def ready() -> bool:
        return True

    Counter("sorora_tests_of_health", "Made by a test").inc(3)
    answer = await get("/metrics", ready)
    assert answer.headers["content-type"].startswith("text/plain")
    assert "sorora_tests_of_health_total 3.0" in answer.text
