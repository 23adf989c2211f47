"""The shapes of a question: one file for each way people write one, which sees a line and what stands around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

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
from deckgen.reading.shapes.aliases import read_as
from deckgen.reading.shapes.candidate import Candidate, Peeled, peel
from deckgen.reading.shapes.labelled import label_and_title
from deckgen.reading.shapes.spread import in_bold, joined, parted
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
    line = lines[at].rstrip()
    # Most are one of these, whatever stands around them.
    if (label := label_and_title(line)) and asks(label[1]):
        return labelled.plain(label, at)
    if heading := headings.plain(line, at):
        return heading
    text, kind = read_as(lines, at)
    text, last = in_bold(text, lines, at)
    peeled = peel(text)
    if peeled.indent > _DEEPEST:
        return None
    found = next((found for shape in SHAPES if (found := shape(lines, at, peeled))), None)
    if found is None:
        return None
    if kind:
        found = replace(found, group=f"{found.group} {kind}")
    if kind == "letter":  # begins anew in each question or section, and counts nothing
        found = replace(found, label="", number=None)
    return replace(found, last=last + 1, rest=None) if last > at else joined(parted(found, lines[at]), lines)
