"""What `make check` says of our dependencies, and that it would say so if something were wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests import supply

VULNERABLE = {"name": "made-up", "version": "1.0", "vulns": [{"id": "MADE-UP-1", "fix_versions": ["1.1"]}]}
FINE = {"name": "other", "version": "2.0", "vulns": []}
UNKNOWN = {"name": "third", "skip_reason": "not found"}


def test_the_locks_are_whole_and_the_licences_go_together() -> None:
    assert list(supply.troubles_of_lock("requirements.txt", supply.wanted(["build"]))) == []
    found = supply.licences()
    assert len(found) > 40
    assert list(supply.troubles_of_licences(found, supply.LISTED.read_text("utf-8"))) == []


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock of our own to break."""
    for name in ("requirements.txt", "pyproject.toml"):
        shutil.copy(supply.HOUSE / name, tmp_path)
    monkeypatch.setattr(supply, "HOUSE", tmp_path)
    return tmp_path / "requirements.txt"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\nanyio==", "\nsomething-else==", "requirements.txt lacks anyio"),
        ("\nanyio==", "\nanyio==0.", " is installed, requirements.txt has 0."),
        ("\nabsl-py==", "\npluggy-of-nobody==1 \\\n    --hash=sha256:0\nabsl-py==", "nobody needs pluggy-of-nobody"),
        ("\nhttpx==", "\nhttpx==0.", "but httpx"),
    ],
)
def test_a_lock_out_of_step_is_found(lock: Path, old: str, new: str, said: str) -> None:
    whole = "\n" + lock.read_text("utf-8")
    lock.write_text(whole.replace(old, new), "utf-8")
    assert whole.count(old) == 1
    assert said in "\n".join(supply.troubles_of_lock("requirements.txt", supply.wanted(["build"])))


def test_what_nobody_locked_is_found() -> None:
    roots = [*supply.wanted(["build"]), Requirement("made-up-package>=1")]
    assert "requirements.txt lacks made-up-package" in list(supply.troubles_of_lock("requirements.txt", roots))


@pytest.mark.parametrize(
    ("name", "expression", "free"),
    [
        ("one", "MIT", True),
        ("one", "MIT AND PSF-2.0", True),
        ("one", "GPL-3.0-only OR MIT", True),
        ("one", "(MIT AND Zlib) OR GPL-3.0-only", True),
        ("one", "MIT AND GPL-3.0-only", False),
        ("one", "AGPL-3.0-or-later", False),
        ("one", "LGPL-3.0-only", False),
        ("python-telegram-bot", "LGPL-3.0-only", True),
        ("python-telegram-bot", "GPL-3.0-only", False),
        ("one", "Proprietary", False),
        ("one", "none is named", False),
    ],
)
def test_only_licences_that_go_with_ours_are_taken(name: str, expression: str, free: bool) -> None:
    assert supply.may_be_passed_on(name, expression) is free
    found = {name: expression}
    assert len(list(supply.troubles_of_licences(found, supply.written(found)))) == (not free)
    assert len(list(supply.troubles_of_licences(found, "another list"))) == 1 + (not free)


def test_a_known_weakness_is_a_trouble_and_silence_is_not_called_good() -> None:
    sentence, troubles = supply.judged(json.dumps({"dependencies": [VULNERABLE, FINE, UNKNOWN]}), "")
    assert troubles == ["made-up 1.0 has MADE-UP-1, mended in: 1.1"]
    assert sentence == "Known weaknesses: 2 packages were looked up, and 1 could not be looked up."
    assert supply.judged(json.dumps({"dependencies": [FINE]}), "")[1] == []
    away = "requests.exceptions.ConnectionError: HTTPSConnectionPool"
    assert supply.judged("", away) == ("Known weaknesses: osv.dev could not be asked.", [])
    assert len(supply.judged("", "usage: pip-audit: error: unrecognized arguments")[1]) == 1
