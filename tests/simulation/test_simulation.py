"""Some made-up women live through two months, by hand and through the whole engine; the report says what happened."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import cli, simulation
from bot.mentoring import nudges as manners
from bot.mentoring.nudges import CHECK_IN
from bot.simulation import report
from bot.simulation.tally import Tally

MADE_UP = Tally(
    sent=Counter({CHECK_IN: 1000, "pair_over": 7, "something_new": 3, report.ANSWERS: 50}),
    hours=Counter({18: 900, 10: 100}),
    answered=Counter({CHECK_IN: 610}),
    people=Counter({"who came": 100, "through the whole engine": 2}),
    pairs=Counter({"active": 12, "stalled": 3}),
    weeks=2000.0,
)


@pytest.fixture(scope="module")
def lived() -> Tally:
    """What came of it."""
    return simulation.simulate(60, 2, whole=0.02, seed=7, processes=1)


def test_they_live_and_no_promise_is_broken(lived: Tally) -> None:
    assert +lived.broken == {}
    assert lived.people["who came"] == 60
    assert lived.people["through the whole engine"] == 1
    assert lived.sent[CHECK_IN] > 60
    assert 0 < lived.answered[CHECK_IN] < lived.sent[CHECK_IN]
    assert {"pair_agree", "pair_begins", "milestone_due"} <= set(lived.sent)
    assert lived.sent[report.ANSWERS] > 10
    assert sum(lived.hours.values()) == sum(lived.sent.values()) - lived.sent[report.ANSWERS]


def test_the_same_seed_gives_the_same_lives() -> None:
    one, again = (simulation.simulate(15, 1, whole=0.1, seed=7, processes=1) for _time in range(2))
    assert one == again
    assert one.sent[CHECK_IN] > 0


def test_a_broken_promise_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at her quiet hours, nor at what came today."""
    monkeypatch.setattr(manners, "may_come", lambda _rhythm, _nudged_at, now: now)
    monkeypatch.setattr(manners, "REST", timedelta())
    broken = +simulation.simulate(30, 1, whole=0, seed=7, processes=1).broken
    assert {"in quiet hours", "two nudges on one day"} & set(broken)


def test_the_page() -> None:
    page = report.text(MADE_UP, 6, 1)
    assert "weekly check-in                    1,000              0.500       61 %" in page
    assert "something new" in page
    assert "Every promise was kept" in page
    assert "  18       900  ████████████████████████████████████████" in page
    assert "        3  pairs in which nobody did anything for three weeks" in page


def test_nobody_came() -> None:
    assert "all together" in report.text(Tally(), 1, 1)
    ET.fromstring(report.picture(Tally(), 1))


def test_the_picture_is_svg() -> None:
    drawn = ET.fromstring(report.picture(MADE_UP, 6))
    words = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"weekly check-in", "18:00", "0.500", "900"} <= set(words)


@pytest.mark.parametrize(("broken", "code"), [({}, 0), ({"in quiet hours": 1}, 1)])
def test_the_command(broken: dict[str, int], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "simulate", lambda *_people, **_more: Tally(broken=Counter(broken)))
    drawn = tmp_path / "programme.svg"
    done = CliRunner().invoke(cli.app, ["simulate", "--people", "3", "--picture", str(drawn)])
    assert done.exit_code == code
    assert ("BROKEN PROMISES" in done.output) is bool(broken)
    assert drawn.read_text("utf-8").startswith("<svg")
