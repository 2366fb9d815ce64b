"""Languages by the names that women write."""

from __future__ import annotations

import pytest
from babel import localedata

from bot.affairs.tongues import named
from bot.mentoring.profiles import TONGUES

SPOKEN = ("ar", "en", "fr", "nl")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Lingala", ("ln",)),
        ("lingala, SOMALI", ("ln", "so")),
        ("Tigrinya and a little Dutch", ("ti", "nl")),
        ("Je parle le wolof et le créole haïtien", ("wo", "ht")),
        ("الدارية", ("fa",)),  # Dari and Persian find each other
        ("صومالية", ("so",)),  # without the article of the list
        ("Farsi/Dari", ("fa",)),
        ("ትግርኛ", ("ti",)),
        ("Kurdish; Sorani", ("ku", "ckb")),
        ("Ewe", ("ee",)),  # a short name alone is one
        ("Moroccan Arabic", ("ar",)),
        ("Words of mine", ()),
        ("<b>", ()),
        ("", ()),
    ],
)
def test_languages_are_found_by_name(text: str, codes: tuple[str, ...]) -> None:
    assert named(text, SPOKEN) == codes


def test_the_languages_that_are_offered_have_names() -> None:
    assert [code for code in TONGUES if not localedata.exists(code)] == []
    assert named(", ".join(["French", "Dutch", "French"]), SPOKEN) == ("fr", "nl")
