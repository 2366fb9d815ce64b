"""My data: all of hers, nothing of anyone else's, and what she wrote is never markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa

from bot.mentoring.assessments import Assessment
from bot.messages import Document
from bot.store import growth, tables
from bot.testing import Phone, Stage
from tests.engine.little import member, opened

HOSTILE = "<script>a</script>\"'&"
NASTY = ["<img src=x onerror=alert(1)>", "{title}{0}%s", "</dd></dl><h1>X", "&lt;b&gt;", "\u202eevil", "=1+1"]


class Reader(HTMLParser):
    """Notes tags and text of a page, as a browser would."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert {name for name, _ in attrs} <= {"lang", "dir", "charset", "name", "content"}

    def handle_data(self, data: str) -> None:
        self.text.append(data)


async def documents(phone: Phone) -> tuple[str, dict[str, Any]]:
    """Her data as it arrives: the page, and what is for machines."""
    await phone.types("/data")
    sent = [seen.message.document for seen in phone.chat if isinstance(seen.message.document, Document)][-2:]
    assert [(one.name, one.mime) for one in sent] == [
        ("sorora-my-data.html", "text/html"),
        ("sorora-my-data.json", "application/json"),
    ]
    return sent[0].body.decode(), json.loads(sent[1].body)


async def saved(stage: Stage, person: int, words: str) -> None:
    """A questionnaire with own words."""
    async with stage.sorora.store.begin() as tx:
        answers = growth.Answers({"item": 3}, {"why": words})
        await growth.save_assessment(tx, person, Assessment.SKILLS, answers, stage.clock.now())


async def test_all_of_hers_and_nothing_of_another(both: Stage) -> None:
    amina, other = await member(both), await member(both)
    for phone, words in ((amina, "Amina's words"), (other, "Another's words")):
        await opened(phone, "/form", words, "4", "menu", "/several")
        await saved(both, both.phones.index(phone) + 1, f"{words} too")
    await opened(amina, "/form")
    await amina.speaks()
    page, data = await documents(amina)
    assert "Another" not in page + json.dumps(data)
    assert "phone-2" not in page + json.dumps(data)
    assert data["person"]["adult"] is True
    assert data["addresses"] == [{"channel": "stage", "address": "phone-1"}]
    assert {consent["purpose"]: consent["given"] for consent in data["consents"]} == {
        "take_part": True, "keep": True, "mentors": False, "statistics": False,
    }  # fmt: skip
    assert [(one["levels"], one["words"]) for one in data["assessments"]] == [
        ({"item": 3}, {"why": "Amina's words too"})
    ]
    assert {"title": "Amina's words", "sure": 4} in [one["answers"] for one in data["unfinished"]]
    assert data["made_at"] == both.clock.now().isoformat(timespec="seconds")
    text = " ".join(Reader(page).text)
    for words in ("Amina's words", "Amina's words too", "phone-1"):
        assert words in text


async def test_every_table_that_knows_her_is_in_it(both: Stage) -> None:
    """A new table about people must come into her data, or be named here with the reason why not."""
    not_hers = {
        "audit",  # what the programme did, without any words
        "outbox",  # it is the chat itself, and forgotten once it is sent
        "due",  # when the programme does something next, without any words
    }
    about = {table.name for table in tables.metadata.sorted_tables if "person_id" in table.c} - not_hers
    names = {
        "talks": "unfinished", "media": "voice_notes", "mentors": "mentor", "profiles": "profile",
        "coordinators": "coordinator",
    }  # fmt: skip
    _page, data = await documents(await member(both))
    assert {names.get(name, name) for name in about} <= set(data)


@pytest.mark.parametrize("nasty", [*NASTY, HOSTILE])
async def test_what_she_wrote_is_never_markup(stage: Stage, nasty: str) -> None:
    amina = await opened(await member(stage), "/form", nasty[:20])
    await saved(stage, 1, nasty)
    page, data = await documents(amina)
    reader = Reader(page)
    assert reader.tags <= set("html head meta title style body h1 h2 dl dt dd".split())
    shown = nasty.replace("\u202e", "")
    assert any(shown in text.replace("\u202e", "") for text in reader.text)
    assert data["assessments"][0]["words"]["why"] == nasty


async def test_the_page_speaks_her_language_and_direction(stage: Stage) -> None:
    amina = await opened(await member(stage), "language", "[عربي]")
    page, _data = await documents(amina)
    assert '<html lang="ar" dir="rtl">' in page


async def test_someone_who_only_said_hello_gets_hers_too(stage: Stage) -> None:
    phone = await opened(stage.phone("en"), "hello")
    page, data = await documents(phone)
    assert data["consents"] == []
    assert "phone-1" in page


async def test_it_is_sent_to_nobody_else(stage: Stage) -> None:
    amina, other = await member(stage), await member(stage)
    await documents(amina)
    assert [seen for seen in other.chat if seen.message.document] == []
    async with stage.sorora.store.begin() as tx:
        bodies = (await tx.conn.execute(sa.select(tables.outbox.c.sealed))).scalars().all()
    assert set(bodies) == {None}
