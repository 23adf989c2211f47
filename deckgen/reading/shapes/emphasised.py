"""`**What is ..?**`: a line that is bold, with the answer below it or behind it."""

from __future__ import annotations

from collections.abc import Sequence

from deckgen.reading.shapes.candidate import Candidate, Peeled


def find(_lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The bold words at the beginning of a line."""
    if not peeled.bold or peeled.quote or peeled.bullet or peeled.indent > 3:
        return None
    return Candidate("bold lines", "bold lines", at + 1, peeled.indent + 1, peeled.title, at + 1, rest=peeled.rest)
