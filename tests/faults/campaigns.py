"""What the harnesses share: campaigns in several processes, added up, and how their outcome is told."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, Self, TypeVar


class Sum(Protocol):
    """What came out of campaigns; `wrong` in words, empty where all is well."""

    seconds: float
    wrong: list[str]

    def add(self, other: Self) -> None:
        """Take another's counts over."""


S = TypeVar("S", bound=Sum)


def added_up(total: S, campaign: Callable[[Any], S], orders: Iterable[Any], at_once: int, bug: str) -> S:
    """All campaigns in so many processes, added to `total`; with a bug, until it is caught."""
    began = time.monotonic()
    with multiprocessing.get_context("fork").Pool(at_once) as pool:
        for report in pool.imap_unordered(campaign, orders):
            total.add(report)
            if bug and total.wrong:
                break
    total.seconds = time.monotonic() - began
    return total


def told(wrong: Sequence[str], bug: str, figures: str) -> bool:
    """Print what came out; whether it is as it should be: nothing wrong, or the seeded bug caught."""
    well = bool(wrong) == bool(bug)
    kinds = "; ".join(sorted({word.lstrip("0123456789 ") for word in wrong})) or "all is well"
    subject = f"seeded bug {bug}: {'caught' if well else 'NOT CAUGHT'}" if bug else "as it is"
    print(f"{subject}: {kinds}\n  ({figures})", flush=True)
    return well
