"""How messages look on Telegram."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_bubbles import CAPTION, PAGE, TEXT, clean, present, split
from bot.messages import Attachment, Bubble, Button, Document, Drawing, Message
from bot.utf16 import units

PICTURE = Drawing("assessment", {"title": "Then and now"}, "en")
PHOTO, VOICE = Attachment("image/jpeg", b"\xff\xd8"), Attachment("audio/ogg", b"OggS", 3)
FILE = Document("my-data.json", "application/json", b"{}")


def buttons(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(f"d{number}", label) for number, label in enumerate(labels))


def shape(bubble: Bubble) -> list[list[str]]:
    return [[button.label for button in row] for row in bubble.rows]


@pytest.mark.parametrize(
    ("labels", "columns", "nav", "rows"),
    [
        (["Yes", "No"], 2, [], [["Yes", "No"]]),
        (["Yes", "No"], 1, [], [["Yes"], ["No"]]),
        (["1", "2", "3", "4", "5"], 5, ["Back", "Stop"], [["1", "2", "3", "4", "5"], ["Back", "Stop"]]),
        (["today", "tomorrow", "Friday"], 5, [], [["today", "tomorrow", "Friday"]]),
        (["a", "b", "c", "d"], 3, [], [["a", "b", "c"], ["d"]]),
        (["Entrepreneuriat et commerce", "Santé"], 2, [], [["Entrepreneuriat et commerce"], ["Santé"]]),
        ([], 1, ["Back", "Skip", "Stop", "More"], [["Back", "Skip"], ["Stop", "More"]]),
        ([], 1, ["Back", "Skip", "Stop"], [["Back", "Skip", "Stop"]]),
        ([], 1, ["Antwoord wijzigen", "Stop"], [["Antwoord wijzigen", "Stop"]]),
        ([], 1, ["Een antwoord wijzigen", "Stop"], [["Een antwoord wijzigen"], ["Stop"]]),
        ([], 1, [], []),
    ],
)
def test_buttons_stand_beside_each_other_where_their_labels_have_room(
    labels: list[str], columns: int, nav: list[str], rows: list[list[str]]
) -> None:
    (bubble,) = present(Message("Which?", options=buttons(*labels), columns=columns, nav=buttons(*nav)))
    assert shape(bubble) == rows


def test_more_options_than_telegram_takes_come_in_pages() -> None:
    message = Message("Which?", options=buttons(*map(str, range(120))), nav=buttons("Stop"), more="More", page_data="p")
    (first,) = present(message)
    assert shape(first) == [[str(number)] for number in range(PAGE)] + [["More", "Stop"]]
    assert first.rows[-1][0].data == "p"
    (second,) = present(Message("Which?", message.options, nav=message.nav, page=1, page_data="p"))
    assert shape(second) == [[str(number)] for number in range(PAGE, 120)] + [["Stop"]]


def test_hints_stand_in_the_text_unless_it_has_them_already() -> None:
    options = (Button("a", "Selin", "cooking, nl"), Button("b", "Amina", "law, fr"), Button("c", "Nobody"))
    (bubble,) = present(Message("Choose. Amina knows law, fr.", options))
    assert bubble.text == "Choose. Amina knows law, fr.\n\nSelin: cooking, nl"
    assert [button.hint for row in bubble.rows for button in row] == ["", "", ""]


def test_a_short_text_is_the_caption_of_the_picture() -> None:
    short = "x" * CAPTION
    (bubble,) = present(Message(short, buttons("On"), picture=PICTURE))
    assert bubble == Bubble(short, (buttons("On"),), picture=PICTURE)


def test_a_longer_text_follows_the_picture_and_has_the_buttons() -> None:
    picture, text = present(Message("x" * (CAPTION + 1), buttons("On"), picture=PICTURE))
    assert picture == Bubble("", picture=PICTURE)
    assert text == Bubble("x" * (CAPTION + 1), (buttons("On"),))


def test_picture_and_document_of_one_message() -> None:
    picture, document = present(Message("Here.", buttons("On"), picture=PICTURE, document=FILE))
    assert (picture.text, picture.picture, picture.rows) == ("", PICTURE, ())
    assert (document.text, document.document, shape(document)) == ("Here.", FILE, [["On"]])


def test_her_photo_carries_the_words_and_her_voice_comes_after_them() -> None:
    assert present(Message("Amal:", buttons("On"), photo=PHOTO)) == (Bubble("Amal:", (buttons("On"),), photo=PHOTO),)
    assert present(Message("Amal:", buttons("On"), voice=VOICE)) == (
        Bubble("Amal:", (buttons("On"),)),
        Bubble("", voice=VOICE),
    )
    assert present(Message("", buttons("On"), voice=VOICE)) == (Bubble("", (buttons("On"),), voice=VOICE),)
    both = present(Message("x" * (CAPTION + 1), photo=PHOTO, voice=VOICE))
    assert both == (Bubble("", photo=PHOTO), Bubble("x" * (CAPTION + 1)), Bubble("", voice=VOICE))


def test_long_text_is_parted_at_paragraphs_and_buttons_stand_below_the_last() -> None:
    paragraphs = ["🌷" * 900, "b" * 1800, "c" * 1800]
    first, second = present(Message("\n\n".join(paragraphs), buttons("On")))
    assert first == Bubble("\n\n".join(paragraphs[:2]))
    assert second == Bubble(paragraphs[2], (buttons("On"),))


@given(st.text(alphabet="a🌷ع \n.", min_size=0, max_size=400), st.integers(4, 60))
def test_parts_fit_and_lose_nothing_but_white_space(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_emoji_count_twice() -> None:
    assert len(present(Message("🌷" * (TEXT // 2)))) == 1
    assert len(present(Message("🌷" * (TEXT // 2) + "!"))) == 2


def test_what_cannot_be_encoded_is_replaced() -> None:
    assert clean("a\0b\ud83dc\ud83d\ude00") == "ab\ufffdc😀"
    (bubble,) = present(Message("half \ud83d", (Button("d", "\udc00 ok"),)))
    assert bubble.text == "half \ufffd"
    assert bubble.rows[0][0].label == "\ufffd ok"
