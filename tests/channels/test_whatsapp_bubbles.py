"""How messages look on WhatsApp: buttons, lists, pages, and nothing lost or over a limit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.parts import has_file
from bot.channels.whatsapp import _content
from bot.channels.whatsapp_bubbles import cut, part_end, present, split
from bot.messages import Attachment, Bubble, Button, Document, Drawing, Message
from bot.utf16 import units
from tests.e2e.whatsapp_rules import OPUS, check_message

BACK, SKIP, STOP = Button("n:back", "Back"), Button("n:skip", "Skip"), Button("n:stop", "Stop")
PICTURE = Drawing("goal", {}, "en")
FILE = Document("my-data.json", "application/json", b"{}")
PHOTO, VOICE = Attachment("image/jpeg", b"\xff\xd8"), Attachment("audio/ogg", b"OggS", 3)
MIMES = {id(PICTURE): "image/png", id(FILE): "text/plain", id(PHOTO): "image/jpeg", id(VOICE): OPUS}
FAMILY = "👩‍👩‍👧"  # one visible character of 8 UTF-16 units


def options(*labels: str, hint: str = "") -> tuple[Button, ...]:
    return tuple(Button(f"o:{number}", label, hint) for number, label in enumerate(labels))


def labels(bubble: Bubble) -> list[str]:
    return [one.label for row in bubble.rows for one in row] + [one.label for one in bubble.menu]


def test_plain_words_are_one_bubble() -> None:
    assert present(Message("Welcome.")) == (Bubble("Welcome."),)


def test_up_to_three_options_are_reply_buttons_and_the_footer_names_the_typed_words() -> None:
    [bubble] = present(Message("Ready?", options("Yes", "No", "Later"), nav=(BACK, STOP), typed="Back · Stop"))
    assert labels(bubble) == ["Yes", "No", "Later"]
    assert (bubble.menu, bubble.footer) == ((), "Back · Stop")


def test_few_options_that_only_a_row_shows_whole_are_a_list() -> None:
    [bubble] = present(Message("Which?", options("x" * 24, "No"), nav=(BACK, STOP), typed="Back · Stop", pick="Choose"))
    assert labels(bubble) == ["x" * 24, "No", "Back", "Stop"]
    assert bubble.menu


def test_where_no_words_are_named_nav_is_never_lost() -> None:
    [bubble] = present(Message("Ready?", options("Yes", "No"), nav=(BACK, STOP), pick="Choose"))
    assert labels(bubble) == ["Yes", "No", "Back", "Stop"]


def test_more_options_are_a_list_with_nav_below() -> None:
    message = Message("Which?", options("A", "B", "C", "D", hint="why"), nav=(BACK, STOP), pick="Choose", typed="Back")
    [bubble] = present(message)
    assert labels(bubble) == ["A", "B", "C", "D", "Back", "Stop"]
    assert (bubble.rows, bubble.menu_label, bubble.footer) == ((), "Choose", "")
    assert [one.hint for one in bubble.menu] == ["why"] * 4 + ["", ""]


def test_eight_options_and_two_nav_fit_one_list() -> None:
    [bubble] = present(Message("Which?", options(*"ABCDEFGH"), nav=(BACK, STOP), pick="Choose", more="More"))
    assert labels(bubble) == [*"ABCDEFGH", "Back", "Stop"]


@pytest.mark.parametrize(
    ("page", "shown", "turn"),
    [(0, "ABCDEF", "p:1"), (1, "GHIJKL", "p:2"), (2, "M", "p:0"), (3, "ABCDEF", "p:1")],
)
def test_more_options_than_rows_are_pages_that_go_round(page: int, shown: str, turn: str) -> None:
    nav = (BACK, SKIP, STOP)
    message = Message(
        "Which?", options(*"ABCDEFGHIJKLM"), nav=nav, pick="Choose", more="More", page=page, page_data="p:"
    )
    [bubble] = present(message)
    assert labels(bubble) == [*shown, "More", "Back", "Skip", "Stop"]
    assert bubble.menu[len(shown)].data == turn


def test_a_question_answered_in_words_has_nav_as_buttons() -> None:
    [bubble] = present(Message("What would you like to reach?", nav=(BACK, SKIP, STOP), typed="Back · Skip · Stop"))
    assert (labels(bubble), bubble.footer) == (["Back", "Skip", "Stop"], "")
    [bubble] = present(Message("What?", nav=(BACK, SKIP, STOP, Button("n:help", "Help")), typed="Back · Help"))
    assert (labels(bubble), bubble.footer) == (["Back", "Skip", "Stop"], "Back · Help")


def test_labels_that_are_cut_are_written_out_with_their_numbers() -> None:
    [bubble] = present(Message("Which?", options("I would like to support others", "Both"), typed="Back"))
    assert labels(bubble) == ["1. I would like to…", "2. Both"]
    assert bubble.text == "Which?\n\n1. I would like to support others\n2. Both"


def test_the_same_label_twice_is_told_apart() -> None:
    [bubble] = present(Message("Which?", options("Listening", "Listening")))
    assert labels(bubble) == ["1. Listening", "2. Listening"]
    [bubble] = present(Message("Which?", options("A", "B", "C", "Stop"), nav=(STOP,)))
    assert len(set(labels(bubble))) == 5


def test_hints_without_room_stand_in_the_text_once() -> None:
    ready = Button("o:1", "Ready", "I could start today")
    [bubble] = present(Message("How ready?", (ready, Button("o:2", "No"))))
    assert (bubble.text, labels(bubble)) == ("How ready?\n\nReady: I could start today", ["Ready", "No"])
    [bubble] = present(Message("Ready means: I could start today", (ready,)))
    assert bubble.text == "Ready means: I could start today"


def test_long_words_go_before_and_the_question_stays_with_its_buttons() -> None:
    first, last = present(Message("word " * 300 + "\n\nReady?", options("Yes", "No")))
    assert first == Bubble(("word " * 300).strip())
    assert (last.text, labels(last)) == ("Ready?", ["Yes", "No"])


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        (Message("See.", picture=PICTURE), ["picture+text"]),
        (Message("w " * 600, picture=PICTURE), ["text", "picture"]),
        (Message("", picture=PICTURE), ["picture"]),
        (Message("Your data.", document=FILE), ["document+text"]),
        (Message("See.", picture=PICTURE, document=FILE), ["picture", "document+text"]),
        (Message("See.", options("Yes"), picture=PICTURE), ["picture+text+buttons"]),
        (Message("See.", options(*"ABCD"), picture=PICTURE), ["picture", "text+list"]),
        (Message("w " * 600, options("Yes"), picture=PICTURE), ["text", "picture+text+buttons"]),
        (Message("See.", nav=(STOP,), document=FILE), ["document+text+buttons"]),
        (Message("w " * 4000), ["text", "text"]),
        (Message("", deletes=("wamid.1",)), []),
        (Message("gone", deletes=("wamid.1",)), []),
        (Message("  "), []),
    ],
)
def test_what_goes_together(message: Message, kinds: list[str]) -> None:
    def kind(bubble: Bubble) -> str:
        has = {
            "picture": bubble.picture, "document": bubble.document, "text": bubble.text,
            "buttons": bubble.rows, "list": bubble.menu,
        }  # fmt: skip
        return "+".join(name for name, value in has.items() if value)

    assert [kind(bubble) for bubble in present(message)] == kinds


def test_nothing_is_cut_inside_a_visible_character() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
    assert cut("ab" + FAMILY + "cd", 10) == "ab…"
    assert cut("1234567" + "e\u0301" + "90", 9) == "1234567…"
    assert units(FAMILY) == 8


@pytest.mark.parametrize(
    ("message", "bubbles"),
    [
        (Message("Amal:", voice=VOICE), [Bubble("Amal:"), Bubble("", voice=VOICE)]),
        (
            Message("Amal:", nav=(STOP,), voice=VOICE),
            [Bubble("Amal:", rows=((STOP,),)), Bubble("", voice=VOICE)],
        ),
        (Message("Amal: my town", photo=PHOTO), [Bubble("Amal: my town", photo=PHOTO)]),
        (Message("Amal:", nav=(STOP,), photo=PHOTO), [Bubble("Amal:", rows=((STOP,),), photo=PHOTO)]),
        (
            Message("Amal:", nav=(STOP,), photo=PHOTO, voice=VOICE),
            [Bubble("Amal:", rows=((STOP,),), photo=PHOTO), Bubble("", voice=VOICE)],
        ),
        (Message("", voice=VOICE), [Bubble("", voice=VOICE)]),
    ],
    ids=["voice", "voice with buttons", "photo", "photo with buttons", "both", "voice alone"],
)
def test_what_she_said_or_showed_takes_as_few_messages_as_it_can(message: Message, bubbles: list[Bubble]) -> None:
    assert list(present(message)) == bubbles


@given(st.text(max_size=300), st.integers(20, 60))
def test_a_text_in_pieces_is_the_same_text(text: str, limit: int) -> None:
    def bare(words: str) -> str:
        return "".join(words.split())

    pieces = split(text, limit)
    assert all(units(piece) <= limit for piece in pieces)
    assert bare("".join(pieces)) == bare(text)
    before, end = part_end(text, limit)
    assert units(end) <= limit
    assert bare(before + end) == bare(text)


words = st.text(max_size=120) | st.sampled_from(
    ["Stop", "Yes", FAMILY * 6, "نعم، أنا مستعدة", "x" * 5000, "\ud800", "\0"]
)
buttons = st.lists(st.tuples(words, words), max_size=25)


@given(
    text=words, chosen=buttons, nav=st.lists(words, max_size=4), pick=words, more=words, typed=words,
    page=st.integers(0, 9), attached=st.sampled_from([None, PICTURE, FILE, PHOTO, VOICE]),
)  # fmt: skip
def test_whatever_is_said_meta_takes_it(
    text: str, chosen: list[tuple[str, str]], nav: list[str], pick: str, more: str, typed: str, page: int, attached: Any
) -> None:
    message = Message(
        text,
        tuple(Button(f"o:{number}", label, hint) for number, (label, hint) in enumerate(chosen)),
        nav=tuple(Button(f"n:{number}", label) for number, label in enumerate(nav)),
        pick=pick, more=more, typed=typed, page=page, page_data="p:",
        picture=attached if attached is PICTURE else None,
        document=attached if attached is FILE else None,
        photo=attached if attached is PHOTO else None, voice=attached if attached is VOICE else None,
    )  # fmt: skip
    bubbles = present(message)
    for bubble in bubbles:
        kind, content = _content(bubble, "7" if has_file(bubble) else "")
        envelope = {"messaging_product": "whatsapp", "to": "32470000001", "type": kind, kind: content}
        check_message(envelope, lambda ref: MIMES.get(id(attached)))
    assert present(message) == bubbles
    last = [bubble for bubble in bubbles if not bubble.voice][-1:]
    if message.options:
        assert not last[0].rows or not last[0].menu
        assert labels(last[0])


@given(count=st.integers(4, 40), nav=st.integers(0, 4))
def test_every_option_is_on_one_of_the_pages(count: int, nav: int) -> None:
    message = Message(
        "Which?",
        options(*(f"Option {number}" for number in range(count))),
        nav=tuple(Button(f"n:{number}", f"Nav {number}") for number in range(nav)),
        more="More",
        page_data="p:",
    )
    seen: list[str] = []
    page = 0
    while True:
        [bubble] = present(
            Message(message.text, message.options, nav=message.nav, more="More", page=page, page_data="p:")
        )
        seen += [one.data for one in bubble.menu if one.data.startswith("o:")]
        assert [one.label for one in bubble.menu[-nav:]] == [f"Nav {number}" for number in range(nav)] or not nav
        turn = [one.data for one in bubble.menu if one.data.startswith("p:")]
        page = int(turn[0].removeprefix("p:")) if turn else 0
        if page == 0:
            break
    assert seen == [f"o:{number}" for number in range(count)]
