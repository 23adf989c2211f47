"""`deckgen build`, as a user runs it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.decks import DECK_TOML, card, deck, deckgen

ROOT = Path(__file__).parents[2]


def report(folder: Path, name: str = "small") -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "build" / f"{name}.report.json").read_text())
    return found


def test_package_report_and_summary(tmp_path: Path) -> None:
    deck(
        tmp_path / "deck", card(1, "one") + card(2, "two", check="\n```python check\nassert engine.name == 'x'\n```\n")
    )
    ran = deckgen("build", "deck", cwd=tmp_path)
    assert ran.status == 1
    assert "Small: 1 of 2 verified, 1 refuted" in ran.err
    assert "build/small.apkg: 1 note," in ran.err
    assert "deck/cards.md:14:1: refuted: Q2 What is number 2? (#card-2)" in ran.out
    assert "  expected: 'x'\n  observed: 'sqlite'" in ran.out
    found = json.loads((tmp_path / "build" / "small.report.json").read_text())
    data = (tmp_path / "build" / "small.apkg").read_bytes()
    assert found["package"] == {
        "path": "small.apkg",
        "sha256": hashlib.sha256(data).hexdigest(),
        "notes": 1,
        "media": 0,
    }
    assert [(each["verdict"], each["packed"]) for each in found["cards"]] == [("verified", True), ("refuted", False)]
    page = (tmp_path / "build" / "small.report.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert found["package"]["sha256"] in page
    assert "assert engine.name == &#39;x&#39;" in page


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", "0 of 0 verified"),
        ("# Nothing here\n\nJust text.\n", "0 of 0 verified"),
        ("Q1. What?\n\nan answer\n", "0 of 1 verified, 1 unchecked"),
        ("Q1. What?\n", "0 of 1 verified, 1 unanswered"),
        (card(1, "one", check="\n```python check\nassert True\n```\n"), "0 of 1 verified, 1 vacuous"),
    ],
    ids=["an empty file", "no questions", "no check", "no answer", "nothing proved"],
)
def test_a_deck_with_nothing_verified_is_never_success(tmp_path: Path, text: str, summary: str) -> None:
    deck(tmp_path / "deck", text)
    ran = deckgen("build", "deck", cwd=tmp_path)
    assert ran.status == 1
    assert summary in ran.err
    assert "no package is written: no card is verified" in ran.err
    assert not (tmp_path / "build" / "small.apkg").exists()
    assert report(tmp_path)["package"] is None
    assert "No package was written." in (tmp_path / "build" / "small.report.html").read_text("utf-8")


def test_unchecked_cards_are_marked_where_the_deck_says_so(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one") + card(2, "two", check=""), toml=DECK_TOML + 'unchecked = "mark"\n')
    ran = deckgen("build", "deck", cwd=tmp_path)
    assert ran.status == 0
    assert "build/small.apkg: 2 notes" in ran.err
    found = json.loads((tmp_path / "build" / "small.report.json").read_text())
    assert [(each["verdict"], each["packed"]) for each in found["cards"]] == [("verified", True), ("unchecked", True)]


def test_a_sidecar_decides_what_is_packed(tmp_path: Path) -> None:
    """Exactly the proved answers are in the package, and the refuted one shows what was observed."""
    (tmp_path / "notes.md").write_text(
        "Q1. which database is `engine` on. ?\nsqlite, in memory.  \nQ2 .who sends the SQL.?\n* the DBAPI driver\n"
        "Q.3 what is a pool.?\n\nQ4. what is `engine.driver`\npsycopg\n"
    )
    (tmp_path / "notes.checks.py").write_text(
        'def check_q1():\n    assert engine.name == "sqlite"\n\n\n'
        'def check_q4():\n    assert engine.driver == "psycopg"\n'
    )
    ran = deckgen("build", "notes.md", cwd=tmp_path)
    assert ran.status == 1
    assert "1 of 4 verified, 1 refuted, 1 unchecked, 1 unanswered" in ran.err
    assert "notes.checks.py:6:1: refuted: Q4 what is `engine.driver`" in ran.out
    assert "  expected: 'psycopg'\n  observed: 'pysqlite'" in ran.out
    found = json.loads((tmp_path / "build" / "notes.report.json").read_text())
    assert [each["id"] for each in found["cards"] if each["packed"]] == ["which-database-is-engine-on"]
    assert found["package"]["notes"] == 1


def test_one_bad_file_stops_neither_the_others_nor_the_other_decks(tmp_path: Path) -> None:
    deck(tmp_path / "source" / "one", card(1, "one"))
    (tmp_path / "source" / "one" / "bad.md").write_bytes(b"\xff\xfeQ1. What?")
    deck(tmp_path / "source" / "two", card(1, "one"), toml='[deck]\nid = "two"\nname = "Two"\n')
    deck(tmp_path / "source" / "three", card(1, "one"), toml="[deck]\nname = 3\n")
    ran = deckgen("build", cwd=tmp_path)
    assert ran.status == 2
    assert "source/one/bad.md:1:1: D003 error: is not UTF-8 text" in ran.out
    assert "source/three/deck.toml:1:1: D006 error: deck.id: Field required" in ran.err
    assert "source/three/deck.toml:2:1: D006 error: deck.name" in ran.err
    assert (tmp_path / "build" / "small.apkg").exists()
    assert (tmp_path / "build" / "two.apkg").exists()


@pytest.mark.slow
def test_a_failed_build_leaves_the_previous_package_in_place(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one"))
    assert deckgen("build", "deck", cwd=tmp_path).status == 0
    before = (tmp_path / "build" / "small.apkg").read_bytes()
    deck(tmp_path / "deck", card(1, "one", check="\n```python check\nassert engine.name == 'x'\n```\n"))
    assert deckgen("build", "deck", cwd=tmp_path).status == 1
    assert (tmp_path / "build" / "small.apkg").read_bytes() == before


@pytest.mark.parametrize("text", ["{", '[{"schema": 2, "deck": "other"}]'])
def test_a_ledger_that_cannot_be_read_stops_the_build(tmp_path: Path, text: str) -> None:
    """Going on would give every note a new time of change."""
    deck(tmp_path / "deck", card(1, "one"))
    (tmp_path / "deck" / "ledger.json").write_text(text)
    ran = deckgen("build", "deck", cwd=tmp_path)
    assert ran.status == 2
    assert "deck/ledger.json: the ledger" in ran.err
    assert not (tmp_path / "build" / "small.apkg").exists()


@pytest.mark.slow
def test_without_the_engine_the_package_is_written_and_a_line_says_so(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one"))
    (tmp_path / "anki.py").write_text("raise ImportError('this stands for a machine without the engine')")
    ran = deckgen("build", "deck", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert ran.status == 0
    assert "D060 warning: the package was not audited" in ran.out
    assert "deckgen-verified[audit]" in ran.out
    assert (tmp_path / "build" / "small.apkg").exists()
