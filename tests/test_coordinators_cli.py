"""The commands on coordinators: a link, the number that she tells, who is one, and the end of it."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from bot import cli
from bot.clock import SystemClock
from bot.store import invites, people, tables, team
from bot.vault import new_key
from tests.test_cli import Run, database, one_sentence, sorora, within

__all__ = ["sorora"]

KEY = new_key()


def asks(folder: Path, number: str, *, hours: float = 0) -> int:
    """A fictional woman said yes so many hours ago and has this number; gives her id."""
    store = database(folder, KEY)

    async def work() -> int:
        then = SystemClock().now() - timedelta(hours=hours)
        async with store.begin() as tx:
            known = await people.welcome(tx, "x", f"made-up {number}", "en", then)
            await people.save(tx, [msgspec.structs.replace(known.person, alias="Fictive Cora")])
            await team.ask(tx, known.person.id, number, then)
        await store.close()
        return known.person.id

    return asyncio.run(work())


def test_a_link_opens_the_talk_once_and_within_two_days(sorora: Run, tmp_path: Path) -> None:
    sorora("migrate", keys=KEY)
    code, out, _err = sorora("coordinators", "add", "--language", "fr", keys=KEY)
    assert code == 0
    found = re.search(r"https://t\.me/YOUR_BOT\?start=([\w-]{16})", out)
    assert found is not None
    assert f"/start {found[1]} " in out.replace("\n", " ")
    (kept,) = within(database(tmp_path, KEY), sa.select(tables.invites))
    assert (kept.purpose, kept.uses_left, kept.language) == ("coordinator", 1, "fr")
    assert 0 < kept.about < 10**15
    assert str(kept.about) not in out
    left = kept.expires_at - SystemClock().now()
    assert timedelta(hours=47, minutes=50) < left <= timedelta(hours=48)
    store = database(tmp_path, KEY)

    async def redeem() -> list[invites.Invitation | None]:
        async with store.begin() as tx:
            found_twice = [await invites.redeem(tx, found[1], SystemClock().now(), new=False) for _ in range(2)]
        await store.close()
        return found_twice

    first, second = asyncio.run(redeem())
    assert first is not None
    assert (first.purpose, first.about, second) == ("coordinator", kept.about, None)


def test_from_the_number_to_the_role_and_back(sorora: Run, tmp_path: Path) -> None:
    sorora("migrate", keys=KEY)
    assert sorora("coordinators", "list", keys=KEY)[1].startswith("There is no coordinator yet")
    cora = asks(tmp_path, "012345")
    assert re.fullmatch(
        rf"{cora}  Fictive Cora  \d{{4}}-\d\d-\d\d  asked\n", sorora("coordinators", "list", keys=KEY)[1]
    )
    assert sorora("coordinators", "confirm", "012 345", keys=KEY)[:2] == (
        0, f"Person {cora} is a coordinator now. The chat tells her so.\n",
    )  # fmt: skip
    assert sorora("coordinators", "list", keys=KEY)[1].endswith("  confirmed\n")
    due = within(database(tmp_path, KEY), sa.select(tables.due))
    assert {(one.kind, one.person_id) for one in due} == {("team_welcome", cora), ("team_morning", cora)}
    code, out, _err = sorora("coordinators", "remove", str(cora), keys=KEY)
    assert code == 0
    assert out.startswith(f"Person {cora} is no coordinator any more.\nNo coordinator is left")
    assert within(database(tmp_path, KEY), sa.select(tables.coordinators)) == []


def test_the_last_but_one_is_removed_without_a_warning(sorora: Run, tmp_path: Path) -> None:
    sorora("migrate", keys=KEY)
    for number in ("111111", "222222"):
        asks(tmp_path, number)
        sorora("coordinators", "confirm", number, keys=KEY)
    assert sorora("coordinators", "remove", "1", keys=KEY)[1] == "Person 1 is no coordinator any more.\n"


@pytest.mark.parametrize("number", ["654321", "", "x", "012345 1"])
def test_a_wrong_number_makes_nobody_one(sorora: Run, tmp_path: Path, number: str) -> None:
    sorora("migrate", keys=KEY)
    asks(tmp_path, "012345")
    code, out, err = sorora("coordinators", "confirm", number, keys=KEY)
    assert (code, out, one_sentence(err)) == (2, "", True)
    assert within(database(tmp_path, KEY), sa.select(tables.coordinators.c.state)) == [("asked",)]


def test_an_old_number_makes_nobody_one(sorora: Run, tmp_path: Path) -> None:
    sorora("migrate", keys=KEY)
    asks(tmp_path, "012345", hours=48.1)
    code, _out, err = sorora("coordinators", "confirm", "012345", keys=KEY)
    assert (code, one_sentence(err)) == (2, True)


def test_removing_who_is_none_is_told(sorora: Run) -> None:
    sorora("migrate", keys=KEY)
    code, out, err = sorora("coordinators", "remove", "404", keys=KEY)
    assert (code, out, one_sentence(err)) == (2, "", True)


@pytest.mark.parametrize("command", ["add", "confirm 012345", "list", "remove 1"])
def test_they_need_a_key_and_a_database(sorora: Run, command: str) -> None:
    code, out, err = sorora("coordinators", *command.split())
    assert (code, out, one_sentence(err)) == (2, "", True)
    assert "sorora keys new" in err
    code, out, err = sorora("coordinators", *command.split(), keys=KEY)
    assert (code, out, one_sentence(err)) == (2, "", True)
    assert "sorora migrate" in err


def test_a_language_that_is_not_there_is_refused(sorora: Run) -> None:
    sorora("migrate", keys=KEY)
    code, out, err = sorora("coordinators", "add", "--language", "xx", keys=KEY)
    assert (code, out, one_sentence(err)) == (2, "", True)


def test_the_help_names_all_four(sorora: Run) -> None:
    code, out, _err = sorora("coordinators", "--help")
    assert code == 0
    assert all(word in out for word in ("add", "confirm", "list", "remove"))
    assert cli.coordinators.info.help
