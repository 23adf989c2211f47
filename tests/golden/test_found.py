"""Documents as people write them: each is read as the questions that a careful reader finds, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scoring import score

FOUND = sorted((Path(__file__).parent / "found").glob("*.md"))


def titles(document: Path) -> Path:
    """The file that holds the titles of a document's questions."""
    return document.with_name(f"{document.stem}.titles.txt")


def test_there_are_enough_of_them() -> None:
    assert len(FOUND) >= 30


@pytest.mark.parametrize("document", FOUND, ids=lambda path: path.stem)
def test_every_question_is_found_and_nothing_else(document: Path) -> None:
    found = score(document, titles(document))
    assert (found.wrong, found.missed, found.misjudged) == ((), (), ())
    assert (found.precision, found.recall) == (1.0, 1.0)
