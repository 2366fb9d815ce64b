"""The catalogs' tooling: `python -m bot.catalogs extract | update | check | add LANG`.

extract  the sentences of bot/ and conversations/, as a .po template on standard output
update   every locales/<lang>/LC_MESSAGES/sorora.po gets the sentences of today; translations stay
check    what is missing or wrong in any catalog, one line each; exit code 1 if anything is
add      a new language: its catalog with the plural rules of CLDR, and its section of the glossary

What is extracted stands in pyproject.toml ([tool.babel]): `_`, `n_`, `p_` in Python, and the strings under TOML_KEYS in
conversations/content/*.toml. A comment right above a string that begins with NOTE: speaks to translators; `# limit: 20`
is the longest its label may be, in UTF-16 units. The headers of a .po file are written by hand and kept as they are.
"""

from __future__ import annotations

import difflib
import io
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from gettext import c2py
from pathlib import Path
from typing import IO, Any

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from bot.po import SOURCE, read_po

ROOT = Path(__file__).parent.parent
KEYWORDS: dict[str, Any] = {"_": None, "n_": (1, 2), "p_": ((1, "c"), 2)}
COMMENTS = ("NOTE:", "limit:")
TOML_KEYS = frozenset(["what", "title", "text", "practice", "ask", "hint"])
TOML_CONTEXT = "context"  # a table with this key gives it to its strings as msgctxt
ALIKE = 0.75  # how much of an old sentence a new one must share to be offered its translation (difflib's ratio)

# The usual spellings of the plural rules; a new language gets the first that agrees with CLDR for 0 to 999.
PLURALS = (
    "nplurals=2; plural=n != 1",
    "nplurals=2; plural=n > 1",
    "nplurals=1; plural=0",
    "nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2",
    "nplurals=3; plural=n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2",
    "nplurals=3; plural=n==1 ? 0 : n==0 || n%100>=1 && n%100<=19 ? 1 : 2",
    "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5",
)
PLURAL_TAGS = ("zero", "one", "two", "few", "many", "other")  # the order of the forms in a catalog

HEADER = """\
# {name} catalog of Sorora. All users are women: translate straight in the feminine, with the informal "you".
# Plain words, short sentences; words of locales/glossary.md; see also style.md beside this folder, where there is one.
msgid ""
msgstr ""
"Project-Id-Version: sorora\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural};\\n"
"X-Reviewed: no\\n"
"""


# --- extraction ---------------------------------------------------------------------------------------------------


def extract(root: Path = ROOT) -> Catalog:
    """All sentences of a checkout as a template. Raises KeyError where pyproject.toml has no [tool.babel]."""
    mappings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in mappings]
    template = Catalog()
    for top in ("bot", "conversations"):
        for found in extract_from_dir(
            root / top,
            method_map=[
                (pattern.removeprefix(top + "/"), method) for pattern, method in methods if within(pattern, top)
            ],
            keywords=KEYWORDS,
            comment_tags=COMMENTS,
        ):
            filename, line, msgid, comments, context = found
            template.add(msgid, locations=[(f"{top}/{filename}", line)], auto_comments=comments, context=context)
    return template


def within(pattern: str, top: str) -> bool:
    """Whether a pattern of [tool.babel] is about this folder."""
    return pattern.startswith(top + "/")


def extract_toml(
    file: IO[bytes],
    _keywords: Collection[str],
    comment_tags: Collection[str],
    options: Mapping[str, Any],  # noqa: ARG001  # Babel passes it by this name
) -> Iterator[tuple[int, str, str | tuple[str, str], list[str]]]:
    """A Babel extractor for content files: the strings (or lists of strings) under TOML_KEYS, in their order, with the
    comments right above their line. Raises tomllib.TOMLDecodeError for a broken file."""
    text = file.read().decode("utf-8")
    comments = toml_comments(text.splitlines(), tuple(comment_tags))
    for place, (msgid, context) in enumerate(toml_strings(tomllib.loads(text), ""), start=1):
        told = comments.get(msgid, [])
        yield (place, "p_", (context, msgid), told) if context else (place, "_", msgid, told)


def toml_strings(value: Any, context: str) -> Iterator[tuple[str, str]]:
    """The translatable strings below a TOML value, each with its context."""
    if isinstance(value, list):
        for item in value:
            yield from toml_strings(item, context)
    elif isinstance(value, dict):
        context = value.get(TOML_CONTEXT, context)
        for key, inner in value.items():
            texts = inner if isinstance(inner, list) else [inner]
            if key in TOML_KEYS and all(isinstance(text, str) for text in texts):
                yield from ((text, context) for text in texts if text)
            else:
                yield from toml_strings(inner, context)


def toml_comments(lines: list[str], tags: tuple[str, ...]) -> dict[str, list[str]]:
    """Strings of a TOML file by the comments that stand right above their statement, where one begins with a tag."""
    found: dict[str, list[str]] = {}
    block: list[str] = []
    for number, line in enumerate(lines):
        if line.lstrip().startswith("#"):
            block.append(line.lstrip().removeprefix("#").strip())
            continue
        first = next((place for place, comment in enumerate(block) if comment.startswith(tags)), None)
        if first is not None:
            for msgid, _ in toml_strings(statement(lines[number:]), ""):
                found.setdefault(msgid, []).extend(block[first:])
        block = []
    return found


def statement(lines: list[str]) -> dict[str, Any]:
    """The TOML statement that begins on the first of the lines, read alone; empty where it is none."""
    for end in range(1, len(lines) + 1):
        try:
            return tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
    return {}


