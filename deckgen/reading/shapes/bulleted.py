"""`- What is ..?`: a bullet, with the answer indented below it."""

from __future__ import annotations

from collections.abc import Sequence

from deckgen.reading.shapes.candidate import Candidate, Peeled


def find(_lines: Sequence[str], at: int, peeled: Peeled) -> Candidate | None:
    """The words behind a bullet."""
    if not peeled.bullet or peeled.quote or not peeled.title:
        return None
    group = "bold bullets" if peeled.bold else "bullets"
    return Candidate(
        "bullets",
        group,
        at + 1,
        peeled.indent + 1,
        peeled.title,
        at + 1,
        peeled.label,
        peeled.number,
        indent=peeled.indent,
        inset=True,
        rest=peeled.rest,
    )
