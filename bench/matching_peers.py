"""The same round by the packages mentor-match and matching: each in an environment of its own, made for the moment and
thrown away (both are imported as `matching`, and neither belongs to Sorora).

Each is given the points of all pairs ready-made, so that only its own work is measured. mentor-match knows no places: a
mentor comes as often as she has some. matching (hospitals and residents) gives a stable assignment, not the one with
the most points.

    python -I bench/matching_peers.py mentor-match|matching     reads a round as JSON, writes what came of it
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
import threading
import venv
from collections.abc import Sequence
from time import perf_counter, process_time
from typing import Any

# What is installed for each. mentor-match names no version of munkres; 3 is of 2026 and much faster than those before.
PEERS = {
    "mentor-match": ("mentor-match", "munkres"),
    "mentor-match with munkres 1": ("mentor-match", "munkres<2"),
    "matching": ("matching",),
}
SECONDS = 600  # for one peer to be installed, and to answer


def beside(points: Sequence[Sequence[int]], places: Sequence[int]) -> dict[str, Any]:
    """What each peer makes of a round: points[mentee][mentor], below zero where they may not be a pair, and the free
    places of each mentor. Where a peer cannot be installed or does not answer, that is said instead."""
    return {peer: alone(peer, json.dumps({"points": points, "places": places})) for peer in PEERS}


def alone(peer: str, asked: str) -> Any:
    """The answer of one peer, with its version."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = f"{folder}/bin/python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS[peer]]
        if subprocess.run(install, capture_output=True, timeout=SECONDS, check=False).returncode:
            return {"not measured": "it could not be installed"}
        try:
            done = subprocess.run(
                [python, "-I", __file__, peer],
                input=asked,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"not measured": f"it did not answer within {SECONDS} seconds"}
        if done.returncode or not done.stdout:
            return {"not measured": f"it failed: {done.stderr.strip().splitlines()[-1]}"}
        return json.loads(done.stdout)


def mentor_match(points: Sequence[Sequence[int]], places: Sequence[int]) -> tuple[int, int]:
    """Pairs and points of one round of mentor-match, in which each place is a mentor."""
    process = importlib.import_module("matching.process")
    rules = importlib.import_module("matching.rules.rule")
    mentor, mentee = (importlib.import_module(f"matching.{one}") for one in ("mentor", "mentee"))
    mentors = [
        mentor.Mentor(grade=place, email=f"mentor {place} {number}")
        for place, free in enumerate(places)
        for number in range(free)
    ]
    mentees = [mentee.Mentee(grade=place, email=f"mentee {place}") for place in range(len(points))]

    def of(match: Any) -> int:
        mentee, mentor = int(match.mentee.grade), int(match.mentor.grade)
        return points[mentee][mentor]

    class Points(rules.Rule):  # type: ignore[name-defined, misc]
        def apply(self, match: Any) -> int:
            return of(match)

    def impossible(match: Any) -> bool:
        return of(match) < 0

    process.process_data(mentors, mentees, [[Points(), rules.Disqualify(impossible)]])
    pairs = [(one.grade, her.grade) for her in mentors for one in her.mentees]
    return len(pairs), sum(points[one][her] for one, her in pairs)


def matching(points: Sequence[Sequence[int]], places: Sequence[int]) -> tuple[int, int]:
    """Pairs and points of matching's hospitals and residents: both sides prefer who has more points."""
    games = importlib.import_module("matching.games")
    wanted = {
        mentee: sorted((mentor for mentor, one in enumerate(row) if one >= 0), key=lambda mentor: -row[mentor])
        for mentee, row in enumerate(points)
    }
    fit = {mentor: [one for one, row in enumerate(points) if row[mentor] >= 0] for mentor in range(len(places))}
    game = games.HospitalResident.create_from_dictionaries(
        {mentee: mentors for mentee, mentors in wanted.items() if mentors},
        {mentor: sorted(ones, key=lambda one: -points[one][mentor]) for mentor, ones in fit.items() if ones},
        {mentor: places[mentor] for mentor, ones in fit.items() if ones},
    )
    pairs = [(one.name, mentor.name) for mentor, ones in game.solve().items() for one in ones]
    return len(pairs), sum(points[mentee][mentor] for mentee, mentor in pairs)


def main() -> None:
    """Answer as one peer."""
    peer, asked = sys.argv[1], json.load(sys.stdin)
    versions = importlib.import_module("importlib.metadata")
    began, busy = perf_counter(), process_time()
    pairs, sum_of_points = (matching if peer == "matching" else mentor_match)(**asked)
    found = {
        "versions": {each: versions.version(each) for each in (one.split("<")[0] for one in PEERS[peer])},
        "seconds": round(perf_counter() - began, 2),
        "processor_seconds": round(process_time() - busy, 2),
        "pairs": pairs,
        "points": sum_of_points,
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    sys.setrecursionlimit(1_000_000)  # matching copies what it is given by following it from woman to woman
    threading.stack_size(1 << 29)
    whole = threading.Thread(target=main)
    whole.start()
    whole.join()
