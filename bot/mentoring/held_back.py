"""What is held back in the first weeks of a pair: contact details, links and money lures, however they are disguised.

The rule reads a message the way a person would who wants to get round it: digits of every script, spelled numbers,
letters for digits, invisible characters, pieces over several messages. Its words are in held_back.toml. It only looks;
what follows (explaining it to her, asking both, delivering) is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from bot.mentoring.said_numbers import LEET, Number, Reading, plain, read, table, words

SHORTEST = 9  # digits of a number written without its 0 or +; E.164 numbers have at most 15
SHORTEST_MARKED = 8  # with 0, 00 or + in front
SHORTEST_HINTED = 7  # a Brussels number without 02, where "call" or "my number" stands beside it
SHORTEST_CARD = 13  # ISO/IEC 7812: 13 to 19 digits with a Luhn sum
LATEST = 8  # earlier messages that can hold pieces
SHORT = 40  # characters of an earlier message that may be a piece of an address
MOST_WORDS = 4  # around the digits of a message that is a piece of a number
SHORT_NUMBER = 6  # digits of a published number that could also be a piece of another
MOST_LEFT = 4  # digits beside published numbers: "107, 24/7"


class Lure(StrEnum):
    """What can be held back. PHONE: a telephone number. ADDRESS: e-mail, name of an account, link, domain name.
    MONEY: bank account, card, means of payment, asking for money or promising it."""

    PHONE = "phone"
    ADDRESS = "address"
    MONEY = "money"


def held_back(text: str, earlier: Sequence[str] = (), helplines: Iterable[str] = ()) -> frozenset[Lure]:
    """What in a message must wait until both agree; empty for a message that can go.

    earlier: her latest messages that were delivered to the same person, oldest first; what lies in them alone does not
    count again. helplines: what may always be passed on: numbers as they are dialled (helplines and services), and
    hosts of pages ("actiris.be", with or without https:// and www; their subdomains too). Raises nothing.
    """
    published = tuple(helplines)
    hosts = tuple(filter(None, (host_of(entry) for entry in published)))
    numbers = frozenset(national(digits_in(plain(entry))) for entry in published if not host_of(entry))
    latest = [without_hosts(plain(message), hosts) for message in earlier[-LATEST:]]
    now = without_hosts(plain(text), hosts)
    messages = [*latest, now]
    readings = [read(without_accounts(message)) for message in messages]
    calling = [lures("hints").search(message) is not None for message in messages]
    found = lures_of_words(now) | lures_of_numbers(readings[-1], numbers, SHORTEST_HINTED if calling[-1] else SHORTEST)
    found |= lures_over_messages(readings, numbers, hinted=any(calling))
    pieces = [message for message in latest if len(message) <= SHORT]
    if pieces and len(now) <= SHORT:
        found |= lures_of_words(" ".join([*pieces, now])) - lures_of_words(" ".join(pieces))
    return frozenset(found)


def digits_in(text: str) -> str:
    """The digits of a text, with a + in front where it begins with one."""
    return ("+" if text.startswith("+") else "") + "".join(char for char in text if char.isdecimal())


def national(digits: str) -> str:
    """A Belgian number as it is dialled inside Belgium; any other as it is."""
    for abroad in ("+32", "0032"):
        if digits.startswith(abroad):
            return "0" + digits.removeprefix(abroad)
    return digits.removeprefix("+")


# --- the patterns of held_back.toml -------------------------------------------------------------------------------

HANDLE = r"(?:[a-z]+[._]+\w+|[a-z]{3,30}\d+)"
GAP = r"(?:\W{1,4}\w{1,30}){0,5}?\W{1,4}"
SPACES = {" ": r"\W{1,4}", " ?": r"\W{0,4}", "~": GAP, "~?": f"(?:{GAP})?"}


@lru_cache
def lures(name: str, *, leet: bool = False) -> re.Pattern[str]:
    """The patterns of one list of [lures] as one; with `leet` for a text in which letters for digits were undone."""
    patterns = table()["lures"][name]
    lines = [patterns] if isinstance(patterns, str) else patterns
    joined = "|".join(compiled(" ".join(plain(line).split()), leet) for line in lines)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)")


def compiled(pattern: str, leet: bool) -> str:
    """A pattern of [lures] as a regular expression."""
    parts = re.split(r"(\{[a-z_]+\}|\\w|\{\d[^}]*\}|~\??| \??)", pattern.replace("| ", "|"))
    return "".join(in_pattern(part, leet) for part in parts)


def in_pattern(part: str, leet: bool) -> str:
    """One part of a pattern: a placeholder, a space, a gap, or letters as they are."""
    if part == "{handle}":
        return HANDLE
    if part == "{amount}":
        return rf"(?:(?:\w[\w.,]{{0,20}}\W{{0,2}})?{in_pattern('{currency}', leet)}|[€$£]\W?\d+)"
    if part == "{sum}":
        amount, money = in_pattern("{amount}", leet), in_pattern("{money}", leet)
        return rf"(?:{amount}|{money})"
    if part.startswith("{") and not part[1].isdecimal():
        either = "|".join(in_pattern(re.escape(word), leet) for word in sorted(words(part[1:-1])))
        return rf"(?:(?:[بعلو]?ال)?(?:{either}))"  # Arabic writes "the", "on the" and "by the" in one word
    if part in SPACES:
        return SPACES[part]
    return part.translate(LEET) if leet and not part.startswith(("\\w", "{")) else part


# --- addresses and money: by words --------------------------------------------------------------------------------

LINK = re.compile(
    r"https?\s?:|hxxp|://|(?<!\w)www\W|(?<=\w)@|(?<!\w)@[a-z_][\w.]{2,}|(?<!\w)\w{2,32}#\d{4}(?!\d)"
    r"|\w ?\. ?(?:com|net|org|be|fr|nl) ?(?:/|$)"
)
HOST = re.compile(r"(?:https?://)?([\w.-]+)(/?)")
ACCOUNT = re.compile(r"(?<!\w)[a-z]{2}\W?\d{2}(?:[\s.-]?[0-9a-z]{4}){2,7}(?!\d)")  # IBAN, ISO 13616


def host_of(entry: str) -> str:
    """The host of a published address; "" for a number."""
    match = HOST.match(plain(entry))
    host = match[1].removeprefix("www.") if match else ""
    return host if re.search(r"[a-z]", host) else ""


def without_hosts(text: str, hosts: Sequence[str]) -> str:
    """The text without published hosts; what follows them stays to be looked at."""

    def gone(match: re.Match[str]) -> str:
        host = match[1].strip(".-").removeprefix("www.")
        return " " if any(host == own or host.endswith("." + own) for own in hosts) else match[0]

    return HOST.sub(gone, text) if hosts else text


def accounts_in(text: str) -> list[str]:
    """What has the shape of an IBAN."""
    return [match[0] for match in ACCOUNT.finditer(text) if len(digits_in(match[0])) >= 12]


def without_accounts(text: str) -> str:
    """The text without IBANs, whose digits are no telephone number."""
    for account in accounts_in(text):
        text = text.replace(account, " ; ")
    return text


def lures_of_words(text: str) -> set[Lure]:
    """Addresses and money in a plain text, by words and signs."""
    found = set()
    leet = text.translate(LEET)
    if LINK.search(text) or has_domain(text) or lures("mail", leet=True).search(leet) or lures("accounts").search(text):
        found.add(Lure.ADDRESS)
    if accounts_in(text) or lures("money").search(text):
        found.add(Lure.MONEY)
    return found


def has_domain(text: str) -> bool:
    """Whether a domain name stands in a plain text."""
    for match in HOST.finditer(text):
        labels = match[1].strip(".-").split(".")
        ends = words("ending") | (words("wordy_ending") if match[2] or labels[0] == "www" else frozenset())
        if len(labels) > 1 and labels[-1] in ends and labels[-2]:
            return True
    return False


# --- numbers: which of them are lures -----------------------------------------------------------------------------


def lures_of_numbers(reading: Reading, published: frozenset[str], shortest: int) -> set[Lure]:
    """Telephone and card numbers in one message: in a row, or with other words between them after a 0 or a +."""
    found: set[Lure] = set()
    for run in runs(reading.numbers):
        found |= lures_of_run(run, published, shortest)
    return found | ({Lure.PHONE} if is_scattered(reading.numbers, published) else set())


def lures_over_messages(readings: Sequence[Reading], published: frozenset[str], *, hinted: bool) -> set[Lure]:
    """Telephone and card numbers of which the last message holds a piece. A message that says much else is none."""
    pieces = [reading for reading in readings if reading.numbers and reading.words <= MOST_WORDS]
    found: set[Lure] = set()
    if len(pieces) < 2 or pieces[-1] is not readings[-1]:
        return found
    for start in range(len(pieces) - 1):
        if found:
            break
        run = [number for piece in pieces[start:] for number in piece.numbers]
        digits = "".join(number.digits for number in run)
        if hinted or digits[0] in "0+" or re.match(r"(32)?4[5-9]\d{7}", digits) or len(digits) >= SHORTEST_CARD:
            found |= lures_of_run(run, published, SHORTEST)
    return found


def runs(numbers: Sequence[Number]) -> Iterator[list[Number]]:
    """Numbers with no other word between them."""
    run: list[Number] = []
    for number in numbers:
        if number.gap and run:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def lures_of_run(run: Sequence[Number], published: frozenset[str], shortest: int) -> set[Lure]:
    """What numbers in a row are, if they are long enough for something. `shortest`: for one without 0 or +."""
    digits = unpublished([number.digits for number in run], published)
    marked = digits[:1] in ("0", "+")
    length = len(digits.replace("+", ""))
    if length < (SHORTEST_MARKED if marked and shortest > SHORTEST_HINTED else shortest) or is_isbn(digits):
        return set()
    if length >= SHORTEST_CARD and is_card(digits):
        return {Lure.MONEY}
    return set() if is_list(run, hinted=shortest == SHORTEST_HINTED) else {Lure.PHONE}


def is_scattered(numbers: Sequence[Number], published: frozenset[str]) -> bool:
    """Whether a number that begins with 0 or + goes on behind other words."""
    for place, number in enumerate(numbers):
        following = numbers[place + 1 : place + SHORTEST]
        alone = not following or following[0].gap > 0 or following[0].listed
        if number.digits[0] not in "0+" or (len(number.digits.strip("+")) == 1 and alone):
            continue
        pieces = [number.digits]
        for piece in following:
            if piece.gap > 6:
                break
            pieces.append(piece.digits)
        if len(unpublished(pieces, published)) >= SHORTEST:
            return True
    return False


def unpublished(pieces: Sequence[str], published: frozenset[str]) -> str:
    """The digits without published numbers. Short ones (107) only where hardly anything else is left: they could be
    pieces of another number."""
    rest = "".join(uncovered(pieces, published))
    long = frozenset(number for number in published if len(number) > SHORT_NUMBER)
    return rest if len(rest) <= MOST_LEFT and rest[:1] not in ("0", "+") else "".join(uncovered(pieces, long))


def uncovered(pieces: Sequence[str], published: frozenset[str]) -> Iterator[str]:
    """The pieces that are not part of a published number."""
    longest = max(map(len, published), default=0) + len("0032")
    place = 0
    while place < len(pieces):
        end, joined = None, ""
        for after, piece in enumerate(pieces[place : place + longest], place + 1):
            joined += piece
            if len(joined) > longest:
                break
            if national(joined) in published:
                end = after
        if end is None:
            yield pieces[place]
        place = end or place + 1


def is_list(run: Sequence[Number], *, hinted: bool) -> bool:
    """Years, postal codes with commas, counting upwards; where nobody talks of calling, anything small with commas."""
    digits = [number.digits for number in run]
    if any(piece[0] in "0+" for piece in digits) or len(digits) < 3:
        return False
    commas = sum(number.listed for number in run[1:])
    if all(len(piece) == 4 for piece in digits):
        return commas > 0 or all(piece[:2] in ("19", "20") for piece in digits)
    falls = sum(int(one) >= int(other) for one, other in pairwise(digits))
    listed = commas >= len(digits) - 2 and not hinted
    return max(map(len, digits)) <= 2 and (listed or falls <= (len(digits) > 5))


def is_card(digits: str) -> bool:
    """Luhn sum, ISO/IEC 7812-1 annex B."""
    plain_digits = [int(digit) for digit in reversed(digits) if digit != "+"]
    total = sum(plain_digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in plain_digits[1::2])
    return 3 <= plain_digits[-1] <= 6 and len(plain_digits) <= 19 and total % 10 == 0


def is_isbn(digits: str) -> bool:
    """ISBN-13, ISO 2108."""
    if len(digits) != 13 or not digits.startswith(("978", "979")):
        return False
    return (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0
