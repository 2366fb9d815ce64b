"""The catalogs' tooling: what is extracted, how a catalog is updated, and each thing that the check must catch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from babel.core import UnknownLocaleError

from bot.catalog_check import Problem, balanced, check, read_glossary
from bot.catalogs import PLURALS, add, agrees, catalog_paths, extract, main, plural_forms, update
from bot.i18n import Catalogs
from bot.po import read_po
from bot.utf16 import units

HOUSE = Path(__file__).parent.parent
PLANNED = "en fr nl de ar uk tr es ru pt ro pl fa ps ti so bg sq it ckb ln sw".split()

SMALL = Path(__file__).parent / "small_checkout"  # its module, its glossary and its content file
CODE = (SMALL / "talk.txt").read_text("utf-8")
GLOSSARY = (SMALL / "glossary.md").read_text("utf-8")
FRENCH: dict[str, str | tuple[str, ...]] = {
    "Hello {name}, here is your goal.": "Bonjour {name}, voici ton objectif.",
    "First line.\nSecond line.": "Première ligne.\nDeuxième ligne.",
    "Continue": "Continuer",
    "Open now": "Ouvrir",
    "back|go back": "retour|en arrière",
    "stop|halt": "arrête|fini",
    "You have {n} answer for {name}.": ("Tu as {n} réponse pour {name}.", "Tu as {n} réponses pour {name}."),
    "Next →": "Suivant →",
    "Take the bus": "Prendre le bus",
    "Two lines\nof text": "Deux lignes\nde texte",
    "Ask one woman.": "Demande à une femme.",
    "Ask one more.": "Demande à une autre.",
    "A hint inside": "Un conseil",
    "Send it": "Envoyer",
}


def checkout(folder: Path) -> Path:
    """A small checkout with one module, one content file, and the languages en and fr, all in order."""
    (folder / "bot").mkdir()
    (folder / "bot" / "talk.py").write_text(CODE, "utf-8")
    (folder / "conversations" / "content").mkdir(parents=True)
    (folder / "conversations" / "content" / "tips.toml").write_bytes((SMALL / "tips.toml").read_bytes())
    (folder / "pyproject.toml").write_bytes((HOUSE / "pyproject.toml").read_bytes())
    (folder / "locales").mkdir()
    (folder / "locales" / "glossary.md").write_text(GLOSSARY, "utf-8")
    for language in ("en", "fr"):
        add(language, folder)
    translate(folder, FRENCH)
    return folder


def translate(folder: Path, translations: dict[str, str | tuple[str, ...]], language: str = "fr") -> None:
    """Write translations into a catalog as a translator would, by the English of each."""
    path = po(folder, language)
    text = path.read_text("utf-8")
    for msgid, said in translations.items():
        place = text.index(f"\nmsgid {quoted(msgid)}\n") + 1
        end = text.find("\n\n", place)
        entry = text[place : len(text) if end < 0 else end].partition("\nmsgstr")[0]
        forms = [said] if isinstance(said, str) else said
        names = ["msgstr"] if isinstance(said, str) else [f"msgstr[{form}]" for form in range(len(said))]
        lines = [f"{name} {quoted(form)}" for name, form in zip(names, forms, strict=True)]
        text = text[:place] + "\n".join([entry, *lines]) + ("\n" if end < 0 else text[end:])
    path.write_text(text, "utf-8")


def quoted(text: str) -> str:
    """A string as Babel writes it in a .po file."""
    if "\n" not in text:
        return f'"{text}"'
    return "\n".join(['""', *(f'"{line}"' for line in text.replace("\n", "\\n\n").split("\n") if line)])


def po(folder: Path, language: str = "fr") -> Path:
    return folder / "locales" / language / "LC_MESSAGES" / "sorora.po"


def edit(folder: Path, old: str, new: str, language: str = "fr") -> None:
    path = po(folder, language)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return checkout(tmp_path)


def found(folder: Path) -> list[str]:
    return [problem.what for problem in check(folder)]


# --- our own catalogs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(catalog_paths(HOUSE)))
def test_plural_rules_of_our_catalogs_are_those_of_cldr(language: str) -> None:
    headers = dict(read_po(po(HOUSE, language).read_bytes(), language).headers)
    assert agrees(headers["Plural-Forms"], language)
    assert headers["X-Reviewed"] in ("yes", "no")


@pytest.mark.parametrize("language", PLANNED)
def test_every_planned_language_has_its_plural_rule(language: str) -> None:
    assert [known for known in PLURALS if agrees(known, language)]


def test_plural_forms_by_cldr() -> None:
    assert plural_forms("ar")[:12] == [0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4]
    assert plural_forms("pt")[:3] == plural_forms("ti")[:3] == [0, 0, 1]
    assert max(plural_forms("tr")) == max(plural_forms("fa")) == 1
    babels_arabic = PLURALS[-1].replace("n%100>=3 && n%100<=10", "n%100>=0 && n%100<=2")
    assert not agrees(babels_arabic, "ar")
    for wrong in ("", "nplurals=2", "nplurals=2; plural=", "nplurals=2; plural=import os", "nplurals=3; plural=n != 1"):
        assert not agrees(wrong, "fr")


def test_english_stands_in_the_sources_and_nowhere_else() -> None:
    english = read_po(po(HOUSE, "en").read_bytes(), "en")
    assert [one.id for one in english if one.id and any(one.string or ())] == []


def test_our_glossary_has_the_same_words_in_each_language() -> None:
    glossary = read_glossary((HOUSE / "locales" / "glossary.md").read_text("utf-8"))
    words = set(glossary["fr"])
    assert {"mentor", "mentee", "goal", "milestone", "check-in", "coordinator", "circle", "step"} <= words
    assert set(glossary) == set(PLANNED[:16])
    assert all(set(stems) == words for language, stems in glossary.items() if language != "en")


def test_everything_that_we_say_is_extracted() -> None:
    template = extract(HOUSE)
    voice = template.get(("(voice note, {n} second)", "(voice note, {n} seconds)"))
    assert voice is not None
    assert template.get("today", "typed words") is not None
    files = {file for message in template for file, _ in message.locations}
    assert any(file.startswith("conversations/") and file.endswith(".toml") for file in files)


# --- extraction and update ----------------------------------------------------------------------------------------


def test_extraction_from_python(place: Path) -> None:
    template = extract(place)
    assert template.get("Continue").auto_comments == ["limit: 12"]  # type: ignore[union-attr]
    assert template.get("First line.\nSecond line.").auto_comments == ["NOTE: said after the last question"]  # type: ignore[union-attr]
    assert template.get("Open now", "button") is not None
    assert template.get("Open now") is None
    assert template.get(("You have {n} answer for {name}.", "You have {n} answers for {name}.")) is not None
    assert template.get("Next →") is not None


def test_extraction_from_toml(place: Path) -> None:
    template = extract(place)
    title = template.get("Take the bus")
    assert title is not None
    assert title.auto_comments == ["NOTE: a short title", "limit: 24"]
    assert template.get("Ask one woman.").auto_comments == []  # type: ignore[union-attr]
    for msgid in ("Two lines\nof text", "Ask one more.", "A hint inside"):
        assert template.get(msgid) is not None
    assert template.get("Send it", "button") is not None
    for msgid in ("bus", "Not translated", "button"):
        assert template.get(msgid) is None


def test_a_catalog_in_order_has_no_problems(place: Path) -> None:
    assert check(place) == []


def test_updating_twice_changes_nothing_and_keeps_headers_and_comments(place: Path) -> None:
    edit(place, "#. limit: 12", "# said by nobody\n#. limit: 12")
    assert main(["update"], place) == 0
    once = po(place).read_bytes()
    assert b"# said by nobody" in once
    assert b"X-Reviewed: no" in once
    assert b"Creation-Date" not in once
    assert b".py:" not in once
    assert main(["update"], place) == 0
    assert po(place).read_bytes() == once
    assert check(place) == []


def test_a_sentence_that_changed_a_little_keeps_its_translation_as_a_guess(place: Path) -> None:
    code = CODE.replace("Hello {name}, here is your goal.", "Hello {name}, here is your new goal.")
    (place / "bot" / "talk.py").write_text(code.replace('_("Continue")', '_("All done")'), "utf-8")
    for language, path in catalog_paths(place).items():
        update(path, language, extract(place))
    text = po(place).read_text("utf-8")
    assert '#| msgid "Hello {name}, here is your goal."' in text
    assert '"Bonjour {name}, voici ton objectif."' in text
    assert "Continuer" not in text
    assert sorted(found(place)) == ["marked fuzzy; correct it and remove the mark", "translate it"]


def test_a_guess_in_one_language_is_none_in_another(place: Path) -> None:
    add("nl", place)
    (place / "bot" / "talk.py").write_text(CODE.replace("your goal.", "your new goal."), "utf-8")
    assert main(["update"], place) == 0
    assert ["Bonjour" in po(place, one).read_text("utf-8") for one in ("fr", "nl")] == [True, False]


def test_adding_a_language_is_one_command(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", "uk"], place) == 0
    assert "uk" in capsys.readouterr().out
    assert "nplurals=3" in po(place, "uk").read_text("utf-8")
    assert "## uk\n\n| English | Word | Stems | Note |\n|---|---|---|---|\n| goal | | | |" in (
        place / "locales" / "glossary.md"
    ).read_text("utf-8")
    assert {problem.what for problem in check(place)} == {"translate it"}
    assert Catalogs.load(place / "locales").languages == ("en", "fr", "uk")
    for wrong in ("uk", "klingon", "../xx"):
        assert main(["add", wrong], place) == 2
    with pytest.raises(UnknownLocaleError):
        add("xx", place)


def test_commands(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"], place) == 0
    assert main(["extract"], place) == 0
    assert 'msgid "Continue"' in capsys.readouterr().out
    assert main([], place) == 2
    translate(place, {"Continue": ""})
    assert main(["check"], place) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "fr: Continue: translate it"


def test_the_module_is_a_command() -> None:
    run = subprocess.run([sys.executable, "-m", "bot.catalogs"], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "Say one of: extract, update, check, add LANG.\n")


# --- what the check must catch ------------------------------------------------------------------------------------

ANSWERS = "You have {n} answer for {name}."
HELLO = "Hello {name}, here is your goal."


@pytest.mark.parametrize(
    ("translations", "what"),
    [
        ({HELLO: "Bonjour, voici ton objectif."}, "the placeholder {name} is missing"),
        ({HELLO: "Bonjour {name} {nom}, voici ton objectif."}, "the placeholder {nom} is not in the English"),
        ({HELLO: "Bonjour {name} {, voici ton objectif."}, "a brace belongs to no placeholder"),
        ({HELLO: "Bonjour {name.x} {name}, voici ton objectif."}, "a brace belongs to no placeholder"),
        (
            {ANSWERS: ("Tu as une réponse pour {name}.", "Tu as {n} réponses pour {name}.")},
            "the placeholder {n} is missing",
        ),
        ({ANSWERS: ("Tu as {n} réponse pour {name}.", "")}, "plural form 1 is empty"),
        ({"Continue": "Continuer plus loin"}, "19 characters, at most 12 fit"),
        ({"Continue": "Continue ➡️💪💪"}, "15 characters, at most 12 fit"),
        ({"Open now": "Ouvrir tout de suite !"}, "22 characters, at most 20 fit"),
        ({"Take the bus": "Prendre le bus avec une amie"}, "28 characters, at most 24 fit"),
        ({"First line.\nSecond line.": "Première ligne. Deuxième ligne."}, "0 line breaks, but 1 in English"),
        ({"Ask one woman.": "Demande à une femme. "}, "begins or ends with a space"),
        ({"Ask one woman.": "Demande à \u2068une femme."}, "remove the invisible direction signs"),
        ({"Ask one woman.": "Demande\u200e à une femme."}, "remove the invisible direction signs"),
        ({HELLO: "Bonjour {name}, voici ton rêve."}, "say 'goal' with the word of the glossary (objectif, but precis)"),
        ({"Ask one woman.": "Ask one woman."}, "still English; translate it"),
        ({"Ask one woman.": "Demande to your voisine."}, "English is left in it: 'your'"),
        ({"Ask one woman.": "Demande to this femme."}, "English is left in it: 'to this'"),
        ({"Ask one woman.": ""}, "translate it"),
        ({"stop|halt": " | "}, "give at least one word to type"),
        ({"stop|halt": "arrête|Retour !"}, "the typed words 'retour' also mean 'back|go back' in fr; take other words"),
        ({"stop|halt": "arrête|Back"}, "the typed words 'back' also mean 'back|go back' in en; take other words"),
    ],
)
def test_a_bad_translation_is_caught(place: Path, translations: dict[str, str | tuple[str, ...]], what: str) -> None:
    translate(place, translations)
    problems = check(place)
    assert [problem for problem in problems if problem.what.startswith(what)], problems
    assert {problem.language for problem in problems} == {"fr"}


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("plural=n > 1", "plural=n != 1", "set the header Plural-Forms"),
        ("nplurals=2", "nplurals=3", "set the header Plural-Forms"),
        ("Language: fr", "Language: nl", "set the header Language to fr"),
        ("X-Reviewed: no", "X-Reviewed: perhaps", "set the header X-Reviewed"),
        ("#. limit: 12", "#, fuzzy\n#. limit: 12", "marked fuzzy"),
        ('msgid "Continue"', 'msgid "Carry on"', "not in the catalog; run `make messages`"),
        ('msgid "Continue"', 'msgid "Carry on"', "no longer in the programme; run `make messages`"),
    ],
)
def test_a_bad_catalog_is_caught(place: Path, old: str, new: str, what: str) -> None:
    edit(place, old, new)
    assert any(said.startswith(what) for said in found(place)), found(place)


def test_a_language_without_glossary_is_caught(place: Path) -> None:
    (place / "locales" / "glossary.md").write_text(GLOSSARY.replace("## fr", "## de"), "utf-8")
    assert found(place) == ["add a section fr to locales/glossary.md"]


def test_english_labels_have_limits_too(place: Path) -> None:
    (place / "bot" / "talk.py").write_text(CODE.replace("limit: 12", "limit: 7"), "utf-8")
    main(["update"], place)
    assert check(place) == [
        Problem("en", "Continue", "8 characters, at most 7 fit"),
        Problem("fr", "Continue", "9 characters, at most 7 fit"),
    ]


def test_one_word_in_two_files_needs_a_context(place: Path) -> None:
    (place / "bot" / "other.py").write_text('from bot.dialogue.words import _\nX = _("Continue")\n', "utf-8")
    main(["update"], place)
    (problem,) = check(place)
    assert problem.language == "en"
    assert problem.what.startswith("one word, used in bot/other.py, bot/talk.py; say which meaning")
    (place / "bot" / "other.py").write_text('from bot.dialogue.words import p_\nX = p_("menu", "Continue")\n', "utf-8")
    main(["update"], place)
    assert found(place) == ["translate it"]


def test_a_translator_can_allow_what_is_right(place: Path) -> None:
    translate(place, {HELLO: "Bonjour {name}, voici ton rêve.", "Ask one woman.": "Ask one woman."})
    edit(place, f'msgid "{HELLO}"', f'# ok: glossary\nmsgid "{HELLO}"')
    edit(place, 'msgid "Ask one woman."', '# ok: english\nmsgid "Ask one woman."')
    assert check(place) == []
    main(["update"], place)
    assert check(place) == []


def arabic(place: Path, translations: dict[str, str | tuple[str, ...]]) -> list[str]:
    add("ar", place)
    translate(place, translations, "ar")
    return [problem.what for problem in check(place) if problem.what != "translate it"]


def test_right_to_left_isolates(place: Path) -> None:
    assert arabic(place, {
        HELLO: "أهلا {name}\u200f، هدف \u206624/7\u2069",
        "Ask one woman.": "اسألي \u2066امرأة",
        "Ask one more.": "اسألي \u202bامرأة\u202c",
        "First line.\nSecond line.": "سطر \u2068أول\nسطر ثان\u2069",
        "A hint inside": "نص\u2069 و\u2068نص",
        "Open now": "\u200fافتحي",
        "Next →": "التالي →",
    }) == [
        "close every isolate (U+2066 to U+2068) with U+2069 on the same line",
        "remove the invisible direction signs; they do not belong in this text",
        "turn the arrow round: this language is written from right to left",
        "close every isolate (U+2066 to U+2068) with U+2069 on the same line",
        "remove embeddings and overrides (U+202A to U+202E)",
        "close every isolate (U+2066 to U+2068) with U+2069 on the same line",
    ]  # fmt: skip


def test_a_form_for_one_number_may_leave_it_out(place: Path) -> None:
    good = (
        "لا إجابات لـ{name}",
        "إجابة لـ{name}",
        "إجابتان لـ{name}",
        "{n} إجابات لـ{name}",
        "{n} إجابة لـ{name}",
        "{n} إجابة لـ{name}",
    )
    assert arabic(place, {ANSWERS: good, "Next →": "التالي ←"}) == []
    translate(place, {ANSWERS: (*good[:5], "إجابات لـ{name}")}, "ar")
    assert "the placeholder {n} is missing" in found(place)


def test_typed_words_may_not_collide_across_languages(place: Path) -> None:
    add("nl", place)
    (place / "locales" / "glossary.md").write_text(GLOSSARY.replace("## ar", "## nl"), "utf-8")
    translate(place, {"back|go back": "terug|arrete", "stop|halt": "stop"}, "nl")
    clash = [problem for problem in check(place) if problem.what != "translate it"]
    assert clash == [
        Problem("fr", "stop|halt", "the typed words 'arrete' also mean 'back|go back' in nl; take other words")
    ]


def test_small_measures() -> None:
    assert units("é") == 1
    assert units("👩‍🏫") == 5
    assert balanced("\u2068a \u2066b\u2069\u2069")
    assert not balanced("\u2069\u2068")
    assert str(Problem("fr", "one\ntwo " + "x" * 60, "do it")).startswith("fr: one two xxx")
