"""The command line: what each command does, and one sentence where something is missing or wrong."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import cli
from bot.clock import SystemClock
from bot.messages import Message
from bot.store import mail, people, tables
from bot.store.door import Store
from bot.testing import StageClock
from bot.vault import Vault, new_key

HOUSE = Path(__file__).parent.parent
TOKEN = "7000000001:AAfake-token-of-a-made-up-bot-000000"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sorora(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs the command in this process with only these settings (data_dir: this test's own); gives exit code, what it
    printed, and its complaints. The set-up of logs is left out: it would stay."""
    for name in [name for name in os.environ if name.startswith("SORORA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("bot.logs.set_up", lambda _clock: None)
    mask = os.umask(0o022)

    def run(*words: str, stdin: str = "", **settings: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name, value in {"data_dir": str(tmp_path), **settings}.items():
                patch.setenv(f"SORORA_{name.upper()}", value)
            patch.setattr(sys, "argv", ["sorora", *words])
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            with pytest.raises(SystemExit) as ended:
                cli.main()
        said = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 1), said.out, said.err

    yield run
    os.umask(mask)


def one_sentence(said: str) -> bool:
    return said.count("\n") == 1 and "Traceback" not in said and said.strip().endswith((".", "?"))


def database(folder: Path, key: str) -> Store:
    return Store.open(f"sqlite+aiosqlite:///{folder / 'sorora.db'}", Vault([key]))


def within(store: Store, query: sa.Executable) -> list[Any]:
    """What a statement gives in a database of its own; written if it writes."""

    async def ask() -> list[Any]:
        async with store.begin() as tx:
            result = await tx.conn.execute(query)
            rows = list(result) if result.returns_rows else []
        await store.close()
        return rows

    return asyncio.run(ask())


# --- settings that are missing or wrong ---------------------------------------------------------------------------

KEY = new_key()
WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no key": ({}, "sorora keys new"),
    "no channel": ({"keys": KEY}, "SORORA_TELEGRAM_TOKEN"),
    "a key that is none": ({"keys": "made-up-secret-value"}, "SORORA_KEYS"),
    "a token that is none": ({"keys": KEY, "telegram_token": "made-up-secret-value"}, "SORORA_TELEGRAM_TOKEN"),
    "a misspelled name": ({"telegram_tokn": TOKEN}, "SORORA_TELEGRAM_TOKEN"),
    "half of WhatsApp": ({"keys": KEY, "whatsapp_token": "made-up-secret-value"}, "SORORA_WHATSAPP_PHONE_ID"),
    "a port that is none": ({"keys": KEY, "telegram_token": TOKEN, "port": "many"}, "SORORA_PORT"),
    "a database that is none": ({"keys": KEY, "database_url": "made-up-secret-value"}, "SORORA_DATABASE_URL"),
    "no such talks": ({"keys": KEY, "telegram_token": TOKEN, "conversations": "no_such"}, "SORORA_CONVERSATIONS"),
    "talks without any": ({"keys": KEY, "telegram_token": TOKEN, "conversations": "json"}, "SORORA_CONVERSATIONS"),
    "talks of another kind": (
        {"keys": KEY, "telegram_token": TOKEN, "conversations": "made_up_talks"}, "SORORA_CONVERSATIONS",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "names"), WRONG.values(), ids=WRONG.keys())
def test_run_and_check_say_in_one_sentence_what_to_do(
    sorora: Run, settings: dict[str, str], names: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "made_up_talks.py").write_text("PROGRAMME = 'no programme'")
    monkeypatch.syspath_prepend(tmp_path)
    code, out, err = sorora("run", **settings)
    assert (code, out) == (2, "")
    assert one_sentence(err), err
    assert names in err
    assert "made-up-secret-value" not in err
    code, out, err = sorora("check", **settings)
    assert (code, err) == (2, "")
    assert names in out
    assert "made-up-secret-value" not in out


@pytest.mark.parametrize("command", ["migrate", "backup x.gz", "restore x.gz", "keys rotate", "invite"])
def test_commands_on_the_database_need_a_key(sorora: Run, command: str) -> None:
    code, out, err = sorora(*command.split())
    assert (code, out, one_sentence(err)) == (2, "", True)
    assert "sorora keys new" in err


@pytest.mark.parametrize("command", ["backup x.gz", "keys rotate", "invite"])
def test_commands_on_a_database_that_was_not_made_say_so(sorora: Run, command: str) -> None:
    code, out, err = sorora(*command.split(), keys=KEY)
    assert (code, out, one_sentence(err)) == (2, "", True)
    assert "sorora migrate" in err


@pytest.mark.parametrize("command", ["migrate", "backup x.gz", "keys rotate", "invite", "run"])
def test_a_database_that_does_not_answer_is_one_sentence(sorora: Run, command: str) -> None:
    away = "postgresql://nobody:made-up-secret-value@127.0.0.1:1/none"
    code, out, err = sorora(*command.split(), keys=KEY, database_url=away, telegram_token=TOKEN)
    assert (code, out, one_sentence(err + "." * ("." not in err[-3:]))) == (1, "", True), err
    assert "made-up-secret-value" not in err


@pytest.mark.postgres
def test_run_on_a_postgres_that_was_not_migrated_says_so(sorora: Run, postgres_server: str) -> None:
    url = "postgresql://" + postgres_server.format("postgres")
    code, out, err = sorora("run", keys=KEY, telegram_token=TOKEN, database_url=url)
    assert (code, out, one_sentence(err)) == (2, "", True)
    assert "sorora migrate" in err
    code, out, err = sorora("backup", "x.gz", keys=KEY, database_url=url)
    assert (code, one_sentence(err)) == (2, True)


def test_an_unknown_command_or_none_is_told(sorora: Run) -> None:
    code, out, err = sorora()
    assert "Commands" in out + err
    code, _out, err = sorora("nonsense")
    assert (code, "Traceback" in err) == (2, False)
    code, out, _err = sorora("--help")
    assert code == 0
    for command in ("demo", "run", "talk", "check", "migrate", "invite", "keys", "backup", "restore"):
        assert command in out


# --- keys, backups, invitations -----------------------------------------------------------------------------------


def test_a_new_key_is_a_key_and_another_each_time(sorora: Run) -> None:
    keys = [sorora("keys", "new")[1].strip() for _ in range(2)]
    assert len(set(keys)) == 2
    assert Vault(keys).open(Vault(keys[1:]).seal("words")) == "words"


def test_from_the_first_day_to_a_new_key_and_back_from_a_backup(sorora: Run, tmp_path: Path) -> None:
    assert sorora("migrate", keys=KEY)[:2] == (0, "The database is up to date.\n")
    assert sorora("migrate", keys=KEY)[0] == 0
    code, out, _err = sorora("invite", "--language", "ar", "--group", "Spring", "--uses", "2", keys=KEY)
    assert code == 0
    (invited,) = within(database(tmp_path, KEY), sa.select(tables.invites))
    assert (invited.language, invited.cohort, invited.uses_left) == ("ar", "Spring", 2)
    found = re.search(r"The code is ([\w-]{16})\.", out)
    assert found is not None
    assert invited.lookup == Vault([KEY]).lookup(f"invite:{found[1]}")

    file = tmp_path / "backup.gz"
    assert sorora("backup", str(file), keys=KEY)[:2] == (0, f"1 rows are in {file}.\n")
    assert file.stat().st_mode & 0o777 == 0o600
    within(database(tmp_path, KEY), sa.delete(tables.invites))

    newer = new_key()
    assert sorora("restore", str(file), keys=f"{newer},{KEY}")[:2] == (
        0, "1 rows are back. 0 people who had erased themselves were erased again.\n",
    )  # fmt: skip
    code, out, _err = sorora("keys", "rotate", keys=f"{newer},{KEY}")
    assert (code, out.split(".")[0]) == (0, "1 rows are sealed with the first key")
    (invited,) = within(database(tmp_path, newer), sa.select(tables.invites))
    assert invited.lookup == Vault([newer]).lookup(f"invite:{found[1]}")


def test_restore_tells_how_many_were_erased_again(sorora: Run, tmp_path: Path) -> None:
    sorora("migrate", keys=KEY)
    file, store, clock = tmp_path / "b.gz", database(tmp_path, KEY), StageClock()

    async def welcome() -> None:
        async with store.begin() as tx:
            await people.welcome(tx, "x", "made-up", "en", clock.now())
        await store.close()

    async def erase() -> None:
        clock.forward(timedelta(days=1))
        async with store.begin() as tx:
            await people.erase(tx, 1, clock.now(), tombstone=True)
        await store.close()

    asyncio.run(welcome())
    sorora("backup", str(file), keys=KEY)
    asyncio.run(erase())
    code, out, _err = sorora("restore", str(file), keys=KEY)
    assert (code, out.split(". ")[1]) == (0, "1 people who had erased themselves were erased again.\n")
    assert within(database(tmp_path, KEY), sa.select(tables.people)) == []


def test_a_restore_on_a_new_server_tells_what_it_cannot_know(sorora: Run, tmp_path: Path) -> None:
    sorora("migrate", keys=KEY)
    store, clock = database(tmp_path, KEY), StageClock()

    async def welcome() -> None:
        async with store.begin() as tx:
            her = await people.welcome(tx, "x", "made-up", "en", clock.now())
            letter = mail.Letter(her.person.id, "x", her.lookup, her.address, Message("Hello"))
            await mail.post(tx, [letter], clock.now())
        await store.close()

    asyncio.run(welcome())
    assert sorora("backup", keys=KEY)[0] == 0
    (file,) = (tmp_path / "backups").glob("*.backup")
    for lost in tmp_path.glob("sorora.db*"):
        lost.unlink()
    code, out, _err = sorora("restore", str(file), keys=KEY)
    assert code == 0
    assert out.splitlines()[1].startswith("1 messages waited when the backup was made.")
    assert out.splitlines()[2].startswith("Who erased herself after 20")


def test_backups_without_a_name_of_their_own_are_kept_for_thirty_days(sorora: Run, tmp_path: Path) -> None:
    sorora("migrate", keys=KEY)
    folder = tmp_path / "backups"
    folder.mkdir()
    for name, days in (("old.backup", 31), ("recent.backup", 29), ("other.txt", 99)):
        (folder / name).write_bytes(b"")
        before = SystemClock().now().timestamp() - days * 86400
        os.utime(folder / name, (before, before))
    assert sorora("backup", keys=KEY)[0] == 0
    names = {file.name for file in folder.iterdir()}
    assert {"recent.backup", "other.txt", "erased.list"} < names
    assert (len(names), "old.backup" in names) == (4, False)


@pytest.mark.parametrize("content", [b"", b"no backup", gzip.compress(b"no backup", mtime=0)])
def test_a_file_that_is_no_backup_is_one_sentence(sorora: Run, tmp_path: Path, content: bytes) -> None:
    sorora("migrate", keys=KEY)
    file = tmp_path / "x.gz"
    file.write_bytes(content)
    code, out, err = sorora("restore", str(file), keys=KEY)
    assert (code, out, one_sentence(err)) == (1, "", True)


@pytest.mark.parametrize("where", ["no/such/folder/x.gz", "sorora.db/x.gz", "."])
def test_a_backup_that_cannot_be_written_is_one_sentence(sorora: Run, tmp_path: Path, where: str) -> None:
    sorora("migrate", keys=KEY)
    code, out, err = sorora("backup", str(tmp_path / where), keys=KEY)
    assert (code, out, one_sentence(err)) == (1, "", True)
    assert "cannot be written" in err


@pytest.mark.parametrize(
    "words",
    ["--language xx", "--uses 0", "--uses many", "--days 0", "--group " + "x" * 65],
    ids=lambda words: words[:12],
)
def test_an_invitation_that_makes_no_sense_is_refused(sorora: Run, words: str) -> None:
    sorora("migrate", keys=KEY)
    code, out, err = sorora("invite", *words.split(), keys=KEY)
    assert (code, "The code" in out, "Traceback" in err) == (2, False, False)


# --- a talk in the terminal ---------------------------------------------------------------------------------------


def test_a_talk_in_the_terminal_and_its_transcript(sorora: Run, tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    code, out, err = sorora("talk", "--language", "fr", "--transcript", str(file), stdin="sos\n1\n")
    assert (code, err) == (0, "")
    assert "112" in out
    written = file.read_text("utf-8")
    assert written.startswith("> /start\n")
    assert "> sos\n" in written
    assert list(tmp_path.iterdir()) == [file]  # nothing else is kept


def test_a_talk_needs_no_key_and_no_words(sorora: Run) -> None:
    code, out, err = sorora("talk")
    assert (code, err) == (0, "")
    assert "English" in out


# --- the real thing -----------------------------------------------------------------------------------------------


def test_the_installed_command_ends_with_2_and_one_sentence_without_a_key(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SORORA_")}
    ended = subprocess.run(
        [sys.executable, "-m", "bot.cli", "run"], capture_output=True, text=True, cwd=HOUSE, check=False,
        env=environment | {"SORORA_DATA_DIR": str(tmp_path)}, timeout=60,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, "")
    assert one_sentence(ended.stderr)
