"""A short `make kill`: nothing is lost or doubled, and each of the seeded bugs is caught."""

from __future__ import annotations

import subprocess
import sys

from tests.e2e.process import HOUSE
from tests.faults.kill_worker import BUGS


def test_kills_lose_nothing_and_every_seeded_bug_is_caught() -> None:
    # A process of its own: forks are safe only where there are no threads.
    command = [sys.executable, "-m", "tests.faults.kill", "--kills", "60", "--bugs", "--at-once", "1"]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "as it is: all is well" in done.stdout
    assert done.stdout.count(": caught: ") == len(BUGS) == 4
    print(done.stdout)
