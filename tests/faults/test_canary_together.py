"""The canary for what is between women: each has marks of her own. They go through the whole story of a pair, and then
none is found in clear, and none of one woman's in the data of another (`make canary`).
"""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import msgspec
import pytest
from PIL import ExifTags, Image

from bot.store import hers
from bot.store.backup import backup
from bot.testing import Seen, rehearsal
from tests.faults.canary import found, found_in
from tests.faults.canary_stage import MarkedChannel, MarkedPhone, all_opened, metrics
from tests.transcripts import full_story
from tests.transcripts.ensemble import NAMES, Ensemble, Woman
from tests.transcripts.full_story import CHAPTERS, OWN

LONG = os.environ.get("LONG") == "1"
LANGUAGES = {"mentee": "en", "mentor": "fr", "coordinator": "nl", "contact": "en", "applicant": "en"}
PHONES = {name: f"3247099880{number}" for number, name in enumerate(LANGUAGES)}
# What each of them writes, beyond what the story has: where it goes is told by its name.
MORE = {
    "mentee": ("held", "help", "reach"),
    "mentor": ("why",),
    "coordinator": ("letter", "to read", "declined"),
    "contact": ("name", "way"),
    "applicant": ("name", "tale"),
}
WROTE = {"mentee": ("note", "reply", "hello", "place", "step", "helped", "mentee"),
         "mentor": ("question", "back", "story", "photo", "team_answer", "helped", "mentor"),
         "coordinator": ("team_question", "coordinator")}  # fmt: skip


def mark(woman: str, what: str) -> str:
    """Words that only this woman can have written, for this."""
    return f"kanari {woman[:6]} {what} éخ".replace("_", " ")  # a name has 30 letters


MARKS: Mapping[str, str] = {
    **{f"{woman}'s phone": phone for woman, phone in PHONES.items()},
    "mentee's voice": mark("mentee", "stem"),
    **{
        f"{woman}'s {what}": mark(woman, what)
        for part in (WROTE, MORE)
        for woman, some in part.items()
        for what in some
    },
    "mentor's camera": "KanariCamera 77",
}
SENT_TO_NOBODY = {"mentor's camera"}  # where a photo was taken goes nowhere, not even sealed


