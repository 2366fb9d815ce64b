"""Numbers as people write and say them when they do not want them to be seen as numbers, and one form for what looks
alike. The words are in held_back.toml; another language is added there."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple


class Number(NamedTuple):
    """Digits as they were written or said, with + in front where it was; `gap`: words between it and the one before;
    `listed`: after a comma."""

    digits: str
    gap: int
    listed: bool


class Reading(NamedTuple):
    """The numbers of one message that are no date, price, time and so on; how many other words it has."""

    numbers: tuple[Number, ...]
    words: int


# --- one form for what looks alike --------------------------------------------------------------------------------

ALIKE = str.maketrans("ىیېۍةھہەکٱıøłđ", "ييييههههكاiold") | str.maketrans("асеорхуіѕјԁӏ", "aceopxyisjdl")
UNSEEN = {"ـ", "\u115f", "\u1160", "\u3164", "\u2800"}  # tatweel, fillers of Hangul, the empty Braille cell
LEET = str.maketrans("013457l", "oieasti")  # l and 1 both become i
SPACED_LETTERS = re.compile(r"(?<!\w)[^\W\d_](?: [^\W\d_]){2,}(?!\w)")


def plain(text: str) -> str:
    """NFKD without case, accents, invisible characters; digits of every script and in circles as 0 to 9; "g m a i l"
    as one word. An invisible character more or less changes nothing."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    seen = (char for char in folded if char not in UNSEEN and unicodedata.category(char) not in ("Cf", "Mn", "Me"))
    flat = "".join(char if (digit := unicodedata.digit(char, None)) is None else str(digit) for char in seen)
    return SPACED_LETTERS.sub(lambda match: match[0].replace(" ", ""), " ".join(flat.translate(ALIKE).split()))


# --- the words of held_back.toml ----------------------------------------------------------------------------------


@lru_cache
def table() -> dict[str, Any]:
    """held_back.toml as it stands."""
    return tomllib.loads(files("bot.mentoring").joinpath("held_back.toml").read_text("utf-8"))


@lru_cache
def words(name: str) -> frozenset[str]:
    """One list of [words], in the form of `plain`."""
    return frozenset(plain(word) for word in table()["words"][name].split())


@lru_cache
def number_words() -> dict[str, str]:
    """Digits by the word that says them, in the form of `plain`."""
    return {plain(word): digits for digits, said in table()["numbers"].items() for word in said.split()}


@lru_cache
def leet_number_words() -> dict[str, str]:
    """The same where letters for digits were undone ("z3ro")."""
    return {word.translate(LEET): digits for word, digits in number_words().items()}


@lru_cache
def glued_numbers() -> re.Pattern[str]:
    """The next number word in words written together ("vierhonderdzeventig"), the longest first."""
    return re.compile("(" + "|".join(sorted(number_words(), key=len, reverse=True)) + ")(?:en|et|and)?")


# --- numbers: what was written or said ----------------------------------------------------------------------------

DAY, MONTH, HOUR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:[01]?\d|2[0-4])"
TIME = rf"{HOUR}\s?(?:[:hu]\s?[0-5]\d|h(?!\w)|u(?!\w))"
ORDINARY = re.compile(
    r"(?<![\d./:-])(?:"
    rf"(?:19|20)\d\d([-/.]){MONTH}\1{DAY}|{DAY}([-/.]){MONTH}\2(?:(?:19|20)\d\d|\d\d)|{DAY}/{MONTH}"  # dates
    rf"|{TIME}(?:\s?-\s?{TIME})?"
    r"|(?<=en )(?:19|20)\d\d(?! \d)"  # in French and Dutch; the Dutch "en" (and) holds numbers together
    r"|(?:[1-9]|1\d|2[0-4])-(?:[1-9]|1\d|2[0-4])(?!-)"  # from hour to hour
    r"|\d{1,3}/(?:10|20|100)"  # marks
    r"|(?:19|20)\d\d[-/](?:19|20)\d\d"  # years
    r"|(?<!\d )[1-9]\d{0,2}(?:(?:[ .]000)+(?! \d)|[ .]\d{3}(?=(?:,\d\d)?\s?(?:€|eur)))"  # thousands
    r")(?![./:-]?\d)"
)
BREAK = "¦"  # stands for what was taken out, as a word
BREAKS = BREAK + "="
TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")
PIECE = re.compile(r"\d+|\D+")


