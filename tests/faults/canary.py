"""Marked words and where they must not be found: in any form that a leak could have."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

MARKS: Mapping[str, str] = {
    "her name": "Kanarinia Fictiva",
    "her words": "kanariwoord zeventien é خبز",
    "her phone": "32470998877",
    "her user id": "BE.kanari-1098765",
    "her voice": "OggS kanaristem, twaalf seconden",
    "an invitation": "kanaricode-77",
    "Telegram's token": "7009988771:AAkanari-token-of-a-made-up-bot-0001",
    "WhatsApp's token": "EAAkanarimetatokenofamadeupbot0002",
    "WhatsApp's secret": "kanarisecret0003of0an0app",
}


def forms(mark: str) -> Iterator[bytes]:
    """The mark as plain bytes, escaped, as hex, and in base64 wherever in a longer text it may begin."""
    plain = mark.encode()
    yield from {plain, plain.lower(), mark.encode("utf-16-le"), json.dumps(mark)[1:-1].encode(), quote(mark).encode()}
    yield from {plain.hex().encode(), plain.hex().upper().encode()}
    for encode in (b64encode, urlsafe_b64encode):
        for shift, begin in enumerate((0, 2, 3)):  # the first letters also hold bits of what stands before
            whole = encode(b"\0" * shift + plain).rstrip(b"=")
            yield whole[begin:-1]


def found(where: bytes, marks: Mapping[str, str] = MARKS) -> set[str]:
    """The marks that stand in these bytes, in any form."""
    return {name for name, mark in marks.items() if any(form in where for form in forms(mark))}


def found_in(folder: Path, marks: Mapping[str, str] = MARKS) -> dict[str, set[str]]:
    """File names of a folder, with the marks in each; what is gzipped is looked at unpacked too."""
    leaks = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            raw = file.read_bytes()
            unpacked = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else b""
            leaks[file.name] = found(raw, marks) | found(unpacked, marks)
    return {name: marks for name, marks in leaks.items() if marks}


def wamid(phone: str, number: int) -> str:
    """A WhatsApp message id as Meta makes them: the phone number stands inside, in base64."""
    inside = b"\x1d\x0b" + phone.encode() + b"\x15\x02\x00\x12\x18\x12" + f"{number:018X}".encode()
    return "wamid." + b64encode(inside).decode()
