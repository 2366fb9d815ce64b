"""What people write lies sealed in every table and file, and what is erased is overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from bot.dialogue.replay import Journal
from bot.mentoring.assessments import Assessment
from bot.mentoring.people import Person
from bot.messages import Media, Message
from bot.store import growth, invites, mail, people, tables
from bot.store.door import Store
from bot.store.schema import migrate
from bot.store.tables import metadata
from bot.vault import Vault, new_key

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)

MARKS = ["Mina-Made-Up", "0470-11-22-33", "made-up-address", "a very private sentence", "a made-up reason why"]


async def marked(store: Store) -> None:
    """Marked words in every column that people fill."""

    async with store.begin() as tx:
        known = await people.welcome(tx, "x", MARKS[2], "en", NOW)
        await people.save(tx, [Person(known.person.id, alias=MARKS[0])])
        talk = people.KeptTalk("t", "form", "", True, "", NOW, journal=Journal({"x": MARKS[3]}))
        await people.save_talks(tx, [(known.person.id, talk)], [], [])
        letter = mail.Letter(1, "x", known.lookup, tx.vault.seal(MARKS[2]), Message(MARKS[3]))
        await mail.post(tx, [letter], NOW)
        await mail.put_aside(tx, "x", "1", MARKS[3].encode(), "Clumsy", NOW)
        await growth.save_assessment(tx, 1, Assessment.SKILLS, growth.Answers({}, {"x": MARKS[4]}), NOW)
        media = await growth.want_media(tx, 1, "x", Media(MARKS[1]), NOW)
        await growth.keep_media(tx, media, MARKS[3].encode())
        await invites.invite(tx, MARKS[1], "en", "", 1, NOW)


async def test_no_table_holds_clear_words(store: Store) -> None:
    await marked(store)
    async with store.begin() as tx:
        for table in metadata.sorted_tables:
            for row in await tx.conn.execute(sa.select(table)):
                values = [
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
                ]
                assert not any(mark.encode() in value for value in values for mark in MARKS), table.name
    assert {column.name for table in metadata.sorted_tables for column in table.c if str(column.type) == "BLOB"} == {
        "sealed", "address", "ref",
    }  # fmt: skip


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_nor_do_the_files_of_sqlite_and_what_is_erased_is_overwritten(tmp_path: Path) -> None:

    store = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", Vault([new_key()]))
    await migrate(store)
    await marked(store)
    files = everything(tmp_path)
    assert len(files) > 10_000
    assert not any(mark.encode() in files for mark in MARKS)
    async with store.begin() as tx:
        hers = bytes((await tx.conn.execute(sa.select(tables.people.c.sealed))).scalar_one())
        await people.erase(tx, 1, NOW, tombstone=True)
    await store.close()  # the log goes into the file
    assert hers not in everything(tmp_path)