class HerPhone(MarkedPhone):
    """A phone whose voice can be recognised, and whose photos tell which camera took them."""

    async def speaks(self, seconds: int = 8, body: bytes = b"", *, to: Seen | None = None) -> None:
        """Send a marked voice note."""
        await super().speaks(seconds, b"OggS" + MARKS["mentee's voice"].encode(), to=to)

    async def shows(self, caption: str = "", body: bytes = b"", *, to: Seen | None = None) -> None:
        """Send a photo of many colours with a mark in what the camera wrote."""
        exif, file = Image.Exif(), io.BytesIO()
        exif[ExifTags.Base.Model] = MARKS["mentor's camera"]
        Image.effect_noise((32, 24), 90).convert("RGB").save(file, "JPEG", exif=exif)
        assert MARKS["mentor's camera"].encode() in file.getvalue()
        await super().shows(caption, file.getvalue(), to=to)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they write in the story is marked with who wrote it."""
    for woman, language in list(LANGUAGES.items())[:3]:
        said = {what: mark(woman, what) if what in WROTE[woman] else words for what, words in OWN[language].items()}
        keep = {what: f"{words} ({what}-1)" for what, words in said.items() if f"({what}-1)" in OWN[language][what]}
        keep |= {"team_question": f"{said['team_question']} (team-1)", "team_answer": f"{said['team_answer']} (team-2)"}
        monkeypatch.setitem(OWN, language, said | keep)


@asynccontextmanager
async def house_on(folder: Path) -> AsyncIterator[Ensemble]:
    """Five strangers, with their database in this folder."""
    url, channel = f"sqlite+aiosqlite:///{folder / 'sorora.db'}", MarkedChannel()
    async with rehearsal(url=url, channel=channel) as stage:
        house = Ensemble(stage)
        for name, language in LANGUAGES.items():
            phone = HerPhone(stage, PHONES[name], language, count(1))
            stage.phones.append(phone)
            house.women[name] = Woman(house, name, phone, language)
        assert list(house.women)[:3] == list(NAMES)
        yield house


# --- the chapters that the story has not --------------------------------------------------------------------------


async def words_are_held(house: Ensemble) -> None:
    """The mentee writes a number too early, and leaves it; and speaks to nobody but the mentor."""
    await house.mentee.opens("write")
    await house.mentee.types(f"{mark('mentee', 'held')} 0470 00 00 07")
    await house.mentee.reads("not sent this")


async def she_is_introduced(house: Ensemble) -> None:
    """The mentor introduces her to a woman whom she knows; both say yes, and how to reach them."""
    mentee, contact = house.mentee, house.women["contact"]
    await house.mentor.goes("pair")
    await house.mentor.picks("introduce")
    await house.mentor.types(mark("mentor", "why"))
    await mentee.opens("introduced")
    await mentee.picks("yes")
    code = (await house.mentor.reads(r"/start \S+")).removeprefix("/start ")
    await contact.types(f"/start {code}")
    await contact.picks("en", "yes", "all", "woman")
    await contact.types(mark("contact", "name"))
    await contact.types(mark("contact", "way"))
    await contact.picks("send")
    await mentee.opens("introduced")
    await mentee.types(mark("mentee", "reach"))
    await mentee.picks("send")
    await mentee.reads("way")


async def help_is_asked(house: Ensemble) -> None:
    """The mentee asks for help in words; a coordinator reads the two for a reason, and writes to her."""
    team = house.coordinator
    await house.mentee.goes("pair")
    await house.mentee.picks("help")
    await house.mentee.types(mark("mentee", "help"))
    await team.opens("case")
    await team.picks("read")
    await team.types(mark("coordinator", "to read"))
    await team.picks("write")
    await team.types(mark("coordinator", "letter"))
    await house.mentee.reads("letter")
    await team.opens("case")
    await team.picks("close", "talked")


async def one_is_declined(house: Ensemble) -> None:
    """Another woman who would be a mentor hears a no, with a reason."""
    her, team = house.women["applicant"], house.coordinator
    await her.types("/start")
    await her.picks("en", "all", "woman", "mentor", "menu")
    await her.goes("mentoring")
    await her.picks("yes")
    await her.types(mark("applicant", "name"))
    await her.picks("en", "done", "3", "skip", "skip", "skip", "skip", "skip", "skip", "fine")
    await her.picks(*["have"] * full_story.COMPETENCIES)
    await her.picks("done", "1")
    await her.types(mark("applicant", "tale"))
    await her.picks("read", "yes")
    await team.opens("applicant")
    await team.picks("decline")
    await team.types(mark("coordinator", "declined"))
    await team.picks("yes")
    await her.reads("declined")


async def the_whole(house: Ensemble, folder: Path) -> set[str]:
    """The story, with more in the middle of it. Gives the marks that went through: sealed, or on a screen."""
    went = set[str]()
    for chapter in CHAPTERS:
        if chapter is full_story.they_end:
            for another in (words_are_held, she_is_introduced, help_is_asked, one_is_declined):
                await another(house)
                went |= found(await all_opened(house.stage.sorora.store), MARKS)
                if LONG or another is she_is_introduced:  # what is brought across once is forgotten afterwards
                    assert found_in(folder, MARKS) == {}, another.__name__
        await chapter(house)
    screens = [seen.text for her in house.women.values() for seen in her.phone.chat]
    return went | found("\n".join(screens).encode(), MARKS)


# --- the canary ---------------------------------------------------------------------------------------------------


def photo_of(her: Woman) -> bytes:
    """A piece out of the middle of the photo that came to her: nothing else has these bytes."""
    (photo,) = [seen.message.photo for seen in her.phone.chat if seen.message.photo is not None]
    half = len(photo.body) // 2
    return photo.body[half : half + 40]


def holds(folder: Path, part: bytes) -> bool:
    """Whether any file of a folder has these bytes."""
    return any(part in file.read_bytes() for file in folder.iterdir())


async def data_of(her: Woman) -> bytes:
    """Her page and her JSON, as they come to her phone."""
    await her.goes("data")
    await her.picks("send")
    files = [seen.message.document for seen in her.phone.chat if seen.message.document is not None]
    mine = [file.body for file in files if "my-data" in file.name]
    assert len(mine) >= 2
    return b"\n".join(mine)


def of_others(marks: set[str], name: str) -> set[str]:
    """Those that are not hers."""
    return {one for one in marks if not one.startswith(f"{name}'s ")}


async def test_nothing_between_women_is_found_in_clear_nor_in_the_data_of_another(
    marked: None, tmp_path: Path, logged: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    async with house_on(tmp_path) as house:
        went = await the_whole(house, tmp_path)
        photo, store = photo_of(house.mentee), house.stage.sorora.store
        opened = await all_opened(store)
        assert set(MARKS) - went - found(opened, MARKS) == SENT_TO_NOBODY
        assert photo in opened
        await backup(store, tmp_path / "backup.gz", house.stage.clock.now())
        assert found_in(tmp_path, MARKS) == {}  # the database is open: its write-ahead log is there too
        assert not holds(tmp_path, photo)
        for name, her in house.women.items():
            everything = await data_of(her)
            assert of_others(found(everything, MARKS), name) == set(), f"in the data of the {name}"
            assert f"{name}'s phone" in found(everything, MARKS)
    assert found_in(tmp_path, MARKS) == {}
    assert found(logged.getvalue().encode(), MARKS) == set()
    assert found("".join(capfd.readouterr()).encode(), MARKS) == set()
    assert found(await metrics(), MARKS) == set()


async def test_control_words_of_another_in_her_data_are_found(
    marked: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hers, "of_hers", msgspec.to_builtins)  # with what the coordinator wrote
    async with house_on(tmp_path) as house:
        for chapter in CHAPTERS[:3]:
            await chapter(house)
        everything = await data_of(house.mentor)
        assert of_others(found(everything, MARKS), "mentor") == {"coordinator's team_question"}
