"""What the tests of the simulator page share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.simulator_house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A simulator with its routes, on a file of its own."""
    house = House(tmp_path / "simulator.db")
    yield house
    house.simulator.close()
