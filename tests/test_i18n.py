"""Languages: what people wrote stays what it is, and every language reads right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from babel.core import UnknownLocaleError
from babel.messages.pofile import PoFileError
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.catalogs import PLURALS, agrees
from bot.dialogue.words import Joined, Ltr, Own, Text, Tongue, _, lines, listing, n_, own, p_, paragraphs
from bot.i18n import CONTROLS, UNWANTED, Catalogs, UnknownLanguage, normalise

HOUSE = Path(__file__).parent.parent
FIRST_SIXTEEN = "en fr nl de ar uk tr es ru pt ro pl fa ps ti so".split()
TODAY = date(2027, 5, 4)

HELLO, ASKS = _("Hello {name}"), n_("{n} question for {name}", "{n} questions for {name}", 2)
PO = {
    "en": {},
    "fr": {
        "Hello {name}": "Bonjour {name}",
        "By {day}": "Avant le {day}",
        "Call {phone} at {at}": "Appelle le {phone} à {at}",
        "Read this:\\n{link}": "Lis ceci :\\n{link}",
        ("typed words", "back|go back"): "retour|en arrière",
        ("typed words", "tomorrow"): "demain",
        ("button", "Open"): "Ouvrir",
        "Open": "Ouverte",
    },
    "ar": {
        "Hello {name}": "أهلا {name}",
        "Call {phone} at {at}": "اتصلي على {phone} في {at}",
        "Read this:\\n{link}": "اقرئي:\\n{link}",
        ("typed words", "back|go back"): "رجوع|إلى الوراء",
        ("typed words", "tomorrow"): "غدًا",
    },
    "fa": {},
}


def write_catalog(folder: Path, language: str, entries: dict[Any, Any], extra: str = "", reviewed: str = "no") -> None:
    plural = next(known for known in PLURALS if agrees(known, language))
    parts = [
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Plural-Forms: {plural};\\n"\n"X-Reviewed: {reviewed}\\n"\n'
    ]
    for key, translation in entries.items():
        context, msgid = key if isinstance(key, tuple) else ("", key)
        head = f'msgctxt "{context}"\n' if context else ""
        parts.append(f'{head}msgid "{msgid}"\nmsgstr "{translation}"\n')
    path = folder / language / "LC_MESSAGES" / "sorora.po"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join([*parts, extra]), "utf-8")


ARABIC_FORMS = "\n".join(f'msgstr[{form}] "الشكل {form}: {{n}} {{name}}"' for form in range(6))
PLURAL_ID = 'msgid "{n} question for {name}"\nmsgid_plural "{n} questions for {name}"\n'


@pytest.fixture(scope="module")
def catalogs(tmp_path_factory: pytest.TempPathFactory) -> Catalogs:
    folder = tmp_path_factory.mktemp("locales")
    write_catalog(folder, "en", PO["en"], reviewed="yes")
    write_catalog(folder, "fr", PO["fr"], '#, fuzzy\nmsgid "Not sure"\nmsgstr "Pas sûr"\n')
    write_catalog(folder, "ar", PO["ar"], PLURAL_ID + ARABIC_FORMS + "\n")
    write_catalog(folder, "fa", PO["fa"], PLURAL_ID + 'msgstr[0] "{n} پرسش"\nmsgstr[1] ""\n')
    return Catalogs.load(folder)


# --- which languages ----------------------------------------------------------------------------------------------


def test_the_catalogs_of_the_checkout_load() -> None:
    ours = Catalogs.load()
    assert {"en", "fr", "nl", "ar"} <= set(ours.languages)
    assert [ours.name(code) for code in ("en", "fr", "nl", "ar")] == ["English", "Français", "Nederlands", "العربية"]
    assert [ours.direction(code) for code in ("en", "fr", "nl", "ar")] == ["ltr", "ltr", "ltr", "rtl"]
    assert not ours.draft("en")


def test_languages_stand_in_the_order_of_their_own_names(catalogs: Catalogs) -> None:
    assert catalogs.languages == ("en", "fr", "ar", "fa")
    assert catalogs.draft("fr")
    assert not catalogs.draft("en")


def test_an_unknown_language_fails_loudly(catalogs: Catalogs) -> None:
    for call in (
        lambda: catalogs.render(HELLO, "xx"),
        lambda: catalogs.label(HELLO, "nl"),
        lambda: catalogs.name("xx"),
        lambda: catalogs.parse_date("12/5", "xx", TODAY),
    ):
        with pytest.raises(UnknownLanguage, match="there is no catalog for the language"):
            call()
    assert issubclass(UnknownLanguage, KeyError)


def test_a_folder_that_is_no_language_or_broken_or_empty_fails_at_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make messages"):
        Catalogs.load(tmp_path)
    write_catalog(tmp_path, "en", {})
    strange = tmp_path / "klingon" / "LC_MESSAGES" / "sorora.po"
    strange.parent.mkdir(parents=True)
    strange.write_text('msgid ""\nmsgstr ""\n', "utf-8")
    with pytest.raises((UnknownLocaleError, ValueError)):
        Catalogs.load(tmp_path)
    strange.unlink()
    (tmp_path / "en" / "LC_MESSAGES" / "sorora.po").write_text('msgid "open\n', "utf-8")
    with pytest.raises(PoFileError):
        Catalogs.load(tmp_path)


@pytest.mark.parametrize(
    ("hint", "language"),
    [
        ("fr", "fr"), ("fr-BE", "fr"), ("FR_be", "fr"), ("en-US", "en"), ("ar-MA", "ar"), ("fa-AF", "fa"),
        ("prs", "fa"), ("prs-AF", "fa"), ("ckb", None), ("ku", None), ("nl", None), ("", None), ("zh-Hant-TW", None),
        ("arz", None),
        ("'; drop", None), ("-", None), ("fran" * 500, None),
    ],
)  # fmt: skip
def test_negotiation(catalogs: Catalogs, hint: str, language: str | None) -> None:
    assert catalogs.negotiate(hint) == language


# --- sentences ----------------------------------------------------------------------------------------------------


def test_a_sentence_in_each_language(catalogs: Catalogs) -> None:
    assert catalogs.render(HELLO(name="Amal"), "en") == "Hello Amal"
    assert catalogs.render(HELLO(name="Amal"), "fr") == "Bonjour Amal"
    assert catalogs.render(HELLO(name="Amal"), "ar") == "\u200fأهلا \u2068Amal\u2069"


def test_context_tells_two_meanings_apart(catalogs: Catalogs) -> None:
    assert catalogs.render(_("Open"), "fr") == "Ouverte"
    assert catalogs.render(p_("button", "Open"), "fr") == "Ouvrir"


@pytest.mark.parametrize(
    ("n", "form"), [(0, 0), (1, 1), (2, 2), (3, 3), (110, 3), (11, 4), (99, 4), (100, 5), (102, 5)]
)
def test_arabic_plural_forms(catalogs: Catalogs, n: int, form: int) -> None:
    said = catalogs.label(n_("{n} question for {name}", "{n} questions for {name}", n)(name="Amal"), "ar")
    assert said == f"الشكل {form}: {n} Amal"


def test_english_plurals_need_no_catalog(catalogs: Catalogs) -> None:
    with capture_logs() as told:
        assert catalogs.render(n_("{n} day", "{n} days", 1), "en") == "1 day"
        assert catalogs.render(n_("{n} day", "{n} days", 0), "en") == "0 days"
    assert told == []


def test_a_missing_sentence_is_english_and_logged_once(catalogs: Catalogs) -> None:
    with capture_logs() as told:
        for _turn in range(3):
            assert catalogs.render(_("Nobody translated {name}")(name="Amal Secret"), "fr") == (
                "Nobody translated Amal Secret"
            )
    assert [line["msgid"] for line in told] == ["Nobody translated {name}"]
    assert "Secret" not in str(told)


def test_fuzzy_and_unfinished_sentences_count_as_missing(catalogs: Catalogs) -> None:
    with capture_logs() as told:
        assert catalogs.render(_("Not sure"), "fr") == "Not sure"
        assert catalogs.label(ASKS(name="Amal"), "fa") == "2 questions for Amal"
    assert len(told) == 2


def test_patterns_without_words_need_no_catalog(catalogs: Catalogs) -> None:
    with capture_logs() as told:
        assert catalogs.label(Text("{day}")(day=TODAY), "fr") == "4 mai 2027"
        assert catalogs.render(Text(""), "fr") == ""
    assert told == []


def test_values_of_every_kind(catalogs: Catalogs) -> None:
    day, moment = date(2027, 9, 29), datetime(2027, 9, 29, 8, 5, tzinfo=UTC)
    assert catalogs.render(_("By {day}")(day=day), "fr") == "Avant le 29 septembre 2027"
    assert catalogs.render(_("By {day}")(day=moment), "fr") == "Avant le 29 septembre 2027, 08:05"
    assert catalogs.render(_("By {day}")(day=time(18, 0)), "fr") == "Avant le 18:00"
    assert catalogs.render(_("By {day}")(day=7), "fr") == "Avant le 7"
    assert catalogs.render(_("By {day}")(day=_("Open")), "fr") == "Avant le Ouverte"
    assert catalogs.render(_("By {day}")(day=own("x")), "en") == "By x"
    assert catalogs.label(_("By {day}")(day=moment), "ar").endswith("29 سبتمبر 2027، 08:05")


@pytest.mark.parametrize("language", FIRST_SIXTEEN)
def test_dates_have_latin_digits_and_fit_a_button(language: str, tmp_path: Path) -> None:
    for code in {"en", language}:
        write_catalog(tmp_path, code, {})
    ours = Catalogs.load(tmp_path)
    for month in range(1, 13):
        day = Text("{day}")(day=date(2027, month, 28))
        label, said = ours.label(day, language), ours.render(day, language)
        assert len(label) <= 20
        assert not CONTROLS.search(label)
        assert sorted(re.findall(r"[0-9]+", label)) == sorted(re.findall(r"[0-9]+", said)) == ["2027", "28"]


def test_a_voice_note_says_how_long_it_is(catalogs: Catalogs) -> None:
    assert catalogs.label(Own("", voice=7, seconds=1), "en") == "(voice note, 1 second)"
    assert catalogs.label(Own("", voice=7, seconds=12), "en") == "(voice note, 12 seconds)"


def test_joined(catalogs: Catalogs) -> None:
    parts = [own("a"), own("b"), own("c")]
    assert catalogs.render(listing(*parts), "en") == "a, b and c"
    assert catalogs.render(listing(*parts), "fr") == "a, b et c"
    assert catalogs.label(listing(*parts), "ar") == "a وb وc"
    assert catalogs.render(lines(*parts), "fr") == "a\nb\nc"
    assert catalogs.render(paragraphs(*parts), "fr") == "a\n\nb\n\nc"
    assert catalogs.render(listing(), "fr") == ""


# --- right to left ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "english", "french", "arabic"),
    [
        ("ti", "Tigrinya", "tigrigna", "التغرينية"),
        ("fa-AF", "Dari", "dari", "الدارية"),
        ("rif", "Riffian", "rifain", "Tarifit"),
        ("ary", "Moroccan Arabic", "arabe marocain", "Moroccan Arabic"),
        ("xx", "xx", "xx", "xx"),
    ],
)
def test_a_language_has_its_name_in_each_language(
    catalogs: Catalogs, code: str, english: str, french: str, arabic: str
) -> None:
    names = [catalogs.label(Tongue(code), language) for language in ("en", "fr", "ar")]
    assert names == [english, french, arabic]
    assert catalogs.data({"name": Tongue(code)}, "fr") == {"name": french}
    assert catalogs.render(_("Hello {name}")(name=Tongue(code)), "fr") == f"Bonjour {french}"


def test_right_to_left(catalogs: Catalogs) -> None:
    call = _("Call {phone} at {at}")(phone=Ltr("+32 2 000 00 00"), at=time(9, 30))
    assert catalogs.render(call, "ar") == "\u200fاتصلي على \u2066+32 2 000 00 00\u2069 في 09:30"
    assert catalogs.label(call, "ar") == "اتصلي على +32 2 000 00 00 في 09:30"
    assert catalogs.render(call, "fr") == "Appelle le +32 2 000 00 00 à 09:30"


def test_each_paragraph_begins_with_its_direction(catalogs: Catalogs) -> None:
    said = catalogs.render(paragraphs(HELLO(name="Amal"), own("one\ntwo")), "ar")
    assert said.split("\n") == [
        "\u200fأهلا \u2068Amal\u2069", "", "\u200f\u2068one\u2069", "\u200f\u2068two\u2069"
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_an_address_stands_bare_on_its_line(catalogs: Catalogs, language: str) -> None:
    link = "https://example.org/a?b=c"
    for value in (link, Ltr(link), own(link)):
        said = catalogs.render(_("Read this:\n{link}")(link=value), language)
        assert said.split("\n")[1] == link


def test_an_arabic_name_in_a_french_sentence_is_isolated(catalogs: Catalogs) -> None:
    assert catalogs.render(HELLO(name="أمل"), "fr") == "Bonjour \u2068أمل\u2069"
    assert catalogs.label(HELLO(name="أمل"), "fr") == "Bonjour أمل"


# --- what people write --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    ["{x}", "{name}", "{n}", "{0.__class__}", "{name!r}", "%s", "%(name)s", "{{}}", "}{", "\\1", "<b>", "*_`", "$name"],
)
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_hostile_values_arrive_literally(catalogs: Catalogs, hostile: str, language: str) -> None:
    assert catalogs.label(HELLO(name=hostile), language).endswith(" " + hostile)
    assert hostile in catalogs.render(HELLO(name=own(hostile)), language)
    assert hostile in catalogs.render(ASKS(name=hostile), language)
    assert catalogs.label(own(hostile), language) == hostile


@pytest.mark.parametrize(
    "control", "\u202e\u202a\u202b\u202d\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c\x00\x85\ud800"
)
def test_people_cannot_turn_a_sentence_around(catalogs: Catalogs, control: str) -> None:
    assert catalogs.render(HELLO(name=f"A{control}b"), "fr") == "Bonjour Ab"
    assert catalogs.render(HELLO(name=f"A{control}b"), "ar") == "\u200fأهلا \u2068Ab\u2069"
    assert catalogs.label(own(f"A{control}b"), "ar") == "Ab"


words_of_people = st.text(st.characters(codec="utf-8")) | st.text(st.sampled_from("{}n%s\\\n\u202e\u2069 أa"))


@given(words_of_people, st.sampled_from(["en", "fr", "ar"]))
def test_what_she_wrote_is_never_changed(catalogs: Catalogs, written: str, language: str) -> None:
    kept = UNWANTED.sub("", re.sub("[\u2028\u2029]", "\n", written))
    said = catalogs.render(lines(HELLO(name=written), own(written)), language)
    assert CONTROLS.sub("", said).endswith(f" {kept}\n{kept}")
    assert catalogs.label(own(written), language) == kept
    for line in said.split("\n"):
        assert line.count("\u2068") == line.count("\u2069")
    said.encode()


values = st.recursive(
    st.text() | st.integers() | st.dates() | st.times() | st.datetimes(timezones=st.just(UTC))
    | st.builds(Ltr, st.text()) | st.builds(Own, st.text())
    | st.builds(Own, st.just(""), st.integers(1, 9), st.integers(0, 600)),
    lambda inner: st.builds(lambda value: _("By {day} {missing}")(day=value), inner)
    | st.builds(lambda parts, between: Joined(tuple(map(own, parts)), between),
                st.lists(st.text()), st.sampled_from(["\n", "\n\n", ", "])),
    max_leaves=4,
)  # fmt: skip


@given(values, st.integers(), st.sampled_from(["en", "fr", "ar", "fa"]))
def test_rendering_never_raises(catalogs: Catalogs, value: object, count: int, language: str) -> None:
    words = lines(HELLO(name=value), n_("{n} day", "{n} days", count), _("By {day} {nothing}")(day=value))  # type: ignore[arg-type]
    assert "{nothing}" in catalogs.render(words, language)
    assert not CONTROLS.search(catalogs.label(words, language))


def test_data_of_pictures(catalogs: Catalogs) -> None:
    data = {"title": HELLO(name="أمل"), "rows": [{"label": _("Open"), "n": 3}, (own("x"), None)], "done": True}
    assert catalogs.data(data, "fr") == {
        "title": "Bonjour أمل", "rows": [{"label": "Ouverte", "n": 3}, ["x", None]], "done": True,
    }  # fmt: skip


# --- what people type ---------------------------------------------------------------------------------------------


def test_typed_words_work_in_all_languages_at_once(catalogs: Catalogs) -> None:
    back = catalogs.typed(p_("typed words", "back|go back"))
    assert {"back", "go back", "retour", "en arriere", "رجوع", "الي الوراء"} == back
    for typed in ("BACK!", " Go  back ", "⬅️ retour", "En arrière.", "إِلَى الوراء", "رجـــوع"):
        assert normalise(typed) in back


@pytest.mark.parametrize("language", FIRST_SIXTEEN)
def test_a_date_that_the_bot_writes_can_be_typed(language: str, tmp_path: Path) -> None:
    for code in {"en", language}:
        write_catalog(tmp_path, code, {})
    catalogs = Catalogs.load(tmp_path)
    for month in range(1, 13):
        day = date(2027, month, 28)
        for written in (catalogs.label, catalogs.render):
            assert catalogs.parse_date(written(Text("{day}")(day=day), language), language, TODAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [("demain", 5), ("Demain !", 5), ("غدًا", 5), ("tomorrow", 5), ("today", 4), ("12 مايو", 12), ("12 mai", 12)],
)
def test_dates_in_her_language_and_in_the_others(catalogs: Catalogs, text: str, day: int) -> None:
    for language in catalogs.languages:
        assert catalogs.parse_date(text, language, TODAY) == date(2027, 5, day)


# --- the wheel ----------------------------------------------------------------------------------------------------


def test_a_wheel_brings_its_languages(tmp_path: Path) -> None:
    """Built as a user's machine would build it, and read with nothing of the checkout on the path."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    made = subprocess.run(build, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    code = (
        f"import sys; sys.path.insert(0, {str(wheel)!r})\n"
        "import bot; from bot.i18n import Catalogs; from bot.dialogue.words import own\n"
        "ours = Catalogs.load()\n"
        "print(bot.__file__); print(*sorted(ours.languages)); print(ours.draft('en'), ours.direction('ar'))\n"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    where, languages, facts = run.stdout.strip().splitlines()
    assert where.startswith(str(wheel))
    assert languages.split() == sorted(Catalogs.load().languages)
    assert facts == "False rtl"


def test_the_first_of_a_month_in_french(catalogs: Catalogs) -> None:
    assert catalogs.label(Text("{day}")(day=date(2027, 5, 1)), "fr") == "1er mai 2027"
    assert catalogs.render(Text("{day}")(day=date(2027, 5, 11)), "fr") == "11 mai 2027"
