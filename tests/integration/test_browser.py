"""Every card of our deck in a real browser, with the reviewer that Anki itself uses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser import Page, Screen, Theme, measure, serve, show, small_targets, unfold, violations
from tests.decks import deckgen
from tests.integration.anki.learner import learner

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def backs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The backs of all cards, proof unfolded, by the Id of their note."""
    folder = tmp_path_factory.mktemp("deck")
    ran = deckgen("build", ROOT / "source", cwd=folder)
    assert ran.status == 0, ran.out
    with learner(folder / "anki") as anki:
        anki.get(folder / "build" / "sqlalchemy.apkg")
        return {card_id: unfold(back) for card_id, back in anki.backs()}


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("width", [320, 390, 820])
def test_no_card_overflows_complains_asks_outside_or_keeps_anyone_out(
    tmp_path: Path, browser: Page, backs: dict[str, str], theme: Theme, width: int
) -> None:
    assert backs.keys() == json.loads((ROOT / "source" / "sqlalchemy" / "ledger.json").read_text())["notes"].keys()
    with serve(tmp_path) as origin:
        for card_id, back in backs.items():
            show(browser, origin, back, screen=Screen(width, 844), theme=theme)
            found = (*measure(browser, origin).faults, *small_targets(browser), *violations(browser))
            assert not found, f"{card_id}: {found}"


def test_a_card_that_overflows_is_seen(tmp_path: Path, browser: Page, backs: dict[str, str]) -> None:
    """The measure itself can fail."""
    with serve(tmp_path) as origin:
        spoiled = next(iter(backs.values())) + '<div style="width: 900px">wide</div>'
        show(browser, origin, spoiled, screen=Screen(390, 844))
        assert measure(browser, origin).faults
