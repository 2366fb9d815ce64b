"""What `python -m bot.catalogs check` finds wrong in a catalog. Each rule gives problems that say what to do.

A translator's comment in the .po file can allow what is right in a sentence after all: `# ok: english` (a name that
stays English), `# ok: glossary` (the English word means something else here).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message

from bot.catalogs import agrees, catalog_paths, extract, plural_forms
from bot.dialogue.words import phrases
from bot.i18n import BIDI_CONTROLS, PDI, normalise
from bot.po import PLACEHOLDER, SOURCE, Source, read_po
from bot.utf16 import units

TYPED = "typed words"
CONTEXT_LIMITS = {"button": 20, "row": 24}  # UTF-16 units: a WhatsApp reply button, a row of its lists
LIMIT = re.compile(r"limit: ?(\d+)")
NUMBER_ROOM = 2  # UTF-16 units counted for a placeholder in a label
ISOLATES = "\u2066\u2067\u2068"
MARKS = "\u061c\u200e\u200f"  # allowed in sentences written from right to left, beside balanced isolates
CONTROLS = re.compile(f"[{BIDI_CONTROLS}]")
ARROWS = re.compile("[←→⬅➡◀▶⇐⇒👈👉🔙🔜↩↪]")
WORD = re.compile(r"[^\W\d_]{2,}")
URL = re.compile(r"https?://\S+")
# One of these alone, or two of those in a row, is English in every language that we have.
SURELY_ENGLISH = frozenset("the your please with which would should could".split())
OFTEN_ENGLISH = SURELY_ENGLISH | frozenset(
    "a an and are as at be but can do for from has have her how i if in is it me my not of on or our she so that their"
    " they this to was we what when will you".split()
)
# Of those, what is also a word of another language that we have, or comes next.
ALSO_ELSEWHERE = frozenset(
    "a an are as at be but can do for has her how i if in is it me my not of on or she so that to was we will".split()
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: in which language, in which sentence (its beginning), and what to do."""

    language: str
    msgid: str
    what: str

    def __str__(self) -> str:
        start = " ".join(self.msgid.split())
        return f"{self.language}: {start[:47] + '…' if len(start) > 48 else start!s}: {self.what}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence in one language, with all its forms. `room` in UTF-16 units, 0 for no limit. `uses` says for each
    form for how many counts of 0 to 999 it is used (empty for a sentence without plural)."""

    language: str
    msgids: tuple[str, ...]
    strings: tuple[str, ...]
    context: str
    room: int
    allowed: frozenset[str]
    uses: tuple[int, ...]

    @property
    def typed(self) -> bool:
        """Whether this is a list of words to type, not a sentence."""
        return self.context == TYPED


def check(root: Path) -> list[Problem]:
    """Everything wrong in the catalogs of a checkout, language by language."""
    template = extract(root)
    glossary = read_glossary((root / "locales" / "glossary.md").read_text("utf-8"))
    catalogs = {code: read_po(path.read_bytes(), code) for code, path in catalog_paths(root).items()}
    found = list(double_meanings(template))
    for language, catalog in catalogs.items():
        found += header(catalog, language)
        found += completeness(catalog, template, language)
        if language not in glossary:
            found.append(Problem(language, "", f"add a section {language} to locales/glossary.md"))
        for entry in entries(catalog, template, language):
            found += [Problem(language, entry.msgids[0], what) for what in wrong(entry, glossary.get(language, {}))]
    return found + list(collisions(template, catalogs))


def entries(catalog: Catalog, template: Catalog, language: str) -> Iterator[Entry]:
    """The translated sentences of a catalog; those of English itself are its msgids."""
    uses = Counter(plural_forms(language))
    for message in template:
        held = catalog.get(message.id, message.context)
        if not message.id or held is None:
            continue
        msgids, strings = as_tuple(message.id), as_tuple(held.string)
        if language == SOURCE and not any(strings):
            strings = msgids
        if any(strings):
            room = limit(message)
            allowed = frozenset(
                said.removeprefix("ok:").strip() for said in held.user_comments if said.startswith("ok:")
            )
            counts = tuple(uses[form] for form in range(len(strings))) if len(msgids) > 1 else ()
            yield Entry(language, msgids, strings, message.context or "", room, allowed, counts)


def as_tuple(string: object) -> tuple[str, ...]:
    """One form or several, as a tuple of them all."""
    return tuple(map(str, string)) if isinstance(string, tuple | list) else (str(string or ""),)


def limit(message: Message) -> int:
    """The most UTF-16 units its label may have: what the comment says, or its context; 0 for no limit."""
    told = [int(found[1]) for comment in message.auto_comments if (found := LIMIT.match(comment))]
    known = CONTEXT_LIMITS.get(message.context or "")
    return min([*told, *([known] if known and not told else [])], default=0)


# --- rules about a whole catalog ----------------------------------------------------------------------------------


def header(catalog: Source, language: str) -> Iterator[Problem]:
    """Language, plural rules and X-Reviewed."""
    headers = dict(catalog.headers)
    if headers.get("Language") != language:
        yield Problem(language, "", f"set the header Language to {language}")
    if headers.get("X-Reviewed") not in ("yes", "no"):
        yield Problem(language, "", "set the header X-Reviewed to yes or no")
    if not agrees(headers.get("Plural-Forms", ""), language):
        yield Problem(language, "", "set the header Plural-Forms to the rule of CLDR; 0 to 999 must agree")


def completeness(catalog: Catalog, template: Catalog, language: str) -> Iterator[Problem]:
    """Sentences that are missing, left over, not translated or not sure."""
    for message in template:
        held = catalog.get(message.id, message.context) if message.id else message
        msgid = as_tuple(message.id)[0]
        if held is None or held.pluralizable is not message.pluralizable:
            yield Problem(language, msgid, "not in the catalog; run `make messages`")
        elif held.fuzzy and message.id:
            yield Problem(language, msgid, "marked fuzzy; correct it and remove the mark")
        elif message.id and language != SOURCE and not any(as_tuple(held.string)):
            yield Problem(language, msgid, "translate it")
    for held in catalog:
        if held.id and template.get(held.id, held.context) is None:
            yield Problem(language, as_tuple(held.id)[0], "no longer in the programme; run `make messages`")


def double_meanings(template: Catalog) -> Iterator[Problem]:
    """A single English word without context, used in several files: it can be noun or verb, or mean two things. The
    test is practical: whole sentences carry their own context, single words do not."""
    for message in template:
        msgid = as_tuple(message.id)[-1]
        files = {file for file, _ in message.locations}
        if len(WORD.findall(PLACEHOLDER.sub("", msgid))) == 1 and not message.context and len(files) > 1:
            places = ", ".join(sorted(files))
            yield Problem(SOURCE, msgid, f"one word, used in {places}; say which meaning with p_(context, …)")


def collisions(template: Catalog, catalogs: Mapping[str, Catalog]) -> Iterator[Problem]:
    """Words to type that mean two different things, in one language or across two (they work in every language)."""
    meant: dict[str, dict[str, str]] = defaultdict(dict)  # normalised words: meaning (msgid) to the first language
    for message in template:
        if message.context != TYPED:
            continue
        msgid = str(message.id)
        for language, catalog in catalogs.items():
            held = catalog.get(message.id, message.context)
            for phrase in phrases(str(held.string) if held is not None and held.string else msgid):
                meant[normalise(phrase)].setdefault(msgid, language)
    for word, meanings in sorted(meant.items()):
        (first, known), *others = meanings.items()
        for msgid, language in others:
            yield Problem(language, msgid, f"the typed words {word!r} also mean {first!r} in {known}; take other words")


# --- rules about one sentence -------------------------------------------------------------------------------------


def wrong(entry: Entry, glossary: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What to mend in one sentence, by all rules."""
    yield from forms(entry)
    for place, string in enumerate(entry.strings):
        if string:
            once = bool(entry.uses) and entry.uses[place] == 1
            yield from placeholders(entry, string, once)
            yield from lines(entry, string)
            yield from controls(entry, string)
            yield from room(entry, string)
            if entry.language != SOURCE and not entry.typed:
                yield from words_used(entry, string, glossary)
                yield from english(entry, string)
    if entry.typed and not phrases(entry.strings[0]):
        yield "give at least one word to type"


