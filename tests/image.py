"""The steps of deploy/Containerfile, carried out by hand where there is no container engine: `make image-dry-run`.

The file's own lines are run, in a mount namespace of their own with an empty /opt, /src and /data: the build, then the
rest as user 10001, with no rights and nowhere to write but /data and /tmp. What it cannot show: that the base image is
what this machine is, and how large the whole is. Needs Linux, root and the network (it installs what the lock names).
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.vault import new_key

HOUSE = Path(__file__).parent.parent
UNPRIVILEGED = (
    "setpriv --reuid 10001 --regid 10001 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs"
).split()
FOLDERS = ("opt", "src", "data")  # what the Containerfile writes to
PATIENCE = 60.0  # seconds until the bot must answer, as the image gives it (start-period and retries)


def instructions() -> list[tuple[str, str]]:
    """The Containerfile line by line: instruction and what follows."""
    whole = re.sub(r"\\\n\s*", "", (HOUSE / "deploy" / "Containerfile").read_text("utf-8"))
    return re.findall(r"^([A-Z]+) (.*)$", whole, re.MULTILINE)


def kept(name: str) -> bool:
    """Whether .dockerignore lets something at the top of the project into the build."""
    return f"!{name}" in (HOUSE / "deploy" / "Containerfile.dockerignore").read_text("utf-8").splitlines()


def copy(what: str, to: str) -> None:
    """COPY of the build: one file, or all that is let in."""
    for one in HOUSE.iterdir() if what == "." else [HOUSE / what]:
        if kept(one.name):
            target = Path(to) / one.name
            shutil.copytree(one, target) if one.is_dir() else shutil.copy(one, target)


def sh(words: list[str], environment: dict[str, str], cwd: str = "/", code: int = 0) -> str:
    """Run to its end; gives what it printed. Raises SystemExit where it ends with another code."""
    done = subprocess.run(words, env=environment, cwd=cwd, check=False, capture_output=True, text=True)
    if done.returncode != code:
        raise SystemExit(f"{shlex.join(words)} ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def built(environment: dict[str, str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Carry the instructions out; gives the environment of the image and its commands by instruction."""
    commands: dict[str, list[str]] = {}
    where, mine = "/", environment
    for word, rest in instructions():
        if word == "FROM":
            mine, where = dict(environment), "/"
        elif word == "ENV":
            pairs = (one.partition("=")[::2] for one in shlex.split(rest))
            mine |= {name: value.replace("$PATH", mine["PATH"]) for name, value in pairs}
        elif word == "WORKDIR":
            where = rest
            Path(where).mkdir(exist_ok=True)
        elif word == "COPY" and not rest.startswith("--from"):  # from the first stage: it lies there already
            copy(rest.split()[0], where)
        elif word == "RUN":
            print(f"  {rest}", flush=True)
            sh(["sh", "-ec", rest], mine, where)
        elif word in ("ENTRYPOINT", "CMD"):
            commands[word] = json.loads(rest)
        elif word == "HEALTHCHECK":
            commands[word] = json.loads(rest.partition("CMD ")[2])
    return mine, commands


def locked_up() -> None:
    """From here on there is one place to write, as in compose.yaml: /data, and /tmp in memory."""
    for folder in ("/data", "/opt"):
        sh(["mount", "--bind", folder, folder], dict(os.environ))
    sh(["mount", "-t", "tmpfs", "-o", "mode=1777", "none", "/tmp"], dict(os.environ))
    for line in Path("/proc/self/mounts").read_text("utf-8").splitlines()[::-1]:
        point = line.split()[1]
        if not point.startswith(("/data", "/tmp", "/proc", "/dev", "/sys")):
            sh(["mount", "-o", "remount,ro,bind", point], dict(os.environ))


def tried(environment: dict[str, str], commands: dict[str, list[str]]) -> None:
    """A first day: migrate, run, ask for its health, back up while it runs, stop, restore. Raises where one fails."""
    sorora = [*UNPRIVILEGED, *commands["ENTRYPOINT"]]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        environment |= {"SORORA_PORT": str(free.getsockname()[1]), "SORORA_HOST": "127.0.0.1", "SORORA_KEYS": new_key()}
    environment |= {
        f"SORORA_WHATSAPP_{name}": "made-up" for name in ("TOKEN", "PHONE_ID", "APP_SECRET", "VERIFY_TOKEN")
    }
    environment["SORORA_WHATSAPP_API_URL"] = "http://127.0.0.1:9"  # nobody is there: nothing leaves this machine
    for place in ("/opt/sorora/written", "/written"):
        if not subprocess.run([*UNPRIVILEGED, "touch", place], stderr=subprocess.DEVNULL, check=False).returncode:
            raise SystemExit(f"{place} could be written")
    print(sh([*sorora, "migrate"], environment, "/data").strip())
    bot = subprocess.Popen([*sorora, *commands["CMD"]], env=environment, cwd="/data", stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not healthy(environment, commands):
            if time.monotonic() > until or bot.poll() is not None:
                raise SystemExit("the bot did not become healthy")
        print("healthy")
        print(sh([*sorora, "backup"], environment, "/data").strip())
        sh([*sorora, "check"], environment | {"SORORA_KEYS": ""}, "/data", code=2)  # a wrong setting says so
    finally:
        bot.send_signal(signal.SIGTERM)
        code = bot.wait(30)
    if code != 0 or healthy(environment, commands):
        raise SystemExit(f"the bot ended with code {code}, or is still healthy")
    (backup,) = Path("/data/backups").glob("*.backup")
    print(sh([*sorora, "restore", str(backup)], environment, "/data").strip())
    if {file.stat().st_uid for file in Path("/data").rglob("*")} != {10001}:
        raise SystemExit("something in /data is not its own")


def healthy(environment: dict[str, str], commands: dict[str, list[str]]) -> bool:
    """What HEALTHCHECK says."""
    asked = [*UNPRIVILEGED, *commands["HEALTHCHECK"]]
    return subprocess.run(asked, env=environment, stderr=subprocess.DEVNULL, check=False).returncode == 0


def inside(room: Path) -> None:
    """In the namespace: empty folders over the machine's own, then build and try."""
    for name in FOLDERS:
        (room / name).mkdir()
        sh(["mount", "--bind", str(room / name), f"/{name}"], dict(os.environ))
    passed = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "REQUESTS_"))}
    python = Path(sys.base_prefix) / "bin"
    environment, commands = built({"PATH": f"{python}:{os.environ['PATH']}", "HOME": "/nonexistent"} | passed)
    size = sum(file.lstat().st_size for file in Path("/opt/sorora").rglob("*") if not file.is_symlink())
    print(f"/opt/sorora: {size / 1e6:.0f} MB")
    locked_up()
    tried({name: value for name, value in environment.items() if name not in passed}, commands)
    print("The steps of deploy/Containerfile work.")


def main() -> None:
    """Start anew in a namespace of our own, and clean up behind it."""
    if len(sys.argv) > 1:
        inside(Path(sys.argv[1]))
        return
    places = [place for name in FOLDERS if not (place := Path("/", name)).exists()]
    for place in places:
        place.mkdir()
    with tempfile.TemporaryDirectory(prefix="sorora-image-") as room:
        words = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", "tests.image", room]
        code = subprocess.run(words, cwd=HOUSE, check=False).returncode
    for place in places:
        place.rmdir()
    sys.exit(code)


if __name__ == "__main__":
    main()
