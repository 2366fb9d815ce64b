"""A short `make soak`: in one small talk nothing grows with messages or women, and each seeded leak is caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.soak import FEW, LEAKS, soak


@pytest.mark.parametrize("leak", ["", *LEAKS])
def test_nothing_grows_unless_it_leaks(migrated_sqlite: Path, leak: str) -> None:
    wrong = soak(migrated_sqlite.read_bytes(), FEW, small=True, leak=leak)
    assert bool(wrong) == bool(leak), wrong
