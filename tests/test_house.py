"""The house itself: short files, documentation that is true, requirements that name no index."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest
import typer.main
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot import cli, settings

HOUSE = Path(__file__).parent.parent
LONGEST = 400
SOURCES = sorted(path for room in ("bot", "conversations", "tests", "bench") for path in (HOUSE / room).rglob("*.py"))
TESTS = [path for path in SOURCES if path.is_relative_to(HOUSE / "tests")]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(HOUSE)) for path in paths]


def readme() -> str:
    return (HOUSE / "README.md").read_text("utf-8")


def test_no_file_is_long() -> None:
    assert names([path for path in SOURCES if path.read_text("utf-8").count("\n") > LONGEST]) == []


def test_every_module_says_what_it_is() -> None:
    modules = [path for path in SOURCES if not path.is_relative_to(HOUSE / "tests") and path.stat().st_size]
    assert len(modules) > 10
    assert names([path for path in modules if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]) == []


def test_tests_are_no_package_and_never_sleep() -> None:
    assert names([path for path in TESTS if path.name == "__init__.py"]) == []
    sleeping = re.compile(
        r"\btime\.sleep\(|\bfrom time import .*\bsleep\b|\basyncio\.sleep\((?!0\))|wait_for_timeout\("
    )
    # Stand-ins for a platform may wait as the platform does (a long poll, a back-off); what tests is not to wait.
    tests = [path for path in TESTS if path.name.startswith("test_") and path != Path(__file__)]
    assert names([path for path in tests if sleeping.search(path.read_text("utf-8"))]) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_has_a_hash_for_everything(lock: str) -> None:
    content = (HOUSE / lock).read_text("utf-8")
    assert "://" not in content
    assert not re.search(r"^\s*-(?!-hash)", content, re.MULTILINE)
    entries = re.split(r"\n(?=\S)", content.strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+( ;[^\\]+)? \\\n    --hash=sha256:", entry), entry.splitlines()[0]


def test_nothing_of_uv_but_the_lock_files_is_kept() -> None:
    assert not (HOUSE / "uv.lock").exists()


def locked(lock: str) -> dict[str, str]:
    """Name to version."""
    pairs = re.findall(r"^(\S+?)==(\S+)", (HOUSE / lock).read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pairs}


def test_the_locks_hold_what_pyproject_asks_for_and_agree() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    runtime = [*project["project"]["dependencies"], *groups["build"], *project["build-system"]["requires"]]
    development = [wanted for wanted in groups["dev"] if isinstance(wanted, str)]
    for lock, wants in (("requirements.txt", runtime), ("requirements-dev.txt", runtime + development)):
        versions = locked(lock)
        for want in map(Requirement, wants):
            assert want.specifier.contains(versions[canonicalize_name(want.name)]), f"{lock}: {want}; run `make lock`"
    assert locked("requirements.txt").items() <= locked("requirements-dev.txt").items()


def test_the_readme_lists_every_setting_as_the_programme_has_it() -> None:
    rows = re.findall(r"^\| `(SORORA_\w+)` \| (.*?) \| (.*?) \|$", readme(), re.MULTILINE)
    assert [(name, default.strip("`"), meaning) for name, default, meaning in rows] == settings.table()


def commands(command: object, name: str) -> list[str]:
    """The full names of all commands below this one, itself if it has none below."""
    below: dict[str, object] = getattr(command, "commands", {})
    return [full for part, one in below.items() for full in commands(one, f"{name} {part}")] or [name]


def test_the_readme_tells_every_command() -> None:
    told = readme()
    existing = commands(typer.main.get_command(cli.app), "sorora")
    assert len(existing) > 5
    assert [command for command in existing if f"`{command}" not in told] == []


def test_every_make_target_named_anywhere_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (HOUSE / "Makefile").read_text("utf-8"), re.MULTILINE))
    documents = [*HOUSE.glob("*.md"), HOUSE / ".ci" / "run"]
    named = {name for path in documents for name in re.findall(r"\bmake ([a-z][a-z-]*)`", path.read_text("utf-8"))}
    assert {"demo", "test", "check"} <= targets
    assert named - targets == set()


def test_every_room_has_its_place_in_the_import_rules() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {".".join(name.split(".")[:2]) for layer in layers for name in re.findall(r"[\w.]+", layer)}
    rooms = {f"bot.{path.stem}" for path in (HOUSE / "bot").iterdir() if (path / "__init__.py").exists()}
    modules = {f"bot.{path.stem}" for path in (HOUSE / "bot").glob("*.py") if path.stem != "__init__"}
    assert rooms | modules <= placed
