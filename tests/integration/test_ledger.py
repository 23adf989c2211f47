"""`deckgen build --locked` and `deckgen ledger`: what continuous integration holds a ledger to, and its loss."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.decks import DECK_TOML, card, deck, deckgen


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a deck was released."""
    folder = tmp_path_factory.mktemp("released")
    deck(folder / "deck", card(1, "one"))
    assert deckgen("build", "deck", "--release", cwd=folder, SOURCE_DATE_EPOCH="1800000000").status == 0
    return folder


def test_a_locked_build_of_what_was_released_is_the_release(released: Path) -> None:
    package, ledger = released / "build" / "small.apkg", released / "deck" / "ledger.json"
    before = package.read_bytes(), ledger.read_bytes()
    package.unlink()
    assert deckgen("build", "deck", "--locked", cwd=released).status == 0
    assert (package.read_bytes(), ledger.read_bytes()) == before


def test_a_card_that_the_ledger_withdraws_does_not_keep_a_locked_build_from_being_released(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one") + card(2, "two"))
    assert deckgen("build", "deck", "--release", cwd=tmp_path).status == 0
    refuted = '\n```python check\nassert engine.name == "oracle"\n```\n'
    (tmp_path / "deck" / "cards.md").write_text(card(1, "one", check=refuted) + card(2, "two"))
    assert deckgen("build", "deck", "--locked", cwd=tmp_path).status == 1
    assert deckgen("build", "deck", "--release", cwd=tmp_path).status == 1
    ran = deckgen("build", "deck", "--locked", cwd=tmp_path)
    assert ran.status == 0
    assert "1 of 2 verified, 1 refuted" in ran.err
    (tmp_path / "deck" / "cards.md").write_text(card(1, "one", check=refuted) + card(2, "two", check=refuted))
    assert deckgen("build", "deck", "--locked", cwd=tmp_path).status == 1


def test_a_locked_build_fails_where_a_release_would_change_the_ledger(released: Path, tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one, edited") + card(2, "two"))
    ledger = tmp_path / "deck" / "ledger.json"
    ledger.write_bytes((released / "deck" / "ledger.json").read_bytes())
    ran = deckgen("build", "deck", "--release", "--locked", cwd=tmp_path)
    assert ran.status == 1
    assert "deck/ledger.json:1:1: D066 error: a release would change the ledger, at `card-1`, `card-2`" in ran.out
    assert "no package is written: the ledger would change" in ran.err
    assert not (tmp_path / "build" / "small.apkg").exists()
    assert ledger.read_bytes() == (released / "deck" / "ledger.json").read_bytes()


def test_a_locked_build_is_a_matter_of_the_surroundings_where_an_environment_is_missing(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one"), toml=DECK_TOML + '\n[verify]\npython = ["2.7"]\n')
    ran = deckgen("build", "deck", "--locked", cwd=tmp_path)
    assert ran.status == 3
    assert "error: 1 cards of Small could not be proved: " in ran.err
    assert not (tmp_path / "build" / "small.apkg").exists()
    assert (tmp_path / "build" / "small.report.json").exists()


def test_a_ledger_in_conflict_stops_the_build_and_says_the_way_out(released: Path, tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one"))
    text = (released / "deck" / "ledger.json").read_text()
    line = text.splitlines()[-2]
    sides = f"<<<<<<< HEAD\n{line}\n=======\n{line.replace('1800000000,', '1800000001,')}\n>>>>>>> theirs"
    ledger = tmp_path / "deck" / "ledger.json"
    ledger.write_text(text.replace(line, sides))
    ran = deckgen("build", "deck", cwd=tmp_path)
    assert ran.status == 2
    assert (
        "deck/ledger.json: the ledger has conflict markers of git in line 3: delete the lines with markers" in ran.err
    )
    ledger.write_text("\n".join(each for each in ledger.read_text().split("\n") if each[:1] not in ("<", "=", ">")))
    assert deckgen("build", "deck", cwd=tmp_path).status == 0


@pytest.mark.parametrize(
    ("package", "deck_id", "said"),
    [
        ("small.apkg", "small", "deck/ledger.json is there: remove it first"),
        ("small.apkg", "other", "small.apkg is no package of Small"),
        ("small.report.json", "small", "not an Anki package"),
    ],
)
def test_a_ledger_is_not_rebuilt_over_another_nor_from_something_else(
    released: Path, tmp_path: Path, package: str, deck_id: str, said: str
) -> None:
    toml = f'[deck]\nid = "{deck_id}"\nname = "Small"\n'
    deck(tmp_path / "deck", card(1, "one"), toml=toml)
    (tmp_path / "deck" / "ledger.json").write_text("mine")
    ran = deckgen("ledger", "deck", "--from", released / "build" / package, cwd=tmp_path)
    assert (ran.status, said in ran.err) == (2, True), ran.err
    assert (tmp_path / "deck" / "ledger.json").read_text() == "mine"
