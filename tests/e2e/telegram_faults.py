"""What can go wrong between a bot and Telegram, on order (`once`) or by chance (`rates`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

CALLS = frozenset({"429", "500", "cut_before", "cut_after", "silent_before", "silent_after"})
UPDATES = frozenset({"duplicate", "reorder", "truncate"})


@dataclass
class Faults:
    """Faults of calls:
      429: refused with retry_after (`wait` seconds, or 1 to 4 by chance); 500: refused with an error of the server;
      cut_before, cut_after: the connection breaks before, or after, the call had its effect;
      silent_before, silent_after: the same, but the caller is left waiting until it gives up.
    Faults of updates: duplicate: brought twice; reorder: a batch in another order; truncate: cut off on the way.

    rates: chance (0 to 1) of each kind at each call or delivery.
    """

    random: Random
    rates: dict[str, float] = field(default_factory=dict)
    wait: int = 0
    happened: list[tuple[str, str]] = field(default_factory=list)
    _ordered: list[tuple[str, str]] = field(default_factory=list)

    def once(self, kind: str, method: str = "", times: int = 1) -> None:
        """Order a fault for the next calls of `method` (any if empty; "webhook" and "getUpdates" for updates)."""
        if kind not in CALLS | UPDATES:
            raise ValueError(f"no such fault: {kind}")
        self._ordered += [(kind, method)] * times

    def pick(self, method: str, kinds: frozenset[str]) -> str:
        """The fault that happens to this call, "" for none."""
        for order in self._ordered:
            if order[0] in kinds and order[1] in ("", method):
                self._ordered.remove(order)
                return self._note(order[0], method)
        for kind in sorted(kinds & self.rates.keys()):
            if self.random.random() < self.rates[kind]:
                return self._note(kind, method)
        return ""

    def retry_after(self) -> int:
        """Seconds for a 429."""
        return self.wait or self.random.randint(1, 4)

    def _note(self, kind: str, method: str) -> str:
        self.happened.append((kind, method))
        return kind
