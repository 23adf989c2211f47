"""deckgen as a library: what the README shows is run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import deckgen as library
from tests.decks import ENGINE_CHECK, card, deck

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")

README = Path(__file__).parents[2] / "README.md"
FALSE = ENGINE_CHECK.replace("sqlite", "oracle")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    deck(tmp_path / "source" / "small", card(1, "One.") + card(2, "Two.", check=FALSE))
    (tmp_path / "source" / "broken").mkdir()
    (tmp_path / "source" / "broken" / "deck.toml").write_text("[deck]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_example_of_the_readme(folder: Path) -> None:
    [example] = re.findall(r"## As a library\n\n```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(example.splitlines()) <= 12
    ran = subprocess.run([sys.executable, "-c", example], cwd=folder, capture_output=True, text=True)
    assert ran.stderr == ""
    printed = ran.stdout.splitlines()
    assert printed[0].startswith("source/broken/deck.toml:1:1 ")
    assert printed[-2:] == [
        "Small 1 of 2",
        "source/small/cards.md:9:1 refuted What is number 2?",
    ]
    assert (folder / "build" / "small.apkg").is_file()


def test_verify_takes_what_a_command_would(folder: Path) -> None:
    [small] = library.read(folder / "source" / "small").decks
    report = library.verify(small, library.Effort(workers=1, timeout=5))
    assert [each.verdict for each in report.judgements] == [library.Verdict.VERIFIED, library.Verdict.REFUTED]
    assert report.deck.timeout == 5
    assert not (folder / "build" / "small.apkg").exists()


def test_what_is_offered_is_there() -> None:
    assert all(getattr(library, name) for name in library.__all__)
    with pytest.raises(AttributeError, match="no attribute wrong"):
        getattr(library, "wrong")  # noqa: B009 - what a user would misspell
