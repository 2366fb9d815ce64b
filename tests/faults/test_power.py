"""A short `make power`: no cut loses, halves or corrupts anything, and each of the seeded bugs is caught."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.faults.kill import house
from tests.faults.power import BUGS, FILE, Campaign, Report
from tests.faults.power_disk import Op, left


def cut(migrated: Path, home: Path, cuts: int, bug: str = "") -> Report:
    return Campaign(home, {FILE: migrated.read_bytes()}, 1, house(), bug).run(cuts)


def test_no_power_cut_loses_or_breaks_anything(migrated_sqlite: Path, tmp_path: Path) -> None:
    report = cut(migrated_sqlite, tmp_path, 30)
    assert (report.wrong, report.cuts) == ([], 30)
    assert report.torn > 15  # most of them meet something that is not on the disk yet


@pytest.mark.parametrize("bug", BUGS)
def test_a_seeded_bug_is_caught(migrated_sqlite: Path, tmp_path: Path, bug: str) -> None:
    assert cut(migrated_sqlite, tmp_path, 100, bug).wrong


def test_only_what_was_synced_is_sure_to_stay() -> None:
    written = [Op("create", "a"), Op("write", "a", 0, b"1" * 1024), Op("sync", "a"), Op("write", "a", 0, b"2" * 1024)]
    found = {left({}, written, Random(n))["a"] for n in range(60)}
    assert {b"1" * 1024, b"2" * 1024, b"2" * 512 + b"1" * 512, b"1" * 512 + b"2" * 512} <= found
    gone = [left({"a": b"1"}, [Op("delete", "a", synced)], Random(7 + n)) for synced in (0, 1) for n in range(9)]
    assert {} in gone[:9]
    assert {"a": b"1"} in gone[:9]
    assert gone[9:] == [{}] * 9
