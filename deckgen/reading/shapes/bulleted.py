"""`- What is ..?`: a bullet, with the answer indented below it."""

from __future__ import annotations

from collections.abc import Sequence

from deckgen.reading.shapes.candidate import Candidate, Peeled, listed


def find(_lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The words behind a bullet."""
    if not peeled.bullet or peeled.quote or not peeled.title:
        return None
    return listed("bullets", "bold bullets" if peeled.bold else "bullets", at, peeled)
