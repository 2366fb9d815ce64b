"""Catalog files: a .po as it is read and compiled, and what happens to a sentence that a catalog lacks."""

from __future__ import annotations

import re
from gettext import NullTranslations
from io import BytesIO

import structlog
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser

log = structlog.get_logger(__name__)

SOURCE = "en"
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class Missing(NullTranslations):
    """What happens to a sentence that the catalog lacks: English is shown, and the log says so once. The catalogs are
    complete by `make check`; this is for a catalog that somebody changed since."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.told: set[str] = set()

    def gettext(self, message: str) -> str:
        """The English sentence."""
        self.tell(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The English sentence in its plural form."""
        self.tell(msgid1)
        return msgid1 if n == 1 else msgid2

    def pgettext(self, context: str, message: str) -> str:
        """The English sentence."""
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """The English sentence in its plural form."""
        return self.ngettext(msgid1, msgid2, n)

    def tell(self, msgid: str) -> None:
        """Log a missing sentence once. Patterns without words ("{day}") need no catalog, English is the source."""
        if self.language == SOURCE or msgid in self.told or not re.search(r"[^\W\d_]", PLACEHOLDER.sub("", msgid)):
            return
        self.told.add(msgid)
        log.error("a catalog lacks a sentence: run `make messages`, translate it", language=self.language, msgid=msgid)


class Source(Catalog):
    """A .po file being read. Babel's own class drops headers that it does not know, such as X-Reviewed."""

    headers: list[tuple[str, str]]

    def _get_mime_headers(self) -> list[tuple[str, str]]:
        return self.headers

    def _set_mime_headers(self, headers: object) -> None:
        self.headers = [(str(name), str(value)) for name, value in headers]  # type: ignore[attr-defined]
        super()._set_mime_headers(self.headers)

    mime_headers = property(_get_mime_headers, _set_mime_headers)


def read_po(content: bytes, language: str) -> Source:
    """A .po file as a catalog with all its headers. Raises babel's PoFileError where it is broken."""
    source = Source(locale=language)
    source.headers = []
    PoFileParser(source, ignore_obsolete=True, abort_invalid=True).parse(BytesIO(content))
    return source


def compile_po(content: bytes, language: str) -> bytes:
    """A .po file as .mo. Sentences that are fuzzy, or whose plural forms are not all there, are left out."""
    source = read_po(content, language)
    unfinished = [message for message in source if message.id and not whole(message.string)]
    for message in unfinished:
        source.delete(message.id, message.context)
    compiled = BytesIO()
    write_mo(compiled, source)
    return compiled.getvalue()


def whole(string: str | list[str] | tuple[str, ...] | None) -> bool:
    """Whether a translation has all its forms."""
    return all([string] if isinstance(string, str) else string or [""])
