"""Voice notes and photos between two women: only when both agreed, in order, and photos without their traces."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from bot.affairs import photos
from bot.mentoring.mentorship import Side
from bot.mentoring.relay import Relay
from bot.store import tables as t
from bot.testing import Stage, rehearsal
from tests.affairs.cast import Woman, mentor, pair, woman

PLACE = b"a fictional model of a phone"
OPUS = b"OggS fictional voice"


def photo(size: tuple[int, int] = (640, 480), *, form: str = "JPEG", turned: bool = False, mode: str = "RGB") -> bytes:
    """A photo as a phone makes it: with where and when it was taken, and a comment."""
    image = Image.new(mode, size, "red")
    image.paste(Image.new(mode, (size[0] // 2, size[1]), "blue"))
    exif = Image.Exif()
    exif[Base.Model] = PLACE.decode()
    exif[Base.Orientation] = 6 if turned else 1
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (50.0, 51.0, 12.5)
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitudeRef] = "N"
    out = BytesIO()
    more = {"comment": b"a fictional comment"} if form == "JPEG" else {}
    image.save(out, form, exif=exif, **more)
    return out.getvalue()


def bomb() -> bytes:
    """A small file that says it is a picture of a thousand million pixels."""
    out = BytesIO()
    Image.new("L", (1, 1)).save(out, "PNG")
    data = bytearray(out.getvalue())
    place = data.index(b"IHDR") + 4
    data[place : place + 8] = (40_000).to_bytes(4, "big") + (25_000).to_bytes(4, "big")

    data[place + 13 : place + 17] = zlib.crc32(data[place - 4 : place + 13]).to_bytes(4, "big")
    return bytes(data)


# --- photos made anew ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_stays_of_where_it_was_taken(form: str) -> None:
    before = photo(form=form)
    assert PLACE in before
    assert Image.open(BytesIO(before)).getexif().get_ifd(IFD.GPSInfo)
    after = photos.made_anew(before)
    seen = Image.open(BytesIO(after))
    assert (seen.format, seen.size, len(seen.getexif())) == ("JPEG", (640, 480), 0)
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(seen.info)
    assert b"fictional" not in after
    assert b"Exif" not in after


def test_it_is_upright_and_small_enough() -> None:
    turned = Image.open(BytesIO(photos.made_anew(photo((4000, 1000), turned=True))))
    assert turned.size == (512, 2048)
    red, _green, blue = turned.getpixel((256, 100))  # type: ignore[misc]
    assert blue > red  # what was left is above


def test_what_can_be_seen_through_is_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(BytesIO(photos.made_anew(out.getvalue()))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no photo", b"\xff\xd8 fictional photo", photo()[:600], bomb(), b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    ],
    ids=["empty", "words", "beginning", "half", "bomb", "svg", "gif"],
)  # fmt: skip
def test_what_is_no_photo_is_refused(body: bytes) -> None:
    with pytest.raises(photos.NoPhoto):
        photos.made_anew(body)


def test_a_photo_of_more_than_any_phone_is_refused() -> None:
    out = BytesIO()
    Image.new("1", (10_000, 5_001)).save(out, "PNG")
    with pytest.raises(photos.NoPhoto, match="too many"):
        photos.made_anew(out.getvalue())


# --- between two women --------------------------------------------------------------------------------------------


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with rehearsal(url=database_url) as stage:
        yield stage


@pytest.fixture
async def two(stage: Stage) -> tuple[Woman, Woman, int]:
    """Fictive Amina and her mentor Fictive Lina, who both agreed to voice and photos."""
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    return amina, lina, await pair(amina, lina, media=frozenset(Side))


async def begins(her: Woman, number: int) -> None:
    """She opens the talk in which she writes."""
    await her.phone.does(button=f"@write:{number}")


async def test_a_voice_note_comes_once_it_is_fetched(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    await begins(amina, number)
    await amina.phone.speaks(8, OPUS)
    assert amina.phone.last.text.startswith("I bring it to Fictive Lina.")
    assert lina.phone.chat == []
    await stage.forward(seconds=5)
    (seen,) = lina.phone.chat
    assert seen.text == "From Fictive Amina:"
    assert seen.message.voice is not None
    assert (seen.message.voice.body, seen.message.voice.seconds, seen.message.voice.mime) == (OPUS, 8, "audio/ogg")
    assert [button.label for button in seen.buttons] == ["Answer", "Report"]


async def test_words_never_overtake_a_voice_note(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    await begins(amina, number)
    await amina.phone.speaks()
    await amina.phone.types("Did you hear it?")
    assert lina.phone.chat == []
    await stage.forward(seconds=5)
    assert [seen.message.voice is not None for seen in lina.phone.chat] == [True, False]


async def test_a_photo_comes_without_its_traces_and_with_its_caption(
    two: tuple[Woman, Woman, int], stage: Stage
) -> None:
    amina, lina, number = two
    await begins(amina, number)
    await amina.phone.shows("My <b>certificate</b>", photo())
    await stage.forward(seconds=5)
    (seen,) = lina.phone.chat
    assert seen.text == "From Fictive Amina:\nMy <b>certificate</b>"
    assert seen.message.photo is not None
    assert len(Image.open(BytesIO(seen.message.photo.body)).getexif()) == 0
    assert seen.message.photo.mime == "image/jpeg"
    async with stage.sorora.store.begin() as tx:  # nor does it stay with us
        sealed = await tx.conn.scalar(sa.select(t.media.c.sealed))
        assert sealed is not None
        assert PLACE not in tx.vault.open_bytes(sealed)


@pytest.mark.parametrize("body", [b"\xff\xd8 fictional photo", bomb()], ids=["broken", "bomb"])
async def test_a_photo_that_cannot_be_shown_is_told_kindly(
    two: tuple[Woman, Woman, int], stage: Stage, body: bytes
) -> None:
    amina, lina, number = two
    await begins(amina, number)
    await amina.phone.shows("", body)
    await amina.phone.types("Here it is")
    await stage.forward(seconds=5)
    assert [seen.text for seen in lina.phone.chat] == ["From Fictive Amina:\nHere it is"]
    assert amina.phone.last.text.startswith("I could not open your voice note or photo for Fictive Lina.")
    await amina.phone.taps("Write again")
    assert "to Fictive Lina." in amina.phone.last.text


async def test_a_voice_note_that_is_gone_is_told(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    await begins(amina, number)
    await amina.phone.speaks()
    stage.channel.media.clear()
    await stage.forward(seconds=5)
    assert lina.phone.chat == []
    assert amina.phone.last.text.startswith("I could not open your voice note")


async def test_without_the_yes_of_both_they_do_not_go(stage: Stage) -> None:
    amina, lina = await woman(stage, "Fictive Amina"), await mentor(stage, "Fictive Lina")
    number = await pair(amina, lina, media=frozenset({Side.MENTEE}))
    for words in ({"voice": 1, "seconds": 4}, {"photo": 1, "caption": "x"}):
        carried = await amina.carries(Relay(number, words))
        assert carried.says.msgid == "Voice notes and photos go across only when you both say yes."
        assert (carried.then.talk, carried.then.about) == ("pair", str(number))
    await stage.forward(seconds=5)
    assert lina.phone.chat == []


async def test_what_came_before_she_said_for_whom(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, _number = two
    await amina.phone.types("menu")
    await amina.phone.speaks(5, OPUS)
    assert amina.phone.last.text.startswith("Who is it for?")
    await stage.forward(minutes=1)  # it is fetched meanwhile
    await amina.phone.taps("Fictive Lina")
    assert lina.phone.last.message.voice is not None


async def test_a_reply_may_be_a_voice_note(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    await amina.carries(Relay(number, "Hello"))
    await lina.phone.speaks(3, OPUS, to=lina.phone.last)
    assert lina.phone.last.text == "I bring it to Fictive Amina."
    await stage.forward(seconds=5)
    assert amina.phone.last.message.voice is not None
    await amina.phone.shows("Look", photo(), to=amina.phone.last)
    await stage.forward(seconds=5)
    assert lina.phone.last.message.photo is not None


async def test_a_voice_note_of_another_woman_is_none(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    eve = await woman(stage, "Fictive Eve")
    await eve.phone.types("menu")
    await begins(amina, number)
    await amina.phone.speaks(5, OPUS)
    await stage.forward(seconds=5)
    async with stage.sorora.store.begin() as tx:
        media = await tx.conn.scalar(sa.select(t.media.c.id))
    before = len(amina.phone.chat)
    carried = await lina.carries(Relay(number, {"voice": media, "seconds": 5}))
    assert "could not open" in carried.says.parts[0].msgid
    assert len(amina.phone.chat) == before


@pytest.mark.parametrize("what", ["contact", "location", "sticker", "file", "poll"])
async def test_other_things_are_refused_with_a_word(two: tuple[Woman, Woman, int], what: str) -> None:
    amina, lina, number = two
    await begins(amina, number)
    await amina.phone.sends(what)
    assert amina.phone.last.text.startswith("I can read words and hear voice notes. Other things I cannot use here.")
    assert lina.phone.chat == []


async def test_it_waits_for_the_morning_too(two: tuple[Woman, Woman, int], stage: Stage) -> None:
    amina, lina, number = two
    stage.clock.forward(timedelta(hours=12, minutes=30))
    await begins(amina, number)
    await amina.phone.speaks()
    await stage.forward(minutes=1)
    assert lina.phone.chat == []
    await stage.forward(hours=11)
    assert lina.phone.last.message.voice is not None
