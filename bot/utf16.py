"""Text as the platforms count and take it: in UTF-16 units, and without half surrogate pairs."""

from __future__ import annotations


def units(text: str) -> int:
    """Length in UTF-16 units, as both platforms' clients count: most emoji are two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def whole(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair: people's phones do send such text, and it is legal JSON,
    but it is no text and cannot be sent on."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
