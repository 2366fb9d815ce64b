"""A short `make pgkill`: nothing is lost or doubled, and two of the seeded bugs are caught (the long form: all)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.process import HOUSE


@pytest.mark.postgres
def test_processes_and_the_server_may_die_and_the_seeded_bugs_are_caught() -> None:
    # A process of its own: forks are safe only where there are no threads.
    command = [
        sys.executable,
        "-m",
        "tests.faults.pgkill",
        "--kills",
        "5",
        "--bugs",
        "lease-never-expires",
        "two-owners",
    ]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "as it is: all is well" in done.stdout
    assert done.stdout.count(": caught: ") == 2
    print(done.stdout)
