"""Rehearsals: a stage that anyone with a programme can use, the same each time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.whatsapp_bubbles import present
from bot.errors import MediaGone
from bot.messages import Attachment, Button, Incoming, Media, Message, Sending
from bot.testing import BEGINNING, StageChannel, rehearsal, written
from bot.vault import Vault, new_key
from tests.engine.little import programme


async def test_a_talk_is_rehearsed_and_read(tmp_path: Path) -> None:
    async with rehearsal(programme()) as stage:
        amina = stage.phone("en")
        await amina.types("/start")
        await amina.taps("Yes")
        await amina.taps("Yes")
        await amina.taps("Form")
        await amina.speaks(4)
        await amina.sends("sticker")
        assert "How sure?" in amina.last.text
        assert amina.transcript().startswith("> /start\n\nDo you agree?\n[No]   [Yes]")
        for line in ("> [Form]", "> (voice note, 4 seconds)", "> (sticker)"):
            assert line in amina.transcript()


async def test_the_same_rehearsal_gives_the_same_transcript_and_ids() -> None:
    told = []
    for _again in range(2):
        async with rehearsal(programme(), seed=5) as stage:
            phone = stage.phone("en")
            await phone.types("/start")
            await phone.taps("Yes")
            told.append((phone.transcript(), [button.data for button in phone.last.buttons]))
    assert told[0] == told[1]


async def test_two_phones_never_hear_each_other() -> None:
    async with rehearsal(programme()) as stage:
        one, two = stage.phone("en"), stage.phone("fr")
        await one.types("/start")
        assert two.chat == []
        await two.types("sos")
        assert "112" in two.last.text
        assert len(one.chat) == 1


async def test_a_button_that_is_not_there_is_an_error_that_names_what_is() -> None:
    async with rehearsal(programme()) as stage:
        phone = stage.phone("en")
        with pytest.raises(LookupError):
            await phone.taps("Yes")
        await phone.types("/start")
        with pytest.raises(LookupError, match=r"\['No', 'Yes'"):
            await phone.taps("Perhaps")


async def test_time_stands_until_it_is_moved() -> None:
    async with rehearsal(programme()) as stage:
        assert stage.sorora.clock.now() == BEGINNING
        stage.clock.forward(timedelta(days=1))
        assert stage.sorora.clock.now() == BEGINNING + timedelta(days=1)


async def test_a_rehearsal_can_look_like_a_platform() -> None:
    async with rehearsal(programme(), channel=StageChannel("whatsapp", present)) as stage:
        phone = stage.phone("en")
        for act in ("Yes", "Yes"):
            if not phone.chat:
                await phone.types("/start")
            await phone.taps(act)
        assert phone.last.bubbles[-1].menu  # nine rows are a list there
        await phone.taps("Form")
        assert "A title?" in phone.last.text


async def test_it_goes_on_with_a_database_that_stays(tmp_path: Path) -> None:
    url, vault = f"sqlite+aiosqlite:///{tmp_path / 'stage.db'}", Vault([new_key()])
    async with rehearsal(programme(), url=url, vault=vault) as stage:
        await stage.phone("en", address="amina").types("/start")
    async with rehearsal(programme(), url=url, vault=vault, seed=2) as stage:
        phone = stage.phone("en", address="amina")
        phone.numbers = iter(range(100, 200))
        await phone.types("yes")
        assert phone.last.text == "Are you 18?"


async def test_the_programme_of_the_house_is_the_one_by_default() -> None:
    async with rehearsal() as stage:
        phone = stage.phone("nl")
        await phone.types("/start")
        assert "Nederlands" in [button.label for button in phone.last.buttons]
        assert stage.channel.name == "stage"


async def test_a_voice_note_that_was_never_spoken_is_gone() -> None:
    with pytest.raises(MediaGone):
        await StageChannel().fetch(Media("never"))


async def test_photos_and_answers_are_rehearsed() -> None:
    async with rehearsal(programme()) as stage:
        amina = stage.phone("en")
        await amina.types("/start")
        asked = amina.last
        taken: list[Incoming] = []
        receive = stage.sorora.batches.receive

        async def note(incoming: Incoming) -> None:
            taken.append(incoming)
            await receive(incoming)

        stage.sorora.batches.receive = note  # type: ignore[method-assign]
        await amina.replies(asked, "Well!")
        await amina.shows("My garden", b"\xff\xd8 garden", to=asked)
        await amina.speaks(3, to=asked)
        await amina.speaks(3)
        assert [one.reply_to for one in taken] == [asked.id, asked.id, asked.id, ""]
        photo = taken[1].photo
        assert photo is not None
        assert (taken[1].caption, await stage.channel.fetch(photo)) == ("My garden", b"\xff\xd8 garden")
        assert "> Well!" in amina.transcript()
        assert "> (photo) My garden" in amina.transcript()


async def test_what_the_other_woman_sent_stands_in_the_transcript() -> None:
    voice, photo = Attachment("audio/ogg", b"OggS", 3), Attachment("image/jpeg", b"\xff\xd8")
    message = Message("Amal:", voice=voice, photo=photo, nav=(Button("n:stop", "Stop"),))
    for channel in (StageChannel(), StageChannel(look=present)):
        await channel.send(Sending(1, "stage", "phone-1", message))
        (seen,) = channel.chats["phone-1"]
        assert [one for bubble in seen.bubbles for one in (bubble.voice, bubble.photo) if one] in (
            [voice, photo], [photo, voice],
        )  # fmt: skip
        assert written(seen).split("\n") == [*seen.text.split("\n"), "(voice note)", "(photo)", "[Stop]"]
