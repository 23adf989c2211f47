"""`deckgen matrix` and the reports of a deck that claims different versions, as a user sees them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import sqlalchemy

from deckgen.proof import minor
from tests.decks import card, deck, deckgen

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")

HERE = minor(sqlalchemy.__version__)
FALSE = '\n```python check\nassert engine.name == "oracle"\n```\n'
TEXT = (
    card(1, "One.")
    + card(2, "Two.", check=FALSE)
    + card(3, "Three.", attributes='#card-3 sqlalchemy="<1.0"')
    + card(4, "Four.", check="")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    deck(tmp_path / "deck", TEXT)
    return tmp_path


def test_the_matrix_of_a_deck(folder: Path) -> None:
    ran = deckgen("matrix", "deck", cwd=folder, COLUMNS="80")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[:2] == [HERE, "Small sqlite verdict"]
    assert lines[3:7] == [
        "Q1 What is number 1? ✓ verified",
        "Q2 What is number 2? R refuted",
        "Q3 What is number 3? + not-claimed",
        "Q4 What is number 4? · unchecked",
    ]
    assert lines[8] == "passed 1/2"
    assert "Small: 1 of 4 verified, 1 refuted, 1 not-claimed, 1 unchecked" in ran.err
    assert ran.status == deckgen("verify", "deck", cwd=folder).status == 1


def test_what_is_known_is_not_run_again(folder: Path) -> None:
    deckgen("verify", "deck", cwd=folder)
    assert "2 known already" in deckgen("matrix", "deck/cards.md::card-1", "deck/cards.md::card-2", cwd=folder).err


def test_a_version_that_is_missing_stands_last_and_is_never_counted_as_passed(folder: Path) -> None:
    choice = ("--sqlalchemy", "99.0", "--sqlalchemy", HERE)
    ran = deckgen("verify", "deck", *choice, "--format", "json", cwd=folder, UV_OFFLINE="1")
    assert [each["sqlalchemy"] for each in ran.json["environments"]] == [sqlalchemy.__version__, "99.0"]
    outcomes = [[each["outcome"] for each in card["results"]] for card in ran.json["cards"]]
    assert outcomes == [["passed", "unavailable"], ["refuted", "unavailable"], [], []]
    table = deckgen("matrix", "deck", *choice, cwd=folder, UV_OFFLINE="1").out
    assert [" ".join(line.split()) for line in table.splitlines()][3:6] == [
        "Q1 What is number 1? ✓ U unavailable",
        "Q2 What is number 2? R U refuted",
        "Q3 What is number 3? + - not-claimed",
    ]
