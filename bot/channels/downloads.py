"""Fetching a file from a platform: no redirects are followed and nothing over the limit is taken in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import httpx

from bot.errors import MediaGone, TryLater
from bot.messages import LARGEST_MEDIA


async def download(
    client: httpx.AsyncClient,
    url: httpx.URL | str,
    whose: str,
    *,
    headers: Mapping[str, str] | None = None,
    later: Collection[int] = (429,),
) -> bytes:
    """The body at `url`, at most LARGEST_MEDIA bytes; `client` must not follow redirects. whose: the platform's name,
    for the error. later: status codes that mean "not now" (beside 500 and above).

    Raises TryLater where the platform did not answer or broke off, MediaGone for any other answer and for too much.
    """
    try:
        async with client.stream("GET", url, headers=headers) as answer:
            if answer.status_code in later or answer.status_code >= 500:
                raise TryLater(f"{whose}'s files answer {answer.status_code}; try again")
            if answer.status_code != 200:
                raise MediaGone(f"{whose}'s files answer {answer.status_code}")
            body = bytearray()
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST_MEDIA:
                    raise MediaGone("the file is over 10 MB")
            return bytes(body)
    except httpx.HTTPError as error:
        raise TryLater(f"the download broke off ({type(error).__name__}); try again") from None
