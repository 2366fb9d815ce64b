"""The tables of the talks (practices, examples), read once and only when a talk needs them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The table `name`.toml of this folder. Its sentences are msgids. Raises FileNotFoundError where there is none."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
