"""What is in deploy/ and docs/operators.md stays true: settings, paths and commands exist, nothing runs as root."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot import cli, settings
from tests.image import instructions

HOUSE = Path(__file__).parent.parent
DEPLOY = HOUSE / "deploy"
GUIDE = HOUSE / "docs" / "operators.md"
COMPOSE = ("compose.yaml", "compose.postgres.yaml")
UNITS = ("sorora.service", "sorora-backup.service", "sorora-backup.timer")
Yaml = dict[str, "Yaml | list[str] | str"]


def read(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def yaml(text: str) -> Yaml:
    """The few forms of YAML that the compose files keep to: mappings, lists of words, plain values; else ValueError."""
    if "\t" in text:
        raise ValueError("not in the simple YAML of this project: a tab")
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text.splitlines()]
    return block([(deep, line) for deep, line in lines if line and not line.startswith("#")])


def block(lines: list[tuple[int, str]]) -> Yaml:
    found: Yaml = {}
    while lines:
        deep, line = lines.pop(0)
        key, colon, value = re.sub(r"\s#.*", "", line).partition(":")
        value = value.strip()
        below = []
        while lines and lines[0][0] > deep:
            below.append(lines.pop(0))
        odd = not colon or not re.fullmatch(r"[\w./-]+", key) or key in found
        odd = odd or bool(value and below) or bool(lines and lines[0][0] < deep)
        if odd or re.match(r"[&*!|>{\[\"'%@`]", value) or re.search(r":\s", value):
            raise ValueError(f"not in the simple YAML of this project: {line}")
        if below and below[0][1].startswith("- "):
            if any(not item.startswith("- ") or indent != below[0][0] for indent, item in below):
                raise ValueError(f"a list below {key} that is not of words")
            found[key] = [item[2:].strip() for _, item in below]
        else:
            found[key] = value or block(below)
    return found


def mapping(value: object) -> Yaml:
    assert isinstance(value, dict)
    return value


def services(name: str) -> dict[str, Yaml]:
    return {key: mapping(service) for key, service in mapping(yaml(read(name))["services"]).items()}


def unit(name: str) -> dict[str, list[str]]:
    pairs = re.findall(r"^(\w+)=(.*)$", read(name), re.MULTILINE)
    return {key: [value for other, value in pairs if other == key] for key, _ in pairs}


def known() -> set[str]:
    names = {name for name, _, _ in settings.table()}
    return names | {name + settings.FROM_FILE for name in names}


def test_every_setting_named_in_deploy_or_the_guide_exists() -> None:
    for path in [*DEPLOY.iterdir(), GUIDE]:
        assert set(re.findall(r"SORORA_[A-Z]+(?:_[A-Z]+)*", path.read_text("utf-8"))) <= known(), path.name


def test_the_example_of_settings_lists_each_one_once_and_holds_no_secret() -> None:
    lines = re.findall(r"^#?(SORORA_\w+)=(.*)$", read("sorora.env.example"), re.MULTILINE)
    assert sorted(name for name, _ in lines) == sorted(name for name, _, _ in settings.table())
    defaults = {name: default for name, default, _ in settings.table()}
    for name, value in lines:
        assert not re.search(r"TOKEN|SECRET|KEYS", name) or value == ""
        assert "API_URL" not in name or value == defaults[name]


def test_the_example_of_settings_filled_in_is_accepted() -> None:
    given = dict(re.findall(r"^#?(SORORA_\w+)=(.*)$", read("sorora.env.example"), re.MULTILINE))
    given["SORORA_TELEGRAM_TOKEN"] = "123456789:AA-made-up"
    given |= {name: "made-up" for name in given if name.startswith("SORORA_WHATSAPP_") and not given[name]}
    assert settings.Settings.from_environment(given).whatsapp_business_id == "made-up"


def test_the_image_does_not_run_as_root_and_installs_only_what_the_lock_allows() -> None:
    steps = instructions()
    assert [rest for word, rest in steps if word == "USER"][-1] == "10001:10001"
    final = [word for word, _ in steps][-steps[::-1].index(next(step for step in steps[::-1] if step[0] == "FROM")) :]
    assert final.index("USER") < final.index("ENTRYPOINT")
    assert ("ENTRYPOINT", '["sorora"]') in steps
    assert ("CMD", '["run"]') in steps
    installs = [rest for word, rest in steps if word == "RUN" and "pip install" in rest]
    assert len(installs) == 2
    for install in installs:
        assert "--require-hashes -r requirements.txt" in install or "--no-deps --no-build-isolation ." in install
    assert not re.search(r"KEYS|TOKEN|SECRET|PASSWORD|\bADD\b", read("Containerfile").partition("\n\n")[2])


def test_the_image_is_built_as_the_handbook_says() -> None:
    """Rules of hadolint, by hand: pinned bases, absolute folders, one command, nothing installed in the last stage, no
    source in it, commands that get signals."""
    steps = instructions()
    stages = [rest for word, rest in steps if word == "FROM"]
    assert len(stages) == 2
    assert all(re.fullmatch(r"\S+/python:\d\.\d+-slim( AS build)?", stage) for stage in stages)
    assert stages[0].removesuffix(" AS build") == stages[1]  # what was built runs on what it was built on
    last = steps[len(steps) - steps[::-1].index(("FROM", stages[1])) :]
    assert all(rest.startswith("/") for word, rest in steps if word == "WORKDIR")
    assert [rest for word, rest in last if word == "COPY"] == ["--from=build /opt/sorora /opt/sorora"]
    assert [rest.split()[0] for word, rest in last if word == "RUN"] == ["install"]
    words = [word for word, _ in last]
    for once in ("USER", "ENTRYPOINT", "CMD", "HEALTHCHECK", "STOPSIGNAL"):
        assert words.count(once) == 1, once
    assert all(rest.startswith("[") for word, rest in last if word in ("ENTRYPOINT", "CMD"))
    assert "latest" not in read("Containerfile")


def test_the_image_asks_healthz_with_a_command_that_works() -> None:
    (check,) = [rest for word, rest in instructions() if word == "HEALTHCHECK"]
    python, option, code = json.loads(check.partition("CMD ")[2])
    assert (python, option) == ("python", "-c")
    assert "/healthz" in code
    compile(code, "healthcheck", "exec")
    alone = {"SORORA_PORT": "9"}
    nobody = subprocess.run([sys.executable, "-c", code], env=alone, capture_output=True, check=False)
    assert nobody.returncode == 1, "where nobody listens, the check must fail"
    assert b"URLError" in nobody.stderr


def test_only_what_the_image_needs_is_sent_to_its_build() -> None:
    rules = [line for line in read("Containerfile.dockerignore").splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
    kept = {rule[1:] for rule in rules if rule.startswith("!")}
    assert {"bot", "conversations", "locales", "pyproject.toml", "requirements.txt"} <= kept
    assert sorted(name for name in kept if not (HOUSE / name).exists()) == []


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_keeps_containers_small_in_rights(name: str) -> None:
    for key, service in services(name).items():
        if key == "database":
            continue
        assert service["read_only"] == "true", key
        assert service["cap_drop"] == ["ALL"], key
        assert service["security_opt"] == ["no-new-privileges:true"], key
        assert "privileged" not in service
        assert "user" not in service
    # The journal lets them go after 14 days (TRUST, "Retention"); Docker's own logs know sizes only.
    assert {mapping(service["logging"])["driver"] for service in services(name).values()} == {"journald"}
    sorora = services(name)["sorora"]
    build, environment = mapping(sorora["build"]), mapping(sorora["environment"])
    assert (DEPLOY / str(build["context"]) / str(build["dockerfile"])).is_file()
    assert environment["SORORA_DATA_DIR"] == "/data"
    assert "data:/data" in sorora["volumes"]
    assert "cap_add" not in sorora


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_backs_up_each_day_what_the_bot_works_on(name: str) -> None:
    sorora, backup = services(name)["sorora"], services(name)["backup"]
    assert re.fullmatch(r"sh -c 'while true; do sorora backup; sleep 86400; done'", str(backup["entrypoint"]))
    for same in ("image", "env_file", "volumes"):
        assert backup[same] == sorora[same]
    for variable in ("SORORA_DATA_DIR", "SORORA_DATABASE_URL"):
        assert mapping(backup["environment"]).get(variable) == mapping(sorora["environment"]).get(variable)
    assert "ports" not in backup


def test_compose_opens_nothing_but_the_proxy_to_the_world() -> None:
    assert services("compose.yaml")["sorora"]["ports"] == ["127.0.0.1:8080:8080"]
    several = services("compose.postgres.yaml")
    assert {name for name, service in several.items() if "ports" in service} == {"proxy"}
    assert several["database"]["networks"] == ["inside"]
    assert mapping(mapping(yaml(read("compose.postgres.yaml"))["networks"])["inside"])["internal"] == "true"
    assert mapping(several["sorora"]["deploy"])["replicas"] == "2"


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_names_only_volumes_networks_and_services_that_are_there(name: str) -> None:
    whole = yaml(read(name))
    for service in services(name).values():
        volumes = [volume.partition(":")[0] for volume in service.get("volumes", [])]
        assert {volume for volume in volumes if "/" not in volume} <= set(mapping(whole["volumes"]))
        assert all((DEPLOY / volume).is_file() for volume in volumes if "/" in volume)
        assert set(service.get("networks", [])) <= set(mapping(whole.get("networks", {})))
        assert set(mapping(service.get("depends_on", {}))) <= set(services(name))


@pytest.mark.parametrize("text", ["a: [1]", "a: &b", "a:\n\t- b: c", "a: 1\na: 2", "a", "a: b\n  c: d", "a: b: c"])
def test_the_small_reader_of_yaml_refuses_what_it_does_not_know(text: str) -> None:
    with pytest.raises(ValueError, match=r"simple YAML|list below"):
        yaml(text)


def test_the_unit_runs_sorora_unprivileged_and_does_not_retry_a_wrong_setting() -> None:
    service = unit("sorora.service")
    assert service["User"] == ["sorora"]
    assert service["ExecStart"] == ["/opt/sorora/.venv/bin/sorora run"]
    assert service["RestartPreventExitStatus"] == ["2"]
    assert service["EnvironmentFile"] == ["/etc/sorora/sorora.env"]
    walls = re.findall(
        r"^(?:NoNew|Capab|Protect|Private|Restrict[A-Z]|Lock|Memory|System).*$", read("sorora.service"), re.M
    )
    assert len(walls) > 20
    for name in ("sorora.service", "sorora-backup.service"):
        hard = unit(name)
        assert hard["ProtectSystem"] == ["strict"]
        assert hard["NoNewPrivileges"] == hard["PrivateTmp"] == hard["PrivateDevices"] == ["yes"]
        assert hard["CapabilityBoundingSet"] == [""]
        assert hard["UMask"] == ["0077"]
        assert [wall for wall in walls if wall not in read(name).splitlines()] == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for name in UNITS:  # The command is looked for: one that is there stands for it.
        (tmp_path / name).write_text(read(name).replace("/opt/sorora/.venv/bin/sorora", "/bin/true"), "utf-8")
    paths = [str(tmp_path / name) for name in UNITS]
    verify = ["systemd-analyze", "verify", "--man=no", *paths]
    said = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert [line for line in said.stderr.splitlines() if "sorora" in line] == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("name", ["sorora.service", "sorora-backup.service"])
def test_systemd_finds_little_that_the_units_may_do(name: str) -> None:
    """Its own measure of exposure in tenths: 0 is nothing, 100 everything; most services of a distribution have 96."""
    judged = ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", str(DEPLOY / name)]
    said = subprocess.run(judged, capture_output=True, text=True, check=False)
    if "offline" in said.stderr:
        pytest.skip("a systemd that cannot judge files (before 250)")
    assert said.returncode == 0, said.stdout[-200:]


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="no compose here")
@pytest.mark.parametrize("name", COMPOSE)
def test_compose_understands_its_files(name: str, tmp_path: Path) -> None:
    """Also that of before 2021, which knows no `name` at the top."""
    (tmp_path / name).write_text(re.sub(r"^name: .*\n", "", read(name), flags=re.MULTILINE), "utf-8")
    (tmp_path / "sorora.env").write_text("", "utf-8")
    environment = {"PATH": os.environ["PATH"], "DOMAIN": "bot.example.org", "POSTGRES_PASSWORD": "made-up"}
    command = ["docker-compose", "--file", str(tmp_path / name), "config", "--quiet"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy here")
def test_caddy_understands_its_file() -> None:
    environment = {"DOMAIN": "bot.example.org", "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    subprocess.run(command, env=environment, capture_output=True, check=True)


def test_the_proxy_lets_webhooks_through_and_nothing_else() -> None:
    rules = re.sub(r"#.*", "", read("Caddyfile"))
    assert re.findall(r"@webhooks path (.*)", rules) == ["/telegram /whatsapp"]
    assert rules.count("reverse_proxy") == 1
    assert re.search(r"handle \{\s*respond 404\s*\}", rules)


def test_scripts_are_sound_and_every_file_that_the_guide_installs_exists() -> None:
    subprocess.run(["sh", "-n", str(DEPLOY / "sorora.sh")], check=True)
    assert os.access(DEPLOY / "sorora.sh", os.X_OK)
    named = re.findall(r"/opt/sorora/(deploy/[\w.-]+)", GUIDE.read_text("utf-8"))
    assert len(named) > 5
    assert [name for name in named if not (HOUSE / name).exists()] == []


def test_every_command_in_the_guide_and_in_deploy_exists() -> None:
    """Commands and what follows them are parsed as the programme itself would, and not run."""
    code = re.findall(r"```sh\n(.*?)```|`([^`]+)`", GUIDE.read_text("utf-8"), re.DOTALL)
    lines = [line for parts in code for line in "".join(parts).splitlines()]
    lines += [line for name in UNITS for line in unit(name).get("ExecStart", [])]
    called = re.compile(r"(?:sudo |exec |--rm |sorora |\.venv/bin/|^)sorora (?!sorora )([a-z].*)")
    tried = set()
    for found in filter(None, map(called.search, lines)):
        words = re.sub(r"\$\$\(.*?\)", "", found[1]).strip("'").split()
        command: Any = typer.main.get_command(cli.app)
        path = []
        while hasattr(command, "commands"):
            path.append(words.pop(0))
            assert path[-1] in command.commands, f"there is no sorora {' '.join(path)}"
            command = command.commands[path[-1]]
        places = [place.required for place in command.params if place.param_type_name == "argument"]
        assert sum(places) <= len(words) <= len(places), f"sorora {' '.join(path)} takes {len(places)} words"
        tried.add(" ".join(path))
    coordinators = {f"coordinators {word}" for word in ("add", "confirm", "list", "remove")}
    templates = {f"whatsapp templates {word}" for word in ("push", "status")}
    single = {"run", "check", "migrate", "copy", "keys new", "keys rotate", "backup", "restore"}
    assert tried == single | coordinators | templates


def test_the_guide_lets_logs_go_after_fourteen_days() -> None:
    """The journal lets whole files go, and begins a new one only once a month if it is not told otherwise."""
    (days,) = re.findall(r"MaxRetentionSec=(\d+)day\\nMaxFileSec=1day\\n", GUIDE.read_text("utf-8"))
    assert int(days) + 1 == 14


def test_the_guide_has_the_chapters_that_it_promises() -> None:
    text = GUIDE.read_text("utf-8")
    links = re.findall(r"^\d+\. \[.*?\]\(#(.*?)\)", text, re.MULTILINE)
    titles = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert links == [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles]