# --- catalogs on disk ---------------------------------------------------------------------------------------------


def catalog_paths(root: Path) -> dict[str, Path]:
    """The .po file of every language of a checkout."""
    return {path.parts[-3]: path for path in sorted((root / "locales").glob("*/LC_MESSAGES/sorora.po"))}


def update(path: Path, language: str, template: Catalog) -> None:
    """Bring one .po file up to the template. A sentence that changed a little keeps its old translation, marked fuzzy;
    one that is gone goes. Where nothing changed, the file stays byte for byte."""
    text = path.read_text("utf-8")
    catalog = read_po(text.encode(), language)
    # A copy: Babel puts the template's own messages in, and a guess in one language would stand in all.
    catalog.update(deepcopy(template), no_fuzzy_matching=True)
    if language != SOURCE:
        for message in catalog:
            if message.id and not message.string:
                offer(message, catalog.obsolete.values())
    body = io.BytesIO()
    write_po(body, catalog, width=0, omit_header=True, sort_by_file=True, include_lineno=False, ignore_obsolete=True,
             include_previous=True)  # fmt: skip
    header = text.split("\n\n", 1)[0].rstrip("\n")
    path.write_text(f"{header}\n\n{body.getvalue().decode()}".rstrip("\n") + "\n", "utf-8")


def offer(message: Message, obsolete: Collection[Message]) -> None:
    """Give a new sentence the translation of an old one that it nearly is, marked fuzzy."""
    old = {
        str(former.id): former for former in obsolete if former.string and former.pluralizable is message.pluralizable
    }
    for match in difflib.get_close_matches(str(message.id), list(old), n=1, cutoff=ALIKE):
        message.string = old[match].string
        message.previous_id = list(old[match].id) if old[match].pluralizable else [str(old[match].id)]
        message.flags.add("fuzzy")


def plural_tags(language: str) -> list[str]:
    """CLDR's plural tag for each n from 0 to 999. Raises UnknownLocaleError."""
    rule = Locale.parse(language).plural_form
    return [rule(n) for n in range(1000)]


def plural_forms(language: str) -> list[int]:
    """The number of the plural form for each n from 0 to 999, by CLDR: the forms stand in the order of PLURAL_TAGS."""
    tags = plural_tags(language)
    used = [tag for tag in PLURAL_TAGS if tag in tags]
    return [used.index(tag) for tag in tags]


def agrees(header: str, language: str) -> bool:
    """Whether a Plural-Forms header says the same as CLDR for n from 0 to 999."""
    count, _, plural = (part.strip() for part in header.rstrip("; \n").partition(";"))
    expected = plural_forms(language)
    if count.replace(" ", "") != f"nplurals={max(expected) + 1}":
        return False
    try:
        form = c2py(plural.partition("=")[2].strip())
    except ValueError:
        return False
    return [form(n) for n in range(1000)] == expected


def add(language: str, root: Path = ROOT) -> str:
    """Begin a language: its catalog and its section of the glossary. Gives a sentence of what to do next; raises
    UnknownLocaleError, FileExistsError, and LookupError where no usual plural rule fits."""
    locale = Locale.parse(language)
    path = root / "locales" / language / "LC_MESSAGES" / "sorora.po"
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    plural = next((known for known in PLURALS if agrees(known, language)), None)
    if plural is None:
        raise LookupError(f"no usual plural rule fits {language}; write its CLDR rule into PLURALS of bot/catalogs.py")
    path.parent.mkdir(parents=True)
    path.write_text(HEADER.format(name=locale.english_name, code=language, plural=plural), "utf-8")
    update(path, language, extract(root))
    begin_glossary(root / "locales" / "glossary.md", language)
    return f"Fill locales/{language}/LC_MESSAGES/sorora.po and the section {language} of locales/glossary.md."


def begin_glossary(path: Path, language: str) -> None:
    """Add an empty section for a language, with the words of the English one, where there is none yet."""
    text = path.read_text("utf-8")
    if f"\n## {language}\n" in text:
        return
    english = text.partition(f"\n## {SOURCE}\n")[2].partition("\n## ")[0]
    words = [line.split("|")[1].strip() for line in english.splitlines() if line.startswith("|")][2:]
    table = ["| English | Word | Stems | Note |", "|---|---|---|---|", *(f"| {word} | | | |" for word in words)]
    path.write_text("\n".join([text.rstrip(), "", f"## {language}", "", *table, ""]), "utf-8")


# --- commands -----------------------------------------------------------------------------------------------------


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Run one command; gives the exit code: 0, 1 for what is wrong in catalogs, 2 for a wrong call."""
    match arguments:
        case ["extract"]:
            out = io.BytesIO()
            write_po(out, extract(root), width=0, omit_header=True, sort_by_file=True, include_lineno=False)
            say(out.getvalue().decode())
            return 0
        case ["update"]:
            template = extract(root)
            for language, path in catalog_paths(root).items():
                update(path, language, template)
            return 0
        case ["check"]:
            from bot.catalog_check import check  # it reads the tooling above

            problems = check(root)
            for problem in problems:
                say(str(problem))
            return 1 if problems else 0
        case ["add", language]:
            try:
                say(add(language, root))
            except (UnknownLocaleError, ValueError, OSError, LookupError) as error:
                say(str(error))
                return 2
            return 0
    say("Say one of: extract, update, check, add LANG.")
    return 2


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
