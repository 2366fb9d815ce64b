"""Charts that say the same as the text beside them, drawn with Typst in a person's language and direction.

All words come in already translated. They are data, never markup, and what no bundled font covers is left out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import babel
import msgspec
import typst

from bot.pictures.glyphs import FONTS, drawable

_TEMPLATES = Path(__file__).parent / "templates"
_PIXELS_PER_INCH = 144  # Pages are 360 pt wide: 720 pixels, sharp on a phone of 360.
_LONGEST = 160  # Characters of one text in a picture; the text beside it is whole.
_RIGHT_TO_LEFT = "right-to-left"
_lock = threading.Lock()  # A compiler serves one caller at a time and fails for the second one.


class Row(msgspec.Struct, frozen=True):
    """One line of a then-and-now chart; `then` and `now` count the levels from the lowest, which is 0."""

    label: str
    now: int
    then: int | None = None


class ThenAndNow(msgspec.Struct, frozen=True):
    """How something was and is. then, now: names of the two moments, such as dates; without `then` nothing earlier is
    drawn. levels: names of the steps from lowest to highest."""

    title: str
    now: str
    levels: Annotated[tuple[str, ...], msgspec.Meta(min_length=2, max_length=5)]
    rows: Annotated[tuple[Row, ...], msgspec.Meta(min_length=1, max_length=18)]
    then: str | None = None

    def __post_init__(self) -> None:
        if any(not 0 <= place < len(self.levels) for row in self.rows for place in (row.now, row.then or 0)):
            raise ValueError("A row stands on a level that the chart does not have.")


class Milestone(msgspec.Struct, frozen=True):
    """A piece of a goal and, in words, by when."""

    label: str
    by: str
    done: bool


class GoalPath(msgspec.Struct, frozen=True):
    """The way to a goal. by, state: words such as a date and "described"; step: the first step, or "" for none."""

    title: str
    by: str
    state: str
    milestones: Annotated[tuple[Milestone, ...], msgspec.Meta(max_length=5)] = ()
    step: str = ""


_KINDS: dict[str, type[msgspec.Struct]] = {"then_and_now": ThenAndNow, "goal": GoalPath}


def draw(kind: str, data: Mapping[str, object], language: str) -> bytes:
    """Draw a picture: a PNG, 720 pixels wide and as high as it needs.

    kind: "then_and_now" (data as in ThenAndNow) or "goal" (as in GoalPath). language: BCP 47, as "fr" or "fa-AF".
    The same input gives the same bytes. Takes some 10 milliseconds of CPU and may be called from any thread.
    Raises ValueError for an unknown kind or data it cannot draw, babel.UnknownLocaleError for an unknown language.
    """
    if kind not in _KINDS:
        raise ValueError(f"There is no picture of the kind {kind!r}. There are: {', '.join(sorted(_KINDS))}.")
    locale = babel.Locale.parse(language.replace("-", "_"))
    inputs = {
        "data": json.dumps(_inert(msgspec.to_builtins(msgspec.convert(data, _KINDS[kind])))),
        "language": locale.language,
        "direction": "rtl" if locale.character_order == _RIGHT_TO_LEFT else "ltr",
    }
    with _lock:
        picture = _compiler().compile(_TEMPLATES / f"{kind}.typ", format="png", ppi=_PIXELS_PER_INCH, sys_inputs=inputs)
    assert isinstance(picture, bytes)  # One page that grows with its content, so never a list of pages.
    return picture


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(root=_TEMPLATES, font_paths=fonts, ignore_system_fonts=True)


def _inert(value: object) -> object:
    """The same data with every text cut down to what can be drawn."""
    if isinstance(value, str):
        return drawable(value, _LONGEST)
    if isinstance(value, list | tuple):
        return [_inert(each) for each in value]
    if isinstance(value, dict):
        return {key: _inert(each) for key, each in value.items()}
    return value