class Reader:
    """Reads one plain text from left to right; `numbers` are what remains when prices, ages, lines … are put aside."""

    def __init__(self) -> None:
        self.numbers: list[Number] = []
        self.words = self.gap = 0
        self.listed = self.plus = self.joined = self.spoken = self.fresh = self.putting_aside = False
        self.times = 1

    def read(self, text: str) -> Reading:
        """What is in the text."""
        for match in TOKEN.finditer(ORDINARY.sub(f" {BREAK} ", text)):
            self.take(match[0])
        return Reading(tuple(self.numbers), self.words)

    def take(self, token: str) -> None:
        """Reads one word or sign."""
        if token in number_words():
            self.say(number_words()[token])
        elif token.startswith("و") and token[1:] in number_words():
            self.joined = True
            self.say(number_words()[token[1:]])
        elif token.isdecimal():
            self.write(token)
        elif not self.changes(token):
            self.take_apart(token)

    def changes(self, token: str) -> bool:
        """Whether this is a word or sign that belongs to the numbers around it; then it is read."""
        if token in words("plus"):
            self.plus = not self.numbers or self.gap > 0
            self.spoken = False
        elif token in words("double") or token in words("triple"):
            self.times = 2 if token in words("double") else 3
        elif token in words("joiner"):
            self.joined = True
        elif token in words("zeros") or token in words("times"):
            return self.repeats(token in words("zeros"))
        elif token in words("filler"):
            self.spoken = False
        elif not token[0].isalnum() and token not in words("unit") and token not in BREAKS:
            self.sign(token)
        else:
            return False
        return True

    def repeats(self, zeros: bool) -> bool:
        """ "Four zeros" and "four times zero"; False where no number says how many."""
        if not self.fresh or self.numbers[-1].digits not in ("2", "3", "4", "5", "6"):
            return False
        last = self.numbers.pop()
        self.gap, self.listed, self.times = last.gap, last.listed, int(last.digits)
        self.spoken = self.fresh = False
        if zeros:
            self.write("0")
        return True

    def take_apart(self, token: str) -> None:
        """Reads letters for digits ("O47O"), number words written together, digits among letters; or else a word."""
        if re.fullmatch(r"o{1,12}|[oil]*\d[oil\d]*", token):
            self.write(token.translate(str.maketrans("oil", "011")))
        elif (word := token.translate(LEET)) in leet_number_words() and any(char.isdecimal() for char in token):
            self.say(leet_number_words()[word])
        elif len(said := in_glued(token)) > 1:
            for digits in said:
                self.say(digits)
        elif any(char.isdecimal() for char in token) and not token.isdecimal():
            pieces = PIECE.findall(token)
            for place, piece in enumerate(pieces):
                if len(piece) > 1 or piece.isdecimal() or not 0 < place < len(pieces) - 1:
                    self.take(piece)
        else:
            self.word(token)

    def sign(self, sign: str) -> None:
        """A sign holds numbers together; a comma makes a list."""
        self.listed |= sign in ",،;"
        self.spoken &= sign in "-‐–"
        self.fresh = False

    def word(self, word: str) -> None:
        """A word parts numbers, and tells what the number before or after it is."""
        if self.fresh and word in words("unit") and ordinary(self.numbers[-1].digits, 8):
            self.gap += self.numbers.pop().gap
        self.putting_aside = word in words("before") or (self.putting_aside and word in words("choice"))
        self.words += word != BREAK
        self.gap += 1
        self.plus = self.spoken = self.fresh = self.joined = False
        self.times = 1

    def write(self, digits: str) -> None:
        """A number in digits."""
        if self.putting_aside and ordinary(digits, 4):
            self.gap += 1
            self.listed = self.fresh = False
            return
        marked = "+" * self.plus + digits * self.times
        self.numbers.append(Number(marked, self.gap, self.listed))
        self.gap, self.times, self.fresh = 0, 1, True
        self.listed = self.plus = self.spoken = self.joined = self.putting_aside = False

    def say(self, digits: str) -> None:
        """A number in words, as one with the number word before it where both make one ("septante" "deux")."""
        joined, last = self.joined, self.numbers[-1] if self.spoken and self.numbers else None
        whole = one_number(int(last.digits), int(digits), joined) if last and last.digits.isdecimal() else None
        if last and whole is not None and last.digits[0] != "0":
            self.numbers[-1] = last._replace(digits=str(whole))
        else:
            self.write(digits)
        self.spoken, self.joined = True, False


def one_number(first: int, second: int, joined: bool) -> int | None:
    """The number that two number words one after the other make, or None if they are two numbers."""
    tens, ones = first % 100, first % 10
    if second == 100:
        return first * 100 if 1 < first < 10 else None
    if first >= 100 and not tens and 0 < second < 100:
        return first + second
    if first == 4 and second == 20 and not joined:
        return 80
    if (tens >= 20 and not ones and 0 < second < 10) or (tens in (60, 80) and 10 <= second < 20):
        return first + second
    return first + second if joined and 0 < tens < 10 and 20 <= second < 100 and not second % 10 else None


def in_glued(token: str) -> list[str]:
    """The numbers in number words written together; none where anything else is in it."""
    found, place = [], 0
    while place < len(token):
        match = glued_numbers().match(token, place)
        if not match:
            return []
        found.append(number_words()[match[1]])
        place = match.end()
    return found


def ordinary(digits: str, longest: int) -> bool:
    """Whether digits can be a price, an age, a page …: none begins with 0 or +."""
    return len(digits) <= longest and digits[0] not in "0+"


def read(text: str) -> Reading:
    """The numbers of a plain text."""
    return Reader().read(text)
