"""What we depend on, looked at by `make check`: are the locks whole, may we pass it all on, is a weakness known?

    python -m tests.supply [--write]

The locks are compared with what is installed, offline: each package is there in its version, everything that one of
them needs is among them, and none is left that nobody needs. The licences of what goes into the image are listed in
deploy/licences.txt (--write writes it anew), and only such as may be used by a work under Apache-2.0. Known weaknesses
are asked of osv.dev by pip-audit; where it cannot be asked, that is said, and is no failure.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOUSE = Path(__file__).parent.parent
LISTED = HOUSE / "deploy" / "licences.txt"
ASKED = HOUSE / ".venv" / "audited"
A_DAY = 86400.0  # seconds; so often weaknesses are asked for, unless a lock has changed
AUDIT = "pip-audit --disable-pip --require-hashes --vulnerability-service osv --format json --progress-spinner off"
UNREACHABLE = re.compile(r"requests\.exceptions\.\w+|ConnectionError|Timeout|ServiceError")
# May be used by a work under Apache-2.0, and passed on with it (https://www.apache.org/legal/resolved.html, A and B).
FREE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-0", "MIT-CMU",
    "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
# Used unchanged, as a library of its own that anybody can replace: what the LGPL asks for. Others of its kind would be
# looked at one by one.
LIBRARIES = {"python-telegram-bot": "LGPL-3.0-only"}
NAMES = {  # older ways to say it, in lower case
    "apache 2.0": "Apache-2.0", "apache software license": "Apache-2.0", "mit license": "MIT", "mit": "MIT",
    "bsd license": "BSD-3-Clause", "3-clause bsd license": "BSD-3-Clause", "isc license": "ISC",
    "isc license (iscl)": "ISC", "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
}  # fmt: skip
ELSEWHERE = {"colorama": "BSD-3-Clause"}  # needed on other systems only, so not installed here
HEAD = "# What goes into the image, and under which licence. Written by `.venv/bin/python -m tests.supply --write`.\n"


def locked(lock: str) -> dict[str, str]:
    """Name to version of what a lock wants here; what is for other systems or versions is left out."""
    found = re.findall(r"^([\w.-]+)==(\S+)(?: ; (.*?))? \\$", (HOUSE / lock).read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version, on in found if not on or Marker(on).evaluate()}


def wanted(groups: Iterable[str]) -> list[Requirement]:
    """What pyproject.toml asks for: of the programme, of its build, and of these groups."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    lines = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    lines += [one for group in groups for one in project["dependency-groups"][group] if isinstance(one, str)]
    return [Requirement(line) for line in lines]


