"""One author for all the tests, and for each of them a learner who loses no review, whatever is imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.anki.author import Author, part
from tests.integration.anki.learner import Learner, Log, learner

QUICK = ("test_releases.py", "test_note_types.py")  # what every change should be tried on


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name not in QUICK:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def author(tmp_path_factory: pytest.TempPathFactory) -> Author:
    """Somebody whose releases are made once."""
    return Author(tmp_path_factory.mktemp("author"))


@pytest.fixture
def anki(tmp_path: Path, author: Author) -> Iterator[Learner]:
    """Somebody who has studied the first release; in the end every review and its fruits must still be there."""
    with learner(tmp_path / "anki") as somebody:
        assert somebody.get(author.release(part())) == Log(found=3, new=3)
        assert somebody.review_all() == 3
        before = somebody.history()
        assert [len(rows) for rows in before] == [3, 3]
        yield somebody
        assert somebody.history() == before
        problems, sound = somebody.collection.fix_integrity()
        assert sound, problems
