"""A question as a paragraph of its own, with nothing to mark it but its question mark."""

from __future__ import annotations

from collections.abc import Sequence

from deckgen.reading.shapes.beginnings import bids
from deckgen.reading.shapes.candidate import Candidate, Peeled
from deckgen.reading.shapes.words import asks

_LONGEST_TASK = 80  # what is longer says something


def find(lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The first line of a paragraph, if it ends with a question mark, or is short and begins as tasks do."""
    marked = peeled.level or peeled.quote or peeled.bullet or peeled.bold or peeled.number is not None
    if marked or peeled.indent > 3 or (at and lines[at - 1].strip()):
        return None
    if not asks(peeled.title) and not (len(peeled.title) <= _LONGEST_TASK and bids(peeled.title)):
        return None
    return Candidate("paragraphs", "paragraphs", at + 1, peeled.indent + 1, peeled.title, at + 1)