def needs(found: Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    """What an installed package needs here, with these extras of its own."""
    environment = {key: str(value) for key, value in default_environment().items()}
    for need in map(Requirement, found.requires or ()):
        if need.marker is None or any(need.marker.evaluate(environment | {"extra": one}) for one in ("", *extras)):
            yield need


def troubles_of_lock(lock: str, roots: Iterable[Requirement]) -> Iterator[str]:
    """Where a lock, what is installed and what is wanted differ."""
    versions, seen, queue = locked(lock), set[tuple[str, frozenset[str]]](), list(roots)
    while queue:
        want = queue.pop()
        name = canonicalize_name(want.name)
        if name not in versions:
            yield f"{lock} lacks {name}"
        elif not want.specifier.contains(versions[name], prereleases=True):
            yield f"{lock} has {name} {versions[name]}, but {want} is wanted"
        elif (name, frozenset(want.extras)) not in seen:
            seen.add((name, frozenset(want.extras)))
            try:
                found = distribution(name)
            except PackageNotFoundError:
                yield f"{name} of {lock} is not installed"
                continue
            if found.version != versions[name]:
                yield f"{name} {found.version} is installed, {lock} has {versions[name]}"
            queue += needs(found, want.extras)
    reached = {name for name, _ in seen}
    yield from (f"nobody needs {name} of {lock}" for name in versions if name not in reached)


def licence(name: str) -> str:
    """The licence of an installed package as SPDX writes it; what it says itself where that is unknown."""
    said = distribution(name).metadata
    if expression := said["License-Expression"]:
        return str(expression)
    kinds = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier", []) if one.startswith("License :: ")]
    ways = [said["License"] or "", *kinds]
    names = [NAMES.get(way.lower(), way) for way in ways]
    return next((one for one in names if one in FREE), next(filter(None, names), "none is named"))


def may_be_passed_on(name: str, expression: str) -> bool:
    """Whether everything (AND), or one thing of a choice (OR), is free enough."""
    words = re.sub(r"[()]", " ", expression)
    choices = (re.split(r"\s+AND\s+", choice.strip()) for choice in re.split(r"\s+OR\s+", words))
    return LIBRARIES.get(name) == expression or any(FREE.issuperset(choice) for choice in choices)


def licences() -> dict[str, str]:
    """Name to licence of what goes into the image."""
    return dict(sorted((ELSEWHERE | {name: licence(name) for name in locked("requirements.txt")}).items()))


def written(found: dict[str, str]) -> str:
    """The list as it stands in its file."""
    return HEAD + "".join(f"{name}: {expression}\n" for name, expression in found.items())


def troubles_of_licences(found: dict[str, str], listed: str) -> Iterator[str]:
    """Licences that do not go with ours, and a list that is not in step."""
    for name, expression in found.items():
        if not may_be_passed_on(name, expression):
            yield f"{name} is under {expression}: it cannot go with a work under Apache-2.0, or nobody has looked yet"
    if listed != written(found):
        yield f"{LISTED.name} is not in step: .venv/bin/python -m tests.supply --write"


def judged(said: str, complained: str) -> tuple[str, list[str]]:
    """What pip-audit found out, as a sentence, and its troubles. What it could not look up is never called good."""
    if not said.strip():
        known = UNREACHABLE.search(complained)
        return "Known weaknesses: osv.dev could not be asked.", [] if known else [
            f"pip-audit broke: {complained[-500:]}"
        ]
    packages = json.loads(said)["dependencies"]
    skipped = sum("skip_reason" in one for one in packages)
    weak = [
        f"{one['name']} {one['version']} has {weakness['id']}, mended in: {', '.join(weakness['fix_versions'])}"
        for one in packages
        for weakness in one.get("vulns", ())
    ]
    rest = f", and {skipped} could not be looked up" if skipped else ""
    return f"Known weaknesses: {len(packages) - skipped} packages were looked up{rest}.", weak


def troubles_of_audit() -> list[str]:
    """Ask for known weaknesses of everything in the locks, once a day."""
    lock = HOUSE / "requirements-dev.txt"  # holds the other too: tests/test_house.py
    if ASKED.exists() and ASKED.stat().st_mtime > max(time.time() - A_DAY, lock.stat().st_mtime):
        print("Known weaknesses: asked today.")
        return []
    words = [sys.executable, "-m", *AUDIT.replace("-", "_", 1).split(), "--timeout", "10", "--requirement", str(lock)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    sentence, troubles = judged(done.stdout, done.stderr)
    print(sentence)
    if done.returncode == 0 and not troubles and "could not" not in sentence:
        ASKED.touch()
    return troubles


def main() -> None:
    """Look at everything; exit code 1 where something is not as it must be."""
    found = licences()
    if "--write" in sys.argv:
        LISTED.write_text(written(found), "utf-8")
    troubles = [
        *troubles_of_lock("requirements.txt", wanted(["build"])),
        *troubles_of_lock("requirements-dev.txt", wanted(["build", "dev"])),
        *troubles_of_licences(found, LISTED.read_text("utf-8")),
        *troubles_of_audit(),
    ]
    print("\n".join(troubles) or "The locks are whole, and the licences go together.")
    sys.exit(bool(troubles))


if __name__ == "__main__":
    main()
