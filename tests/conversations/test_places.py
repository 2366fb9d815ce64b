"""Regions and communes: the table as it is, and names as women type them."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.dialogue.kinds import ID
from bot.dialogue.steps import own
from conversations.places import MOST_OFFERED, commune_name, exactly, plain, regions, resembling


def test_all_communes_of_belgium_stand_there_once() -> None:
    counted = {key: len(one.communes) for key, one in regions().items()}
    assert counted == {"brussels": 19, "flanders": 285, "wallonia": 252, "german": 9}
    assert sum(counted.values()) == 565  # since the mergers of January 2025


def test_ids_fit_into_buttons_and_are_found_again() -> None:
    ids = [each for one in regions().values() for each in one.communes]
    assert len(set(ids)) == len(ids)
    assert all(ID.match(each) for each in ids)
    assert commune_name("brussels", "ixelles", "nl") == own("Elsene")
    assert commune_name("brussels", "nowhere", "nl") is None
    assert commune_name("nowhere", "ixelles", "nl") is None


def test_no_name_means_two_communes_of_a_region() -> None:
    for one in regions().values():
        names = Counter(name for each in one.communes.values() for name in {plain(name) for name in each.typed})
        assert [name for name, times in names.items() if times > 1] == []
        assert set(one.largest) <= set(one.communes)
        assert len(one.largest) == MOST_OFFERED


@pytest.mark.parametrize(
    ("region", "typed", "found"),
    [
        ("flanders", "Antwerpen", "antwerpen"),
        ("flanders", "  ANVERS ", "antwerpen"),
        ("flanders", "Ghent", "gent"),
        ("flanders", "Gooik", "pajottegem"),  # merged in 2025
        ("flanders", "St Niklaas", "sint-niklaas"),
        ("wallonia", "liege", "liege"),
        ("wallonia", "Luik", "liege"),
        ("german", "st. vith", "sankt-vith"),
        ("brussels", "Elsene", "ixelles"),
        ("brussels", "1080 Molenbeek", "molenbeek-saint-jean"),
        ("brussels", "I live in Schaarbeek", "schaerbeek"),
    ],
)
def test_a_name_is_understood_as_it_is_typed(region: str, typed: str, found: str) -> None:
    commune = exactly(regions()[region], typed)
    assert commune is not None
    assert commune.id == found


@pytest.mark.parametrize(
    ("region", "typed", "first"),
    [
        ("brussels", "molenbek", "molenbeek-saint-jean"),
        ("brussels", "woluwe", "woluwe-saint-lambert"),
        ("flanders", "Antwrpen", "antwerpen"),
        ("wallonia", "Charleroy", "charleroi"),
        ("wallonia", "نامور", "charleroi"),  # not understood: the largest ones
        ("wallonia", "", "charleroi"),
    ],
)
def test_what_is_not_sure_is_offered(region: str, typed: str, first: str) -> None:
    here = regions()[region]
    assert exactly(here, typed) is None
    offered = [one.id for one in resembling(here, typed)]
    assert offered[0] == first
    assert len(offered) <= MOST_OFFERED