def forms(entry: Entry) -> Iterator[str]:
    """Every plural form has its words."""
    for place, string in enumerate(entry.strings):
        if not string:
            yield f"plural form {place} is empty"


def placeholders(entry: Entry, string: str, once: bool) -> Iterator[str]:
    """The same {placeholders} as in English, and no other braces. A form used for one number only may leave out {n}."""
    expected = {name for msgid in entry.msgids for name in PLACEHOLDER.findall(msgid)}
    held = set(PLACEHOLDER.findall(string))
    needed = expected - {"n"} if once else expected
    yield from (f"the placeholder {{{name}}} is missing" for name in sorted(needed - held))
    yield from (f"the placeholder {{{name}}} is not in the English" for name in sorted(held - expected))
    if re.search("[{}]", PLACEHOLDER.sub("", string)):
        yield "a brace belongs to no placeholder; write {name} with small Latin letters"


def lines(entry: Entry, string: str) -> Iterator[str]:
    """As many line breaks as in English, and the same blank ends."""
    english = entry.msgids[-1]
    if string.count("\n") != english.count("\n"):
        yield f"{string.count(chr(10))} line breaks, but {english.count(chr(10))} in English"
    if (string[:1].isspace(), string[-1:].isspace()) != (english[:1].isspace(), english[-1:].isspace()):
        yield "begins or ends with a space or line break, and English does not, or the other way round"


