"""`deckgen stats`: a deck counted, and how long it takes to learn, by Anki's own engine."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from deckgen import console, drafting
from deckgen.publishing.forecast import A_DAY, forecast
from deckgen.reading import decks
from tests.decks import DECK_TOML, ENGINE_CHECK, card, deck, deckgen

TOML = DECK_TOML + '\n[verify]\nsqlalchemy = ["2.0", "2.1"]\n'
REFUTE = ENGINE_CHECK + "\n```python refute\nassert False\n```\n"
FIRST = "# Grain\n\n" + card(1, "Rye is a *grass*.", check=REFUTE, attributes='#rye .food sqlalchemy=">=2.1"')
SECOND = (
    "# Bread\n\n"
    + card(2, "{{c1::Rye}} and {{c2::oat}}, and {{c2::more}}.", attributes='#oat .food .hard type="cloze"')
    + card(3, "One two three four five.", check=REFUTE * 2, attributes='#both type="reversed" database="mariadb"')
    + card(4, "No check.", check="")
    + card(5, "", check="")
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    deck(tmp_path / "deck", FIRST, toml=TOML, name="1.md")
    (tmp_path / "deck" / "2.md").write_text(SECOND)
    return tmp_path


def words(line: str) -> str:
    return " ".join(line.split())


def test_what_is_counted(folder: Path) -> None:
    ran = deckgen("stats", "deck", cwd=folder, COLUMNS="100")
    assert ran.status == 0
    lines = [*map(words, ran.out.splitlines())]
    assert lines[0] == "Small cards checked mistakes words"
    assert lines[2:4] == ["Grain 1 1 1 4", "Bread 4 2 2 5"]
    assert lines[5:10] == [
        "in all 5 3 3 4",
        "proved by check 3",
        "SQLAlchemy 2.0 2, 2.1 3",
        "databases sqlite 2, mariadb 1",
        "tags food 2, hard 1",
    ]
    # 1 of rye, 2 gaps of oat, 2 sides of both, 1 unchecked; the unanswered one makes none
    learning = rf"to learn 1 day at {A_DAY} new cards a day, 6 cards in Anki: (1 minute|[02-9] minutes) a day until"
    assert re.match(learning, lines[10])


def test_nothing_is_run(folder: Path) -> None:
    (folder / "deck" / "prelude.py").write_text("open('/tmp/run', 'w')\nraise SystemExit\n")
    assert deckgen("stats", "deck", cwd=folder).status == 0
    assert not (folder / "build").exists()


def test_a_deck_that_cannot_be_read_is_reported_beside_those_that_can(folder: Path) -> None:
    deck(folder / "other", "", toml="[deck]\n")
    ran = deckgen("stats", "deck", "other", cwd=folder)
    assert ran.status == 2
    assert "other/deck.toml" in ran.err
    assert "Grain" in ran.out


def test_a_deck_without_cards(folder: Path) -> None:
    (folder / "empty.md").write_text("Nothing here.\n")
    ran = deckgen("stats", "empty.md", cwd=folder)
    assert words(ran.out.splitlines()[0]) == "empty cards checked mistakes words"
    assert "to learn" not in ran.out


def test_without_the_engine_it_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setitem(sys.modules, "anki", None)
    [read] = decks.read([str(folder / "deck")]).decks
    figures, expected = drafting.stats(read)
    assert expected is None
    assert figures.whole.faces == 6
    console.figures(figures, expected)
    assert capsys.readouterr().out.rstrip().endswith("install deckgen-verified[audit]")


def test_more_cards_take_longer_and_the_engine_is_not_told_apart_from_itself() -> None:
    few, many = forecast(30), forecast(300)
    assert few == forecast(30)
    assert few.days == 3
    assert many.days >= 30
    assert 0 < few.minutes < many.minutes
    assert 0 < many.afterwards < many.minutes
