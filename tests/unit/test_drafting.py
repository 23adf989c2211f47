"""What is saved of an author's files: all the files it is given, or none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from deckgen.diagnostics import Diagnostic
from deckgen.drafting import Uncommitted, save
from deckgen.reading.edits import Revision


@pytest.fixture
def first(tmp_path: Path) -> Revision:
    """A revision of a file that may be edited."""
    (tmp_path / "first.md").write_bytes(b"old")
    return Revision(tmp_path / "first.md", b"old", b"new")


def codes(found: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(each.code, Path(each.location.path).name) for each in found]


def test_revisions_are_written(first: Revision) -> None:
    assert save([first], Uncommitted.REFUSE) == []
    assert first.path.read_bytes() == b"new"


def test_a_file_that_has_changed_since_it_was_read_forbids_all(first: Revision, tmp_path: Path) -> None:
    second = tmp_path / "second.md"
    second.write_bytes(b"changed")
    found = save([first, Revision(second, b"old", b"new")], Uncommitted.EDIT)
    assert codes(found) == [("D043", "second.md")]
    assert (first.path.read_bytes(), second.read_bytes()) == (b"old", b"changed")


def test_two_revisions_of_one_file_forbid_all(first: Revision, tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to(first.path)
    found = save([first, Revision(link, b"old", b"newer")], Uncommitted.EDIT)
    assert codes(found) == [("D045", "link.md")]
    assert first.path.read_bytes() == b"old"
