"""The figures of our own deck that the README opens with; `make golden` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deckgen import console, drafting
from deckgen.reading import decks

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TABLE = re.compile(r"^\| our deck \| \|\n(?:\|.*\n)+", re.MULTILINE)


def rows() -> Iterator[str]:
    [deck] = decks.read([str(ROOT / "source")]).decks
    figures, expected = drafting.stats(deck)
    whole = figures.whole
    counts = whole.databases
    yield "| our deck | |\n|---|---|\n"
    yield f"| cards | {whole.cards} in {len(figures.subdecks)} subdecks |\n"
    yield f"| proved on SQLAlchemy | {', '.join(f'{each} ({count})' for each, count in whole.versions.items())} |\n"
    yield f"| proved on databases | {', '.join(f'{each} ({count})' for each, count in counts.items())} |\n"
    yield f"| mistakes refuted | {whole.mistakes} |\n"
    yield f"| words in an answer | at most {whole.words} in half of them |\n"
    yield f"| to learn | {console.learning(figures, expected)} |\n"


def test_the_readme_has_the_figures_of_our_deck(request: pytest.FixtureRequest) -> None:
    text, table = README.read_text(), "".join(rows())
    if request.config.getoption("--write-golden"):
        README.write_text(TABLE.sub(lambda _: table, text, count=1))
    else:
        assert TABLE.findall(text)
        assert [found[0] for found in TABLE.finditer(text)] == [table]
