"""`1. What is ..?` and `**3. ..?**` at the margin, `12. Q: ..`: a number, and the answer below or indented."""

from __future__ import annotations

from collections.abc import Sequence

from deckgen.reading.shapes.candidate import Candidate, Peeled, listed


def find(_lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The numbered line, not a heading."""
    if peeled.number is None or peeled.level or peeled.quote or peeled.bullet or not peeled.title:
        return None
    group = "bold numbers" if peeled.bold else "numbers"
    return listed(group, group, at, peeled)