def controls(entry: Entry, string: str) -> Iterator[str]:
    """Only balanced isolates, and marks in languages written from right to left; none at all in labels."""
    found = set(CONTROLS.findall(string))
    rtl = Locale.parse(entry.language).text_direction == "rtl"
    if found and (entry.room or entry.typed or not rtl):
        yield "remove the invisible direction signs; they do not belong in this text"
    elif found - set(ISOLATES + PDI + MARKS):
        yield "remove embeddings and overrides (U+202A to U+202E)"
    elif any(not balanced(line) for line in string.split("\n")):
        yield "close every isolate (U+2066 to U+2068) with U+2069 on the same line"
    if rtl and any(arrow in string for arrow in ARROWS.findall(" ".join(entry.msgids))):
        yield "turn the arrow round: this language is written from right to left"


def balanced(line: str) -> bool:
    """Whether each isolate is closed in its line."""
    depth = 0
    for char in line:
        depth += (char in ISOLATES) - (char == PDI)
        if depth < 0:
            return False
    return depth == 0


def room(entry: Entry, string: str) -> Iterator[str]:
    """A label fits its button."""
    length = units(PLACEHOLDER.sub("0" * NUMBER_ROOM, string))
    if entry.room and length > entry.room:
        yield f"{length} characters, at most {entry.room} fit"


def words_used(entry: Entry, string: str, glossary: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Where English says a word of the glossary, the translation says it with one of its stems."""
    said, english = normalise(string), PLACEHOLDER.sub(" ", entry.msgids[-1])
    for word, stems in glossary.items():
        if "glossary" in entry.allowed or not re.search(rf"(?<!\w){re.escape(word)}s?(?!\w)", english, re.I):
            continue
        if not any(stem in said for stem in stems):
            yield f"say {word!r} with the word of the glossary ({', '.join(stems)})"


def english(entry: Entry, string: str) -> Iterator[str]:
    """No English left over: not the same words, and no English function words."""
    if "english" in entry.allowed:
        return
    bare = [WORD.findall(URL.sub("", PLACEHOLDER.sub(" ", text))) for text in (string, *entry.msgids)]
    if len(bare[0]) > 1 and bare[0] in bare[1:]:
        yield "still English; translate it"
        return
    tokens = re.findall(r"[^\W\d_]+", URL.sub("", PLACEHOLDER.sub(" ", string)).casefold())
    pairs = pairwise(tokens)
    left = [word for word in tokens if word in SURELY_ENGLISH]
    left += [" ".join(pair) for pair in pairs if set(pair) <= OFTEN_ENGLISH and not common(pair)]
    if left:
        yield f"English is left in it: {left[0]!r}"


def common(pair: tuple[str, str]) -> bool:
    """Whether both words are words of another language of ours too (Dutch "of is", German "so was", French "on me")."""
    return set(pair) <= ALSO_ELSEWHERE


# --- the glossary -------------------------------------------------------------------------------------------------


def read_glossary(markdown: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """locales/glossary.md: for each language (## code) the English words with the normalised stems of their
    translation; rows without stems are not checked."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for section in re.split(r"^## ", markdown, flags=re.MULTILINE)[1:]:
        code, _, body = section.partition("\n")
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines() if line.startswith("|")
        ]
        stems = {row[0]: tuple(normalise(stem) for stem in row[2].split(",") if stem.strip()) for row in rows[2:]}
        found[code.strip()] = {word: known for word, known in stems.items() if known}
    return found
