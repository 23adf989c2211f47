"""The shapes of a question: one file for each way people write one, which sees a line and what stands around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deckgen.reading.shapes import (
    bulleted,
    emphasised,
    folded,
    headings,
    labelled,
    marked,
    numbered,
    paired,
    plain,
    quoted,
)
from deckgen.reading.shapes.candidate import Candidate, Peeled, peel
from deckgen.reading.shapes.labelled import label_and_title
from deckgen.reading.shapes.spread import joined, parted
from deckgen.reading.shapes.words import asks

Shape = Callable[[Sequence[str], int, Peeled], Candidate | None]

_DEEPEST = 3  # what is indented more is code, or belongs to what stands above it

# In the order in which they are asked: the first that knows a line has it.
SHAPES: tuple[Shape, ...] = (
    folded.find,
    labelled.find,
    marked.find,
    paired.find,
    headings.find,
    numbered.find,
    quoted.find,
    bulleted.find,
    emphasised.find,
    plain.find,
)

NAMES = (
    *("labels", "numbered headings", "headings", "bold numbers", "numbers", "bold lines", "quotes", "folds", "bullets"),
    *("answer marks", "pairs", "paragraphs"),
)


def candidate(lines: Sequence[str], at: int) -> Candidate | None:
    """The question that a line, counted from 0, may be."""
    label = label_and_title(lines[at].rstrip())
    if label and asks(label[1]):  # as most are that were written for this
        return labelled.plain(label, at)
    peeled = peel(lines[at])
    if peeled.indent > _DEEPEST:
        return None
    found = next((found for shape in SHAPES if (found := shape(lines, at, peeled))), None)
    return joined(parted(found, lines[at]), lines) if found else None
